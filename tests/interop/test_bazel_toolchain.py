"""Bazel builds veneer from its sources, for the toolchain that it uses by default."""

import tarfile

import bazel_workspace
import judge
import test_bazel

# This saves some minutes of compilation. veneer's output is the same.
QUICKLY = "--host_compilation_mode=fastbuild"
PATIENCE = 1500  # seconds, for all of veneer on a slow machine


class BazelToolchain(judge.Judge):
    """Tests that share a workspace without an installed veneer."""

    clients = ("bazel",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(judge.scratch())
        cls.bazel = cls.enterClassContext(
            bazel_workspace.workspace(folder, toolchain="@veneer//bazel:built"))
        cls.bazel.patience = PATIENCE
        (cls.bazel.root / "tools" / "veneer_program").unlink()
        test_bazel.add_extra_tar(cls.bazel.root)

    def test_a_veneer_built_by_bazel_makes_the_same_layers(self):
        self.bazel.build("//:other", QUICKLY)
        # The veneer under test makes the layers from the plans of Bazel's veneer.
        layers = self.bazel.bin("other_layers")
        root = self.bazel.bazel("info", "execution_root").strip()
        for plan in sorted(layers.glob("*.plan")):
            blob, again = plan.with_suffix(".tar"), self.folder / plan.with_suffix(".tar").name
            judge.veneer("layer", f"--plan={plan}", "--allow-empty", "--compression=none",
                         f"--output={again}", f"--descriptor={again}.json",
                         cwd=root)
            self.assertEqual(blob.read_bytes(), again.read_bytes(), plan.name)

    def test_it_stands_in_for_bsdtar(self):
        self.bazel.build("@veneer//bazel:tar", QUICKLY)
        bsdtar = self.bazel.bin("external/veneer/bazel/tar/bsdtar")
        archive = self.folder / "made.tar"
        (self.folder / "listed.mtree").write_text("greeting type=file mode=0644 content=data.txt\n")
        judge.run([bsdtar, "--create", "--file", archive, f"@{self.folder / 'listed.mtree'}"],
                  cwd=self.bazel.root)
        with tarfile.open(archive) as tar:
            self.assertEqual(tar.extractfile("greeting").read(), b"the data\n")


if __name__ == "__main__":
    judge.main()
