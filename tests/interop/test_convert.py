"""Other programs read what `veneer convert` makes of images, also of those that they have written."""

import hashlib
import json

import daemons
import judge
import samples


class Convert(judge.Judge):
    """The image is built once, converted, and read by each program."""

    clients = ("skopeo",)
    as_root = True

    def setUp(self):
        super().setUp()
        self.binary = samples.odd(self.folder)

    def convert(self, source, place, *options):
        judge.veneer("convert", "--no-store", source, place, *options)

    def built(self, *options):
        """Builds the image; returns its reference."""
        samples.build(self.binary, f"oci:{self.folder}/built:1", *options)
        return f"oci:{self.folder}/built:1"

    def config(self, image):
        return judge.run(["skopeo", "inspect", "--raw", "--config", image])

    def check_layers(self, layout):
        """skopeo decompresses every layer to its diff id."""
        judge.run(["skopeo", "copy", "--dest-decompress", f"oci:{self.folder}/{layout}:1",
                   f"dir:{self.folder}/{layout}-copy"])
        copied = json.loads((self.folder / f"{layout}-copy/manifest.json").read_text())
        diff_ids = json.loads(self.config(f"oci:{self.folder}/{layout}:1"))["rootfs"]["diff_ids"]
        self.assertEqual([layer["digest"] for layer in copied["layers"]], diff_ids)
        for diff_id in diff_ids:
            name = diff_id.removeprefix("sha256:")
            data = (self.folder / f"{layout}-copy" / name).read_bytes()
            self.assertEqual(hashlib.sha256(data).hexdigest(), name)

    def test_each_codec(self):
        source = self.built()
        for codec in ("zstd", "none"):
            self.convert(source, f"oci:{self.folder}/{codec}:1", "--compression", codec)
            self.check_layers(codec)
            self.assertEqual(self.config(f"oci:{self.folder}/{codec}:1"), self.config(source))

    def test_images_that_skopeo_wrote(self):
        source = self.built()
        samples.build(self.binary, f"oci:{self.folder}/zstd:1", "--compression", "zstd")
        judge.run(["skopeo", "copy", source, f"docker-archive:{self.folder}/skopeo.tar:app:1"])
        judge.run(["skopeo", "copy", "--format", "v2s2", "--dest-compress-format", "gzip", source,
                   f"dir:{self.folder}/v2s2"])
        judge.run(["skopeo", "copy", f"dir:{self.folder}/v2s2", f"oci:{self.folder}/v2s2-layout:1"])
        for name, image in (("archive", f"docker-archive:{self.folder}/skopeo.tar"),
                            ("layout", f"oci:{self.folder}/v2s2-layout:1")):
            # To the very bytes that a build writes.
            self.convert(image, f"oci:{self.folder}/{name}:1", "--compression", "zstd")
            self.check_layers(name)
            self.assertEqual([layer["digest"] for layer in samples.Layout(self.folder / name).manifest[
                "layers"]], [layer["digest"] for layer in samples.Layout(
                    self.folder / "zstd").manifest["layers"]])

    def test_umoci_unpacks_a_docker_archive(self):
        judge.need("umoci")
        judge.run(["skopeo", "copy", self.built(), f"docker-archive:{self.folder}/skopeo.tar:app:1"])
        self.convert(f"{self.folder}/skopeo.tar", f"oci:{self.folder}/umoci:1",
                     "--compression", "gzip")
        for name in ("built", "umoci"):
            judge.run(["umoci", "unpack", "--image", f"{self.folder}/{name}:1",
                       self.folder / f"{name}-bundle"])
        judge.run(["diff", "-r", "--no-dereference", self.folder / "built-bundle/rootfs",
                   self.folder / "umoci-bundle/rootfs"])

    def test_podman_loads_archives(self):
        judge.need("podman")
        podman = ["podman", "--root", self.folder / "storage", "--runroot", self.folder / "run",
                  "--storage-driver", "vfs"]
        source = self.built()
        for form in ("docker-archive:{}:podman:1", "oci-archive:{}:podman:1"):
            archive = self.folder / f"{form[:3]}.tar"
            self.convert(source, form.format(archive), "--compression", "zstd")
            judge.run([*podman, "load", "-i", archive])
            config = samples.Layout(self.folder / "built").manifest["config"]["digest"]
            images = json.loads(judge.run([*podman, "images", "--format", "json"]))
            self.assertEqual(["sha256:" + image["Id"] for image in images], [config])

    def test_dockerd_runs_it(self):
        judge.need("docker", "dockerd")
        source = self.built("--base", samples.base())
        archive = self.folder / "docker.tar"
        self.convert(source, f"docker-archive:{archive}:odd:1", "--compression", "none")
        with daemons.dockerd(self.folder) as docker:
            judge.run([*docker, "load", "-i", archive])
            self.assertEqual(judge.run([*docker, "run", "--rm", "--network", "none", "odd:1"]),
                             samples.token_of(self.binary))

    def test_dockerd_runs_it_on_another_base(self):
        judge.need("docker", "dockerd", "umoci")
        self.built("--base", samples.base())
        more = self.folder / "more"
        more.write_text(str(self.folder))
        judge.veneer("layer", "--no-store", "--tree", f"{more}:/etc/more", "--base", samples.base(),
                     "-o", self.folder / "more.tar.gz")
        judge.veneer("image", "--no-store", "--layer", self.folder / "more.tar.gz", "--base",
                     samples.base(), "--env", "NEW=1", "-o", f"oci:{self.folder}/base:1")
        judge.veneer("rebase", "--no-store", f"oci:{self.folder}/built:1", "--old-base",
                     samples.base(), "--base", f"oci:{self.folder}/base:1", "-o",
                     f"oci:{self.folder}/rebased:1", "-o",
                     f"docker-archive:{self.folder}/rebased.tar:odd:2")
        self.check_layers("rebased")
        judge.run(["umoci", "unpack", "--image", f"{self.folder}/rebased:1",
                   self.folder / "bundle"])
        self.assertEqual((self.folder / "bundle/rootfs/etc/more").read_text(), str(self.folder))
        with daemons.dockerd(self.folder) as docker:
            judge.run([*docker, "load", "-i", self.folder / "rebased.tar"])
            run = [*docker, "run", "--rm", "--network", "none"]
            self.assertEqual(judge.run([*run, "odd:2"]), samples.token_of(self.binary))
            self.assertEqual(judge.run([*run, "--entrypoint", "/bin/bash", "odd:2", "-c",
                                        "echo $NEW; cat /etc/more"]), f"1\n{self.folder}")

    def test_umoci_reads_a_layout_that_was_collected(self):
        judge.need("umoci")
        self.built()
        self.convert(f"oci:{self.folder}/built:1", f"oci:{self.folder}/built:1",
                     "--compression", "zstd")
        before = len(list((self.folder / "built/blobs/sha256").iterdir()))
        judge.veneer("gc", f"oci:{self.folder}/built")
        self.assertLess(len(list((self.folder / "built/blobs/sha256").iterdir())), before)
        self.check_layers("built")
        # umoci finds nothing to drop.
        names = sorted((self.folder / "built/blobs/sha256").iterdir())
        judge.run(["umoci", "gc", "--layout", self.folder / "built"])
        self.assertEqual(sorted((self.folder / "built/blobs/sha256").iterdir()), names)


if __name__ == "__main__":
    judge.main()
