"""Tests layers whose table of contents is not about their tar.

usage: tables_test.py VENEER

An engine that pulls a layer in parts unpacks what the table says, and others unpack the tar.
"""

import gzip
import io
import json
import struct
import subprocess
import tarfile

import program
from made_images import Image, hardlink, member, sha256, tar

TOC_DIGEST = "containerd.io/snapshot/stargz/toc.digest"
CHUNKED = "io.github.containers.zstd-chunked."
FALSE = "sha256:" + "0" * 64
FOOTER = 51  # bytes of an eStargz footer
LARGE = bytes(range(256)) * (20 << 10) + b"odd"  # in several pieces
MEMBERS = [
    member("a", "text", mode=0o640, uid=7, gid=8, mtime=86400, xattrs={"user.a": "b"}),
    member("dir"),
    member("dir/empty", ""),
    hardlink("dir/hard", "a"),
    member("dir/large", LARGE),
    member("dir/link", link="large"),
    member("null", kind=tarfile.CHRTYPE, device=(1, 3)),
    member("pipe", kind=tarfile.FIFOTYPE),
]


def unpacked(data):
    """Returns what a compressed text has."""
    return subprocess.run(["bsdcat"], input=data, capture_output=True, check=True).stdout


def frame(data):
    """Returns a zstd frame that stores the bytes as they are (RFC 8878, section 3.1.1)."""
    parts = [data[i:i + (128 << 10)] for i in range(0, len(data), 128 << 10)] or [b""]
    blocks = [((len(part) << 3) | (part is parts[-1])).to_bytes(3, "little") + part
              for part in parts]
    return struct.pack("<IBQ", 0xFD2FB528, 0xE0, len(data)) + b"".join(blocks)


def skippable(data):
    """Returns a skippable frame (RFC 8878, section 3.1.2)."""
    return struct.pack("<II", 0x184D2A50, len(data)) + data


class Estargz:
    """An eStargz layer with another table."""

    form = "estargz"

    def __init__(self, blob, _):
        self.blob = blob
        self.offset = int(blob[-FOOTER:][16:32], 16)
        with gzip.open(io.BytesIO(blob[self.offset:])) as file:
            with tarfile.open(fileobj=file, mode="r|") as archive:
                self.table = archive.extractfile(archive.next()).read()

    def with_table(self, table):
        """Returns (blob, plain tar, annotations)."""
        end = gzip.compress(tar([member("stargz.index.json", table)]), mtime=0)
        blob = self.blob[:self.offset] + end + self.blob[-FOOTER:]
        return blob, gzip.decompress(blob), {TOC_DIGEST: sha256(table)}


class Chunked:
    """A zstd:chunked layer with another table."""

    form = "zstd:chunked"

    def __init__(self, blob, annotations):
        self.blob = blob
        self.offset, self.size = self.place(annotations["manifest-position"])
        self.split_offset, self.split_size = self.place(annotations["tarsplit-position"])
        self.split_plain = int(annotations["tarsplit-position"].split(":")[2])
        self.table = unpacked(blob[self.offset:self.offset + self.size])

    @staticmethod
    def place(text):
        """Returns (offset, size)."""
        return tuple(map(int, text.split(":")[:2]))

    def with_table(self, table):
        """Returns (blob, plain tar, annotations)."""
        text = frame(table)
        split = self.blob[self.split_offset:self.split_offset + self.split_size]
        place = (self.offset, len(text), len(table), 1)
        split_place = (self.offset + len(text) + 8, len(split), self.split_plain)
        footer = struct.pack("<7Q", *place, *split_place) + b"GNUlInUx"
        tar_bytes = self.blob[:self.offset - 8]
        blob = tar_bytes + skippable(text) + skippable(split) + skippable(footer)
        return blob, unpacked(tar_bytes), {
            CHUNKED + "manifest-checksum": sha256(text),
            CHUNKED + "manifest-position": ":".join(map(str, place)),
            CHUNKED + "tarsplit-position": ":".join(map(str, split_place))}


