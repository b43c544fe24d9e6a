"""Flags of the command line, and Bazel's own --stamp."""

FlagInfo = provider(
    doc = "Whether a flag is on.",
    fields = {"enabled": "bool"},
)

def _flag_impl(ctx):
    return [FlagInfo(enabled = ctx.build_setting_value)]

veneer_flag = rule(
    implementation = _flag_impl,
    doc = "A flag of the command line, such as `--@veneer//bazel:worker`.",
    build_setting = config.bool(flag = True),
)

def _stamp_setting_impl(ctx):
    return [FlagInfo(enabled = ctx.attr.enabled)]

stamp_setting = rule(
    implementation = _stamp_setting_impl,
    doc = "Whether Bazel's --stamp is given.",
    attrs = {"enabled": attr.bool(doc = "A select().", mandatory = True)},
)

def is_on(target):
    """Says whether a flag is on.

    Args:
        target: A target with a FlagInfo.

    Returns:
        bool.
    """
    return target[FlagInfo].enabled
