"""Prints the ten slowest tests of a run of ctest, and the time of all tests.

usage: slowest.py JUNIT-FILE
"""

import sys
import xml.etree.ElementTree

SHOWN = 10
LIMIT_SECONDS = 60 * 60  # for the whole of .ci/run


def main():
    """Reads and prints the times that ctest wrote."""
    cases = xml.etree.ElementTree.parse(sys.argv[1]).getroot().iter("testcase")
    times = sorted(((float(case.get("time", 0)), case.get("name")) for case in cases), reverse=True)
    print(f"the slowest of {len(times)} tests:")
    for seconds, name in times[:SHOWN]:
        print(f"{seconds:8.1f} s  {name}")
    total = sum(seconds for seconds, _ in times)
    print(f"{total:8.1f} s  all of them, some side by side; .ci/run has {LIMIT_SECONDS} s")


main()
