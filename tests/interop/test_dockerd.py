"""A real Docker Engine loads the archive and runs the program as it runs from its runfiles."""

import contextlib

import daemons
import judge
import samples

VENV_PYTHON = "/app/app.runfiles/_main/_app.venv/bin/python3"


class Dockerd(judge.Judge):
    """One daemon for each test, so that it has no layers yet."""

    clients = ("docker", "dockerd")
    as_root = True

    def test_python_program(self):
        binary = samples.program(self.folder)
        with self.loaded(binary) as docker:
            run = [*docker, "run", "--rm", "--network", "none"]
            self.assertEqual(judge.run([*run, "app:latest"]),
                             samples.output_from_runfiles(binary))
            # The Python of the virtual environment must also work when it is started directly.
            code = "import numpy, sys; print(sys.prefix)"
            self.assertEqual(judge.run([*run, "--workdir", "/", "--entrypoint", VENV_PYTHON,
                                        "app:latest", "-c", code]),
                             "/app/app.runfiles/_main/_app.venv\n")

    def test_python_program_of_rules_python_1_7_0(self):
        binary = samples.program(self.folder, "1.7.0")
        self.check_output(binary, "app:latest", samples.output_from_runfiles(binary))

    def test_odd_names_and_kinds(self):
        binary = samples.odd(self.folder)
        self.check_output(binary, "odd:latest", samples.token_of(binary))

    def test_plain_layers(self):
        binary = samples.odd(self.folder)
        self.check_output(binary, "odd:latest", samples.token_of(binary), "--compression", "none")

    def test_load(self):
        """`veneer load` sends all to a new engine, then what changed; also zstd, which this refuses."""
        binary = samples.odd(self.folder)
        image = f"oci:{self.folder}/layout:odd:1"
        options = ("--base", samples.base())
        with daemons.dockerd(self.folder, daemons.storage_driver(self.folder)) as docker:
            host = {"DOCKER_HOST": docker[2]}
            run = [*docker, "run", "--rm", "--network", "none", "odd:1"]
            samples.build(binary, image, *options)
            samples.kill_half_way(image, **host)
            sent, layers = samples.load(image, **host)
            self.assertEqual(sent, layers)
            self.assertEqual(judge.run(run), samples.token_of(binary))
            samples.change_token(binary)
            samples.build(binary, image, *options, "--compression", "zstd")
            self.assertEqual(samples.load(image, **host), (1, layers))
            self.assertEqual(judge.run(run), samples.token_of(binary))
            self.assertEqual(samples.load(image, "--tag", "b:2", **host), (0, layers))
            self.assertEqual(judge.run([*run[:-1], "b:2"]), samples.token_of(binary))

    def check_output(self, binary, name, expected, *options):
        with self.loaded(binary, *options) as docker:
            self.assertEqual(
                judge.run([*docker, "run", "--rm", "--network", "none", name]), expected)

    @contextlib.contextmanager
    def loaded(self, binary, *options):
        """Runs a daemon that has loaded the program's image; yields its command line."""
        archive = self.folder / "image.tar"
        name = f"{binary.name}:latest"
        samples.build(binary, f"docker-archive:{archive}:{name}", "--base", samples.base(),
                      *options)
        with daemons.dockerd(self.folder) as docker:
            judge.run([*docker, "load", "-i", archive])
            listed = judge.run([*docker, "image", "ls", "--format", "{{.Repository}}:{{.Tag}}"])
            self.assertEqual(listed, f"{name}\n")
            yield docker


if __name__ == "__main__":
    judge.main()
