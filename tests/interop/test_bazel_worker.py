"""A real Bazel runs veneer's actions in persistent workers, with the same results as without."""

import os
import re
import time
import unittest.mock

import bazel_workspace
import judge
import test_bazel

WORKER = ["--@veneer//bazel:worker"]
# Later versions than Bazel 4 do so by default.
MULTIPLEX = [*WORKER, "--experimental_worker_multiplex"]
ACTIONS = {"VeneerPlan": 1, "VeneerLayer": 5, "VeneerImage": 1}
BROKEN = """load("@veneer//bazel:defs.bzl", "veneer_image")

veneer_image(
    name = "broken",
    tars = ["bad.tar"],
)
"""
TRACED = """#!/bin/sh
exec strace -f -y -qq -e trace=openat -e signal=none -o {folder}/$$ {veneer} "$@"
"""


def runners(actions):
    """Returns the runners of veneer's actions."""
    return {runner for mnemonic, _, runner in actions if mnemonic.startswith("Veneer")}


class BazelWorker(judge.Judge):
    """Tests that share a workspace."""

    clients = ("bazel", "strace")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(judge.scratch())
        cls.temporary = folder / "temporary"
        cls.temporary.mkdir()
        # Bazel passes TMPDIR to the workers, which keep their store there.
        cls.enterClassContext(unittest.mock.patch.dict(os.environ, TMPDIR=str(cls.temporary)))
        cls.bazel = cls.enterClassContext(cls.workspace(folder / "first"))

    @staticmethod
    def workspace(folder):
        """Makes the tested workspace in a folder."""
        folder.mkdir()
        return bazel_workspace.workspace(folder)

    def built_anew(self, *arguments):
        """Builds without earlier outputs; returns the image's digests and the actions' runners."""
        self.bazel.bazel("clean")
        ran = self.bazel.executed("//:image", *arguments)
        self.assertEqual(test_bazel.count(ran), ACTIONS)
        return test_bazel.digests(self.bazel.bin("image")), runners(ran)

    def test_workers_make_the_same_bytes_at_the_first_time_and_later(self):
        expected, ran_by = self.built_anew(test_bazel.SANDBOX, "--spawn_strategy=linux-sandbox")
        self.assertEqual(ran_by, {"linux-sandbox"})
        for options in (WORKER, MULTIPLEX, [*WORKER, "--worker_sandboxing"]):
            for turn in ("cold", "warm"):
                with self.subTest(options=options, turn=turn):
                    self.assertEqual(self.built_anew(*options), (expected, {"worker"}))

    def test_without_workers_among_the_strategies_actions_are_plain_ones(self):
        _, ran_by = self.built_anew("--@veneer//bazel:worker", "--spawn_strategy=local")
        self.assertEqual(ran_by, {"local"})

    def test_a_changed_line_gives_the_bytes_of_a_build_without_workers(self):
        found = {}
        for name, options in (("worker", WORKER), ("plain", ["--spawn_strategy=local"])):
            self.built_anew(*options)
            with self.bazel.changed_line():
                self.assertEqual(test_bazel.names(self.bazel.executed("//:image", *options)),
                                 test_bazel.APP_ACTIONS)
                found[name] = test_bazel.digests(self.bazel.bin("image"))
            # The worker still has the layer from before the change.
            self.bazel.build("//:image", *options)
            self.assertNotEqual(test_bazel.digests(self.bazel.bin("image")), found[name])
        self.assertEqual(found["worker"], found["plain"])

    def test_a_fault_is_reported_as_without_a_worker(self):
        broken = self.bazel.root / "broken"
        broken.mkdir()
        (broken / "BUILD.bazel").write_text(BROKEN)
        (broken / "bad.tar").write_text("nonsense\n")
        told = {}
        for name, options in (("worker", WORKER), ("plain", ["--spawn_strategy=local"])):
            with self.assertRaises(AssertionError) as failure:
                self.bazel.build("//broken", *options)
            told[name] = re.findall("^.*bad.tar.*$", str(failure.exception), re.MULTILINE)
        self.assertEqual(told["worker"],
                         ["broken/bad.tar: error: is not a tar, plain or compressed"])
        self.assertEqual(told["worker"], told["plain"])
        # The worker goes on after the fault.
        self.bazel.build("//:image", *WORKER)

    def test_inputs_that_stay_the_same_are_not_opened(self):
        folder = self.folder / "opened"
        temporary = self.folder / "temporary"
        folder.mkdir()
        temporary.mkdir()
        # With the same TMPDIR, the workers of both workspaces would share a store.
        with (unittest.mock.patch.dict(os.environ, TMPDIR=str(temporary)),
              self.workspace(self.folder / "second") as bazel):
            program = bazel.root / "tools" / "veneer_program"
            program.unlink()
            program.write_text(TRACED.format(folder=folder, veneer=os.environ["VENEER"]))
            program.chmod(0o755)
            bazel.build("//:image", *MULTIPLEX)
            first = opened(folder, bazel)
            self.assertGreater(len([path for path in first if path.startswith("external/")]), 500)
            with bazel.changed_line():
                ran = bazel.executed("//:image", *MULTIPLEX)
            self.assertEqual((test_bazel.names(ran), runners(ran)),
                             (test_bazel.APP_ACTIONS, {"worker"}))
            again = opened(folder, bazel)
            self.assertIn("first_party/greeting.py", again)
            self.assertEqual({path for path in again if path.startswith("external/")}, {
                # It is in the same frame of the layer `app` as the changed line.
                "external/outside/unseen.txt",
                # For an inode with two names, the first bytes are read to see if it is a program.
                "external/python_3_11/bin/python",
                "external/python_3_11/lib/python3.11/_sysconfigdata__linux_x86_64-linux-gnu.py"})

    def test_workers_leave_nothing_behind(self):
        self.bazel.build("//:image", *WORKER)
        self.bazel.bazel("clean")
        self.bazel.build("//:image", *WORKER)
        self.assertEqual([path.name for path in self.temporary.iterdir()],
                         [f"veneer-worker-{os.geteuid()}"])
        self.bazel.bazel("shutdown")
        for _ in range(100):
            if not list(self.temporary.iterdir()):
                return
            time.sleep(0.1)
        self.fail("what the workers kept is still there")


def opened(folder, bazel):
    """Returns the files that traced processes opened since the last call.

    The paths are below the execution root, whatever paths the processes used.
    """
    places = {os.path.realpath(place): f"external/{name}"
              for name, place in bazel.repositories.items()}
    places[os.path.realpath(bazel.root)] = "."
    call = r'openat\((?:AT_FDCWD|\d+)<([^>]*)>, "([^"]*)", ([A-Z_|]*)'
    paths = []
    for trace in folder.iterdir():
        for directory, path, flags in re.findall(call, trace.read_text()):
            # With O_PATH a directory is opened for neither reading nor writing.
            if "O_PATH" in flags:
                continue
            path = re.sub("^.*/execroot/[^/]+/", "", os.path.join(directory, path))
            above = max((place for place in places if path.startswith(place + "/")), key=len,
                        default="")
            paths.append(os.path.normpath(places.get(above, "") + path[len(above):]))
        os.truncate(trace, 0)
    return paths


if __name__ == "__main__":
    judge.main()
