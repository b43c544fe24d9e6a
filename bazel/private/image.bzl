"""veneer_image: layers on a base, as an OCI image layout."""

load(":checks.bzl", "check_no_location", "check_platform", "check_reference_name")
load(":layout.bzl", "LAYOUT_ATTRS", "write_layout")
load(":providers.bzl", "VeneerBaseInfo", "VeneerImageInfo", "VeneerLayersInfo")
load(":stamp.bzl", "STAMP_ATTRS", "stamping", "without_keys")
load(":tool.bzl", "TOOLCHAIN_TYPE", "pairs")

def _layer_arguments(ctx):
    """Returns options and inputs of all layers, bottom first: first `tars`, then `layers`."""
    files = list(ctx.files.tars)
    options = ["--layer=" + tar.path for tar in files]
    for layers in ctx.attr.layers:
        for layer in layers[VeneerLayersInfo].blobs:
            options.append("--layer=" + layer.blob.path)
            files += [layer.blob, layer.descriptor]
    return options, files

def _are_for_each_other(ctx):
    """Whether all layers were planned on this image's base, or image and layers all have none.

    The actions that planned the layers have then read, and so verified, the base.
    """
    base = ctx.attr.base[VeneerBaseInfo].arguments if ctx.attr.base else []
    bases = [getattr(layers[VeneerLayersInfo], "base", None) for layers in ctx.attr.layers]
    return bool(bases) and all([planned_on == base for planned_on in bases])

def _last_program(ctx):
    """Returns the last program and the last user that the layers state."""
    entrypoint, workdir, user = [], "", ""
    for layers in ctx.attr.layers:
        info = layers[VeneerLayersInfo]
        if info.entrypoint:
            entrypoint, workdir = info.entrypoint, info.workdir
        user = info.user or user
    return entrypoint, workdir, user

def _text_files(ctx):
    """Returns the files with labels, annotations and variables, by their options."""
    return {
        "--annotation-file": ctx.files.annotations_file,
        "--env-file": ctx.files.env_file,
        "--label-file": ctx.files.labels_file,
    }

def _config_arguments(ctx):
    attr = ctx.attr
    entrypoint, workdir, user = _last_program(ctx)
    options = []

    # Always a JSON array, because a single argument may itself look like one.
    if attr.entrypoint or entrypoint:
        options.append("--entrypoint=" + json.encode(attr.entrypoint or entrypoint))
    if attr.cmd:
        options.append("--cmd=" + json.encode(attr.cmd))
    options += pairs("--env", {
        name: ctx.expand_make_variables("env", value, {})
        for name, value in attr.env.items()
    })
    options += pairs("--label", attr.labels)
    options += pairs("--annotation", attr.annotations)
    for option, files in _text_files(ctx).items():
        options += ["%s=%s" % (option, file.path) for file in files]
    options += ["--expose=" + port for port in attr.exposed_ports]
    options += ["--volume=" + volume for volume in attr.volumes]
    for option, value in {
        "--author": attr.author,
        "--created": attr.created,
        "--stop-signal": attr.stop_signal,
        "--user": attr.user or user,
        "--workdir": attr.workdir or workdir,
    }.items():
        if "\n" in value:
            fail("%s: `%s` has more than one line" % (ctx.label, option[len("--"):].replace("-", "_")))
        if value:
            options.append("%s=%s" % (option, value))
    return options

def _base_arguments(ctx):
    """Returns the options of the base, and of the platform that it has to be for."""
    options = ctx.attr.base[VeneerBaseInfo].arguments if ctx.attr.base else []
    if not ctx.attr.platform:
        return options
    platform = "--platform=" + ctx.attr.platform
    stated = [option for option in options if option.startswith("--platform=")]
    if stated and stated != [platform]:
        fail("%s: `platform` is '%s', but the base %s is for '%s'" % (
            ctx.label,
            ctx.attr.platform,
            ctx.attr.base.label,
            stated[0][len("--platform="):],
        ))
    return options if stated else options + [platform]

def _check_values(ctx):
    check_reference_name(ctx, "tag", without_keys(ctx.attr.tag))
    check_platform(ctx, "platform", ctx.attr.platform)
    check_no_location(ctx, "cmd", ctx.attr.cmd)
    check_no_location(ctx, "entrypoint", ctx.attr.entrypoint)

