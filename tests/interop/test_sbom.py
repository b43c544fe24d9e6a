"""Readers that others wrote take veneer's bills of materials, and find in them what pip lists.

CycloneDX's own library brings the official schema; spdx-tools is SPDX's own. Both come from PyPI.
"""

import json
import os
import pathlib
import subprocess
import sys

import judge
import samples

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from made_images import Image, tar      # noqa: E402
from sample_layers import sbom_layers   # noqa: E402

READERS = ["cyclonedx-python-lib[json-validation]==11.12.0", "spdx-tools==0.8.5"]
# Prints the purls that each document has; fails if one is not valid.
READ = """
import json, sys
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

found = []
for path in sys.argv[1:]:
    if path.endswith(".cdx.json"):
        text = open(path).read()
        if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
            sys.exit(str(fault))
        urls = [str(one.purl) for one in Bom.from_json(json.loads(text)).components if one.purl]
    else:
        document = parse_file(path)
        if faults := validate_full_spdx_document(document):
            sys.exit(str(faults))
        urls = [one.locator for package in document.packages for one in package.external_references]
    found.append(sorted(urls))
print(json.dumps(found))
"""
FORMATS = ("spdx", "cdx")


class Sbom(judge.Judge):
    """Installs the readers once, in the folder of downloads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.readers = samples.python_packages("sbom-readers", READERS)

    def read(self, *paths):
        """Returns the purls of documents, which must be valid."""
        return json.loads(judge.run([sys.executable, "-c", READ, *paths],
                                    env={**os.environ, "PYTHONPATH": self.readers}))

    def test_packages_of_each_kind_and_odd_metadata(self):
        Image([tar(layer) for layer in sbom_layers()]).layout(self.folder / "image")
        paths = [self.folder / f"image.{form}.json" for form in FORMATS]
        for path in paths:
            judge.veneer("sbom", self.folder / "image", "-o", path)
        found = self.read(*paths)
        self.assertEqual(found[0], found[1])
        self.assertEqual(11, len(found[0]))
        self.assertIn("pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12", found[0])

    def test_a_wrong_document_is_found(self):
        Image([tar(layer) for layer in sbom_layers()]).layout(self.folder / "image")
        for form, key in (("spdx", "dataLicense"), ("cdx", "specVersion")):
            path = self.folder / f"wrong.{form}.json"
            judge.veneer("sbom", self.folder / "image", "-o", path)
            path.write_text(path.read_text().replace(f'"{key}"', '"other"'))
            with self.assertRaises(AssertionError):
                self.read(path)

    def test_it_agrees_with_pip(self):
        """An environment that pip filled, whose packages are those of the readers."""
        documents = [self.folder / f"tools.{form}.json" for form in FORMATS]
        judge.veneer("build", "--tree", f"{self.readers}:/srv/site-packages",
                     "--check=off", "-o", f"oci:{self.folder}/tools:a",
                     *(word for path in documents for word in ("--sbom", path)))
        listed = json.loads(subprocess.check_output(
            [sys.executable, "-m", "pip", "list", "--disable-pip-version-check", "--format=json",
             "--path", self.readers], text=True))
        names = sorted(f"pkg:pypi/{one['name'].lower().replace('_', '-')}@{one['version']}"
                       for one in listed)
        self.assertGreater(len(names), 20)
        self.assertEqual([names, names], self.read(*documents))


if __name__ == "__main__":
    judge.main()
