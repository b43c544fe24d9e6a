"""Makes the Bazel workspace of tests/bazel, with repositories for wheels and an interpreter."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess

import judge
import samples

from pytree import interpreter, venv_links, wheels  # found in a path that samples adds

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "bazel" / "workspace"
VENEER_MODULE = pathlib.Path(__file__).resolve().parents[2]
REQUIREMENTS = ["numpy==2.2.6", "markupsafe==3.0.2"]
# Debian's Bazel does not fetch its own repositories; packages of Debian have them.
DEBIAN_RULES = {"rules_java": "/usr/share/bazel/rules/java",
                "rules_proto": "/usr/share/bazel/rules/proto",
                "bazel_skylib": "/usr/share/bazel/tools/skylib",
                "platforms": "/usr/share/bazel/platforms"}
CC_RULES = ["cc_binary", "cc_import", "cc_library", "cc_proto_library", "cc_test", "cc_toolchain",
            "cc_toolchain_suite", "fdo_prefetch_hints", "fdo_profile", "objc_library"]
WHEEL = """package(default_visibility = ["//visibility:public"])

py_library(
    name = "pkg",
    srcs = glob(["site-packages/**/*.py"], allow_empty = True),
    data = glob(["**"], exclude = ["site-packages/**/*.py", "BUILD.bazel", "WORKSPACE"]),
    imports = ["site-packages"],
)
"""
PYTHON = """package(default_visibility = ["//visibility:public"])

exports_files(["bin/python3"])

filegroup(
    name = "files",
    srcs = glob(["bin/**", "lib/**"]),
)
"""
OUTSIDE = """load("@tested//:venv.bzl", "venv_binary")

exports_files(["unseen.txt"])

venv_binary(
    name = "tool",
    main = "tool.py",
    visibility = ["//visibility:public"],
)
"""


def make_repository(folder, build):
    """Turns a folder into a repository of one package."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "BUILD.bazel").write_text(build)
    (folder / "WORKSPACE").touch()
    return folder


def stub_rules_cc(folder):
    """Makes a rules_cc with Bazel's own rules, because Debian's is for a newer Bazel."""
    make_repository(folder, "")
    (folder / "cc").mkdir(exist_ok=True)
    (folder / "cc" / "BUILD.bazel").touch()
    (folder / "cc" / "defs.bzl").write_text(
        "".join(f"{name} = native.{name}\n" for name in CC_RULES))
    for name in ("cc_binary", "cc_library"):  # which later versions have in files of their own
        (folder / "cc" / f"{name}.bzl").write_text(f"{name} = native.{name}\n")
    return folder


def bazel_name(repository):
    """Returns the part of a canonical name after the last `+`, which Bazel 4 does not allow."""
    return repository.rpartition("+")[2]


class Workspace:
    """A workspace and its Bazel."""

    def __init__(self, root, output_root):
        self.root = pathlib.Path(root)
        self.output_root = pathlib.Path(output_root)
        self.repositories = {"veneer": VENEER_MODULE}
        self.options = []
        self.patience = judge.TIMEOUT  # seconds, for each command

    def add_repository(self, name, folder):
        """Adds a local repository."""
        self.repositories[name] = folder

    @staticmethod
    def canonical(name):
        """Returns the name that a repository has in runfiles."""
        return name

    def place_veneer(self):
        """Adds the veneer under test to the workspace."""
        (self.root / "tools" / "veneer_program").symlink_to(os.environ["VENEER"])

    @staticmethod
    def in_place():
        """Returns the start of a command line for a program that Bazel built."""
        return []

    def command(self):
        """Returns the start of Bazel's command line."""
        return ["bazel", f"--output_user_root={self.output_root}", "--nohome_rc"]

    def finish(self, toolchain):
        """Writes WORKSPACE, which registers a toolchain for veneer."""
        text = 'workspace(name = "tested")\n'
        for name, folder in self.repositories.items():
            text += f'\nlocal_repository(\n    name = "{name}",\n    path = "{folder}",\n)\n'
        text += f'\nregister_toolchains("{toolchain}", "//tools:python")\n'
        (self.root / "WORKSPACE").write_text(text)
        rules_cc = stub_rules_cc(self.output_root.parent / "rules_cc")
        overrides = {**DEBIAN_RULES, "rules_cc": rules_cc}
        self.options = [f"--override_repository={name}={path}" for name, path in overrides.items()]

    def bazel(self, command, *arguments):
        """Runs a command of Bazel; returns its standard output."""
        return judge.run([*self.command(), command, *self.options, *arguments], self.patience,
                         cwd=self.root)

    def build(self, *arguments):
        """Runs `bazel build`."""
        self.bazel("build", "--color=no", "--curses=no", "--noshow_progress", "--nosandbox_debug",
                   *arguments)

    @contextlib.contextmanager
    def changed_line(self):
        """Changes one line of a source file until the end of the block."""
        source = self.root / "first_party" / "greeting.py"
        text = source.read_text()
        source.write_text(text.replace("{word},", "{word}!"))
        try:
            yield
        finally:
            source.write_text(text)

    def bin(self, path=""):
        """Returns the real path of bazel-bin/PATH."""
        return pathlib.Path(self.bazel("info", "bazel-bin").strip()) / path

    def output_base(self):
        """Returns the directory of Bazel's repositories and outputs."""
        return pathlib.Path(self.bazel("info", "output_base").strip())

    def executed(self, *arguments):
        """Builds; returns (mnemonic, first output, runner) of each action that was executed."""
        log = self.output_root.parent / "execution.json"
        log.unlink(missing_ok=True)
        self.build(f"--execution_log_json_file={log}", *arguments)
        decoder, text, at, actions = json.JSONDecoder(), log.read_text(), 0, []
        while at < len(text):
            action, at = decoder.raw_decode(text, at)
            # Bazel 7 has another name.
            if not (action.get("remoteCacheHit") or action.get("cacheHit")):
                actions.append((action["mnemonic"], action["listedOutputs"][0], action["runner"]))
            while at < len(text) and text[at].isspace():
                at += 1
        return actions


