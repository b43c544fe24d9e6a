"""What rules have in common whose action writes an OCI layout."""

load(":flags.bzl", "FlagInfo", "is_on")
load(":providers.bzl", "VeneerLayoutInfo")
load(":tool.bzl", "TOOL_ATTRS", "arguments", "run_veneer")

LAYOUT_ATTRS = dict(
    TOOL_ATTRS,
    _copy_blobs = attr.label(
        default = Label("//bazel:copy_blobs"),
        doc = "The flag `@veneer//bazel:copy_blobs`.",
        providers = [FlagInfo],
    ),
)

# The links of a layout are absolute paths of this machine. So the action that makes them runs here,
# and no cache keeps its result.
_OF_LINKS = {"no-cache": "1", "no-remote": "1"}

def write_layout(ctx, command, options, inputs, mnemonic, progress_message):
    """Declares the action that writes a layout, and the digest of what it holds.

    Args:
        ctx: The context of a rule with LAYOUT_ATTRS and the attribute `tag`.
        command: The sub-command, `image` or `index`.
        options: list of its arguments, without the output.
        inputs: depset of File.
        mnemonic: The action's mnemonic.
        progress_message: The text that Bazel shows while the action runs.

    Returns:
        A list of providers: DefaultInfo, OutputGroupInfo, VeneerLayoutInfo.
    """
    layout = ctx.actions.declare_directory(ctx.label.name)
    digest = ctx.actions.declare_file(ctx.label.name + ".sha256")
    has_links = not is_on(ctx.attr._copy_blobs)
    args = arguments(ctx, command)
    args.add("--quiet")
    args.add_all(options)
    if has_links:
        args.add("--link-blobs")
    args.add(digest, format = "--digest-file=%s")
    tag = ":" + ctx.attr.tag if ctx.attr.tag else ""
    args.add("--output=oci:" + layout.path + tag)
    run_veneer(
        ctx,
        args,
        inputs = inputs,
        outputs = [layout, digest],
        mnemonic = mnemonic,
        progress_message = progress_message,
        requirements = _OF_LINKS if has_links else {},
    )
    return [
        DefaultInfo(files = depset([layout]), runfiles = ctx.runfiles([layout])),
        OutputGroupInfo(digest = depset([digest])),
        VeneerLayoutInfo(layout = layout, digest = digest),
    ]
