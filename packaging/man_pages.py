"""Manual pages of a veneer's commands, in roff: man(7)."""

import datetime
import os
import textwrap

import commands
import pages

SPECIAL = {"\\": "\\e", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", '"': "\\(dq"}
COLUMNS = 78


def escaped(text, is_code):
    """Text in roff. A "-" of code is one to be copied, else a hyphen."""
    special = SPECIAL | ({"-": "\\-"} if is_code else {})
    return "".join(special.get(letter, letter) for letter in text)


def bold(text):
    """Code in roff, whose words are not cut at the end of a line."""
    return "\\fB" + " ".join("\\%" + escaped(word, True) for word in text.split(" ")) + "\\fP"


def filled(text):
    """Lines of a paragraph; no line begins with what roff would take for a request."""
    roff = "".join(bold(piece) if is_code else escaped(piece, False)
                   for is_code, piece in commands.marked(text))
    lines = textwrap.wrap(roff, COLUMNS, break_long_words=False, break_on_hyphens=False)
    return ["\\&" + line if line.startswith((".", "'")) else line for line in lines]


def man_name(command):
    """ "veneer-build"."""
    return "-".join(command["words"])


def block_lines(block):
    """A block in roff."""
    match block:
        case pages.Text(text):
            return [".PP", *filled(text)]
        case pages.Lines(lines):
            return [".PP", ".nf", ".RS 4", *(escaped(part, True) for line in lines
                                                 for part in commands.folded(line, COLUMNS - 14)),
                    ".RE", ".fi"]
        case pages.Link(command, text):
            return [".TP", f"{bold(man_name(command))}(1)", *filled(text)]
        case pages.Item(names, value, text):
            head = ", ".join(bold(name) for name in names)
            if value:
                head += f" \\fI{escaped(value, True)}\\fP"
            return [".TP", head, *filled(text)]
    raise TypeError(block)


def section_lines(section):
    """A section in roff. The first paragraph needs no mark."""
    title = section.title if section.is_below else section.title.upper()
    lines = [f'{".SS" if section.is_below else ".SH"} "{escaped(title, False)}"']
    for number, block in enumerate(section.blocks):
        added = block_lines(block)
        lines += added[1:] if number == 0 and added[0] == ".PP" else added
    return lines


def man_page(command, root):
    """A page's text."""
    date = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]),
                                           datetime.timezone.utc).date()
    name = man_name(command)
    summary = textwrap.wrap(f"{escaped(name, True)} \\- {escaped(pages.summary_of(command), False)}",
                            COLUMNS, break_on_hyphens=False)
    lines = [f'.TH {name.upper()} 1 "{date}" "veneer {root["version"]}" "User Commands"',
             ".SH NAME", *summary, ".SH SYNOPSIS"]
    start = " ".join(command["words"])
    for number, line in enumerate(pages.usage_lines(command)):
        lines += [".br"] if number else []
        lines.append(f"{bold(start)}{escaped(line.removeprefix(start), True)}")
    for section in pages.page_of(command):
        lines += section_lines(section)
    others = [one for one in pages.pages_of(root) if one is not command]
    if command is not root:
        others = [root]
    also = [f"{bold(man_name(one))}(1)" for one in others]
    if "usage" in command:
        also.append(bold("bsdtar") + "(1)")
    return "\n".join([*lines, ".SH SEE ALSO", ",\n".join(also)]) + "\n"


def write_man_pages(folder, root):
    """Writes a page for each command. The date is SOURCE_DATE_EPOCH."""
    folder.mkdir(parents=True, exist_ok=True)
    for command in pages.pages_of(root):
        (folder / f"{man_name(command)}.1").write_text(man_page(command, root), encoding="utf-8")
