"""bsdtar lists every layer: the names of the plan, in its order."""

import os

import judge
import samples


class Bsdtar(judge.Judge):
    """One test a compression; bsdtar recognises each by its first bytes."""

    clients = ("bsdtar",)

    def test_gzip(self):
        self.check("gzip")

    def test_zstd(self):
        self.check("zstd")

    def test_plain(self):
        self.check("none")

    def check(self, compression):
        binary = samples.odd(self.folder)
        samples.build(binary, f"oci:{self.folder}/image:latest", "--compression", compression)
        layers = samples.Layout(self.folder / "image").layers()
        planned = samples.plan(binary)
        self.assertEqual(len(layers), len(planned))
        for (blob, _), layer in zip(layers, planned):
            # In another locale bsdtar escapes what is not ASCII.
            listed = judge.run(["bsdtar", "-tf", blob], env={**os.environ, "LC_ALL": "C.UTF-8"})
            self.assertEqual(listed.splitlines(), samples.tar_names(layer))


if __name__ == "__main__":
    judge.main()
