"""py_image: a py_binary as an image."""

load(":checks.bzl", "is_reference_name")
load(":image.bzl", "veneer_image")
load(":layers.bzl", "veneer_layers")
load(":load.bzl", "veneer_load")

# Attributes of veneer_layers. All others belong to the image.
_LAYERS = [
    "capabilities",
    "check",
    "compression",
    "content_links",
    "entrypoint",
    "groups",
    "interpreter",
    "keep",
    "layer_groups",
    "legacy_external_runfiles",
    "level",
    "max_groups",
    "mtime",
    "package_layers",
    "prefix",
    "program_name",
    "runfiles_layout",
    "shared_root",
    "user",
]

# Attributes that all rules have.
_COMMON = [
    "compatible_with",
    "deprecation",
    "exec_compatible_with",
    "exec_properties",
    "features",
    "restricted_to",
    "tags",
    "target_compatible_with",
    "testonly",
    "toolchains",
    "visibility",
]

def _with_own_layers(layer_groups, packages):
    """Adds to the groups one for each pattern, named after the pattern."""
    groups = {name: list(patterns) for name, patterns in layer_groups.items()}
    for package in packages:
        name = package.replace("*", "").strip("-_.")
        if not name:
            fail("own_layers: '%s' gives no name for the layer; use layer_groups, where you name the layer" % package)
        groups.setdefault(name, []).append(package)
    return groups

def declare_image(layers_rule, name, binary, base, tag, own_layers, kwargs):
    """Declares the targets of py_image().

    Args:
        layers_rule: veneer_layers, or a rule with the same attributes.
        name: The image's name.
        binary: The program.
        base: A target with a VeneerBaseInfo, or None.
        tag: The name in the container engine, or None.
        own_layers: Packages that get a layer each.
        kwargs: dict of further attributes of the layers and of the image.
    """
    common = {key: kwargs.pop(key) for key in _COMMON if key in kwargs}
    layers = {key: kwargs.pop(key) for key in _LAYERS if key in kwargs}
    groups = _with_own_layers(layers.pop("layer_groups", {}), own_layers)
    tag = tag or name.lower() + ":latest"

    # Some names that engines take, such as `a__b`, are none for a layout. A select() may be one.
    has_layout_name = type(tag) != "string" or is_reference_name(tag)
    layers_rule(
        name = name + "_layers",
        base = base,
        binary = binary,
        layer_groups = groups,
        **dict(layers, **common)
    )
    veneer_image(
        name = name,
        base = base,
        layers = [name + "_layers"],
        tag = tag if has_layout_name else None,
        **dict(kwargs, **common)
    )
    veneer_load(
        name = name + "_load",
        image = name,
        tag = tag,
        **common
    )

def py_image(name, binary, base = None, tag = None, own_layers = [], **kwargs):
    """A `py_binary` as an image.

    Makes three targets: NAME is a `veneer_image`, NAME_layers its `veneer_layers`, and NAME_load a
    `veneer_load`.

    Args:
        name: The image's name.
        binary: The `py_binary`.
        base: A `veneer_base`, or the `@REPOSITORY//:base` of a `veneer_base_repository`. It brings
            the files that the program needs besides its runfiles: a C library, bash.
        tag: The image's name in the layout, and in the engine into which `bazel run :NAME_load`
            loads it; default: NAME:latest, in lower case.
        own_layers: Packages that get a layer each, usually the large ones: `["torch", "numpy"]`.
        **kwargs: Attributes of `veneer_layers` and of `veneer_image`.
    """
    declare_image(veneer_layers, name, binary, base, tag, own_layers, kwargs)
