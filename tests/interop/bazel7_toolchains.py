"""Prebuilt programs for veneer's toolchain, by tags of MODULE.bazel."""

import contextlib
import hashlib
import json
import pathlib
import re
import shutil
import sys
import tarfile

import bazel_modules
import bazel_workspace
import judge
import test_bazel

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import source_checkout  # noqa: E402  pylint: disable=wrong-import-position

SOURCE = bazel_workspace.VENEER_MODULE / "MODULE.bazel"
MODULE = """module(name = "{name}", version = "1.0")

bazel_dep(name = "platforms", version = "0.0.10")
bazel_dep(name = "veneer", version = "0.2.0")
{dependency}
veneer = use_extension("@veneer//bazel:extensions.bzl", "veneer")
"""
DEPENDENCY = 'bazel_dep(name = "other", version = "1.0")'
OVERRIDE = """
local_path_override(
    module_name = "veneer",
    path = "{path}",
)
"""
BUILD = """load("@veneer//bazel:defs.bzl", "veneer_image")

exports_files(["program"])

veneer_image(
    name = "image",
    tars = ["extra.tar"],
)
"""
WRONG = "0" * 64
# Tags of a module that is refused, each a dict of attributes, and the message.
FAULTS = {
    "no sha256": ([{"platform": "linux/amd64", "urls": ["file:/x"]}], "`sha256` is missing"),
    "nothing": ([{"platform": "linux/amd64"}], "`urls` is empty"),
    "bad sha256": ([{"platform": "linux/amd64", "urls": ["file:/x"], "sha256": "ABC"}],
                   "`sha256` is 'ABC': expected 64 hexadecimal digits in lower case"),
    "both": ([{"platform": "linux/amd64", "binary": "//:program", "sha256": WRONG}],
             "expected either `binary` or `urls`"),
}


def tags(attributes):
    """Returns tags of MODULE.bazel, given as dicts."""
    return "".join(f"veneer.toolchain({', '.join(f'{k} = {json.dumps(v)}' for k, v in tag.items())})\n"
                   for tag in attributes)


