"""Outputs that are links on disk: those that are declared as symlinks, and files."""

def _declared_links_impl(ctx):
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(launcher, "#!/bin/sh\n", is_executable = True)
    links = []
    for name, text in {
        "absolute": "/usr/bin/python3",
        "dangling": "/nowhere/at/all",
        "deep/relative": "../../modules/x",
        # Where a file's own link could lead as well.
        "to_input": "/proc/self/cwd/" + ctx.file.src.path,
    }.items():
        link = ctx.actions.declare_symlink(name)
        ctx.actions.symlink(output = link, target_path = text)
        links.append(link)
    generated = ctx.actions.declare_file("generated.txt")
    ctx.actions.write(generated, "generated\n")
    tree = ctx.actions.declare_directory("tree")
    ctx.actions.run_shell(outputs = [tree], command = "echo in a tree >$1/file", arguments = [tree.path])
    copies = []
    for target in (ctx.file.src, generated):
        copy = ctx.actions.declare_file("copy_of_" + target.basename)
        ctx.actions.symlink(output = copy, target_file = target)
        copies.append(copy)
    runfiles = ctx.runfiles(
        [generated, launcher, tree] + copies + links,
        root_symlinks = {"beside/root": links[0]},
        symlinks = {"beside/own": links[2]},
    )
    return [DefaultInfo(executable = launcher, runfiles = runfiles)]

declared_links = rule(
    implementation = _declared_links_impl,
    attrs = {"src": attr.label(allow_single_file = True)},
    executable = True,
)
