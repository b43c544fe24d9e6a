"""Tests `attach`: what a layout holds then, and that all commands read it.

tests/interop/test_attach.py has clients that look for such files.

usage: attach_test.py VENEER
"""

import concurrent.futures
import hashlib
import json

import program
from made_images import OCI, Image, member, sha256, tar

SPDX = "application/spdx+json"
EMPTY = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": sha256(b"{}"), "size": 2}


def tag_of(digest):
    """The tag of the index that lists what is attached to a manifest."""
    return digest.replace(":", "-")


class Attach(program.InFolder):
    """Runs veneer in a folder with a layout, `all`, that has one image, `app`."""

    maxDiff = None

    def setUp(self):
        super().setUp()
        self.image = Image([tar([member("a", "1")])])
        self.image.layout(self.top / "all", "app")
        self.digest = self.image.manifest["digest"]
        (self.top / "a.spdx.json").write_text('{"spdxVersion": "SPDX-2.3"}')
        (self.top / "notes.txt").write_text("notes")

    def blob(self, digest):
        """Returns a document of the layout."""
        data = (self.top / "all/blobs/sha256" / digest.partition(":")[2]).read_bytes()
        self.assertEqual(sha256(data), digest)
        return json.loads(data)

    def tags(self):
        """Returns {tag: digest} of the layout."""
        index = json.loads((self.top / "all/index.json").read_text())
        return {entry["annotations"]["org.opencontainers.image.ref.name"]: entry["digest"]
                for entry in index["manifests"]}

    def listed(self, digest=None):
        """Returns the index that lists what is attached."""
        return self.blob(self.tags()[tag_of(digest or self.digest)])

    def test_the_documents(self):
        output = self.veneer("attach", "oci:all:app", "a.spdx.json")
        entry, = self.listed()["manifests"]
        self.assertEqual(output, f"a.spdx.json attached to oci:all:app {self.digest}\n"
                                 f"as {entry['digest']}; oci:all:{tag_of(self.digest)} lists 1 file\n")
        data = (self.top / "a.spdx.json").read_bytes()
        self.assertEqual(self.blob(entry["digest"]), {
            "schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json", "artifactType": SPDX,
            "config": EMPTY, "subject": self.image.manifest,
            "layers": [{"mediaType": SPDX, "digest": sha256(data), "size": len(data),
                        "annotations": {"org.opencontainers.image.title": "a.spdx.json"}}]})
        self.assertEqual(self.listed(), {
            "schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json",
            "manifests": [{"mediaType": f"{OCI}.manifest.v1+json", "digest": entry["digest"],
                           "size": entry["size"], "artifactType": SPDX}]})
        self.assertEqual(self.blob(EMPTY["digest"]), {})

    def test_types_and_annotations(self):
        self.veneer("attach", "all:app", "notes.txt", "--artifact-type", "application/vnd.x.notes",
                    "--annotation", "b=2", "--annotation", "a=1=1")
        self.veneer("attach", "all", "notes.txt", "--artifact-type", "application/vnd.x.notes",
                    "--media-type", "text/plain")
        first, second = self.listed()["manifests"]
        self.assertEqual((first["annotations"], "annotations" in second), ({"a": "1=1", "b": "2"}, False))
        manifests = [self.blob(entry["digest"]) for entry in (first, second)]
        self.assertEqual([one["layers"][0]["mediaType"] for one in manifests],
                         ["application/octet-stream", "text/plain"])
        self.assertEqual(manifests[0]["annotations"], first["annotations"])

    def test_the_same_file_again_changes_nothing(self):
        self.veneer("attach", "oci:all:app", "a.spdx.json")
        before = program.files_below(self.top / "all")
        self.assertIn("a.spdx.json was attached before to oci:all:app",
                      self.veneer("attach", "oci:all:app", "a.spdx.json"))
        self.assertEqual(program.files_below(self.top / "all"), before)
        for blob in (self.top / "all/blobs/sha256").iterdir():  # one that is lost comes back
            if blob.read_bytes() == (self.top / "a.spdx.json").read_bytes():
                blob.unlink()
        self.veneer("attach", "oci:all:app", "a.spdx.json")
        self.assertEqual(program.files_below(self.top / "all"), before)

    def test_nothing_is_written_behind_a_link(self):
        """A blob may be a link; a folder of blobs is another layout's."""
        (self.top / "other").mkdir()
        for folder in ("blobs/sha256", "blobs"):
            path = self.top / "all" / folder
            path.rename(self.top / "other" / path.name)
            path.symlink_to(self.top / "other" / path.name)
            before = [program.files_below(self.top / name) for name in ("all", "other")]
            for command in (["attach", "oci:all:app", "a.spdx.json"],
                            ["convert", "-q", "oci:all:app", "oci:all:b", "--compression=zstd"]):
                code, error = self.run_veneer(*command)
                self.assertEqual((code, error), (
                    1, f"all/{folder}: error: is a link, so blobs would be written outside of this "
                    f"layout\nall/{folder}: help: put a folder in the link's place, which may hold "
                    "links to single blobs\n"))
            self.assertEqual([program.files_below(self.top / name) for name in ("all", "other")],
                             before)
            self.assertEqual(self.run_veneer("verify", "-q", "oci:all:app")[0], 0)
            path.unlink()
            (self.top / "other" / path.name).rename(path)

    def test_a_list_of_another_tool_keeps_what_it_has(self):
        other = {"mediaType": f"{OCI}.manifest.v1+json", "digest": sha256(b"other"), "size": 5,
                 "data": "b3RoZXI=", "annotations": {"who": "other"}}
        listed = json.dumps({"schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json",
                             "annotations": {"mine": "too"}, "manifests": [other]}).encode()
        (self.top / "all/blobs/sha256" / hashlib.sha256(listed).hexdigest()).write_bytes(listed)
        index = json.loads((self.top / "all/index.json").read_text())
        index["manifests"].append({
            "mediaType": f"{OCI}.index.v1+json", "digest": sha256(listed), "size": len(listed),
            "annotations": {"org.opencontainers.image.ref.name": tag_of(self.digest)}})
        (self.top / "all/index.json").write_text(json.dumps(index))
        self.veneer("attach", "all", "a.spdx.json")
        document = self.listed()
        self.assertEqual((document["annotations"], document["manifests"][0]), ({"mine": "too"}, other))
        self.assertEqual(len(document["manifests"]), 2)

    def test_several_at_once(self):
        for number in range(12):
            (self.top / f"{number}.sarif").write_text(str(number))
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            for done in [pool.submit(self.veneer, "attach", "oci:all:app", f"{number}.sarif")
                         for number in range(12)]:
                done.result()
        titles = {self.blob(entry["digest"])["layers"][0]["annotations"]["org.opencontainers.image.title"]
                  for entry in self.listed()["manifests"]}
        self.assertEqual(titles, {f"{number}.sarif" for number in range(12)})

    def test_an_index_and_one_of_its_images(self):
        other = Image([tar([member("b", "2")])])
        config = json.loads(other.blobs[other.config["digest"]]) | {"architecture": "arm64"}
        other.config = other.add("config.v1+json", json.dumps(config).encode())
        manifest = json.loads(other.blobs[other.manifest["digest"]]) | {"config": other.config}
        other.manifest = other.add("manifest.v1+json", json.dumps(manifest).encode())
        other.layout(self.top / "arm", "app")
        self.veneer("index", "--image", "oci:all:app", "--image", "oci:arm:app", "-o", "oci:all:both")
        both = self.tags()["both"]
        self.veneer("attach", "oci:all:both", "a.spdx.json")
        self.veneer("attach", "oci:all:both", "a.spdx.json", "--platform", "linux/arm64")
        for digest, kind in ((both, "index"), (other.manifest["digest"], "manifest")):
            entry, = self.listed(digest)["manifests"]
            subject = self.blob(entry["digest"])["subject"]
            self.assertEqual((subject["digest"], subject["mediaType"]),
                             (digest, f"{OCI}.{kind}.v1+json"))

    def test_others_read_the_layout_as_before(self):
        image = self.veneer("inspect", "all")
        self.veneer("attach", "all", "a.spdx.json")
        index = json.loads((self.top / "all/index.json").read_text())
        entry, = self.listed()["manifests"]
        index["manifests"].append(entry)  # as oras lists it
        (self.top / "all/index.json").write_text(json.dumps(index))
        self.assertEqual(self.veneer("inspect", "all"), image)
        self.veneer("verify", "all")
        self.veneer("build", "--tree", "notes.txt:/srv/notes", "--base", "oci:all", "-o", "oci:built:a")
        self.veneer("convert", "oci:all", "oci:copy:app")
        self.veneer("convert", f"oci:all:{tag_of(self.digest)}", f"oci:copy:{tag_of(self.digest)}")
        self.assertEqual(self.run_veneer("inspect", f"all:{tag_of(self.digest)}")[0], 1)
        before = program.files_below(self.top / "copy")
        self.assertIn("was attached before", self.veneer("attach", "oci:copy:app", "a.spdx.json"))
        self.assertEqual(program.files_below(self.top / "copy"), before)

    def test_gc(self):
        self.veneer("attach", "all", "a.spdx.json")
        entry, = self.listed()["manifests"]
        index = json.loads((self.top / "all/index.json").read_text())
        index["manifests"].append(entry | {"annotations": {
            "org.opencontainers.image.ref.name": "first"}})
        (self.top / "all/index.json").write_text(json.dumps(index))
        self.veneer("attach", "oci:all:first", "notes.txt", "--artifact-type", "text/plain")
        index = json.loads((self.top / "all/index.json").read_text())
        index["manifests"] = [one for one in index["manifests"] if "artifactType" not in one]
        (self.top / "all/index.json").write_text(json.dumps(index))
        self.assertEqual(self.veneer("gc", "all"), "all: 0 blobs dropped, 0 B, 10 kept\n")
        kept = program.files_below(self.top / "all")
        Image([tar([member("new", "2")])]).layout(self.top / "new", "app")
        self.veneer("convert", "-q", "--no-store", "oci:new:app", "oci:all:app")
        self.assertRegex(self.veneer("gc", "all", "--dry-run"), "what is attached to 2 images\n$")
        self.assertLess(kept.keys(), program.files_below(self.top / "all").keys())
        self.assertRegex(self.veneer("gc", "all"),
                         "^all: 10 blobs dropped, .*B, 3 kept; among them what is attached to 2 images\n$")
        self.assertEqual(list(self.tags()), ["app"])

    def test_gc_keeps_a_list_whose_image_is_elsewhere(self):
        self.veneer("attach", "all", "a.spdx.json")
        tag = tag_of(self.digest)
        self.veneer("convert", f"oci:all:{tag}", f"oci:lists:{tag}")
        before = program.files_below(self.top / "lists")
        self.veneer("gc", "lists")
        self.assertEqual(program.files_below(self.top / "lists"), before)

    def test_mistakes(self):
        self.image.oci_archive(self.top / "app.tar", "app")
        before = program.files_below(self.top / "all")
        spdx = "a.spdx.json"
        for arguments, code, message in (
                (["oci:all:none", spdx], 1, "oci:all:none: error: there is no such image\n"
                                            "oci:all:none: help: it holds 'app'\n"),
                (["none", spdx], 1, "none: error: there is no such file or folder\n"),
                (["oci:all:app", "none.sarif"], 1, "none.sarif: error: cannot open: No such file or "
                                                   "directory\n"),
                (["oci:all:app", ".", "--artifact-type=a/b"], 1, ".: error: is not a regular file\n"),
                (["oci:all:app", "\udcff.spdx.json"], 1,
                 "\\xff.spdx.json: error: its name is not UTF-8, as annotations have to be\n"
                 "\\xff.spdx.json: help: rename the file\n"),
                (["oci-archive:app.tar", spdx], 1,
                 "oci-archive:app.tar: error: is an archive, and files are attached to images of a "
                 "layout\noci-archive:app.tar: help: copy it first: `veneer convert "
                 "oci-archive:app.tar oci:DIR:TAG`\n"),
                (["oci:all:app", spdx, "--platform=linux/arm64"], 1,
                 "oci:all:app: error: is for linux/amd64, not for linux/arm64/v8\n"),
                (["oci:all:app", "notes.txt"], 2,
                 "veneer: error: --artifact-type: is needed: the name 'notes.txt' does not say what "
                 "is in the file\n"),
                (["oci:all:app", spdx, "--artifact-type=sbom"], 2,
                 "veneer: error: --artifact-type: 'sbom' is not a media type: expected TYPE/SUBTYPE, "
                 "such as application/spdx+json\n"),
                (["oci:all:app", spdx, "--media-type=a/b;c"], 2,
                 "veneer: error: --media-type: 'a/b;c' is not a media type: expected TYPE/SUBTYPE, "
                 "such as application/spdx+json\n"),
                (["oci:all:app", spdx, "--annotation=x"], 2, "veneer: error: --annotation: ")):
            found_code, errors = self.run_veneer("attach", *arguments)
            self.assertEqual((found_code, errors[:len(message)]), (code, message))
        self.assertEqual(program.files_below(self.top / "all"), before)

    def test_what_is_damaged(self):
        blob = self.top / "all/blobs/sha256" / self.digest.partition(":")[2]
        data = blob.read_bytes()
        blob.write_bytes(data.replace(b"2", b"3", 1))
        code, errors = self.run_veneer("attach", "oci:all:app", "a.spdx.json")
        self.assertEqual((code, "error: has digest sha256:" in errors), (1, True), errors)
        blob.write_bytes(data)
        index = json.loads((self.top / "all/index.json").read_text())
        index["manifests"].append(self.image.manifest | {"annotations": {
            "org.opencontainers.image.ref.name": tag_of(self.digest)}})
        (self.top / "all/index.json").write_text(json.dumps(index))
        self.assertEqual(self.run_veneer("attach", "oci:all:app", "a.spdx.json"), (
            1, f"all/blobs/sha256/{self.digest.partition(':')[2]}: error: has the tag "
               f"'{tag_of(self.digest)}', but is no index that lists what is attached to an image\n"))


if __name__ == "__main__":
    program.main()
