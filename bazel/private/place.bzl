"""Paths and words in scripts that run from runfiles."""

def runfile_place(ctx, file):
    """Returns the path of a runfile below the root of the runfiles.

    Args:
        ctx: The rule's context.
        file: The File, or None.

    Returns:
        str; empty for None.
    """
    if not file:
        return ""
    is_external = file.short_path.startswith("../")
    return file.short_path[len("../"):] if is_external else ctx.workspace_name + "/" + file.short_path

def quoted(text):
    """Returns a text as one word of the shell.

    Args:
        text: The text.

    Returns:
        str.
    """
    return "'" + text.replace("'", "'\\''") + "'"
