"""From a changed app file to an image in a Docker Engine: case `load`."""

import contextlib
import os
import pathlib
import shutil
import sys
import tempfile
import uuid

import measure
import peers
from measure import Tool

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "interop"))
import daemons  # noqa: E402  (starts a daemon in a folder of its own)


def run(context):
    """Build and load, beside what `docker build` does in the daemon."""
    if os.geteuid() != 0 or not shutil.which("dockerd"):
        return "## Load after a change\n\nLeft out: needs root and docker.io."
    text = context.tree.main.read_bytes()
    image = context.work / "load.tar"
    store = context.work / "stores" / "load"

    def change():
        context.tree.main.write_bytes(text + f"\n# {uuid.uuid4()}\n".encode())

    with contextlib.ExitStack() as stack:
        stack.callback(context.tree.main.write_bytes, text)
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        docker = stack.enter_context(daemons.dockerd(folder, storage_driver="overlay2"))
        command = (f"{context.veneer} build {context.tree.binary} --store {store} "
                   f"-o docker-archive:{image}:app:latest && {' '.join(docker)} load -i {image}")
        tools = [Tool("veneer build, docker load", ["bash", "-ec", command], image, change,
                      in_daemon=True),
                 peers.docker_build(docker, context.tree)]
        measure.take_turns(tools, min(context.runs, 3))
    context.remember("load", tools)
    return "\n".join(["## Load after a change", "", measure.HEADER,
                      *(measure.row(tool, tools[0]) for tool in tools)])
