"""Checks that each source is in a room, and includes no file of a room further down the list.

usage: rooms.py PROJECT
"""

import pathlib
import re
import sys

# The rooms in the order of a build. A room may include its own files and those of earlier rooms.
ROOMS = [
    "layer/base", "layer/disk", "layer/process", "layer/model", "layer/store", "layer/probe",
    "layer/read", "layer/python", "layer/resolve", "layer/identify", "layer/place", "layer/plan", "layer/check",
    "layer/toc", "layer/write", "layer/bsdtar",
    "oci/model", "oci/tar", "oci/toc", "oci/read", "oci/inspect", "oci/sbom", "oci/write", "oci/check",
    "oci/convert",
    "oci/load",
    "cmd/report", "cmd/options", "cmd/words", "cmd/project", "cmd/steps", "cmd/inspect", "cmd/tar",
    "cmd/trace", "cmd/worker", "cmd",
]
MOST_SOURCES = 20  # in one room
MOST_LINES = 300   # in one file
INCLUDE = re.compile(r'\s*#\s*include\s*"([a-z_/]+)/[a-z0-9_]+\.h"')


def faults_of_file(path, room):
    """Generates the messages about one file."""
    lines = path.read_text().splitlines()
    if len(lines) > MOST_LINES:
        yield f"{path}:{MOST_LINES + 1}: error: goes on past line {MOST_LINES}: it holds two ideas"
    for number, line in enumerate(lines, start=1):
        match = INCLUDE.match(line)
        if match and match[1] not in ROOMS[:ROOMS.index(room) + 1]:
            yield f"{path}:{number}: error: '{room}' may not include '{match[1]}'"


def faults(project):
    """Generates the messages about all rooms."""
    sources = [path.relative_to(project) for folder in ("layer", "oci", "cmd")
               for path in sorted((project / folder).rglob("*")) if path.suffix in (".h", ".cc")]
    for room in ROOMS:
        count = sum(path.suffix == ".cc" and str(path.parent) == room for path in sources)
        if not 0 < count <= MOST_SOURCES:
            yield f"{room}: error: has {count} sources, expected 1 to {MOST_SOURCES}"
    for path in sources:
        room = str(path.parent)
        if room not in ROOMS:
            yield f"{path}: error: lies in no room of tests/rooms.py"
        else:
            for message in faults_of_file(project / path, room):
                yield message.removeprefix(f"{project}/")


def main():
    """Runs the command line."""
    messages = list(faults(pathlib.Path(sys.argv[1])))
    print("\n".join(messages), file=sys.stderr, end="\n" if messages else "")
    sys.exit(1 if messages else 0)


if __name__ == "__main__":
    main()
