"""The example's program: uses two compiled wheels and prints where it finds them."""

import sys

import markupsafe
import numpy


def below_runfiles(path):
    """Returns the end of a path from its last runfiles directory on.

    It is the same text on a host and in an image.
    """
    return path[path.rindex(".runfiles/") + 1:]


matrix = numpy.array([[4.0, 1.0], [2.0, 3.0]])
print("python     ", sys.version.split()[0])
print("numpy      ", numpy.__version__, "from", below_runfiles(numpy.__file__))
print("eigenvalues", numpy.sort(numpy.linalg.eigvals(matrix)).round(6).tolist())
print("markupsafe ", markupsafe.escape("<veneer> & sons"))
