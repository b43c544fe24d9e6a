"""veneer_test: an image is verified, and held to what is expected of it."""

load(":place.bzl", "quoted", "runfile_place")
load(":providers.bzl", "VeneerLayoutInfo")
load(":tool.bzl", "TOOLCHAIN_TYPE")

def _options(attr):
    options = ["--expect-file=" + path for path in attr.files]
    options += ["--forbid-file=" + path for path in attr.absent_files]
    if attr.entrypoint:
        options.append("--expect-entrypoint=" + json.encode(attr.entrypoint))
    for option, value in {
        "--expect-user": attr.user,
        "--max-layers": str(attr.max_layers) if attr.max_layers else "",
        "--max-size": attr.max_size,
        "--max-waste": attr.max_waste,
    }.items():
        if value:
            options.append("%s=%s" % (option, value))
    return options

def _test_impl(ctx):
    layout = ctx.attr.image[VeneerLayoutInfo].layout
    tool = ctx.toolchains[TOOLCHAIN_TYPE].veneer
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.expand_template(
        template = ctx.file._template,
        output = script,
        substitutions = {
            "@EXPECTED@": " ".join([quoted(option) for option in _options(ctx.attr)]),
            "@LAYOUT@": runfile_place(ctx, layout),
            "@VENEER@": runfile_place(ctx, tool.files_to_run.executable),
        },
        is_executable = True,
    )
    runfiles = ctx.runfiles([layout, tool.files_to_run.executable]).merge(tool.runfiles)
    return [DefaultInfo(executable = script, runfiles = runfiles)]

veneer_test = rule(
    implementation = _test_impl,
    doc = """Tests an image: `veneer verify` finds no error in it, and it is as the attributes say.

The test reads the layout alone, and starts no container.""",
    attrs = {
        "absent_files": attr.string_list(doc = "Paths at which the image has nothing."),
        "entrypoint": attr.string_list(doc = "The command that the image runs."),
        "files": attr.string_list(doc = "Paths that lead to something in the image; links are followed."),
        "image": attr.label(
            doc = "The `veneer_image`.",
            mandatory = True,
            providers = [VeneerLayoutInfo],
        ),
        "max_layers": attr.int(doc = "The most layers that it may have; 0: any number."),
        "max_size": attr.string(doc = "The most bytes of all layers as they are stored: `200MB`."),
        "max_waste": attr.string(
            doc = "The most bytes of files that are stored in vain, or their share: `10MB`, `5%`.",
        ),
        "user": attr.string(doc = "The user, and group, that the image runs as."),
        "_template": attr.label(
            allow_single_file = True,
            default = Label("//bazel/private:test.sh"),
            doc = "The script.",
        ),
    },
    test = True,
    toolchains = [TOOLCHAIN_TYPE],
)
