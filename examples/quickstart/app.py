"""The quickstart's program: uses two compiled wheels and prints where it runs."""

import pathlib
import sys

import markupsafe
import markupsafe._speedups
import numpy


def below_runfiles(path):
    """Returns the end of a path from its runfiles directory on.

    It is the same text on a host and in an image.
    """
    parts = pathlib.Path(path).parts
    start = max(i for i, part in enumerate(parts) if part.endswith(".runfiles"))
    return "/".join(parts[start:])


matrix = numpy.array([[4.0, 1.0], [2.0, 3.0]])
eigenvalues = numpy.sort(numpy.linalg.eigvals(matrix))

print(f"python      {sys.version.split()[0]}")
print(f"sys.prefix  {below_runfiles(sys.prefix)}")
print(f"in a venv   {sys.prefix != sys.base_prefix}")
print(f"numpy       {numpy.__version__} from {below_runfiles(numpy.__file__)}")
print(f"eigenvalues {eigenvalues.round(6).tolist()}")
print(f"markupsafe  {markupsafe.escape('<veneer> & sons')}")
