"""Tests the messages for command lines that are wrong: what is at fault, and what to write instead.

usage: mistakes_test.py VENEER
"""

import concurrent.futures
import json
import pathlib
import shlex
import subprocess
import tempfile
import unittest

import program

TREE = "--tree tree:srv"
OUT = "-o oci:out"
# (command line, first line on stderr)
MISTAKES = dict([
    # Commands.
    ("biuld x", "veneer has no command 'biuld'; did you mean 'build'?"),
    ("Build x", "veneer has no command 'Build'; did you mean 'build'?"),
    ("inpsect image", "veneer has no command 'inpsect'; did you mean 'inspect'?"),
    ("push image", "veneer has no command 'push'; veneer does not push; `skopeo copy --preserve-digests "
                   "oci:DIR:TAG docker://NAME` does"),
    ("store gcc", "veneer store has no command 'gcc'; did you mean 'gc'?"),
    ("store prune", "veneer store has no command 'prune'; `veneer store gc` drops what was not used for "
                    "longest"),
    ("help biuld", "veneer has no command 'biuld'; did you mean 'build'?"),
    ("help store gcc", "veneer store has no command 'gcc'; did you mean 'gc'?"),
    ("", "veneer needs a command: build, plan, layer, image, index, convert, rebase, gc, load, "
         "inspect, sbom, attach, diff, why, verify, store, schema, trace, tar, version, help"),
    ("store", "veneer store needs a command: stat, gc, verify"),
    # Options.
    (f"build {TREE} --ouput oci:out", "veneer build has no option '--ouput'; did you mean '--output'?"),
    (f"build {TREE} --out oci:out", "veneer build has no option '--out'; did you mean '--output' and '--runfiles-layout'?"),
    (f"build {TREE} --out=oci:out", "veneer build has no option '--out'; did you mean '--output' and '--runfiles-layout'?"),
    (f"build {TREE} --lable a=b {OUT}", "veneer build has no option '--lable'; did you mean '--label'?"),
    (f"build {TREE} --annotaton a=b {OUT}",
     "veneer build has no option '--annotaton'; did you mean '--annotation'?"),
    (f"build {TREE} --entry-point a {OUT}",
     "veneer build has no option '--entry-point'; did you mean '--entrypoint'?"),
    (f"build {TREE} --plattform linux/arm64 {OUT}",
     "veneer build has no option '--plattform'; did you mean '--platform'?"),
    (f"build {TREE} --max_layers 3 {OUT}",
     "veneer build has no option '--max_layers'; did you mean '--max-layers', '--layers' and '--layer'?"),
    (f"build {TREE} --zzz {OUT}", "veneer build has no option '--zzz'"),
    (f"build {TREE} -z {OUT}", "veneer build has no option '-z'"),
    (f"build {TREE} --env -x {OUT} -z", "veneer build has no option '-z'"),
    ("plan --tre tree:srv", "veneer plan has no option '--tre'; did you mean '--tree', '--mtree' and '--tree-modes'?"),
    ("store gc --max-sise 1GB", "veneer store gc has no option '--max-sise'; did you mean '--max-size'?"),
    ("inspect --file image", "veneer inspect has no option '--file'; did you mean '--files', "
                             "'--expect-file' and '--forbid-file'?"),
    ("diff a b --ignore-time", "veneer diff has no option '--ignore-time'; did you mean '--ignore-times'?"),
    ("--jsn build", "veneer has no option '--jsn'"),
    # Values that are words.
    (f"build {TREE} --compression xz {OUT}", "--compression: 'xz' is none of gzip, zstd, estargz, zstd:chunked, none"),
    (f"build {TREE} --check=strict {OUT}", "--check: 'strict' is none of error, warn, off"),
    (f"build {TREE} --layers=two {OUT}", "--layers: 'two' is none of groups, one"),
    (f"build {TREE} --runfiles-layout flat {OUT}",
     "--runfiles-layout: 'flat' is none of faithful, venv"),
    (f"build {TREE} --tree-modes all {OUT}", "--tree-modes: 'all' is none of executable, disk"),
    (f"build {TREE} --content-links yes {OUT}", "--content-links: 'yes' is none of on, off"),
    (f"build {TREE} --skip-base-duplicates 1 {OUT}", "--skip-base-duplicates: '1' is none of on, off"),
    # Images that are elsewhere.
    (f"build {TREE} {OUT} --base debian:12",
     "--base: 'debian:12' is not an image: there is no transport 'debian'; fetch it first: "
     "`skopeo copy docker://debian:12 oci:debian:12`, then write oci:debian:12"),
    (f"build {TREE} {OUT} --base docker://ghcr.io/team/app",
     "--base: 'docker://ghcr.io/team/app' is not an image: there is no transport 'docker'; fetch it "
     "first: `skopeo copy docker://ghcr.io/team/app oci:app:latest`, then write oci:app:latest"),
    (f"build {TREE} {OUT} --base ghcr.io/team/app",
     "--base: 'ghcr.io/team/app' is not an image: it names no transport; fetch it first: `skopeo "
     "copy docker://ghcr.io/team/app oci:app:latest`, then write oci:app:latest"),
    (f"build {TREE} {OUT} --base docker-daemon:app:1",
     "--base: 'docker-daemon:app:1' is not an image: there is no transport 'docker-daemon'; fetch it "
     "first: `skopeo copy docker-daemon:app:1 oci:app:1`, then write oci:app:1"),
    (f"build {TREE} -o docker://localhost:5000/app:1",
     "--output: 'docker://localhost:5000/app:1' is not an image: there is no transport 'docker'; "
     "write oci:DIR:TAG, then `skopeo copy --preserve-digests oci:DIR:TAG "
     "docker://localhost:5000/app:1`"),
    (f"build {TREE} -o docker:app",
     "--output: 'docker:app' is not an image: there is no transport 'docker'; write oci:DIR:TAG, then "
     "`skopeo copy --preserve-digests oci:DIR:TAG docker://app`"),
    (f"build {TREE} {OUT} --base base",
     "--base: 'base' is not an image: it names no transport; for a layout, which is a directory, "
     "write oci:base; an image of a registry has to be fetched first: `skopeo copy docker://base "
     "oci:base`"),
    # What users of other tools write, and words that are none.
    ("build",
     "--output is required"),
    (f"build {TREE} --user -o oci:out",
     "--user needs a value, but the next word is '-o'; if that is the value, write --user=-o"),
    (f"build {TREE} --level 3.5 {OUT}",
     "--level: '3.5' is not a number from 0 to 19"),
    (f"build {TREE} --jobs=2 --jobs=3 {OUT}",
     "--jobs is given 2 times; give it once"),
    (f"build {OUT} {TREE} --tree",
     "--tree needs a value: --tree SRC:DEST"),
    (f"build {TREE} {OUT} --label a=b --label",
     "--label needs a value: --label KEY=VALUE"),
    (f"build {TREE} --content-link-min 0 {OUT}",
     "--content-link-min: '0': expected a size of at least 1 byte"),
    (f"build {TREE} --jobs 0 {OUT}",
     "--jobs: '0' is not a number from 1 to 1024"),
    (f"build {TREE} --jobs many {OUT}",
     "--jobs: 'many' is not a number from 1 to 1024"),
    (f"build {TREE} --mtime yesterday {OUT}",
     "--mtime: 'yesterday' is not a number from 0 to 8589934591"),
    (f"build {TREE} --max-layers 2 {OUT}",
     "--max-layers: '2' is not a number from 3 to 127"),
    (f"build {TREE} --compression zstd --format estargz {OUT}",
     "--format: estargz layers are compressed by gzip; leave --compression=zstd out"),
    (f"build {TREE} --prioritize x {OUT}",
     "--prioritize: needs --compression=estargz; other layers have one order"),
    (f"build {TREE} --compression none --level 3 {OUT}",
     "--level: --compression=none has no levels; leave one of the two options out"),
    ("inspect oci:layout --max-size 10XB",
     "--max-size: '10XB': expected a size in bytes, or with a unit such as MiB"),
    ("inspect oci:layout --max-waste 200%",
     "--max-waste: '200%' is neither a size, such as 10MB, nor a share, such as 5%"),
    ("inspect oci:layout --layer 0",
     "--layer: '0' is not a number from 1 to 4294967295"),
    ("store gc --max-age week",
     "--max-age: 'week': expected a number of days from 0 to 36500"),
    ("verify oci:layout --format xml",
     "--format: 'xml' is none of text, json, sarif, github"),
    (f"build {TREE} {OUT} --color sometimes",
     "--color: 'sometimes' is none of auto, always, never"),
    (f"build {TREE} {OUT} -qv",
     "--quiet and --verbose exclude each other"),
    (f"build {TREE} --env {OUT}",
     "--env needs a value, but the next word is '-o'; if that is the value, write --env=-o"),
    (f"build {TREE} --check {OUT}",
     "--check needs a value, but the next word is '-o'; if that is the value, write --check=-o"),
    (f"build {TREE} -o",
     "--output needs a value: --output IMAGE"),
    (f"build {TREE} {OUT} app more",
     "veneer build takes one argument beside its options, not 2: 'app', 'more'"),
    ("diff oci:layout",
     "B is required"),
    ("diff oci:a oci:b oci:c",
     "veneer diff takes 2 arguments beside its options, not 3: 'oci:a', 'oci:b', 'oci:c'"),
    ("inspect oci:a oci:b",
     "OLDER: only --html takes a second image; `veneer diff A B` compares two"),
    ("why oci:layout",
     "PATH is required"),
    (f"build {TREE} --tag app:1 {OUT}",
     "veneer build has no option '--tag'; the name of an image is a part of -o: -o "
     "docker-archive:FILE:NAME:TAG or -o oci:DIR:TAG"),
    (f"build {TREE} -t app:1 {OUT}",
     "veneer build has no option '-t'; the name of an image is a part of -o: -o "
     "docker-archive:FILE:NAME:TAG or -o oci:DIR:TAG"),
    (f"build {TREE} --push {OUT}",
     "veneer build has no option '--push'; veneer does not push; `skopeo copy --preserve-digests "
     "oci:DIR:TAG docker://NAME` does"),
    ("build -f Dockerfile .",
     "veneer build has no option '-f'; veneer reads no Dockerfile; --tree SRC:DEST puts files "
     "into the image"),
    (f"build {TREE} --build-arg A=1 {OUT}",
     "veneer build has no option '--build-arg'; veneer runs nothing while it builds; --env "
     "KEY=VALUE sets a variable of the image"),
    (f"build {TREE} --no-cache {OUT}",
     "veneer build has no option '--no-cache'; --no-store keeps nothing and uses nothing that is "
     "kept"),
    (f"build {TREE} -p 80:80 {OUT}",
     "veneer build has no option '-p'; --expose PORT names a port of the image; `docker run -p` "
     "publishes it"),
    (f"build -r requirements.txt {OUT}",
     "veneer build has no option '-r'; veneer installs no packages; `uv pip install -r FILE` "
     "does, and --venv .venv packs them"),
    ("inspect --format json oci:layout",
     "veneer inspect has no option '--format'; --json prints JSON"),
    ("pull debian",
     "veneer has no command 'pull'; veneer does not pull; `skopeo copy docker://NAME "
     "oci:DIR:TAG` does"),
    ("run app",
     "veneer has no command 'run'; `veneer load IMAGE` brings an image into an "
     "engine, and `docker run NAME:TAG` runs it"),
    ("install numpy",
     "veneer has no command 'install'; veneer installs no packages; `uv pip install` does, and "
     "`veneer build --venv .venv` packs them"),
    ("ls oci:layout",
     "veneer has no command 'ls'; `veneer inspect --files IMAGE` lists the files of an image"),
    ("store ls",
     "veneer store has no command 'ls'; `veneer store stat` shows how much it holds"),
    (f"build {TREE} -o out",
     "--output: 'out' is not an image: it names no transport; for a layout, which is a "
     "directory, write oci:out"),
    (f"build {TREE} -o out.tar",
     "--output: 'out.tar' is not an image: it names no transport; write docker-archive:out.tar "
     "or oci-archive:out.tar"),
    (f"build {TREE} -o app:1",
     "--output: 'app:1' is not an image: there is no transport 'app'; write oci:DIR:TAG, then "
     "`skopeo copy --preserve-digests oci:DIR:TAG docker://app:1`"),
    (f"build {TREE} -o oci:out@sha256:abc",
     "--output: 'oci:out@sha256:abc' is not an image: a digest cannot be chosen: it follows from "
     "the content; an image is oci:DIR[:TAG], oci-archive:FILE[:TAG] or "
     "docker-archive:FILE[:NAME:TAG]"),
    (f"build {TREE} {OUT} --base scratch",
     "--base: 'scratch' is not an image: it names no transport; leave it out: without a base the "
     "image begins empty, as `FROM scratch` does"),
    (f"build {TREE} {OUT} --base a.tar",
     "--base: 'a.tar' is not an image: it names no transport; write docker-archive:a.tar or "
     "oci-archive:a.tar"),
    (f"build {TREE} --platform arm64 {OUT}",
     "--platform: 'arm64' is not a platform; a platform is OS/ARCHITECTURE[/VARIANT], for "
     "example linux/arm64/v8"),
    (f"build {TREE} --platform linux/arm64,linux/amd64 {OUT}",
     "--platform: 'linux/arm64,linux/amd64' is not a platform; an image is for one platform; "
     "build one for each, and `veneer index` combines them"),
    (f"build {TREE} --env A {OUT}",
     "--env: 'A' is not an environment variable: expected KEY=VALUE"),
    (f"build {TREE} --label a {OUT}",
     "--label: 'a' is not a label: expected KEY=VALUE"),
    (f"build {TREE} --expose web {OUT}",
     "--expose: 'web' is not a port: expected PORT[-PORT][/tcp|udp|sctp]"),
    (f"build {TREE} --volume data {OUT}",
     "--volume: 'data' is not a volume: expected an absolute path"),
    (f"build {TREE} --user 'a b' {OUT}",
     "--user: 'a b' is not a user: expected USER[:GROUP]"),
    (f"build {TREE} --stop-signal SIGFOO {OUT}",
     "--stop-signal: 'SIGFOO' is not a signal: expected a name such as SIGTERM, or a number from "
     "1 to 64"),
    (f"build {TREE} --created yesterday {OUT}",
     "--created: 'yesterday' is not a time: expected RFC 3339, such as 1970-01-01T00:00:00Z, or "
     "seconds since 1970"),
    (f"layer {TREE} -o l.tar --descriptor",
     "--descriptor needs a value: --descriptor FILE"),
])
# The same for inputs that are not what they are taken for: (command line, standard error).
FAULTS = dict([
    ("build @nofile",
     "nofile: error: cannot open: No such file or directory\n"),
    (f"build . {OUT}",
     ".: error: is a directory, not a program that Bazel built\n"
     ".: help: name the program in it; --tree SRC:DEST packs a directory, and --venv DIR a "
     "virtual environment\n"),
    (f"build app {OUT}",
     "app: error: has no runfiles: neither 'app.runfiles' nor 'app.runfiles_manifest' is there\n"
     "app: help: build it with --build_runfile_links, or name its runfiles with --runfiles, "
     "--runfiles-manifest or --spec\n"),
    (f"build nothere {OUT}",
     "nothere: error: no such file\n"
     "nothere: help: name the file that `bazel build` printed, for example bazel-bin/app\n"),
    (f"build empty.runfiles {OUT}",
     "empty.runfiles: error: holds no file\n"
     "empty.runfiles: help: build the program with --build_runfile_links, or name its manifest\n"),
    (f"build --runfiles empty.runfiles {OUT}",
     "empty.runfiles: error: holds no file\n"
     "empty.runfiles: help: build the program with --build_runfile_links, or name its manifest\n"),
    (f"build --tree tree {OUT}",
     "veneer: error: tree 'tree' has no ':': expected SRC:DEST\n"
     "veneer: help: DEST is a path in the image; 'SRC:/' is its root\n"),
    (f"build --tree nothere:srv {OUT}",
     "veneer: error: tree 'nothere:srv': cannot read 'nothere': No such file or directory\n"),
    (f"build {TREE} {OUT} --base oci:nobase",
     "nobase: error: there is no such layout\n"
     "veneer: note: this is the base, --base oci:nobase\n"
     "nobase: help: a layout is a directory; an archive is docker-archive:FILE or "
     "oci-archive:FILE\n"),
    (f"build {TREE} {OUT} --base oci:app",
     "app: error: is a file, and oci: names a directory\n"
     "veneer: note: this is the base, --base oci:app\n"
     "app: help: write docker-archive:app or oci-archive:app\n"),
    (f"build {TREE} {OUT} --base docker-archive:tree",
     "tree: error: is not a regular file\n"
     "veneer: note: this is the base, --base docker-archive:tree\n"),
    (f"build {TREE} -o oci:no/such/out",
     "no/such: error: does not exist, but '--output no/such/out' is to be written there\n"
     "no/such: help: make the directory first: mkdir -p no/such\n"),
    (f"build {TREE} --entrypoint '/srv/file --flag' {OUT}",
     "srv/file --flag: error: the image's command is '/srv/file --flag', which is not in the "
     "image [launcher]\n"
     "srv/file --flag: help: a command is not split at spaces; give each argument separately: "
     "--entrypoint='[\"/srv/file\",\"--flag\"]'\n"
     "veneer: error: the image would be broken: 1 error found, nothing written\n"
     "veneer: help: --check=warn builds it all the same\n"),
    (f"build {TREE} --user app {OUT}",
     "image: error: is to run as 'app', but has no '/etc/passwd' and therefore no user 'app' "
     "[user]\n"
     "image: help: a number needs no entry: --user=1000:1000\n"
     "veneer: error: the image would be broken: 1 error found, nothing written\n"
     "veneer: help: --check=warn builds it all the same\n"),
    (f"build {TREE} --env 'PATH=/x:$NOPE' {OUT}",
     "--env PATH: error: character 4 of '/x:$NOPE': 'NOPE' is set neither by the base nor by an "
     "--env before it: there is 'PATH'\n"
     "--env PATH: help: write '$$NOPE' to keep '$NOPE' for a program in the container\n"),
    (f"build --venv tree --base oci:nobase {OUT}",
     "nobase: error: there is no such layout\n"
     "veneer: note: this is the base, --base oci:nobase\n"
     "nobase: help: a layout is a directory; an archive is docker-archive:FILE or "
     "oci-archive:FILE\n"),
    (f"build --venv nothere {OUT}",
     "nothere: error: no such directory\n"),
    (f"layer {TREE} -o l.tar.bz2",
     "l.tar.bz2: error: is not a name for a layer: a layer is a tar archive\n"
     "l.tar.bz2: help: use a name that ends in .tar, .tar.gz or .tar.zst\n"),
    (f"image {OUT}",
     "veneer: error: an image needs at least one layer\n"
     "veneer: help: name a base, or something to put into a layer\n"),
    (f"image --layer app {OUT}",
     "app: error: is not a tar, plain or compressed\n"),
    ("inspect nothere",
     "nothere: error: there is no such file or folder\n"
     "nothere: help: an image is a layout's folder or an archive, or oci:DIR[:TAG], "
     "oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME:TAG]\n"),
    ("inspect app",
     "app: error: cannot read the tar: Unrecognized archive format\n"),
    ("inspect debian:12",
     "veneer: error: 'debian:12' is not an image: there is no transport 'debian'\n"
     "veneer: help: fetch it first: `skopeo copy docker://debian:12 oci:debian:12`, then write "
     "oci:debian:12\n"),
    ("verify python:3.12",
     "veneer: error: 'python:3.12' is not an image: there is no transport 'python'\n"
     "veneer: help: fetch it first: `skopeo copy docker://python:3.12 oci:python:3.12`, then write "
     "oci:python:3.12\n"),
    ("verify nothere",
     "nothere: error: there is no such file or folder\n"
     "nothere: help: an image is a layout's folder or an archive, or oci:DIR[:TAG], "
     "oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME:TAG]\n"),
    ("store stat --store nothere",
     "nothere: error: is not a store\n"
     "nothere: help: a build creates a store; name an existing one with --store\n"),
])


