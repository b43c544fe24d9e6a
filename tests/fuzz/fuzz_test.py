"""Replays the fuzz targets' seeds, and changed forms of them that are always the same.

usage: fuzz_test.py FUZZ_REPLAY

The targets, and what counts as a fault, are in targets.h.
"""

import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import make_seeds

REPLAY = sys.argv.pop(1)
CHANGED = 150  # forms of each seed
# What is damaged is noted or passed over.
NEVER_REFUSE = {"elf", "package_records", "probed_files", "repo_mapping", "venv_text"}


def replay(*arguments):
    """Runs the program that replays inputs."""
    return subprocess.run([REPLAY, *map(str, arguments)], capture_output=True, text=True,
                          check=False)


def last_lines(done):
    """Returns the end of what a program printed, and how it ended."""
    how = signal.Signals(-done.returncode).name if done.returncode < 0 else done.returncode
    return f"{done.stderr[-4000:]}\nended by {how}"


class Fuzz(unittest.TestCase):
    """Every target on its seeds."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.seeds = pathlib.Path(cls.folder.name) / "seeds"
        make_seeds.make(cls.seeds)

    def test_each_target_has_seeds_of_a_size_that_leaves_room(self):
        self.assertEqual(sorted(path.name for path in self.seeds.iterdir()),
                         replay().stdout.split())
        for path in self.seeds.rglob("*"):
            if path.is_file():
                self.assertLessEqual(path.stat().st_size, make_seeds.MOST_BYTES, path)

    def test_each_input_is_read_or_refused(self):
        last = pathlib.Path("fuzz_replay.input").absolute()
        done = replay("--seeds", self.seeds, CHANGED, last)
        counts = [line.split() for line in done.stdout.splitlines()]
        self.assertEqual(
            done.returncode, 0,
            f"after the targets {[line[0] for line in counts]}: {last_lines(done)}\n"
            f"the next target fails with {REPLAY} TARGET {last}")
        last.unlink()
        for target, *numbers in counts:
            seeds, read_seeds, inputs, read = map(int, numbers)
            with self.subTest(target):
                self.assertEqual(inputs, seeds * (1 + CHANGED))
                self.assertGreater(read_seeds, 0, "no seed is read")
                self.assertEqual(read == inputs, target in NEVER_REFUSE, "read or refused")


if __name__ == "__main__":
    unittest.main()
