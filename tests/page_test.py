"""Tests what `inspect --html` writes, without a browser; tests/interop/test_page.py has one.

usage: page_test.py VENEER

A veneer that was built without the page is held to say so.
"""

import base64
import gzip
import hashlib
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import program
from made_images import Image, hardlink, member, tar
from sample_layers import SAMPLES, debian_layer, python_layer

WITHOUT = """veneer: error: this veneer was built without the page that --html writes
veneer: help: install npm, and build veneer again with `cmake --preset release -DVENEER_PAGE=ON`
"""
HOSTILE = [member("h"), member("h/</script><script>alert(1)</script>", "1"),
           member("h/<!--", "2"), member("h/a\u202eb\x1b", "3"), member("h/b", link="</style>")]
LETTERS = {"file": "-", "directory": "d", "symlink": "l", "hardlink": "h", "pipe": "p",
           "character-device": "c", "block-device": "b"}


class Page(unittest.TestCase):
    """Runs veneer in a folder with images."""

    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)

    def run_veneer(self, *arguments):
        """Runs veneer; returns (exit code, standard output, standard error)."""
        done = subprocess.run([program.VENEER, *arguments], cwd=self.top, capture_output=True,
                              text=True, check=False, timeout=120)
        return done.returncode, done.stdout, done.stderr

    def make(self, layers, name="image", **options):
        """Makes a layout of lists of members."""
        Image([tar(members) for members in layers], **options).layout(self.top / name)

    def write(self, *arguments):
        """Writes a page; returns its text."""
        code, output, errors = self.run_veneer("inspect", "--html", "page.html", *arguments)
        if code == 1 and "built without" in errors:
            self.skipTest("this veneer was built without the page")
        self.assertEqual((code, errors), (0, ""))
        self.assertRegex(output, r"^page.html: \d+ paths?, [0-9.]+ k?B\n$")
        return (self.top / "page.html").read_text()


def data_of(page):
    """Returns the document that the page shows."""
    packed = re.search(r'<script type="application/gzip" id="data">([\w+/=]*)</script>', page)
    return json.loads(gzip.decompress(base64.b64decode(packed[1])))


def listed(tree):
    """Returns [(path, kind, size, layer, owner, target)] of the columns."""
    paths, links = [], iter(zip(tree["links"], tree["ends"]))
    for i, (name, depth) in enumerate(zip(tree["names"], tree["depths"])):
        folder = next((paths[k][0] + "/" for k in range(i - 1, -1, -1)
                       if tree["depths"][k] == depth - 1), "") if depth else ""
        kind = tree["kinds"][i]
        link = next(links) if kind in "lh" else None
        paths.append((folder + name, kind, tree["sizes"][i], tree["layers"][i] + 1,
                      tree["owners"][i], link))
    return paths


class Data(Page):
    """The page has what `inspect --json` and `diff --json` say."""

    def check(self, name):
        layers = SAMPLES[name]
        self.make(layers)
        data = data_of(self.write("image"))
        report = json.loads(self.run_veneer("inspect", "image", "--json", "--files")[1])
        entries = report.pop("entries")
        self.assertEqual(data["report"] if name != "long_and_odd_names" else report, report)
        shown = [(entry["path"].replace("\t", "\\t"), LETTERS[entry["type"]], entry.get("size", 0),
                  entry["layer"]) for entry in entries]
        found = listed(data["tree"])
        self.assertEqual([one[:4] for one in found], shown)
        for entry, one in zip(entries, found):
            if entry["type"] == "symlink":
                self.assertEqual(one[5][0], entry["link"])
            if entry["type"] == "hardlink":
                self.assertEqual((one[5][0], found[one[5][1]][0]), ("", entry["link"]))

    def test_links_lead_where_a_container_finds_their_ends(self):
        self.make([[member("a"), member("a/f", "1"), member("b", link="a"), member("c", link="b/f"),
                    member("d", link="/"), member("e", link="x"), hardlink("g", "a/f")]])
        found = listed(data_of(self.write("image"))["tree"])
        ends = {one[0]: one[5][1] for one in found if one[5]}
        index = {one[0]: i for i, one in enumerate(found)}
        self.assertEqual(ends, {"b": index["a"], "c": index["a/f"], "d": -2, "e": -1,
                                "g": index["a/f"]})

    def test_packages_own_their_files(self):
        self.make([debian_layer(), python_layer()])
        data = data_of(self.write("image"))
        sizes = [0] * len(data["report"]["packages"])
        for _, _, size, _, owner, _ in listed(data["tree"]):
            if owner >= 0:
                sizes[owner] += size
        self.assertEqual(sizes, [one["size"] for one in data["report"]["packages"]])

    def test_findings_are_those_of_verify(self):
        self.make([[member("a", link="/none"), member("bin"), member("bin/x", "#!/no/sh\n",
                                                                      mode=0o755)]],
                  config={"Entrypoint": ["/bin/x"]})
        data = data_of(self.write("image"))
        verified = json.loads(self.run_veneer("verify", "oci:image", "--json")[1])
        self.assertGreater(len(verified["findings"]), 1)
        self.assertEqual(data["findings"], verified["findings"])

    def test_an_older_image_says_what_would_be_pushed(self):
        self.make([debian_layer()], "old")
        self.make([debian_layer(), python_layer()])
        since = data_of(self.write("image", "old"))["since"]
        report = json.loads(self.run_veneer("diff", "old", "image", "--json")[1])
        files = report.pop("files")
        self.assertEqual(since.pop("changes"), [[one["path"], "added"] for one in files])
        self.assertEqual(since.pop("fileChanges"),
                         {"added": len(files), "removed": 0, "changed": 0})
        self.assertEqual(since, report)
        self.assertNotIn("since", data_of(self.write("image")))


