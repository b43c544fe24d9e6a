"""Finds which repository contributes which files: two aspects that walk a binary's dependencies.

A layer's action should rerun only when one of the layer's own files changes, so its inputs must not
be all runfiles. The runfiles are one depset that does not tell repositories apart, and sorting its
files would flatten it. Instead each target contributes its own files: its outputs, and the source
files of its repository that its attributes name. The contributions need not be complete. A file
that no target contributes goes into the app's layer, whose action has all runfiles as inputs.
"""

load(":names.bzl", "repository_of")

ContributionsInfo = provider(
    doc = "The files that targets contribute to the runfiles of a binary.",
    fields = {
        "contributions": "depset of struct(repository, package, is_interpreter, files)",
        "links": "depset of File: symlinks that are declared as such and do not say so themselves",
    },
)

RuntimeInfo = provider(
    doc = "The interpreter of the binary's Python toolchain.",
    fields = {"files": "depset of File"},
)

# Attributes that name a target's runtime dependencies in the rules of Python, C++, Java, shell and
# others.
_ATTRIBUTES = [
    "actual",
    "binary",
    "data",
    "deps",
    "embed",
    "exports",
    "interpreter",
    "files",
    "implementation_deps",
    "lib",
    "main",
    "py_runtime",
    "pyi_deps",
    "runtime",
    "runtime_deps",
    "src",
    "srcs",
]

def _targets(attribute):
    kind = type(attribute)
    if kind == "Target":
        return [attribute]
    if kind == "list":
        return [item for item in attribute if type(item) == "Target"]
    if kind == "dict":
        return [item for item in attribute.keys() if type(item) == "Target"]
    return []

# Bazel 6 and later. Before, Bazel makes the text of a declared symlink absolute.
_HAS_DECLARED_LINKS = hasattr(config_common, "toolchain_type")

def _declared_links(target):
    """Returns a target's outputs of `declare_symlink` that have no `is_symlink` (before Bazel 8).

    On disk a link with an absolute text may as well be a file that a sandbox or an action of
    `ctx.actions.symlink` has linked. What tells them apart is the action that makes the output.
    """
    if not _HAS_DECLARED_LINKS:
        return []
    return [
        output
        for action in getattr(target, "actions", [])
        if action.mnemonic == "UnresolvedSymlink"
        for output in action.outputs.to_list()
        if not hasattr(output, "is_symlink")
    ]

def _contributions_impl(target, ctx):
    repository = repository_of(target.label)
    transitive = []
    links = []
    files = [target[DefaultInfo].files]
    for name in _ATTRIBUTES:
        for dependency in _targets(getattr(ctx.rule.attr, name, None)):
            if ContributionsInfo in dependency:
                transitive.append(dependency[ContributionsInfo].contributions)
                links.append(dependency[ContributionsInfo].links)
            elif repository_of(dependency.label) == repository:
                files.append(dependency[DefaultInfo].files)
    own = struct(
        repository = repository,
        package = target.label.package,
        is_interpreter = ctx.rule.kind == "py_runtime",
        files = depset(transitive = files),
    )
    return [ContributionsInfo(
        contributions = depset([own], transitive = transitive),
        links = depset(_declared_links(target), transitive = links),
    )]

contributions_aspect = aspect(
    implementation = _contributions_impl,
    doc = "Collects the files that each runtime dependency contributes to a binary's runfiles.",
    attr_aspects = _ATTRIBUTES,
)

_PYTHON = "@bazel_tools//tools/python:toolchain_type"

# A toolchain can be optional in Bazel 6 and later. Earlier versions have one for every platform.
_CAN_BE_OPTIONAL = hasattr(config_common, "toolchain_type")
_PYTHON_TOOLCHAIN = (
    config_common.toolchain_type(_PYTHON, mandatory = False) if _CAN_BE_OPTIONAL else _PYTHON
)

def _runtime_impl(_target, ctx):
    toolchain = ctx.toolchains[_PYTHON]
    runtime = getattr(toolchain, "py3_runtime", None) if toolchain else None
    files = []
    if runtime and runtime.interpreter:
        files = [depset([runtime.interpreter]), runtime.files or depset()]
    return [RuntimeInfo(files = depset(transitive = files))]

runtime_aspect = aspect(
    implementation = _runtime_impl,
    doc = "Finds the interpreter of a binary, in the binary's own configuration.",
    attr_aspects = [],
    toolchains = [_PYTHON_TOOLCHAIN],
)
