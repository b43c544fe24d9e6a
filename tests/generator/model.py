"""Random runfiles as a Bazel rule may declare them, over a small set of files on disk.

Names, repositories and contents are few, so that declarations often meet: at one path, one below the
other, with the same file, with equal files.
"""

import collections
import dataclasses
import os
import random
import zlib

WORKSPACE = "_main"
WHEELS = ("rules_python++pip+pypi_313_numpy", "rules_python++pip+pypi_313_torch")
INTERPRETER = "rules_python++python+python_3_13_x86_64-unknown-linux-gnu"
OTHER = "lib+"
REPOSITORIES = ("", "", *WHEELS, INTERPRETER, OTHER)
IN_PACKAGE = (
    "pkg/a.py",
    "pkg/b.so",
    "pkg/c",
    "pkg/python3",
    "app",
    "pkg/sp ace",
    "pkg/b\\s",
    "pkg/t\tb",
    "pkg/\u00e9",
    "pkg/sub/a.py",
    "pkg-x/a.py",
    "v/site-packages/n/x.py",
)
IN_WHEEL = (
    "site-packages/n/__init__.py",
    "site-packages/n/x.py",
    "site-packages/n/l.so",
    "site-packages/x.py",
    "site-packages/n-1.dist-info/RECORD",
    "bin/tool",
    "site-packages/n/site-packages/x.py",
)
IN_INTERPRETER = (
    "bin/python",
    "bin/python3",
    "bin/python3.13",
    "bin/python3.13t",
    "bin/pythonw",
    "lib/python3.13/os.py",
    "lib/libpython3.so",
    "lib/python3.13/site-packages/n/x.py",
)
FOLDERS = ("pkg/tree", "pkg/other", "site-packages/t")  # of tree artifacts, in any repository
IN_TREE = ("a.py", "x.py", "sub/l.so", "python3", "site-packages/n/x.py")
LINKS = ("pkg/link", "pkg/up")
LINK_TEXTS = ("a.py", "../pkg/a.py", "sub/../c", "none", "python3", ".")
# Paths of SymlinkEntries below a repository, beside those of files.
ENTRY_PATHS = (
    "pkg",
    "pkg/a.py/z",
    "pkg/tree/x.py",
    "pkg/tree/new",
    "v/site-packages/n/x.py",
    "v/site-packages/n/l.so",
    "v/site-packages/n",
    "v/site-packages/x.py",
    "v/bin/python3",
    "v/bin/python",
    "v/bin/python3.13",
    "v/bin/tool",
    "z/y/x",
    "z/y",
    "z",
    "pkg/link/x",
    "external/lib+/pkg/a.py",
)
MAPPING = "out/k8/bin/app.repo_mapping"
GROUPS = ("", "first", "second")
# ELF with PT_INTERP: a program, for which its place matters.
PROGRAM = (
    b"\x7fELF\x02\x01\x01"
    + bytes(9)
    + (2).to_bytes(2, "little")
    + (62).to_bytes(2, "little")
    + (1).to_bytes(4, "little")
    + bytes(8)
    + (64).to_bytes(8, "little")
    + bytes(8)
    + bytes(4)
    + (64).to_bytes(2, "little")
    + (56).to_bytes(2, "little")
    + (1).to_bytes(2, "little")
    + bytes(6)
    + (3).to_bytes(4, "little")
    + bytes(52)
).ljust(5000, b"p")
CONTENTS = (
    b"",
    b"small\n",
    b"other\n",
    b"a" * 4095,
    b"b" * 4096,
    b"c" * 5000,
    b"d" * 5000,
    PROGRAM,
    b"#!/bin/sh\n".ljust(4500, b"s"),
)


@dataclasses.dataclass(frozen=True)
class File:
    """A Bazel File: where it is, and where in the runfiles it would be."""

    kind: str  # f, d or l
    exec_path: str
    short_path: str


@dataclasses.dataclass(frozen=True)
class Record:
    """One record of a spec; `file` has what is declared, but for `e`, and `t`, which has a text."""

    letter: str
    path: str
    file: File = None
    text: str = ""
    group: str = ""


@dataclasses.dataclass
class Model:
    """All that one rule declares."""

    executable: File
    records: list
    mapping: str  # an exec path; empty: there is none
    is_one_layer: bool