class Tables(program.InFolder):
    """Changes tables, and has the images verified."""

    def setUp(self):
        super().setUp()
        Image([tar(MEMBERS)]).layout(self.top / "plain")

    def layer(self, kind):
        """Returns a good layer with a table."""
        name = kind.form.replace(":", "-")
        self.run_veneer("convert", "-q", "--no-store", "plain", f"oci:{name}",
                        f"--compression={kind.form}")
        layout = self.top / name
        def blob(entry):
            return (layout / "blobs/sha256" / entry["digest"].partition(":")[2]).read_bytes()
        index = json.loads((layout / "index.json").read_text())
        entry, = json.loads(blob(index["manifests"][0]))["layers"]
        return kind(blob(entry), {key.rpartition(".")[2]: value
                                  for key, value in entry["annotations"].items()})

    def image(self, name, layer, blob, plain, annotations):
        """Writes a layout of one layer; returns the name that messages have for the layer."""
        image = Image([plain])
        manifest = json.loads(image.blobs.pop(image.manifest["digest"]))
        kind = "layer.v1.tar+zstd" if layer.form.startswith("zstd") else "layer.v1.tar+gzip"
        manifest["layers"] = [{**image.add(kind, blob), "annotations": annotations}]
        image.manifest = image.add("manifest.v1+json", json.dumps(manifest).encode())
        image.layout(self.top / name)
        return f"{name}/blobs/sha256/{sha256(blob).partition(':')[2]}"

    def check(self, layer, stored, *words):
        """Verifies a layer; without words it is a good one."""
        blob = self.image("image", layer, *stored)
        code, errors = self.run_veneer("verify", "image")
        if not words:
            self.assertEqual((code, errors), (0, ""))
            return
        self.assertEqual(code, 1, words)
        error, remedy = errors.splitlines()
        self.assertTrue(error.startswith(blob), errors)
        for word in words:
            self.assertIn(word, error)
        self.assertIn(": help: ", remedy)

    def change(self, layer, change, *words):
        """The same, of a layer with another table."""
        table = json.loads(layer.table)
        change(table["entries"])
        self.check(layer, layer.with_table(json.dumps(table).encode()), *words)

    def test_each_value_is_that_of_the_tar(self):
        for kind in (Estargz, Chunked):
            layer = self.layer(kind)
            names = [entry["name"].rstrip("/") for entry in json.loads(layer.table)["entries"]]
            self.change(layer, lambda entries: None)
            for path, key, value, *words in (
                    ("a", "name", "b", "'a' is 'b' there"),
                    ("a", "size", 5, "'a' has the size '5' there, and '4' in the tar"),
                    ("a", "mode", 0o4640, "mode '4640' there, and '0640'"),
                    ("a", "uid", 0, "uid '0'"), ("a", "gid", 7, "gid '7'"),
                    ("a", "modtime", "1970-01-02T00:00:01Z", "time '1970-01-02T00:00:01Z'"),
                    ("a", "xattrs", {"user.a": "Yw=="}, "extended attributes"),
                    ("a", "xattrs", {}, "extended attributes"),
                    ("a", "digest", sha256(b""), "'a' has another content there"),
                    ("dir", "type", "reg", "'dir' has the type 'reg' there, and 'dir' in the tar"),
                    ("dir/hard", "linkName", "dir/link", "target 'dir/link' there, and 'a' in"),
                    ("dir/link", "linkName", "../a", "target '../a'"),
                    ("dir/large", "chunkSize", 6 << 20, "pieces"),
                    ("dir/large", "chunkDigest", sha256(b""), "'dir/large' has another content"),
                    ("null", "devMinor", 5, "minor '5'"),
                    ("pipe", "type", "char", "type 'char'")):
                self.change(layer, lambda entries, path=path, key=key, value=value:
                            entries[names.index(path)].__setitem__(key, value), *words)

    def test_the_table_has_the_entries_of_the_tar_and_no_others(self):
        for kind in (Estargz, Chunked):
            layer = self.layer(kind)
            self.change(layer, lambda entries: entries.pop(), "'pipe' is not in the table")
            self.change(layer, lambda entries: entries.append({"name": "more", "type": "dir"}),
                        "'more' is not in the tar")
            self.change(layer, lambda entries: entries.reverse(), "'pipe' there")

            def forget(entries):
                for entry in entries:
                    entry.pop("digest", None)
                    entry.pop("chunkDigest", None)
            self.change(layer, forget, "has no digest there")

    def test_what_is_no_table(self):
        for kind in (Estargz, Chunked):
            layer = self.layer(kind)
            for text, words in ((b"x", "not JSON"), (b"[]", "no JSON object"), (b"{}", "version"),
                                (b'{"version":2,"entries":[]}', "another version than 1"),
                                (b'{"version":1}', "no list"),
                                (b'{"version":1,"entries":{}}', "no list"),
                                (b'{"version":1,"entries":[],"entries":[]}', "'entries' twice"),
                                (b'{"version":1,"entries":[],"Entries":[]}', "'Entries'"),
                                (layer.table.replace(b'"name"', b'"NAME"', 1), "'NAME'"),
                                (layer.table.replace(b'"uid":', b'"uid":"x","is":', 1), "uid")):
                blob = self.image("image", layer, *layer.with_table(text))
                code, errors = self.run_veneer("verify", "image")
                self.assertEqual(code, 1, (text[:80], errors))
                self.assertTrue(errors.startswith(blob), errors)
                self.assertIn(words, errors.splitlines()[0])

    def test_a_table_that_is_not_there(self):
        layer = self.layer(Estargz)
        blob, plain, notes = layer.with_table(layer.table)
        wrong = {TOC_DIGEST: sha256(b"")}
        self.check(layer, (blob, plain, wrong), "has the digest", "not 'sha256:e3b0")
        self.check(layer, (blob[:-FOOTER], plain, notes), "no footer")
        beyond = blob[:-FOOTER] + blob[-FOOTER:].replace(b"%016x" % layer.offset, b"f" * 16)
        self.check(layer, (beyond, plain, notes), "behind the end")
        start = blob[:-FOOTER] + blob[-FOOTER:].replace(b"%016x" % layer.offset, b"0" * 16)
        self.check(layer, (start, plain, notes), "no 'stargz.index.json'")
        layer = self.layer(Chunked)
        blob, plain, notes = layer.with_table(layer.table)
        self.check(layer, (blob, plain, notes | {CHUNKED + "manifest-checksum": sha256(b"")}),
                   "has the digest", "not 'sha256:e3b0")
        for place in ("1", "0:1:2:2", f"{len(blob)}:1:2:1", f"-1:1:2:1", "0:1:2:1:1", ""):
            self.check(layer, (blob, plain, notes | {CHUNKED + "manifest-position": place}),
                       f"'{place}' is no place in it")

    def test_a_table_that_fills_the_memory(self):
        """Readers take 150 MiB."""
        layer = self.layer(Chunked)
        blob, plain, notes = layer.with_table(layer.table)
        offset, size, *_ = notes[CHUNKED + "manifest-position"].split(":")
        for plain_size, words in ((200 << 20, "more than 150 MiB"), (5, "of another size")):
            place = f"{offset}:{size}:{plain_size}:1"
            blob_name = self.image("image", layer, blob, plain,
                                   notes | {CHUNKED + "manifest-position": place})
            code, errors = self.run_veneer("verify", "image")
            self.assertEqual((code, errors.startswith(blob_name)), (1, True), errors)
            self.assertIn(words, errors)


