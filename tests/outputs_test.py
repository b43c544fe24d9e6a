"""Tests the outputs of a run: all or none are written, to any place, in the format of their names.

usage: outputs_test.py VENEER

A pipe among the outputs stops a run in the middle: veneer writes to it when all results are
complete, and before the first of them gets its name.
"""

import fcntl
import gzip
import io
import json
import os
import pathlib
import pty
import resource
import select
import shutil
import shutil
import signal
import stat
import subprocess
import tarfile
import tempfile
import time
import unittest

import program

TIMEOUT = 120  # seconds; a run takes less than one
BIG = 300_000  # bytes of random content, which no codec makes smaller
PIPE_SIZE = 4096  # the smallest; a writer of more waits for the reader
F_SETPIPE_SZ = 1031  # fcntl(2); Python has it since 3.10
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def codec_of(content):
    """Returns the codec of compressed content, by its first bytes."""
    if content.startswith(GZIP):
        return "gzip"
    return "zstd" if content.startswith(ZSTD) else "none"


class Case(unittest.TestCase):
    """A folder with a small tree, and a tree that fills a pipe."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        for name, content in (("tree", b"content"), ("big", os.urandom(BIG))):
            (self.top / name).mkdir()
            (self.top / name / "file").write_bytes(content)
        (self.top / "scratch").mkdir()

    def command(self, *arguments):
        """Returns the arguments for a process of veneer."""
        return {"args": [program.VENEER, *arguments], "cwd": self.top, "stderr": subprocess.PIPE,
                "env": {**os.environ, "TMPDIR": str(self.top / "scratch")}}

    def run_veneer(self, *arguments, status=0, **options):
        """Runs veneer, which must end with `status`; returns the finished process."""
        done = subprocess.run(**{**self.command(*arguments), "stdout": subprocess.PIPE,
                                 "timeout": TIMEOUT, "check": False, **options})
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def files(self):
        """Returns every path below the folder, with its content or its file type."""
        found = {}
        for path in sorted(self.top.rglob("*")):
            mode = path.lstat().st_mode
            content = path.read_bytes() if stat.S_ISREG(mode) else stat.S_IFMT(mode)
            found[str(path.relative_to(self.top))] = content
        return found


class Streams(Case):
    """A place that is not a regular file is written to, and is not replaced."""

    def setUp(self):
        super().setUp()
        self.run_veneer("build", "--no-store", "--tree", "tree:srv",
                        "-o", "docker-archive:plain.tar:app:1")
        self.archive = (self.top / "plain.tar").read_bytes()

    def build(self, place, **options):
        """Writes the same image to another place."""
        return self.run_veneer("build", "--no-store", "--tree", "tree:srv",
                               "-o", f"docker-archive:{place}:app:1", **options)

    def test_standard_output(self):
        """It may be `-`, a path, or a link like /dev/stdout. Messages go to standard error."""
        os.symlink("/proc/self/fd/1", self.top / "stdout")
        for place in ("-", "/dev/fd/1", "/proc/self/fd/1", "stdout"):
            done = self.build(place)
            self.assertEqual(done.stdout, self.archive, place)
            self.assertIn(b" sha256:", done.stderr)
            with open(self.top / "redirected", "wb") as file:
                self.build(place, stdout=file)
            self.assertEqual((self.top / "redirected").read_bytes(), self.archive, place)
        self.assertTrue((self.top / "stdout").is_symlink())
        self.assertFalse((self.top / "-").exists())

    def test_terminal(self):
        """Archives are not written to a terminal; texts are."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        for option, arguments in (
                ("--output",
                 ("build", "--no-store", "--tree", "tree:srv", "-o", "oci-archive:-")),
                ("--output", ("layer", "--no-store", "--tree", "tree:srv", "-o", "-"))):
            done = self.run_veneer(*arguments, status=1, stdout=theirs)
            self.assertIn(f"'{option} -' is a terminal, but the output is binary", done.stderr.decode())
        self.run_veneer("plan", "--tree", "tree:srv", "-o", "-", stdout=theirs)
        self.assertIn(b"veneer plan 1", os.read(ours, 1000))

    def test_another_descriptor(self):
        """Results can go to another descriptor that the shell opened, as by 3>file."""
        with open(self.top / "third", "wb") as file:
            done = self.build(f"/dev/fd/{file.fileno()}", pass_fds=[file.fileno()])
        self.assertEqual((self.top / "third").read_bytes(), self.archive)
        self.assertIn(b" sha256:", done.stdout)

    def test_pipes_of_each_command(self):
        """The result of each command can go into a pipe."""
        os.mkfifo(self.top / "pipe")
        self.run_veneer("layer", "--no-store", "--tree", "tree:srv", "-o", "layer.tgz")
        self.run_veneer("plan", "--tree", "tree:srv", "-o", "plan")
        self.run_veneer("tar", "-cf", "plain", "tree")
        for wanted, arguments in (
                ("plain.tar", ("build", "--no-store", "--tree", "tree:srv",
                               "-o", "docker-archive:pipe:app:1")),
                ("layer.tgz", ("layer", "--no-store", "--tree", "tree:srv", "-o", "pipe")),
                ("plan", ("plan", "--tree", "tree:srv", "-o", "pipe")),
                ("plain", ("tar", "-cf", "pipe", "tree"))):
            with subprocess.Popen(**self.command(*arguments), stdout=subprocess.DEVNULL) as process:
                with open(self.top / "pipe", "rb") as pipe:
                    content = pipe.read()
                self.assertEqual(process.wait(TIMEOUT), 0, process.stderr.read())
            self.assertEqual(content, (self.top / wanted).read_bytes(), arguments)
        self.assertTrue((self.top / "pipe").is_fifo())
        self.assertFalse((self.top / "pipe.json").exists(), "a descriptor beside a pipe")

    def test_layer_and_tar_to_standard_output(self):
        """Tests `layer -o - >layer.tgz`, and `tar -cf - | ...`."""
        layer = self.run_veneer("layer", "--no-store", "--tree", "tree:srv", "-o", "-",
                                "--descriptor", "said.json")
        self.assertEqual(codec_of(layer.stdout), "gzip")
        self.assertIn("diffId", (self.top / "said.json").read_text())
        os.symlink("/proc/self/fd/1", self.top / "stdout")
        for place in ("-", "stdout"):
            with open(self.top / "redirected", "wb") as file:
                self.run_veneer("tar", "-cf", place, "tree", stdout=file)
            with tarfile.open(self.top / "redirected") as tar:
                self.assertEqual(tar.extractfile("tree/file").read(), b"content")

    def test_several_places(self):
        """A stream, an archive and a layout of one run hold the same image."""
        done = self.run_veneer("build", "--no-store", "--tree", "tree:srv", "-o", "oci-archive:-",
                               "-o", "oci:layout", "-o", "docker-archive:again.tar:app:1",
                               "--trace", "trace.json")
        self.assertEqual((self.top / "again.tar").read_bytes(), self.archive)
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
            streamed = json.load(tar.extractfile("index.json"))
        layout = json.loads((self.top / "layout" / "index.json").read_text())
        self.assertEqual(streamed["manifests"][0]["digest"], layout["manifests"][0]["digest"])
        self.assertIn("traceEvents", (self.top / "trace.json").read_text())
        self.run_veneer("build", "--no-store", "--tree", "big:srv", "-o", "oci:layout:second")
        layout = json.loads((self.top / "layout" / "index.json").read_text())
        self.assertEqual(len(layout["manifests"]), 2)


