"""veneer_inspect: `bazel run` shows what is in an image."""

load(":layout_script.bzl", "LAYOUT_SCRIPT_ATTRS", "layout_script")
load(":tool.bzl", "TOOLCHAIN_TYPE")

def _inspect_impl(ctx):
    return [layout_script(ctx, [
        # Paths among the user's arguments are relative to where `bazel run` was called.
        'cd "${BUILD_WORKING_DIRECTORY:-.}"',
        'veneer inspect "$image" "$@"',
    ])]

veneer_inspect = rule(
    implementation = _inspect_impl,
    doc = """Shows what is in an image when the target is run with `bazel run`: layers, packages, the
largest files, what is stored twice. Arguments after `--` are options of `veneer inspect`.""",
    attrs = LAYOUT_SCRIPT_ATTRS,
    executable = True,
    toolchains = [TOOLCHAIN_TYPE],
)
