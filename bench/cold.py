"""Compares cold builds with other tools and with the machine's limit.

Cases `gzip`, `zstd`, `none`, `disk` and `torch`.
"""

import copy
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import zlib
from dataclasses import dataclass

import bars
import measure
import peers
import workloads
from measure import Tool
from workloads import apart

PIECE = 1 << 20


def label(codec, level):
    """Returns how a codec at a level is called in names of tools."""
    return "without compression" if codec == "none" else f"{codec} -{level}"


def ours(context, codec, level, store=None):
    """Returns veneer as a tool, without a store or with an empty one."""
    output = context.work / f"veneer-{codec}.tar"
    where = ["--no-store"] if store is None else ["--store", store]
    prepare = (lambda: shutil.rmtree(store, ignore_errors=True)) if store else None
    name = f"veneer {label(codec, level)}" + (", filling a store" if store else "")
    how = [f"--compression={codec}", *([f"--level={level}"] if level else [])]
    return Tool(name, [context.veneer, "build", context.tree.binary, "--check=warn", *where, *how,
                       "-o", f"oci-archive:{output}"], output, prepare)


def limit(context, codec, level, writes=False):
    """Returns the limit as a tool: only read, hash and compress the same files on all cores."""
    work = "read, hash" + (f", {label(codec, level)}" if level else "")
    command = [context.limit, codec, level, measure.CORES, context.tree.unique]
    if not writes:
        return Tool(f"limit: {work}", command)
    output = context.work / "limit.out"
    return Tool(f"limit: {work}, write", [*command, output], output)


@dataclass
class Asked:
    """The goals for a case; None: no goal."""
    faster: float   # than bsdtar with the duplicated tree
    limit: float    # time of veneer, of the time of the limit
    larger: float = None  # by which fraction the image may be larger than one stream of its tar


def gzip(context):
    """Runs the case `gzip`, at level 6."""
    return _case(context, ("gzip", 6), peers.gzip_peers(context), Asked(4, 1.06, 0))


def zstd(context):
    """Runs the case `zstd`, at level 3."""
    return _case(context, ("zstd", 3), peers.zstd_peers(context), Asked(1.6, 1.08, 0.04))


def none(context):
    """Runs the case `none`: layers that are plain tars."""
    return _case(context, ("none", 0), peers.plain_peers(context), Asked(1, 1.1))


def torch(context):
    """Runs the case `torch`, at level 3 of zstd, once, with a program of its own."""
    context = copy.copy(context)
    context.tree, context.awk = apart(workloads.torch, context.work), None
    context.runs = 1
    os.chdir(context.tree.root)
    section = _case(context, ("zstd", 3), peers.zstd_peers(context), Asked(1.6, 1.05), "torch")
    return f"{section}\n\nThe program: {context.tree.describe()}."


