"""The module extension by which a MODULE.bazel names base images."""

load("//bazel:repositories.bzl", "veneer_base_repository")
load("//bazel/private:base_repository.bzl", "BASE_ATTRS")

_base = tag_class(
    attrs = dict(
        BASE_ATTRS,
        name = attr.string(doc = "The repository's name.", mandatory = True),
    ),
    doc = "Declares a `veneer_base_repository`.",
)

def _veneer_impl(ctx):
    for module in ctx.modules:
        for base in module.tags.base:
            veneer_base_repository(
                name = base.name,
                archive = base.archive,
                layout = base.layout,
                max_entries = base.max_entries,
                max_temporary = base.max_temporary,
                max_unpacked = base.max_unpacked,
                platform = base.platform,
                tag = base.tag,
            )

veneer = module_extension(
    implementation = _veneer_impl,
    doc = "Declares repositories with base images. To use it: " +
          "`use_extension(\"@veneer//bazel:extensions.bzl\", \"veneer\")`.",
    tag_classes = {"base": _base},
)
