"""Decides how a virtual environment's site-packages refers to the wheels' files.

There are three styles, named after versions of rules_python:

2.x    Each shared library has its own link. Other files are linked by the highest folder that
       has no shared library and is not a namespace package.
1.8.0  The same, but only `lib*.so` and `lib*.so.*` count as shared libraries.
1.7.0  Each `lib*.so` and `lib*.so.*` has its own link. Other files are linked by the highest
       folder that has files. A folder with both kinds is linked file by file.

A folder that several wheels have is linked file by file. If they have the same file, the first
wheel wins.
"""

import dataclasses
import fnmatch
import posixpath

from .wheels import SITE_PACKAGES

STYLES = ("2.x", "1.8.0", "1.7.0")


@dataclasses.dataclass(frozen=True)
class Link:
    """An entry of site-packages: `path` refers to `target` in a wheel's repository."""

    path: str
    repository: str
    target: str     # relative to the repository
    is_file: bool   # whether Bazel knows the file, or only the text of a link
    files: tuple    # the files behind the link, relative to site-packages


def plan_links(wheels, style):
    """Returns the links of a site-packages with `wheels`, sorted by path and without overlaps."""
    rules = {"2.x": lambda wheel: _wheel_links_split(wheel, "*.so", "*.so.*"),
             "1.8.0": lambda wheel: _wheel_links_split(wheel, "lib*.so", "lib*.so.*"),
             "1.7.0": _wheel_links_170}[style]
    links = [link for wheel in wheels for link in rules(wheel)]
    result = {}
    for group in _overlapping(links):
        if len(group) == 1:
            result[group[0].path] = group[0]
            continue
        for link in group:
            for file in link.files:
                result.setdefault(file, _file_link(link.repository, file))
    return [result[path] for path in sorted(result)]


def _overlapping(links):
    """Groups links whose paths are equal to or below the path of the first."""
    groups = []
    for link in sorted(links, key=lambda link: link.path.split("/")):
        if groups and _is_below(link.path, groups[-1][0].path):
            groups[-1].append(link)
        else:
            groups.append([link])
    return groups


def _is_below(path, folder):
    return (path + "/").startswith(folder + "/")


def _wheel_links_split(wheel, *libraries):
    files = _site_files(wheel)
    libraries = [file for file in files if _matches(file, *libraries)]
    split = {folder for file in libraries for folder in _parents(file)}
    split |= _namespace_folders(files)
    folders = {}
    links = [_file_link(wheel.repository, file) for file in libraries]
    for file in files:
        if file not in set(libraries):
            whole = [folder for folder in _parents(file) if folder not in split]
            folders.setdefault(whole[-1] if whole else file, []).append(file)
    return links + [_text_link(wheel.repository, path, inner) for path, inner in folders.items()]


def _wheel_links_170(wheel):
    files = _site_files(wheel)
    libraries = [file for file in files if _matches(file, "lib*.so", "lib*.so.*")]
    others = [file for file in files if file not in set(libraries)]
    with_files = {posixpath.dirname(file) for file in others} - {""}
    highest = {folder for folder in with_files
               if not any(parent in with_files for parent in _parents(folder))}
    links = [_file_link(wheel.repository, file)
             for file in libraries + [file for file in others if "/" not in file]]
    for folder in sorted(highest):
        inner = [file for file in files if _is_below(file, folder)]
        links.append(_text_link(wheel.repository, folder, inner))
    return links


def _site_files(wheel):
    prefix = SITE_PACKAGES + "/"
    return [file.removeprefix(prefix) for file in wheel.files if file.startswith(prefix)]


def _namespace_folders(files):
    """Returns top folders that can be imported without `__init__`; other wheels may add files."""
    tops = {file.split("/")[0] for file in files if "/" in file}
    regular = {file.split("/")[0] for file in files
               if fnmatch.fnmatchcase(file, "*/__init__.*") and file.count("/") == 1}
    return {top for top in tops - regular if top.isidentifier()}


def _parents(path):
    """Returns the folders above `path`, nearest first."""
    parents = []
    while path := posixpath.dirname(path):
        parents.append(path)
    return parents


def _matches(file, *patterns):
    name = posixpath.basename(file)
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _file_link(repository, file):
    return Link(file, repository, f"{SITE_PACKAGES}/{file}", True, (file,))


def _text_link(repository, path, files):
    return Link(path, repository, f"{SITE_PACKAGES}/{path}", False, tuple(files))
