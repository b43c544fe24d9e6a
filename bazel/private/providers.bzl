"""What the rules hand to each other, and what other rules may hand to them."""

VeneerLayersInfo = provider(
    doc = "Layers of an image, as `veneer_layers` makes them.",
    fields = {
        "base": "list of str: veneer's options that name the image that the layers were planned on; empty if there was none. " +
                "A rule that does not know them leaves the field out; its layers are then compared with the base.",
        "blobs": "list of struct(name, blob, descriptor), bottom first: the layer's name, its blob, and the JSON file " +
                 "that says its media type, digest, size and diff id.",
        "entrypoint": "list of str: the command that starts the program; empty if there is none.",
        "user": "str: the user and group that the layers were checked for; empty if they were for none.",
        "workdir": "str: absolute path of the directory to start it in; empty if there is none.",
    },
)

VeneerBaseInfo = provider(
    doc = "An image to build on.",
    fields = {
        "arguments": "list of str: veneer's options that name it.",
        "files": "depset of File: the files that veneer reads for it.",
    },
)

VeneerImageInfo = provider(
    doc = "An image as an OCI layout, and what makes it again in another form.",
    fields = {
        "layout": "File: the OCI image layout, a directory.",
        "arguments": "list of str: options of `veneer image` except `--output`.",
        "inputs": "depset of File: the files that these arguments name.",
    },
)

VeneerGroupsInfo = provider(
    doc = "How a binary, or the target that `veneer_layers.groups` names, wants runfiles to be grouped into layers. " +
          "It comes before the grouping by repository.",
    fields = {
        "groups": "list of struct(name, files): a layer's name and a depset of File. Files that are not among the " +
                  "runfiles are ignored; if several groups have a file, the first of them gets it.",
    },
)

VeneerSymlinksInfo = provider(
    doc = "Symlinks that a binary's image has beside its runfiles, with texts that its rule knows. For rules that " +
          "cannot use `ctx.actions.declare_symlink`: its symlinks keep relative texts since Bazel 6 and differ from files for a rule since Bazel 8.",
    fields = {
        "symlinks": "depset of struct(path, text): the path is a `short_path`, relative to the workspace or `../repository/...`.",
    },
)
