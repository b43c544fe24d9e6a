"""Compares platforms of images as veneer does: that of an index entry with that of a request."""

_ARCHITECTURES = {"aarch64": "arm64", "armhf": "arm", "x86-64": "amd64", "x86_64": "amd64"}
_VARIANTS = {"arm": "v7", "arm64": "v8"}
_EXACT = 10000

def canonical_platform(os, architecture, variant = ""):
    """Returns a platform in the spelling that images use.

    Args:
        os: The operating system.
        architecture: The architecture.
        variant: The architecture's variant; empty: none.

    Returns:
        struct(os, architecture, variant). `x86_64` becomes `amd64`, and `arm64` gets the variant
        `v8`.
    """
    architecture = _ARCHITECTURES.get(architecture.lower(), architecture.lower())
    variant = variant.lower() or _VARIANTS.get(architecture, "")
    if architecture == "amd64" and variant == "v1":
        variant = ""
    return struct(os = os.lower(), architecture = architecture, variant = variant)

def parse_platform(text):
    """Reads a platform.

    Args:
        text: `OS/ARCHITECTURE[/VARIANT]`.

    Returns:
        The platform in canonical form; None if the text has another form.
    """
    words = text.split("/")
    if len(words) not in (2, 3) or "" in words:
        return None
    return canonical_platform(*words)

def platform_text(platform):
    """Returns a platform as a text, for example `linux/arm64/v8`."""
    words = (platform.os, platform.architecture, platform.variant)
    return "/".join([word for word in words if word])

def _variant_level(platform):
    """Returns a variant as a number: 800 for `v8`, 802 for `v8.2`; None for other forms."""
    if platform.variant == "":
        return 100 if platform.architecture == "amd64" else None
    major, dot, minor = platform.variant[1:].partition(".")
    if platform.variant[0] != "v" or not major.isdigit() or (dot and not minor.isdigit()):
        return None
    return int(major) * 100 + int(minor or "0")

def fitness(wanted, offered):
    """Rates how well an image runs on a platform.

    An image for an older variant of the same architecture runs, too.

    Args:
        wanted: The platform to run on.
        offered: The platform of the image.

    Returns:
        A number, higher for a better fit; -1 if the image does not run there.
    """
    if wanted == offered:
        return _EXACT
    if (wanted.os, wanted.architecture) != (offered.os, offered.architecture):
        return -1
    wanted_level = _variant_level(wanted)
    offered_level = _variant_level(offered)
    if wanted_level == None or offered_level == None or offered_level > wanted_level:
        return -1
    return offered_level
