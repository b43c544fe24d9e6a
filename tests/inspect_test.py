"""Tests `inspect` on images that Python makes, and compares it with a model of the same images.

usage: inspect_test.py VENEER
"""

import gzip
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tarfile
import tempfile
import unittest

import program
from made_images import Image, hardlink, member, model, sha256, tar, whiteout
from sample_layers import METADATA, SAMPLES, STATUS, debian_layer, python_layer


class Inspect(unittest.TestCase):
    """Runs veneer in a folder with images."""

    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)

    def run_veneer(self, *arguments):
        """Runs veneer; returns (exit code, standard output, standard error)."""
        done = subprocess.run([program.VENEER, *arguments], cwd=self.top, capture_output=True,
                              text=True, check=False, timeout=120)
        return done.returncode, done.stdout, done.stderr

    def inspect(self, image, *options, code=0):
        """Returns the report of an image."""
        found, output, errors = self.run_veneer("inspect", image, "--json", *options)
        self.assertEqual(found, code, errors)
        return json.loads(output)

    def make(self, layers, **options):
        """Makes a layout `image` of lists of members; returns the image."""
        image = Image([tar(members) for members in layers], **options)
        image.layout(self.top / "image")
        return image


class Trees(Inspect):
    """What a container sees agrees with a model that knows only the specification."""

    def check(self, name):
        self.make(SAMPLES[name])
        report = self.inspect("oci:image", "--files")
        listed = {}
        for entry in report["entries"]:
            self.assertNotIn(entry["path"], listed)
            listed[entry["path"]] = entry
        seen = model(SAMPLES[name])
        # Directories that no layer lists: as engines make them.
        implied = set(listed) - set(seen)
        self.assertEqual({listed[path]["type"] for path in implied} - {"directory"}, set())
        for path, entry in seen.items():
            found = {key: value for key, value in listed[path].items()
                     if key not in ("path", "layer", "package")}
            if found["type"] == "hardlink":
                self.assertEqual(listed[found.pop("link")]["digest"], found["digest"])
                found["type"] = "file"
            self.assertEqual(found, entry, path)
        self.assertEqual(report["paths"], len(listed))
        self.check_layers(report, SAMPLES[name])

    def check_layers(self, report, layers):
        """The entries of each layer are those of its tar, in order."""
        for number, members in enumerate(layers, start=1):
            entries = self.inspect("oci:image", "--files", "--layer", str(number))["entries"]
            self.assertEqual([entry["path"] for entry in entries], [info.name for info, _ in members])
            layer = report["layers"][number - 1]
            self.assertEqual(layer["unpacked"], len(tar(members)))
            self.assertEqual(layer["contentBytes"], sum(
                len(data) for info, data in members
                if info.isreg() and not pathlib.PurePath(info.name).name.startswith(".wh.")))


program.add_tests(Trees, SAMPLES, lambda name: name)


