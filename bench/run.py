#!/usr/bin/env python3
"""Compares veneer with other tools on the same work, and writes the results to docs/benchmark.md.

    cmake/install-packages cmake/debian-packages.txt bench/debian-packages.txt
    cmake --preset release && cmake --build --preset release
    bench/run.py --docs docs      30 GB below build/bench; root for `load`; quicker with --no-awk

Cases (default: all but torch; --case chooses):
  gzip, zstd, none cold builds of a program with ten real packages; the limit of this machine
  disk             the same of inputs that are not in memory (root)
  levels           size against CPU time: the levels of both codecs, and other tools
  rebuild          nothing changed, one app file changed
  wheel, layer     one wheel bumped; one file of a single large layer changed
  load             into a Docker Engine after a change
  entries, bytes   how time and memory grow: 1,000 to 1,000,000 entries, 0.1 to 10 GB
  torch            cold zstd builds of a program with torch for CUDA: 3 GB of downloads, 36 GB of
                   disk, ten minutes

Tools take turns, so that a change of the machine's speed affects all of them. A tool that is not
installed or fails is reported and left out. --tool 'NAME=COMMAND' adds another tool to the case
`levels`, and to `zstd` and `torch` if its name has the word zstd, else to `gzip`; {mtree},
{listing}, {runfiles} and {output} stand for the program's mtree, its paths with the file of each,
its runfiles and the file to write.
"""

import argparse
import os
import pathlib
import shlex
import sys
import time

import cold
import levels
import load
import peers
import rebuild
import report
import scale
import workloads
from measure import Tool, take_turns
from workloads import apart

CASES = {"gzip": cold.gzip, "zstd": cold.zstd, "none": cold.none, "disk": cold.disk,
         "levels": levels.run, "rebuild": rebuild.run, "wheel": rebuild.wheel,
         "layer": rebuild.layer, "load": load.run, "entries": scale.entries,
         "bytes": scale.sizes, "torch": cold.torch}
ALL = tuple(name for name in CASES if name != "torch")
# Cases that take at most a minute, without downloads and daemons.
SMOKE = ("gzip", "zstd", "none", "levels", "rebuild", "wheel", "layer", "entries", "bytes")


class Context:
    """The inputs and results of all cases."""

    def __init__(self, options):
        build = pathlib.Path(options.build).resolve()
        self.veneer = build / "cmd" / "veneer"
        self.limit = build / "bench" / "bench_limit"
        self.work = pathlib.Path(options.work).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.runs = 1 if options.smoke else options.runs
        self.entries = (1_000, 3_000) if options.smoke else scale.ENTRIES
        self.gigabytes = (0.01, 0.02) if options.smoke else \
            [size for size in scale.GIGABYTES if size <= options.most_gigabytes]
        self.tree = apart(workloads.tiny_packages if options.smoke else workloads.real_packages,
                          self.work)
        self.base = None if options.smoke else self._base()
        self.added = options.tool
        self.awk = None      # Tool: the readlink pass, after it was run
        self.results = {}    # {case: tools or points}, for the pictures
        self.bars = []

    def remember(self, case, result):
        """Keeps the results of a case."""
        self.results[case] = result

    def run_awk_pass(self):
        """Runs the readlink pass once, because it takes minutes. bsdtar uses its result."""
        if "bsdtar" not in peers.missing() and not self.awk:
            [self.awk] = take_turns([peers.awk_pass(self)], 1) or [None]

    def tools(self, codec=None):
        """Returns the tools that the user added, or of these the ones with this codec."""
        return [self._tool(text) for text in self.added
                if codec in (None, "zstd" if "zstd" in text.partition("=")[0] else "gzip")]

    def _base(self):
        try:
            return apart(workloads.debian_base, self.work)
        except (OSError, SystemExit) as error:
            print(f"no base image: {error}", file=sys.stderr)
            return None

    def _tool(self, text):
        name, _, command = text.partition("=")
        output = self.work / "other-tool.out"
        for key, value in (("mtree", self.tree.mtree), ("listing", self.tree.listing),
                           ("runfiles", self.tree.runfiles), ("output", output)):
            command = command.replace(f"{{{key}}}", shlex.quote(str(value)))
        return Tool(name, ["bash", "-ec", command], output, required=False)


def parse():
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--case", action="append", choices=list(CASES))
    parser.add_argument("--runs", type=int, default=3, help="runs of each tool")
    parser.add_argument("--build", default="build/release", help="folder that CMake built in")
    parser.add_argument("--work", default="build/bench", help="folder for workloads and outputs")
    parser.add_argument("--docs", help="folder to write benchmark.md and its pictures to")
    parser.add_argument("--tool", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--no-awk", action="store_true",
                        help="leave out the readlink pass, which takes minutes")
    parser.add_argument("--most-gigabytes", type=float, default=10, help="of case `bytes`")
    parser.add_argument("--smoke", action="store_true",
                        help="tiny workloads, to see that this program works; no figure counts")
    return parser.parse_args()


def main():
    """Runs and prints the cases, and writes the page."""
    options = parse()
    begin = time.monotonic()
    context = Context(options)
    for name in peers.missing():
        print(f"{name} is not installed, and is left out", file=sys.stderr)
    os.chdir(context.tree.root)
    sections = {}
    for name in options.case or (SMOKE if options.smoke else ALL):
        print(f"{name}, {(time.monotonic() - begin) / 60:.1f} minutes on:", file=sys.stderr,
              flush=True)
        if name in ("gzip", "zstd") and not options.no_awk:
            context.run_awk_pass()
        sections[name] = CASES[name](context)
        print(f"\n{sections[name]}", flush=True)
    page = report.page(context, sections, (time.monotonic() - begin) / 60)
    print(f"\n{page.partition('## ')[0]}")
    if options.docs:
        report.write(pathlib.Path(START, options.docs), page, context)


START = os.getcwd()

if __name__ == "__main__":
    main()
