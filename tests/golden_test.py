"""Compares `veneer plan` with the texts in tests/golden.

usage: golden_test.py VENEER [--update]

tests/golden/NAME.plan is the plan of the spec of tests/layouts/NAME.runfiles.tsv. If there is a
folder tests/golden/NAME, it is the plan of the options in NAME/args, run in that folder.
NAME.explain is the output of the same command with the further options in NAME.explain.args, and
NAME.table what the command prints without `--files`.
--update rewrites the texts; review the difference before you commit it.
"""

import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest

import program

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE / "golden"


def plan(options, folder):
    """Returns the output of `veneer plan`."""
    done = subprocess.run([program.VENEER, "plan", *options], cwd=folder, capture_output=True,
                          text=True, check=False, env={**os.environ, "LC_ALL": "C"})
    return done.stderr + done.stdout


class Golden(unittest.TestCase):
    """One test per golden file, added below."""
    maxDiff = None

    def check(self, golden):
        """Makes the plan again and compares it."""
        own = golden.with_suffix("")
        further = golden.with_name(f"{golden.name}.args")
        options = shlex.split(further.read_text()) if further.exists() else []
        if golden.suffix == ".plan":
            options.append("--files")
        if own.is_dir():
            text = plan(shlex.split((own / "args").read_text()) + options, own)
        else:
            layout = HERE / "layouts" / f"{golden.stem}.runfiles.tsv"
            with tempfile.TemporaryDirectory() as temporary:
                folder = pathlib.Path(temporary) / "layout"
                subprocess.run([sys.executable, HERE / "materialize_layout.py", layout, folder],
                               check=True)
                text = plan(["--spec", "../spec", *options], folder / "execroot")
        if program.UPDATE:
            golden.write_text(text)
        self.assertEqual(golden.read_text(), text)


if __name__ == "__main__":
    program.add_tests(Golden, sorted([*GOLDEN.glob("*.plan"), *GOLDEN.glob("*.explain"), *GOLDEN.glob("*.table")]),
                      lambda golden: golden.name.removesuffix(".plan"))
    program.main()
