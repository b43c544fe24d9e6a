"""The tools that veneer is measured beside, each as the command line its users run.

All of them pack the same runfiles of one program. Those that follow links are given a copy of the
tree without links, made beforehand and not counted.
"""

import os
import pathlib
import shlex
import shutil
import subprocess
import sys

from measure import Tool

HERE = pathlib.Path(__file__).resolve().parent
GZIP = ["--gzip", "--options=gzip:compression-level=6,gzip:!timestamp"]
ZSTD = ["--zstd", "--options=zstd:compression-level=3"]


def bsdtar(name, spec, output, codec):
    """tar.bzl's way: an mtree that names each file's content."""
    return Tool(name, ["bsdtar", "--create", "--file", output, *codec, f"@{spec}"], output)


def gzip_peers(tree, work):
    """Those that write gzip at level 6, or their default."""
    plain = work / "crane.tar"
    tools = [
        bsdtar("bsdtar gzip -6", tree.mtree, work / "bsdtar.tar.gz", GZIP),
        bsdtar("bsdtar gzip -6, duplicates as links", tree.mtree_once, work / "once.tar.gz", GZIP),
        _shell("bsdtar gzip -6, readlink pass by awk", work / "awk.tar.gz",
               f"awk -f {HERE}/readlink_pass.awk {tree.mtree} >{work}/awk.mtree && "
               f"bsdtar --create --file {work}/awk.tar.gz {shlex.join(GZIP)} @{work}/awk.mtree",
               runs_at_most=1),
        Tool("Python tarfile", [sys.executable, HERE / "tarfile_peer.py", tree.listing,
                                work / "tarfile.tar.gz"], work / "tarfile.tar.gz"),
    ]
    if shutil.which("pigz"):
        tools.append(_shell("GNU tar -h + pigz -6", work / "pigz.tar.gz",
                            f"tar -C {tree.runfiles.parent} -chf - {tree.runfiles.name} | "
                            f"pigz -6 >{work}/pigz.tar.gz"))
    if shutil.which("buildah"):
        tools.append(_buildah(tree, work))
    if shutil.which("crane"):
        tools.append(_shell("bsdtar + crane append", work / "crane-image.tar",
                            f"bsdtar --create --file {plain} @{tree.mtree} && "
                            f"crane append --oci-empty-base -t app -f {plain} "
                            f"-o {work}/crane-image.tar"))
    return tools


def zstd_peers(tree, work):
    """Those that write zstd at level 3."""
    return [bsdtar("bsdtar zstd -3", tree.mtree, work / "bsdtar.tar.zst", ZSTD),
            bsdtar("bsdtar zstd -3, duplicates as links", tree.mtree_once, work / "once.tar.zst",
                   ZSTD)]


def docker_build(docker, tree):
    """`docker build` with COPY, into a daemon."""
    context = without_links(tree)
    (context / "Dockerfile").write_text("FROM scratch\nCOPY app.runfiles /app/app.runfiles\n")
    return Tool("docker build, COPY", [*docker, "build", "--no-cache", "-q", context],
                in_daemon=True)


def _buildah(tree, work):
    output = work / "buildah"
    storage = ["--root", work / "buildah-root", "--runroot", work / "buildah-run",
               "--storage-driver", "overlay"]
    buildah = shlex.join(map(str, ["buildah", *storage]))

    def prepare():
        shutil.rmtree(output, ignore_errors=True)

    return _shell("buildah copy, commit", output,
                  f"c=$({buildah} from scratch) && "
                  f"{buildah} copy -q $c {without_links(tree)}/app.runfiles /app/app.runfiles && "
                  f"{buildah} commit -q --disable-compression=false $c oci:{output}:app && "
                  f"{buildah} rm $c", prepare=prepare)


def without_links(tree):
    """A copy of the runfiles as a context for builders: every link followed. Made once."""
    context = tree.root / "context"
    if not context.exists():
        partial = tree.root / "context.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        subprocess.run(["cp", "-rL", tree.runfiles, partial / "app.runfiles"], check=True)
        os.rename(partial, context)
    return context


def _shell(name, output, command, **options):
    return Tool(name, ["bash", "-ec", f"set -o pipefail; {command}"], output, **options)
