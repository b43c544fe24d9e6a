"""`inspect` and `diff` agree with skopeo and umoci about images that others made."""

import hashlib
import json
import os
import pathlib
import stat
import subprocess
import sys

import judge

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

# pylint: disable=wrong-import-position
from made_images import Image, tar                                          # noqa: E402
from sample_layers import SAMPLES, debian_layer, python_layer               # noqa: E402

# umoci unpacks no layer with such names or ids into a folder of a container's file system.
IMAGES = SAMPLES | {"packages": [debian_layer(), python_layer()]}


def inspect(image, *options):
    """Returns the report of an image."""
    return json.loads(judge.veneer("inspect", image, "--json", *options))


def unpacked_tree(root):
    """Returns {path: what is there} of a folder."""
    tree = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = pathlib.Path(folder, name)
            tree[os.path.relpath(path, root)] = unpacked_entry(path)
    return tree


def unpacked_entry(path):
    """Returns type, mode, owner, content and link text of what is at a path."""
    status = path.lstat()
    kind = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "symlink",
            stat.S_IFCHR: "character-device", stat.S_IFBLK: "block-device",
            stat.S_IFIFO: "pipe"}[stat.S_IFMT(status.st_mode)]
    entry = {"type": kind, "uid": status.st_uid, "gid": status.st_gid}
    if kind == "symlink":
        return entry | {"link": os.readlink(path)}
    entry["mode"] = f"{stat.S_IMODE(status.st_mode):04o}"
    if kind == "file":
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        entry |= {"digest": f"sha256:{digest}", "mtime": int(status.st_mtime)}
    if kind.endswith("device"):
        entry["device"] = f"{os.major(status.st_rdev)},{os.minor(status.st_rdev)}"
    return entry


def listed_tree(image):
    """Returns the same as veneer lists it."""
    tree = {}
    for entry in inspect(image, "--files")["entries"]:
        if entry["type"] == "hardlink":
            entry["type"] = "file"
        keys = {"file": ("type", "uid", "gid", "mode", "digest", "mtime"),
                "symlink": ("type", "uid", "gid", "link")}.get(
                    entry["type"], ("type", "uid", "gid", "mode", "device"))
        tree[entry["path"]] = {key: entry[key] for key in keys if key in entry}
    return tree


class Inspect(judge.Judge):
    """Images of each sample, and one that umoci itself made."""

    def make(self, name):
        """Makes the layout of a sample."""
        history = [{"created_by": f"step {i}"} for i in range(len(IMAGES[name]))]
        image = Image([tar(members) for members in IMAGES[name]], history=history,
                      config={"Env": ["A=b"], "Labels": {"l": "v"}})
        image.layout(self.folder / name, tag="latest")
        return f"{self.folder}/{name}:latest"

    def compare_with_umoci(self, image):
        """Compares the tree with what umoci unpacks."""
        bundle = self.folder / "bundle"
        judge.run(["umoci", "unpack", "--image", image, bundle])
        self.assertEqual(listed_tree(f"oci:{image}"), unpacked_tree(bundle / "rootfs"))

    def umoci_makes(self, image):
        """Has umoci make an image of three layers: files, a removed file, a new folder."""
        judge.run(["umoci", "init", "--layout", image.partition(":")[0]])
        judge.run(["umoci", "new", "--image", image])
        bundle = self.folder / "work"
        judge.run(["umoci", "unpack", "--image", image, bundle])
        root = bundle / "rootfs"
        (root / "d").mkdir()
        (root / "d/a").write_text("first\n")
        (root / "d/b").write_text("second\n")
        os.link(root / "d/a", root / "d/hard")
        (root / "l").symlink_to("d/a")
        judge.run(["umoci", "repack", "--image", image, "--refresh-bundle", bundle])
        (root / "d/b").unlink()
        (root / "d/a").chmod(0o700)
        judge.run(["umoci", "repack", "--image", image, "--refresh-bundle", bundle])
        judge.run(["umoci", "insert", "--image", image, "--opaque", root / "d", "/d"])


class Skopeo(Inspect):
    """The documents."""

    clients = ("skopeo",)

    def test_layers_environment_and_dates(self):
        for name in IMAGES:
            with self.subTest(name):
                image = self.make(name)
                seen = json.loads(judge.run(["skopeo", "inspect", f"oci:{image}"]))
                report = inspect(f"oci:{image}")
                self.assertEqual([layer["digest"] for layer in report["layers"]], seen["Layers"])
                self.assertEqual(report["manifest"], seen["Digest"])
                self.assertEqual(report["created"], seen["Created"])
                self.assertEqual(report["platform"], f"{seen['Os']}/{seen['Architecture']}")
                self.assertEqual(report["config"]["config"]["Env"], seen["Env"])

    def test_copies_differ_only_in_how_layers_are_stored(self):
        image = self.make("packages")
        copies = {"zstd": f"oci:{self.folder}/zstd:latest",
                  "docker": f"docker-archive:{self.folder}/copy.tar:copy:1"}
        judge.run(["skopeo", "copy", "--dest-compress-format", "zstd", f"oci:{image}",
                   copies["zstd"]])
        judge.run(["skopeo", "copy", f"oci:{image}", copies["docker"]])
        for copy in copies.values():
            done = subprocess.run(
                [os.environ["VENEER"], "diff", "--json", f"oci:{image}", copy],
                capture_output=True, text=True, check=False)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertEqual(json.loads(done.stdout)["files"], [])


class Umoci(Inspect):
    """The trees, and what is stored."""

    clients = ("umoci",)
    as_root = True

    def test_trees(self):
        for name in IMAGES:
            with self.subTest(name):
                self.compare_with_umoci(self.make(name))
                judge.run(["rm", "-rf", self.folder / "bundle"])

    def test_an_image_of_umoci_s(self):
        image = f"{self.folder}/made:latest"
        self.umoci_makes(image)
        self.compare_with_umoci(image)

    def test_sizes_of_layers(self):
        for image in [self.make("whiteouts"), self.make("packages")]:
            seen = json.loads(judge.run(["umoci", "stat", "--json", "--image", image]))
            self.assertEqual(
                [(layer["digest"], layer["size"], layer["createdBy"])
                 for layer in inspect(f"oci:{image}")["layers"]],
                [(step["layer"]["digest"], step["layer"]["size"], step["created_by"])
                 for step in seen["history"] if not step.get("empty_layer")])


if __name__ == "__main__":
    judge.main()
