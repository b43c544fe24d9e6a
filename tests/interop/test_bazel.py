"""A real Bazel builds images through veneer's rules, and a real engine runs them."""

import collections
import hashlib
import io
import json
import os
import tarfile
import unittest.mock

import bazel_workspace
import daemons
import judge
import remote_execution
import samples

EXPECTED = """hello, runfiles deep
prefix tested/_app.venv
numpy 2.2.6 tested/_app.venv/lib/python3.11/site-packages/numpy/__init__.py
sum 10 &lt;&amp;&gt;
tested/odd.tree/real/link one
tested/odd.tree/linked/two two
tested/odd/linked.txt the data
beside/root.txt the data
"""
APP_ACTIONS = [("VeneerPlan", "image_layers.plan"), ("VeneerLayer", "image_layers/app.tar.gz"),
               ("VeneerImage", "image")]
SANDBOX = "--@veneer//bazel:sandbox"  # else actions run outside of any
COPIES = "--@veneer//bazel:copy_blobs"  # else an image is made on this machine
STRATEGIES = ("linux-sandbox", "processwrapper-sandbox", "local")


def digests(layout):
    """Returns the digests of an image's manifest and layers."""
    image = samples.Layout(layout)
    return [image.index["manifests"][0]["digest"],
            *(layer["digest"] for layer in image.manifest["layers"])]


def image_tree(layout):
    """Returns {path: tar header} of all layers of an image."""
    tree = {}
    for blob, _ in samples.Layout(layout).layers():
        with tarfile.open(blob) as tar:
            tree.update({member.name: member for member in tar})
    return tree


def count(actions):
    """Returns {mnemonic: number} of veneer's actions."""
    mnemonics = (action[0] for action in actions)
    return dict(collections.Counter(name for name in mnemonics if name.startswith("Veneer")))


def names(actions):
    """Returns (mnemonic, path of the first output below bazel-bin) of each action."""
    return [(mnemonic, output.partition("/bin/")[2]) for mnemonic, output, _ in actions]


def add_extra_tar(root):
    """Adds a layer that veneer has not made."""
    with tarfile.open(root / "extra.tar", "w") as tar:
        info = tarfile.TarInfo("extra")
        info.size = len(b"more")
        tar.addfile(info, io.BytesIO(b"more"))


def executed_anew(bazel, *arguments):
    """Builds without earlier outputs; returns the executed actions."""
    bazel.bazel("clean")
    return bazel.executed(*arguments)


