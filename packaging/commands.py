"""The commands of a veneer and their options, as `veneer help --json` prints them.

docs/help.schema.json describes the form. Manual pages, docs/reference and completions are made of it.
"""

import json
import re
import subprocess
import textwrap

# A word in an option's text that is code by its look: an option, a path, a glob, a variable, a value.
CODE = re.compile(r"[-.]\w?|.*[*_$=/\[\]{}@|:!<>]")
AROUND = re.compile(r"(\(?)(.*?)([).,;:]*)", re.DOTALL)


def read_commands(program):
    """The root of the tree of commands. `program` is a list of words.

    Each command gets `words`, all its names: ["veneer", "store", "gc"].
    """
    text = subprocess.run([*program, "help", "--json"], check=True, capture_output=True, text=True,
                          timeout=60).stdout
    root = json.loads(text)
    add_words(root, [])
    return root


def add_words(command, before):
    """Adds `words` to a command and all below it."""
    command["words"] = [*before, command["name"]]
    for below in command["commands"]:
        add_words(below, command["words"])


def all_below(command):
    """The command and all below it, each before its own commands."""
    yield command
    for below in command["commands"]:
        yield from all_below(below)


def name_of(option):
    """The long name, or the only one."""
    return option["names"][-1]


def groups_of(command):
    """Names of groups, each with its options, in the order of the help."""
    groups = {}
    for option in command["options"]:
        groups.setdefault(option["group"], []).append(option)
    return groups


def first_sentence(text):
    """What a text says up to its first full stop or semicolon, as one line for a list."""
    return re.split(r"[.;](?:\s|$)", text, maxsplit=1)[0]


def usage_of(command):
    """The words behind the command's name: "[OPTIONS] -o IMAGE... [BINARY]"."""
    words = ["[OPTIONS]"] if command["options"] else []
    for option in command["options"]:
        if option["required"]:
            words.append(f"{option['names'][0]} {option['value']}" + dots(option))
    for argument in command["arguments"]:
        name = argument["name"] + dots(argument)
        words.append(name if argument["required"] else f"[{name}]")
    return " ".join(words + ["COMMAND"] if command["commands"] else words)


def dots(value):
    """What marks that a value may be repeated."""
    return "..." if value["repeatable"] else ""


def folded(line, columns):
    """A long command line as several, which a shell takes too."""
    line = re.sub(r"( --?[\w-]+) (?=[^-])", "\\1\0", line)  # an option and its value stay together
    parts = textwrap.wrap(line, columns, break_long_words=False, break_on_hyphens=False)
    return [("    " if number else "") + part.replace("\0", " ") + (" \\" if number + 1 < len(parts) else "")
            for number, part in enumerate(parts)]


def marked(text):
    """Cuts a text into pieces that are code and pieces that are not: (is code, text)."""
    pieces = []
    for number, part in enumerate(text.split("`")):
        if number % 2:
            pieces.append((True, part))
            continue
        for word in re.split(r"(\s+)", part):
            before, middle, after = AROUND.fullmatch(word).groups()
            pieces += [(False, before), (bool(CODE.match(middle)), middle), (False, after)]
    joined = []
    for is_code, piece in pieces:
        if joined and joined[-1][0] == is_code:
            joined[-1] = (is_code, joined[-1][1] + piece)
        elif piece:
            joined.append((is_code, piece))
    return joined
