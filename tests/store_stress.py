"""Kills processes that share a store and a layout at random moments, and checks both.

usage: store_stress.py VENEER [--kills N] [--seed N]

Ten processes at a time build images with one store. Eight of them write into one layout, each under
its own tag. The store is removed before every second round, the layout before every fourth. Most
processes are killed (SIGKILL) at a random moment. A process that ends must have made the same image
as a build without a store. After every round:
- `store verify` finds no damage;
- each blob of the layout has the digest in its name;
- `veneer verify` finds every image of the layout's index complete;
- a build with the store gives the same image as one without;
- after `store gc` the store has no stray files.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

IN_ONE_LAYOUT = 8
OTHER_OUTPUTS = ("oci", "oci-archive")
PROCESSES = IN_ONE_LAYOUT + len(OTHER_OUTPUTS)
PROGRAMS = 6
TIMEOUT = 300  # seconds, for any one process
A_MINUTE_AGO = 70  # seconds; younger temporary files may be in use


def make_inputs(folder, rng):
    """Makes trees that share some files, each large enough for several frames."""
    shared = [rng.randbytes(rng.randrange(1, 40000)) for _ in range(120)]
    large = rng.randbytes(3 << 20)
    for program in range(PROGRAMS):
        tree = folder / f"tree{program}"
        tree.mkdir()
        for number, content in enumerate(shared):
            own = f"{program}\n".encode() if number % 7 == program else b""
            (tree / f"file{number:03}").write_bytes(own + content)
        (tree / "large").write_bytes(large[: 1 << 20] + bytes([program]) + large[1 << 20:])


def remove(path):
    """Removes a file or a directory, if it exists."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


class Stress:
    """One store, one layout, one set of inputs."""

    def __init__(self, veneer, folder, rng):
        self.veneer, self.folder, self.rng = veneer, folder, rng
        self.store, self.layout = folder / "store", folder / "layout"
        self.killed = self.finished = self.rebuilt = 0
        make_inputs(folder, rng)
        begin = time.monotonic()
        self.expected = [self.built(self.start(program, f"oci:{folder}/out", ["--no-store"]))
                         for program in range(PROGRAMS)]
        # Duration in seconds of a round with a new store, and of one with an existing store.
        self.lives = [time.monotonic() - begin] * 2

    def start(self, program, output, options):
        """Starts a build; returns the process."""
        if not output.startswith(f"oci:{self.layout}:"):
            remove(pathlib.Path(output.partition(":")[2]))
        return subprocess.Popen(
            [self.veneer, "build", "--tree", f"tree{program}:srv", "--layers=one", "--json", "-o",
             output, *options],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *arguments):
        """Runs another command, which must report nothing; returns its output."""
        done = subprocess.run([self.veneer, *arguments], cwd=self.folder, capture_output=True,
                              text=True, check=False, timeout=TIMEOUT)
        if done.returncode != 0 or done.stderr:
            raise AssertionError(f"{arguments}: exit code {done.returncode}: {done.stderr}")
        return done.stdout

    @staticmethod
    def built(process):
        """Waits for a process that is not killed; returns the manifest digest of its image."""
        out, error = process.communicate(timeout=TIMEOUT)
        if process.returncode != 0 or error:
            raise AssertionError(f"exit code {process.returncode}: {error}")
        return json.loads(out)["manifest"]

    def output(self, slot):
        """Returns the output of the process in a slot. Most processes share a layout."""
        if slot < IN_ONE_LAYOUT:
            return f"oci:{self.layout}:tag{slot}"
        return f"{OTHER_OUTPUTS[slot - IN_ONE_LAYOUT]}:{self.folder}/out{slot}"

    def round(self, number):
        """Runs ten builds at once, kills most of them, and checks the store and the layout."""
        if number % 2 == 0:
            remove(self.store)
        if number % 4 == 0:
            remove(self.layout)
        programs = [self.rng.randrange(PROGRAMS) for _ in range(PROCESSES)]
        began = time.monotonic()
        running = [self.start(program, self.output(slot), ["--store", str(self.store)])
                   for slot, program in enumerate(programs)]
        killed = self.kill_some(running, began, self.lives[number % 2])
        for slot, (process, program) in enumerate(zip(running, programs)):
            if slot in killed:
                process.communicate(timeout=TIMEOUT)
            elif self.built(process) != self.expected[program]:
                raise AssertionError(f"another image than without a store: {program}")
        self.killed += len(killed)
        self.finished += PROCESSES - len(killed)
        if len(killed) < PROCESSES:
            self.lives[number % 2] = time.monotonic() - began
        self.check_layout()
        self.check_store()
        self.rebuild()

    def kill_some(self, running, began, life):
        """Kills processes during their `life` in seconds; returns the slots of those that ran."""
        doomed = self.rng.sample(range(PROCESSES), self.rng.randint(PROCESSES // 2, PROCESSES))
        killed = set()
        for moment, slot in sorted((self.rng.uniform(0, life), slot) for slot in doomed):
            time.sleep(max(0, began + moment - time.monotonic()))
            if running[slot].poll() is None:
                running[slot].kill()
                killed.add(slot)
        return killed

    def check_layout(self):
        """Checks the digest of every blob, and that every image of the index is complete."""
        if not self.layout.exists():
            return  # every process was killed before it made one
        for blob in (self.layout / "blobs" / "sha256").iterdir():
            if blob.name.startswith(".veneer-"):
                continue  # left by a killed process; clients ignore it
            if hashlib.sha256(blob.read_bytes()).hexdigest() != blob.name:
                raise AssertionError(f"a blob of the layout is not what its name says: {blob.name}")
        images = json.loads((self.layout / "index.json").read_text())["manifests"]
        tags = {image["digest"]: image["annotations"]["org.opencontainers.image.ref.name"]
                for image in images}
        for digest, tag in tags.items():
            if digest not in self.expected:
                raise AssertionError(f"an image of the layout that nobody made: {tag}")
            self.run("verify", f"oci:{self.layout}:{tag}")

    def check_store(self):
        """Checks that no file of the store is damaged, and that gc leaves no stray files."""
        if not self.store.exists():
            return
        self.run("store", "verify", "--store", self.store)
        old = time.time() - A_MINUTE_AGO
        for path in self.store.rglob(".veneer-*"):
            os.utime(path, (old, old))
        self.run("store", "gc", "--store", self.store)
        files = {str(path.relative_to(self.store)) for path in self.store.rglob("*")}
        odd = {name for name in files if not name.startswith("blobs/sha256/")} - {
            "blobs", "blobs/sha256", "index", "lock", "veneer-store"}
        odd |= {name for name in files if "/.veneer" in name}
        if odd:
            raise AssertionError(f"left over: {sorted(odd)}")

    def rebuild(self):
        """Checks that a build with the store after a round gives the image of one without."""
        program = self.rng.randrange(PROGRAMS)
        rebuilt = self.start(program, f"oci:{self.folder}/again", ["--store", str(self.store)])
        if self.built(rebuilt) != self.expected[program]:
            raise AssertionError(f"another image than without a store, rebuilt: {program}")
        self.run("verify", f"oci:{self.folder}/again")
        self.rebuilt += 1


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("veneer")
    parser.add_argument("--kills", type=int, default=60)
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
    print(f"{rounds} rounds, {stress.killed} killed, {stress.finished} finished, "
          f"{stress.rebuilt} rebuilt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
