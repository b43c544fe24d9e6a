"""Runs Starlark files as Python, which is similar enough.

This module defines `load`; the caller defines the other functions of Bazel.
"""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[1]


def run(path, builtins):
    """Returns the names that a file defines. `builtins` holds the functions of Bazel."""
    names = dict(builtins)
    loaded = set()

    def load(label, *symbols, **renamed):
        loaded.update(symbols)
        if label.startswith("@"):
            # Other repositories are not available here, and are needed only when a rule runs.
            names.update({symbol: None for symbol in symbols})
            return
        if label.startswith("//"):
            place = ROOT / label[2:].replace(":", "/")
        else:
            place = path.parent / label[1:]
        found = run(place, builtins)
        names.update({symbol: found[symbol] for symbol in symbols})
        names.update({name: found[symbol] for name, symbol in renamed.items()})

    names["load"] = load
    exec(compile(path.read_text(), path, "exec"), names)  # pylint: disable=exec-used
    return {name: value for name, value in names.items() if name not in loaded}
