"""Lays out Debian's Python 3.11 as the hermetic interpreter repository of rules_python."""

import os
import pathlib
import platform
import shutil

from . import debs

VERSION = "3.11"
PACKAGES = ["python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib"]
REPOSITORY = f"rules_python++python+python_3_11_{platform.machine()}-unknown-linux-gnu"

# Files that are not part of a hermetic interpreter, or not needed: other Debian packages, caches,
# tests, and settings of the system.
_DROPPED = {"dist-packages", "__pycache__", "test", "tests", "sitecustomize.py",
            "EXTERNALLY-MANAGED"}


def lay_out(external, cache):
    """Writes the repository below `external`; returns its files, relative to the repository."""
    root = pathlib.Path(external) / REPOSITORY
    for deb in debs.fetch(PACKAGES, cache):
        with debs.opened(deb) as tar:
            for member in tar:
                place = _place(member.name)
                if place is None or member.isdir():
                    continue
                _write(tar, member, root / place)
    for alias in ("python", "python3"):
        os.symlink(f"python{VERSION}", root / "bin" / alias)
    (root / "BUILD.bazel").touch()
    return sorted(str(path.relative_to(root)) for folder in ("bin", "lib")
                  for path in (root / folder).rglob("*") if not path.is_dir())


def _place(name):
    """Returns the path in the repository of a packages' file; None if the file is left out."""
    name = name.removeprefix("./")
    if _DROPPED.intersection(name.split("/")):
        return None
    for prefix in (f"usr/bin/python{VERSION}", f"usr/lib/python{VERSION}/"):
        if name.startswith(prefix):
            return name.removeprefix("usr/")
    return None


def _write(tar, member, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    if member.issym():
        os.symlink(member.linkname, path)
        return
    if not member.isfile():
        raise RuntimeError(f"'{member.name}': expected a file or a symlink")
    with open(path, "wb") as file:
        shutil.copyfileobj(tar.extractfile(member), file)
    path.chmod(member.mode)
