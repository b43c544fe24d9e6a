"""Inputs that others made may be hostile: each costs an error, and a bounded amount of everything.

usage: bounds_test.py VENEER
"""

import gzip
import hashlib
import io
import json
import os
import pathlib
import resource
import subprocess
import tarfile
import tempfile
import unittest
import zipfile

import elf_sample
import program
import small_base
import small_venv

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


def raise_it(place, option):
    """Returns the help of a limit that an option raises."""
    return (f"{place}: help: if you trust where this comes from, raise the limit with {option}\n")


class Case(unittest.TestCase):
    """A folder with hostile inputs."""

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

    def run_veneer(self, *arguments, **environment):
        """Runs a command, which may write no large file."""
        return subprocess.run(
            [program.VENEER, *arguments], cwd=self.top, capture_output=True, text=True,
            errors="replace", check=False, timeout=TIMEOUT, env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
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


class Bounds(Case):
    """One input a test."""

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

    def test_layers_without_end(self):
        """They may be one blob, and config and manifest small once compressed."""
        tar = tar_of(("a", b"a"))
        diff_id = f"sha256:{hashlib.sha256(tar).hexdigest()}"
        self.image("image", tar, diff_id, "layer.v1.tar")
        index = json.loads((self.top / "image" / "index.json").read_text())
        blobs = self.top / "image/blobs/sha256"
        manifest = json.loads((blobs / index["manifests"][0]["digest"][7:]).read_text())
        manifest["layers"] *= 1001
        entry = small_base.add_blob(self.top / "image", "manifest.v1+json",
                                    small_base.encode(manifest))
        self.write_index("image", entry)
        self.check(["verify", "oci:image"], f"image/blobs/sha256/{entry['digest'][7:]}: error: "
                   "/layers: has more than 1000 layers\n")
        config = {"architecture": "amd64", "os": "linux",
                  "rootfs": {"type": "layers", "diff_ids": [diff_id] * 1001}}
        (self.top / "a.tar").write_bytes(tar_of(
            ("c.json", json.dumps(config).encode()), ("l", tar), ("manifest.json", json.dumps(
                [{"Config": "c.json", "Layers": ["l"] * 1001}]).encode())))
        self.check(["verify", "docker-archive:a.tar"],
                   "a.tar(c.json): error: /rootfs/diff_ids: has more than 1000 layers\n")

    def test_packages_of_long_names(self):
        status = b"Package: " + b"\x80" * (9 << 20) + b"\nVersion: 1\n\n"
        blob = self.tar_image("image", ("var/lib/dpkg/status", status))
        for command in ("inspect", "sbom"):
            self.check([command, "--no-store", "image"],
                       f"{blob}: error: 'var/lib/dpkg/status' takes the names, versions, licenses "
                       "and paths of packages beyond 2 MiB\n")

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
                        "-o", "oci:o"],
                       message + f"veneer: note: this is the base, --base oci:{name}\n")

    def test_an_archive_that_fills_a_disk(self):
        packed, _ = gzip_of(tar_header("junk", 300 << 20), 300, tar_of(("manifest.json", b"[]")))
        (self.top / "a.tar.gz").write_bytes(packed)
        self.check(["verify", "docker-archive:a.tar.gz"],
                   "a.tar.gz: error: decompresses to more than 256 MiB, the limit for "
                   f"{len(packed)} bytes\n" + raise_it("a.tar.gz", "--max-temporary"))

    def test_a_library_that_fills_a_disk(self):
        stored, diff_id = gzip_of(tar_header("usr/lib/libx.so", 300 << 20) + elf_sample.elf(), 300,
                                  bytes(1024))
        blob = self.image("image", stored, diff_id)
        self.check(["verify", "oci:image"],
                   f"{blob}: error: 'usr/lib/libx.so' is longer than 256 MiB, in a layer of "
                   f"{len(stored)} bytes\n" + raise_it(blob, "--max-temporary"))

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


