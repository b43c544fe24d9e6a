"""Tests `veneer gc`: blobs of a layout to which nothing leads.

usage: gc_test.py VENEER
"""

import concurrent.futures
import json

import program
from made_images import OCI, Image, member, tar


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
