"""Tests `sbom` and `build --sbom`: what documents say, that they stay the same, and refused options.

tests/interop/test_sbom.py has readers that others wrote.

usage: sbom_test.py VENEER
"""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import program
from made_images import Image, tar
from sample_layers import sbom_layers

URLS = ["pkg:apk/debian/busybox@1.36.1-r29?arch=x86_64&distro=debian-12",
        "pkg:apk/debian/musl@1.2.5-r0?arch=x86_64&distro=debian-12",
        "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12",
        "pkg:deb/debian/python3-six@1.16.0-4?arch=all&distro=debian-12",
        "pkg:pypi/typing-extensions@4.9%2Blocal", "pkg:pypi/changed@1", "pkg:pypi/odd@1%1B%5B31m",
        "pkg:pypi/own@1", "pkg:pypi/six@1.16.0", "pkg:pypi/twice@1", "pkg:pypi/twice@1"]
LICENSES = {"busybox": {"license": {"name": "GPL-2.0-only AND (MIT OR made up)"}},
            "musl": {"license": {"id": "MIT"}}, "libc6": None, "python3-six": None,
            "Typing_Extensions": {"expression": "PSF-2.0 OR (MIT)"},
            "changed": {"license": {"name": "BSD"}}, "odd": {"license": {"name": "MIT AND"}},
            "own": {"expression": "LicenseRef-Own AND MIT"}, "six": {"license": {"id": "MIT"}},
            "twice": {"license": {"id": "MIT"}}}


