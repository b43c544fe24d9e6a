"""Compares what README and docs show of veneer's output with what it prints at 80 columns.

usage: captures_test.py VENEER [--update]

Behind `<!-- capture -->`, a page has a block of commands, each with what a terminal of 80 columns
shows. They run here, one after the other, on a sample. Digests and durations are replaced, because
they differ from machine to machine. --update writes the blocks anew.
"""

import hashlib
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

import elf_sample
import program
import small_venv
from made_images import Image, member, tar

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ("README.md", "docs/inspect.md", "docs/checks.md")
BLOCK = re.compile(r"(<!-- capture -->\n```console\n)(.*?)(```\n)", re.S)
LIBRARY = "libdeflate:6605f961"  # that the sizes are of, as `veneer version` names it
PYTHON = "usr/bin/python3.11"
LIBRARY_OF_PYTHON = "usr/lib/python3.11/os.py"


def noise(seed, size):
    """Returns bytes that no codec makes smaller, the same at any time."""
    data = b"".join(hashlib.sha256(f"{seed} {i}".encode()).digest() for i in range(size // 32 + 1))
    return data[:size]


def install(venv, name, version, files):
    """Installs a package whose script names no place of this machine."""
    small_venv.install(venv, name, version, files=files,
                       script=f"#!/app/.venv/bin/python\nimport {name}\n")


def make_project(folder, version):
    """Makes a virtual environment with two packages, a program, and a base."""
    venv = folder / ".venv"
    small_venv.make(venv)
    # As in a wheel: a library beside those that need it.
    elf_sample.write(folder / "linked", needed=["libshop.so.1"], runpath="$ORIGIN/../shop.libs")
    elf_sample.write(folder / "library", soname="libshop.so.1")
    install(venv, "shop", version, {
        "shop/__init__.py": b"import shop._fast\n" * 40,
        "shop/_fast.so": (folder / "linked").read_bytes() + noise("fast", 3_000_000),
        "shop.libs/libshop.so.1": (folder / "library").read_bytes() + noise("library", 1_400_000)})
    install(venv, "markup", "3.0", {"markup/__init__.py": b"def escape(text):\n    return text\n" * 900})
    (folder / "src").mkdir()
    (folder / "src" / "main.py").write_text("import shop\n" * int(float(version) * 10))
    Image([tar([member("usr"), member("usr/bin"), member("usr/bin/python3", link="python3.11"),
                member(PYTHON, elf_sample.elf(program=True), mode=0o755), member("usr/lib"),
                member("usr/lib/python3.11"), member(LIBRARY_OF_PYTHON, "pass\n" * 20_000)])],
          history=[{"created_by": "python 3.11"}]).layout(folder / "python")


def make_broken(folder):
    """Makes an image whose library is not where another looks for it, and a link that dangles."""
    root = folder / "root"
    site = root / "app/.venv/lib/python3.11/site-packages"
    for path in (site, root / "app/.venv/bin", root / "wheels/fast", root / "usr/bin",
                 root / "usr/lib/python3.11"):
        path.mkdir(parents=True)
    elf_sample.write(root / PYTHON, program=True)
    (root / PYTHON).chmod(0o755)
    (root / LIBRARY_OF_PYTHON).write_text("pass\n")
    (root / "app/.venv/pyvenv.cfg").write_text("")
    (root / "app/.venv/bin/python3").symlink_to("../../../usr/bin/python3.11")
    elf_sample.write(root / "wheels/fast/core.so", needed=["libmath.so.2"],
                     runpath="$ORIGIN/../math.libs")
    (site / "math.libs").mkdir()
    elf_sample.write(site / "math.libs/libmath.so.2", soname="libmath.so.2")
    (site / "fast").symlink_to("../../../../../wheels/fast")
    (root / "app/data").symlink_to("../var/data")
    subprocess.run([program.VENEER, "-q", "build", "--tree", "root:/", "--check=off", "--no-store",
                    "-o", "oci:broken"], cwd=folder, check=True)


class Captures(unittest.TestCase):
    """The pages."""

    maxDiff = None

    def setUp(self):
        used = subprocess.run([program.VENEER, "version"], capture_output=True, text=True, check=True)
        if LIBRARY not in used.stdout:
            self.skipTest(f"sizes are those of {LIBRARY}, not: {used.stdout}")
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        for name, version in (("shop", "2.1"), ("newer", "2.2")):
            (self.top / name).mkdir()
            make_project(self.top / name, version)
        subprocess.run([program.VENEER, "-q", "build", "--venv", ".venv", "--app", "src", "-e",
                        "main.py", "--base", "oci:python", "--check=off", "--no-store", "-o",
                        "docker-archive:../shop/newer.tar:shop:2"], cwd=self.top / "newer", check=True)
        make_broken(self.top / "shop")
        self.digests = {}

    def stable(self, match):
        """Returns another digest of the same length, by the order in which they come."""
        number = self.digests.setdefault(match[1][:12], len(self.digests))
        return "sha256:" + hashlib.sha256(f"{number}".encode()).hexdigest()[:len(match[1])]

    def shown(self, command):
        """Returns what a terminal of 80 columns shows of a command."""
        words = [program.VENEER, *shlex.split(command.replace("\\\n", ""))[1:]]
        shown = program.shown_on_terminal(words, 80, cwd=self.top / "shop",
                                          env={**os.environ, "NO_COLOR": "1"})
        shown = re.sub(r"sha256[:/]([0-9a-f]+)", lambda match: self.stable(match).replace(
            "sha256:", match[0][:7]), shown)
        shown = re.sub(r"; [0-9.]+ s$", "; 0.05 s", shown, flags=re.M)
        for line in shown.splitlines():
            has_spaces = " " in line.strip()  # else it is one long word, such as a blob's path
            self.assertTrue(len(line) <= 80 or not has_spaces, line)
        return shown

    def capture(self, block):
        """Returns the block with what its commands print now."""
        commands = re.findall(r"^\$ ((?:.*\\\n)*.*)", block, re.M)
        return "".join(f"$ {command}\n{self.shown(command)}" for command in commands)

    def test_pages_show_what_is_printed(self):
        """In the order of PAGES: a later page may use what an earlier one makes."""
        count = 0
        for name in PAGES:
            page = ROOT / name
            text = page.read_text()
            count += len(BLOCK.findall(text))
            found = BLOCK.sub(lambda match: match[1] + self.capture(match[2]) + match[3], text)
            if program.UPDATE:
                page.write_text(found)
            self.assertEqual(page.read_text(), found)
        self.assertGreaterEqual(count, 4)


if __name__ == "__main__":
    program.main()
