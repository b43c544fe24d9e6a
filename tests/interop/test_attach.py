"""What is attached to an image is found by clients that look for it, in layouts and registries."""

import json

import daemons
import judge
import samples

SPDX = "application/spdx+json"


class Attach(judge.Judge):
    """A registry 2.8 knows no referrers, so clients go by the tag `sha256-<hex>`.

    Debian 12's skopeo writes lists anew, without `artifactType`.
    """

    clients = ("docker-registry", "skopeo", "umoci")

    def test_skopeo_carries_it_to_a_registry_and_back(self):
        images = self.folder / "images"
        samples.build(samples.odd(self.folder), f"oci:{images}:app")
        (self.folder / "a.spdx.json").write_text("{}")
        judge.veneer("attach", f"oci:{images}:app", self.folder / "a.spdx.json")
        layout = samples.Layout(images)
        tag = layout.index["manifests"][0]["digest"].replace(":", "-")
        (self.folder / "notes").write_text("read me")
        judge.veneer("attach", f"oci:{images}:app", self.folder / "notes", "--artifact-type=text/x-notes",
                     "--annotation", "who=me")
        listed = json.loads(judge.run(["skopeo", "inspect", "--raw", f"oci:{images}:{tag}"]))
        self.assertEqual([entry["artifactType"] for entry in listed["manifests"]],
                         [SPDX, "text/x-notes"])
        with daemons.registry(self.folder) as host:
            for name, option in (("app", "--preserve-digests"), (tag, "--all")):
                there = f"docker://{host}/team/app:{name}"
                judge.run(["skopeo", "copy", option, "--dest-tls-verify=false",
                           f"oci:{images}:{name}", there])
                judge.run(["skopeo", "copy", option, "--src-tls-verify=false", there,
                           f"oci:{self.folder}/back:{name}"])
        back = json.loads(judge.run(["skopeo", "inspect", "--raw", f"oci:{self.folder}/back:{tag}"]))
        self.assertEqual([entry["digest"] for entry in back["manifests"]],
                         [entry["digest"] for entry in listed["manifests"]])
        contents = lambda folder: {path.read_bytes() for path in (folder / "blobs/sha256").iterdir()
                                   if path.stat().st_size < 10}
        self.assertEqual(contents(self.folder / "back"), {b"{}", b"read me"})
        again = judge.veneer("attach", f"oci:{self.folder}/back:app", self.folder / "a.spdx.json")
        self.assertIn("was attached before", again)

    def test_umoci_keeps_it(self):
        """umoci drops what index.json does not lead to, and adds to the layout."""
        images = self.folder / "images"
        samples.build(samples.odd(self.folder), f"oci:{images}:app")
        (self.folder / "a.spdx.json").write_text("{}")
        judge.veneer("attach", f"oci:{images}:app", self.folder / "a.spdx.json")
        judge.run(["umoci", "tag", "--image", f"{images}:app", "other"])
        judge.run(["umoci", "gc", "--layout", images])
        self.assertIn("was attached before", judge.veneer("attach", f"oci:{images}:other",
                                                          self.folder / "a.spdx.json"))
        self.assertIn(" 0 blobs dropped,", judge.veneer("gc", images))


if __name__ == "__main__":
    judge.main()