class Mistakes(unittest.TestCase):
    """Nothing is written."""

    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        (self.top / "tree").mkdir()
        (self.top / "tree" / "file").write_text("content")
        (self.top / "app").write_text("text")
        (self.top / "empty.runfiles").mkdir()

    def run_veneer(self, *arguments):
        """Runs veneer; returns (exit code, standard output, standard error)."""
        done = subprocess.run([program.VENEER, *arguments], cwd=self.top, capture_output=True,
                              text=True, check=False, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def run_lines(self, lines):
        """Runs the command lines, some at a time; yields each with what it returned."""
        before = sorted(path.name for path in self.top.iterdir())
        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            results = threads.map(lambda line: self.run_veneer(*shlex.split(line)), lines)
            yield from zip(lines, results)
        self.assertEqual(sorted(path.name for path in self.top.iterdir()), before)

    def test_what_is_wrong_is_named_with_the_remedy(self):
        for line, found in self.run_lines(list(MISTAKES)):
            with self.subTest(line):
                code, output, errors = found
                self.assertEqual((code, output, errors.splitlines()[0]),
                                 (2, "", f"veneer: error: {MISTAKES[line]}"))
                self.assertRegex(errors.splitlines()[1], "^veneer: help: see `veneer .*--help`$")

    def test_inputs_that_are_something_else(self):
        for line, found in self.run_lines(list(FAULTS)):
            with self.subTest(line):
                self.assertEqual(found, (1, "", FAULTS[line]))

    def test_runfiles_stand_for_their_program(self):
        """So does the manifest."""
        (self.top / "app.runfiles" / "w").mkdir(parents=True)
        (self.top / "app.runfiles" / "w" / "data").symlink_to(self.top / "tree" / "file")
        (self.top / "x.runfiles_manifest").write_text(f"w/data {self.top}/tree/file\n")
        for name, path in (("app.runfiles/", "/app/app.runfiles/w/data"),
                           ("x.runfiles_manifest", "/app/x.runfiles/w/data")):
            code, output, errors = self.run_veneer("plan", name, "--files")
            self.assertEqual((code, errors), (0, ""))
            self.assertIn(path[1:], output)

    def test_words_before_and_behind_a_flag_file(self):
        (self.top / "args").write_text("build\n--tree\ntree:srv\n--no-store\n")
        self.assertEqual(self.run_veneer("-q", "@args", "--label=a=b", "-o", "oci:out"), (0, "", ""))

    def test_values_that_look_like_options_are_values(self):
        code, _, errors = self.run_veneer(
            "build", "--tree", "tree:srv", "--no-store", "-o", "oci:out", "--entrypoint", "/srv/file",
            "--entrypoint", "--no-such-flag", "--check=off", "-j2")
        self.assertEqual((code, errors), (0, ""))
        code, _, errors = self.run_veneer("plan", "--tree", "tree:srv", "--", "--ouput")
        self.assertEqual((code, "--ouput" in errors), (1, True))

    def test_help_is_that_of_the_command(self):
        for words in (["build"], ["store", "gc"], ["verify"], ["help"]):
            self.assertEqual(self.run_veneer("help", *words), self.run_veneer(*words, "--help"))
            self.assertEqual(self.run_veneer("--help", *words), self.run_veneer(*words, "--help"))
        self.assertEqual(self.run_veneer("help"), self.run_veneer("--help"))
        self.assertEqual(self.run_veneer("help", "tar"), self.run_veneer("tar", "--help"))

    def test_version(self):
        code, output, _ = self.run_veneer("version", "--json")
        self.assertEqual(code, 0)
        self.assertRegex(output, r'"zstd": "libzstd/[0-9.]+"')
        self.assertIn("libraries", json.loads(output))  # tests/static_test.py has those linked in
        number = self.run_veneer("--version")
        self.assertEqual(number, self.run_veneer("-V"))
        self.assertEqual(self.run_veneer("version")[1].splitlines()[0] + "\n", number[1])


if __name__ == "__main__":
    program.main()
