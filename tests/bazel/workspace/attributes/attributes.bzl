"""Rules of targets on which the attributes of veneer's rules are tested."""

load("@veneer//bazel:defs.bzl", "VeneerGroupsInfo")

def _twins_impl(ctx):
    twins = [ctx.actions.declare_file("%s_%d" % (ctx.label.name, number)) for number in (1, 2)]
    for twin in twins:
        ctx.actions.write(twin, "twin\n" * 1000)
    return [DefaultInfo(files = depset(twins))]

twins = rule(
    implementation = _twins_impl,
    doc = "Two files that are equal and large enough for a hardlink.",
)

def _stated_groups_impl(ctx):
    return [VeneerGroupsInfo(groups = [
        struct(name = name, files = target[DefaultInfo].files)
        for target, name in ctx.attr.groups.items()
    ])]

stated_groups = rule(
    implementation = _stated_groups_impl,
    attrs = {
        "groups": attr.label_keyed_string_dict(allow_files = True),
    },
)
