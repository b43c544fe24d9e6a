"""The tools that veneer is compared with, each with the usual command line of its users.

All of them pack the same runfiles of one program. A tool that would keep the links on disk, which
lead out of the image, gets a copy of the tree without links. Making that copy is not measured.
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
# Programs that the commands below need. A missing one is reported.
NEEDED = ("bsdtar", "pigz", "zstd", "buildah", "crane")


def missing():
    """Returns the programs that are not installed."""
    return [name for name in NEEDED if not shutil.which(name)]


def bsdtar(name, spec, output, codec):
    """Returns bsdtar with an mtree that names each file's content, as tar.bzl runs it."""
    return Tool(name, ["bsdtar", "--create", "--file", output, *codec, f"@{spec}"], output,
                required=False)


def awk_pass(context):
    """Returns tar.bzl's script that keeps links, which calls readlink for each row."""
    after = context.work / "awk.mtree"
    tool = _shell("", after, f"awk -f {HERE}/readlink_pass.awk {context.tree.mtree} >{after}")
    tool.name, tool.once, tool.output = "the readlink pass alone, by awk", True, None
    return tool


def _tarballs(context, ending, codec, label):
    """Returns bsdtar with and without duplicates, and with the result of the readlink pass."""
    tree, work = context.tree, context.work
    tools = [bsdtar(f"bsdtar {label}", tree.mtree, work / f"bsdtar.{ending}", codec),
             bsdtar(f"bsdtar {label}, duplicates as links", tree.mtree_once,
                    work / f"once.{ending}", codec)]
    after = work / "awk.mtree"
    if context.awk:
        tools.append(bsdtar(f"bsdtar {label}, what the readlink pass made", after,
                            work / f"awk.{ending}", codec))
    return tools if shutil.which("bsdtar") else []


def gzip_peers(context):
    """Returns the tools that write gzip at level 6 or at their default level."""
    tree, work = context.tree, context.work
    plain = work / "crane.tar"
    tools = _tarballs(context, "tar.gz", GZIP, "gzip -6")
    tools.append(Tool("Python tarfile", [sys.executable, HERE / "tarfile_peer.py", tree.listing,
                                         work / "tarfile.tar.gz"], work / "tarfile.tar.gz",
                      required=False))
    if shutil.which("pigz"):
        tools.append(_shell("GNU tar -h, pigz -6", work / "pigz.tar.gz",
                            f"{_gnu_tar(tree)} | pigz -6 >{work}/pigz.tar.gz"))
    if shutil.which("buildah"):
        tools.append(_buildah(context))
    if shutil.which("crane") and shutil.which("bsdtar"):
        tools.append(_shell("bsdtar, crane append", work / "crane-image.tar",
                            f"bsdtar --create --file {plain} @{tree.mtree} && "
                            f"crane append --oci-empty-base -t app -f {plain} "
                            f"-o {work}/crane-image.tar"))
    return tools


def zstd_peers(context):
    """Returns the tools that write zstd at level 3."""
    tools = _tarballs(context, "tar.zst", ZSTD, "zstd -3")
    if shutil.which("zstd"):
        output = context.work / "zstd.tar.zst"
        tools.append(_shell("GNU tar -h, zstd -3 -T0", output,
                            f"{_gnu_tar(context.tree)} | zstd -3 -T0 -q >{output}"))
    return tools


def plain_peers(context):
    """Returns the tools that write a plain tar."""
    tools = _tarballs(context, "tar", [], "without compression")
    output = context.work / "gnu.tar"
    tools.append(_shell("GNU tar -h", output, f"{_gnu_tar(context.tree)} >{output}"))
    return tools


def gzip_levels(context):
    """Returns pigz at several levels, fed by bsdtar with duplicates as links."""
    return [_piped(context, f"bsdtar, pigz -{level}", f"pigz -{level}", "levels.tar.gz")
            for level in (1, 4, 6, 9) if shutil.which("pigz") and shutil.which("bsdtar")]


def zstd_levels(context):
    """Returns zstd at several levels, fed by bsdtar with duplicates as links."""
    return [_piped(context, f"bsdtar, zstd{long} -{level}", f"zstd -{level}{long} -T0 -q",
                   "levels.tar.zst")
            for level in (1, 3, 6, 9) for long in ("", " --long=27")
            if shutil.which("zstd") and shutil.which("bsdtar")]


def _piped(context, name, packer, output):
    output = context.work / output
    return _shell(name, output, f"bsdtar --create --file - @{context.tree.mtree_once} | "
                  f"{packer} >{output}")


def docker_build(docker, context):
    """Returns `docker build` with COPY, into a daemon."""
    folder = without_links(context)
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY app.runfiles /app/app.runfiles\n")
    build = shlex.join([*docker, "build", "-q", "-t", "peer:latest", str(folder)])
    return Tool("docker build, COPY", ["bash", "-ec", f"DOCKER_BUILDKIT=0 {build}"],
                in_daemon=True, required=False, once=True)


def without_links(context):
    """Copies the runfiles with all links followed, as a context for builders. Does so once."""
    folder = context.work / f"{context.tree.root.name}-context"
    if not folder.exists():
        partial = pathlib.Path(f"{folder}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        subprocess.run(["cp", "-rL", context.tree.runfiles, partial / "app.runfiles"], check=True)
        os.rename(partial, folder)
    return folder


def _gnu_tar(tree):
    return f"tar -C {tree.runfiles.parent} -chf - {tree.runfiles.name}"


def _buildah(context):
    output = context.work / "buildah"
    storage = ["--root", context.work / "buildah-root", "--runroot", context.work / "buildah-run",
               "--storage-driver", "overlay"]
    buildah = shlex.join(map(str, ["buildah", *storage]))

    def prepare():
        shutil.rmtree(output, ignore_errors=True)

    folder = without_links(context)
    tool = _shell("buildah copy, commit", output,
                  f"c=$({buildah} from scratch) && "
                  f"{buildah} copy -q $c {folder}/app.runfiles /app/app.runfiles && "
                  f"{buildah} commit -q --disable-compression=false $c oci:{output}:app && "
                  f"{buildah} rm $c", prepare=prepare)
    tool.once = True  # half a minute or more
    return tool


def _shell(name, output, command, prepare=None):
    return Tool(name, ["bash", "-ec", f"set -o pipefail; {command}"], output, prepare,
                required=False)
