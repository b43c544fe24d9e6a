"""What veneer's plan has to say of runfiles, by the rules as they are documented, and nothing else.

The links are those of "Links" in ARCHITECTURE.md, the layers those of docs/layers.md, and the text is
that of docs/plan_format.md. It is slow and simple: everything is looked up by path in plain tables.
"""

import collections
import posixpath
import re

import model as models
from merge import ancestors, by_component, place_of

ROOT = "app/app.runfiles"
LINK_MIN = 4096
INTERPRETER_NAME = re.compile(r"python([0-9]+(\.[0-9]+t?)?)?")
STANDARD_LIBRARY = re.compile(r"lib/python[0-9]*(\.[0-9]+t?)?/os\.pyc?")


class Plan:
    """The layers of merged runfiles, as a plan states them."""

    def __init__(self, disk, model, merge, folder=None):
        self.disk, self.model = disk, model
        self.folder = folder  # of a manifest's files; it does not name the executable
        self.nodes, self.folders = merge.expanded()
        self.paths = sorted(self.nodes, key=by_component)
        self.links = {}  # path -> path that it leads to, and the rule
        self.size = {path: len(self.content(path)) for path in self.paths}
        self.link_same_file()
        self.link_site_packages()
        self.link_interpreters()

    def content(self, path):
        """Returns the bytes at a path; none of a link."""
        node = self.nodes[path]
        return self.disk.contents[node.exec_path] if node.kind == "f" else b""

    def home_of(self, path):
        """Returns the stored file that a path leads to."""
        while path in self.links:
            path = self.links[path][0]
        return path

    def link(self, path, home, why):
        """Makes a path a link, unless a rule before has."""
        home = self.home_of(home)
        if path not in self.links and path != home:
            self.links[path] = (home, why)

    def groups(self, key):
        """Returns lists of paths of files with bytes that have the same key, which is not None."""
        found = collections.defaultdict(list)
        for path in self.paths:
            if self.size[path] > 0 and key(path) is not None:
                found[key(path)].append(path)
        return found.values()

    def link_same_file(self):
        """Rule 2: one declared file at several paths."""
        for same in self.groups(lambda path: self.nodes[path].exec_path):
            home = next((path for path in same if path == self.nodes[path].home), same[0])
            for path in same:
                self.link(path, home, "symlink-entry")

    def link_site_packages(self):
        """Rule 3: a wheel's content at the wheel's path after site-packages/."""

        def key(path):
            _, found, suffix = f"/{path}".rpartition("/site-packages/")
            return (self.content(path), suffix) if found else None

        for same in self.groups(key):
            wheels = [path for path in same if path.split("/")[1] == "site-packages"]
            for path in same:
                if wheels and path not in wheels:
                    self.link(path, wheels[0], "site-packages")

    def link_interpreters(self):
        """Rule 4: equal interpreters of one directory."""

        def key(path):
            folder, name = posixpath.split(path)
            is_large = self.size[path] >= LINK_MIN
            return (folder, self.content(path)) if is_large and INTERPRETER_NAME.fullmatch(name) else None

        for same in self.groups(key):
            longest = max(same, key=lambda path: len(posixpath.basename(path)))
            for path in same:
                self.link(path, longest, "interpreter-alias")

    def layer_of(self, path, group):
        """Returns the name of the layer that a path of the runfiles is in."""
        if self.model.is_one_layer:
            return "all"
        if group:
            return group
        parts = path.split("/")
        repository = parts[0] if len(parts) > 1 else ""
        if len(parts) > 3 and parts[1] == "external":
            repository = parts[2]
        own = self.model.executable.short_path if self.folder is None else ""
        if repository in ("", models.WORKSPACE, own.split("/")[1] if own.startswith("../") else ""):
            return "app"
        return "interpreter" if repository in self.interpreters() else "packages"

    def interpreters(self):
        """Returns the repositories that hold a standard library."""
        paths = [*self.paths, *(path for path, _ in self.folders)]
        return {path.split("/")[0] for path in paths if STANDARD_LIBRARY.fullmatch(path.partition("/")[2])}

    def layers(self):
        """Returns the layers, bottom first: names, and what is at each path of the image."""
        members = collections.defaultdict(dict)
        executable = place_of(self.model.executable.short_path)
        own = "app" if not self.model.is_one_layer else "all"
        if self.folder is None:
            members[own]["app/app"] = ("l", posixpath.relpath(f"{ROOT}/{executable}", "app"), "declared", 0)
        for path, node in self.folders:
            members[self.layer_of(path, node.group)][f"{ROOT}/{path}"] = ("d",)
        for path in self.paths:
            members[self.layer_of(path, self.nodes[path].group)][f"{ROOT}/{path}"] = self.member(path)
        order = ["all", "interpreter", "packages", *self.group_order(), "app"]
        return [(name, self.with_hardlinks(members[name])) for name in order if name in members]

    def group_order(self):
        """Returns the groups, by their first records that are at some path."""
        shown = sorted(
            [*self.nodes.values(), *(node for _, node in self.folders)], key=lambda node: node.order
        )
        return dict.fromkeys(node.group for node in shown if node.group)

    def member(self, path):
        """Returns what is at a path, without hardlinks."""
        node = self.nodes[path]
        if node.kind == "l":
            return ("l", node.text, "declared", 0)
        if path in self.links:
            home, why = self.home_of(path), self.links[path][1]
            return ("l", posixpath.relpath(home, posixpath.dirname(path) or "."), why, self.size[home])
        return ("f", self.size[path], node.exec_path)

    def with_hardlinks(self, members):
        """Rule 5, and the directories above all."""
        stored = collections.defaultdict(list)
        found = {above: ("d",) for path in members for above in ancestors(path)}
        for path in sorted(members, key=str.encode):
            found[path] = member = members[path]
            if member[0] != "f" or member[1] < LINK_MIN:
                continue
            content = self.disk.contents[member[2]]
            for home in stored[content]:
                if content != models.PROGRAM or posixpath.dirname(home) == posixpath.dirname(path):
                    found[path] = ("h", home, "equal-content", member[1])
                    break
            else:
                stored[content].append(path)
        return found

    def lines(self):
        """Returns the lines of the plan, but for the reasons of layers."""
        lines, seen = [], set()
        numbers = collections.Counter()
        for name, members in self.layers():
            lines.append(f"layer\t{name}")
            for path in sorted(members, key=str.encode):
                kind, *rest = members[path]
                if kind == "f" and self.folder and rest[1]:
                    rest[1] = f"{self.folder}/{rest[1]}"
                lines.append(
                    "\t".join(
                        [kind, models.escaped(path), "-", *(models.escaped(str(part)) for part in rest)]
                    )
                )
                self.count(members[path], numbers, seen)
        names = ("files", "bytes", "symlinks", "hardlinks", "bytes_linked", "bytes_repeated")
        lines.append("\t".join(["summary", *(f"{name}={numbers[name]}" for name in names)]))
        return lines

    def count(self, member, numbers, seen):
        """Adds a member to the summary."""
        if member[0] == "f":
            numbers["files"] += 1
            numbers["bytes"] += member[1]
            content = self.disk.contents.get(member[2], b"")
            if member[1] >= LINK_MIN:
                numbers["bytes_repeated"] += member[1] if content in seen else 0
                seen.add(content)
        elif member[0] in "lh":
            numbers["symlinks" if member[0] == "l" else "hardlinks"] += 1
            numbers["bytes_linked"] += member[3]
