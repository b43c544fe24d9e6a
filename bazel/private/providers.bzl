"""The providers by which the rules pass data to each other, and to and from other rules."""

VeneerLayersInfo = provider(
    doc = "Layers of an image, as `veneer_layers` makes them.",
    fields = {
        "base": "list of str: veneer's options that name the image that the layers were " +
                "planned on; empty if they were planned on none. A rule that does not know the " +
                "base omits this field; its layers are then compared with the image's base.",
        "blobs": "list of struct(name, blob, descriptor), bottom first: the layer's name, its " +
                 "blob, and the JSON file with its media type, digest, size and diff id.",
        "entrypoint": "list of str: the command that starts the program; empty if there is none.",
        "user": "str: the user and group that the layers were checked for; empty if none.",
        "workdir": "str: absolute path of the program's working directory; empty if there is none.",
    },
)

VeneerBaseInfo = provider(
    doc = "An image to build on.",
    fields = {
        "arguments": "list of str: veneer's options that name the image.",
        "files": "depset of File: the inputs of an action that reads the image.",
    },
)

VeneerLayoutInfo = provider(
    doc = "An image, or an index of images, as an OCI layout.",
    fields = {
        "digest": "File: the digest of the manifest or of the index, `sha256:...` and a line end.",
        "layout": "File: the OCI image layout, a directory.",
    },
)

VeneerImageInfo = provider(
    doc = "An image as an OCI layout, and the arguments to make it again in another form.",
    fields = {
        "layout": "File: the OCI image layout, a directory.",
        "arguments": "list of str: options of `veneer image`, without the output.",
        "stamp_arguments": "list of str: further options, which say what `{KEY}` in texts of the " +
                           "image is; empty if no text has one.",
        "inputs": "depset of File: the files that these arguments name.",
    },
)

VeneerGroupsInfo = provider(
    doc = "Layers for groups of runfiles, stated by a binary or by the target of the attribute " +
          "`groups` of `veneer_layers`. They take precedence over the grouping by repository.",
    fields = {
        "groups": "list of struct(name, files): a layer's name and a depset of File. Files that " +
                  "are not among the runfiles are ignored. A file that is in several groups goes " +
                  "to the first.",
    },
)

VeneerSymlinksInfo = provider(
    doc = "Symlinks that a binary's image has in addition to its runfiles. They are for rules " +
          "that cannot use `ctx.actions.declare_symlink`. Such a declared symlink keeps a " +
          "relative text only since Bazel 6, and can be distinguished from a file only since " +
          "Bazel 8.",
    fields = {
        "symlinks": "depset of struct(path, text): the path of the symlink and the path that it " +
                    "holds. `path` is a `short_path`: relative to the workspace, or " +
                    "`../repository/...`.",
    },
)
