"""Writes the page about a run, and its pictures."""

import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import textwrap

import bars
import measure
import peers
import plot

README = ("veneer gzip -6", "one app file changed", "nothing changed", "bsdtar gzip -6",
          "bsdtar gzip -6, duplicates as links", "GNU tar -h, pigz -6", "Python tarfile",
          "buildah copy, commit", "bsdtar, crane append", "veneer zstd -3", "bsdtar zstd -3",
          "bsdtar zstd -3, duplicates as links")
PICTURES = {
    "gzip": "A cold gzip build of the same program: seconds, less is better",
    "zstd": "A cold zstd build of the same program: seconds, less is better",
    "none": "A cold build without compression of the same program: seconds, less is better",
    "levels": "Size in MB against CPU seconds: left and below is better",
    "rebuild": "Builds with a store: seconds, less is better",
    "entries": "Seconds by entries",
    "bytes": "Seconds by gigabytes",
}
VERSIONS = {"bsdtar": ["bsdtar", "--version"], "GNU tar": ["tar", "--version"],
            "pigz": ["pigz", "--version"], "zstd": ["zstd", "--version"],
            "buildah": ["buildah", "--version"], "Docker": ["dockerd", "--version"],
            "crane": ["crane", "version"], "Python": [sys.executable, "--version"]}


def page(context, sections, minutes):
    """Returns the page: first the bars, then each case, then the lines for the README."""
    head = [
        "# Benchmark", "",
        "Written by `bench/run.py --docs docs`, which makes its workloads from pinned wheels, runs "
        f"all tools in turns and took {minutes:.0f} minutes. Figures are medians of {context.runs} "
        "runs (of one, for the readlink pass, for buildah, docker build and docker load of a whole "
        "tar, and for the largest sizes of the growth); inputs are in memory before each run, where "
        "the title does not say otherwise.", "",
        machine(), "",
        f"The program: {context.tree.describe()}. The tools get the tree with duplicates, which is "
        "what their users have, but where a row says otherwise; veneer finds them itself. It "
        "builds without a base image unless a row names one, as the others do.", "",
        "\"Cores busy\" is user and system time by the time that passed on all cores. \"Peak\" is "
        "the largest resident size of any one process of a tool; it is never shown below "
        f"{floor():.0f} MB, what the program has that starts them.", "",
        "## What is asked, and what is so", "", bars.table(context.bars), ""]
    body = []
    for name, section in sections.items():
        title, _, rest = section.partition("\n")
        body += [title, ""]
        if name in PICTURES:
            body += [f"![{PICTURES[name]}](benchmark-{name}.svg)", ""]
        body += [rest.strip(), ""]
    return wrapped("\n".join([*head, *body, *readme_lines(context)]).rstrip() + "\n")


def wrapped(page):
    """Wraps what is prose in a page."""
    return "".join(f"{_wrap(line)}\n" for line in page.splitlines())


def _wrap(line):
    if line.startswith(("|", "#", "!")):
        return line
    return textwrap.fill(line, 100, subsequent_indent="  " if line.startswith("- ") else "",
                         break_long_words=False, break_on_hyphens=False)


def readme_lines(context):
    """Returns a short table for the README."""
    tools = {tool.name: tool for case in ("gzip", "rebuild", "zstd")
             for tool in context.results.get(case, [])}
    names = [*README, *(text.partition("=")[0] for text in context.added)]
    rows = [_readme_row(name, tools[name]) for name in names if name in tools]
    return ["## In short", "", "| | wall s | CPU s | peak MB | image MB |",
            "|---|--:|--:|--:|--:|", *rows]


def _readme_row(name, tool):
    mark = "**" if name.startswith(("veneer", "one app", "nothing")) else ""
    return (f"| {mark}{name}{mark} | {mark}{measure.seconds(tool.median())}{mark} | "
            f"{measure.seconds(statistics.median(tool.cpu))} | {tool.median_peak() / 1e6:.0f} | "
            f"{mark}{tool.size() / 1e6:.1f}{mark} |")


def floor():
    """Returns the peak memory in MB with which each child process begins: that of its parent."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def machine():
    """Describes processor, memory, system and the versions of the tools."""
    cpu = re.search(r"model name\s*: (.*)", _text("/proc/cpuinfo"))
    memory = int(re.search(r"MemTotal:\s*(\d+)", _text("/proc/meminfo"))[1]) / 1e6
    system = re.search(r'PRETTY_NAME="(.*)"', _text("/etc/os-release"))
    versions = [f"{name} {found}" for name, command in VERSIONS.items()
                if (found := _version(command))]
    absent = peers.missing()
    return (f"Machine: {cpu[1] if cpu else platform.machine()}, {measure.CORES} cores, "
            f"{memory:.0f} GB of memory; Linux {platform.release().split('-')[0]}, "
            f"{system[1] if system else 'unknown system'}; {', '.join(versions)}."
            + (f" Not there, and so left out: {', '.join(absent)}." if absent else ""))


def write(folder, text, context):
    """Writes the page and the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmark.md").write_text(text)
    for name, title in PICTURES.items():
        result = context.results.get(name)
        if result is None:
            continue
        if name == "levels":
            drawn = plot.curves(title, "CPU seconds", result)
        elif name in ("entries", "bytes"):
            series = {each: [(x / 1e9 if name == "bytes" else x, y) for x, y in points]
                      for each, points in result.items()}
            drawn = plot.growth(title, "GB" if name == "bytes" else "entries", series)
        else:
            drawn = plot.bars(title, [(tool.name, tool.median()) for tool in result],
                              ours="" if name == "rebuild" else "veneer")
        (folder / f"benchmark-{name}.svg").write_text(drawn)


def _version(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False,
                              env={**os.environ, "LC_ALL": "C"})
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else ""


def _text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()
