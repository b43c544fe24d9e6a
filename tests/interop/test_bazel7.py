"""Bazel 7 builds images through veneer's rules, with modules and with links that rules declare.

If Debian's archive cannot give that Bazel, the test is skipped, even where no other may be.
"""

import os
import unittest.mock

import bazel7_images
import bazel_modules
import bazel_refused
import bazel_workspace
import daemons
import judge
import remote_execution
import samples
import test_bazel
from bazel7_toolchains import Toolchains  # noqa: F401  (its tests run here)

LOCAL = "--spawn_strategy=local"
WORKER = "--@veneer//bazel:worker"
# How actions can run.
WAYS = {
    "local": [LOCAL],
    "linux-sandbox": [test_bazel.SANDBOX, "--spawn_strategy=linux-sandbox"],
    "processwrapper-sandbox": [test_bazel.SANDBOX, "--spawn_strategy=processwrapper-sandbox"],
    "worker": [WORKER, "--spawn_strategy=worker,local", "--noworker_multiplex"],
    "multiplex worker": [WORKER, "--spawn_strategy=worker,local"],
    "worker in a sandbox": [WORKER, "--spawn_strategy=worker,local", "--worker_sandboxing"],
    "multiplex worker in a sandbox": [
        WORKER, "--spawn_strategy=worker,local", "--worker_sandboxing",
        "--experimental_worker_multiplex_sandboxing"],
    "paths without configuration": [test_bazel.SANDBOX, "--experimental_output_paths=strip",
                                    "--spawn_strategy=linux-sandbox"],
    "paths without configuration, in a worker": [
        test_bazel.SANDBOX, WORKER, "--experimental_output_paths=strip",
        "--spawn_strategy=worker,linux-sandbox", "--worker_sandboxing",
        "--experimental_worker_multiplex_sandboxing"],
}
# The runfiles of //declared:program, with the texts of links; None: a file.
DECLARED = {
    "_main/declared/absolute": "/usr/bin/python3",
    "_main/declared/dangling": "/nowhere/at/all",
    "_main/declared/deep/relative": "../../modules/x",
    "_main/declared/to_input": "/proc/self/cwd/declared/source.txt",
    "_main/beside/own": "../../modules/x",
    "beside/root": "/usr/bin/python3",
    "_main/declared/copy_of_generated.txt": None,
    "_main/declared/copy_of_source.txt": None,
    "_main/declared/generated.txt": None,
    "_main/declared/program": None,
    "_main/declared/tree/file": None,
}


