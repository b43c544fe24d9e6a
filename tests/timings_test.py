"""Tests reports of a build's times: --timings for people, --trace for trace viewers.

usage: timings_test.py VENEER
"""

import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import program


class Timings(unittest.TestCase):
    """Builds of one small tree."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.top = pathlib.Path(self.temporary.name)
        (self.top / "tree").mkdir()
        (self.top / "tree" / "file").write_text("content")

    def build(self, *options):
        """Runs a build with these options; returns its standard error."""
        done = subprocess.run(
            [program.VENEER, "build", "--tree", "tree:srv", "--no-store", "-o", "oci:image",
             *options],
            cwd=self.top, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def test_silent(self):
        """Without --timings a build prints no times."""
        self.assertEqual(self.build(), "")

    def test_table(self):
        """The table has the steps in their order, then a row for each layer, in milliseconds."""
        lines = self.build("--timings").splitlines()
        words = [line.rsplit(maxsplit=1)[0].strip() for line in lines]
        self.assertEqual(words[:10], [
            "step", "open the store", "read inputs", "look for the layers",
            "look at files and base", "plan", "check", "write layers", "commit to the store",
            "deliver"])
        self.assertEqual([line.split()[0] for line in words[10:]], ["layer,", "app"])

    def test_trace(self):
        """The trace has complete events of the Trace Event Format. A layer's have its name."""
        self.assertEqual(self.build("--trace", "trace.json"), "")
        events = json.loads((self.top / "trace.json").read_text())["traceEvents"]
        self.assertEqual({event["ph"] for event in events}, {"X"})
        self.assertEqual(min(event["ts"] for event in events), 0)
        self.assertTrue(all(event["dur"] >= 0 for event in events))
        of_layers = {event["name"] for event in events
                     if event.get("args") == {"layer": "app"}}
        self.assertEqual(of_layers, {"read", "compress", "hash", "write"})
        self.assertIn("plan", {event["name"] for event in events})

    def test_trace_that_cannot_be_written(self):
        """It is an error before the image is made."""
        done = subprocess.run(
            [program.VENEER, "build", "--tree", "tree:srv", "--no-store", "-o", "oci:image",
             "--trace", "tree"], cwd=self.top, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stderr.startswith("tree: error: is a directory\n"))
        self.assertFalse((self.top / "image").exists())


    def test_a_terminal_shows_how_far_the_writing_is(self):
        with open(self.top / "zeros", "wb") as file:
            file.truncate(2 << 30)
        ours, theirs = os.openpty()
        with subprocess.Popen([program.VENEER, "build", "--no-store", "--level=1", "--check=off",
                               "--tree", "zeros:zeros", "-o", "oci:image"], cwd=self.top,
                              stdout=subprocess.DEVNULL, stderr=theirs) as process:
            os.close(theirs)
            shown = b""
            with contextlib.suppress(OSError):  # the end
                while piece := os.read(ours, 1 << 16):
                    shown += piece
            self.assertEqual(process.wait(60), 0)
        os.close(ours)
        self.assertRegex(shown.decode(), r"\rveneer: \d+\.\d [MG]B of 2\.1 GB written \(\d+%\), "
                                         r"\d+\.\d [MG]B/s, \d+ s left\x1b\[K")
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown)


if __name__ == "__main__":
    program.main()
