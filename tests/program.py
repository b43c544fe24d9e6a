"""The command line of a test module: MODULE VENEER [--update] [UNITTEST-OPTION...]."""

import atexit
import fcntl
import os
import pathlib
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

VENEER = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else None
UPDATE = "--update" in sys.argv
if UPDATE:
    sys.argv.remove("--update")

# Each module has an empty store, instead of the user's own.
CACHE = tempfile.mkdtemp(prefix="veneer-test-cache-")
atexit.register(shutil.rmtree, CACHE, ignore_errors=True)
os.environ["XDG_CACHE_HOME"] = CACHE
os.environ.pop("SOURCE_DATE_EPOCH", None)  # a packager's, which dates images


def add_tests(case, items, name_of):
    """Adds a test method for each item, which calls `case.check` with the item."""
    for item in items:
        name = "test_" + name_of(item).replace(".", "_").replace("-", "_")
        setattr(case, name, lambda self, item=item: self.check(item))


def files_below(folder):
    """Returns every file below a folder with its content."""
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


def has_sanitizer():
    """Whether veneer runs under AddressSanitizer or ThreadSanitizer, which need more of the system."""
    with open(VENEER, "rb") as file:
        binary = file.read()
    return b"__asan_init" in binary or b"__tsan_init" in binary


def traced(*options):
    """The beginning of a command that runs veneer under strace with these options. LeakSanitizer, which
    cannot look into a traced process, is off."""
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-E", "ASAN_OPTIONS=detect_leaks=0", *options,
            VENEER]


def libarchive_version():
    """The system's libarchive, of which some messages are: (3, 6)."""
    text = subprocess.run(["bsdtar", "--version"], check=True, capture_output=True, text=True,
                          timeout=60).stdout
    return tuple(map(int, re.search(r"libarchive (\d+)\.(\d+)", text).groups()))


class InFolder(unittest.TestCase):
    """Runs veneer in a folder of the test's own, which has its store, too."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        self.output = ""

    def run_veneer(self, *arguments):
        """Runs veneer; returns (exit code, standard error). Its standard output is in `output`."""
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.top / "cache")}
        done = subprocess.run([VENEER, *arguments], cwd=self.top, capture_output=True, text=True,
                              check=False, env=environment)
        self.output = done.stdout
        return done.returncode, done.stderr

    def veneer(self, *arguments):
        """Runs veneer, which must succeed without a message; returns its standard output."""
        self.assertEqual(self.run_veneer(*arguments), (0, ""))
        return self.output


def shown_on_terminal(command, columns=0, **options):
    """Runs a command on a terminal; returns what that shows. Without columns it has no width."""
    main_side, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 0, columns, 0, 0))
    text = b""
    with os.fdopen(main_side, "rb", buffering=0) as screen:
        with subprocess.Popen(command, stdin=side, stdout=side, stderr=side, **options) as process:
            os.close(side)
            try:
                while piece := screen.read(65536):
                    text += piece
            except OSError:  # nobody writes any more
                pass
            process.wait(60)
    return text.decode().replace("\r\n", "\n")


def main():
    """Runs the tests of the calling module."""
    unittest.main()
