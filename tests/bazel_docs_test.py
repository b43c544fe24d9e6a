"""Compares docs/bazel_rules.md with what the rules say of themselves.

usage: bazel_docs_test.py VENEER [--update]

The files run as Python (starlark.py), with `rule` and its like only noting what they are given.
--update writes the page anew; review the difference before you commit it.
"""

import inspect
import textwrap
import unittest

import program
import starlark

PAGE = starlark.ROOT / "docs" / "bazel_rules.md"
FILES = ("bazel/defs.bzl", "bazel/repositories.bzl", "bazel/extensions.bzl", "bazel/runfiles_group.bzl",
         "bazel/toolchain.bzl")
INTRODUCTION = """# The rules for Bazel, one by one

Made from the rules themselves by `tests/bazel_docs_test.py --update`; [bazel.md](bazel.md) says how they work together. Attributes
that all rules have are left out.
"""


class Noted:
    """What `rule`, `aspect`, `provider` or one of `attr` was called with."""

    def __init__(self, kind, arguments):
        self.kind = kind
        self.arguments = arguments


class Namespace:
    """`attr`, `config` and the like: whatever is called in it is noted."""

    def __getattr__(self, name):
        return lambda *_, **arguments: Noted(name, arguments)


def note(kind):
    """A function that notes its call."""
    return lambda *_, **arguments: Noted(kind, arguments)


class ConfigCommon:
    """As in a Bazel that is new."""

    @staticmethod
    def toolchain_type(name, **_):
        """The name stands for it."""
        return name


BUILTINS = {
    **{name: note(name) for name in ("aspect", "module_extension", "provider", "repository_rule", "rule", "tag_class",
                                     "transition")},
    **{name: Namespace() for name in ("attr", "config", "json", "native", "platform_common")},
    "Label": str, "config_common": ConfigCommon, "struct": dict}


def default_of(attribute):
    """The default as a cell of a table."""
    if attribute.arguments.get("mandatory"):
        return "must be given"
    value = attribute.arguments.get("default")
    if value is None:
        empty = {"bool": "`False`", "int": "`0`", "label": "none", "string": "`\"\"`"}
        return empty.get(attribute.kind, "empty")
    return f"`{value!r}`".replace("'", '"')


def cell(text):
    """A text in one cell."""
    return " ".join(text.split()).replace("|", "\\|")


def attributes_of(rule):
    """A row of a table for each attribute."""
    return [f"| `{key}` | {attribute.kind} | {default_of(attribute)} | {cell(attribute.arguments['doc'])} |"
            for key, attribute in sorted(rule.arguments.get("attrs", {}).items()) if not key.startswith("_")]


def table(rows):
    """The rows below their heading."""
    return ["", "| attribute | type | default | meaning |", "|---|---|---|---|", *rows] if rows else []


def rule_text(name, rule):
    """The section of a rule."""
    return [f"## {name}", "", inspect.cleandoc(rule.arguments["doc"]), *table(attributes_of(rule))]


def extension_text(name, extension):
    """The section of a module extension."""
    lines = [f"## {name}, for MODULE.bazel", "", extension.arguments["doc"]]
    for tag, value in extension.arguments["tag_classes"].items():
        lines += ["", f"`{name}.{tag}`: {value.arguments['doc']}", *table(attributes_of(value))]
    return lines


def variant_text(name, file, rule, first):
    """The section of a rule that another file has under the same name, with more attributes."""
    more = [row for row in attributes_of(rule) if row not in attributes_of(first)]
    return [f"## {name} of {file}", "", f"As {name}, and with:", *table(more)]


def provider_text(name, provider):
    """The section of a provider."""
    lines = [f"## {name}", "", inspect.cleandoc(provider.arguments["doc"]), "", "| field | meaning |", "|---|---|"]
    return lines + [f"| `{key}` | {cell(text)} |" for key, text in sorted(provider.arguments["fields"].items())]


def macro_text(name, macro):
    """The section of a macro: its docstring, the arguments as a list."""
    text, _, arguments = inspect.cleandoc(macro.__doc__).partition("\nArgs:\n")
    lines = [f"## {name}", "", text.strip(), ""]
    for line in textwrap.dedent(arguments).strip().splitlines():
        key, _, meaning = line.partition(": ")
        lines.append(f"- `{key.lstrip('*')}`: {meaning}" if meaning and " " not in key else f"  {line.strip()}")
    return lines


SECTIONS = {"module_extension": extension_text, "provider": provider_text, "repository_rule": rule_text,
            "rule": rule_text}


def section(name, value, file, before):
    """The lines about one name of a file, or None. `before` has what earlier files define."""
    if isinstance(value, Noted) and value.kind in SECTIONS:
        if name in before:
            return variant_text(name, file, value, before[name])
        return SECTIONS[value.kind](name, value)
    if inspect.isfunction(value) and value.__doc__ and value.__code__.co_filename.endswith(".bzl"):
        return macro_text(f"{name} of {file}" if name in before else name, value)
    return None


def page():
    """The whole page."""
    sections, before = [], {}
    for file in FILES:
        defined = {name: value for name, value in sorted(starlark.run(starlark.ROOT / file, BUILTINS).items()) if name[0] != "_"}
        texts = [section(name, value, file, before) for name, value in defined.items()]
        sections += ["\n".join(text) for text in texts if text]
        before.update(defined)
    return INTRODUCTION + "\n" + "\n\n".join(sections) + "\n"


class Docs(unittest.TestCase):
    """The one page."""
    maxDiff = None

    def test_page_is_in_step(self):
        """Every rule, attribute and provider has words, and the page has the same."""
        text = page()
        if program.UPDATE:
            PAGE.write_text(text)
        self.assertEqual(PAGE.read_text(), text)


if __name__ == "__main__":
    program.main()
