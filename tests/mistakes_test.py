"""Tests the messages for command lines that are wrong: what is at fault, and what to write instead.

usage: mistakes_test.py VENEER
"""

import json
import pathlib
import shlex
import subprocess
import tempfile
import unittest

import program

TREE = "--tree tree:srv"
OUT = "-o oci:out"
# (command line, first line on stderr)
MISTAKES = [
    # Commands.
    ("biuld x", "veneer has no command 'biuld'; did you mean 'build'?"),
    ("Build x", "veneer has no command 'Build'; did you mean 'build'?"),
    ("inpsect image", "veneer has no command 'inpsect'; did you mean 'inspect'?"),
    ("push image", "veneer has no command 'push'"),
    ("store gcc", "veneer store has no command 'gcc'; did you mean 'gc'?"),
    ("store prune", "veneer store has no command 'prune'"),
    ("help biuld", "veneer has no command 'biuld'; did you mean 'build'?"),
    ("help store gcc", "veneer store has no command 'gcc'; did you mean 'gc'?"),
    ("", "A subcommand is required"),
    ("store", "A subcommand is required"),
    # Options.
    (f"build {TREE} --ouput oci:out", "veneer build has no option '--ouput'; did you mean '--output'?"),
    (f"build {TREE} --out oci:out", "veneer build has no option '--out'; did you mean '--output' and '--runfiles-layout'?"),
    (f"build {TREE} --out=oci:out", "veneer build has no option '--out'; did you mean '--output' and '--runfiles-layout'?"),
    (f"build {TREE} --lable a=b {OUT}", "veneer build has no option '--lable'; did you mean '--label'?"),
    (f"build {TREE} --annotaton a=b {OUT}",
     "veneer build has no option '--annotaton'; did you mean '--annotation'?"),
    (f"build {TREE} --entry-point a {OUT}",
     "veneer build has no option '--entry-point'; did you mean '--entrypoint'?"),
    (f"build {TREE} --plattform linux/arm64 {OUT}",
     "veneer build has no option '--plattform'; did you mean '--platform'?"),
    (f"build {TREE} --max_layers 3 {OUT}",
     "veneer build has no option '--max_layers'; did you mean '--max-layers', '--layers' and '--layer'?"),
    (f"build {TREE} --zzz {OUT}", "veneer build has no option '--zzz'"),
    (f"build {TREE} -z {OUT}", "veneer build has no option '-z'"),
    (f"build {TREE} --env -x {OUT} -z", "veneer build has no option '-z'"),
    ("plan --tre tree:srv", "veneer plan has no option '--tre'; did you mean '--tree', '--mtree' and '--tree-modes'?"),
    ("store gc --max-sise 1GB", "veneer store gc has no option '--max-sise'; did you mean '--max-size'?"),
    ("inspect --file image", "veneer inspect has no option '--file'; did you mean '--files', "
                             "'--expect-file' and '--forbid-file'?"),
    ("diff a b --ignore-time", "veneer diff has no option '--ignore-time'; did you mean '--ignore-times'?"),
    ("--jsn build", "veneer has no option '--jsn'"),
    # Values that are words.
    (f"build {TREE} --compression xz {OUT}", "--compression: 'xz' is none of gzip, zstd, none"),
    (f"build {TREE} --check=strict {OUT}", "--check: 'strict' is none of error, warn, off"),
    (f"build {TREE} --layers=two {OUT}", "--layers: 'two' is none of groups, one"),
    (f"build {TREE} --runfiles-layout flat {OUT}",
     "--runfiles-layout: 'flat' is none of faithful, venv"),
    (f"build {TREE} --tree-modes all {OUT}", "--tree-modes: 'all' is none of executable, disk"),
    (f"build {TREE} --content-links yes {OUT}", "--content-links: 'yes' is none of on, off"),
    (f"build {TREE} --skip-base-duplicates 1 {OUT}", "--skip-base-duplicates: '1' is none of on, off"),
    # Images that are elsewhere.
    (f"build {TREE} {OUT} --base debian:12",
     "--base: 'debian:12' is not an image: there is no transport 'debian'; fetch it first: "
     "`skopeo copy docker://debian:12 oci:debian:12`, then write oci:debian:12"),
    (f"build {TREE} {OUT} --base docker://ghcr.io/team/app",
     "--base: 'docker://ghcr.io/team/app' is not an image: there is no transport 'docker'; fetch it "
     "first: `skopeo copy docker://ghcr.io/team/app oci:app:latest`, then write oci:app:latest"),
    (f"build {TREE} {OUT} --base ghcr.io/team/app",
     "--base: 'ghcr.io/team/app' is not an image: it names no transport; fetch it first: `skopeo "
     "copy docker://ghcr.io/team/app oci:app:latest`, then write oci:app:latest"),
    (f"build {TREE} {OUT} --base docker-daemon:app:1",
     "--base: 'docker-daemon:app:1' is not an image: there is no transport 'docker-daemon'; fetch it "
     "first: `skopeo copy docker-daemon:app:1 oci:app:1`, then write oci:app:1"),
    (f"build {TREE} -o docker://localhost:5000/app:1",
     "--output: 'docker://localhost:5000/app:1' is not an image: there is no transport 'docker'; "
     "write oci:DIR:TAG, then `skopeo copy --preserve-digests oci:DIR:TAG "
     "docker://localhost:5000/app:1`"),
    (f"build {TREE} -o docker:app",
     "--output: 'docker:app' is not an image: there is no transport 'docker'; write oci:DIR:TAG, then "
     "`skopeo copy --preserve-digests oci:DIR:TAG docker://app`"),
    ("verify python:3.12",
     "IMAGE: 'python:3.12' is not an image: there is no transport 'python'; fetch it first: `skopeo "
     "copy docker://python:3.12 oci:python:3.12`, then write oci:python:3.12"),
    (f"build {TREE} {OUT} --base base",
     "--base: 'base' is not an image: it names no transport; an image is oci:DIR[:TAG], "
     "oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME:TAG]"),
]


