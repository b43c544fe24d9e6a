"""Makes a wheel of the static program, for `pip install veneer`, `uvx veneer` and `python -m veneer`.

usage: wheel.py FOLDER VERSION ARCHITECTURE OUTPUT-FOLDER

FOLDER has the program as bin/veneer, and below share what belongs to it. The format: packaging.python.org, "Binary distribution
format".
"""

import base64
import hashlib
import os
import pathlib
import sys
import time
import zipfile

# Any Linux: the program asks nothing of a C library, neither glibc's nor musl's.
TAGS = {"amd64": ["manylinux_2_17_x86_64", "musllinux_1_1_x86_64"],
        "arm64": ["manylinux_2_17_aarch64", "musllinux_1_1_aarch64"]}
MODULE = '''"""veneer's program, as a module: python -m veneer."""

import os
import sysconfig


def find_veneer():
    """The path of the program that this package brings."""
    for scheme in (None, f"{os.name}_user"):
        folder = sysconfig.get_path("scripts", *filter(None, [scheme]))
        path = os.path.join(folder, "veneer")
        if os.path.isfile(path):
            return path
    beside = os.path.join(os.path.dirname(__file__), "..", "bin", "veneer")  # pip install --target
    if os.path.isfile(beside):
        return os.path.normpath(beside)
    raise FileNotFoundError("veneer's program is not where pip puts scripts")
'''
MAIN = '''"""Runs the program in place of this process."""

import os
import sys

from veneer import find_veneer

if __name__ == "__main__":
    path = find_veneer()
    os.execv(path, [path, *sys.argv[1:]])
'''


def row(path, data):
    """A row of RECORD."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(data)}\n"


def make_wheel(folder, version, architecture, output):
    """Writes the wheel; returns its path."""
    info = f"veneer-{version}.dist-info"
    tags = TAGS[architecture]
    document = folder / "share" / "doc" / "veneer"
    readme = (document / "README.md").read_text(encoding="utf-8")
    # pip puts them below the virtual environment, where man looks for pages of what is on PATH.
    shared = {f"veneer-{version}.data/data/{path.relative_to(folder)}": path.read_bytes()
              for path in sorted((folder / "share").rglob("*"))
              if path.is_file() and document not in path.parents}
    metadata = (f"Metadata-Version: 2.1\nName: veneer\nVersion: {version}\n"
                "Summary: Container images of Python programs, with each file once\n"
                "License: Apache-2.0\nRequires-Python: >=3.8\n"
                "Description-Content-Type: text/markdown\n\n" + readme)
    files = {
        "veneer/__init__.py": MODULE.encode(),
        "veneer/__main__.py": MAIN.encode(),
        f"veneer-{version}.data/scripts/veneer": (folder / "bin" / "veneer").read_bytes(),
        **shared,
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": ("Wheel-Version: 1.0\nGenerator: veneer\nRoot-Is-Purelib: false\n"
                          + "".join(f"Tag: py3-none-{tag}\n" for tag in tags)).encode(),
        f"{info}/LICENSE": (document / "LICENSE").read_bytes(),
        f"{info}/THIRD_PARTY_LICENSES": (document / "THIRD_PARTY_LICENSES").read_bytes(),
    }
    files[f"{info}/RECORD"] = ("".join(row(*item) for item in files.items())
                               + f"{info}/RECORD,,\n").encode()
    # A zip has no dates before 1980.
    date = time.gmtime(max(int(os.environ["SOURCE_DATE_EPOCH"]), 315532800))[:6]
    path = output / f"veneer-{version}-py3-none-{'.'.join(tags)}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, date)
            entry.external_attr = (0o100755 if "/scripts/" in name else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=9)
    return path


if __name__ == "__main__":
    print(make_wheel(pathlib.Path(sys.argv[1]), *sys.argv[2:4], pathlib.Path(sys.argv[4])))
