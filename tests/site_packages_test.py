"""Tests images of a folder of packages for any platform, and links to environments.

usage: site_packages_test.py VENEER
"""

import io
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unittest

import elf_sample
import program
import small_base
import small_venv

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = ["d:usr:755", "d:usr/bin:755", "f:usr/bin/python3.11:755:#!/bin/sh",
          "l:usr/bin/python3:python3.11"]
SCRIPT = "#!{}\nimport sys\nprint(sys.argv)\n"


def install(folder, name, rows_of="uv", files=(), interpreter="/home/me/.pyenv/bin/python3"):
    """Installs a package with a script as `uv pip install --target` or that of pip do."""
    folder = pathlib.Path(folder)
    info = f"{name}-1.dist-info"
    contents = {f"{name}/__init__.py": f"NAME = {name!r}\n".encode(),
                f"{info}/METADATA": f"Name: {name}\nVersion: 1\n".encode(), **dict(files),
                f"bin/{name}": SCRIPT.format(interpreter).encode()}
    rows = []
    for path, data in sorted(contents.items()):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
        is_of_pip = rows_of == "pip" and path.startswith("bin/")
        rows.append(small_venv.row(f"../../{path}" if is_of_pip else path, data))
    (folder / "bin" / name).chmod(0o755)
    (folder / info / "RECORD").write_text("\n".join([*rows, f"{info}/RECORD,,"]) + "\n")


