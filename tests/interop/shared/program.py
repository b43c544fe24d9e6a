"""The main program of test_shared_root.py, which finds files in each way that programs do.

It prints JSON that does not depend on the place of its runfiles.
"""

import json
import os
import subprocess
import sys

import certifi
import jinja2
import numpy
import requests
import runfiles
import yaml

ROOT = os.environ["RUNFILES_DIR"]
DATA = "libb+/data.txt"
sys.path.append(f"{ROOT}/liba+")

import liba_module  # noqa: E402  (in an external repository, found by its place in the runfiles)


def call(*path):
    """Calls a library in a new process, which has loaded nothing before; returns its result."""
    code = f"import ctypes; print(ctypes.CDLL({os.path.join(*path)!r}).top())"
    return output([sys.executable, "-c", code])


def output(command, **environment):
    """Runs a command; returns its output."""
    return subprocess.run(command, env={"PATH": os.environ["PATH"], **environment}, check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def read(path):
    """Returns the content of a text file."""
    with open(path, encoding="ascii") as file:
        return file.read()


lookup = runfiles.Create()
site_packages = os.path.dirname(os.path.dirname(numpy.__file__))
script = lookup.Rlocation("_main/lookup.sh")
results = {
    "in a venv": sys.prefix != sys.base_prefix,
    "prefix": os.path.relpath(sys.prefix, ROOT),
    "numpy from": os.path.relpath(numpy.__file__, ROOT),
    "determinant": numpy.linalg.det(numpy.array([[4.0, 1.0], [2.0, 3.0]])).round(6),
    "certificates": os.path.getsize(certifi.where()),
    "template": jinja2.Template("{{ a }}").render(a=requests.__version__),
    "yaml": yaml.load("[1, 2]", Loader=yaml.CSafeLoader),
    "$ORIGIN below RUNFILES_DIR": call(ROOT, "liba+/lib/libtop.so"),
    "$ORIGIN in the venv": call(site_packages, "liba/libtop.so"),
    "$ORIGIN of a real path": call(os.path.realpath(f"{ROOT}/liba+"), "lib/libtop.so"),
    "open": read(f"{ROOT}/liba+/lib/../../{DATA}"),
    "Rlocation": read(lookup.Rlocation(DATA)),
    "Rlocation of an apparent name": read(lookup.Rlocation("my_libb/data.txt")),
    "repositories": [lookup.CurrentRepository(), liba_module.REPOSITORY],
    "data of a module": read(liba_module.LIBB_DATA),
    "bash with RUNFILES_DIR": output(["bash", script], RUNFILES_DIR=ROOT),
    "bash beside its runfiles": output(["bash", "-c", 'source "$1"',
                                        ROOT.removesuffix(".runfiles"), script]),
}
print(json.dumps(results, indent=1))
