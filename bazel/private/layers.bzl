"""veneer_layers: the layers of a binary with its runfiles."""

load(":checks.bzl", "check_no_location", "check_relative_path")
load(":contributions.bzl", "contributions_aspect", "runtime_aspect")
load(":grouping.bzl", "APP", "group_inputs", "unmatched_patterns", "with_own_layers")
load(":providers.bzl", "VeneerBaseInfo", "VeneerGroupsInfo", "VeneerLayersInfo")
load(":pyc.bzl", "add_pyc_options", "compile_groups")
load(":spec.bzl", "write_spec")
load(":tool.bzl", "TOOLCHAIN_TYPE", "TOOL_ATTRS", "arguments", "run_veneer")

_EXTENSIONS = {"estargz": "tar.gz", "gzip": "tar.gz", "none": "tar", "zstd": "tar.zst", "zstd:chunked": "tar.zst"}

# More layers than any image has. The rule decides how many layers there are; the planner only fills
# them.
_MAX_LAYERS = 127

def _all_inputs(binary):
    """Returns all files that a spec names.

    The symlinks are flattened: there are few of them, and their targets are known in no other way.
    """
    runfiles = binary[DefaultInfo].default_runfiles
    targets = [entry.target_file for entry in runfiles.symlinks.to_list()]
    targets += [entry.target_file for entry in runfiles.root_symlinks.to_list()]
    files_to_run = binary[DefaultInfo].files_to_run
    for single in (files_to_run.executable, getattr(files_to_run, "repo_mapping_manifest", None)):
        if single:
            targets.append(single)
    return depset(targets, transitive = [runfiles.files])

def _add_placing_options(args, attr):
    args.add(attr.prefix, format = "--prefix=%s")
    if attr.program_name:
        args.add(attr.program_name, format = "--name=%s")
    if attr.shared_root:
        args.add(attr.shared_root, format = "--shared-root=%s")
    args.add(attr.runfiles_layout, format = "--runfiles-layout=%s")
    args.add_all(attr.keep, format_each = "--keep=%s")
    capabilities = ["%s=%s" % item for item in sorted(attr.capabilities.items())]
    args.add_all(capabilities, format_each = "--capability=%s")
    modes = ["%s=%s" % item for item in sorted(attr.chmod.items())]
    args.add_all(modes, format_each = "--chmod=%s")
    if attr.chown:
        args.add(attr.chown, format = "--chown=%s")
    if attr.create_user:
        args.add(attr.create_user, format = "--create-user=%s")
    if attr.venv_link:
        args.add("--venv-link=on")
    args.add(str(attr.mtime), format = "--mtime=%s")
    if not attr.content_links:
        args.add("--content-links=off")

def _plan(ctx, spec, inputs, names, compiled):
    """Declares the action that writes the whole plan, and one file per layer.

    If a layer stays the same, its file does too, and the layer's action does not rerun.
    """
    whole = ctx.actions.declare_file(ctx.label.name + ".plan")
    parts = {
        name: ctx.actions.declare_file("%s/%s.plan" % (ctx.label.name, name))
        for name in names
    }
    args = arguments(ctx, "plan")
    args.add(spec, format = "--spec=%s")
    args.add(str(_MAX_LAYERS), format = "--max-layers=%s")
    _add_placing_options(args, ctx.attr)
    base = []
    if ctx.attr.base:
        args.add_all(ctx.attr.base[VeneerBaseInfo].arguments)
        base = [ctx.attr.base[VeneerBaseInfo].files]
    check = ctx.attr.check or ("error" if ctx.attr.base else "off")
    args.add(check, format = "--check=%s")
    if ctx.attr.entrypoint:
        args.add("--entrypoint=" + json.encode(ctx.attr.entrypoint))
    if ctx.attr.user:
        args.add(ctx.attr.user, format = "--user=%s")
    more = add_pyc_options(ctx, args)
    args.add_all(compiled, format_each = "--pyc-from=%s")
    args.add(whole, format = "--output=%s")
    for name, part in parts.items():
        args.add(part, format = "--layer-plan=" + name.replace("%", "%%") + "=%s")
    run_veneer(
        ctx,
        args,
        inputs = depset([spec] + compiled, transitive = [inputs] + base + more),
        outputs = [whole] + parts.values(),
        mnemonic = "VeneerPlan",
        progress_message = "Planning the layers of %s" % ctx.label,
    )
    return whole, parts

def _layer(ctx, name, plan, inputs):
    extension = _EXTENSIONS[ctx.attr.compression]
    blob = ctx.actions.declare_file("%s/%s.%s" % (ctx.label.name, name, extension))
    descriptor = ctx.actions.declare_file(blob.basename + ".json", sibling = blob)
    args = arguments(ctx, "layer")
    args.add("--quiet")
    args.add(plan, format = "--plan=%s")
    args.add("--allow-empty")
    args.add(ctx.attr.compression, format = "--compression=%s")
    if ctx.attr.level:
        args.add(str(ctx.attr.level), format = "--level=%s")
    prioritize = []
    if ctx.file.prioritize:
        prioritize = [ctx.file.prioritize]
        args.add(ctx.file.prioritize, format = "--prioritize=%s")
    args.add(blob, format = "--output=%s")
    args.add(descriptor, format = "--descriptor=%s")
    run_veneer(
        ctx,
        args,
        inputs = depset([plan] + prioritize, transitive = [inputs]),
        outputs = [blob, descriptor],
        mnemonic = "VeneerLayer",
        progress_message = "Writing layer %s of %s" % (name, ctx.label),
        # veneer maps the paths in the plan (docs/plan_format.md).
        maps_paths = True,
    )
    return struct(name = name, blob = blob, descriptor = descriptor)

