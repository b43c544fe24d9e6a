"""Tests project files (veneer.toml): what they may say, which image is built, what wins over what.

usage: project_file_test.py VENEER [--update]

--update rewrites docs/veneer.toml.schema.json; review the difference before you commit it.
"""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

import program

try:
    import tomllib
except ImportError:
    tomllib = None
try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = pathlib.Path(__file__).resolve().parent.parent / "docs" / "veneer.toml.schema.json"
# One image, and an option of each form.
ONE = """
tree = ["src:/srv"]
output = ["oci:made/one:1"]
check = "warn"
max-layers = 7
own-layer-size = "1MiB"
level = 9
timings = true
json = false
"""
TWO = """
tree = ["src:/srv"]
env = ["A=top", "B=top"]
label = ["who=top"]
user = "1"

[image.shop]
output = ["oci:made/shop"]
entrypoint = ["/srv/shop", "-v", ""]
env = ["B=shop", "C=shop"]

[image.worker-2]
tree = ["src:/opt"]
output = ["oci:made/worker", "oci-archive:made/worker.tar"]
entrypoint = ["/opt/worker"]
user = "2"
"""


class ProjectCase(unittest.TestCase):
    """A folder with a few files and a project file."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        (self.top / "src").mkdir()
        for name in ("shop", "worker"):
            (self.top / "src" / name).write_text("#!/bin/sh\n")
        (self.top / "made").mkdir()

    def write(self, text, name="veneer.toml"):
        """Writes a project file."""
        path = self.top / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def run_veneer(self, *arguments, cwd=None):
        """Runs veneer; returns the finished process."""
        return subprocess.run([program.VENEER, *arguments], cwd=cwd or self.top, text=True,
                              capture_output=True, check=False,
                              env={**os.environ, "LC_ALL": "C"})

    def build(self, *arguments, cwd=None):
        """Builds; returns what is printed to stderr."""
        done = self.run_veneer("build", "--check=off", "--no-store", *arguments, cwd=cwd)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def refused(self, *arguments, status=1):
        """Returns the message of a build that fails."""
        done = self.run_veneer("build", *arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def config(self, layout):
        """Returns the config of a layout's only image."""
        folder = self.top / "made" / layout
        index = json.loads((folder / "index.json").read_text())
        self.assertEqual(len(index["manifests"]), 1)
        blob = lambda one: json.loads(  # noqa: E731
            (folder / "blobs" / one["digest"].replace(":", "/")).read_text())
        return blob(blob(index["manifests"][0])["config"])["config"]


