"""Tests `diff` on images that Python makes: what it lists, and its exit codes.

usage: diff_test.py VENEER
"""

import gzip
import json
import pathlib
import subprocess
import tarfile
import tempfile
import unittest

import program
from made_images import Image, hardlink, member, model, tar, whiteout
from sample_layers import METADATA, SAMPLES, debian_layer, python_layer


class Diff(unittest.TestCase):
    """Runs veneer in a folder with two images, `a` and `b`."""

    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)

    def diff(self, *options):
        """Runs `veneer diff`; returns (exit code, standard output, standard error)."""
        done = subprocess.run([program.VENEER, "diff", "a", "b", *options], cwd=self.top,
                              capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, done.stdout, done.stderr

    def report(self, *options, code=1):
        """Returns the report as JSON."""
        found, output, errors = self.diff("--json", *options)
        self.assertEqual((found, errors), (code, ""))
        return json.loads(output)

    def make(self, name, layers, **options):
        """Makes an image of lists of members, or of tars."""
        image = Image([layer if isinstance(layer, bytes) else tar(layer) for layer in layers],
                      **options)
        image.layout(self.top / name)
        return image


class Files(Diff):
    """Every path that differs, and in what, agrees with the model."""

    def check(self, pair):
        before, after = (SAMPLES[name] for name in pair)
        self.make("a", before)
        self.make("b", after)
        found = {}
        for change in self.report()["files"]:
            found[change["path"]] = tuple(
                change[side]["type"] if side in change else None for side in ("before", "after"))
        left, right = model(before), model(after)
        for path in sorted(left.keys() | right.keys()):
            if left.get(path) == right.get(path):
                self.assertNotIn(path, found)
            else:
                self.assertEqual(found[path], tuple(
                    side[path]["type"] if path in side else None for side in (left, right)), path)


program.add_tests(Files, [(a, b) for a in SAMPLES for b in SAMPLES if a < b],
                  lambda pair: "_and_".join(pair))


class Differences(Diff):
    """One difference at a time."""

    BEFORE = [member("d", mode=0o755, mtime=5), member("f", "text", mode=0o644, mtime=5),
              member("l", link="f"), member("x", "x", xattrs={"user.a": "1"}),
              member("same", "text", mtime=5), hardlink("h", "f"), member("other", "x")]

    def changed(self, index, new, *options):
        """Returns {path: what differs} if one member of the image is another."""
        after = list(self.BEFORE)
        after[index] = new
        self.make("a", [self.BEFORE])
        self.make("b", [after])
        return {change["path"]: change.get("differs") for change in self.report(*options)["files"]}

    def test_each_kind(self):
        for index, new, expected in [
                (0, member("d", mode=0o700, mtime=5), {"d": ["mode"]}),
                (0, member("d", mtime=6), {"d": ["time"]}),
                (1, member("f", "TEXT", mtime=5), {"f": ["content"], "h": ["content"]}),
                (1, member("f", "text", mtime=5, uid=7), {"f": ["owner"], "h": ["owner"]}),
                (1, member("f", "longer", mode=0o755, mtime=5),
                 {"f": ["content", "mode"], "h": ["content", "mode"]}),
                (2, member("l", link="same"), {"l": ["link"]}),
                (2, member("l", "a file"), {"l": ["type"]}),
                (3, member("x", "x", xattrs={"user.a": "2"}), {"x": ["xattrs"]}),
                (3, member("x", "x"), {"x": ["xattrs"]}),
                (5, hardlink("h", "same"), {"h": ["hardlinks"], "same": ["hardlinks"]}),
                (6, member("new", "x"), {"other": None, "new": None})]:
            self.assertEqual(self.changed(index, new), expected)

    def test_times_can_be_ignored(self):
        self.changed(0, member("d", mtime=6))
        found, output, _ = self.diff("--ignore-times")
        self.assertEqual(found, 1)  # another layer, still
        self.assertNotIn("files", output)
        self.assertIn("equal contents, another times: of 1 entries: 'd' is of 5 in one, of 6",
                      output)

    def test_config(self):
        self.make("a", [self.BEFORE], config={
            "Env": ["A=1", "B=2"], "Entrypoint": ["/a"], "Labels": {"l": "1"},
            "ExposedPorts": {"80/tcp": {}}, "Healthcheck": {"Test": ["NONE"]}})
        self.make("b", [self.BEFORE], annotations={"n": "v"}, config={
            "Env": ["B=3", "A=1", "C="], "Entrypoint": ["/b"], "Labels": {"l": "1"}})
        report = self.report()
        self.assertEqual({change["name"]: (change.get("before"), change.get("after"))
                          for change in report["config"]}, {
                              "Env.B": ("2", "3"), "Env.C": (None, ""),
                              "Entrypoint": ('["/a"]', '["/b"]'),
                              "ExposedPorts.80/tcp": ("yes", None),
                              "Healthcheck": ('{"Test":["NONE"]}', None),
                              "annotations.n": (None, "v")})
        self.assertEqual((report["files"], report["packages"]), ([], []))
        self.assertEqual(report["newBytes"], 0)


class Packages(Diff):
    """Changes by package."""

    def test_a_new_version_is_one_line(self):
        self.make("a", [debian_layer(), python_layer()])
        self.make("b", [debian_layer(), python_layer("2.0.0", extra="x" * 500_000),
                        [member("app.py", "print()"), whiteout("lib/libc.so.6")]])
        code, output, errors = self.diff()
        self.assertEqual((code, errors), (1, ""))
        lines = output.splitlines()
        self.assertIn("  ~ numpy 1.26.4 -> 2.0.0                   +500.0 kB  files: 3 added, 3 removed, "
                      "1 changed", lines)
        self.assertIn("  ~ libc6 2.36-9                              -1.0 kB  files: 1 removed", lines)
        self.assertEqual(lines[-2:], ["files of no package: 1 added", "  +       +7 B  app.py"])
        listed = self.diff("--files")[1]
        self.assertRegex(listed, r"(?m)^  ~  \+500.0 kB  .*/numpy/core.so  content$")

    def test_packages_that_come_and_go(self):
        def package(name, version):
            return member(f"{name}-{version}.dist-info/METADATA", METADATA.format(name, version))
        self.make("a", [[package("gone", "1"), package("kept", "1")]])
        self.make("b", [[package("new", "2"), package("kept", "1")]])
        changes = [(change.get("before", {}).get("name"), change.get("after", {}).get("name"))
                   for change in self.report()["packages"]]
        self.assertEqual(changes, [("gone", None), (None, "new")])


class Layers(Diff):
    """Layers that are kept, new, gone; and why equal ones differ."""

    MEMBERS = [member("a", "1" * 3000, mtime=1), member("b", "2" * 3000, mtime=1)]

    def reasons(self, before, after, a=None, b=None):
        """Returns the words for why two layers differ, each given as (tar, level) or a blob."""
        self.make("a", [before], **(a or {}))
        self.make("b", [after], **(b or {}))
        report = self.report()
        self.assertEqual([layer["relation"] for layer in report["layers"]], ["equal"])
        return [reason["reason"] for reason in report["layers"][0]["reasons"]]

    def test_why_equal_layers_differ(self):
        one = tar(self.MEMBERS)
        later = [member("a", "1" * 3000, mtime=2), self.MEMBERS[1]]
        self.assertEqual(self.reasons(one, tar(self.MEMBERS[::-1])), ["order"])
        self.assertEqual(self.reasons(one, tar(later)), ["times"])
        self.assertEqual(self.reasons(one, tar(later[::-1])), ["order", "times"])
        self.assertEqual(self.reasons(one, tar(self.MEMBERS, tarfile.GNU_FORMAT)), ["tar-form"])
        self.assertEqual(self.reasons(one, one, a={"level": 1}), ["compression"])
        self.assertEqual(self.reasons(one, one, a={"level": None}), ["codec"])

    def test_a_registry_needs_only_the_new_layers(self):
        layers = [tar([member(name, name * 1000)]) for name in "abc"]
        self.make("a", [layers[0], layers[1], layers[1]])
        image = self.make("b", [layers[0], layers[1], layers[2], layers[2]])
        report = self.report()
        self.assertEqual([layer["relation"] for layer in report["layers"]],
                         ["kept", "kept", "new", "new", "gone"])
        sizes = [layer["size"] for layer in image.layers]
        self.assertEqual(report["keptBytes"], sizes[0] + sizes[1])
        self.assertEqual(report["newBytes"], sizes[2])

    def test_layers_of_a_docker_archive_are_told_by_their_diff_ids(self):
        image = self.make("a", [self.MEMBERS])
        image.docker_archive(self.top / "b")
        self.assertEqual(self.report(code=0)["layers"][0]["relation"], "kept")


class ExitCodes(Diff):
    """As diff(1): 0 equal, 1 different, 2 trouble."""

    def test_equal_images(self):
        for name in ("a", "b"):
            self.make(name, [debian_layer()])
        self.assertEqual(self.diff(), (0, "", ""))
        self.assertFalse(self.report(code=0)["differs"])

    def test_trouble(self):
        self.make("a", [debian_layer()])
        code, output, errors = self.diff()
        self.assertEqual((code, output), (2, ""))
        self.assertTrue(errors.startswith("b: error: there is no such file or folder\n"))
        image = self.make("b", [python_layer()])
        path = self.top / "b/blobs/sha256" / image.layers[0]["digest"].partition(":")[2]
        path.write_bytes(gzip.compress(b"x" * 600)[:path.stat().st_size])
        self.assertEqual(self.diff("--no-store")[0], 2)

    def test_a_config_that_is_only_written_in_another_way(self):
        self.make("a", [debian_layer()])
        image = self.make("b", [debian_layer()])
        text = json.dumps(json.loads(image.blobs[image.config["digest"]]), indent=2).encode()
        image.config = image.add("config.v1+json", text)
        manifest = json.loads(image.blobs[image.manifest["digest"]]) | {"config": image.config}
        image.manifest = image.add("manifest.v1+json", json.dumps(manifest).encode())
        image.layout(self.top / "b")
        self.assertEqual([change["name"] for change in self.report()["config"]], ["(document)"])


if __name__ == "__main__":
    program.main()
