"""One run of a command in which a system call fails, and what is right then."""

import errno
import os
import re
import stat
import subprocess

import cases
import program
import worker_protocol

# With each call what may go wrong. `+` lets each later call of that name fail, too.
EFFECTS = {
    ("open", "openat"): "EMFILE EIO EACCES EINTR",
    ("read", "pread64", "preadv", "readv"): "EIO EINTR short EIO+",
    ("write", "pwrite64", "writev"): "ENOSPC EINTR short ENOSPC+",
    ("copy_file_range", "sendfile"): "EIO ENOSPC EINTR EXDEV",
    ("fdatasync", "fsync"): "EIO ENOSPC EINTR",
    ("link", "linkat", "mkdir", "mkdirat", "symlink", "symlinkat"): "ENOSPC EACCES EIO+",
    ("rename", "renameat", "renameat2"): "EIO EACCES ENOSPC+",
    ("unlink", "unlinkat", "rmdir"): "EIO EIO+",
    ("flock",): "ENOLCK EINTR",
    ("brk", "mmap", "mprotect", "mremap"): "ENOMEM ENOMEM+",
    ("clone", "clone3", "fork", "vfork"): "EAGAIN",
    ("dup", "dup2", "dup3", "eventfd2", "memfd_create", "pipe", "pipe2"): "EMFILE",
    ("fallocate", "ftruncate", "truncate"): "ENOSPC EINTR",
    ("poll",): "EINTR ENOMEM",
    ("getrandom",): "EINTR ENOSYS",
    ("fcntl", "ioctl", "prlimit64", "sched_getaffinity"): "EINVAL",
    ("chmod", "fchmod", "fchmodat", "utimensat", "fchown", "fchownat", "lchown"): "EPERM EIO",
}
OTHERS = "EIO EACCES"
SURVIVED = {"EINTR", "short"}
REMOVALS = {"rmdir", "unlink", "unlinkat"}
TRACE = "trace"  # states times
HINTS = {"sync_file_range", "fadvise64"}
# Threads say the one where memory was the other.
OTHER_CAUSES = {
    os.strerror(errno.ENOMEM): [os.strerror(errno.ENOMEM), "not enough memory", os.strerror(errno.EAGAIN)]
}
# Files of the system that libraries look into; one case is enough for these.
OF_SYSTEM = re.compile(r"/(lib|usr|sys|proc|etc)/")


def effects_of(name):
    """Returns how a call may end otherwise than it does."""
    found = (effects for names, effects in EFFECTS.items() if name in names)
    return next(found, OTHERS).split()


