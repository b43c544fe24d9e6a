"""What the benchmark packs: runfiles of a py_binary with real wheels, and mtree specs of them."""

import os
import pathlib
import random
import shutil
import sys
from dataclasses import dataclass

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "examples" / "quickstart"))
import make_runfiles  # noqa: E402  (the example that makes runfiles without Bazel)

# About 30,000 files and 400 MB once unpacked: compiled packages, and trees of many small files.
WHEELS = [
    "numpy==2.2.6", "scipy==1.15.3", "pandas==2.2.3", "sympy==1.13.3", "django==5.1.7",
    "plotly==5.24.1", "babel==2.17.0", "networkx==3.4.2", "lxml==5.3.1", "cryptography==44.0.2",
]


@dataclass
class Tree:
    """A workload on disk."""
    root: pathlib.Path
    binary: pathlib.Path
    description: str
    contents: list             # of every real file, its path

    runfiles = property(lambda self: pathlib.Path(f"{self.binary}.runfiles"))
    main = property(lambda self: self.root / "app.py")    # a first-party file
    # Every path of the runfiles with its content, as tar.bzl lists them; the same with each later
    # path of a file as a link; the same for Python; each real file with its size.
    mtree = property(lambda self: self.root / "all.mtree")
    mtree_once = property(lambda self: self.root / "once.mtree")
    listing = property(lambda self: self.root / "all.list")
    unique = property(lambda self: self.root / "unique.list")

    def files_of(self, package):
        """The real files of a wheel."""
        return [pathlib.Path(path) for path in self.contents if f"_{package}_" in path]


def real_packages(work):
    """The runfiles of a program with WHEELS; made once, found again on the next call."""
    root = work / "real"
    binary = root / "bazel-bin" / "app"
    if not binary.exists():
        root.mkdir(parents=True, exist_ok=True)
        main = root / "app.py"
        shutil.copy(REPOSITORY / "examples" / "quickstart" / "app.py", main)
        make_runfiles.make(root, WHEELS, "2.x", main, cache=work / "cache")
    tree = Tree(root, binary, "", [])
    files, size, repeated = _write_lists(tree)
    tree.description = (f"{files:,} files, {size / 1e6:.0f} MB, of which {repeated / 1e6:.0f} MB "
                        f"are reached by a second path")
    return tree


def single_layer(work):
    """400 files of 1 MB that compress as code does; the folder, and the files in the tar's order."""
    folder = work / "single"
    if not folder.exists():
        partial = work / "single.partial"
        partial.mkdir(parents=True, exist_ok=True)
        for number in range(400):
            (partial / f"{number:03}.bin").write_bytes(text_like(number, 1 << 20))
        os.rename(partial, folder)
    return folder, sorted(folder.iterdir())


def text_like(seed, size):
    """Bytes that gzip halves or better, the same for the same seed."""
    words = [b"%x" % (seed * 2654435761 % (1 << 20) + index * index) for index in range(4096)]
    order = random.Random(seed)
    data = b" ".join(order.choices(words, k=size // 6 + 1))
    return (data * (1 + size // len(data)))[:size]


def _write_lists(tree):
    """Lists the runfiles in every form that a tool takes, and the real files in `tree.contents`;
    returns the files, their bytes, and the bytes of second paths."""
    rows, rows_once, listing, unique, first = ["#mtree"], ["#mtree"], [], [], {}
    files = size = repeated = 0
    for path, place, text in _walk(tree.runfiles):
        if text is not None:
            row = row_once = f"{_escape(place)} type=link link={_escape(text)}"
            listing.append(f"{place}\t->\t{text}")
        else:
            content = os.path.realpath(path)
            files += 1
            size += os.path.getsize(content)
            row = row_once = f"{_escape(place)} type=file content={_escape(content)}"
            listing.append(f"{place}\t{content}")
            if content in first:
                repeated += os.path.getsize(content)
                target = os.path.relpath(first[content], os.path.dirname(place))
                row_once = f"{_escape(place)} type=link link={_escape(target)}"
            else:
                first[content] = place
                unique.append(f"{os.path.getsize(content)}\t{content}")
        rest = " uid=0 gid=0 mode=0755 time=0"
        rows.append(row + rest)
        rows_once.append(row_once + rest)
    for path, lines in ((tree.mtree, rows), (tree.mtree_once, rows_once), (tree.listing, listing),
                        (tree.unique, unique)):
        path.write_text("\n".join(lines) + "\n")
    tree.contents.extend(first)
    return files, size, repeated


def _walk(runfiles):
    """(path, place in the image, text of a relative link or None) of each runfiles entry."""
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
    """mtree(5): bytes that would end a word are octal."""
    return "".join(c if c.isalnum() or c in "/._-+@,=:~" else
                   "".join(f"\\{byte:03o}" for byte in c.encode()) for c in name)
