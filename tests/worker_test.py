"""Tests Bazel's worker protocol over pipes: the answers of a worker, its store, and its end.

usage: worker_test.py VENEER
"""

import hashlib
import os
import pathlib
import random
import select
import shutil
import signal
import subprocess
import tempfile
import unittest

import program
from worker_protocol import Response, field, framed, take_response, work_request

PATIENCE = 60  # seconds, for each answer


class Worker:
    """A worker process in a folder, with a directory for temporary files."""

    def __init__(self, folder, temporary):
        self.process = subprocess.Popen(
            [program.VENEER, "--persistent_worker"], cwd=folder, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(temporary)})
        self.unread = b""

    def send(self, stream):
        """Writes bytes that may be requests."""
        self.process.stdin.write(stream)
        self.process.stdin.flush()

    def answer(self):
        """Returns the next response."""
        while True:
            response, self.unread = take_response(self.unread)
            if response is not None:
                return response
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            if not ready:
                raise AssertionError("no answer")
            read = os.read(self.process.stdout.fileno(), 1 << 16)
            if not read:
                raise AssertionError(f"ended: {self.process.stderr.read().decode()}")
            self.unread += read

    def ask(self, *arguments, **request):
        """Writes a request; returns its response."""
        self.send(work_request(arguments, **request))
        return self.answer()

    def end(self):
        """Ends the input; returns the rest of stdout, stderr, and the exit code."""
        out, error = self.process.communicate(timeout=PATIENCE)
        return self.unread + out, error.decode(), self.process.returncode