class Bazel(judge.Judge):
    """Tests that share a workspace and a second one with another output base."""

    clients = ("bazel", "skopeo")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bazel = cls.workspace(packages=100)
        cls.second = cls.workspace()

    @classmethod
    def workspace(cls, **options):
        """Makes the tested workspace in a new folder, with its own output base."""
        folder = cls.enterClassContext(judge.scratch())
        made = cls.enterClassContext(bazel_workspace.workspace(folder, **options))
        add_extra_tar(made.root)
        return made

    def test_images_run_in_an_engine(self):
        judge.need("docker", "dockerd")
        judge.need_root()
        bazel = self.bazel
        with daemons.dockerd(self.folder) as docker:
            bazel.build("//:image_load", "//:outside_image_load")
            for target in ("//:image_load", "//:outside_image_load"):
                with unittest.mock.patch.dict(os.environ, DOCKER_HOST=docker[2]):
                    bazel.bazel("run", target)
            run = [*docker, "run", "--rm", "--network", "none"]
            self.assertEqual(judge.run([*run, "app:latest"]), EXPECTED)
            self.assertEqual(judge.run([*run, "outside_image:latest"]), "from outside\n")

    def test_strategies_and_output_bases_make_equal_bytes(self):
        found = {}
        for strategy in STRATEGIES:
            ran = executed_anew(self.bazel, "//:image", SANDBOX, f"--spawn_strategy={strategy}")
            runners = {runner for mnemonic, _, runner in ran if mnemonic.startswith("Veneer")}
            self.assertEqual(runners, {strategy})
            found[strategy] = digests(self.bazel.bin("image"))
        self.second.build("//:image")
        found["another output base"] = digests(self.second.bin("image"))
        self.assertEqual(len({tuple(value) for value in found.values()}), 1, found)

    def test_remote_execution_makes_the_same_bytes(self):
        self.bazel.build("//:image")
        local = digests(self.bazel.bin("image"))
        with remote_execution.remote_execution(self.folder / "grid") as server:
            remote = ["//:image", f"--remote_executor=grpc://{server}", "--spawn_strategy=remote",
                      COPIES]
            ran = executed_anew(self.bazel, *remote)
            self.assertEqual({runner for _, _, runner in ran}, {"remote"})
            self.assertEqual(count(ran), {"VeneerPlan": 1, "VeneerLayer": 5, "VeneerImage": 1})
            self.assertEqual(digests(self.bazel.bin("image")), local)
            self.assertEqual(executed_anew(self.second, *remote), [])
            self.assertEqual(digests(self.second.bin("image")), local)

    def test_a_changed_line_reruns_the_app_layer_and_the_image_alone(self):
        first = executed_anew(self.bazel, "//:image")
        self.assertEqual(count(first), {"VeneerPlan": 1, "VeneerLayer": 5, "VeneerImage": 1})
        with self.bazel.changed_line():
            self.assertEqual(names(self.bazel.executed("//:image")), APP_ACTIONS)

    def test_two_workspaces_share_a_cache(self):
        cache = f"--disk_cache={self.folder / 'cache'}"
        executed_anew(self.bazel, "//:image", cache)
        with self.second.changed_line():
            self.assertEqual(names(executed_anew(self.second, "//:image", cache)), APP_ACTIONS)

    def test_actions_do_not_grow_with_packages(self):
        counts = {}
        for packages in (1, 10, 100):
            listed = json.loads(self.bazel.bazel(
                "aquery", "--output=jsonproto",
                f'mnemonic("Veneer.*", deps(//many:image_{packages}))'))
            counts[packages] = count((action["mnemonic"],) for action in listed["actions"])
        fixed = {"VeneerPlan": 1, "VeneerImage": 1}
        # The layers are the interpreter, the app, and the buckets with packages, of which there are
        # at most four.
        self.assertEqual(counts, {1: {**fixed, "VeneerLayer": 3}, 10: {**fixed, "VeneerLayer": 6},
                                  100: {**fixed, "VeneerLayer": 6}})

    def test_an_image_holds_what_the_runfiles_tree_shows(self):
        self.bazel.build("//:image", "//:app")
        inspected = json.loads(judge.run(["skopeo", "inspect", f"oci:{self.bazel.bin('image')}"]))
        self.assertEqual(inspected["Layers"], digests(self.bazel.bin("image"))[1:])
        runfiles = self.bazel.bin("app.runfiles")
        # Debian's Bazel has external files a second time, below the main repository.
        shown = {f"app/app.runfiles/{path.relative_to(runfiles)}"
                 for path in runfiles.rglob("*") if not path.is_dir() and path.name != "MANIFEST"
                 and not path.is_relative_to(runfiles / "tested" / "external")}
        tree = image_tree(self.bazel.bin("image"))
        self.assertGreater(len(shown), 1500)
        self.assertEqual(sorted(shown - set(tree)), [])
        odd = "app/app.runfiles/tested/odd.tree"
        # For Bazel a tree artifact consists of files. Some sandboxes do not have its links and
        # empty directories.
        files = sorted(path for path in tree if path.startswith(odd) and tree[path].isfile())
        self.assertEqual(files, [f"{odd}/linked/two", f"{odd}/real/deep/two", f"{odd}/real/link",
                                 f"{odd}/real/one"])
        self.assertNotIn(f"{odd}/empty", tree)

    def test_an_image_has_its_tag_in_the_layout(self):
        self.bazel.build("//:image")
        names = [entry["annotations"]["org.opencontainers.image.ref.name"]
                 for entry in samples.Layout(self.bazel.bin("image")).index["manifests"]]
        self.assertEqual(names, ["app:latest"])
        judge.run(["skopeo", "inspect", f"oci:{self.bazel.bin('image')}:app:latest"])

    def test_a_file_that_no_dependency_contributes_is_in_the_layer_of_the_app(self):
        self.bazel.build("//:image_layers")
        plan = (self.bazel.bin("image_layers") / "app.plan").read_text()
        self.assertIn("\nf\tapp/app.runfiles/outside/unseen.txt\t", plan)

    def test_options_of_the_rules(self):
        self.bazel.build("//:other")
        layout = samples.Layout(self.bazel.bin("other"))
        self.assertEqual([layer["annotations"]["dev.veneer.layer.name"] for layer in
                          layout.manifest["layers"][1:]],
                         ["interpreter", "deps-1", "greetings", "app"])
        self.assertEqual({layer["mediaType"] for layer in layout.manifest["layers"]},
                         {"application/vnd.oci.image.layer.v1.tar"})
        self.assertEqual(layout.manifest["annotations"], {"dev.veneer.test": "annotated"})
        self.assertEqual(layout.config["config"], {
            "User": "1000:1000", "Entrypoint": ["/app/app"],
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            "WorkingDir": "/app/app.runfiles/tested"})
        tree = image_tree(layout.folder)
        self.assertEqual(tree["extra"].size, len(b"more"))
        self.assertEqual(tree["app/app.runfiles/python_3_11"].linkname,
                         "../../srv/repos/python_3_11")
        self.assertTrue(tree["app/app.runfiles/tested/external/python_3_11/bin/python3.11"].issym())

    def test_an_index_has_an_image_for_each_platform(self):
        self.bazel.build("//:index")
        self.check_index(samples.Layout(self.bazel.bin("index")))

    def check_index(self, layout):
        """Checks a layout with an index, which is its `manifest`."""
        platforms = [entry["platform"] for entry in layout.manifest["manifests"]]
        self.assertEqual(platforms, [{"architecture": "amd64", "os": "linux"},
                                     {"architecture": "arm64", "os": "linux", "variant": "v8"}])
        for entry in layout.manifest["manifests"]:
            manifest = json.loads(layout.blob(entry).read_text())
            for descriptor in [manifest["config"], *manifest["layers"]]:
                blob = layout.blob(descriptor).read_bytes()
                self.assertEqual(f"sha256:{hashlib.sha256(blob).hexdigest()}", descriptor["digest"])


if __name__ == "__main__":
    judge.main()
