"""That a static build is one file that runs anywhere, and makes the bytes of any other build.

usage: static_test.py STATIC-VENEER
  VENEER_DYNAMIC=PROGRAM   a build with shared libraries of the same versions, to compare with
  VENEER_RUN=PROGRAM       what runs a program for another processor (qemu-aarch64-static)
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

import old_kernel
import program

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE.parent
LARGEST = 15_000_000
LAYOUT = HERE / "layouts" / "a_issue3439_torch_filelock.rp2.3.2.runfiles.tsv"
DYNAMIC = os.environ.get("VENEER_DYNAMIC")
RUN = os.environ.get("VENEER_RUN")
CHROOT = shutil.which("chroot", path="/usr/sbin:/sbin:/usr/bin:/bin")
# A name that needs more than ASCII, in pax headers.
NAME = "Gr\u00f6\u00dfe \u4e2d\u6587"


def readelf(*options):
    """What readelf says of the program, in its wide form."""
    return subprocess.run(["readelf", "-W", *options, program.VENEER], check=True,
                          capture_output=True, text=True, timeout=60).stdout


class Executable(unittest.TestCase):
    def test_it_needs_no_library_and_no_loader(self):
        self.assertNotIn("NEEDED", readelf("--dynamic"))
        self.assertNotIn("INTERP", readelf("--segments"))

    def test_it_is_protected_as_a_release_is(self):
        self.assertRegex(readelf("--file-header"), r"Type:\s+DYN")
        segments = readelf("--segments")
        stack = re.search(r"GNU_STACK(?:\s+0x\w+){5} (...)", segments)
        self.assertEqual(stack[1], "RW ")
        self.assertNotIn(" RWE ", segments)
        self.assertIn("GNU_RELRO", segments)
        self.assertIn("NOW", readelf("--dynamic"))

    def test_it_is_small(self):
        with tempfile.NamedTemporaryFile() as stripped:
            subprocess.run([os.environ.get("STRIP", "strip"), "-o", stripped.name, program.VENEER],
                           check=True, timeout=60)
            self.assertLess(os.path.getsize(stripped.name), LARGEST)

    def test_it_asks_no_library_of_the_system(self):
        """glibc would load one for accounts, and fail with another glibc's."""
        symbols = subprocess.run(["nm", program.VENEER], check=True, capture_output=True, text=True,
                                 timeout=60).stdout.split()
        asking = {"getpwnam_r", "getpwuid_r", "getgrnam_r", "getgrgid_r"}
        self.assertEqual(asking.intersection(symbols), set())

    def test_no_path_of_the_building_machine_is_in_it(self):
        binary = pathlib.Path(program.VENEER).read_bytes()
        self.assertNotIn(os.fsencode(SOURCES), binary)

    def test_it_says_what_it_is_linked_from(self):
        output = subprocess.run([*filter(None, [RUN]), program.VENEER, "version", "--json"],
                                check=True, capture_output=True, timeout=60).stdout
        libraries = json.loads(output)["libraries"]
        of = {"-", "all", "arm64" if RUN else "amd64"}
        with open(SOURCES / "third_party" / "libraries.txt", encoding="utf-8") as file:
            lines = [line.split() for line in file if re.match("source|package", line)]
        stated = {line[1].removesuffix("-dev"): line[2] for line in lines if line[3] in of}
        self.assertEqual({**libraries, **stated}, libraries)
        self.assertEqual(set(libraries) - set(stated), {"glibc", "gcc"})


