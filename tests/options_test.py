"""Tests the effect of options and of the environment, and the messages for invalid values.

usage: options_test.py VENEER
"""

import contextlib
import fcntl
import json
import os
import pathlib
import re
import struct
import subprocess
import tempfile
import termios
import unittest

import program

LATIN_1 = b"caf\xe9"
# Options with the name of an input, which may be any bytes.
FILES = {"--app", "--layer-lock", "--mtree", "--plan", "--project", "--runfiles",
         "--runfiles-manifest", "--site-packages", "--spec", "--store", "--tree", "--venv"}


class Options(unittest.TestCase):
    """Images of one small tree."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.top = pathlib.Path(self.temporary.name)
        (self.top / "tree").mkdir()
        (self.top / "tree" / "file").write_text("content")

    def run_veneer(self, *arguments, **environment):
        """Runs veneer; returns the finished process."""
        return subprocess.run([program.VENEER, *arguments], cwd=self.top, capture_output=True,
                              text=True, check=False, env={**os.environ, **environment})

    def build(self, *options, **environment):
        """Builds an image; returns its config and manifest."""
        done = self.run_veneer("build", "--tree", "tree:srv", "--no-store", "-o", "oci:image",
                               *options, **environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        index = json.loads((self.top / "image" / "index.json").read_text())
        manifest = self.blob(index["manifests"][-1])
        return self.blob(manifest["config"]), manifest

    def blob(self, descriptor):
        """Returns a JSON blob of the image."""
        path = self.top / "image" / "blobs" / descriptor["digest"].replace(":", "/")
        return json.loads(path.read_text())

    def test_source_date_changes_no_layer(self):
        """SOURCE_DATE_EPOCH is the time of the image; --mtime is the time of its files."""
        plain, manifest = self.build()
        self.assertEqual(plain["created"], "1970-01-01T00:00:00Z")
        dated, dated_manifest = self.build(SOURCE_DATE_EPOCH="1700000000")
        self.assertEqual(dated["created"], "2023-11-14T22:13:20Z")
        self.assertEqual({step["created"] for step in dated["history"]}, {"2023-11-14T22:13:20Z"})
        self.assertEqual(dated_manifest["layers"], manifest["layers"])
        self.assertEqual(dated["rootfs"], plain["rootfs"])
        asked, _ = self.build("--created", "60", SOURCE_DATE_EPOCH="1700000000")
        self.assertEqual(asked["created"], "1970-01-01T00:01:00Z")
        self.assertEqual(self.build(SOURCE_DATE_EPOCH=""), (plain, manifest))
        timed, timed_manifest = self.build("--mtime", "1700000000")
        self.assertEqual(timed["created"], plain["created"])
        self.assertNotEqual(timed_manifest["layers"], manifest["layers"])

    def test_source_date_of_a_layer_and_of_an_image_of_layers(self):
        """`layer` and `image`, which Bazel's rules run, use it like `build`."""
        for environment in ({}, {"SOURCE_DATE_EPOCH": "1700000000"}):
            done = self.run_veneer("layer", "--tree", "tree:srv", "--no-store", "-o", "layer.tgz",
                                   **environment)
            self.assertEqual(done.returncode, 0, done.stderr)
            done = self.run_veneer("image", "--layer", "layer.tgz", "-o", "oci:image",
                                   **environment)
            self.assertEqual(done.returncode, 0, done.stderr)
        index = json.loads((self.top / "image" / "index.json").read_text())
        configs = [self.blob(self.blob(image)["config"]) for image in index["manifests"]]
        self.assertEqual(len({json.dumps(config["rootfs"]) for config in configs}), 1)
        self.assertEqual(configs[-1]["created"], "2023-11-14T22:13:20Z")

    def test_source_date_that_is_not_a_time(self):
        """The message names the variable, and nothing is written."""
        for value in ("abc", "-1", "2023-11-14T22:13:20Z", "99999999999999", "1 "):
            for command in (("build", "--tree", "tree:srv"), ("image", "--layer", "tree/file")):
                done = self.run_veneer(*command, "-o", "oci:image", SOURCE_DATE_EPOCH=value)
                self.assertEqual(done.returncode, 2)
                self.assertEqual(done.stderr.splitlines()[0],
                                 f"veneer: error: SOURCE_DATE_EPOCH: '{value}' in the environment is "
                                 "not a time: expected seconds since 1970")
                self.assertFalse((self.top / "image").exists())

    def test_every_value_that_is_not_utf8_is_reported_with_its_option(self):
        """Tries each option with a value of each sub-command. Nothing is written."""
        tried = 0
        for command in ("build", "plan", "layer", "image", "index", "verify"):
            help_text = self.run_veneer(command, "--help").stdout
            options = re.findall(r"^  (?:-\w,)?(--[a-z-]+) [^ ]", help_text, re.MULTILINE)
            for option in sorted(set(options) - FILES):
                for arguments in ((option.encode() + b"=" + LATIN_1,), (option.encode(), LATIN_1)):
                    done = subprocess.run(
                        [program.VENEER, command, *arguments, "--tree", "tree:srv"],
                        cwd=self.top, capture_output=True, check=False)
                    self.assertEqual(done.returncode, 2, (command, option))
                    self.assertEqual(
                        done.stderr.splitlines()[0].decode(),
                        f"veneer: error: {option}: 'caf\\xe9' is not UTF-8; if it is Latin-1, "
                        "`iconv -f latin1 -t utf-8` converts it")
                    self.assertEqual(sorted(path.name for path in self.top.iterdir()), ["tree"])
                    tried += 1
        self.assertGreater(tried, 150)

    def test_help_is_as_wide_as_the_terminal(self):
        for columns in (80, 120):
            ours, theirs = os.openpty()
            fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            subprocess.run([program.VENEER, "verify", "--help"], stdout=theirs, check=True)
            os.close(theirs)
            text = b""
            with contextlib.suppress(OSError):  # the end
                while piece := os.read(ours, 1 << 16):
                    text += piece
            os.close(ours)
            widest = max(map(len, text.decode().splitlines()))
            self.assertTrue(columns - 15 < widest <= columns, text)
        self.assertLessEqual(max(map(len, self.run_veneer("verify", "--help").stdout.splitlines())), 100)

    def test_names_of_inputs_are_bytes(self):
        """The name of a folder need not be UTF-8: old file systems have other names."""
        os.rename(self.top / "tree", os.fsencode(self.top) + b"/" + LATIN_1)
        done = subprocess.run(
            [program.VENEER, "build", "--tree", LATIN_1 + b":srv", "-o", "oci:image"],
            cwd=self.top, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_names_that_documents_hold_are_utf8(self):
        """An image's documents are JSON: a package's name is escaped, a program's path refused."""
        (self.top / "spec").write_bytes(b"V\t1\nW\t_main\nf\t../re\xffpo/a\ttree/file\to\n")
        build = ["build", "--no-store", "--json", "-o", "oci:image", "--name=app"]
        locks = []
        for _ in range(3):
            done = self.run_veneer(*build, "--spec=spec", "--own-layer-size=1", "--layer-lock=lock")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout)["layers"][0]["name"], r"re\xffpo")
            locks.append((self.top / "lock").read_text())
        self.assertEqual(json.loads(locks[0])["packages"], {r"re\xffpo": r"re\xffpo"})
        self.assertEqual(locks, locks[:1] * 3)
        (self.top / "spec").write_bytes(b"V\t1\nW\tma\xffin\nx\ta\ttree/file\n")
        done = self.run_veneer(*build, "--spec=spec")
        self.assertEqual((done.returncode, done.stderr), (
            1, "veneer: error: the program's path '/app/app.runfiles/ma\\xffin' is not UTF-8, which "
               "an image's documents have to be\n"
               "veneer: help: give the program another name with --name, or rename its workspace\n"))
        self.assertIn("the program's path", json.loads(done.stdout)["errors"][0]["message"])

    def test_variables_of_the_environment(self):
        """--env may refer to variables of the base and of earlier options."""
        config, _ = self.build("--env", "PATH=/opt/bin:$PATH", "--env", "A=${PATH}",
                               "--env", '["B", "$A\\n$$A"]')
        path = "/opt/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        self.assertEqual(config["config"]["Env"], [f"PATH={path}", f"A={path}", f"B={path}\n$A"])
        labelled, _ = self.build("--label", "price=$5 $PATH")
        self.assertEqual(labelled["config"]["Labels"], {"price": "$5 $PATH"})

    def test_values_in_brackets_are_taken_whole(self):
        """Later versions of CLI11 split them, if the option may be given several times."""
        (self.top / "tree" / "b").write_text("")
        config, _ = self.build("--entrypoint", '["/srv/file", "[x,y]"]', "--cmd", '["-a", "b,c"]',
                               "--label", 'A=["x","y"]', "--env", '["B", "[1,2]"]', "--check=off")
        self.assertEqual(config["config"]["Entrypoint"], ["/srv/file", "[x,y]"])
        self.assertEqual(config["config"]["Cmd"], ["-a", "b,c"])
        self.assertEqual(config["config"]["Labels"], {"A": '["x","y"]'})
        self.assertEqual(config["config"]["Env"][-1], "B=[1,2]")
        plan = self.run_veneer("plan", "--files", "--tree", "tree:srv", "--exclude", "[a,b]").stdout
        self.assertEqual(("srv/file" in plan, "srv/b" in plan), (True, False), plan)

    def test_variables_cannot_double_without_end(self):
        """Forty variables of which each is twice the one before took 2^40 bytes."""
        double = [f"--env=V{i + 1}=$V{i}$V{i}" for i in range(40)]
        done = self.run_veneer("build", "--tree", "tree:srv", "--no-store", "-o", "oci:image",
                               "--env=V0=x", *double)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr,
                         "--env V17: error: the variable is longer than 131071 bytes with its "
                         "value, so no Linux system starts a program with it\n")
        longest = "x" * (131071 - len("A="))
        (self.top / "flags").write_text(f"--env=A={longest}\n")
        config, _ = self.build("@flags")
        self.assertEqual(config["config"]["Env"][-1], "A=" + longest)

    def test_numbers_that_are_none(self):
        """A negative size was 2^64 less it, one beyond that 2^64-1, and "010" was 8; "nan" days
        were in range."""
        size = "expected a size in bytes, or with a unit such as MiB"
        for value in ("-1", "99999999999999999999", "0x10", "nan", "1e3", "0.5GB"):
            for option in ("--own-layer-size", "--store-size", "--content-link-min"):
                with self.subTest(value, option=option):
                    done = self.run_veneer("build", "--tree", "tree:srv", "-o", "oci:image",
                                           f"{option}={value}")
                    self.assertEqual(done.returncode, 2)
                    self.assertEqual(done.stderr.splitlines()[0],
                                     f"veneer: error: {option}: '{value}': {size}")
        for value in ("nan", "-1", "inf", "1 day"):
            with self.subTest(value):
                done = self.run_veneer("store", "gc", "--store", "none", f"--max-age={value}")
                self.assertEqual(done.returncode, 2)
                self.assertEqual(done.stderr.splitlines()[0],
                                 f"veneer: error: --max-age: '{value}': expected a number of days "
                                 "from 0 to 36500")

    def test_path_that_no_layer_has(self):
        """`plan --explain` fails, and names the nearest path."""
        done = self.run_veneer("plan", "--tree", "tree:srv", "--explain", "/srv/fiel",
                               "--explain", "/srv/file")
        self.assertEqual(done.returncode, 1)
        self.assertIn("It is not in these layers; '/srv', the nearest parent, is. "
                      "Nearest: '/srv/file'.", done.stdout)
        done = self.run_veneer("plan", "--tree", "tree:srv", "--explain", "/srv/file")
        self.assertEqual(done.returncode, 0)

    def test_arguments_of_files_among_others(self):
        """@FILE is replaced by the arguments in that file, but not as the value of an option."""
        (self.top / "arguments").write_text("--tree\ntree:srv\n")
        config, _ = self.build("@arguments", "--label", "@arguments=x", "--user", "7")
        self.assertEqual(config["config"]["Labels"], {"@arguments": "x"})
        done = self.run_veneer("build", "@nofile")
        self.assertEqual((done.returncode, done.stderr), (
            1, "nofile: error: cannot open: No such file or directory\n"))

    def flag_file(self, text, name="args"):
        """Writes a flag file."""
        (self.top / name).write_text(text)

    def test_comments_and_further_files_in_a_flag_file(self):
        """Lines with # and empty ones are left out, @FILE is replaced; values are neither."""
        self.flag_file("# all\n\n--tree\ntree:srv\n@more\n#\n--label\n#a=1\n--label\n@b=2\n"
                       "--cmd\n\n")
        self.flag_file("--user=7\n#--user=8\n--flagfile=most\n", "more")
        self.flag_file("--label=c=3 # no comment\n", "most")
        config = self.build("@args")[0]["config"]
        self.assertEqual(config["Labels"], {"#a": "1", "@b": "2", "c": "3 # no comment"})
        self.assertEqual(config["User"], "7")

    def test_files_that_were_written_on_windows(self):
        """CR LF ends a line of a text that users write, and a byte order mark is no part of it."""
        for text in ("--label\r\na=1\r\n\r\n#--label\r\n--env-file=env\r\n--tree\r\ntree:srv\r\n",
                     "\ufeff--label=a=1\r\n--env-file=env\n--tree=tree:srv"):
            (self.top / "args").write_bytes(text.encode())
            (self.top / "env").write_bytes("\ufeffA=1\r\n#\r\n\r\nB=2\rx\r\n".encode())
            config = self.build("@args")[0]["config"]
            self.assertEqual((config["Labels"], config["Env"][-2:]), ({"a": "1"}, ["A=1", "B=2\rx"]))

    def test_byte_order_marks_in_lists_of_paths(self):
        """There a mark would be a part of the first path."""
        (self.top / "list").write_text("\ufeffa/b /c\n")
        for option, words in (("--runfiles-manifest", "the line begins with a byte order mark: expected a path\n"
                                                      "list:1:1: help: Bazel writes none; undo the conversion of the "
                                                      "file\n"),
                              ("--mtree", "the file begins with a byte order mark: expected none\n")):
            done = self.run_veneer("plan", "--name=a", option, "list")
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"list:1:1: error: {words}", done.stderr)

    def test_flag_file_of_files_that_begin_so(self):
        """`./` takes the meaning from '@' and '#'."""
        self.flag_file("build\n./@x\n-o\noci:y\n")
        self.assertIn("./@x", self.run_veneer("@args").stderr)

    def test_flag_files_are_bounded(self):
        """A file that names itself, and one that names many, are errors with a place."""
        self.flag_file("# itself\n@args\n")
        self.assertEqual(self.run_veneer("build", "@args").stderr,
                         "args:2: error: names the flag file 'args', the 9th in each other; at most "
                         "8 may be\n")
        self.flag_file("@more\n" * 1000)
        self.flag_file("", "more")
        self.assertEqual(self.run_veneer("build", "@args").stderr,
                         "args:1000: error: names the flag file 'more', but 1000 are read already\n")
        self.flag_file("\n@none\n")
        self.assertEqual(self.run_veneer("build", "@args").stderr,
                         "none: error: cannot open: No such file or directory\n"
                         "args:2: note: is where it is named\n")

    def test_faults_of_a_flag_file_have_a_line(self):
        """Unknown words, wrong values and texts that are not UTF-8 have file and line."""
        for text, message in (
                ("--tree\ntree:srv\n--labl\na=1\n",
                 "args:3: error: veneer build has no option '--labl'; did you mean '--label'?"),
                ("--output oci:x\n",
                 "args:1: error: veneer build has no option '--output oci:x'; did you mean"),
                ("--max-layers\n\n", "args:2: error: --max-layers: "),
                ("\n--max-layers=2\n", "args:2: error: --max-layers: '2' is not a number from 3 to 127"),
                ("--env=A=1\n--env\nB\n", "args:3: error: --env: 'B'")):
            self.flag_file(text)
            done = self.run_veneer("build", "--tree", "tree:srv", "-o", "oci:image", "@args")
            self.assertEqual((done.returncode, done.stderr[:len(message)]), (2, message))
        (self.top / "args").write_bytes(b"--user\ncaf\xe9\n")
        self.assertTrue(self.run_veneer("build", "@args").stderr.startswith(
            "args:2: error: --user: 'caf\\xe9' is not UTF-8"))
        self.flag_file("--max-layers=2\n")
        done = self.run_veneer("build", "@args", "-o", "oci:image", VENEER_CALLER="bazel")
        self.assertTrue(done.stderr.startswith("veneer: error: `package_layers`: '2' is"),
                        done.stderr)

    def test_messages_for_bazel_name_attributes(self):
        """Messages name attributes, because the user of a rule writes attributes."""
        for arguments, wanted in (
                (("--stop-signal", "SIGFOO"), "`stop_signal`: 'SIGFOO' is not a signal"),
                (("--entrypoint=/srv/fiel",),
                 "the image's command is '/srv/fiel', which is not in the image"),
                (("--entrypoint=/srv/fiel",), "help: `check = \"warn\"` builds it all the same"),
                (("--entrypoint=/srv/fiel",),
                 "help: name a program of the image with `entrypoint`, or give a `base`"),
                (("--env=A=--mtime '$B'",), "`env` A: error: character 10 of '--mtime '$B''"),
                (("--compression=none", "--level=3"),
                 "`level`: `compression = \"none\"` has no levels")):
            done = self.run_veneer("build", "--tree", "tree:srv", "-o", "oci:image", *arguments,
                                   VENEER_CALLER="bazel")
            self.assertIn(wanted, done.stderr)
            self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    program.main()
