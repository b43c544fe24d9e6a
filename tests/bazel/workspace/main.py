"""Uses files of every layer of the image, and prints what it finds."""

import os
import sys

import markupsafe
import markupsafe._speedups
import numpy

from first_party.deep import module
from first_party.greeting import greet

runfiles = os.environ["RUNFILES_DIR"]


def below_runfiles(path):
    """Returns the part of a path below its runfiles directory."""
    return path[path.index(".runfiles/") + len(".runfiles/"):]


# The main repository's name, which depends on Bazel.
main = below_runfiles(sys.prefix).partition("/")[0]
print(greet(os.environ.get("GREETING", "")), module.NAME)
print("prefix", below_runfiles(sys.prefix))
print("numpy", numpy.__version__, below_runfiles(numpy.__file__))
print("sum", int(numpy.arange(5).sum()), markupsafe.escape("<&>"))
for path in (f"{main}/odd.tree/real/link", f"{main}/odd.tree/linked/two",
             f"{main}/odd/linked.txt", "beside/root.txt"):
    with open(os.path.join(runfiles, path), encoding="utf-8") as file:
        print(path, file.read().strip())