class Raised(Case):
    """Limits that options raise, or lower, which takes less time to test."""

    def setUp(self):
        super().setUp()
        self.blob = self.tar_image("image", *((f"f{i}", bytes(100_000)) for i in range(8)))
        self.size = (self.top / self.blob).stat().st_size
        self.too_much = (f"{self.blob}: error: decompresses to more than 500000 bytes, the limit "
                         f"for {self.size} bytes\n" + raise_it(self.blob, "--max-unpacked"))

    def commands(self):
        """The commands that read an image, but for where their results go."""
        return (["verify", "oci:image"],
                ["index", "--image", "oci:image", "-o", "oci:o"],
                ["convert", "-q", "--no-store", "oci:image", "oci:o"],
                ["convert", "-q", "--no-store", "oci:image", "oci:o", "--compression", "zstd"],
                ["image", "--no-store", "--base", "oci:image", "--layer", "l.tar", "-o", "oci:o"],
                ["build", "--no-store", "--tree", "f:srv/f", "--base", "oci:image", "-o", "oci:o"],
                ["layer", "--no-store", "--tree", "f:srv/f", "--base", "oci:image", "-o", "o.tar"],
                ["plan", "--tree", "f:srv/f", "--base", "oci:image"])

    def test_bytes_of_layers(self):
        (self.top / "l.tar").write_bytes(tar_of(("one", b"")))
        for command in self.commands():
            self.check([*command, "--max-unpacked", "500000"], self.too_much)
            done = self.run_veneer(*command, "--max-unpacked=1MB")
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)

    def test_entries(self):
        (self.top / "l.tar").write_bytes(tar_of(("one", b"")))
        for command in self.commands():
            if command[0] in ("index", "convert"):
                continue  # these look at no entry
            self.check([*command, "--max-entries", "5"],
                       f"{self.blob}: error: 'f5' is one of more than 5 entries\n" +
                       raise_it(self.blob, "--max-entries"))
            done = self.run_veneer(*command, "--max-entries=20")
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)

    def test_an_archive_in_the_temporary_folder(self):
        packed = gzip.compress(tar_of(("manifest.json", b"[]"), ("junk", bytes(1_000_000))))
        (self.top / "a.tgz").write_bytes(packed)
        self.check(["verify", "docker-archive:a.tgz", "--max-temporary=900kB"],
                   f"a.tgz: error: decompresses to more than 900000 bytes, the limit for "
                   f"{len(packed)} bytes\n" + raise_it("a.tgz", "--max-temporary"))
        self.check(["verify", "docker-archive:a.tgz", "--max-temporary=2MiB"],
                   "docker-archive:a.tgz: error: holds no image\n")

    def test_words_of_bazel(self):
        done = self.run_veneer("verify", "oci:image", "--max-unpacked=500000",
                               VENEER_CALLER="bazel")
        self.assertEqual(done.stderr, self.too_much.replace("--max-unpacked", "`max_unpacked`"))

    def test_values_that_are_no_limits(self):
        for option, value, message in (
                ("--max-unpacked", "-1", "'-1': expected a size in bytes, or with a unit such as MiB"),
                ("--max-temporary", "99999999999999999999",
                 "'99999999999999999999': expected a size in bytes, or with a unit such as MiB"),
                ("--store-size", "-1", "'-1': expected a size in bytes, or with a unit such as MiB"),
                ("--max-entries", "0", "'0' is not a number from 1 to 4294967296")):
            done = self.run_veneer("build", "--tree", "f:srv/f", "-o", "oci:o", f"{option}={value}")
            self.assertEqual(done.returncode, 2)
            self.assertEqual(done.stderr.splitlines()[0], f"veneer: error: {option}: {message}")


