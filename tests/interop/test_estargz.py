"""The library that defines eStargz reads layers as stargz-snapshotter does.

It opens each blob, verifies the table of contents and every chunk, and finds in the table what the
tar has.
"""

import gzip
import json
import os
import pathlib
import shutil

import judge
import samples

HERE = pathlib.Path(__file__).resolve().parent
TOC = "containerd.io/snapshot/stargz/toc.digest"
PLAIN_SIZE = "io.containers.estargz.uncompressed-size"


class Estargz(judge.Judge):
    """Tests stargz-snapshotter's library, whose modules `go` downloads."""

    clients = ("go",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = samples.shared_folder() / "estargz-reader"
        sources = samples.shared_folder() / "estargz"
        shutil.copytree(HERE / "estargz", sources, dirs_exist_ok=True)
        judge.run(["go", "build", "-buildvcs=false", "-o", cls.reader, "."], cwd=sources,
                  env={**os.environ, "GOFLAGS": "-mod=readonly"})

    def read(self, image):
        """Has every layer of a layout read; returns a report for each."""
        layout = samples.Layout(image)
        reports = []
        for (blob, diff_id), layer in zip(layout.layers(), layout.manifest["layers"], strict=True):
            self.assertEqual(layer["mediaType"], "application/vnd.oci.image.layer.v1.tar+gzip")
            tar = gzip.decompress(blob.read_bytes())
            self.assertEqual(layer["annotations"][PLAIN_SIZE], str(len(tar)))
            self.assertEqual("sha256:" + samples.sha256(tar), diff_id)
            reports.append(json.loads(
                judge.run([self.reader, blob, layer["annotations"][TOC]])))
        return reports

    def test_every_chunk_of_a_program(self):
        binary = samples.odd(self.folder)
        samples.build(binary, f"oci:{self.folder}/image", "--compression=estargz")
        for report, layer in zip(self.read(self.folder / "image"), samples.plan(binary),
                                 strict=True):
            self.assertEqual(report["Entries"], len(layer["entries"]) + 1)
            self.assertEqual(report["Members"], report["Chunks"])
        self.assertTrue(any(report["First"] for report in self.read(self.folder / "image")))

    def test_what_a_list_names_comes_first(self):
        binary = samples.odd(self.folder)
        names = self.folder / "start"
        tool = binary.parent / "odd.runfiles" / "_main" / "tool-2"
        names.write_text(f"# what the program reads\n/app/odd.runfiles/_main/token\n\n{tool}\n")
        samples.build(binary, f"oci:{self.folder}/image", "--format=estargz", "--layers=one",
                      "--prioritize", names)
        report, = self.read(self.folder / "image")
        self.assertEqual(report["Landmark"], ".prefetch.landmark")
        self.assertEqual(
            [name for name in report["First"] if not name.endswith("/")],
            ["app/odd.runfiles/_main/token", "app/odd.runfiles/_main/tool-1",
             "app/odd.runfiles/_main/tool-2"])
        self.assertGreater(report["Prefetch"], 0)


if __name__ == "__main__":
    judge.main()
