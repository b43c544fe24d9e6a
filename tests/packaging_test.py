"""What is made of the program: manual pages, docs/reference, the wheel; and the version of all.

usage: packaging_test.py VENEER [--update]
"""

import base64
import csv
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

import program
from elf_sample import elf

SOURCES = pathlib.Path(__file__).resolve().parent.parent
PACKAGING = SOURCES / "packaging"
REFERENCE = SOURCES / "docs" / "reference"
sys.dont_write_bytecode = True
sys.path.insert(0, str(PACKAGING))

import commands
import page_texts
import pages
import reference

# Where the version is stated, and how.
STATING = ("MODULE.bazel", "README.md", "cmd/BUILD.bazel", "docs/*.md", "examples/*/MODULE.bazel",
           "tests/interop/*.py")
STATED = re.compile(r'((?:name = "veneer",\s+version = "|VENEER_VERSION=\\\\"|veneer:(?=\d)))'
                    r"[0-9]+\.[0-9]+\.[0-9]+")
ROOT = commands.read_commands([program.VENEER])


def run(script, *arguments):
    """Runs a script of packaging/; returns what it prints."""
    return subprocess.run([sys.executable, "-B", PACKAGING / script, *arguments], check=True,
                          capture_output=True, text=True, timeout=60,
                          env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}).stdout


def have(name):
    """Whether a program is there, which it must be in CI."""
    return shutil.which(name) is not None or os.environ.get("VENEER_NO_SKIP") == "1"


class Version(unittest.TestCase):
    """CMakeLists.txt says it. Bazel's files, which cannot read that, say it again."""

    def setUp(self):
        [self.version] = re.findall(r"^project\(veneer VERSION ([0-9.]+) ",
                                    (SOURCES / "CMakeLists.txt").read_text(), re.MULTILINE)

    def test_the_program_and_all_files_say_the_same(self):
        self.assertEqual(ROOT["version"], self.version)
        places = 0
        for path in [one for pattern in STATING for one in SOURCES.glob(pattern)]:
            text = path.read_text()
            wanted = STATED.sub(rf"\g<1>{self.version}", text)
            places += len(STATED.findall(text))
            if program.UPDATE:
                path.write_text(wanted)
            elif text != wanted:
                self.fail(f"{path}: another version than CMakeLists.txt; run with --update")
        self.assertGreater(places, 5)

    def test_the_changelog_has_it(self):
        changelog = (SOURCES / "CHANGELOG.md").read_text()
        current = re.escape(self.version)
        self.assertRegex(changelog, rf"(?m)^(To become {current}\.|## \[{current}\] - \d{{4}}-.*)$")


