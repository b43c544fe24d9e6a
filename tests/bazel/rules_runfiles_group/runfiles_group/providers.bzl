"""The provider of the stand-in."""

RunfilesGroupInfo = provider(
    doc = "How a binary's runfiles are grouped.",
    fields = {
        "entries": "depset of entries, which lib.entry() makes",
        "executable_group": "The name of the group with the executable.",
    },
)
