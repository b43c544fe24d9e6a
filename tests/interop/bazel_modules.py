"""Bazel 7 of Debian's testing suite, and the tested workspace with MODULE.bazel instead of WORKSPACE."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import bazel_workspace
import judge
import samples

EXAMPLE = bazel_workspace.VENEER_MODULE / "examples" / "bazel"
TESTING_ROOT = bazel_workspace.SOURCE.parent / "testing_root"
UNAVAILABLE = 75  # exit code of testing_root
MAKE_SECONDS = 900
# Where the root has its modules: Bazel's own, and Debian's rules.
DEBIAN_MODULES = "/usr/share/bazel/embedded_tools /usr/share/bazel/rules/* /usr/share/bazel/tools/*"
# Libraries that every system has, newer ones in the root.
OF_THE_SYSTEM = re.compile(r"lib(c|m|gcc_s|stdc\+\+|pthread|dl|rt)\.so|ld-linux|linux-vdso")
MODULE = """module(name = "tested")

bazel_dep(name = "platforms", version = "0.0.10")
bazel_dep(name = "rules_cc", version = "0.2.14")
bazel_dep(name = "rules_python", version = "0.22.1")
bazel_dep(name = "other", version = "1.0")
bazel_dep(name = "veneer", version = "0.2.0")

local_path_override(
    module_name = "veneer",
    path = "{veneer}",
)

veneer = use_extension("@veneer//bazel:extensions.bzl", "veneer")
veneer.base(
    name = "debian",
    layout = "//:base/index.json",
    platform = "linux/amd64",
)
use_repo(veneer, "debian", ours = "tested.debian", theirs = "other.debian")

local_repository = use_repo_rule("@bazel_tools//tools/build_defs/repo:local.bzl", "local_repository")
"""
# A module with a base of the same name.
OTHER_MODULE = """module(name = "other", version = "1.0")

bazel_dep(name = "veneer", version = "0.2.0")

veneer = use_extension("@veneer//bazel:extensions.bzl", "veneer")
veneer.base(
    name = "debian",
    layout = "//:base/index.json",
)
use_repo(veneer, base_of_other = "other.debian")
"""
OTHER_BUILD = """load("@veneer//bazel:defs.bzl", "veneer_image")

