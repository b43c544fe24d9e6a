"""Compiles several C++ sources as one, because most of the time goes into headers."""

load("@rules_cc//cc:cc_library.bzl", "cc_library")

def unity_sources(name, srcs, size = 16):
    """Makes sources that include `srcs`, at most `size` each.

    Args:
      name: the name of the library that has `srcs` as headers; the sources made are called
        `name`_0.cc, ...
      srcs: paths below this package, with the extension .cc.
      size: how many sources are compiled as one.

    Returns:
      The sources to compile in place of `srcs`. They need the library `name` among their `deps`.
    """
    cc_library(name = name, textual_hdrs = srcs)
    units = []
    for first in range(0, len(srcs), size):
        unit = "%s_%d.cc" % (name, first // size)
        lines = [
            '#include "%s/%s"' % (native.package_name(), path)
            for path in srcs[first:first + size]
        ]
        native.genrule(
            name = unit + "_text",
            outs = [unit],
            cmd = "printf '%%s\\n' %s >$@" % " ".join(["'%s'" % line for line in lines]),
        )
        units.append(unit)
    return units
