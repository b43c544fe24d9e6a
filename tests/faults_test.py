"""Lets each system call of veneer fail, one in each run, and checks what is left.

usage: faults_test.py VENEER [--every | --sample N] [--jobs N] [--case NAME]... [--fault NUMBER:EFFECT]...

A run must end with its results, as if nothing had failed, or with exit code 1, a message that says
what failed and where, and all that was there before. Nothing temporary stays, the store holds only
what it says, and the same command then makes the same results. What may fail at any time (EINTR, half
of the bytes read or written) and what is only a hint must not be seen at all.

Without --every, a sample of faults of different kinds is tried, always the same.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE / "faults"))

import cases  # noqa: E402  pylint: disable=wrong-import-position
import program  # noqa: E402  pylint: disable=wrong-import-position
from judged_run import (  # noqa: E402  pylint: disable=wrong-import-position
    OF_SYSTEM,
    SURVIVED,
    Broken,
    Run,
    contents,
    effects_of,
)

IN_SAMPLE = 200


@dataclasses.dataclass(frozen=True)
class Fault:
    """A call of a case's run, and how it ends."""

    case: cases.Case
    number: int
    effect: str
    kind: tuple  # the same for faults that are much alike

    def rank(self):
        """Returns a number of which nothing is known, but that it stays the same."""
        return zlib.crc32("".join(self.kind).encode())


class Sweep:
    """Runs of all cases."""

    def __init__(self, top, options):
        self.options = options
        self.inject = top / "inject"
        subprocess.run(
            ["c++", "-std=c++20", "-Wall", "-Werror", "-o", self.inject, HERE / "faults" / "inject.cc"],
            check=True,
        )
        self.folders = cases.Folders(program.VENEER, top)
        self.results = {}
        self.counts = collections.Counter()
        self.seen = collections.Counter()
        self.broken = []

    def wanted(self, case):
        """Returns the outputs of an undisturbed run."""
        return self.results[case.name]

    def faults(self, case, is_first):
        """Returns the number of each call, with each way in which it may end."""
        done = Run(self, case, self.folders.begin(case, "undisturbed"), 0, "0")
        if "was built without the page" in done.messages():
            return []
        if done.has_failed():
            raise RuntimeError(done.messages())
        self.results[case.name] = contents(done.folder / "out")
        self.counts["calls"] += len(done.calls)
        return [
            Fault(
                case,
                int(number),
                effect,
                (name, effect, re.sub("[0-9a-f]{20,}|[0-9]+", "", os.path.basename(file))),
            )
            for number, name, file in done.calls
            for effect in effects_of(name)
            if is_first or not OF_SYSTEM.match(file)
        ]

    def chosen(self):
        """Returns the faults to try."""
        wanted = [case for case in cases.CASES if case.name in (self.options.case or [case.name])]
        faults = [fault for case in wanted for fault in self.faults(case, case is wanted[0])]
        if self.options.fault:
            return [fault for fault in faults if f"{fault.number}:{fault.effect}" in self.options.fault]
        if self.options.every:
            return faults
        one_of_each = {fault.kind: fault for fault in faults[::-1]}.values()
        order = sorted(one_of_each, key=Fault.rank)
        survived = [fault for fault in order if fault.effect in SURVIVED]
        others = [fault for fault in order if fault.effect not in SURVIVED]
        half = self.options.sample // 2
        return survived[:half] + others[:half]

    def attempt(self, fault, slot):
        """Tries one fault."""
        case, number, effect = fault.case, fault.number, fault.effect
        try:
            run = Run(self, case, self.folders.begin(case, f"slot{slot}"), number, effect)
        except subprocess.TimeoutExpired:
            self.broken.append((case, number, effect, "no end", "", ""))
            return
        if effect not in effects_of(run.name):  # other threads were faster this time
            self.counts["not reached"] += 1
            return
        try:
            self.counts["reported" if run.judge() else "survived"] += 1
        except Broken as why:
            self.broken.append((case, number, effect, str(why), f"{run.name} {run.file}", run.messages()))
        for line in run.messages().splitlines():
            self.seen[re.sub("slot[0-9]+|[0-9a-f]{64}|pipe:.*", "*", f"{run.name}: {line}")] += 1

    def run(self):
        """Tries all; returns whether all was well."""
        faults = self.chosen()
        jobs = self.options.jobs
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            list(
                pool.map(
                    lambda slot: [self.attempt(fault, slot) for fault in faults[slot::jobs]], range(jobs)
                )
            )
        for case, number, effect, why, call, text in sorted(
            self.broken, key=lambda broken: (broken[0].name, *broken[1:])
        ):
            print(f"--case {case.name} --fault {number}:{effect}: {call}: {why}\n{text}")
        if self.options.messages:
            for line, count in self.seen.most_common():
                print(f"{count:6} {line}")
        print(
            f"{self.counts['calls']} calls of {len(self.results)} commands, {len(faults)} faults: "
            f"{self.counts['reported']} reported, {self.counts['survived']} survived, "
            f"{self.counts['not reached']} not reached, {len(self.broken)} broken"
        )
        return not self.broken


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", action="store_true", help="all faults, not a sample")
    parser.add_argument(
        "--sample", type=int, default=IN_SAMPLE, metavar="N", help="so many faults of different kinds"
    )
    parser.add_argument("--messages", action="store_true", help="print the messages, the most frequent first")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--case", action="append")
    parser.add_argument("--fault", action="append", metavar="NUMBER:EFFECT")
    options = parser.parse_args()
    if program.has_sanitizer():
        print("skipped: a sanitizer has system calls of its own")
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        return 0 if Sweep(pathlib.Path(temporary), options).run() else 1


if __name__ == "__main__":
    sys.exit(main())
