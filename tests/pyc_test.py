"""Tests --pyc: which compiled files images have, and that Python takes them.

usage: pyc_test.py VENEER
"""

import base64
import hashlib
import importlib.util
import io
import json
import marshal
import os
import pathlib
import py_compile
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import unittest

import program
import small_base
import small_venv

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
TAG = sys.implementation.cache_tag
BASE = ["d:usr:755", "d:usr/bin:755", f"f:usr/bin/python{VERSION}:755:#!/bin/sh"]
UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH
CHECKED = py_compile.PycInvalidationMode.CHECKED_HASH


def compile_file(source, **options):
    """Compiles a source in the usual form; returns the path of the compiled file."""
    return pathlib.Path(py_compile.compile(str(source), doraise=True, **options))


def always_taken(source):
    """Returns the header of a compiled file that Python does not compare with its source."""
    return importlib.util.MAGIC_NUMBER + b"\1\0\0\0" + importlib.util.source_hash(source)


class Pyc(unittest.TestCase):
    """Images of a virtual environment, and of runfiles."""
    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name).resolve()
        small_base.make(self.top / "base", BASE)

    def run_veneer(self, *arguments, cwd=None):
        """Returns the finished process."""
        return subprocess.run([program.VENEER, *map(str, arguments)], cwd=cwd or self.top,
                              capture_output=True, text=True, check=False)

    def build(self, *options, cwd=None, messages=""):
        """Builds an image; returns {path: (text of a link, or bytes)} of its files."""
        output = tempfile.mkdtemp(dir=self.top)
        done = self.run_veneer("build", "--base", f"oci:{self.top}/base", "--json", "--check=off",
                               "--compression=none", "--layers=one", "-o", f"oci:{output}",
                               *options, cwd=cwd)
        self.assertEqual((done.returncode, done.stderr), (0, messages))
        [layer] = json.loads(done.stdout)["layers"]
        self.digest = layer["digest"]
        blob = pathlib.Path(output) / "blobs" / self.digest.replace(":", "/")
        found = {}
        with tarfile.open(fileobj=io.BytesIO(blob.read_bytes())) as tar:
            for member in tar:
                if not member.isdir():
                    file = tar.extractfile(member) if member.isfile() else None
                    found[member.name] = file.read() if file else member.linkname
                else:
                    self.assertFalse(member.name.endswith("__pycache__") and not any(
                        other.startswith(member.name + "/") for other in tar.getnames()))
        return found

    def make_project(self, name):
        """Makes a folder with an environment of one package and sources."""
        project = self.top / name
        (project / "src").mkdir(parents=True)
        (project / "src" / "main.py").write_text("import alpha\n")
        small_venv.make(project / ".venv", VERSION, os.path.realpath(sys.executable))
        small_venv.install(project / ".venv", "alpha", files={
            "alpha/__init__.py": b"NAME = 'alpha'\n", "alpha/a.py": b"A = 1\n",
            "alpha/b.py": b"B = 1\n", "alpha/c.py": b"C = 1\n", "alpha/d.py": b"D = 1\n",
            "alpha/legacy.pyc": b"without source"})
        return project

    def test_kept_files_of_an_environment(self):
        """Those that fit get the header that Python does not compare; others are left out."""
        project = self.make_project("project")
        site = small_venv.site_of(project / ".venv")
        fresh = compile_file(site / "alpha/__init__.py")
        # That one names the environment's place on this machine is no warning.
        optimised = compile_file(site / "alpha/a.py", optimize=1, dfile=f":{site}/alpha/a.py")
        stale = compile_file(site / "alpha/b.py")
        (site / "alpha/b.py").write_text("B = 12\n")
        checked = compile_file(site / "alpha/c.py", invalidation_mode=CHECKED)
        unchecked = compile_file(site / "alpha/d.py", invalidation_mode=UNCHECKED)
        main = compile_file(project / "src/main.py")
        fresh.with_name("__init__.cpython-27.pyc").write_bytes(fresh.read_bytes())
        fresh.with_name("gone.cpython-311.pyc").write_bytes(fresh.read_bytes())
        record = site / "alpha-1.dist-info/RECORD"
        relative = {path: path.relative_to(site) for path in (fresh, stale, unchecked)}
        old = base64.urlsafe_b64encode(hashlib.sha256(fresh.read_bytes()).digest()).decode()
        record.write_text(
            record.read_text().replace("alpha/__pycache__/__init__.cpython-311.pyc,,\n", "") +
            f"{relative[fresh]},sha256={old.rstrip('=')},{fresh.stat().st_size}\n"
            f"{relative[stale]},,\n{relative[unchecked]},,\n")
        options = ["--venv", ".venv", "--app", "src", "--venv-variables=off"]
        of_another = f"1 is not of Python {VERSION}, 1 has no source"
        if TAG != "cpython-311":
            of_another = f"2 are not of Python {VERSION}"
        files = self.build(*options, "--pyc=keep", cwd=project, messages=(
            "veneer: note: --pyc=keep leaves out 3 compiled files: 1 does not fit its source, "
            f"{of_another}\nveneer: help: --pyc=compile makes all of them anew\n"))
        place = f"app/.venv/lib/python{VERSION}/site-packages"
        compiled = {f"{place}/{path.relative_to(site)}": path
                    for path in (fresh, optimised, checked, unchecked)}
        compiled[f"app/src/{main.relative_to(project / 'src')}"] = main
        self.assertEqual({path for path in files if path.endswith(".pyc")},
                         {*compiled, f"{place}/alpha/legacy.pyc"})
        for path, on_disk in compiled.items():
            source = (on_disk.parents[1] / (on_disk.name.split(".")[0] + ".py")).read_bytes()
            self.assertEqual(files[path], always_taken(source) + on_disk.read_bytes()[16:])
        rows = files[f"{place}/alpha-1.dist-info/RECORD"].decode().splitlines()
        data = files[f"{place}/{relative[fresh]}"]
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
        self.assertEqual([row for row in rows if "__pycache__" in row], [
            f"{relative[fresh]},sha256={digest},{len(data)}", f"{relative[unchecked]},,"])
        for drop in ([], ["--pyc=drop"]):
            files = self.build(*options, *drop, cwd=project)
            self.assertEqual([path for path in files if path.endswith(".pyc")],
                             [f"{place}/alpha/legacy.pyc"])
            self.assertNotIn(b"__pycache__", files[f"{place}/alpha-1.dist-info/RECORD"])

    def test_kept_files_are_not_from_the_store(self):
        """What changed on disk changes in the image, and what did not is the same."""
        project = self.make_project("project")
        source = small_venv.site_of(project / ".venv") / "alpha/a.py"
        compile_file(source)
        options = ["--venv", ".venv", "--pyc=keep"]
        digests = set()
        for more in ([], [], ["--no-store", "--jobs", "1"], ["--no-store", "--jobs", "2"],
                     ["--jobs", "2"]):
            self.build(*options, *more, cwd=project)
            digests.add(self.digest)
        self.assertEqual(len(digests), 1)
        source.write_text("A = 22\n")
        self.assertNotIn(TAG, " ".join(self.build(*options, cwd=project, messages=(
            "veneer: note: --pyc=keep leaves out 1 compiled file: 1 does not fit its source\n"
            "veneer: help: --pyc=compile makes all of them anew\n"))))

    def make_runfiles(self, name="app"):
        """Makes runfiles in which a wheel's files have second paths, and an interpreter."""
        runfiles = self.top / "bin" / f"{name}.runfiles"
        wheel = self.top / "external" / "pip_alpha" / "site-packages"
        contents = {
            wheel / "alpha/__init__.py": "NAME = 'alpha'\n",
            wheel / "alpha/part.py": "PART = __name__\n",
            wheel / "single.py": "X = __file__\n",
            wheel / "alpha/broken.py": "def\n",
            self.top / "src/app.py": "import alpha.part, single\n",
        }
        for path, text in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.write_text(text)
        site = runfiles / f"_main/_{name}.venv/lib/python{VERSION}/site-packages"
        site.mkdir(parents=True)
        library = pathlib.Path(sysconfig.get_path("stdlib"))
        links = {
            runfiles / "_main/app.py": self.top / "src/app.py",
            runfiles / f"python/bin/python{VERSION}": os.path.realpath(sys.executable),
            runfiles / f"python/lib/python{VERSION}/os.py": f"{library}/./os.py",
            site / "alpha": pathlib.Path("../../../../../pip_alpha/site-packages/alpha"),
            site / "single.py": pathlib.Path("../../../../../pip_alpha/site-packages/single.py"),
        }
        for path in wheel.rglob("*.py"):
            links[runfiles / "pip_alpha/site-packages" / path.relative_to(wheel)] = path
        for path, target in links.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(target)
        return runfiles

    def import_from(self, files, *paths):
        """Imports the modules by these paths, after their sources were changed: what they have."""
        root = pathlib.Path(tempfile.mkdtemp(dir=self.top))
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                (root / path).symlink_to(content)
            else:
                is_source = path.endswith(".py") and "site-packages" in path
                (root / path).write_bytes(b"raise ImportError('compiled again')\n" if is_source
                                          else content)
        code = ("import sys; sys.path[:0] = [sys.argv[1]]\nimport alpha.part, single\n"
                "print(alpha.NAME, alpha.part.PART, single.__cached__)")
        return [subprocess.run([sys.executable, "-S", "-B", "-c", code, root / path], check=True,
                               capture_output=True, text=True).stdout.split() for path in paths]

    def test_compiled_runfiles(self):
        """Python finds them by every path that a module has, in every layout."""
        runfiles = self.make_runfiles()
        wheel = "app/app.runfiles/pip_alpha/site-packages"
        venv = f"app/app.runfiles/_main/_app.venv/lib/python{VERSION}/site-packages"
        for options, sites in [
                ([], [wheel, venv]), (["--runfiles-layout=venv"], [venv]),
                (["--shared-root=/srv/repos"],
                 [wheel, venv, "srv/repos/pip_alpha/site-packages"])]:
            with self.subTest(options=options):
                messages = self.LAYOUT if "--runfiles-layout=venv" in options else ""
                plain = self.build("--runfiles", runfiles, *options, messages=messages)
                self.assertFalse([path for path in plain if path.endswith(".pyc")])
                files = self.build("--runfiles", runfiles, "--pyc=compile", *options,
                                   messages=messages)
                self.assertEqual({path: content for path, content in files.items()
                                  if not path.endswith(".pyc")}, plain)
                self.assertEqual([path for path in files if "broken" in path and
                                  path.endswith(".pyc")], [])
                for site, found in zip(sites, self.import_from(files, *sites)):
                    self.assertEqual(found[:2], ["alpha", "alpha.part"])
                    self.assertTrue(found[2].endswith(f"{site}/__pycache__/single.{TAG}.pyc"))
                bodies = [content for path, content in files.items()
                          if path.endswith(f"single.{TAG}.pyc") and isinstance(content, bytes)]
                self.assertEqual(len(bodies), 1)
                self.assertTrue(marshal.loads(bodies[0][16:]).co_filename.endswith(
                    "site-packages/single.py"))

    LAYOUT = (
        "veneer: note: --runfiles-layout=venv dropped 4 paths (218 B of path names): the files are "
        "now in the virtual environment only\n"
        "veneer: note: 4 paths (218 B) of pip_alpha\n"
        "veneer: help: if the program opens one of these paths, keep it with --keep GLOB; "
        "--keep '*NAME*' keeps every repository with NAME in its name\n")

    def test_compiled_runfiles_are_the_same(self):
        """In every run, at every number of jobs, with and without a store; whatever its name."""
        options = ["--pyc=compile", "--shared-root=/srv/repos", "--layer", "pip=/srv/repos/pip*"]
        runfiles = self.make_runfiles()
        digests = set()
        for more in ([], [], ["--no-store", "--jobs", "1"], ["--no-store", "--jobs", "2"],
                     ["--jobs", "2"]):
            self.build("--runfiles", runfiles, *options[:2], *more)
            digests.add(self.digest)
        self.assertEqual(len(digests), 1)
        other = self.make_runfiles("other")
        layers = []
        for folder in (runfiles, other):
            done = self.run_veneer("build", "--runfiles", folder, *options, "--check=off", "--json",
                                   "-o", f"oci:{self.top}/{folder.name}.image")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            layers.append({layer["name"]: layer["digest"]
                           for layer in json.loads(done.stdout)["layers"]}["pip"])
        self.assertEqual(*layers)

    def test_compiled_files_from_another_plan(self):
        """They are taken while the source is as it was, by every layout; no compiler is needed."""
        runfiles = self.make_runfiles()
        (runfiles / "pip_alpha/site-packages/alpha/broken.py").unlink()
        (self.top / "external/pip_alpha/site-packages/alpha/broken.py").unlink()
        compiling = ["--runfiles", runfiles, "--pyc=compile"]
        done = self.run_veneer("plan", *compiling, "--prefix=/x", "--name=y", "-o", "made")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        taken = [*compiling, "--pyc-from", self.top / "made"]
        for layout in ([], ["--runfiles-layout=venv"]):
            layout_said = self.LAYOUT.replace("4 paths (218", "3 paths (162")
            fresh = self.build(*compiling, *layout, messages=layout_said if layout else "")
            again = self.build(*taken, *layout, "--pyc-python=/nowhere",
                               messages=layout_said if layout else "")
            self.assertEqual(again, fresh)
        (self.top / "src/app.py").write_text("import single\n")
        fresh = self.build(*compiling)
        self.assertEqual(self.build(*taken), fresh)
        done = self.run_veneer("plan", *taken, "--pyc-python=/nowhere")
        self.assertEqual((done.returncode, done.stderr), (
            1, "/nowhere: error: cannot be run: No such file or directory\n"))

    def test_kept_and_dropped_runfiles(self):
        """The default packs what is there; links have the fate of what they lead to."""
        runfiles = self.make_runfiles()
        wheel = runfiles / "pip_alpha/site-packages"
        real = self.top / "external/pip_alpha/site-packages"
        fresh = compile_file(real / "single.py")
        stale = compile_file(real / "alpha/part.py")
        (real / "alpha/part.py").write_text("PART = 1 + 1\n")
        for path in (fresh, stale):
            link = wheel / path.relative_to(real)
            link.parent.mkdir()
            link.symlink_to(path)
        site = runfiles / f"_main/_app.venv/lib/python{VERSION}/site-packages"
        (site / "__pycache__").mkdir()
        (site / "__pycache__" / fresh.name).symlink_to(
            f"../../../../../../pip_alpha/site-packages/__pycache__/{fresh.name}")
        place = "app/app.runfiles/pip_alpha/site-packages"
        link = f"app/app.runfiles/{site.relative_to(runfiles)}/__pycache__/{fresh.name}"
        files = self.build("--runfiles", runfiles)
        self.assertEqual({path for path in files if path.endswith(".pyc")}, {
            f"{place}/__pycache__/{fresh.name}", f"{place}/alpha/__pycache__/{stale.name}", link})
        files = self.build("--runfiles", runfiles, "--pyc=keep", messages=(
            "veneer: note: --pyc=keep leaves out 1 compiled file: 1 does not fit its source\n"
            "veneer: help: --pyc=compile makes all of them anew\n"))
        self.assertEqual({path for path in files if path.endswith(".pyc")},
                         {f"{place}/__pycache__/{fresh.name}", link})
        self.assertEqual(files[f"{place}/__pycache__/{fresh.name}"],
                         always_taken((real / "single.py").read_bytes()) + fresh.read_bytes()[16:])
        files = self.build("--runfiles", runfiles, "--pyc=drop")
        self.assertFalse([path for path in files if path.endswith(".pyc")])
        files = self.build("--runfiles", runfiles, "--pyc=compile")
        self.assertEqual(files[f"{place}/alpha/__pycache__/{stale.name}"][:16],
                         always_taken(b"PART = 1 + 1\n"))

    def test_runfiles_without_an_interpreter_that_fits(self):
        """One can be named; its version must be the program's."""
        runfiles = self.make_runfiles()
        (runfiles / f"python/bin/python{VERSION}").unlink()
        done = self.run_veneer("build", "--runfiles", runfiles, "--pyc=compile", "-o", "oci:image")
        self.assertEqual((done.returncode, done.stderr), (1, (
            "veneer: error: --pyc=compile: the runfiles have no interpreter that could compile\n"
            "veneer: help: name one of the same version on this machine: --pyc-python=FILE\n")))
        files = self.build("--runfiles", runfiles, "--pyc=compile", "--pyc-python", sys.executable)
        self.assertIn(f"app/app.runfiles/_main/__pycache__/app.{TAG}.pyc", files)
        library = runfiles / "python/lib"
        (library / f"python{VERSION}").rename(library / "python3.9")
        done = self.run_veneer("build", "--runfiles", runfiles, "--pyc=compile", "--pyc-python",
                               sys.executable, "-o", "oci:image")
        self.assertEqual((done.returncode, done.stderr), (1, (
            f"{sys.executable}: error: makes files for '{TAG}', but the program runs with Python "
            "3.9\n"
            f"{sys.executable}: help: name one of the same version on this machine: "
            "--pyc-python=FILE\n")))
        broken = runfiles / "python/bin/python3.9"
        broken.write_bytes(b"\x7fELF of another machine")
        broken.chmod(0o755)
        done = self.run_veneer("build", "--runfiles", runfiles, "--pyc=compile", "-o", "oci:image")
        self.assertEqual((done.returncode, done.stderr), (1, (
            f"{broken}: error: cannot be run: Exec format error\n"
            f"{broken}: help: name one of the same version on this machine: --pyc-python=FILE\n")))

    def test_options_that_lack_what_they_are_about(self):
        """--pyc is for Python programs."""
        for arguments, message in [
                (["--tree", "base:/x", "--pyc=drop"],
                 "--pyc requires --venv or the runfiles of a program"),
                (["--runfiles", self.make_runfiles(), "--pyc-python", "/usr/bin/python3"],
                 "--pyc-python requires --pyc=compile"),
                (["--runfiles", self.make_runfiles("b"), "--pyc=keep", "--pyc-from", "plan"],
                 "--pyc-from requires --pyc=compile")]:
            done = self.run_veneer("plan", *arguments)
            self.assertEqual((done.returncode, done.stderr), (2, (
                f"veneer: error: {message}\nveneer: help: see `veneer plan --help`\n")))


if __name__ == "__main__":
    program.main()
