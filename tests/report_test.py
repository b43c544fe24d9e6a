"""Tests how much commands print and in which colours, and the forms of `verify`'s report.

usage: report_test.py VENEER
"""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
import urllib.parse

import program
from made_images import Image, member, tar

LINKS = [f"a.runfiles/data/a {i}%" for i in range(6)]
TEXT = """\
a.runfiles/data/a 0%: error: is a link to '../../gone/x' and dangles: '/gone' is not in the image [link-dangles]
a.runfiles/data/a 0%: note: likewise: …/data/a 1%, …/data/a 2%, …/data/a 3% and 2 more
{layer}: note: comes from here
oci:image: 8 paths in 1 layer checked: 1 error, 0 warnings, 0 notes
"""


class Report(unittest.TestCase):
    """An image with six links to one place that is not there."""

    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        self.image = Image([tar([member("a.runfiles"), member("a.runfiles/data")] + [
            member(path, link="../../gone/x") for path in LINKS])],
            history=[{"created_by": "test"}])
        self.image.layout(self.top / "image")

    def verify(self, *options, code=1):
        """Returns the report."""
        done = subprocess.run([program.VENEER, "verify", "oci:image", *options], cwd=self.top,
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (code, ""))
        return done.stdout

    def layer(self):
        """Returns the path of the layer's blob."""
        return "image/blobs/sha256/" + self.image.layers[0]["digest"].partition(":")[2]

    def run_veneer(self, *arguments):
        """Runs veneer; returns (exit code, standard output, standard error)."""
        done = subprocess.run([program.VENEER, *arguments], cwd=self.top, capture_output=True,
                              text=True, check=False, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def shown(self, *arguments, **environment):
        """Runs veneer on a terminal; returns what that shows, with `[31m` for a colour."""
        variables = {name: value for name, value in os.environ.items()
                     if name not in ("NO_COLOR", "CLICOLOR_FORCE")}
        return program.shown_on_terminal(
            [program.VENEER, *arguments], cwd=self.top,
            env={**variables, "TERM": "xterm", **environment}).replace("\x1b", "")

    def test_a_terminal_has_colours(self):
        """Places are bold, severities have a colour each; headings are bold."""
        text = self.shown("verify", "oci:image")
        self.assertTrue(text.startswith("[1ma.runfiles/data/a 0%:[0m [1;31merror:[0m is a link to"))
        self.assertIn("\n[1ma.runfiles/data/a 0%:[0m [1;36mnote:[0m likewise", text)
        self.assertEqual(re.sub(r"\[[0-9;]*m", "", text), TEXT.format(layer=self.layer()))
        self.assertEqual(self.shown("verfiy"), (
            "[1mveneer:[0m [1;31merror:[0m veneer has no command 'verfiy'; did you mean "
            "'verify'?\n[1mveneer:[0m [1;32mhelp:[0m see `veneer --help`\n"))
        self.assertIn("\n[1mlayer      stored ", self.shown("inspect", "oci:image"))
        Image([tar([member("new", data="x")])]).layout(self.top / "other")
        text = self.shown("diff", "oci:image", "oci:other")
        self.assertIn("[31m  -        0 B  a.runfiles/[0m\n", text)
        self.assertIn("[32m  +       +1 B  new[0m\n", text)

    def test_who_decides_about_colours(self):
        """--color does, then NO_COLOR, CLICOLOR_FORCE and whether it is a terminal."""
        report = ("verify", "oci:image")
        for arguments, environment, has_colours in (
                (report, {}, True), (report, {"NO_COLOR": ""}, True), (report, {"NO_COLOR": "1"}, False),
                (report, {"TERM": "dumb"}, False), (report, {"TERM": ""}, False),
                (report, {"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, False),
                ((*report, "--color=always"), {"NO_COLOR": "1", "TERM": "dumb"}, True),
                ((*report, "--color", "never"), {"CLICOLOR_FORCE": "1"}, False),
                (("--color=never", *report), {}, False), (("--color=never", "verfiy"), {}, False),
                ((*report, "--json"), {}, False), ((*report, "--format=sarif"), {}, False),
                ((*report, "--format=github"), {}, False)):
            with self.subTest(arguments, **environment):
                self.assertEqual("[0m" in self.shown(*arguments, **environment), has_colours)
        for arguments, environment, has_colours in (
                (report, {}, False), (report, {"CLICOLOR_FORCE": "1"}, True),
                (report, {"CLICOLOR_FORCE": "0"}, False), (("--color=always", *report), {}, True),
                ((*report, "--color=always", "--json"), {}, False),
                ((*report, "--color=always", "--format=github"), {}, False)):
            with self.subTest("pipe", arguments=arguments, **environment):
                done = subprocess.run([program.VENEER, *arguments], cwd=self.top,
                                      capture_output=True, check=False, timeout=60,
                                      env={**os.environ, **environment})
                self.assertEqual(b"\x1b[0m" in done.stdout, has_colours)

    def test_quiet_prints_warnings_and_errors(self):
        """With --quiet, which also stands before the command, reports and notes are left out."""
        faults = "".join(TEXT.format(layer=self.layer()).splitlines(keepends=True)[:-1])
        self.assertEqual(self.run_veneer("verify", "-q", "oci:image"), (1, faults, ""))
        self.assertEqual(self.run_veneer("-q", "inspect", "oci:image", "--no-store"), (0, "", ""))
        self.assertEqual(self.run_veneer("inspect", "oci:image", "-q", "--max-layers=0")[1:], (
            "", "oci:image: error: has 1 layers; --max-layers allows 0\n"))
        self.assertEqual(self.run_veneer("diff", "oci:image", "oci:image", "--quiet"), (0, "", ""))
        self.assertIn('"format": 1', self.run_veneer("inspect", "-q", "oci:image", "--json")[1])
        self.assertEqual(self.run_veneer("why", "-q", "oci:image", "a.runfiles"), (0, "", ""))
        (self.top / "tree").mkdir()
        (self.top / "tree" / "link").symlink_to("gone")
        tree = ("--tree", "tree:srv", "--no-store")
        self.assertEqual(self.run_veneer("plan", "-q", *tree[:2]), (0, "", ""))
        code, output, errors = self.run_veneer("build", "-q", *tree, "-o", "oci:built")
        self.assertEqual((code, output, errors.splitlines()[0]), (0, "", (
            "srv/link: warning: is a link to 'gone' and dangles: '/srv/gone' is not in the image, "
            "nor in the input [link-dangles]")))
        self.run_veneer("build", *tree[:2], "--store", "store", "-o", "oci:built")
        self.assertEqual(self.run_veneer("store", "gc", "-q", "--store", "store"), (0, "", ""))

    def test_verbose_shortens_nothing(self):
        """The paths of a report are as long as they are needed to tell them apart."""
        whole = TEXT.format(layer=self.layer()).replace("…/data", "a.runfiles/data")
        for arguments in (("verify", "-v", "oci:image"), ("--verbose", "verify", "oci:image")):
            self.assertEqual(self.run_veneer(*arguments), (1, whole, ""))
        long_name = "x" * 200
        Image([tar([member(long_name, data="x")])]).layout(self.top / "long")
        self.assertNotIn(long_name, self.run_veneer("inspect", "oci:long")[1])
        self.assertIn(long_name, self.run_veneer("inspect", "-v", "oci:long")[1])

    def test_each_command_has_these_options(self):
        """`veneer tar` has bsdtar's instead."""
        for command in ("build", "plan", "layer", "image", "index", "convert", "rebase", "gc",
                        "load", "inspect", "sbom", "attach", "diff", "why", "verify", "store", "store stat",
                        "store gc", "store verify", "schema", "trace", "version", "help"):
            text = self.run_veneer(*command.split(), "--help")[1]
            for option in ("-q,--quiet", "-v,--verbose", "--color"):
                self.assertIn(f"  {option} ", text, command)

    def test_text_names_the_first_places_and_counts_the_others(self):
        self.assertEqual(self.verify(), TEXT.format(layer=self.layer()))

    def test_json_is_both_options(self):
        report = json.loads(self.verify("--json"))
        self.assertEqual(json.loads(self.verify("--format=json")), report)
        finding, = report["findings"]
        self.assertEqual((finding["path"], finding["others"], finding["count"]),
                         (LINKS[0], LINKS[1:4], 6))

    def test_sarif(self):
        log = json.loads(self.verify("--format", "sarif"))
        self.assertEqual(log["version"], "2.1.0")
        run, = log["runs"]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        self.assertEqual(rules, ["link-dangles"])
        result, = run["results"]
        self.assertEqual((rules[result["ruleIndex"]], result["level"], result["occurrenceCount"]),
                         (result["ruleId"], "error", 6))
        places = [place["physicalLocation"]["artifactLocation"]["uri"]
                  for place in result["locations"] + result["relatedLocations"]]
        self.assertEqual([urllib.parse.unquote(place) for place in places],
                         LINKS[:4] + [self.layer()])
        self.assertEqual(places[0], "a.runfiles/data/a%200%25")

    def test_github(self):
        self.assertEqual(self.verify("--format=github"), (
            "::error title=link-dangles::a.runfiles/data/a 0%25: is a link to '../../gone/x' and dangles: "
            "'/gone' is not in the image [link-dangles]\n"))

    def test_the_two_options_exclude_each_other(self):
        done = subprocess.run([program.VENEER, "verify", "--json", "--format=text", "oci:image"],
                              cwd=self.top, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr.splitlines()[0]),
                         (2, "veneer: error: --format excludes --json"))


if __name__ == "__main__":
    program.main()
