"""Gzip readers of other languages read a layer to its end.

Several of them silently stop after the first member of a gzip file that has many.
"""

import hashlib
import pathlib
import tarfile

import judge
import samples

HERE = pathlib.Path(__file__).resolve().parent


class Reader(judge.Judge):
    """Builds a program's layers. Each subclass decompresses them with another reader."""

    def layers(self):
        binary = samples.odd(self.folder)
        samples.build(binary, f"oci:{self.folder}/image:latest", "--compression", "gzip")
        layers = samples.Layout(self.folder / "image").layers()
        planned = samples.plan(binary)
        self.assertEqual(len(layers), len(planned))
        return zip(layers, planned)

    def check_gunzip(self, *command):
        """Runs COMMAND BLOB OUTPUT for each layer, and checks digest and names of the output."""
        output = self.folder / "layer.tar"
        for (blob, diff_id), layer in self.layers():
            judge.run([*command, blob, output])
            digest = hashlib.sha256(output.read_bytes()).hexdigest()
            self.assertEqual("sha256:" + digest, diff_id)
            with tarfile.open(output, "r:") as tar:
                self.assertEqual(names(tar), samples.tar_names(layer))


def names(tar):
    return [member.name + ("/" if member.isdir() else "") for member in tar]


class Gzip(Reader):
    """Tests gzip(1)."""

    clients = ("gzip", "bash")

    def test_gzip_finds_no_fault(self):
        for (blob, _), _ in self.layers():
            with open(blob, "rb") as file:
                judge.run(["gzip", "-t"], stdin=file)

    def test_gunzip(self):
        self.check_gunzip("bash", "-c", 'gzip -dc <"$0" >"$1"')


class Python(Reader):
    """Tests Python's tarfile on a stream, which reads only one gzip member."""

    def test_tarfile_as_a_stream(self):
        for (blob, _), layer in self.layers():
            with open(blob, "rb") as file, tarfile.open(fileobj=file, mode="r|gz") as tar:
                self.assertEqual(names(tar), samples.tar_names(layer))


class Node(Reader):
    """Tests the zlib of Node."""

    clients = ("node",)

    def test_gunzip(self):
        self.check_gunzip("node", HERE / "gunzip.js")


class Java(Reader):
    """Tests Java's GZIPInputStream on a stream that, like a socket, has no known length."""

    clients = ("java", "javac")

    def test_gunzip(self):
        judge.run(["javac", "-d", self.folder, HERE / "Gunzip.java"])
        self.check_gunzip("java", "-cp", self.folder, "Gunzip")


if __name__ == "__main__":
    judge.main()
