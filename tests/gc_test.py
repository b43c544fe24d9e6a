"""Tests `veneer gc`: blobs of a layout to which nothing leads.

usage: gc_test.py VENEER
"""

import concurrent.futures
import hashlib
import json
import os
import shutil

import program
from made_images import OCI, Image, member, sha256, tar


class Gc(program.InFolder):
    """Runs veneer in a folder."""

    def blobs(self):
        """Returns the digests of the layout's blobs."""
        return {f"sha256:{path.name}" for path in (self.top / "all/blobs/sha256").iterdir()}

    def add(self, image, tag):
        """Lets veneer add an image to the layout."""
        image.layout(self.top / f"one-{tag}", tag)
        self.veneer("convert", "-q", "--no-store", f"oci:one-{tag}:{tag}", f"oci:all:{tag}")

    def test_what_no_image_leads_to_is_dropped(self):
        layers = [tar([member("base", "1")]), tar([member("a", "1")]), tar([member("b", "2")])]
        first, second = Image(layers[:2]), Image([layers[0], layers[2]])
        self.add(first, "a")
        self.add(second, "b")
        self.assertEqual(self.blobs(), {*first.blobs, *second.blobs})
        self.assertEqual(self.veneer("gc", "all"), "all: 0 blobs dropped, 0 B, 7 kept\n")
        self.veneer("convert", "-q", "--no-store", "oci:all:b", "oci:all:a")
        (self.top / "all/blobs/sha256/notes").write_text("mine")
        size = sum(len(first.blobs[digest]) for digest in set(first.blobs) - set(second.blobs))
        for option, verb in (("--dry-run", "would be dropped"), ("-v", "dropped")):
            self.assertEqual(self.veneer("gc", "oci:all", option),
                             f"oci:all: 3 blobs {verb}, {size} B, 4 kept\n")
        (self.top / "all/blobs/sha256/notes").unlink()
        self.assertEqual(self.blobs(), set(second.blobs))
        self.veneer("convert", "-q", "--no-store", "oci:all:a", "oci:whole")

    def test_indexes_attestations_and_bases_stay(self):
        image, base = Image([tar([member("a", "1")])]), Image([tar([member("base", "1")])])
        manifest = json.loads(image.blobs.pop(image.manifest["digest"]))
        subject = image.add("x", b"{\"schemaVersion\": 2, \"more\": []}")
        manifest |= {"subject": subject,
                     "annotations": {"org.opencontainers.image.base.digest": base.manifest["digest"]}}
        image.manifest = image.add("manifest.v1+json", json.dumps(manifest).encode())
        statement = image.add("x", b"statement")
        attestation = image.add("manifest.v1+json", json.dumps(
            {"schemaVersion": 2, "config": image.config, "layers": [statement]}).encode())
        image.manifest = image.add("index.v1+json", json.dumps({
            "schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json",
            "manifests": [image.manifest, attestation]}).encode())
        image.layout(self.top / "all")
        base.layout(self.top / "base")
        self.veneer("convert", "-q", "--no-store", "oci:base", "oci:all:base")
        document = json.loads((self.top / "all/index.json").read_text())
        document["manifests"] = [entry for entry in document["manifests"]
                                 if entry["digest"] == image.manifest["digest"]]
        (self.top / "all/index.json").write_text(json.dumps(document))
        self.veneer("gc", "all")
        self.assertEqual(self.blobs(), {*image.blobs, *base.blobs})
        document["manifests"] = []
        (self.top / "all/index.json").write_text(json.dumps(document))
        self.veneer("gc", "all")
        self.assertEqual(self.blobs(), set())

    def test_a_damaged_document_drops_nothing(self):
        first, second = Image([tar([member("a", "1")])]), Image([tar([member("b", "2")])])
        self.add(first, "a")
        self.add(second, "b")
        self.veneer("convert", "-q", "--no-store", "oci:all:b", "oci:all:a")
        name = f"all/blobs/sha256/{second.manifest['digest'].partition(':')[2]}"
        (self.top / name).write_bytes(second.blobs[second.manifest["digest"]].replace(b"2", b"3", 1))
        code, errors = self.run_veneer("gc", "all")
        self.assertEqual(code, 1)
        self.assertTrue(errors.startswith(f"{name}: error: has digest sha256:"), errors)
        self.assertEqual(self.blobs(), {*first.blobs, *second.blobs})

    def check_refused(self, message):
        """`gc` fails with this message and drops nothing."""
        before = sorted((self.top).rglob("*"))
        self.assertEqual(self.run_veneer("gc", "all"), (1, message))
        self.assertEqual(sorted((self.top).rglob("*")), before)

    def make(self):
        """Writes a layout anew, with a blob to which nothing leads; returns its image."""
        shutil.rmtree(self.top / "all", ignore_errors=True)
        image = Image([tar([member("a", "1")])])
        image.layout(self.top / "all")
        (self.top / "all/blobs/sha256" / ("0" * 64)).write_text("junk")
        return image

    def test_a_layout_that_is_half_copied_drops_nothing(self):
        self.make()
        (self.top / "all/index.json").unlink()
        self.check_refused("all: error: has no index.json, which says what leads to its blobs\n")

    def test_blobs_behind_a_link_may_be_others(self):
        for part in ("blobs", "blobs/sha256"):
            self.make()
            (self.top / "all" / part).rename(self.top / "others")
            (self.top / "all" / part).symlink_to(self.top / "others")
            self.check_refused(f"all/{part}: error: is not a folder of this layout, so others may "
                               "have blobs there\n")
            shutil.rmtree(self.top / "others")

    def test_documents_by_another_digest_are_not_passed_over(self):
        image = self.make()
        data = image.blobs[image.manifest["digest"]]
        digest = hashlib.sha512(data).hexdigest()
        (self.top / "all/blobs/sha512").mkdir()
        (self.top / "all/blobs/sha512" / digest).write_bytes(data)
        (self.top / "all/index.json").write_text(json.dumps({
            "schemaVersion": 2, "manifests": [{**image.manifest, "digest": f"sha512:{digest}"}]}))
        self.check_refused("all/blobs/sha512: error: is not by SHA-256, so veneer does not know "
                           "what it leads to\n")

    def test_an_artifact_manifest_keeps_its_blobs(self):
        """It has no schemaVersion."""
        image = self.make()
        blob = image.add("x", b"artifact")
        artifact = {"mediaType": "application/vnd.oci.artifact.manifest.v1+json", "blobs": [blob]}
        image.manifest = image.add("x", json.dumps(artifact).encode())
        image.layout(self.top / "all")
        self.veneer("gc", "all")
        self.assertEqual(self.blobs(), {blob["digest"], image.manifest["digest"]})

    def test_other_things_among_the_blobs(self):
        """What has a blob's name and is no folder goes; what has not stays."""
        image = self.make()
        folder = self.top / "all/blobs/sha256"
        os.mkfifo(folder / ("1" * 64))
        (folder / ("2" * 64)).symlink_to("/dev/zero")
        (folder / ("3" * 64)).symlink_to("/none")
        (folder / ("4" * 64)).mkdir()
        os.mkfifo(folder / "mine")
        self.veneer("gc", "-q", "all")
        self.assertEqual(self.blobs(), {*image.blobs, "sha256:" + "4" * 64, "sha256:mine"})
        manifest = folder / image.manifest["digest"][7:]
        manifest.unlink()
        os.mkfifo(manifest)
        self.check_refused(f"all/blobs/sha256/{manifest.name}: error: is not a regular file\n")

    def test_documents_without_end(self):
        """Holes, which take no room on the disk."""
        self.make()
        folder = self.top / "all/blobs/sha256"
        digests = []
        for i in range(300):
            data = (b"{%d" % i).ljust(4 << 20, b"\0")
            digests.append(sha256(data))
            with open(folder / digests[-1][7:], "wb") as file:
                file.write(data[:8])
                file.truncate(len(data))
        (self.top / "all/index.json").write_text(json.dumps({
            "schemaVersion": 2, "manifests": [{"digest": digest} for digest in digests]}))
        code, errors = self.run_veneer("gc", "all")
        self.assertEqual(code, 1)
        self.assertIn(": error: is one of documents of more than 1024 MiB\n", errors)

    def test_what_is_no_layout(self):
        Image([tar([])]).docker_archive(self.top / "a.tar")
        (self.top / "folder").mkdir()
        for arguments, message in (
                (["none"], "none: error: there is no such layout\nnone: help: a layout is a "
                           "directory; an archive is docker-archive:FILE or oci-archive:FILE\n"),
                (["folder"], "folder: error: is not an OCI image layout\n"),
                (["oci:all:tag"], "veneer: error: 'oci:all:tag' names an image, and a layout is "
                                  "collected as a whole\nveneer: help: write oci:all\n"),
                (["a.tar"], "a.tar: error: is a file, and oci: names a directory\n"
                            "a.tar: help: write docker-archive:a.tar or oci-archive:a.tar\n")):
            self.assertEqual(self.run_veneer("gc", *arguments), (1, message))

    def test_writers_lose_nothing(self):
        """Each writer replaces its own tag again and again; what it had is found and dropped."""
        images = [Image([tar([member("shared", "1")]), tar([member(f"own{i}", str(i))])])
                  for i in range(6)]
        for i, image in enumerate(images):
            image.layout(self.top / f"one{i}", "x")
        self.add(images[0], "seed")

        def write(writer):
            for turn in range(6):
                source = f"oci:one{(writer + turn) % len(images)}:x"
                self.veneer("convert", "-q", "--no-store", source, f"oci:all:w{writer}")

        with concurrent.futures.ThreadPoolExecutor() as pool:
            writers = [pool.submit(write, writer) for writer in range(3)]
            while not all(writer.done() for writer in writers):
                self.veneer("gc", "-q", "all")
            for writer in writers:
                writer.result()
        for writer in range(3):
            self.veneer("convert", "-q", "--no-store", f"oci:all:w{writer}", f"oci:whole{writer}")


if __name__ == "__main__":
    program.main()
