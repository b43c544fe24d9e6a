#!/usr/bin/env python3
"""Runs veneer beside other tools on the same work, and prints medians and ratios.

    cmake --preset release && cmake --build --preset release --target veneer bench_limit
    bench/run.py [--case NAME ...] [--runs 5] [--build build/release] [--work DIR] [--docs DIR]

gzip, zstd       cold builds of a program with ten real packages; the limit of this machine
rebuild          nothing changed, one app file changed
wheel, middle    one wheel bumped; one file of a single 400 MB layer changed
load             into a Docker Engine after a change (root, docker.io)
entries, bytes   how time and memory grow: 1,000 to 1,000,000 entries, 0.1 to 10 GB

Tools take turns, run after run, so that a machine whose speed drifts is fair to all of them.
Tools that are not installed are left out; bench/debian-packages.txt lists those that Debian has.
Any other one joins the gzip case with --tool 'NAME=COMMAND': {mtree}, {runfiles} and {output} stand
for the program's mtree, its runfiles and the file to write.
"""

import argparse
import concurrent.futures
import os
import pathlib
import shlex
import sys

import cold
import load
import rebuild
import scale
import workloads
from measure import Tool

CASES = {"gzip": cold.gzip, "zstd": cold.zstd, "rebuild": rebuild.run, "wheel": rebuild.wheel,
         "middle": rebuild.middle, "load": load.run, "entries": scale.entries,
         "bytes": scale.sizes}


class Context:
    """What every case is given."""

    def __init__(self, options):
        build = pathlib.Path(options.build).resolve()
        self.veneer = build / "cmd" / "veneer"
        self.limit = build / "bench" / "bench_limit"
        self.work = pathlib.Path(options.work).resolve()
        self.runs = options.runs
        self.results = {}    # case -> [tools], for the plot
        self.work.mkdir(parents=True, exist_ok=True)
        # Made in a process of its own: a child's peak memory begins with that of its parent.
        with concurrent.futures.ProcessPoolExecutor(1) as apart:
            self.tree = apart.submit(workloads.real_packages, self.work).result()
        self.tools = [self._tool(text) for text in options.tool]

    def remember(self, case, tools):
        """Keeps the figures of a case."""
        self.results[case] = tools

    def _tool(self, text):
        name, _, command = text.partition("=")
        output = self.work / "other-tool.out"
        for key, value in (("mtree", self.tree.mtree), ("runfiles", self.tree.runfiles),
                           ("output", output)):
            command = command.replace(f"{{{key}}}", shlex.quote(str(value)))
        return Tool(name, ["bash", "-ec", command], output)


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--case", action="append", choices=list(CASES), help="default: all")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each tool")
    parser.add_argument("--build", default="build/release", help="folder that CMake built in")
    parser.add_argument("--work", default="build/bench", help="folder for workloads and outputs")
    parser.add_argument("--docs", help="folder to write benchmark.md and benchmark.svg to")
    parser.add_argument("--tool", action="append", default=[], metavar="NAME=COMMAND")
    options = parser.parse_args()

    context = Context(options)
    os.chdir(context.tree.root)
    sections = [f"{context.tree.description}; {options.runs} rounds, medians; "
                f"{len(os.sched_getaffinity(0))} cores."]
    for name in options.case or CASES:
        sections.append(CASES[name](context))
        print(f"\n{sections[-1]}", flush=True)
    if options.docs:
        import plot  # pylint: disable=import-outside-toplevel  # needs matplotlib
        docs = pathlib.Path(options.docs)
        (docs / "benchmark.md").write_text("\n\n".join(["# Benchmark", *sections]) + "\n")
        plot.draw(context.results, docs / "benchmark.svg")


if __name__ == "__main__":
    sys.exit(main())
