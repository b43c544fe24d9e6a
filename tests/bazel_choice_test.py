"""Compares the choice of a base image in Starlark with that of veneer.

usage: bazel_choice_test.py VENEER

The repository rule (bazel/private/image_choice.bzl) and veneer both choose an image from each
layout. If the rule chooses a manifest, veneer must give the same result for a layout that lists
only that manifest as for the whole layout, and take it. If the rule fails, veneer must fail too.
"""

import hashlib
import io
import itertools
import json
import pathlib
import subprocess
import tarfile
import tempfile
import types
import unittest

import program
import starlark

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
REF_NAME = "org.opencontainers.image.ref.name"
FEW_PLATFORMS = ["", "linux/amd64", "linux/arm64"]
# For layouts with more than three images.
PLATFORMS = FEW_PLATFORMS + [
    "linux/amd64/v1", "linux/amd64/v3", "linux/x86_64", "LINUX/AMD64", "linux/aarch64",
    "linux/arm64/v8.2", "linux/arm64/v9", "linux/arm", "linux/armhf", "linux/arm/v6",
    "linux/arm/v5", "linux/arm/vx", "linux/riscv64", "linux/riscv64/x", "windows/amd64", "linux",
    "linux//v8"]


class Fault(Exception):
    """The message of a call of `fail`."""


def fail(message):
    """Raises a Fault, in place of Starlark's `fail`."""
    raise Fault(message)


class Context:
    """A stand-in for the parts of a repository_ctx that the choice needs."""

    @staticmethod
    def path(path):
        """Returns a path with the member `exists`."""
        return types.SimpleNamespace(path=path, exists=pathlib.Path(path).exists())

    @staticmethod
    def read(path):
        """Returns a file's text."""
        return pathlib.Path(path.path).read_text()


CHOICE = starlark.run(starlark.ROOT / "bazel" / "private" / "image_choice.bzl", {
    "fail": fail, "struct": types.SimpleNamespace,
    "json": types.SimpleNamespace(decode=json.loads)})


