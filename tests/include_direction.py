"""Fails where an include goes against the one direction: cmd -> oci -> layer.

    include_direction.py PROJECT
"""

import pathlib
import re
import sys

# Each folder may include its own files and those of the folders after it.
FOLDERS = ["cmd", "oci", "layer"]
INCLUDE = re.compile(r'\s*#\s*include\s*["<]([a-z_]+)/')


def wrong_includes(project):
    """Messages, one for each include that goes the wrong way."""
    messages = []
    for rank, folder in enumerate(FOLDERS):
        sources = [path for path in sorted((project / folder).rglob("*"))
                   if path.suffix in (".h", ".cc")]
        if not sources:
            messages.append(f"{folder}: error: holds no sources")
        for path in sources:
            for number, line in enumerate(path.read_text().splitlines(), start=1):
                match = INCLUDE.match(line)
                if match and match[1] in FOLDERS[:rank]:
                    messages.append(f"{path.relative_to(project)}:{number}: error: "
                                    f"'{folder}' may not include '{match[1]}'")
    return messages


def main():
    """The command line."""
    messages = wrong_includes(pathlib.Path(sys.argv[1]))
    print("\n".join(messages), file=sys.stderr, end="\n" if messages else "")
    sys.exit(1 if messages else 0)


if __name__ == "__main__":
    main()
