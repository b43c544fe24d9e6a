"""Runs the veneer that the toolchain names."""

TOOLCHAIN_TYPE = str(Label("//bazel:toolchain_type"))

# Bazel knows these by their names, and passes over those that are newer than itself. One worker serves actions of all
# mnemonics, so that the image finds what the layers left.
_WORKER = {
    "requires-worker-protocol": "json",
    "supports-multiplex-sandboxing": "1",
    "supports-multiplex-workers": "1",
    "supports-worker-cancellation": "1",
    "supports-workers": "1",
    "worker-key-mnemonic": "Veneer",
}

# Which toolchain an action's program is from; Bazel 4 does not ask.
_FROM_TOOLCHAIN = {"toolchain": Label("//bazel:toolchain_type")} if hasattr(config_common, "toolchain_type") else {}

WorkerInfo = provider(
    doc = "Whether actions run in a persistent worker.",
    fields = {"enabled": "bool"},
)

def _worker_flag_impl(ctx):
    return [WorkerInfo(enabled = ctx.build_setting_value)]

worker_flag = rule(
    implementation = _worker_flag_impl,
    doc = "A flag of the command line: whether veneer's actions run in a persistent worker.",
    build_setting = config.bool(flag = True),
)

TOOL_ATTRS = {
    "_worker": attr.label(
        default = Label("//bazel:worker"),
        doc = "The flag `@veneer//bazel:worker`.",
        providers = [WorkerInfo],
    ),
}

def arguments(ctx, command):
    """Arguments of a sub-command, passed in a file that a persistent worker can read.

    Args:
        ctx: The rule's context.
        command: The sub-command.

    Returns:
        The Args, to be added to.
    """
    args = ctx.actions.args()
    args.set_param_file_format("multiline")
    args.use_param_file("@%s", use_always = True)
    args.add(command)
    return args

def pairs(option, values):
    """A dict as values of a repeatable option, of one line each whatever is in them, as in a file of arguments a line is one.

    Args:
        option: The option, for example `--label`.
        values: dict from str to str.

    Returns:
        A list of arguments.
    """
    return ["%s=%s" % (option, json.encode([key, value])) for key, value in values.items()]

def run_veneer(ctx, args, inputs, outputs, mnemonic, progress_message):
    """Declares an action of veneer.

    Args:
        ctx: The rule's context.
        args: What arguments() returned.
        inputs: depset of File.
        outputs: list of File.
        mnemonic: The action's, for example VeneerPlan.
        progress_message: What Bazel shows while it runs.
    """
    ctx.actions.run(
        executable = ctx.toolchains[TOOLCHAIN_TYPE].veneer.files_to_run,
        arguments = [args],
        inputs = inputs,
        outputs = outputs,
        mnemonic = mnemonic,
        progress_message = progress_message,
        # Messages then name attributes, not options.
        env = {"VENEER_CALLER": "bazel"},
        execution_requirements = _WORKER if ctx.attr._worker[WorkerInfo].enabled else {},
        **_FROM_TOOLCHAIN
    )