class Bazel7(bazel7_images.Images, judge.Judge):
    """Tests that share a workspace."""

    clients = ("mmdebstrap",)
    as_root = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(judge.scratch())
        cls.bazel = cls.enterClassContext(
            bazel_workspace.workspace(folder, kind=bazel_modules.ModuleWorkspace))
        test_bazel.add_extra_tar(cls.bazel.root)

    def links(self):
        """Returns the runfiles in the image of //declared, with the texts of links."""
        runfiles = "app/program.runfiles/"
        tree = test_bazel.image_tree(self.bazel.bin("declared/image"))
        return {path.removeprefix(runfiles): member.linkname or None
                for path, member in tree.items()
                if path.startswith(runfiles) and not member.isdir() and "mapping" not in path}

    def test_declared_links_stay_links_in_whichever_way_actions_run(self):
        found = {}
        for way, options in WAYS.items():
            with self.subTest(way):
                ran = test_bazel.executed_anew(self.bazel, "//declared:image", *options)
                self.assertGreater(test_bazel.count(ran).get("VeneerPlan", 0), 0)
                self.assertEqual(self.links(), DECLARED)
                found[way] = tuple(test_bazel.digests(self.bazel.bin("declared/image")))
        self.assertEqual(len(set(found.values())), 1, found)

    def test_remote_execution_keeps_declared_links(self):
        self.bazel.build("//declared:image", LOCAL)
        local = test_bazel.digests(self.bazel.bin("declared/image"))
        with remote_execution.remote_execution(self.folder / "grid") as server:
            ran = test_bazel.executed_anew(self.bazel, "//declared:image",
                                           f"--remote_executor=grpc://{server}",
                                           "--spawn_strategy=remote", test_bazel.COPIES)
            self.assertEqual({runner for mnemonic, _, runner in ran
                              if mnemonic.startswith("Veneer")}, {"remote"})
            self.assertEqual(self.links(), DECLARED)
            self.assertEqual(test_bazel.digests(self.bazel.bin("declared/image")), local)

    def test_an_image_runs_in_an_engine(self):
        judge.need("docker", "dockerd")
        self.bazel.build("//:image", "//:image_load", LOCAL)
        tree = test_bazel.image_tree(self.bazel.bin("image"))
        python = tree["app/app.runfiles/_main/_app.venv/bin/python3"]
        self.assertEqual(python.linkname, "../../../_main~_repo_rules~python_3_11/bin/python3")
        with daemons.dockerd(self.folder) as docker:
            judge.run([self.bazel.bin("image_load")], env={**os.environ, "DOCKER_HOST": docker[2]})
            self.assertEqual(
                judge.run([*docker, "run", "--rm", "--network", "none", "app:latest"]),
                test_bazel.EXPECTED.replace("tested/", "_main/"))

    def test_bazel_run_hands_the_image_to_an_engine(self):
        stub = self.bazel.output_root.parent / "loader"
        stub.write_text('#!/bin/sh\necho "$@" >"$0.said"\ncat >"$0.tar"\n')
        stub.chmod(0o755)
        with unittest.mock.patch.dict(os.environ, VENEER_ENGINE=str(stub)):
            self.bazel.bazel("run", LOCAL, "//:image_load", "--", "--timeout", "100")
        self.assertEqual(stub.with_name("loader.said").read_text(), "load\n")
        judge.veneer("verify", f"docker-archive:{stub}.tar:app:latest")

    def test_strategies_make_equal_bytes(self):
        found = {}
        for way in ("local", "linux-sandbox", "multiplex worker"):
            test_bazel.executed_anew(self.bazel, "//:image", *WAYS[way])
            found[way] = tuple(test_bazel.digests(self.bazel.bin("image")))
        self.assertEqual(len(set(found.values())), 1, found)

    def test_a_changed_line_reruns_the_app_layer_and_the_image_alone(self):
        self.bazel.build("//:image", LOCAL)
        with self.bazel.changed_line():
            self.assertEqual(test_bazel.names(self.bazel.executed("//:image", LOCAL)),
                             test_bazel.APP_ACTIONS)

    def test_configurations_share_layers_where_their_paths_are_mapped(self):
        mapped = (test_bazel.SANDBOX, "--spawn_strategy=linux-sandbox",
                  "--experimental_output_paths=strip")
        layers = {}
        for way, options in (("as it is", ()), ("mapped", mapped)):
            cache = f"--disk_cache={self.bazel.output_root.parent / way}"
            self.bazel.bazel("clean")
            self.bazel.build("//attributes:small_layers", cache, *options)
            ran = self.bazel.executed("//attributes:small_layers", "-c", "opt", cache, *options)
            layers[way] = [path.rpartition("/")[2] for mnemonic, path, _ in ran
                           if mnemonic == "VeneerLayer"]
        every = ["app.tar.gz", "deps-1.tar.gz", "interpreter.tar.gz"]
        self.assertEqual({way: sorted(names) for way, names in layers.items()},
                         {"as it is": every, "mapped": ["app.tar.gz"]})

    def test_modules_have_bases_of_one_name(self):
        self.bazel.build("//modules:on_debian", "//modules:on_ours", "//modules:on_theirs",
                         "@other//:image", LOCAL)
        ours, theirs = (test_bazel.digests(self.bazel.bin(f"modules/on_{name}"))
                        for name in ("ours", "theirs"))
        self.assertEqual(theirs[1:], ours[1:])
        self.assertEqual(test_bazel.digests(self.bazel.bin("external/other~/image")), theirs)

    def test_a_program_of_rules_python_is_an_image(self):
        self.bazel.build("//modules:tool_image", LOCAL)
        tree = test_bazel.image_tree(self.bazel.bin("modules/tool_image"))
        self.assertTrue(tree["app/tool.runfiles/_main/modules/tool.py"].isreg())
        self.assertTrue(tree["app/tool.runfiles/_main/first_party/greeting.py"].isreg())

    def test_an_index_has_an_image_for_each_platform(self):
        self.bazel.build("//:index", LOCAL)
        test_bazel.Bazel.check_index(self, samples.Layout(self.bazel.bin("index")))

    def test_values_that_no_action_can_use_are_refused_by_analysis(self):
        bazel_refused.check(self, self.bazel,
                            {**bazel_refused.REFUSED, **bazel_refused.REFUSED_TESTS})

    def test_toolchains_are_visible_to_all(self):
        checked = ("--nobuild", "--incompatible_check_visibility_for_toolchains")
        self.bazel.build("//declared:image", *checked)
        self.bazel.build("//declared:image", "--extra_toolchains=@veneer//bazel:built", *checked)


class Example(judge.Judge):
    """The workspace of examples/bazel, with its MODULE.bazel."""

    clients = ("mmdebstrap", "docker", "dockerd")
    as_root = True

    def test_its_image_runs(self):
        with bazel_modules.example(self.folder / "example") as bazel:
            bazel.build("//app:image", "//app:image_load")
            judge.veneer("verify", f"oci:{bazel.bin('app/image')}")
            with daemons.dockerd(self.folder) as docker:
                judge.run([bazel.bin("app/image_load")],
                          env={**os.environ, "DOCKER_HOST": docker[2]})
                said = judge.run([*docker, "run", "--rm", "--network", "none", "app:latest"])
        self.assertIn("numpy", said)


if __name__ == "__main__":
    bazel_modules.main()
