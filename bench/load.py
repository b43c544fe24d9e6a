"""Measures the way from a changed app file to an image in a Docker Engine: case `load`."""

import contextlib
import os
import pathlib
import shlex
import shutil
import sys
import tempfile

import measure
import peers
from measure import Tool
from rebuild import Rewriting

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "interop"))
import daemons  # noqa: E402  (starts a daemon in a private folder)

TITLE = "## Into a Docker Engine after a change of one app file\n\n"


def run(context):
    """Measures build and load, and compares them with `docker build` in the daemon."""
    if os.geteuid() != 0 or not shutil.which("dockerd") or not shutil.which("docker"):
        return f"{TITLE}Left out: needs root and docker.io."
    try:
        with contextlib.ExitStack() as stack:
            tools, kept = _measure(context, stack)
    except AssertionError as error:  # from daemons: the daemon did not start
        return f"{TITLE}Left out: {str(error).splitlines()[0]}"
    context.remember("load", kept)
    return TITLE + measure.table(kept, tools[0]) + measure.left_out(tools)


def _measure(context, stack):
    folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=context.work)))
    driver = daemons.storage_driver(folder)
    docker = stack.enter_context(daemons.dockerd(folder, storage_driver=driver))
    change = Rewriting(stack, [context.tree.main])
    tools = [_veneer(context, docker, change), _archive(context, docker, change),
             peers.docker_build(docker, context)]
    tools[2].prepare = Rewriting(stack, [peers.without_links(context) / "app.runfiles" / "_main" /
                                         context.tree.main.name])
    if shutil.which("crane") and shutil.which("bsdtar"):
        tools.append(_tarball(context, docker, change))
    for tool in tools[:2]:
        tool.run()  # fills the store and the engine; not measured
        tool.forget()
    return tools, measure.take_turns(tools, context.runs)


def _build(context, output):
    return [context.veneer, "build", context.tree.binary, "--check=warn", "--store",
            context.work / "stores" / "load", "-o", output]


def _veneer(context, docker, change):
    image = context.work / "load-layout"
    build = _build(context, f"oci:{image}:app:latest")
    load = ["env", f"DOCKER_HOST={docker[2]}", context.veneer, "load", "-q", f"oci:{image}"]
    return Tool("veneer build, veneer load",
                ["bash", "-ec", f"{_line(build)} && {_line(load)}"], image, change,
                in_daemon=True)


def _archive(context, docker, change):
    image = context.work / "load.tar"
    build = _build(context, f"docker-archive:{image}:app:latest")
    load = [*docker, "load", "-q", "-i", image]
    return Tool("veneer build, docker load",
                ["bash", "-ec", f"{_line(build)} && {_line(load)}"], image, change,
                in_daemon=True)


def _tarball(context, docker, change):
    """Returns a tool that loads a whole tar each time, like the loader of rules_oci."""
    plain, image = context.work / "load-plain.tar", context.work / "load-crane.tar"
    steps = [["bsdtar", "--create", "--file", plain, f"@{context.tree.mtree}"],
             ["crane", "append", "--oci-empty-base", "-t", "crane:latest", "-f", plain,
              "-o", image],
             [*docker, "load", "-q", "-i", image]]
    return Tool("bsdtar, crane append, docker load",
                ["bash", "-ec", " && ".join(map(_line, steps))], image, change, in_daemon=True,
                required=False, once=True)


def _line(command):
    return shlex.join(map(str, command))
