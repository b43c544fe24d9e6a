"""bsdtar, GNU tar and umoci unpack capabilities and user attributes from veneer's archives."""

import os
import struct
import subprocess

import judge

CAPABILITY = "security.capability"
# A capability for a user namespace whose root is user 1000. The kernel accepts it only from a
# process with capabilities in all namespaces.
NAMESPACED = struct.pack("<IIIIII", 0x03000001, 1 << 10, 0, 0, 0, 1000)
SERVICE = struct.pack("<IIIII", 0x02000001, 1 << 10, 0, 0, 0)
# setcap must give the same bytes for these texts.
TEXTS = ("cap_net_bind_service+ep", "CAP_NET_RAW,cap_net_admin=eip", "cap_chown=i cap_bpf=p", "=",
         "=ep", "all=ep cap_chown-ep", "cap_kill+pi-i+e", "cap_sys_admin,39,40+p")


def xattrs(path):
    """Returns those attributes of a file that veneer keeps."""
    return {name: os.getxattr(path, name, follow_symlinks=False)
            for name in os.listxattr(path, follow_symlinks=False)
            if name == CAPABILITY or name.startswith("user.")}


class Xattrs(judge.Judge):
    """veneer packs a tree with capabilities in each of its ways."""

    clients = ("bsdtar", "umoci", "tar", "setcap", "getcap")
    as_root = True

    def setUp(self):
        super().setUp()
        self.tree = self.folder / "tree"
        (self.tree / "folder").mkdir(parents=True)
        for name in ("server", "namespaced", "plain", "twin", "folder/noted"):
            (self.tree / name).write_bytes(
                b"#!/bin/sh\n" + b"same content, long enough to be linked\n" * 200)
            (self.tree / name).chmod(0o755)
        try:
            os.setxattr(self.tree / "server", CAPABILITY, SERVICE)
            os.setxattr(self.tree / "twin", CAPABILITY, SERVICE)
            os.setxattr(self.tree / "namespaced", CAPABILITY, NAMESPACED)
            os.setxattr(self.tree / "folder/noted", "user.note", b"a\0b=c\n\xff")
            os.setxattr(self.tree / "folder", "user.dir", b"d")
        except OSError as fault:
            self.skipTest(f"no extended attributes here: {fault}")
        self.expected = {"server": {CAPABILITY: SERVICE}, "twin": {CAPABILITY: SERVICE},
                         "namespaced": {CAPABILITY: SERVICE}, "plain": {},
                         "folder": {"user.dir": b"d"},
                         "folder/noted": {"user.note": b"a\0b=c\n\xff"}}

    def check(self, root, expected=None):
        for name, attributes in (expected or self.expected).items():
            with self.subTest(root=root.name, path=name):
                self.assertEqual(attributes, xattrs(root / name))

    def unpack(self, image):
        bundle = self.folder / f"bundle-{image}"
        judge.run(["umoci", "unpack", "--image", f"{self.folder}/{image}:latest", bundle])
        return bundle / "rootfs"

    def build(self, name, *options):
        return judge.veneer("build", "--no-store", "--check=off", *options,
                            "-o", f"oci:{self.folder}/{name}:latest")

    def test_tree(self):
        """Attributes are kept in an image of a tree, and through the text of a plan."""
        tree = ["--tree", f"{self.tree}:/"]
        self.build("image", *tree)
        self.check(self.unpack("image"))
        plan = self.folder / "plan"
        plan.write_text(judge.veneer("plan", "--files", *tree))
        self.build("planned", "--plan", plan)
        self.assertEqual((self.folder / "image/index.json").read_text(),
                         (self.folder / "planned/index.json").read_text())
        found = judge.veneer("verify", f"oci:{self.folder}/image")
        self.assertIn("6 paths in 1 layer", found)

    def test_verify_names_them(self):
        self.build("image", "--tree", f"{self.tree}:/")
        done = subprocess.run([os.environ["VENEER"], "verify", f"oci:{self.folder}/image"],
                              check=True, capture_output=True, text=True)
        for line in ("namespaced: note: has the capabilities cap_net_bind_service=ep "
                     "[extended-attributes]",
                     "namespaced: note: likewise: server, twin",
                     "folder: note: has the extended attributes 'user.dir' [extended-attributes]",
                     "folder/noted: note: has the extended attributes 'user.note' "
                     "[extended-attributes]"):
            self.assertIn(line, done.stdout)

    def test_rebuild_after_setcap(self):
        """The layer changes when only an attribute changes."""
        command = ["build", "--check=off", "--store", self.folder / "store",
                   "--tree", f"{self.tree}:/"]
        for name, value in (("first", "cap_kill+p"), ("second", "cap_chown+p"),
                            ("third", "cap_chown+p")):
            judge.run(["setcap", value, self.tree / "server"])
            judge.veneer(*command, "-o", f"oci:{self.folder}/{name}:latest")
            self.check(self.unpack(name), {"server": xattrs(self.tree / "server"),
                                           "twin": {CAPABILITY: SERVICE}})

    def test_base(self):
        """A file that the base has with other attributes is stored again."""
        (self.folder / "server").write_bytes((self.tree / "server").read_bytes())
        (self.folder / "server").chmod(0o755)
        self.build("base", "--content-links=off", "--tree", f"{self.folder}/server:/",
                   "--tree", f"{self.tree}/twin:/plain", "--tree", f"{self.tree}/twin:/twin")
        summary = self.build("image", "--base", f"oci:{self.folder}/base:latest",
                             "--tree", f"{self.tree}:/")
        self.check(self.unpack("image"))
        self.assertIn("1 path left out, because the base image has the same", summary)

    def test_capability(self):
        self.build("image", "--tree", f"{self.tree}:/", "--capability", "folder/*=cap_kill+ep",
                   "--capability", "/server=cap_chown=p")
        root = self.unpack("image")
        note = self.expected["folder/noted"]
        chown = struct.pack("<IIIII", 0x02000000, 1, 0, 0, 0)
        kill = struct.pack("<IIIII", 0x02000001, 1 << 5, 0, 0, 0)
        self.check(root, {"server": {CAPABILITY: chown}, "plain": {},
                          "folder/noted": {**note, CAPABILITY: kill}})
        self.assertIn("server cap_chown=p", judge.run(["getcap", root / "server"]))

    def test_texts_of_setcap(self):
        one = self.tree / "plain"
        for number, text in enumerate(TEXTS):
            judge.run(["setcap", text, one])
            self.build(f"image{number}", "--tree", f"{self.tree}:/",
                       "--capability", f"server={text}")
            root = self.unpack(f"image{number}")
            with self.subTest(text=text):
                last = os.getxattr(one, CAPABILITY)
                found = os.getxattr(root / "server", CAPABILITY)
                if "all" in text or text == "=ep":  # "all" depends on the kernel's last capability
                    self.assertEqual(last[:12], found[:12])
                else:
                    self.assertEqual(last, found)

    def test_tar_of_disk(self):
        """`veneer tar` stores attributes from disk, and copies them from an archive of bsdtar."""
        for name, command in (("veneer", [os.environ["VENEER"], "tar"]), ("bsdtar", ["bsdtar"])):
            judge.run([*command, "-cf", self.folder / f"{name}.tar", "-C", self.tree, "."])
        judge.veneer("tar", "-cf", self.folder / "copy.tar", f"@{self.folder}/bsdtar.tar")
        judge.veneer("tar", "-cf", self.folder / "without.tar", "--no-xattrs", "-C", self.tree, ".")
        for name in ("veneer", "copy"):
            for unpacker in (["bsdtar", "-xpf"], ["tar", "--xattrs", "--xattrs-include=*", "-xpf"]):
                root = self.folder / f"{name}-{unpacker[0]}"
                root.mkdir()
                judge.run([*unpacker, self.folder / f"{name}.tar", "-C", root])
                self.check(root)
        root = self.folder / "without"
        root.mkdir()
        judge.run(["bsdtar", "-xpf", self.folder / "without.tar", "-C", root])
        self.check(root, {name: {} for name in self.expected})


if __name__ == "__main__":
    judge.main()
