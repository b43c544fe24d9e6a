"""A program that is a script with runfiles, as sh_binary makes it."""

def _shell_program_impl(ctx):
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = script, target_file = ctx.file.src, is_executable = True)
    return [DefaultInfo(executable = script, runfiles = ctx.runfiles([script] + ctx.files.data))]

shell_program = rule(
    implementation = _shell_program_impl,
    attrs = {
        "data": attr.label_list(allow_files = True),
        "src": attr.label(allow_single_file = True),
    },
    executable = True,
)
