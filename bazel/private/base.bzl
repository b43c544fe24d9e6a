"""veneer_base: an image to build on, from an OCI layout or an archive."""

load(":checks.bzl", "check_platform")
load(":limits.bzl", "LIMIT_ATTRS", "limit_arguments")
load(":providers.bzl", "VeneerBaseInfo", "VeneerImageInfo")

def _layout_root(files):
    """Returns a layout's directory: a directory artifact, or the directory of `oci-layout`."""
    if len(files) == 1 and files[0].is_directory:
        return files[0].path
    for file in files:
        if file.basename == "oci-layout":
            return file.dirname
    return None

def _base_impl(ctx):
    check_platform(ctx, "platform", ctx.attr.platform)
    if bool(ctx.files.layout) == bool(ctx.file.archive):
        fail("%s: expected either `layout` or `archive`" % ctx.label)
    if ctx.file.archive:
        reference = "%s:%s" % (ctx.attr.archive_format, ctx.file.archive.path)
        files = depset([ctx.file.archive])
    else:
        image = ctx.attr.layout[0] if len(ctx.attr.layout) == 1 else None
        if image and VeneerImageInfo in image:
            root = image[VeneerImageInfo].layout.path
        else:
            root = _layout_root(ctx.files.layout)
        if not root:
            fail("%s: `layout` has to be a directory that an action makes, or files with 'oci-layout' among them" % ctx.label)
        reference = "oci:" + root
        files = depset(ctx.files.layout)
    if ctx.attr.tag:
        reference += ":" + ctx.attr.tag
    arguments = ["--base=" + reference]
    if ctx.attr.platform:
        arguments.append("--platform=" + ctx.attr.platform)
    arguments += limit_arguments(ctx.attr)
    return [
        DefaultInfo(files = files),
        VeneerBaseInfo(arguments = arguments, files = files),
    ]

veneer_base = rule(
    implementation = _base_impl,
    doc = """An image to build on: a layout that an action makes, or a docker archive.

All its files are inputs of the actions that read it. For a layout or an OCI archive in the
workspace, `veneer_base_repository` is better: it takes only the blobs of one image.""",
    attrs = dict(
        LIMIT_ATTRS,
        archive = attr.label(
            allow_single_file = True,
            doc = "An archive that `skopeo copy` or `docker save` wrote.",
        ),
        archive_format = attr.string(
            default = "oci-archive",
            doc = "The archive's format, `oci-archive` or `docker-archive`.",
            values = ["docker-archive", "oci-archive"],
        ),
        layout = attr.label_list(
            allow_files = True,
            doc = "An OCI image layout: its files (`glob([\"base/**\"])`), a directory that an " +
                  "action makes, or a `veneer_image`.",
        ),
        platform = attr.string(
            doc = "The platform of the image to use, `OS/ARCHITECTURE[/VARIANT]`. " +
                  "Needed if there are several images.",
        ),
        tag = attr.string(
            doc = "The name, in the layout or archive, of the image to use. " +
                  "Needed if there are several images.",
        ),
    ),
)
