"""The engines of Debian's testing suite take what `veneer load` sends: all, and after a change less."""

import itertools
import os
import shlex

import daemons
import judge
import samples
import today


class Today(judge.Judge):
    """A daemon for each test; one image, and another version of it in which one file changed."""

    clients = ("docker", "mmdebstrap", "unshare")
    as_root = True

    def setUp(self):
        super().setUp()
        self.inside = today.inside(self.folder)
        self.binary = samples.odd(self.folder / "program")
        self.image = f"oci:{self.folder}/layout:odd:1"

    def build(self, *options):
        """Builds the image."""
        samples.build(self.binary, self.image, "--base", samples.base(), *options)

    def check(self, run, engine, expected_layers, *options, **variables):
        """Loads the image, then another version of it, with other layers by `options`.

        `run` returns what a container prints.
        """
        self.build()
        samples.kill_half_way(self.image, "--to", engine, **variables)
        sent, layers = samples.load(self.image, "--to", engine, **variables)
        self.assertEqual(sent, layers)
        self.assertEqual(run(), samples.token_of(self.binary))
        samples.change_token(self.binary)
        self.build(*options)
        self.assertEqual(samples.load(self.image, "--to", engine, **variables),
                         (expected_layers or layers, layers))
        self.assertEqual(run(), samples.token_of(self.binary))

    def command(self, name):
        """Makes a command of the root one of this machine; returns the PATH that it is on."""
        place = self.folder / "bin" / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, self.inside))} {name} "$@"\n')
        place.chmod(0o755)
        return f"{place.parent}:{os.environ['PATH']}"

    def check_docker(self, expected_layers, driver, *options):
        """Checks a Docker Engine."""
        with daemons.dockerd(self.folder, driver, self.inside, options) as docker:
            run = [*docker, "run", "--rm", "--network", "none", "odd:1"]
            self.check(lambda: judge.run(run), "docker", expected_layers, "--compression", "zstd",
                       DOCKER_HOST=docker[2])

    def test_docker_with_its_classic_image_store(self):
        self.check_docker(1, daemons.storage_driver(self.folder))

    def test_docker_with_the_containerd_image_store(self):
        driver = daemons.storage_driver(self.folder).replace("overlay2", "overlayfs")
        self.check_docker(None, driver.replace("vfs", "native"), "--feature",
                          "containerd-snapshotter=true")

    def test_containerd(self):
        with daemons.containerd(self.folder, self.inside) as ctr:
            containers = itertools.count()
            run = [*ctr, "run", "--rm", "--snapshotter", "native", "--fifo-dir",
                   self.folder / "fifo", "docker.io/library/odd:1"]
            self.check(lambda: judge.run([*run, f"container-{next(containers)}"]), "containerd", 1,
                       PATH=self.command("ctr"), CONTAINERD_ADDRESS=ctr[-1],
                       CONTAINERD_SNAPSHOTTER="native")

    def test_podman(self):
        """podman does not start containers here, so the image's own word counts."""
        config = self.folder / "storage.conf"
        config.write_text(f'[storage]\ndriver = "overlay"\nrunroot = "{self.folder}/run"\n'
                          f'graphroot = "{self.folder}/storage"\n')
        path = {"PATH": self.command("podman"), "CONTAINERS_STORAGE_CONF": str(config)}
        service = self.folder / "podman.sock"
        podman = [*self.inside, "env", f"CONTAINERS_STORAGE_CONF={config}", "podman"]
        config_of = lambda: samples.Layout(self.folder / "layout").manifest["config"]["digest"]
        identity = [*podman, "image", "inspect", "--format", "sha256:{{.Id}}", "odd:1"]
        self.build()
        sent, layers = samples.load(self.image, "--to", "podman", **path)
        self.assertEqual((sent, judge.run(identity)), (layers, config_of() + "\n"))
        with daemons.daemon([*podman, "system", "service", "--time=0", f"unix://{service}"],
                            self.folder, ["test", "-S", service]):
            for variables in (path, {"CONTAINER_HOST": f"unix://{service}"}):
                samples.change_token(self.binary)
                self.build()
                self.assertEqual(samples.load(self.image, "--to", "podman", **variables),
                                 (1, layers))
                self.assertEqual(judge.run(identity), config_of() + "\n")

    def test_podman_pulls_files_that_it_lacks_alone(self):
        """The registry counts what podman asks for of a zstd:chunked image, and of the next one."""
        judge.need("docker-registry", "skopeo")
        config = self.folder / "storage.conf"
        config.write_text(
            f'[storage]\ndriver = "overlay"\nrunroot = "{self.folder}/run"\n'
            f'graphroot = "{self.folder}/storage"\n'
            '[storage.options]\npull_options = {enable_partial_images = "true"}\n')
        podman = [*self.inside, "env", f"CONTAINERS_STORAGE_CONF={config}", "podman"]
        tree, changed = self.folder / "tree", range(0, 200, 10)
        for number in range(200):
            place = tree / f"{number}.bin"
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(os.urandom(40_000 if number in changed else 44_000))
        (tree / "several-chunks.bin").write_bytes(os.urandom(9_000_000))
        sent = []
        with daemons.registry(self.folder, "info") as host:
            for tag in ("1", "2"):
                image = f"oci:{self.folder}/layout-{tag}:odd:{tag}"
                judge.veneer("build", "--tree", f"{tree}:/srv", "--entrypoint", "/srv/1.bin",
                             "--check=off", "--compression=zstd:chunked", "-o", image)
                judge.run(["skopeo", "copy", "--dest-tls-verify=false", "--preserve-digests",
                           image, f"docker://{host}/team/odd:{tag}"])
                before = daemons.sent_blobs(self.folder)
                identity = judge.run([*podman, "pull", "-q", "--tls-verify=false",
                                      f"{host}/team/odd:{tag}"])
                sent.append(daemons.sent_blobs(self.folder) - before)
                layout = samples.Layout(self.folder / f"layout-{tag}")
                self.assertEqual("sha256:" + identity.strip(), layout.manifest["config"]["digest"])
                for number in changed:
                    (tree / f"{number}.bin").write_bytes(os.urandom(40_000))
        self.assertGreater(sent[0], 17_000_000)
        self.assertLess(sent[1], 0.06 * sent[0])


if __name__ == "__main__":
    judge.main()