class Layout:
    """An OCI image layout that is written piece by piece."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "blobs" / "sha256").mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def blob(self, content, kind, **more):
        """Adds a blob; returns its descriptor."""
        if isinstance(content, dict):
            content = json.dumps(content).encode()
        encoded = hashlib.sha256(content).hexdigest()
        (self.folder / "blobs" / "sha256" / encoded).write_bytes(content)
        return {"mediaType": kind, "digest": f"sha256:{encoded}", "size": len(content), **more}

    def image(self, platform, kind=MANIFEST, stated=True, **more):
        """Adds an image for OS/ARCHITECTURE[/VARIANT] with one layer; returns its descriptor."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            tar.addfile(tarfile.TarInfo("file"))
        layer = self.blob(buffer.getvalue(), "application/vnd.oci.image.layer.v1.tar")
        parts = dict(zip(("os", "architecture", "variant"), platform.split("/")))
        config = self.blob({**parts, "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]}},
                           "application/vnd.oci.image.config.v1+json")
        if stated:
            more["platform"] = parts
        manifest = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": [layer]}
        return self.blob(manifest, kind, **more)

    def index(self, *manifests, kind=INDEX, **more):
        """Adds an index, which may be listed in another; returns its descriptor."""
        index = {"schemaVersion": 2, "mediaType": kind, "manifests": manifests}
        return self.blob(index, kind, **more)

    def write_index(self, manifests):
        """Writes index.json."""
        index = {"schemaVersion": 2, "manifests": manifests}
        (self.folder / "index.json").write_text(json.dumps(index))


def tagged(name):
    """Returns the annotation that names an image."""
    return {"annotations": {REF_NAME: name}}


def attestation(layout):
    """Adds an attestation, which BuildKit lists next to an image; returns its descriptor."""
    return layout.image("unknown/unknown")


# Maps a name to the entries of index.json.
LAYOUTS = {
    "nothing": lambda layout: [],
    "one that states no platform": lambda layout: [layout.image("linux/amd64", stated=False)],
    "one": lambda layout: [layout.image("linux/arm64", **tagged("a"))],
    "several side by side": lambda layout: [
        layout.image("linux/amd64"), layout.image("linux/arm64/v8")],
    "several tags": lambda layout: [
        layout.image("linux/amd64", **tagged("a")), layout.image("linux/arm64", **tagged("b")),
        layout.image("linux/arm/v7", **tagged("b"))],
    "a tag and none": lambda layout: [
        layout.image("linux/amd64", **tagged("a")), layout.image("linux/arm64")],
    "an index": lambda layout: [layout.index(
        layout.image("linux/amd64"), layout.image("linux/amd64/v3"), layout.image("linux/arm64"),
        layout.image("linux/arm64/v8.1"), layout.image("linux/arm/v6"), layout.image("linux/arm"),
        layout.image("windows/amd64"), attestation(layout), **tagged("a"))],
    "an index with an attestation": lambda layout: [
        layout.index(layout.image("linux/amd64"), attestation(layout))],
    "an attestation alone": lambda layout: [layout.index(attestation(layout))],
    "an index in Docker's words": lambda layout: [layout.index(
        layout.image("linux/x86_64", kind=DOCKER_MANIFEST),
        layout.image("linux/aarch64", kind=DOCKER_MANIFEST),
        kind=DOCKER_INDEX)],
    "indexes in an index that states the platform": lambda layout: [layout.index(
        layout.index(layout.image("linux/arm64", stated=False),
                     platform={"os": "linux", "architecture": "arm64"}),
        layout.index(layout.image("linux/riscv64", stated=False), layout.image("linux/riscv64/x"),
                     platform={"os": "linux", "architecture": "riscv64"}),
        layout.image("linux/amd64", stated=False))],
    "something else beside an image": lambda layout: [
        layout.blob(b"{}", "application/vnd.example+json"), layout.image("linux/amd64")],
    "eight indexes in each other": lambda layout: [nested(layout, 8)],
    "nine indexes in each other": lambda layout: [nested(layout, 9)],
}


def nested(layout, depth):
    """Adds an image below `depth` indexes; returns the descriptor of the topmost index."""
    found = layout.image("linux/amd64")
    for _ in range(depth):
        found = layout.index(found)
    return found


def choose(layout, tag, platform):
    """Returns (descriptor, None), or (None, the message of the failure), by the Starlark code."""
    asked = types.SimpleNamespace(ctx=Context, root=layout.folder, name="layout")
    try:
        return CHOICE["choose_manifest"](asked, tag, platform), None
    except Fault as fault:
        return None, str(fault)


def by_veneer(layout, tag, platform):
    """Returns (the digest of the base, None), or (None, the message of the failure), by veneer."""
    output = layout.folder.parent / "image"
    base = f"oci:{layout.folder}" + (f":{tag}" if tag else "")
    options = ["--platform", platform] if platform else []
    done = subprocess.run([program.VENEER, "image", "--quiet", "--base", base, *options,
                           "-o", f"oci:{output}:x"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60,
                          check=False)
    if done.returncode == 1 or (done.returncode == 2 and "is not a platform" in done.stderr):
        return None, done.stderr
    if done.returncode:
        raise AssertionError(done.stderr)
    index = json.loads((output / "index.json").read_text())
    manifest = output / "blobs" / "sha256" / index["manifests"][0]["digest"].partition(":")[2]
    annotations = json.loads(manifest.read_text())["annotations"]
    return annotations["org.opencontainers.image.base.digest"], None


class Choice(unittest.TestCase):
    """Compares the choices of the Starlark code and of veneer."""

    def check(self, name):
        """Tries every tag and platform with one layout."""
        with tempfile.TemporaryDirectory() as folder:
            layout = Layout(pathlib.Path(folder, "layout"))
            manifests = LAYOUTS[name](layout)
            blobs = len(list(layout.folder.glob("blobs/sha256/*")))
            platforms = PLATFORMS if blobs > 8 else FEW_PLATFORMS
            for tag, platform in itertools.product(("", "a", "b"), platforms):
                with self.subTest(tag=tag, platform=platform):
                    layout.write_index(manifests)
                    chosen, why_not = choose(layout, tag, platform)
                    expected, refused = by_veneer(layout, tag, platform)
                    if why_not:
                        self.assertIsNotNone(refused, why_not)
                        continue
                    layout.write_index([chosen])
                    self.assertIsNotNone(expected, refused)
                    self.assertEqual(by_veneer(layout, "", platform)[0], expected)
                    self.assertEqual(chosen["digest"], expected)


class Documents(unittest.TestCase):
    """Directories that are not layouts."""

    def test_a_document_without_a_required_member_is_reported(self):
        with tempfile.TemporaryDirectory() as folder:
            layout = Layout(pathlib.Path(folder, "layout"))
            (layout.folder / "index.json").write_text("{}")
            self.assertEqual(choose(layout, "", "")[1], "layout: 'index.json' has no member 'manifests'")
            index = layout.blob(b"{}", INDEX)
            layout.write_index([index])
            self.assertEqual(choose(layout, "", "")[1],
                             f"layout: 'blobs/sha256/{index['digest'].partition(':')[2]}' has no member 'manifests'")


class Extension(unittest.TestCase):
    """The module extension for MODULE.bazel, run as Python."""

    def setUp(self):
        self.made, self.asked, self.programs = [], [], []

        def repository_rule(**rule):
            self.asked.append(set(rule["attrs"]))
            if {"binaries", "urls"} & set(rule["attrs"]):
                return lambda **attributes: self.programs.append(attributes)
            kind = "ambiguous" if "modules" in rule["attrs"] else "base"
            return lambda **attributes: self.made.append((kind, attributes))

        def keep(**arguments):
            return types.SimpleNamespace(**arguments)

        self.extension = starlark.run(starlark.ROOT / "bazel" / "extensions.bzl", {
            "attr": types.SimpleNamespace(int=keep, label=keep, string=keep, string_dict=keep,
                                          string_list=keep), "fail": fail,
            "hasattr": hasattr, "module_extension": keep, "struct": types.SimpleNamespace,
            "tag_class": keep, "repository_rule": repository_rule})["veneer"]

    def attributes(self, name):
        """Returns the attributes of a tag."""
        return {**{key: f"the {key}" for key in self.extension.tag_classes["base"].attrs},
                "name": name}

    def run_with(self, *modules, **context):
        """Runs the extension with modules, each (name, is it the root, names of its bases).

        Platforms may follow, for which a module has a program of its own.
        """
        self.made.clear()
        self.programs.clear()
        given = [types.SimpleNamespace(name=name, is_root=is_root, tags=types.SimpleNamespace(
            base=[types.SimpleNamespace(**self.attributes(base)) for base in bases],
            toolchain=[types.SimpleNamespace(platform=platform, binary=None, urls=[f"of {name}"],
                                             sha256="0" * 64) for platform in platforms]))
            for name, is_root, bases, *platforms in modules]
        return self.extension.implementation(types.SimpleNamespace(modules=given, **context))

    def test_a_tag_is_a_repository_with_its_attributes(self):
        """The tag has every attribute of the rule, and passes it on."""
        self.run_with(("mine", True, ["debian"]))
        self.assertEqual(self.made, [("base", self.attributes("mine.debian")),
                                     ("base", self.attributes("debian"))])
        self.assertEqual(set(self.attributes("debian")), {"name", *self.asked[0]})

    def test_bases_of_one_name_in_several_modules_have_their_modules_names(self):
        self.run_with(("mine", True, ["debian"]), ("other", False, ["debian", "alpine"]))
        self.assertEqual([attributes["name"] for _, attributes in self.made],
                         ["mine.debian", "other.debian", "other.alpine", "debian", "alpine"])
        self.run_with(("", True, []), ("a", False, ["debian"]), ("b", False, ["debian"]))
        self.assertEqual(self.made, [
            ("base", self.attributes("a.debian")), ("base", self.attributes("b.debian")),
            ("ambiguous", {"name": "debian", "base": "debian", "modules": dict.fromkeys("ab").keys()})])

    def test_two_bases_of_one_name_in_one_module_are_reported(self):
        with self.assertRaisesRegex(
                Fault, "^MODULE.bazel of 'mine' has two veneer.base\\(\\) with the name 'debian'$"):
            self.run_with(("mine", True, ["debian", "debian"]))

    def test_a_program_is_that_of_the_root_or_of_the_nearest_module(self):
        self.run_with(("mine", True, [], "linux/arm64"), ("a", False, [], "linux/amd64", "linux/arm64"),
                      ("b", False, [], "linux/amd64"))
        programs = [(one["name"], one.get("urls") or one["binaries"]) for one in self.programs]
        self.assertEqual(programs, [
            ("veneer_linux_arm64", ["of mine"]), ("veneer_linux_amd64", ["of a"]),
            ("veneer_toolchains", {"linux/amd64": "@veneer_linux_amd64//:program",
                                   "linux/arm64": "@veneer_linux_arm64//:program"})])

    def test_the_extension_is_reproducible_where_that_can_be_said(self):
        self.assertIsNone(self.run_with(("mine", True, ["debian"])))
        self.assertEqual(self.run_with(("mine", True, ["debian"]), watch=None,
                                       extension_metadata=lambda **said: said),
                         {"reproducible": True})


program.add_tests(Choice, LAYOUTS, lambda name: name.replace(" ", "_").replace("'", ""))


if __name__ == "__main__":
    program.main()
