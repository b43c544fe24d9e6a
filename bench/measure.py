"""Runs command lines in turns and says what each cost: wall and CPU time, peak memory, output."""

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
    """Leaves a file in the page cache, and no more of it in this process than a piece: the peak
    memory of a child begins with that of its parent."""
    with open(path, "rb") as file:
        while file.read(1 << 20):
            pass


@dataclass
class Tool:
    """A command line that writes one archive or image to `output`."""
    name: str
    command: list
    output: pathlib.Path = None
    prepare: object = None      # called before each run, not counted
    reads: pathlib.Path = None  # a folder that is in memory when it is run, as the inputs are
    in_daemon: bool = False     # the work is done by another process: CPU and memory say nothing
    required: bool = True       # its failure ends the benchmark; a peer's is only told
    once: bool = False          # too slow to be run again
    failure: str = ""
    wall: list = field(default_factory=list)
    cpu: list = field(default_factory=list)
    peak: list = field(default_factory=list)

    def run(self, warm=None):
        """Runs the command once and records what it cost, the inputs being in memory by then, and no
        output of an earlier run in its place."""
        if self.prepare:
            self.prepare()
        self._remove_output()
        os.sync()  # so that nobody pays for what the tool before left to be written
        if warm:
            warm()  # nor for what the system dropped while that one ran
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

    def forget(self):
        """Drops what was recorded."""
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
        """Of the wall time, in seconds."""
        return statistics.median(self.wall)

    def median_peak(self):
        """Of the peak resident size, in bytes."""
        return statistics.median(self.peak)

    def cores_busy(self):
        """User and system time, as a part of what all cores had in the time that passed."""
        return statistics.median(cpu / wall / CORES for cpu, wall in zip(self.cpu, self.wall))

    def size(self):
        """Bytes of what the last run wrote; None if that is nothing to look at."""
        if self.output is None or not self.output.exists():
            return None
        if self.output.is_file():
            return self.output.stat().st_size
        return sum(path.stat().st_size for path in self.output.rglob("*") if path.is_file())


def take_turns(tools, runs, warm=None):
    """`runs` rounds of all tools, `warm` being called before each; returns those that did not
    fail."""
    for number in range(runs):
        for tool in tools:
            if not tool.failure and not (tool.once and number > 0):
                tool.run(warm)
                print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return [tool for tool in tools if not tool.failure]


def row(tool, against):
    """A row of a table: medians, and the wall time as a multiple of that of `against`."""
    wall, size = tool.median(), tool.size()
    alone = tool.in_daemon
    cells = [tool.name, seconds(wall), f"{wall / against.median():.2f}",
             "-" if alone else seconds(statistics.median(tool.cpu)),
             "-" if alone else f"{tool.cores_busy():.0%}",
             "-" if alone else f"{tool.median_peak() / 1e6:.0f}",
             "-" if size is None else f"{size / 1e6:.1f}"]
    return f"| {' | '.join(cells)} |"


def table(tools, against):
    """The rows of all tools under one header."""
    return "\n".join([HEADER, *(row(tool, against) for tool in tools)])


def left_out(tools):
    """What to say below a table of the tools that failed."""
    return "".join(f"\n\nLeft out: {tool.name}, which said \"{tool.failure}\"."
                   for tool in tools if tool.failure)


def seconds(value):
    """Three digits where there are three to show."""
    return f"{value:.2f}" if value >= 0.1 else f"{value:.4f}" if value < 0.01 else f"{value:.3f}"