class ProjectFile(ProjectCase):
    """Which image is built of what."""

    def test_alone_it_says_all(self):
        """`veneer build` takes every form of option from the file, as a command line has it."""
        self.write(ONE)
        done = self.run_veneer("build", "--no-store")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("veneer.toml: note: describes the image that is built\n", done.stderr)
        self.assertIn("write layers", done.stderr)  # of --timings
        self.assertIn("oci:made/one:1 sha256:", done.stdout)
        written = self.run_veneer("build", "--no-store", "--tree", "src:/srv", "-o", "oci:made/one:1",
                                  "--check=warn", "--max-layers=7", "--level=9", "--no-store")
        self.assertEqual(done.stdout.splitlines()[-1], written.stdout.splitlines()[-1])

    def test_named_image(self):
        """An image has the options at the top and its own; values KEY=VALUE add up."""
        self.write(TWO)
        self.assertEqual(self.build("shop"), "veneer.toml:7:8: note: describes the image that is "
                                             "built, 'shop'\n")
        shop = self.config("shop")
        self.assertEqual(shop["Entrypoint"], ["/srv/shop", "-v", ""])
        self.assertEqual(shop["Env"][1:], ["A=top", "B=shop", "C=shop"])
        self.assertEqual((shop["Labels"], shop["User"]), ({"who": "top"}, "1"))
        self.build("worker-2")
        self.assertEqual(self.config("worker")["User"], "2")
        self.assertTrue((self.top / "made" / "worker.tar").exists())

    def test_the_command_line_wins(self):
        """Its options replace the file's, or add to values KEY=VALUE."""
        self.write(TWO)
        self.build("shop", "-o", "oci:made/other", "--env", "C=given", "-u", "7",
                   "--entrypoint", "/srv/worker")
        self.assertFalse((self.top / "made" / "shop").exists())
        other = self.config("other")
        self.assertEqual(other["Env"][1:], ["A=top", "B=shop", "C=given"])
        self.assertEqual((other["Entrypoint"], other["User"]), (["/srv/worker"], "7"))

    def test_the_command_line_wins_over_what_it_excludes(self):
        """--no-store of the command line takes --store of the file away; =false a flag."""
        self.write(ONE + 'store = "store"\n')
        done = self.run_veneer("build", "--no-store", "--timings=false")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("write layers", done.stderr)
        self.assertFalse((self.top / "store").exists())

    def test_only_image(self):
        """The one image of a file needs no name; of two, one has to be named."""
        self.write(TWO.partition("[image.worker")[0])
        self.build()
        self.assertEqual(self.config("shop")["User"], "1")
        self.write(TWO)
        self.assertEqual(self.refused(), "veneer.toml: error: describes 2 images: 'shop' and "
                                         "'worker-2'\nveneer.toml: help: name one: `veneer build "
                                         "shop`\n")

    def test_complete_command_lines_do_not_read_it(self):
        """A file that is wrong changes nothing for a command line with something to pack."""
        self.write("this is no TOML")
        self.build("--tree", "src:/srv", "-o", "oci:made/a")
        (self.top / "bin").mkdir()
        self.assertIn("bin/none", self.refused("bin/none", "-o", "oci:made/b"))
        for arguments in (("plan", "--tree", "src:/srv"), ("build", "--help"), ("--version",)):
            done = self.run_veneer(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.refused().partition(" error: ")[0], "veneer.toml:1:6:")

    def test_an_image_comes_before_a_file(self):
        """`shop` is the image, though there is such a folder; `./shop` is the folder."""
        self.write(TWO)
        (self.top / "shop").mkdir()
        self.build("shop")
        self.assertNotIn("veneer.toml", self.refused("./shop", "-o", "oci:made/x"))
        (self.top / "other").mkdir()
        self.assertNotIn("veneer.toml", self.refused("other", "-o", "oci:made/x"))

    def test_names_of_no_image(self):
        """The nearest names are told, if there is no such file either."""
        self.write(TWO)
        self.assertEqual(self.refused("shpo"), "veneer.toml: error: has no image 'shpo', and there "
                                               "is no such file; did you mean 'shop'?\n")
        self.assertEqual(self.refused("zzzz"), "veneer.toml: error: has no image 'zzzz', and there "
                                               "is no such file; there are 'shop' and 'worker-2'\n")

    def test_another_file(self):
        """--project names a file elsewhere, whose paths are below its folder."""
        self.write(TWO.replace("made/", "../made/").replace("src:", "../src:"), "sub/my.toml")
        self.build("--project", "sub/my.toml", "shop")
        self.assertEqual(self.config("shop")["User"], "1")
        self.build("shop", "--project=sub/my.toml", "-o", "oci:made/here")
        self.assertEqual(self.config("here")["User"], "1")
        (self.top / "elsewhere").mkdir()
        self.build("worker-2", f"--project={self.top}/sub/my.toml", cwd=self.top / "elsewhere")
        self.assertEqual(self.config("worker")["User"], "2")
        self.assertEqual(self.refused("--project", "none.toml"),
                         "none.toml: error: cannot open: No such file or directory\n")

    def test_another_file_beside_inputs(self):
        """With --project, the file counts though the command line names something to pack."""
        self.write(ONE)
        self.build("--project=veneer.toml", "--tree", "src:/opt", "--tree", "src:/usr")
        layers = self.run_veneer("inspect", "oci:made/one:1", "--files").stdout
        self.assertIn("opt/shop", layers)
        self.assertNotIn("srv/shop", layers)

    def test_in_a_flag_file(self):
        """A command line of a flag file may name an image, too."""
        self.write(TWO)
        (self.top / "args").write_text("# the shop\nbuild\nshop\n--user=9\n")
        done = self.run_veneer("@args", "--no-store", "--check=off")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.config("shop")["User"], "9")

    def test_a_build_with_another_name_of_the_file_is_the_same(self):
        """The store knows a build again, however the file was found."""
        time.sleep(0.1)  # until the files are old enough for their stamps to be trusted
        self.write(ONE.replace("timings = true", "") + 'store = "made/store"\n')
        first = self.run_veneer("build", "--timings")
        again = self.run_veneer("build", "--timings", "--project=veneer.toml")
        self.assertIn("write layers", first.stderr)
        self.assertNotIn("write layers", again.stderr)


