"""veneer_load: `bazel run` loads an image into a container engine."""

load(":checks.bzl", "check_docker_name")
load(":layout_script.bzl", "LAYOUT_SCRIPT_ATTRS", "layout_script")
load(":place.bzl", "quoted", "runfile_place")
load(":providers.bzl", "VeneerImageInfo")
load(":stamp.bzl", "STAMP_ATTRS", "stamping", "without_keys")
load(":tool.bzl", "TOOLCHAIN_TYPE", "TOOL_ATTRS", "arguments", "run_veneer")

def write_archive(ctx, image, tag, stamp_options, stamp_inputs = []):
    """Declares the action that writes an image as an archive for engines.

    Args:
        ctx: The context of a rule with TOOL_ATTRS.
        image: The VeneerImageInfo.
        tag: The image's name in the engine.
        stamp_options: Options that say what `{KEY}` in the name is, if the image's own do not.
        stamp_inputs: list of File: what these options name.

    Returns:
        The File.
    """
    archive = ctx.actions.declare_file(ctx.label.name + ".archive.tar")
    args = arguments(ctx, "image")
    args.add("--quiet")
    args.add_all(image.arguments)

    # The texts of the image are those that its layout has.
    args.add_all(image.stamp_arguments or stamp_options)
    args.add("--output=docker-archive:%s:%s" % (archive.path, tag))
    run_veneer(
        ctx,
        args,
        inputs = depset(stamp_inputs, transitive = [image.inputs]),
        outputs = [archive],
        mnemonic = "VeneerArchive",
        progress_message = "Writing the archive of %s" % ctx.label,
    )
    return archive

# The engine is one that veneer knows, or a program.
_COMMANDS = [
    'case "$engine" in',
    '  "" | docker | podman | containerd | /*) ;;',
    '  *) engine=$(command -v "$engine") || { echo "$0: error: there is no engine" >&2; exit 1; } ;;',
    "esac",
    "if [[ -n $engine ]]; then set -- --to \"$engine\" \"$@\"; fi",
]

def _stamp_words(ctx, stamp):
    if not stamp.inputs:
        return stamp.options
    return ['"--stamp=$(runfile %s)"' % quoted(runfile_place(ctx, file)) for file in stamp.inputs]

def _load_impl(ctx):
    check_docker_name(ctx, "tag", without_keys(ctx.attr.tag))
    stamp = stamping(ctx, [ctx.attr.tag])
    words = _stamp_words(ctx, stamp) + ["--tag=" + quoted(ctx.attr.tag)]
    commands = ["engine=${VENEER_ENGINE:-%s}" % ctx.attr.engine] + _COMMANDS + [
        'veneer load "$image" %s "$@"' % " ".join(words),
    ]
    providers = [layout_script(ctx, commands, stamp.inputs)]
    if VeneerImageInfo in ctx.attr.image:
        image = ctx.attr.image[VeneerImageInfo]
        archive = write_archive(ctx, image, ctx.attr.tag, stamp.options, stamp.inputs)
        providers.append(OutputGroupInfo(archive = depset([archive])))
    return providers

veneer_load = rule(
    implementation = _load_impl,
    doc = """Loads an image into a container engine when the target is run with `bazel run`.

`veneer load` does it, which sends only the layers that the engine lacks (docs/load.md). Arguments
after `--` are options of `veneer load`. Of an index, the engine gets the image for its platform.

The output group `archive` holds the image as a file for other engines: one tar that is both an OCI
layout and a docker archive.""",
    attrs = dict(
        dict(TOOL_ATTRS, **STAMP_ATTRS),
        engine = attr.string(
            doc = "`docker`, `podman` or `containerd`; or a program that takes the whole image as " +
                  "`PROGRAM load` does. Default: the first of the three that there is. If " +
                  "`$VENEER_ENGINE` is set when the target runs, it overrides this attribute.",
        ),
        tag = attr.string(
            doc = "The image's name in the engine: `app:latest`.",
            mandatory = True,
        ),
        **LAYOUT_SCRIPT_ATTRS
    ),
    executable = True,
    toolchains = [TOOLCHAIN_TYPE],
)
