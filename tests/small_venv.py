"""Makes a small virtual environment with reproducible bytes, and installs packages by hand.

usage: small_venv.py DIR [--python VERSION] [--interpreter PATH] [NAME=VERSION...]

DIR becomes what `python -m venv` makes, in the parts that matter, with each package NAME: a module
and a script of that name. Its bin/python is a link to PATH, by default one that is no Python.
"""

import argparse
import base64
import hashlib
import pathlib


def row(path, data):
    """Returns a row of RECORD."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    return f"{path},sha256={digest},{len(data)}"


def site_of(venv):
    """Returns the site-packages of a virtual environment."""
    return next(pathlib.Path(venv).glob("lib/python3.*/site-packages"))


def first_lines(interpreter):
    """Returns the beginning of a script, as installers choose it."""
    if len(f"#!{interpreter}") <= 127 and " " not in str(interpreter):
        return f"#!{interpreter}\n"
    return f"#!/bin/sh\n'''exec' \"{interpreter}\" \"$0\" \"$@\"\n' '''\n"


def install(venv, name, version="1", files=None, script=None, record=True):
    """Installs a package with files {path below site-packages: bytes}, as pip leaves it.

    Without `files` it is a module that prints its name; `script` is the text of bin/NAME.
    """
    venv = pathlib.Path(venv)
    site = site_of(venv)
    files = dict(files or {f"{name}/__init__.py": f"NAME = {name!r}\n".encode(),
                           f"{name}/__main__.py": f"print({name!r})\n".encode()})
    folder = f"{name}-{version}.dist-info"
    files[f"{folder}/METADATA"] = f"Name: {name}\nVersion: {version}\n".encode()
    if script is None:
        script = (f"{first_lines(venv.absolute() / 'bin/python')}import sys\nimport {name}\n"
                  f"print({name}.NAME, *sys.argv[1:])\n")
    files[f"../../../bin/{name}"] = script.encode()
    rows = []
    for path, data in sorted(files.items()):
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).resolve().write_bytes(data)
        rows.append(row(path, data))
    (venv / "bin" / name).chmod(0o755)
    if record:
        rows += [f"{name}/__pycache__/__init__.cpython-311.pyc,,", f"{folder}/RECORD,,"]
        (site / folder / "RECORD").write_text("\n".join(rows) + "\n")
    return site / folder


def make(venv, version="3.11", interpreter="/usr/bin/env"):
    """Makes the folder."""
    venv = pathlib.Path(venv)
    (venv / "bin").mkdir(parents=True)
    (venv / f"lib/python{version}/site-packages").mkdir(parents=True)
    (venv / "lib64").symlink_to("lib")
    (venv / "bin" / "python").symlink_to("python3")
    (venv / "bin" / "python3").symlink_to(interpreter)
    (venv / "bin" / "activate").write_text(f'VIRTUAL_ENV="{venv.absolute()}"\n')
    (venv / "pyvenv.cfg").write_text(
        f"home = {pathlib.Path(interpreter).parent}\ninclude-system-site-packages = false\n"
        f"version = {version}.2\nexecutable = {interpreter}\n"
        f"command = {interpreter} -m venv {venv.absolute()}\n")


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--python", default="3.11")
    parser.add_argument("--interpreter", default="/usr/bin/env")
    parser.add_argument("packages", nargs="*")
    options = parser.parse_args()
    make(options.folder, options.python, options.interpreter)
    for package in options.packages:
        install(options.folder, *package.split("="))


if __name__ == "__main__":
    main()
