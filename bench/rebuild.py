"""Measures builds after a change, with a store: cases `rebuild`, `wheel` and `layer`."""

import contextlib
import pathlib
import shutil
import statistics
import time
import uuid

import bars
import cold
import fit
import measure
import workloads
from measure import Tool
from workloads import apart

SETTLE = 0.1  # seconds; veneer does not trust the stamp of a file that is younger than 50 ms


class Series:
    """Builds of one image in turns. Each warm build uses the store of the build before."""

    def __init__(self, context, name, options, where="oci-archive"):
        self.context = context
        self.store = context.work / "stores" / name
        self.output = context.work / f"warm-{name}{'.tar' if where != 'oci' else ''}"
        self.command = [context.veneer, "build", context.tree.binary, "--check=warn", *options,
                        "-o", f"{where}:{self.output}"]
        self.cold = Tool("cold, without a store", [*self.command, "--no-store"], self.output)

    def fill(self, name="cold, filling the store"):
        """Returns a cold build that fills the store."""
        tool = self.warm(name)
        tool.prepare = lambda: shutil.rmtree(self.store, ignore_errors=True)
        return tool

    def warm(self, name, change=None):
        """Returns a build after `change`."""
        def prepare():
            time.sleep(SETTLE)
            if change:
                change()

        return Tool(name, [*self.command, "--store", self.store], self.output, prepare,
                    reads=self.store)

    def check_bytes(self):
        """Checks that a warm build writes the same bytes as a build without a store."""
        if self.output.is_dir():
            return
        digests = []
        for tool in (self.warm("warm"), self.cold):
            once = Tool(tool.name, tool.command, self.output)
            once.run()
            digests.append(apart(cold.digest, self.output))
        if digests[0] != digests[1]:
            raise SystemExit("a warm build differs from a cold one: "
                             f"{' '.join(map(str, self.command))}")


def run(context):
    """Measures builds after no change and a changed app file, into several outputs."""
    archive = Series(context, "rebuild", ["--compression=gzip"])
    layout = Series(context, "rebuild-oci", ["--compression=gzip"], "oci")
    with contextlib.ExitStack() as restored:
        change = Rewriting(restored, [context.tree.main])
        tools = [archive.cold, archive.fill(), archive.warm("nothing changed"),
                 archive.warm("one app file changed", change),
                 layout.fill("cold, filling the store, into a layout"),
                 layout.warm("nothing changed, into a layout"),
                 layout.warm("one app file changed, into a layout", change)]
        tools += _on_a_base(context, change)
        measure.take_turns(tools, context.runs, context.tree.warm)
        archive.check_bytes()
    context.remember("rebuild", tools)
    reference = archive.cold.median()
    files = f"{context.tree.files:,} files"
    context.bars += [
        bars.below_part(f"nothing changed, {files}, into a layout, of the cold gzip time", 80,
                        tools[5].median() / reference),
        bars.below_part("one app file changed, into a layout, of the cold gzip time", 40,
                        tools[6].median() / reference)]
    return (f"## Rebuilds, gzip\n\n{_table(tools, archive.cold)}\n\n"
            "An archive is a copy of all layers, wherever the file system cannot share blocks; a "
            "layout shares them with the store.")


def wheel(context):
    """Measures builds after every file of a wheel was rewritten, for several wheels."""
    series = Series(context, "wheel", ["--compression=gzip"])
    size_of = apart(layers_of, context.veneer, context.tree.binary)
    tools, sizes = [series.cold, series.fill()], []
    with contextlib.ExitStack() as restored:
        for name in context.tree.bumped:
            paths = context.tree.files_of(name)
            wheel_size = sum(path.stat().st_size for path in paths)
            layer_size = size_of[str(paths[0])]
            tools.append(series.warm(
                f"{name}: {len(paths):,} files, {wheel_size / 1e6:.1f} MB, in a layer of "
                f"{layer_size / 1e6:.1f} MB", Rewriting(restored, paths)))
            sizes.append((wheel_size, layer_size))
        measure.take_turns(tools, context.runs, context.tree.warm)
        series.check_bytes()
    context.remember("wheel", tools)
    points = [(layer, tool.median()) for (_, layer), tool in zip(sizes, tools[2:])]
    line = fit.line(points)
    context.bars.append(bars.Bar("one wheel bumped", "proportional to the wheel and its bucket",
                                 line.describe("MB", 1e6), line.r_squared > 0.8))
    return (f"## One wheel bumped, gzip\n\nEvery file of the wheel has new content.\n\n"
            f"{_table(tools, series.cold)}\n\n"
            f"By the size of the layer: {line.describe('MB', 1e6)}.")


