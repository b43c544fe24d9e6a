#!/usr/bin/env python3
"""Makes a Python program with real wheels in the shape of `bazel build` with rules_python.

usage: make_runfiles.py --output DIR [--main app.py] [--wheel NAME==VERSION ...]
                        [--style 2.x|1.8.0|1.7.0]

DIR/bazel-bin/app is the program. app.runfiles, app.runfiles_manifest and app.veneer-spec are in the
same folder. The shape is that of a py_binary with bootstrap_impl=script and
venvs_site_packages=yes.
"""

import argparse
import pathlib

from pytree import interpreter, venv_links, wheels
from pytree.output_base import BIN, WORKSPACE, OutputBase

HERE = pathlib.Path(__file__).resolve().parent
DEFAULT_WHEELS = ["numpy==2.2.6", "markupsafe==3.0.2"]


def make(output, requirements, style, main=HERE / "app.py", cache=None, add=lambda base: None):
    """Writes DIR/output_base and DIR/bazel-bin; returns the path of the program.

    `add` is called with the OutputBase before it is finished, and may add more runfiles.
    """
    output = pathlib.Path(output).resolve()
    cache = pathlib.Path(cache or output / "cache").resolve()
    name = pathlib.Path(main).stem
    base = OutputBase(output / "output_base", name)
    packages = [wheels.unpack(wheel, base.external)
                for wheel in wheels.fetch(requirements, cache)]
    files = interpreter.lay_out(base.external, cache)

    _add_program(base, name, main, style)
    _add_venv(base, f"_{name}.venv", venv_links.plan_links(packages, style), style)
    for package in packages:
        base.add_repository(package.repository, package.files)
    base.add_repository(interpreter.REPOSITORY, files)
    base.add_repo_mapping(f",{WORKSPACE},{WORKSPACE}\n,rules_python,rules_python+\n".encode())
    add(base)
    base.finish()

    link = output / "bazel-bin"
    link.unlink(missing_ok=True)
    link.symlink_to(base.root / "execroot" / WORKSPACE / BIN)
    return link / name


def _add_program(base, name, main, style):
    base.add_generated(name, _template("stage1.sh", {
        "VENV": f"{WORKSPACE}/_{name}.venv",
        "STAGE2": f"{WORKSPACE}/_{name}_stage2_bootstrap.py"}))
    base.add_generated(f"_{name}_stage2_bootstrap.py", _template("stage2.py", {
        "MAIN": f"{WORKSPACE}/{pathlib.Path(main).name}"}))
    base.add_source(main)
    if style == "2.x":
        base.add_generated(f"{name}.build_data.txt", f"TARGET //:{name}\n".encode())


def _add_venv(base, venv, links, style):
    base.add_symlink(f"{venv}/bin/python3", f"{interpreter.REPOSITORY}/bin/python3")
    base.add_generated(f"{venv}/pyvenv.cfg", b"")
    site = f"{venv}/lib/python{interpreter.VERSION}/site-packages"
    base.add_generated(f"{site}/bazel.pth", b"import _bazel_site_init\n")
    base.add_generated(f"{site}/_bazel_site_init.py", _template("site_init.py", {}))
    add_file = base.add_alias if style == "1.7.0" else base.add_symlink_entry
    for link in links:
        if link.is_file:
            add_file(f"{site}/{link.path}", link.repository, link.target)
        else:
            base.add_symlink(f"{site}/{link.path}", f"{link.repository}/{link.target}")


def _template(name, values):
    text = (HERE / "pytree" / name).read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text.encode()


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", required=True, help="folder to write to")
    parser.add_argument("--main", default=HERE / "app.py", help="the program")
    parser.add_argument("--wheel", action="append", metavar="NAME==VERSION",
                        help=f"may be repeated; default: {' '.join(DEFAULT_WHEELS)}")
    parser.add_argument("--style", choices=venv_links.STYLES, default="2.x",
                        help="release of rules_python to follow")
    parser.add_argument("--cache", help="folder for downloads; default: DIR/cache")
    options = parser.parse_args()
    print(make(options.output, options.wheel or DEFAULT_WHEELS, options.style, options.main,
               options.cache))


if __name__ == "__main__":
    main()
