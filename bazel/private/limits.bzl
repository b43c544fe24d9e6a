"""Attributes of bases that raise veneer's limits for images that others made (docs/limits.md)."""

LIMIT_ATTRS = {
    "max_entries": attr.int(
        doc = "Entries that the layers of the image, and those put on it, may have; default: 4194304.",
    ),
    "max_temporary": attr.string(
        doc = "Bytes that a compressed archive, or one file of a layer, may take in the temporary " +
              "folder: `2GiB`; default: 256 MiB, or 100 times the stored size.",
    ),
    "max_unpacked": attr.string(
        doc = "Bytes that the layers may unpack to: `20GiB`; default: 4 GiB, or 200 times the " +
              "stored size.",
    ),
}

def limit_arguments(attrs):
    """Returns veneer's options for the attributes that are set.

    Args:
      attrs: The attributes of a rule, a repository rule or a tag, LIMIT_ATTRS among them.

    Returns:
      A list of strings.
    """
    options = []
    if attrs.max_entries:
        options.append("--max-entries=%d" % attrs.max_entries)
    if attrs.max_temporary:
        options.append("--max-temporary=" + attrs.max_temporary)
    if attrs.max_unpacked:
        options.append("--max-unpacked=" + attrs.max_unpacked)
    return options
