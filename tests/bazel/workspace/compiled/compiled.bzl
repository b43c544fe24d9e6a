"""Programs in Go, Rust, Java and JavaScript, made by what the machine has for these languages."""

# Options make programs that need no library. Arguments: source, program, workspace.
_COMMANDS = {
    "go": """export CGO_ENABLED=0 GO111MODULE=off GOCACHE="$PWD/$2.cache"
go build -ldflags "-X main.workspace=$3" -o "$2" "$1" && rm -r "$GOCACHE"
""",
    "rs": """WORKSPACE=$3 rustc -C target-feature=+crt-static -o "$2" "$1"
""",
}

def _compiled_program_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.run_shell(
        outputs = [program],
        inputs = [ctx.file.src],
        command = _COMMANDS[ctx.file.src.extension],
        arguments = [ctx.file.src.path, program.path, ctx.workspace_name],
        use_default_shell_env = True,
    )
    return [DefaultInfo(executable = program, runfiles = ctx.runfiles([program] + ctx.files.data))]

compiled_program = rule(
    implementation = _compiled_program_impl,
    doc = "A program without libraries, as go_binary and rust_binary make it.",
    attrs = {
        "data": attr.label_list(allow_files = True),
        "src": attr.label(allow_single_file = True),
    },
    executable = True,
)

# What makes a folder from the source: Node.js and its libraries, from which the loader among them
# starts it on any base; a small Java with the class. And what then starts the program.
_RUNTIMES = {
    "java": struct(
        make = """jlink --add-modules java.base --strip-debug --output "$1/java" &&
javac -d "$1" "$2" && chmod -R u+w "$1"
""",
        start = "\"$runtime/java/bin/java\" -cp \"$runtime\" Program",
    ),
    "js": struct(
        make = """cp "$(command -v node)" "$2" "$1" &&
ldd "$1/node" | grep -o '/[^ ]*' | sort -u | xargs cp -L -t "$1"
""",
        start = "\"$runtime\"/ld-linux-*.so.* --library-path \"$runtime\" \"$runtime/node\" \"$runtime/program.js\"",
    ),
}
_LAUNCHER = """#!/bin/bash
export RUNFILES=$0.runfiles/@WORKSPACE@
runtime=$RUNFILES/@RUNTIME@
exec @START@ "$@"
"""

def _interpreted_program_impl(ctx):
    kind = _RUNTIMES[ctx.file.src.extension]
    launcher = ctx.actions.declare_file(ctx.label.name)
    runtime = ctx.actions.declare_directory(ctx.label.name + "_runtime")
    ctx.actions.run_shell(
        outputs = [runtime],
        inputs = [ctx.file.src],
        command = "mkdir -p \"$1\" && " + kind.make,
        arguments = [runtime.path, ctx.file.src.path],
        use_default_shell_env = True,
    )
    text = _LAUNCHER
    for word, value in {
        "@RUNTIME@": runtime.short_path,
        "@START@": kind.start,
        "@WORKSPACE@": ctx.workspace_name,
    }.items():
        text = text.replace(word, value)
    ctx.actions.write(launcher, text, is_executable = True)
    files = [launcher, runtime] + ctx.files.data
    return [DefaultInfo(executable = launcher, runfiles = ctx.runfiles(files))]

interpreted_program = rule(
    implementation = _interpreted_program_impl,
    doc = "A program with its runtime among the runfiles, as java_binary and js_binary make it.",
    attrs = {
        "data": attr.label_list(allow_files = True),
        "src": attr.label(allow_single_file = True),
    },
    executable = True,
)
