"""Tests that veneer's JSON output is valid by the schemas in docs/, and broken output is not.

usage: json_schema_test.py VENEER
"""

import json
import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest

import program
from made_images import Image, tar
from sample_layers import SAMPLES, debian_layer, python_layer

try:
    import jsonschema
except ImportError:
    jsonschema = None

HERE = pathlib.Path(__file__).resolve().parent


def validator(name):
    """Returns a validator for docs/NAME.schema.json, which must be a valid schema."""
    schema = json.loads((HERE.parent / "docs" / f"{name}.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


@unittest.skipIf(jsonschema is None, "the Python module 'jsonschema' is not installed")
class JsonSchema(unittest.TestCase):
    """Validates output for a layout and for an mtree with every kind of entry."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.top = pathlib.Path(self.temporary.name)
        layout = HERE / "layouts" / "b_namespace_app.rp2.3.2.runfiles.tsv"
        subprocess.run([sys.executable, HERE / "materialize_layout.py", layout,
                        self.top / "layout"], check=True)
        self.own = HERE / "golden" / "overrides"
        self.inputs = [(self.top / "layout" / "execroot", ["--spec", "../spec"]),
                       (self.own, shlex.split((self.own / "args").read_text())),
                       (HERE / "golden" / "mtree_and_tree", shlex.split(
                           (HERE / "golden" / "mtree_and_tree" / "args").read_text()))]

    def veneer(self, folder, *arguments, status=0):
        """Runs veneer; returns the JSON document that it prints."""
        done = subprocess.run([program.VENEER, *arguments, "--json"], cwd=folder,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return json.loads(done.stdout)

    def test_errors(self):
        """A build that fails says why, with the position and the notes that stderr has."""
        (self.top / "root.mtree").write_text("#mtree\n./a type=link link=b\n./b type=link link=a\n")
        for inputs in (["--mtree", "root.mtree"], ["--tree", "nowhere:x"], ["--plan", "x"]):
            document = self.veneer(self.top, "build", *inputs, "-o", "oci:image", "--no-store",
                                   status=1)
            validator("errors").validate(document)
        self.assertEqual(document["errors"][0]["at"]["file"], "x")
        self.assertFalse(validator("errors").is_valid({"errors": []}))
        (self.top / "variables").write_bytes(b"A=\xff\n")
        document = self.veneer(self.top, "build", "--tree", ".:x", "--env-file=variables", "-o",
                               "oci:image", "--no-store", status=1)
        validator("errors").validate(document)
        self.assertEqual(document["errors"][0]["at"],
                         {"file": "variables", "line": 1, "column": 1})

    def test_help(self):
        """All commands, and one by itself; a form of an option that is not described is refused."""
        schema = validator("help")
        for words in ([], ["build"], ["store", "gc"], ["tar"]):
            document = self.veneer(self.top, "help", *words)
            schema.validate(document)
        document = self.veneer(self.top, "help", "store", "gc")
        self.assertEqual(document["name"], "gc")
        del document["options"][0]["names"]
        self.assertFalse(schema.is_valid(document))

    def test_plan(self):
        """Every plan is valid; a document with a missing or an extra field is not."""
        schema = validator("plan")
        for folder, options in self.inputs:
            document = self.veneer(folder, "plan", *options)
            schema.validate(document)
            for broken in (document | {"extra": 1}, document | {"format": 2},
                           {key: document[key] for key in document if key != "summary"}):
                self.assertFalse(schema.is_valid(broken))
            document["layers"][0]["entries"][0]["mode"] = "755"
            self.assertFalse(schema.is_valid(document))

    def test_explain(self):
        """Explanations are valid for every path of every plan, a missing path, and the root."""
        schema = validator("explain")
        for folder, options in self.inputs:
            layers = self.veneer(folder, "plan", *options)["layers"]
            paths = {entry["path"] for layer in layers for entry in layer["entries"]}
            asked = [word for path in sorted(paths) for word in ("--explain", path)]
            document = self.veneer(folder, "plan", *options, *asked, "--explain", "/",
                                   "--explain", "not/there", status=1)
            schema.validate(document)
            self.assertEqual(len(document["explanations"]), len(paths) + 2)
            document["explanations"][0]["type"] = "pipe"
            self.assertFalse(schema.is_valid(document))

    def test_build(self):
        """Reports of builds are valid for every input and both layouts of runfiles."""
        schema = validator("build")
        for number, (folder, options) in enumerate(self.inputs):
            document = self.veneer(folder, "build", *options, "--check=warn",
                                   "-o", f"oci:{self.top}/{number}")
            schema.validate(document)
            self.assertIn("checks", document)
            self.assertEqual(document["dropped"], [])
        folder, options = self.inputs[0]
        document = self.veneer(folder, "build", *options, "--runfiles-layout=venv", "--check=off",
                               "-o", f"oci-archive:{self.top}/venv.tar:x")
        schema.validate(document)
        self.assertEqual(sum(paths["paths"] for paths in document["dropped"]), 32)
        document["dropped"][0]["paths"] = 0
        self.assertFalse(schema.is_valid(document))

    def test_inspect_and_diff(self):
        """Reports on images are valid for every kind of entry, package and difference."""
        layers = [members for sample in SAMPLES.values() for members in sample]
        Image([tar(members) for members in [debian_layer(), python_layer(), *layers]],
              history=[{"created_by": "all"}]).layout(self.top / "a")
        Image([tar(debian_layer()), tar(python_layer("2.0"))], level=None,
              config={"User": "me"}).layout(self.top / "b")
        Image([tar(debian_layer())]).docker_archive(self.top / "c")
        for name, options in [("a", ["--files"]), ("b", ["--layer", "2", "--files"]), ("c", [])]:
            document = self.veneer(self.top, "inspect", name, *options)
            validator("inspect").validate(document)
            for broken in (document | {"extra": 1}, document | {"format": 2},
                           {key: document[key] for key in document if key != "waste"}):
                self.assertFalse(validator("inspect").is_valid(broken))
        over = self.veneer(self.top, "inspect", "a", "--max-layers", "1", "--max-size", "1",
                           "--max-waste", "0%", status=1)
        validator("inspect").validate(over)
        self.assertEqual(len(over["over"]), 3)
        for name, path, status in [("a", "usr/lib/libc.so.6", 0), ("a", "d/a", 0), ("b", "gone", 1)]:
            document = self.veneer(self.top, "why", name, path, status=status)
            validator("why").validate(document)
            self.assertFalse(validator("why").is_valid(document | {"chain": []}))
        for pair in ("ab", "ba", "bc", "cc"):
            document = self.veneer(self.top, "diff", *pair, status=0 if pair == "cc" else 1)
            validator("diff").validate(document)
            self.assertFalse(validator("diff").is_valid(document | {"files": None}))


if __name__ == "__main__":
    program.main()
