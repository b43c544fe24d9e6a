"""veneer_index: one image for several platforms."""

load(":checks.bzl", "check_reference_name")
load(":layout.bzl", "LAYOUT_ATTRS", "write_layout")
load(":providers.bzl", "VeneerImageInfo")
load(":stamp.bzl", "STAMP_ATTRS", "stamping", "without_keys")
load(":tool.bzl", "TOOLCHAIN_TYPE", "pairs")

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
    check_reference_name(ctx, "tag", without_keys(ctx.attr.tag))
    split = ctx.split_attr.images

    # In Bazel 4 the only key is None if the transition changes nothing.
    keys = sorted(split.keys(), key = int) if len(split) > 1 else split.keys()
    images = [image[VeneerImageInfo].layout for key in keys for image in split[key]]
    texts = pairs("--annotation", ctx.attr.annotations)
    stamp = stamping(ctx, texts + [ctx.attr.tag])

    # The actions that made the images have verified their layers.
    options = ["--trust-images"] + texts + stamp.options
    options += ["--image=oci:" + image.path for image in images]
    return write_layout(
        ctx,
        "index",
        options,
        depset(images + stamp.inputs),
        mnemonic = "VeneerIndex",
        progress_message = "Assembling index %s" % ctx.label,
    )

veneer_index = rule(
    implementation = _index_impl,
    doc = """An image for several platforms, as an OCI image layout with one image index.""",
    attrs = dict(
        dict(LAYOUT_ATTRS, **STAMP_ATTRS),
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