class Faults(ProjectCase):
    """Messages have file, line and column."""

    def test_each_fault_with_its_place(self):
        """All that is wrong is told at once, in the order of the file."""
        self.write("""output = "oci:x"
tree = ["src:/srv", 5]
json = "yes"
max-layers = "8"
user = 1000
[image.a]
max_layers = 8
entry-point = ["x"]
zzzzzz = 1
own-layer-size = 1.5
[image.b]
max-layers = 2
compression = "bzip2"
output = ["oci:"]
env = { A = "1" }
""")
        self.assertEqual(self.refused("a"), """\
veneer.toml:1:10: error: 'output': expected an array of strings, found a string
veneer.toml:1:10: help: write output = ["..."]
veneer.toml:2:21: error: 'tree': expected an array of strings, found an integer
veneer.toml:2:21: help: put it into quotes
veneer.toml:3:8: error: 'json': expected true or false, found a string
veneer.toml:4:14: error: 'max-layers': expected an integer, found a string
veneer.toml:5:8: error: 'user': expected a string, found an integer
veneer.toml:5:8: help: put it into quotes
veneer.toml:7:1: error: `veneer build` has no option 'max_layers'
veneer.toml:7:1: help: did you mean 'max-layers', 'layers' and 'layer'?
veneer.toml:8:1: error: `veneer build` has no option 'entry-point'
veneer.toml:8:1: help: did you mean 'entrypoint'?
veneer.toml:9:1: error: `veneer build` has no option 'zzzzzz'
veneer.toml:9:1: help: `veneer build --help` lists all; a key is a name without its '--'
veneer.toml:10:18: error: 'own-layer-size': expected an integer, or a string such as "10MiB", \
found a number with a fraction
veneer.toml:12:14: error: 'max-layers': '2' is not a number from 3 to 127
veneer.toml:13:15: error: 'compression': 'bzip2' is none of gzip, zstd, estargz, zstd:chunked, none
veneer.toml:14:11: error: 'output': 'oci:' is not an image: the path is empty; an image is \
oci:DIR[:TAG], oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME:TAG]
veneer.toml:15:7: error: 'env': expected an array of strings, found a table
""")

    def test_images(self):
        """What is wrong about the tables of images."""
        for text, message in (
                ("[images.a]", "1:2: error: `veneer build` has no option 'images'\n"
                               "veneer.toml:1:2: help: did you mean 'image'?"),
                ("image = 1", "1:9: error: 'image': expected a table [image.NAME] for each image, "
                              "found an integer"),
                ("[image]\nuser = \"1\"", "2:1: error: 'image.user': expected a table [image.user] "
                                          "of options, found a string"),
                ("[image.a]\nimage = \"x\"",
                 "2:1: error: `veneer build` has no option 'image'\n"
                 "veneer.toml:2:1: help: `veneer build --help` lists all; a key is a name without "
                 "its '--'"),
                ("content-link-min = 0", "1:20: error: 'content-link-min': '0': expected a size of "
                                         "at least 1 byte"),
                ('[image."a/b"]', "1:8: error: 'a/b' is no name of an image: expected letters, "
                                  "digits, '-', '_' and '.', and neither '-' nor '.' at its "
                                  "beginning")):
            self.write(text)
            self.assertEqual(self.refused(), f"veneer.toml:{message}\n")

    def test_several_images(self):
        """A run makes one."""
        self.write('tree = ["src:srv"]\n[image.a]\noutput = ["oci:made/a"]\n[image.b]\noutput = ["oci:made/b"]')
        self.assertEqual(self.refused("a", "b"),
                         "veneer.toml: error: describes 'a' and 'b', and `veneer build` makes one image\n"
                         "veneer.toml: help: run it once for each: `veneer build a`\n")
        self.assertEqual(list((self.top / "made").iterdir()), [])

    def test_what_is_no_option_of_a_project(self):
        """--help and --project are asked for on the command line only."""
        for key in ("help", "project", "version", "o", "-o", "--output"):
            self.write(f'"{key}" = "x"')
            self.assertIn(f"`veneer build` has no option '{key}'", self.refused())

    def test_faults_of_toml(self):
        """Its own faults have a place, too, and control characters are escaped."""
        for text in ("a = ", "a = 1\na = 2", "a = \"\x1b[1m\"", "[image.a]\n[image.a]",
                     "a = " + "[" * 10000):
            self.write(text)
            message = self.refused()
            self.assertRegex(message, r"\Aveneer\.toml:\d+:\d+: error: this is no TOML: ")
            self.assertNotIn("\x1b", message)
        (self.top / "veneer.toml").write_bytes(b"a = '\xff'")
        self.assertIn("this is no TOML", self.refused())

    def test_characters_beside_ascii(self):
        """They are in strings and comments alone, where a string may go on in the next line."""
        for text, place in (("a = 1 é", "1:7"), ("é = 1", "1:1"), ("a = 1 \u0300", "1:7")):
            self.write(text)
            self.assertRegex(self.refused(),
                             rf"\Aveneer\.toml:{place}: error: this is no TOML: .*saw '")
        self.write('check = """\\\n§"""')
        self.assertIn("'§'", self.refused())

    def test_size(self):
        """A file of more than 4 MiB is none."""
        self.write("#" * (4 << 20) + "\n")
        self.assertIn("more than 4194304", self.refused())


