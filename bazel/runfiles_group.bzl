"""Layers for binaries that state how their runfiles are grouped: docs/bazel.md.

veneer does not depend on rules_runfiles_group, whose interface still changes. A file of the project
that wants such layers loads it, and passes its `lib` to the functions here.
"""

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

def _runfiles_groups(ctx, lib):
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

def declare_grouped_layers(ctx, lib):
    """The implementation of a rule of `make_grouped_layers`.

    Args:
        ctx: The rule's context.
        lib: The `lib` of `@rules_runfiles_group//runfiles_group:lib.bzl`.

    Returns:
        The rule's providers.
    """
    return declare_layers(ctx, _runfiles_groups(ctx, lib))

def make_grouped_layers(implementation):
    """Makes a rule like `veneer_layers`, with a layer for each group of a binary.

    It has one more attribute, `max_groups` (default: 10): the most groups that are left. If there
    are more, groups of one rank are merged, the lightest first.

    Args:
        implementation: A function of one argument, the rule's context, that returns
            `declare_grouped_layers(ctx, lib)`.

    Returns:
        The rule.
    """
    return make_veneer_layers(
        implementation,
        aspects = [_hints_aspect],
        attrs = {
            "max_groups": attr.int(
                default = 10,
                doc = "The most groups that are left. If there are more, groups of one rank are " +
                      "merged, the lightest first.",
            ),
        },
    )

def grouped_py_image(
        layers_rule,
        name,
        binary,
        base = None,
        tag = None,
        own_layers = [],
        platforms = [],
        **kwargs):
    """The `py_image` of defs.bzl with layers for the groups of the binary.

    Args:
        layers_rule: A rule of `make_grouped_layers`.
        name: The image's name.
        binary: The `py_binary`.
        base: A `veneer_base`, or the `@REPOSITORY//:base` of a `veneer_base_repository`.
        tag: The image's name in the layout, and in the engine into which `bazel run :NAME_load`
            loads it; default: NAME:latest, in lower case.
        own_layers: Packages that get a layer each, before any group.
        platforms: Platforms to build for: see `py_image`.
        **kwargs: Attributes of the rule and of `veneer_image`.
    """
    declare_image(layers_rule, name, binary, base, tag, own_layers, platforms, kwargs)
