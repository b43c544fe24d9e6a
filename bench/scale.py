"""Measures how time and memory grow with entries and with bytes: cases `entries` and `bytes`."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

import bars
import fit
import measure
import workloads
from measure import Tool
from workloads import apart

ENTRIES = (1_000, 10_000, 100_000, 300_000, 1_000_000)
GIGABYTES = (0.1, 1, 10)
FILES_A_WHEEL = 1_500
FILE_SIZE = 4_000_000
SITE = "_app.venv/lib/python3.11/site-packages"
MANY = 100_000  # with this many entries or more, one run is enough


def entries(context):
    """Runs the case `entries`, with a virtual environment that has a link to each file.

    This shape has the most links: half of the entries are files of wheels, half are SymlinkEntries
    for them.
    """
    with tempfile.TemporaryDirectory(dir=_room_for_files(context)) as place:
        return _entries(context, pathlib.Path(place) / "entries")


def _room_for_files(context):
    """Returns a folder in memory if there is room, so that the disk does not affect the result."""
    memory = pathlib.Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        return context.work
    free = os.statvfs(memory)
    has_room = free.f_bavail * free.f_frsize > 6e9 and free.f_favail > max(context.entries)
    return memory if has_room else context.work


def _entries(context, folder):
    counts = context.entries
    specs = apart(make_specs, folder, counts)
    rows, plans, builds, peaks = [], [], [], {"plan": 0, "build": 0}
    os.chdir(folder)
    for count in counts:
        plan = Tool("plan", [context.veneer, "plan", "--spec", specs[count]])
        build = Tool("build", [context.veneer, "build", "--spec", specs[count], "--no-store",
                               "--check=warn", "-o", f"oci-archive:{context.work}/entries.tar"])
        measure.take_turns([plan, build], 1 if count >= MANY else context.runs)
        rows.append(f"| {count:,} | {_cells(plan, count)} | {_cells(build, count)} |")
        plans.append((count, plan.median()))
        builds.append((count, build.median()))
        for tool in (plan, build):
            peaks[tool.name] = max(peaks[tool.name], tool.median_peak())
    os.chdir(context.tree.root)
    _remove(folder)
    (context.work / "entries.tar").unlink()
    context.remember("entries", {"plan": plans, "build": builds})
    for name, peak in peaks.items():
        context.bars.append(bars.below_megabytes(f"`{name}`, peak at {counts[-1]:,} entries", 400,
                                                 peak))
    growth = [_growth(context, "entries", name, points) for name, points in
              (("plan", plans), ("build", builds))]
    return "\n".join([
        "## Growth with entries", "",
        "Half the entries are files of wheels, of 40 bytes on average; half are links to them, one "
        "by one, in a virtual environment; the disk is a tmpfs where it has room. gzip, without a "
        "store.", "",
        "| entries | plan s | µs an entry | peak MB | build s | µs an entry | peak MB |",
        "|--:|--:|--:|--:|--:|--:|--:|", *rows, "", *growth])


def sizes(context):
    """Runs the case `bytes`, with files of 4 MB in one layer."""
    folder = context.work / "bytes"
    variants = {"gzip": ["--compression=gzip", "--no-store"],
                "zstd": ["--compression=zstd", "--no-store"],
                "zstd, with a store": ["--compression=zstd", "--store", context.work / "stores" /
                                       "bytes"]}
    rows, points, peak = [], {name: [] for name in variants}, 0
    for gigabytes in context.gigabytes:
        apart(make_files, folder, gigabytes)
        for name, options in variants.items():
            tool = Tool(name, [context.veneer, "build", "--tree", f"{folder}:/data", *options,
                               "-o", f"oci-archive:{context.work}/bytes.tar"],
                        prepare=lambda: _clear(context))
            measure.take_turns([tool], 1 if gigabytes > 1 else context.runs)
            rows.append(f"| {gigabytes} | {name} | {measure.seconds(tool.median())} | "
                        f"{gigabytes * 1e3 / tool.median():.0f} | {tool.cores_busy():.0%} | "
                        f"{tool.median_peak() / 1e6:.0f} |")
            points[name].append((gigabytes * 1e9, tool.median()))
            peak = max(peak, tool.median_peak())
    _clear(context)
    shutil.rmtree(folder)
    context.remember("bytes", points)
    context.bars.append(bars.below_megabytes("peak of builds up to "
                                             f"{points['zstd'][-1][0] / 1e9:g} GB", 200, peak))
    growth = [_growth(context, "GB", name, each) for name, each in points.items()]
    return "\n".join(["## Growth with bytes", "", "| GB | | s | MB/s | cores busy | peak MB |",
                      "|--:|---|--:|--:|--:|--:|", *rows, "", *growth])


def _cells(tool, count):
    wall = tool.median()
    return (f"{measure.seconds(wall)} | {wall / count * 1e6:.1f} | "
            f"{tool.median_peak() / 1e6:.0f}")


def _growth(context, unit, name, points):
    """Returns a line of text about the growth, and adds a bar for its linearity."""
    if len(points) < 2:
        return ""
    line = fit.line(points)
    scale, what = (1e9, "GB") if unit == "GB" else (1e6, "million entries")
    steps = [fit.per_doubling(a, b) for a, b in zip(points, points[1:])]
    said = line.describe(what, scale)
    factors = ", ".join(f"{step:.2f}" for step in steps)
    # Only the last step counts: with fewer entries, startup is a part of the time, and a doubling
    # takes less than twice the time.
    context.bars.append(bars.Bar(f"`{name}`: time linear in {unit}", "linear",
                                 f"{said}; last doubling × {steps[-1]:.2f}",
                                 line.r_squared > 0.98 and steps[-1] < 2.2))
    return f"- {name}: {said}; for each doubling, from step to step: × {factors}"


def _remove(folder):
    """Removes a folder of half a million files with rm, which is much faster than shutil."""
    subprocess.run(["rm", "-rf", folder], check=True)


def _clear(context):
    (context.work / "bytes.tar").unlink(missing_ok=True)
    shutil.rmtree(context.work / "stores" / "bytes", ignore_errors=True)


def make_specs(folder, counts):
    """Makes the files of the largest count, and for each count a spec; returns {count: path}."""
    _remove(folder)
    folder.mkdir(parents=True)
    (folder / "app").write_text("#!/bin/sh\n")
    specs = {count: folder / f"{count}.veneer-spec" for count in counts}
    with contextlib.ExitStack() as opened:
        files = [opened.enter_context(open(path, "w", encoding="utf-8"))
                 for path in specs.values()]
        for file in files:
            file.write("V\t1\nW\t_main\nx\tapp\tapp\n")
        for number in range(max(counts) // 2):
            records = _file_and_link(folder, number)
            for count, file in zip(specs, files):
                if number < count // 2:
                    file.write(records)
    return specs


def _file_and_link(folder, number):
    """Writes a file of a wheel; returns its record and that of the link to it."""
    wheel, index = divmod(number, FILES_A_WHEEL)
    package = f"package{wheel}"
    repository = f"rules_python++pip+pypi_311_{package}_py3_none_any_{wheel:08x}"
    inner = f"{package}/part{index // 50}/module{index}.py"
    path = f"external/{repository}/site-packages/{inner}"
    place = folder / path
    if index % 50 == 0:
        place.parent.mkdir(parents=True)
    place.write_text(f"# {number}\n" * (1 + number % 7))
    short, owner = f"../{repository}/site-packages/{inner}", f"@@{repository}//:pkg"
    return (f"f\t{short}\t{path}\t{owner}\n"
            f"r\t_main/{SITE}/{inner}\tf\t{path}\t{short}\t{owner}\n")


def make_files(folder, gigabytes):
    """Makes files with that many bytes in total, in addition to existing ones."""
    folder.mkdir(parents=True, exist_ok=True)
    data = workloads.text_like(0, FILE_SIZE)
    for number in range(round(gigabytes * 1e9 / FILE_SIZE)):
        place = pathlib.Path(folder) / f"{number:05}.bin"
        if not place.exists():
            # The first bytes differ from those of all other files.
            place.write_bytes((f"{number:08}".encode() + data)[:FILE_SIZE])
