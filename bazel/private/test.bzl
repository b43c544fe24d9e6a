"""veneer_test: an image is verified, and held to what is expected of it."""

load(":container.bzl", "CONTAINER_ATTRS", "container_commands")
load(":layout_script.bzl", "LAYOUT_SCRIPT_ATTRS", "layout_script")
load(":place.bzl", "quoted")
load(":tool.bzl", "TOOLCHAIN_TYPE", "TOOL_ATTRS")

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
    options = [quoted(option) for option in _options(ctx.attr)]
    containers = container_commands(ctx)
    script = layout_script(
        ctx,
        [
            'veneer verify "$image"',
            " ".join(['veneer inspect --no-store "$image"'] + options),
        ] + containers.lines,
        containers.files,
    )
    return [script] + containers.providers

veneer_test = rule(
    implementation = _test_impl,
    doc = """Tests an image: `veneer verify` finds no error in it, and it is as the attributes say.

The test reads the layout alone. Only `commands` start containers.""",
    attrs = dict(
        dict(dict(LAYOUT_SCRIPT_ATTRS, **CONTAINER_ATTRS), **TOOL_ATTRS),
        absent_files = attr.string_list(doc = "Paths at which the image has nothing."),
        entrypoint = attr.string_list(doc = "The command that the image runs."),
        files = attr.string_list(doc = "Paths that lead to something in the image; links are followed."),
        max_layers = attr.int(doc = "The most layers that it may have; 0: any number."),
        max_size = attr.string(doc = "The most bytes of all layers as they are stored: `200MB`."),
        max_waste = attr.string(
            doc = "The most bytes of files that are stored in vain, or their share: `10MB`, `5%`.",
        ),
        user = attr.string(doc = "The user, and group, that the image runs as."),
    ),
    test = True,
    toolchains = [TOOLCHAIN_TYPE],
)
