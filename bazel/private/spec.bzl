"""Writes a veneer spec (docs/spec_format.md): the runfiles of a binary, as they are declared.

Bazel makes the text when the action runs, from the depsets of the runfiles. Analysis flattens
nothing.
"""

load(":contributions.bzl", "ContributionsInfo")
load(":grouping.bzl", "priority")
load(":providers.bzl", "VeneerSymlinksInfo")

# Declared symlinks keep a relative text since Bazel 6, and `File.is_symlink` tells them from files
# since Bazel 8. In between the aspect finds those of the targets that it reaches; of others veneer
# recognises a relative text when it reads it. Before Bazel 6 there are none.
_MAY_BE_SYMLINK = hasattr(config_common, "toolchain_type")

def _escape(text):
    if "\\" in text or "\t" in text or "\n" in text:
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return text

def _type(file):
    if getattr(file, "is_symlink", False):
        return "l"
    return "d" if file.is_directory else "f"

def _letter(file):
    is_unknown = _MAY_BE_SYMLINK and not hasattr(file, "is_symlink")
    if is_unknown and not file.is_source and not file.is_directory:
        return "u"
    return _type(file)

def _file(file):
    return "\t".join([_letter(file), _escape(file.short_path), _escape(file.path), str(file.owner)])

def _legacy_file(file):
    """Returns the line for the second path of a file under --legacy_external_runfiles."""
    if not file.short_path.startswith("../"):
        return []
    target = file.short_path
    path = "external/" + target[len("../"):]
    return "\t".join([
        "s",
        _escape(path),
        _type(file),
        _escape(file.path),
        _escape(target),
        str(file.owner),
    ])

def _entry(letter, entry):
    file = entry.target_file
    return "\t".join([
        letter,
        _escape(entry.path),
        _type(file),
        _escape(file.path),
        _escape(file.short_path),
        str(file.owner),
    ])

def _symlink(entry):
    return _entry("s", entry)

def _root_symlink(entry):
    return _entry("r", entry)

def _declared_link(file):
    return "k\t" + _escape(file.path)

def _known_symlink(symlink):
    return "\t".join(["t", _escape(symlink.path), _escape(symlink.text), ""])

def _empty_files(runfiles):
    # Bazel computes `empty_filenames` at each access, so it is read only when the spec is written.
    return ["e\t" + _escape(path) for path in runfiles.empty_filenames.to_list()]

def _input(file):
    return "i\t" + _escape(file.path)

def _module(file):
    return _file(file) if file.extension == "py" or file.is_directory else []

def _interpreter_part(file):
    """Returns the line for a file by which veneer finds an interpreter and its version."""
    is_part = file.basename == "os.py" or file.basename.startswith("python") or file.is_directory
    return _file(file) if is_part else []

def write_modules_spec(ctx, group, interpreter):
    """Declares the action that writes the spec of a group's Python modules, and of an interpreter.

    Args:
        ctx: The rule's context.
        group: One of the result of group_inputs().
        interpreter: depset of File.

    Returns:
        The File.
    """
    spec = ctx.actions.declare_file("%s/%s.modules-spec" % (ctx.label.name, group.name))
    lines = ctx.actions.args()
    lines.set_param_file_format("multiline")
    lines.add("V\t1")
    lines.add(_escape(ctx.workspace_name), format = "W\t%s")
    lines.add_all(interpreter, map_each = _interpreter_part, expand_directories = False)
    lines.add_all(group.files, map_each = _module, expand_directories = False)
    ctx.actions.write(spec, lines)
    return spec

def write_spec(ctx, binary, groups, legacy_external_runfiles):
    """Declares the action that writes a binary's spec.

    Args:
        ctx: The rule's context.
        binary: The target.
        groups: The result of group_inputs().
        legacy_external_runfiles: Whether files of other repositories are also below `external/`.

    Returns:
        The File.
    """
    spec = ctx.actions.declare_file(ctx.label.name + ".veneer-spec")
    runfiles = binary[DefaultInfo].default_runfiles
    executable = binary[DefaultInfo].files_to_run.executable
    mapping = getattr(binary[DefaultInfo].files_to_run, "repo_mapping_manifest", None)
    lines = ctx.actions.args()
    lines.set_param_file_format("multiline")
    lines.add("V\t1")
    lines.add(_escape(ctx.workspace_name), format = "W\t%s")

    # A file of no group goes into the app's layer, because only its action has all files as inputs.
    lines.add("G\tapp")
    if executable:
        lines.add("x\t%s\t%s" % (_escape(executable.short_path), _escape(executable.path)))
    if legacy_external_runfiles:
        lines.add_all(runfiles.files, map_each = _legacy_file, expand_directories = False)
    links = binary[ContributionsInfo].links
    lines.add_all(links, map_each = _declared_link, expand_directories = False)
    lines.add_all(runfiles.symlinks, map_each = _symlink)
    lines.add_all(runfiles.files, map_each = _file, expand_directories = False)
    if VeneerSymlinksInfo in binary:
        lines.add_all(binary[VeneerSymlinksInfo].symlinks, map_each = _known_symlink)
    lines.add_all(runfiles.root_symlinks, map_each = _root_symlink)
    lines.add_all([runfiles], map_each = _empty_files)
    if mapping:
        lines.add(_escape(mapping.path), format = "m\t%s")
    for group in priority(groups):
        lines.add(_escape(group.name), format = "G\t%s")
        lines.add_all(group.files, map_each = _input, expand_directories = False)
    ctx.actions.write(spec, lines)
    return spec
