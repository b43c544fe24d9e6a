"""A worker of the Remote Execution API, which runs actions of a BuildGrid server.

usage: remote_worker.py HOST:PORT FOLDER

An action runs in a folder with its inputs only. They are regular files, and links only where the
request has a symlink node. The worker uploads the outputs. It needs the modules of BuildGrid's
package.
"""

import hashlib
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import uuid

import grpc
from buildgrid._protos.build.bazel.remote.execution.v2 import remote_execution_pb2 as reapi
from buildgrid._protos.build.bazel.remote.execution.v2 import (
    remote_execution_pb2_grpc as reapi_grpc)
from buildgrid._protos.google.bytestream import bytestream_pb2, bytestream_pb2_grpc
from buildgrid._protos.google.devtools.remoteworkers.v1test2 import bots_pb2, bots_pb2_grpc

CHUNK = 1 << 20      # bytes, of a message in a stream
POLL_SECONDS = 10    # the longest time that the server delays an answer
ACTION_SECONDS = 300


class Store:
    """The server's content-addressed storage, with local copies of fetched blobs."""

    def __init__(self, channel, folder):
        self.streams = bytestream_pb2_grpc.ByteStreamStub(channel)
        self.storage = reapi_grpc.ContentAddressableStorageStub(channel)
        self.folder = folder
        self.folder.mkdir(parents=True)

    def read(self, digest):
        """Returns the bytes of a blob."""
        name = f"blobs/{digest.hash}/{digest.size_bytes}"
        answers = self.streams.Read(bytestream_pb2.ReadRequest(resource_name=name))
        return b"".join(answer.data for answer in answers)

    def place(self, digest, path, is_executable):
        """Writes a blob to a regular file."""
        kept = self.folder / f"{digest.hash}-{int(is_executable)}"
        if not kept.exists():
            kept.write_bytes(self.read(digest) if digest.size_bytes else b"")
            kept.chmod(0o555 if is_executable else 0o444)
        os.link(kept, path)

    def write(self, data):
        """Uploads a blob; returns its digest."""
        digest = reapi.Digest(hash=hashlib.sha256(data).hexdigest(), size_bytes=len(data))
        request = reapi.FindMissingBlobsRequest(blob_digests=[digest])
        missing = self.storage.FindMissingBlobs(request)
        if missing.missing_blob_digests:
            self.streams.Write(self._requests(digest, data))
        return digest

    @staticmethod
    def _requests(digest, data):
        name = f"uploads/{uuid.uuid4()}/blobs/{digest.hash}/{digest.size_bytes}"
        for at in range(0, max(len(data), 1), CHUNK):
            yield bytestream_pb2.WriteRequest(resource_name=name, write_offset=at,
                                              data=data[at:at + CHUNK],
                                              finish_write=at + CHUNK >= len(data))

    def parse(self, digest, message):
        """Reads a blob into a message; returns the message."""
        message.ParseFromString(self.read(digest))
        return message


def stage(store, digest, folder):
    """Writes an input directory."""
    folder.mkdir(parents=True)
    directory = store.parse(digest, reapi.Directory()) if digest.size_bytes else reapi.Directory()
    for file in directory.files:
        store.place(file.digest, folder / file.name, file.is_executable)
    for link in directory.symlinks:
        os.symlink(link.target, folder / link.name)
    for child in directory.directories:
        stage(store, child.digest, folder / child.name)


def is_executable(path):
    """Whether the owner of a file may execute it."""
    return bool(path.stat().st_mode & stat.S_IXUSR)


def read_directory(store, folder, children):
    """Uploads an output directory; returns it, and appends the directories below to `children`."""
    directory = reapi.Directory()
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            directory.symlinks.add(name=path.name, target=os.readlink(path))
        elif path.is_dir():
            child = read_directory(store, path, children)
            children.append(child)
            directory.directories.add(name=path.name, digest=store.write(child.SerializeToString()))
        else:
            directory.files.add(name=path.name, digest=store.write(path.read_bytes()),
                                is_executable=is_executable(path))
    return directory


def output_names(command):
    """Returns the paths of a command's outputs. Newer clients fill in the old fields, too."""
    return command.output_paths or [*command.output_files, *command.output_directories]


def collect(store, command, root, result):
    """Uploads an action's outputs."""
    for name in output_names(command):
        path = root / command.working_directory / name
        if path.is_dir():
            children = []
            tree = reapi.Tree(root=read_directory(store, path, children), children=children)
            digest = store.write(tree.SerializeToString())
            result.output_directories.add(path=name, tree_digest=digest)
        elif path.exists():
            result.output_files.add(path=name, digest=store.write(path.read_bytes()),
                                    is_executable=is_executable(path))


def execute(store, action, root):
    """Runs an action in a new folder; returns its result."""
    command = store.parse(action.command_digest, reapi.Command())
    stage(store, action.input_root_digest, root)
    for name in output_names(command):
        (root / command.working_directory / name).parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(list(command.arguments), cwd=root / command.working_directory,
                          env={item.name: item.value for item in command.environment_variables},
                          stdin=subprocess.DEVNULL, capture_output=True, check=False,
                          timeout=ACTION_SECONDS)
    result = reapi.ActionResult(exit_code=done.returncode, stdout_raw=done.stdout,
                                stderr_raw=done.stderr)
    collect(store, command, root, result)
    shutil.rmtree(root)
    return result


def action_of(store, lease):
    """Returns the action of a lease, which holds the action or its digest."""
    if lease.payload.Is(reapi.Action.DESCRIPTOR):
        action = reapi.Action()
        lease.payload.Unpack(action)
        return action
    digest = reapi.Digest()
    lease.payload.Unpack(digest)
    return store.parse(digest, reapi.Action())


def work(channel, folder):
    """Takes leases until the process is stopped."""
    bots = bots_pb2_grpc.BotsStub(channel)
    store = Store(channel, folder / "blobs")
    session = bots_pb2.BotSession(bot_id=str(uuid.uuid4()), status=bots_pb2.OK)
    session = bots.CreateBotSession(bots_pb2.CreateBotSessionRequest(bot_session=session),
                                    timeout=POLL_SECONDS)
    while True:
        for lease in session.leases:
            if lease.state == bots_pb2.PENDING:
                lease.state = bots_pb2.ACTIVE
            elif lease.state == bots_pb2.ACTIVE:
                result = execute(store, action_of(store, lease), folder / str(uuid.uuid4()))
                lease.result.Pack(result)
                lease.state = bots_pb2.COMPLETED
        request = bots_pb2.UpdateBotSessionRequest(name=session.name, bot_session=session)
        session = bots.UpdateBotSession(request, timeout=POLL_SECONDS)


if __name__ == "__main__":
    with grpc.insecure_channel(sys.argv[1]) as connection:
        work(connection, pathlib.Path(sys.argv[2]))
