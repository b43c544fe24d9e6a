"""veneer_base_repository: one image of an OCI layout or archive as a repository, with no blob that it does not need."""

load(":image_choice.bzl", "blob_path", "choose_manifest", "read_json")

_BUILD = """load({defs}, "veneer_base")

veneer_base(
    name = "base",
    layout = {files},
    platform = {platform},
    visibility = ["//visibility:public"],
)
"""

# Where the layout is in the repository.
_LAYOUT = "layout"

def _sibling(label, name):
    """The label of the file of that name in the directory of another."""
    path = "/".join(label.name.split("/")[:-1] + [name])
    if hasattr(label, "same_package_label"):
        return label.same_package_label(path)
    return label.relative(":" + path)

def _open_layout(ctx):
    """The user's layout, or an archive's files. To ask for the path of a label is to fetch again when its file changes."""
    if ctx.attr.archive:
        ctx.extract(ctx.attr.archive, output = _LAYOUT)
        layout = struct(ctx = ctx, root = ctx.path(_LAYOUT), name = "%s: '%s'" % (ctx.name, ctx.attr.archive))
        if not layout.root.get_child("index.json").exists:
            fail("%s has no file 'index.json'; use veneer_base for an archive of `docker save`" % layout.name)
        return layout
    index = _sibling(ctx.attr.layout, "index.json")
    return struct(ctx = ctx, root = ctx.path(index).dirname, name = "%s: '%s'" % (ctx.name, index))

def _remove_others(layout, blobs):
    """What was unpacked and is not needed."""
    for path in layout.root.readdir():
        if path.basename not in ("blobs", "index.json", "oci-layout"):
            layout.ctx.delete(path)
    for algorithm in layout.root.get_child("blobs").readdir():
        for blob in algorithm.readdir():
            if "blobs/%s/%s" % (algorithm.basename, blob.basename) not in blobs:
                layout.ctx.delete(blob)

def _base_repository_impl(ctx):
    if bool(ctx.attr.layout) == bool(ctx.attr.archive):
        fail("%s: expected either `layout` or `archive`" % ctx.name)
    layout = _open_layout(ctx)
    chosen = choose_manifest(layout, ctx.attr.tag, ctx.attr.platform)
    descriptor = {key: chosen[key] for key in ("mediaType", "digest", "size")}
    manifest_path = blob_path(layout, descriptor["digest"])
    manifest = read_json(layout, manifest_path, "config", "layers")

    # As keys: layers may be equal.
    blobs = {manifest_path: None}
    for part in [manifest["config"]] + manifest["layers"]:
        blobs[blob_path(layout, part["digest"])] = None
    if ctx.attr.archive:
        _remove_others(layout, blobs)
    else:
        for path in ["oci-layout"] + blobs.keys():
            ctx.symlink("%s/%s" % (layout.root, path), "%s/%s" % (_LAYOUT, path))
    ctx.file(
        _LAYOUT + "/index.json",
        json.encode({"manifests": [descriptor], "schemaVersion": 2}) + "\n",
        executable = False,
    )
    files = ["%s/%s" % (_LAYOUT, path) for path in ["index.json", "oci-layout"] + sorted(blobs)]
    ctx.file("BUILD.bazel", _BUILD.format(
        defs = repr(str(Label("//bazel:defs.bzl"))),
        files = repr(files),
        platform = repr(ctx.attr.platform),
    ), executable = False)

BASE_ATTRS = {
    "archive": attr.label(
        allow_single_file = True,
        doc = "An OCI archive, a tar of a layout: `skopeo copy docker://... oci-archive:base.tar`.",
    ),
    "layout": attr.label(
        allow_single_file = True,
        doc = "An OCI image layout, by its file `oci-layout` or `index.json`: `//:base/index.json`.",
    ),
    "platform": attr.string(
        doc = "Which image, `OS/ARCHITECTURE[/VARIANT]`; default: the only one.",
    ),
    "tag": attr.string(
        doc = "Which image, by its name in the layout or archive; default: the only one.",
    ),
}

veneer_base_repository = repository_rule(
    implementation = _base_repository_impl,
    doc = """A repository with an image to build on, `@NAME//:base`.

It holds one image's manifest, config and layers and no other blob. So only these are inputs of actions, even if the layout has
images for many platforms. The image is chosen when the repository is fetched, by the rules of `veneer`'s `--base`, and again when the
layout's `index.json` or the archive changes. A layout's blobs are linked, an archive is unpacked.""",
    attrs = BASE_ATTRS,
)
