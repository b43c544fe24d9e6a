"""Runs command lines of build rules with bsdtar and with `veneer tar`, and compares the results.

usage: bsdtar_test.py VENEER [--update]

A folder tests/bsdtar/NAME has these files:
- `command`: the words after the program's name, run in a copy of the folder;
- the input files that the command names;
- `setup`, optional: a shell script that runs first and makes links, archives and odd names;
- `stdin`, optional: the standard input;
- `bsdtar.listing` and `veneer.listing`: the results of the two programs. For an archive that is
  the output of `bsdtar -tvf`, sorted by path; otherwise the printed text and the unpacked tree;
- `differences`: a line "PATH: REASON" for each path at which the two differ. Each reason is a
  heading of docs/bsdtar.md.

A command writes an archive to the file `out` or to standard output, and unpacks into `unpacked`. In
spite of any differences, each path of bsdtar's archive must lead to the same content in veneer's.

veneer makes each archive twice more: with every input staged as an absolute link, as in Bazel's
sandboxes, and with links among the inputs recreated. All three archives must have the same bytes.

--update rewrites both listings; review the difference before you commit it.

Generated patterns select the same of generated names with both programs. An archive that others made
keeps no pattern busy.
"""

import os
import pathlib
import random
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import unittest

import program

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE / "bsdtar"
REASONS = HERE.parent / "docs" / "bsdtar.md"
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
NOT_INPUTS = {"command", "setup", "stdin", "bsdtar.listing", "veneer.listing", "differences"}
TIMEOUT = 120  # seconds for any one command


class Result:
    """The result of a command in its folder."""

    def __init__(self, folder, printed):
        self.folder = folder
        self.printed = printed
        out = folder / "out"
        self.is_archive = out.exists() or not _is_text(printed)
        if self.is_archive and not out.exists():
            out.write_bytes(printed)

    def archive(self):
        """Returns the bytes of the archive; None if the command made none."""
        return (self.folder / "out").read_bytes() if self.is_archive else None

    def lines(self):
        """Returns the lines of a listing, one per path."""
        if self.is_archive:
            lines = run(["bsdtar", "-tvf", "out"], self.folder).decode().splitlines()
            return sorted((without_names(line) for line in lines), key=path_of)
        return self.printed.decode().splitlines() + tree(self.folder / "unpacked")

    def contents(self):
        """Unpacks the archive; returns the content behind each path, with links followed."""
        unpacked = self.folder / "compared"
        unpacked.mkdir()
        run(["bsdtar", "-xf", "out", "-C", "compared"], self.folder)
        return {os.path.relpath(f"{top}/{name}", unpacked): behind(unpacked, f"{top}/{name}")
                for top, _, names in os.walk(unpacked) for name in names}


def _is_text(printed):
    return all(byte >= 0x20 or byte in b"\t\n\r" for byte in printed)


def behind(root, path):
    """Returns the content of the file that a path leads to, or the text of a link out of `root`."""
    if os.path.exists(path) and os.path.realpath(path).startswith(f"{root}/"):
        return pathlib.Path(path).read_bytes() if os.path.isfile(path) else "a directory"
    return f"out of the archive: {os.readlink(path)}"


def tree(folder):
    """Returns a line for every path below a folder, with type, mode, size and link text."""
    lines = []
    for top, folders, names in os.walk(folder):
        for name in folders + names:
            path = f"{top}/{name}"
            status = os.lstat(path)
            kind = stat.filemode(status.st_mode)
            text = f" -> {os.readlink(path)}" if stat.S_ISLNK(status.st_mode) else ""
            size = status.st_size if stat.S_ISREG(status.st_mode) else 0
            lines.append(f"{kind} {size} {os.path.relpath(path, folder)}{text}")
    return sorted(lines, key=lambda line: line.split(" ", 2)[2])


def path_of(line):
    """Returns the path in a line of a listing, without differences of spelling."""
    found = re.match(r"\S{10} +\d+ \S+ +\S+ +\S+ \S+ +\S+ +\S+ (.*)", line)
    path = found.group(1) if found else line
    path = re.split(r" -> | link to ", path)[0]
    return path.removeprefix("./").removesuffix("/") or "."