@unittest.skipIf(tomllib is None or jsonschema is None, "needs tomllib and jsonschema")
class Schema(ProjectCase):
    """docs/veneer.toml.schema.json, for editors."""
    maxDiff = None

    def test_schema_is_in_step(self):
        """The schema is the one that veneer prints."""
        text = self.run_veneer("schema").stdout
        if program.UPDATE:
            SCHEMA.write_text(text)
        self.assertEqual(SCHEMA.read_text(), text)

    def test_schema_has_each_option(self):
        """Each option of --help is a property, and nothing else is. Itself, --project, and those that
        say how a run talks are none."""
        text = self.run_veneer("build", "--help").stdout
        names = set(re.findall(r"^  (?:-\w,)?--([a-z-]+)", text, re.M)) - {
            "help", "project", "quiet", "verbose", "color"}
        self.assertGreater(len(names), 50)
        self.assertEqual(set(json.loads(SCHEMA.read_text())["properties"]),
                         names | {"binary", "image"})

    def test_schema_says_what_veneer_says(self):
        """Files that veneer takes are valid, and those with a wrong key or type are not."""
        schema = json.loads(SCHEMA.read_text())
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        for text in (ONE, TWO, "own-layer-size = 5", "[image]", 'binary = "x"'):
            self.write(text)
            validator.validate(tomllib.loads(text))
            self.assertNotIn("error: '", self.run_veneer("build", "--no-store").stderr)
        for text in ("outputs = []", 'output = "x"', "json = 1", 'max-layers = "1"', "user = 1",
                     'compression = "bzip2"', "own-layer-size = 1.5", "image = 1", "[image.a.b]",
                     '[image."a/b"]', "[image.-a]", "env = [1]", 'project = "x"'):
            with self.subTest(text):
                self.assertFalse(validator.is_valid(tomllib.loads(text)))
                self.write(text)
                self.assertIn("error: ", self.refused())


if __name__ == "__main__":
    program.main()