def _program(ctx):
    """Returns the program's entrypoint and the absolute path of its working directory.

    Both are the same as in the plan.
    """
    executable = ctx.attr.binary[DefaultInfo].files_to_run.executable
    if not executable:
        return struct(entrypoint = ctx.attr.entrypoint, workdir = "")
    name = ctx.attr.program_name or executable.basename
    path = "/" + "/".join([part for part in [ctx.attr.prefix.strip("/"), name] if part])
    return struct(
        entrypoint = ctx.attr.entrypoint or [path],
        workdir = "%s.runfiles/%s" % (path, ctx.workspace_name),
    )

def declare_layers(ctx, runfiles_groups = None):
    """Declares the actions of a rule like veneer_layers.

    Args:
        ctx: The rule's context.
        runfiles_groups: As in group_inputs().

    Returns:
        The rule's providers.
    """
    check_relative_path(ctx, "program_name", ctx.attr.program_name)
    check_no_location(ctx, "entrypoint", ctx.attr.entrypoint)
    binary = ctx.attr.binary
    unmatched = unmatched_patterns(binary, ctx.attr.layer_groups, ctx.attr.own_layers)
    if unmatched:
        fail("\n".join(["%s: %s" % (ctx.label, message) for message in unmatched]))
    groups = group_inputs(
        binary,
        ctx.attr.groups,
        ctx.attr.interpreter,
        with_own_layers(ctx.attr.layer_groups, ctx.attr.own_layers),
        ctx.attr.package_layers,
        runfiles_groups,
    )
    spec = write_spec(ctx, binary, groups, ctx.attr.legacy_external_runfiles)
    everything = _all_inputs(binary)
    inputs = {group.name: group.files for group in groups}
    inputs[APP] = everything
    plan, parts = _plan(ctx, spec, everything, inputs.keys(), compile_groups(ctx, groups))
    layers = [_layer(ctx, name, parts[name], inputs[name]) for name in inputs]
    blobs = depset([layer.blob for layer in layers])
    program = _program(ctx)
    return [
        DefaultInfo(files = blobs),
        VeneerLayersInfo(
            base = ctx.attr.base[VeneerBaseInfo].arguments if ctx.attr.base else [],
            blobs = layers,
            entrypoint = program.entrypoint,
            user = ctx.attr.user,
            workdir = program.workdir,
        ),
        OutputGroupInfo(
            descriptors = depset([layer.descriptor for layer in layers]),
            plan = depset([plan]),
            spec = depset([spec]),
            tars = blobs,
        ),
    ]

_DOC = """Layers of a binary with its runfiles, each real file stored once.

One action makes the plan, and one action per layer writes that layer. The layers are, from the
bottom up: `interpreter`, `package_layers` layers of external repositories, the layers of
`layer_groups` and `groups`, and `app`. A layer's action reruns only when a file changes that may be
in that layer. The default outputs, and the output group `tars`, are the layers as `.tar.gz` or
`.tar.zst` files, which other rules for images take. The output group `plan` shows which file goes
into which layer; `spec` shows the input from which the plan was made."""