class WorkerTest(unittest.TestCase):
    """Workers in one folder of inputs."""
    maxDiff = None

    def setUp(self):
        self.top = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.temporary = self.top / "temporary"
        self.temporary.mkdir()
        rng = random.Random(1)
        self.tree = self.top / "tree"
        self.tree.mkdir()
        for number in range(50):
            (self.tree / f"file{number:02}").write_bytes(rng.randbytes(20000) * 2)

    def worker(self):
        """Starts a worker, which is killed at the end of the test."""
        worker = Worker(self.top, self.temporary)
        self.addCleanup(worker.process.__exit__, None, None, None)
        self.addCleanup(worker.process.kill)
        return worker

    def plan(self):
        """Writes the plan of the tree."""
        subprocess.run([program.VENEER, "plan", "--tree", "tree:srv", "--layers=one", "-o", "plan"],
                       cwd=self.top, check=True)

    def inputs(self):
        """Returns paths and digests as Bazel sends them: hexadecimal digits."""
        return [(f"tree/{path.name}", hashlib.sha256(path.read_bytes()).hexdigest())
                for path in sorted(self.tree.iterdir())]

    def layer(self, output, *options):
        """Returns the arguments to make the plan's layer."""
        return ["layer", "--plan=plan", "--quiet", f"--output={output}", *options]

    def plain_layer(self):
        """Makes the layer without a worker; returns its bytes."""
        subprocess.run([program.VENEER, *self.layer("plain.tar.gz", "--no-store")], cwd=self.top,
                       check=True)
        return (self.top / "plain.tar.gz").read_bytes()

    def test_errors_are_answers_and_the_worker_lives_on(self):
        worker = self.worker()
        self.assertEqual(worker.ask("layer", "--plan=missing", "-o", "x", number=4),
                         Response(1, "missing: error: cannot open: No such file or directory\n", 4))
        self.assertEqual(worker.ask("layer", number=5).exit_code, 2)
        self.assertIn("veneer ", worker.ask("--version").output)
        (self.top / "flags").write_text("plan\n--tree=tree:srv\n--layers=one\n")
        found = worker.ask("@flags", number=6, more=field(5, 10) + field(1000, b"later"))
        self.assertEqual((found.exit_code, found.number), (0, 6))
        alone = subprocess.run([program.VENEER, "@flags"], cwd=self.top, check=True,
                               capture_output=True, text=True)
        self.assertEqual(found.output, alone.stdout)
        self.assertEqual(worker.end(), (b"", "", 0))
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_requests_that_come_together_are_answered_in_turn(self):
        worker = self.worker()
        worker.send(work_request(["--version"], number=1) + work_request(["tar", "--bad"], number=2)
                    + work_request(["--version"], number=3))
        self.assertEqual([(answer.number, answer.exit_code) for answer in
                          (worker.answer() for _ in range(3))], [(1, 0), (2, 1), (3, 0)])
        self.assertEqual(worker.end(), (b"", "", 0))

    def test_what_is_not_a_request_ends_the_worker_with_a_message(self):
        for stream, message in (
                (b'{"arguments": ["plan"]}', "standard input ends within it"),
                (b"\xff" * 11, "is longer than 1073741824 bytes"),
                (work_request(["plan"])[:-1], "standard input ends within it"),
                (framed(field(1, "plan")[:-1]), "is no request of Bazel: end of buffer exception"),
                (work_request(["pl\0an"]), "has a NUL byte in a text")):
            with self.subTest(stream):
                worker = self.worker()
                worker.send(stream)
                self.assertEqual(worker.end(), (b"", f"work request 1: error: {message}\n", 1))
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_a_request_before_a_fault_is_answered(self):
        worker = self.worker()
        worker.send(work_request(["--version"], number=9) + b"x")
        self.assertEqual(worker.answer().number, 9)
        self.assertEqual(worker.end()[1:],
                         ("work request 2: error: standard input ends within it\n", 1))

    def test_bytes_are_those_of_a_run_without_a_worker(self):
        self.plan()
        expected = self.plain_layer()
        worker = self.worker()
        for number in range(3):
            with self.subTest(number):
                answer = worker.ask(*self.layer("a.tar.gz"), inputs=self.inputs())
                self.assertEqual(answer.output, "")
                self.assertEqual((self.top / "a.tar.gz").read_bytes(), expected)
                # A further link would change the file's change time, by which Bazel detects changed
                # outputs.
                self.assertEqual((self.top / "a.tar.gz").stat().st_nlink, 1)

    def test_a_file_with_an_unchanged_digest_is_not_opened(self):
        self.plan()
        expected = self.plain_layer()
        worker = self.worker()
        inputs = self.inputs()
        worker.ask(*self.layer("a.tar.gz"), inputs=inputs)
        # The files get other bytes, so a worker that opens one makes another layer.
        for path in self.tree.iterdir():
            size = path.stat().st_size
            path.unlink()
            path.write_bytes(b"x" * size)
        worker.ask(*self.layer("b.tar.gz"), inputs=inputs)
        self.assertEqual((self.top / "b.tar.gz").read_bytes(), expected)
        # With the new digests the new bytes are read.
        worker.ask(*self.layer("c.tar.gz"), inputs=self.inputs())
        self.assertEqual((self.top / "c.tar.gz").read_bytes(), self.plain_layer())
        self.assertNotEqual((self.top / "c.tar.gz").read_bytes(), expected)

    def test_a_plan_compares_files_by_their_digests_in_the_request(self):
        (self.tree / "copy").write_bytes((self.tree / "file00").read_bytes())
        worker = self.worker()
        inputs = self.inputs()
        first = worker.ask("plan", "--files", "--tree", "tree:srv", "--layers=one", inputs=inputs).output
        self.assertIn("\nh\tsrv/file00\t", first)
        (self.tree / "copy").write_bytes(b"y" * 40000)
        again = worker.ask("plan", "--files", "--tree", "tree:srv", "--layers=one", inputs=inputs).output
        self.assertEqual(again, first)

    def test_a_request_that_is_cancelled_in_time_is_not_begun(self):
        (self.tree / "large").write_bytes(random.Random(2).randbytes(64 << 20))
        self.plan()
        worker = self.worker()
        # The first request takes so long that all others are in the pipe before it is done.
        worker.send(work_request(self.layer("a.tar.gz", "--level=12"), number=1)
                    + work_request(self.layer("b.tar.gz"), number=2)
                    + b"".join(work_request(cancel=True, number=number) for number in (2, 77, 1)))
        self.assertEqual(worker.answer(), Response(number=2, is_cancelled=True))
        self.assertEqual(worker.answer(), Response(number=1, is_cancelled=True))
        self.assertFalse((self.top / "a.tar.gz").exists())
        self.assertFalse((self.top / "b.tar.gz").exists())
        self.assertEqual(worker.ask(*self.layer("c.tar.gz"), number=3), Response(number=3))
        self.assertEqual(worker.end(), (b"", "", 0))

    def test_a_sandbox_is_the_directory_that_paths_begin_in(self):
        box = self.top / "boxes" / "1"
        shutil.copytree(self.tree, box / "tree")
        self.plan()
        (self.top / "plan").rename(box / "plan")
        worker = self.worker()
        self.assertEqual(worker.ask(*self.layer("a.tar.gz"), sandbox="boxes/1").exit_code, 0)
        self.assertTrue((box / "a.tar.gz").exists())
        self.assertEqual(worker.ask(*self.layer("b.tar.gz")).exit_code, 1)
        self.assertEqual(worker.ask("--version", sandbox="none", number=2),
                         Response(1, "none: error: cannot enter: No such file or directory\n", 2))

    def test_workers_share_what_they_keep_until_the_last_one_ends(self):
        self.plan()
        inputs = self.inputs()
        first, second = self.worker(), self.worker()
        expected = self.plain_layer()
        first.ask(*self.layer("a.tar.gz"), inputs=inputs)
        for path in self.tree.iterdir():
            path.write_bytes(b"x" * path.stat().st_size)
        second.ask(*self.layer("b.tar.gz"), inputs=inputs)
        self.assertEqual((self.top / "b.tar.gz").read_bytes(), expected)
        for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGXCPU, signal.SIGRTMAX):
            first.process.send_signal(number)
            self.assertEqual(first.end()[2], 0)
            self.assertEqual(len(list(self.temporary.iterdir())), 1)
            first = self.worker()
            first.ask("--version")
        first.end()
        self.assertEqual(len(list(self.temporary.iterdir())), 1)
        second.process.kill()
        second.end()
        self.assertEqual(len(list(self.temporary.iterdir())), 1)
        third = self.worker()
        third.ask("--version")
        self.assertEqual(third.end(), (b"", "", 0))
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_a_directory_that_is_removed_is_made_again_for_all(self):
        self.plan()
        expected = self.plain_layer()
        name = self.temporary / f"veneer-worker-{os.geteuid()}"
        first, second = self.worker(), self.worker()
        for worker in (first, second):
            worker.ask(*self.layer("a.tar.gz"), inputs=self.inputs())
        shutil.rmtree(name)
        second.ask(*self.layer("b.tar.gz"), inputs=self.inputs())
        self.assertEqual(name.stat().st_mode & 0o777, 0o700)
        # The first worker has not seen the new directory, and must not remove it.
        self.assertEqual(first.end(), (b"", "", 0))
        self.assertTrue((name / "store" / "index").exists())
        third = self.worker()
        third.ask(*self.layer("c.tar.gz"), inputs=self.inputs())
        self.assertEqual({(self.top / f"{letter}.tar.gz").read_bytes() for letter in "abc"},
                         {expected})
        for worker in (second, third):
            self.assertEqual(worker.end(), (b"", "", 0))
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_without_a_place_to_keep_anything_it_works_all_the_same(self):
        name = self.temporary / f"veneer-worker-{os.geteuid()}"
        name.touch()
        self.plan()
        for self.temporary, fault in (
                (self.temporary, f"{name}: warning: cannot open: Not a directory"),
                (name, f"{name}/veneer-worker-{os.geteuid()}: warning: cannot create the directory: "
                       "Not a directory")):
            worker = self.worker()
            for output in ("a.tar.gz", "b.tar.gz"):
                self.assertEqual(worker.ask(*self.layer(output, "--no-store")).exit_code, 0)
                self.assertEqual((self.top / output).read_bytes(), self.plain_layer())
            self.assertEqual(worker.end()[1:], (
                f"{fault}; this worker keeps nothing between requests\n", 0))

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("mount"), "mounting needs root")
    def test_without_room_to_keep_anything_it_works_all_the_same(self):
        """The first action says so; it and all others make what they would make."""
        if program.has_sanitizer():
            self.skipTest("a sanitizer takes some of the room")
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", self.temporary],
                          capture_output=True, check=False).returncode != 0:
            self.skipTest("tmpfs cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", self.temporary], check=True)
        self.plan()
        plain = self.plain_layer()
        worker = self.worker()
        folder = f"{self.temporary}/veneer-worker-{os.geteuid()}/store/blobs/sha256"
        expected = (f"{folder}: warning: cannot write a file in this directory: No space left on device; this run "
                    "begins anew without a store\n"
                    f"{folder}: help: make room with `veneer store gc`, or build with --no-store\n")
        for output in ("a.tar.gz", "b.tar.gz"):
            self.assertEqual(worker.ask(*self.layer(output)), Response(0, expected))
            self.assertEqual((self.top / output).read_bytes(), plain)
            expected = ""
        self.assertEqual(worker.end()[1:], ("", 0))

    def test_an_image_has_the_usual_bytes_and_shares_no_files(self):
        self.plan()
        image = ["image", "--quiet", "--layer=plain.tar.gz"]
        self.plain_layer()
        subprocess.run([program.VENEER, *image, "-o", "oci:plain"], cwd=self.top, check=True)
        worker = self.worker()
        for number in range(2):
            self.assertEqual(worker.ask(*image, "-o", f"oci:{number}").output, "")
            blobs = list((self.top / str(number) / "blobs" / "sha256").iterdir())
            self.assertEqual({path.stat().st_nlink for path in blobs}, {1})
            self.assertEqual((self.top / str(number) / "index.json").read_bytes(),
                             (self.top / "plain" / "index.json").read_bytes())

    def test_a_store_that_an_argument_names_is_used(self):
        self.plan()
        worker = self.worker()
        worker.ask(*self.layer("a.tar.gz", "--store=mine"), inputs=self.inputs())
        self.assertTrue((self.top / "mine" / "index").exists())


if __name__ == "__main__":
    program.main()