class Names(Case):
    """A file's format agrees with its name. Other names are refused (tests/should_fail)."""

    def test_codec_of_a_layer(self):
        """A layer has the codec that programs expect from its name."""
        for name, options, codec in (
                ("x.tar", (), "none"), ("x.tar.gz", (), "gzip"), ("x.tgz", (), "gzip"),
                ("x.tar.zst", (), "zstd"), ("x.tzst", (), "zstd"), ("x", (), "gzip"),
                ("x", ("--compression=zstd",), "zstd"),
                ("x.tar.zst", ("--compression=zstd", "--level=5"), "zstd"),
                ("x.tar.zst", ("--level=19",), "zstd"),
                ("x.tar", ("--compression=none",), "none"),
                ("x.blob", ("--compression=none",), "none"),
                ("x.tar.gz", ("--compression=estargz",), "gzip"),
                ("x", ("--format=estargz", "--level=9"), "gzip")):
            self.run_veneer("layer", "--no-store", "--tree", "tree:srv", "-o", name, *options)
            self.assertEqual(codec_of((self.top / name).read_bytes()), codec, (name, options))
            media_type = json.loads((self.top / f"{name}.json").read_text())["mediaType"]
            suffix = {"none": ".tar", "gzip": "+gzip", "zstd": "+zstd"}[codec]
            self.assertTrue(media_type.endswith(suffix), media_type)

    def test_codec_of_an_archive(self):
        """`tar -a` goes by the name. `tar -cf x.zip` makes a tar, as with bsdtar."""
        for name, codec in (("x.tar", "none"), ("x.tar.gz", "gzip"), ("x.tzst", "zstd"),
                            ("x", "none")):
            self.run_veneer("tar", "-acf", name, "tree")
            self.assertEqual(codec_of((self.top / name).read_bytes()), codec, name)
        self.run_veneer("tar", "-cf", "x.zip", "tree")
        self.assertTrue(tarfile.is_tarfile(self.top / "x.zip"))