def by_path(lines):
    """Returns a dict from each path to its lines."""
    paths = {}
    for line in lines:
        paths.setdefault(path_of(line), []).append(line)
    return paths


def without_names(line):
    """Replaces the names of owner and group in a line, which may be those of the tester."""
    return re.sub(r"^(\S{10} +\d+) [^\d\s]\S* +[^\d\s]\S* +", r"\1 NAME NAME ", line)


def run(command, folder, stdin=None):
    """Runs a command, which must succeed; returns its standard output."""
    done = subprocess.run(command, cwd=folder, stdin=stdin or subprocess.DEVNULL,
                          capture_output=True, check=False, env=ENVIRONMENT, timeout=TIMEOUT)
    if done.returncode != 0:
        raise AssertionError(f"exit code {done.returncode} from {command}: {done.stderr.decode()}")
    return done.stdout


def prepare(case, folder):
    """Copies the inputs of a case."""
    shutil.copytree(case, folder, symlinks=True)
    if (folder / "setup").exists():
        run(["sh", "-e", "setup"], folder)
    for name in NOT_INPUTS - {"stdin", "command"}:
        (folder / name).unlink(missing_ok=True)


def call(tar, folder):
    """Runs a case's command in its folder."""
    words = shlex.split((folder / "command").read_text())
    stdin = folder / "stdin"
    if not stdin.exists():
        return Result(folder, run([*tar, *words], folder))
    with open(stdin, "rb") as file:
        return Result(folder, run([*tar, *words], folder, file))


def stage(execroot, sandbox, links):
    """Stages every input as a sandbox does, as a link to it.

    With `links` "as themselves", a link is recreated instead.
    """
    sandbox.mkdir(parents=True)
    for top, folders, names in os.walk(execroot):
        for name in names + [f for f in folders if os.path.islink(f"{top}/{f}")]:
            path = pathlib.Path(top) / name
            place = sandbox / path.relative_to(execroot)
            place.parent.mkdir(parents=True, exist_ok=True)
            if links == "as themselves" and path.is_symlink():
                place.symlink_to(os.readlink(path))
            else:
                place.symlink_to(path)
        for name in folders:
            if not os.path.islink(f"{top}/{name}"):
                (sandbox / pathlib.Path(top).relative_to(execroot) / name).mkdir(exist_ok=True)


class Bsdtar(unittest.TestCase):
    """One test per folder, added below."""
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        os.umask(0o022)
        if not shutil.which("bsdtar"):
            if os.environ.get("VENEER_NO_SKIP") == "1":
                raise AssertionError("'bsdtar' is not installed")
            raise unittest.SkipTest("'bsdtar' is not installed")

    def check(self, case):
        """Runs one command line with both programs, and again in sandboxes."""
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            prepare(case, folder / "execroot")
            shutil.copytree(folder / "execroot", folder / "theirs", symlinks=True)
            shutil.copytree(folder / "execroot", folder / "ours", symlinks=True)
            theirs = call(["bsdtar"], folder / "theirs")
            ours = call([program.VENEER, "tar"], folder / "ours")
            self.compare_listings(case, theirs.lines(), ours.lines())
            if not ours.is_archive:
                return
            for links in ("as themselves", "staged"):
                sandbox = folder / links
                stage(folder / "execroot", sandbox, links)
                self.assertEqual(call([program.VENEER, "tar"], sandbox).archive(), ours.archive(),
                                 f"in a sandbox with links {links}")
            self.compare_contents(theirs.contents(), ours.contents())

    def compare_listings(self, case, theirs, ours):
        """Checks that both listings are as recorded, and that they differ only as declared."""
        for name, lines in (("bsdtar.listing", theirs), ("veneer.listing", ours)):
            text = "".join(f"{line}\n" for line in lines)
            if program.UPDATE:
                (case / name).write_text(text)
            self.assertEqual((case / name).read_text(), text, name)
        before, after = by_path(theirs), by_path(ours)
        differing = {path for path in before.keys() | after.keys()
                     if before.get(path) != after.get(path)}
        declared = {}
        if (case / "differences").exists():
            for line in (case / "differences").read_text().splitlines():
                path, reason = line.rsplit(": ", 1)
                declared[path] = reason
        self.assertEqual(sorted(declared), sorted(differing))
        known = re.findall(r"^### `(.*)`$", REASONS.read_text(), re.MULTILINE)
        self.assertLessEqual(set(declared.values()), set(known))

    def compare_contents(self, theirs, ours):
        """Every path of bsdtar's archive leads to the same content in veneer's."""
        for path, content in theirs.items():
            self.assertIn(path, ours)
            self.assertEqual(content, ours[path], path)