class Runs(unittest.TestCase):
    """What the static program makes in a folder that has nothing but the program and its input."""

    prepare = None  # runs in the child before the program

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.root = pathlib.Path(self.temporary.name).resolve() / "root"
        self.root.mkdir()
        shutil.copy(program.VENEER, self.root / "veneer")
        tree = self.root / "tree"
        tree.mkdir()
        (tree / NAME).write_text("text\n" * 100_000)
        (tree / "link").symlink_to(NAME)
        shutil.copy("/bin/true", tree / "program")
        (self.root / "list.mtree").write_text(
            "#mtree\nsrv type=dir\n"
            "srv/text type=file mode=0644 content=tree/link "
            "md5=d41d8cd98f00b204e9800998ecf8427e\n")

    def run_alone(self, *words, code=0):
        """Runs the program in the folder as its root; returns what it prints."""
        command = [*filter(None, [RUN and "/run"]), "/veneer", *words]
        if RUN:
            shutil.copy(RUN, self.root / "run")
        unshare = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
        result = subprocess.run([*unshare, CHROOT, self.root, *command], check=False,
                                env={"TMPDIR": "/"}, capture_output=True, text=True,
                                timeout=120, preexec_fn=self.prepare)
        self.assertEqual(result.returncode, code, result.stderr)
        return result.stdout if code == 0 else result.stderr

    def test_an_image_is_made_and_verified_in_an_empty_root(self):
        for codec in ("gzip", "zstd"):
            self.run_alone("build", "--tree", "tree:srv", "--check=off", "--no-store",
                           "--compression", codec, "-o", "oci:out:" + codec)
            self.run_alone("build", "--tree", "tree:opt", "--base", "oci:out:" + codec,
                           "--check=off", "--store", "store", "-o", "oci-archive:app.tar:app:1")
            self.assertIn(NAME, self.run_alone("inspect", "oci-archive:app.tar", "--files"))
            self.assertIn("libc.so.6", self.run_alone("verify", "oci-archive:app.tar"))

    def test_archives_are_written_and_read_in_an_empty_root(self):
        for form in ("-cf", "-czf", "-cjf", "-cJf", "--zstd -cf", "--lz4 -cf"):
            self.run_alone("tar", *form.split(), "a.tar", "tree")
            self.assertIn("tree/link", self.run_alone("tar", "-tf", "a.tar"), form)
            out = self.root / form
            out.mkdir()
            self.run_alone("tar", "-xf", "a.tar", "-C", form)
            self.assertEqual(program.files_below(self.root / "tree"),
                             program.files_below(out / "tree"), form)

    @unittest.skipUnless(os.geteuid() == 0, "only root gives files to others")
    def test_owners_are_looked_up_in_the_files_of_accounts(self):
        """The archive says 7; the name has another number in this root."""
        with tarfile.open(self.root / "owned.tar", "w", format=tarfile.USTAR_FORMAT) as archive:
            for name in ("server", "unknown"):
                member = tarfile.TarInfo("of-" + name)
                member.uid = member.gid = 7
                member.uname = member.gname = name
                archive.addfile(member)
        (self.root / "etc").mkdir()
        (self.root / "etc" / "passwd").write_text(
            "root:x:0:0::/:/bin/sh\nserver:x:123:45::/:/bin/sh\n")
        (self.root / "etc" / "group").write_text("root:x:0:\nserver:x:45:root\n")
        (self.root / "etc" / "nsswitch.conf").write_text("passwd: compat ldap\ngroup: sss\n")
        self.run_alone("tar", "-xf", "owned.tar")
        owners = [((self.root / name).stat().st_uid, (self.root / name).stat().st_gid)
                  for name in ("of-server", "of-unknown")]
        self.assertEqual(owners, [(123, 45), (7, 7)])

    def test_digests_that_an_mtree_states_are_compared_in_an_empty_root(self):
        errors = self.run_alone("plan", "--mtree", "list.mtree", code=1)
        self.assertIn("md5", errors)


@unittest.skipIf(RUN or not old_kernel.is_known(), "the calls of this processor are not known")
class RunsOnOldKernels(Runs):
    """The same without the system calls that Linux 4.18 lacks, of 2018."""

    prepare = staticmethod(old_kernel.pretend)

    def test_it_is_old(self):
        """close_range(2) is of Linux 5.9."""
        done = subprocess.run(
            [sys.executable, "-c", "import ctypes, errno\n"
             "libc = ctypes.CDLL(None, use_errno=True)\n"
             "assert libc.syscall(436, 1000, 1000, 0) == -1\n"
             "assert ctypes.get_errno() == errno.ENOSYS"],
            preexec_fn=self.prepare, check=False, timeout=60)
        self.assertEqual(done.returncode, 0)


@unittest.skipUnless(DYNAMIC, "without VENEER_DYNAMIC there is nothing to compare with")
class Bytes(unittest.TestCase):
    def make(self, veneer, top, *options):
        """Builds an image of a layout by a program; returns all its files."""
        out = top / "out"
        shutil.rmtree(out, ignore_errors=True)
        subprocess.run([*veneer, "build", "--runfiles", next(top.glob("layout/**/*.runfiles")),
                        "--no-store", "--check=off", *options, "-o", f"oci:{out}"], check=True,
                       timeout=300, capture_output=True)
        return program.files_below(out)

    def test_the_image_is_that_of_the_other_build(self):
        with tempfile.TemporaryDirectory() as temporary:
            top = pathlib.Path(temporary)
            subprocess.run([sys.executable, HERE / "materialize_layout.py", LAYOUT, top / "layout"],
                           check=True)
            for options in (["--level=1"], ["--level=6"], ["--level=12"], ["--compression=zstd"],
                            ["--compression=none"]):
                images = [self.make(veneer, top, *options)
                          for veneer in ([DYNAMIC], [*filter(None, [RUN]), program.VENEER])]
                self.assertEqual(images[0], images[1], options)


if __name__ == "__main__":
    program.main()
