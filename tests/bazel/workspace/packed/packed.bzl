"""A rule that makes an archive with the tar program of a toolchain, like tar.bzl."""

_TYPE = "//packed:type"

def _tar_toolchain_impl(ctx):
    return [platform_common.ToolchainInfo(
        binary = ctx.executable.binary,
        files = depset(ctx.files.binary),
    )]

tar_toolchain = rule(
    implementation = _tar_toolchain_impl,
    attrs = {
        "binary": attr.label(
            allow_files = True,
            cfg = "exec",
            executable = True,
        ),
    },
)

def _packed_impl(ctx):
    tar = ctx.toolchains[_TYPE]
    archive = ctx.actions.declare_file(ctx.label.name + ".tar")
    mtree = ctx.actions.declare_file(ctx.label.name + ".mtree")
    ctx.actions.write(mtree, "".join([
        "%s type=file mode=0644 content=%s\n" % (file.short_path, file.path)
        for file in ctx.files.srcs
    ]))
    ctx.actions.run(
        executable = tar.binary,
        arguments = ["--create", "--file", archive.path, "@" + mtree.path],
        inputs = ctx.files.srcs + [mtree],
        outputs = [archive],
        tools = tar.files,
        mnemonic = "Tar",
    )
    return [DefaultInfo(files = depset([archive]))]

packed = rule(
    implementation = _packed_impl,
    attrs = {"srcs": attr.label_list(allow_files = True)},
    toolchains = [_TYPE],
)