class Archives(Case):
    """What `veneer tar` reads."""

    def test_formats_that_are_not_tried(self):
        iso = bytearray(80 * 2048)
        for sector, kind in ((16, 1), (17, 255)):
            iso[sector * 2048:sector * 2048 + 7] = bytes([kind]) + b"CD001\x01"
        (self.top / "iso").write_bytes(iso)
        (self.top / "xar").write_bytes(b"xar!\0\x1c\0\x01" + bytes(100))
        (self.top / "7z").write_bytes(b"7z\xbc\xaf\x27\x1c\0\4" + bytes(100))
        for name in ("iso", "xar", "7z"):
            fault = ("has no members, and more than zeros" if name == "iso" else
                     "cannot open: Unrecognized archive format")
            for command in (["-cf", "o.tar", f"@{name}"], ["-tf", name], ["-xf", name]):
                self.check(["tar", *command],
                           f"{name}: error: {fault}\n"
                           f"{name}: help: veneer reads tar, cpio, zip and ar archives\n")

    def test_contents_that_fill_a_disk(self):
        packed, _ = gzip_of(tar_header("junk", 300 << 20), 300, bytes(1024))
        (self.top / "a.tgz").write_bytes(packed)
        message = (f"a.tgz: error: unpacks to more than 256 MiB, the limit for {len(packed)} bytes\n"
                   + raise_it("a.tgz", "--max-temporary"))
        self.check(["tar", "-cf", "o.tar", "@a.tgz"], message)
        self.check(["tar", "-cf", "o.tar", "--exclude=junk", "@a.tgz"], message)
        holes = io.BytesIO()
        with tarfile.open(fileobj=holes, mode="w", format=tarfile.PAX_FORMAT) as tar:
            info = tarfile.TarInfo("GNUSparseFile.0/f")
            info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0",
                                "GNU.sparse.name": "f", "GNU.sparse.realsize": str(8 << 40)}
            data = b"1\n0\n1\n".ljust(512, b"\0") + b"x"
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        (self.top / "holes.tar").write_bytes(holes.getvalue())
        size = len(holes.getvalue())
        self.check(["tar", "-cf", "o.tar", "@holes.tar"],
                   f"holes.tar: error: unpacks to more than 256 MiB, the limit for {size} bytes\n"
                   + raise_it("holes.tar", "--max-temporary"))
        with zipfile.ZipFile(self.top / "a.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
            for number in range(3):
                out.writestr(f"f{number}", bytes(100 << 20))
        size = (self.top / "a.zip").stat().st_size
        self.check(["tar", "-cf", "o.tar", "@a.zip"],
                   f"a.zip: error: unpacks to more than 256 MiB, the limit for {size} bytes\n"
                   + raise_it("a.zip", "--max-temporary"))

    def test_limits_that_options_set(self):
        (self.top / "a.tar").write_bytes(tar_of(*((f"m{i}", bytes(1000)) for i in range(10))))
        size = (self.top / "a.tar").stat().st_size
        for command, option in ((["-cf", "o.tar"], "--max-temporary"), (["-t"], "--max-unpacked"),
                                (["-x"], "--max-unpacked")):
            archive = ["@a.tar"] if command[0] == "-cf" else ["-f", "a.tar"]
            before = ["tar", *command, f"{option}=5000", *archive]
            done = self.run_veneer(*before)
            self.assertEqual((done.returncode, done.stderr), (
                1, f"a.tar: error: unpacks to more than 5000 bytes, the limit for {size} bytes\n" +
                raise_it("a.tar", option)))
            done = self.run_veneer("tar", *command, "--max-entries", "9", *archive)
            self.assertEqual((done.returncode, done.stderr), (
                1, "a.tar: error: holds more than 9 members\n" +
                raise_it("a.tar", "--max-entries")))
            done = self.run_veneer("tar", *command, f"{option}=1MiB", "--max-entries=10", *archive)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.check(["tar", "-tf", "a.tar", "--max-unpacked", "-1"],
                   "veneer: error: --max-unpacked '-1': expected a size in bytes, or with a unit such as MiB\n")

    def test_what_no_file_can_have(self):
        for header, message in (
                ({"uid": str(1 << 32)}, "is owned by 4294967296, which is not a valid user or "
                                        "group id"),
                ({"gid": str((1 << 32) - 1)}, "is owned by 4294967295, which is not a valid user "
                                              "or group id"),
                ({"uid": str((1 << 33) + 5)}, "is owned by 8589934597, which is not a valid user "
                                              "or group id"),
                ({"mtime": "9" * 30}, "has a time of modification that no system can hold")):
            buffer = io.BytesIO()
            with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
                info = tarfile.TarInfo("f")
                info.pax_headers = header
                tar.addfile(info)
            (self.top / "a.tar").write_bytes(buffer.getvalue())
            if "mtime" in header and program.libarchive_version() >= (3, 8):
                self.check(["tar", "-cf", "o.tar", "@a.tar"], "a.tar: error: cannot read the archive: "
                           "Ignoring malformed pax mtime\n")
            else:
                self.check(["tar", "-cf", "o.tar", "@a.tar"], f"a.tar: error: 'f' {message}\n")

    def test_members_that_no_layer_can_hold(self):
        """Each by its name, with what is wrong with it."""
        def member(name, kind, target="", headers=None):
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.pax_headers = kind, target, headers or {}
            return info

        acl = {"SCHILY.acl.access": "user::rw-,user:5:r--,group::r--,mask::r--,other::r--"}
        leave_out = ("a.tar: help: leave it out with --no-xattrs, or let bsdtar make this archive\n")
        for entry, message in (
                (member("l", tarfile.SYMTYPE), "'l' is a link without a target\n"),
                (member("h", tarfile.LNKTYPE, "later"),
                 "'h' is a hardlink to 'later', which is not an earlier file of the archive\n"),
                (member("f", tarfile.REGTYPE, headers=acl),
                 "'f' has an access control list, which veneer cannot store in a layer\n" + leave_out),
                (member("p", tarfile.FIFOTYPE),
                 "'p' is a socket, a pipe or a device: expected a file, a link or a directory\n"
                 "a.tar: help: leave it out with --exclude, or let bsdtar make this archive\n")):
            buffer = io.BytesIO()
            with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
                tar.addfile(entry)
                tar.addfile(tarfile.TarInfo("later"))
            (self.top / "a.tar").write_bytes(buffer.getvalue())
            self.check(["tar", "-cf", "o.tar", "@a.tar"], f"a.tar: error: {message}")

    def test_expressions_that_take_gigabytes(self):
        """Or the whole stack, or for ever."""
        for pattern, excess in (
                (r"\(a*\)\{5000\}", "has more than 1000 parts, with its repetitions written out"),
                (r"\(" * 20000 + r"\)" * 20000, "has more than 50 nested groups"),
                (r"\(a*\)*\1b", "refers back to a group, which may take for ever to match")):
            done = self.run_veneer("tar", "-cf", "o.tar", "-s", f"/{pattern}/b/", "f")
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, f"^veneer: error: -s '/.*{excess}\n$")
            self.assertEqual(sorted(os.listdir(self.top)), ["f"])


