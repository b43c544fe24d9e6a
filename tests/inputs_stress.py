"""Builds while another thread rewrites, truncates, replaces and deletes the inputs at random.

usage: inputs_stress.py VENEER [--builds N] [--seed N]

Each build must end in time: in an error that names a file, with nothing left behind, or in an image
of which every file is one that was at its path at some moment of the build. Before the thread does
anything to a file it notes what the file will hold, whole, after each single call of the system, so
that anything else in an image is torn, or another file's.
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
CLASSES = 6  # files of one class begin with equal bytes, so that they may be linked
LARGE = 9 << 20  # several frames
PIECE = 1 << 20  # of a file that is rewritten by several calls


def content_of(words, size):
    """Bytes that say what they are, all along."""
    line = f"{words} ".encode()
    noise = hashlib.sha256(line).digest()
    return ((line + noise) * (size // (len(line) + len(noise)) + 1))[:size]


def state_of(content):
    """What stands for a file's content."""
    return ("file", len(content), hashlib.sha256(content).hexdigest())


class Files:
    """The inputs: what each path holds, and all that it has held since forget()."""

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
        """Before it is so."""
        with self.lock:
            self.seen[name].add(state)

    def forget(self):
        """Keeps of the past only what is there now. Nothing happens meanwhile."""
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
        """A content: of the file's class, as other files may have, or of its own."""
        size = self.sizes[name]
        if self.rng.random() < 0.5:
            return content_of(f"class {self.rng.randrange(CLASSES)} of {size}", size)
        self.versions += 1
        return content_of(f"{name} version {self.versions}", size)

    def heal(self):
        """Every file is a file again, most with the content of its class."""
        for number, name in enumerate(self.names):
            path = self.folder / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content_of(f"class {number % CLASSES} of {self.sizes[name]}",
                                        self.sizes[name]))

    # What happens to a file. Each notes first.

    def replace(self, name):
        """By another file, at once."""
        content = self.fresh(name)
        other = self.folder.parent / "other"
        other.write_bytes(content)
        if self.rng.random() < 0.5:
            os.utime(other, (315532800, 315532800))  # as unpacking a wheel leaves it
        self.note(name, state_of(content))
        os.rename(other, self.folder / name)

    def rewrite(self, name):
        """In place, a large file by several calls, so that it is neither for a while."""
        path, content = self.folder / name, self.fresh(name)
        with open(path, "r+b", buffering=0) as file:
            self.write_pieces(name, file, content, bytearray(path.read_bytes()))

    def write_anew(self, name):
        """As a shell's '>' does: emptied, then written."""
        content = self.fresh(name)
        self.note(name, state_of(b""))
        with open(self.folder / name, "wb", buffering=0) as file:
            self.write_pieces(name, file, content, bytearray())

    def write_pieces(self, name, file, content, now):
        """One call each, for which a state is noted."""
        for begin in range(0, len(content), PIECE):
            piece = content[begin:begin + PIECE]
            now[begin:begin + len(piece)] = piece
            self.note(name, state_of(now))
            file.write(piece)
            time.sleep(self.rng.choice([0, 0.001]))

    def truncate(self, name):
        """Somewhere."""
        path = self.folder / name
        now = path.read_bytes()
        size = self.rng.randrange(len(now) + 1)
        self.note(name, state_of(now[:size]))
        os.truncate(path, size)

    def append(self, name):
        """A line."""
        path = self.folder / name
        self.note(name, state_of(path.read_bytes() + b"one line more\n"))
        with open(path, "ab", buffering=0) as file:
            file.write(b"one line more\n")

    def delete(self, name):
        """For ever, or until heal()."""
        self.note(name, "absent")
        os.unlink(self.folder / name)

    def become_fifo(self, name):
        """Which nobody writes to."""
        self.note(name, "absent")
        os.unlink(self.folder / name)
        os.mkfifo(self.folder / name)

    def become_endless(self, name):
        """A link to what never ends."""
        self.note(name, "absent")
        self.note(name, ("link", "/dev/zero"))
        os.unlink(self.folder / name)
        os.symlink("/dev/zero", self.folder / name)

    def become_directory(self, name):
        """With a file in it."""
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
        """Nothing but its time."""
        os.utime(self.folder / name)

    def give_mode(self, name):
        """Nothing but its mode, to and fro: its change time is another."""
        os.chmod(self.folder / name, 0o600)
        os.chmod(self.folder / name, 0o644)

    OFTEN = (replace, rewrite, rewrite, write_anew, touch, give_mode)
    SELDOM = (truncate, append, delete, become_fifo, become_endless, become_directory)

    def meddle(self, stop, pause):
        """Does something to some file, again and again."""
        while not stop.wait(self.rng.expovariate(1 / pause)):
            name = self.rng.choice(self.names)
            path = self.folder / name
            if path.is_symlink() or not path.is_file():
                continue
            self.rng.choice(self.OFTEN if self.rng.random() < 0.8 else self.SELDOM)(self, name)


class Image:
    """What is at each path of the layers of a layout."""

    def __init__(self, folder):
        self.nodes = {}
        for blob in sorted((folder / "blobs" / "sha256").iterdir()):
            with open(blob, "rb") as file:
                magic = file.read(1)
            if magic != b"{":
                self.add_tar(blob)

    def add_tar(self, path):
        """One layer, or a whole archive."""
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
        """What may be meant by what is at a path: a link is itself, and what it leads to."""
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
    """The builds."""

    def __init__(self, veneer, folder, rng):
        self.veneer, self.folder, self.rng = veneer, folder, rng
        (folder / "work").mkdir()
        self.files = Files(folder / "in", rng)
        self.ended = collections.Counter()
        self.messages = collections.Counter()

    def make_documents(self):
        """The same files, declared in three ways; returns command lines and where files then are."""
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
        """One build under fire."""
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
        """Whether a build ended as it may."""
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
            raise AssertionError(f"{arguments}: '{name}' holds {found}, which it never did:\n"
                                 f"{seen}\n{done.stderr}")


def main():
    """The command line."""
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
