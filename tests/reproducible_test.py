"""Tests that circumstances of a build do not change the image's bytes.

Such circumstances are threads, locale, umask, folder, directory order, times and the store.

usage: reproducible_test.py VENEER
"""

import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

import program

HERE = pathlib.Path(__file__).resolve().parent
LAYOUT = HERE / "layouts" / "a_issue3439_torch_filelock.rp2.3.2.runfiles.tsv"


def copy_shuffled(source, target, rng):
    """Copies a tree with another order in its directories, and other times and modes."""
    target.mkdir()
    names = sorted(os.listdir(source))
    rng.shuffle(names)
    for name in names:
        old, new = source / name, target / name
        if old.is_symlink():
            text = os.readlink(old)
            new.symlink_to(text)
        elif old.is_dir():
            copy_shuffled(old, new, rng)
        else:
            shutil.copyfile(old, new)
            os.chmod(new, rng.choice([0o644, 0o755, 0o555]))
            os.utime(new, (rng.randrange(2**31), rng.randrange(2**31)))


class Reproducible(unittest.TestCase):
    """Builds of one program, which must all have the same bytes."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.top = pathlib.Path(self.temporary.name)
        self.layout = self.top / "layout"
        subprocess.run([sys.executable, HERE / "materialize_layout.py", LAYOUT, self.layout],
                       check=True)
        # Enough bytes for many frames: one incompressible file, one compressible, many small ones.
        rng = random.Random(1)
        data = self.layout / "execroot" / "data"
        data.mkdir()
        (data / "noise").write_bytes(rng.randbytes(9 << 20))
        (data / "text").write_bytes(b"the same line again\n" * (5 << 16))
        for number in range(2000):
            (data / f"small{number}").write_bytes(rng.randbytes(rng.randrange(3000)))
            (data / f"line{number}").write_text(f"value = {number}\n" * rng.randrange(200))

    def digest(self, codec, folder=None, umask=0o022, **environment):
        """Builds an archive; returns the manifest digest and the archive's bytes."""
        jobs = environment.pop("jobs", "2")
        store = environment.pop("store", ["--no-store"])
        output = self.top / "image.tar"
        done = subprocess.run(
            [program.VENEER, "build", "--spec", "../spec", "--tree", "data:srv/data",
             f"--compression={codec}", "--jobs", jobs, *store, "--json", "--check=warn",
             "-o", f"oci-archive:{output}:x"],
            cwd=(folder or self.layout) / "execroot", capture_output=True, text=True, check=False,
            env={**os.environ, **environment}, umask=umask)
        self.assertEqual(done.returncode, 0, done.stderr)
        archive = output.read_bytes()
        output.unlink()
        return json.loads(done.stdout)["manifest"], archive

    def test_all(self):
        """Every circumstance gives the same archive, for each codec."""
        for codec in ("gzip", "estargz", "zstd", "zstd:chunked", "none"):
            first = self.digest(codec, jobs="1")
            for circumstance in ({"jobs": "2"}, {"jobs": "8"}, {"LC_ALL": "C"},
                                 {"LC_ALL": "C.UTF-8"}, {"TZ": "Asia/Tokyo"}, {"umask": 0o077}):
                with self.subTest(codec=codec, circumstance=circumstance):
                    self.assertTrue(first == self.digest(codec, **circumstance))

    def test_store(self):
        """The archive does not depend on the store.

        The store is empty, full, knows all files under other stamps, or knows only a part of them.
        """
        data = self.layout / "execroot" / "data"
        store = ["--store", str(self.top / "store")]
        for codec in ("gzip", "estargz", "zstd", "zstd:chunked", "none"):
            expected = self.digest(codec)
            for jobs in ("1", "8", "2"):
                self.assertTrue(expected == self.digest(codec, jobs=jobs, store=store))
            for file in data.iterdir():
                os.utime(file, (1, 1))
            self.assertTrue(expected == self.digest(codec, store=store))
            for name in ("small7", "line1000", "noise", "text"):
                content = (data / name).read_bytes()
                (data / name).write_bytes(content[:-9] + b"and more")
                self.digest(codec, store=store)
                changed = self.digest(codec)
                self.assertTrue(changed == self.digest(codec, jobs="8", store=store))
                self.assertTrue(changed == self.digest(codec, store=store))
                (data / name).write_bytes(content)
            self.assertTrue(expected == self.digest(codec, store=store))

    def test_files_on_a_disk_alone(self):
        """Files that are not in memory are read ahead, which does not change the archive."""
        def leave_on_disk():
            os.sync()
            for path in (self.layout / "execroot" / "data").iterdir():
                with open(path, "rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        expected = self.digest("zstd")
        for jobs in ("1", "8"):
            for where in (["--no-store"], ["--store", str(self.top / f"store-{jobs}")]):
                leave_on_disk()
                self.assertTrue(expected == self.digest("zstd", jobs=jobs, store=where))

    def test_copy(self):
        """A copy with other directory order, times and umask gives the same archive."""
        copy = self.top / "elsewhere" / "deeper"
        copy.parent.mkdir()
        copy_shuffled(self.layout, copy, random.Random(2))
        for layout, mode in ((self.layout, 0o644), (copy, 0o600)):
            for file in (layout / "execroot" / "data").iterdir():
                file.chmod(mode | (0o100 if file.name == "text" else 0))
        (copy / "execroot" / "data").chmod(0o700)
        for codec in ("gzip", "estargz", "zstd", "zstd:chunked", "none"):
            with self.subTest(codec=codec):
                self.assertTrue(self.digest(codec) == self.digest(codec, folder=copy))


class Settings(unittest.TestCase):
    def test_digests_are_compared_whatever_openssl_is_told_to_offer(self):
        """A machine's openssl.cnf that names a provider used to take the other digests away."""
        with tempfile.TemporaryDirectory() as top:
            folder = pathlib.Path(top)
            (folder / "file").write_text("text\n")
            md5 = hashlib.md5(b"text\n", usedforsecurity=False).hexdigest()
            (folder / "list.mtree").write_text(
                f"srv type=dir\nsrv/file type=file content=file md5={md5}\n")
            (folder / "openssl.cnf").write_text(
                "openssl_conf = all\n[all]\nproviders = named\n[named]\nlegacy = used\n"
                "[used]\nactivate = 1\n")
            done = subprocess.run([program.VENEER, "plan", "--mtree", "list.mtree"], cwd=folder,
                                  capture_output=True, text=True, check=False, timeout=60,
                                  env={**os.environ, "OPENSSL_CONF": str(folder / "openssl.cnf")})
            self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    program.main()
