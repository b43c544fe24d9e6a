"""Memory stays flat: one file of 4 GiB and a tree artifact of 1 GiB take less than 200 MB.

usage: limits_test.py VENEER
"""

import pathlib
import random
import resource
import subprocess
import tempfile
import unittest

import program

LIMIT = 200 * 1000 * 1000  # bytes


def peak_memory(arguments, folder):
    """Runs veneer and returns the largest resident size of any child so far, in bytes."""
    done = subprocess.run([program.VENEER, *arguments], cwd=folder, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


class Limits(unittest.TestCase):
    """Peak memory of large inputs."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)

    def test_large_file(self):
        """A file of 4 GiB: mostly holes on disk, 4 GiB to read, hash and compress."""
        with open(self.folder / "large", "wb") as file:
            file.write(random.Random(1).randbytes(1 << 20))
            file.truncate(4 << 30)
        peak = peak_memory(["build", "--tree", "large:srv/large", "--compression=zstd",
                            "-o", "oci:image"], self.folder)
        self.assertLess(peak, LIMIT)

    def test_large_tree(self):
        """A tree artifact of 1 GiB: 64 files of 16 MiB."""
        noise = random.Random(2).randbytes(1 << 20)
        (self.folder / "tree").mkdir()
        for number in range(64):
            with open(self.folder / "tree" / f"part{number}", "wb") as file:
                for piece in range(16):
                    file.write(bytes([number, piece]) + noise[2:])
        (self.folder / "main.py").write_text("print()\n")
        (self.folder / "spec").write_text("V\t1\nW\t_main\nx\tapp\tmain.py\nd\ttree\ttree\t//:t\n")
        peak = peak_memory(["build", "--spec", "spec", "--compression=zstd", "--level=1",
                            "--check=off", "-o", "oci:image"], self.folder)
        self.assertLess(peak, LIMIT)


if __name__ == "__main__":
    program.main()
