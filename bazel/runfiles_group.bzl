"""veneer_layers and py_image for binaries that state how their runfiles are grouped: docs/bazel.md.

Only this file loads rules_runfiles_group. A project that does not load this file does not need that
repository.
"""

load("@rules_runfiles_group//runfiles_group:lib.bzl", "lib")
load("//bazel/private:layers.bzl", "declare_layers", "make_veneer_layers")
load("//bazel/private:py_image.bzl", "declare_image")

_HintsInfo = provider(
    doc = "A binary's aspect_hints, which only an aspect sees.",
    fields = {"hints": "list of Target"},
)

def _hints_impl(_target, ctx):
    # Bazel 4 has no aspect_hints.
    return [_HintsInfo(hints = getattr(ctx.rule.attr, "aspect_hints", []))]

_hints_aspect = aspect(
    implementation = _hints_impl,
    doc = "Forwards the aspect_hints of a binary.",
)

def _runfiles_groups(ctx):
    """Returns the groups that get a layer each, bottom first; None if the binary states none."""
    binary = ctx.attr.binary
    resolved = lib.resolve(ctx, binary, aspect_hints = binary[_HintsInfo].hints)
    if resolved == None:
        return None
    limited = lib.limit(ctx, resolved, max_groups = ctx.attr.max_groups)
    if limited.group_count > ctx.attr.max_groups:
        fail("%s: `max_groups` is %d, but the runfiles of %s have at least %d groups that must not be merged: %s" % (
            ctx.label,
            ctx.attr.max_groups,
            binary.label,
            limited.group_count,
            ", ".join([lib.name_str(group.name) for group in limited.groups]),
        ))

    # The executable's group goes into the app's layer, with the files of no group.
    return [
        struct(name = lib.name_str(group.name), files = lib.files(group))
        for group in limited.groups
        if group.name != limited.executable_group
    ]

def _layers_impl(ctx):
    return declare_layers(ctx, _runfiles_groups(ctx))

veneer_layers = make_veneer_layers(
    _layers_impl,
    aspects = [_hints_aspect],
    attrs = {
        "max_groups": attr.int(
            default = 10,
            doc = "The most groups that are left. If there are more, groups of one rank are " +
                  "merged, the lightest first.",
        ),
    },
)

def py_image(name, binary, base = None, tag = None, own_layers = [], **kwargs):
    """The `py_image` of defs.bzl with this file's `veneer_layers`.

    Args:
        name: The image's name.
        binary: The `py_binary`.
        base: A `veneer_base`, or the `@REPOSITORY//:base` of a `veneer_base_repository`.
        tag: The name under which `bazel run :NAME_load` loads the image; default: NAME:latest.
        own_layers: Packages that get a layer each, before any group.
        **kwargs: Attributes of `veneer_layers` and of `veneer_image`.
    """
    declare_image(veneer_layers, name, binary, base, tag, own_layers, kwargs)
