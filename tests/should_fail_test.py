"""Runs every rejected input in tests/should_fail and compares veneer's messages.

usage: should_fail_test.py VENEER [--update]

A folder tests/should_fail/NAME has these files:
- `args`: a command line of veneer, run in a copy of the folder;
- the input files that the command line names;
- `setup`, optional: a shell script that runs first and makes links and odd names;
- `expected`: the exit code on the first line, then the whole standard error; of `verify`, whose
  findings are its result, behind its standard output.

The run must not leave new files. A case called warned-NAME succeeds with a warning.
--update rewrites `expected`; review the difference before you commit it.
"""

import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

import program

HERE = pathlib.Path(__file__).resolve().parent
# Environment of `setup`: the interpreter, the tests' folder, veneer, and a writer of ELF files.
SETUP = {**os.environ, "VENEER_PYTHON": sys.executable, "VENEER_TESTS": str(HERE),
         "VENEER": program.VENEER, "ELF_SAMPLE": f"{sys.executable} {HERE / 'elf_sample.py'}"}


def files_below(folder):
    """Returns every path below a folder."""
    return {os.path.join(top, name) for top, folders, names in os.walk(folder)
            for name in folders + names}


class ShouldFail(unittest.TestCase):
    """One test per folder, added below."""
    maxDiff = None

    def check(self, case):
        """Runs one rejected input."""
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary) / "case"
            shutil.copytree(case, folder, symlinks=True)
            if (folder / "setup").exists():
                subprocess.run(["sh", "-e", "setup"], cwd=folder, check=True, env=SETUP)
            before = files_below(folder)
            done = subprocess.run([program.VENEER, *shlex.split((folder / "args").read_text())],
                                  cwd=folder, capture_output=True, text=True, check=False,
                                  env={**os.environ, "LC_ALL": "C"})
            report = done.stdout if " ".join(done.args[1:]).startswith("verify") else ""
            text = f"{done.returncode}\n{report}{done.stderr}"
            self.assertEqual(done.returncode == 0, case.name.startswith("warned-"), done.stderr)
            self.assertEqual(before, files_below(folder), "something was left behind")
        if program.UPDATE:
            (case / "expected").write_text(text)
        self.assertEqual((case / "expected").read_text(), text)


if __name__ == "__main__":
    program.add_tests(ShouldFail, sorted((HERE / "should_fail").iterdir()),
                      lambda folder: folder.name)
    program.main()
