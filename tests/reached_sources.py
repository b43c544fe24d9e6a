"""Prints the sources that a change since the commit in tests/analyzed can reach, one to a line.

usage: reached_sources.py [all]

A source is reached if it changed or if it includes, directly or not, a header that changed. All
sources are printed with `all`, if git knows nothing of that commit, and if what the check depends
on changed: .clang-tidy, the build files.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("cmd", "layer", "oci")
REACHES_ALL = (".clang-tidy", "CMakePresets.json", "cmake/")


def all_files():
    """Sources and headers of the program, as paths from the root."""
    return sorted(str(path.relative_to(ROOT)) for folder in FOLDERS
                  for path in (ROOT / folder).rglob("*") if path.suffix in (".cc", ".h"))


def changed_files():
    """What differs from the analyzed commit; nothing if that cannot be told."""
    commit = (ROOT / "tests" / "analyzed").read_text().strip()
    # The checkout may be another user's.
    git = ["git", "-c", "safe.directory=*", "-C", str(ROOT)]
    changed = subprocess.run([*git, "diff", "--name-only", commit], capture_output=True, text=True,
                             check=False)
    new = subprocess.run([*git, "ls-files", "--others", "--exclude-standard"], capture_output=True,
                         text=True, check=False)
    if changed.returncode != 0 or new.returncode != 0:
        return None
    return set(changed.stdout.splitlines() + new.stdout.splitlines())


def reached_files(files, changed):
    """The files, and all that include one of the changed."""
    includes = {path: set(re.findall(r'#include "([^"]+)"', (ROOT / path).read_text()))
                for path in files}
    reached = {path for path in files if path in changed}
    while True:
        more = {path for path in files if path not in reached and includes[path] & reached}
        if not more:
            return reached
        reached |= more


def main():
    """Prints them."""
    files = all_files()
    changed = None if sys.argv[1:] == ["all"] else changed_files()
    if changed is None or any(path.startswith(REACHES_ALL) for path in changed):
        reached = set(files)
    else:
        # A header that is gone still reaches whoever includes it: that does not compile.
        reached = reached_files(files, changed)
    for path in files:
        if path in reached and path.endswith(".cc"):
            print(path)


main()
