"""Samples for the judges: programs with runfiles, and the images that veneer makes of them.

Every sample has a file with a new content. Engines recognise layers by their digest and do not read
a layer that they have already, so a second test with the same bytes would prove nothing.
"""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import uuid

from judge import run, veneer

QUICKSTART = pathlib.Path(__file__).resolve().parents[2] / "examples" / "quickstart"
sys.path.insert(0, str(QUICKSTART))

import make_base  # noqa: E402
import make_runfiles  # noqa: E402


def shared_folder():
    """Returns the folder of downloads and the base image, which ctest names."""
    return pathlib.Path(os.environ["VENEER_SAMPLES"])


def base():
    """Returns the base image in the form of veneer's --base."""
    return f"oci:{shared_folder() / 'base'}:base"


def prepare():
    """Downloads the packages for the samples and makes the base image."""
    make_runfiles.make(shared_folder() / "program", make_runfiles.DEFAULT_WHEELS, "2.x",
                       cache=shared_folder() / "cache")
    make_base.make(shared_folder() / "base", shared_folder() / "cache")


def python_packages(name, requirements):
    """Installs packages from PyPI once, in the folder of downloads; returns a PYTHONPATH."""
    folder = shared_folder() / "cache" / name
    if not (folder / "complete").exists():
        run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--upgrade", "--target", folder, *requirements])
        (folder / "complete").touch()
    return str(folder)


def program(folder, style="2.x"):
    """Makes the quickstart's program, with numpy and a hermetic Python, below `folder`."""
    folder.mkdir(exist_ok=True)
    main = folder / "app.py"
    main.write_text(f"{(QUICKSTART / 'app.py').read_text()}\n# {uuid.uuid4()}\n")
    return make_runfiles.make(folder / "program", make_runfiles.DEFAULT_WHEELS, style, main,
                              cache=shared_folder() / "cache")


def execution_root(binary):
    """Returns the folder to which the paths in the program's spec are relative."""
    return binary.resolve().parents[3]


def output_from_runfiles(binary):
    """Runs a program from its runfiles on this machine; returns its output."""
    return run([binary], env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})


def odd(folder):
    """Makes a shell program whose runfiles have every kind of entry and awkward names."""
    files, runfiles = folder / "files", folder / "bin" / "odd.runfiles"
    token = str(uuid.uuid4())
    script = b'#!/bin/bash\nexec "$(dirname "$0")/odd.runfiles/_main/tool-2"\n'
    # The two tools are large enough to be stored once. Both must stay executable.
    tool = b'#!/bin/bash\ncat "$(dirname "$0")/token"\n' + b"#" * 5000
    contents = {
        "_main/odd": script,
        "_main/token": token.encode() + b"\n",
        "_main/tool-1": tool,
        "_main/tool-2": tool,
        "_main/empty": b"",
        "_main/a name with spaces": b"spaces\n",
        "_main/\u00e9t\u00e9/\u65e5\u672c\u8a9e": b"not ASCII\n",
        "_main/" + "n" * 101: b"name beyond a ustar name field\n",
        "_main/" + "/".join(["folder" * 9] * 5) + "/deep": b"path beyond ustar's two fields\n",
        "_main/large.bin": (token.encode() * 1000 + bytes(5 << 20)) * 2,
        "_main/same.bin": token.encode() * 1000,
        "other+repo/same.bin": token.encode() * 1000,
        "other+repo/elf": b"\x7fELF" + bytes(60),
    }
    contents.update({f"_main/many/{i:03}.txt": f"{token} {i}\n".encode() * i for i in range(400)})
    for path, data in contents.items():
        _place(files, runfiles, path, data)
    os.symlink("token", runfiles / "_main" / "link")
    os.symlink("../other+repo", runfiles / "_main" / "link-to-folder")
    os.symlink("../" * 2 + "_main/" + "n" * 101, runfiles / "_main" / "many" / "long-link")
    binary = folder / "bin" / "odd"
    binary.write_bytes(script)
    binary.chmod(0o755)
    return binary


def _place(files, runfiles, path, data):
    """Writes a file and, as Bazel does, an absolute link to it in the runfiles."""
    for root in (files, runfiles):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
    (files / path).write_bytes(data)
    (files / path).chmod(0o755 if data.startswith(b"#!") else 0o644)
    os.symlink(files / path, runfiles / path)


def token_of(binary):
    """Returns the output of the odd program."""
    return (binary.parent / "odd.runfiles" / "_main" / "token").read_text()


def build(binary, output, *options):
    """Builds the image of a program. Without a base it lacks a shell, so that is only a warning."""
    check = () if "--base" in options else ("--check=warn",)
    veneer("build", binary, *options, *check, "-o", output)


def change_token(binary):
    """Gives the odd program another output."""
    (binary.parent / "odd.runfiles" / "_main" / "token").resolve().write_text(f"{uuid.uuid4()}\n")


def load(image, *options, **variables):
    """Runs `veneer load`; returns (layers sent, layers of the image)."""
    said = veneer("load", image, *options, env={**os.environ, **variables})
    part = re.search(r": sent .* of .*: (\d+) of (\d+) layers?, the others are there$", said, re.M)
    if part:
        return int(part[1]), int(part[2])
    whole = re.search(r": sent .*, all of (\d+) layers?$", said, re.M)
    return int(whole[1]), int(whole[1])


def kill_half_way(image, *options, **variables):
    """Kills `veneer load` as soon as it has read some of the image."""
    with subprocess.Popen([os.environ["VENEER"], "load", "--quiet", image, *options],
                          env={**os.environ, **variables}) as process:
        while process.poll() is None and bytes_read(process.pid) < 3 << 20:
            time.sleep(0.001)
        process.kill()


def bytes_read(pid):
    """Returns how many bytes a process has read; 0 if it is gone."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/io").read_text().split()
    except OSError:
        return 0
    return int(fields[fields.index("rchar:") + 1])


def plan(binary, *options):
    """Returns the planned layers of a program, each a dict with `entries`."""
    return json.loads(veneer("plan", binary, *options, "--json"))["layers"]


class Layout:
    """An OCI layout with one image."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.index = json.loads((self.folder / "index.json").read_text())
        self.manifest = json.loads(self.blob(self.index["manifests"][0]).read_text())
        self.config = (json.loads(self.blob(self.manifest["config"]).read_text())
                       if "config" in self.manifest else None)  # an index has none

    def blob(self, descriptor):
        """Returns the path of a blob."""
        algorithm, _, encoded = descriptor["digest"].partition(":")
        return self.folder / "blobs" / algorithm / encoded

    def layers(self):
        """Returns (path of the blob, diff id) of each layer, bottom first."""
        return list(zip(map(self.blob, self.manifest["layers"]),
                        self.config["rootfs"]["diff_ids"], strict=True))


def sha256(data):
    """Returns the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def tar_names(layer):
    """Returns the names in a planned layer's tar, in order. Those of folders end in a slash."""
    return [entry["path"] + ("/" if entry["type"] == "directory" else "")
            for entry in layer["entries"]]


if __name__ == "__main__":
    try:
        prepare()
    except (OSError, subprocess.SubprocessError) as error:
        sys.exit(f"samples.py: {error}")