veneer_image(
    name = "image",
    base = "@base_of_other//:base",
    labels = {"on": "theirs"},
    visibility = ["//visibility:public"],
)
"""


def make_root():
    """Makes the root if necessary; returns why the archive cannot give it, or None."""
    done = subprocess.run([TESTING_ROOT, "make"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, timeout=MAKE_SECONDS, check=False)
    if done.returncode not in (0, UNAVAILABLE):
        raise AssertionError(f"exit code {done.returncode} from testing_root make:\n{done.stderr}")
    return done.stderr if done.returncode else None


def in_root(folders, *command):
    """Returns a command line that runs a command in the root, where it sees these folders."""
    return [TESTING_ROOT, "run", *folders, "--", *command]


def libraries_of(program):
    """Returns the libraries that a program needs and that the root may lack."""
    listed = re.findall(r"=> (/\S+)", judge.run(["ldd", program]))
    return [path for path in listed if not OF_THE_SYSTEM.match(os.path.basename(path))]


def write_registry(folder):
    """Writes a registry with an empty module for each that Debian's modules name.

    Bazel reads their names and versions. Nothing loads one: those that are loaded are Debian's, by
    the options of the root's own bazelrc.
    """
    text = judge.run(in_root([], "sh", "-c",
                             f"for d in {DEBIAN_MODULES}; do cat $d/MODULE.bazel || true; done"), cwd="/")
    text += MODULE + (bazel_workspace.VENEER_MODULE / "MODULE.bazel").read_text()
    named = set(re.findall(r'bazel_dep\(\s*name = "([^"]*)",\s*version = "([^"]*)"', text))
    for name, version in named:
        write_module(folder, name, version, f'module(name = "{name}", version = "{version}")\n')
    return folder


def write_module(registry, name, version, text, source=None):
    """Adds a module to a registry, with its source in a local folder."""
    entry = registry / "modules" / name / version
    entry.mkdir(parents=True, exist_ok=True)
    source = source or bazel_workspace.make_repository(registry / "empty" / f"{name}-{version}", "")
    for place in (entry, source):
        (place / "MODULE.bazel").write_text(text)
    (entry / "source.json").write_text(json.dumps({"type": "local_path", "path": str(source)}))


class ModuleWorkspace(bazel_workspace.Workspace):
    """The workspace for Bazel 7, which runs in the root."""

    @staticmethod
    def canonical(name):
        return f"_main~_repo_rules~{name}"

    def place_veneer(self, place="tools/veneer_program"):
        """Adds a script that runs the veneer under test with libraries of this machine."""
        libraries = self.output_root.parent / "libraries"
        libraries.mkdir()
        for library in libraries_of(os.environ["VENEER"]):
            shutil.copy(library, libraries)
        script = self.root / place
        script.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={libraries} exec {os.environ["VENEER"]} "$@"\n')
        script.chmod(0o755)
        # In a sandbox /tmp is another folder.
        program = pathlib.Path(os.environ["VENEER"]).parent
        self.seen = [str(self.output_root.parent), str(program), str(bazel_workspace.VENEER_MODULE),
                     str(samples.shared_folder())]
        self.options = [f"--sandbox_add_mount_pair={place}" for place in (libraries, program)]

    def in_place(self):
        return in_root(self.seen)

    def command(self):
        return in_root(self.seen, *super().command())

    def finish(self, toolchain):
        """Writes MODULE.bazel, and the registry that Bazel takes modules from."""
        text = MODULE.format(veneer=bazel_workspace.VENEER_MODULE)
        for name, folder in self.repositories.items():
            if name != "veneer":
                text += f'\nlocal_repository(\n    name = "{name}",\n    path = "{folder}",\n)\n'
        text += f'\nregister_toolchains("{toolchain}", "//tools:python")\n'
        (self.root / "MODULE.bazel").write_text(text)
        registry = write_registry(self.output_root.parent / "registry")
        other = bazel_workspace.make_repository(self.output_root.parent / "other",
                                                OTHER_BUILD)
        shutil.copytree(samples.shared_folder() / "base", other / "base")
        write_module(registry, "other", "1.0", OTHER_MODULE, other)

    def bazel(self, command, *arguments):
        """Runs a command of Bazel; returns its standard output."""
        options = []
        if command != "shutdown":
            options = [f"--registry=file://{self.output_root.parent / 'registry'}",
                       "--noenable_workspace", "--lockfile_mode=off"]
        if command not in ("query", "shutdown"):
            options += self.options
        return judge.run([*self.command(), command, *options, *arguments], self.patience,
                         cwd=self.root)


@contextlib.contextmanager
def example(folder):
    """Makes the workspace of examples/bazel; stops its Bazel at the end of the block."""
    made = ModuleWorkspace(folder / "workspace", folder / "output")
    judge.run([sys.executable, "-B", EXAMPLE / "prepare.py", "--output", made.root,
               "--cache", samples.shared_folder() / "cache", "--veneer", os.environ["VENEER"]])
    program = "third_party/bin/veneer"
    (made.root / program).unlink()
    made.place_veneer(program)
    (made.root / ".bazelrc").unlink(missing_ok=True)  # for Debian 12's Bazel
    write_registry(folder / "registry")
    try:
        yield made
    finally:
        made.bazel("shutdown")
        judge.run(["chmod", "-R", "u+w", folder])


def main():
    """Runs the judges of the calling file, unless the archive cannot give the root."""
    # Who is not root, or has no mmdebstrap, is told by the tests themselves.
    if os.geteuid() == 0 and shutil.which("mmdebstrap"):
        if why_not := make_root():
            print(f"skipped: {why_not}")
            sys.exit(judge.SKIPPED)
    judge.main()
