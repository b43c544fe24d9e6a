"""podman loads the archives and pulls the layout, each under its name."""

import json
import os
import subprocess

import daemons
import judge
import samples


class Podman(judge.Judge):
    """podman reads every layer when it loads an image, and checks the config's diff ids."""

    clients = ("podman",)
    as_root = True

    def setUp(self):
        super().setUp()
        self.podman = ["podman", "--root", self.folder / "storage", "--runroot",
                       self.folder / "run", "--storage-driver", "vfs"]
        self.binary = samples.odd(self.folder)

    def test_load_docker_archive(self):
        archive = self.folder / "image.tar"
        samples.build(self.binary, f"docker-archive:{archive}:odd:latest",
                      "--base", samples.base())
        judge.run([*self.podman, "load", "-i", archive])
        self.assertEqual(self.names(), ["docker.io/library/odd:latest"])

    def test_load_from_standard_output(self):
        build = [os.environ["VENEER"], "build", self.binary, "--base", samples.base(),
                 "-o", "docker-archive:-:piped:latest"]
        with subprocess.Popen(build, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as process:
            judge.run([*self.podman, "load"], stdin=process.stdout)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(self.names(), ["docker.io/library/piped:latest"])

    def test_load_oci_archive_with_zstd_layers(self):
        archive = self.folder / "image.tar"
        samples.build(self.binary, f"oci-archive:{archive}:1.0", "--base", samples.base(),
                      "--compression", "zstd")
        judge.run([*self.podman, "load", "-i", archive])
        self.assertEqual(len(self.images()), 1)

    def test_pull_layout(self):
        samples.build(self.binary, f"oci:{self.folder}/layout:latest", "--base", samples.base())
        identity = judge.run([*self.podman, "pull", "-q", f"oci:{self.folder}/layout:latest"])
        config = samples.Layout(self.folder / "layout").manifest["config"]["digest"]
        self.assertEqual("sha256:" + identity.strip(), config)

    def test_load(self):
        image = f"oci:{self.folder}/layout:odd:1"
        config = self.folder / "storage.conf"
        config.write_text(f'[storage]\ndriver = "vfs"\nrunroot = "{self.folder}/run"\n'
                          f'graphroot = "{self.folder}/storage"\n')
        command = {"CONTAINERS_STORAGE_CONF": str(config)}
        socket = self.folder / "podman.sock"
        service = {"CONTAINER_HOST": f"unix://{socket}"}
        samples.build(self.binary, image, "--base", samples.base())
        samples.kill_half_way(image, "--to", "podman", **command)
        sent, layers = samples.load(image, "--to", "podman", **command)
        self.assertEqual((sent, self.names()), (layers, ["docker.io/library/odd:1"]))
        with daemons.daemon([*self.podman, "system", "service", "--time=0", f"unix://{socket}"],
                            self.folder, ["test", "-S", socket]):
            for variables in (command, service):
                samples.change_token(self.binary)
                samples.build(self.binary, image, "--base", samples.base())
                self.assertEqual(samples.load(image, "--to", "podman", **variables), (1, layers))
                config = samples.Layout(self.folder / "layout").manifest["config"]["digest"]
                self.assertIn(config, ["sha256:" + image["Id"] for image in self.images()
                                       if image.get("Names")])

    def images(self):
        return json.loads(judge.run([*self.podman, "images", "--format", "json"]))

    def names(self):
        return [name for image in self.images() for name in image["Names"]]


if __name__ == "__main__":
    judge.main()
