#!/usr/bin/env python3
"""Measures `veneer tar` and the tools that it replaces: a pass that keeps links, and bsdtar.

    bench/bsdtar.py --veneer build/release/cmd/veneer [--runs 3] [--work DIR] [--markdown FILE]
        [--smoke]

The mtree lists a program's runfiles as Bazel rules do: each path is a file whose content is the
link that Bazel or its sandbox staged. bsdtar alone stores every path in full and fails at links to
directories. So rules run a pass before it (keep_links.awk), which is measured once, because it
takes minutes. At the end the contents of both archives are compared.
"""

import argparse
import hashlib
import os
import pathlib
import statistics
import sys
import tarfile

import workloads
from measure import Tool, take_turns

HERE = pathlib.Path(__file__).resolve().parent
CODECS = {
    "plain": [],
    "gzip 6": ["--gzip", "--options", "gzip:compression-level=6,gzip:!timestamp"],
    "zstd 3": ["--zstd", "--options", "zstd:compression-level=3"],
}


def write_spec(tree, spec):
    """Lists the runfiles in an mtree; returns the number of rows."""
    runfiles = pathlib.Path(f"{tree.binary}.runfiles")
    rows = []
    for folder, folders, names in os.walk(runfiles):
        for name in names + [f for f in folders if os.path.islink(f"{folder}/{f}")]:
            path = f"{folder}/{name}"
            if name == "MANIFEST" and folder == str(runfiles):
                continue
            place = "app.runfiles/" + os.path.relpath(path, runfiles)
            content = os.path.relpath(path, tree.root)
            rows.append(f"{_escape(place)} uid=0 gid=0 time=1672560000 mode=0755 type=file nlink=1 "
                        f"content={_escape(content)}")
    spec.write_text("\n".join(sorted(rows)) + "\n")
    return len(rows)


def _escape(name):
    return name.replace("\\", "\\134").replace(" ", "\\040")


def keep_links(spec, kept):
    """Returns the pass as a tool that is run once."""
    command = f"awk -f '{HERE / 'keep_links.awk'}' '{spec}' >'{kept}'"
    return Tool("the pass", ["bash", "-ec", command], once=True)


def behind(archive):
    """Returns {path: digest of the content, with links followed}, and the number of links.

    For a link to a directory or out of the archive, the target takes the place of the digest.
    """
    files, links = {}, {}
    with tarfile.open(archive) as tar:
        for entry in tar:
            name = os.path.normpath(entry.name)
            if entry.issym():
                links[name] = os.path.normpath(f"{os.path.dirname(name)}/{entry.linkname}")
            elif entry.islnk():
                links[name] = os.path.normpath(entry.linkname)
            elif entry.isfile():
                files[name] = hashlib.sha256(tar.extractfile(entry).read()).digest()
    leads = {}
    for name in files.keys() | links.keys():
        end = name
        while end in links:
            end = links[end]
        leads[name] = files.get(end, end)
    return leads, len(links)


def compare(before, after):
    """Describes how two archives differ in their paths and in the contents behind the paths."""
    (left, left_links), (right, right_links) = behind(before), behind(after)
    differing = sum(1 for name in left.keys() & right.keys() if left[name] != right[name])
    single = len(left.keys() ^ right.keys())
    return (f"Paths: {len(left):,} and {len(right):,}, of which {single} are "
            f"in one of the two only and {differing} lead to something else. "
            f"Links: {left_links:,} and {right_links:,}.")


def table(tools, seconds, rows):
    """Returns a table of medians, and how many times faster veneer is."""
    lines = ["| codec | pass + bsdtar s | bsdtar alone s | veneer tar s | times faster | "
             "bsdtar CPU s | veneer CPU s | bsdtar MB | veneer MB |",
             "|---|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for codec in CODECS:
        theirs, ours = tools["bsdtar", codec], tools["veneer", codec]
        alone, wall = theirs.median(), ours.median()
        lines.append(f"| {codec} | {seconds + alone:.1f} | {alone:.2f} | {wall:.2f} | "
                     f"{(seconds + alone) / wall:.0f} | {statistics.median(theirs.cpu):.2f} | "
                     f"{statistics.median(ours.cpu):.2f} | {theirs.size() / 1e6:.1f} | "
                     f"{ours.size() / 1e6:.1f} |")
    return f"{rows:,} rows; the pass alone takes {seconds:.1f} s.\n\n" + "\n".join(lines)


def drop_ins(veneer, spec, kept, work):
    """Returns {(program, codec): Tool}. Each tool writes another archive."""
    tools = {}
    for codec, words in CODECS.items():
        for name, program, source in (("bsdtar", ["bsdtar"], kept),
                                      ("veneer", [veneer, "tar"], spec)):
            output = work / f"{name}_{codec.replace(' ', '_')}.drop_in.tar"
            command = [*program, "--create", *words, "--file", str(output), f"@{source}"]
            tools[name, codec] = Tool(f"{name} {codec}", command, output)
    return tools


def parse():
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--veneer", required=True, type=pathlib.Path, help="the program under test")
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each tool")
    parser.add_argument("--work", default="build/bench", type=pathlib.Path,
                        help="folder for the workload and outputs")
    parser.add_argument("--markdown", type=pathlib.Path, help="file to write the table to")
    parser.add_argument("--smoke", action="store_true",
                        help="a tiny workload, to see that this program works; no figure counts")
    return parser.parse_args()


def main():
    """Measures, compares and reports."""
    options = parse()
    veneer, work = options.veneer.resolve(), options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    packages = workloads.tiny_packages if options.smoke else workloads.real_packages
    tree = workloads.apart(packages, work)
    start = pathlib.Path.cwd()
    os.chdir(tree.root)
    spec, kept = work / "listed.mtree", work / "kept.mtree"
    rows = write_spec(tree, spec)
    [the_pass] = take_turns([keep_links(spec, kept)], 1, tree.warm)
    tools = drop_ins(veneer, spec, kept, work)
    take_turns(tools.values(), 1, tree.warm)  # not counted
    for tool in tools.values():
        tool.forget()
    take_turns(tools.values(), options.runs, tree.warm)
    text = (f"{tree.describe()}; {table(tools, the_pass.median(), rows)}\n\n"
            f"{compare(tools['bsdtar', 'plain'].output, tools['veneer', 'plain'].output)}\n")
    print(text)
    if options.markdown:
        (start / options.markdown).write_text(text)


if __name__ == "__main__":
    sys.exit(main())
