"""A stand-in for rules_runfiles_group 0.1, for tests.

It has the part of the interface that a packaging rule uses, and groups by the same rules. It does
not have the features that need more than one target: names shared by several entries, transforms by
hints, affinities.
"""

load(":providers.bzl", "RunfilesGroupInfo")

def _name_str(value):
    if type(value) in ("Label", "string"):
        return str(value)
    return str(value.name)

def _entry(name, content, rank = 0, weight = None):
    return struct(name = name, content = content, rank = rank, weight = weight)

def _files(entry):
    return entry.content if type(entry.content) == "depset" else entry.content.files

def _order(entry):
    return (entry.rank, 0 if type(entry.name) == "Label" else 1, str(entry.name))

def _weight(entry):
    return entry.weight or 0

def _total_weight(pair):
    return _weight(pair[0]) + _weight(pair[1])

def _resolved(groups, executable_group):
    return struct(
        groups = sorted(groups, key = _order),
        by_name = {group.name: group for group in groups},
        executable_group = executable_group,
    )

# buildifier: disable=unused-variable
def _resolve(ctx, source, *, aspect_hints):
    if RunfilesGroupInfo not in source:
        return None
    info = source[RunfilesGroupInfo]
    return _resolved(info.entries.to_list(), info.executable_group)

def _cheapest(groups):
    """Returns the two groups of one rank that are lightest together, the lighter one first."""
    best = []
    for rank in {group.rank: None for group in groups}:
        pair = sorted([group for group in groups if group.rank == rank], key = _weight)[:2]
        if len(pair) == 2 and (not best or _total_weight(pair) < _total_weight(best)):
            best = pair
    return best

# buildifier: disable=unused-variable
def _limit(ctx, resolved, *, max_groups):
    groups = resolved.groups
    executable_group = resolved.executable_group
    for _ in range(len(groups)):
        pair = _cheapest(groups)
        if len(groups) <= max_groups or not pair:
            break
        lighter, heavier = pair
        merged = _entry(
            name = heavier.name,
            content = depset(transitive = [_files(lighter), _files(heavier)]),
            rank = heavier.rank,
            weight = _weight(lighter) + _weight(heavier),
        )
        names = (lighter.name, heavier.name)
        groups = [group for group in groups if group.name not in names] + [merged]
        if executable_group == lighter.name:
            executable_group = heavier.name
    limited = _resolved(groups, executable_group)
    return struct(
        groups = limited.groups,
        by_name = limited.by_name,
        executable_group = executable_group,
        group_count = len(groups),
    )

lib = struct(
    entry = _entry,
    files = _files,
    limit = _limit,
    name_str = _name_str,
    resolve = _resolve,
)
