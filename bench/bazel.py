#!/usr/bin/env python3
"""Measures the cost of veneer's rules in Bazel: time and memory of analysis, and time of rebuilds.

    VENEER=build/release/cmd/veneer VENEER_SAMPLES=DIR \\
        bench/bazel.py [--packages 100] [--files 300] [--runs 5] [--bazel7]

There are two programs: one with numpy and an interpreter on a base image, and one of PACKAGES
packages of FILES files without a base. Analysis is measured in a new server, with and without the
rules. The heap is the memory in use after a garbage collection. A rebuild follows a change of one
line of first-party code, with each strategy in turn. The times of its actions are from Bazel's own
profile. The last columns are the whole command, after that change and after none. --bazel7 takes the
Bazel of tests/bazel/testing_root. DIR keeps downloads and the base image between runs
(tests/interop/samples.py makes them).
"""

import argparse
import gzip
import json
import os
import pathlib
import re
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "interop"))

import bazel_modules  # noqa: E402
import bazel_workspace  # noqa: E402
import samples  # noqa: E402

STRATEGIES = {
    "sandboxed": ["--@veneer//bazel:sandbox", "--spawn_strategy=linux-sandbox"],
    "default flags": [],
    "worker": ["--@veneer//bazel:worker"],
}
# Bazel's names of the actions that run again after a change of one line.
ACTIONS = ("Planning the layers", "Writing layer app", "Assembling image")


def timed(action):
    """Returns the duration of a call in seconds."""
    begin = time.monotonic()
    action()
    return time.monotonic() - begin


def analyse(bazel, target):
    """Analyses a target in a new server; returns (seconds, MB of heap)."""
    bazel.bazel("shutdown")
    bazel.bazel("info", "release")  # starts it
    seconds = timed(lambda: bazel.build("--nobuild", target))
    heap = bazel.bazel("info", "used-heap-size-after-gc").strip()
    return seconds, float(heap.removesuffix("MB"))


def report(name, runs):
    """Prints a row of medians."""
    seconds, heaps = zip(*runs)
    print(f"| {name} | {statistics.median(seconds):.2f} | {statistics.median(heaps):.0f} |")


def rebuild(bazel, target, source, options, profile):
    """Rebuilds a target after a change of `source`.

    Returns the seconds of the plan, the app's layer, the image, these together, and the command.
    """
    text = source.read_text().partition("# changed ")[0]
    source.write_text(f"{text}# changed {time.monotonic_ns()}\n")
    whole = timed(lambda: bazel.build(target, f"--profile={profile}", *options))
    with gzip.open(profile, "rt") as file:
        events = [event for event in json.load(file)["traceEvents"]
                  if event.get("cat") == "action processing"]
    ran = {re.split(" of | @*//", event["name"])[0]: event["dur"] / 1e6 for event in events}
    others = set(ran) - set(ACTIONS)
    if not set(ACTIONS) <= set(ran) or any(name.startswith("Writing") for name in others):
        sys.exit(f"{target}: expected {ACTIONS}, found {sorted(ran)}")
    took = [ran[name] for name in ACTIONS]
    return [*took, sum(took), whole]


def compare_rebuilds(bazel, target, source, runs, profile):
    """Prints a table of medians with a row for each strategy."""
    print(f"\n| rebuild of {target} | plan, s | layer, s | image, s | actions, s | bazel build, s "
          "| nothing changed, s |\n|---|--:|--:|--:|--:|--:|--:|", flush=True)
    for name, options in STRATEGIES.items():
        # Strategies do not take turns, because with another flag Bazel runs all actions again.
        bazel.build(target, *options)
        rebuild(bazel, target, source, options, profile)
        times = [[*rebuild(bazel, target, source, options, profile),
                  timed(lambda: bazel.build(target, *options))] for _ in range(runs)]
        cells = " | ".join(f"{statistics.median(column):.3f}" for column in zip(*times))
        print(f"| {name} | {cells} |", flush=True)


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=int, default=100, help="a power of ten")
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--bazel7", action="store_true", help="needs root and mmdebstrap")
    options = parser.parse_args()
    samples.prepare()
    kind = bazel_workspace.Workspace
    if options.bazel7:
        kind = bazel_modules.ModuleWorkspace
        if why_not := bazel_modules.make_root():
            sys.exit(why_not)
    os.environ["VENEER"] = os.path.realpath(os.environ["VENEER"])
    with tempfile.TemporaryDirectory() as folder, \
            bazel_workspace.workspace(pathlib.Path(folder), options.packages, options.files,
                                      kind=kind) as bazel:
        profile = pathlib.Path(folder, "profile.gz")
        program = f"//many:app_{options.packages}"
        image = f"//many:image_{options.packages}"
        print(f"{options.packages * options.files:,} files of {options.packages} packages\n")
        print("| analysis of | s | heap, MB |\n|---|--:|--:|")
        for name, target in (("the program", program), ("its image", image)):
            report(name, [analyse(bazel, target) for _ in range(options.runs)])
        for target, source in ((image, bazel.root / "main.py"),
                               ("//:image", bazel.root / "first_party" / "greeting.py")):
            compare_rebuilds(bazel, target, source, options.runs, profile)


if __name__ == "__main__":
    main()