class Links(Case):
    """Links that lead through folders again and again, each within what the kernel allows."""

    def chain(self, name, *members):
        """An image of a chain of links, each through a folder and back 800 times, and of these."""
        folder = tarfile.TarInfo("d")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        links = [folder]
        for number in range(40):
            link = tarfile.TarInfo(f"l{number}")
            link.type = tarfile.SYMTYPE
            link.linkname = "d/../" * 800 + (f"l{number + 1}" if number < 39 else "d")
            links.append(link)
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for info in [*links, *members]:
                tar.addfile(info)
        return self.image(name, gzip.compress(buffer.getvalue(), mtime=0),
                          f"sha256:{hashlib.sha256(buffer.getvalue()).hexdigest()}")

    def test_to_the_place_of_an_entry(self):
        blob = self.chain("image", *(tarfile.TarInfo(f"l0/x{i}/f") for i in range(5000)))
        self.check(["verify", "oci:image"],
                   f"{blob}: error: has paths that lead through more than 5120 MiB "
                   "of folders' names\n")

    def test_that_the_checks_follow(self):
        links = []
        for number in range(2000):
            link = tarfile.TarInfo(f"s{number}")
            link.type, link.linkname = tarfile.SYMTYPE, "l0/."
            links.append(link)
        self.chain("image", *links)
        done = self.run_veneer("verify", "oci:image")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^/l0/\.: error: the links on the way to this and other paths "
                         r"lead through more than \d+ MiB of folders' names\n$")

    def test_to_a_path_that_no_system_opens(self):
        deep = "/".join(["y" * 250] * 15)
        link = tarfile.TarInfo("l")
        link.type, link.linkname = tarfile.SYMTYPE, deep
        blob = self.chain("image", link, tarfile.TarInfo("l/" + "/".join(["z" * 250] * 3)))
        self.check(["verify", "oci:image"],
                   f"{blob}: error: 'l/{'z' * 250}/{'z' * 250}/{'z' * 250}' leads, through links, to "
                   "a path longer than 4095 bytes, which no system can open\n")


