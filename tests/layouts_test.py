"""Packs every layout in tests/layouts from each input form, and checks the plans.

usage: layouts_test.py VENEER

For each layout:
- the runfiles directory, the runfiles manifest and the spec give the same plan;
- the plan agrees with *.expected.tsv, if there is one;
- no content of 4 KiB or more is stored twice;
- no link inside the image is dangling;
- the text of the plan gives the same image;
- on a base with a shell and a Python, the image verifies without errors.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import elf_sample
import program

HERE = pathlib.Path(__file__).resolve().parent
MIN_SHARED = 4096


def veneer(folder, *arguments):
    """Runs veneer in the layout's execroot; returns its output."""
    done = subprocess.run([program.VENEER, *arguments], cwd=folder / "execroot",
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


def plan(folder, *options):
    """Returns the plan's layers, and the entries of all of them."""
    layers = json.loads(veneer(folder, "plan", "--json", *options))["layers"]
    return layers, [entry for layer in layers for entry in layer["entries"]]


def below_runfiles(path):
    """Turns `app/x.runfiles/_main/a` into `_main/a`. Returns None for a path outside runfiles."""
    head, found, tail = path.partition(".runfiles/")
    return tail if found else None


def expected_packing(layout):
    """Reads *.expected.tsv; returns {path: ("file", exec path) or ("symlink", text)}."""
    file = layout.with_name(layout.name.replace(".runfiles.tsv", ".expected.tsv"))
    if not file.exists():
        return {}
    rows = [line.split("\t") for line in file.read_text().splitlines() if not line.startswith("#")]
    return {row[0]: (row[1], row[2]) for row in rows}


def resolves(path, by_path, depth=0):
    """Whether a path of the image leads, through its symlinks, to an entry."""
    if depth > 40:
        return False
    done = ""
    for component in path.split("/"):
        if component == "..":
            done = os.path.dirname(done)
            continue
        done = f"{done}/{component}" if done else component
        entry = by_path.get(done)
        if entry is None:
            return False
        if entry["type"] == "symlink":
            target = os.path.normpath(os.path.join(os.path.dirname(done), entry["link"]))
            rest = path[len(done) + 1:] if path.startswith(done) else ""
            return resolves(os.path.join(target, rest) if rest else target, by_path, depth + 1)
    return True


class Layouts(unittest.TestCase):
    """One test per layout, added below."""

    def check(self, layout):
        """Checks one layout."""
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary) / "layout"
            subprocess.run([sys.executable, HERE / "materialize_layout.py", layout, folder],
                           check=True)
            binary = next((folder / "execroot").glob("bazel-out/*/bin/*.runfiles")).with_suffix("")
            forms = {
                "binary": [str(binary)],
                "manifest": ["--runfiles-manifest", f"{binary}.runfiles_manifest"],
                "spec": ["--spec", "../spec"],
            }
            shapes = {}
            for form, options in forms.items():
                layers, entries = plan(folder, *options)
                self.check_packing(layout, entries)
                self.check_links(entries)
                self.check_once(folder, entries)
                shapes[form] = [(layer["name"], [(e["path"], e["type"], e.get("link"), e["size"])
                                                 for e in layer["entries"]]) for layer in layers]
            self.assertEqual(shapes["binary"], shapes["manifest"])
            self.assertEqual(shapes["binary"], shapes["spec"])
            self.check_image(folder, binary)
            self.check_detour(folder, forms["spec"])
            self.check_venv_layout(folder, shapes["spec"], forms)

    def check_venv_layout(self, folder, faithful, forms):
        """Checks --runfiles-layout=venv: the same files in the same layers, each stored once.

        No link is dangling, and all input forms give the same plan.
        """
        shapes = []
        for options in forms.values():
            layers, entries = plan(folder, "--runfiles-layout=venv", *options)
            self.check_links(entries)
            self.check_once(folder, entries)
            shapes.append([(layer["name"], [(e["path"], e["type"], e.get("link"), e["size"])
                                            for e in layer["entries"]]) for layer in layers])
            self.check_home(folder, entries)
        self.assertEqual(shapes[0], shapes[1])
        self.assertEqual(shapes[0], shapes[2])
        for (name, before), (new_name, after) in zip(faithful, shapes[0], strict=True):
            self.assertEqual(name, new_name)
            self.assertEqual(sorted(size for _, kind, _, size in before if kind == "file"),
                             sorted(size for _, kind, _, size in after if kind == "file"))

    def check_home(self, folder, entries):
        """Checks that wheels' files are in the virtual environment.

        A file keeps its own path only if the virtual environment has no file at that place, or has
        the file of another wheel.
        """
        def content(entry):
            return (folder / "execroot" / entry["source"]).read_bytes() if entry["size"] else b""

        shown = {e["path"].partition("/site-packages/")[2]: e for e in entries
                 if ".venv/lib/" in e["path"] and e["type"] == "file"}
        for entry in entries:
            _, inside, place = (below_runfiles(entry["path"]) or "").partition("/site-packages/")
            if inside and place in shown and shown[place] is not entry:
                self.assertEqual(entry["type"], "file", entry)
                self.assertNotEqual(content(entry), content(shown[place]), entry)

    def check_detour(self, folder, options):
        """Checks that the plan's text gives the same image and the same single layer."""
        text = veneer(folder, "plan", "--files", *options)
        (folder / "execroot" / "the.plan").write_text(text)
        read_back = ["--plan", "the.plan"]
        self.assertEqual(text, veneer(folder, "plan", "--files", *read_back))
        images = [json.loads(veneer(folder, "build", "--json", "--check=off", *way,
                                    "-o", f"oci:../detour{number}"))
                  for number, way in enumerate((options, read_back))]
        self.assertEqual(images[0]["manifest"], images[1]["manifest"])
        last = images[0]["layers"][-1]
        printed = veneer(folder, "layer", *read_back, "--only", last["name"], "-o", "last.tar.gz")
        self.assertEqual(printed, f"last.tar.gz {last['digest']}\n")

    def check_image(self, folder, binary):
        """Checks that the image builds and verifies without messages."""
        root = folder / "base"
        for name in ("usr/bin/env", "bin/bash", "usr/bin/python3.13"):
            elf_sample.write(root / name, program=True)
        (root / "usr/bin/python3").symlink_to("python3.13")
        (root / "usr/lib/python3.13").mkdir(parents=True)
        (root / "usr/lib/python3.13/os.py").touch()
        base, image = f"oci:{folder}/base-image", f"oci:{folder}/image"
        trees = ["--tree", f"{root}/usr:usr", "--tree", f"{root}/bin:bin"]
        for command in (["build", *trees, "-o", base],
                        ["build", binary, "--base", base, "-o", image],
                        ["verify", image]):
            done = subprocess.run([program.VENEER, *command], capture_output=True, text=True,
                                  check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def check_packing(self, layout, entries):
        """Checks the type of every expected path, and the text of every expected link."""
        packed = {below_runfiles(e["path"]): e for e in entries}
        for path, (kind, text) in expected_packing(layout).items():
            entry = packed.get(path)
            self.assertIsNotNone(entry, path)
            self.assertEqual(entry["type"], kind, path)
            if kind == "symlink":
                self.assertEqual(entry["link"], text, path)

    def check_links(self, entries):
        """Checks that every relative link leads to an entry of the image."""
        by_path = {entry["path"]: entry for entry in entries}
        for entry in entries:
            if entry["type"] == "hardlink":
                self.assertEqual(by_path[entry["link"]]["type"], "file")
            if entry["type"] == "symlink" and not entry["link"].startswith("/"):
                self.assertTrue(resolves(entry["path"], by_path), entry)

    def check_once(self, folder, entries):
        """Checks that no two stored files of 4 KiB or more have equal content."""
        seen = {}
        for entry in entries:
            if entry["type"] != "file" or entry["size"] < MIN_SHARED:
                continue
            content = (folder / "execroot" / entry["source"]).read_bytes()
            digest = hashlib.sha256(content).digest()
            self.assertNotIn(digest, seen, (entry["path"], seen.get(digest)))
            seen[digest] = entry["path"]


if __name__ == "__main__":
    program.add_tests(Layouts, sorted((HERE / "layouts").glob("*.runfiles.tsv")),
                      lambda layout: layout.name.removesuffix(".runfiles.tsv"))
    program.main()
