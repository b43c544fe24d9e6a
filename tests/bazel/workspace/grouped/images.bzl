"""Layers for groups, as a project makes them with the rules_runfiles_group of its choice."""

load("@rules_runfiles_group//runfiles_group:lib.bzl", "lib")
load(
    "@veneer//bazel:runfiles_group.bzl",
    "declare_grouped_layers",
    "grouped_py_image",
    "make_grouped_layers",
)

def _layers_impl(ctx):
    return declare_grouped_layers(ctx, lib)

grouped_layers = make_grouped_layers(_layers_impl)

def py_image(name, **kwargs):
    """A py_image with a layer for each group.

    Args:
        name: The image's name.
        **kwargs: See grouped_py_image().
    """
    grouped_py_image(grouped_layers, name, **kwargs)
