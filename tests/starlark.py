"""Starlark files run as Python, which they are near enough to. `load` is here; the rest of Bazel is given."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[1]


def run(path, builtins):
    """What a file defines. `builtins` has the functions that Bazel would have."""
    names = dict(builtins)
    loaded = set()

    def load(label, *symbols, **renamed):
        loaded.update(symbols)
        if label.startswith("@"):
            # Not here, and nothing is asked of it before a rule runs.
            names.update({symbol: None for symbol in symbols})
            return
        place = ROOT / label[2:].replace(":", "/") if label.startswith("//") else path.parent / label[1:]
        found = run(place, builtins)
        names.update({symbol: found[symbol] for symbol in symbols})
        names.update({name: found[symbol] for name, symbol in renamed.items()})

    names["load"] = load
    exec(compile(path.read_text(), path, "exec"), names)  # pylint: disable=exec-used
    return {name: value for name, value in names.items() if name not in loaded}
