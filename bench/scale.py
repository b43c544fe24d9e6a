#!/usr/bin/env python3
"""Shows how planning grows: time and peak memory from 3,000 to 300,000 runfiles.

    bench/scale.py --veneer build/release/cmd/veneer [--runs 3] [--work DIR] [--markdown FILE]

The runfiles are those of a py_binary whose virtual environment links file by file, the shape with
the most links: half the entries are wheels' files, half are SymlinkEntries for them.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import sys

from run import Tool

SIZES = (3_000, 10_000, 30_000, 100_000, 300_000)
FILES_A_WHEEL = 1_500
SITE = "_app.venv/lib/python3.11/site-packages"


def make_spec(folder, entries):
    """Writes real files and a spec of about `entries` records below `folder`; returns its path."""
    shutil.rmtree(folder, ignore_errors=True)
    files = entries // 2
    lines = ["V\t1", "W\t_main", "x\tapp\tapp"]
    folder.mkdir(parents=True)
    (folder / "app").write_text("#!/bin/sh\n")
    for number in range(files):
        wheel, index = divmod(number, FILES_A_WHEEL)
        package = f"package{wheel}"
        repository = f"rules_python++pip+pypi_311_{package}_py3_none_any_{wheel:08x}"
        inner = f"{package}/part{index // 50}/module{index}.py"
        path = f"external/{repository}/site-packages/{inner}"
        place = folder / path
        if index % 50 == 0:
            place.parent.mkdir(parents=True)
        place.write_text(f"# {number}\n" * (1 + number % 7))
        short, owner = f"../{repository}/site-packages/{inner}", f"@@{repository}//:pkg"
        lines.append(f"f\t{short}\t{path}\t{owner}")
        lines.append(f"r\t_main/{SITE}/{inner}\tf\t{path}\t{short}\t{owner}")
    spec = folder / "app.veneer-spec"
    spec.write_text("\n".join(lines) + "\n")
    return spec


def measure(veneer, work, entries, runs):
    """A row of the table."""
    spec = make_spec(work / "tree", entries)
    os.chdir(spec.parent)
    tool = Tool("plan", [veneer, "plan", "--spec", str(spec)], work / "none")
    for _ in range(runs + 1):  # the first one, which warms the system's caches, does not count
        tool.run([])
    wall, peak = statistics.median(tool.wall[1:]), statistics.median(tool.peak[1:])
    return (f"| {entries:,} | {wall:.3f} | {wall / entries * 1e6:.1f} | {peak / 1e6:.0f} | "
            f"{peak / entries:.0f} |")


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--veneer", required=True, help="the program under test")
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each size")
    parser.add_argument("--work", default="build/bench/scale", help="folder for the files")
    parser.add_argument("--markdown", help="file to write the table to")
    options = parser.parse_args()
    veneer = str(pathlib.Path(options.veneer).resolve())
    work = pathlib.Path(options.work).resolve()
    work.mkdir(parents=True, exist_ok=True)
    lines = ["| entries | plan s | µs an entry | peak MB | bytes an entry |", "|---|---|---|---|---|"]
    for entries in SIZES:
        lines.append(measure(veneer, work, entries, options.runs))
        print(lines[-1], file=sys.stderr)
    text = "\n".join(lines) + "\n"
    print(text)
    if options.markdown:
        pathlib.Path(options.markdown).write_text(text)


if __name__ == "__main__":
    main()
