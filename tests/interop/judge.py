"""What every judge needs: running commands, skipping with a reason, and the exit code for ctest."""

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
TIMEOUT = 300   # seconds for any one command


def run(command, timeout=TIMEOUT, **options):
    """Runs a command to its end; returns what it printed. A failure shows all of its output."""
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
    """Skips the test where a client is not installed."""
    for command in commands:
        if not shutil.which(command):
            raise unittest.SkipTest(f"'{command}' is not installed")


def need_root():
    """Skips the test where it may not start containers or own files."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root")


@contextlib.contextmanager
def scratch():
    """A folder that is gone afterwards, whatever is left in it."""
    # Not mkdtemp(): a name with its underscores beside other separators is no image reference, which podman makes of it.
    folder = pathlib.Path(tempfile.gettempdir(), f"veneer-interop-{secrets.token_hex(8)}")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


class Judge(unittest.TestCase):
    """A test case with a folder of its own, `self.folder`, for each test."""

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
        # .ci/run has every client: there, a skip is a judge that went missing.
        sys.exit(1 if os.environ.get("VENEER_NO_SKIP") == "1" else SKIPPED)
