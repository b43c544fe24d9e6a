"""A real Bazel builds images through veneer's rules, and a real engine runs them."""

import collections
import contextlib
import hashlib
import io
import json
import tarfile
import time

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
STRATEGIES = ("linux-sandbox", "processwrapper-sandbox", "local")


def digests(layout):
    """The digests of an image's manifest and layers."""
    image = samples.Layout(layout)
    return [image.index["manifests"][0]["digest"],
            *(layer["digest"] for layer in image.manifest["layers"])]


def image_tree(layout):
    """Path -> tar header of all that an image's layers hold."""
    tree = {}
    for blob, _ in samples.Layout(layout).layers():
        with tarfile.open(blob) as tar:
            tree.update({member.name: member for member in tar})
    return tree


def count(actions):
    """Mnemonic -> number, of veneer's actions."""
    return dict(collections.Counter(action[0] for action in actions if action[0].startswith("Veneer")))


def add_extra_tar(root):
    """A layer that is no veneer's."""
    with tarfile.open(root / "extra.tar", "w") as tar:
        info = tarfile.TarInfo("extra")
        info.size = len(b"more")
        tar.addfile(info, io.BytesIO(b"more"))


class Bazel(judge.Judge):
    """Each test has a workspace and an output base of its own."""

    clients = ("bazel",)

    @contextlib.contextmanager
    def workspace(self, name="first", **options):
        """The tested workspace in a folder of its own."""
        folder = self.folder / name
        folder.mkdir()
        with bazel_workspace.workspace(folder, **options) as made:
            add_extra_tar(made.root)
            yield made

    def test_images_run_in_an_engine(self):
        judge.need("docker", "dockerd")
        judge.need_root()
        with self.workspace() as bazel, daemons.dockerd(self.folder) as docker:
            bazel.build("//:image_load", "//:outside_image_load")
            for target in ("//:image_load", "//:outside_image_load"):
                bazel.bazel("run", target, "--", *docker[1:])
            run = [*docker, "run", "--rm", "--network", "none"]
            self.assertEqual(judge.run([*run, "app:latest"]), EXPECTED)
            self.assertEqual(judge.run([*run, "outside_image:latest"]), "from outside\n")

    def test_strategies_and_output_bases_make_equal_bytes(self):
        found = {}
        with self.workspace() as bazel:
            for strategy in STRATEGIES:
                bazel.bazel("clean")
                ran = bazel.executed("//:image", f"--spawn_strategy={strategy}")
                self.assertEqual({runner for mnemonic, _, runner in ran if mnemonic.startswith("Veneer")},
                                 {strategy})
                found[strategy] = digests(bazel.bin("image"))
        with self.workspace("second") as bazel:
            bazel.build("//:image")
            found["another output base"] = digests(bazel.bin("image"))
        self.assertEqual(len({tuple(value) for value in found.values()}), 1, found)

    def test_remote_execution_makes_the_same_bytes(self):
        with self.workspace() as bazel, \
                remote_execution.remote_execution(self.folder / "grid") as server:
            bazel.build("//:image")
            local = digests(bazel.bin("image"))
            bazel.bazel("clean")
            remote = [f"--remote_executor=grpc://{server}", "--spawn_strategy=remote"]
            ran = bazel.executed("//:image", *remote)
            self.assertEqual({runner for _, _, runner in ran}, {"remote"})
            self.assertEqual(count(ran), {"VeneerPlan": 1, "VeneerLayer": 5, "VeneerImage": 1})
            self.assertEqual(digests(bazel.bin("image")), local)
            with self.workspace("second") as other:
                self.assertEqual(other.executed("//:image", *remote), [])
                self.assertEqual(digests(other.bin("image")), local)

    def test_a_changed_line_reruns_the_app_layer_and_the_image_alone(self):
        with self.workspace() as bazel:
            first = bazel.executed("//:image")
            self.assertEqual(count(first), {"VeneerPlan": 1, "VeneerLayer": 5, "VeneerImage": 1})
            source = bazel.root / "first_party" / "greeting.py"
            source.write_text(source.read_text().replace("{word},", "{word}!"))
            begin = time.monotonic()
            again = bazel.executed("//:image")
            print(f"rebuilt in {time.monotonic() - begin:.2f} s")
            self.assertEqual([(mnemonic, output.partition("/bin/")[2]) for mnemonic, output, _ in again],
                             [("VeneerPlan", "image_layers.plan"),
                              ("VeneerLayer", "image_layers/app.tar.gz"),
                              ("VeneerImage", "image")])

    def test_actions_do_not_grow_with_packages(self):
        with self.workspace(packages=100) as bazel:
            counts = {}
            for packages in (1, 10, 100):
                listed = json.loads(bazel.bazel(
                    "aquery", "--output=jsonproto", f'mnemonic("Veneer.*", deps(//many:image_{packages}))'))
                counts[packages] = count((action["mnemonic"],) for action in listed["actions"])
            fixed = {"VeneerPlan": 1, "VeneerImage": 1}
            # The interpreter, the app, and as many buckets as packages fall into.
            self.assertEqual(counts, {1: {**fixed, "VeneerLayer": 3}, 10: {**fixed, "VeneerLayer": 6},
                                      100: {**fixed, "VeneerLayer": 6}})

    def test_two_workspaces_share_a_cache(self):
        cache = f"--disk_cache={self.folder / 'cache'}"
        with self.workspace() as bazel:
            bazel.build("//:image", cache)
        with self.workspace("second") as bazel:
            (bazel.root / "first_party" / "greeting.py").write_text("def greet(word):\n    return word\n")
            ran = [(mnemonic, output.partition("/bin/")[2])
                   for mnemonic, output, _ in bazel.executed("//:image", cache)]
            self.assertEqual(ran, [("VeneerPlan", "image_layers.plan"),
                                   ("VeneerLayer", "image_layers/app.tar.gz"), ("VeneerImage", "image")])

    def test_an_image_holds_what_the_runfiles_tree_shows(self):
        with self.workspace() as bazel:
            bazel.build("//:image", "//:app", "--output_groups=+plan")
            runfiles = bazel.bin("app.runfiles")
            shown = {f"app/app.runfiles/{path.relative_to(runfiles)}"
                     for path in runfiles.rglob("*") if not path.is_dir() and path.name != "MANIFEST"
                     and "/external/" not in f"{path.relative_to(runfiles)}"}
            tree = image_tree(bazel.bin("image"))
            self.assertEqual(sorted(shown - set(tree)), [])
            odd = "app/app.runfiles/tested/odd.tree"
            # To Bazel a tree is the files in it, and more is not there in every sandbox.
            self.assertEqual(sorted(path for path in tree if path.startswith(odd) and tree[path].isfile()),
                             [f"{odd}/linked/two", f"{odd}/real/deep/two", f"{odd}/real/link",
                              f"{odd}/real/one"])
            self.assertNotIn(f"{odd}/empty", tree)
            # What no dependency is seen to bring is not lost: it is in the app's layer.
            plan = (bazel.bin("image_layers") / "app.plan").read_text()
            self.assertIn("\nf\tapp/app.runfiles/outside/unseen.txt\t", plan)

    def test_what_the_rules_can_ask_for(self):
        with self.workspace() as bazel:
            bazel.build("//:other", "//:index")
            layout = samples.Layout(bazel.bin("other"))
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
            legacy = "app/app.runfiles/tested/external/python_3_11/bin/python3.11"
            self.assertTrue(tree[legacy].issym())
            self.check_index(samples.Layout(bazel.bin("index")))

    def check_index(self, layout):
        """`manifest` of a layout with an index is the index."""
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
