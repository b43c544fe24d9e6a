"""bsdtar lists every layer with the names of the plan, in its order; and its benchmark works."""

import os
import pathlib
import sys

import judge
import samples


BENCHMARK = pathlib.Path(__file__).resolve().parents[2] / "bench" / "bsdtar.py"


class Bsdtar(judge.Judge):
    """One test per compression, which bsdtar recognises by the first bytes; and the benchmark."""

    clients = ("bsdtar",)

    def test_gzip(self):
        self.check("gzip")

    def test_zstd(self):
        self.check("zstd")

    def test_plain(self):
        self.check("none")

    def test_the_benchmark_finds_the_same_behind_every_path(self):
        said = judge.run([sys.executable, "-B", BENCHMARK, "--smoke", "--runs=1",
                          f"--work={self.folder}", f"--veneer={os.environ['VENEER']}"])
        self.assertIn("Paths: 242 and 242, of which 0 are in one of the two only and 0 lead to "
                      "something else.", said)

    def check(self, compression):
        binary = samples.odd(self.folder)
        samples.build(binary, f"oci:{self.folder}/image:latest", "--compression", compression)
        layers = samples.Layout(self.folder / "image").layers()
        planned = samples.plan(binary)
        self.assertEqual(len(layers), len(planned))
        for (blob, _), layer in zip(layers, planned):
            # In another locale bsdtar escapes characters that are not ASCII.
            listed = judge.run(["bsdtar", "-tf", blob], env={**os.environ, "LC_ALL": "C.UTF-8"})
            self.assertEqual(listed.splitlines(), samples.tar_names(layer))


if __name__ == "__main__":
    judge.main()
