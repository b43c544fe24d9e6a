"""umoci and bsdtar unpack images of random plans; both trees are what the plan says.

VENEER_ROUNDS is the number of plans, VENEER_SEED that of the first.
"""

import collections
import hashlib
import os
import random
import stat

import judge
import samples

ROUNDS = int(os.environ.get("VENEER_ROUNDS", "8"))
SEED = int(os.environ.get("VENEER_SEED", "0"))
NAMES = ("a", "b.py", "lib", "sp ace", "b\\s", "t\tb", "n\nl", "\u00e9", "x" * 120, "-", "~", "c++")
CONTENTS = {
    "empty": b"",
    "text": b"text\n",
    "script": b"#!/bin/sh\n",
    "elf": b"\x7fELF" + b"e" * 5000,
    "large": bytes(range(256)) * 4000,
}


def escaped(text):
    """Returns a field of a plan."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


class Plan:
    """A random plan, and what an unpacked image of it holds at each path."""

    def __init__(self, rng):
        self.rng = rng
        self.nodes = {}  # what is at each path
        self.lines = ["veneer plan 1"]
        self.numbers = collections.Counter()
        self.seen = set()
        for number in range(rng.randint(1, 3)):
            self.add_layer(f"layer{number}")
        names = ("files", "bytes", "symlinks", "hardlinks", "bytes_linked", "bytes_repeated")
        self.lines.append("\t".join(["summary", *(f"{name}={self.numbers[name]}" for name in names)]))

    def add_layer(self, name):
        """Adds a layer of paths that no layer has, and of the directories above them."""
        paths = set()
        for _ in range(self.rng.randint(1, 25)):
            path = "/".join(self.rng.choice(NAMES) for _ in range(self.rng.randint(1, 5)))
            above = self.above(path)
            if not self.nodes.keys() & {path} and all(
                self.nodes.get(folder, ("d",))[0] == "d" for folder in above
            ):
                if not any(folder in paths for folder in above) and not any(
                    other.startswith(f"{path}/") for other in paths
                ):
                    paths.add(path)
        folders = {folder for path in paths for folder in self.above(path)}
        if not paths:
            return
        self.lines.append(f"layer\t{name}\trandom")
        files = []
        for path in sorted(paths | folders, key=str.encode):
            if path in folders:
                node = self.nodes.setdefault(path, ("d", self.attributes("d"), None))
            else:
                node = self.nodes[path] = self.node(files)
            self.add_line(path, node)
            if node[0] == "f":
                files.append(path)

    @staticmethod
    def above(path):
        """Returns the directories above a path."""
        parts = path.split("/")
        return ["/".join(parts[:count]) for count in range(1, len(parts))]

    def node(self, files):
        """Returns something random: kind, attributes, and a content's name, a text or a target."""
        kind = self.rng.choices("fdlh", (6, 1, 2, 3))[0]
        if kind == "h" and files:
            target = self.rng.choice(files)
            return ("h", self.nodes[target][1], target)
        if kind == "l":
            return (
                "l",
                self.attributes("l"),
                self.rng.choice(("a", "../x y", "/usr/bin/env", "\u00e9", "lib/" * 60 + "z")),
            )
        return (
            (kind, self.attributes(kind), self.rng.choice(sorted(CONTENTS)) if kind == "f" else None)
            if kind != "h"
            else ("f", self.attributes("f"), "text")
        )

    def attributes(self, kind):
        """Returns random attributes: those that differ from the policy."""
        found = {}
        if kind != "l" and self.rng.random() < 0.3:
            found["mode"] = self.rng.choice(
                ("0700", "2711", "1777") if kind == "d" else ("0600", "4755", "0755", "0644", "0000")
            )
        for name, values in (
            ("uid", (5, 1000, 3_000_000)),
            ("gid", (6, 1000, 2_100_000)),
            ("mtime", (1, 12345, 5_000_000_000)),
        ):
            if self.rng.random() < 0.2:
                found[name] = str(self.rng.choice(values))
        if kind == "f" and self.rng.random() < 0.1:
            found["xattr.user.note"] = b"some \xff".hex()
        return found

    def add_line(self, path, node):
        """Adds the line of a path, and to the summary."""
        kind, attributes, what = node
        stated = ",".join(f"{name}={value}" for name, value in attributes.items()) or "-"
        fields = [kind, escaped(path), stated]
        if kind == "f":
            size = len(CONTENTS[what])
            fields += [str(size), what if size else ""]
            self.numbers.update(files=1, bytes=size)
        elif kind == "l":
            fields += [escaped(what), "declared", "0"]
            self.numbers.update(symlinks=1)
        elif kind == "h":
            size = len(CONTENTS[self.nodes[what][2]])
            fields += [escaped(what), "equal-content", str(size)]
            self.numbers.update(hardlinks=1, bytes_linked=size)
        self.lines.append("\t".join(fields))

    def expected(self):
        """Returns what has to be at each path."""
        found = {}
        for path, (kind, attributes, what) in self.nodes.items():
            target = what if kind == "h" else path
            content = CONTENTS[self.nodes[target][2]] if kind in "fh" else None
            shown = hashlib.sha256(content).hexdigest() if kind in "fh" else what
            usual = {"d": "755", "l": "777"}.get(
                kind, "755" if content and content[:2] in (b"#!", b"\x7fE") else "644"
            )
            found[path] = (
                "f" if kind == "h" else kind,
                int(attributes.get("mode", usual), 8),
                *(int(attributes.get(name, 0)) for name in ("uid", "gid", "mtime")),
                shown,
                attributes.get("xattr.user.note"),
                target if kind in "fh" else None,
            )
        return found