class Packages(Inspect):
    """Packages of every manager, and whose each file is."""

    def packages(self, layers):
        """Returns {(kind, name): (version, files, size)}."""
        self.make(layers)
        return {(one["kind"], one["name"]): (one["version"], one["files"], one["size"])
                for one in self.inspect("image")["packages"]}

    def test_files_of_debian_packages_are_theirs_through_links_and_before_python_s(self):
        metadata = len(METADATA.format("six", "1.16.0"))
        self.assertEqual(self.packages([debian_layer()]), {
            ("Debian", "libc6"): ("2.36-9", 1, 1000),
            ("Debian", "python3-six"): ("1.16.0-4", 3, 300 + 50 + metadata),
            ("Python", "six"): ("1.16.0", 0, 0)})
        stated = {one["name"]: one.get("statedSize") for one in self.inspect("image")["packages"]}
        self.assertEqual(stated, {"libc6": 12 * 1024, "python3-six": None, "six": None})

    def test_a_wheel_s_files_are_those_of_its_record_and_what_python_compiled(self):
        layer = python_layer()
        size = sum(len(data) for _, data in layer)
        self.assertEqual(self.packages([layer]), {("Python", "numpy"): ("1.26.4", 8, size)})
        owners = {entry["path"]: entry.get("package")
                  for entry in self.inspect("image", "--files")["entries"]
                  if entry["type"] == "file"}
        self.assertEqual(set(owners.values()), {"numpy"})

    def test_a_directory_is_of_the_package_that_has_all_files_in_it(self):
        site = "venv/lib/python3.11/site-packages"
        self.make([python_layer(), [member(f"{site}/other/x.py", "x"),
                                    member(f"{site}/numpy/mine/y.py", "y")]])
        owners = {entry["path"].removeprefix(site): entry.get("package")
                  for entry in self.inspect("image", "--files")["entries"]
                  if entry["type"] == "directory" and entry["path"].startswith("venv")}
        self.assertEqual({path for path, owner in owners.items() if owner == "numpy"},
                         {"/numpy-1.26.4.dist-info", "/numpy/__pycache__"})

    def test_without_a_record_the_modules_are_those_of_top_level_txt_or_of_the_name(self):
        site = "lib/site-packages"
        listed = [member(f"{site}/PyYAML-6.0.dist-info/METADATA", METADATA.format("PyYAML", "6.0")),
                  member(f"{site}/PyYAML-6.0.dist-info/top_level.txt", "_yaml\nyaml\n"),
                  member(f"{site}/yaml/a.py", "a" * 100), member(f"{site}/yaml-no.py", "n")]
        named = [member(f"{site}/a_b-1.dist-info/METADATA", METADATA.format("a-b", "1")),
                 member(f"{site}/a_b/x/y.py", "y" * 20), member(f"{site}/a_b.py", "z")]
        found = self.packages([listed, named])
        own = len(METADATA.format("PyYAML", "6.0")) + len("_yaml\nyaml\n")
        self.assertEqual(found[("Python", "PyYAML")], ("6.0", 3, 100 + own))
        self.assertEqual(found[("Python", "a-b")],
                         ("1", 3, 21 + len(METADATA.format("a-b", "1"))))

    def test_distroless_images_have_a_status_d(self):
        self.assertEqual(self.packages([[
            member("usr/share/zoneinfo/UTC", "utc"),
            member("var/lib/dpkg/status.d/tzdata",
                   "Package: tzdata\nVersion: 2024a-0\nArchitecture: all\n"),
            member("var/lib/dpkg/status.d/tzdata.md5sums",
                   "d41d8cd98f00b204e9800998ecf8427e  usr/share/zoneinfo/UTC\n")]]),
            {("Debian", "tzdata"): ("2024a-0", 1, 3)})

    def test_alpine_s_database_lists_folders_and_files(self):
        database = ("C:Q1\nP:musl\nV:1.2.4-r2\nA:x86_64\nI:622592\nF:lib\nR:ld-musl.so.1\na:0:0:755\n"
                    "F:etc\n\nP:busybox\nV:1.36.1-r5\nI:9\nF:bin\nR:busybox\nF:\nR:top\n\n")
        self.assertEqual(self.packages([[
            member("lib/ld-musl.so.1", "m" * 70), member("bin/busybox", "b" * 30),
            hardlink("bin/again", "bin/busybox"), member("top", "t"),
            member("lib/apk/db/installed", database)]]), {
                ("Alpine", "musl"): ("1.2.4-r2", 1, 70), ("Alpine", "busybox"): ("1.36.1-r5", 2, 31)})

    def test_what_an_upper_layer_removes_is_installed_no_more(self):
        upper = STATUS.replace("install ok installed\nArchitecture: all",
                               "deinstall ok config-files\nArchitecture: all")
        found = self.packages([debian_layer(), [
            member("var/lib/dpkg/status", upper), whiteout("var/lib/dpkg/info/python3-six.list")]])
        self.assertEqual(set(found), {("Debian", "libc6"), ("Python", "six")})
        self.assertEqual(found[("Python", "six")][1], 3)


