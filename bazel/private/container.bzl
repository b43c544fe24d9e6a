"""Commands that veneer_test runs in containers of an image."""

load(":load.bzl", "write_archive")
load(":place.bzl", "quoted", "runfile_place")
load(":providers.bzl", "VeneerImageInfo")

_NAME = "abcdefghijklmnopqrstuvwxyz0123456789"

# What an engine's client reads. Bazel clears a test's environment.
_INHERITED = [
    "CONTAINERS_CONF",
    "CONTAINER_HOST",
    "DOCKER_CERT_PATH",
    "DOCKER_CONFIG",
    "DOCKER_CONTEXT",
    "DOCKER_HOST",
    "DOCKER_TLS_VERIFY",
    "HOME",
    "VENEER_ENGINE",
    "XDG_RUNTIME_DIR",
]

# Bazel 6 and later. The function is deprecated; its successor's name is unknown to Bazel 4.
_CAN_INHERIT = hasattr(config_common, "toolchain_type") and hasattr(testing, "TestEnvironment")

CONTAINER_ATTRS = {
    "commands": attr.string_list(
        doc = "What to run in containers of the image: a list of `container_command`. It needs a " +
              "`veneer_image`, and docker or podman on the machine; without them the test fails.",
    ),
    "engine": attr.string(
        doc = "With `commands`: `docker` or `podman`, or a path; default: `docker` if it is " +
              "installed, else `podman`. If `$VENEER_ENGINE` is set, it overrides this attribute.",
    ),
    "run_options": attr.string_list(
        default = ["--network=none"],
        doc = "With `commands`: options of the engine's `run` for every container.",
    ),
    "_container": attr.label(
        allow_single_file = True,
        default = Label("//bazel/private:container.sh"),
        doc = "The functions of the script.",
    ),
}

def container_command(
        name,
        command = None,
        args = [],
        env = {},
        exit_code = 0,
        expected_output = [],
        excluded_output = [],
        expected_error = [],
        excluded_error = []):
    """A command that `veneer_test` runs in a container of the image, and what is expected of it.

    A pattern is a regular expression of `grep -E`. It is compared with each line.

    Args:
        name: What the test calls it in messages.
        command: The program to run; default: that of the image.
        args: Its arguments, in place of the image's `cmd`.
        env: Environment variables, added to those of the image.
        exit_code: The exit code that it ends with.
        expected_output: Patterns, each of which a line of its standard output matches.
        excluded_output: Patterns, none of which a line of its standard output matches.
        expected_error: The same as `expected_output` for its standard error.
        excluded_error: The same as `excluded_output` for its standard error.

    Returns:
        A text for the attribute `commands`.
    """
    return json.encode(struct(
        args = args,
        command = command,
        env = env,
        excluded_error = excluded_error,
        excluded_output = excluded_output,
        exit_code = exit_code,
        expected_error = expected_error,
        expected_output = expected_output,
        name = name,
    ))

def _image_name(label):
    """Returns a name for the image in the engine that no other test has."""
    text = ("%s-%s" % (label.package, label.name)).lower()
    letters = [text[i] if text[i] in _NAME else "-" for i in range(len(text))]
    number = hash(str(label))
    return "localhost/veneer-test/%s-%d:latest" % (
        "".join(letters).strip("-"),
        number if number >= 0 else -number,
    )

def _words(words):
    return " ".join([quoted(word) for word in words])

def _lines(command, run_options):
    """Returns the lines of the script for one command."""
    options = run_options + ["--env=%s=%s" % pair for pair in command.env]
    if command.command:
        options.append("--entrypoint=" + command.command)
    expected = [str(command.exit_code)]
    for stream, verb, patterns in [
        ("stdout", "has", command.expected_output),
        ("stdout", "lacks", command.excluded_output),
        ("stderr", "has", command.expected_error),
        ("stderr", "lacks", command.excluded_error),
    ]:
        for pattern in patterns:
            expected += [stream, verb, pattern]
    return [
        "run " + _words([command.name] + options + ["--"] + command.args),
        "expect " + _words(expected),
    ]

def _decoded(ctx, text):
    """Returns a container_command() as a struct; its `env` is a list of pairs."""
    fields = json.decode(text) if text.startswith("{") else {}
    if "expected_output" not in fields:
        fail("%s: `commands` has '%s': expected container_command(...) of @veneer//bazel:defs.bzl" % (ctx.label, text))
    return struct(**dict(fields, env = sorted(fields["env"].items())))

def container_commands(ctx):
    """Declares the archive for the engine.

    Args:
        ctx: The context of a rule that has CONTAINER_ATTRS, and the attributes of an image's script.

    Returns:
        A struct(lines, files, providers): lines of the script, its further runfiles, and further
        providers of the rule. All are empty if there are no commands.
    """
    if not ctx.attr.commands:
        return struct(files = [], lines = [], providers = [])
    if VeneerImageInfo not in ctx.attr.image:
        fail("%s: `commands` need a veneer_image; %s may have images for several platforms" % (ctx.label, ctx.attr.image.label))
    name = _image_name(ctx.label)
    archive = write_archive(ctx, ctx.attr.image[VeneerImageInfo], name, [])
    lines = [
        "source \"$(runfile %s)\"" % quoted(runfile_place(ctx, ctx.file._container)),
        "load_image %s \"$(runfile %s)\" %s" % (
            quoted(ctx.attr.engine),
            quoted(runfile_place(ctx, archive)),
            quoted(name),
        ),
    ]
    for text in ctx.attr.commands:
        lines += _lines(_decoded(ctx, text), ctx.attr.run_options)

    # The engine and what it keeps are outside of any sandbox.
    providers = [testing.ExecutionInfo({"no-remote-exec": "1", "no-sandbox": "1"})]
    if _CAN_INHERIT:
        providers.append(testing.TestEnvironment({}, _INHERITED))
    return struct(
        files = [archive, ctx.file._container],
        lines = lines + ["exit $((failed > 0))"],
        providers = providers,
    )
