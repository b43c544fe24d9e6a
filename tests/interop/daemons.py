"""Starts real daemons in private folders with private sockets, and stops each by its own pid."""

import contextlib
import re
import socket
import subprocess
import time

START_SECONDS = 60
STOP_SECONDS = 30


@contextlib.contextmanager
def dockerd(folder, storage_driver="vfs", inside=(), options=()):
    """Runs a Docker Engine without a network; yields the start of a command line for it.

    `inside` is the start of a command line that runs the rest in another root.
    """
    address = f"unix://{folder}/docker.sock"
    with daemon([*inside, "dockerd", *options, "--data-root", folder / "data", "--exec-root", folder / "exec",
                  "-H", address, "--pidfile", folder / "pid", "--iptables=false",
                  "--ip6tables=false", "--bridge=none", f"--storage-driver={storage_driver}"],
                 folder, ["docker", "-H", address, "info"]):
        yield ["docker", "-H", address]


def storage_driver(folder):
    """Returns the storage driver for Docker: overlay2 if the file system supports it, else vfs.

    vfs copies each layer.
    """
    parts = {name: folder / f"overlay-{name}" for name in ("lower", "upper", "work", "merged")}
    for part in parts.values():
        part.mkdir()
    options = ",".join(f"{name}dir={parts[name]}" for name in ("lower", "upper", "work"))
    done = subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, parts["merged"]],
                          capture_output=True, timeout=STOP_SECONDS, check=False)
    if done.returncode != 0:
        return "vfs"
    subprocess.run(["umount", parts["merged"]], timeout=STOP_SECONDS, check=True)
    return "overlay2"


@contextlib.contextmanager
def containerd(folder, inside=(), plugins=""):
    """Runs a containerd; yields the start of a `ctr` command line for it.

    `plugins` is the part of its configuration that says more than this.
    """
    config = folder / "containerd.toml"
    config.write_text('version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n' + plugins)
    address = folder / "containerd.sock"
    with daemon([*inside, "containerd", "--config", config, "--root", folder / "root",
                 "--state", folder / "state", "--address", address],
                folder, [*inside, "ctr", "--address", address, "version"]):
        yield [*inside, "ctr", "--address", str(address)]


@contextlib.contextmanager
def registry(folder, level="warn"):
    """Runs a registry on the loopback interface; yields its HOST:PORT.

    Its log, of level `info` for sent_blobs(), is in `folder`.
    """
    port = free_port()
    config = folder / "registry.yml"
    config.write_text(f"version: 0.1\nlog: {{level: {level}}}\n"
                      f"storage: {{filesystem: {{rootdirectory: {folder}/registry}}}}\n"
                      f"http: {{addr: '127.0.0.1:{port}'}}\n")
    with daemon(["docker-registry", "serve", config], folder,
                 ["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}"]):
        yield f"127.0.0.1:{port}"


def sent_blobs(folder):
    """Returns how many bytes of blobs the registry of `folder` has sent."""
    log = (folder / "daemon.log").read_text()
    lines = [line for line in log.splitlines()
             if "response completed" in line and "/blobs/sha256:" in line
             and "http.request.method=GET" in line]
    return sum(int(re.search(r"http\.response\.written=(\d+)", line)[1]) for line in lines)


@contextlib.contextmanager
def daemon(command, folder, probe, **options):
    """Runs a daemon until the end of the block; yields its process.

    The daemon is ready when `probe` succeeds.
    """
    log = folder / "daemon.log"
    with open(log, "wb") as output, \
            subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL,
                             stdout=output, stderr=subprocess.STDOUT, **options) as process:
        try:
            _wait_until_ready(process, probe, log)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _unmount_below(folder)


def _unmount_below(folder):
    """Removes mounts that a daemon left. dockerd may mount its data folder onto itself."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        points = [line.split()[1] for line in mounts]
    for point in reversed(points):
        if point.startswith(f"{folder}/"):
            subprocess.run(["umount", point], timeout=STOP_SECONDS, check=True)


def _wait_until_ready(process, probe, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        done = subprocess.run([str(part) for part in probe], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=START_SECONDS, check=False)
        if done.returncode == 0:
            return
        time.sleep(0.2)
    raise AssertionError(f"{process.args[0]} did not start:\n{log.read_text(errors='replace')}")


def free_port():
    """Returns a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
