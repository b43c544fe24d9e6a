"""Tests `trace`: which files a command uses, in which order, and how it ends.

usage: trace_test.py VENEER
"""

import os
import pathlib
import shutil
import signal
import subprocess
import time
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

    def test_children_of_the_command_are_waited_for(self):
        """When the command itself has ended, too; whatever becomes of them, in any order."""
        (self.top / "late").write_text("late")
        paths = self.trace("sh", "-c", "(sleep 0.3; cat late) & exit 0")
        self.assertEqual(paths[-1], os.path.realpath(self.top / "late"))
        self.trace(PYTHON, "-c", "import os, threading\n"
                   "for _ in range(100):\n"
                   "    child = os.fork()\n"
                   "    if child == 0:\n"
                   "        os._exit(0)\n"
                   "    os.kill(child, 9)\n"
                   "    os.waitpid(child, 0)\n"
                   "threading.Thread(target=lambda: os.execv('/bin/sh', ['sh', '-c', 'exit 5'])).start()\n"
                   "while True:\n"
                   "    threading.Thread(target=int).start()\n", code=5)

    def test_other_children_are_not_waited_for(self):
        """A shell that becomes veneer may have some."""
        done = subprocess.run(["sh", "-c", 'sleep 60 >/dev/null 2>&1 & echo $!; exec "$0" trace -o list -- cat one',
                               program.VENEER], cwd=self.top, capture_output=True, timeout=30, check=False)
        os.kill(int(done.stdout), signal.SIGKILL)  # it is still there
        self.assertEqual(done.returncode, 1)

    def test_a_signal_after_the_end_of_the_command(self):
        """It ends veneer, and what the command has left."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with subprocess.Popen([program.VENEER, "trace", "-o", "list", "--", "sh", "-c",
                                   "sleep 60 & echo $$ $!"], cwd=self.top, stdout=subprocess.PIPE) as process:
                command, child = map(int, process.stdout.readline().split())
                end = time.monotonic() + 30
                while os.path.exists(f"/proc/{command}") and time.monotonic() < end:
                    time.sleep(0.01)
                time.sleep(0.1)
                process.send_signal(number)
                try:
                    self.assertEqual(process.wait(30), -number)
                finally:
                    process.kill()
            while os.path.exists(f"/proc/{child}") and time.monotonic() < end:
                time.sleep(0.01)
            self.assertFalse(os.path.exists(f"/proc/{child}"))
        self.assertFalse((self.top / "list").exists())

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
