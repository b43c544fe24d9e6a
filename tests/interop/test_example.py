"""The example without Bazel runs to its end, and its image in a container."""

import os
import pathlib

import daemons
import judge

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "venv" / "run"
SECONDS = 600


class Example(judge.Judge):
    """It takes the veneer under test."""

    clients = ("docker", "dockerd")
    as_root = True

    def test_from_a_virtual_environment_to_a_running_container(self):
        with daemons.dockerd(self.folder) as docker:
            said = judge.run([EXAMPLE], SECONDS,
                             env={**os.environ, "DOCKER_HOST": docker[docker.index("-H") + 1]})
            self.assertIn("\n- docker run --rm shop:1\n", said)
            self.assertTrue(said.endswith("- the same as it prints from its environment\n"), said)


if __name__ == "__main__":
    judge.main()
