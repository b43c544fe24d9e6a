"""What a command's page says, before it is a manual page or one of docs/reference.

A page is a list of sections, a section a title, whether it is below the one before, and blocks.
"""

import dataclasses

import commands
import page_texts


@dataclasses.dataclass
class Text:
    """A paragraph. What is between backticks, or looks like it, is code."""
    text: str


@dataclasses.dataclass
class Item:
    """A row of a list: names, what follows each of them, and what it is."""
    names: list
    value: str
    text: str


@dataclasses.dataclass
class Lines:
    """Lines as a terminal shows them."""
    lines: list


@dataclasses.dataclass
class Link:
    """A row of a list of commands."""
    command: dict
    text: str


@dataclasses.dataclass
class Section:
    """A part of a page under a title."""
    title: str
    blocks: list
    is_below: bool = False


def title_of(command):
    """ "veneer store gc"."""
    return " ".join(command["words"])


def pages_of(root):
    """The commands that have a page, each with the words of its file: a command of a command is on
    the page of that."""
    return [root, *root["commands"]]


def summary_of(command):
    """A line for a list of commands."""
    return (page_texts.SUMMARIES.get(title_of(command))
            or commands.first_sentence(command["description"]))


def sentence(text):
    """The text with a full stop."""
    return text if text.endswith(".") else text + "."


def option_item(option):
    """An option in a list."""
    value = " ".join(filter(None, [option.get("value"), commands.dots(option)]))
    return Item(option["names"], value, sentence(option["description"]))


def option_sections(command):
    """A section for the options, with one below it for each group but the first."""
    groups = list(commands.groups_of(command).items())
    sections = [Section("Options", [])]
    for name, options in groups:
        items = [option_item(option) for option in options]
        if name in ("Options", "Common options") and not sections[0].blocks:
            sections[0].blocks = items
        else:
            sections.append(Section("Further options" if name == "Options" else name, items, True))
    return sections if groups else []


def argument_section(command):
    """The arguments that no option names."""
    items = [Item([argument["name"]], commands.dots(argument), sentence(argument["description"]))
             for argument in command["arguments"]]
    return [Section("Arguments", items)] if items else []


def usage_lines(command):
    """How a command line looks."""
    if "usage" in command:
        return [line.strip() for line in command["usage"].splitlines() if line.startswith("  ")]
    return [f"{title_of(command)} {commands.usage_of(command)}"]


def description(command):
    """What a command does."""
    texts = [Text(sentence(command["description"]))]
    if "usage" in command:
        texts.append(Text(command["usage"].splitlines()[-1]))
    if len(command["words"]) == 1:
        texts.append(Text("`@FILE` is replaced by the arguments in FILE, one per line; lines that "
                          "begin with '#' are comments. `veneer --persistent_worker` runs a "
                          "persistent worker for Bazel."))
    return texts


def command_sections(command):
    """The commands below a command: at the root as links, else whole, without what all share."""
    if not command["commands"]:
        return []
    if len(command["words"]) == 1:
        links = [Link(below, sentence(summary_of(below)))
                 for below in command["commands"]]
        return [Section("Commands", links)]
    shared = {commands.name_of(option) for option in command["options"]}
    sections = [Section("Commands", [])]
    for below in command["commands"]:
        items = [option_item(option) for option in below["options"]
                 if commands.name_of(option) not in shared]
        sections.append(Section(title_of(below), [*description(below), *items], True))
    return sections


def page_of(command):
    """The sections behind the name and the usage."""
    name = title_of(command)
    examples = []
    for what, line in page_texts.EXAMPLES.get(name, []):
        examples += [Text(what), Lines([line])]
    codes = page_texts.OWN_EXIT_CODES.get(name, page_texts.EXIT_CODES)
    sections = [Section("Description", description(command)),
                *argument_section(command), *command_sections(command), *option_sections(command)]
    if len(command["words"]) == 1:
        sections += [Section("Environment", [Item([names], "", text)
                                             for names, text in page_texts.VARIABLES]),
                     Section("Files", [Item([names], "", text) for names, text in page_texts.FILES])]
    if "usage" not in command:
        sections.append(Section("Exit status", [Item([code], "", text) for code, text in codes]))
    return [*sections, Section("Examples", examples)] if examples else sections