def contents(folder):
    """Returns each path below a folder with its mode and content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        content = path.read_bytes() if stat.S_ISREG(mode) and path.name != TRACE else None
        mode &= ~0o222  # of a file that is shared with the store, nobody may write to it
        found[str(path.relative_to(folder))] = (mode, os.readlink(path) if stat.S_ISLNK(mode) else content)
    return found


def differences(some, others):
    """Returns the paths that are not the same in both."""
    return sorted(path for path in {*some, *others} if some.get(path) != others.get(path))


class Broken(Exception):
    """What a run did that it must not."""


class Run:
    """One run of a case, in a folder of its own."""

    def __init__(self, sweep, case, folder, number, effect):
        self.sweep, self.case, self.folder = sweep, case, folder
        self.name, self.file, self.effect, self.is_lasting = "", "", effect, effect.endswith("+")
        self.cause = os.strerror(getattr(errno, effect.rstrip("+"), 0)) if number else ""
        self.before = {name: contents(folder / name) for name in ("out", "tmp")}
        code = effect if effect == "short" else str(getattr(errno, effect.rstrip("+"), 0))
        self.done = self.execute(
            [
                sweep.inject,
                folder / "calls",
                case.threads,
                f"{number}{'+' if self.is_lasting else ''}",
                code,
                program.VENEER,
            ]
        )
        lines = (folder / "calls").read_text(errors="surrogateescape").splitlines()
        self.calls = [line.split("\t", 2) for line in lines]
        if number and self.calls:
            _, self.name, self.file = self.calls[0]

    def execute(self, command):
        """Runs the case's command by another; returns the finished process."""
        done = subprocess.run(
            [*command, *self.case.arguments],
            cwd=self.folder,
            capture_output=True,
            check=False,
            input=cases.requests_of(self.case),
            timeout=cases.TIMEOUT,
            env={**os.environ, "TMPDIR": str(self.folder / "tmp"), "LC_ALL": "C.UTF-8"},
        )
        done.stderr = done.stderr.decode(errors="surrogateescape")
        return done

    def responses(self):
        """Returns what a worker answers."""
        return worker_protocol.take_responses(self.done.stdout) if self.case.requests else []

    def messages(self):
        """Returns what the run says of faults, which a worker says in its answers."""
        return self.done.stderr + "".join(response.output for response in self.responses())

    def has_failed(self):
        """Whether the run says that it has no results, or not all."""
        return self.done.returncode != 0 or any(response.exit_code for response in self.responses())

    def leftovers(self):
        """Returns temporary files, but for those whose removal fails again and again."""
        found = [path for path in contents(self.folder) if "/.veneer" in path]
        found += [f"tmp/{path}" for path in contents(self.folder / "tmp") if "veneer-worker" not in path]
        return [] if self.is_lasting and self.name in REMOVALS else found

    def judge(self):
        """Raises Broken, or returns whether the run reported the fault."""
        codes = {self.done.returncode} | {response.exit_code for response in self.responses()}
        if not codes <= {0, 1}:
            raise Broken(f"exit code {codes}")
        if left := self.leftovers():
            raise Broken(f"left behind: {left}")
        after = {
            path: found
            for path, found in contents(self.folder / "out").items()
            if "/.veneer" not in f"/{path}"
        }
        if self.has_failed():
            self.judge_message()
            self.judge_outputs(after)
        elif after != (wanted := self.sweep.wanted(self.case)):
            raise Broken(f"other results than without a fault: {differences(after, wanted)}")
        self.judge_store()
        return self.has_failed()

    def judge_outputs(self, after):
        """All that was there before; and the results, if only the last word on them was lost."""
        wanted = self.sweep.wanted(self.case)
        if after == self.before["out"] or (self.file.startswith("pipe:") and after == wanted):
            return
        if self.case.requests and all(wanted.get(path) == found for path, found in after.items()):
            return
        raise Broken(
            f"neither the results nor what was there before: {differences(after, self.before['out'])}"
        )

    def judge_message(self):
        """One error that names the cause and, if there is one, the file."""
        of_library = OF_SYSTEM.match(self.file)  # which knows causes of its own
        if self.name in HINTS or (self.effect in SURVIVED and not of_library):
            raise Broken("it is no fault")
        errors = [line for line in self.messages().splitlines() if "error: " in line]
        if self.is_lasting and self.name == "write" and not errors:
            return  # nothing can be said
        if not errors:
            raise Broken("no error is told")
        causes = OTHER_CAUSES.get(self.cause, [self.cause])
        if not of_library and not all(any(cause in line for cause in causes) for line in errors):
            raise Broken("the cause is not named")
        name = os.path.basename(self.file)
        if not any(
            f"{name}'" in line or self.is_place(line.split("error: ")[0].removesuffix(": "))
            for line in errors
        ):
            raise Broken("the place is not named")

    def is_place(self, place):
        """Whether a message's place is the file, or the folder of one that has no name of its own."""
        if not self.file or OF_SYSTEM.match(self.file + "/") or self.file.startswith(("pipe:", "/dev/", "/memfd:")):
            return True
        if self.is_lasting:
            return place != "veneer"
        # A blob of the store is known to a user by what it is copied to, and what an archive is unpacked
        # to by the archive.
        if any(part in self.file for part in ("(deleted)", ".veneer", "/store/blobs/")):
            return place.split("/")[0] in ("out", "store", "tmp", "standard output") or place.startswith(
                ("/tmp/", "../given/base.tar.gz")
            )
        real = os.path.realpath(self.folder / place)
        return (
            os.path.basename(place) in self.file or os.path.basename(self.file) in place or real == self.file
        )

    def judge_store(self):
        """The store holds what it says, and the same command makes the results."""
        for store in [self.folder / "store", *self.folder.glob("tmp/*/store")]:
            if not (store / "index").exists():
                continue
            verified = subprocess.run(
                [program.VENEER, "store", "verify", "--store", store],
                capture_output=True,
                text=True,
                check=False,
                timeout=cases.TIMEOUT,
            )
            if verified.returncode != 0 or verified.stderr:
                raise Broken(f"the store: {verified.stderr}")
        if not self.has_failed():
            return
        again = self.execute([program.VENEER])
        if again.returncode != 0 or contents(self.folder / "out") != self.sweep.wanted(self.case):
            raise Broken(f"other results after it: {again.stderr}")
