"""Bazel 7 builds veneer from its sources, with the compiler of Debian's testing suite."""

import bazel_modules
import bazel_workspace
import judge
import test_bazel_toolchain

LAYER = "declared/layers/app.tar"


class Bazel7Toolchain(judge.Judge):
    """A workspace with an installed veneer and the one that Bazel builds."""

    clients = ("mmdebstrap",)
    as_root = True

    def test_a_veneer_built_by_bazel_makes_the_same_layer(self):
        with bazel_workspace.workspace(self.folder, kind=bazel_modules.ModuleWorkspace) as bazel:
            bazel.patience = test_bazel_toolchain.PATIENCE
            bazel.build("//declared:layers")
            expected = bazel.bin(LAYER).read_bytes()
            ran = bazel.executed("//declared:layers", "--extra_toolchains=@veneer//bazel:built",
                                 test_bazel_toolchain.QUICKLY)
            self.assertIn("VeneerLayer", {mnemonic for mnemonic, _, _ in ran})
            self.assertEqual(bazel.bin(LAYER).read_bytes(), expected)


if __name__ == "__main__":
    bazel_modules.main()
