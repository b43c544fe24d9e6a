#!/usr/bin/env python3
"""What veneer's rules cost Bazel: time and memory of analysis, with and without them; time of a rebuild.

    VENEER=build/release/cmd/veneer VENEER_SAMPLES=DIR bench/bazel.py [--packages 100] [--files 300] [--runs 3]

A program has PACKAGES packages of FILES files. Analysis is that of a server which is new; the heap is what is in use after
a collection. DIR keeps downloads and the base image between runs (tests/interop/samples.py makes them).
"""

import argparse
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "interop"))

import bazel_workspace  # noqa: E402
import samples  # noqa: E402


def timed(action):
    """Seconds that a call takes."""
    begin = time.monotonic()
    action()
    return time.monotonic() - begin


def analyse(bazel, target):
    """(seconds, bytes of heap) of the analysis of one target in a new server."""
    bazel.bazel("shutdown")
    bazel.bazel("info", "release")  # starts it
    seconds = timed(lambda: bazel.build("--nobuild", target))
    heap = bazel.bazel("info", "used-heap-size-after-gc").strip()
    return seconds, float(heap.removesuffix("MB"))


def report(name, runs):
    """One line: medians."""
    seconds, heaps = zip(*runs)
    print(f"{name:24} {statistics.median(seconds):8.2f} s {statistics.median(heaps):8.0f} MB")


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=int, default=100, help="a power of ten")
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    samples.prepare()
    with tempfile.TemporaryDirectory() as folder, \
            bazel_workspace.workspace(pathlib.Path(folder), options.packages, options.files) as bazel:
        program = f"//many:app_{options.packages}"
        image = f"//many:image_{options.packages}"
        print(f"{options.packages * options.files} files of {options.packages} packages")
        for name, target in (("analysis, the program", program), ("analysis, its image", image)):
            report(name, [analyse(bazel, target) for _ in range(options.runs)])
        print(f"{'build, the program':24} {timed(lambda: bazel.build(program)):8.2f} s")
        print(f"{'build, its image':24} {timed(lambda: bazel.build(image)):8.2f} s")
        source = bazel.root / "main.py"
        rebuilds = []
        for run in range(options.runs):
            source.write_text(f"print({run})\n")
            rebuilds.append(timed(lambda: bazel.build(image)))
        print(f"{'rebuild, a line changed':24} {statistics.median(rebuilds):8.2f} s")


if __name__ == "__main__":
    main()
