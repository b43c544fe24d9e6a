"""The commands whose system calls are made to fail, and the folders in which they run."""

import dataclasses
import gzip
import os
import pathlib
import py_compile
import random
import shutil
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))

import elf_sample  # noqa: E402  pylint: disable=wrong-import-position
import small_base  # noqa: E402  pylint: disable=wrong-import-position
import small_venv  # noqa: E402  pylint: disable=wrong-import-position
import worker_protocol  # noqa: E402  pylint: disable=wrong-import-position

TIMEOUT = 60  # seconds, of what takes less than one
STORE = ["--store", "store"]
BUILD = ["build", "--jobs=1", "--check=warn", "--base", "oci:../given/base", *STORE]
IMAGES = ["-o", "oci:out/image:new", "-o", "docker-archive:out/image.tar:app:1"]
PLAN = ["--jobs=1", "--plan=../given/plan"]


@dataclasses.dataclass(frozen=True)
class Case:
    """A command line in a folder that holds `out`, `tmp` and, if a command has one, `store`."""

    name: str
    arguments: list
    is_again: bool = False  # whether an earlier version has left its results and its store
    requests: tuple = ()  # of a worker
    threads: str = "main"  # whose calls fail; see inject.cc


CASES = [
    Case("build", [*BUILD, "--spec", "../given/spec", "--layer-lock", "out/lock", *IMAGES]),
    Case("rebuild", [*BUILD, "--spec", "../given/spec2", "--layer-lock", "out/lock", *IMAGES], is_again=True),
    Case("unchanged", [*BUILD, "--spec", "../given/spec", *IMAGES], is_again=True),
    Case(
        "zstd",
        [*BUILD, "--spec", "../given/spec2", "--compression=zstd", "-o", "oci-archive:out/image.tar"],
        is_again=True,
        threads="main,named",
    ),
    Case(
        "estargz",
        [*BUILD, "--spec", "../given/spec", "--compression=estargz", "--prioritize=../given/prioritized"]
        + ["--provenance=out/made.json", "--sbom=out/image.spdx.json", "-o", "oci:out/image:new"],
        threads="main,named",
    ),
    Case(
        "stream",
        [
            "build",
            "--jobs=1",
            "--no-store",
            "--tree",
            "../given/tree:srv",
            "-o",
            "oci-archive:out/image.tar",
            "-o",
            "oci:out/layout",
            "--trace",
            "out/trace",
            "-o",
            "docker-archive:-:app:1",
        ],
        threads="main,named",
    ),
    Case(
        "threads",
        ["build", "--jobs=4", "--check=warn", *STORE, "--spec", "../given/spec", *IMAGES],
        threads="all",
    ),
    Case("layer", ["layer", *PLAN, *STORE, "-o", "out/layer.tar.gz"]),
    Case(
        "layer-again", ["layer", *PLAN, *STORE, "-o", "out/layer.tar.gz"], is_again=True, threads="main,named"
    ),
    Case("image", ["image", "--layer", "../given/layer.tar.gz", "--base", "oci:../given/base", *IMAGES]),
    Case("index", ["index", "--image", "oci:../given/base", "-o", "oci:out/image:both"], is_again=True),
    Case(
        "convert",
        ["convert", "-j1", "oci:../given/base", "oci:out/image:new", "--compression=zstd", *STORE],
        is_again=True,
    ),
    Case(
        "chunked",
        ["convert", "-j1", "oci:../given/base", "oci:out/image:new", "--compression=zstd:chunked", *STORE],
        is_again=True,
        threads="main,named",
    ),
    Case("packed", ["convert", "-j1", "docker-archive:../given/base.tar.gz", "oci:out/image:new", *STORE]),
    Case(
        "rebase",
        ["rebase", "-j1", "--check=off", "oci:../given/placed", "--old-base=oci:../given/base", *STORE]
        + ["--base=oci:../given/python", "-o", "oci:out/image:new"],
    ),
    Case(
        "attach",
        ["attach", "oci:out/image:old", "../given/tree/large.bin", "--artifact-type=text/plain"],
        is_again=True,
    ),
    Case("tar", ["tar", "-czf", "out/archive.tar.gz", "@../given/mtree"]),
    Case(
        "tar-xz",
        ["tar", "-cJf", "out/archive.tar.xz", "-C", "../given", "tree", "@inner.tar"],
        threads="main,named",
    ),
    Case("runfiles", ["build", "--jobs=1", "--check=warn", "../given/app", *STORE, *IMAGES]),
    Case("page", ["inspect", "oci:../given/base", *STORE, "--html", "out/page.html"], threads="main,named"),
    Case("sbom", ["sbom", "oci:../given/base", *STORE, "-o", "out/base.spdx.json"], threads="main,named"),
    Case(
        "venv",
        [
            "build",
            "--jobs=1",
            "--venv=../given/.venv",
            "--app=../given/src",
            "--base=oci:../given/python",
            "--python=base",
            "--check=warn",
            "--pyc=keep",
            *STORE,
            *IMAGES,
        ],
    ),
    Case(
        "worker",
        ["--persistent_worker"],
        requests=(
            ["layer", *PLAN, "--quiet", "-o", "out/layer.tar.gz"],
            ["image", "--quiet", "--layer=../given/layer.tar.gz", "-o", "oci:out/image"],
            ["layer", *PLAN, "--quiet", "-o", "out/again.tar.gz"],
        ),
    ),
]


def run(veneer, arguments, folder):
    """Runs a command that must succeed."""
    done = subprocess.run(
        [veneer, *arguments], cwd=folder, check=False, capture_output=True, text=True, timeout=TIMEOUT
    )
    if done.returncode != 0:
        raise RuntimeError(f"{arguments}: {done.stderr}")


