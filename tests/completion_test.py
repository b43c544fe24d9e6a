"""What bash, zsh and fish offer for the last word of a command line, asked of each itself.

usage: completion_test.py VENEER
"""

import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import program

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "packaging" / "documents.py"
FOLDER = tempfile.TemporaryDirectory()
TOP = pathlib.Path(FOLDER.name)
# fish completes what it can run.
ENVIRONMENT = {"HOME": str(TOP), "ZDOTDIR": str(TOP), "XDG_CONFIG_HOME": str(TOP),
               "XDG_DATA_DIRS": f"{TOP}/share", "TERM": "xterm",
               "INPUTRC": "/dev/null", "PATH": f"{TOP}/bin:{os.environ['PATH']}"}
# The key after the line inserts all that is offered; the next one writes the line to a file.
BASH = r"""
PS1='READY '
source ../share/bash-completion/completions/veneer
bind '"\C-o": insert-completions'
bind -x '"\C-p": printf %s "$READLINE_LINE" >../line; exit'
"""
ZSH = r"""
PS1='READY '
fpath=("$HOME/share/zsh/site-functions" $fpath)
autoload -Uz compinit && compinit -u -D
zle -C all complete-word _generic
zstyle ':completion:all:*' completer _all_matches _complete
zstyle ':completion:all:*' insert true
zstyle ':completion:*' add-space true
write-line() { printf %s "$BUFFER" >../line; exit }
zle -N write-line
bindkey '^O' all
bindkey '^P' write-line
"""


def setUpModule():
    """Makes the scripts as they are installed, and a folder with files to be offered."""
    subprocess.run([sys.executable, "-B", SCRIPT, TOP / "share", program.VENEER], check=True,
                   timeout=60)
    (TOP / "bashrc").write_text(BASH)
    (TOP / ".zshrc").write_text(ZSH)
    (TOP / "work" / "folder").mkdir(parents=True)
    (TOP / "work" / "file.txt").touch()
    (TOP / "bin").mkdir()
    (TOP / "bin" / "veneer").symlink_to(program.VENEER)


def tearDownModule():
    """Removes all of it."""
    FOLDER.cleanup()


def line_after_keys(command, line):
    """Types a line into a shell, and the two keys; returns what the line is then."""
    result = TOP / "line"
    result.unlink(missing_ok=True)
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(TOP / "work")
        os.execvpe(command[0], command, ENVIRONMENT)
    screen, typed, end = b"", False, time.monotonic() + 30
    try:
        while time.monotonic() < end:
            if not select.select([terminal], [], [], 1)[0]:
                continue
            screen += os.read(terminal, 4096)
            if not typed and b"READY " in screen:
                os.write(terminal, line.encode() + b"\x0f\x10")
                typed = True
    except OSError:  # the shell has ended
        pass
    finally:
        os.close(terminal)
        os.kill(pid, signal.SIGKILL)  # in case that it waits for more
        os.waitpid(pid, 0)
    if not result.exists():
        raise AssertionError(f"{command[0]} did not end; its terminal: {screen!r}")
    return result.read_text()


class Cases:
    """The same for every shell. `offered(line)` gives what is offered, without what it is."""

    def check(self, line, *expected):
        """Compares what is offered."""
        self.assertEqual(sorted(self.offered(line)), sorted(expected), line)

    def test_commands(self):
        self.check("veneer bu", "build")
        self.check("veneer i", "image", "index", "inspect")
        self.check("veneer -q --color never st", "store")
        self.check("veneer store ", "gc", "stat", "verify")
        self.check("veneer help ve", "verify", "version")

    def test_options(self):
        self.check("veneer build --runfiles-", "--runfiles-layout", "--runfiles-manifest")
        self.check("veneer verify --max-e", "--max-entries")
        self.check("veneer store gc --max-", "--max-age", "--max-size")
        self.check("veneer --qu", "--quiet")

    def test_values(self):
        self.check("veneer build --compression ", "estargz", "gzip", "none", "zstd",
                   "zstd:chunked")
        self.check("veneer build --compression=z", "zstd", "zstd:chunked")
        self.check("veneer --color a", "always", "auto")
        self.check("veneer store -v gc --color n", "never")

    def test_images(self):
        self.check("veneer build --base oc", "oci-archive:", "oci:")
        self.check("veneer build -o d", "docker-archive:")
        self.check("veneer build --base oci:fo", "oci:folder")
        self.check("veneer inspect fi", "file.txt")

    def test_paths(self):
        self.check("veneer build --spec fi", "file.txt")
        self.check("veneer build --store f", "folder")
        self.check("veneer build fo", "folder")
        self.check("veneer tar fi", "file.txt")

    def test_what_nobody_can_know_is_not_offered(self):
        self.check("veneer build --name f")


def needs(shell):
    """Skips a class where the shell is missing."""
    must = os.environ.get("VENEER_NO_SKIP") == "1"
    return unittest.skipUnless(must or shutil.which(shell), f"{shell} is not installed")


class Typed(Cases):
    """Shells that show a line after keys."""

    COMMAND = []

    def offered(self, line):
        before = line[:line.rindex(" ") + 1]
        after = line_after_keys(self.COMMAND, line)
        start, _, word = line.rpartition(" ")
        if not after.startswith(before):
            raise AssertionError(f"'{line}' became '{after}'")
        words = [one.rstrip("/=") for one in after[len(before):].split()]
        # A word that stays is none that was offered. zsh marks options that take a value.
        option = word[:word.index("=") + 1] if word.startswith("--") and "=" in word else ""
        return [one.removeprefix(option) for one in words if one != word]


@needs("bash")
class Bash(Typed, unittest.TestCase):
    COMMAND = ["bash", "--noprofile", "--rcfile", "../bashrc", "-i"]


@needs("zsh")
class Zsh(Typed, unittest.TestCase):
    COMMAND = ["zsh", "-d", "-i"]


@needs("fish")
class Fish(Cases, unittest.TestCase):
    def offered(self, line):
        done = subprocess.run(
            ["fish", "--private", "-c", "complete -C $argv[1]", line], check=True, timeout=60,
            capture_output=True, text=True, cwd=TOP / "work",
            env=ENVIRONMENT)
        word = line.rpartition(" ")[2]
        option = word[:word.index("=") + 1] if word.startswith("--") and "=" in word else ""
        return [row.split("\t")[0].rstrip("/").removeprefix(option) for row in done.stdout.splitlines()]


if __name__ == "__main__":
    program.main()
