"""Builds while another thread rewrites, truncates, replaces and deletes the inputs at random.

usage: inputs_stress.py VENEER [--builds N] [--seed N]

Each build must end in time, with one of two results: an error that names a file, and no output; or
an image in which each file has a content that was at its path at some moment of the build. Before
the thread changes a file, it records the whole content after each single system call. So any other
content in an image is a mixture of two contents, or that of another file.
"""

import argparse
import collections
import hashlib
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

TIMEOUT = 60  # seconds, for one build
CLASSES = 6  # files of one class begin with the same content, so that they may be linked
LARGE = 9 << 20  # bytes; several frames
PIECE = 1 << 20  # bytes per call when a file is rewritten


def content_of(words, size):
    """Makes a content that repeats `words`, so that each part of it can be recognised."""
    line = f"{words} ".encode()
    noise = hashlib.sha256(line).digest()
    return ((line + noise) * (size // (len(line) + len(noise)) + 1))[:size]


def state_of(content):
    """Returns a short representation of a file's content."""
    return ("file", len(content), hashlib.sha256(content).hexdigest())


class Files:
    """The inputs, with all contents that each path has had since forget()."""

    def __init__(self, folder, rng):
        self.folder, self.rng = folder, rng
        self.lock = threading.Lock()
        self.seen = collections.defaultdict(set)
        self.versions = 0
        self.sizes = {}
        for number in range(36):
            size = [0, 5, 700, 5000, 5000, 60000, 300000][number % 7]
            name = f"pkg{number % 3}/file{number:02}"
            self.sizes[name + ("" if number % 4 else ".py")] = size
        for number in range(2):
            self.sizes[f"pkg{number}/large"] = LARGE
        for number in range(4):
            self.sizes[f"venv{number % 2}/site-packages/wheel/part{number // 2}.py"] = 3000
        self.names = sorted(self.sizes)

    def note(self, name, state):
        """Records a state of a path. It is called before the change."""
        with self.lock:
            self.seen[name].add(state)

    def forget(self):
        """Forgets all states but the current ones. No change may happen meanwhile."""
        self.seen.clear()
        for name in self.names:
            path = self.folder / name
            if path.is_symlink():
                self.note(name, ("link", os.readlink(path)))
            elif path.is_file():
                self.note(name, state_of(path.read_bytes()))
            else:
                self.note(name, "absent")
            if path.is_dir() and not path.is_symlink():
                self.note(f"{name}/inner", state_of((path / "inner").read_bytes()))

    def fresh(self, name):
        """Makes a new content: one of a class, which other files may have too, or a unique one."""
        size = self.sizes[name]
        if self.rng.random() < 0.5:
            return content_of(f"class {self.rng.randrange(CLASSES)} of {size}", size)
        self.versions += 1
        return content_of(f"{name} version {self.versions}", size)

    def heal(self):
        """Makes every path a regular file again, with the content of its class."""
        for number, name in enumerate(self.names):
            path = self.folder / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content_of(f"class {number % CLASSES} of {self.sizes[name]}",
                                        self.sizes[name]))

    # The changes of a file. Each records the new state first.

    def replace(self, name):
        """Replaces the file by another one, at once."""
        content = self.fresh(name)
        other = self.folder.parent / "other"
        other.write_bytes(content)
        if self.rng.random() < 0.5:
            os.utime(other, (315532800, 315532800))  # as unpacking a wheel leaves it
        self.note(name, state_of(content))
        os.rename(other, self.folder / name)

    def rewrite(self, name):
        """Writes a new content in place; a large file is a mixture until the last call."""
        path, content = self.folder / name, self.fresh(name)
        with open(path, "r+b", buffering=0) as file:
            self.write_pieces(name, file, content, bytearray(path.read_bytes()))

    def write_anew(self, name):
        """Truncates the file and writes it, like '>' in a shell."""
        content = self.fresh(name)
        self.note(name, state_of(b""))
        with open(self.folder / name, "wb", buffering=0) as file:
            self.write_pieces(name, file, content, bytearray())

    def write_pieces(self, name, file, content, now):
        """Writes a content in pieces. The state after each call is recorded."""
        for begin in range(0, len(content), PIECE):
            piece = content[begin:begin + PIECE]
            now[begin:begin + len(piece)] = piece
            self.note(name, state_of(now))
            file.write(piece)
            time.sleep(self.rng.choice([0, 0.001]))

    def truncate(self, name):
        """Truncates the file at a random size."""
        path = self.folder / name
        now = path.read_bytes()
        size = self.rng.randrange(len(now) + 1)
        self.note(name, state_of(now[:size]))
        os.truncate(path, size)

    def append(self, name):
        """Appends a line."""
        path = self.folder / name
        self.note(name, state_of(path.read_bytes() + b"one line more\n"))
        with open(path, "ab", buffering=0) as file:
            file.write(b"one line more\n")

    def delete(self, name):
        """Deletes the file, until heal()."""
        self.note(name, "absent")
        os.unlink(self.folder / name)

    def become_fifo(self, name):
        """Replaces the file by a FIFO to which no process writes."""
        self.note(name, "absent")
        os.unlink(self.folder / name)
        os.mkfifo(self.folder / name)

    def become_endless(self, name):
        """Replaces the file by a link to an endless device."""
        self.note(name, "absent")
        self.note(name, ("link", "/dev/zero"))
        os.unlink(self.folder / name)
        os.symlink("/dev/zero", self.folder / name)

    def become_directory(self, name):
        """Replaces the file by a directory with a file."""
        content = content_of(f"{name} inner", 100)
        self.note(name, "absent")
        self.note(f"{name}/inner", "absent")
        self.note(f"{name}/inner", state_of(b""))
        self.note(f"{name}/inner", state_of(content))
        os.unlink(self.folder / name)
        os.mkdir(self.folder / name)
        with open(self.folder / name / "inner", "wb", buffering=0) as file:
            file.write(content)

    def touch(self, name):
        """Changes only the file's times."""
        os.utime(self.folder / name)

    def give_mode(self, name):
        """Changes the mode and changes it back, so that only the change time differs."""
        os.chmod(self.folder / name, 0o600)
        os.chmod(self.folder / name, 0o644)

    OFTEN = (replace, rewrite, rewrite, write_anew, touch, give_mode)
    SELDOM = (truncate, append, delete, become_fifo, become_endless, become_directory)

    def meddle(self, stop, pause):
        """Changes random files until `stop` is set."""
        while not stop.wait(self.rng.expovariate(1 / pause)):
            name = self.rng.choice(self.names)
            path = self.folder / name
            if path.is_symlink() or not path.is_file():
                continue
            self.rng.choice(self.OFTEN if self.rng.random() < 0.8 else self.SELDOM)(self, name)


class Image:
    """The content at each path of the layers of a layout."""

    def __init__(self, folder):
        self.nodes = {}
        for blob in sorted((folder / "blobs" / "sha256").iterdir()):
            with open(blob, "rb") as file:
                magic = file.read(1)
            if magic != b"{":
                self.add_tar(blob)

    def add_tar(self, path):
        """Adds the members of a layer or of a plain tar."""
        with tarfile.open(path) as archive:
            for member in archive:
                name = member.name.removeprefix("./")
                if member.isfile():
                    self.nodes[name] = state_of(archive.extractfile(member).read())
                elif member.islnk():
                    self.nodes[name] = self.nodes[member.linkname.removeprefix("./")]
                elif member.issym():
                    self.nodes[name] = ("link", member.linkname)

    def states(self, path):
        """Returns the states of a path: that of a link, and that of each path that it leads to."""
        node = self.nodes.get(path, "absent")
        found = {node}
        for _ in range(40):
            if node[0] != "link":
                break
            path = os.path.normpath(os.path.join("/", os.path.dirname(path), node[1]))[1:]
            node = self.nodes.get(path, "absent")
            found.add(node)
        return found


class Stress:
    """The builds and the checks of their results."""

    def __init__(self, veneer, folder, rng):
        self.veneer, self.folder, self.rng = veneer, folder, rng
        (folder / "work").mkdir()
        self.files = Files(folder / "in", rng)
        self.ended = collections.Counter()
        self.messages = collections.Counter()

    def make_documents(self):
        """Declares the same files in three ways; returns a command line and the files' folder."""
        top = self.folder / "in"
        runfiles = self.folder / "app.runfiles"
        if not runfiles.exists():
            for name in self.files.names:
                path = runfiles / "_main" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                if name.startswith("pkg2"):
                    os.symlink(top / name, path)
                elif name.startswith("venv"):
                    os.symlink(top / name, path)
            (self.folder / "spec").write_text("V\t1\nW\t_main\n" + "".join(
                f"f\t{name}\t{top / name}\n" for name in self.files.names))
            (self.folder / "mtree").write_text("#mtree\n" + "".join(
                f"./{name} type=file content={top / name}\n" for name in self.files.names))
        build = ["build", "--check=warn", "-o", "oci:work/image",
                 f"--compression={self.rng.choice(['none', 'gzip'])}"]
        return self.rng.choice([
            ([*build, "--tree", "in:srv"], "srv"),
            ([*build, "--runfiles", "app.runfiles", "--name", "app", "--prefix", "srv"],
             "srv/app.runfiles/_main"),
            ([*build, "--mtree", "mtree"], ""),
            (["tar", "-cf", "work/a.tar", "@mtree"], ""),
            (["tar", "-czf", "work/a.tar", "in"], "in"),
        ])

    def build(self, number):
        """Runs one build while the files change."""
        if number % 3 == 0:
            self.files.heal()
        time.sleep(self.rng.choice([0, 0.02, 0.1]))
        self.files.forget()
        arguments, place = self.make_documents()
        if arguments[0] == "build":
            store = ["--store", "store"] if self.rng.random() < 0.5 else ["--no-store"]
            arguments = [*arguments, *store]
        stop = threading.Event()
        pause = self.rng.choice([0.004, 0.02, 0.1])
        thread = threading.Thread(target=self.files.meddle, args=(stop, pause))
        thread.start()
        try:
            done = subprocess.run([self.veneer, *arguments], cwd=self.folder, capture_output=True,
                                  text=True, errors="replace", check=False, timeout=TIMEOUT)
        finally:
            stop.set()
            thread.join()
        self.judge(arguments, place, done)
        shutil.rmtree(self.folder / "work")
        (self.folder / "work").mkdir()

    def judge(self, arguments, place, done):
        """Checks that a build ended with an error and no output, or with a correct image."""
        if done.returncode != 0:
            if done.returncode != 1 or "error: " not in done.stderr or "/" not in done.stderr:
                raise AssertionError(f"{arguments}: exit code {done.returncode}: {done.stderr}")
            left = list((self.folder / "work").iterdir())
            if left:
                raise AssertionError(f"{arguments}: left behind: {left}")
            self.ended["errors"] += 1
            line = next(line for line in done.stderr.splitlines() if "error: " in line)
            message = line.partition("error: ")[2].partition(":")[0]
            self.messages[re.sub("'[^']*'", "'...'", message)] += 1
            return
        if arguments[0] == "build":
            image = Image(self.folder / "work" / "image")
        else:
            image = Image.__new__(Image)
            image.nodes = {}
            image.add_tar(self.folder / "work" / "a.tar")
        self.ended["images"] += 1
        for name, seen in sorted(self.files.seen.items()):
            if place.endswith("_main") and not name.startswith(("pkg2", "venv")):
                continue
            found = image.states(f"{place}/{name}" if place else name)
            if found & seen or (place != "srv" and place != "in" and name.endswith("/inner")):
                continue
            raise AssertionError(f"{arguments}: '{name}' has a state {found} that it never had:\n"
                                 f"{seen}\n{done.stderr}")


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("veneer")
    parser.add_argument("--builds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "little"))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        stress = Stress(os.path.abspath(options.veneer), pathlib.Path(temporary),
                        random.Random(options.seed))
        for number in range(options.builds):
            stress.build(number)
    print(f"{options.builds} builds: {stress.ended['images']} images, "
          f"{stress.ended['errors']} errors")
    for message, count in stress.messages.most_common():
        print(f"{count:6} {message}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
