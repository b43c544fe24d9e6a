"""Compares docs/bazel_rules.md with the documentation in the rules themselves.

usage: bazel_docs_test.py VENEER [--update]

The Starlark files run as Python (starlark.py). There, `rule` and similar functions only record
their arguments. --update rewrites the page; review the difference before you commit it.
"""

import inspect
import re
import textwrap
import unittest

import program
import starlark

PAGE = starlark.ROOT / "docs" / "bazel_rules.md"
FILES = ("bazel/defs.bzl", "bazel/repositories.bzl", "bazel/extensions.bzl",
         "bazel/runfiles_group.bzl", "bazel/toolchain.bzl")
WIDTH = 100
INTRODUCTION = """# The rules for Bazel, one by one

This page is generated from the rules by `tests/bazel_docs_test.py --update`. [bazel.md](bazel.md)
explains how they work together. Attributes that all rules have are left out.
"""


class Noted:
    """The arguments of a call of `rule`, `aspect`, `provider` or a function of `attr`."""

    def __init__(self, kind, arguments):
        self.kind = kind
        self.arguments = arguments


class Namespace:
    """A stand-in for `attr`, `config` and the like. It records each call of its functions."""

    def __getattr__(self, name):
        return lambda *_, **arguments: Noted(name, arguments)


def note(kind):
    """Returns a function that records its arguments."""
    return lambda *_, **arguments: Noted(kind, arguments)


class ConfigCommon:
    """A stand-in for `config_common` of a recent Bazel."""

    @staticmethod
    def toolchain_type(name, **_):
        """Returns the name in place of the toolchain type."""
        return name


BUILTINS = {
    **{name: note(name) for name in ("aspect", "module_extension", "provider", "repository_rule",
                                     "rule", "tag_class", "transition")},
    **{name: Namespace() for name in ("attr", "config", "json", "native", "platform_common",
                                          "testing")},
    "Label": str, "config_common": ConfigCommon, "struct": dict}


def default_of(attribute):
    """Returns an attribute's default as a cell of a table."""
    if attribute.arguments.get("mandatory"):
        return "must be given"
    value = attribute.arguments.get("default")
    if value is None:
        empty = {"bool": "`False`", "int": "`0`", "label": "none", "string": "`\"\"`"}
        return empty.get(attribute.kind, "empty")
    return f"`{value!r}`".replace("'", '"')


def cell(text):
    """Returns a text as one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def wrapped(text, indent=""):
    """Wraps a paragraph. Code spans and links stay whole; lines after the first are indented."""
    whole = re.sub(r"`[^`]*`|\[[^]]*\]\([^)]*\)", lambda match: match[0].replace(" ", "\0"), text)
    filled = textwrap.fill(whole, WIDTH, subsequent_indent=indent, break_long_words=False,
                           break_on_hyphens=False)
    return filled.replace("\0", " ")


def paragraphs(text):
    """Wraps a text of several paragraphs."""
    return "\n\n".join(wrapped(part) for part in inspect.cleandoc(text).split("\n\n"))


def attributes_of(rule):
    """Returns a row of a table for each attribute of a rule."""
    attributes = sorted(rule.arguments.get("attrs", {}).items())
    return [f"| `{key}` | {value.kind} | {default_of(value)} | {cell(value.arguments['doc'])} |"
            for key, value in attributes if not key.startswith("_")]


def table(rows):
    """Returns the rows below a heading; nothing if there are no rows."""
    if not rows:
        return []
    return ["", "| attribute | type | default | meaning |", "|---|---|---|---|", *rows]


def rule_text(name, rule):
    """Returns the section of a rule."""
    return [f"## {name}", "", paragraphs(rule.arguments["doc"]), *table(attributes_of(rule))]


def extension_text(name, extension):
    """Returns the section of a module extension."""
    lines = [f"## {name}, for MODULE.bazel", "", paragraphs(extension.arguments["doc"])]
    for tag, value in extension.arguments["tag_classes"].items():
        meaning = paragraphs(f"`{name}.{tag}`: {value.arguments['doc']}")
        lines += ["", meaning, *table(attributes_of(value))]
    return lines


def variant_text(name, file, rule, first):
    """Returns the section of a rule that an earlier file has with fewer attributes."""
    more = [row for row in attributes_of(rule) if row not in attributes_of(first)]
    return [f"## {name} of {file}", "", f"Like {name}, with these attributes in addition:",
            *table(more)]


def provider_text(name, provider):
    """Returns the section of a provider."""
    lines = [f"## {name}", "", paragraphs(provider.arguments["doc"]), "",
             "| field | meaning |", "|---|---|"]
    fields = sorted(provider.arguments["fields"].items())
    return lines + [f"| `{key}` | {cell(text)} |" for key, text in fields]


def arguments_of(text):
    """Returns the arguments in the Args section of a docstring as pairs of name and meaning."""
    found = []
    for line in textwrap.dedent(text).strip().splitlines():
        if line.startswith(" "):
            key, meaning = found.pop()
            found.append((key, f"{meaning} {line.strip()}"))
        else:
            key, _, meaning = line.partition(": ")
            found.append((key.lstrip("*"), meaning))
    return found


def macro_text(name, macro):
    """Returns the section of a macro: its docstring, with the arguments as a list."""
    text, _, rest = inspect.cleandoc(macro.__doc__).partition("\nArgs:\n")
    arguments, _, result = rest.partition("\nReturns:\n")
    returned = ["", wrapped(f"Returns: {inspect.cleandoc(result)}")] if result else []
    return [f"## {name}", "", paragraphs(text.strip()), "",
            *(wrapped(f"- `{key}`: {meaning}", "  ") for key, meaning in arguments_of(arguments)),
            *returned]


SECTIONS = {"module_extension": extension_text, "provider": provider_text,
            "repository_rule": rule_text, "rule": rule_text}


def section(name, value, file, before):
    """Returns the lines about one name of a file, or None.

    `before` maps names to the values that earlier files define.
    """
    if isinstance(value, Noted) and value.kind in SECTIONS:
        if name in before:
            return variant_text(name, file, value, before[name])
        return SECTIONS[value.kind](name, value)
    if inspect.isfunction(value) and value.__doc__ and value.__code__.co_filename.endswith(".bzl"):
        return macro_text(f"{name} of {file}" if name in before else name, value)
    return None


def page():
    """Returns the whole page."""
    sections, before = [], {}
    for file in FILES:
        names = sorted(starlark.run(starlark.ROOT / file, BUILTINS).items())
        defined = {name: value for name, value in names if name[0] != "_"}
        texts = [section(name, value, file, before) for name, value in defined.items()]
        sections += ["\n".join(text) for text in texts if text]
        before.update(defined)
    return INTRODUCTION + "\n" + "\n\n".join(sections) + "\n"


class Docs(unittest.TestCase):
    """Tests of the page."""
    maxDiff = None

    def test_page_is_in_step(self):
        """The page has the current texts of all rules, attributes and providers."""
        text = page()
        if program.UPDATE:
            PAGE.write_text(text)
        self.assertEqual(PAGE.read_text(), text)


if __name__ == "__main__":
    program.main()