class Packaging(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.top = pathlib.Path(self.temporary.name)

    def test_every_command_has_a_manual_page_that_no_program_complains_of(self):
        run("documents.py", self.top, program.VENEER)
        pages = sorted((self.top / "man" / "man1").iterdir())
        names = {page.name for page in pages}
        self.assertLessEqual({"veneer.1", "veneer-build.1", "veneer-store.1", "veneer-tar.1"}, names)
        build = (self.top / "man" / "man1" / "veneer-build.1").read_text()
        self.assertIn('.TH VENEER-BUILD 1 "2023-11-14" "veneer ', build)
        self.assertIn(r"\-\-skip\-base\-duplicates", build)
        for command in (["mandoc", "-T", "lint"], ["groff", "-man", "-Tutf8", "-ww", "-rLL=80n"]):
            if not have(command[0]):
                continue
            for page in pages:
                done = subprocess.run([*command, page], check=False, capture_output=True, text=True,
                                      timeout=60)
                said = done.stdout if command[0] == "mandoc" else done.stderr
                self.assertEqual((done.returncode, said), (0, ""), command)

    def test_docs_reference_is_what_the_program_says(self):
        expected = reference.reference_pages(ROOT)
        if program.UPDATE:
            REFERENCE.mkdir(exist_ok=True)
            for page in REFERENCE.iterdir():
                page.unlink()
            for name, text in expected.items():
                (REFERENCE / name).write_text(text)
        found = {page.name: page.read_text() for page in REFERENCE.iterdir()}
        for name in sorted(found.keys() | expected.keys()):
            self.assertEqual(found.get(name), expected.get(name), f"{name}: run with --update")

    def test_examples_have_commands_and_options_that_exist(self):
        known = {pages.title_of(command): command for command in commands.all_below(ROOT)}
        for title, examples in page_texts.EXAMPLES.items():
            self.assertIn(title, known)
            for _, line in examples:
                words = line.split(" | ")[0].split(" > ")[0].split(" -- ")[0].split()
                name = " ".join(words[:3] if " ".join(words[:3]) in known else words[:2])
                options = {one for option in known[name]["options"] for one in option["names"]}
                used = {word.split("=")[0] for word in words if word.startswith("-")}
                if "usage" not in known[name]:  # whose options are bsdtar's
                    self.assertLessEqual(used, options, line)

    def test_what_looks_like_code_is_marked(self):
        for text, expected in [
                ("Whether --venv (default: on)", "Whether [--venv] (default: on)"),
                ("as `veneer plan -o` writes; GLOB", "as [veneer plan -o] writes; GLOB"),
                ("(ml=*torch*) or, if '!GLOB', /srv.", "([ml=*torch*]) or, if ['!GLOB'], [/srv].")]:
            marked = "".join(f"[{piece}]" if is_code else piece
                             for is_code, piece in commands.marked(text))
            self.assertEqual(marked, expected)

    def test_the_wheel_is_whole_and_finds_its_program(self):
        folder = self.top / "stage"
        document = folder / "share" / "doc" / "veneer"
        document.mkdir(parents=True)
        for name in ("LICENSE", "README.md", "THIRD_PARTY_LICENSES"):
            (document / name).write_text("text\n")
        page = folder / "share" / "man" / "man1" / "veneer.1"
        page.parent.mkdir(parents=True)
        page.write_text(".TH VENEER 1\n")
        (folder / "bin").mkdir()
        (folder / "bin" / "veneer").write_text('#!/bin/sh\necho "veneer $*"\n')
        wheel = pathlib.Path(run("wheel.py", folder, "1.2.3", "amd64", self.top).strip())
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(self.top / "lib")
            rows = list(csv.reader(archive.read("veneer-1.2.3.dist-info/RECORD").decode().split()))
            self.assertEqual(sorted(row[0] for row in rows), sorted(archive.namelist()))
            for path, digest, size in rows[:-1]:
                data = archive.read(path)
                found = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
                self.assertEqual((digest, size), (f"sha256={found}", str(len(data))))
            mode = archive.getinfo("veneer-1.2.3.data/scripts/veneer").external_attr >> 16
            self.assertEqual(mode, 0o100755)
            self.assertEqual([name for name in archive.namelist() if "/share/" in name],
                             ["veneer-1.2.3.data/data/share/man/man1/veneer.1"])
        script = self.top / "lib" / "bin" / "veneer"  # as pip install --target puts it
        script.parent.mkdir()
        shutil.copy(folder / "bin" / "veneer", script)
        script.chmod(0o755)
        done = subprocess.run([sys.executable, "-m", "veneer", "build", "x"], check=True, timeout=60,
                              capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": str(self.top / "lib")})
        self.assertEqual(done.stdout, "veneer build x\n")

    def test_the_image_of_veneer_starts_it_without_rights(self):
        """Made twice, and put together for two processors."""
        outputs = []
        for architecture, machine in (("amd64", "x86-64"), ("arm64", "aarch64")):
            folder = self.top / architecture
            (folder / "bin").mkdir(parents=True)
            (folder / "share" / "doc" / "veneer").mkdir(parents=True)
            (folder / "share" / "doc" / "veneer" / "LICENSE").write_text("text\n")
            (folder / "bin" / "veneer").write_bytes(elf(machine=machine, program=True))
            (folder / "bin" / "veneer").chmod(0o755)
            for tag in (architecture, architecture + "-again"):
                subprocess.run(
                    [PACKAGING / "image", "1.2.3", architecture, folder, f"oci:{self.top}/layout:{tag}",
                     "--", program.VENEER], check=True, timeout=60,
                    env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"})
            outputs += ["--image", f"oci:{self.top}/layout:{architecture}"]
        seen = [self.inspect(tag) for tag in ("amd64", "amd64-again")]
        self.assertEqual(seen[0]["layers"], seen[1]["layers"])
        config = seen[0]["config"]
        self.assertEqual(config, seen[1]["config"])
        self.assertEqual({key: config["config"][key] for key in ("Entrypoint", "User", "WorkingDir")},
                         {"Entrypoint": ["/usr/bin/veneer"], "User": "65532:65532",
                          "WorkingDir": "/work"})
        self.assertEqual(config["config"]["Labels"]["org.opencontainers.image.version"], "1.2.3")
        subprocess.run([program.VENEER, "index", *outputs, "-o", f"oci:{self.top}/layout:all"],
                       check=True, timeout=60, capture_output=True)
        for architecture in ("amd64", "arm64"):
            one = self.inspect("all", "--platform", f"linux/{architecture}")
            self.assertEqual(one["config"]["architecture"], architecture)

    def inspect(self, tag, *options):
        """What is in an image of the layout."""
        return json.loads(subprocess.run(
            [program.VENEER, "inspect", f"oci:{self.top}/layout:{tag}", "--json", *options],
            check=True, timeout=60, capture_output=True).stdout)


if __name__ == "__main__":
    program.main()