class Waste(Inspect):
    """Bytes that are stored in vain, and limits."""

    def setUp(self):
        super().setUp()
        # 100 of "a" hidden, 50 of "b" twice beside their hardlink, 7 in one tar twice.
        self.make([
            [member("a", "a" * 100), member("b1", "b" * 50), hardlink("b2", "b1"),
             member("t", "1" * 7), member("t", "2" * 8)],
            [member("a", "A" * 90), member("b3", "b" * 50), member("empty", ""), member("e2", "")]])

    def test_bytes_are_counted_once_for_hardlinks_and_listed_by_their_cause(self):
        report = self.inspect("image")
        waste = report["waste"]
        self.assertEqual((waste["duplicateBytes"], waste["hiddenBytes"], waste["bytes"]),
                         (50, 107, 157))
        self.assertEqual(waste["duplicates"], [
            {"digest": sha256(b"b" * 50), "size": 50, "copies": 2, "paths": ["b1", "b3"]}])
        self.assertEqual(waste["hidden"], [
            {"path": "a", "size": 100, "layer": 1, "hiddenBy": 2},
            {"path": "t", "size": 7, "layer": 1, "hiddenBy": 1}])
        self.assertEqual(report["contentBytes"], 305)
        self.assertEqual([layer["hiddenBytes"] for layer in report["layers"]], [107, 0])

    def test_limits(self):
        size = self.inspect("image")["size"]
        for options, limit in [(["--max-size", str(size - 1)], "max-size"),
                               (["--max-waste", "156"], "max-waste"),
                               (["--max-waste", "51%"], "max-waste"),
                               (["--max-layers", "1"], "max-layers")]:
            report = self.inspect("image", *options, code=1)
            self.assertEqual([one["limit"] for one in report["over"]], [limit])
            code, output, errors = self.run_veneer("inspect", "image", *options)
            self.assertEqual(code, 1)
            self.assertIn("layer ", output)
            self.assertRegex(errors, rf"^oci:image: error: .*--{limit} allows")
        report = self.inspect("image", "--max-size", str(size), "--max-waste", "52%", "--max-layers",
                              "2")
        self.assertEqual(report["over"], [])

    def test_expectations(self):
        path = self.inspect("image", "--files")["entries"][0]["path"]
        for options, message in [
                (["--expect-file", "/nowhere"], "has nothing at '/nowhere'"),
                (["--forbid-file", path], f"has something at '{path}'"),
                (["--expect-user", "somebody"], "runs as '', not as 'somebody'"),
                (["--expect-entrypoint", '["/bin/a","-x"]'], 'runs [], not ["/bin/a","-x"]')]:
            code, output, errors = self.run_veneer("inspect", "image", *options)
            self.assertEqual((code, errors), (1, f"oci:image: error: {message}\n"))
            self.assertIn("layer ", output)
        self.inspect("image", "--expect-file", path, "--forbid-file", "nowhere", "--expect-user", "")

    def test_a_limit_that_is_none_is_wrong_usage(self):
        code, _, errors = self.run_veneer("inspect", "image", "--max-waste", "much")
        self.assertEqual((code, errors.splitlines()[0]), (
            2, "veneer: error: --max-waste: 'much' is neither a size, such as 10MB, nor a share, "
               "such as 5%"))


