"""veneer_push: `bazel run` pushes an image to a registry."""

load(":checks.bzl", "check_repository_name", "check_tags")
load(":place.bzl", "quoted", "runfile_place")
load(":providers.bzl", "VeneerLayoutInfo")
load(":stamp.bzl", "STAMP_ATTRS", "status_files", "without_keys")

PUSH_TOOLCHAIN_TYPE = str(Label("//bazel:push_toolchain_type"))

# Bazel 4 has no optional toolchains.
_TOOLCHAINS = [
    config_common.toolchain_type(PUSH_TOOLCHAIN_TYPE, mandatory = False),
] if hasattr(config_common, "toolchain_type") else []

def _push_impl(ctx):
    check_repository_name(ctx, "repository", ctx.attr.repository)
    check_tags(ctx, "remote_tags", [without_keys(tag) for tag in ctx.attr.remote_tags])
    image = ctx.attr.image[VeneerLayoutInfo]
    toolchain = ctx.toolchains[PUSH_TOOLCHAIN_TYPE] if _TOOLCHAINS else None
    tool = toolchain.push_tool.files_to_run.executable if toolchain else None
    status = status_files(ctx)
    files = [image.layout, image.digest] + status + ctx.files.tags_file
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.expand_template(
        template = ctx.file._template,
        output = script,
        substitutions = {
            "@DIGEST@": runfile_place(ctx, image.digest),
            "@LAYOUT@": runfile_place(ctx, image.layout),
            "@REPOSITORY@": ctx.attr.repository,
            "@STATUS@": " ".join([quoted(runfile_place(ctx, file)) for file in status]),
            "@TAGS@": " ".join([quoted(tag) for tag in ctx.attr.remote_tags]),
            "@TAGS_FILE@": runfile_place(ctx, ctx.file.tags_file),
            "@TOOL@": runfile_place(ctx, tool),
        },
        is_executable = True,
    )
    runfiles = ctx.runfiles(files + ([tool] if tool else []))
    if toolchain:
        runfiles = runfiles.merge(toolchain.push_tool.runfiles)
    return [DefaultInfo(executable = script, files = depset([script]), runfiles = runfiles)]

veneer_push = rule(
    implementation = _push_impl,
    doc = """Pushes an image, or an index with all its images, when the target is run with `bazel run`.

skopeo or crane does it: that of a `veneer_push_toolchain`, else the first of them on the PATH, or
what `$VENEER_PUSH` names. The image keeps its digest. It is pushed by digest first and then gets its
tags. The reference with the digest is the only line on standard output. After `--`, `--repository
NAME` and `--tag TAG` replace the attributes; what follows a second `--` goes to the tool:
`bazel run //:push -- --tag v2 -- --dest-tls-verify=false`.""",
    attrs = dict(
        STAMP_ATTRS,
        image = attr.label(
            doc = "The `veneer_image` or `veneer_index`.",
            mandatory = True,
            providers = [VeneerLayoutInfo],
        ),
        remote_tags = attr.string_list(
            doc = "Tags that the image gets. A tag with `{KEY}` can be pushed only if the build is " +
                  "stamped.",
        ),
        repository = attr.string(
            doc = "Where the image goes: `registry.example/team/app`, without a tag.",
        ),
        tags_file = attr.label(
            allow_single_file = True,
            doc = "A file with further tags, one in each line.",
        ),
        _template = attr.label(
            allow_single_file = True,
            default = Label("//bazel/private:push.sh"),
            doc = "The script.",
        ),
    ),
    executable = True,
    toolchains = _TOOLCHAINS,
)
