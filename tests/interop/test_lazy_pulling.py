"""stargz-snapshotter mounts eStargz layers, so a container starts with a part of its image.

The registry counts what was fetched. containerd is of Debian's testing suite.
"""

import contextlib
import json
import os
import pathlib
import shutil
import tarfile

import daemons
import judge
import samples
import today

HERE = pathlib.Path(__file__).resolve().parent
PLUGINS = """
[proxy_plugins.stargz]
type = "snapshot"
address = "{}"
[proxy_plugins.stargz.exports]
enable_remote_snapshot_annotations = "true"
[[plugins."io.containerd.transfer.v1.local".unpack_config]]
platform = "linux"
snapshotter = "stargz"
"""
# Otherwise the snapshotter begins to fetch what nobody reads, some seconds after the pull.
CONFIG = {"no_background_fetch": True}
NAME = "unread.bin"
SIZE = 8_000_000
# Prints the SHA-256 of each file of the program, and the text of each symlink.
LIST_FILES = """
shopt -s globstar dotglob
for path in /app/**; do
  if [[ -L $path ]]; then echo "$(readlink "$path")  $path"
  elif [[ -f $path ]]; then files+=("$path")
  fi
done
sha256sum "${files[@]}"
"""


class LazyPulling(judge.Judge):
    """A containerd with a snapshotter for each test, and an image with a file that nobody reads."""

    clients = ("docker-registry", "go", "mmdebstrap", "nsenter", "skopeo", "unshare")
    as_root = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not os.path.exists("/dev/fuse"):
            # tests/interop/test_estargz.py reads such layers without it.
            judge.unavailable("this kernel has no FUSE")
        cls.snapshotter = samples.shared_folder() / "snapshotter-daemon"
        sources = samples.shared_folder() / "snapshotter"
        shutil.copytree(HERE / "snapshotter", sources, dirs_exist_ok=True)
        judge.run(["go", "build", "-buildvcs=false", "-o", cls.snapshotter, "."], cwd=sources,
                  timeout=600, env={**os.environ, "GOFLAGS": "-mod=readonly"})

    def setUp(self):
        super().setUp()
        self.inside = today.inside(self.folder, samples.shared_folder())
        self.binary = samples.odd(self.folder / "program")
        (self.binary.parent / "odd.runfiles" / "_main" / NAME).write_bytes(os.urandom(SIZE))
        # If one layer has no table, containerd fetches it and all that are above it.
        self.base = f"oci:{self.folder}/base:base"
        judge.veneer("convert", samples.base(), self.base, "--compression=estargz")

    def test_a_container_starts_with_a_part_of_its_image(self):
        with self.pulled() as (run, sent):
            self.assertLess(sent(), 0.05 * self.size())
            self.assertEqual(run(), samples.token_of(self.binary))
            self.assertLess(sent(), 0.2 * self.size())
            self.assertEqual(sorted(run("bash", "-c", LIST_FILES).splitlines()),
                             sorted(self.expected_files()))
            self.assertGreater(sent(), SIZE)

    def test_what_a_list_names_is_fetched_before_the_container_starts(self):
        names = self.folder / "start"
        names.write_text(f"/app/odd.runfiles/_main/{NAME}\n")
        with self.pulled("--prioritize", names) as (run, sent):
            self.assertEqual(run(), samples.token_of(self.binary))
            self.assertGreater(sent(), SIZE)
            self.assertLess(sent(), SIZE + 0.2 * self.size())

    @contextlib.contextmanager
    def pulled(self, *options):
        """Builds, pushes and pulls the image.

        Yields a function that runs a command of it, and one that says what the registry has sent.
        """
        image = f"oci:{self.folder}/image:1"
        samples.build(self.binary, image, "--base", self.base, "--compression=estargz", *options)
        for name in ("registry", "snapshotter"):
            (self.folder / name).mkdir()
        with daemons.registry(self.folder / "registry", "info") as host, self.containerd() as ctr:
            name = f"{host}/team/odd:1"
            judge.run(["skopeo", "copy", "--dest-tls-verify=false", "--preserve-digests", image,
                       f"docker://{name}"])
            before = daemons.sent_blobs(self.folder / "registry")
            judge.run([*ctr, "image", "pull", "--plain-http", "--snapshotter=stargz", name])
            yield (lambda *command: judge.run([*ctr, "run", "--rm", "--snapshotter=stargz", name,
                                               "container", *command]),
                   lambda: daemons.sent_blobs(self.folder / "registry") - before)

    @contextlib.contextmanager
    def containerd(self):
        """Runs a containerd whose snapshotter mounts in the same mount namespace."""
        folder = self.folder / "snapshotter"
        socket = folder / "socket"
        with daemons.daemon([*self.inside, self.snapshotter, folder, socket, json.dumps(CONFIG)],
                            folder, ["test", "-S", socket]) as process:
            inside = ["nsenter", f"--mount=/proc/{process.pid}/ns/mnt", "env",
                      "PATH=/usr/sbin:/usr/bin"]
            with daemons.containerd(self.folder, inside, PLUGINS.format(socket)) as ctr:
                yield ctr

    def size(self):
        """Returns the size of all layers of the image."""
        layers = samples.Layout(self.folder / "image").manifest["layers"]
        return sum(layer["size"] for layer in layers)

    def expected_files(self):
        """Returns the lines of LIST_FILES, by the tars of the image."""
        lines = {}
        for blob, _ in samples.Layout(self.folder / "image").layers():
            with tarfile.open(blob) as tar:
                for member in tar:
                    if not member.isdir() and member.name.startswith("app/"):
                        value = (member.linkname if member.issym()
                                 else samples.sha256(tar.extractfile(member).read()))
                        lines[member.name] = f"{value}  /{member.name}"
        return lines.values()


if __name__ == "__main__":
    judge.main()
