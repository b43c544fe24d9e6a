"""A real Bazel builds with the rules' attributes, bases as repositories, and groups of runfiles."""

import contextlib
import hashlib
import json
import os
import pathlib
import re
import tarfile

import bazel_refused
import bazel_workspace
import daemons
import judge
import samples
import test_bazel

STAND_IN = bazel_workspace.SOURCE.parent / "rules_runfiles_group"
REPOSITORIES = """
load(
    "@veneer//bazel:repositories.bzl",
    "veneer_base_repository",
    "veneer_toolchain_repository",
)

veneer_base_repository(
    name = "shallow_layout",
    layout = "//shallow:platforms/oci-layout",
    platform = "linux/amd64",
    tag = "both",
)

veneer_base_repository(
    name = "shallow_archive",
    archive = "//shallow:platforms.tar",
    platform = "linux/amd64",
)
"""
PREBUILT = """
veneer_toolchain_repository(
    name = "prebuilt",
    platform = "linux/amd64",
    sha256 = "{sha256}",
    urls = ["file://{path}"],
)
"""
TAR_TOOLCHAIN = """
register_toolchains("//packed:tar")
"""
GROUPS_REPOSITORY = """
local_repository(
    name = "rules_runfiles_group",
    path = "{path}",
)
"""
BAD_REPOSITORY = """
veneer_base_repository(
    name = "{name}",
    layout = "//shallow:platforms/index.json",
    {attributes}
)
"""
# Attributes and their error messages.
BAD_CHOICES = {
    "no_such_tag": ('tag = "nightly"', "holds no image 'nightly'; it holds: 'both'"),
    "no_such_platform": ('platform = "linux/s390x"',
                         "holds no image for linux/s390x; it holds: linux/amd64, linux/arm64/v8"),
    "no_platform": ("", "holds images for several platforms; choose one with `platform`; "
                        "it holds: linux/amd64, linux/arm64/v8"),
}
CONFIGURED = {
    "author": "Somebody", "created": "2023-11-14T22:13:20Z",
    "config": {"Cmd": ["--serve"], "Entrypoint": ["/bin/program"],
               "Env": ["PATH=/opt/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                       "MODE=fastbuild", "PRICE=$5"],
               "ExposedPorts": {"53/udp": {}, "8080/tcp": {}},
               "Labels": {"dev.veneer.test": "two\nlines, [\"no list\"]"},
               "StopSignal": "SIGINT", "Volumes": {"/data": {}}, "WorkingDir": "/srv"}}
# Staging the hundreds of files of an interpreter in a sandbox takes long.
LOCAL = "--spawn_strategy=local"


def add_platforms(folder, tar):
    """Adds a layout and an archive with the base image and an image for another platform."""
    with judge.scratch() as scratch:
        other = f"oci:{scratch}/arm64"
        judge.veneer("image", "--quiet", "--platform", "linux/arm64", "--layer", tar, "-o", other)
        for place in (f"oci:{folder}/platforms:both", f"oci-archive:{folder}/platforms.tar:both"):
            judge.veneer("index", "--quiet", "--image", samples.base(), "--image", other,
                         "-o", place)


def prebuilt(archive):
    """Makes the archive of a release; returns the repository of it."""
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(os.environ["VENEER"], "veneer-1-linux-amd64/veneer")
    return PREBUILT.format(path=archive, sha256=hashlib.sha256(archive.read_bytes()).hexdigest())


def layer_names(layout):
    """Returns the names of those of an image's layers that veneer made, bottom first."""
    return [layer["annotations"]["dev.veneer.layer.name"] for layer in layout.manifest["layers"]
            if "dev.veneer.layer.name" in layer.get("annotations", {})]


def contents(layout):
    """Returns {path: (type, mode, link, content)} of all layers of an image."""
    found = {}
    for blob, _ in layout.layers():
        with tarfile.open(blob) as tar:
            for member in tar:
                data = tar.extractfile(member).read() if member.isreg() else None
                found[member.name] = (member.type, member.mode, member.linkname, data)
    return found


class BazelRules(judge.Judge):
    """Tests that share a workspace."""

    clients = ("bazel",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(judge.scratch())
        cls.bazel = cls.enterClassContext(cls.workspace(folder / "first"))

    @staticmethod
    @contextlib.contextmanager
    def workspace(folder):
        """Makes the tested workspace with the repositories of this file."""
        folder.mkdir()
        with bazel_workspace.workspace(folder) as made:
            test_bazel.add_extra_tar(made.root)
            add_platforms(made.root / "shallow", made.root / "extra.tar")
            choices = [
                BAD_REPOSITORY.format(name=name, attributes=attributes + "," * bool(attributes))
                for name, (attributes, _) in BAD_CHOICES.items()]
            with open(made.root / "WORKSPACE", "a", encoding="utf-8") as file:
                file.write(REPOSITORIES + "".join(choices) + TAR_TOOLCHAIN)
                file.write(GROUPS_REPOSITORY.format(path=STAND_IN))
                file.write(prebuilt(folder / "prebuilt.tar.gz"))
            yield made

    def layout(self, path):
        """Returns the image of a target."""
        return samples.Layout(self.bazel.bin(path))

    def failure(self, *targets):
        """Builds targets that cannot be built; returns Bazel's message."""
        with self.assertRaises(AssertionError) as failure:
            self.bazel.build(*targets)
        return str(failure.exception)

    def inputs(self, target, repository):
        """Returns the inputs of a target's image action in a repository, relative to it."""
        listed = self.bazel.bazel("aquery", f'mnemonic("VeneerImage", {target})')
        (paths,) = re.findall(r"^  Inputs: \[(.*)\]$", listed, re.MULTILINE)
        prefix = f"external/{repository}/"
        return {path.removeprefix(prefix) for path in paths.split(", ") if path.startswith(prefix)}

    def test_a_base_of_a_repository_is_one_image_alone(self):
        self.bazel.build("//shallow:all", LOCAL)
        images = [test_bazel.digests(self.bazel.bin(f"shallow/on_{name}"))
                  for name in ("whole", "layout", "archive")]
        self.assertEqual(images, images[:1] * 3)
        base = samples.Layout(samples.shared_folder() / "base")
        blobs = [base.index["manifests"][0], base.manifest["config"], *base.manifest["layers"]]
        expected = {"layout/index.json", "layout/oci-layout",
                    *(f"layout/{base.blob(blob).relative_to(base.folder)}" for blob in blobs)}
        for name in ("layout", "archive"):
            self.assertEqual(self.inputs(f"//shallow:on_{name}", f"shallow_{name}"), expected)
        # Other unpacked files are deleted.
        unpacked = self.bazel.output_base() / "external" / "shallow_archive"
        files = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
        self.assertEqual(files, {*expected, "BUILD.bazel", "WORKSPACE"})

    def test_a_missing_base_is_reported(self):
        for name, (_, message) in BAD_CHOICES.items():
            with self.subTest(name):
                failure = self.failure(f"@{name}//:base")
                said = re.findall("^Error in fail: (.*)$", failure, re.MULTILINE)
                self.assertEqual(set(said), {f"{name}: '//shallow:platforms/index.json' {message}"})

    def test_a_base_is_chosen_again_when_its_index_changes(self):
        self.bazel.build("@shallow_layout//:base")
        index = self.bazel.root / "shallow" / "platforms" / "index.json"
        text = index.read_text()
        index.write_text(text.replace('"both"', '"neither"'))
        self.assertIn("holds no image 'both'; it holds: 'neither'\n", self.failure("@shallow_layout//:base"))
        index.write_text(text)
        self.bazel.build("@shallow_layout//:base")

    def test_values_that_no_action_can_use_are_refused_by_analysis(self):
        bazel_refused.check(self, self.bazel, bazel_refused.REFUSED)

    def test_groups_of_a_binary_are_its_layers_in_the_order_of_their_ranks(self):
        self.bazel.build("//grouped:grouped", "//grouped:ungrouped", "//grouped:merged", LOCAL)
        grouped, ungrouped, merged = (self.layout(f"grouped/{name}")
                                      for name in ("grouped", "ungrouped", "merged"))
        self.assertEqual(layer_names(grouped), [
            "test_rules-interpreter", "grouped-b.txt", "grouped-b.txt-2", "app-2", "app"])
        self.assertEqual(layer_names(ungrouped), ["app"])
        self.assertEqual(layer_names(merged), [
            "test_rules-interpreter", "grouped-b.txt", "asked", "app"])
        self.assertEqual(contents(grouped), contents(ungrouped))
        self.assertEqual(contents(merged), contents(ungrouped))
        plans = {name: (self.bazel.bin("grouped") / "merged_layers" / f"{name}.plan").read_text()
                 for name in layer_names(merged)}
        where = {path: [name for name, plan in plans.items()
                        if f"\nf\tapp/program.runfiles/tested/{path}\t" in plan]
                 for path in ("grouped/a.txt", "grouped/b.txt", "grouped/c.txt",
                              "first_party/deep/module.py")}
        self.assertEqual(where, {
            "grouped/a.txt": ["test_rules-interpreter"], "grouped/b.txt": ["grouped-b.txt"],
            "grouped/c.txt": ["grouped-b.txt"], "first_party/deep/module.py": ["asked"]})

    def test_groups_that_must_not_be_merged_are_reported(self):
        self.assertRegex(self.failure("//grouped:impossible"), re.escape(
            "//grouped:impossible_layers: `max_groups` is 2, but the runfiles of //grouped:program have "
            "at least 3 groups that must not be merged: test_rules#interpreter, grouped#b.txt, app\n"))

    def test_a_binary_without_groups_has_the_ordinary_layers(self):
        self.bazel.build("//grouped:plain_image", "//grouped:ordinary", LOCAL)
        self.assertEqual(layer_names(self.layout("grouped/ordinary")), ["deps-1", "deps-4", "app"])
        self.assertEqual(test_bazel.digests(self.bazel.bin("grouped/plain_image")),
                         test_bazel.digests(self.bazel.bin("grouped/ordinary")))

    def test_a_toolchain_for_tar_has_veneer_in_place_of_bsdtar(self):
        for strategy in ("local", "linux-sandbox"):
            self.bazel.build("//packed:packed", f"--strategy=Tar={strategy}")
            with tarfile.open(self.bazel.bin("packed/packed.tar")) as tar:
                self.assertEqual(tar.extractfile("packed/one.txt").read(), b"one\n")
            self.bazel.bin("packed/packed.tar").unlink()

    def test_a_program_is_downloaded(self):
        options = ("--extra_toolchains=@prebuilt//:toolchain", LOCAL)
        self.bazel.build("//shallow:on_layout", *options)
        said = self.bazel.bazel("aquery", 'mnemonic("VeneerImage", //shallow:on_layout)', *options)
        self.assertIn("(exec external/prebuilt/unpacked/veneer-1-linux-amd64/veneer ", said)

    def test_programs_of_other_languages_run(self):
        judge.need("docker", "dockerd", "go", "javac", "node", "rustc")
        judge.need_root()
        kinds = ("go", "java", "javascript", "rust")
        self.bazel.build(*(f"//compiled:{kind}_image_load" for kind in kinds), LOCAL)
        with daemons.dockerd(self.folder) as docker:
            for kind in kinds:
                judge.run([self.bazel.bin(f"compiled/{kind}_image_load")],
                          env={**os.environ, "DOCKER_HOST": docker[2]})
                self.assertEqual(judge.run([*docker, "run", "--rm", "--network", "none",
                                            f"{kind}_image:latest"]), f"{kind}: the data\n")

    def test_attributes_of_layers(self):
        self.bazel.build("//attributes:asked", LOCAL)
        layout = self.layout("attributes/asked")
        self.assertEqual(layout.config["config"]["Entrypoint"], ["/nowhere"])
        self.assertIn("stated", layer_names(layout))
        runfiles = "opt/programs/renamed.runfiles"
        image = test_bazel.image_tree(layout.folder)
        tree = {path: member for path, member in image.items()
                if path.startswith("opt/programs/renamed")}
        self.assertEqual(tree["opt/programs/renamed"].linkname,
                         "renamed.runfiles/tested/attributes/small")
        self.assertEqual({member.mtime for member in tree.values()}, {1700000000})
        for path in ("1", "2"):
            self.assertTrue(tree[f"{runfiles}/tested/attributes/twin_{path}"].isreg())
        site = f"{runfiles}/tested/attributes/_small.venv/lib/python3.11/site-packages/markupsafe"
        self.assertTrue(tree[f"{site}/__init__.py"].isfile())
        # Only the file of `keep` stays in the package's own directory, and is compiled there, too.
        kept = sorted(member.linkname for path, member in tree.items()
                      if "/pypi_" in path and not member.isdir())
        to_site = f"../../../{site.removeprefix(runfiles + '/')}"
        self.assertEqual(kept, [f"../{to_site}/__pycache__/_native.cpython-311.pyc",
                                f"{to_site}/_native.py"])
        for path in (f"{site}/__pycache__/__init__.cpython-311.pyc",
                     f"{runfiles}/python_3_11/lib/python3.11/__pycache__/os.cpython-311.pyc"):
            self.assertTrue(tree[path].isfile(), path)
        self.assertEqual({(member.uid, member.gid) for member in tree.values()}, {(7, 8)})
        self.assertEqual(tree[f"{runfiles}/tested/attributes/probe.txt"].mode, 0o640)
        home = image["home/worker"]
        self.assertEqual((home.uid, home.gid, home.mode), (1234, 1234, 0o700))
        self.assertEqual(image["opt/programs/venv"].linkname,
                         "renamed.runfiles/tested/attributes/_small.venv")
        self.check_that_only_the_app_is_compiled_again()
        plans = {name: (self.bazel.bin("attributes") / "asked_layers" / f"{name}.plan").read_text()
                 for name in ("interpreter", "stated")}
        self.assertIn(f"\nf\t{runfiles}/tested/attributes/probe.txt\t", plans["interpreter"])
        self.assertIn(f"\nf\t{runfiles}/tested/attributes/grouped.txt\t", plans["stated"])
        headers = tree[f"{runfiles}/tested/attributes/probe.txt"].pax_headers
        self.assertEqual(headers["SCHILY.xattr.security.capability"],
                         "\x01\0\0\x02\0\x04" + 14 * "\0")
        self.assertNotIn("xattr.", plans["stated"])

    def check_that_only_the_app_is_compiled_again(self):
        """A change of first-party code is a matter of the plan's action and of the app's layer."""
        main = self.bazel.root / "main.py"
        text = main.read_text()
        try:
            main.write_text(text + "# changed\n")
            actions = self.bazel.executed("//attributes:asked_layers", LOCAL)
        finally:
            main.write_text(text)
        self.assertEqual([(mnemonic, output.rpartition("/")[2]) for mnemonic, output, _ in actions
                          if mnemonic.startswith("Veneer")],
                         [("VeneerPlan", "asked_layers.plan"), ("VeneerLayer", "app.tar")])

    def test_compression_and_level(self):
        self.bazel.build("//attributes:zstd_layers", LOCAL)
        file = self.bazel.bin("attributes/zstd_layers/app.tar.zst.json")
        descriptor = json.loads(file.read_text())
        self.assertEqual(descriptor["mediaType"], "application/vnd.oci.image.layer.v1.tar+zstd")
        self.assertIn(" level=1 ", descriptor["annotations"]["dev.veneer.layer.recipe"])

    def test_layers_that_are_pulled_in_part(self):
        self.bazel.build("//attributes:estargz_layers", "//attributes:chunked_layers", LOCAL)
        for name, ending, annotation in (
                ("estargz", "tar.gz", "containerd.io/snapshot/stargz/toc.digest"),
                ("chunked", "tar.zst", "io.github.containers.zstd-chunked.manifest-checksum")):
            blob = self.bazel.bin(f"attributes/{name}_layers/app.{ending}")
            descriptor = json.loads(pathlib.Path(f"{blob}.json").read_text())
            self.assertIn(annotation, descriptor["annotations"])
        with tarfile.open(self.bazel.bin("attributes/estargz_layers/app.tar.gz")) as layer:
            names = [member.name for member in layer if member.isfile()]
        self.assertEqual([name.rpartition("/")[2] for name in names[:2]],
                         ["probe.txt", ".prefetch.landmark"])

    def test_files_of_the_base_are_replaced_only_if_that_is_allowed(self):
        self.assertIn("extra: error: is a file here, and a file in a layer below [file-replaced]\n",
                      self.failure("//attributes:replacing_unasked", LOCAL))
        self.bazel.build("//attributes:replacing", LOCAL)
        self.assertEqual(len(self.layout("attributes/replacing").layers()), 2)

    def test_attributes_of_images_bases_and_indexes(self):
        self.bazel.build("//attributes:on_archive", "//attributes:on_image", "//attributes:index",
                         "//attributes:configured_load", LOCAL)
        configured = self.layout("attributes/configured")
        self.assertEqual({key: configured.config[key] for key in ("author", "created", "config")},
                         CONFIGURED)
        for name in ("archive", "image"):
            self.assertEqual(self.layout(f"attributes/on_{name}").manifest["layers"],
                             configured.manifest["layers"])
        index = self.layout("attributes/index")
        self.assertEqual(index.manifest["annotations"], {"dev.veneer.test": "annotated"})
        self.assertEqual([entry["annotations"]["org.opencontainers.image.ref.name"]
                          for layout in (configured, index) for entry in layout.index["manifests"]],
                         ["configured", "index"])
        script = self.bazel.bin("attributes/configured_load").read_text()
        self.assertIn("engine=${VENEER_ENGINE:-engine-of-mine}\n", script)


if __name__ == "__main__":
    judge.main()
