"""Tests what programs that veneer starts inherit: signals as veneer itself was started with.

usage: children_test.py VENEER
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import program
import small_base
import small_venv
import worker_protocol

MARKED = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD, signal.SIGHUP, signal.SIGTERM, signal.SIGUSR1)
# Says which signals are ignored and blocked. A shell that waits for a child blocks some, so it has none.
REPORT = ('while read -r line; do case $line in SigBlk*|SigIgn*) echo "$line" >>{log};; esac; '
          'done </proc/$$/status\n')


def begin_with(ignored, blocked):
    """For preexec_fn: the state of the signals that matter."""
    def prepare():
        for number in MARKED:
            signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    return prepare


def among_marked(text):
    """The marked signals in a mask of /proc."""
    mask = int(text, 16)
    return {number for number in MARKED if mask >> (number - 1) & 1}


class Children(unittest.TestCase):
    """Programs that report how they were started."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name).resolve()
        (self.top / "file").write_text("text")
        self.script("codec", "exec gzip \"$@\"\n")

    def script(self, name, text):
        """Makes a program that reports before it does its work; returns its path."""
        path = self.top / name
        path.write_text("#!/bin/sh\n" + REPORT.format(log=self.top / "log") + text)
        path.chmod(0o755)
        return path

    def found(self):
        """What the program has reported."""
        lines = (self.top / "log").read_text().splitlines()
        (self.top / "log").unlink()
        return {line.split(":")[0]: among_marked(line.split()[1]) for line in lines
                if line.startswith(("SigBlk", "SigIgn"))}

    def check(self, *arguments, child_signal=False):
        """Runs veneer with signals in several states; its program has to find them so."""
        some = {signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP}
        for ignored, blocked in ((set(), set()), (some, set()), (set(), {signal.SIGUSR1, signal.SIGTERM}),
                                 ({signal.SIGCHLD}, {signal.SIGPIPE})):
            subprocess.run([program.VENEER, *arguments], cwd=self.top, check=True, capture_output=True,
                           preexec_fn=begin_with(ignored, blocked), restore_signals=False, timeout=60)
            expected = ignored if child_signal else ignored - {signal.SIGCHLD}
            self.assertEqual(self.found(), {"SigIgn": expected, "SigBlk": blocked}, arguments)

    def test_codec_of_tar(self):
        self.check("tar", "-cf", "out.tgz", "--use-compress-program", str(self.top / "codec"), "file")
        self.check("tar", "-tf", "out.tgz", "--use-compress-program", f"{self.top / 'codec'} -d")

    def test_traced_command(self):
        """It is the user's, and so has SIGCHLD as it was, too."""
        # Not a shell, which has its own mind about SIGCHLD.
        self.check("trace", "-o", "list", "--", "cp", "/proc/self/status", str(self.top / "log"), child_signal=True)

    def test_compiler(self):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        python = self.script("python", f'exec {sys.executable} "$@"\n')
        small_venv.make(self.top / ".venv", version, os.path.realpath(sys.executable))
        small_venv.install(self.top / ".venv", "alpha")
        small_base.make(self.top / "base", ["d:usr:755", "d:usr/bin:755", f"f:usr/bin/python{version}:755:#!/bin/sh"])
        self.check("build", "--no-store", "--venv=.venv", "--base=oci:base", "--check=off", "--pyc=compile",
                   f"--pyc-python={python}", "-o", "oci:image")

    def test_codec_in_a_worker(self):
        """Which is ended by signals, too."""
        request = worker_protocol.work_request(
            ["tar", "-cf", "out.tgz", "--use-compress-program", str(self.top / "codec"), "file"])
        done = subprocess.run([program.VENEER, "--persistent_worker"], cwd=self.top, input=request, check=True,
                              capture_output=True, timeout=60, preexec_fn=begin_with(set(), {signal.SIGUSR1}),
                              restore_signals=False)
        [response] = worker_protocol.take_responses(done.stdout)
        self.assertEqual((response.exit_code, response.output), (0, ""))
        self.assertEqual(self.found(), {"SigIgn": set(), "SigBlk": {signal.SIGUSR1}})


if __name__ == "__main__":
    program.main()
