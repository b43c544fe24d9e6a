"""The module extension for base images, and for programs of the toolchain."""

load("//bazel:repositories.bzl", "veneer_base_repository", "veneer_toolchain_repository")
load("//bazel/private:base_repository.bzl", "BASE_ATTRS", "ambiguous_base_repository")
load("//bazel/private:prebuilt.bzl", "DOWNLOAD_ATTRS", "download_fault", "toolchains_repository")

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

_toolchain = tag_class(
    attrs = dict(
        DOWNLOAD_ATTRS,
        binary = attr.label(
            doc = "The program, instead of `urls`: a file of a repository, or a target that " +
                  "builds it.",
        ),
    ),
    doc = """Registers a veneer for the machines of one platform, so that Bazel builds none for them.

The root module decides. If it has no tag for a platform, that of the nearest module that depends on
veneer counts.""",
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

def _declare_bases(modules):
    declared = {}
    for module in modules:
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

def _toolchain_fault(toolchain):
    if not toolchain.binary:
        return download_fault(toolchain.urls, toolchain.sha256)
    if toolchain.urls or toolchain.sha256:
        return "expected either `binary` or `urls`"
    return None

def _declare_toolchains(modules):
    chosen = {}

    # The root module comes first, then those that it depends on, then theirs.
    for module in modules:
        of_module = {}
        for toolchain in module.tags.toolchain:
            place = "MODULE.bazel of '%s': veneer.toolchain() for '%s'" % (module.name, toolchain.platform)
            fault = _toolchain_fault(toolchain)
            if fault:
                fail("%s: %s" % (place, fault))
            if toolchain.platform in of_module:
                fail("%s is there twice" % place)
            of_module[toolchain.platform] = toolchain
        for platform, toolchain in of_module.items():
            chosen.setdefault(platform, toolchain)
    binaries = {}
    for platform, toolchain in chosen.items():
        name = "veneer_" + platform.replace("/", "_")
        if toolchain.binary:
            binaries[platform] = str(toolchain.binary)
            continue
        binaries[platform] = "@%s//:program" % name
        veneer_toolchain_repository(
            name = name,
            platform = platform,
            sha256 = toolchain.sha256,
            urls = toolchain.urls,
        )
    toolchains_repository(name = "veneer_toolchains", binaries = binaries)

def _veneer_impl(ctx):
    _declare_bases(ctx.modules)
    _declare_toolchains(ctx.modules)

    # Bazel 7.1 and later: what is declared follows from the tags alone, so the lockfile needs none of
    # it. The function `watch` is of the same version.
    return ctx.extension_metadata(reproducible = True) if hasattr(ctx, "watch") else None

veneer = module_extension(
    implementation = _veneer_impl,
    doc = "Declares repositories with base images, and registers programs for the toolchain. To " +
          "use it: `use_extension(\"@veneer//bazel:extensions.bzl\", \"veneer\")`.",
    tag_classes = {
        "base": _base,
        "toolchain": _toolchain,
    },
)
