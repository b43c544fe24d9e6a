"""Runs fuzz targets with libFuzzer, one process for each target, as many at a time as processors.

usage: run_targets.py BUILD MINUTES [TARGET...]

BUILD is the folder of the preset `fuzz`. Each target runs for so many minutes, or until it has a
finding. What it found out about inputs stays in BUILD/corpus for the next run, findings are in
BUILD/findings. The exit code is 1 if there is a finding.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import make_seeds

HERE = pathlib.Path(__file__).resolve().parent
# By target. Others have bytes without words: requests, a store's index and memos.
DICTIONARIES = {
    "config": "documents", "index": "documents", "layer_descriptor": "documents",
    "layer_lock": "documents", "manifest": "documents", "table": "documents",
    "docker_archive": "layers", "image": "layers", "layer": "layers", "oci_archive": "layers",
    "elf": "elf", "probed_files": "elf",
    "ignore_rules": "inputs", "mtree": "inputs", "plan": "inputs", "repo_mapping": "inputs",
    "runfiles_manifest": "inputs", "spec": "inputs", "venv_text": "inputs",
    "package_records": "packages",
    "flag_file": "commands", "option_value": "commands", "tar_command": "commands",
    "project_file": "project",
}
# Seconds, megabytes and bytes for one input.
LIMITS = ["-timeout=10", "-rss_limit_mb=500", "-max_len=20000"]
# The sanitizer's own memory, such as freed blocks that it keeps back, counts, too.
ENVIRONMENT = {"ASAN_OPTIONS": "quarantine_size_mb=16:allocator_may_return_null=0",
               "UBSAN_OPTIONS": "print_stacktrace=1"}


class Runner:
    """Runs single targets below one folder."""

    def __init__(self, build, minutes, temporary):
        self.build = pathlib.Path(build).resolve()
        self.minutes = minutes
        self.temporary = temporary
        self.seeds = temporary / "seeds"
        make_seeds.make(self.seeds)

    def command(self, target):
        """Returns libFuzzer's command line."""
        corpus = self.build / "corpus" / target
        corpus.mkdir(parents=True, exist_ok=True)
        findings = self.build / "findings"
        findings.mkdir(exist_ok=True)
        command = [self.build / "tests/fuzz/fuzz_libfuzzer", corpus, self.seeds / target, *LIMITS,
                   f"-max_total_time={round(60 * self.minutes)}",
                   f"-artifact_prefix={findings}/{target}-", "-print_final_stats=1"]
        if target in DICTIONARIES:
            command.append(f"-dict={HERE}/dictionaries/{DICTIONARIES[target]}.dict")
        return list(map(str, command))

    def run(self, target):
        """Runs a target and prints a line about it. Returns whether it has no finding."""
        folder = self.temporary / target
        folder.mkdir()
        log = self.build / "findings" / f"{target}.log"
        log.parent.mkdir(exist_ok=True)
        environment = {**os.environ, **ENVIRONMENT, "VENEER_FUZZ_TARGET": target,
                       "TMPDIR": str(folder)}
        with open(log, "wb") as output:
            status = subprocess.run(self.command(target), env=environment, cwd=folder,
                                    stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                    check=False).returncode
        text = log.read_text(errors="replace")
        if status == 0:
            log.unlink()
        print(summary(target, status, text), flush=True)
        if status != 0:
            print(advice(target, self.build, log, text), file=sys.stderr, flush=True)
        return status == 0


def last_number(pattern, text):
    """Returns the last number that a pattern matches; 0 without a match."""
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def summary(target, status, text):
    """Returns the line about a target."""
    runs = max(last_number(r"stat::number_of_executed_units:\s*(\d+)", text),
               last_number(r"(?:^|\n)#(\d+)\s", text))  # the latter if it crashed
    edges = last_number(r" cov: (\d+)", text)
    findings = "no finding" if status == 0 else "1 FINDING"
    return f"{target:18} {runs:10} executions  {edges:6} edges covered  {findings}"


def advice(target, build, log, text):
    """Returns what a finding is, and how to see it again."""
    files = re.findall(r"Test unit written to (\S+)", text)
    lines = [line for line in text.splitlines() if "ERROR:" in line or "runtime error:" in line
             or "what():" in line]
    replay = [f"  VENEER_FUZZ_TARGET={target} {build}/tests/fuzz/fuzz_libfuzzer {file}"
              for file in files]
    return "\n".join([f"finding in {target}: {lines[0] if lines else 'see the log'}",
                      f"  {log} has all that was printed", "  to replay it:", *replay,
                      "  or with any build: fuzz_replay TARGET FILE; CONTRIBUTING.md says what "
                      "becomes of it"])


def all_targets(build):
    """Returns the names of the targets."""
    return subprocess.run([f"{build}/tests/fuzz/fuzz_replay"], capture_output=True, text=True,
                          check=True).stdout.split()


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("minutes", type=float)
    parser.add_argument("targets", nargs="*")
    options = parser.parse_args()
    known = all_targets(options.build)
    unknown = sorted(set(options.targets) - set(known))
    if unknown:
        parser.error(f"no target '{unknown[0]}'; there are: {' '.join(known)}")
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runner = Runner(options.build, options.minutes, pathlib.Path(folder))
        sys.exit(0 if all(list(pool.map(runner.run, options.targets or known))) else 1)


if __name__ == "__main__":
    main()
