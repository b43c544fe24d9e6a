"""A real program with --runfiles-layout=venv runs as from its runfiles, and is smaller."""

import json
import os

import judge
import samples

# Code for the program: one part lists a repository of its runfiles, the other checks the place of a
# wheel's libraries.
LOOKS_UP = """
import os, pathlib
repository = [name for name in ("{repository}",)]
runfiles = pathlib.Path(__file__).parent.parent
print(sorted(os.listdir(runfiles / repository[0] / "site-packages")))
"""
LIBRARIES = """
import numpy, numpy.linalg, os
assert os.path.realpath(numpy.__file__) == os.path.abspath(numpy.__file__), numpy.__file__
assert not os.path.islink(os.path.dirname(numpy.__file__))
maps = {line.split()[-1] for line in open("/proc/self/maps") if "blas" in line}
assert maps and all("/_app.venv/" in path for path in maps), maps
print("libraries of numpy.libs come from the virtual environment")
"""


class VenvLayout(judge.Judge):
    """umoci unpacks the program on the base image, and it runs in a chroot."""

    clients = ("umoci", "unshare")
    as_root = True

    def setUp(self):
        super().setUp()
        self.sizes = {}

    def test_program_of_rules_python_2(self):
        self.check("2.x")

    def test_program_of_rules_python_1_7_0(self):
        self.check("1.7.0")

    def test_a_repository_that_the_program_names_stays(self):
        binary = samples.program(self.folder)
        repository = next(name for name in os.listdir(f"{binary}.runfiles") if "markupsafe" in name)
        main = self.folder / "app.py"
        main.write_text(main.read_text() + LOOKS_UP.replace("{repository}", repository))
        expected = samples.output_from_runfiles(binary)
        self.assertIn("markupsafe", expected.splitlines()[-1])
        root = self.unpack(binary, "venv", "--runfiles-layout=venv")
        self.assertEqual(expected, run_in(root))
        wheel = root / "app/app.runfiles" / repository / "site-packages"
        for folder, _, files in os.walk(wheel):
            for name in files:
                path = f"{folder}/{name}"
                self.assertTrue(os.path.islink(path) or os.path.getsize(path) == 0, path)

    def check(self, style):
        binary = samples.program(self.folder, style)
        expected = samples.output_from_runfiles(binary)
        faithful = self.unpack(binary, "faithful")
        self.assertEqual(expected, run_in(faithful))
        venv = self.unpack(binary, "venv", "--runfiles-layout=venv")
        self.assertEqual(expected, run_in(venv))
        for name in os.listdir(venv / "app/app.runfiles"):
            self.assertFalse((venv / "app/app.runfiles" / name / "site-packages").exists(), name)
        self.assertEqual([], list(dangling(venv / "app")))
        self.assertLess(self.sizes["venv"], self.sizes["faithful"])
        main = self.folder / "app.py"
        main.write_text(main.read_text() + LIBRARIES)
        again = self.unpack(binary, "again", "--runfiles-layout=venv")
        self.assertIn("libraries of numpy.libs come from the virtual", run_in(again))

    def unpack(self, binary, name, *options):
        """Builds and unpacks an image; returns its root. Keeps the layers' size under `name`."""
        image = f"{self.folder}/image-{name}:latest"
        built = json.loads(judge.veneer("build", binary, "--base", samples.base(), *options,
                                        "--json", "-o", f"oci:{image}"))
        self.sizes[name] = sum(layer["unpacked"] for layer in built["layers"])
        judge.run(["umoci", "unpack", "--image", image, self.folder / name])
        return self.folder / name / "rootfs"


def run_in(root):
    """Runs the program in a chroot with its own /proc; returns its output."""
    (root / "proc").mkdir(exist_ok=True)
    return judge.run(["unshare", "--mount", "--pid", "--fork", f"--mount-proc={root}/proc",
                      "chroot", root, "/app/app"],
                     env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONDONTWRITEBYTECODE": "1"})


def dangling(folder):
    """Generates the dangling links below a folder."""
    for top, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(top, name)
            if os.path.islink(path) and not os.path.exists(path):
                yield path


if __name__ == "__main__":
    judge.main()
