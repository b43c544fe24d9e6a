"""Every JSON document of a layout is valid by the schemas of the image spec."""

import json
import os
import pathlib
import unittest

import judge
import samples

try:
    import jsonschema
except ImportError:
    jsonschema = None

SPECIFICATION = "github.com/opencontainers/image-spec@v1.1.1"


class Schema(judge.Judge):
    """The schemas are in the specification's Go module, which the go command downloads."""

    clients = ("go",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if jsonschema is None:
            raise unittest.SkipTest("the Python module 'jsonschema' is not installed")
        modules = samples.shared_folder() / "go"
        downloaded = judge.run(
            ["go", "mod", "download", "-json", SPECIFICATION], cwd="/",
            env={**os.environ, "GOMODCACHE": str(modules), "GOFLAGS": "-mod=mod -modcacherw"})
        folder = pathlib.Path(json.loads(downloaded)["Dir"]) / "schema"
        cls.schemas = {path.as_uri(): without_ids(json.loads(path.read_text()))
                       for path in folder.glob("*.json")}
        cls.folder_uri = folder.as_uri()

    def test_layout(self):
        self.check()

    def test_layout_with_base_and_zstd(self):
        self.check("--base", samples.base(), "--compression", "zstd", "--env", "A=b",
                   "--label", "key=value", "--user", "1000:1000", "--workdir", "/tmp")

    def test_a_wrong_document_is_found(self):
        with self.assertRaises(jsonschema.ValidationError):
            self.validate({"schemaVersion": 2, "layers": []}, "image-manifest-schema.json")

    def check(self, *options):
        samples.build(samples.odd(self.folder), f"oci:{self.folder}/image:latest", *options)
        layout = samples.Layout(self.folder / "image")
        self.validate(json.loads((layout.folder / "oci-layout").read_text()),
                      "image-layout-schema.json")
        self.validate(layout.index, "image-index-schema.json")
        self.validate(layout.manifest, "image-manifest-schema.json")
        self.validate(layout.config, "config-schema.json")

    def validate(self, document, name):
        uri = f"{self.folder_uri}/{name}"
        resolver = jsonschema.RefResolver(uri, self.schemas[uri], store=self.schemas)
        jsonschema.Draft4Validator(self.schemas[uri], resolver=resolver).validate(document)


def without_ids(schema):
    """Returns a schema without its ids.

    The ids are URLs on the web, but references to other files are relative to the schema's file.
    """
    if isinstance(schema, list):
        return [without_ids(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: without_ids(value) for key, value in schema.items()
            if key != "id" or not isinstance(value, str)}


if __name__ == "__main__":
    judge.main()