class Found(Case):
    """Files that are not named by the user, or not what their name promises."""

    def test_devices_in_place_of_documents(self):
        for option in (["--spec"], ["--mtree"], ["--plan"], ["--name=a", "--runfiles-manifest"]):
            self.check(["build", "--no-store", *option, "/dev/zero", "-o", "oci:o"],
                       "/dev/zero: error: is a device: expected a file or a pipe\n")
        self.check(["build", "@/dev/zero"],
                   "/dev/zero: error: is a device: expected a file or a pipe\n")

    def test_texts_of_an_absurd_size(self):
        with open(self.top / "large", "wb") as large:
            large.truncate(1 << 40)
        tree = ["--tree", "f:srv/f"]
        for option in (["--spec"], ["--mtree"], ["--plan"], ["--name=a", "--runfiles-manifest"],
                       [*tree, "--layer-lock"], [*tree, "--env-file"],
                       [*tree, "--compression=estargz", "--prioritize"]):
            self.check(["build", "--no-store", "-o", "oci:o", *option, "large"],
                       "large: error: is 1099511627776 bytes long, more than 1073741824\n")
        for command in (["build", "@large"], ["tar", "-cf", "a.tar", "-T", "large"]):
            self.check(command, "large: error: is 1099511627776 bytes long, more than 1073741824\n")

    def test_a_pipe_in_place_of_ignore_rules(self):
        (self.top / "t").mkdir()
        os.mkfifo(self.top / "t" / ".veneerignore")
        self.check(["build", "--no-store", "--tree", "t:srv", "-o", "oci:o"],
                   "t/.veneerignore: error: is not a regular file\n")

    def test_a_pipe_in_place_of_a_file_of_an_environment(self):
        small_venv.make(self.top / "v")
        for name in ("pyvenv.cfg", "bin/activate"):
            path = self.top / "v" / name
            path.rename(self.top / "kept")
            os.mkfifo(path)
            self.check(["build", "--no-store", "--venv", "v", "-o", "oci:o"],
                       f"v/{name}: error: is not a regular file\n")
            path.unlink()
            (self.top / "kept").rename(path)

    def test_texts_that_name_their_place_often(self):
        """Each is searched once, for each of the places: these would take minutes."""
        small_venv.make(self.top / "v")
        (self.top / "src").mkdir()
        site = small_venv.site_of(self.top / "v")
        (self.top / "v/bin/activate").write_text(f"{self.top}/v\n" * 150_000)
        (site / "a.pth").write_text("import x;" + f"'{self.top}/v'," * 150_000)
        (site / "__editable___a_finder.py").write_text(
            "MAPPING = {" + f"'a': '{self.top}/src'," * 150_000 + "}\n")
        small_base.make(self.top / "base", ["d:usr:755", "d:usr/bin:755",
                                            "f:usr/bin/python3.11:755:#!/x"])
        done = self.run_veneer("plan", "-q", "--venv", "v", "--app", "src", "--base", "oci:base",
                               "--python", "base", "--check=off", "-o", "plan")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        plan = (self.top / "plan").read_text()
        self.assertNotIn(str(self.top), "".join(
            line for line in plan.splitlines() if line.startswith("c\t")))
        for path in ("bin/activate", "a.pth", "_finder.py"):
            self.assertRegex(plan, rf"\nc\t[^\t]*{path}\t")

    def test_a_store_with_other_things_in_it(self):
        """Pipes, empty directories and links in place of files: a warning, and the right image."""
        build = ["build", "--store", "st", "--tree", "f:srv/f", "-o", "oci:o"]
        self.assertEqual(self.run_veneer(*build).returncode, 0)
        right = program.files_below(self.top / "o")
        for kind in ("pipe", "directory", "link"):
            for part in ("index", "blobs/sha256/*"):
                for path in (self.top / "st").glob(part):
                    if path.is_dir():
                        path.rmdir()
                    else:
                        path.unlink()
                    if kind == "pipe":
                        os.mkfifo(path)
                    elif kind == "directory":
                        path.mkdir()
                    else:
                        path.symlink_to("/dev/zero")
                subprocess.run(["rm", "-rf", "o"], cwd=self.top, check=True)
                done = self.run_veneer(*build)
                self.assertEqual(done.returncode, 0, (kind, part, done.stderr))
                self.assertIn(": warning: ", done.stderr)
                self.assertEqual(program.files_below(self.top / "o"), right)
                self.assertEqual(self.run_veneer("store", "verify", "--store", "st").returncode, 0)

    def test_a_message_about_a_long_name(self):
        """A name may be as long as its input; the message shows both ends."""
        (self.top / "input").write_text("V\t1\nW\t_main\nx\tapp\t" + "a" * 100_000 + "\n")
        done = self.run_veneer("build", "--no-store", "--spec", "input", "-o", "oci:o")
        self.assertEqual(done.returncode, 1)
        self.assertLess(len(done.stderr), 40_000)
        self.assertIn("a...a", done.stderr)


