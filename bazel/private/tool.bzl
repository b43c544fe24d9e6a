"""Declares actions that run the veneer of the toolchain."""

load(":flags.bzl", "FlagInfo", "is_on")

TOOLCHAIN_TYPE = str(Label("//bazel:toolchain_type"))

# Execution requirements of a persistent worker. Bazel ignores those that are newer than itself. One
# worker serves actions of all mnemonics, so that an image's action finds the results of the layers'
# actions.
_WORKER = {
    "supports-multiplex-sandboxing": "1",
    "supports-multiplex-workers": "1",
    "supports-worker-cancellation": "1",
    "supports-workers": "1",
    "worker-key-mnemonic": "Veneer",
}

# The toolchain that an action's program comes from. Bazel 4 has no such argument.
_FROM_TOOLCHAIN = {
    "toolchain": Label("//bazel:toolchain_type"),
} if hasattr(config_common, "toolchain_type") else {}

TOOL_ATTRS = {
    "_sandbox": attr.label(
        default = Label("//bazel:sandbox"),
        doc = "The flag `@veneer//bazel:sandbox`.",
        providers = [FlagInfo],
    ),
    "_worker": attr.label(
        default = Label("//bazel:worker"),
        doc = "The flag `@veneer//bazel:worker`.",
        providers = [FlagInfo],
    ),
}

def arguments(ctx, command):
    """Begins the arguments of a sub-command, which are passed in a file, as workers need it.

    Args:
        ctx: The rule's context.
        command: The sub-command.

    Returns:
        The Args, to which the caller adds.
    """
    args = ctx.actions.args()
    args.set_param_file_format("multiline")
    args.use_param_file("@%s", use_always = True)
    args.add(command)
    return args

def pairs(option, values):
    """Turns a dict into values of a repeatable option.

    Each pair is written as JSON, and so on one line: in a file of arguments a line is one argument.

    Args:
        option: The option, for example `--label`.
        values: dict from str to str.

    Returns:
        A list of arguments.
    """
    return ["%s=%s" % (option, json.encode([key, value])) for key, value in values.items()]

# An action opens nothing but what its inputs name: the spec and the plans name exec paths of
# inputs, and all other files are arguments. A sandbox of 30,000 links would take 25 seconds for an
# action of 0.4.
_NO_SANDBOX = {"no-sandbox": "1"}

# With --experimental_output_paths=strip Bazel shows all outputs to an action below bazel-out/cfg,
# so that actions of several configurations may be one in a cache. It changes arguments that are
# Files, and stages the inputs in a sandbox; outside of one it runs the action with paths that are
# not there. The paths in a file that `ctx.actions.write` makes, such as the spec, stay as they are.
_PATH_MAPPING = {"supports-path-mapping": "1"}

def _requirements(ctx, more, maps_paths):
    requirements = dict(more)
    if is_on(ctx.attr._worker):
        requirements.update(_WORKER)
    if not is_on(ctx.attr._sandbox):
        requirements.update(_NO_SANDBOX)
    elif maps_paths:
        requirements.update(_PATH_MAPPING)
    return requirements

def run_veneer(
        ctx,
        args,
        inputs,
        outputs,
        mnemonic,
        progress_message,
        requirements = {},
        maps_paths = False):
    """Declares an action of veneer.

    Args:
        ctx: The rule's context.
        args: The Args that arguments() returned.
        inputs: depset of File.
        outputs: list of File.
        mnemonic: The action's mnemonic, for example VeneerPlan.
        progress_message: The text that Bazel shows while the action runs.
        requirements: dict from str to str: further execution requirements.
        maps_paths: Whether all paths of outputs among the arguments are Files, and veneer knows
            what to do with those inside of files.
    """
    ctx.actions.run(
        executable = ctx.toolchains[TOOLCHAIN_TYPE].veneer.files_to_run,
        arguments = [args],
        inputs = inputs,
        outputs = outputs,
        mnemonic = mnemonic,
        progress_message = progress_message,
        # With this variable, messages name attributes instead of options.
        env = {"VENEER_CALLER": "bazel"},
        execution_requirements = _requirements(ctx, requirements, maps_paths),
        **_FROM_TOOLCHAIN
    )
