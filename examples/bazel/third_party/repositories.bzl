"""Repositories of the files that `run` downloaded. With a network, rules_python does this."""

_WHEEL = """package(default_visibility = ["//visibility:public"])

py_library(
    name = "pkg",
    srcs = glob(["site-packages/**/*.py"]),
    data = glob(
        ["site-packages/**"],
        exclude = ["site-packages/**/*.py", "site-packages/**/*.pyc"],
    ),
    imports = ["site-packages"],
)
"""

_PYTHON = """package(default_visibility = ["//visibility:public"])

exports_files(["bin/python3"])

filegroup(
    name = "files",
    srcs = glob(["bin/**", "lib/**"]),
)
"""

def _directory(ctx):
    return ctx.path(Label("//third_party:BUILD.bazel")).dirname.get_child(ctx.attr.directory)

def _wheel_impl(ctx):
    start = ctx.attr.distribution + "-"
    found = [
        path
        for path in _directory(ctx).readdir()
        if path.basename.lower().startswith(start) and path.basename.endswith(".whl")
    ]
    if len(found) != 1:
        fail("expected one wheel of '%s' in '%s', found %d" % (ctx.attr.distribution, ctx.attr.directory, len(found)))

    # Bazel recognises the format of an archive by its name.
    ctx.symlink(found[0], "wheel.zip")
    ctx.extract("wheel.zip", output = "site-packages")
    ctx.delete("wheel.zip")
    ctx.file("BUILD.bazel", _WHEEL)

wheel = repository_rule(
    implementation = _wheel_impl,
    attrs = {
        "directory": attr.string(
            doc = "The directory of the wheels, relative to this package.",
            mandatory = True,
        ),
        "distribution": attr.string(doc = "Name of the distribution.", mandatory = True),
    },
    doc = "A repository with a Python package, unpacked from its wheel.",
)

def _python_interpreter_impl(ctx):
    for directory in ("bin", "lib"):
        ctx.symlink(_directory(ctx).get_child(directory), directory)
    ctx.file("BUILD.bazel", _PYTHON)

python_interpreter = repository_rule(
    implementation = _python_interpreter_impl,
    attrs = {
        "directory": attr.string(
            doc = "The interpreter's directory, relative to this package.",
            mandatory = True,
        ),
    },
    doc = "A repository with a Python interpreter and its standard library.",
)