class OwnFiles(Case):
    """A file that the user names does not depend on the store afterwards."""

    def layer(self, name, *options, **more):
        """Writes a layer, after the first time from the store; returns the file's status."""
        self.run_veneer("layer", "--store", "store", "--tree", "big:srv", "-o", name, *options,
                        **more)
        return (self.top / name).lstat()

    def test_layer_from_the_store(self):
        """It has one name and the usual mode, and writing to it does not damage the store."""
        for umask in (0o022, 0o077):
            mode = oct(stat.S_IFREG | 0o666 & ~umask)
            for name in ("first.tgz", "second.tgz", "second.tgz"):
                status = self.layer(name, umask=umask)
                self.assertEqual((status.st_nlink, oct(status.st_mode)), (1, mode), name)
                descriptor = (self.top / f"{name}.json").lstat()
                self.assertEqual(oct(descriptor.st_mode), mode)
        with open(self.top / "second.tgz", "r+b") as file:
            file.write(bytes(BIG))
        self.run_veneer("store", "verify", "--store", "store")
        self.layer("third.tgz")
        with gzip.open(self.top / "third.tgz") as unpacked:
            self.assertIn((self.top / "big" / "file").read_bytes(), unpacked.read())


class Piped(Case):
    """Runs that wait in the middle, because a pipe is full."""

    def setUp(self):
        super().setUp()
        os.mkfifo(self.top / "pipe")

    def begin(self, *arguments, **options):
        """Starts a process; returns it and the pipe when it has begun to write to the pipe."""
        # pylint: disable=consider-using-with
        descriptor = os.open(self.top / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        pipe = open(descriptor, "rb")
        self.addCleanup(pipe.close)
        fcntl.fcntl(descriptor, F_SETPIPE_SZ, PIPE_SIZE)
        process = subprocess.Popen(**self.command(*arguments), stdout=subprocess.PIPE, **options)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        while not select.select([pipe], [], [], 0.1)[0]:
            self.assertIsNone(process.poll(), "it ended without a word to the pipe")
        os.set_blocking(descriptor, True)
        self.assertTrue(pipe.read1(1))
        return process, pipe

    def build(self, *places, tree="big"):
        """Returns the arguments of a build to the pipe and to other places."""
        outputs = [argument for place in ("oci-archive:pipe", *places)
                   for argument in ("-o", place)]
        return ["build", "--no-store", "--tree", f"{tree}:srv", *outputs]


class Together(Piped):
    """A run leaves all of its results or none."""

    def fail_at_last(self, last, *arguments):
        """Lets a run fail at its last result, because meanwhile a directory has its name."""
        before = self.files()
        process, pipe = self.begin(*arguments)
        had_last = (self.top / last).exists()
        if had_last:
            (self.top / last).rename(self.top / "aside")
        (self.top / last).mkdir()
        pipe.read()
        self.assertEqual(process.wait(TIMEOUT), 1)
        self.assertIn(f"{last}: error: cannot replace: Is a directory",
                      process.stderr.read().decode())
        (self.top / last).rmdir()
        if had_last:
            (self.top / "aside").rename(self.top / last)
        self.assertEqual(self.files(), before)

    def test_new_results_of_a_failed_run_are_taken_back(self):
        """Tests a layout, an archive and a trace."""
        self.fail_at_last("last.tar", *self.build("oci:layout", "docker-archive:a.tar",
                                                  "docker-archive:last.tar"))
        self.fail_at_last("trace", *self.build("oci:layout", "docker-archive:a.tar"),
                          "--trace", "trace")

    def test_results_that_were_replaced_come_back(self):
        """They have the same bytes as before."""
        for places in (("oci:layout:one",), ("docker-archive:a.tar",),
                       ("docker-archive:last.tar",)):
            self.run_veneer("build", "--no-store", "--tree", "tree:srv", "-o", *places)
        for tag in ("one", "two"):
            self.fail_at_last("last.tar", *self.build(f"oci:layout:{tag}", "docker-archive:a.tar",
                                                      "docker-archive:last.tar"))

    def test_layer_lock(self):
        """It describes the layers of the image, so it is not written without the image."""
        (self.top / "manifest").write_text(
            f"_main/app {self.top}/big/file\n"
            f"rules_python~pip~numpy/site-packages/n.py {self.top}/tree/file\n")
        arguments = ["build", "--no-store", "--check=off", "--name", "app",
                     "--runfiles-manifest", "manifest", "--layer-lock", "lock",
                     "-o", "oci-archive:pipe", "-o", "oci:layout"]
        self.fail_at_last("lock", *arguments)
        process, pipe = self.begin(*arguments)
        pipe.read()
        self.assertEqual(process.wait(TIMEOUT), 0)
        self.assertTrue((self.top / "lock").exists() and (self.top / "layout").exists())

    def test_places_that_are_missing(self):
        """A missing folder for a trace, a lock or a descriptor fails the run without results."""
        (self.top / "manifest").write_text(f"_main/app {self.top}/big/file\n")
        before = self.files()
        for arguments in (
                ("build", "--tree", "big:srv", "--trace", "none/trace", "-o", "oci:layout",
                 "-o", "oci-archive:a.tar"),
                ("build", "--runfiles-manifest", "manifest", "--name", "app", "--check=off",
                 "--layer-lock", "none/lock", "-o", "oci:layout"),
                ("layer", "--tree", "big:srv", "-o", "layer.tgz",
                 "--descriptor", "none/layer.json"),
                ("layer", "--tree", "big:srv", "-o", "layer.tgz", "--trace", "none/trace")):
            done = self.run_veneer(*arguments, "--no-store", status=1)
            self.assertIn(b"none: error: does not exist, but '--", done.stderr)
            self.assertEqual(self.files(), before, arguments)

    def test_layer_and_its_descriptor(self):
        """If the layer fails, its descriptor is not written either."""
        for i in range(100):  # so that the trace fills the pipe
            (self.top / "tree" / str(i)).write_bytes(os.urandom(BIG))
        self.fail_at_last("layer.tgz", "layer", "--no-store", "--tree", "tree:srv",
                          "-o", "layer.tgz", "--descriptor", "layer.json", "--trace", "pipe")

    def test_images_that_others_added_meanwhile_stay(self):
        """A run that fails does not remove a layout to which another run has added an image."""
        process, pipe = self.begin(*self.build("oci:layout:ours", "docker-archive:last.tar"))
        self.run_veneer("build", "--no-store", "--tree", "tree:srv", "-o", "oci:layout:theirs")
        (self.top / "last.tar").mkdir()
        pipe.read()
        self.assertEqual(process.wait(TIMEOUT), 1)
        index = json.loads((self.top / "layout" / "index.json").read_text())
        self.assertEqual([entry["annotations"]["org.opencontainers.image.ref.name"]
                          for entry in index["manifests"]], ["theirs"])
        self.run_veneer("verify", "oci:layout:theirs")


class Locked(Case):
    """Another process holds the lock of a layout that a run writes to."""

    def setUp(self):
        super().setUp()
        self.arguments = ["build", "--no-store", "--tree", "tree:srv",
                          "-o", "docker-archive:a.tar", "-o", "oci:layout:ours"]
        self.run_veneer(*self.arguments)
        (self.top / "tree" / "file").write_text("new\n")
        self.lock = os.open(self.top / "layout", os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self.lock, fcntl.LOCK_EX)

    def begin(self):
        """Starts a run that others have to wait for, and lets it wait for the lock."""
        # pylint: disable=consider-using-with
        process = subprocess.Popen(**self.command(*self.arguments), stdout=subprocess.DEVNULL)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        lock = f"/proc/{process.pid}/fd"
        while not [fd for fd in os.listdir(lock)
                   if os.path.realpath(f"{lock}/{fd}") == str(self.top / "layout")]:
            time.sleep(0.01)
        return process

    def tags(self):
        """Returns the tags in the layout."""
        index = json.loads((self.top / "layout" / "index.json").read_text())
        return [entry["annotations"]["org.opencontainers.image.ref.name"]
                for entry in index["manifests"]]

    def test_a_run_that_waits_shows_nothing_and_can_be_ended(self):
        """No other result is there before the layout's turn comes."""
        before = self.files()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process = self.begin()
            time.sleep(0.1)
            process.send_signal(number)
            self.assertEqual(process.wait(TIMEOUT), -number)
            self.assertEqual(self.files(), before)

    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    def test_a_file_system_without_locks(self):
        """A new layout needs none; one that is there is not changed without."""
        command = [*program.traced("-e", "inject=flock:error=EOPNOTSUPP"),
                   "build", "--no-store", "--tree", "tree:srv", "-o"]
        for output, status in (("oci:new", 0), ("oci:layout:ours", 1)):
            done = subprocess.run([*command, output], cwd=self.top, capture_output=True,
                                  check=False)
            self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stderr,
                         b"layout: error: cannot lock: Operation not supported\n")

    def test_a_layout_that_is_made_anew_meanwhile(self):
        """The lock of the old one is no lock of the new one."""
        process = self.begin()
        (self.top / "layout").rename(self.top / "old")
        self.run_veneer("build", "--no-store", "--tree", "tree:srv", "-o", "oci:layout:theirs")
        os.close(self.lock)
        self.assertEqual(process.wait(TIMEOUT), 0)
        self.assertEqual(self.tags(), ["theirs", "ours"])

    def test_a_long_wait_is_told_of(self):
        """A note names the directory, once."""
        process = self.begin()
        self.assertEqual(process.stderr.readline().decode(),
                         "layout: note: another process holds its lock; waiting for it\n")
        os.close(self.lock)
        self.assertEqual(process.wait(TIMEOUT), 0)
        self.assertEqual(self.tags(), ["ours"])


