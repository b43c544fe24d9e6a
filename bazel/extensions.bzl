"""The module extension by which a MODULE.bazel names base images."""

load("//bazel:repositories.bzl", "veneer_base_repository")
load("//bazel/private:base_repository.bzl", "BASE_ATTRS", "ambiguous_base_repository")

_base = tag_class(
    attrs = dict(
        BASE_ATTRS,
        name = attr.string(
            doc = "The repository's name. `MODULE.NAME` is the same base: a module that others " +
                  "may depend on imports it by that name, which no other module can take " +
                  "(`use_repo(veneer, debian = \"my_module.debian\")`).",
            mandatory = True,
        ),
    ),
    doc = "Declares a `veneer_base_repository`.",
)

def _declare_base(name, base):
    veneer_base_repository(
        name = name,
        archive = base.archive,
        layout = base.layout,
        max_entries = base.max_entries,
        max_temporary = base.max_temporary,
        max_unpacked = base.max_unpacked,
        platform = base.platform,
        tag = base.tag,
    )

def _veneer_impl(ctx):
    declared = {}
    for module in ctx.modules:
        for base in module.tags.base:
            by_module = declared.setdefault(base.name, {})
            if module.name in by_module:
                fail("MODULE.bazel of '%s' has two veneer.base() with the name '%s'" % (module.name, base.name))
            by_module[module.name] = struct(base = base, is_root = module.is_root)
            if module.name:
                _declare_base("%s.%s" % (module.name, base.name), base)
    for name, by_module in declared.items():
        chosen = [one.base for one in by_module.values() if one.is_root or len(by_module) == 1]
        if chosen:
            _declare_base(name, chosen[0])
        else:
            ambiguous_base_repository(name = name, base = name, modules = by_module.keys())

    # Bazel 7.1 and later: what is declared follows from the tags alone, so the lockfile needs none of
    # it. The function `watch` is of the same version.
    return ctx.extension_metadata(reproducible = True) if hasattr(ctx, "watch") else None

veneer = module_extension(
    implementation = _veneer_impl,
    doc = "Declares repositories with base images. To use it: " +
          "`use_extension(\"@veneer//bazel:extensions.bzl\", \"veneer\")`.",
    tag_classes = {"base": _base},
)