class Annotations(program.InFolder):
    """Layers whose annotations are changed, and what becomes of them."""

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
        """`verify` and a plain copy refuse it, and a conversion writes the layer anew."""
        code, error = self.run_veneer("verify", layout)
        self.assertEqual(code, 1)
        self.assertIn(message, error.splitlines()[0])
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
        self.annotate("e", {TOC_DIGEST: FALSE})
        self.check("e", f", not '{FALSE}'", "estargz")
        self.build("z", "zstd:chunked")
        self.annotate("z", {CHUNKED + "manifest-checksum": FALSE})
        self.check("z", f", not '{FALSE}'", "zstd:chunked")

    def test_no_table(self):
        self.build("g", "gzip")
        self.annotate("g", {TOC_DIGEST: FALSE})
        self.check("g", "has no footer", "estargz")
        self.build("n", "none")
        self.annotate("n", {TOC_DIGEST: FALSE})
        self.check("n", "do not fit its compression", "gzip")
        self.build("c", "gzip")
        self.annotate("c", {CHUNKED + "manifest-checksum": FALSE,
                            CHUNKED + "manifest-position": "1:2:3:1"})
        self.check("c", "do not fit its compression", "gzip")

    def test_places_that_are_none(self):
        for number, place in enumerate(("", "1", "x:1:1:1", "99999999:1:1:1", "-1:2:3:1",
                                        "18446744073709551615:2:3:1", "1:999999999999:3:1")):
            self.build(f"z{number}", "zstd:chunked")
            self.annotate(f"z{number}", {CHUNKED + "manifest-position": place})
            self.check(f"z{number}", f"'{place}' is no place in it", "zstd:chunked")

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
            self.annotate(name, {TOC_DIGEST: FALSE})
            self.check(name, "no 'stargz.index.json'", "gzip")


if __name__ == "__main__":
    program.main()
