"""A real containerd imports the archive, shows its name and runs the program."""

import daemons
import judge
import samples


class Containerd(judge.Judge):
    """One daemon for each test, so that it has no layers yet."""

    clients = ("containerd", "ctr", "runc")
    as_root = True

    def test_docker_archive_with_gzip_layers(self):
        self.check(samples.program(self.folder), "docker-archive:{}:app:latest",
                   "docker.io/library/app:latest")

    def test_oci_archive_with_zstd_layers(self):
        self.check(samples.program(self.folder), "oci-archive:{}:latest", "local/x:latest",
                   "--compression", "zstd")

    def test_odd_names_and_kinds_with_zstd_layers(self):
        self.check(samples.odd(self.folder), "oci-archive:{}:latest", "local/x:latest",
                   "--compression", "zstd")

    def test_load(self):
        binary = samples.odd(self.folder)
        image, name = f"oci:{self.folder}/layout:odd:1", "docker.io/library/odd:1"
        with daemons.containerd(self.folder) as ctr:
            variables = {"CONTAINERD_ADDRESS": ctr[2], "CONTAINERD_SNAPSHOTTER": "native"}
            samples.build(binary, image, "--base", samples.base())
            samples.kill_half_way(image, "--to", "containerd", **variables)
            sent, layers = samples.load(image, "--to", "containerd", **variables)
            self.assertEqual(sent, layers)
            for number in range(2):
                samples.change_token(binary)
                samples.build(binary, image, "--base", samples.base())
                self.assertEqual(samples.load(image, "--to", "containerd", **variables),
                                 (1, layers))
                self.assertEqual(judge.run([*ctr, "run", "--rm", "--snapshotter", "native", name,
                                            f"{self.folder.name}-{number}"]),
                                 samples.token_of(binary))

    def check(self, binary, output, name, *options):
        archive = self.folder / "image.tar"
        samples.build(binary, output.format(archive), "--base", samples.base(), *options)
        expected = (samples.token_of(binary) if binary.name == "odd"
                    else samples.output_from_runfiles(binary))
        with daemons.containerd(self.folder) as ctr:
            judge.run([*ctr, "image", "import", "--snapshotter", "native",
                       "--base-name", "local/x", archive])
            self.assertEqual(judge.run([*ctr, "image", "ls", "-q"]), f"{name}\n")
            self.assertEqual(judge.run([*ctr, "run", "--rm", "--snapshotter", "native", name,
                                        self.folder.name]), expected)


if __name__ == "__main__":
    judge.main()
