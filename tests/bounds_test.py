"""Inputs that others made may be hostile: each costs an error, and a bounded amount of everything.

usage: bounds_test.py VENEER
"""

import gzip
import hashlib
import io
import json
import pathlib
import resource
import subprocess
import tarfile
import tempfile
import unittest

import elf_sample
import program
import small_base

TIMEOUT = 60  # seconds: a sanitizer on a busy machine; a release takes 5 at most
ZEROS = bytes(1 << 20)
INDEX = "application/vnd.oci.image.index.v1+json"
GZIP_LAYER = "layer.v1.tar+gzip"


def tar_of(*members):
    """Returns a tar of (name, bytes) members."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def gzip_of(head, megabytes, tail):
    """Returns `head`, so many MiB of zeros and `tail` as gzip, without holding them in memory."""
    buffer = io.BytesIO()
    digest = hashlib.sha256()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1, mtime=0) as out:
        for piece in (head, *[ZEROS] * megabytes, tail):
            out.write(piece)
            digest.update(piece)
    return buffer.getvalue(), f"sha256:{digest.hexdigest()}"


def tar_header(name, size):
    """Returns the header of a regular file."""
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT)


class Bounds(unittest.TestCase):
    """One input a test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        (self.top / "f").write_bytes(b"")

    def image(self, name, stored, diff_id, kind=GZIP_LAYER, config=None):
        """Writes a layout with one image of one layer; returns the name of the layer's blob."""
        folder = self.top / name
        layer = small_base.add_blob(folder, kind, stored)
        config = small_base.add_blob(folder, "config.v1+json", small_base.encode({
            "architecture": "amd64", "os": "linux", "config": config or {},
            "rootfs": {"type": "layers", "diff_ids": [diff_id]}}))
        manifest = small_base.add_blob(folder, "manifest.v1+json", small_base.encode({
            "schemaVersion": 2, "mediaType": f"{small_base.OCI}.manifest.v1+json",
            "config": config, "layers": [layer]}))
        self.write_index(name, manifest)
        return f"{name}/blobs/{layer['digest'].replace(':', '/')}"

    def write_index(self, name, entry):
        """Makes the folder a layout whose index.json has this one entry."""
        (self.top / name / "index.json").write_bytes(small_base.encode({
            "schemaVersion": 2, "manifests": [entry]}))
        (self.top / name / "oci-layout").write_bytes(b'{"imageLayoutVersion":"1.0.0"}')

    def tar_image(self, name, *members, **options):
        """The same, of a tar with these members."""
        tar = tar_of(*members)
        return self.image(name, gzip.compress(tar, mtime=0),
                          f"sha256:{hashlib.sha256(tar).hexdigest()}", **options)

    def run_veneer(self, *arguments):
        """Runs a command, which may write no large file."""
        return subprocess.run(
            [program.VENEER, *arguments], cwd=self.top, capture_output=True, text=True,
            errors="replace", check=False, timeout=TIMEOUT,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300 << 20, 300 << 20)))

    def check(self, arguments, message):
        """The command fails with this message, and leaves nothing."""
        before = set(self.top.rglob("*"))
        done = self.run_veneer(*arguments)
        self.assertEqual((done.returncode, done.stderr), (1, message))
        self.assertEqual(set(self.top.rglob("*")), before)

    def check_build(self, option, text, message):
        """The same for a build of an input whose text this is."""
        (self.top / "input").write_text(text)
        self.check(["build", "--no-store", "--check=off", *option, "input", "-o", "oci:o"], message)

    def test_paths_that_no_system_opens(self):
        manifest = ["--name", "app", "--runfiles-manifest"]
        file = self.top / "f"
        path = "_main/" + "a/" * 100_000 + "z"
        self.check_build(manifest, f"{path} {file}\n",
                         f"input:1:1: error: path '{path[:100]}...{path[-100:]}' is longer than "
                         "4095 bytes, which no system can open\n")
        self.check_build(["--mtree"], "#mtree\n" + "a type=dir\n" * 100_000,
                         f"input:2050:1: error: path '{'a/' * 50}...{'/a' * 50}' is longer than "
                         "4095 bytes, which no system can open\n")

    def test_names_and_links_that_no_file_system_holds(self):
        manifest = ["--name", "app", "--runfiles-manifest"]
        name = "y" * 256
        self.check_build(manifest, f"_main/{name} {self.top / 'f'}\n",
                         f"input:1:1: error: path '_main/{name}' has a component of more than 255 "
                         "bytes, which no file system can hold\n")
        self.check_build(manifest, f"_main/z ../{'x' * 5000}\n",
                         f"input:1:1: error: the text '../{'x' * 97}...{'x' * 100}' of the link "
                         "'_main/z' is longer than 4095 bytes, which no file system can hold\n")

    def test_an_index_of_indexes(self):
        self.tar_image("image", ("a", b""))
        entry = json.loads((self.top / "image" / "index.json").read_text())["manifests"][0]
        chain = []
        for _ in range(3):
            document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry] * 400}
            entry = small_base.add_blob(self.top / "image", "index.v1+json",
                                        small_base.encode(document))
            chain.append(entry)
        self.write_index("image", entry)
        blob = f"image/blobs/{chain[0]['digest'].replace(':', '/')}"
        self.check(["verify", "oci:image"],
                   f"{blob}: error: is one of more than 1000 indexes, or 64 MiB of them, that the "
                   "image's index leads to\n")

    def test_a_number_that_is_too_large(self):
        self.tar_image("image", ("a", b""))
        index = self.top / "image" / "index.json"
        text = index.read_text().replace('"size": ', '"size": 1e999, "was": ')
        index.write_text(text)
        self.check(["verify", "oci:image"],
                   f"image/index.json:1:{text.index('1e999') + 5}: error: the number is too large "
                   "for any value here\n")

    def test_layers_that_are_not_what_their_media_type_says(self):
        tar = tar_of(("a", b"a"))
        diff_id = f"sha256:{hashlib.sha256(tar).hexdigest()}"
        for name, stored, kind, found in (
                ("plain", tar, GZIP_LAYER, "tar"),
                ("packed", gzip.compress(tar, mtime=0), "layer.v1.tar", "tar+gzip")):
            blob = self.image(name, stored, diff_id, kind)
            message = (f"{blob}: error: is not what its media type says: it is "
                       f"{small_base.OCI}.layer.v1.{found}, and the manifest says "
                       f"{small_base.OCI}.{kind}\n")
            self.check(["verify", f"oci:{name}"], message)
            self.check(["build", "--no-store", "--tree", "f:srv/f", "--base", f"oci:{name}",
                        "-o", "oci:o"], message)

    def test_an_archive_that_fills_a_disk(self):
        packed, _ = gzip_of(tar_header("junk", 300 << 20), 300, tar_of(("manifest.json", b"[]")))
        (self.top / "a.tar.gz").write_bytes(packed)
        self.check(["verify", "docker-archive:a.tar.gz"],
                   "a.tar.gz: error: decompresses to more than 256 MiB, the limit for "
                   f"{len(packed)} bytes\n")

    def test_a_library_that_fills_a_disk(self):
        stored, diff_id = gzip_of(tar_header("usr/lib/libx.so", 300 << 20) + elf_sample.elf(), 300,
                                  bytes(1024))
        blob = self.image("image", stored, diff_id)
        self.check(["verify", "oci:image"],
                   f"{blob}: error: 'usr/lib/libx.so' is longer than 256 MiB, in a layer of "
                   f"{len(stored)} bytes\n")

    def test_libraries_without_end(self):
        elf = elf_sample.elf(needed=["libe.so"])
        self.tar_image("image", *((f"app/x.runfiles/r/l{i}.so", elf) for i in range(10)),
                       config={"Env": ["LD_LIBRARY_PATH=" +
                                       ":".join(f"/{i}" for i in range(300_000))]})
        self.check(["verify", "oci:image"],
                   "veneer: error: libraries are looked for at more than 2000000 paths\n"
                   "veneer: help: shorten LD_LIBRARY_PATH or the run paths, or build with "
                   "--check=off\n")

    def test_a_file_that_needs_too_much(self):
        (self.top / "l.so").write_bytes(elf_sample.elf(needed=["n" * 4000] * 17))
        done = self.run_veneer("build", "--no-store", "--tree", "l.so:srv/l.so", "-o", "oci:o")
        self.assertIn("the names of the libraries that it needs are longer than 65536 bytes",
                      done.stderr)

    def test_names_of_one_hash(self):
        """Names that collide in the library's own hash, whose key is fixed, take no longer."""
        multiplier, mask = 0xc6a4a7935bd1e995, (1 << 64) - 1
        inverse = pow(multiplier, -1, 1 << 64)

        def mix(word, factor):
            word = word * factor & mask
            word ^= word >> 47
            return word * factor & mask

        names, start = [b""], 0
        for bit in range(16):
            while True:
                start += 1
                one = int.from_bytes(b"%08d" % start, "little")
                other = mix(mix(one, multiplier) ^ 1 << 63, inverse)
                if not {0, ord("/")} & set(other.to_bytes(8, "little")):
                    break
            # Words that differ in the highest bit of their hash: two of them cancel each other.
            pair = [word.to_bytes(8, "little") * 2 for word in (one, other)]
            names = [name + words + b"/folder!" * (bit == 7) for name in names for words in pair]
        self.tar_image("image", *((name.decode(errors="surrogateescape"), b"") for name in names))
        done = self.run_veneer("verify", "oci:image")
        self.assertEqual(done.returncode, 0, done.stderr[:1000])

    def test_a_store_whose_index_has_an_absurd_size(self):
        build = ["build", "--store", "st", "--tree", "f:srv/f", "-o", "oci:o"]
        self.assertEqual(self.run_veneer(*build).returncode, 0)
        with open(self.top / "st" / "index", "r+b") as index:
            index.truncate(1 << 40)
        done = self.run_veneer(*build)
        self.assertEqual((done.returncode, done.stderr),
                         (0, "st/index: warning: is damaged; the store starts empty\n"))


if __name__ == "__main__":
    program.main()
