"""Common code of all judges: running commands, skipping tests, and the exit code for ctest.

A judge is a test in which another program reads or runs veneer's output.
"""

import contextlib
import os
import pathlib
import secrets
import shutil
import subprocess
import sys
import tempfile
import unittest

SKIPPED = 77    # SKIP_RETURN_CODE in tests/CMakeLists.txt
TIMEOUT = 300   # seconds, for each command
UNAVAILABLE = "not available: "


def run(command, timeout=TIMEOUT, **options):
    """Runs a command; returns its standard output. A failure shows all of its output."""
    command = [str(part) for part in command]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=timeout, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"exit code {done.returncode} from: {' '.join(command)}\n"
                             f"{done.stdout}{done.stderr}")
    return done.stdout


def veneer(*arguments, **options):
    """Runs the veneer under test."""
    return run([os.environ["VENEER"], *arguments], **options)


def need(*commands):
    """Skips the test if a client is not installed."""
    for command in commands:
        if not shutil.which(command):
            raise unittest.SkipTest(f"'{command}' is not installed")


def unavailable(what):
    """Skips a test for want of what no package can give, which may be skipped everywhere."""
    raise unittest.SkipTest(f"{UNAVAILABLE}{what}")


def need_root():
    """Skips the test if it does not run as root."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root")


@contextlib.contextmanager
def scratch():
    """Yields a folder, which is removed at the end with all that is in it."""
    # mkdtemp() is not used: podman makes an image reference of the folder's name, and a reference
    # must not have an underscore next to another separator.
    folder = pathlib.Path(tempfile.gettempdir(), f"veneer-interop-{secrets.token_hex(8)}")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


class Judge(unittest.TestCase):
    """A test case with a new folder, `self.folder`, for each test."""

    maxDiff = None
    clients = ()
    as_root = False

    @classmethod
    def setUpClass(cls):
        need(*cls.clients)
        if cls.as_root:
            need_root()

    def setUp(self):
        self.folder = self.enterContext(scratch())


def main():
    """Runs the judges of the calling file, or those named on the command line."""
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    if not result.wasSuccessful() or result.testsRun + len(result.skipped) == 0:
        sys.exit(1)
    if result.skipped:
        # In .ci/run every client must be installed, so a skipped test is a failure.
        missing = [reason for _, reason in result.skipped if not reason.startswith(UNAVAILABLE)]
        sys.exit(1 if missing and os.environ.get("VENEER_NO_SKIP") == "1" else SKIPPED)
