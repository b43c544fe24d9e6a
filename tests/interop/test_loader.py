"""`veneer verify` reports the libraries that the dynamic linker of this machine cannot load.

Each case is a small root file system. It has a library in a wheel's repository, a virtual
environment that reaches the library in one of several ways, and a program that loads it inside a
chroot.
"""

import json
import os
import shutil
import subprocess

import judge

RUNFILES = "app/x.runfiles"
SITE = f"{RUNFILES}/_main/_x.venv/lib/python3.13/site-packages"
TORCH, NCCL = (f"{RUNFILES}/{name}/site-packages" for name in ("torch", "nccl"))
OPENER = r"""
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>
int main(int count, char** arguments) {
  if (count > 2 && chdir(arguments[2]) != 0) return 2;
  if (dlopen(arguments[1], RTLD_NOW) != 0) return 0;
  puts(dlerror());
  return 1;
}
"""


class Loader(judge.Judge):
    """One test per way to reach a library."""

    clients = ("gcc", "ldd", "chroot", "tar")
    as_root = True

    def setUp(self):
        super().setUp()
        self.root = self.folder / "root"
        self.compile()
        config = self.root / SITE / "../../../pyvenv.cfg"
        (self.root / SITE).mkdir(parents=True)
        config.resolve().touch()

    def compile(self):
        """Compiles the program and the libraries.

        The program has its libc. liba needs libnccl, which is next to liba's package. libb needs
        libsibling in its own directory.
        """
        (self.folder / "opener.c").write_text(OPENER)
        (self.folder / "empty.c").write_text("int symbol(void) { return 1; }\n")
        self.gcc("opener", self.folder / "opener.c")
        libraries = judge.run(["ldd", self.root / "opener"]).split()
        for library in (word for word in libraries if word.startswith("/")):
            place = self.root / library.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, place)
        self.library(f"{NCCL}/nvidia/nccl/lib/libnccl.so.2")
        self.library(f"{TORCH}/torch/lib/liba.so", f"{NCCL}/nvidia/nccl/lib/libnccl.so.2",
                     "$ORIGIN/../../nvidia/nccl/lib")
        self.library(f"{TORCH}/torch/lib/libsibling.so")
        self.library(f"{TORCH}/torch/lib/libb.so", f"{TORCH}/torch/lib/libsibling.so", "$ORIGIN")

    def gcc(self, output, *arguments):
        """Compiles into the root file system."""
        path = self.root / output
        path.parent.mkdir(parents=True, exist_ok=True)
        judge.run(["gcc", "-o", path, *arguments])

    def library(self, path, needed=None, run_path=None):
        """Compiles a shared object whose soname is the name of its file."""
        options = ["-shared", "-fPIC", self.folder / "empty.c",
                   f"-Wl,-soname,{os.path.basename(path)}"]
        if needed:
            options += ["-Wl,--no-as-needed", self.root / needed, f"-Wl,-rpath,{run_path}",
                        "-Wl,--enable-new-dtags"]
        self.gcc(path, *options)

    def link(self, path, to):
        """Makes a relative link below site-packages to a path of the root."""
        place = self.root / SITE / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(os.path.relpath(self.root / to, place.parent))

    def loads(self, path, directory="/"):
        """Whether the dynamic linker can open a library."""
        done = subprocess.run(["chroot", self.root, "/opener", path, directory], text=True,
                              capture_output=True, timeout=judge.TIMEOUT, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.returncode == 0

    def findings(self):
        """Makes an image of the root; returns the findings of `veneer verify`."""
        layer = self.folder / "layer.tar"
        judge.run(["tar", "--create", "--file", layer, "--directory", self.root, "."])
        judge.veneer("image", "--layer", layer, "-o", f"oci:{self.folder}/image")
        command = [os.environ["VENEER"], "verify", "--json", f"oci:{self.folder}/image"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=judge.TIMEOUT,
                              check=False)
        report = json.loads(done.stdout)
        self.assertEqual(done.returncode != 0, report["errors"] > 0)
        return report["findings"]

    def check(self, name, loads, opened=None, directory="/"):
        """Checks that the linker loads a library if `loads`, and that verify agrees."""
        path = f"{SITE}/torch/lib/{name}"
        self.assertEqual(self.loads(opened or f"/{path}", directory), loads)
        errors = [found for found in self.findings() if found["severity"] == "error"]
        broken = [found["path"] for found in errors if found["check"].startswith("library-")]
        self.assertEqual(path not in broken, loads, errors)

    def test_directory_link(self):
        self.link("torch", f"{TORCH}/torch")
        self.link("nvidia", f"{NCCL}/nvidia")
        self.check("liba.so", False)

    def test_directory_link_inside(self):
        self.link("torch/lib", f"{TORCH}/torch/lib")
        self.link("nvidia", f"{NCCL}/nvidia")
        self.check("liba.so", False)

    def test_file_links(self):
        self.link("torch/lib/liba.so", f"{TORCH}/torch/lib/liba.so")
        self.link("nvidia/nccl/lib/libnccl.so.2", f"{NCCL}/nvidia/nccl/lib/libnccl.so.2")
        self.check("liba.so", True)

    def test_file_link_beside_directory_link(self):
        self.link("torch/lib/liba.so", f"{TORCH}/torch/lib/liba.so")
        self.link("nvidia", f"{NCCL}/nvidia")
        self.check("liba.so", True)

    def test_site_packages_is_a_link(self):
        whole = self.root / RUNFILES / "whole"
        shutil.copytree(self.root / TORCH, whole)
        shutil.copytree(self.root / NCCL, whole, dirs_exist_ok=True)
        (self.root / SITE).rmdir()
        self.link(".", f"{RUNFILES}/whole")
        self.check("liba.so", True)

    def test_hardlink(self):
        (self.root / SITE / "torch/lib").mkdir(parents=True)
        os.link(self.root / TORCH / "torch/lib/liba.so", self.root / SITE / "torch/lib/liba.so")
        self.link("nvidia", f"{NCCL}/nvidia")
        self.check("liba.so", True)

    def test_directory_link_and_sibling(self):
        self.link("torch", f"{TORCH}/torch")
        self.check("libb.so", True)

    def test_file_link_without_sibling(self):
        self.link("torch/lib/libb.so", f"{TORCH}/torch/lib/libb.so")
        self.check("libb.so", False)

    def test_libraries_beside_the_package(self):
        """The directory of libraries is next to the package in the repository, as with numpy."""
        self.library(f"{TORCH}/torch.libs/libbeside.so")
        self.library(f"{TORCH}/torch/lib/libc.so", f"{TORCH}/torch.libs/libbeside.so",
                     "$ORIGIN/../../torch.libs")
        self.link("torch", f"{TORCH}/torch")
        self.check("libc.so", True)

    def test_real_path(self):
        """A library that fails only by its real path is a note: Python does not open it so."""
        self.link("torch/lib/liba.so", f"{TORCH}/torch/lib/liba.so")
        self.link("nvidia", f"{NCCL}/nvidia")
        self.assertTrue(self.loads(f"/{SITE}/torch/lib/liba.so"))
        self.assertFalse(self.loads(f"/{TORCH}/torch/lib/liba.so"))
        notes = [found["path"] for found in self.findings()
                 if found["check"] == "library-by-real-path"]
        self.assertEqual(notes, [f"{SITE}/torch/lib/liba.so"])

    def test_relative_path_from_inside_a_link(self):
        self.link("torch", f"{TORCH}/torch")
        self.link("nvidia", f"{NCCL}/nvidia")
        self.check("liba.so", False, opened="./liba.so", directory=f"/{SITE}/torch/lib")

    def test_library_path_of_the_image(self):
        """A library is found in the directories of ld.so.conf."""
        self.link("torch", f"{TORCH}/torch")
        self.link("nvidia", f"{NCCL}/nvidia")
        near = self.root / "lib/x86_64-linux-gnu"
        near.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.root / NCCL / "nvidia/nccl/lib/libnccl.so.2", near)
        self.check("liba.so", True)


if __name__ == "__main__":
    judge.main()
