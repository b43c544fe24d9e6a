"""Texts of an image in which `{KEY}` stands for a value of the workspace status.

Only the action that writes the text has the status files as inputs, and only if a text needs them.
So a new value reruns no plan and no layer.
"""

load(":flags.bzl", "is_on")

_KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

STAMP_ATTRS = {
    "stamp": attr.int(
        default = -1,
        doc = "Whether `{KEY}` in texts is replaced by a value of the workspace status, such as " +
              "`{STABLE_GIT_COMMIT}`, `{BUILD_EMBED_LABEL}` or `{BUILD_TIMESTAMP}`: 1 always, 0 " +
              "never, -1 in builds with `--stamp`. Where it is not, `{BUILD_TIMESTAMP}` is 0 and " +
              "every other key `redacted`, and no build depends on the status.",
        values = [-1, 0, 1],
    ),
    "_stamp": attr.label(
        default = Label("//bazel/private:stamp"),
        doc = "Bazel's own flag.",
    ),
}

def _key_end(text, start):
    """Returns the index after the `{KEY}` that begins at `start`, or `start` if none does."""
    if text[start] != "{" or (start > 0 and text[start - 1] == "$"):
        return start
    for at in range(start + 1, len(text)):
        if text[at] not in _KEY:
            return at + 1 if text[at] == "}" and at > start + 1 else start
    return start

def has_key(text):
    """Says whether a text has a `{KEY}`.

    Args:
        text: The text.

    Returns:
        bool.
    """
    return bool([at for at in range(len(text)) if _key_end(text, at) > at])

def without_keys(text):
    """Replaces each `{KEY}` by a word, for checks of a text whose values are not known yet.

    Args:
        text: The text.

    Returns:
        The text.
    """
    result = ""
    next = 0
    for at in range(len(text)):
        if at < next:
            continue
        next = _key_end(text, at)
        if next > at:
            result += "redacted"
        else:
            result += text[at]
            next = at + 1
    return result

def status_files(ctx):
    """Returns the files of the workspace status.

    Args:
        ctx: The context of a rule with STAMP_ATTRS.

    Returns:
        list of File; empty if texts are not to be stamped.
    """
    if ctx.attr.stamp == 0 or (ctx.attr.stamp == -1 and not is_on(ctx.attr._stamp)):
        return []
    return [ctx.info_file, ctx.version_file]

def stamping(ctx, texts, files = []):
    """Returns what an action needs whose arguments may have keys.

    Args:
        ctx: The context of a rule with STAMP_ATTRS.
        texts: list of str: the arguments.
        files: list of File: files of such texts.

    Returns:
        A struct(options, inputs): list of str, and list of File.
    """
    if not files and not [text for text in texts if has_key(text)]:
        return struct(options = [], inputs = [])
    status = status_files(ctx)
    options = ["--stamp=" + file.path for file in status]
    return struct(options = options or ["--unstamped"], inputs = status)
