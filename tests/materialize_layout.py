"""Makes real files from one tests/layouts/*.runfiles.tsv, as a Bazel build would leave them.

usage: materialize_layout.py LAYOUT.runfiles.tsv FOLDER

The script makes FOLDER with
  spec                                             the veneer spec; exec paths relative to execroot/
  execroot/                                        the files at the exec paths
  execroot/bazel-out/.../bin/NAME                  the executable
  execroot/bazel-out/.../bin/NAME.runfiles/        the runfiles directory
  execroot/bazel-out/.../bin/NAME.runfiles_manifest
A file's content is a function of its exec path alone, so different files have different contents.
"""

import hashlib
import os
import re
import sys
from typing import NamedTuple

import elf_sample

KINDS = {"empty", "file-gen", "file-src", "file-symaction", "raw-symlink", "repo-mapping",
         "root-symlink"}
WORKSPACE = "_main"


class Row(NamedTuple):
    path: str
    kind: str
    exec_path: str
    owner: str
    target: str
    note: str


def read_layout(file):
    rows = []
    with open(file, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith("#"):
                continue
            fields = line.rstrip("\n").split("\t")
            row = Row(*fields, *[""] * (6 - len(fields)))
            if row.kind not in KINDS:
                raise SystemExit(f"{file}:{number}: error: unknown kind '{row.kind}'")
            rows.append(row)
    return rows


def is_loaded(path):
    """Whether a path is a shared library or an interpreter."""
    name = os.path.basename(path)
    return bool(re.search(r"\.(so|dylib|dll)(\.|$)", name) or re.fullmatch(r"python[0-9.]*", name))


def synthetic(exec_path):
    """Makes a content: a small ELF file and noise for libraries and interpreters, else text."""
    seed = hashlib.sha256(exec_path.encode()).digest()
    if is_loaded(exec_path):
        size = 8192 + int.from_bytes(seed[:2], "big") % 8192
        is_program = os.path.basename(exec_path).startswith("python")
        head = elf_sample.elf(program=is_program) + exec_path.encode() + b"\0"
        noise = hashlib.shake_256(seed).digest(size)
        return (head + noise)[:size]
    size = 64 + int.from_bytes(seed[:2], "big") % 8000
    text = f"# {exec_path}\n".encode()
    hexadecimal = hashlib.shake_256(seed).hexdigest(size)
    for at in range(0, size, 78):
        text += b"# " + hexadecimal[at:at + 78].encode() + b"\n"
    return text


def content(row):
    if row.kind == "repo-mapping":
        return b",my_module,_main\n" + f"rules_python+,{row.exec_path},rules_python+\n".encode()
    if row.note == "0 bytes":
        return b""
    quoted = re.match(r'(?:text )?"(.*?)"', row.note)
    if quoted:
        return quoted.group(1).replace("\\n", "\n").encode()
    stage1 = re.match(r"stage1 bootstrap \((#!.*)\)", row.note)
    if stage1:
        return stage1.group(1).encode() + b"\n" + synthetic(row.exec_path)
    return synthetic(row.exec_path)


def write(path, data, mode):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "xb") as file:
        file.write(data)
    os.chmod(path, mode)


def link(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(text, path)


def mode_of(row, data):
    executable = data.startswith((b"\x7fELF", b"#!"))
    if row.kind in ("file-gen", "repo-mapping"):
        return 0o555  # the mode that Bazel gives to outputs of actions
    return 0o755 if executable else 0o644


def make_execroot(rows, execroot):
    for row in rows:
        place = os.path.join(execroot, row.exec_path)
        on_disk = re.match(r"on-disk in repo: symlink -> (\S+)", row.note)
        if row.kind == "empty" or (row.kind == "root-symlink" and os.path.lexists(place)):
            continue
        if row.kind == "raw-symlink":
            link(place, row.target)
        elif row.kind == "file-symaction":
            link(place, os.path.join(execroot, row.target))
        elif on_disk:
            link(place, on_disk.group(1))
        elif not os.path.lexists(place):
            data = content(row)
            write(place, data, mode_of(row, data))


def make_runfiles(rows, execroot, directory):
    for row in rows:
        place = os.path.join(directory, row.path)
        if row.kind == "empty":
            write(place, b"", 0o555)
        elif row.kind == "raw-symlink":
            link(place, row.target)
        else:
            link(place, os.path.join(execroot, row.exec_path))
    link(os.path.join(directory, "MANIFEST"), directory + "_manifest")


def manifest_target(row, execroot):
    if row.kind == "empty":
        return ""
    if row.kind == "raw-symlink":
        return row.target
    return os.path.join(execroot, row.exec_path)


def manifest_line(path, target):
    if " " in path or "\n" in path or "\n" in target:
        path = path.replace("\\", "\\b").replace(" ", "\\s").replace("\n", "\\n")
        target = target.replace("\\", "\\b").replace("\n", "\\n")
        return f" {path} {target}\n"
    return f"{path} {target}\n"


def short_path(path):
    """Returns the short_path of the file that Bazel places at a runfiles path."""
    main = WORKSPACE + "/"
    return path[len(main):] if path.startswith(main) else "../" + path


def short_path_of_source(exec_path):
    external = "external/"
    return "../" + exec_path[len(external):] if exec_path.startswith(external) else exec_path


def record(*fields):
    escaped = (f.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n") for f in fields)
    return "\t".join(escaped) + "\n"


def spec_record(row):
    short = short_path(row.path)
    if row.kind == "empty":
        return record("e", short)
    if row.kind == "repo-mapping":
        return record("m", row.exec_path)
    if row.kind == "raw-symlink":
        return record("l", short, row.exec_path, row.owner)
    if row.kind == "root-symlink":
        return record("r", row.path, "f", row.exec_path, short_path_of_source(row.exec_path),
                      row.owner)
    return record("f", short, row.exec_path, row.owner)


def executable_of(rows):
    mapping = next(row for row in rows if row.kind == "repo-mapping")
    return mapping.exec_path.removesuffix(".repo_mapping")


def main(layout, folder):
    rows = read_layout(layout)
    executable = executable_of(rows)
    execroot = os.path.join(os.path.abspath(folder), "execroot")
    runfiles = os.path.join(execroot, executable + ".runfiles")
    make_execroot(rows, execroot)
    make_runfiles(rows, execroot, runfiles)
    lines = [manifest_line(r.path, manifest_target(r, execroot))
             for r in sorted(rows, key=lambda r: r.path.encode())]
    write(runfiles + "_manifest", "".join(lines).encode(), 0o555)
    spec = [record("V", "1"), record("W", WORKSPACE),
            record("x", os.path.basename(executable), executable)]
    spec += [spec_record(row) for row in rows]
    write(os.path.join(folder, "spec"), "".join(spec).encode(), 0o644)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(sys.argv[1], sys.argv[2])
