#!/usr/bin/env python3
"""What rebuilding costs with a store: nothing changed, a file, a package, a part of one big layer.

    bench/rebuilds.py --veneer build/release/cmd/veneer [--runs 3] [--work DIR] [--compression gzip]

Each case changes what it says, then builds into an OCI layout; its time stands beside that of a cold
build without a store in the same round. CPU time is given too: it is steadier on a machine that does
other work.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import time

import workloads

class Bench:
    """One workload, one store."""

    def __init__(self, options):
        self.work = pathlib.Path(options.work).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.veneer = str(pathlib.Path(options.veneer).resolve())
        self.codec = options.compression
        self.tree = workloads.real_packages(self.work)
        self.stamp = 0
        self.times = {}

    def build(self, case, *options):
        """One build, timed."""
        shutil.rmtree(self.work / "image", ignore_errors=True)
        time.sleep(0.1)  # stamps younger than this are not trusted
        begin = time.perf_counter()
        process = subprocess.Popen(
            [self.veneer, "build", str(self.tree.binary), f"--compression={self.codec}", "-o",
             f"oci:{self.work / 'image'}", *options], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            raise SystemExit(f"{case} failed")
        wall = time.perf_counter() - begin
        self.times.setdefault(case, []).append(
            (wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024))

    def change(self, paths):
        """Appends a line to files; the bytes of all of them."""
        self.stamp += 1
        for path in paths:
            with open(path, "a", encoding="utf-8") as file:
                file.write(f"# {self.stamp}\n")
        return sum(path.stat().st_size for path in paths)

    def files_of(self, package):
        """The real .py files of a wheel."""
        return [path for path in map(pathlib.Path, self.tree.contents)
                if f"/site-packages/{package}/" in str(path) and path.suffix == ".py"]

    def package_bytes(self, package):
        """All bytes of a wheel."""
        return sum(os.path.getsize(path) for path in self.tree.contents
                   if f"/site-packages/{package}/" in path)

    def round(self):
        """All cases once."""
        store = ["--store", str(self.work / "store")]
        self.build("cold, no store", "--no-store")
        shutil.rmtree(self.work / "store", ignore_errors=True)
        self.build("cold, empty store", *store)
        self.build("nothing changed", *store)
        app = [path for path in map(pathlib.Path, self.tree.contents)
               if path.suffix == ".py" and "/site-packages/" not in str(path)
               and "/lib/python3" not in str(path)]
        self.change(app[:1])
        self.build("one app file", *store)
        for package in ("networkx", "lxml", "django", "plotly", "scipy"):
            self.change(self.files_of(package))
            self.build(f"wheel {package}, {self.package_bytes(package) / 1e6:.0f} MB", *store)
        one = [*store, "--layers=one"]
        self.build("one layer, no store", "--no-store", "--layers=one")
        self.build("one layer, its frames cold", *one)
        self.build("one layer, nothing changed", *one)
        # In the order of the layer: by path in the image, which the repositories' names lead.
        python = sorted(path for package in ("babel", "networkx", "sympy")
                        for path in self.files_of(package))
        for name, path in (("first", python[0]), ("middle", self.middle()), ("last", python[-1])):
            self.change([path])
            self.build(f"one layer, {name} changed", *one)

    def middle(self):
        """A file about half way through the layer."""
        files = sorted(set(self.tree.contents), key=os.path.realpath)
        half = sum(map(os.path.getsize, files)) / 2
        for index, path in enumerate(files):
            half -= os.path.getsize(path)
            if half < 0:
                return next(pathlib.Path(p) for p in files[index:] if p.endswith(".py"))
        raise AssertionError

    def table(self):
        """Medians as a Markdown table."""
        def median(case, column):
            return statistics.median(run[column] for run in self.times[case])
        lines = ["| case | wall s | CPU s | cold / wall | cold / CPU | peak MB |",
                 "|---|---|---|---|---|---|"]
        for case in self.times:
            cold = "one layer, no store" if case.startswith("one layer") else "cold, no store"
            wall, cpu = median(case, 0), median(case, 1)
            lines.append(f"| {case} | {wall:.3f} | {cpu:.3f} | {median(cold, 0) / wall:.1f} | "
                         f"{median(cold, 1) / cpu:.1f} | {median(case, 2) / 1e6:.0f} |")
        return "\n".join(lines)


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--veneer", required=True, help="the program under test")
    parser.add_argument("--runs", type=int, default=3, help="rounds")
    parser.add_argument("--work", default="build/rebuilds", help="folder for inputs and outputs")
    parser.add_argument("--compression", default="gzip")
    options = parser.parse_args()
    bench = Bench(options)
    for _ in range(options.runs):
        bench.round()
    print(f"{bench.tree.description}; {options.compression}, {options.runs} rounds, medians; "
          f"{len(os.sched_getaffinity(0))} cores.\n\n{bench.table()}")


if __name__ == "__main__":
    main()
