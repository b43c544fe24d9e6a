"""Changes an input during a build, at every moment at which veneer looks at it.

usage: races_test.py VENEER

The build must end with an error that names the file, or with an image that has the content from
before or after the change. races/meddler.c is preloaded into veneer. It runs a command before
veneer's n-th call about a file. The test tries n = 1, 2 and so on, up to the number of calls.
"""

import hashlib
import os
import pathlib
import posixpath
import shutil
import subprocess
import tarfile
import tempfile
import unittest

import program

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT = 20  # seconds
OLD = b"old content.\n" * 1000
NEW = b"new content.\n" * 1000
LONGER = OLD + b"more"
YEAR_1980 = 315532800  # the time of files in wheels

# Name, command, and the content of the file afterwards; None: no file.
CHANGES = [
    ("deleted", "rm first", None),
    ("a pipe", "rm first; mkfifo first", None),
    ("endless", "rm first; ln -s /dev/zero first", None),
    ("a directory", "rm first; mkdir first", None),
    ("shorter", "truncate -s 5000 first", OLD[:5000]),
    ("longer", "printf more >>first", LONGER),
    ("emptied", ": >first", b""),
    ("rewritten", "cat ../new 1<>first", NEW),
    ("rewritten, its time put back", f"cat ../new 1<>first; touch -d @{YEAR_1980} first", NEW),
    ("replaced", "cp ../new x; mv x first", NEW),
    ("replaced, its time the same", f"cp ../new x; touch -d @{YEAR_1980} x; mv x first", NEW),
]

MEANEST = {"a pipe", "endless", "longer", "rewritten", "replaced, its time the same"}
THOROUGH = {"tree", "tar of an mtree"}

# Command lines that pack the files `first`, which changes, and `second`, which has the same content
# and stays. With each: the folder of the files in the result, and whether the input is a plan.
COMMANDS = {
    "tree": (["build", "--no-store", "--tree", "in:", "-o", "docker-archive:out.tar"], "", False),
    "store": (["build", "--store", "store", "--tree", "in:", "-o", "docker-archive:out.tar"], "",
              False),
    "spec": (["build", "--no-store", "--check=warn", "--spec", "spec", "-o",
              "docker-archive:out.tar"], "app/app.runfiles/_main/", False),
    "runfiles": (["build", "--no-store", "--check=warn", "--runfiles", "app.runfiles", "-o",
                  "docker-archive:out.tar"], "app/app.runfiles/_main/", False),
    "mtree": (["build", "--no-store", "--mtree", "mtree", "-o", "docker-archive:out.tar"], "",
              False),
    "plan": (["build", "--no-store", "--plan", "plan", "-o", "docker-archive:out.tar"], "", True),
    "tar": (["tar", "-cf", "out.tar", "-C", "in", "first", "second"], "", False),
    "tar of an mtree": (["tar", "-cf", "out.tar", "@mtree"], "", False),
}


def files_of(archive):
    """Returns the content at each path of a file, a hardlink or a symlink."""
    found, links = {}, {}
    for member in archive:
        name = member.name.removeprefix("./")
        if member.isfile() or member.islnk():
            found[name] = archive.extractfile(member).read()
        elif member.issym():
            links[name] = posixpath.normpath(posixpath.join(name, "..", member.linkname))
    found |= {name: found[target] for name, target in links.items() if target in found}
    return found


def files_of_image(path):
    """Returns the contents of the files in an image's archive, or in a plain tar."""
    with tarfile.open(path) as archive:
        names = archive.getnames()
        if "manifest.json" not in names:
            return files_of(archive)
        found = {}
        for member in archive:
            if not member.isfile() or "." in member.name or "/" not in member.name:
                continue
            content = archive.extractfile(member)
            if content.read(2) == b"\x1f\x8b":
                content.seek(0)
                with tarfile.open(fileobj=content) as layer:
                    found |= files_of(layer)
        return found


class Races(unittest.TestCase):
    """One test per command, added below."""

    @classmethod
    def setUpClass(cls):
        if program.has_sanitizer():
            raise unittest.SkipTest("a sanitizer has to be loaded first")
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.meddler = pathlib.Path(cls.temporary.name) / "meddler.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", cls.meddler,
                        HERE / "races" / "meddler.c", "-ldl"], check=True)

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def prepare(self, has_plan):
        """Makes the inputs as they are before the change."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        (self.folder / "new").write_bytes(NEW)
        inputs = self.folder / "in"
        inputs.mkdir()
        for name in ("first", "second"):
            (inputs / name).write_bytes(OLD)
            os.utime(inputs / name, (YEAR_1980, YEAR_1980))
        runfiles = self.folder / "app.runfiles" / "_main"
        runfiles.mkdir(parents=True)
        for name in ("first", "second"):
            (runfiles / name).symlink_to(inputs / name)
        (self.folder / "spec").write_text(
            "V\t1\nW\t_main\nx\tapp\tnew\nf\tfirst\tin/first\t//:a\n"
            "f\tsecond\tin/second\t//:a\n")
        (self.folder / "mtree").write_text(
            "#mtree\n./first type=file content=in/first\n./second type=file content=in/second\n")
        if has_plan:
            subprocess.run([program.VENEER, "plan", "--tree", "in:", "-o", "plan"],
                           cwd=self.folder, check=True)

    def run_veneer(self, arguments, change="", at=0):
        """Runs veneer with a change before one of its calls."""
        environment = {**os.environ, "LD_PRELOAD": str(self.meddler), "MEDDLE_NAME": "first",
                       "MEDDLE_AT": str(at), "MEDDLE_COUNT": str(self.folder / "count"),
                       "MEDDLE_DO": f"cd '{self.folder}/in'; {change}", "LC_ALL": "C"}
        return subprocess.run([program.VENEER, *arguments], cwd=self.folder, capture_output=True,
                              text=True, check=False, env=environment, timeout=TIMEOUT)

    def check(self, name):
        """Tries every change at every moment."""
        arguments, prefix, has_plan = COMMANDS[name]
        self.prepare(has_plan)
        undisturbed = self.run_veneer(arguments)
        self.assertEqual(0, undisturbed.returncode, undisturbed.stderr)
        calls = int((self.folder / "count").read_text())
        self.assertGreater(calls, 2)
        for what, change, holds in CHANGES:
            if name not in THOROUGH and what not in MEANEST:
                continue
            for at in range(1, calls + 1):
                self.prepare(has_plan)
                with self.subTest(change=what, at=at):
                    done = self.run_veneer(arguments, change, at)
                    self.judge(done, prefix, holds, has_plan)

    def judge(self, done, prefix, holds, has_plan):
        """Checks that a run ended with an error, or with the old or the new content."""
        if done.returncode != 0:
            self.assertEqual(1, done.returncode, done.stderr)
            self.assertIn("first", done.stderr)
            self.assertFalse((self.folder / "out.tar").exists())
            return
        found = files_of_image(self.folder / "out.tar")
        first = found.get(prefix + "first")
        self.assertIn(first and first[:20], [OLD[:20], holds and holds[:20]], done.stderr)
        self.assertTrue(first in (OLD, holds), "torn")
        # A plan's text states that two files are linked, but does not state their content.
        if not has_plan:
            self.assertEqual(hashlib.sha256(OLD).digest(),
                             hashlib.sha256(found[prefix + "second"]).digest(), done.stderr)


if __name__ == "__main__":
    program.add_tests(Races, COMMANDS, lambda name: name.replace(" ", "_"))
    program.main()