def layer(context):
    """Measures builds after the first, a middle or the last file of a single layer changed."""
    places = apart(places_of, context.veneer, context.tree.binary)
    sections = []
    for codec in ("gzip", "zstd"):
        series = Series(context, f"layer-{codec}", ["--layers=one", f"--compression={codec}"])
        tools = [series.cold, series.fill(), series.warm("nothing changed")]
        with contextlib.ExitStack() as restored:
            for place, path in places.items():
                tools.append(series.warm(f"the {place} file changed",
                                         Rewriting(restored, [path])))
            measure.take_turns(tools, context.runs, context.tree.warm)
            series.check_bytes()
        context.remember(f"layer-{codec}", tools)
        megabytes = (context.tree.size - context.tree.repeated) / 1e6
        if codec == "gzip":
            context.bars.append(bars.below_part(
                f"one layer of {megabytes:.0f} MB: {tools[4].name}, of the cold time", 5,
                tools[4].median() / series.cold.median()))
        sections.append(f"{codec}:\n\n{_table(tools, series.cold)}")
    return "## One file of a single large layer changed\n\n" + "\n\n".join(sections)


def _on_a_base(context, change):
    """Returns the same builds on a base image of some Debian packages."""
    if context.base is None:
        return []
    series = Series(context, "rebuild-base", ["--compression=gzip", "--base",
                                              f"oci:{context.base}:base"])
    return [series.fill("cold, filling the store, on a Debian base"),
            series.warm("nothing changed, on a Debian base"),
            series.warm("one app file changed, on a Debian base", change)]


def layers_of(veneer, binary):
    """Returns {path of a real file: size of its layer}."""
    planned = workloads.planned_files(veneer, binary)
    sizes = {}
    for name, _, size in planned:
        sizes[name] = sizes.get(name, 0) + size
    return {_real(path): sizes[name] for name, path, _ in planned}


def places_of(veneer, binary):
    """Returns the first, the middle and the last Python source in a layer of all files."""
    planned = workloads.planned_files(veneer, binary, "--layers=one")
    half, middle = sum(size for _, _, size in planned) / 2, None
    sources = []
    for _, path, size in planned:
        half -= size
        if path.endswith(".py"):
            sources.append(_real(path))
            if half < 0 and middle is None:
                middle = sources[-1]
    return {"first": sources[0], "middle": middle or sources[-1], "last": sources[-1]}


def _real(path):
    return str(pathlib.Path(path).resolve())


class Rewriting:
    """Gives files a new content at each call, and restores their content at the end."""

    def __init__(self, stack, paths):
        self.paths = list(map(pathlib.Path, paths))
        self.sizes = {path: path.stat().st_size for path in self.paths}
        stack.callback(self._restore)

    def __call__(self):
        line = f"\n# {uuid.uuid4()}\n".encode()
        for path, size in self.sizes.items():
            with open(path, "r+b") as file:
                file.truncate(size)
                file.seek(size)
                file.write(line)
        time.sleep(SETTLE)

    def _restore(self):
        for path, size in self.sizes.items():
            with open(path, "r+b") as file:
                file.truncate(size)


def _table(tools, against):
    """Returns a table of builds, with the time as a fraction of the cold build's."""
    lines = ["| build | wall s | of the cold time | CPU s | cores busy | peak MB |",
             "|---|--:|--:|--:|--:|--:|"]
    for tool in tools:
        lines.append(f"| {tool.name} | {measure.seconds(tool.median())} | "
                     f"1/{against.median() / tool.median():.1f} | "
                     f"{measure.seconds(statistics.median(tool.cpu))} | {tool.cores_busy():.0%} | "
                     f"{tool.median_peak() / 1e6:.0f} |")
    return "\n".join(lines)