class Places(Inspect):
    """Images of every form, by reference and by path."""

    def test_every_form_has_the_same_report(self):
        image = self.make(SAMPLES["whiteouts"], level=None)
        image.oci_archive(self.top / "oci.tar")
        image.docker_archive(self.top / "docker.tar")
        (self.top / "docker.tar.gz").write_bytes(
            gzip.compress((self.top / "docker.tar").read_bytes()))
        (self.top / "with:colon").mkdir()
        image.layout(self.top / "with:colon", tag="v1")
        reports = []
        for name in ("oci:image", "image", "./image/", "oci-archive:oci.tar", "oci.tar",
                     "docker-archive:docker.tar", "docker.tar", "docker.tar:made:1",
                     "docker.tar.gz", "with:colon"):
            verified = self.run_veneer("verify", name)[1]
            self.assertTrue(verified.startswith(f"{name}: 3 paths in 2 layers checked: 0 errors"),
                            verified)
            report = self.inspect(name, "--files")
            self.assertTrue({"image", "manifest"} >= {
                key for key in report if report[key] != reports[0].get(key)} if reports else True,
                name)
            reports.append(report)

    def test_what_is_no_image_is_told_by_what_it_is(self):
        (self.top / "folder").mkdir()
        (self.top / "text").write_text("no tar\n")
        (self.top / "other.tar").write_bytes(tar([member("a", "b")]))
        for name, message in [
                ("nothing", "nothing: error: there is no such file or folder"),
                ("folder", "folder/oci-layout: error: there is no such file"),
                ("other.tar", "other.tar: error: is no image: it has neither 'oci-layout' nor "
                              "'manifest.json'"),
                ("docker://debian", "veneer: error: 'docker://debian' is not an image: there is no "
                                    "transport 'docker'"),
                ("text", "text: error: cannot read the tar: Unrecognized archive format")]:
            code, _, errors = self.run_veneer("inspect", name)
            self.assertEqual((code, errors.splitlines()[0]), (1, message))

    def test_a_layer_that_is_not_there_is_told(self):
        self.make(SAMPLES["whiteouts"])
        code, _, errors = self.run_veneer("inspect", "image", "--layer", "3")
        self.assertEqual((code, errors), (1, "oci:image: error: has 2 layers, no layer 3\n"))


class Archives(Inspect):
    """What is read of an archive, and what it needs."""

    def setUp(self):
        super().setUp()
        image = self.make([debian_layer(), python_layer()])
        image.docker_archive(self.top / "image.tar")
        (self.top / "image.tar.gz").write_bytes(gzip.compress((self.top / "image.tar").read_bytes()))

    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    def test_what_cannot_be_read_is_named_with_the_cause(self):
        for name in ("image.tar", "image.tar.gz"):
            for call in ("pread64", "fstat,newfstatat"):
                for number in range(1, 100):
                    command = [*program.traced("-P", os.path.realpath(self.top / name),
                                               "-e", f"trace={call}",
                                               "-e", f"inject={call}:error=EIO:when={number}"),
                               "inspect", name]
                    done = subprocess.run(command, cwd=self.top, capture_output=True, text=True, check=False,
                                          timeout=120)
                    if done.returncode == 0:
                        break
                    self.assertRegex(done.stderr,
                                     r"^image\.tar(\.gz)?(\([^)]*\))?: error: [^:]*: Input/output error\n$")
                self.assertGreater(number, 1)
                self.assertEqual(done.returncode, 0)

    def test_temporary_files(self):
        """Are in /tmp if TMPDIR is empty; who needs none does not ask for the folder."""
        (self.top / "text").write_text("text")
        attach = ("attach", "oci:image", "text", "--artifact-type=text/plain")
        for folder, packed in (("", 0), ("none", 1)):
            for command, code in (
                    (("inspect", "oci:image"), 0), (("verify", "oci:image"), 0), (attach, 0),
                    (("inspect", "image.tar"), 0), (("inspect", "image.tar.gz"), packed),
                    (("verify", "image.tar.gz"), packed),
                    (("convert", "-q", "oci:image", "docker-archive:-:a:1"), packed)):
                done = subprocess.run([program.VENEER, *command], cwd=self.top, capture_output=True, check=False,
                                      env={**os.environ, "TMPDIR": folder}, timeout=120)
                self.assertEqual((done.returncode, done.stderr.decode()), (code, code * (
                    "none: error: cannot create a file in this directory: No such file or directory\n")), command)


