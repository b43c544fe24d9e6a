"""What the commands of a veneer print as help, for man_page.py and completion.py.

A command is a list of words, because another processor's veneer is run by a program.
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

# A manual page indents by 7 of 80 columns.
COLUMNS = 73


def help_of(veneer, *words):
    """The lines of a command's help, as on a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    text = b""
    with subprocess.Popen([*veneer, *words, "--help"], stdout=theirs) as process:
        os.close(theirs)
        try:
            while piece := os.read(ours, 1 << 16):
                text += piece
        except OSError:  # the end of a terminal
            pass
    os.close(ours)
    if process.returncode != 0:
        raise RuntimeError(f"{veneer} {words}: exit code {process.returncode}")
    return text.decode().splitlines()


def commands_of(lines):
    """The names in the list of commands of a help text."""
    if "Subcommands:" not in lines:
        return []
    rows = lines[lines.index("Subcommands:") + 1:]
    return [match[1] for line in rows if (match := re.match(r"  ([a-z]\S*)", line))]


def options_of(lines):
    """The options of a help text, short and long, each with what its value is, or None."""
    options = {}
    for line in lines:
        if match := re.match(r"  (?:(-\w),)?(--[a-z-]+)(?: (\S+))?(?:  | \.\.\.| \(|$)", line):
            options[match[2]] = match[3]
            if match[1]:
                options[match[1]] = match[3]
    return options
