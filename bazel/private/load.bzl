"""veneer_load: `bazel run` loads an image into a container engine."""

load(":providers.bzl", "VeneerImageInfo")
load(":tool.bzl", "TOOLCHAIN_TYPE", "TOOL_ATTRS", "arguments", "run_veneer")

def _load_impl(ctx):
    image = ctx.attr.image[VeneerImageInfo]
    archive = ctx.actions.declare_file(ctx.label.name + ".archive.tar")
    args = arguments(ctx, "image")
    args.add("--quiet")
    args.add_all(image.arguments)
    args.add("--output=docker-archive:%s:%s" % (archive.path, ctx.attr.tag))
    run_veneer(
        ctx,
        args,
        inputs = image.inputs,
        outputs = [archive],
        mnemonic = "VeneerArchive",
        progress_message = "Writing the archive of %s" % ctx.label,
    )
    script = ctx.actions.declare_file(ctx.label.name)
    short_path = archive.short_path
    place = short_path[len("../"):] if short_path.startswith("../") else "%s/%s" % (ctx.workspace_name, short_path)
    ctx.actions.expand_template(
        template = ctx.file._template,
        output = script,
        substitutions = {"@ARCHIVE@": place, "@ENGINE@": ctx.attr.engine},
        is_executable = True,
    )
    return [
        DefaultInfo(executable = script, files = depset([script]), runfiles = ctx.runfiles([archive])),
        OutputGroupInfo(archive = depset([archive])),
    ]

veneer_load = rule(
    implementation = _load_impl,
    doc = """`bazel run` of this target loads an image into Docker or podman. The output group `archive` is what it loads: one tar
that is an OCI layout and a docker archive, which every engine reads.""",
    attrs = dict(
        TOOL_ATTRS,
        engine = attr.string(
            doc = "`docker` or `podman`, or a path; default: `docker` if it is installed, else `podman`. If the environment variable `VENEER_ENGINE` is set at run time, it takes the place of this attribute.",
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