class Plans(Case):
    """The text of a plan."""

    def test_names_that_a_terminal_obeys(self):
        """They are escaped in what is printed, and read back byte for byte."""
        (self.top / "t").mkdir()
        names = (b"l\x1b]0;t\x07", b"c\xe2\x80\xaetxt.exe", b"d\xe9\x9b", b"e\xc3\xa9",
                 b"n\nveneer: error: b", b"tab\there", b"back\\slash", b"\xc2\x85c1\x7f")
        for name in names:
            os.symlink("\x1b[2J", os.fsencode(self.top / "t") + b"/" + name)
        done = self.run_veneer("plan", "--tree", "t:srv", "-o", "plan")
        self.assertEqual(done.returncode, 0, done.stderr)
        text = (self.top / "plan").read_bytes().decode()
        self.assertEqual([c for c in text if c not in "\n\t" and not c.isprintable()], [])
        for spelt in ("srv/l\\x1b]0;t\\x07\t", "srv/c\\xe2\\x80\\xaetxt.exe\t", "srv/d\\xe9\\x9b\t",
                      "srv/e\u00e9\t", "srv/n\\nveneer: error: b\t", "srv/tab\\there\t",
                      "srv/back\\\\slash\t", "srv/\\xc2\\x85c1\\x7f\t", "\t\\x1b[2J\t"):
            self.assertIn(spelt, text)
        for form in (["--plan", "plan"], ["--tree", "t:srv"]):
            done = self.run_veneer("layer", "--no-store", *form, "-o", f"{form[0][2:]}.tar")
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.top / "plan.tar").read_bytes(), (self.top / "tree.tar").read_bytes())

    def write_plan(self, size):
        """Writes a plan of one file, `f`."""
        (self.top / "plan").write_text(
            f"veneer plan 1\nlayer\tl\tx\nf\ta\t-\t{size}\tf\n"
            f"summary\tfiles=1\tbytes={size}\tsymlinks=0\thardlinks=0\tbytes_linked=0\t"
            "bytes_repeated=0\n")

    def test_a_size_that_the_file_does_not_have(self):
        """It is compared before anything is made for so many bytes."""
        for size in (1, 1 << 44, (1 << 64) - 1):
            self.write_plan(size)
            for command in (["build", "-o", "oci:o"], ["layer", "-o", "l.tar"]):
                self.check([*command, "--no-store", "--plan", "plan"],
                           f"plan:3:1: error: size '{size}' is not that of 'f', which has 0 bytes\n"
                           "plan:3:1: help: make the plan again: the file was changed after it\n")

    def test_sparse_files(self):
        """They take no disk, but what is made for each of their pieces would take memory."""
        (self.top / "t").mkdir()
        for name, size in (("a", 1 << 39), ("b", (1 << 39) + 1)):
            with open(self.top / "t" / name, "wb") as file:
                file.truncate(size)
        for command in (["build", "--tree", "t:srv", "-o", "oci:o"],
                        ["layer", "--tree", "t:srv", "-o", "l.tar"]):
            self.check([*command, "--no-store"],
                       "t: error: with the 549755813889 bytes of 'srv/b', the files of the layers "
                       "have more than 1 TiB\n")

    def test_many_layers(self):
        (self.top / "plan").write_text(
            "veneer plan 1\n" + "".join(f"layer\tl{i}\tx\n" for i in range(100_000)))
        self.check(["build", "--no-store", "--plan", "plan", "-o", "oci:o"],
                   "plan:129:1: error: is one of more than 127 layers, which no image has\n")


if __name__ == "__main__":
    program.main()
