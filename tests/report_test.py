"""Tests the forms of `verify`'s report on images that Python makes.

usage: report_test.py VENEER
"""

import json
import pathlib
import subprocess
import tempfile
import unittest
import urllib.parse

import program
from made_images import Image, member, tar

LINKS = [f"a.runfiles/data/a {i}%" for i in range(6)]
TEXT = """\
a.runfiles/data/a 0%: error: is a link to '../../gone/x' and dangles: '/gone' is not in the image [link-dangles]
a.runfiles/data/a 0%: note: likewise: …/a 1%, …/a 2%, …/a 3% and 2 more
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
                         (2, "--format excludes --json"))


if __name__ == "__main__":
    program.main()
