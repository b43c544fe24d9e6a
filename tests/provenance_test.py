"""Tests `build --provenance`: what it says, and that it depends on nothing but what was asked for.

tests/interop/test_provenance.py has readers that others wrote.

usage: provenance_test.py VENEER
"""

import hashlib
import json
import os
import shutil

import program
import small_venv
from made_images import Image, member, sha256, tar


class Provenance(program.InFolder):
    """Builds images of a virtual environment on a base, `base`."""

    maxDiff = None

    def setUp(self):
        super().setUp()
        self.base = Image([tar([member("usr/bin/python3.11", "#!", mode=0o755)])])
        self.base.layout(self.top / "base", "latest")
        small_venv.make(self.top / ".venv")
        small_venv.install(self.top / ".venv", "alpha", "1.5")
        small_venv.install(self.top / ".venv", "Beta_x", "2", record=False)
        self.build = ["build", "-q", "--venv", ".venv", "--base", "oci:base:latest", "--check=off",
                      "--env", "A={NOW}", "--label", "b=1", "--compression", "zstd"]

    def document(self, name="p.json"):
        """Returns the document that was written."""
        return json.loads((self.top / name).read_text())

    def test_the_statement(self):
        self.veneer(*self.build, "-o", "oci:images:shop:1", "-o", "oci-archive:a.tar:shop:1",
                    "--provenance", "p.json")
        manifest = json.loads((self.top / "images/index.json").read_text())["manifests"][0]
        digest = {"sha256": manifest["digest"].partition(":")[2]}
        document = self.document()
        self.assertEqual({key: document[key] for key in ("_type", "predicateType", "subject")}, {
            "_type": "https://in-toto.io/Statement/v1",
            "predicateType": "https://slsa.dev/provenance/v1",
            "subject": [{"name": "docker.io/library/shop:1", "digest": digest}]})
        definition = document["predicate"]["buildDefinition"]
        self.assertEqual(definition["externalParameters"], {"options": {
            "venv": ".venv", "base": "oci:base:latest", "check": "off", "env": ["A={NOW}"],
            "label": ["b=1"], "compression": "zstd"}})
        image = json.loads((self.top / "images/blobs/sha256" / digest["sha256"]).read_bytes())
        config = json.loads((self.top / "images/blobs/sha256" /
                             image["config"]["digest"].partition(":")[2]).read_bytes())
        diff_ids = config["rootfs"]["diff_ids"]
        base, alpha, beta = definition["resolvedDependencies"]
        self.assertEqual(base, {
            "name": "oci:base:latest", "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": {"sha256": self.base.manifest["digest"].partition(":")[2]}})
        self.assertEqual((alpha["uri"], beta["uri"]), ("pkg:pypi/beta-x@2", "pkg:pypi/alpha@1.5"))
        self.assertNotIn("record", alpha["annotations"])
        self.assertTrue(beta["annotations"]["record"].startswith("sha256:"))
        self.assertIn(alpha["annotations"]["layer"], diff_ids[1:])
        run = document["predicate"]["runDetails"]
        version = self.veneer("--version").split()[1]
        self.assertEqual(run["builder"]["version"], {"veneer": version})
        self.assertEqual(sorted(run), ["builder", "byproducts"])  # no times
        layers = image["layers"][1:]
        self.assertEqual([(f"sha256:{one['digest']['sha256']}", one["annotations"]["diffId"], one["name"])
                          for one in run["byproducts"]],
                         [(layer["digest"], diff_id, layer["annotations"]["dev.veneer.layer.name"])
                          for layer, diff_id in zip(layers, diff_ids[1:], strict=True)])

    def test_the_predicate_alone(self):
        self.veneer(*self.build, "-o", "oci:a:x", "--provenance", "p.json")
        self.veneer(*self.build, "-o", "oci:b:x", "--provenance", "p.predicate.json")
        self.assertEqual(self.document("p.predicate.json"), self.document()["predicate"])

    def test_the_same_build_elsewhere_says_the_same(self):
        self.veneer(*self.build, "-o", "oci:images:x", "--provenance", "p.json")
        other = self.top / "other"
        other.mkdir()
        for name in (".venv", "base"):
            shutil.copytree(self.top / name, other / name, symlinks=True)
        (other / "veneer.toml").write_text(
            'label = ["b=1"]\nenv = ["A={NOW}"]\n[image.one]\nvenv = ".venv"\ncheck = "off"\n'
            'base = "oci:base:latest"\ncompression = "zstd"\noutput = ["oci:made:x"]\n')
        text = (self.top / "p.json").read_text()
        self.veneer(*self.build, "-o", "oci:more:x", "--provenance", "p.json", "--no-store", "-j1",
                    "--sbom", "a.cdx.json")
        self.assertEqual((self.top / "p.json").read_text(), text)
        here, self.top = self.top, other
        for _ in range(2):  # the second time nothing has changed
            self.run_veneer("build", "-q", "one", "--provenance", "p.json")
            self.assertEqual((other / "p.json").read_text(), text)
        self.top = here
        self.assertNotIn(str(here), text)

    def test_an_image_without_a_name_a_base_or_packages(self):
        (self.top / "a").write_text("a")
        os.environ["SOURCE_DATE_EPOCH"] = "1"
        self.addCleanup(os.environ.pop, "SOURCE_DATE_EPOCH")
        for output in ("oci:images", "oci-archive:a.tar"):
            self.veneer("build", "-q", "--tree", "a:/srv/a", "-o", output, "--provenance", "p.json")
            document = self.document()
            self.assertEqual(list(document["subject"][0]), ["digest"])
            definition = document["predicate"]["buildDefinition"]
            self.assertEqual(definition["externalParameters"], {
                "options": {"tree": ["a:/srv/a"]}, "sourceDate": "1970-01-01T00:00:01Z"})
            self.assertNotIn("resolvedDependencies", definition)

    def test_a_base_that_is_a_docker_archive(self):
        self.base.docker_archive(self.top / "base.tar")
        (self.top / "a").write_text("a")
        self.veneer("build", "-q", "--tree", "a:/srv/a", "--base", "docker-archive:base.tar", "-o",
                    "oci:images", "--provenance", "p.json")
        base, = self.document()["predicate"]["buildDefinition"]["resolvedDependencies"]
        config = self.base.blobs[self.base.config["digest"]]
        self.assertEqual((base["digest"]["sha256"], base["mediaType"]), (
            hashlib.sha256(config).hexdigest(), "application/vnd.oci.image.config.v1+json"))

    def test_it_appears_with_the_image_or_not_at_all(self):
        for path, code in (("none/p.json", 1), ("images/p.json", 1)):
            found, errors = self.run_veneer(*self.build, "-o", "oci:images:x", "--provenance", path)
            self.assertEqual((found, "--provenance" in errors), (code, True), errors)
            self.assertFalse((self.top / "images").exists())
        self.assertEqual(
            self.run_veneer(*self.build, "-o", "oci:images:x", "--provenance", "p", "--sbom",
                            "./p.spdx.json", "--provenance", "q")[0], 2)

    def test_it_can_be_attached(self):
        self.veneer(*self.build, "-o", "oci:images:x", "--provenance", "p.intoto.json")
        self.veneer("attach", "oci:images:x", "p.intoto.json")
        digest = self.document("p.intoto.json")["subject"][0]["digest"]["sha256"]
        self.assertIn(f"sha256-{digest}", (self.top / "images/index.json").read_text())
        data = (self.top / "p.intoto.json").read_bytes()
        self.assertTrue((self.top / "images/blobs/sha256" / sha256(data).partition(":")[2]).exists())


if __name__ == "__main__":
    program.main()
