"""veneer_base_repository: a repository with one image of an OCI layout or archive.

It holds the blobs of that image only.
"""

load(":image_choice.bzl", "blob_path", "choose_manifest", "read_json")
load(":limits.bzl", "LIMIT_ATTRS")

_BUILD = """load({defs}, "veneer_base")

veneer_base(
    name = "base",
    layout = {files},
    max_entries = {max_entries},
    max_temporary = {max_temporary},
    max_unpacked = {max_unpacked},
    platform = {platform},
    visibility = ["//visibility:public"],
)
"""

# The layout's directory in the repository.
_LAYOUT = "layout"

def _sibling(label, name):
    """Returns the label of the file `name` in the directory of the file `label`."""
    path = "/".join(label.name.split("/")[:-1] + [name])
    if hasattr(label, "same_package_label"):
        return label.same_package_label(path)
    return label.relative(":" + path)

def _open_layout(ctx):
    """Returns the user's layout, or the layout unpacked from the user's archive.

    Bazel fetches the repository again when a file changes whose label was passed to `ctx.path()`.
    """
    if ctx.attr.archive:
        ctx.extract(ctx.attr.archive, output = _LAYOUT)
        layout = struct(
            ctx = ctx,
            root = ctx.path(_LAYOUT),
            name = "%s: '%s'" % (ctx.name, ctx.attr.archive),
        )
        if not layout.root.get_child("index.json").exists:
            fail("%s has no file 'index.json'; use veneer_base for an archive of `docker save`" % layout.name)
        return layout
    index = _sibling(ctx.attr.layout, "index.json")
    return struct(ctx = ctx, root = ctx.path(index).dirname, name = "%s: '%s'" % (ctx.name, index))

def _remove_others(layout, blobs):
    """Deletes the unpacked files that the image does not need."""
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

    # The keys are a set: layers may be equal.
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
        max_entries = ctx.attr.max_entries,
        max_temporary = repr(ctx.attr.max_temporary),
        max_unpacked = repr(ctx.attr.max_unpacked),
        platform = repr(ctx.attr.platform),
    ), executable = False)

BASE_ATTRS = dict(
    LIMIT_ATTRS,
    archive = attr.label(
        allow_single_file = True,
        doc = "An OCI archive: a tar of a layout, for example from " +
              "`skopeo copy docker://... oci-archive:base.tar`.",
    ),
    layout = attr.label(
        allow_single_file = True,
        doc = "An OCI image layout, named by its file `oci-layout` or `index.json`, " +
              "for example `//:base/index.json`.",
    ),
    platform = attr.string(
        doc = "The platform of the image to use, `OS/ARCHITECTURE[/VARIANT]`. " +
              "Needed if there are several images.",
    ),
    tag = attr.string(
        doc = "The name, in the layout or archive, of the image to use. " +
              "Needed if there are several images.",
    ),
)

veneer_base_repository = repository_rule(
    implementation = _base_repository_impl,
    doc = """A repository with an image to build on, `@NAME//:base`.

It holds the manifest, config and layers of one image and no other blob. So the images for other
platforms in the same layout are not inputs of actions. The image is chosen when the repository is
fetched, by the rules of `veneer`'s `--base`, and again when the layout's `index.json` or the
archive changes. The blobs of a layout are linked; an archive is unpacked.""",
    attrs = BASE_ATTRS,
)

def _ambiguous_base_repository_impl(ctx):
    fail("several modules declare a base '{name}'; import one as `use_repo(veneer, {name} = \"{module}.{name}\")`; they are: {modules}".format(
        module = ctx.attr.modules[0],
        modules = ", ".join(ctx.attr.modules),
        name = ctx.attr.base,
    ))

ambiguous_base_repository = repository_rule(
    implementation = _ambiguous_base_repository_impl,
    doc = "Stands for bases with one name in several modules, none of them the root module. It " +
          "fails only when something in it is asked for.",
    attrs = {
        "base": attr.string(doc = "The bases' name."),
        "modules": attr.string_list(doc = "The modules that declare it."),
    },
)
