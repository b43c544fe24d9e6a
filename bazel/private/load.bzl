"""veneer_load: `bazel run` loads an image into a container engine."""

load(":checks.bzl", "check_docker_name")
load(":place.bzl", "runfile_place")
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

def _load_impl(ctx):
    check_docker_name(ctx, "tag", without_keys(ctx.attr.tag))
    stamp = stamping(ctx, [ctx.attr.tag])
    image = ctx.attr.image[VeneerImageInfo]
    archive = write_archive(ctx, image, ctx.attr.tag, stamp.options, stamp.inputs)
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.expand_template(
        template = ctx.file._template,
        output = script,
        substitutions = {"@ARCHIVE@": runfile_place(ctx, archive), "@ENGINE@": ctx.attr.engine},
        is_executable = True,
    )
    return [
        DefaultInfo(
            executable = script,
            files = depset([script]),
            runfiles = ctx.runfiles([archive]),
        ),
        OutputGroupInfo(archive = depset([archive])),
    ]

veneer_load = rule(
    implementation = _load_impl,
    doc = """Loads an image into Docker or podman when the target is run with `bazel run`.

The output group `archive` holds the file that is loaded: one tar that is both an OCI layout and a
docker archive, so that every engine reads it.""",
    attrs = dict(
        dict(TOOL_ATTRS, **STAMP_ATTRS),
        engine = attr.string(
            doc = "`docker` or `podman`, or a path; default: `docker` if it is installed, else " +
                  "`podman`. If `$VENEER_ENGINE` is set when the target runs, it overrides this " +
                  "attribute.",
        ),
        image = attr.label(
            doc = "The `veneer_image`.",
            mandatory = True,
            providers = [VeneerImageInfo],
        ),
        tag = attr.string(
            doc = "The image's name in the engine: `app:latest`.",
            mandatory = True,
        ),
        _template = attr.label(
            allow_single_file = True,
            default = Label("//bazel/private:load.sh"),
            doc = "The script.",
        ),
    ),
    executable = True,
    toolchains = [TOOLCHAIN_TYPE],
)