class Sbom(unittest.TestCase):
    """Runs veneer in a folder with an image, `image`."""

    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        self.image = Image([tar(layer) for layer in sbom_layers()],
                           {"Labels": {"org.opencontainers.image.title": "shop"}})
        self.image.layout(self.top / "image")

    def veneer(self, *arguments, code=0, env=None):
        """Runs veneer; returns its standard output, or of a failure its standard error."""
        done = subprocess.run([program.VENEER, *arguments], cwd=self.top, capture_output=True,
                              text=True, check=False, timeout=120, env={**os.environ, **(env or {})})
        self.assertEqual(code, done.returncode, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def test_cyclonedx(self):
        document = json.loads(self.veneer("sbom", "image", "--format=cyclonedx"))
        system, *components = document["components"]
        self.assertEqual(("operating-system", "debian", "12"),
                         (system["type"], system["name"], system["version"]))
        self.assertEqual(sorted(URLS), sorted(one["purl"] for one in components))
        self.assertEqual(LICENSES, {one["name"]: one["licenses"][0] if "licenses" in one else None
                                    for one in components})
        references = [one["bom-ref"] for one in document["components"]]
        self.assertEqual(len(references), len(set(references)))
        image = document["metadata"]["component"]
        self.assertEqual("shop", image["name"])
        self.assertEqual(self.image.manifest["digest"], image["version"])
        self.assertEqual("2026-01-02T03:04:05Z", document["metadata"]["timestamp"])
        changed = next(one for one in components if one["name"] == "changed")
        values = {one["name"]: one["value"] for one in changed["properties"]}
        self.assertEqual(("2", "2", "1"), tuple(values[f"veneer:{name}"] for name in
                                                ("layer", "record:files", "record:genuine")))
        config = json.loads(self.image.blobs[self.image.config["digest"]])
        self.assertEqual(config["rootfs"]["diff_ids"][1], values["veneer:layer:diffId"])
        self.assertEqual("venv/lib/python3.11/site-packages/changed-1.dist-info/METADATA",
                         changed["evidence"]["occurrences"][0]["location"])

    def test_spdx(self):
        text = self.veneer("sbom", "image")
        document = json.loads(text)
        self.assertNotIn("\x1b", text)
        _, _, *packages = document["packages"]
        self.assertEqual(sorted(URLS), sorted(one["externalRefs"][0]["referenceLocator"]
                                              for one in packages))
        ids = [one["SPDXID"] for one in document["packages"]]
        self.assertEqual(len(ids), len(set(ids)))
        for one in ids:
            self.assertRegex(one, r"^SPDXRef-[A-Za-z0-9.-]+$")
        self.assertEqual(set(ids), {one["relatedSpdxElement"] for one in document["relationships"]})
        declared = {one["name"]: one["licenseDeclared"] for one in packages}
        self.assertEqual("NOASSERTION", declared["libc6"])
        self.assertEqual("PSF-2.0 OR (MIT)", declared["Typing_Extensions"])
        texts = {one["licenseId"]: one["extractedText"]
                 for one in document["hasExtractedLicensingInfos"]}
        self.assertEqual("BSD", texts[declared["changed"]])
        self.assertIn("LicenseRef-Own", texts)
        changed = next(one for one in packages if one["name"] == "changed")
        self.assertIn("has hashes of 2 files: 1 are in the image as recorded", changed["sourceInfo"])

    def test_the_same_image_elsewhere_has_the_same_document(self):
        self.image.oci_archive(self.top / "image.tar", "other")
        for form in ("spdx", "cyclonedx"):
            text = self.veneer("sbom", "image", "--format", form)
            for again in (["oci-archive:image.tar:other"], ["image", "--no-store", "-j1"],
                          ["image", "-o", "-"]):
                self.assertEqual(text, self.veneer("sbom", *again, "--format", form))

    def test_the_name_of_the_file_chooses_the_format(self):
        for name, key in (("a.spdx.json", "spdxVersion"), ("a.cdx.json", "bomFormat"),
                          ("a.json", "spdxVersion")):
            self.assertEqual("", self.veneer("sbom", "image", "-o", name))
            self.assertIn(key, json.loads((self.top / name).read_text()))

    def test_files_are_listed_with_the_digest_of_what_is_there(self):
        document = json.loads(self.veneer("sbom", "image", "--format=cyclonedx", "--files"))
        files = {file["name"]: file["hashes"][0]["content"] for one in document["components"]
                 for file in one.get("components", [])}
        self.assertEqual("4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce",
                         files["venv/lib/python3.11/site-packages/changed.py"])
        error = self.veneer("sbom", "image", "--files", code=2)
        self.assertIn("--files: only --format=cyclonedx lists files: SPDX wants a SHA-1", error)

    def test_what_a_build_writes_is_what_sbom_says_of_its_image(self):
        (self.top / "tree").mkdir()
        (self.top / "tree" / "a").write_text("a")
        outputs = ("oci:built:a", "docker-archive:built.tar:a:1")
        for output in outputs:
            self.veneer("build", "--tree", "tree:/srv", "--base", "oci:image", "-o", output,
                        "--sbom", "a.spdx.json", "--sbom", "a.cdx.json", "--label",
                        "org.opencontainers.image.title=mine")
            if output == outputs[0]:
                for name in ("a.spdx.json", "a.cdx.json"):
                    self.veneer("sbom", "oci:built:a", "-o", f"again.{name}")
                    self.assertEqual((self.top / f"again.{name}").read_text(),
                                     (self.top / name).read_text())
            document = json.loads((self.top / "a.cdx.json").read_text())
            self.assertEqual("mine", document["metadata"]["component"]["name"])
            self.assertEqual(12, len(document["components"]))

    def test_a_build_refuses_a_name_without_a_format_and_two_outputs_in_one_place(self):
        build = ["build", "--tree", "image:/srv", "-o", "oci:built:a", "--sbom"]
        self.assertIn("the name 'a.json' does not say which format: expected *.spdx.json or "
                      "*.cdx.json", self.veneer(*build, "a.json", code=2))
        self.assertIn("a.cdx.json", self.veneer(*build, "a.cdx.json", "--sbom", "./a.cdx.json",
                                                code=1))
        self.assertFalse((self.top / "built").exists())

    def test_an_image_without_packages_or_time(self):
        image = Image([tar([])])
        image.layout(self.top / "empty")
        for form in ("spdx", "cyclonedx"):
            json.loads(self.veneer("sbom", "empty", "--format", form))
        for seconds, time in (("1", "1970-01-01T00:00:01Z"), ("", "1970-01-01T00:00:00Z")):
            self.veneer("build", "--tree", "image:/srv", "-o", f"oci:dated{seconds}:a",
                        "--sbom", "a.cdx.json", env={"SOURCE_DATE_EPOCH": seconds})
            document = json.loads((self.top / "a.cdx.json").read_text())
            self.assertEqual(time, document["metadata"]["timestamp"])


if __name__ == "__main__":
    program.main()
