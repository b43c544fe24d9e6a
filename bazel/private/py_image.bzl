"""py_image and image_of: a program as an image."""

load(":checks.bzl", "is_reference_name")
load(":image.bzl", "veneer_image")
load(":index.bzl", "veneer_index")
load(":inspect.bzl", "veneer_inspect")
load(":layers.bzl", "veneer_layers")
load(":load.bzl", "veneer_load")
load(":stamp.bzl", "without_keys")

# Attributes of veneer_layers. All others belong to the image.
_LAYERS = [
    "capabilities",
    "check",
    "chmod",
    "chown",
    "compression",
    "content_links",
    "create_user",
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
    "prioritize",
    "program_name",
    "pyc",
    "pyc_python",
    "runfiles_layout",
    "shared_root",
    "user",
    "venv_link",
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

def _platform_of_configuration():
    """Returns a select() of veneer's name of the target platform."""
    return select({
        str(Label("@platforms//cpu:aarch64")): "linux/arm64",
        str(Label("@platforms//cpu:ppc64le")): "linux/ppc64le",
        str(Label("@platforms//cpu:riscv64")): "linux/riscv64",
        str(Label("@platforms//cpu:s390x")): "linux/s390x",
        "//conditions:default": "linux/amd64",
    })

def declare_image(layers_rule, name, binary, base, tag, own_layers, platforms, kwargs):
    """Declares the targets of py_image().

    Args:
        layers_rule: veneer_layers, or a rule with the same attributes.
        name: The image's name.
        binary: The program.
        base: A target with a VeneerBaseInfo, or None.
        tag: The name in the container engine, or None.
        own_layers: Packages that get a layer each.
        platforms: Platforms of an index, or an empty list.
        kwargs: dict of further attributes of the layers and of the image.
    """
    common = {key: kwargs.pop(key) for key in _COMMON if key in kwargs}
    layers = {key: kwargs.pop(key) for key in _LAYERS if key in kwargs}
    tag = tag or name.lower() + ":latest"

    # Some names that engines take, such as `a__b`, are none for a layout. A select() may be one.
    has_layout_name = type(tag) != "string" or is_reference_name(without_keys(tag))
    layout_tag = tag if has_layout_name else None
    stamp = kwargs.get("stamp", -1)
    image = name + "_image" if platforms else name
    if platforms and base == None:
        kwargs.setdefault("platform", _platform_of_configuration())

    # Nothing else will bring what is missing.
    layers.setdefault("check", "error")
    layers_rule(
        name = name + "_layers",
        base = base,
        binary = binary,
        own_layers = own_layers,
        **dict(layers, **common)
    )
    veneer_image(
        name = image,
        base = base,
        layers = [name + "_layers"],
        tag = layout_tag,
        **dict(kwargs, **common)
    )
    if platforms:
        veneer_index(
            name = name,
            images = [image],
            platforms = platforms,
            stamp = stamp,
            tag = layout_tag,
            **common
        )
    native.filegroup(
        name = name + ".digest",
        srcs = [name],
        output_group = "digest",
        **common
    )

    # What only runs is built when it runs, and not by `bazel build //...`.
    manual = dict(common, tags = list(common.get("tags", [])) + ["manual"])
    veneer_load(
        name = name + "_load",
        image = image,
        stamp = stamp,
        tag = tag,
        **manual
    )
    veneer_inspect(
        name = name + "_inspect",
        image = name,
        **manual
    )

def py_image(name, binary, base = None, tag = None, own_layers = [], platforms = [], **kwargs):
    """A `py_binary` as an image.

    Makes these targets: NAME is a `veneer_image`, NAME_layers its `veneer_layers`, NAME_load a
    `veneer_load`, NAME_inspect its `veneer_inspect`, and NAME.digest a file with the digest of the
    manifest.

    Args:
        name: The image's name.
        binary: The `py_binary`.
        base: A `veneer_base`, or the `@REPOSITORY//:base` of a `veneer_base_repository`. It brings
            the files that the program needs besides its runfiles: a C library, bash. Without a base
            the runfiles have to bring them: what is missing is an error unless `check` says
            otherwise.
        tag: The image's name in the layout, and in the engine into which `bazel run :NAME_load`
            loads it; default: NAME:latest, in lower case.
        own_layers: Packages that get a layer each, usually the large ones: `["torch", "numpy"]`.
        platforms: Platforms to build for. With any, NAME is a `veneer_index`, and NAME_image is the
            image for one of them; `base` and other attributes may be a `select()`. NAME_load takes
            the image for the platform of the command line, which by default is the host's.
        **kwargs: Attributes of `veneer_layers` and of `veneer_image`.
    """
    declare_image(veneer_layers, name, binary, base, tag, own_layers, platforms, kwargs)

def image_of(name, binary, **kwargs):
    """Any program with runfiles as an image: of C++, Go, Rust, Java, JavaScript, a shell script.

    Args:
        name: The image's name.
        binary: The program, an executable target.
        **kwargs: As for `py_image`.
    """
    py_image(name = name, binary = binary, **kwargs)
