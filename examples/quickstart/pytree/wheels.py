"""Fetches wheels with pip and unpacks each into an external repository, like rules_python."""

import dataclasses
import hashlib
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import zipfile

from . import interpreter

SITE_PACKAGES = "site-packages"


@dataclasses.dataclass(frozen=True)
class Wheel:
    """A wheel as a repository. `files` are relative to the repository and sorted."""

    repository: str
    files: tuple


def platforms():
    """Returns pip's options for this processor and every glibc up to 2.28.

    pip takes a wheel for an older glibc only if that is named, too.
    """
    glibcs = [*(f"_2_{minor}" for minor in range(28, 16, -1)), "2014"]
    return [option for glibc in glibcs
            for option in ("--platform", f"manylinux{glibc}_{platform.machine()}")]


def fetch(requirements, cache):
    """Returns the wheels of pinned `requirements` and of their dependencies, after a download."""
    key = hashlib.sha256("\n".join(sorted(requirements)).encode()).hexdigest()[:8]
    folder = pathlib.Path(cache) / f"wheels-{key}"
    complete = folder / "complete"
    if not complete.exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet",
                        "--disable-pip-version-check", "--only-binary", ":all:",
                        "--implementation", "cp", "--python-version", interpreter.VERSION,
                        *platforms(), "--dest", folder, *requirements], check=True)
        complete.touch()
    return sorted(folder.glob("*.whl"))


def unpack(wheel, external):
    """Unpacks `wheel` into a new repository below `external`."""
    name = repository_name(wheel)
    root = pathlib.Path(external) / name
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                _extract(archive, info, root / _place(info.filename))
    (root / "BUILD.bazel").touch()
    # rules_python's globs leave these files out, some because they change when programs run.
    return Wheel(name, tuple(sorted(
        str(path.relative_to(root)) for path in root.rglob("*")
        if path.is_file() and path.name not in ("BUILD.bazel", "RECORD")
        and path.suffix != ".pyc")))


def repository_name(wheel):
    """Returns `rules_python++pip+pypi_311_<name>_<tags>_<first 8 digits of the digest>`."""
    name, tags = _name_and_tags(wheel.name)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()[:8]
    version = interpreter.VERSION.replace(".", "")
    return f"rules_python++pip+pypi_{version}_{name}_{'_'.join(tags)}_{digest}"


def _name_and_tags(filename):
    # NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl. The first of several compressed tags is used.
    parts = filename.removesuffix(".whl").split("-")
    return (re.sub(r"[-_.]+", "_", parts[0]).lower(),
            [tag.partition(".")[0] for tag in parts[-3:]])


def _place(name):
    """Returns the path in the repository of a wheel's file. `.data` folders are distributed."""
    top, _, rest = name.partition("/")
    if not top.endswith(".data"):
        return f"{SITE_PACKAGES}/{name}"
    scheme, _, inner = rest.partition("/")
    folders = {"purelib": SITE_PACKAGES, "platlib": SITE_PACKAGES, "scripts": "bin",
               "headers": "include", "data": "data"}
    return f"{folders[scheme]}/{inner}"


def _extract(archive, info, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(info) as source, open(path, "wb") as file:
        shutil.copyfileobj(source, file)
    path.chmod(0o755 if info.external_attr >> 16 & 0o111 else 0o644)
