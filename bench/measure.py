"""Runs command lines in turns and says what each cost: wall and CPU time, peak memory, output."""

import os
import pathlib
import statistics
import sys
import time
from dataclasses import dataclass, field


@dataclass
class Tool:
    """A command line that writes one archive or image to `output`."""
    name: str
    command: list
    output: pathlib.Path = None
    prepare: object = None      # called before each run, not counted
    in_daemon: bool = False     # the work is done by another process: CPU and memory say nothing
    runs_at_most: int = 1 << 30
    wall: list = field(default_factory=list)
    cpu: list = field(default_factory=list)
    peak: list = field(default_factory=list)

    def run(self, inputs=()):
        """Runs the command once and records what it cost, `inputs` being in memory by then."""
        if self.prepare:
            self.prepare()
        os.sync()  # so that nobody pays for what the tool before left to be written
        _read(inputs)  # nor for what the system dropped while that one ran
        begin = time.perf_counter()
        child = os.posix_spawnp(self.command[0], list(map(str, self.command)), os.environ,
                                file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
        _, status, usage = os.wait4(child, 0)
        self.wall.append(time.perf_counter() - begin)
        self.cpu.append(usage.ru_utime + usage.ru_stime)
        self.peak.append(usage.ru_maxrss * 1024)
        if status != 0:
            sys.exit(f"{self.name} failed: {' '.join(map(str, self.command))}")

    def forget(self):
        """Drops what was recorded."""
        self.wall, self.cpu, self.peak = [], [], []

    def size(self):
        """Bytes of what the last run wrote."""
        if self.output is None or not self.output.exists():
            return None
        if self.output.is_file():
            return self.output.stat().st_size
        return sum(path.stat().st_size for path in self.output.rglob("*") if path.is_file())


def take_turns(tools, runs, inputs=()):
    """One run of each that does not count, then `runs` rounds of all."""
    for tool in tools:
        if tool.runs_at_most > 1:
            tool.run(inputs)
            tool.forget()
    for number in range(runs):
        for tool in tools:
            if number < tool.runs_at_most:
                tool.run(inputs)


def row(tool, against):
    """A row of a table: medians, and the wall time beside that of `against`."""
    wall = statistics.median(tool.wall)
    size = tool.size()
    cells = [tool.name, f"{wall:.2f}" if wall >= 0.1 else f"{wall:.3f}",
             f"{wall / statistics.median(against.wall):.2f}",
             "-" if tool.in_daemon else f"{statistics.median(tool.cpu):.2f}",
             "-" if tool.in_daemon else f"{statistics.median(tool.peak) / 1e6:.0f}",
             "-" if size is None else f"{size / 1e6:.1f}"]
    return f"| {' | '.join(cells)} |"


HEADER = "| tool | wall s | ratio | CPU s | peak MB | output MB |\n|---|---|---|---|---|---|"


def _read(paths):
    for path in paths:
        with open(path, "rb") as file:
            while file.read(1 << 20):
                pass
