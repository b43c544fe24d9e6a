"""Tests Bazel's files without Bazel.

usage: bazel_files_test.py VENEER
"""

import base64
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import types
import unittest

import program
import source_checkout
import starlark


# Names of images, for an engine or in a layout, good ones and bad ones.
IMAGE_NAMES = [
    "app", "app:1", "app:1.0-rc_2", "a__b", "a___b", "a--b", "a---b", "a.b", "a..b", "a_-b", "-a", "a-",
    ".a", "App", "App/b", "a/B", "localhost/app", "localhost:5000/a/b:1", "localhost:x/a",
    "host.example/team/app:1", "-host.example/app", "host..example/app", "[::1]:5000/app", "[x]/app",
    "a:", ":a", "a:-x", "a:.x", "a:b:c", "a:" + 128 * "x", "a:" + 129 * "x", "a//b", "/a", "a/", "a@b",
    "a b", "a+b", "a:1+b", "a=b", "\u00e9", "a,b", 64 * "0", 63 * "0", "x/" + 64 * "0",
    237 * "a", 238 * "a", "h.example/" + 245 * "a", "h.example/" + 246 * "a"]


class Fault(Exception):
    """The message of a call of `fail`."""


def fail(message):
    """Raises a Fault, in place of Starlark's `fail`."""
    raise Fault(message)


def one(pattern, path):
    """Returns the only match of a pattern in a file of the project."""
    [found] = re.findall(pattern, (starlark.ROOT / path).read_text())
    return found


def ignored(*_, **__):
    """Stands for any function of Bazel that is called when a file is loaded."""
    return types.SimpleNamespace()


def given():
    """Returns stand-ins for the functions of Bazel that the files of rules call."""
    attributes = types.SimpleNamespace(**{kind: ignored for kind in (
        "bool", "int", "label", "label_list", "string", "string_dict", "string_list",
        "string_list_dict")})
    return {"Label": str, "aspect": ignored, "attr": attributes,
            "config": types.SimpleNamespace(bool=ignored),
            "config_common": types.SimpleNamespace(), "fail": fail, "provider": ignored,
            "rule": ignored}