def write_spec(path, app):
    """Writes a spec of the files in the tree; returns nothing."""
    repository = "rules_python++pip+torch/site-packages/torch"
    records = [
        ["V", "1"],
        ["W", "_main"],
        ["x", "app", "../given/tree/start"],
        ["f", "app", "../given/tree/start", "//:app"],
    ]
    records += [["f", "app.py", f"../given/{app}", "//:app"]]
    for name in ("a.py", "b.so", "large.bin", "same.bin"):
        records.append(["f", f"../{repository}/{name}", f"../given/tree/{name}", "@@torch//:torch"])
    records += [
        ["r", "_main/_app.venv/b.so", "f", "../given/tree/b.so", f"../{repository}/b.so", "@@torch//:torch"],
        ["d", "data", "../given/tree/data", "//:data"],
        ["l", "link", "../given/link", "//:link"],
        ["e", "pkg/__init__.py"],
        ["m", "../given/mapping"],
    ]
    path.write_text("".join("\t".join(record) + "\n" for record in records))


def make_inputs(veneer, given):
    """Makes all inputs in a new folder."""
    rng = random.Random(5)
    tree = given / "tree"
    (tree / "data" / "more").mkdir(parents=True)
    for name, size in (
        ("a.py", 300),
        ("large.bin", 200_000),
        ("same.bin", 9000),
        ("data/one", 9000),
        ("data/more/two", 10),
    ):
        (tree / name).write_bytes(rng.randbytes(size))
    shutil.copyfile(tree / "same.bin", tree / "data" / "more" / "same")
    (tree / "start").write_bytes(b"#!/bin/sh\nexec true\n")
    (tree / "start").chmod(0o755)
    elf_sample.write(tree / "b.so", soname="b.so", runpath="$ORIGIN")
    os.symlink("one", tree / "data" / "link")
    os.symlink("app.py", given / "link")
    for version in ("app1", "app2"):
        (given / version).write_text(f"print('{version}')\n")
    (given / "mapping").write_text(",x,_main\n")
    (given / "prioritized").write_text("/app/app.runfiles/_main/data/one\n")
    write_spec(given / "spec", "app1")
    write_spec(given / "spec2", "app2")
    small_base.make(
        given / "base",
        [
            "d:bin:0755",
            "f:bin/sh:0755:a shell",
            "d:usr:0755",
            "d:usr/lib:0755",
            "l:lib:usr/lib",
            "f:usr/lib/libc.so.6:0644:a library",
        ],
    )
    (given / "mtree").write_text(
        "#mtree\n"
        + "".join(
            f"./srv/{name} type=file mode=0644 content=../given/tree/{name}\n"
            for name in ("a.py", "b.so", "large.bin", "same.bin", "data/more/same")
        )
    )
    runfiles = given / "app.runfiles" / "_main"
    (runfiles / "data").mkdir(parents=True)
    shutil.copy(tree / "start", given / "app")
    for path in ("app", "data/one"):
        os.symlink(tree / {"app": "start"}.get(path, path), runfiles / path)
    small_base.make(
        given / "python", ["d:usr:0755", "d:usr/bin:0755", "f:usr/bin/python3.11:0755:an interpreter"]
    )
    small_venv.make(given / ".venv")
    small_venv.install(given / ".venv", "shop")
    (given / "src").mkdir()
    (given / "src" / "main.py").write_text("import shop\n")
    python_files = [given / "src" / "main.py", *small_venv.site_of(given / ".venv").rglob("*.py")]
    for source in python_files:
        py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    run(veneer, ["plan", "--tree", "../given/tree:srv", "--layers=one", "-o", "plan"], given)
    run(veneer, ["layer", "--plan=plan", "--no-store", "-o", "layer.tar.gz"], given)
    run(veneer, ["image", "--layer=layer.tar.gz", "--base=oci:base", "--no-store", "-o", "oci:placed"], given)
    run(veneer, ["tar", "-cf", "inner.tar", "app1"], given)
    run(veneer, ["convert", "oci:base", "docker-archive:base.tar:base:1"], given)
    (given / "base.tar.gz").write_bytes(gzip.compress((given / "base.tar").read_bytes(), mtime=0))


class Folders:
    """The inputs, what commands begin with, and folders that begin as that."""

    def __init__(self, veneer, top):
        self.top = top
        make_inputs(veneer, top / "given")
        for start in ("new", "again"):
            for name in ("out", "tmp"):
                (top / start / name).mkdir(parents=True)
        for arguments in (
            [
                *BUILD,
                "--spec",
                "../given/spec",
                "--layer-lock",
                "out/lock",
                "-o",
                "oci:out/image:old",
                *IMAGES,
            ],
            ["layer", *PLAN, *STORE, "-o", "out/layer.tar.gz"],
        ):
            run(veneer, arguments, top / "again")

    def begin(self, case, name):
        """Makes a folder anew, for one run of a case; returns it."""
        folder = self.top / name
        if folder.exists():
            shutil.rmtree(folder)
        start = self.top / ("again" if case.is_again else "new")
        folder.mkdir()
        for part in ("out", "tmp"):
            shutil.copytree(start / part, folder / part, symlinks=True)
        if (start / "store").exists():
            # Blobs are never written to, and a store knows them by their inodes.
            shutil.copytree(start / "store", folder / "store", symlinks=True, copy_function=self.copy)
        return folder

    @staticmethod
    def copy(source, target):
        """Makes a second name for a blob, and copies any other file."""
        if "blobs" in pathlib.Path(source).parts:
            os.link(source, target)
        else:
            shutil.copy2(source, target)


def requests_of(case):
    """Returns what a worker reads."""
    return b"".join(map(worker_protocol.work_request, case.requests))