class Disk:
    """All files that a model may declare, with what is in them."""

    def __init__(self):
        self.files = collections.defaultdict(list)  # by repository
        self.contents = {}  # by exec path: bytes of a file
        self.trees = {}  # by exec path: paths below it
        self.texts = {}  # by exec path: text of a link
        self.contents[MAPPING] = CONTENTS[5]
        for repository in sorted(set(REPOSITORIES)):
            for path in self.paths_in(repository):
                self.add(repository, "f", path)
            for path in FOLDERS:
                self.add(repository, "d", path)
            for path in LINKS:
                self.add(repository, "l", path)

    @staticmethod
    def paths_in(repository):
        """Returns the paths of a repository's files."""
        if repository in WHEELS:
            return IN_WHEEL
        return IN_INTERPRETER if repository == INTERPRETER else IN_PACKAGE

    def add(self, repository, kind, path):
        """Adds a file as a source and as an output, which are two files with one place."""
        short_path = f"../{repository}/{path}" if repository else path
        for root in ("", "out/k8/bin/"):
            exec_path = f"{root}external/{repository}/{path}" if repository else f"{root}{path}"
            self.files[repository].append(File(kind, exec_path, short_path))
            if kind == "f":
                self.contents[exec_path] = self.content(exec_path)
            elif kind == "l":
                self.texts[exec_path] = LINK_TEXTS[zlib.crc32(exec_path.encode()) % len(LINK_TEXTS)]
            else:
                many = zlib.crc32(exec_path.encode()) % (len(IN_TREE) + 1)
                self.trees[exec_path] = IN_TREE[:many]
                for name in IN_TREE[:many]:
                    self.contents[f"{exec_path}/{name}"] = self.content(f"{exec_path}/{name}")

    @staticmethod
    def content(exec_path):
        """Chooses a content: files of one name mostly have one of two."""
        name = os.path.basename(exec_path)
        if "python" in name:
            return CONTENTS[5 + zlib.crc32(exec_path.encode()) % 3]
        return CONTENTS[(zlib.crc32(name.encode()) + zlib.crc32(exec_path.encode()) % 2) % len(CONTENTS)]

    def write(self, folder):
        """Writes all below a folder."""
        for path in self.trees:
            (folder / path).mkdir(parents=True)
        for path, content in self.contents.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        for path, text in self.texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            os.symlink(text, folder / path)


class Generator:
    """Makes models, each from a number."""

    def __init__(self, disk):
        self.disk = disk
        self.of_kind = {
            (repository, kind): [file for file in files if file.kind == kind]
            for repository, files in disk.files.items()
            for kind in "fdl"
        }

    def file(self, rng, kinds):
        """Returns a random file."""
        return rng.choice(self.of_kind[rng.choice(REPOSITORIES), rng.choice(kinds)])

    def entry_path(self, rng, target, is_root):
        """Returns the path of a SymlinkEntry: of the file itself, of another, or where nothing is."""
        repository = rng.choice(REPOSITORIES)
        path = rng.choice(
            (rng.choice(ENTRY_PATHS), rng.choice(ENTRY_PATHS), rng.choice(self.disk.paths_in(repository)))
        )
        if not repository and rng.random() < 0.1:
            path = target.short_path.removeprefix("../")
            return path if is_root or not target.short_path.startswith("../") else f"../{path}"
        if is_root:
            return f"{repository or WORKSPACE}/{path}"
        return f"../{repository}/{path}" if repository else path

    def record(self, rng, records):
        """Returns a random record, which often has to do with an earlier one."""
        group = rng.choice(GROUPS) if rng.random() < 0.3 else ""
        letter = rng.choices("fdlsret", (40, 6, 6, 12, 24, 6, 4))[0]
        known = [record.file for record in records if record.file]
        if letter in "sr":
            target = rng.choice(known) if known and rng.random() < 0.6 else self.file(rng, "fffffdl")
            return Record(letter, self.entry_path(rng, target, letter == "r"), target, group=group)
        if letter == "e":
            return Record("e", self.entry_path(rng, self.file(rng, "f"), False), group=group)
        if letter == "t":
            return Record(
                "t",
                self.entry_path(rng, self.file(rng, "f"), False),
                text=rng.choice(LINK_TEXTS),
                group=group,
            )
        file = self.file(rng, letter)
        return Record(letter, file.short_path, file, group=group)

    def model(self, seed):
        """Returns the model of a number."""
        rng = random.Random(seed)
        records = []
        for _ in range(rng.choice((1, 3, 6, 10, 15, 25))):
            records.append(self.record(rng, records))
        executable = rng.choice(self.of_kind["", "f"] + self.of_kind[OTHER, "f"][:2])
        if rng.random() < 0.9:
            records.append(Record("f", executable.short_path, executable))
        mapping = MAPPING if rng.random() < 0.3 else ""
        return Model(executable, records, mapping, rng.random() < 0.6)


def escaped(text):
    """Returns a field of a spec or a plan."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def spec_of(model):
    """Returns the text of a spec."""
    lines = [("V", "1"), ("W", WORKSPACE), ("x", model.executable.short_path, model.executable.exec_path)]
    group = ""
    for record in model.records:
        if record.group != group:
            group = record.group
            lines.append(("G", group))
        if record.letter in "sr":
            lines.append(
                (
                    record.letter,
                    record.path,
                    record.file.kind,
                    record.file.exec_path,
                    record.file.short_path,
                    "//:x",
                )
            )
        elif record.letter == "e":
            lines.append(("e", record.path))
        elif record.letter == "t":
            lines.append(("t", record.path, record.text, "//:x"))
        else:
            lines.append((record.letter, record.path, record.file.exec_path, "//:x"))
    if model.mapping:
        lines.append(("m", model.mapping))
    return "".join("\t".join(map(escaped, line)) + "\n" for line in lines)