class Mistakes(unittest.TestCase):
    """Each exits with 2 and writes nothing."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        (self.top / "tree").mkdir()
        (self.top / "tree" / "file").write_text("content")

    def run_veneer(self, *arguments):
        """Runs veneer; returns (exit code, standard output, standard error)."""
        done = subprocess.run([program.VENEER, *arguments], cwd=self.top, capture_output=True,
                              text=True, check=False, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def test_what_is_wrong_is_named_with_the_remedy(self):
        for line, message in MISTAKES:
            with self.subTest(line):
                code, output, errors = self.run_veneer(*shlex.split(line))
                self.assertEqual((code, output, errors.splitlines()[0]), (2, "", f"veneer: error: {message}"))
                self.assertEqual([path.name for path in self.top.iterdir()], ["tree"])

    def test_values_that_look_like_options_are_values(self):
        code, _, errors = self.run_veneer(
            "build", "--tree", "tree:srv", "--no-store", "-o", "oci:out", "--entrypoint", "/srv/file",
            "--entrypoint", "--no-such-flag", "--check=off", "-j2")
        self.assertEqual((code, errors), (0, ""))
        code, _, errors = self.run_veneer("plan", "--tree", "tree:srv", "--", "--ouput")
        self.assertEqual((code, "--ouput" in errors), (1, True))

    def test_help_is_that_of_the_command(self):
        for words in (["build"], ["store", "gc"], ["verify"], ["help"]):
            self.assertEqual(self.run_veneer("help", *words), self.run_veneer(*words, "--help"))
        self.assertEqual(self.run_veneer("help"), self.run_veneer("--help"))
        self.assertEqual(self.run_veneer("help", "tar"), self.run_veneer("tar", "--help"))

    def test_version(self):
        code, output, _ = self.run_veneer("version", "--json")
        self.assertEqual(code, 0)
        self.assertRegex(output, r'"zstd": "libzstd/[0-9.]+"')
        self.assertIn("libraries", json.loads(output))  # tests/static_test.py has those linked in
        number = self.run_veneer("--version")
        self.assertEqual(number, self.run_veneer("-V"))
        self.assertEqual(self.run_veneer("version")[1].splitlines()[0] + "\n", number[1])


if __name__ == "__main__":
    program.main()
