"""Tests that the store does not change outputs, and the behaviour of a damaged or full store.

usage: store_test.py VENEER
"""

import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time
import unittest

import program


class Store(unittest.TestCase):
    """Builds of one tree that share a store."""
    maxDiff = None

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.top = pathlib.Path(self.temporary.name)
        self.store = self.top / "store"
        rng = random.Random(1)
        (self.top / "tree").mkdir()
        for number in range(200):
            (self.top / "tree" / f"file{number:03}").write_bytes(rng.randbytes(20000) * 2)
        (self.top / "tree" / "large").write_bytes(rng.randbytes(5 << 20))
        time.sleep(0.1)  # until the files are old enough for their stamps to be trusted

    def veneer(self, *arguments, status=0, **environment):
        """Runs veneer in the folder; returns its standard output and standard error."""
        done = subprocess.run([program.VENEER, *arguments], cwd=self.top, capture_output=True,
                              text=True, check=False, env={**os.environ, **environment})
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout, done.stderr

    def build(self, *options, output="oci:image", said="", **environment):
        """Builds with the store; returns the manifest digest. Standard error must be `said`."""
        options = options or ("--store", "store")
        out, error = self.veneer("build", "--tree", "tree:srv", "--json", "-o", output, *options,
                                 **environment)
        self.assertEqual(error, said)
        return json.loads(out)["manifest"]

    def blobs(self):
        """Returns the store's layers. They are larger than memos."""
        return [blob for blob in self.all_blobs() if blob.stat().st_size > 1_000_000]

    def all_blobs(self):
        """Returns the store's layers and memos."""
        return sorted((self.store / "blobs" / "sha256").iterdir())

    def test_outputs_are_the_same(self):
        """An output has the same bytes with an empty store, with a full store and without."""
        for codec in ("gzip", "estargz", "zstd", "zstd:chunked", "none"):
            for output in ("oci:out", "oci-archive:out"):
                found = []
                for options in (("--no-store",), ("--store", "store"), ("--store", "store"),
                                ("--store", "store", "--jobs=1")):
                    self.build(f"--compression={codec}", *options, output=output)
                    path = self.top / "out"
                    found.append(program.files_below(path) if path.is_dir() else path.read_bytes())
                    if path.is_dir():
                        shutil.rmtree(path)
                    else:
                        path.unlink()
                self.assertTrue(all(one == found[0] for one in found), (codec, output))

    def is_planned(self, *options, output="oci:image"):
        """Runs a build; returns whether it made a plan, or found its layers in the store."""
        _, error = self.veneer("build", "--tree", "tree:srv", "-o", output, "--timings",
                               "--store", "store", *options)
        steps = [line.split("  ")[0] for line in error.splitlines()]
        self.assertIn("look for the layers", steps)
        return "plan" in steps

    def test_nothing_changed(self):
        """A build makes no plan if its inputs and options are those of an earlier build."""
        self.assertTrue(self.is_planned())
        self.assertFalse(self.is_planned())
        self.assertFalse(self.is_planned("--jobs=1", output="oci-archive:image.tar"))
        one = (self.top / "image.tar").read_bytes()
        self.build("--no-store", output="oci-archive:image.tar")
        self.assertEqual((self.top / "image.tar").read_bytes(), one)
        for option in ("--mtime=1", "--layers=one", "--level=1", "--check=warn", "--env=A=B"):
            self.assertTrue(self.is_planned(option), option)
            self.assertFalse(self.is_planned(option), option)
        self.assertFalse(self.is_planned())
        # The values are the same words, but one of them is the name of another option.
        for options in (("--entrypoint=a", "--entrypoint=cmd", "--entrypoint=b"),
                        ("--entrypoint=a", "--cmd=b")):
            self.assertTrue(self.is_planned("--check=warn", *options), options)
        path = self.top / "tree" / "file007"
        for change in (lambda: path.write_bytes(b"new"), lambda: path.chmod(0o711), path.unlink,
                       lambda: path.symlink_to("file008"), lambda: path.with_name("dir").mkdir()):
            change()
            time.sleep(0.1)
            self.assertTrue(self.is_planned())
            self.assertFalse(self.is_planned())
        shutil.rmtree(self.store / "blobs")
        self.assertTrue(self.is_planned())

    def test_messages_are_repeated(self):
        """A build without a plan has the same warnings and numbers as the first one."""
        (self.top / "tree" / "dangling").symlink_to("/nowhere/at/all")
        (self.top / "tree" / "copy").write_bytes((self.top / "tree" / "file001").read_bytes())
        time.sleep(0.1)
        arguments = ["build", "--tree", "tree:srv", "--json", "-o", "oci:image", "--check=warn"]

        def told(*options):
            out, error = self.veneer(*arguments, *options)
            summary = json.loads(out)
            summary.pop("seconds")
            return summary, error

        expected = told("--no-store")
        self.assertIn("dangling", expected[1])
        for _ in range(3):
            self.assertEqual(told("--store", "store"), expected)

    def test_young_files(self):
        """A build is not skipped if a file is so young that it may change within a clock tick."""
        path = self.top / "tree" / "young"
        for content in (b"one", b"two"):
            path.write_bytes(content)
            future = time.time_ns() + 3_600_000_000_000
            os.utime(path, ns=(future, future))
            for _ in range(2):
                self.assertTrue(self.is_planned())

    def test_layer(self):
        """`veneer layer` writes the same blob each time, also over itself."""
        arguments = ["layer", "--tree", "tree:srv", "-o", "blob"]
        self.veneer(*arguments, "--no-store")
        expected = (self.top / "blob").read_bytes()
        for _ in range(3):
            self.veneer(*arguments, "--store", "store")
            self.assertEqual((self.top / "blob").read_bytes(), expected)
        self.assertEqual(sorted(path.name for path in self.top.iterdir()),
                         ["blob", "blob.json", "store", "tree"])

    def test_shared_files(self):
        """A layout on the same file system shares its layers' files with the store."""
        self.build()
        blob = self.blobs()[0]
        shared = self.top / "image" / "blobs" / "sha256" / blob.name
        self.assertEqual(shared.read_bytes(), blob.read_bytes())
        if shared.stat().st_ino == blob.stat().st_ino:  # unless the files share blocks instead
            self.assertEqual(shared.stat().st_mode & 0o7777, 0o444)
        self.build()  # over itself
        shutil.rmtree(self.top / "image")
        self.build()

    def test_damaged_blob(self):
        """A blob with other bytes is dropped and made again."""
        expected = self.build(output="oci-archive:image.tar")
        blob = self.blobs()[0]
        blob.chmod(0o644)
        with open(blob, "r+b") as file:
            file.seek(100)
            file.write(b"damage")
        warning = (f"store/blobs/sha256/{blob.name}: warning: is damaged; "
                   "it is dropped from the store\n")
        self.assertEqual(self.build(output="oci-archive:image.tar", said=warning), expected)
        self.assertEqual(self.build(output="oci-archive:image.tar"), expected)
        self.assertEqual(self.veneer("store", "verify", "--store", "store")[1], "")

    def test_damaged_memos(self):
        """Damaged memos are dropped and made again."""
        expected = self.build()
        memos = [blob for blob in self.all_blobs() if blob not in self.blobs()]
        self.assertNotEqual(memos, [])
        for memo in memos:
            memo.chmod(0o644)
            memo.write_bytes(memo.read_bytes()[:-8])
        said = [f"store/blobs/sha256/{memo.name}: warning: is damaged; "
                "it is dropped from the store"
                for memo in memos]
        out, error = self.veneer("build", "--tree", "tree:srv", "--json", "-o", "oci:image",
                                 "--store", "store")
        self.assertEqual(sorted(error.splitlines()), said)
        self.assertEqual(json.loads(out)["manifest"], expected)
        self.assertEqual(self.build(), expected)
        self.assertEqual(self.veneer("store", "verify", "--store", "store")[1], "")

    def test_damage_that_shows_in_no_stamp(self):
        """`store verify` reads all bytes, so it finds damage that leaves the stamps unchanged."""
        self.build(output="oci-archive:image.tar")
        blob = self.blobs()[0]
        before = blob.stat()
        blob.chmod(0o644)
        with open(blob, "r+b") as file:
            file.seek(100)
            file.write(b"damage")
        os.utime(blob, ns=(before.st_atime_ns, before.st_mtime_ns))
        out, error = self.veneer("store", "verify", "--repair", "--store", "store", "--json")
        self.assertEqual(json.loads(out)["droppedBlobs"], 1)
        self.assertRegex(error, r"^store/blobs/sha256/\w{64}: warning: has digest sha256:\w{64}, which differs "
                                r"from its name; it is dropped from the store\n$")
        self.veneer("store", "verify", "--store", "store")
        self.build(output="oci-archive:image.tar")

    def test_blobs_of_another_size(self):
        """They are named as what they are, with the remedy."""
        self.build(output="oci-archive:image.tar")
        blob = self.blobs()[0]
        whole = blob.read_bytes()
        blob.chmod(0o644)
        for content, what in ((whole[:-1], "is cut short"), (whole + b"x", "has grown")):
            blob.write_bytes(content)
            done = subprocess.run([program.VENEER, "store", "verify", "--store", "store"],
                                  cwd=self.top, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr.splitlines()[0],
                             f"{blob.relative_to(self.top)}: warning: {what}: it has "
                             f"{len(content)} bytes, and the index says {len(whole)}")
            self.assertIn("`veneer store verify --repair` drops damaged data", done.stderr)

    def test_damaged_index(self):
        """An index that is cut, changed or of another version is dropped; the build goes on."""
        expected = self.build()
        index = self.store / "index"
        whole = index.read_bytes()
        rng = random.Random(2)
        flipped = [bytes(byte ^ (1 if place == at else 0) for place, byte in enumerate(whole))
                   for at in rng.sample(range(16, len(whole)), 5)]
        cases = [(whole[:size], "is damaged") for size in (0, 5, 60, 100, len(whole) - 1)]
        cases += [(bytes_, "is damaged") for bytes_ in flipped]
        cases += [(b"SQLite format 3\0" + whole[16:], "is not an index of this version of veneer")]
        for bytes_, what in cases:
            index.unlink()
            index.write_bytes(bytes_)
            said = f"store/index: warning: {what}; the store starts empty\n"
            self.assertEqual(self.build(said=said), expected)
            self.assertEqual(self.build(), expected)

    def test_gone_blobs(self):
        """Blobs that were removed from outside are made again."""
        expected = self.build()
        for blob in self.blobs():
            blob.unlink()
        self.assertEqual(self.build(), expected)
        self.assertEqual(len(self.blobs()), 1)

    def test_moved_store(self):
        """A store that was copied elsewhere is read once and then used."""
        expected = self.build()
        shutil.copytree(self.store, self.top / "copy")
        shutil.rmtree(self.store)
        self.assertEqual(self.build("--store", "copy"), expected)
        self.assertEqual(self.build("--store", "copy"), expected)

    def test_default_place(self):
        """The place is below XDG_CACHE_HOME, else below HOME. Without either there is no store.

        If the store cannot be made, the build warns and goes on without it.
        """
        cache, home = str(self.top / "cache"), str(self.top / "home")
        self.build("--layers=one", XDG_CACHE_HOME=cache)
        self.assertTrue((self.top / "cache" / "veneer" / "index").is_file())
        self.build("--layers=one", XDG_CACHE_HOME="", HOME=home)
        self.assertTrue((self.top / "home" / ".cache" / "veneer" / "index").is_file())
        self.build("--layers=one", XDG_CACHE_HOME="relative", HOME="")
        self.assertFalse((self.top / "relative").exists())
        (self.top / "file").write_text("")
        said = (f"{self.top}/file/veneer: warning: cannot create the directory: Not a directory; this "
                "run uses no store\n"
                f"{self.top}/file/veneer: help: name another directory with --store, or give "
                "--no-store\n")
        self.build("--layers=one", XDG_CACHE_HOME=str(self.top / "file"), said=said)

    def test_bound(self):
        """The store is within --store-size after a build; `store gc` removes old entries."""
        self.build("--store", "store", "--store-size=1MB")
        self.assertEqual(self.blobs(), [])
        self.build()
        stat = json.loads(self.veneer("store", "stat", "--store", "store", "--json")[0])
        self.assertEqual((stat["blobs"] - stat["memos"], stat["layers"]), (1, 1))
        self.veneer("store", "gc", "--store", "store", "--max-age", "1")
        self.assertEqual(len(self.blobs()), 1)
        old = time.time() - 3 * 24 * 3600
        os.utime(self.blobs()[0], (old, old))
        out, _ = self.veneer("store", "gc", "--store", "store", "--max-age", "1", "--json")
        self.assertEqual(json.loads(out)["droppedBlobs"], 1)
        stat = json.loads(self.veneer("store", "stat", "--store", "store", "--json")[0])
        self.assertEqual((stat["blobs"] - stat["memos"], stat["layers"], stat["frames"]), (0, 0, 0))

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("mount"), "mounting needs root")
    def test_full_disk(self):
        """A full disk is an error that names a remedy; the store stays intact."""
        full = self.top / "full"
        full.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", full],
                                 capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("tmpfs cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", full], check=True)
        small = ["build", "--tree", "tree/file001:srv/f", "--store", "full/store",
                 "-o", "oci:small"]
        self.veneer(*small)
        _, error = self.veneer("build", "--tree", "tree:srv", "--store", "full/store", "-o",
                               "oci:image", status=1)
        self.assertEqual(error, "full/store/blobs/sha256: error: cannot write a file in this directory: "
                                "No space left on device\nfull/store/blobs/sha256: help: make room with "
                                "`veneer store gc`, or build with --no-store\n")
        self.assertFalse((self.top / "image").exists())
        self.veneer("store", "verify", "--store", "full/store")
        _, error = self.veneer(*small)
        self.assertEqual(error, "")
        # A store that nobody named is done without.
        environment = {**os.environ, "XDG_CACHE_HOME": str(full)}
        done = subprocess.run([program.VENEER, "build", "--tree", "tree:srv", "-o", "oci:image"], cwd=self.top,
                              env=environment, capture_output=True, text=True, check=True)
        self.assertIn("No space left on device; this run begins anew without a store\n", done.stderr)
        self.veneer("verify", "oci:image")
        # Not even an index fits on the disk.
        free = os.statvfs(full)
        with open(full / "filler", "wb") as file:
            file.write(bytes(free.f_bavail * free.f_bsize))
        self.veneer("build", "--tree", "tree/file002:srv/f", "--store", "full/store", "-o",
                    "oci:other", status=1)
        self.veneer("store", "verify", "--store", "full/store")
        self.veneer(*small)


if __name__ == "__main__":
    program.main()
