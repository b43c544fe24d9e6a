"""The workloads of the benchmark: runfiles with real wheels, in the form for each tool."""

import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass, field

from measure import read_through

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "examples" / "quickstart"))
import make_base  # noqa: E402  (a base image of Debian packages, without a registry)
import make_runfiles  # noqa: E402  (the example that makes runfiles without Bazel)

# About 30,000 files and 400 MB when unpacked: compiled packages, and trees of many small files.
WHEELS = [
    "numpy==2.2.6", "scipy==1.15.3", "pandas==2.2.3", "sympy==1.13.3", "django==5.1.7",
    "plotly==5.24.1", "babel==2.17.0", "networkx==3.4.2", "lxml==5.3.1", "cryptography==44.0.2",
]
# With what it depends on: about 5 GB, most of it in the libraries of CUDA.
TORCH = ["torch==2.8.0"]
# Wheels of several sizes. The first has its own layer, small ones share a layer.
BUMPED = ("scipy", "numpy", "sympy", "babel", "networkx", "cryptography")
TINY = ("one", "two", "three")


@dataclass
class Tree:
    """A workload on disk."""
    root: pathlib.Path
    binary: pathlib.Path
    bumped: tuple                                 # wheels that get a new version
    contents: list = field(default_factory=list)  # paths of all real files
    files: int = 0
    size: int = 0
    repeated: int = 0                             # bytes that have a second path

    runfiles = property(lambda self: pathlib.Path(f"{self.binary}.runfiles"))
    main = property(lambda self: self.root / "app.py")    # a first-party file
    # Lists of the runfiles: every path with its content, as tar.bzl lists them; the same with each
    # further path of a file as a link; the same for tarfile_peer.py; each real file with its size.
    mtree = property(lambda self: self.root / "all.mtree")
    mtree_once = property(lambda self: self.root / "once.mtree")
    listing = property(lambda self: self.root / "all.list")
    unique = property(lambda self: self.root / "unique.list")

    def files_of(self, package):
        """Returns the real files of a wheel."""
        return [pathlib.Path(path) for path in self.contents if f"_{package}_" in path]

    def warm(self):
        """Reads all names, links and bytes into memory."""
        subprocess.run(["find", "-L", self.runfiles, "-newermt", "2100-01-01"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for path in self.contents:
            read_through(path)

    def describe(self):
        """Returns a description for people."""
        return (f"{self.files:,} files, {self.size / 1e6:.0f} MB, of which "
                f"{self.repeated / 1e6:.0f} MB are reached by a second path")


def apart(function, *arguments):
    """Calls a function in another process; returns its result.

    So this process stays small. The peak memory of a child begins with that of its parent.
    """
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        return pool.submit(function, *arguments).result()


def real_packages(work):
    """Makes the runfiles of a program with WHEELS, or finds them from an earlier run."""
    return _with_wheels(work, work / "real", WHEELS)


def torch(work):
    """Does the same with TORCH."""
    return _with_wheels(work, work / "torch", TORCH)


def _with_wheels(work, root, wheels):
    binary = root / "bazel-bin" / "app"
    if not binary.exists():  # the binary is made last
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        main = root / "app.py"
        shutil.copy(REPOSITORY / "examples" / "quickstart" / "app.py", main)
        make_runfiles.make(root, wheels, "2.x", main, cache=work / "cache")
    return _listed(Tree(root, binary, BUMPED))


def tiny_packages(work):
    """Makes a few files in the same shape without downloads."""
    root = work / "tiny"
    shutil.rmtree(root, ignore_errors=True)
    binary = root / "bazel-bin" / "app"
    external = root / "output_base" / "external"
    tree = Tree(root, binary, TINY)
    binary.parent.mkdir(parents=True)
    binary.write_text("#!/usr/bin/env bash\n")
    tree.main.write_text("print()\n")
    links = {"_main/app.py": tree.main, "_main/app": binary}
    for package in TINY:
        repository = f"rules_python++pip+pypi_311_{package}_py3_none_any_00000000"
        for number in range(40):
            inner = f"site-packages/{package}/module{number}.py"
            place = external / repository / inner
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text_like(number, 200 + 1000 * number))
            links[f"{repository}/{inner}"] = place
            links[f"_main/_app.venv/lib/python3.11/{inner}"] = place
    for path, place in links.items():
        link = tree.runfiles / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(place)
    return _listed(tree)


def debian_base(work):
    """Makes a base image of a few Debian packages, or finds it from an earlier run."""
    folder = work / "base"
    if not folder.exists():
        partial = work / "base.partial"
        make_base.make(partial, work / "cache")
        os.rename(partial, folder)
    return folder


def planned_files(veneer, binary, *options):
    """Returns [(layer, path of the real file, its size)] in the order of the layers' tars."""
    done = subprocess.run([veneer, "plan", "--json", binary, *options], check=True,
                          stdout=subprocess.PIPE)
    return [(layer["name"], entry["source"], entry["size"])
            for layer in json.loads(done.stdout)["layers"] for entry in layer["entries"]
            if entry["type"] == "file" and entry.get("source")]


def text_like(seed, size):
    """Returns bytes that gzip reduces to half or less. The seed determines them."""
    words = [b"%x" % (seed * 2654435761 % (1 << 20) + index * index) for index in range(4096)]
    data = b" ".join(random.Random(seed).choices(words, k=size // 6 + 1))
    return (data * (1 + size // len(data)))[:size]


def _listed(tree):
    """Writes the lists of the runfiles for all tools."""
    rows, rows_once, listing, unique, first = ["#mtree"], ["#mtree"], [], [], {}
    rest = " uid=0 gid=0 mode=0755 time=0"
    for path, place, text in _walk(tree.runfiles):
        name = _escape(place)
        if text is not None:
            row = row_once = f"{name} type=link link={_escape(text)}{rest}"
            listing.append(f"{place}\t->\t{text}")
        else:
            content = os.path.realpath(path)
            size = os.path.getsize(content)
            tree.files += 1
            tree.size += size
            row = row_once = f"{name} type=file content={_escape(content)}{rest}"
            listing.append(f"{place}\t{content}")
            if content in first:
                tree.repeated += size
                target = os.path.relpath(first[content], os.path.dirname(place))
                row_once = f"{name} type=link link={_escape(target)}{rest}"
            else:
                first[content] = place
                unique.append(f"{size}\t{content}")
        rows.append(row)
        rows_once.append(row_once)
    for path, lines in ((tree.mtree, rows), (tree.mtree_once, rows_once), (tree.listing, listing),
                        (tree.unique, unique)):
        path.write_text("\n".join(lines) + "\n")
    tree.contents.extend(first)
    return tree


def _walk(runfiles):
    """Generates (path, place in the image, text of a relative link or None) of each entry."""
    for folder, folders, names in os.walk(runfiles):
        folders.sort()
        for name in sorted(names + [f for f in folders if os.path.islink(f"{folder}/{f}")]):
            path = f"{folder}/{name}"
            if path == f"{runfiles}/MANIFEST":
                continue
            text = os.readlink(path) if os.path.islink(path) else None
            relative = text is not None and not text.startswith("/")
            yield (path, "./app/" + os.path.relpath(path, runfiles.parent),
                   text if relative else None)


def _escape(name):
    """Escapes a name for mtree(5): bytes that would end a word are octal."""
    return "".join(c if c.isalnum() or c in "/._-+@,=:~" else
                   "".join(f"\\{byte:03o}" for byte in c.encode()) for c in name)
