"""Draws size against CPU time for the levels of both codecs and for other tools: case `levels`."""

import json
import shutil

import bars
import cold
import measure
import peers
from measure import Tool
from workloads import apart

GZIP = (1, 3, 4, 5, 6, 7, 9, 12)
ZSTD = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15)
# Of these levels, a layer is to be no larger than what one zstd process makes of the same tar with
# a window of 32 MiB, by more than this, and to take no more CPU time than this.
ASKED, LARGER, LONGER = range(1, 10), 1.01, 1.15


class Level(Tool):
    """veneer at one level. The CPU time of compression alone is taken from its trace."""

    def __init__(self, context, codec, level):
        output = context.work / f"level-{codec}"
        self.trace = context.work / "level.trace"
        super().__init__(f"veneer {codec} -{level}",
                         [context.veneer, "build", context.tree.binary, "--check=warn",
                          "--no-store", "--jobs=1", f"--compression={codec}", f"--level={level}",
                          "--trace", self.trace, "-o", f"oci:{output}:app"], output)
        self.compress = []

    def run(self, warm=None):
        """Runs it once, and keeps what its output and its trace say."""
        super().run(warm)
        spans = json.loads(self.trace.read_text())
        spans = spans["traceEvents"] if isinstance(spans, dict) else spans
        self.compress.append(sum(span["dur"] for span in spans if span.get("name") == "compress")
                             / 1e6)


def run(context):
    """Measures all levels; returns a section with two tables."""
    tars = apart(cold.plain_layers, context.veneer, context.tree.binary,
                 context.work / "plain-layers")
    ours = {codec: {level: Level(context, codec, level) for level in levels}
            for codec, levels in (("gzip", GZIP), ("zstd", ZSTD))}
    streams = {level: stream(context, tars, level) for level in ASKED if shutil.which("zstd")}
    others = peers.gzip_levels(context) + peers.zstd_levels(context) + context.tools()
    kept = measure.take_turns([*ours["gzip"].values(), *ours["zstd"].values(), *streams.values(), *others],
                              min(context.runs, 3), context.tree.warm)
    beside = [(level, ours["zstd"][level], alone) for level, alone in streams.items()
              if alone in kept]
    for level, tool, alone in beside:
        context.bars += [
            bars.at_most(f"size of zstd -{level} beside `zstd --long=25`", LARGER,
                         tool.size() / alone.size(), "{:.4f}"),
            bars.at_most(f"CPU time of zstd -{level} beside it, compression alone", LONGER,
                         min(tool.compress) / min(alone.cpu))]
    series = {f"veneer {codec}": [point(tool) for tool in tools.values()]
              for codec, tools in ours.items()}
    for tool in others:
        if tool in kept and tool.size():
            series.setdefault(tool.name.rpartition(" -")[0] or tool.name, []).append(point(tool))
    context.remember("levels", series)
    return "\n".join(["## Size against CPU time", "", *beaten(ours, others, kept), "",
                      *against_streams(beside)]) + measure.left_out(others)


def point(tool):
    """Returns CPU seconds and megabytes."""
    return min(tool.cpu), tool.size() / 1e6


def beaten(ours, others, kept):
    """Returns a table of the other tools, each with a level that is smaller and takes less CPU."""
    rows = ["| tool | CPU s | MB | veneer with no more of either | CPU s | MB |",
            "|---|--:|--:|---|--:|--:|"]
    for tool in (tool for tool in others if tool in kept and tool.size()):
        cpu, size = point(tool)
        codec = "zstd" if "zst" in tool.name else "gzip"
        fit = [level for level in ours[codec].values() if point(level)[0] <= cpu and point(level)[1] <= size]
        better = min(fit, key=lambda level: point(level)[1], default=None)
        cells = [better.name, *(f"{value:.2f}" for value in point(better))] if better else \
            ["none", "-", "-"]
        rows.append(f"| {tool.name} | {cpu:.2f} | {size:.2f} | {' | '.join(cells)} |")
    return rows


def against_streams(beside):
    """Returns a table of zstd levels beside one zstd process for each layer's tar."""
    if not beside:
        return []
    rows = ["zstd beside `zstd -LEVEL --long=25 --single-thread` of each layer's tar. The CPU time "
            "of veneer is that of compression alone, by one job's trace; that of the stream also "
            "reads the tars.", "",
            "| level | veneer MB | stream MB | × | veneer CPU s | stream CPU s | × |",
            "|--:|--:|--:|--:|--:|--:|--:|"]
    for level, tool, alone in beside:
        mine, other = min(tool.compress), min(alone.cpu)
        rows.append(f"| {level} | {tool.size() / 1e6:.2f} | {alone.size() / 1e6:.2f} | "
                    f"{tool.size() / alone.size():.4f} | {mine:.2f} | {other:.2f} | "
                    f"{mine / other:.2f} |")
    return rows


def stream(context, tars, level):
    """Returns one zstd process for each tar, with a window of 32 MiB."""
    output = context.work / "stream.zst"
    one = f'zstd -{level} --long=25 --single-thread -q -c "$tar" >>{output}'
    return Tool(f"zstd -{level} --long=25",
                ["bash", "-ec", f"for tar; do {one}; done", "bash", *tars], output, required=False)