def download(path, platform="linux/amd64"):
    """Returns a tag for a file of this machine."""
    return {"platform": platform, "urls": [f"file://{path}"],
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


class Toolchains(judge.Judge):
    """Tests that share a workspace, which registers no toolchain itself."""

    clients = ("mmdebstrap",)
    as_root = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(judge.scratch())
        cls.bazel = cls.enterClassContext(cls.workspace(folder))

    @classmethod
    @contextlib.contextmanager
    def workspace(cls, folder):
        """Makes the workspace, a module that it depends on, and a release of veneer."""
        made = bazel_modules.ModuleWorkspace(folder / "workspace", folder / "output")
        bazel_workspace.make_repository(made.root, BUILD)
        test_bazel.add_extra_tar(made.root)
        made.place_veneer("program")
        cls.registry = bazel_modules.write_registry(folder / "registry")
        cls.release = folder / "veneer-1-linux-amd64.tar.gz"
        with tarfile.open(cls.release, "w:gz") as archive:
            archive.add(made.root / "program", "veneer-1-linux-amd64/bin/veneer")
            archive.add(made.root / "BUILD.bazel", "veneer-1-linux-amd64/README.md")
        try:
            yield made
        finally:
            made.bazel("shutdown")
            judge.run(["chmod", "-R", "u+w", folder])

    def set_tags(self, of_root, of_other=(), place=None):
        """Writes the tags of both modules, and where veneer's is; default: here."""
        bazel_modules.write_module(self.registry, "other", "1.0",
                                   MODULE.format(name="other", dependency="") + tags(of_other))
        text = MODULE.format(name="tested", dependency=DEPENDENCY) + tags(of_root)
        (self.bazel.root / "MODULE.bazel").write_text(
            text + (OVERRIDE.format(path=bazel_workspace.VENEER_MODULE) if place is None else place))

    def program(self, *options):
        """Returns the path of the program that makes the image."""
        said = self.bazel.bazel("aquery", "mnemonic(VeneerImage, //:image)", *options)
        return said.partition("(exec ")[2].split()[0].rstrip("\\")

    def failure(self, *command):
        """Runs a command of Bazel that fails; returns what it says."""
        with self.assertRaises(AssertionError) as failure:
            self.bazel.bazel(*command)
        return str(failure.exception)

    def test_an_archive_is_used_and_that_of_another_platform_not_downloaded(self):
        elsewhere = {"platform": "linux/arm64", "urls": ["file:/nowhere/veneer"], "sha256": WRONG}
        self.set_tags([elsewhere, download(self.release)])
        self.bazel.build("//:image")
        judge.veneer("verify", f"oci:{self.bazel.bin('image')}")
        self.assertEqual(self.program(), "external/veneer~~veneer~veneer_linux_amd64/unpacked/"
                                         "veneer-1-linux-amd64/bin/veneer")

    def test_veneer_comes_from_a_registry(self):
        script = source_checkout.make(self.registry.parent) / "packaging" / "bazel_module.py"
        version = re.search('version = "(.*)"', SOURCE.read_text())[1]
        archive = self.registry / f"veneer-{version}.tar.gz"
        judge.run([sys.executable, "-B", script, version, self.registry, "--registry", self.registry,
                   "--repository=owner/project", f"--url=file://{archive}"])
        self.set_tags([{"platform": "linux/amd64", "binary": "//:program"}], place="")
        self.bazel.build("//:image")
        rules = self.bazel.output_base() / "external" / "veneer~"
        self.assertFalse(rules.is_symlink())
        self.assertTrue((rules / "bazel" / "defs.bzl").is_file())

    def test_a_program_is_used_as_it_is(self):
        program = self.release.parent / "veneer-linux-amd64"
        shutil.copy(self.bazel.root / "program", program)
        self.set_tags([download(program)])
        self.bazel.build("//:image")
        self.assertEqual(self.program(), "external/veneer~~veneer~veneer_linux_amd64/veneer")

    def test_a_label_names_a_program(self):
        self.set_tags([{"platform": "linux/amd64", "binary": "//:program"}])
        self.bazel.build("//:image")
        self.assertEqual(self.program(), "./program")

    def test_another_sha256_is_an_error_and_nothing_is_built_instead(self):
        self.set_tags([{**download(self.release), "sha256": WRONG}])
        self.assertRegex(self.failure("build", "//:image"),
                         f"Checksum was {download(self.release)['sha256']} but wanted {WRONG}")

    def test_an_archive_without_the_program_is_an_error(self):
        archive = self.release.parent / "empty.tar"
        with tarfile.open(archive, "w") as tar:
            tar.add(self.bazel.root / "BUILD.bazel", "README.md")
        self.set_tags([download(archive)])
        self.assertIn(f"veneer~~veneer~veneer_linux_amd64: 'file://{archive}' has no file 'veneer'; "
                      "what it has: README.md\n", self.failure("build", "//:image"))

    def test_the_root_module_decides(self):
        other = {"platform": "linux/amd64", "urls": ["file:/of/other"], "sha256": WRONG}
        self.set_tags([{"platform": "linux/amd64", "binary": "//:program"}], [other])
        self.assertEqual(self.program(), "./program")
        self.set_tags([], [other])
        self.assertIn("/of/other", self.failure("build", "//:image"))

    def test_for_other_machines_bazel_builds_veneer(self):
        self.set_tags([{"platform": "linux/arm64", "binary": "//:program"}])
        self.assertRegex(self.program(), "^bazel-out/[^/]*/bin/external/veneer~/cmd/veneer$")

    def test_faults_of_tags_are_told(self):
        twice = [{"platform": "linux/amd64", "binary": "//:program"}] * 2
        faults = {**{name: (tag, f": {said}") for name, (tag, said) in FAULTS.items()},
                  "twice": (twice, " is there twice")}
        for name, (of_root, said) in faults.items():
            with self.subTest(name):
                self.set_tags(of_root)
                self.assertIn("Error in fail: MODULE.bazel of 'tested': veneer.toolchain() for "
                              f"'linux/amd64'{said}\n", self.failure("build", "//:image"))
