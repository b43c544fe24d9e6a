"""That a release build has the protections of cmake/hardening.cmake.

usage: hardening_test.py VENEER
"""

import re
import subprocess
import unittest

import program


def readelf(*options):
    """What readelf says of the program, in its wide form."""
    return subprocess.run(["readelf", "-W", *options, program.VENEER], check=True,
                          capture_output=True, text=True, timeout=60).stdout


class Hardening(unittest.TestCase):
    def test_addresses_are_random(self):
        self.assertRegex(readelf("--file-header"), r"Type:\s+DYN \(Position-Independent Executable")

    def test_no_stack_is_executable(self):
        stack = re.search(r"GNU_STACK(?:\s+0x\w+){5} (...)", readelf("--segments"))
        self.assertEqual(stack[1], "RW ")

    def test_no_segment_is_writable_and_executable(self):
        self.assertNotIn(" RWE ", readelf("--segments"))

    def test_functions_are_bound_at_start_and_then_read_only(self):
        self.assertIn("GNU_RELRO", readelf("--segments"))
        self.assertIn("BIND_NOW", readelf("--dynamic"))

    def test_buffers_and_stacks_are_checked(self):
        symbols = readelf("--dyn-syms")
        # Of the stack protector, of _FORTIFY_SOURCE, and of the standard library's containers.
        for name in ("__stack_chk_fail", "_chk@GLIBC", "glibcxx_assert_fail"):
            self.assertTrue(name in symbols, name)


if __name__ == "__main__":
    program.main()
