"""Repositories with a veneer that Bazel does not build: of `veneer.toolchain`, or of WORKSPACE."""

# Constraints of the machines that a program for a platform runs on.
_CONSTRAINTS = {
    "linux/amd64": ["@platforms//os:linux", "@platforms//cpu:x86_64"],
    "linux/arm64": ["@platforms//os:linux", "@platforms//cpu:aarch64"],
}
_ARCHIVES = [".tar", ".tar.bz2", ".tar.gz", ".tar.xz", ".tar.zst", ".tgz", ".zip"]
_HEX = "0123456789abcdef"

# Where archives are unpacked.
_UNPACKED = "unpacked"

_TOOLCHAIN = """
veneer_toolchain(
    name = {name},
    binary = {binary},
    exec_compatible_with = {constraints},
)
"""

_ALIAS = """
alias(
    name = "program",
    actual = {program},
    visibility = ["//visibility:public"],
)
"""

def _load_line():
    return "load(%s, \"veneer_toolchain\")\n" % repr(str(Label("//bazel:toolchain.bzl")))

def _toolchain(name, binary, platform):
    """Returns the text of a BUILD file for a toolchain on machines of a platform."""
    constraints = [str(Label(constraint)) for constraint in _CONSTRAINTS[platform]]
    return _TOOLCHAIN.format(
        name = repr(name),
        binary = repr(binary),
        constraints = repr(constraints),
    )

def download_fault(urls, sha256):
    """Says what is wrong with a download.

    Args:
        urls: list of str.
        sha256: The SHA-256 of what is downloaded.

    Returns:
        What is wrong; None if nothing is.
    """
    if not urls:
        return "`urls` is empty"
    if not sha256:
        return "`sha256` is missing"
    if len(sha256) != 64 or sha256.strip(_HEX):
        return "`sha256` is '%s': expected 64 hexadecimal digits in lower case" % sha256
    return None

def _is_archive(url):
    path = url.partition("?")[0]
    return bool([end for end in _ARCHIVES if path.endswith(end)])

def _program_in(ctx, folder):
    """Returns the path of the file `veneer` in a folder or its `bin`, or in those of a folder there."""
    entries = ctx.path(folder).readdir()
    parents = [folder] + ["%s/%s" % (folder, entry.basename) for entry in entries]
    for parent in parents:
        for path in (parent + "/bin/veneer", parent + "/veneer"):
            # A folder may have the name, too.
            if path not in parents and ctx.path(path).exists:
                return path
    fail("%s: '%s' has no file 'veneer'; what it has: %s" % (
        ctx.name,
        ctx.attr.urls[0],
        ", ".join(sorted([entry.basename for entry in entries])),
    ))

def _toolchain_repository_impl(ctx):
    fault = download_fault(ctx.attr.urls, ctx.attr.sha256)
    if fault:
        fail("%s: %s" % (ctx.name, fault))
    if _is_archive(ctx.attr.urls[0]):
        ctx.download_and_extract(ctx.attr.urls, output = _UNPACKED, sha256 = ctx.attr.sha256)
        program = _program_in(ctx, _UNPACKED)
    else:
        program = "veneer"
        ctx.download(ctx.attr.urls, output = program, sha256 = ctx.attr.sha256, executable = True)
    text = _load_line() + _ALIAS.format(program = repr(program))
    text += _toolchain("toolchain", program, ctx.attr.platform)
    ctx.file("BUILD.bazel", text, executable = False)

DOWNLOAD_ATTRS = {
    "platform": attr.string(
        doc = "The machines that the program runs on: `linux/amd64` or `linux/arm64`.",
        mandatory = True,
        values = _CONSTRAINTS.keys(),
    ),
    "sha256": attr.string(doc = "The SHA-256 of what is at `urls`; it has to be stated."),
    "urls": attr.string_list(
        doc = "Where the program is, one place or several: the program itself, or an archive " +
              "(`.tar.gz`, `.zip` and the like) with a file `veneer` or `bin/veneer`, at its top or in " +
              "a folder there.",
    ),
}

veneer_toolchain_repository = repository_rule(
    implementation = _toolchain_repository_impl,
    doc = """A repository with a veneer that is downloaded, and a toolchain for it.

For WORKSPACE: `register_toolchains("@NAME//:toolchain")`. In MODULE.bazel the tag
`veneer.toolchain` does both.""",
    attrs = DOWNLOAD_ATTRS,
)

def _toolchains_repository_impl(ctx):
    text = _load_line()

    # Bazel takes toolchains of one package by their names, in alphabetical order.
    for platform, binary in sorted(ctx.attr.binaries.items()):
        text += _toolchain(platform.replace("/", "_"), binary, platform)
    ctx.file("BUILD.bazel", text, executable = False)

toolchains_repository = repository_rule(
    implementation = _toolchains_repository_impl,
    doc = "The toolchains of all tags `veneer.toolchain`. A program is downloaded only if its " +
          "toolchain is used.",
    attrs = {
        "binaries": attr.string_dict(doc = "Labels of the programs, by platform."),
    },
)
