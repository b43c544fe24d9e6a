"""A binary that states how its runfiles are grouped."""

load("@rules_runfiles_group//runfiles_group:lib.bzl", "lib")
load("@rules_runfiles_group//runfiles_group:providers.bzl", "RunfilesGroupInfo")
load("//:links.bzl", "WHEELS")

# The names of two groups become the same name of a file. One group has the name of veneer's top
# layer.
DATA = {
    "//first_party:module": "0|9|app",
    "a.txt": "-1000|1|test_rules#interpreter",
    "b.txt": "-100|1|",
    "c.txt": "-100|2|grouped#b.txt",
}
DATA_AND_WHEELS = dict(DATA, **{wheel: "0|0|" for wheel in WHEELS})

def _grouped_binary_impl(ctx):
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(launcher, "#!/bin/sh\n", is_executable = True)
    runfiles = ctx.runfiles([launcher], root_symlinks = {"beside/link": ctx.files.data[0]})
    entries = [lib.entry(name = ctx.label, content = runfiles)]
    for target, group in ctx.attr.data.items():
        rank, weight, name = group.split("|")
        files = target[DefaultInfo].files
        entries.append(lib.entry(
            name = name or target.label,
            content = files,
            rank = int(rank),
            weight = int(weight),
        ))
        runfiles = runfiles.merge(ctx.runfiles(transitive_files = files))
    providers = [DefaultInfo(executable = launcher, runfiles = runfiles)]
    if ctx.attr.is_grouped:
        providers.append(RunfilesGroupInfo(
            entries = depset(entries),
            executable_group = ctx.label,
        ))
    return providers

grouped_binary = rule(
    implementation = _grouped_binary_impl,
    attrs = {
        "data": attr.label_keyed_string_dict(
            allow_files = True,
            doc = "The group of each target, `RANK|WEIGHT|NAME`; default name: the target's label.",
        ),
        "is_grouped": attr.bool(default = True),
    },
    executable = True,
)
