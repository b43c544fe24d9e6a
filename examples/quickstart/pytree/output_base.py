"""Writes an output base like Bazel: execution root, runfiles tree, manifest and spec.

    output_base/
      external/REPOSITORY/...                       files of repository rules
      execroot/_main/                               working directory of actions
        app.py, external/REPOSITORY                 links to sources
        bazel-out/k8-fastbuild/bin/
          app, _app.venv/...                        outputs of actions
          app.runfiles_manifest                     path, space, target, sorted by path
          app.runfiles/                             the tree: absolute links to files,
                                                    declared symlinks with their own text
          app.veneer-spec                           input that a Bazel rule would give to veneer
"""

import dataclasses
import enum
import os
import pathlib
import posixpath
import shutil

WORKSPACE = "_main"
BIN = "bazel-out/k8-fastbuild/bin"


class Kind(enum.Enum):
    """The kinds of entries in Bazel; the values are the record kinds of veneer's spec."""

    FILE = "f"
    SYMLINK = "l"          # declare_symlink: a link with a text, but without a file
    SYMLINK_ENTRY = "r"    # runfiles.root_symlinks: another path of a file
    REPO_MAPPING = "m"


@dataclasses.dataclass(frozen=True)
class Entry:
    """An entry of the runfiles."""

    path: str           # runfiles path: REPOSITORY/...
    kind: Kind
    exec_path: str      # relative to the execution root
    owner: str = ""     # label
    target: str = ""    # SYMLINK: the link's text; SYMLINK_ENTRY: the runfiles path of its file


class OutputBase:
    """The folders of one output base, and the entries of one program's runfiles."""

    def __init__(self, root, name):
        self.root = pathlib.Path(root).resolve()
        self.name = name
        self.external = self.root / "external"
        self.execroot = self.root / "execroot" / WORKSPACE
        self.bin = self.execroot / BIN
        self.entries = []
        if self.root.exists():
            shutil.rmtree(self.root)
        self.external.mkdir(parents=True)
        self.bin.mkdir(parents=True)

    def add_generated(self, path, content, executable=True):
        """Adds an output of an action. Bazel makes such files read-only and executable."""
        target = self._make_place(path)
        target.write_bytes(content)
        target.chmod(0o555 if executable else 0o444)
        self._add(path, Kind.FILE)

    def add_alias(self, path, repository, file):
        """Adds an output of `ctx.actions.symlink(target_file=...)`, a usual file for Bazel."""
        os.symlink(self.external / repository / file, self._make_place(path))
        self._add(path, Kind.FILE)

    def add_symlink(self, path, target):
        """Adds a declared symlink to the runfiles path `target`, with a relative text."""
        place = posixpath.dirname(f"{WORKSPACE}/{path}")
        text = posixpath.relpath(target, place)
        os.symlink(text, self._make_place(path))
        self._add(path, Kind.SYMLINK, text)

    def add_symlink_entry(self, path, repository, file):
        """Adds another runfiles path for a repository's file, for which no action runs."""
        self.entries.append(Entry(f"{WORKSPACE}/{path}", Kind.SYMLINK_ENTRY,
                                  f"external/{repository}/{file}", f"@@{repository}//:{file}",
                                  f"{repository}/{file}"))

    def add_source(self, source):
        """Adds a file of the main repository's top folder."""
        source = pathlib.Path(source).resolve()
        os.symlink(source, self.execroot / source.name)
        self.entries.append(Entry(f"{WORKSPACE}/{source.name}", Kind.FILE, source.name,
                                  f"@@//:{source.name}"))

    def add_repository(self, repository, files):
        """Adds files of an external repository that is laid out already."""
        link = self.execroot / "external" / repository
        link.parent.mkdir(exist_ok=True)
        os.symlink(self.external / repository, link)
        for file in files:
            self.entries.append(Entry(f"{repository}/{file}", Kind.FILE,
                                      f"external/{repository}/{file}",
                                      f"@@{repository}//:{file}"))

    def add_repo_mapping(self, content):
        """Adds the program's repository mapping."""
        (self.bin / f"{self.name}.repo_mapping").write_bytes(content)
        self.entries.append(Entry("_repo_mapping", Kind.REPO_MAPPING,
                                  f"{BIN}/{self.name}.repo_mapping"))

    def finish(self):
        """Writes the runfiles tree, the manifest and the spec."""
        manifest = self.bin / f"{self.name}.runfiles_manifest"
        tree = self.bin / f"{self.name}.runfiles"
        lines = []
        for entry in sorted(self.entries, key=lambda entry: entry.path.encode()):
            target = entry.target if entry.kind is Kind.SYMLINK else self._real(entry)
            lines.append(manifest_line(entry.path, target))
            place = tree / entry.path
            place.parent.mkdir(parents=True, exist_ok=True)
            os.symlink(target, place)
        manifest.write_text("".join(lines))
        os.symlink(manifest, tree / "MANIFEST")
        (self.bin / f"{self.name}.veneer-spec").write_text(self._spec())

    def _make_place(self, path):
        place = self.bin / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def _add(self, path, kind, target=""):
        self.entries.append(Entry(f"{WORKSPACE}/{path}", kind, f"{BIN}/{path}",
                                  f"@@//:{self.name}", target))

    def _real(self, entry):
        """Returns the target of Bazel's link in the runfiles tree: a path in the output base."""
        if entry.exec_path.startswith("external/"):
            return str(self.root / entry.exec_path)
        path = self.execroot / entry.exec_path
        return str(path if entry.exec_path.startswith("bazel-out/") else os.readlink(path))

    def _spec(self):
        records = [("V", "1"), ("W", WORKSPACE), ("x", self.name, f"{BIN}/{self.name}")]
        for entry in self.entries:
            if entry.kind is Kind.REPO_MAPPING:
                records.append(("m", entry.exec_path))
            elif entry.kind is Kind.SYMLINK_ENTRY:
                records.append(("r", entry.path, "f", entry.exec_path,
                                _short_path(entry.target), entry.owner))
            else:
                records.append((entry.kind.value, _short_path(entry.path), entry.exec_path,
                                entry.owner))
        return "".join("\t".join(map(_escape, record)) + "\n" for record in records)


def _short_path(path):
    """Returns Bazel's short_path of the file with the runfiles path `path`."""
    repository, _, rest = path.partition("/")
    return rest if repository == WORKSPACE else f"../{path}"


def _escape(field):
    return field.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def manifest_line(path, target):
    """Returns a line of a runfiles manifest."""
    # Since Bazel 7.4 a leading space means that the line is escaped.
    if not any(character in path for character in " \n") and "\n" not in target:
        return f"{path} {target}\n"
    path = path.replace("\\", "\\b").replace(" ", "\\s").replace("\n", "\\n")
    target = target.replace("\\", "\\b").replace("\n", "\\n")
    return f" {path} {target}\n"
