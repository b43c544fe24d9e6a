"""Tests layers that programs share, and layers that stay the same when packages change.

usage: sharing_test.py VENEER
"""

import json
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

import program

SHARED = ["--shared-root", "/srv/repos"]


def repository(name, version):
    """Returns a wheel's repository name as in rules_python. Its hash changes with the version."""
    digest = random.Random(f"{name} {version}").randbytes(4).hex()
    return f"rules_python++pip+pypi_313_{name}_py3_none_any_{digest}"


class Sharing(unittest.TestCase):
    """Builds of programs with packages of given sizes."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.builds = 0

    def runfiles(self, name, packages):
        """Makes runfiles of a program with {package: (version, size)}; returns their folder."""
        self.builds += 1
        folder = self.folder / str(self.builds)
        root = folder / f"{name}.runfiles"
        files = {f"_main/{name}.py": f"# {name}\n".encode(),
                 "python/lib/python3.13/os.py": b"# the standard library\n" * 5000}
        links = {}
        for package, (version, size) in packages.items():
            inside = f"{repository(package, version)}/site-packages/{package}"
            files[f"{inside}/__init__.py"] = random.Random(f"{package} {version}").randbytes(size)
            venv = f"_main/_{name}.venv/lib/python3.13/site-packages/{package}"
            links[venv] = "../" * 5 + inside
        for path, data in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        for path, text in links.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).symlink_to(text)
        return root

    def veneer(self, *arguments):
        """Runs veneer; returns its output."""
        done = subprocess.run([program.VENEER, *map(str, arguments)], capture_output=True,
                              text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def layers(self, name, packages, *options):
        """Builds a program; returns {layer: (digest, size)}."""
        root = self.runfiles(name, packages)
        output = self.veneer("build", "--runfiles", root, "--compression=none", "--json",
                             "-o", f"oci:{root.parent}/image", *options)
        return {layer["name"]: (layer["digest"], layer["size"])
                for layer in json.loads(output)["layers"]}

    def test_two_programs_share_all_layers_but_the_app(self):
        packages = {f"package{i}": ("1", 300_000 * (i + 1)) for i in range(10)}
        options = [*SHARED, "--own-layer-size", "2MB"]
        first = self.layers("first", packages, *options)
        second = self.layers("second", packages, *options)
        self.assertGreater(len(first), 5)
        self.assertEqual({name for name in first if first[name] != second[name]}, {"app"})
        self.assertEqual(first.keys(), second.keys())
        self.assertLess(second["app"][1], 0.01 * sum(size for _, size in first.values()))

    def test_without_a_shared_root_layers_hold_the_program_s_paths(self):
        packages = {"package": ("1", 300_000)}
        self.assertNotEqual(self.layers("first", packages)["packages"],
                            self.layers("second", packages)["packages"])

    def test_bumping_a_package_of_40_rewrites_its_layer_and_at_most_one_bucket(self):
        packages = {f"package{i}": ("1", 8_000 * (i + 1)) for i in range(40)}
        sizes = {"grows": 9_600, "crosses": 360_000}
        options = [*SHARED, "--own-layer-size", "288KB"]
        before = self.layers("app", packages, *options)
        for bumped in ("package0", "package17", "package30", "package34", "package39"):
            for what, more in sizes.items():
                with self.subTest(bumped, what=what):
                    size = packages[bumped][1] + more
                    after = self.layers("app", {**packages, bumped: ("2", size)}, *options)
                    changed = {name for name in after if after[name] != before.get(name)}
                    # Links of the virtual environment contain the repository's name with its hash.
                    self.assertIn("app", changed)
                    buckets = {name for name in changed if name.startswith("packages-")}
                    self.assertLessEqual(len(buckets), 1)
                    self.assertLessEqual(changed - buckets, {"app", bumped})

    def test_with_a_lock_a_bump_rewrites_one_layer_whatever_the_size(self):
        packages = {f"package{i}": ("1", 8_000 * (i + 1)) for i in range(40)}
        lock = self.folder / "layers.lock"
        options = [*SHARED, "--own-layer-size", "288KB", "--layer-lock", lock]
        before = self.layers("app", packages, *options)
        recorded = lock.read_bytes()
        self.assertEqual(set(json.loads(recorded)["packages"]), set(packages))
        for bumped, size in (("package3", 800_000), ("package39", 1_000), ("package20", 160_000)):
            with self.subTest(bumped):
                after = self.layers("app", {**packages, bumped: ("2", size)}, *options)
                changed = {name for name in after if after[name] != before.get(name)}
                self.assertEqual(len(changed - {"app"}), 1)
                self.assertEqual(lock.read_bytes(), recorded)

    def test_the_lock_is_written_by_build_alone_and_only_for_new_packages(self):
        lock = self.folder / "layers.lock"
        packages = {"a": ("1", 1000), "b": ("1", 2000)}
        root = self.runfiles("app", packages)
        self.veneer("plan", "--runfiles", root, "--layer-lock", lock)
        self.assertFalse(lock.exists())
        self.layers("app", packages, "--layer-lock", lock)
        first = lock.read_text()
        self.assertEqual(first, '{\n "buckets": 4,\n "format": 1,\n "packages": {\n'
                                '  "a": "packages-2",\n  "b": "packages-1"\n }\n}\n')
        os.utime(lock, (1, 1))
        self.layers("app", {"b": ("2", 2000)}, "--layer-lock", lock)
        self.assertEqual(lock.stat().st_mtime, 1)
        self.layers("app", {"b": ("2", 2000), "c": ("1", 10)}, "--layer-lock", lock)
        self.assertEqual(json.loads(lock.read_text())["packages"],
                         {"a": "packages-2", "b": "packages-1", "c": "packages-2"})

    def test_layer_reads_a_lock_and_does_not_write_it(self):
        lock = self.folder / "layers.lock"
        lock.write_text('{"format": 1, "buckets": 3, "packages": {"a": "packages-3"}}')
        root = self.runfiles("app", {"a": ("1", 1000), "b": ("1", 1000)})
        before = lock.read_bytes()
        self.veneer("layer", "--runfiles", root, "--layer-lock", lock, "--only", "packages-3",
                    "-o", self.folder / "layer.tar.gz")
        self.assertEqual(lock.read_bytes(), before)


if __name__ == "__main__":
    program.main()
