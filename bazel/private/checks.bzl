"""Checks the values of attributes during analysis, so that no action fails because of them.

The rules are those of veneer itself (oci/model/reference.cc, oci/model/docker_name.cc).
"""

load(":platform.bzl", "parse_platform")

_DIGITS = "0123456789"
_LOWER = "abcdefghijklmnopqrstuvwxyz"
_WORD = _DIGITS + _LOWER + _LOWER.upper()
_LOWER_WORD = _DIGITS + _LOWER
_MAX_TAG = 128
_MAX_NAME = 255
_LOCATIONS = ["location", "execpath", "rootpath", "rlocationpath"]

def _consists_of(text, characters):
    for i in range(len(text)):
        if text[i] not in characters:
            return False
    return text != ""

def _separators(text, word):
    """Returns the separators between the words of a text; None if it does not begin and end with one."""
    if text == "" or text[0] not in word or text[-1] not in word:
        return None
    found = []
    current = ""
    for i in range(len(text)):
        if text[i] not in word:
            current += text[i]
        elif current:
            found.append(current)
            current = ""
    return found

def is_reference_name(text):
    """Whether a text can be the name of an image in an OCI layout (image-spec annotations.md).

    Args:
        text: The name.

    Returns:
        Whether it is letters and digits with single separators in between.
    """
    separators = _separators(text, _WORD)
    return separators != None and all([
        separator == "--" or (len(separator) == 1 and separator in "-._:@+/")
        for separator in separators
    ])

def _is_component(text):
    separators = _separators(text, _LOWER_WORD)
    return separators != None and all([
        separator in (".", "_", "__") or separator.strip("-") == ""
        for separator in separators
    ])

def _is_host(text):
    host, colon, port = text.rpartition(":")
    if colon and not text.endswith("]"):
        if not _consists_of(port, _DIGITS):
            return False
        text = host
    if text.startswith("[") and text.endswith("]"):
        return _consists_of(text[1:-1], _DIGITS + "abcdefABCDEF:")
    return all([
        _consists_of(label, _WORD + "-") and label.strip("-") == label
        for label in text.split(".")
    ])

def _names_host(first):
    """Whether the first part of a name is a host, as Docker tells it."""
    return (first == "localhost" or first != first.lower() or
            bool([mark for mark in (".", ":", "[") if mark in first]))

def _is_tag(text):
    return _consists_of(text, _WORD + "_.-") and text[0] not in ".-" and len(text) <= _MAX_TAG

def docker_name_fault(text):
    """Says why an engine does not take a text as the name of an image.

    Args:
        text: The name, `[HOST/]NAME[:TAG]`.

    Returns:
        What is wrong; None if nothing is.
    """
    if "@" in text:
        return "a name with a digest is not supported"
    start, slash, last = text.rpartition("/")
    last, colon, tag = last.partition(":")
    if colon and not _is_tag(tag):
        return "'%s' is not a tag" % tag
    name = start + slash + last
    host, slash, rest = name.partition("/")
    if slash and _names_host(host):
        if not _is_host(host):
            return "'%s' is not a host name" % host
        name = rest
    else:
        host = "docker.io"
        if len(name) == 64 and _consists_of(name, _DIGITS + "abcdef"):
            return "64 hexadecimal digits are an image id"
    for component in name.split("/"):
        if not _is_component(component):
            return "'%s' is not a part of a name: expected lower-case letters and digits, with '.', '_', '__' or dashes in between" % component
    if host == "docker.io" and "/" not in name:
        name = "library/" + name
    if len(host) + 1 + len(name) > _MAX_NAME:
        return "it is longer than %d bytes" % _MAX_NAME
    return None

def check_docker_name(ctx, attribute, value):
    """Fails if a value is not the name of an image.

    Args:
        ctx: The rule's context.
        attribute: The attribute's name.
        value: Its value.
    """
    fault = docker_name_fault(value)
    if fault:
        fail("%s: `%s` is '%s': %s" % (ctx.label, attribute, value, fault))

def check_repository_name(ctx, attribute, value):
    """Fails if a value is neither empty nor the name of a repository in a registry.

    Args:
        ctx: The rule's context.
        attribute: The attribute's name.
        value: Its value.
    """
    if not value:
        return
    fault = docker_name_fault(value)
    if not fault and ":" in value.rpartition("/")[2]:
        fault = "a tag belongs into `remote_tags`"
    if fault:
        fail("%s: `%s` is '%s': %s" % (ctx.label, attribute, value, fault))

def check_tags(ctx, attribute, values):
    """Fails if a value is not a tag.

    Args:
        ctx: The rule's context.
        attribute: The attribute's name.
        values: list of str.
    """
    for value in values:
        if not _is_tag(value):
            fail("%s: `%s` has '%s': expected letters and digits, with '_', '.' and '-' in between" % (ctx.label, attribute, value))

def check_reference_name(ctx, attribute, value):
    """Fails if a value is neither empty nor a name that an OCI layout can have.

    Args:
        ctx: The rule's context.
        attribute: The attribute's name.
        value: Its value.
    """
    if value and not is_reference_name(value):
        fail("%s: `%s` is '%s': expected letters and digits with one of '-._:@+/' in between, for example 'app:1.0'" % (ctx.label, attribute, value))

def check_platform(ctx, attribute, value):
    """Fails if a value is neither empty nor a platform.

    Args:
        ctx: The rule's context.
        attribute: The attribute's name.
        value: Its value.
    """
    if value and not parse_platform(value):
        fail("%s: `%s` is '%s': expected OS/ARCHITECTURE[/VARIANT], for example 'linux/amd64'" % (ctx.label, attribute, value))

def check_relative_path(ctx, attribute, value):
    """Fails if a value is neither empty nor a path below a directory.

    Args:
        ctx: The rule's context.
        attribute: The attribute's name.
        value: Its value.
    """
    if value and ("\n" in value or [part for part in value.split("/") if part in ("", ".", "..")]):
        fail("%s: `%s` is '%s': expected a name, or a relative path without '.' and '..'" % (ctx.label, attribute, value))

def check_no_location(ctx, attribute, values):
    """Fails if values name a label's location, which has no meaning in an image.

    Args:
        ctx: The rule's context.
        attribute: The attribute's name.
        values: list of str.
    """
    for value in values:
        for word in _LOCATIONS:
            if "$(%s " % word in value or "$(%ss " % word in value:
                fail("%s: `%s` is not expanded, and has '%s': write the file's path in the image, PREFIX/NAME.runfiles/REPOSITORY/PATH" % (ctx.label, attribute, value))
