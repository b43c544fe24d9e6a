"""Bazel builds veneer from its sources, for the toolchain that it uses by default.

That is Bazel 7 with the compiler of Debian's testing suite or, if its root cannot be made, Debian
12's Bazel and compiler: each compiles all of veneer.
"""

import os
import shutil
import sys
import tarfile

import bazel_modules
import bazel_workspace
import judge
import test_bazel

# This saves some minutes of compilation. veneer's output is the same.
QUICKLY = "--host_compilation_mode=fastbuild"
PATIENCE = 1500  # seconds, for all of veneer on a slow machine
BUILT = "--extra_toolchains=@veneer//bazel:built"
LAYER = "declared/layers/app.tar"


class Toolchain(judge.Judge):
    """What a veneer that Bazel built can do."""

    def check_bsdtar(self, bazel, program):
        """Builds the program that stands in for bsdtar, and makes an archive."""
        bazel.build("@veneer//bazel:tar", BUILT, QUICKLY)
        (self.folder / "listed.mtree").write_text("greeting type=file mode=0644 content=data.txt\n")
        archive = bazel.root / "made.tar"
        judge.run([*bazel.in_place(), bazel.bin(program), "--create", "--file", archive,
                   f"@{self.folder / 'listed.mtree'}"], cwd=bazel.root)
        with tarfile.open(archive) as tar:
            self.assertEqual(tar.extractfile("greeting").read(), b"the data\n")


class Bazel7(Toolchain):
    """A workspace with an installed veneer and the one that Bazel builds."""

    def test_a_veneer_built_by_bazel_makes_the_same_layer(self):
        with bazel_workspace.workspace(self.folder, kind=bazel_modules.ModuleWorkspace) as bazel:
            bazel.patience = PATIENCE
            bazel.build("//declared:layers")
            expected = bazel.bin(LAYER).read_bytes()
            ran = bazel.executed("//declared:layers", BUILT, QUICKLY)
            self.assertIn("VeneerLayer", {mnemonic for mnemonic, _, _ in ran})
            self.assertEqual(bazel.bin(LAYER).read_bytes(), expected)
            self.check_bsdtar(bazel, "external/veneer~/bazel/tar/bsdtar")


class Bazel4(Toolchain):
    """A workspace without an installed veneer."""

    clients = ("bazel",)

    def test_a_veneer_built_by_bazel_makes_the_same_layers(self):
        with bazel_workspace.workspace(self.folder, toolchain="@veneer//bazel:built") as bazel:
            bazel.patience = PATIENCE
            (bazel.root / "tools" / "veneer_program").unlink()
            test_bazel.add_extra_tar(bazel.root)
            bazel.build("//:other", QUICKLY)
            # The veneer under test makes the layers from the plans of Bazel's veneer.
            root = bazel.bazel("info", "execution_root").strip()
            for plan in sorted(bazel.bin("other_layers").glob("*.plan")):
                blob, again = plan.with_suffix(".tar"), self.folder / plan.with_suffix(".tar").name
                judge.veneer("layer", f"--plan={plan}", "--allow-empty", "--compression=none",
                             f"--output={again}", f"--descriptor={again}.json", cwd=root)
                self.assertEqual(blob.read_bytes(), again.read_bytes(), plan.name)
            self.check_bsdtar(bazel, "external/veneer/bazel/tar/bsdtar")


def has_bazel7():
    """Makes the root for Bazel 7; returns whether there is one."""
    return (os.geteuid() == 0 and shutil.which("mmdebstrap") is not None
            and bazel_modules.make_root() is None)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.argv.append("Bazel7" if has_bazel7() else "Bazel4")
    judge.main()
