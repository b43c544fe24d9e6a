"""Many processes on one store, killed at random moments: outputs right, the store in order.

usage: store_stress.py VENEER [--kills N] [--seed N]

Eight processes at a time build different images, on a store that is empty in every other round. Some
are killed (SIGKILL) at a random moment. Each that ends must have made the image that a build without
a store makes, `store verify` must find nothing after every round, and no file may be left over.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

PROCESSES = 8
PROGRAMS = 6
TIMEOUT = 120  # seconds, for any one process


def make_inputs(folder, rng):
    """Trees that share some files and differ in others, with enough in each for several frames."""
    shared = [rng.randbytes(rng.randrange(1, 40000)) for _ in range(120)]
    large = rng.randbytes(3 << 20)
    for program in range(PROGRAMS):
        tree = folder / f"tree{program}"
        tree.mkdir()
        for number, content in enumerate(shared):
            own = f"{program}\n".encode() if number % 7 == program else b""
            (tree / f"file{number:03}").write_bytes(own + content)
        (tree / "large").write_bytes(large[: 1 << 20] + bytes([program]) + large[1 << 20:])


class Stress:
    """One store, one set of inputs."""

    def __init__(self, veneer, folder, rng):
        self.veneer, self.folder, self.rng = veneer, folder, rng
        self.store = folder / "store"
        self.killed = self.finished = 0
        make_inputs(folder, rng)
        begin = time.monotonic()
        self.expected = [self.built(self.start(program, 0, ["--no-store"]))
                         for program in range(PROGRAMS)]
        self.longest = 1.5 * (time.monotonic() - begin)

    def start(self, program, slot, options):
        """Begins a build."""
        kind = self.rng.choice(["oci", "oci-archive"])
        output = self.folder / f"out{slot}"
        if output.is_dir():
            shutil.rmtree(output)
        else:
            output.unlink(missing_ok=True)
        return subprocess.Popen(
            [self.veneer, "build", "--tree", f"tree{program}:srv", "--layers=one", "--json", "-o",
             f"{kind}:{output}", *options],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    @staticmethod
    def built(process):
        """The manifest digest that a process which is let live ends with."""
        out, error = process.communicate(timeout=TIMEOUT)
        if process.returncode != 0 or error:
            raise AssertionError(f"exit code {process.returncode}: {error}")
        return json.loads(out)["manifest"]

    def round(self, number):
        """Eight builds at once, some of which are killed."""
        if number % 2 == 0:
            shutil.rmtree(self.store, ignore_errors=True)
        programs = [self.rng.randrange(PROGRAMS) for _ in range(PROCESSES)]
        running = [self.start(program, slot, ["--store", str(self.store)])
                   for slot, program in enumerate(programs)]
        doomed = set(self.rng.sample(range(PROCESSES), self.rng.randrange(PROCESSES + 1)))
        began = time.monotonic()
        moments = sorted((self.rng.uniform(0, self.longest), slot) for slot in doomed)
        for moment, slot in moments:
            time.sleep(max(0, began + moment - time.monotonic()))
            if running[slot].poll() is None:
                running[slot].kill()
                self.killed += 1
            else:
                doomed.discard(slot)
        for slot, (process, program) in enumerate(zip(running, programs)):
            if slot in doomed:
                process.communicate(timeout=TIMEOUT)
                continue
            if self.built(process) != self.expected[program]:
                raise AssertionError(f"another image than without a store: {program}")
            self.finished += 1
        self.check_store()

    def check_store(self):
        """Nothing damaged, nothing left over."""
        if not self.store.exists():
            return  # every process was killed before it made one
        done = subprocess.run([self.veneer, "store", "verify", "--store", self.store],
                              capture_output=True, text=True, check=False, timeout=TIMEOUT)
        if done.returncode != 0 or done.stderr:
            raise AssertionError(f"store verify: exit code {done.returncode}: {done.stderr}")
        files = {str(path.relative_to(self.store)) for path in self.store.rglob("*")}
        odd = {name for name in files if not name.startswith("blobs/sha256/")} - {
            "blobs", "blobs/sha256", "index", "lock"}
        odd |= {name for name in files if "/.veneer" in name}
        if odd:
            raise AssertionError(f"left over: {sorted(odd)}")


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("veneer")
    parser.add_argument("--kills", type=int, default=24)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "little"))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        stress = Stress(os.path.abspath(options.veneer), pathlib.Path(temporary),
                        random.Random(options.seed))
        rounds = 0
        while stress.killed < options.kills:
            stress.round(rounds)
            rounds += 1
    print(f"{rounds} rounds, {stress.killed} killed, {stress.finished} finished")
    return 0


if __name__ == "__main__":
    sys.exit(main())
