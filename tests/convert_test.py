"""Tests `veneer convert`: the same image elsewhere, or with another compression.

usage: convert_test.py VENEER
"""

import gzip
import hashlib
import json
import os
import resource
import subprocess
import tarfile

import program
from made_images import OCI, Image, member, sha256, tar
from sample_layers import SAMPLES

DOCKER = "application/vnd.docker"
DAMAGED = ("the image is damaged, or its manifest and its config do not belong together: fetch or "
           "build it again")


class Convert(program.InFolder):
    """Runs veneer in a folder."""

    def refuse(self, arguments, message, code=1):
        """Runs veneer, which must fail with the message and leave the folder as it is."""
        before = self.paths()
        self.assertEqual(self.run_veneer(*arguments), (code, message))
        self.assertEqual(self.paths(), before)

    def paths(self):
        """Returns all paths in the folder but those of the store."""
        return sorted(path for path in self.top.rglob("*")
                      if not path.is_relative_to(self.top / "cache"))

    def blob(self, layout, digest):
        """Returns the bytes of a blob, which must have the digest."""
        data = (self.top / layout / "blobs/sha256" / digest.partition(":")[2]).read_bytes()
        self.assertEqual(sha256(data), digest)
        return data

    def document(self, layout, descriptor):
        """Returns the document of a descriptor, whose size must be right."""
        data = self.blob(layout, descriptor["digest"])
        self.assertEqual(len(data), descriptor["size"])
        return json.loads(data)

    def entry(self, layout):
        """Returns the one entry of a layout's index.json."""
        entry, = json.loads((self.top / layout / "index.json").read_text())["manifests"]
        return entry

    def manifest(self, layout):
        """Returns the manifest, or the index, of a layout of one image."""
        return self.document(layout, self.entry(layout))

    def files(self, folder):
        """Returns {path: bytes} of a folder."""
        return {str(path.relative_to(self.top / folder)): path.read_bytes()
                for path in (self.top / folder).rglob("*") if path.is_file()}

    def write_layout(self, folder, documents, entry):
        """Writes a layout of blobs by digest."""
        files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
                 "index.json": json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode()}
        files |= {"blobs/sha256/" + key.partition(":")[2]: data for key, data in documents.items()}
        for path, data in files.items():
            (self.top / folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.top / folder / path).write_bytes(data)

    def change_manifest(self, image, change):
        """Gives the image another manifest: what `change` makes of it."""
        manifest = json.loads(image.blobs.pop(image.manifest["digest"]))
        change(manifest)
        kind = image.manifest["mediaType"]
        image.manifest = image.add("manifest", json.dumps(manifest).encode())
        image.manifest["mediaType"] = manifest.get("mediaType", kind)

    def test_the_bytes_are_those_of_a_build_with_that_compression(self):
        tree = self.top / "tree"
        for i in range(400):
            (tree / f"d{i % 7}").mkdir(parents=True, exist_ok=True)
            (tree / f"d{i % 7}" / ("n" * (i % 120) + f"{i}")).write_bytes(
                hashlib.sha256(str(i).encode()).digest() * (i * 3))
        # Pieces and padding, and bundles of each codec that are cut.
        (tree / "large").write_bytes(bytes(range(256)) * 70_000 + b"odd")
        (tree / "exact").write_bytes(bytes(range(256)) * 8192)
        for i in range(50):
            (tree / f"middle{i}").write_bytes(str(i).encode() * (170_000 + 4000 * i))
        (tree / "\u00e9t\u00e9").symlink_to("d0")
        (tree / "empty").touch()
        build = ["build", "-q", "--no-store", "--tree", "tree:/srv", "--tree", "tree/d1:/d1",
                 "--check=off", "-o"]
        codecs = [("gzip", "6"), ("zstd", "3"), ("gzip", "1"), ("none", None),
                  ("zstd:chunked", "3")]
        for codec, level in codecs:
            options = ["--compression", codec, *(["--level", level] if level else [])]
            built = f"{codec}{level}".replace(":", "-")
            self.veneer(*build, f"oci:{built}:a", *options)
            for source in ("gzip6", "zstd3"):
                if not (self.top / source).exists():
                    continue
                for jobs in ("1", "3"):
                    name = f"{source}-{built}-{jobs}"
                    self.veneer("convert", "--no-store", "--recompress", f"oci:{source}:a",
                                f"oci:{name}:a", "-j", jobs, *options)
                    self.assertEqual(self.files(name), self.files(built), name)

    def test_estargz_has_the_bytes_of_a_build_that_puts_nothing_first(self):
        tree = self.top / "tree"
        tree.mkdir()
        for i in range(300):
            (tree / f"n{i:03}").write_bytes(hashlib.sha256(str(i).encode()).digest() * (i * 7))
        (tree / "large").write_bytes(bytes(range(256)) * 9000 + b"odd")
        (tree / "exact").write_bytes(bytes(range(256)) * 8192)
        (tree / "same").write_bytes(bytes(range(256)) * 8192)
        (tree / "empty").touch()
        (tree / "bin").mkdir()
        (tree / "bin" / "python3").symlink_to("../large")
        (self.top / "none").touch()
        build = ["build", "-q", "--no-store", "--tree", "tree:/srv", "--tree", "tree/bin:/d1",
                 "--check=off", "--layers=one"]
        for codec in ("gzip", "zstd"):
            self.veneer(*build, "-o", f"oci:{codec}:a", "--compression", codec)
        built = [*build, "--prioritize", "none"]
        self.veneer(*built, "-o", "oci:estargz:a", "--compression=estargz")
        for source, *more in (("gzip", "-j1"), ("zstd", "-j3"), ("estargz", "--recompress")):
            for spelt in ("--compression=estargz", "--format=estargz"):
                name = f"from-{source}{spelt}"
                self.veneer("convert", "-q", "--no-store", f"oci:{source}:a", f"oci:{name}:a",
                            spelt, *more)
                self.assertEqual(self.files(name), self.files("estargz"), name)
        # Back: nothing of the tar is lost, nor of the config.
        self.veneer("convert", "-q", "estargz", "oci:back:a", "--compression=none")
        self.veneer("convert", "-q", "estargz", "oci:kept:a", "--compression=gzip")
        self.assertEqual(self.files("kept"), self.files("estargz"))
        table, plain = (self.manifest(name)["layers"][0] for name in ("estargz", "back"))
        self.assertEqual(gzip.decompress(self.blob("estargz", table["digest"])),
                         self.blob("back", plain["digest"]))
        self.assertEqual(self.manifest("back")["config"], self.manifest("estargz")["config"])
        self.assertEqual(set(table["annotations"]) - set(plain["annotations"]),
                         {"containerd.io/snapshot/stargz/toc.digest",
                          "io.containers.estargz.uncompressed-size"})
        self.veneer("convert", "-q", "back", "oci:again:a", "--compression=estargz")
        self.assertEqual(self.files("again"), self.files("estargz"))

    def test_a_copy_that_finds_no_room_is_no_damaged_image(self):
        Image([tar([member("a", os.urandom(3 << 20))])]).layout(self.top / "image")
        done = subprocess.run(
            [program.VENEER, "convert", "-q", "--no-store", "image", "oci:out"], cwd=self.top,
            capture_output=True, text=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "File too large")
        self.assertNotRegex(done.stderr, "damaged")
        self.assertFalse((self.top / "out" / "index.json").exists())

    def test_zstd_chunked_states_what_the_tar_does(self):
        """podman refuses a table whose names, times or modes are not those of the headers."""
        bare = member("bare", kind=tarfile.DIRTYPE)
        moment = member("dir/moment", "x" * 2000, uid=5_000_000, mtime=86400.25,
                        xattrs={"user.a": "b"})
        moment[0].pax_headers["atime"] = "-0.5"
        Image([tar([bare, moment])]).layout(self.top / "image")
        self.veneer("convert", "-q", "image", "oci:out", "--format=zstd:chunked")
        manifest = self.manifest("out")
        self.assertEqual(manifest["config"], self.manifest("image")["config"])
        layer, = manifest["layers"]
        self.assertEqual(layer["mediaType"], f"{OCI}.layer.v1.tar+zstd")
        stated = {key.rpartition(".")[2]: value for key, value in layer["annotations"].items()}
        offset, size, _, form = map(int, stated["manifest-position"].split(":"))
        table = self.blob("out", layer["digest"])[offset:offset + size]
        self.assertEqual((sha256(table), form), (stated["manifest-checksum"], 1))
        self.assertRegex(stated["tarsplit-position"], "^[0-9]+:[0-9]+:[0-9]+$")
        plain = subprocess.run(["bsdcat"], input=table, stdout=subprocess.PIPE, check=True).stdout
        first, second = json.loads(plain)["entries"]
        self.assertEqual((first["name"], first["type"], first["mode"]), ("bare/", "dir", 0o755))
        self.assertNotIn("modtime", first)
        self.assertLessEqual({"name": "dir/moment", "type": "reg", "size": 2000, "uid": 5_000_000,
                              "modtime": "1970-01-02T00:00:00.25Z",
                              "accesstime": "1969-12-31T23:59:59.5Z", "xattrs": {"user.a": "Yg=="},
                              "digest": sha256(b"x" * 2000)}.items(), second.items())

    def test_estargz_makes_a_manifest_oci_s(self):
        image = self.docker_image()
        image.layout(self.top / "image")
        self.veneer("convert", "-q", "image", "oci:out", "--compression=estargz")
        manifest = self.manifest("out")
        self.assertEqual({layer["mediaType"] for layer in manifest["layers"]},
                         {f"{OCI}.layer.v1.tar+gzip"})
        config = json.loads(self.blob("out", manifest["config"]["digest"]))
        self.assertEqual(
            config["rootfs"]["diff_ids"],
            [sha256(gzip.decompress(self.blob("out", layer["digest"])))
             for layer in manifest["layers"]])

    def test_any_layer_keeps_its_tar(self):
        for name, layers in SAMPLES.items():
            for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
                image = Image([tar(layer, form) for layer in layers])
                image.layout(self.top / name / str(form), "a")
                for codec in ("gzip", "zstd", "none"):
                    out = f"{name}-{form}-{codec}"
                    self.veneer("convert", "-q", "--no-store", "--recompress", "--compression",
                                codec, f"oci:{name}/{form}:a", f"oci:{out}")
                    layers_now = self.manifest(out)["layers"]
                    self.assertEqual(len(layers_now), len(layers))
                    self.assertEqual({layer["mediaType"] for layer in layers_now},
                                     {f"{OCI}.layer.v1.tar{'' if codec == 'none' else '+' + codec}"})
                    # Reads all, and compares every diff id.
                    self.veneer("convert", "-q", "--no-store", f"oci:{out}", f"oci:{out}-again")
                    self.assertEqual(self.files(out), self.files(out + "-again"))

    def test_a_tar_that_readers_take_for_two_trees_is_refused(self):
        """libarchive and Go's archive/tar would unpack other names, sizes or modes."""
        def pax(key, value, kind=b"x"):
            record = b" " + key + b"=" + value + b"\n"
            record = b"%d" % (len(record) + 2) + record
            return header(b"x", kind, b"%011o" % len(record)) + record.ljust(512, b"\0")

        def header(name, kind, size, *changes):
            info = tarfile.TarInfo(name.decode())
            info.type = kind
            data = bytearray(info.tobuf(tarfile.USTAR_FORMAT)[:512])
            data[124:124 + len(size)] = size
            for at, change in changes:
                data[at:at + len(change)] = change
            data[148:156] = b"%06o\0 " % (sum(data[:148]) + sum(data[156:]) + 8 * ord(" "))
            return bytes(data)

        hidden = header(b"evil", b"0", b"0")
        link = header(b"h", b"1", b"00000002000", (157, b"f"))
        cases = {
            "name": (header(b"f", b"0", b"0", (257, b"ustarX00"), (345, b"etc")),
                     pax(b"path", b"named") + pax(b"comment", b"x", b"g") + hidden,
                     header(b"f", b"0", b"0") + pax(b"mtime", b"1") + link + hidden + hidden * 2),
            "mode": (header(b"f", b"0", b"0", (100, b"\x004755\0\0\0")),),
            "uid": (pax(b"uid", b"+1000") + header(b"f", b"0", b"0"),),
            "size": (pax(b"SCHILY.realsize", b"9") + hidden,),
        }
        for field, tars in cases.items():
            for number, data in enumerate(tars):
                name = f"{field}{number}"
                Image([data + bytes(1024)]).layout(self.top / name)
                code, text = self.run_veneer("verify", name)
                self.assertEqual(code, 1)
                self.assertRegex(text, "is read in two ways|none to")
        latin = pax(b"path", b"a\xe9b") + header(b"f", b"0", b"0") + bytes(1024)
        Image([latin]).layout(self.top / "latin")
        self.assertEqual(self.run_veneer("verify", "latin")[0], 0)

    def test_headers_that_are_longer_than_a_frame(self):
        """Many extended headers, and many blocks of a sparse file's map, before the next entry."""
        def header(kind, size, mark=b""):
            info = tarfile.TarInfo("x")
            info.type, info.size = kind, size
            data = info.tobuf(tarfile.GNU_FORMAT)[:482] + mark.ljust(30, b"\0")
            total = sum(data[:148]) + sum(data[156:]) + 8 * ord(" ")
            return data[:148] + b"%06o\0 " % total + data[156:]

        extended = header(tarfile.XHDTYPE, 1 << 20) + b"%d comment=" % (1 << 20) + \
            b"x" * ((1 << 20) - 17) + b"\n"
        more = bytes(504) + b"\1" + bytes(7)
        files = tar([member(f"f{i}", "x" * 190_000) for i in range(20)])
        start = files[:512 + 190_464]  # the first
        for name, between in (("pax", extended * 3), ("long", extended * 40),
                              ("sparse", header(b"S", 0, b"\1") + more * 2000 + bytes(512))):
            layer = start + between + files
            Image([layer]).layout(self.top / name)
            for codec in ("gzip", "zstd", "none"):
                self.veneer("convert", "-q", "--no-store", "--recompress", "--compression", codec,
                            name, f"oci:{name}-{codec}")
                # Compares the diff id.
                self.veneer("convert", "-q", "--no-store", f"{name}-{codec}", f"oci:{name}-{codec}-2")
        blob = self.manifest("long")["layers"][0]["digest"].partition(":")[2]
        for form in ("estargz", "zstd:chunked"):
            self.refuse(["convert", "-q", "--compression", form, "long", "oci:x"],
                        f"long/blobs/sha256/{blob}: error: has a header of more than 4 MiB, which a "
                        "layer with a table of contents cannot have\n"
                        f"long/blobs/sha256/{blob}: help: take another compression\n")

    def test_bytes_after_the_end_of_a_tar_and_a_layer_without_any_stay(self):
        layers = [tar([member("a", "1")]) + bytes(40 << 20) + b"x", b""]
        Image(layers, level=1).layout(self.top / "image")
        for form in ("zstd", "zstd:chunked"):
            out, back = form.replace(":", "-"), form.replace(":", "-") + "-back"
            self.veneer("convert", "-q", "image", f"oci:{out}", "--compression", form,
                        "--max-unpacked", "1GB")
            self.veneer("convert", "-q", out, f"oci:{back}", "--compression", "none",
                        "--max-unpacked", "1GB")
            self.assertEqual([self.blob(back, layer["digest"])
                              for layer in self.manifest(back)["layers"]], layers)

    def test_without_compression_only_the_place_changes(self):
        image = Image([tar(layer) for layer in SAMPLES["whiteouts"]], annotations={"k": "v"})
        self.change_manifest(image, lambda manifest: manifest.update(
            artifactType="x/y", subject=dict(image.config), unknown={"a": [1]}))
        image.layout(self.top / "image", "a")
        image.oci_archive(self.top / "image.tar", "a")
        places = ["oci:one:b", "oci-archive:two.tar:b", "docker-archive:three.tar:b:1"]
        for source in ("image", "oci-archive:image.tar:a"):
            for place in places:
                self.veneer("convert", source, place)
                self.assertIn(f"{place} {image.manifest['digest']}\n", self.output)
        self.assertEqual(self.entry("one"), {
            **image.manifest, "platform": {"architecture": "amd64", "os": "linux"},
            "annotations": {"org.opencontainers.image.ref.name": "b"}})

    def test_a_docker_archive_gets_a_manifest(self):
        image = Image([tar(layer) for layer in SAMPLES["opaque"]])
        image.docker_archive(self.top / "image.tar")
        self.veneer("convert", "image.tar", "oci:kept")
        self.veneer("convert", "image.tar", "oci:packed", "--compression", "gzip")
        self.assertEqual([self.blob("kept", layer["digest"])
                          for layer in self.manifest("kept")["layers"]], image.tars)
        self.assertEqual([gzip.decompress(self.blob("packed", layer["digest"]))
                          for layer in self.manifest("packed")["layers"]], image.tars)
        for layout in ("kept", "packed"):
            self.assertEqual(self.manifest(layout)["config"], image.config)

    def test_what_a_manifest_says_stays_unless_it_is_about_other_bytes(self):
        image = Image([tar(layer) for layer in SAMPLES["whiteouts"]], annotations={"k": "v"})

        def change(manifest):
            manifest.update(artifactType="x/y", subject=dict(image.config), unknown={"a": [1]})
            manifest["layers"][0].update(urls=["https://x"], more=1, annotations={
                "mine": "1", "containerd.io/uncompressed": sha256(image.tars[0]),
                "containerd.io/snapshot/stargz/toc.digest": "x",
                "io.containers.estargz.uncompressed-size": "1",
                "containerd.io/distribution.source.docker.io": "library/x",
                "io.github.containers.zstd-chunked.manifest-position": "1:2:3:1"})

        self.change_manifest(image, change)
        image.layout(self.top / "image")
        self.veneer("convert", "image", "oci:out", "--compression", "zstd")
        self.assertIn("2 layers: 2 compressed anew, 0 kept as they are; ", self.output)
        old = json.loads(image.blobs[image.manifest["digest"]])
        new = self.manifest("out")
        recipe = new["layers"][0]["annotations"]["dev.veneer.layer.recipe"]
        self.assertRegex(recipe, "^zstd libzstd/.* level=3 frames=3$")
        self.assertEqual(new["layers"][0], {
            "mediaType": f"{OCI}.layer.v1.tar+zstd", "more": 1,
            "digest": new["layers"][0]["digest"], "size": new["layers"][0]["size"],
            "annotations": {"mine": "1", "containerd.io/uncompressed": sha256(image.tars[0]),
                            "dev.veneer.layer.recipe": recipe}})
        self.assertEqual({**new, "layers": None}, {**old, "layers": None})

    def test_only_layers_of_another_codec_are_compressed_anew(self):
        image = Image([tar(layer) for layer in SAMPLES["whiteouts"]])
        image.layout(self.top / "image")
        self.veneer("convert", "image", "oci:same", "--compression", "gzip")
        self.assertIn("2 layers: all kept as they are; ", self.output)
        self.assertEqual(self.entry("same")["digest"], image.manifest["digest"])
        self.veneer("convert", "image", "oci:anew", "--compression", "gzip", "--recompress")
        self.assertIn("2 layers: 2 compressed anew, 0 kept as they are; ", self.output)
        self.assertNotEqual(self.entry("anew")["digest"], image.manifest["digest"])

    def docker_image(self):
        """Returns an image whose media types are Docker's."""
        image = Image([tar(layer) for layer in SAMPLES["whiteouts"]])

        def change(manifest):
            manifest["mediaType"] = f"{DOCKER}.distribution.manifest.v2+json"
            manifest["config"]["mediaType"] = f"{DOCKER}.container.image.v1+json"
            for layer in manifest["layers"]:
                layer["mediaType"] = f"{DOCKER}.image.rootfs.diff.tar.gzip"

        self.change_manifest(image, change)
        return image

    def types(self, layout):
        """Returns the media types of an image's documents and layers."""
        manifest = self.manifest(layout)
        self.assertEqual(manifest["mediaType"], self.entry(layout)["mediaType"])
        return (manifest["mediaType"], manifest["config"]["mediaType"],
                {layer["mediaType"] for layer in manifest["layers"]})

    def test_media_types_of_docker_stay_where_docker_has_them(self):
        image = self.docker_image()
        image.layout(self.top / "image")
        self.veneer("convert", "image", "oci:kept")
        self.assertEqual(self.entry("kept")["digest"], image.manifest["digest"])
        docker = (f"{DOCKER}.distribution.manifest.v2+json", f"{DOCKER}.container.image.v1+json")
        oci = (f"{OCI}.manifest.v1+json", f"{OCI}.config.v1+json")
        for name, options, types in (
                ("plain", ("--compression=none",), (*docker, {f"{DOCKER}.image.rootfs.diff.tar"})),
                ("zstd", ("--compression=zstd",), (*oci, {f"{OCI}.layer.v1.tar+zstd"})),
                ("oci", ("--format=oci",), (*oci, {f"{OCI}.layer.v1.tar+gzip"}))):
            self.veneer("convert", "image", f"oci:{name}", *options)
            self.assertEqual(self.types(name), types)

    def index(self):
        """Makes a layout `both` with an index of two images and an attestation of one."""
        images = [Image([tar([member("a", "1")]), tar([member("b", text)])]) for text in "xy"]
        statement = Image([b""])
        self.change_manifest(statement, lambda manifest: manifest.update(layers=[
            {**statement.add("x", b'{"predicate":1}'), "mediaType": "application/vnd.in-toto+json"}]))
        entries = [{**image.manifest, "platform": {"os": "linux", "architecture": name},
                    "annotations": {"of": name}}
                   for image, name in zip(images, ("amd64", "arm64"))]
        for image in images[1:]:
            config = json.loads(image.blobs.pop(image.config["digest"]))
            image.config = image.add("config.v1+json", json.dumps(
                {**config, "architecture": "arm64"}).encode())
            self.change_manifest(image, lambda manifest, image=image: manifest.update(
                config=image.config))
            entries[1] |= image.manifest
        entries.append({**statement.manifest, "platform": {"os": "unknown", "architecture": "unknown"},
                        "annotations": {"vnd.docker.reference.digest": entries[0]["digest"],
                                        "vnd.docker.reference.type": "attestation-manifest"}})
        whole = Image([])
        top = whole.add("index.v1+json", json.dumps(
            {"schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json", "manifests": entries,
             "annotations": {"all": "1"}}).encode())
        blobs = {**images[0].blobs, **images[1].blobs, **statement.blobs, **whole.blobs}
        self.write_layout("both", blobs, top)
        return top, entries, images

    def test_an_index_stays_an_index(self):
        top, entries, _ = self.index()
        self.veneer("convert", "both", "oci:kept:all")
        self.assertIn("4 layers of 2 images: all kept as they are; ", self.output)
        self.assertEqual(self.entry("kept")["digest"], top["digest"])
        self.veneer("convert", "both", "oci:zstd:all", "--compression", "zstd")
        index = self.manifest("zstd")
        self.assertEqual(index["annotations"], {"all": "1"})
        for new, old in zip(index["manifests"][:2], entries):
            manifest = self.document("zstd", new)
            self.assertEqual([layer["mediaType"] for layer in manifest["layers"]],
                             [f"{OCI}.layer.v1.tar+zstd"] * 2)
            self.assertEqual({**new, "digest": old["digest"], "size": old["size"]}, old)
        self.assertEqual(index["manifests"][2], {**entries[2], "annotations": {
            "vnd.docker.reference.digest": index["manifests"][0]["digest"],
            "vnd.docker.reference.type": "attestation-manifest"}})
        statement = self.document("zstd", index["manifests"][2])
        self.assertEqual(self.document("zstd", statement["layers"][0]), {"predicate": 1})
        self.veneer("convert", "both", "oci-archive:all.tar:all")
        self.refuse(["convert", "both", "docker-archive:all2.tar:all:1"],
                    "docker-archive:all2.tar:all:1: error: a docker archive holds images for one "
                    "platform only\ndocker-archive:all2.tar:all:1: help: choose one with --platform, or "
                    "write to oci:DIR or oci-archive:FILE\n")

    def test_a_platform_is_one_image_of_an_index(self):
        _, entries, _ = self.index()
        self.veneer("convert", "both", "docker-archive:arm.tar:arm:1", "--platform", "linux/arm64")
        self.assertIn(entries[1]["digest"], self.output)
        self.veneer("convert", "both", "oci:arm", "--platform", "linux/arm64")
        self.assertEqual(self.entry("arm")["annotations"], {"of": "arm64"})
        self.refuse(["convert", "both", "oci:none", "--platform", "linux/s390x"],
                    "both: error: holds no image for linux/s390x\n"
                    "both: help: it holds 'linux/amd64' and 'linux/arm64/v8'\n".replace(
                        "both:", "oci:both:"))

    def test_a_second_conversion_reads_the_store(self):
        image = Image([tar([member("a", "1" * 5000)])])
        image.layout(self.top / "image")
        for form in ("oci-archive:{}.tar:a", "oci:{}:a"):
            for name, store in (("one", "--store=st"), ("two", "--store=st"), ("no", "--no-store")):
                self.veneer("convert", "image", form.format(name), "--compression", "zstd", store)
        self.assertEqual(self.files("one"), self.files("no"))
        self.assertEqual(self.files("two"), self.files("no"))
        archives = [(self.top / f"{name}.tar").read_bytes() for name in ("one", "two", "no")]
        self.assertEqual(archives, [archives[0]] * 3)
        # The layer is not read again.
        digest = image.layers[0]["digest"].partition(":")[2]
        blob = self.top / "image/blobs/sha256" / digest
        blob.write_bytes(blob.read_bytes()[:-1] + b"x")
        self.veneer("convert", "image", "oci:three:a", "--compression", "zstd", "--store=st")
        self.assertEqual(self.files("three"), self.files("no"))

    def test_times(self):
        Image([tar([member("a", "1")])]).layout(self.top / "image")
        code, errors = self.run_veneer("convert", "image", "oci:out", "--compression=zstd",
                                       "--timings", "--trace=trace.json")
        self.assertEqual(code, 0)
        self.assertIn("convert layers", errors)
        self.assertIn("read documents", (self.top / "trace.json").read_text())

    def test_the_tag_is_of_the_new_place(self):
        Image([tar([])]).layout(self.top / "image", "old")
        self.veneer("convert", "image:old", "oci:out", "--tag", "new")
        self.assertEqual(self.entry("out")["annotations"],
                         {"org.opencontainers.image.ref.name": "new"})
        self.veneer("convert", "image:old", "docker-archive:out.tar", "--tag", "app:1")
        self.assertIn("docker-archive:out.tar:app:1 ", self.output)

    def test_damaged_layers(self):
        layers = [tar([member("a", "1" * 3000)]), tar([member("b", os.urandom(100_000))])]
        image = Image(layers)
        image.layout(self.top / "image")
        name = image.layers[1]["digest"].partition(":")[2]
        blob = self.top / "image/blobs/sha256" / name
        whole = blob.read_bytes()
        named = f"image/blobs/sha256/{name}"
        for data, message in (
                (whole[:50_000] + b"\0" * 60 + whole[50_060:], None),
                (whole[:-9], f"is {len(whole) - 9} bytes long, but its descriptor says {len(whole)}"),
                (whole[:4] + b"\1" + whole[5:],  # another time in gzip's header
                 f"has digest {sha256(whole[:4] + bytes([1]) + whole[5:])}, but its descriptor says "
                 f"{image.layers[1]['digest']}")):
            blob.write_bytes(data)
            for options in ([], ["--compression=zstd", "--no-store"], ["--compression=zstd"]):
                code, errors = self.run_veneer("convert", "image", "oci:out", *options)
                first, second = errors.splitlines()
                self.assertEqual(code, 1)
                self.assertEqual(second, f"{named}: help: {DAMAGED}")
                if message and not (not options and "bytes long" in message):
                    self.assertEqual(first, f"{named}: error: {message}")
                self.assertTrue(first.startswith(f"{named}: error: "), first)
                self.assertFalse((self.top / "out").exists())

    def test_a_diff_id_that_is_not_the_configs(self):
        image = Image([tar([member("a", "1")]), tar([member("b", "2")])])
        config = json.loads(image.blobs.pop(image.config["digest"]))
        config["rootfs"]["diff_ids"][1] = sha256(b"another")
        image.config = image.add("config.v1+json", json.dumps(config).encode())
        self.change_manifest(image, lambda manifest: manifest.update(config=image.config))
        image.layout(self.top / "image")
        name = f"image/blobs/sha256/{image.layers[1]['digest'].partition(':')[2]}"
        for options in ([], ["--compression=none", "--no-store"]):
            self.refuse(["convert", "image", "oci:out", *options], (
                f"{name}: error: has diff id {sha256(image.tars[1])}, but the config says "
                f"{sha256(b'another')}\n{name}: help: {DAMAGED}\n"))

    def test_one_blob_with_two_diff_ids(self):
        image = Image([tar([member("a", "1")])] * 2)
        config = json.loads(image.blobs.pop(image.config["digest"]))
        config["rootfs"]["diff_ids"][1] = sha256(b"another")
        image.config = image.add("config.v1+json", json.dumps(config).encode())
        self.change_manifest(image, lambda manifest: manifest.update(config=image.config))
        image.layout(self.top / "image")
        for options in ([], ["--compression=none", "--no-store"]):
            code, errors = self.run_veneer("convert", "image", "oci:out", *options)
            self.assertEqual(code, 1)
            self.assertIn(f"but the config says {sha256(b'another')}\n", errors)

    def test_an_index_of_which_one_image_is_here(self):
        _, entries, _ = self.index()
        name = f"both/blobs/sha256/{entries[1]['digest'].partition(':')[2]}"
        (self.top / name).unlink()
        self.refuse(["convert", "both", "oci:out"], (
            f"{name}: error: there is no such file\n{name}: help: an index lists more than is here: "
            "--platform copies one image of it\n"))
        self.veneer("convert", "both", "oci:out", "--platform", "linux/amd64")

    def test_an_index_that_lists_a_large_image_again_and_again(self):
        image = Image([tar([member("a", "1")])], {"Labels": {"x": "y" * 100_000}})
        index = image.add("index.v1+json", json.dumps({
            "schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json",
            "manifests": [image.manifest] * 900}).encode())
        self.write_layout("image", image.blobs, index)
        name = f"image/blobs/sha256/{image.manifest['digest'].partition(':')[2]}"
        self.refuse(["convert", "image", "oci:out"],
                    f"{name}: error: is one of more than 1000 documents, or 16 MiB of them\n")

    def test_layers_that_are_not_to_be_converted(self):
        for media_type, message, remedy in (
                (f"{OCI}.layer.nondistributable.v1.tar+gzip",
                 "is the media type of a layer that may not be distributed",
                 "such layers are only where their `urls` say: an image without them is needed, "
                 "perhaps for another --platform"),
                (f"{OCI}.layer.v1.tar+gzip+encrypted", "is the media type of an encrypted layer",
                 "decrypt the image first, as `skopeo copy --decryption-key` does"),
                ("application/x-squashfs", "is not a known media type of a layer",
                 "layers are tars: plain, or compressed with gzip or zstd")):
            image = Image([tar([member("a", "1")])])
            self.change_manifest(image, lambda manifest, kind=media_type: manifest["layers"][0].update(
                mediaType=kind))
            folder = "image-" + media_type[-6:]
            image.layout(self.top / folder)
            name = f"{folder}/blobs/sha256/{image.manifest['digest'].partition(':')[2]}"
            self.refuse(["convert", folder, "oci:out", "--compression", "zstd"],
                        f"{name}: error: /layers/0/mediaType: '{media_type}' {message}\n"
                        f"{name}: help: {remedy}\n")

    def test_options_that_do_not_fit(self):
        Image([tar([])]).layout(self.top / "image", "a")
        see = "veneer: help: see `veneer convert --help`\n"
        for options, message in (
                (("--level=3",), "--level: needs --compression, which says what layers are "
                                 "compressed with"),
                (("--recompress",), "--recompress: needs --compression, which says what layers are "
                                    "compressed with"),
                (("--compression=none", "--level=3"),
                 "--level: --compression=none has no levels; leave one of the two options out"),
                (("--tag=x",), "--tag: 'oci:out:b' names the image already; leave one of the two "
                               "out")):
            self.refuse(["convert", "image", "oci:out:b", *options],
                        f"veneer: error: {message}\n{see}", 2)


if __name__ == "__main__":
    program.main()
