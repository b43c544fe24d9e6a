#!/usr/bin/env python3
"""Runs veneer beside other tools on one workload, and prints medians and ratios.

    bench/run.py --veneer build/release/cmd/veneer [--runs 5] [--work DIR] [--markdown FILE]

The tools take turns, run after run, so that a machine whose speed drifts is fair to all of them.
Wall and CPU time and peak memory are the operating system's own, of the finished process.
"""

import argparse
import concurrent.futures
import os
import pathlib
import statistics
import sys
import time
from dataclasses import dataclass, field

import workloads


@dataclass
class Tool:
    """A command line that writes one archive or image to `output`."""
    name: str
    command: list
    output: pathlib.Path
    wall: list = field(default_factory=list)
    cpu: list = field(default_factory=list)
    peak: list = field(default_factory=list)

    def run(self, inputs):
        """Runs the command once and records what it cost, `inputs` being in memory by then."""
        self.output.unlink(missing_ok=True)
        os.sync()  # so that nobody pays for what the tool before left to be written
        for path in inputs:  # nor for what the system dropped while that one ran
            with open(path, "rb") as file:
                while file.read(1 << 20):
                    pass
        begin = time.perf_counter()
        child = os.posix_spawnp(self.command[0], self.command, os.environ, file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
        _, status, usage = os.wait4(child, 0)
        self.wall.append(time.perf_counter() - begin)
        self.cpu.append(usage.ru_utime + usage.ru_stime)
        self.peak.append(usage.ru_maxrss * 1024)
        if status != 0:
            sys.exit(f"{self.name} failed: {' '.join(map(str, self.command))}")

    def size(self):
        """Bytes of what the last run wrote."""
        return self.output.stat().st_size


def tools(veneer, tree, work):
    """The peers, each with the command a user would type."""
    def bsdtar(name, spec, codec):
        output = work / f"{name.replace(' ', '_')}.tar"
        return Tool(name, ["bsdtar", "--create", "--file", str(output), *codec, f"@{spec}"], output)

    def ours(name, *options):
        output = work / f"{name.replace(' ', '_')}.tar"
        return Tool(name, [veneer, "build", str(tree.binary), "-o", f"oci-archive:{output}",
                           "--check=warn", *options], output)

    gzip = ["--gzip", "--options=gzip:compression-level=6,gzip:!timestamp"]
    zstd = ["--zstd", "--options=zstd:compression-level=3"]
    return [
        ours("veneer gzip 6", "--compression=gzip", "--level=6"),
        bsdtar("bsdtar gzip 6", tree.mtree, gzip),
        bsdtar("bsdtar gzip 6 once", tree.mtree_once, gzip),
        ours("veneer zstd 3", "--compression=zstd", "--level=3"),
        bsdtar("bsdtar zstd 3", tree.mtree, zstd),
        bsdtar("bsdtar zstd 3 once", tree.mtree_once, zstd),
        ours("veneer plain", "--compression=none"),
    ]


def table(all_tools):
    """Medians as a Markdown table, each beside the ratio of its wall time to veneer's."""
    ours = {tool.name.split()[1]: statistics.median(tool.wall)
            for tool in all_tools if tool.name.startswith("veneer")}
    lines = ["| tool | wall s | × veneer | CPU s | peak MB | output MB |",
             "|---|---|---|---|---|---|"]
    for tool in all_tools:
        wall = statistics.median(tool.wall)
        lines.append(f"| {tool.name} | {wall:.2f} | {wall / ours[tool.name.split()[1]]:.2f} | "
                     f"{statistics.median(tool.cpu):.2f} | "
                     f"{statistics.median(tool.peak) / 1e6:.0f} | {tool.size() / 1e6:.1f} |")
    return "\n".join(lines)


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--veneer", required=True, help="the program under test")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each tool")
    parser.add_argument("--work", default="build/bench", help="folder for the workload and outputs")
    parser.add_argument("--markdown", help="file to write the table to")
    options = parser.parse_args()

    work = pathlib.Path(options.work).resolve()
    work.mkdir(parents=True, exist_ok=True)
    # Made in a process of its own: a child's peak memory begins with that of its parent.
    with concurrent.futures.ProcessPoolExecutor(1) as apart:
        tree = apart.submit(workloads.real_packages, work).result()
    everyone = tools(str(pathlib.Path(options.veneer).resolve()), tree, work)
    os.chdir(tree.root)
    for tool in everyone:  # a warm-up, not counted
        tool.run(tree.contents)
        tool.wall, tool.cpu, tool.peak = [], [], []
    for _ in range(options.runs):
        for tool in everyone:
            tool.run(tree.contents)
    text = (f"{tree.description}; {options.runs} interleaved runs, medians; "
            f"{len(os.sched_getaffinity(0))} cores.\n\n{table(everyone)}\n")
    print(text)
    if options.markdown:
        pathlib.Path(options.markdown).write_text(text)


if __name__ == "__main__":
    main()
