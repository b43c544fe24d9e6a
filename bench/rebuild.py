"""Builds after a change, with a store: case `rebuild`, case `wheel` and case `middle`."""

import contextlib
import shutil
import uuid

import measure
import workloads
from measure import Tool

# Small and alone in no layer, of many small files, with a layer of its own.
BUMPED = ("babel", "networkx", "numpy")

def run(context):
    """Nothing changed, one app file changed; beside the cold build."""
    cold, build = _pair(context, "gzip")
    with _kept([context.tree.main]) as files:
        tools = [cold, build("nothing changed"),
                 build("one app file changed", lambda: _rewrite(files))]
        measure.take_turns(tools, context.runs, context.tree.contents)
    context.remember("rebuild", tools)
    return _table("Rebuilds, gzip", tools, cold)


def wheel(context):
    """Every file of one wheel rewritten, for wheels of several sizes."""
    cold, build = _pair(context, "gzip")
    with contextlib.ExitStack() as restored:
        tools = [cold]
        for name in BUMPED:
            files = restored.enter_context(_kept(context.tree.files_of(name)))
            size = sum(map(len, files.values())) / 1e6
            tools.append(build(f"{name}: {len(files):,} files, {size:.1f} MB",
                               lambda files=files: _rewrite(files)))
        measure.take_turns(tools, context.runs, context.tree.contents)
    return _table("One wheel bumped, gzip", tools, cold)


def middle(context):
    """One file of a single layer of 400 MB changed: the first, one in the middle, the last."""
    folder, files = workloads.single_layer(context.work)
    places = {"first": files[0], "middle": files[len(files) // 2], "last": files[-1]}
    rows = []
    for codec in ("gzip", "zstd"):
        cold, build = _pair(context, codec, ["--tree", f"{folder}:/data", "--layers=one"])
        with contextlib.ExitStack() as restored:
            tools = [cold]
            for place, path in places.items():
                kept = restored.enter_context(_kept([path]))
                tools.append(build(f"{codec}: {place} file changed",
                                   lambda kept=kept: _rewrite(kept)))
            measure.take_turns(tools, context.runs, files)
        context.remember(f"middle-{codec}", tools)
        rows += [measure.row(tool, cold) for tool in tools]
    return "\n".join(["## One file of a single 400 MB layer changed", "", measure.HEADER, *rows])


@contextlib.contextmanager
def _kept(paths):
    """What the files hold, which they hold again afterwards."""
    files = {path: path.read_bytes() for path in paths}
    try:
        yield files
    finally:
        for path, data in files.items():
            path.write_bytes(data)


def _rewrite(files):
    """Gives every file content that no build has seen."""
    for path, data in files.items():
        path.write_bytes(data + f"\n# {uuid.uuid4()}\n".encode())


def _pair(context, codec, arguments=None):
    """A cold build, and a function that makes warm ones; each kind has a store of its own."""
    arguments = arguments or [context.tree.binary]

    def build(name, prepare=None):
        folder = context.work / "stores" / uuid.uuid4().hex
        output = context.work / "warm.tar"
        return Tool(name, [context.veneer, "build", *arguments, "--store", folder,
                           f"--compression={codec}", "-o", f"oci-archive:{output}"],
                    output, prepare)

    cold = build(f"cold, {codec}")
    cold.prepare = lambda: shutil.rmtree(cold.command[cold.command.index("--store") + 1],
                                         ignore_errors=True)
    return cold, build


def _table(title, tools, cold):
    return "\n".join([f"## {title}", "", measure.HEADER,
                      *(measure.row(tool, cold) for tool in tools)])
