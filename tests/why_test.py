"""Tests `why` on images that Python makes.

usage: why_test.py VENEER
"""

import json
import pathlib
import subprocess
import tempfile
import unittest

import program
from made_images import Image, hardlink, member, opaque, tar, whiteout
from sample_layers import debian_layer, python_layer


class Why(unittest.TestCase):
    """Asks for paths of one image of three layers."""

    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        Image([tar(members) for members in [
            debian_layer() + [member("bin", link="usr/bin"), member("usr/bin"),
                              member("usr/bin/sh", link="dash"), member("usr/bin/dash", "d" * 1500),
                              member("old", "1"), member("d"), member("d/x", "2"),
                              member("loop", link="loop2"), member("loop2", link="/loop"),
                              member("dangling", link="../nowhere/x")],
            python_layer() + [whiteout("old"), opaque("d"), member("usr/bin/dash", "e" * 2500),
                              hardlink("usr/bin/ash", "usr/bin/dash")],
            [member("venv/bin/python", link="/bin/sh")]]]).layout(self.top / "image")

    def why(self, path, *options):
        """Runs `veneer why`; returns (exit code, standard output, standard error)."""
        done = subprocess.run([program.VENEER, "why", "image", path, *options], cwd=self.top,
                              capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def test_links_are_followed_to_their_end_and_layers_told(self):
        self.assertEqual(self.why("/venv/bin/python"), (0, """\
/venv/bin/python: symlink to '/bin/sh', layer 3
/bin/sh: is /usr/bin/sh
/usr/bin/sh: symlink to 'dash', layer 1
/usr/bin/dash: file of 2.5 kB, mode 0644, owner 0:0, layer 2
""", ""))
        self.assertEqual(self.why("bin/dash"), (0, """\
/bin/dash: is /usr/bin/dash
/usr/bin/dash: file of 2.5 kB, mode 0644, owner 0:0, layer 2
/usr/bin/dash in each layer:
  layer 1: file of 1.5 kB, mode 0644, owner 0:0
  layer 2: file of 2.5 kB, mode 0644, owner 0:0
""", ""))

    def test_the_package_is_named(self):
        self.assertIn(", layer 1, of libc6 2.36-9 (Debian)\n", self.why("/lib/libc.so.6")[1])
        self.assertIn(", layer 2, of numpy 1.26.4 (Python)\n", self.why("venv/bin/f2py")[1])

    def test_links_that_lead_nowhere(self):
        self.assertEqual(self.why("dangling"), (0, """\
/dangling: symlink to '../nowhere/x', layer 1
/../nowhere/x: is /nowhere/x
/nowhere/x: nothing is there
""", ""))
        code, output, _ = self.why("loop")
        self.assertEqual((code, output.splitlines()[-1]),
                         (0, "these links lead nowhere: there are too many"))

    def test_what_is_nowhere_is_an_error_with_what_was_there_and_what_is_near(self):
        self.assertEqual(self.why("/old"), (1, "", """\
oci:image: error: has nothing at '/old'
oci:image: note: layer 1: file of 1 B, mode 0644, owner 0:0
oci:image: note: layer 2: removed by the whiteout '.wh.old'
"""))
        self.assertEqual(self.why("d/x")[2].splitlines()[2],
                         "oci:image: note: layer 2: removed with all of its folder by 'd/.wh..wh..opq'")
        self.assertEqual(self.why("/bin/dahs"), (1, "", """\
oci:image: error: has nothing at '/bin/dahs'
oci:image: help: did you mean 'usr/bin/dash'?
"""))

    def test_entries_behind_links_and_in_place_of_folders_are_told(self):
        Image([tar(members) for members in [
            [member("lib", link="usr/lib"), member("usr"), member("usr/lib"), member("usr/lib/a", "1"),
             member("d", "file")],
            [member("lib/a", "22"), member("d"), member("d/x", "333")]]]).layout(self.top / "image")
        self.assertEqual(self.why("usr/lib/a"), (0, """\
/usr/lib/a: file of 2 B, mode 0644, owner 0:0, layer 2
/usr/lib/a in each layer:
  layer 1: file of 1 B, mode 0644, owner 0:0
  layer 2: file of 2 B, mode 0644, owner 0:0
""", ""))
        self.assertEqual(self.why("d/x"), (0, """\
/d/x: file of 3 B, mode 0644, owner 0:0, layer 2
/d/x in each layer:
  layer 1: file of 4 B, mode 0644, owner 0:0 in place of the folder '/d'
  layer 2: file of 3 B, mode 0644, owner 0:0
""", ""))

    def test_the_root_is_there(self):
        for path in ("/", "..", "usr/.."):
            self.assertEqual(self.why(path)[::2], (0, ""))

    def test_json(self):
        code, output, _ = self.why("bin/sh", "--json")
        report = json.loads(output)
        self.assertEqual((code, report["found"]), (0, True))
        self.assertEqual([step["path"] for step in report["chain"]], ["usr/bin/sh", "usr/bin/dash"])
        self.assertEqual(report["chain"][1]["found"]["size"], 2500)
        code, output, _ = self.why("old", "--json")
        report = json.loads(output)
        self.assertEqual((code, report["found"]), (1, False))
        self.assertEqual([one["layer"] for one in report["layers"]], [1, 2])

    def test_options_of_inputs_say_nothing_of_an_image(self):
        for option in ("--base=oci:image", "--layers=one", "--name=x"):
            code, output, errors = self.why("bin/sh", option)
            name = option.partition("=")[0]
            self.assertEqual((code, output, errors.splitlines()[0]),
                             (2, "", f"veneer: error: {name}: only inputs take it, and WHAT is "
                                     "an image"))


class Inputs(unittest.TestCase):
    """Asks for paths of an image that a build would make."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        (self.top / "tree").mkdir()
        (self.top / "tree/file").write_text("content")
        runfiles = self.top / "app.runfiles/_main"
        runfiles.mkdir(parents=True)
        (self.top / "app").write_text("#!/bin/sh\n")
        (self.top / "app").chmod(0o755)
        (runfiles / "app").write_text("#!/bin/sh\n")

    def run_veneer(self, *arguments):
        """Runs veneer; returns (exit code, standard output, standard error)."""
        done = subprocess.run([program.VENEER, *arguments], cwd=self.top, capture_output=True,
                              text=True, check=False, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def test_it_says_what_plan_explains(self):
        for inputs, path in [(["--tree", "tree:srv"], "/srv/file"), (["app"], "app/app.runfiles"),
                             (["--runfiles", "app.runfiles"], "/nowhere")]:
            for form in ([], ["--json"]):
                found = self.run_veneer("why", *inputs, path, *form)
                self.assertEqual(found, self.run_veneer("plan", *inputs, "--explain", path, *form))
                self.assertEqual(found[0], 1 if path == "/nowhere" else 0)
                self.assertIn(path.strip("/"), found[1])

    def test_a_path_has_to_be_given(self):
        code, _, errors = self.run_veneer("why", "--tree", "tree:srv")
        self.assertEqual((code, errors.splitlines()[0]), (2, "veneer: error: PATH is required"))


if __name__ == "__main__":
    program.main()
