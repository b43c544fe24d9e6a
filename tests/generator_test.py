"""Compares veneer's plans of random runfiles with those of a slow and simple reference.

usage: generator_test.py VENEER [--models N] [--seed N] [--jobs N]

generator/model.py makes the runfiles, generator/reference.py says what their plan is. One veneer is a
worker that answers for many of them. A difference is printed with the model's number, and its spec.
"""

import argparse
import collections
import concurrent.futures
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent / "generator"))

import merge as merging  # noqa: E402  pylint: disable=wrong-import-position
import model as models  # noqa: E402  pylint: disable=wrong-import-position
import reference  # noqa: E402  pylint: disable=wrong-import-position
import worker_protocol  # noqa: E402  pylint: disable=wrong-import-position

BATCH = 500
MOST_SHOWN = 5
BELOW = re.compile(r"error: '(.*)' lies below '(.*)', which is ")
DROPPED = re.compile(r"warning: '(.*)' is dropped, as Bazel drops it: ")
MOST_MESSAGES = 20  # that veneer prints of one kind


class Worker:
    """A veneer that answers requests in a folder."""

    def __init__(self, veneer, folder):
        self.process = subprocess.Popen(
            [veneer, "--persistent_worker"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(folder)},
        )
        self.unread = b""

    def ask(self, *arguments):
        """Returns the exit code of a command and what it prints."""
        self.process.stdin.write(worker_protocol.work_request(arguments))
        self.process.stdin.flush()
        response = None
        while response is None:
            if not (read := os.read(self.process.stdout.fileno(), 1 << 16)):
                raise AssertionError("the worker has ended")
            response, self.unread = worker_protocol.take_response(self.unread + read)
        return response.exit_code, response.output

    def end(self):
        """Ends it."""
        self.process.stdin.close()
        return self.process.wait()


def compare_plans(wanted, output):
    """Returns the lines that differ, apart from the reasons of layers."""
    plan = output.partition("veneer plan 1\n")[2]
    lines = [
        re.sub(r"^(layer\t[^\t]*)\t.*", r"\1", line)
        for line in plan.splitlines()
        if not line.startswith("program\t")
    ]
    return "\n".join(difflib.unified_diff(wanted, lines, "reference", "veneer", n=0, lineterm=""))


class Comparison:
    """Asks a worker for plans, and the reference."""

    def __init__(self, worker, disk, folder, scratch):
        self.worker, self.disk, self.folder = worker, disk, folder
        self.scratch = pathlib.Path(scratch)
        self.counts = collections.Counter()

    def ask(self, model, option, text):
        """Returns the exit code and the output for an input."""
        path = self.scratch / "input"
        path.write_text(text)
        layers = "one" if model.is_one_layer else "groups"
        return self.worker.ask("plan", "--files", "--jobs=1", f"{option}={path}", "--name=app", f"--layers={layers}")

    def of_spec(self, model):
        """Returns how the plan of a spec differs; empty if it does not."""
        status, output = self.ask(model, "--spec", models.spec_of(model))
        messages = output.partition("veneer plan 1\n")[0]
        try:
            merge = merging.Merge(self.disk, model)
        except merging.Conflict as conflict:
            self.counts["conflicts"] += 1
            wanted = {
                (path.replace("\t", "\\t"), above.replace("\t", "\\t")) for path, above in conflict.pairs
            }
            found = set(BELOW.findall(messages))
            return (
                ""
                if status == 1 and found and found <= wanted
                else f"expected a conflict of {sorted(wanted)}: {output}"
            )
        self.counts["plans"] += 1
        if status != 0:
            return f"expected a plan: {output}"
        wanted = reference.Plan(self.disk, model, merge).lines()
        if difference := compare_plans(wanted, output):
            return difference
        if len(DROPPED.findall(messages)) != min(len(merge.dropped), MOST_MESSAGES):
            return f"expected warnings of {merge.dropped}: {messages}"
        return self.of_manifest(model, merge)

    def of_manifest(self, model, merge):
        """The same of the runfiles manifest that Bazel would make."""
        text, shown = merge.of_manifest(self.folder)
        status, output = self.ask(model, "--runfiles-manifest", text)
        if status != 0:
            return f"expected a plan of the manifest: {output}\n{text}"
        difference = compare_plans(reference.Plan(self.disk, model, shown, self.folder).lines(), output)
        return f"{difference}\n{text}" if difference else ""


def run_batch(veneer, folder, disk, first, many):
    """Compares models, by number; returns differences and counts."""
    generator = models.Generator(disk)
    differences = []
    with tempfile.TemporaryDirectory() as scratch:
        worker = Worker(veneer, folder)
        comparison = Comparison(worker, disk, folder, scratch)
        for number in range(first, first + many):
            model = generator.model(number)
            if difference := comparison.of_spec(model):
                differences.append((number, difference, models.spec_of(model)))
        if worker.end() != 0:
            differences.append((first, "the worker failed", ""))
    return differences, comparison.counts


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("veneer", type=os.path.abspath)
    parser.add_argument("--models", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    disk = models.Disk()
    differences, counts = [], collections.Counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        disk.write(folder)
        batches = [
            (first, min(BATCH, options.seed + options.models - first))
            for first in range(options.seed, options.seed + options.models, BATCH)
        ]
        with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
            for found, counted in pool.map(
                run_batch, *zip(*[(options.veneer, folder, disk, *batch) for batch in batches])
            ):
                differences += found
                counts += counted
    for number, difference, text in differences[:MOST_SHOWN]:
        print(f"--models 1 --seed {number}:\n{difference}\n{text}")
    print(
        f"{options.models} models: {counts['plans']} plans, {counts['conflicts']} conflicts, {len(differences)} differences"
    )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