class SitePackages(unittest.TestCase):
    """Images of packages that were installed with --target."""
    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name).resolve()
        small_base.make(self.top / "base", PYTHON)
        install(self.top / "deps", "alpha", "uv")
        install(self.top / "deps", "beta", "pip", {"beta/data": b"x" * 200_000})
        (self.top / "deps" / ".lock").touch()
        (self.top / "src").mkdir()
        (self.top / "src" / "main.py").write_text("import alpha\n")

    def run_veneer(self, *arguments, code=0):
        """Runs veneer in the folder; returns the finished process."""
        done = subprocess.run([program.VENEER, *map(str, arguments)], cwd=self.top,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def build(self, *options, inputs=("--site-packages", "deps"), warnings=""):
        """Builds an image; returns its config and {path: bytes or text of a link} of all layers."""
        output = tempfile.mkdtemp(dir=self.top)
        done = self.run_veneer("build", *inputs, "--base", "oci:base", "--json",
                               "--compression=none", "-o", f"oci:{output}/image", *options)
        self.assertEqual(done.stderr, warnings)
        blobs = pathlib.Path(output, "image/blobs")
        self.summary = json.loads(done.stdout)
        self.layers = {}
        found = {}
        for layer in self.summary["layers"]:
            data = (blobs / layer["digest"].replace(":", "/")).read_bytes()
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                for member in tar:
                    if member.isdir():
                        continue
                    file = tar.extractfile(member) if member.isfile() else None
                    found[member.name] = file.read() if file else member.linkname
                    self.layers[member.name] = layer["name"]
        config = json.loads((blobs / self.summary["config"].replace(":", "/")).read_bytes())
        return config.get("config", {}), found

    def test_packages_are_on_the_path_of_a_python_of_the_base(self):
        """Their files are as they were, but for scripts; the place is /app/site-packages."""
        config, found = self.build("--app", "src", "-e", "main.py", "--check=off")
        place = "app/site-packages"
        self.assertEqual(found[f"{place}/bin/python"], "../../../usr/bin/python3")
        self.assertEqual(config["Entrypoint"], [f"/{place}/bin/python", "/app/src/main.py"])
        self.assertIn(f"PYTHONPATH=/app/src:/{place}", config["Env"])
        self.assertIn("PYTHONUNBUFFERED=1", config["Env"])
        self.assertTrue(config["Env"][0].startswith(f"PATH=/{place}/bin:"), config["Env"])
        self.assertFalse([item for item in config["Env"] if item.startswith("VIRTUAL_ENV")])
        script = SCRIPT.format(f"/{place}/bin/python").encode()
        digest = small_venv.row("", script)
        for name, row in (("alpha", "bin/alpha"), ("beta", "../../bin/beta")):
            self.assertEqual(found[f"{place}/{name}/__init__.py"], f"NAME = {name!r}\n".encode())
            self.assertEqual(found[f"{place}/bin/{name}"], script)
            self.assertIn(f"{row}{digest}\n".encode(), found[f"{place}/{name}-1.dist-info/RECORD"])
            self.assertTrue(self.layers[f"{place}/bin/{name}"].startswith("packages"), self.layers)
        self.assertNotIn(f"{place}/.lock", found)
        self.assertNotIn("app/venv", found)
        self.assertNotIn(f"{place}/pyvenv.cfg", found)

    def test_how_it_starts(self):
        """Scripts, modules and paths become commands of that Python."""
        python = "/deps/bin/python"
        for given, command in [
                (["-e", "alpha", "-e", "x"], [python, "/deps/bin/alpha", "x"]),
                (["-e", "-m", "-e", "alpha"], [python, "-m", "alpha"]),
                (["-e", "/bin/sh"], ["/bin/sh"])]:
            with self.subTest(given=given):
                config, _ = self.build(*given, "--check=off",
                                       inputs=("--site-packages", "deps:/deps"))
                self.assertEqual(config["Entrypoint"], command)
                self.assertIn("PYTHONPATH=/deps", config["Env"])
        config, _ = self.build("--venv-variables=off", "--check=off")
        self.assertNotIn("Env", config)

    def test_layers_are_those_of_packages(self):
        """They depend on the packages and their place, not on the folder or its interpreter."""
        options = ("--own-layer-size", "100kB")
        _, found = self.build(*options)
        self.assertEqual(self.layers["app/site-packages/beta/data"], "beta")
        before = [layer["digest"] for layer in self.summary["layers"]]
        install(self.top / "other/x", "alpha", "uv", interpreter="/opt/py/bin/python3.11")
        install(self.top / "other/x", "beta", "pip", {"beta/data": b"x" * 200_000},
                interpreter="/opt/py/bin/python3.11")
        self.assertEqual(self.build(*options, inputs=("--site-packages", "other/x"))[1], found)
        self.assertEqual([layer["digest"] for layer in self.summary["layers"]], before)
        self.build(*options, "--store", "store")
        self.build(*options, "--store", "store", "-e", "alpha", "--check=off")
        self.assertEqual([layer["digest"] for layer in self.summary["layers"]], before)

    def test_files_of_no_package_are_told(self):
        """They are in the layer of the app."""
        (self.top / "deps" / "single.py").write_text("")
        self.build(warnings="deps: note: 'single.py' is in no package's RECORD, and so in the "
                            "layer of the app\n")
        self.assertEqual(self.layers["app/site-packages/single.py"], "app")

    def test_a_folder_of_packages_is_no_source(self):
        """`--app .` may have it in it."""
        _, found = self.build("--app", ".", "--exclude", "base", "--exclude", "tmp*")
        self.assertIn("app/src/src/main.py", found)
        self.assertFalse([path for path in found if path.startswith("app/src/deps")])

    def test_the_version_is_that_of_extension_modules(self):
        """The base has to have it."""
        module = "alpha/_x.cpython-311-x86_64-linux-gnu.so"
        install(self.top / "deps", "alpha", "uv", {module: elf_sample.elf()})
        _, found = self.build("--check=off")
        self.assertEqual(found["app/site-packages/bin/python"], "../../../usr/bin/python3.11")
        small_base.make(self.top / "base", ["d:usr:755", "d:usr/bin:755",
                                            "f:usr/bin/python3.9:755:#!/bin/sh"])
        done = self.run_veneer("plan", "--site-packages", "deps", "--base", "oci:base", code=1)
        self.assertEqual(done.stderr, (
            "deps: error: has packages for Python 3.11, but the base image has only 3.9 "
            "('/usr/bin/python3.9')\n"
            "deps: help: give a --base that has Python 3.11, or install the packages for another "
            "version: `--python-version` of uv and pip\n"))

    def test_packages_for_another_machine(self):
        """Modules for the image's platform pass, on whatever machine it is made."""
        module = "alpha/_x.cpython-311-aarch64-linux-gnu.so"
        install(self.top / "deps", "alpha", "uv", {module: elf_sample.elf(machine="aarch64")})
        small_base.make(self.top / "base", PYTHON, architecture="arm64")
        self.build("--platform", "linux/arm64", "--check=error")
        install(self.top / "deps", "alpha", "uv", {module: elf_sample.elf()})
        done = self.run_veneer("build", "--site-packages", "deps", "--base", "oci:base",
                               "-o", "oci:image", code=1)
        self.assertIn(f"app/site-packages/{module}: error: is for", done.stderr)

    def test_a_plan_makes_the_same_layers(self):
        """With all that is not on disk."""
        self.build()
        before = [layer["digest"] for layer in self.summary["layers"]]
        self.run_veneer("plan", "--site-packages", "deps", "--base", "oci:base", "-o", "plan")
        self.build("--check=off", inputs=("--plan", "plan"))
        self.assertEqual([layer["digest"] for layer in self.summary["layers"]], before)


class VenvLinks(unittest.TestCase):
    """The link with a fixed name to an environment."""
    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name).resolve()

    def plan(self, *options, cwd=None, code=0):
        """Returns {path: text} of the links of a plan, or its messages."""
        done = subprocess.run([program.VENEER, "plan", "--files", *map(str, options)],
                              cwd=cwd or self.top, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        return done.stderr if code else {row[1]: row[3] for row in rows if row[0] == "l"}

    def test_of_a_virtual_environment(self):
        """It is there unless it is not wanted, or the environment has that place."""
        small_venv.make(self.top / ".venv")
        small_base.make(self.top / "base", PYTHON)
        for place, options, link in [
                ("", (), ("app/venv", ".venv")),
                (":/opt/env", (), ("app/venv", "../opt/env")),
                (":/opt/env", ("--prefix", "/srv"), ("srv/venv", "../opt/env")),
                ("", ("--prefix", "/"), ("venv", "app/.venv")),
                (":/app/venv", (), ("app/venv", None)),
                ("", ("--venv-link=off",), ("app/venv", None))]:
            with self.subTest(place=place, options=options):
                links = self.plan("--venv", f".venv{place}", "--base", "oci:base", *options)
                self.assertEqual(links.get(link[0]), link[1])

    def test_on_an_image_that_has_it(self):
        """The base may be an earlier image of the same program."""
        small_venv.make(self.top / ".venv")
        small_base.make(self.top / "base", [*PYTHON, "d:app:755", "l:app/venv:.venv"])
        self.plan("--venv", ".venv", "--base", "oci:base")
        message = self.plan("--venv", ".venv:/x", "--base", "oci:base", code=1)
        self.assertIn("'app/venv' is in the base image, and is the place of the link", message)

    def test_of_a_program_of_bazel(self):
        """Only if it is asked for; nothing else changes."""
        layout = HERE / "layouts" / "b_namespace_app.rp2.3.2.runfiles.tsv"
        subprocess.run([sys.executable, HERE / "materialize_layout.py", layout, self.top / "made"],
                       check=True)
        folder = self.top / "made" / "execroot"
        before = self.plan("--spec", "../spec", cwd=folder)
        self.assertNotIn("app/venv", before)
        after = self.plan("--spec", "../spec", "--venv-link=on", cwd=folder)
        self.assertEqual(after, {**before, "app/venv": "app.runfiles/_main/_app.venv"})
        after = self.plan("--spec", "../spec", "--venv-link=on", "--prefix=/srv", cwd=folder)
        self.assertEqual(after["srv/venv"], "app.runfiles/_main/_app.venv")

    def test_of_several_environments_it_is_the_programs_own(self):
        """Programs that it starts have environments, too."""
        rows = [("x", "tool", "file"), ("f", "tool", "file", "@@//:tool")]
        for name in ("_other.venv", ".tool.venv", "_empty.venv"):
            rows.append(("f", f"{name}/pyvenv.cfg", "file", "@@//:tool"))
            if name != "_empty.venv":
                rows.append(("f", f"{name}/bin/python3", "file", "@@//:tool"))
        (self.top / "file").write_text("x")
        text = "".join("\t".join(row) + "\n" for row in [("V", "1"), ("W", "_main"), *rows])
        (self.top / "tool.spec").write_text(text)
        links = self.plan("--spec", "tool.spec", "--venv-link=on")
        self.assertEqual(links["app/venv"], "tool.runfiles/_main/.tool.venv")
        (self.top / "tool.spec").write_text(text.replace(".tool.venv", "_more.venv"))
        self.assertEqual(self.plan("--spec", "tool.spec", "--venv-link=on", code=1), (
            "veneer: error: --venv-link: the inputs have 2 virtual environments, and none is "
            "named after the program: 'app/tool.runfiles/_main/_more.venv' and "
            "'app/tool.runfiles/_main/_other.venv'\n"
            "veneer: help: leave the option out\n"))


if __name__ == "__main__":
    program.main()