program.add_tests(Data, SAMPLES, lambda name: name)


class Safety(Page):
    """Nothing that an image says becomes markup, and no other script may run."""

    def test_names_are_only_in_the_data_and_printable(self):
        self.make([HOSTILE], config={"Labels": {"<script>alert(2)</script>": "\x07"}})
        page = self.write("image")
        self.assertNotIn("alert", page)
        data = data_of(page)
        self.assertEqual(data["tree"]["names"][1:], [
            "<", "script><script>alert(1)<", "script>", "<!--", "a\\xe2\\x80\\xaeb\\x1b", "b"])
        self.assertEqual(data["report"]["config"]["config"]["Labels"],
                         {"<script>alert(2)</script>": "\\x07"})

    def test_the_policy_allows_the_one_script_and_style_and_no_request(self):
        self.make([HOSTILE])
        page = self.write("image")
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)">', page)[1]
        hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (
            re.search(r"<script>(.*?)</script>", page, re.S)[1],
            re.search(r"<style>(.*?)</style>", page, re.S)[1])]
        self.assertEqual(policy, "default-src 'none'; script-src 'sha256-{}'; style-src "
                         "'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'"
                         .format(*hashes))
        self.assertEqual(re.findall(r'\s(?:src|href|action)="([^"#]+)"', page), ["data:,"])


class Output(Page):
    """The page is a result as others are."""

    def test_the_same_bytes_for_any_number_of_jobs(self):
        self.make([debian_layer(), python_layer()])
        self.assertEqual(self.write("image", "-j", "1"),
                         self.write("image", "-j", "4", "--no-store"))

    def test_it_goes_to_standard_output_alone(self):
        self.make([python_layer()])
        page = self.write("image")
        code, output, errors = self.run_veneer("inspect", "--html", "-", "image")
        self.assertEqual((code, output), (0, page))
        self.assertRegex(errors, "^-: ")

    def test_limits_count_and_the_page_is_written(self):
        self.make([python_layer()])
        self.write("image")
        (self.top / "page.html").unlink()
        code, _, errors = self.run_veneer("inspect", "--html", "page.html", "image",
                                          "--max-layers", "0")
        self.assertEqual((code, errors),
                         (1, "oci:image: error: has 1 layers; --max-layers allows 0\n"))
        self.assertTrue((self.top / "page.html").is_file())

    def test_nothing_stays_of_a_page_that_fails(self):
        self.make([python_layer()])
        before = self.write("image")
        blobs = self.top / "image/blobs/sha256"
        blob = max(blobs.iterdir(), key=lambda path: path.stat().st_size)
        blob.write_bytes(blob.read_bytes()[:-1] + b"x")
        code, _, _ = self.run_veneer("inspect", "--html", "page.html", "image", "--no-store")
        self.assertEqual(code, 1)
        self.assertEqual((self.top / "page.html").read_text(), before)
        self.assertEqual({path.name for path in self.top.iterdir()}, {"image", "page.html"})

    def test_wrong_usage(self):
        self.make([python_layer()])
        for arguments, word in ((["--html", "p", "--json"], "--json"),
                                (["--html", "p", "--layer", "1"], "--layer"),
                                (["--html", "p", "--files"], "--files"), (["image"], "OLDER")):
            code, output, errors = self.run_veneer("inspect", "image", *arguments)
            self.assertEqual((code, output), (2, ""), arguments)
            self.assertIn(word, errors)
            self.assertIn("--html", errors)

    def test_a_folder_that_is_not_there_is_told(self):
        self.make([python_layer()])
        self.write("image")
        code, _, errors = self.run_veneer("inspect", "--html", "no/p.html", "image")
        self.assertEqual((code, errors), (
            1, "no: error: does not exist, but '--html no/p.html' is to be written there\n"
               "no: help: make the directory first: mkdir -p no\n"))

    def test_a_veneer_without_the_page_says_so_before_it_reads(self):
        code, _, errors = self.run_veneer("inspect", "--html", "p.html", "none")
        if "built without" in errors:
            self.assertEqual((code, errors), (1, WITHOUT))
        else:
            self.assertIn("none", errors)


if __name__ == "__main__":
    program.main()