class Store(Inspect):
    """What is known of a layer is not read again."""

    def spoil(self, image, number):
        """Writes other bytes in the place of a layer, but for the first, by which its codec is told."""
        path = self.top / "image/blobs/sha256" / image.layers[number]["digest"].partition(":")[2]
        path.write_bytes(path.read_bytes()[:10] + b"\xff" * (path.stat().st_size - 10))

    def test_a_second_look_reads_no_layer(self):
        image = self.make([debian_layer(), python_layer()])
        options = ("--files", "--store", str(self.top / "store"))
        first = self.inspect("image", *options)
        self.spoil(image, 0)
        self.spoil(image, 1)
        self.assertEqual(self.inspect("image", *options), first)
        code, _, errors = self.run_veneer("inspect", "image", "--no-store")
        self.assertEqual(code, 1)
        self.assertIn(": error: is damaged: ", errors)

    def test_a_layer_that_fails_is_not_remembered(self):
        image = self.make([debian_layer()], level=None)
        path = self.top / "image/blobs/sha256" / image.layers[0]["digest"].partition(":")[2]
        path.write_bytes(path.read_bytes().replace(b"cccc", b"CCCC"))
        for _ in range(2):
            code, _, errors = self.run_veneer("inspect", "image", "--store", "store")
            self.assertEqual(code, 1)
            self.assertIn(", but its descriptor says sha256:", errors)

    def test_diff_reads_only_the_layer_that_differs(self):
        options = ("--store", str(self.top / "store"))
        self.make([debian_layer(), python_layer()])
        self.inspect("image", *options)
        (self.top / "image").rename(self.top / "before")
        image = self.make([debian_layer(), python_layer("1.26.5")])
        self.spoil(image, 0)
        code, output, errors = self.run_veneer("diff", "before", "image", *options)
        self.assertEqual((code, errors), (1, ""))
        self.assertIn("numpy 1.26.4 -> 1.26.5", output)

    def test_a_docker_archive_that_was_written_to_is_read_again(self):
        options = ("--store", str(self.top / "store"))
        for text in ("one", "two"):
            Image([tar([member("a", text)])]).docker_archive(self.top / "image.tar")
            for _ in range(2):
                entry = self.inspect("image.tar", "--files", *options)["entries"][0]
                self.assertEqual(entry["digest"], sha256(text.encode()))


class Hostile(Inspect):
    """Images that were made to do harm."""

    def test_names_are_escaped_in_all_that_is_printed(self):
        evil = "\x1b]0;title\x07\u202e"
        image = self.make([[member(f"d/{evil}", "x" * 5000), member(f"e/{evil}", "x" * 5000),
                            member("link", link=evil),
                            member(f"site/{evil}-1.dist-info/METADATA", METADATA.format(evil, evil))]],
                          config={"Env": [f"A={evil}"], "User": evil, "Labels": {evil: evil}},
                          history=[{"created_by": evil}])
        self.assertEqual(len(image.layers), 1)
        Image([tar([member("a", "b")])]).layout(self.top / "other")
        for arguments in (["inspect", "image"], ["inspect", "image", "--files"],
                          ["inspect", "image", "--layer", "1"], ["inspect", "image", "--json"],
                          ["inspect", "image", "--json", "--files"], ["diff", "image", "other"],
                          ["diff", "other", "image", "--files"], ["diff", "other", "image", "--json"]):
            _, output, errors = self.run_veneer(*arguments)
            for character in ("\x1b", "\x07", "\u202e"):
                self.assertNotIn(character, output + errors, arguments)
        entries = self.inspect("image", "--files")["entries"]
        self.assertIn(f"d/{evil}", [entry["path"] for entry in entries])

    def test_a_sparse_file_of_exabytes_is_refused(self):
        info = tarfile.TarInfo("holes")
        info.type = b"S"
        header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
        header[386:482] = bytes(96)  # no data at all
        header[483:495] = b"\x80" + struct.pack(">11s", (2**60).to_bytes(11, "big"))
        header[148:156] = b"        "
        header[148:156] = b"%06o\0 " % sum(header)
        Image([bytes(header) + bytes(1024)], level=None).layout(self.top / "image")
        code, _, errors = self.run_veneer("inspect", "image")
        self.assertEqual(code, 1)
        self.assertIn("Tar entry size overflow" if program.libarchive_version() >= (3, 8)
                      else "decompresses to more than 4096 MiB", errors)

    def test_lists_that_repeat_themselves_end_in_time(self):
        names = "\n".join(["d"] * 400_000)
        self.make([[member("s/d")] + [member(f"s/d/{i}", "") for i in range(2000)] + [
            member("s/x-1.dist-info/METADATA", METADATA.format("x", "1")),
            member("s/x-1.dist-info/top_level.txt", names)]])
        self.assertEqual(self.inspect("image")["packages"][0]["files"], 2002)