def disk(context):
    """Runs the case `disk`: the inputs are on a disk alone, not in memory. Needs root."""
    title = "## Inputs on a disk alone, zstd -3"
    if os.geteuid() != 0:
        return f"{title}\n\nLeft out: only root can empty the memory of what is on a disk."
    veneer = ours(context, "zstd", 3)
    tools = [veneer, ours(context, "gzip", 6), limit(context, "zstd", 3),
             *peers.zstd_peers(context), *context.tools("zstd")]

    def empty_memory():
        os.sync()
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3\n")
        for program in ("bsdtar", "tar", "zstd", context.veneer, context.limit):
            if shutil.which(program):  # the programs themselves are in memory
                subprocess.run([program, "--version"], check=False, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    kept = measure.take_turns(tools, context.runs, empty_memory)
    return (f"{title}\n\n{measure.table(kept, veneer)}\n\nThe system's memory of names and files "
            f"is emptied before each run.{measure.left_out(tools)}")


def _time_before_writing(tool, trace):
    """Runs veneer once more; returns the seconds until it begins to write layers."""
    tool.output.unlink()  # a disk may have no room for two
    subprocess.run([*tool.command, "--trace", trace], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    spans = json.loads(trace.read_text())["traceEvents"]
    return next(span["ts"] for span in spans if span["name"] == "write layers") / 1e6


def _case(context, compression, others, asked, name=None):
    """Measures all tools; returns a section with a table."""
    codec, level = compression
    what = label(codec, level) + (f", {name}" if name else "")
    veneer, alone = ours(context, codec, level), limit(context, codec, level)
    filling = ours(context, codec, level, context.work / "stores" / "cold")
    writing = limit(context, codec, level, writes=True)
    tools = [veneer, filling, alone, writing, *others, *context.tools(codec)]
    kept = measure.take_turns(tools, context.runs, context.tree.warm)
    context.remember(name or codec, kept)
    distance = veneer.median() / alone.median()
    duplicated = next((tool for tool in kept if tool.name == f"bsdtar {label(codec, level)}"), None)
    if duplicated:
        context.bars.append(bars.at_least(f"cold {what} beside bsdtar, duplicated tree",
                                          asked.faster, duplicated.median() / veneer.median()))
    context.bars.append(bars.at_most(f"cold {what} beside the limit, times", asked.limit,
                                     distance))
    by_cpu = statistics.median(veneer.cpu) / statistics.median(alone.cpu)
    text = ["", "", f"veneer takes {distance:.2f} times the limit and {by_cpu:.2f} times its CPU "
            f"time, and keeps {veneer.cores_busy():.0%} of {measure.CORES} cores busy. "
            "The limit reads the same files' bytes, without tar headers and names, hashes them and "
            "what the codec makes of them, and writes nothing. Beside the limit that also writes, "
            f"veneer takes {veneer.median() / writing.median():.2f} times the time. Before it reads "
            "the first content it has listed directories, read links, looked at each file, planned "
            f"and checked: {_time_before_writing(veneer, context.work / 'trace.json'):.2f} s, by "
            "`--trace`."]
    whole = None
    if asked.larger is not None:
        whole = apart(one_stream, context.veneer, context.tree.binary, context.work / "plain",
                      compression)
    if whole:
        ratio = veneer.size() / whole
        context.bars.append(bars.at_most(f"size of the {what} image beside one stream of the same "
                                         "tar", 1 + asked.larger, ratio, "{:.4f}"))
        text.append(f"One stream of the same tar bytes, by {'zlib' if codec == 'gzip' else 'zstd'}"
                    f" at level {level}, has {whole / 1e6:.1f} MB; veneer's image, config and "
                    f"manifest included, {veneer.size() / 1e6:.1f} MB.")
    rows = kept + [context.awk] if context.awk else kept
    return (f"## Cold build, {what}\n\n" + measure.table(rows, veneer) + "\n".join(text) +
            measure.left_out(tools))


def one_stream(veneer, binary, layout, compression):
    """Returns the size of veneer's tar as one gzip or zstd stream; None without a compressor."""
    codec, level = compression
    if codec == "zstd" and not shutil.which("zstd"):
        return None
    layers = plain_layers(veneer, binary, layout)
    size = _gzip_size(layers, level) if codec == "gzip" else _zstd_size(layers, level)
    shutil.rmtree(layout)
    return size


def plain_layers(veneer, binary, layout):
    """Builds an image without compression. Returns the paths of its layers, which are tars."""
    shutil.rmtree(layout, ignore_errors=True)
    subprocess.run([veneer, "build", binary, "--check=off", "--no-store", "--compression=none",
                    "-o", f"oci:{layout}"], check=True, stdout=subprocess.DEVNULL)
    return _layers(layout)


def _layers(layout):
    def blob(descriptor):
        return layout / "blobs" / descriptor["digest"].replace(":", "/")

    [image] = json.loads((layout / "index.json").read_text())["manifests"]
    return [blob(layer) for layer in json.loads(blob(image).read_text())["layers"]]


def _pieces(paths):
    for path in paths:
        with open(path, "rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _gzip_size(paths, level):
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    return sum(len(packer.compress(piece)) for piece in _pieces(paths)) + len(packer.flush())


def _zstd_size(paths, level):
    # zstd reads a pipe, so it does not know the size of its input, like any packer of a stream.
    with subprocess.Popen(["bash", "-c", f"zstd -{level} -q --single-thread | wc -c"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        for piece in _pieces(paths):
            child.stdin.write(piece)
        child.stdin.close()
        return int(child.stdout.read())


def digest(path):
    """Returns the SHA-256 digest of a file."""
    hash_of = hashlib.sha256()
    for piece in _pieces([pathlib.Path(path)]):
        hash_of.update(piece)
    return hash_of.hexdigest()
