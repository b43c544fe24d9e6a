"""Compares docs/bazel_rules.md with what the rules say of themselves.

usage: bazel_docs_test.py VENEER [--update]

Starlark is near enough to Python that these files run as it, with `rule` and its like only noting what they are given.
--update writes the page anew; review the difference before you commit it.
"""

import inspect
import pathlib
import textwrap
import unittest

import program

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "bazel_rules.md"
FILES = ("bazel/defs.bzl", "bazel/toolchain.bzl")
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


def run(path):
    """The globals of a Starlark file."""
    names = {name: note(name) for name in ("rule", "aspect", "provider", "transition")}
    names.update({name: Namespace() for name in ("attr", "config", "platform_common", "native", "json")})
    names.update({"Label": str, "config_common": ConfigCommon, "struct": dict})

    def load(label, *symbols, **renamed):
        place = ROOT / label[2:].replace(":", "/") if label.startswith("//") else path.parent / label[1:]
        found = run(place)
        names.update({symbol: found[symbol] for symbol in symbols})
        names.update({name: found[symbol] for name, symbol in renamed.items()})

    names["load"] = load
    exec(compile(path.read_text(), path, "exec"), names)  # pylint: disable=exec-used
    return names


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


def rule_text(name, rule):
    """The section of a rule."""
    lines = [f"## {name}", "", inspect.cleandoc(rule.arguments["doc"])]
    shown = {key: attribute for key, attribute in sorted(rule.arguments.get("attrs", {}).items())
             if not key.startswith("_")}
    if shown:
        lines += ["", "| attribute | type | default | meaning |", "|---|---|---|---|"]
    for key, attribute in shown.items():
        lines.append(f"| `{key}` | {attribute.kind} | {default_of(attribute)} | {cell(attribute.arguments['doc'])} |")
    return lines


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


def page():
    """The whole page."""
    sections = []
    for file in FILES:
        for name, value in sorted(run(ROOT / file).items()):
            if name.startswith("_"):
                continue
            if isinstance(value, Noted) and value.kind in ("rule", "provider"):
                text = {"rule": rule_text, "provider": provider_text}[value.kind](name, value)
            elif inspect.isfunction(value) and value.__doc__ and value.__code__.co_filename.endswith(".bzl"):
                text = macro_text(name, value)
            else:
                continue
            sections.append("\n".join(text))
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
