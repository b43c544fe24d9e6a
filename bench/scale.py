"""How time and memory grow with entries and with bytes: case `entries` and case `bytes`."""

import os
import pathlib
import shutil
import statistics

import measure
import workloads
from measure import Tool

ENTRIES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
GIGABYTES = (0.1, 1, 10)
FILES_A_WHEEL = 1_500
SITE = "_app.venv/lib/python3.11/site-packages"


def entries(context):
    """A virtual environment that links file by file, the shape with the most links: half the
    entries are wheels' files, half are SymlinkEntries for them."""
    lines = ["## Growth with entries", "",
             "| entries | plan s | µs an entry | peak MB | build s | µs an entry | peak MB |",
             "|---|---|---|---|---|---|---|"]
    points = []
    for count in ENTRIES:
        spec = _make_spec(context.work / "entries", count)
        output = context.work / "entries.tar"
        os.chdir(spec.parent)
        plan = Tool("plan", [context.veneer, "plan", "--spec", spec])
        build = Tool("build", [context.veneer, "build", "--spec", spec, "--no-store",
                               "-o", f"oci-archive:{output}"], output)
        measure.take_turns([plan, build], min(context.runs, 3))
        cells = [cell for tool in (plan, build) for cell in _growth(tool, count)]
        lines.append(f"| {count:,} | {' | '.join(cells)} |")
        points.append((count, statistics.median(plan.wall), statistics.median(build.wall)))
    os.chdir(context.tree.root)
    context.remember("entries", points)
    return "\n".join([*lines, "", _fit("plan", points, 1), _fit("build", points, 2)])


def sizes(context):
    """Files of 4 MB in one layer."""
    lines = ["## Growth with bytes, zstd", "", "| GB | build s | MB/s | peak MB |",
             "|---|---|---|---|"]
    points = []
    for gigabytes in GIGABYTES:
        folder = _make_files(context.work / "bytes", gigabytes)
        output = context.work / "bytes.tar"
        build = Tool("build", [context.veneer, "build", "--tree", f"{folder}:/data", "--no-store",
                               "--compression=zstd", "-o", f"oci-archive:{output}"], output)
        measure.take_turns([build], 1 if gigabytes > 1 else min(context.runs, 3))
        wall = statistics.median(build.wall)
        points.append((gigabytes * 1e9, wall))
        lines.append(f"| {gigabytes} | {wall:.2f} | {gigabytes * 1e3 / wall:.0f} | "
                     f"{statistics.median(build.peak) / 1e6:.0f} |")
    shutil.rmtree(context.work / "bytes")
    context.remember("bytes", points)
    return "\n".join([*lines, "", _fit("build", points, 1)])


def _growth(tool, count):
    wall = statistics.median(tool.wall)
    return (f"{wall:.3f}", f"{wall / count * 1e6:.1f}", f"{statistics.median(tool.peak) / 1e6:.0f}")


def _fit(name, points, column):
    """The line through the points that least squares finds, and how much of the spread it is."""
    slope, intercept = statistics.linear_regression([point[0] for point in points],
                                                    [point[column] for point in points])
    r = statistics.correlation([point[0] for point in points], [point[column] for point in points])
    return (f"{name}: {intercept:.3f} s + {slope * 1e6:.3g} µs for each, "
            f"r² = {r * r:.4f}.  ")


def _make_spec(folder, count):
    """Writes real files and a spec of about `count` records below `folder`; returns its path."""
    shutil.rmtree(folder, ignore_errors=True)
    lines = ["V\t1", "W\t_main", "x\tapp\tapp"]
    folder.mkdir(parents=True)
    (folder / "app").write_text("#!/bin/sh\n")
    for number in range(count // 2):
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
        lines.append(f"f\t{short}\t{path}\t{owner}")
        lines.append(f"r\t_main/{SITE}/{inner}\tf\t{path}\t{short}\t{owner}")
    spec = folder / "app.veneer-spec"
    spec.write_text("\n".join(lines) + "\n")
    return spec


def _make_files(folder, gigabytes):
    size = 4_000_000
    folder.mkdir(parents=True, exist_ok=True)
    data = workloads.text_like(0, size)
    for number in range(round(gigabytes * 1e9 / size)):
        place = pathlib.Path(folder) / f"{number:05}.bin"
        if not place.exists():
            # Unlike any other file of the folder from its first bytes on.
            place.write_bytes((f"{number:08}".encode() + data)[:size])
    return folder
