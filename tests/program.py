"""The command line of a test module: MODULE VENEER [--update] [UNITTEST-OPTION...]."""

import atexit
import os
import shutil
import sys
import tempfile
import unittest

VENEER = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else None
UPDATE = "--update" in sys.argv
if UPDATE:
    sys.argv.remove("--update")

# Each module has an empty store, instead of the user's own.
CACHE = tempfile.mkdtemp(prefix="veneer-test-cache-")
atexit.register(shutil.rmtree, CACHE, ignore_errors=True)
os.environ["XDG_CACHE_HOME"] = CACHE


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


def main():
    """Runs the tests of the calling module."""
    unittest.main()
