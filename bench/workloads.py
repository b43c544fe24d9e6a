"""What the benchmark packs: runfiles of a py_binary with real wheels, and mtree specs of them."""

import os
import pathlib
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
    mtree: pathlib.Path        # every path of the runfiles with its content, as tar.bzl lists them
    mtree_once: pathlib.Path   # the same with each later path of a file as a link
    description: str
    contents: list             # of every real file, its path


def real_packages(work):
    """The runfiles of a program with WHEELS; made once, found again on the next call."""
    root = work / "real"
    binary = root / "bazel-bin" / "app"
    if not binary.exists():
        binary = make_runfiles.make(root, WHEELS, "2.x", cache=work / "cache")
    runfiles = pathlib.Path(f"{binary}.runfiles")
    mtree, mtree_once = root / "all.mtree", root / "once.mtree"
    files, size, repeated, contents = _write_mtrees(runfiles, mtree, mtree_once)
    return Tree(root, binary, mtree, mtree_once,
                f"{files:,} files, {size / 1e6:.0f} MB, of which {repeated / 1e6:.0f} MB are "
                f"reached by a second path", contents)


def _write_mtrees(runfiles, mtree, mtree_once):
    """Lists the runfiles; returns the files, their bytes, the bytes of second
    paths, and the path of each real file."""
    rows, rows_once, first = ["#mtree"], ["#mtree"], {}
    files = size = repeated = 0
    for folder, folders, names in os.walk(runfiles):
        folders.sort()
        for name in sorted(names + [f for f in folders if os.path.islink(f"{folder}/{f}")]):
            path = f"{folder}/{name}"
            place = "./app/" + os.path.relpath(path, runfiles.parent)
            text = os.readlink(path) if os.path.islink(path) else None
            if name == "MANIFEST" and folder == str(runfiles):
                continue
            if text is not None and not text.startswith("/"):
                row = row_once = f"{_escape(place)} type=link link={_escape(text)}"
            else:
                content = os.path.realpath(path)
                files += 1
                size += os.path.getsize(content)
                row = row_once = f"{_escape(place)} type=file content={_escape(content)}"
                if content in first:
                    repeated += os.path.getsize(content)
                    target = os.path.relpath(first[content], os.path.dirname(place))
                    row_once = f"{_escape(place)} type=link link={_escape(target)}"
                first.setdefault(content, place)
            rest = " uid=0 gid=0 mode=0755 time=0"
            rows.append(row + rest)
            rows_once.append(row_once + rest)
    mtree.write_text("\n".join(rows) + "\n")
    mtree_once.write_text("\n".join(rows_once) + "\n")
    return files, size, repeated, list(first)


def _escape(name):
    """mtree(5): bytes that would end a word are octal."""
    return "".join(c if c.isalnum() or c in "/._-+@,=:~" else
                   "".join(f"\\{byte:03o}" for byte in c.encode()) for c in name)
