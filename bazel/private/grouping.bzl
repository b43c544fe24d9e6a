"""Assigns the files of each repository to a layer, during analysis."""

load(":contributions.bzl", "ContributionsInfo", "RuntimeInfo")
load(":names.bzl", "bucket_of", "glob_matches", "layer_names", "package_name")
load(":providers.bzl", "VeneerGroupsInfo")

INTERPRETER = "interpreter"
APP = "app"

def _is_of_package(pattern, package):
    """Whether a pattern matches: `//x/y` is one package, `//x/...` is x and all packages below."""
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

def _asked_layer(contribution, layer_groups):
    """Returns the first of the user's layers that takes the contribution, or None."""
    name = package_name(contribution.repository)
    for layer, patterns in layer_groups.items():
        for pattern in patterns:
            if _takes(pattern, contribution, name):
                return layer
    return None

def _repository_layer(contribution, package_layers):
    """Returns the layer of a contribution's repository, or None for the app's layer."""
    if contribution.is_interpreter:
        return INTERPRETER
    if contribution.repository == "" or package_layers == 0:
        return None
    return _bucket(bucket_of(package_name(contribution.repository), package_layers))

def _bucket(number):
    return "deps-%d" % number

def _stated_groups(targets):
    groups = []
    for target in targets:
        if target and VeneerGroupsInfo in target:
            groups += target[VeneerGroupsInfo].groups
    return groups

def _grouped(runfiles_groups, interpreter, taken):
    """Makes the layers of the groups that a binary's own rule states.

    Returns a dict from a layer's name to a list of depsets, bottom first.
    """
    found = {}
    if interpreter:
        found[INTERPRETER] = [target[DefaultInfo].files for target in interpreter]
    names = layer_names([group.name for group in runfiles_groups], [APP, INTERPRETER] + taken)
    for i in range(len(names)):
        found[names[i]] = [runfiles_groups[i].files]
    return found

def _by_repository(binary, interpreter, package_layers):
    """Makes the layers of a binary without such groups. All but the interpreter's begin empty."""
    own = [target[DefaultInfo].files for target in interpreter]
    found = {INTERPRETER: own + [binary[RuntimeInfo].files]}
    for number in range(1, package_layers + 1):
        found[_bucket(number)] = []
    return found

def group_inputs(binary, groups, interpreter, layer_groups, package_layers, runfiles_groups = None):
    """Assigns the files of a binary's dependencies to layers.

    Args:
        binary: The target, with both aspects.
        groups: Target with a VeneerGroupsInfo, or None.
        interpreter: list of targets whose files are the interpreter.
        layer_groups: dict from a layer's name to patterns of packages.
        package_layers: Number of layers for the packages that no pattern takes.
        runfiles_groups: list of struct(name, files), bottom first, that replace the layers by
            repository; None: there are no such groups.

    Returns:
        A list of struct(name, files, is_asked_for), bottom first. `files` is a depset of the files
        that may go into that layer. A file that is in several layers goes into the first of them in
        the order of priority(), which differs from the order of this list.
    """
    stated = {}
    for group in _stated_groups([binary, groups]):
        stated.setdefault(group.name, []).append(group.files)
    asked = layer_groups.keys() + stated.keys()
    if runfiles_groups == None:
        found = _by_repository(binary, interpreter, package_layers)
    else:
        found = _grouped(runfiles_groups, interpreter, asked)
    for name in asked:
        found.setdefault(name, [])
    for contribution in binary[ContributionsInfo].contributions.to_list():
        layer = _asked_layer(contribution, layer_groups)
        if not layer and runfiles_groups == None:
            layer = _repository_layer(contribution, package_layers)
        if layer:
            found[layer].append(contribution.files)
    return [
        struct(
            name = name,
            files = depset(transitive = stated.get(name, []) + files),
            is_asked_for = name in asked,
        )
        for name, files in found.items()
        if name != APP and (files or name in stated)
    ]

def with_own_layers(layer_groups, packages):
    """Adds to the groups one for each pattern, named after the pattern.

    Args:
        layer_groups: dict from a layer's name to patterns of packages.
        packages: list of patterns.

    Returns:
        A dict like layer_groups.
    """
    groups = {name: list(patterns) for name, patterns in layer_groups.items()}
    for package in packages:
        name = package.replace("*", "").strip("-_.")
        if not name:
            fail("`own_layers`: '%s' gives no name for the layer; use `layer_groups`, where you name the layer" % package)
        groups.setdefault(name, []).append(package)
    return groups

# The most names that a message lists.
_MOST_NAMES = 20

def _folded(name):
    return name.lower().replace("-", "").replace("_", "").replace(".", "").replace("*", "")

def _nearest(pattern, names):
    """Lists the names that begin like the pattern or contain it, else all, up to a bound."""
    wanted = _folded(pattern)
    near = [name for name in names if len(wanted) > 2 and (_folded(name)[:3] == wanted[:3] or wanted in _folded(name))]
    if near:
        return "the nearest are: " + ", ".join(near[:_MOST_NAMES])
    more = ", and %d more" % (len(names) - _MOST_NAMES) if len(names) > _MOST_NAMES else ""
    return "the packages are: " + (", ".join(names[:_MOST_NAMES]) or "none") + more

def unmatched_patterns(binary, layer_groups, own_layers):
    """Makes a message for each pattern that matches no package of the binary.

    Args:
        binary: The target, with both aspects.
        layer_groups: As in group_inputs().
        own_layers: list of patterns.

    Returns:
        A list of messages, each with the nearest names.
    """
    patterns = [("`own_layers`: '%s'" % pattern, pattern) for pattern in own_layers]
    for layer, of_layer in layer_groups.items():
        patterns += [("`layer_groups`: '%s' of the layer '%s'" % (pattern, layer), pattern) for pattern in of_layer]
    if not patterns:
        return []
    found = {}
    for contribution in binary[ContributionsInfo].contributions.to_list():
        package = contribution.repository == "" and contribution.package
        found.setdefault((contribution.repository, package), contribution)
    packages = sorted({
        package_name(repository): None
        for repository, _ in found
        if repository != ""
    })
    own = sorted(["//" + package for repository, package in found if repository == ""])
    messages = []
    for place, pattern in patterns:
        if not [True for each in found.values() if _takes(pattern, each, package_name(each.repository))]:
            names = own if pattern.startswith("//") else packages
            messages.append("%s matches no package of %s; %s" % (place, binary.label, _nearest(pattern, names)))
    return messages

def priority(groups):
    """Returns the groups in the order in which they get files.

    The groups that the user or the binary's rule asks for come first, then the interpreter, then
    the buckets.

    Args:
        groups: The result of group_inputs().

    Returns:
        A list of the same groups.
    """
    asked_for = [group for group in groups if group.is_asked_for]
    return asked_for + [group for group in groups if not group.is_asked_for]
