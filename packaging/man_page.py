"""Prints a manual page of all commands, made of what they print as help.

usage: man_page.py VERSION VENEER...
"""

import datetime
import os
import sys

import help_texts


def verbatim(lines):
    """Lines as they are, in roff: groff(7)."""
    escaped = [line.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
               .replace("`", "\\(ga").replace("^", "\\(ha").replace("~", "\\(ti") for line in lines]
    return [".nf", *("\\&" + line for line in escaped), ".fi"]


def page(veneer, version):
    """The page's lines."""
    date = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")),
                                           datetime.timezone.utc).date()
    top = help_texts.help_of(veneer)
    lines = [f'.TH VENEER 1 "{date}" "veneer {version}" "User Commands"', ".SH NAME",
             "veneer \\- make container images of Python programs, with each file once",
             ".SH DESCRIPTION", *verbatim(top)]
    for command in help_texts.commands_of(top):
        lines += [f".SH \"VENEER {command.upper()}\"", *verbatim(help_texts.help_of(veneer, command))]
    return lines


if __name__ == "__main__":
    print("\n".join(page(sys.argv[2:], sys.argv[1])))
