"""umoci unpacks an image; the tree has the entries of the plan and no others."""

import hashlib
import os
import pathlib
import stat

import judge
import samples


class Umoci(judge.Judge):
    """Unpacks images without a base, so that all entries of the tree are veneer's."""

    clients = ("umoci",)
    as_root = True

    def test_odd_names_and_kinds(self):
        self.check(samples.odd(self.folder))

    def test_odd_names_and_kinds_in_one_uncompressed_layer(self):
        self.check(samples.odd(self.folder), "--layers=one", "--compression", "none")

    def test_python_program(self):
        self.check(samples.program(self.folder))

    def test_python_program_of_rules_python_1_7_0(self):
        self.check(samples.program(self.folder, "1.7.0"))

    def check(self, binary, *options):
        samples.build(binary, f"oci:{self.folder}/image:latest", *options)
        judge.run(["umoci", "unpack", "--image", f"{self.folder}/image:latest",
                   self.folder / "bundle"])
        root = self.folder / "bundle" / "rootfs"
        planned = {entry["path"]: entry
                   for layer in samples.plan(binary, *options_of_plan(options))
                   for entry in layer["entries"]}
        self.assertEqual(sorted(planned), tree_paths(root))
        for path, entry in planned.items():
            with self.subTest(path=path):
                self.assertEqual(expected_attributes(entry, root), attributes(root / path))


def options_of_plan(options):
    """Returns those of a build's options that affect the plan."""
    return [option for option in options if option.startswith("--layers")]


def tree_paths(root):
    return sorted(os.path.relpath(os.path.join(folder, name), root)
                  for folder, folders, files in os.walk(root) for name in folders + files)


def expected_attributes(entry, root):
    """Returns the attributes that a planned entry must have after unpacking."""
    if entry["type"] == "hardlink":
        return attributes(root / entry["link"])
    common = {"type": entry["type"], "mode": mode(entry), "uid": entry["uid"],
              "gid": entry["gid"], "mtime": entry["mtime"]}
    if entry["type"] == "symlink":
        return {**common, "link": entry["link"]}
    if entry["type"] == "directory":
        return common
    data = content(entry)
    return {**common, "size": entry["size"], "digest": hashlib.sha256(data).hexdigest(),
            "inode": os.lstat(root / entry["path"]).st_ino}


def content(entry):
    return pathlib.Path(entry["source"]).read_bytes() if entry.get("source") else b""


def mode(entry):
    if entry["mode"] != "by content":
        return int(entry["mode"], 8)
    return 0o755 if content(entry).startswith((b"\x7fELF", b"#!")) else 0o644


def attributes(path):
    """Returns the attributes of an unpacked entry."""
    info = os.lstat(path)
    common = {"mode": stat.S_IMODE(info.st_mode), "uid": info.st_uid, "gid": info.st_gid,
              "mtime": int(info.st_mtime)}
    if stat.S_ISLNK(info.st_mode):
        return {**common, "type": "symlink", "link": os.readlink(path)}
    if stat.S_ISDIR(info.st_mode):
        return {**common, "type": "directory"}
    return {**common, "type": "file", "size": info.st_size, "inode": info.st_ino,
            "digest": hashlib.sha256(path.read_bytes()).hexdigest()}


if __name__ == "__main__":
    judge.main()