@contextlib.contextmanager
def workspace(folder, packages=0, files=1, toolchain="//tools:veneer", kind=Workspace):
    """Makes the tested workspace in a folder; stops its Bazel at the end of the block.

    The largest program of //many has `packages` packages of `files` files each. `toolchain` names
    the veneer that actions run: by default the one under test. `kind` is the class of the workspace.
    """
    root = folder / "workspace"
    shutil.copytree(SOURCE, root)
    for name in ("stage1.sh", "stage2.py", "site_init.py"):
        shutil.copy(samples.QUICKSTART / "pytree" / name, root / "templates" / name)
    made = kind(root, folder / "output")
    made.place_veneer()
    add_outside(made, folder / "outside")
    add_python(made, folder / "external")
    add_wheels(made, folder / "external", REQUIREMENTS)
    add_packages(made, folder / "packages", packages, files)
    shutil.copytree(samples.shared_folder() / "base", root / "base")
    made.finish(toolchain)
    try:
        yield made
    finally:
        made.bazel("shutdown")
        subprocess.run(["chmod", "-R", "u+w", folder], timeout=judge.TIMEOUT, check=True)


def add_outside(made, folder):
    """Adds a program of an external repository."""
    make_repository(folder, OUTSIDE)
    (folder / "tool.py").write_text('print("from outside")\n')
    (folder / "unseen.txt").write_text("unseen\n")
    made.add_repository("outside", folder)


def add_python(made, external):
    """Adds the hermetic interpreter."""
    interpreter.lay_out(external, samples.shared_folder() / "cache")
    made.add_repository("python_3_11", make_repository(external / interpreter.REPOSITORY, PYTHON))


def add_packages(made, folder, count, files):
    """Adds small packages, and //many:image_N with the first N of them for each power of ten."""
    build = ['load("@veneer//bazel:defs.bzl", "py_image")', 'load("//:venv.bzl", "venv_binary")']
    labels = []
    for i in range(1, count + 1):
        package = make_repository(folder / f"package_{i}", WHEEL) / "site-packages" / f"package_{i}"
        package.mkdir(parents=True)
        for number in range(files):
            (package / (f"module_{number}.py" if number else "__init__.py")).write_text(
                f"NUMBER = {i}, {number}\n")
        made.add_repository(f"pypi_package_{i}", folder / f"package_{i}")
        labels.append(f"@pypi_package_{i}//:pkg")
        if str(i).strip("0") == "1":
            build += [f'venv_binary(name = "app_{i}", main = "//:main.py", '
                      f'deps = {json.dumps(labels)})',
                      f'py_image(name = "image_{i}", binary = ":app_{i}", check = "off")']
    (made.root / "many").mkdir()
    (made.root / "many" / "BUILD.bazel").write_text("\n".join(build) + "\n")


def add_wheels(made, external, requirements):
    """Adds a repository for each wheel, and lists the links of a virtual environment to them."""
    unpacked = [wheels.unpack(wheel, external)
                for wheel in wheels.fetch(requirements, samples.shared_folder() / "cache")]
    for wheel in unpacked:
        folder = make_repository(external / wheel.repository, WHEEL)
        made.add_repository(bazel_name(wheel.repository), folder)
    links = [f"{link.path}|{made.canonical(bazel_name(link.repository))}/{link.target}|"
             f"{'file' if link.is_file else 'text'}"
             for link in venv_links.plan_links(unpacked, "2.x")]
    labels = [f"@{bazel_name(wheel.repository)}//:pkg" for wheel in unpacked]
    (made.root / "links.bzl").write_text(
        f'"""Written by the test."""\n\nWHEELS = {json.dumps(labels)}\n\n'
        f'LINKS = {json.dumps(links, indent=1)}\n')
