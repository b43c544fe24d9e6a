"""All that is installed beside a veneer: manual pages, and completions for bash, zsh and fish.

usage: documents.py FOLDER VENEER...     writes FOLDER/man/man1/veneer.1, ...; FOLDER is a "share"

The pages' date is SOURCE_DATE_EPOCH, or that of the program.
"""

import os
import pathlib
import sys

import commands
import completions
import man_pages

# Where each shell looks, below a folder "share".
PLACES = {"bash": "bash-completion/completions/veneer", "zsh": "zsh/site-functions/_veneer",
          "fish": "fish/vendor_completions.d/veneer.fish"}


def write_documents(folder, program):
    """Writes all files into a folder."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", str(int(os.path.getmtime(program[-1]))))
    root = commands.read_commands(program)
    man_pages.write_man_pages(folder / "man" / "man1", root)
    for shell, place in PLACES.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(completions.COMPLETIONS[shell](root), encoding="utf-8")


if __name__ == "__main__":
    write_documents(pathlib.Path(sys.argv[1]), sys.argv[2:])
