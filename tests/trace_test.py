"""Tests `trace`: which files a command uses, in which order, and how it ends.

usage: trace_test.py VENEER
"""

import os
import pathlib
import shutil
import signal
import subprocess
import unittest

import program

PYTHON = "/usr/bin/python3"


class Trace(program.InFolder):
    """Runs veneer in a folder."""

    def trace(self, *command, code=0):
        """Traces a command; returns its list. What the command prints is in `output`."""
        found, errors = self.run_veneer("trace", "-o", "list", "--", *command)
        self.assertEqual((found, errors), (code, ""))
        paths = (self.top / "list").read_text().splitlines()
        self.assertEqual(len(paths), len(set(paths)))
        for path in paths:
            self.assertTrue(os.path.isabs(path) and os.path.isfile(path), path)
        return paths

    def test_a_module_comes_after_the_interpreter(self):
        paths = self.trace(PYTHON, "-I", "-S", "-c", "import json; print(json.__file__)")
        module = self.output.strip()
        interpreter = os.path.realpath(PYTHON)
        self.assertEqual(paths[:2], [PYTHON, interpreter])
        self.assertLess(paths.index(interpreter), paths.index(
            next(path for path in paths if path.endswith("/libc.so.6"))))
        used = [path for path in paths if "/json/" in path]
        self.assertTrue(module in used or any("__init__" in path for path in used), used)
        self.assertTrue(any("/ld-linux" in path for path in paths), paths[:4])

    def test_children_threads_and_links(self):
        for name in ("one", "two", "three", "four"):
            (self.top / name).write_text(name)
        (self.top / "link").symlink_to("two")
        (self.top / "run").write_text(
            "#!/bin/sh\ncat one link >out; (cat ./three & wait); cat one missing 2>/dev/null\n"
            f"exec {PYTHON} -c 'import threading\n"
            "t = threading.Thread(target=lambda: open(\"four\").read()); t.start(); t.join()'\n")
        (self.top / "run").chmod(0o755)
        top = pathlib.Path(os.path.realpath(self.top))
        paths = self.trace("./run")
        self.assertEqual(paths[0], f"{top}/run")
        here = [path.removeprefix(f"{top}/") for path in paths if path.startswith(f"{top}/")]
        self.assertEqual(here, ["run", "one", "link", "two", "three", "four"])
        self.assertLess(paths.index(os.path.realpath("/bin/sh")), paths.index(f"{top}/one"))

    def test_how_it_ends(self):
        self.trace("sh", "-c", "exit 3", code=3)
        self.trace("sh", "-c", "kill -9 $$", code=137)
        self.trace("sh", "-c", "(sleep 0.2; kill -CONT $$) & kill -STOP $$; wait")

    def test_the_command_has_the_limits_that_veneer_was_started_with(self):
        command = f"ulimit -Sn 77; exec {program.VENEER} trace -o list -- sh -c 'ulimit -Sn'"
        self.assertEqual(subprocess.check_output(["sh", "-c", command], cwd=self.top), b"77\n")

    def test_a_signal_goes_to_the_command(self):
        with subprocess.Popen([program.VENEER, "trace", "-o", "list", "--", "sh", "-c",
                               "trap 'exit 7' TERM; sleep 0; echo ready; while :; do sleep 0.05; done"],
                              cwd=self.top, stdout=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline(), b"ready\n")
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(60), 7)
        self.assertIn("sleep", (self.top / "list").read_text())

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
    def test_a_user_without_rights(self):
        veneer = shutil.copy(program.VENEER, self.top / "veneer")
        self.top.chmod(0o777)
        done = subprocess.run([veneer, "trace", "-o", "list", "--", "cat", "/etc/hostname"],
                              cwd=self.top, capture_output=True, user=65534, group=65534, check=False,
                              extra_groups=[], env={"PATH": os.environ["PATH"], "HOME": str(self.top)})
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn("/etc/hostname\n", (self.top / "list").read_text())

    def test_mistakes(self):
        run = ["trace", "-o", "list", "--"]
        self.assertEqual(self.run_veneer(*run, "no-such-command"), (
            1, "no-such-command: error: cannot execute the command: No such file or directory\n"))
        self.assertEqual(self.run_veneer("trace", "-o", "none/list", "--", "true")[0], 1)
        code, errors = self.run_veneer("trace", "-o", "list", "ls", "-l")
        self.assertEqual((code, errors.splitlines()[0]),
                         (2, "veneer: error: veneer trace has no option '-l'"))
        self.assertEqual(self.run_veneer("trace", "-o", "list")[0], 2)
        self.assertFalse((self.top / "list").exists())
        if not program.has_sanitizer():  # which cannot look for leaks in a process that is traced
            code, errors = self.run_veneer(*run, program.VENEER, "trace", "-o", "inner", "--", "true")
            self.assertEqual((code, errors.splitlines()[0]), (
                1, "true: error: cannot be traced: Operation not permitted"))
            self.assertFalse((self.top / "inner").exists())


if __name__ == "__main__":
    program.main()