_ATTRS = {
    "base": attr.label(
        doc = "Image that the layers go onto, a `veneer_base`. Files below a link of the base " +
              "are placed where the link leads. Entries that the base already has are not " +
              "stored again. Without this attribute the layers fit any base that has none of " +
              "their paths.",
        providers = [VeneerBaseInfo],
    ),
    "capabilities": attr.string_dict(
        doc = "Capabilities of files: globs of paths in the image, and the capabilities of " +
              "the files that match, in the syntax of setcap(8): " +
              "`{\"app/server\": \"cap_net_bind_service+ep\"}`. If several globs match a file, " +
              "the first of them in alphabetical order counts. Runfiles have no other " +
              "extended attributes: those on disk are not read.",
    ),
    "check": attr.string(
        doc = "How to report faults that would break the image at run time: `error`, `warn` or " +
              "`off`. The default is `error` with a base. Without one it is `off`, because an " +
              "unknown base may bring the files that seem to be missing.",
        values = ["", "error", "off", "warn"],
    ),
    "chmod": attr.string_dict(
        doc = "Octal modes of files and directories that are added to the base: globs of paths " +
              "in the image, and the modes of what matches: `{\"app/data\": \"0700\"}`. If " +
              "several globs match a path, the first of them in alphabetical order counts.",
    ),
    "chown": attr.string(
        doc = "Owner of all that is added to the base: `USER[:GROUP]`, numbers, or names that " +
              "the base has. Default: root.",
    ),
    "compression": attr.string(
        default = "gzip",
        doc = "Compression of the layers: `gzip`, `zstd` or `none`; `estargz`, gzip with a table " +
              "of contents, so that engines can start the image before they have all of it; or " +
              "`zstd:chunked`, zstd with one, so that podman pulls only files that it lacks.",
        values = ["estargz", "gzip", "none", "zstd", "zstd:chunked"],
    ),
    "content_links": attr.bool(
        default = True,
        doc = "Whether files of a layer with equal content are stored once, as hardlinks.",
    ),
    "create_user": attr.string(
        doc = "A user to add, `NAME[:UID]` (default: 1000), with a group of the same name and " +
              "number and a home `/home/NAME`. `user = NAME` makes the image run as it.",
    ),
    "entrypoint": attr.string_list(
        doc = "The command that starts the program, for images and checks; default: the path " +
              "of the program in the image.",
    ),
    "groups": attr.label(
        doc = "A target with a `VeneerGroupsInfo`, which states which runfiles share a layer. " +
              "The provider of the binary itself is used as well.",
        providers = [VeneerGroupsInfo],
    ),
    "interpreter": attr.label_list(
        allow_files = True,
        doc = "Targets whose files go into the layer `interpreter`, in addition to those of the " +
              "binary's Python toolchain.",
    ),
    "keep": attr.string_list(
        doc = "With `runfiles_layout = \"venv\"`: globs of paths that stay where they are.",
    ),
    "layer_groups": attr.string_list_dict(
        doc = "Layers by name, each with a list of patterns. A pattern is a package's name " +
              "(`torch`, `nvidia-*`), a canonical repository name, or packages of the main " +
              "repository (`//models`, `//models/...`). The first match wins. A pattern that " +
              "matches no package is an error.",
    ),
    "legacy_external_runfiles": attr.bool(
        doc = "Whether files of external repositories are also at `<workspace>/external/...`, as " +
              "links, for programs that look there.",
    ),
    "level": attr.int(
        doc = "Compression level; 0 means the default: 6 for gzip, 3 for zstd.",
    ),
    "mtime": attr.int(
        doc = "Modification time of all entries, in seconds since 1970.",
    ),
    "own_layers": attr.string_list(
        doc = "Packages that get a layer each, usually the large ones: `[\"torch\", \"numpy\"]`. " +
              "The layer has the package's name; otherwise this is as `layer_groups`.",
    ),
    "package_layers": attr.int(
        default = 4,
        doc = "Number of layers for external repositories. A hash of the package's name chooses " +
              "the layer.",
    ),
    "prefix": attr.string(
        default = "/app",
        doc = "Directory of the program in the image.",
    ),
    "prioritize": attr.label(
        allow_single_file = True,
        doc = "With `compression = \"estargz\"`: a file that lists what a start needs, one path " +
              "in the image per line. Layers begin with these files. Default: those of Python's " +
              "start and of the program.",
    ),
    "program_name": attr.string(
        doc = "The program's name in the image; default: the name of its file.",
    ),
    "pyc": attr.string(
        doc = "Compiled Python files (`__pycache__`): `compile` has the interpreter among the " +
              "runfiles make them, so that the program starts sooner; `keep` keeps those that " +
              "fit their sources, whatever the sources' times are; `drop` leaves them out. " +
              "Default: the runfiles as they are.",
        values = ["", "compile", "drop", "keep"],
    ),
    "pyc_python": attr.label(
        allow_files = True,
        cfg = "exec",
        doc = "With `pyc = \"compile\"`: the Python that compiles, of the version that the " +
              "program runs with. It is needed where the runfiles have no interpreter, or one " +
              "for another machine.",
        executable = True,
    ),
    "runfiles_layout": attr.string(
        default = "faithful",
        doc = "`faithful` keeps every path; `venv` moves the files of wheels into the virtual " +
              "environment.",
        values = ["faithful", "venv"],
    ),
    "shared_root": attr.string(
        doc = "Directory for external repositories that is the same for all programs, so that " +
              "they share layers.",
    ),
    "user": attr.string(
        doc = "User and group that run the program, for images and checks: `USER[:GROUP]`; " +
              "default: the base's.",
    ),
    "venv_link": attr.bool(
        doc = "Whether `PREFIX/venv` is a link to the program's virtual environment.",
    ),
}

def make_veneer_layers(implementation, aspects = [], attrs = {}):
    """Makes a rule like veneer_layers.

    Args:
        implementation: The rule's implementation, which calls declare_layers().
        aspects: Further aspects of the binary.
        attrs: Further attributes.

    Returns:
        The rule.
    """
    return rule(
        implementation = implementation,
        doc = _DOC,
        attrs = dict(
            dict(_ATTRS, **TOOL_ATTRS),
            binary = attr.label(
                aspects = [contributions_aspect, runtime_aspect] + aspects,
                doc = "The program: any target with runfiles, above all a `py_binary`.",
                mandatory = True,
            ),
            **attrs
        ),
        toolchains = [TOOLCHAIN_TYPE],
    )

def _layers_impl(ctx):
    return declare_layers(ctx)

veneer_layers = make_veneer_layers(_layers_impl)
