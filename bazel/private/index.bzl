"""veneer_index: one image for several platforms."""

load(":checks.bzl", "check_reference_name")
load(":providers.bzl", "VeneerImageInfo")
load(":tool.bzl", "TOOLCHAIN_TYPE", "TOOL_ATTRS", "arguments", "pairs", "run_veneer")

_PLATFORMS = "//command_line_option:platforms"

def _platforms_impl(settings, attr):
    if not attr.platforms:
        return {"0": {_PLATFORMS: settings[_PLATFORMS]}}

    # The keys keep the order of the attribute, because `ctx.split_attr` has no order of its own.
    return {str(i): {_PLATFORMS: str(attr.platforms[i])} for i in range(len(attr.platforms))}

_platforms_transition = transition(
    implementation = _platforms_impl,
    inputs = [_PLATFORMS],
    outputs = [_PLATFORMS],
)

def _index_impl(ctx):
    check_reference_name(ctx, "tag", ctx.attr.tag)
    split = ctx.split_attr.images

    # In Bazel 4 the only key is None if the transition changes nothing.
    keys = sorted(split.keys(), key = int) if len(split) > 1 else split.keys()
    images = [image[VeneerImageInfo].layout for key in keys for image in split[key]]
    layout = ctx.actions.declare_directory(ctx.label.name)
    args = arguments(ctx, "index")
    args.add("--quiet")

    # The actions that made the images have verified their layers.
    args.add("--trust-images")
    args.add_all(
        images,
        before_each = "--image",
        format_each = "oci:%s",
        expand_directories = False,
    )
    args.add_all(pairs("--annotation", ctx.attr.annotations))
    tag = ":" + ctx.attr.tag if ctx.attr.tag else ""
    args.add("--output=oci:" + layout.path + tag)
    run_veneer(
        ctx,
        args,
        inputs = depset(images),
        outputs = [layout],
        mnemonic = "VeneerIndex",
        progress_message = "Assembling index %s" % ctx.label,
    )
    return [DefaultInfo(files = depset([layout]), runfiles = ctx.runfiles([layout]))]

veneer_index = rule(
    implementation = _index_impl,
    doc = """An image for several platforms, as an OCI image layout with one image index.""",
    attrs = dict(
        TOOL_ATTRS,
        annotations = attr.string_dict(doc = "Annotations of the index."),
        images = attr.label_list(
            cfg = _platforms_transition,
            doc = "The images. Each is built once for every platform of `platforms`.",
            mandatory = True,
            providers = [VeneerImageInfo],
        ),
        platforms = attr.label_list(
            doc = "Platforms to build for. Without any, the images are used as they are, and " +
                  "each is made for a platform of its own.",
        ),
        tag = attr.string(doc = "The index's name in the layout; default: none."),
        _allowlist_function_transition = attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
            doc = "Bazel allows a transition only to rules with this attribute.",
        ),
    ),
    toolchains = [TOOLCHAIN_TYPE],
)
