"""Writes a veneer spec (docs/spec_format.md): the runfiles of a binary, as they are declared.

Bazel makes the text when the action runs, from the depsets that the runfiles are: nothing is flattened in analysis.
"""

load(":grouping.bzl", "priority")
load(":providers.bzl", "VeneerSymlinksInfo")

# Bazel 6 is the first whose declared symlinks keep a relative text, 8 the first that tells them from files. In between
# a symlink among the outputs is recognised when it is read; before, there are none.
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
    if _MAY_BE_SYMLINK and not hasattr(file, "is_symlink") and not file.is_source and not file.is_directory:
        return "u"
    return _type(file)

def _file(file):
    return "\t".join([_letter(file), _escape(file.short_path), _escape(file.path), str(file.owner)])

def _legacy_file(file):
    """The second path that --legacy_external_runfiles gives to a file of an external repository."""
    if not file.short_path.startswith("../"):
        return []
    target = file.short_path
    path = "external/" + target[len("../"):]
    return "\t".join(["s", _escape(path), _type(file), _escape(file.path), _escape(target), str(file.owner)])

def _entry(letter, entry):
    file = entry.target_file
    fields = [letter, _escape(entry.path), _type(file), _escape(file.path), _escape(file.short_path), str(file.owner)]
    return "\t".join(fields)

def _symlink(entry):
    return _entry("s", entry)

def _root_symlink(entry):
    return _entry("r", entry)

def _known_symlink(symlink):
    return "\t".join(["t", _escape(symlink.path), _escape(symlink.text), ""])

def _empty_files(runfiles):
    # Bazel works these out each time it is asked: so only when the spec is written.
    return ["e\t" + _escape(path) for path in runfiles.empty_filenames.to_list()]

def _input(file):
    return "i\t" + _escape(file.path)

def write_spec(ctx, binary, groups, legacy_external_runfiles):
    """Declares the action that writes a binary's spec.

    Args:
        ctx: The rule's context.
        binary: The target.
        groups: What group_inputs() returned.
        legacy_external_runfiles: Whether files of other repositories are below `external/`, too.

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

    # Whatever no group claims has to be in the one layer whose action sees all files.
    lines.add("G\tapp")
    if executable:
        lines.add("x\t%s\t%s" % (_escape(executable.short_path), _escape(executable.path)))
    if legacy_external_runfiles:
        lines.add_all(runfiles.files, map_each = _legacy_file, expand_directories = False)
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
