"""Cold builds beside the peers and beside the limit: case `gzip` and case `zstd`."""

import os
import statistics

import measure
import peers
from measure import Tool


def ours(context, codec, level):
    """veneer without a store: every build is a cold one."""
    output = context.work / f"veneer-{codec}.tar"
    return Tool(f"veneer {codec} -{level}",
                [context.veneer, "build", context.tree.binary, "--no-store",
                 f"--compression={codec}", f"--level={level}", "-o", f"oci-archive:{output}"],
                output)


def limit(context, codec, level):
    """Reading, SHA-256 and the codec alone, on as many threads, over the files that are stored."""
    return Tool(f"limit: read, hash, {codec} -{level}",
                [context.limit, codec, level, len(os.sched_getaffinity(0)),
                 context.tree.unique])


def run(context, codec, level, others):
    """One table: veneer first."""
    tools = [ours(context, codec, level), limit(context, codec, level), *others]
    measure.take_turns(tools, context.runs, context.tree.contents)
    rows = [measure.row(tool, tools[0]) for tool in tools]
    context.remember(codec, tools)
    distance = statistics.median(tools[0].wall) / statistics.median(tools[1].wall)
    return "\n".join([f"## Cold build, {codec}", "", measure.HEADER, *rows, "",
                      f"veneer takes {distance:.2f} times the limit."])


def gzip(context):
    """At level 6."""
    return run(context, "gzip", 6, peers.gzip_peers(context.tree, context.work) + context.tools)


def zstd(context):
    """At level 3."""
    return run(context, "zstd", 3, peers.zstd_peers(context.tree, context.work))