class Signals(Piped):
    """A run that a signal ends leaves nothing."""

    def test_signals_leave_nothing(self):
        """A signal in the middle of a run removes partial results; the shell sees the signal."""
        before = self.files()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGXCPU,
                       signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF,
                       signal.SIGIO, signal.SIGPWR, signal.SIGRTMIN, signal.SIGRTMAX):
            process, pipe = self.begin(*self.build("oci:layout", "docker-archive:a.tar"),
                                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
            self.assertTrue([path for path in os.listdir(self.top) if path.startswith(".veneer")])
            process.send_signal(number)
            self.assertEqual(process.wait(TIMEOUT), -number)
            pipe.close()
            self.assertEqual(process.stderr.read(), b"")
            self.assertEqual(self.files(), before)

    def test_signal_just_before_results_appear(self):
        """A run that could go on to its end, because the pipe is read, leaves nothing either."""
        before = self.files()
        for _ in range(20):
            process, pipe = self.begin(*self.build("oci:layout", "docker-archive:a.tar"))
            process.send_signal(signal.SIGINT)
            pipe.read()
            pipe.close()
            self.assertEqual(process.wait(TIMEOUT), -signal.SIGINT)
            self.assertEqual(self.files(), before)

    def test_signal_while_layers_are_written(self):
        """A signal before any result is complete leaves nothing either."""
        with open(self.top / "big" / "file", "wb") as file:
            for _ in range(400):
                file.write(os.urandom(BIG // 2).hex().encode())
        before = self.files()
        command = self.command("build", "--no-store", "--tree", "big:srv", "--level=12",
                               "-o", "oci:layout")
        with subprocess.Popen(**command, stdout=subprocess.PIPE) as process:
            while not [name for name in os.listdir(self.top) if name.startswith(".veneer")]:
                self.assertIsNone(process.poll())
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(TIMEOUT), -signal.SIGINT)
        self.assertEqual(self.files(), before)

    def test_a_reader_that_goes_away(self):
        """SIGPIPE ends `veneer build -o docker-archive:- | head -c 10`, like any program."""
        before = self.files()
        process, pipe = self.begin(*self.build("oci:layout"))
        pipe.close()
        self.assertEqual(process.wait(TIMEOUT), -signal.SIGPIPE)
        self.assertEqual(process.stderr.read(), b"")
        self.assertEqual(self.files(), before)

    def test_ignored_signals_stay_ignored(self):
        """Signals ignored by the parent, as under nohup or Python, do not end a run."""
        def ignore():
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        process, pipe = self.begin(*self.build("oci:layout"), preexec_fn=ignore,
                                   restore_signals=False)
        process.send_signal(signal.SIGHUP)
        time.sleep(0.1)
        self.assertIsNone(process.poll())
        pipe.close()
        self.assertEqual(process.wait(TIMEOUT), 1)
        self.assertEqual(process.stderr.read(), b"pipe: error: cannot write: Broken pipe\n")
        self.assertFalse((self.top / "layout").exists())

    def test_limit_of_file_size(self):
        """A file above `ulimit -f` is an error with the name of the file, and leaves nothing."""
        before = self.files()
        for arguments in (("build", "--no-store", "--tree", "big:srv", "-o", "oci:layout"),
                          ("layer", "--no-store", "--tree", "big:srv", "-o", "layer.tgz"),
                          ("tar", "-cf", "x.tar", "big")):
            done = self.run_veneer(*arguments, status=1, preexec_fn=self.limit_file_size)
            self.assertIn(b"File too large", done.stderr)
            self.assertEqual(self.files(), before)

    @staticmethod
    def limit_file_size():
        """Limits the size of files, in the process that becomes veneer."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (BIG // 3, BIG // 3))


class Own(Case):
    """What a run writes is not packed by it, and nothing that veneer only makes for a while."""

    def setUp(self):
        super().setUp()
        self.project = self.top / "project"
        self.project.mkdir()
        (self.project / "f").write_text("text")

    def run_in_project(self, *arguments, **options):
        """Runs veneer there; what it prints goes into two files there, too."""
        with open(self.project / "printed", "wb") as out, open(self.project / "said", "wb") as err:
            self.run_veneer(*arguments, cwd=self.project, **{"stdout": out, "stderr": err, **options})
        return (self.project / "said").read_text()

    def packed(self, path):
        """Returns the names in an archive of the project, but for the root that bsdtar writes."""
        with tarfile.open(self.project / path) as archive:
            return sorted(set(archive.getnames()) - {"."})

    def test_build(self):
        layers = set()
        for _ in range(3):
            self.run_in_project(
                "build", "--no-store", "--check=off", "--compression=none", "--tree=.:srv", "-o", "oci:image", "-o",
                "docker-archive:a.tar:a:1", "--sbom=s.spdx.json", "--sbom=c.cdx.json", "--provenance=p.intoto.json",
                "--trace=trace", "--layer-lock=lock", "--json")
            layers.add(json.loads((self.project / "printed").read_text())["layers"][0]["digest"])
        self.assertEqual(len(layers), 1)
        self.assertEqual(self.packed("image/blobs/sha256/" + layers.pop().removeprefix("sha256:")), ["srv", "srv/f"])
        for name in ("s.spdx.json", "c.cdx.json", "p.intoto.json", "trace", "lock"):
            self.assertTrue((self.project / name).exists(), name)

    def test_plan_and_layer(self):
        for words, name in ((["plan", "--tree=.:srv", "--layer-plan=app=part", "-o", "plan"], "plan"),
                            (["plan", "--tree=.:srv", "--files"], "printed"),
                            (["layer", "--no-store", "--tree=.:srv", "--trace=trace", "-o", "l.tar"], "l.tar"),
                            (["layer", "--no-store", "--tree=.:srv", "-o", "-"], "printed")):
            found = set()
            for _ in range(2):
                self.run_in_project(*words)
                found.add((self.project / name).read_bytes())
            self.assertEqual(len(found), 1, words)
            for path in set(os.listdir(self.project)) - {"f"}:
                os.remove(self.project / path)

    def test_a_tree_that_is_written(self):
        (self.project / "s.spdx.json").write_text("")
        done = self.run_veneer("build", "--no-store", "--tree=s.spdx.json:srv/", "--sbom=s.spdx.json", "-o", "oci:image",
                               cwd=self.project, status=1)
        self.assertEqual(done.stderr, b"veneer: error: tree 's.spdx.json:srv/': this run writes to 's.spdx.json'\n"
                                      b"veneer: help: pack another folder, or name another output\n")

    def test_tar(self):
        """As with bsdtar, the archive is left out under every name, and that is said."""
        def said(*names):
            return "".join(f"{name}: warning: is left out: an archive cannot be added to itself\n" for name in names)
        programs = [[program.VENEER, "tar"]] + ([["bsdtar"]] if shutil.which("bsdtar") else [])
        (self.project / "t").write_bytes(b"")
        os.link(self.project / "t", self.project / "hard")
        os.symlink("t", self.project / "soft")
        for words, names, warnings in (
                (["-cf", "t", "."], ["f", "soft"], said("./hard", "./t")),
                (["-cLf", "t", "."], ["f"], said("./hard", "./soft", "./t")),
                (["-cf", "t", "f", "hard", "t", "soft"], ["f", "soft"], said("hard", "t")),
                (["-cf", "t", "--exclude=hard", "."], ["f", "soft"], said("./t"))):
            for words_of_program in programs:
                (self.project / "t").write_bytes(b"")
                os.remove(self.project / "hard")
                os.link(self.project / "t", self.project / "hard")
                done = subprocess.run([*words_of_program, *words], cwd=self.project, check=True, timeout=TIMEOUT,
                                      stderr=subprocess.PIPE)
                self.assertEqual([os.path.normpath(name) for name in self.packed("t")], names, words_of_program)
                if words_of_program != ["bsdtar"]:
                    self.assertEqual("".join(sorted(done.stderr.decode().splitlines(True))), warnings)
        for name in ("t", "hard", "soft"):
            os.remove(self.project / name)
        for words_of_program in programs:
            with open(self.project / "out", "wb") as out:
                subprocess.run([*words_of_program, "-cf", "-", "."], cwd=self.project, stdout=out, check=True,
                               timeout=TIMEOUT, stderr=subprocess.DEVNULL)
            self.assertEqual([os.path.normpath(name) for name in self.packed("out")], ["f"], words_of_program)

    def test_tar_of_an_archive_and_the_folder_of_the_output(self):
        """Members of an archive are unpacked beside the output, which is where another operand looks."""
        (self.top / "member").write_text("member")
        subprocess.run(["tar", "-cf", "../in.tar", "-C", "..", "member"], cwd=self.project, check=True)
        for operands in (["@../in.tar", "."], [".", "@../in.tar"], ["@-", "."]):
            with open(self.top / "in.tar", "rb") as archive:
                self.run_veneer("tar", "-cf", "out", *operands, cwd=self.project, stdin=archive)
            self.assertEqual([os.path.normpath(name) for name in self.packed("out")], ["f", "member"], operands)
            os.remove(self.project / "out")

    def test_temporaries(self):
        """What other runs have beside their results, or left there when they were killed."""
        names = (".veneer-12-0", ".veneer-345-dir-a1B2c3/blobs/sha256/.veneer-345-0")
        similar = [".veneer-12-dir-backups/x", ".veneer-config/x"]
        for name in [*names, *similar]:
            (self.project / name).parent.mkdir(parents=True, exist_ok=True)
            (self.project / name).write_text("x")
        packed = sorted([".veneer-12-dir-backups", ".veneer-config", *similar, "f"])
        self.run_veneer("layer", "--no-store", "--tree=project:", "-o", "project/l.tar")
        self.assertEqual(self.packed("l.tar"), packed)
        self.run_veneer("tar", "-cf", "l.tar", "--exclude=l.tar.json", ".", cwd=self.project)
        self.assertEqual([os.path.normpath(name) for name in self.packed("l.tar")], packed)


if __name__ == "__main__":
    program.main()
