"""A binary with runfiles like those of rules_python.

Their shape is that of bootstrap_impl=script and venvs_site_packages=yes.
"""

load("@veneer//bazel:defs.bzl", "VeneerSymlinksInfo")

# Whether a declared symlink keeps a relative text: Bazel 6 and later.
_CAN_DECLARE = hasattr(config_common, "toolchain_type")

_PYTHON = "@bazel_tools//tools/python:toolchain_type"

def _runfiles_path(ctx, short_path):
    if short_path.startswith("../"):
        return short_path[len("../"):]
    return "%s/%s" % (ctx.workspace_name, short_path)

def _relative(link, target):
    """Returns the text of a link at one runfiles path that leads to another."""
    start = link.split("/")[:-1]
    end = target.split("/")
    for part in list(start):
        if not end or part != end[0] or start[0] != part:
            break
        start.pop(0)
        end.pop(0)
    return "/".join([".."] * len(start) + end)

def _own_path(ctx, path):
    """Returns the runfiles path of an output of this target, in any repository."""
    repository = ctx.label.workspace_name or ctx.workspace_name
    return "/".join([part for part in [repository, ctx.label.package, path] if part])

def _short_path(ctx, runfiles_path):
    repository, _, rest = runfiles_path.partition("/")
    return rest if repository == ctx.workspace_name else "../" + runfiles_path

def _write(ctx, path, content = None, template = None, substitutions = {}, is_executable = False):
    file = ctx.actions.declare_file(path)
    if template:
        ctx.actions.expand_template(
            template = template,
            output = file,
            substitutions = substitutions,
            is_executable = is_executable,
        )
    else:
        ctx.actions.write(file, content)
    return file

def _declare(ctx, path, text):
    """Makes a symlink among a target's outputs.

    Returns:
        The File, and what stands for it where Bazel cannot make it; one of them is None.
    """
    if not _CAN_DECLARE:
        return None, struct(path = _short_path(ctx, _own_path(ctx, path)), text = text)
    link = ctx.actions.declare_symlink(path)
    ctx.actions.symlink(output = link, target_path = text)
    return link, None

def _venv_files(ctx, venv, site):
    return [
        _write(ctx, "%s/pyvenv.cfg" % venv, ""),
        _write(ctx, "%s/bazel.pth" % site, "import _bazel_site_init\n"),
        _write(ctx, "%s/_bazel_site_init.py" % site, template = ctx.file._site_init),
        _write(ctx, "%s.build_data.txt" % ctx.label.name, "TARGET %s\n" % ctx.label),
    ]

def _bootstrap(ctx, venv):
    stage2 = "_%s_stage2_bootstrap.py" % ctx.label.name
    launcher = _write(
        ctx,
        ctx.label.name,
        template = ctx.file._stage1,
        is_executable = True,
        substitutions = {
            "@STAGE2@": _own_path(ctx, stage2),
            "@VENV@": _own_path(ctx, venv),
        },
    )
    main = {"@MAIN@": _runfiles_path(ctx, ctx.file.main.short_path)}
    return launcher, _write(ctx, stage2, template = ctx.file._stage2, substitutions = main)

def _venv_binary_impl(ctx):
    runtime = ctx.toolchains[_PYTHON].py3_runtime
    venv = "_%s.venv" % ctx.label.name
    site = "%s/lib/python%s/site-packages" % (venv, ctx.attr.python_version)
    launcher, stage2 = _bootstrap(ctx, venv)
    files = [launcher, stage2, ctx.file.main] + _venv_files(ctx, venv, site)
    wheel_files = {
        _runfiles_path(ctx, file.short_path): file
        for dependency in ctx.attr.deps
        for file in dependency[DefaultInfo].default_runfiles.files.to_list()
    }
    links = {venv + "/bin/python3": _runfiles_path(ctx, runtime.interpreter.short_path)}
    root_symlinks = {}
    for link in ctx.attr.links:
        path, target, kind = link.split("|")
        path = "%s/%s" % (site, path)
        if kind == "file":
            root_symlinks[_own_path(ctx, path)] = wheel_files[target]
        else:
            links[path] = target
    declared = [
        _declare(ctx, path, _relative(_own_path(ctx, path), target))
        for path, target in links.items()
    ]
    runfiles = ctx.runfiles(
        files = files + ctx.files.data + [link for link, _ in declared if link],
        root_symlinks = root_symlinks,
        transitive_files = depset([runtime.interpreter], transitive = [runtime.files]),
    )
    for dependency in ctx.attr.deps + ctx.attr.data:
        runfiles = runfiles.merge(dependency[DefaultInfo].default_runfiles)
    return [
        DefaultInfo(executable = launcher, runfiles = runfiles),
        VeneerSymlinksInfo(symlinks = depset([stated for _, stated in declared if stated])),
    ]

venv_binary = rule(
    implementation = _venv_binary_impl,
    attrs = {
        "data": attr.label_list(allow_files = True),
        "deps": attr.label_list(),
        "links": attr.string_list(
            doc = "Links in site-packages to files of the wheels: " +
                  "`PATH|RUNFILES PATH|file` or `PATH|RUNFILES PATH|text`.",
        ),
        "main": attr.label(allow_single_file = True, mandatory = True),
        "python_version": attr.string(default = "3.11"),
        "_site_init": attr.label(
            allow_single_file = True,
            default = Label("//templates:site_init.py"),
        ),
        "_stage1": attr.label(allow_single_file = True, default = Label("//templates:stage1.sh")),
        "_stage2": attr.label(allow_single_file = True, default = Label("//templates:stage2.py")),
    },
    executable = True,
    toolchains = [_PYTHON],
)

def _odd_impl(ctx):
    tree = ctx.actions.declare_directory(ctx.label.name + ".tree")
    ctx.actions.run_shell(
        outputs = [tree],
        command = """mkdir -p "$1" && cd "$1" && mkdir -p real/deep empty/inner &&
echo one >real/one && echo two >real/deep/two && ln -s one real/link && ln -s real/deep linked""",
        arguments = [tree.path],
    )
    runfiles = ctx.runfiles(
        files = [tree],
        root_symlinks = {"beside/root.txt": ctx.file.src},
        symlinks = {"odd/linked.txt": ctx.file.src},
    )
    return [DefaultInfo(runfiles = runfiles.merge(ctx.runfiles([ctx.file.unseen])))]

odd_runfiles = rule(
    implementation = _odd_impl,
    attrs = {
        "src": attr.label(allow_single_file = True),
        "unseen": attr.label(
            allow_single_file = True,
            doc = "A file named by an attribute that no other rule has.",
        ),
    },
)
