"""Tests images of virtual environments: layers, moved files, how they start, messages.

usage: venv_test.py VENEER
"""

import base64
import hashlib
import importlib.util
import io
import json
import marshal
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

import elf_sample
import program
import small_base
import small_venv

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
BASE = ["d:usr:755", "d:usr/bin:755", f"l:usr/bin/python3:python{VERSION}",
        *(f"f:usr/bin/python{version}:755:#!/bin/sh" for version in sorted({VERSION, "3.11"}))]


class Venv(unittest.TestCase):
    """Images of a project folder with a virtual environment."""
    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name).resolve()
        self.project = self.make_project("project")
        small_base.make(self.top / "base", BASE)

    def make_project(self, name):
        """Makes a folder with an environment of the running Python, two packages and sources."""
        project = self.top / name
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", project / ".venv"],
                       check=True)
        small_venv.install(project / ".venv", "alpha")
        small_venv.install(project / ".venv", "beta", files={
            "beta/__init__.py": b"NAME = 'beta'\n", "beta/data": b"x" * 200_000})
        (project / "src").mkdir()
        (project / "src" / "main.py").write_text("import alpha\nprint('main', alpha.NAME)\n")
        return project

    def run_veneer(self, *arguments, cwd=None):
        """Runs veneer in the project; returns the finished process."""
        return subprocess.run([program.VENEER, *map(str, arguments)], cwd=cwd or self.project,
                              capture_output=True, text=True, check=False)

    def build(self, *options, cwd=None, warnings="", checks="off", place=""):
        """Builds an image; returns its config and {layer name: digest}."""
        output = tempfile.mkdtemp(dir=self.top)
        done = self.run_veneer(
            "build", "--venv", f".venv{place}", "--base", f"oci:{self.top}/base", "--json",
            f"--check={checks}", "--compression=none", "-o", f"oci:{output}/image", *options,
            cwd=cwd)
        self.assertEqual((done.returncode, done.stderr), (0, warnings))
        summary = json.loads(done.stdout)
        self.image = pathlib.Path(output) / "image"
        config = json.loads(self.blob(summary["config"]))
        return config.get("config", {}), {layer["name"]: layer["digest"] for layer in summary["layers"]}

    def blob(self, digest):
        """Returns a blob of the last image."""
        return (self.image / "blobs" / digest.replace(":", "/")).read_bytes()

    def members(self, digest):
        """Returns {path: (text of a link, or bytes)} of a layer of the last image."""
        found = {}
        with tarfile.open(fileobj=io.BytesIO(self.blob(digest))) as tar:
            for member in tar:
                if not member.isdir():
                    file = tar.extractfile(member) if member.isfile() else None
                    found[member.name] = file.read() if file else member.linkname
        return found

    def site(self, name):
        """Returns a path in the environment's site-packages in the image."""
        return f"app/.venv/lib/python{VERSION}/site-packages/{name}"

    def test_files_are_in_the_layers_of_their_packages(self):
        """By RECORD: scripts, too; what no package has is in the app."""
        _, layers = self.build("--own-layer-size", "100kB")
        self.assertEqual(list(layers), ["beta", "packages", "app"])
        beta = self.members(layers["beta"])
        self.assertEqual(set(beta), {
            "app/.venv/bin/beta", self.site("beta/__init__.py"), self.site("beta/data"),
            self.site("beta-1.dist-info/METADATA"), self.site("beta-1.dist-info/RECORD")})
        self.assertIn("app/.venv/bin/alpha", self.members(layers["packages"]))
        app = self.members(layers["app"])
        self.assertIn("app/.venv/pyvenv.cfg", app)
        self.assertEqual(app["app/.venv/lib64"], "lib")

    def test_layers_are_chosen_as_for_runfiles(self):
        """--layer, --layers=one, --layer-lock and --max-layers know packages by their names."""
        _, layers = self.build("--layer", "mine=alph*")
        self.assertIn(self.site("alpha/__init__.py"), self.members(layers["mine"]))
        _, layers = self.build("--layers=one")
        self.assertEqual(list(layers), ["all"])
        self.build("--layer-lock", "lock")
        lock = json.loads((self.project / "lock").read_text())
        self.assertEqual(set(lock["packages"]), {"alpha", "beta"})

    def test_what_names_its_place_names_the_new_one(self):
        """Scripts, settings, activation, links; and RECORD has the digests of what is there."""
        _, layers = self.build("--layers=one", "--venv-variables=off")
        files = self.members(layers["all"])
        self.assertEqual(files["app/.venv/bin/alpha"].splitlines()[0], b"#!/app/.venv/bin/python")
        for name in ("activate", "activate.csh", "activate.fish"):
            self.assertIn(b"/app/.venv", files[f"app/.venv/bin/{name}"])
        real = os.path.realpath(sys.executable)
        place = f"usr/bin/python{VERSION}"
        self.assertEqual(files["app/.venv/bin/python3"] if real.endswith("python3") else
                         [files[f"app/.venv/bin/{name}"] for name in
                          ("python", "python3", f"python{VERSION}")
                          if "/" in files[f"app/.venv/bin/{name}"]],
                         [f"../../../{place}"])
        config = dict(line.split(" = ", 1) for line in
                      files["app/.venv/pyvenv.cfg"].decode().splitlines())
        self.assertEqual(config["home"], "/usr/bin")
        self.assertEqual(config["executable"], f"/{place}")
        self.assertEqual(config["command"], f"/{place} -m venv /app/.venv")
        everything = b"".join(data if isinstance(data, bytes) else data.encode()
                              for data in files.values())
        self.assertNotIn(os.fsencode(self.top), everything)
        record = files[self.site("alpha-1.dist-info/RECORD")].decode()
        self.assertNotIn("__pycache__", record)
        for line in record.splitlines():
            path, digest, size = line.split(",")
            path = os.path.normpath(self.site(path))
            self.assertIn(path, files)
            if digest:
                expected = base64.urlsafe_b64encode(hashlib.sha256(files[path]).digest())
                self.assertEqual((digest, size), ("sha256=" + expected.decode().rstrip("="),
                                                  str(len(files[path]))))

    def test_environments_in_other_folders_share_all_layers(self):
        """One whose path is too long for a script's first line, too."""
        _, first = self.build("--app", "src")
        for name in ("other", "d" * 120, "with space"):
            _, second = self.build("--app", "src", cwd=self.make_project(name))
            self.assertEqual(second, first)

    def test_activation_quotes_the_place_in_the_image(self):
        """Also if the place on this machine needed no quotes."""
        _, layers = self.build("--layers=one", place=":/opt/my env")
        activate = self.members(layers["all"])["opt/my env/bin/activate"].decode()
        [value] = re.findall(r"^ *(?:export )?VIRTUAL_ENV=(['\"]?/.*)$", activate, re.MULTILINE)
        self.assertEqual(shlex.split(value), ["/opt/my env"])

    def test_a_changed_line_changes_one_layer(self):
        """And the store does not keep what a script was before."""
        _, first = self.build("--app", "src", "--own-layer-size", "100kB")
        self.assertEqual(self.build("--app", "src", "--own-layer-size", "100kB")[1], first)
        (self.project / "src" / "main.py").write_text("print('other')\n")
        _, second = self.build("--app", "src", "--own-layer-size", "100kB")
        self.assertEqual({name for name in first if first[name] != second[name]}, {"app"})
        script = self.project / ".venv" / "bin" / "alpha"
        script.write_text(script.read_text() + "# more\n")
        _, third = self.build("--app", "src", "--own-layer-size", "100kB")
        self.assertEqual({name for name in second if second[name] != third[name]}, {"packages"})
        script = self.members(third["packages"])["app/.venv/bin/alpha"]
        self.assertTrue(script.endswith(b"# more\n"))

    def test_a_plan_holds_what_is_not_on_disk(self):
        """A build by the printed plan makes the same layers."""
        _, layers = self.build("--app", "src")
        base = f"oci:{self.top}/base"
        done = self.run_veneer("plan", "--venv", ".venv", "--app", "src", "--base", base,
                               "-o", "plan")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = self.run_veneer("build", "--plan", "plan", "--base", base, "--check=off", "--json",
                               "--compression=none", "-o", "oci:again")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        again = {layer["name"]: layer["digest"] for layer in json.loads(done.stdout)["layers"]}
        self.assertEqual(again, layers)

    def test_the_image_starts_without_a_shell(self):
        """Scripts, modules and paths become commands of the environment's Python."""
        (self.project / "src" / "alpha").mkdir()  # of the name of a script
        (self.project / "src" / "alpha" / "x.py").write_text("")
        python = "/app/.venv/bin/python"
        for given, command in [
                (["-e", "alpha", "-e", "main:app"], [python, "/app/.venv/bin/alpha", "main:app"]),
                (["-e", "-m", "-e", "alpha", "-e", "x"], [python, "-m", "alpha", "x"]),
                (["-e", "-m alpha"], [python, "-m", "alpha"]),
                (["-e", "main.py"], [python, "/app/src/main.py"]),
                (["-e", "/app/src/main.py"], [python, "/app/src/main.py"]),
                (["-e", "python", "-e", "-c", "-e", "1"], [python, "-c", "1"]),
                (["-e", "/bin/sh", "-e", "-c"], ["/bin/sh", "-c"]),
                (["-e", '["alpha", "a b"]'], [python, "/app/.venv/bin/alpha", "a b"])]:
            with self.subTest(given=given):
                config, _ = self.build("--app", "src", *given)
                self.assertEqual(config["Entrypoint"], command)

    def test_variables_are_those_that_people_set(self):
        """What the user sets counts; --venv-variables=off sets none."""
        config, _ = self.build("--app", "src", "--env", "B=$VIRTUAL_ENV", "--env",
                               "PYTHONUNBUFFERED=0")
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        self.assertEqual(config["Env"], [f"PATH=/app/.venv/bin:{path}", "VIRTUAL_ENV=/app/.venv",
                                         "PYTHONUNBUFFERED=0", "PYTHONPATH=/app/src",
                                         "B=/app/.venv"])
        self.assertEqual(config["WorkingDir"], "/app/src")
        config, _ = self.build("--app", "src:/x", "--venv-variables=off", "-w", "/tmp")
        self.assertNotIn("Env", config)
        self.assertEqual(config["WorkingDir"], "/tmp")
        (self.project / "data").mkdir()
        (self.project / "data" / "a.txt").write_text("a")
        config, _ = self.build("--app", "data:/srv/data")
        self.assertFalse([item for item in config["Env"] if item.startswith("PYTHONPATH=")])

    def test_what_the_run_writes_into_the_environment(self):
        """Results are left out, as of a --tree."""
        command = ["build", "--venv=.venv", "--base", f"oci:{self.top}/base", "--check=off", "--json", "--no-store",
                   "-o", "oci:.venv/image", "-o", "docker-archive:.venv/lib/a.tar:a:1", "--sbom=.venv/s.spdx.json",
                   "--trace=.venv/trace"]
        layers = []
        for _ in range(3):
            done = self.run_veneer(*command)
            self.assertEqual(done.returncode, 0, done.stderr)
            layers.append([layer["digest"] for layer in json.loads(done.stdout)["layers"]])
        self.assertEqual(layers, layers[:1] * 3)
        notes = [f".venv/{name}: note: is left out of the image: this run writes there"
                 for name in ("image", "lib/a.tar", "s.spdx.json", "trace")]
        self.assertEqual(sorted(done.stderr.splitlines()), notes)

    def test_a_single_file(self):
        """It goes into the directory, and Python finds it there."""
        config, layers = self.build("--app", "src/main.py", "--app", "src/main.py:/srv/other.py",
                                    "-e", "main.py")
        self.assertEqual(config["Entrypoint"], ["/app/.venv/bin/python", "/app/src/main.py"])
        self.assertEqual(config["WorkingDir"], "/app/src")
        self.assertIn("PYTHONPATH=/app/src:/srv", config["Env"])
        app = self.members(layers["app"])
        self.assertEqual(app["srv/other.py"], app["app/src/main.py"])

    def test_sources_are_what_is_meant(self):
        """--app leaves out history, compiled files, environments; and secrets with a warning."""
        for path in (".git/HEAD", ".hg/store", "pkg/__pycache__/a.cpython-399.pyc", "log.txt",
                     "pkg/a.py"):
            (self.project / path).parent.mkdir(parents=True, exist_ok=True)
            (self.project / path).write_text(path)
        (self.project / ".env").write_text("SECRET=1")
        (self.project / ".dockerignore").write_text("log.txt\n")
        warning = ("./.env: warning: is left out of the image: it usually holds secrets\n"
                   "./.env: help: take it in with --exclude '!.env'\n")
        _, layers = self.build("--app", ".:/srv", "--layers=one", warnings=warning)
        paths = {path for path in self.members(layers["all"]) if path.startswith("srv/")}
        self.assertEqual(paths, {"srv/.dockerignore", "srv/pkg/a.py", "srv/src/main.py"})
        _, layers = self.build("--app", ".:/srv", "--layers=one", "--exclude", "!.env",
                               "--exclude", "pkg")
        paths = {path for path in self.members(layers["all"]) if path.startswith("srv/")}
        self.assertEqual(paths, {"srv/.dockerignore", "srv/.env", "srv/src/main.py"})

    def test_packages_installed_in_place(self):
        """Their sources are those of --app; others are an error."""
        site = small_venv.site_of(self.project / ".venv")
        shop = self.project / "src" / "shop"
        shop.mkdir()
        (shop / "__init__.py").write_text("")
        folder = small_venv.install(self.project / ".venv", "shop", files={
            "__editable__.shop-1.pth": f"{self.project}/src\n".encode(),
            "shop-1.dist-info/direct_url.json": json.dumps(
                {"dir_info": {"editable": True}, "url": f"file://{self.project}/src"}).encode()})
        self.assertEqual(folder, site / "shop-1.dist-info")
        _, layers = self.build("--app", "src:/srv/shop", "--layers=one")
        files = self.members(layers["all"])
        self.assertEqual(files[self.site("__editable__.shop-1.pth")], b"/srv/shop\n")
        self.assertEqual(json.loads(files[self.site("shop-1.dist-info/direct_url.json")])["url"],
                         "file:///srv/shop")
        record = files[self.site("shop-1.dist-info/RECORD")].decode()
        self.assertIn(small_venv.row("__editable__.shop-1.pth", b"/srv/shop\n"), record)
        done = self.run_veneer("build", "--venv", ".venv", "-o", "oci:image")
        self.assertEqual(done.returncode, 1)
        pth = f".venv/lib/python{VERSION}/site-packages/__editable__.shop-1.pth"
        self.assertEqual(
            done.stderr,
            f"{pth}:1: error: 'shop' is installed in place: its sources are in "
            f"'{self.project}/src', which is in no --app\n"
            f"{pth}:1: help: add --app '{self.project}/src', or install it as a package: "
            "`uv sync --no-editable`, `pip install` without -e\n")

    def test_namespace_packages_of_several_owners(self):
        """Each owner's part is in the layer of its package."""
        for owner in ("one", "two"):
            small_venv.install(self.project / ".venv", f"space_{owner}", files={
                f"space/{owner}/__init__.py": b""}, script="#!/bin/sh\n")
        _, layers = self.build("--layer", "one=space-one", "--layer", "two=space.two")
        for owner in ("one", "two"):
            self.assertIn(self.site(f"space/{owner}/__init__.py"), self.members(layers[owner]))

    def test_other_mentions_of_the_old_place_are_told(self):
        """With file and line, each time; and files of no package are told."""
        site = small_venv.site_of(self.project / ".venv")
        (site / "loose.py").write_text("x = 1\n")
        (site / "alpha" / "settings.ini").write_text(f"a = 1\nroot = {self.project}/.venv/share\n")
        (site / "alpha" / "binary").write_bytes(b"\0" + os.fsencode(self.project / ".venv"))
        relative = f".venv/lib/python{VERSION}/site-packages"
        expected = (
            f".venv: note: 'lib/python{VERSION}/site-packages/alpha/binary', "
            f"'lib/python{VERSION}/site-packages/alpha/settings.ini' and "
            f"'lib/python{VERSION}/site-packages/loose.py' are in no package's RECORD, and so in "
            "the layer of the app")
        warning = (
            f"{relative}/alpha/settings.ini:2: warning: names the place of the virtual environment "
            "on this machine, and is packed so\n"
            f"{relative}/alpha/settings.ini:2: help: if the program needs it, put the environment "
            f"there in the image, too: --venv '.venv:{self.project}/.venv'\n")
        for _ in range(3):
            done = self.run_veneer("build", "--venv", ".venv", "--check=off", "--base",
                                   f"oci:{self.top}/base", "-o", "oci:image")
            self.assertEqual(done.returncode, 0, done.stderr)
            notes, warnings = done.stderr.split("\n", 1)
            self.assertEqual(notes, expected)
            self.assertEqual(warnings, warning)
        done = self.run_veneer("build", "--venv", f".venv:{self.project}/.venv", "--check=off",
                               "--base", f"oci:{self.top}/base", "-o", "oci:image")
        self.assertNotIn("warning", done.stderr)

    def test_interpreter_of_its_own_folder_is_packed(self):
        """One that needs nothing from outside is a layer at the bottom, and links lead there."""
        prefix = self.top / "cpython-3.11.9"
        (prefix / "bin").mkdir(parents=True)
        (prefix / "lib/python3.11/__pycache__").mkdir(parents=True)
        (prefix / "bin/python3.11").write_bytes(elf_sample.elf(
            program=True, needed=["libc.so.6"], interpreter="/lib64/ld-linux-x86-64.so.2"))
        (prefix / "bin/pip").write_text(f"#!{prefix}/bin/python3.11\n")
        (prefix / "lib/python3.11/os.py").write_text("# the standard library\n")
        (prefix / "lib/python3.11/_sysconfigdata__linux_.py").write_text(f"x = '{prefix}/lib'\n")
        (prefix / "lib/python3.11/__pycache__/os.cpython-311.pyc").write_text("pyc")
        shutil.rmtree(self.project / ".venv")
        small_venv.make(self.project / ".venv", interpreter=str(prefix / "bin/python3.11"))
        small_venv.install(self.project / ".venv", "alpha")
        for options in ([], ["--python=include"]):
            _, layers = self.build("-e", "alpha", *options)
            self.assertEqual(list(layers), ["interpreter", "packages", "app"])
        place = "opt/python/3.11.2"
        interpreter = self.members(layers["interpreter"])
        self.assertEqual(set(interpreter), {
            f"{place}/bin/python3.11", f"{place}/bin/pip", f"{place}/lib/python3.11/os.py",
            f"{place}/lib/python3.11/_sysconfigdata__linux_.py"})
        self.assertEqual(interpreter[f"{place}/bin/pip"], f"#!/{place}/bin/python3.11\n".encode())
        app = self.members(layers["app"])
        self.assertEqual(app["app/.venv/bin/python3"], f"../../../{place}/bin/python3.11")
        self.assertIn(f"home = /{place}/bin\n".encode(), app["app/.venv/pyvenv.cfg"])
        done = self.run_veneer("plan", "--venv", ".venv", "--explain", f"/{place}/bin/pip",
                               "--explain",
                               "/app/.venv/lib/python3.11/site-packages/alpha/__init__.py")
        self.assertIn("In layer 'interpreter'", done.stdout)
        self.assertIn("Of package 'alpha', which stores", done.stdout)
        _, layers = self.build("--python=base")
        self.assertEqual(list(layers), ["packages", "app"])
        (prefix / "bin/python3.11").write_bytes(elf_sample.elf(
            program=True, needed=["libssl.so.3"], interpreter="/lib64/ld-linux-x86-64.so.2"))
        done = self.run_veneer("build", "--venv", ".venv", "--python=include", "-o", "oci:image")
        program_path = f"{prefix}/bin/python3.11"
        self.assertEqual(done.stderr.splitlines()[0],
                         f"{program_path}: error: cannot be packed: it needs 'libssl.so.3' of this "
                         f"machine (in '{program_path}')")

    def test_compiled_files(self):
        """--pyc=compile: what Python takes whatever the times are; the same on every run."""
        (self.project / "src" / "broken.py").write_text("def\n")
        options = ["--app", "src", "--layers=one", "--venv-variables=off"]
        _, layers = self.build(*options)
        self.assertFalse([path for path in self.members(layers["all"]) if path.endswith(".pyc")])
        _, first = self.build(*options, "--pyc=compile")
        files = self.members(first["all"])
        tag = sys.implementation.cache_tag
        source = self.site("alpha/__init__.py")
        data = files[self.site(f"alpha/__pycache__/__init__.{tag}.pyc")]
        self.assertEqual(data[:16], importlib.util.MAGIC_NUMBER + b"\1\0\0\0"
                         + importlib.util.source_hash(files[source]))
        code = marshal.loads(data[16:])
        self.assertEqual(code.co_filename, f"/{source}")
        names = {}
        exec(code, names)  # pylint: disable=exec-used
        self.assertEqual(names["NAME"], "alpha")
        self.assertIn(f"app/src/__pycache__/main.{tag}.pyc", files)
        self.assertIn("app/src/broken.py", files)
        self.assertNotIn(f"app/src/__pycache__/broken.{tag}.pyc", files)
        for jobs in ("1", "2", "3"):
            project = self.make_project(f"other{jobs}")
            (project / "src" / "broken.py").write_text("def\n")
            _, again = self.build(*options, "--pyc=compile", "--jobs", jobs, "--no-store",
                                  cwd=project)
            self.assertEqual(again, first)

    def test_compiled_files_in_the_store(self):
        """Of a package that is as it was they come from the store; others are made anew."""
        (self.project / "src" / "other.py").write_text("X = 1\n")
        options = ["--app", "src", "--pyc=compile", "--layers=one"]
        time.sleep(0.2)  # young files are not relied on
        _, first = self.build(*options)
        self.assertEqual(self.build(*options)[1], first)
        (self.project / "src" / "other.py").write_text("X = 2\n")
        time.sleep(0.2)
        _, second = self.build(*options)
        _, fresh = self.build(*options, "--no-store")
        self.assertEqual(second, fresh)
        tag = sys.implementation.cache_tag
        data = self.members(second["all"])[f"app/src/__pycache__/other.{tag}.pyc"]
        names = {}
        exec(marshal.loads(data[16:]), names)  # pylint: disable=exec-used
        self.assertEqual(names["X"], 2)

    def test_an_interpreter_that_cannot_compile(self):
        """What it says is the message."""
        shutil.rmtree(self.project / ".venv")
        script = self.top / "python3"
        script.write_text("#!/bin/sh\necho no compiler >&2\nexit 3\n")
        script.chmod(0o755)
        small_venv.make(self.project / ".venv", version=VERSION, interpreter=str(script))
        small_venv.install(self.project / ".venv", "alpha")
        done = self.run_veneer("build", "--venv", ".venv", "--base", f"oci:{self.top}/base",
                               "--pyc=compile", "-o", "oci:image")
        self.assertEqual((done.returncode, done.stderr), (
            1, f"{script}: error: failed with exit code 3: no compiler\n"))
        self.assertFalse((self.project / "image").exists())

    def test_base_with_another_libc(self):
        """Extensions for glibc on a base with musl: the check of libraries finds it."""
        site = small_venv.site_of(self.project / ".venv")
        native = "alpha/native.cpython-311-x86_64-linux-gnu.so"
        (site / native).write_bytes(elf_sample.elf(needed=["libc.so.6"]))
        small_base.make(self.top / "musl", [
            "d:lib:755", "d:usr:755", "d:usr/bin:755", f"f:usr/bin/python{VERSION}:755:#!/bin/sh",
            "f:lib/ld-musl-x86_64.so.1:755:x"])
        done = self.run_veneer("build", "--venv", ".venv", "--base", f"oci:{self.top}/musl", "-o",
                               "oci:image")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{self.site(native)}: error: needs glibc, but the image has musl "
                      "[libc]\n", done.stderr)


if __name__ == "__main__":
    program.main()
