"""The files of a release that are made of the program: manual page, completion, wheel.

usage: packaging_test.py VENEER
"""

import base64
import csv
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

import program

PACKAGING = pathlib.Path(__file__).resolve().parent.parent / "packaging"


def run(script, *arguments):
    """Runs a script of packaging/; returns what it prints."""
    return subprocess.run([sys.executable, "-B", PACKAGING / script, *arguments], check=True,
                          capture_output=True, text=True, timeout=60,
                          env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}).stdout


class Packaging(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.top = pathlib.Path(self.temporary.name)

    def complete(self, *words):
        """What bash offers for the last word."""
        script = self.top / "completion"
        script.write_text(run("completion.py", program.VENEER))
        return subprocess.run(
            ["bash", "-c", 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _veneer; '
             'echo "${COMPREPLY[@]}"', "bash", script, "veneer", *words],
            check=True, capture_output=True, text=True, timeout=60).stdout.split()

    def test_commands_options_and_values_are_completed(self):
        self.assertEqual(self.complete("ins"), ["inspect"])
        self.assertEqual(self.complete("build", "--runfiles-"),
                         ["--runfiles-layout", "--runfiles-manifest"])
        self.assertEqual(self.complete("build", "--compression", ""), ["gzip", "zstd", "none"])
        self.assertEqual(self.complete("build", "file"), [])  # bash completes paths

    def test_the_manual_has_every_command_and_fits_a_terminal(self):
        page = run("man_page.py", "1.2.3", program.VENEER)
        self.assertIn('.TH VENEER 1 "2023-11-14" "veneer 1.2.3"', page)
        for command in ("BUILD", "VERIFY", "STORE"):
            self.assertIn(f'.SH "VENEER {command}"', page)
        self.assertIn(r"\-\-skip\-base\-duplicates", page)
        if groff := shutil.which("groff"):
            done = subprocess.run([groff, "-man", "-Tutf8", "-ww", "-rLL=80n"], input=page, check=True,
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.stderr, "")

    def test_the_wheel_is_whole_and_finds_its_program(self):
        folder = self.top / "stage"
        folder.mkdir()
        for name in ("LICENSE", "README.md", "THIRD_PARTY_LICENSES"):
            (folder / name).write_text("text\n")
        (folder / "veneer").write_text('#!/bin/sh\necho "veneer $*"\n')
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
        script = self.top / "lib" / "bin" / "veneer"  # as pip install --target puts it
        script.parent.mkdir()
        shutil.copy(folder / "veneer", script)
        script.chmod(0o755)
        done = subprocess.run([sys.executable, "-m", "veneer", "build", "x"], check=True, timeout=60,
                              capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": str(self.top / "lib")})
        self.assertEqual(done.stdout, "veneer build x\n")


if __name__ == "__main__":
    program.main()
