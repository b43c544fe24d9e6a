"""Which layer each repository's files go into, decided during analysis."""

load(":contributions.bzl", "ContributionsInfo", "RuntimeInfo")
load(":names.bzl", "bucket_of", "glob_matches", "package_name")
load(":providers.bzl", "VeneerGroupsInfo")

INTERPRETER = "interpreter"
APP = "app"

def _is_of_package(pattern, package):
    """`//x/y` is one package of the main repository, `//x/...` all below x."""
    if pattern.endswith("/..."):
        top = pattern[2:-4]
        return package == top or package.startswith(top + "/")
    return pattern == "//..." or package == pattern[2:]

def _takes(pattern, contribution, name):
    if pattern.startswith("//"):
        return contribution.repository == "" and _is_of_package(pattern, contribution.package)
    if contribution.repository == "":
        return False
    folded = name.lower().replace("-", "_").replace(".", "_")
    return (glob_matches(pattern.lower().replace("-", "_").replace(".", "_"), folded) or
            glob_matches(pattern, contribution.repository))

def _layer_of(contribution, layer_groups, package_layers):
    """The layer's name, or None for the app's."""
    name = package_name(contribution.repository)
    for layer, patterns in layer_groups.items():
        for pattern in patterns:
            if _takes(pattern, contribution, name):
                return layer
    if contribution.is_interpreter:
        return INTERPRETER
    if contribution.repository == "":
        return None
    return _bucket(bucket_of(name, package_layers))

def _bucket(number):
    return "deps-%d" % number

def _stated_groups(targets):
    groups = []
    for target in targets:
        if target and VeneerGroupsInfo in target:
            groups += target[VeneerGroupsInfo].groups
    return groups

def group_inputs(binary, groups, interpreter, layer_groups, package_layers):
    """Sorts what a binary's dependencies bring into layers.

    Args:
        binary: The target, with both aspects.
        groups: Target with a VeneerGroupsInfo, or None.
        interpreter: list of targets whose files are the interpreter.
        layer_groups: dict from a layer's name to patterns of packages.
        package_layers: Number of layers for the packages that no pattern takes.

    Returns:
        A list of struct(name, files), bottom first; `files` is a depset of what may go into that layer. Of several
        layers that have a file, it belongs into the first in the order of priority(), which is another.
    """
    stated = {}
    for group in _stated_groups([binary, groups]):
        stated.setdefault(group.name, []).append(group.files)
    found = {INTERPRETER: [target[DefaultInfo].files for target in interpreter] + [binary[RuntimeInfo].files]}
    for contribution in binary[ContributionsInfo].contributions.to_list():
        layer = _layer_of(contribution, layer_groups, package_layers)
        if layer:
            found.setdefault(layer, []).append(contribution.files)
    order = [INTERPRETER] + [_bucket(i + 1) for i in range(package_layers)] + layer_groups.keys() + stated.keys()
    result = {}
    for name in order:
        if name != APP and (name in found or name in stated):
            result[name] = depset(transitive = stated.get(name, []) + found.get(name, []))
    return [
        struct(name = name, files = files, is_asked_for = name in stated or name in layer_groups)
        for name, files in result.items()
    ]

def priority(groups):
    """Groups in the order in which they get files: first what somebody asks for, then the interpreter, then buckets."""
    return [group for group in groups if group.is_asked_for] + [group for group in groups if not group.is_asked_for]
