"""The toolchain that provides the veneer program for building layers and images."""

load("//bazel/private:push.bzl", "PUSH_TOOLCHAIN_TYPE")
load("//bazel/private:tool.bzl", "TOOLCHAIN_TYPE")

VeneerToolInfo = provider(
    doc = "A program, such as veneer.",
    fields = {
        "files_to_run": "FilesToRunProvider: the program and its runfiles.",
        "runfiles": "runfiles: the runfiles of the program.",
    },
)

def _tool(ctx):
    binary = ctx.attr.binary[DefaultInfo]
    return VeneerToolInfo(files_to_run = binary.files_to_run, runfiles = binary.default_runfiles)

def _toolchain_impl(ctx):
    return [platform_common.ToolchainInfo(veneer = _tool(ctx))]

_toolchain = rule(
    implementation = _toolchain_impl,
    attrs = {
        "binary": attr.label(
            allow_single_file = True,
            cfg = "exec",
            doc = "The veneer program: a file, or a target that builds it.",
            executable = True,
            mandatory = True,
        ),
    },
)

def veneer_toolchain(
        name,
        binary,
        exec_compatible_with = [],
        target_compatible_with = [],
        **kwargs):
    """A toolchain to register: `register_toolchains("//tools:NAME")`.

    Args:
        name: The toolchain's name.
        binary: The veneer program: the file of an installed one, or `@veneer//cmd:veneer`, which
            Bazel builds.
        exec_compatible_with: Constraints of the machines that the program runs on.
        target_compatible_with: Constraints of the platforms that it makes images for. veneer itself
            needs none.
        **kwargs: Attributes that all rules have. The default of `visibility` is public, because
            Bazel may check that every target that uses the toolchain can see it.
    """
    kwargs = dict({"visibility": ["//visibility:public"]}, **kwargs)
    _toolchain(name = name + "_tool", binary = binary, **kwargs)
    native.toolchain(
        name = name,
        exec_compatible_with = exec_compatible_with,
        target_compatible_with = target_compatible_with,
        toolchain = name + "_tool",
        toolchain_type = TOOLCHAIN_TYPE,
        **kwargs
    )

def _push_toolchain_impl(ctx):
    return [platform_common.ToolchainInfo(push_tool = _tool(ctx))]

_push_toolchain = rule(
    implementation = _push_toolchain_impl,
    attrs = {
        "binary": attr.label(
            allow_single_file = True,
            cfg = "target",
            doc = "skopeo or crane.",
            executable = True,
            mandatory = True,
        ),
    },
)

def veneer_push_toolchain(name, binary, **kwargs):
    """The program by which `veneer_push` pushes: `register_toolchains("//tools:NAME")`.

    Args:
        name: The toolchain's name.
        binary: skopeo or crane, which is known by its file's name.
        **kwargs: Attributes that all rules have, and of `toolchain`. The default of `visibility` is
            public.
    """
    kwargs = dict({"visibility": ["//visibility:public"]}, **kwargs)
    _push_toolchain(name = name + "_tool", binary = binary, visibility = kwargs["visibility"])
    native.toolchain(
        name = name,
        toolchain = name + "_tool",
        toolchain_type = PUSH_TOOLCHAIN_TYPE,
        **kwargs
    )

def _tar_impl(ctx):
    tool = ctx.toolchains[TOOLCHAIN_TYPE].veneer
    link = ctx.actions.declare_file("%s/bsdtar" % ctx.label.name)
    ctx.actions.symlink(
        output = link,
        target_file = tool.files_to_run.executable,
        is_executable = True,
    )
    return [DefaultInfo(executable = link, files = depset([link]), runfiles = tool.runfiles)]

veneer_tar = rule(
    implementation = _tar_impl,
    doc = """veneer under the name `bsdtar`, for `tar_toolchain(binary = ...)` of tar.bzl.

Under this name veneer takes the command lines of bsdtar.""",
    executable = True,
    toolchains = [TOOLCHAIN_TYPE],
)
