"""Runs command lines in turns and measures wall time, CPU time, peak memory and output size."""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field

CORES = len(os.sched_getaffinity(0))
HEADER = ("| tool | wall s | × veneer | CPU s | cores busy | peak MB | output MB |\n"
          "|---|--:|--:|--:|--:|--:|--:|")


def read_through(path):
    """Reads a file into the page cache.

    It is read in pieces, because the peak memory of a child begins with that of its parent.
    """
    with open(path, "rb") as file:
        while file.read(1 << 20):
            pass


@dataclass
class Tool:
    """A command line that writes one archive or image to `output`."""
    name: str
    command: list
    output: pathlib.Path = None
    prepare: object = None      # called before each run, not measured
    reads: pathlib.Path = None  # a folder that is in memory before the run, like the inputs
    in_daemon: bool = False     # another process does the work: CPU and memory mean nothing
    required: bool = True       # a failure ends the benchmark; that of a peer is only reported
    once: bool = False          # too slow for a second run
    failure: str = ""
    wall: list = field(default_factory=list)
    cpu: list = field(default_factory=list)
    peak: list = field(default_factory=list)
    bytes: int = None           # of the last output

    def run(self, warm=None):
        """Runs the command once and records its cost.

        Before that, the inputs are read into memory, and the output of an earlier run is removed.
        """
        if self.prepare:
            self.prepare()
        self._remove_output()
        os.sync()  # so that writes of the previous tool do not slow this one
        if warm:
            warm()  # the system may have dropped inputs from memory during the previous run
        if self.reads:
            for path in self.reads.rglob("*"):
                if path.is_file():
                    read_through(path)
        begin = time.perf_counter()
        with subprocess.Popen(list(map(str, self.command)), stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
            message = child.stderr.read()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - begin
        if child.returncode != 0:
            self._fail(message.decode(errors="replace"))
            return
        self.wall.append(wall)
        self.cpu.append(usage.ru_utime + usage.ru_stime)
        self.peak.append(usage.ru_maxrss * 1024)
        self.bytes = self._output_size()

    def forget(self):
        """Drops the recorded values."""
        self.wall, self.cpu, self.peak = [], [], []

    def _remove_output(self):
        if self.output is not None and self.output.is_dir():
            shutil.rmtree(self.output)
        elif self.output is not None:
            self.output.unlink(missing_ok=True)

    def _fail(self, message):
        if self.required:
            sys.exit(f"{self.name} failed: {' '.join(map(str, self.command))}\n{message}")
        self.failure = (message.strip() or "no message").splitlines()[-1]
        print(f"{self.name} failed, and is left out: {self.failure}", file=sys.stderr)

    def median(self):
        """Returns the median of the wall time in seconds."""
        return statistics.median(self.wall)

    def median_peak(self):
        """Returns the median of the peak resident size in bytes."""
        return statistics.median(self.peak)

    def cores_busy(self):
        """Returns user and system time as a fraction of the wall time of all cores."""
        return statistics.median(cpu / wall / CORES for cpu, wall in zip(self.cpu, self.wall))

    def size(self):
        """Returns the size of the last output in bytes; None if there is none."""
        return self.bytes

    def _output_size(self):
        if self.output is None or not self.output.exists():
            return None
        if self.output.is_file():
            return self.output.stat().st_size
        return sum(path.stat().st_size for path in self.output.rglob("*") if path.is_file())


def take_turns(tools, runs, warm=None):
    """Runs all tools in `runs` rounds, with `warm` before each run.

    Returns the tools that did not fail.
    """
    for number in range(runs):
        for tool in tools:
            if not tool.failure and not (tool.once and number > 0):
                tool.run(warm)
                print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return [tool for tool in tools if not tool.failure]


def row(tool, against):
    """Returns a table row of medians, with the wall time as a multiple of that of `against`."""
    wall, size = tool.median(), tool.size()
    alone = tool.in_daemon
    cells = [tool.name, seconds(wall), f"{wall / against.median():.2f}",
             "-" if alone else seconds(statistics.median(tool.cpu)),
             "-" if alone else f"{tool.cores_busy():.0%}",
             "-" if alone else f"{tool.median_peak() / 1e6:.0f}",
             "-" if size is None else f"{size / 1e6:.1f}"]
    return f"| {' | '.join(cells)} |"


def table(tools, against):
    """Returns a table with a row for each tool."""
    return "\n".join([HEADER, *(row(tool, against) for tool in tools)])


def left_out(tools):
    """Returns the text below a table about the tools that failed."""
    return "".join(f"\n\nLeft out: {tool.name}, which said \"{tool.failure}\"."
                   for tool in tools if tool.failure)


def seconds(value):
    """Returns a number of seconds with two to four decimal places, more for small numbers."""
    return f"{value:.2f}" if value >= 0.1 else f"{value:.4f}" if value < 0.01 else f"{value:.3f}"
