"""docs/reference: a page of Markdown for each command of a veneer.

tests/packaging_test.py compares them with the program, and writes them with --update.
"""

import re
import textwrap

import commands
import pages

COLUMNS = 100
NOTE = "<!-- packaging/reference.py makes this page; `tests/packaging_test.py --update` writes it. -->"


def code(text):
    """Code in Markdown. Files of docs are links."""
    if text.startswith("docs/"):
        return f"[{text}](../{text.removeprefix('docs/')})"
    return f"`{text}`"


def plain(text):
    """Text in Markdown, of which nothing is a mark."""
    return re.sub(r"([\\*_<\[])", r"\\\1", text)


def prose(text):
    """A text with its code in Markdown."""
    return "".join(code(piece) if is_code else plain(piece)
                   for is_code, piece in commands.marked(text))


def wrapped(text, indent=""):
    """Lines of a paragraph. Code stays on one line."""
    # A space in code is another character until the lines are made.
    whole = re.sub(r"`[^`]*`", lambda found: found[0].replace(" ", "\0"), text)
    lines = textwrap.wrap(whole, COLUMNS, subsequent_indent=indent, break_long_words=False,
                          break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def file_of(command):
    """The name of a command's page."""
    return f"{'-'.join(command['words'][1:]) or 'README'}.md"


def block_lines(block):
    """A block in Markdown, and whether it is a row of a list."""
    match block:
        case pages.Text(text):
            return wrapped(prose(text)), False
        case pages.Lines(lines):
            shown = [f"$ {part}" if number == 0 else part for line in lines
                     for number, part in enumerate(commands.folded(line, COLUMNS - 4))]
            return ["```console", *shown, "```"], False
        case pages.Link(command, text):
            title = pages.title_of(command)
            return wrapped(f"- [{title}]({file_of(command)}): {prose(text)}", "  "), True
        case pages.Item(names, value, text):
            head = ", ".join(map(code, names[:-1] + [f"{names[-1]} {value}".strip()]))
            return wrapped(f"- {head}: {prose(text)}", "  "), True
    raise TypeError(block)


def section_lines(section):
    """A section in Markdown."""
    lines = [f"{'###' if section.is_below else '##'} {section.title}"]
    was_row = True  # nothing is empty below a title
    for block in section.blocks:
        added, is_row = block_lines(block)
        lines += added if was_row and is_row or len(lines) == 1 else ["", *added]
        was_row = is_row
    return lines


def reference_page(command):
    """A page's text."""
    lines = [NOTE, f"# {pages.title_of(command)}", "```console",
             *(f"$ {line}" for line in pages.usage_lines(command)), "```"]
    for section in pages.page_of(command):
        lines += ["", *section_lines(section)]
    return "\n".join(lines) + "\n"


def reference_pages(root):
    """The text of each page, by the name of its file."""
    return {file_of(command): reference_page(command) for command in pages.pages_of(root)}
