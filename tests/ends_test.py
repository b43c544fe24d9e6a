"""How a run ends when the system refuses: an exit code that says so, a line, and nothing half-written.
And what a run prints, whatever names are in its input.

usage: ends_test.py VENEER
"""

import json
import os
import pathlib
import resource
import signal
import subprocess
import tempfile
import unittest

import program

TIMEOUT = 120  # seconds, of what never takes one
NOBODY = 65534
TITLE = "l\x1b]0;title\x07"  # what sets a terminal's title
FAKE = "a\nveneer: error: b"
BIDI = "c\u202etxt.exe\u0085"
NOT_UTF8 = b"d\xe9\x9b"


def become_nobody(threads):
    """Of a process: has so few threads."""
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    resource.setrlimit(resource.RLIMIT_NPROC, (threads, threads))


class Case(unittest.TestCase):
    """A folder with a small tree."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        (self.top / "tree").mkdir()
        for number in range(3):
            (self.top / "tree" / f"file{number}").write_bytes(os.urandom(30_000))

    def run_veneer(self, *arguments, statuses=(0,), **options):
        """A finished process that ended with one of these codes."""
        done = subprocess.run([program.VENEER, *arguments], cwd=self.top, check=False, timeout=TIMEOUT,
                              **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options})
        self.assertIn(done.returncode, statuses, (arguments, done.stderr))
        return done

    def names(self):
        """What is in the folder."""
        return sorted(os.listdir(self.top))


class Names(Case):
    """Names that a terminal would obey, as an image may hold that somebody else made."""

    def setUp(self):
        super().setUp()
        for number, name in enumerate((TITLE, FAKE, BIDI, os.fsdecode(NOT_UTF8), "\u00e9")):
            os.symlink(f"\x1b[2J{number}", self.top / "tree" / name)

    def assert_plain(self, done, lines=None):
        """Nothing but printable UTF-8 and line feeds."""
        for output in (done.stdout, done.stderr):
            text = output.decode()
            self.assertEqual([c for c in text if c != "\n" and not c.isprintable()], [], text)
            for line in text.splitlines():
                self.assertFalse(line.startswith("veneer: error: b"), text)
        if lines is not None:
            self.assertEqual(done.stdout.count(b"\n"), lines, done.stdout)

    def test_findings(self):
        """Of a build, and of an image; as text and as JSON."""
        self.assert_plain(self.run_veneer("build", "--no-store", "--tree", "tree:srv", "-o", "oci:image"), lines=5)
        text = self.run_veneer("verify", "oci:image", statuses=(1,))
        self.assert_plain(text, lines=11)
        self.assertIn(b"srv/l\\x1b]0;title\\x07: error: is a link to '\\x1b[2J0'", text.stdout)
        self.assertIn("srv/\u00e9: ".encode(), text.stdout)
        for line in text.stdout.splitlines()[:-1]:
            self.assertRegex(line, rb"^[^ ]+: (error|note): |^srv/a\\nveneer: error: b: error: ")
        report = self.run_veneer("verify", "--json", "oci:image", statuses=(1,))
        self.assert_plain(report)
        paths = {finding["path"] for finding in json.loads(report.stdout)["findings"]}
        self.assertLessEqual({f"srv/{TITLE}", f"srv/{FAKE}", f"srv/{BIDI}", "srv/d\ufffd"}, paths)

    def test_explanations(self):
        """Of a path that is there, and of one that is not."""
        for name in (TITLE, FAKE, BIDI):
            for option in ((), ("--json",)):
                self.assert_plain(self.run_veneer("plan", "--tree", "tree:srv", *option, "--explain", f"srv/{name}"))
                self.assert_plain(self.run_veneer("plan", "--tree", "tree:srv", *option, "--explain", f"srv/{name}x",
                                                  statuses=(1,)))

    def test_arguments(self):
        """Of the command line, or of a file of arguments."""
        for name in (TITLE, FAKE, BIDI):
            self.assert_plain(self.run_veneer("build", f"--{name}", statuses=(2,)))
            self.assert_plain(self.run_veneer("build", "--tree", "tree:srv", "-o", name, statuses=(2,)))
            self.assert_plain(self.run_veneer("verify", f"oci:{name}", statuses=(1, 2)))
            self.assert_plain(self.run_veneer("build", "--no-store", "--check=off", "--tree", "tree:srv", "--timings",
                                              "--layer", f"{name}=**", "-o", f"oci:{name}", statuses=(0, 1, 2)))

    def test_listings_of_tar(self):
        """As bsdtar lists them; those that change the direction of text are escaped, too."""
        for locale in ("C", "C.UTF-8"):
            env = {**os.environ, "LC_ALL": locale}
            made = self.run_veneer("tar", "-cvf", "archive", "tree", env=env)
            listed = self.run_veneer("tar", "-tf", "archive", env=env)
            for done in (made, listed, self.run_veneer("tar", "-tvf", "archive", env=env)):
                self.assert_plain(done)
            lines = listed.stdout.splitlines()
            self.assertIn(b"tree/l\\033]0;title\\a", lines)
            self.assertIn(b"tree/a\\nveneer: error: b", lines)
            self.assertIn(b"tree/c\\342\\200\\256txt.exe\\302\\205", lines)
            self.assertIn(b"tree/d\\351\\233", lines)
            self.assertIn("tree/\u00e9".encode() if locale != "C" else b"tree/\\303\\251", lines)
            self.assertEqual(set(made.stderr.splitlines()) - {b"a tree"},
                             {b"a " + line for line in lines} - {b"a tree/"})


class Streams(Case):
    """Standard streams that are full or closed."""

    def test_error_nobody_reads(self):
        """The exit code tells it."""
        with open("/dev/full", "wb") as full:
            for options in ({"stderr": full}, {"preexec_fn": lambda: os.close(2)}):
                self.run_veneer("verify", "oci:nope", statuses=(1,), **options)
                self.run_veneer("verify", "--nope", statuses=(2,), **options)
                self.run_veneer("tar", "-xf", "nope", statuses=(1,), **options)
                self.run_veneer("--persistent_worker", statuses=(1,), input=b"{\n", **options)

    def test_warning_nobody_reads(self):
        """The image is made all the same."""
        os.symlink("/etc/nope", self.top / "tree" / "link")
        arguments = ["build", "--no-store", "--check=warn", "--tree", "tree:srv", "--timings", "-o"]
        self.assertIn(b"warning: ", self.run_veneer(*arguments, "docker-archive:plain:a:1").stderr)
        with open("/dev/full", "wb") as full:
            self.run_veneer(*arguments, "docker-archive:full:a:1", stderr=full)
            self.assertEqual(self.run_veneer(*arguments, "docker-archive:-:a:1", stderr=full).stdout,
                             (self.top / "plain").read_bytes())
        self.assertEqual((self.top / "full").read_bytes(), (self.top / "plain").read_bytes())

    def test_closed(self):
        """A message goes into no file that is opened in place of a stream."""
        os.symlink("/etc/nope", self.top / "tree" / "link")
        arguments = ["build", "--no-store", "--check=warn", "--tree", "tree:srv", "--timings", "-o"]
        self.run_veneer(*arguments, "docker-archive:plain:a:1")
        for closed in ([0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]):
            def close(descriptors=tuple(closed)):
                for descriptor in descriptors:
                    os.close(descriptor)
            name = "image" + "".join(map(str, closed))
            # What a run has to say on a closed standard output is not said, which is a fault.
            self.run_veneer(*arguments, f"docker-archive:{name}:a:1", preexec_fn=close,
                            statuses=(1,) if 1 in closed else (0,))
            self.assertEqual((self.top / name).read_bytes(), (self.top / "plain").read_bytes())
            self.run_veneer(*arguments, "docker-archive:-:a:1", preexec_fn=close, statuses=(1,) if 1 in closed else (0,))


    def test_answers(self):
        """Help and versions that nobody gets are a fault; of `diff` one that says nothing of images."""
        for words in (["--version"], ["-V"], ["--help"], ["gc", "--help"], ["store", "gc", "-h"], ["help", "gc"],
                      ["version"], ["tar", "--help"], ["diff", "--help"]):
            status = 2 if words[0] == "diff" else 1
            with open("/dev/full", "wb") as full:
                done = self.run_veneer(*words, stdout=full, statuses=(status,))
            self.assertEqual(done.stderr,
                             b"standard output: error: cannot write: No space left on device\n")
            self.run_veneer(*words, stdout=None, preexec_fn=lambda: os.close(1), statuses=(status,))


class Differences(Case):
    """A fault of `diff` never ends as if two images differed, which they do not."""

    def setUp(self):
        super().setUp()
        self.run_veneer("build", "--no-store", "--tree", "tree:srv", "-o", "oci:image")
        self.diff = ["diff", "--no-store", "oci:image", "oci:image"]

    def test_output(self):
        (self.top / "flags").write_text("\n".join(self.diff))
        for words in (self.diff, ["-v", *self.diff], ["@flags"]):
            self.assertEqual(self.run_veneer(*words).stderr, b"")
            with open("/dev/full", "wb") as full:
                done = self.run_veneer(*words, "--json", stdout=full, statuses=(2,))
            self.assertEqual(done.stderr,
                             b"standard output: error: cannot write: No space left on device\n")

    def test_flag_file(self):
        done = self.run_veneer(*self.diff, "@nope", statuses=(2,))
        self.assertEqual(done.stderr.count(b": error: "), 1, done.stderr)

    def test_descriptors(self):
        """However few: no difference, or one line."""
        if program.has_sanitizer():
            self.skipTest("a sanitizer needs some itself")
        for count in range(4, 30):
            done = self.run_veneer(*self.diff, statuses=(0, 2),
                                   preexec_fn=lambda n=count: resource.setrlimit(resource.RLIMIT_NOFILE, (n, n)))
            self.assertEqual(done.stderr.count(b"\n"), done.returncode // 2, done.stderr)
        self.assertEqual(done.returncode, 0, "no limit was high enough")

    @unittest.skipUnless(os.geteuid() == 0, "a limit of root's own threads is not kept")
    def test_threads(self):
        """However few, likewise."""
        if program.has_sanitizer():
            self.skipTest("a sanitizer needs some itself")
        self.top.chmod(0o755)
        for count in range(1, 8):
            done = self.run_veneer(*self.diff, statuses=(0, 2), preexec_fn=lambda n=count: become_nobody(n))
            self.assertEqual(done.stderr.count(b"\n"), done.returncode // 2, done.stderr)


class Limits(Case):
    """What a process may have."""

    def test_descriptors(self):
        """However few: the image or one line, and no folder is left behind."""
        if program.has_sanitizer():
            self.skipTest("a sanitizer needs some itself")
        (self.top / "store").mkdir()
        before = self.names()
        for count in range(4, 40):
            for output in ("oci:image", "oci-archive:image"):
                done = self.run_veneer("build", "--store", "store", "--tree", "tree:srv", "-o", output, statuses=(0, 1),
                                       preexec_fn=lambda n=count: resource.setrlimit(resource.RLIMIT_NOFILE, (n, n)))
                self.assertEqual(done.stderr.count(b": error: "), done.returncode, done.stderr)
                left = set(self.names()) - set(before)
                self.assertEqual(left, {"image"} if done.returncode == 0 else set(), (count, done.stderr))
                subprocess.run(["rm", "-rf", "image", "store"], cwd=self.top, check=True)
                (self.top / "store").mkdir()
        self.assertEqual(done.returncode, 0, "no limit was high enough")

    def test_a_small_stack(self):
        """64 KiB, of which each function takes little."""
        if program.has_sanitizer():
            self.skipTest("a sanitizer needs more")
        limited = ["sh", "-c", 'ulimit -s 64; exec "$0" "$@"', program.VENEER]
        build = ["build", "-q", "--no-store", "--tree", "tree:srv", "-o"]
        for command in ([*build, "oci:image"], [*build, "docker-archive:-"], ["verify", "oci:image"],
                        ["tar", "-czf", "-", "tree"], ["tar", "-cf", "-", "@-"], ["--persistent_worker"]):
            with open("/dev/null" if command[-1] != "@-" else self.top / "tree.tar", "rb") as given:
                done = subprocess.run([*limited, *command], cwd=self.top, stdin=given, capture_output=True,
                                      env={"PATH": os.environ["PATH"]}, timeout=TIMEOUT, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, b""), command)
            if command[1:2] == ["-czf"]:
                (self.top / "tree.tar").write_bytes(done.stdout)

    def test_a_soft_limit_of_descriptors(self):
        """Images with more layers in all than the soft limit of files have an index."""
        layers = [f"--layer=l{number}=srv/file{number}" for number in range(3)]
        images = []
        for name in ("386", "amd64", "arm/v6", "arm/v7", "arm64", "mips64le", "ppc64le", "riscv64", "s390x"):
            for file in range(3):
                (self.top / "tree" / f"file{file}").write_text(f"{name} {file}")
            image = f"oci:all:{name.replace('/', '-')}"
            self.run_veneer("build", "--no-store", "--tree=tree:srv", *layers, f"--platform=linux/{name}", "-o", image)
            images.append(f"--image={image}")
        limits = (30, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        self.run_veneer("index", *images, "-o", "oci:index",
                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limits))
        done = self.run_veneer("inspect", "oci:all", statuses=(1,))
        self.assertEqual(done.stderr.decode().splitlines()[1],
                         "oci:all: help: it holds '386', 'amd64', 'arm-v6', 'arm-v7', 'arm64', 'mips64le', 'ppc64le', "
                         "'riscv64' and 1 more")

    def test_a_program_that_ends_early(self):
        """A pipe that nobody reads is an error of the program that was asked to read it."""
        (self.top / "big").write_bytes(os.urandom(1_000_000))
        subprocess.run(["tar", "-cf", "big.tar", "big"], cwd=self.top, check=True)
        before = self.names()
        launch = "write to" if program.libarchive_version() >= (3, 8) else "launch external"
        for command, writing, reading in (
                ("false", "Can't write to program: false", "Child process exited with status 1"),
                ("head -c 100", "Can't write to program: head -c 100", "Unrecognized archive format"),
                ("no-such-program", f"Can't {launch} program: no-such-program",
                 "Can't initialize filter; unable to run program \"no-such-program\"")):
            for words, message in (
                    (["-cf", "out.tar"], f"veneer: error: cannot compress with '{command}': {writing}"),
                    (["-tf", "big.tar"], f"big.tar: error: cannot open: {reading}")):
                done = self.run_veneer("tar", *words, "--use-compress-program", command, "big", statuses=(1,))
                self.assertEqual(done.stderr.decode().splitlines()[0], message)
                self.assertEqual(self.names(), before)

    def test_children_are_awaited(self):
        """How a program has ended is known, also if whoever started veneer ignores SIGCHLD."""
        def ignore():
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        tar = ["tar", "-cf", "out.tgz", "--use-compress-program"]
        self.run_veneer(*tar, "gzip", "tree", preexec_fn=ignore)
        subprocess.run(["tar", "-tzf", "out.tgz"], cwd=self.top, check=True, capture_output=True)
        self.run_veneer(*tar, "false", "tree", statuses=(1,), preexec_fn=ignore)
        self.run_veneer("build", "--no-store", "--tree", "tree:srv", "-o", "oci:image")
        engine = self.top / "engine"
        engine.write_text("#!/bin/sh\ncat >/dev/null\nexit 3\n")
        engine.chmod(0o755)
        done = self.run_veneer("load", "oci:image", "--to", engine, "--tag", "app:1", statuses=(1,), preexec_fn=ignore)
        self.assertEqual((done.stdout, done.stderr.decode()),
                         (b"", f"oci:image: error: {engine} does not take the image: failed with exit code 3\n"))

    def test_more_jobs_than_processors(self):
        """Nothing is said of it, and the bytes are the same."""
        for codec in ("gzip", "zstd"):
            layers = set()
            for jobs in (1, 2 * os.cpu_count() + 1, 1024):
                done = self.run_veneer("layer", "--no-store", "--tree", "tree:srv", f"--compression={codec}", "--jobs",
                                       str(jobs), "-o", "layer")
                self.assertEqual(done.stderr, b"")
                layers.add((self.top / "layer").read_bytes())
                done = self.run_veneer("build", "--no-store", "--tree", "tree:srv", "--jobs", str(jobs), "-o", "oci:image")
                self.assertEqual(done.stderr, b"")
                self.assertEqual(self.run_veneer("verify", "--jobs", str(jobs), "oci:image").stderr, b"")
            self.assertEqual(len(layers), 1)

    @unittest.skipUnless(os.geteuid() == 0, "a limit of root's own threads is not kept")
    def test_threads(self):
        """However few: the image, or one line."""
        if program.has_sanitizer():
            self.skipTest("a sanitizer needs some itself")
        self.top.chmod(0o755)
        (self.top / "out").mkdir()
        os.chown(self.top / "out", NOBODY, NOBODY)
        for count in range(1, 8):
            done = self.run_veneer("build", "--no-store", "--jobs=4", "--tree", "tree:srv", "-o", "oci:out/image",
                                   statuses=(0, 1), preexec_fn=lambda n=count: become_nobody(n))
            self.assertEqual(done.stderr.count(b"\n"), done.returncode, done.stderr)
            left = os.listdir(self.top / "out")
            self.assertEqual(left, ["image"] if done.returncode == 0 else [], done.stderr)
            subprocess.run(["rm", "-rf", "out/image"], cwd=self.top, check=True)


class Umask(Case):
    """Modes that take from the owner, too, of a user whom they bind."""

    @unittest.skipUnless(os.geteuid() == 0, "becoming another user needs root")
    def test_every_umask(self):
        os.chmod(self.top, 0o755)
        for umask in (0o777, 0o277, 0o077, 0):
            folder = self.top / f"{umask:o}"
            folder.mkdir()
            os.chown(folder, NOBODY, NOBODY)

            def run(*words, umask=umask, folder=folder, **options):
                def prepare():
                    os.setgroups([])
                    os.setgid(NOBODY)
                    os.setuid(NOBODY)
                    os.umask(umask)
                return self.run_veneer(*words, preexec_fn=prepare, env={
                    **os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(folder)}, **options)
            for tag in ("a", "b"):
                run("build", "--tree=tree:srv", "-o", f"oci:{folder}/image:{tag}", "-o",
                    f"docker-archive:{folder}/{tag}.tar", "--sbom", f"{folder}/{tag}.spdx.json")
                run("verify", f"oci:{folder}/image:{tag}")
                for path in (folder / "image").rglob("*"):
                    self.assertEqual(path.stat().st_mode & 0o444, 0o444, path)
                for name in ("tar", "spdx.json"):
                    self.assertEqual((folder / f"{tag}.{name}").stat().st_mode & 0o777, 0o666 & ~umask)
            for path in (folder / "cache" / "veneer").rglob("*"):
                self.assertEqual(path.stat().st_mode & 0o400, 0o400, path)
            with open(self.top / "layer.tar", "wb") as out:
                run("layer", "--no-store", "--tree=tree:srv", "--compression=none", "-o", "-", stdout=out)
            with open(self.top / "layer.tar", "rb") as archive:
                run("tar", "-cf", f"{folder}/out", "@-", stdin=archive)


class FullDisk(Case):
    """A file system that runs full, at one moment or another."""
    sizes = range(8, 400, 24)  # KiB

    def mount(self, size):
        """Makes `full` a file system of so many KiB, in place of the one before."""
        subprocess.run(["umount", "full"], cwd=self.top, check=False, capture_output=True)
        (self.top / "full").mkdir(exist_ok=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", "full"], cwd=self.top,
                                 check=False, capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("tmpfs cannot be mounted here")

    def setUp(self):
        super().setUp()
        self.addCleanup(subprocess.run, ["umount", "full"], cwd=self.top, check=False, capture_output=True)
        self.run_veneer("layer", "--no-store", "--tree", "tree:srv", "-o", "layer.tar.gz")

    def check(self, *arguments, small=None, **options):
        """Runs a command on each size: its results or what was there before, and the cause."""
        statuses = set()
        for size in self.sizes if small is None else self.sizes[3:]:
            self.mount(size)
            if small is not None:
                self.run_veneer("build", "--no-store", "--tree", f"{small}:srv", "-o", "oci:full/image:old")
            before = program.files_below(self.top / "full")
            done = self.run_veneer(*arguments, statuses=(0, 1), **options)
            statuses.add(done.returncode)
            if done.returncode == 0:
                continue
            self.assertEqual(done.stderr.count(b": error: "), 1, done.stderr)
            self.assertRegex(done.stderr, rb"^full[^:]*: error: .*: No space left on device\n")
            self.assertNotIn(b".veneer", done.stderr)
            self.assertEqual(program.files_below(self.top / "full"), before, done.stderr)
            left = [path for path in (self.top / "full").rglob("*") if path.name.startswith(".veneer")]
            self.assertEqual(left, [], done.stderr)
        self.assertEqual(statuses, {0, 1})
        return done

    def test_output(self):
        """Of each command."""
        build = ["build", "--no-store", "--tree", "tree:srv", "-o"]
        self.check(*build, "oci:full/image")
        self.run_veneer("verify", "oci:full/image")
        self.check(*build, "docker-archive:full/image.tar", "-o", "oci:full/image", "--trace", "full/trace")
        self.check("layer", "--no-store", "--tree", "tree:srv", "-o", "full/layer.tar.gz")
        self.check("image", "--layer", "layer.tar.gz", "-o", "oci-archive:full/image.tar")
        for options in ("-cf", "-czf", "-cJf"):
            self.check("tar", options, "full/archive", "tree")

    def test_output_beside_another(self):
        """The image that is there stays."""
        (self.top / "small").write_bytes(b"small")
        self.check("build", "--no-store", "--tree", "tree:srv", "-o", "oci:full/image:new", small="small")
        for tag in ("old", "new"):
            self.run_veneer("verify", f"oci:full/image:{tag}")

    def test_temporary_files(self):
        """The folder of what is collected before it is sent."""
        self.check("build", "--no-store", "--tree", "tree:srv", "-o", "docker-archive:-",
                   env={**os.environ, "TMPDIR": "full"})


if __name__ == "__main__":
    program.main()