def _image_impl(ctx):
    _check_values(ctx)
    options, files = _layer_arguments(ctx)
    options = _base_arguments(ctx) + options
    inputs = [depset(files)]
    if ctx.attr.base:
        inputs.append(ctx.attr.base[VeneerBaseInfo].files)
    options.append("--skip-empty")
    if _are_for_each_other(ctx):
        options.append("--trust-layers")
    if ctx.attr.allow_replacing:
        options.append("--allow-replacing")
    config = _config_arguments(ctx)
    texts = [file for files in _text_files(ctx).values() for file in files]
    stamp = stamping(ctx, config + [ctx.attr.tag], texts)
    inputs.append(depset(texts + stamp.inputs))
    options += config
    all_inputs = depset(transitive = inputs)
    providers = write_layout(
        ctx,
        "image",
        options + stamp.options,
        all_inputs,
        mnemonic = "VeneerImage",
        progress_message = "Assembling image %s" % ctx.label,
    )
    return providers + [VeneerImageInfo(
        layout = providers[-1].layout,
        arguments = options,
        stamp_arguments = stamp.options,
        inputs = all_inputs,
    )]

veneer_image = rule(
    implementation = _image_impl,
    doc = """An image as an OCI image layout.

The layout is a directory that rules_oci's `oci_push` and `oci_load`, skopeo and crane read.""",
    attrs = dict(
        dict(LAYOUT_ATTRS, **STAMP_ATTRS),
        allow_replacing = attr.bool(
            doc = "Whether layers that were not made for the base may replace its links and " +
                  "files, and change the modes of its directories.",
        ),
        annotations = attr.string_dict(doc = "Annotations of the manifest."),
        annotations_file = attr.label(
            allow_single_file = True,
            doc = "A file with further annotations, `KEY=VALUE` in each line.",
        ),
        author = attr.string(doc = "The author of the image."),
        base = attr.label(
            doc = "The image to build on, a `veneer_base`; default: none.",
            providers = [VeneerBaseInfo],
        ),
        cmd = attr.string_list(
            doc = "Default arguments after the entrypoint. They are taken literally: " +
                  "`$(location)`, which names no file of the image, is refused.",
        ),
        created = attr.string(
            doc = "The time of creation, in RFC 3339 or seconds since 1970; default: 1970.",
        ),
        entrypoint = attr.string_list(
            doc = "The command that runs; default: the program of the layers.",
        ),
        env = attr.string_dict(
            doc = "Environment variables, added to the base's. Make variables (`$(NAME)`) are " +
                  "expanded first. Then `$$NAME` and `$${NAME}` are replaced by the value that " +
                  "the base or an earlier entry gives to that variable. Write a literal `$` as " +
                  "`$$$$`.",
        ),
        env_file = attr.label(
            allow_single_file = True,
            doc = "A file with further variables, `KEY=VALUE` in each line, before those of `env`.",
        ),
        exposed_ports = attr.string_list(doc = "Ports that the container listens on: `8080`, `53/udp`."),
        labels = attr.string_dict(doc = "Labels, added to the base's."),
        labels_file = attr.label(
            allow_single_file = True,
            doc = "A file with further labels, `KEY=VALUE` in each line.",
        ),
        layers = attr.label_list(
            doc = "Layers, bottom first.",
            providers = [VeneerLayersInfo],
        ),
        platform = attr.string(
            doc = "The image's platform, `OS/ARCHITECTURE[/VARIANT]`; default: the base's, or " +
                  "`linux/amd64` without a base. A base for another platform is an error.",
        ),
        stop_signal = attr.string(doc = "Signal that stops it."),
        tag = attr.string(doc = "The image's name in the layout; default: none."),
        tars = attr.label_list(
            allow_files = True,
            doc = "Further layers as tar files, plain or compressed, below `layers`.",
        ),
        user = attr.string(
            doc = "User and group that run it: `USER[:GROUP]`; default: those of the layers.",
        ),
        volumes = attr.string_list(doc = "Paths that are volumes."),
        workdir = attr.string(
            doc = "Working directory; default: the main repository in the program's runfiles.",
        ),
    ),
    toolchains = [TOOLCHAIN_TYPE],
)
