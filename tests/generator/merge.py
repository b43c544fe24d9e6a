"""Bazel's merge of runfiles (Runfiles.getRunfilesInputs): what is at which path in the end."""

import copy
import dataclasses

import model as models


@dataclasses.dataclass
class Node:
    """What is at one path: a file (by its exec path), an empty file, a link or a tree artifact."""

    kind: str  # f, e, l or d
    exec_path: str = ""
    text: str = ""
    home: str = None  # the place of the file itself, if it is known
    group: str = ""
    order: int = 0  # of the record


def ancestors(path):
    """Returns all paths above a path, the nearest first."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]


def by_component(path):
    """Returns the key of an order in which a folder comes directly before what is in it."""
    return path.encode().split(b"/")


def place_of(short_path):
    """Returns where Bazel puts a file by its short_path."""
    return short_path[3:] if short_path.startswith("../") else f"{models.WORKSPACE}/{short_path}"


class Conflict(Exception):
    """Paths below something that is no directory, each with what is above it."""

    def __init__(self, pairs):
        super().__init__(str(pairs))
        self.pairs = pairs


class Merge:
    """Bazel's merge of all that is declared: what is at which path of the runfiles."""

    def __init__(self, disk, model):
        self.disk = disk
        self.dropped = []  # that Bazel warns of
        self.declared = [(record, self.node(record, order)) for order, record in enumerate(model.records)]
        nodes = dict(self.of("s"))
        nodes |= self.of("fdl")
        nodes[model.executable.short_path] = Node(
            "f", model.executable.exec_path, home=place_of(model.executable.short_path)
        )
        nodes |= self.of("t")
        nodes = self.without_obscured(nodes)
        nodes = dict([*self.of("e"), *nodes.items()])
        self.nodes = {place_of(path): node for path, node in nodes.items()}
        self.nodes |= self.of("r")
        if model.mapping:
            self.nodes["_repo_mapping"] = Node("f", model.mapping)
        if not any(path.startswith(f"{models.WORKSPACE}/") for path in self.nodes):
            self.nodes[f"{models.WORKSPACE}/.runfile"] = Node("e")
        pairs = {
            (path, above)
            for path in self.nodes
            for above in ancestors(path)[-1:-99:-1]
            if above in self.nodes
        }
        if pairs:
            raise Conflict(pairs)

    def of(self, letters):
        """Returns the paths and nodes of these records, in their order."""
        return [(record.path, node) for record, node in self.declared if record.letter in letters]

    def node(self, record, order):
        """Returns what a record declares."""
        file = record.file
        if record.letter == "e":
            return Node("e", group=record.group, order=order)
        if record.letter == "t":
            return Node("l", text=record.text, group=record.group, order=order)
        if file.kind == "l":
            return Node("l", file.exec_path, self.disk.texts[file.exec_path], None, record.group, order)
        return Node(file.kind, file.exec_path, "", place_of(file.short_path), record.group, order)

    def without_obscured(self, nodes):
        """Drops what is below another entry; Bazel warns if something else would be there."""
        kept = {}
        for path, node in nodes.items():
            above = next((above for above in ancestors(path) if above in nodes), None)
            if above is None:
                kept[path] = node
            elif nodes[above].kind == "l" or node.exec_path != nodes[above].exec_path + path[len(above) :]:
                self.dropped.append(path)
        return kept

    def of_manifest(self, folder):
        """Returns a Bazel manifest of the result, and the result as such a manifest shows it."""
        lines, shown = [], copy.copy(self)
        shown.nodes, shown.dropped = {}, []
        for path, node in sorted(self.nodes.items()):
            target = (
                node.text if node.kind == "l" else f"{folder}/{node.exec_path}" if node.kind in "fd" else ""
            )
            if " " in path or "\n" in path + target:
                path_text = path.replace("\\", "\\b").replace(" ", "\\s").replace("\n", "\\n")
                lines.append(f" {path_text} " + target.replace("\\", "\\b").replace("\n", "\\n"))
            else:
                lines.append(f"{path} {target}")
            # Only an external file's own path still says where it is at home.
            home = node.exec_path.rpartition("external/")[2] if "external/" in node.exec_path else None
            shown.nodes[path] = dataclasses.replace(node, home=home, group="")
        return "".join(f"{line}\n" for line in lines), shown

    def expanded(self):
        """Returns what is at each path, and the directories that are tree artifacts."""
        found, folders = {}, []
        for path, node in self.nodes.items():
            if node.kind != "d":
                found[path] = node
                continue
            folders.append((path, node))
            for name in self.disk.trees[node.exec_path]:
                found[f"{path}/{name}"] = dataclasses.replace(
                    node,
                    kind="f",
                    exec_path=f"{node.exec_path}/{name}",
                    home=node.home and f"{node.home}/{name}",
                )
        return found, folders
