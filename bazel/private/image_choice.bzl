"""Chooses one image of an OCI image layout, by its name and platform, as veneer itself does."""

load(":platform.bzl", "canonical_platform", "fitness", "parse_platform", "platform_text")

# Media types of image-spec and of Docker's image manifest version 2, schema 2.
_INDEX_TYPES = [
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
]
_MANIFEST_TYPES = [
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
]
_REF_NAME = "org.opencontainers.image.ref.name"
_MAX_INDEX_DEPTH = 8

def blob_path(layout, digest):
    """Returns the path of a blob in a layout. Fails if there is no such file.

    Args:
        layout: struct(ctx, root, name): a repository's context, the layout's path, and its name in
            messages.
        digest: The blob's digest. It is checked here, because it becomes part of a path.

    Returns:
        The path, relative to the layout.
    """
    algorithm, _, encoded = digest.partition(":")
    if algorithm != "sha256" or len(encoded) != 64 or encoded.strip("0123456789abcdef"):
        fail("%s: '%s' is not a digest: expected 'sha256:' and 64 lower-case hexadecimal digits" % (layout.name, digest))
    path = "blobs/sha256/" + encoded
    if not layout.ctx.path("%s/%s" % (layout.root, path)).exists:
        fail("%s: there is no file '%s'" % (layout.name, path))
    return path

def read_json(layout, path, *members):
    """Reads a document of a layout.

    Args:
        layout: struct(ctx, root, name): a repository's context, the layout's path, and its name in
            messages.
        path: The document's path, relative to the layout.
        *members: Names of members that the document must have.

    Returns:
        The document, a dict.
    """
    document = json.decode(layout.ctx.read(layout.ctx.path("%s/%s" % (layout.root, path))))
    for member in members:
        if member not in document:
            fail("%s: '%s' has no member '%s'" % (layout.name, path, member))
    return document

def _quoted(names):
    return ", ".join(["'%s'" % name for name in sorted(names)])

def _entry(descriptor, stated):
    """Returns a descriptor with its platform, or else with the platform that its index states."""
    platform = descriptor.get("platform")
    if platform:
        stated = canonical_platform(
            platform["os"],
            platform["architecture"],
            platform.get("variant", ""),
        )
    return struct(descriptor = descriptor, platform = stated)

def _named_entries(layout, tag):
    """Returns the entries of index.json that have the tag, or all if the tag is empty."""
    named = []
    tags = {}
    for descriptor in read_json(layout, "index.json", "manifests")["manifests"]:
        own = descriptor.get("annotations", {}).get(_REF_NAME, "")
        tags[own] = True
        if tag in ("", own):
            named.append(_entry(descriptor, None))
    if not tags:
        fail("%s holds no image" % layout.name)
    if not named:
        fail("%s holds no image '%s'; it holds: %s" % (layout.name, tag, _quoted(tags)))
    if tag == "" and len(tags) > 1:
        fail("%s holds several images; choose one with `tag`; it holds: %s" % (layout.name, _quoted(tags)))
    return named

def _entries_of(layout, index):
    """Returns the entries of an index."""
    document = read_json(layout, blob_path(layout, index.descriptor["digest"]), "manifests")
    return [_entry(descriptor, index.platform) for descriptor in document["manifests"]]

def _manifests(layout, entries):
    """Returns all manifests that the entries lead to, in order.

    Starlark has no recursion, so each turn of the loop replaces one level of indexes.
    """
    for _ in range(_MAX_INDEX_DEPTH):
        if not [entry for entry in entries if entry.descriptor["mediaType"] in _INDEX_TYPES]:
            break
        below = []
        for entry in entries:
            is_index = entry.descriptor["mediaType"] in _INDEX_TYPES
            below += _entries_of(layout, entry) if is_index else [entry]
        entries = below
    return [entry for entry in entries if entry.descriptor["mediaType"] in _MANIFEST_TYPES]

def _platforms(manifests):
    return ", ".join([
        platform_text(one.platform) if one.platform else "unstated"
        for one in manifests
    ])

def _check_platform(layout, descriptor, wanted):
    """Fails if the chosen image's own config states another platform than the one asked for."""
    manifest = read_json(layout, blob_path(layout, descriptor["digest"]), "config")
    config = read_json(layout, blob_path(layout, manifest["config"]["digest"]))
    if "os" not in config or "architecture" not in config:
        return
    offered = canonical_platform(
        config["os"],
        config["architecture"],
        config.get("variant", ""),
    )
    if fitness(wanted, offered) < 0:
        fail("%s is for %s, not for %s" % (layout.name, platform_text(offered), platform_text(wanted)))

def _best(layout, found, wanted):
    """Returns the descriptor of the image that fits best.

    image-spec image-index.md: "If multiple manifests match, the first SHOULD be used."
    """
    best = None
    best_fitness = -1
    for manifest in found:
        found_fitness = fitness(wanted, manifest.platform) if manifest.platform else -1
        if found_fitness > best_fitness:
            best = manifest.descriptor
            best_fitness = found_fitness
    if not best:
        fail("%s holds no image for %s; it holds: %s" % (layout.name, platform_text(wanted), _platforms(found)))
    return best

def choose_manifest(layout, tag, platform):
    """Returns the descriptor of the chosen manifest. Fails if no manifest or more than one matches.

    Args:
        layout: struct(ctx, root, name): a repository's context, the layout's path, and its name in
            messages.
        tag: The image's name in the layout; empty: the only one.
        platform: `OS/ARCHITECTURE[/VARIANT]`; empty: the only one.

    Returns:
        The descriptor, a dict.
    """
    wanted = parse_platform(platform) if platform else None
    if platform and not wanted:
        fail("%s: '%s' is not a platform: expected OS/ARCHITECTURE[/VARIANT]" % (layout.name, platform))

    # Attestations are listed as manifests with the platform "unknown".
    found = [
        manifest
        for manifest in _manifests(layout, _named_entries(layout, tag))
        if not manifest.platform or manifest.platform.os != "unknown"
    ]
    if not found:
        fail("%s holds no image manifest" % layout.name)
    if len(found) > 1 and not wanted:
        fail("%s holds images for several platforms; choose one with `platform`; it holds: %s" %
             (layout.name, _platforms(found)))
    chosen = found[0].descriptor if len(found) == 1 else _best(layout, found, wanted)
    if wanted:
        _check_platform(layout, chosen, wanted)
    return chosen
