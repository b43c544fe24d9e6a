"""Runs a BuildGrid server for remote execution, with one worker, on the loopback interface."""

import contextlib
import os
import pathlib
import subprocess
import sys

import daemons
import judge
import samples

# The last BuildGrid that needs no database server.
PACKAGES = ["buildgrid==0.0.97", "protobuf==4.25.9", "grpcio==1.85.1",
            "grpcio-reflection==1.62.3"]
WORKER = pathlib.Path(__file__).resolve().parent / "remote_worker.py"
CONFIGURATION = """description: tests
server:
  - !channel
    address: 127.0.0.1:{port}
    insecure-mode: true
authorization:
  method: none
monitoring:
  enabled: false
connections:
  - !sql-connection &sql
    connection-string: sqlite:///{folder}/state.db
    automigrate: yes
storages:
  - !disk-storage &storage
    path: {folder}/storage
caches:
  - !lru-action-cache &actions
    storage: *storage
    max-cached-refs: 10000
    allow-updates: true
    cache-failed-actions: false
schedulers:
  - !sql-scheduler &scheduler
    sql: *sql
    action-cache: *actions
    storage: *storage
instances:
  - name: ''
    services:
      - !action-cache
        cache: *actions
      - !execution
        scheduler: *scheduler
      - !cas
        storage: *storage
      - !bytestream
        storage: *storage
thread-pool-size: 400
"""


def install():
    """Installs the server's Python packages if necessary; returns their folder."""
    folder = samples.shared_folder() / "buildgrid"
    if not (folder / "complete").exists():
        judge.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                   "--root-user-action=ignore", "--target", folder, *PACKAGES])
        (folder / "complete").touch()
    return folder


@contextlib.contextmanager
def remote_execution(folder):
    """Runs a server with an empty storage; yields its HOST:PORT."""
    packages = install()
    environment = {**os.environ, "PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1"}
    folder.mkdir()
    port = daemons.free_port()
    (folder / "server.yml").write_text(CONFIGURATION.format(port=port, folder=folder))
    server = [sys.executable, packages / "bin" / "bgd", "server", "start", folder / "server.yml"]
    with daemons.daemon(server, folder, ["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}"],
                        env=environment):
        with open(folder / "worker.log", "wb") as log, \
                subprocess.Popen([sys.executable, WORKER, f"127.0.0.1:{port}", folder / "work"],
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                                 env=environment) as worker:
            try:
                yield f"127.0.0.1:{port}"
            finally:
                ended = worker.poll()
                worker.terminate()
                worker.wait(daemons.STOP_SECONDS)
                if ended is not None:
                    text = (folder / "worker.log").read_text()
                    raise AssertionError(f"the worker ended:\n{text}")