class BazelFiles(unittest.TestCase):
    """Bazel's files compared with those of CMake, and single functions of them."""

    def test_sources_that_bazel_finds_are_those_that_cmake_lists(self):
        for folder in ("layer", "oci", "cmd"):
            found = {str(path.relative_to(starlark.ROOT / folder))
                     for path in (starlark.ROOT / folder).rglob("*.cc")}
            cmake_file = starlark.ROOT / folder / "CMakeLists.txt"
            listed = re.findall(r"^  (\S+\.cc)$", cmake_file.read_text(), re.MULTILINE)
            if folder == "cmd":  # where npm does not get the page's library, and in Bazel
                listed.append("inspect/no_page_source.cc")
            self.assertEqual(sorted(listed), sorted(found), folder)

    def test_packages_with_layers_of_their_own_have_names(self):
        file = starlark.ROOT / "bazel" / "private" / "grouping.bzl"
        with_own_layers = starlark.run(file, given())["with_own_layers"]
        groups = {"ml": ["jax*"], "torch": ["triton"]}
        self.assertEqual(
            with_own_layers(groups, ["torch", "torch*", "nvidia-*"]),
            {"ml": ["jax*"], "torch": ["triton", "torch", "torch*"], "nvidia": ["nvidia-*"]})
        self.assertEqual(groups["torch"], ["triton"])
        with self.assertRaisesRegex(Fault, r"^`own_layers`: '\*' gives no name for the layer; "):
            with_own_layers({}, ["*"])

    def test_names_of_packages_are_those_of_veneer(self):
        """The table is that of veneer's own test."""
        names = starlark.run(starlark.ROOT / "bazel" / "private" / "names.bzl", given())
        rows = (starlark.ROOT / "tests" / "package_names.tsv").read_text().splitlines()[1:]
        self.assertGreater(len(rows), 20)
        for repository, name in (row.split("\t") for row in rows):
            with self.subTest(repository):
                self.assertEqual(names["package_name"](repository), name)

    def test_names_of_images_are_refused_if_veneer_refuses_them(self):
        checks = starlark.run(starlark.ROOT / "bazel" / "private" / "checks.bzl", given())

        def takes(reference):
            done = subprocess.run([program.VENEER, "image", "--quiet", "-o", reference],
                                  stderr=subprocess.PIPE, text=True, timeout=60, check=False)
            # A good name leaves another fault, that there is no layer.
            self.assertRegex(done.stderr, "is not an image|needs at least one layer")
            return "is not an image" not in done.stderr

        with tempfile.TemporaryDirectory() as folder:
            for name in IMAGE_NAMES:
                with self.subTest(name):
                    self.assertEqual(checks["docker_name_fault"](name) is None,
                                     takes(f"docker-archive:{folder}/image.tar:{name}"))
                    self.assertEqual(checks["is_reference_name"](name),
                                     takes(f"oci:{folder}/layout:{name}"))

    def test_patterns_that_match_nothing_are_reported(self):
        contributions = [
            types.SimpleNamespace(repository=repository, package=package)
            for repository, package in (
                ("", "app"), ("", "app/models"),
                ("rules_python~~pip~pypi_311_numpy_cp311_0a1b2c3d", ""),
                ("pypi_311_torch_cp311_0a1b2c3d", ""), ("pypi_311_torch_cp311_0a1b2c3d", "x"))]

        class Binary(dict):
            """A target that returns the same contributions for every provider."""
            label = "//app:app"

            def __missing__(self, _):
                depset = types.SimpleNamespace(to_list=lambda: contributions)
                return types.SimpleNamespace(contributions=depset)

        class Provider:
            """A stand-in for a provider."""
            def __init__(self, **_):
                pass

        unmatched = starlark.run(starlark.ROOT / "bazel" / "private" / "grouping.bzl",
                                 {**given(), "provider": Provider})["unmatched_patterns"]
        self.assertEqual(unmatched(Binary(), {}, []), [])
        self.assertEqual(unmatched(Binary(), {"a": ["numpy", "Torch*"], "b": ["//app/...", "//app/models"]},
                                   ["torch"]), [])
        self.assertEqual(unmatched(Binary(), {"all": ["*"], "ml": ["scikit*", "//ap"]}, ["numpi"]), [
            "`own_layers`: 'numpi' matches no package of //app:app; the nearest are: numpy",
            "`layer_groups`: 'scikit*' of the layer 'ml' matches no package of //app:app; "
            "the packages are: numpy, torch",
            "`layer_groups`: '//ap' of the layer 'ml' matches no package of //app:app; "
            "the nearest are: //app, //app/models",
        ])

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.checkout = source_checkout.make(folder.name)

    def add_to_registry(self, *arguments):
        """Runs the script that adds this version to a registry; returns how it ended."""
        return subprocess.run(
            [sys.executable, "-B", self.checkout / "packaging" / "bazel_module.py", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, check=False)

    def test_a_version_is_added_to_a_registry(self):
        version = one(r'\n    version = "(.*)",\n', "MODULE.bazel")
        with tempfile.TemporaryDirectory() as folder:
            top = pathlib.Path(folder)
            known = top / "modules" / "veneer" / "metadata.json"
            known.parent.mkdir(parents=True)
            known.write_text('{"versions": ["0.0.1"], "yanked_versions": {"0.0.1": "broken"}}')
            archives = []
            for _ in range(2):
                done = self.add_to_registry(version, folder, "--registry", folder, "--repository",
                                            "owner/project")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                archives.append(pathlib.Path(done.stdout.strip()).read_bytes())
            self.assertEqual(archives[0], archives[1])
            entry = known.parent / version
            source = json.loads((entry / "source.json").read_text())
            digest = base64.b64encode(hashlib.sha256(archives[0]).digest()).decode()
            self.assertEqual(source, {
                "integrity": f"sha256-{digest}", "strip_prefix": f"veneer-{version}",
                "url": f"https://github.com/owner/project/releases/download/v{version}/"
                       f"veneer-{version}.tar.gz"})
            with tarfile.open(top / f"veneer-{version}.tar.gz") as archive:
                module = archive.extractfile(f"veneer-{version}/MODULE.bazel").read().decode()
                self.assertIn(f"veneer-{version}/bazel/defs.bzl", archive.getnames())
            self.assertEqual((entry / "MODULE.bazel").read_text(), module)
            metadata = json.loads(known.read_text())
            self.assertEqual((metadata["versions"], metadata["yanked_versions"]),
                             (["0.0.1", version], {"0.0.1": "broken"}))
            self.assertEqual(metadata["repository"], ["github:owner/project"])

    def test_a_version_that_is_not_that_of_the_module_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.add_to_registry("9.9.9", folder)
        version = one(r'\n    version = "(.*)",\n', "MODULE.bazel")
        self.assertEqual((done.returncode, done.stderr), (1, (
            f"bazel_module.py: error: MODULE.bazel has the version '{version}', not '9.9.9'\n")))

    def test_the_targets_that_a_registry_builds_are_there(self):
        targets = re.findall('- "@veneer//(.*):(.*)"', (starlark.ROOT / ".bcr" / "presubmit.yml").read_text())
        self.assertGreater(len(targets), 0)
        for package, name in targets:
            one(f'\n    name = "{name}",\n', f"{package}/BUILD.bazel")


if __name__ == "__main__":
    program.main()
