"""Tables of contents that annotations of layers state: what is false is told, and not passed on.

usage: stated_table_test.py VENEER
"""

import gzip
import json
import struct

import program
from made_images import Image, member, sha256, tar

STARGZ = "containerd.io/snapshot/stargz/toc.digest"
CHUNKED = "io.github.containers.zstd-chunked.manifest-"
FALSE = "sha256:" + "0" * 64


class Tables(program.InFolder):
    """Layers with annotations."""

    def annotate(self, layout, changes):
        """Changes annotations of a layout's one layer."""
        blobs = self.top / layout / "blobs/sha256"
        index = json.loads((self.top / layout / "index.json").read_text())
        entry, = index["manifests"]
        manifest = json.loads((blobs / entry["digest"][7:]).read_text())
        annotations = manifest["layers"][0].setdefault("annotations", {})
        for name, value in changes.items():
            annotations[name] = value
        data = json.dumps(manifest).encode()
        entry |= {"digest": sha256(data), "size": len(data)}
        (blobs / entry["digest"][7:]).write_bytes(data)
        (self.top / layout / "index.json").write_text(json.dumps(index))
        return blobs / manifest["layers"][0]["digest"][7:]

    def build(self, layout, compression):
        """Builds an image of one layer."""
        (self.top / "file").write_text("content")
        self.assertEqual(self.run_veneer("build", "--no-store", "--tree", "file:srv/file", "-o",
                                         f"oci:{layout}", f"--compression={compression}"), (0, ""))

    def check(self, layout, message, compression):
        """`verify` tells it, a plain copy is refused, and a conversion writes the layer anew."""
        self.assertEqual(self.run_veneer("verify", layout), (1, ""))
        self.assertIn("[table-of-contents]", self.output)
        code, error = self.run_veneer("convert", "-q", "--no-store", layout, "oci:copy")
        self.assertEqual(code, 1)
        self.assertIn(message, error)
        self.assertEqual(self.run_veneer("convert", "-q", "--no-store", layout, f"oci:{layout}.new",
                                         f"--compression={compression}"), (0, ""))
        self.assertEqual(self.run_veneer("verify", "-q", f"{layout}.new"), (0, ""))

    def test_what_veneer_writes_is_right(self):
        for compression in ("estargz", "zstd:chunked"):
            layout = compression.replace(":", "-")
            self.build(layout, compression)
            self.assertEqual(self.run_veneer("verify", "-q", layout), (0, ""))
            self.assertEqual(self.run_veneer("convert", "-q", layout, f"oci:{layout}.copy"), (0, ""))

    def test_another_digest(self):
        self.build("e", "estargz")
        self.annotate("e", {STARGZ: FALSE})
        self.check("e", f", but its annotations say {FALSE}\n", "estargz")
        self.build("z", "zstd:chunked")
        self.annotate("z", {CHUNKED + "checksum": FALSE})
        self.check("z", f", but its annotations say {FALSE}\n", "zstd:chunked")

    def test_no_table(self):
        self.build("g", "gzip")
        self.annotate("g", {STARGZ: FALSE})
        self.check("g", "has no eStargz footer, and so no table of contents, but its annotations "
                   f"state one with digest {FALSE}\n", "estargz")
        self.build("n", "none")
        self.annotate("n", {STARGZ: FALSE})
        self.check("n", "is no gzip layer, but its annotations state a table of eStargz\n", "gzip")
        self.build("c", "gzip")
        self.annotate("c", {CHUNKED + "checksum": FALSE, CHUNKED + "position": "1:2:3:1"})
        self.check("c", "is no zstd layer, but its annotations state a table of zstd:chunked\n",
                   "gzip")

    def test_places_that_are_none(self):
        for number, place in enumerate(("", "1", "x:1:1:1", "99999999:1:1:1", "-1:2:3:1",
                                        "18446744073709551615:2:3:1", "1:999999999999:3:1")):
            self.build(f"z{number}", "zstd:chunked")
            self.annotate(f"z{number}", {CHUNKED + "position": place})
            self.check(f"z{number}", f"state a table of contents at '{place}'\n", "zstd:chunked")

    def test_a_footer_that_leads_to_something_else(self):
        for name, head in (("new", struct.pack("<H2sH", 26, b"SG", 22)),
                           ("old", struct.pack("<H", 22))):
            data = tar([member("a", "x")])
            stored = gzip.compress(data, mtime=0)
            footer = (b"\x1f\x8b\x08\x04" + bytes(4) + b"\0\xff" + head + b"%016xSTARGZ" % 5 +
                      b"\1\0\0\xff\xff" + bytes(8))
            image = Image([data])
            layer = image.add("layer.v1.tar+gzip", stored + footer)
            manifest = json.loads(image.blobs.pop(image.manifest["digest"]))
            manifest["layers"] = [layer]
            image.manifest = image.add("manifest.v1+json", json.dumps(manifest).encode())
            image.layout(self.top / name)
            self.annotate(name, {STARGZ: FALSE})
            self.check(name, "has no table of contents where its eStargz footer says, at byte 5\n",
                       "gzip")

if __name__ == "__main__":
    program.main()
