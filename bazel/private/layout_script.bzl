"""A script that runs veneer on the layout of an image."""

load(":place.bzl", "runfile_place")
load(":providers.bzl", "VeneerLayoutInfo")
load(":tool.bzl", "TOOLCHAIN_TYPE")

LAYOUT_SCRIPT_ATTRS = {
    "image": attr.label(
        doc = "The `veneer_image` or `veneer_index`.",
        mandatory = True,
        providers = [VeneerLayoutInfo],
    ),
    "_template": attr.label(
        allow_single_file = True,
        default = Label("//bazel/private:layout.sh"),
        doc = "The script.",
    ),
}

def layout_script(ctx, commands, files = []):
    """Declares the script as the target's executable.

    Args:
        ctx: The context of a rule that has LAYOUT_SCRIPT_ATTRS and veneer's toolchain.
        commands: Lines of the shell. `veneer` is a function there, and "$image" the layout.
        files: list of File: further runfiles.

    Returns:
        A DefaultInfo.
    """
    layout = ctx.attr.image[VeneerLayoutInfo].layout
    tool = ctx.toolchains[TOOLCHAIN_TYPE].veneer
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.expand_template(
        template = ctx.file._template,
        output = script,
        substitutions = {
            "@COMMANDS@": "\n".join(commands),
            "@LAYOUT@": runfile_place(ctx, layout),
            "@VENEER@": runfile_place(ctx, tool.files_to_run.executable),
        },
        is_executable = True,
    )
    runfiles = ctx.runfiles([layout, tool.files_to_run.executable] + files).merge(tool.runfiles)
    return DefaultInfo(executable = script, runfiles = runfiles)