def archive_of(names, path):
    """Makes an archive of empty files and directories with these names."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))


class Patterns(program.InFolder):
    """What patterns select, and how long they take."""

    # What libarchive changed in 2025: what may follow a '*' beside a plain component.
    CHANGED = re.compile(r"\*[?^$\[/.]*(?:$|\*)|\*[/.]*[?^$\[]")
    NAME_PARTS = ["a", "b", "c", "ab", "a/", "b/", "/", "./", "//", "/./", ".", "$", "^", "-"]
    PATTERN_PARTS = ["a", "b", "c", "ab", "a/", "/", "./", "*", "*", "?", "[ab]", "[a-b]", "[-b]",
                     "[a-]", "[", "\\a", "\\*", "$", "^"]

    def test_generated_patterns_select_what_bsdtar_selects(self):
        if not shutil.which("bsdtar"):
            self.skipTest("'bsdtar' is not installed")
        made = random.Random(20250)

        def words(parts, most):
            return "".join(made.choices(parts, k=made.randint(1, most)))

        archive_of({words(self.NAME_PARTS, 6) for _ in range(400)}, self.top / "names.tar")
        patterns = {word for word in (words(self.PATTERN_PARTS, 6) for _ in range(90))
                    if not self.CHANGED.search(word)}
        found = 0
        for pattern in sorted(patterns):
            commands = [["-tf", "names.tar", "--exclude", pattern]]
            if not pattern.startswith("^"):  # changed in 2025, too
                commands += [["-tf", "names.tar", "--", pattern],
                             ["-ntf", "names.tar", "--", pattern]]
            for command in commands:
                theirs, ours = (subprocess.run([*tar, *command], cwd=self.top, text=True,
                                               capture_output=True, check=False, env=ENVIRONMENT,
                                               timeout=TIMEOUT)
                                for tar in (["bsdtar"], [program.VENEER, "tar"]))
                self.assertEqual(ours.stdout, theirs.stdout, command)
                self.assertEqual(ours.returncode, theirs.returncode, command)
                found += bool(ours.stdout)
        self.assertGreater(found, len(patterns))  # most exclude and include something

    def test_names_that_are_no_utf8(self):
        """Names are bytes, also where pax wants them to be UTF-8, and in every locale."""
        name = "caf\udce9"  # Latin-1
        with tarfile.open(self.top / "in.tar", "w", format=tarfile.PAX_FORMAT) as archive:
            for member, options in (("plain", {}), ("link", {"type": tarfile.SYMTYPE, "linkname": "plain"}),
                                    ("hard", {"type": tarfile.LNKTYPE, "linkname": "plain"})):
                info = tarfile.TarInfo(member)
                for key, value in options.items():
                    setattr(info, key, value)
                # A link leads to the first member, whose name is Latin-1.
                records = {"path": "cafQ" if member == "plain" else f"{member}cafQ"}
                if options:
                    records["linkpath"] = "cafQ"
                info.pax_headers = records
                archive.addfile(info)
        (self.top / "in.tar").write_bytes((self.top / "in.tar").read_bytes().replace(b"cafQ", os.fsencode(name)))
        names = [name, f"link{name}", f"hard{name}"]
        for locale in ("C", "C.UTF-8"):
            environment = {**ENVIRONMENT, "LC_ALL": locale}
            tar = [program.VENEER, "tar"]
            listed = subprocess.run([*tar, "-tf", "in.tar"], cwd=self.top, env=environment, check=True,
                                    capture_output=True)
            theirs = subprocess.run(["bsdtar", "-tf", "in.tar"], cwd=self.top, env=environment, check=False,
                                    capture_output=True)
            self.assertEqual((listed.stdout, listed.stderr), (theirs.stdout, b""))
            folder = self.top / f"in.{locale}"
            folder.mkdir()
            subprocess.run([*tar, "-xf", "in.tar", "-C", folder], cwd=self.top, env=environment, check=True)
            self.assertEqual(sorted(os.listdir(folder)), sorted(names))
            self.assertEqual(os.readlink(folder / names[1]), name)
            subprocess.run([*tar, "-cf", "out.tar", "@in.tar"], cwd=self.top, env=environment, check=True)
            with tarfile.open(self.top / "out.tar", errors="surrogateescape") as archive:
                self.assertEqual(sorted(archive.getnames()), sorted(names))

    def test_lists_that_were_written_on_windows(self):
        """CR ends a line of -T and -X as LF does."""
        (self.top / "a").write_text("a")
        (self.top / "b").write_text("b")
        (self.top / "list").write_bytes(b"a\r\nb\r\n")
        for tar in (["bsdtar"], [program.VENEER, "tar"]):
            subprocess.run([*tar, "-cf", "out", "-T", "list"], cwd=self.top, check=True)
            with tarfile.open(self.top / "out") as archive:
                self.assertEqual(archive.getnames(), ["a", "b"])

    def test_no_name_keeps_a_pattern_busy(self):
        """Each took minutes or years: a matcher that takes its choices back tries them all."""
        archive_of(["x" + "/tests/a" * 60000, "y" + "/." * 250000, "/".join(["a" * 250] * 16)],
                   self.top / "names.tar")
        for pattern in ("*/tests/*/__pycache__/*", "*/tests/*/tests/*/tests/*/x", "*a*a*a*a*a*b",
                        "*/x", "*?./x", "*[a-z]*[0-9]", "tests/*/b"):
            done = subprocess.run([program.VENEER, "tar", "-tf", "names.tar", "--exclude", pattern],
                                  cwd=self.top, capture_output=True, check=False, timeout=20)
            self.assertEqual((done.returncode, done.stdout.count(b"\n")), (0, 3), pattern)
            done = subprocess.run([program.VENEER, "tar", "-tf", "names.tar", pattern],
                                  cwd=self.top, capture_output=True, check=False, timeout=20)
            self.assertEqual((done.returncode, done.stdout), (1, b""), pattern)

    def test_many_patterns_cost_little_each(self):
        """20,000 paths to leave out of 8,000 names took more than a minute."""
        names = [f"lib/python3/site-packages/package{n % 97}/module{n}.py" for n in range(8000)]
        archive_of(names, self.top / "names.tar")
        (self.top / "patterns").write_text("".join(
            f"{name}\n./{name}\n" for name in names[:5000]) + "".join(
                f"lib/python3/site-packages/gone/module{n}.py\n" for n in range(10000)))
        done = subprocess.run([program.VENEER, "tar", "-tf", "names.tar", "-X", "patterns"],
                              cwd=self.top, capture_output=True, text=True, check=False,
                              timeout=20)
        self.assertEqual(done.stdout.splitlines(), names[5000:])
        done = subprocess.run([program.VENEER, "tar", "-tf", "names.tar", "-T", "patterns"],
                              cwd=self.top, capture_output=True, text=True, check=False,
                              timeout=20)
        self.assertEqual(done.stdout.splitlines(), names[:5000])
        self.assertIn("no member matches 'lib/python3/site-packages/gone/module7.py'", done.stderr)

    def test_one_content_with_many_times_is_packed_at_once(self):
        """20,000 rows with the time of each were compared with one another: half a minute."""
        (self.top / "file").write_text("x" * 5000)
        (self.top / "rows").write_text("".join(
            f"a{number} type=file content=file time={number // 2}\n" for number in range(20000)))
        done = subprocess.run([program.VENEER, "tar", "-cf", "out", "@rows"], cwd=self.top,
                              capture_output=True, check=False, timeout=20)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        with tarfile.open(self.top / "out") as archive:
            kinds = [member.type for member in archive]
        counts = (kinds.count(tarfile.REGTYPE), kinds.count(tarfile.SYMTYPE))
        self.assertEqual(counts, (10000, 10000))


if __name__ == "__main__":
    program.add_tests(Bsdtar, sorted(path for path in CASES.iterdir() if path.is_dir()),
                      lambda folder: folder.name)
    program.main()
