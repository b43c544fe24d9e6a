"""Tests that memory stays bounded with large inputs.

usage: limits_test.py VENEER

A file of 4 GiB or a tree artifact of 1 GiB takes less than 200 MB. A million entries take less than
600 bytes each. A run that has less memory than it needs says so.
"""

import pathlib
import random
import resource
import subprocess
import tempfile
import unittest

import program

LIMIT = 200 * 1000 * 1000  # bytes
MILLION = 1000 * 1000
ENTRY_LIMIT = 600  # bytes per entry
ENVIRONMENTS = 100  # virtual environments with each file of a wheel


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
        """A file of 4 GiB, mostly holes, is read, hashed and compressed."""
        with open(self.folder / "large", "wb") as file:
            file.write(random.Random(1).randbytes(1 << 20))
            file.truncate(4 << 30)
        peak = peak_memory(["build", "--tree", "large:srv/large", "--compression=zstd",
                            "-o", "oci:image"], self.folder)
        self.assertLess(peak, LIMIT)

    def test_large_tree(self):
        """A tree artifact of 1 GiB has 64 files of 16 MiB."""
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

    def test_million_entries(self):
        """A hundred virtual environments have links to each file of seven wheels."""
        spec = self.folder / "spec"
        (self.folder / "app").write_text("print()\n")
        with open(spec, "w", encoding="utf-8") as file:
            file.write("V\t1\nW\t_main\nx\tapp\tapp\n")
            # The checks ask if it dangles in the input, too.
            file.write("t\tgone\tnowhere\t//:gone\n")
            for number in range(MILLION // ENVIRONMENTS):
                file.write(self.records_of_file(number))
        # The plan does not go to a pipe: the memory of this process would count as its children's.
        for command in (["plan", "-o", "plan"],
                        ["build", "--no-store", "--check=warn", "-o", "oci:image"]):
            peak = peak_memory([*command, "--spec", "spec"], self.folder)
            self.assertLess(peak, MILLION * ENTRY_LIMIT, command[0])

    def test_too_little(self):
        """Address space from nothing to enough: one line, or the image."""
        (self.folder / "tree").mkdir()
        for number in range(3):
            (self.folder / "tree" / f"file{number}").write_bytes(random.Random(3).randbytes(3 << 20))
        ends = set()
        for codec in ("gzip", "zstd"):
            for megabytes in range(24, 400, 8):
                size = megabytes << 20
                done = subprocess.run(
                    [program.VENEER, "build", "--no-store", "--jobs=2", "--tree", "tree:srv", f"--compression={codec}",
                     "-o", "oci:image"], cwd=self.folder, capture_output=True, check=False,
                    preexec_fn=lambda n=size: resource.setrlimit(resource.RLIMIT_AS, (n, n)))
                if done.returncode == 127:
                    continue  # not even the libraries can be loaded
                ends.add((done.returncode, done.stderr))
                subprocess.run(["rm", "-rf", "image"], cwd=self.folder, check=True)
                self.assertEqual([path.name for path in self.folder.iterdir()], ["tree"])
        for code, text in ends:
            self.assertIn(code, (0, 1), ends)
            self.assertEqual(text.count(b"\n"), code, ends)
        self.assertIn((0, b""), ends)
        self.assertIn((1, b"veneer: error: not enough memory\n"), ends)

    def records_of_file(self, number):
        """Makes a file of a wheel; returns its record and those of the links to it."""
        package = f"package{number // 1500}"
        repository = f"rules_python++pip+pypi_311_{package}_py3_none_any_0badcafe"
        inner = f"{package}/part{number // 50}/module{number}.py"
        path = f"external/{repository}/site-packages/{inner}"
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"# {number}\n")
        short, owner = f"../{repository}/site-packages/{inner}", f"@@{repository}//:pkg"
        records = [f"f\t{short}\t{path}\t{owner}\n"]
        for link in range(ENVIRONMENTS - 1):
            at = f"_main/_app{link:02}.venv/lib/python3.11/site-packages/{inner}"
            records.append(f"r\t{at}\tf\t{path}\t{short}\t{owner}\n")
        return "".join(records)


if __name__ == "__main__":
    program.main()