SCREEN = """\
image    oci:image
digest   {digest}
platform linux/amd64, created 2026-01-02T03:04:05Z
runs     /app/main --flag "two words"
config   user 1000; in /app; ports 80/tcp; 1 variable; 1 label
size     {stored} stored, {unpacked} unpacked; 2 layers, 15 files, 1 symlink

layer      stored    unpacked    files  what is in it | what made it
    1  {first:>10}     10.2 kB        7  libc6 2.36-9, python3-six 1.16.0-4 | ADD rootfs
    2  {second:>10}     20.5 kB        8  numpy 1.26.4 | RUN pip install numpy

packages: 2 Debian with 1.4 kB, 2 Python with 2.3 kB
    2.3 kB  numpy 1.26.4 (Python)
    1.0 kB  libc6 2.36-9 (Debian)
     425 B  python3-six 1.16.0-4 (Debian)
       0 B  six 1.16.0 (Python)

largest files
"""


class Screen(Inspect):
    """The text for people."""

    def test_one_screen(self):
        image = self.make([debian_layer(), python_layer()], history=[
            {"created_by": "ADD rootfs"}, {"created_by": "ENV A=b", "empty_layer": True},
            {"created_by": "RUN pip install numpy"}],
            config={"Entrypoint": ["/app/main"], "Cmd": ["--flag", "two words"], "User": "1000",
                    "WorkingDir": "/app", "ExposedPorts": {"80/tcp": {}}, "Env": ["A=b"],
                    "Labels": {"a": "b"}})
        code, output, errors = self.run_veneer("inspect", "image")
        self.assertEqual((code, errors), (0, ""))
        sizes = [layer["size"] for layer in image.layers]
        self.assertEqual(output[:output.index("largest files\n") + len("largest files\n")],
                         SCREEN.format(
                             digest=image.manifest["digest"], stored=human(sum(sizes)),
                             unpacked=human(sum(len(data) for data in image.tars)),
                             first=human(sizes[0]), second=human(sizes[1])))
        self.assertLessEqual(max(len(line) for line in output.splitlines()), 100)
        self.assertLessEqual(len(output.splitlines()), 40)

    def test_a_listing_is_that_of_tar(self):
        layers = SAMPLES["one_layer"] + SAMPLES["devices_and_pipes"]
        self.make(layers)
        _, output, _ = self.run_veneer("inspect", "image", "--files", "--layer", "2")
        (self.top / "layer.tar").write_bytes(tar(layers[1]))
        listed = subprocess.run(["tar", "--numeric-owner", "--utc", "-tvf", "layer.tar"],
                                cwd=self.top, capture_output=True, text=True, check=True).stdout
        self.assertEqual([line.split() for line in output.splitlines()],
                         [line.replace("/ ", " ").rstrip("/").split()
                          for line in listed.splitlines()])


def human(size):
    """Returns a size as veneer words it."""
    return f"{size} B" if size < 1000 else f"{size / 1000:.1f} kB"


if __name__ == "__main__":
    program.main()