def tree(root):
    """Returns what is at each path below a folder; hardlinks have the first of their paths."""
    found, first = {}, {}
    paths = sorted(
        (
            os.path.relpath(os.path.join(folder, name), root)
            for folder, folders, files in os.walk(root)
            for name in folders + files
        ),
        key=str.encode,
    )
    for path in paths:
        full = root / path
        info = full.lstat()
        kind = {stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFREG: "f"}[stat.S_IFMT(info.st_mode)]
        content = (
            os.readlink(full)
            if kind == "l"
            else hashlib.sha256(full.read_bytes()).hexdigest() if kind == "f" else None
        )
        note = (
            os.getxattr(full, "user.note").hex()
            if kind == "f" and "user.note" in os.listxattr(full)
            else None
        )
        found[path] = (
            kind,
            stat.S_IMODE(info.st_mode),
            info.st_uid,
            info.st_gid,
            int(info.st_mtime),
            content,
            note,
            first.setdefault(info.st_ino, path) if kind == "f" else None,
        )
    return found


def without_times(nodes):
    """Leaves out those of directories, which bsdtar does not set where an earlier layer has made one."""
    return {path: (*node[:4], None, *node[5:]) if node[0] == "d" else node for path, node in nodes.items()}


class Generated(judge.Judge):
    """Each round in a folder of its own."""

    clients = ("umoci", "bsdtar")
    as_root = True

    def test_plans(self):
        for seed in range(SEED, SEED + ROUNDS):
            codec = ("gzip", "zstd", "none")[seed % 3]
            with self.subTest(VENEER_SEED=seed, codec=codec):
                self.check(Plan(random.Random(seed)), codec, self.folder / str(seed))

    def check(self, plan, codec, folder):
        folder.mkdir()
        for name, content in CONTENTS.items():
            (folder / name).write_bytes(content)
        (folder / "plan").write_text("\n".join(plan.lines) + "\n")
        judge.veneer(
            "build",
            "--no-store",
            "--check=off",
            "--plan",
            "plan",
            f"--compression={codec}",
            "-o",
            "oci:image:a",
            cwd=folder,
        )
        wanted = plan.expected()
        if codec != "zstd":  # umoci cannot read it
            judge.run(["umoci", "unpack", "--image", "image:a", "bundle"], cwd=folder)
            self.compare(wanted, tree(folder / "bundle" / "rootfs"))
        (folder / "tree").mkdir()
        for path, _ in samples.Layout(folder / "image").layers():
            judge.run(
                ["bsdtar", "-xpf", path, "-C", "tree"], cwd=folder, env={**os.environ, "LC_ALL": "C.UTF-8"}
            )
        self.compare(without_times(wanted), without_times(tree(folder / "tree")))

    def compare(self, wanted, found):
        paths = wanted.keys() | found.keys()
        self.assertEqual(
            {},
            {
                path: (wanted.get(path), found.get(path))
                for path in paths
                if wanted.get(path) != found.get(path)
            },
        )


if __name__ == "__main__":
    judge.main()
