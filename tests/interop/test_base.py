"""umoci unpacks an image on a real base, whose links and directories must not change."""

import os
import pathlib
import stat
import tarfile
import uuid

import judge
import samples


class Base(judge.Judge):
    """The quickstart's base has /lib -> usr/lib and a /tmp for everybody."""

    clients = ("umoci",)
    as_root = True

    def setUp(self):
        super().setUp()
        self.base = self.unpack(samples.base().removeprefix("oci:"), "base")
        self.assertEqual("usr/lib", os.readlink(self.base / "lib"))
        self.assertEqual(0o1777, stat.S_IMODE(os.lstat(self.base / "tmp").st_mode))
        self.token = str(uuid.uuid4())
        for name in ("x", "y"):
            (self.folder / name).mkdir()
            (self.folder / name / "token").write_text(self.token)
        os.symlink("../../etc/passwd", self.folder / "x" / "passwd")

    def test_links_and_directories_survive(self):
        self.build("--tree", f"{self.folder}/x:/lib/x", "--tree", f"{self.folder}/y:/tmp/y",
                   "--tree", f"{self.folder}/y:/tmp")
        root = self.unpack(f"{self.folder}/image:latest", "image")
        before, after = snapshot(self.base), snapshot(root)
        new = {"usr/lib/x", "usr/lib/x/passwd", "usr/lib/x/token", "tmp/token", "tmp/y",
               "tmp/y/token"}
        self.assertEqual(new, set(after) - set(before))
        self.assertEqual(before, {path: after.get(path) for path in before})
        for path in ("lib/x/token", "usr/lib/x/token", "tmp/y/token", "tmp/token"):
            self.assertEqual(self.token, (root / path).read_text())
        # The link leads to a file of the image, because umoci does not change the text of links.
        link = root / "usr/lib/x" / os.readlink(root / "lib/x/passwd")
        self.assertEqual((root / "etc/passwd").resolve(), link.resolve())

    def test_what_the_base_has_is_not_stored_again(self):
        trees = ["--tree", f"{self.base}/usr/bin:/bin", "--tree", f"{self.folder}/y:/y"]
        summary = self.build(*trees)
        names = stored_names(self.folder / "image")
        self.assertEqual({"y", "y/token"}, names)
        self.assertIn("left out, because the base image has the same", summary)
        root = self.unpack(f"{self.folder}/image:latest", "image")
        self.assertEqual(snapshot(self.base), {path: what for path, what in snapshot(root).items()
                                               if path.split("/")[0] != "y"})
        self.build(*trees, "--skip-base-duplicates=off", name="full")
        self.assertIn("usr/bin/bash", stored_names(self.folder / "full"))

    def build(self, *options, name="image"):
        return judge.veneer("build", *options, "--base", samples.base(),
                            "-o", f"oci:{self.folder}/{name}:latest")

    def unpack(self, image, name):
        """Unpacks an image; returns its root."""
        judge.run(["umoci", "unpack", "--image", image, self.folder / f"{name}-bundle"])
        return self.folder / f"{name}-bundle" / "rootfs"


def stored_names(layout):
    """Returns the paths in the layers above the base's layer."""
    names = set()
    for blob, _ in samples.Layout(layout).layers()[1:]:
        with tarfile.open(blob) as tar:
            names.update(tar.getnames())
    return names


def snapshot(root):
    """Returns {path: [type and mode, owner, group, time, and content of a file or link]}."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = pathlib.Path(folder, name)
            info = os.lstat(path)
            what = [stat.filemode(info.st_mode), info.st_uid, info.st_gid, int(info.st_mtime)]
            if path.is_symlink():
                what.append(os.readlink(path))
            elif path.is_file():
                what.append(path.read_bytes())
            found[os.path.relpath(path, root)] = what
    return found


if __name__ == "__main__":
    judge.main()
