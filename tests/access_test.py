"""Tests who owns what an image gets, and who may do what with it: --chown, --chmod, --create-user.

usage: access_test.py VENEER
"""

import hashlib
import io
import json
import pathlib
import subprocess
import tarfile
import tempfile
import unittest

import program
import small_base

PASSWD = "root:x:0:0:root:/root:/bin/sh\napp:x:700:701::/srv:/bin/sh\n"
GROUP = "root:x:0:\napp:x:701:\nstaff:x:50:app"
BASE = ["d:etc:751", f"f:etc/passwd:604:{PASSWD}", f"f:etc/group:644:{GROUP}", "d:srv:755",
        "f:srv/same:644:same", "l:lib:usr/lib", "d:usr:755", "d:usr/lib:755"]


class Access(unittest.TestCase):
    """Images of a tree on a base with users."""
    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        small_base.make(self.top / "base", BASE)
        tree = self.top / "tree"
        (tree / "bin").mkdir(parents=True)
        (tree / "bin" / "tool").write_text("#!/bin/sh\n")
        (tree / "data").write_text("data")
        (tree / "link").symlink_to("data")

    def run_veneer(self, *arguments, code=0):
        """Runs veneer in the folder; returns the finished process."""
        done = subprocess.run([program.VENEER, *map(str, arguments)], cwd=self.top,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def build(self, *options, base=True, inputs=("--tree", "tree:/srv/app")):
        """Builds an image; returns {path: (kind, mode, owner, text)} of its layers, and digests."""
        output = tempfile.mkdtemp(dir=self.top)
        on = ["--base", "oci:base"] if base else []
        done = self.run_veneer("build", *inputs, *on, "--json", "--compression=none",
                               "-o", f"oci:{output}/image", *options)
        self.messages = done.stderr
        self.summary = json.loads(done.stdout)
        found = {}
        for layer in self.summary["layers"]:
            blob = pathlib.Path(output, "image/blobs", layer["digest"].replace(":", "/"))
            with tarfile.open(fileobj=io.BytesIO(blob.read_bytes())) as tar:
                for member in tar:
                    text = (tar.extractfile(member).read().decode() if member.isfile()
                            else member.linkname)
                    found[member.name] = (member.type.decode(), oct(member.mode)[2:],
                                          f"{member.uid}:{member.gid}", text)
        return found

    def owners(self, *options, **more):
        """Builds an image; returns {path: owner}."""
        return {path: what[2] for path, what in self.build(*options, **more).items()}

    def modes(self, *options, **more):
        """Builds an image; returns {path: mode} without links."""
        return {path: what[1] for path, what in self.build(*options, **more).items()
                if what[0] != "2"}

    def test_chown_gives_all_that_is_added(self):
        """Directories and links, too; a directory of the base stays its own."""
        self.assertEqual(self.owners("--chown", "5:6"), {
            "srv": "0:0", "srv/app": "5:6", "srv/app/bin": "5:6", "srv/app/bin/tool": "5:6",
            "srv/app/data": "5:6", "srv/app/link": "5:6"})
        self.assertEqual(self.messages, "")
        # Directories above, too, if the base does not have them.
        owners = self.owners("--chown", "5:6", inputs=("--tree", "tree/data:/lib/x/data"))
        self.assertEqual(owners, {"usr": "0:0", "usr/lib": "0:0", "usr/lib/x": "5:6",
                                  "usr/lib/x/data": "5:6"})

    def test_names_are_looked_up_in_the_base(self):
        """As in a Dockerfile: a user brings its group, and a number is the group's, too."""
        for given, owner in [("app", "700:701"), ("app:staff", "700:50"), ("app:9", "700:9"),
                             ("9:staff", "9:50"), ("700", "700:700"), ("9", "9:9"),
                             ("root", "0:0"), ("4294967294:0", "4294967294:0")]:
            with self.subTest(given=given):
                self.assertEqual(self.owners("--chown", given)["srv/app/data"], owner)

    def test_chown_counts_more_than_what_an_mtree_states(self):
        """What states an owner may be made by a tool that always states root."""
        (self.top / "root.mtree").write_text(
            "#mtree\n./srv uid=1 gid=1 type=dir mode=0755\n./srv/x uid=2 gid=2 mode=0600 "
            "type=file content=tree/data\n")
        found = self.build("--chown", "app", "--check=off", inputs=("--mtree", "root.mtree"))
        self.assertEqual(found["srv/x"], ("0", "600", "700:701", "data"))
        self.assertEqual(found["srv"][2], "1:1")  # of the base, and changed on purpose

    def test_what_the_base_has_with_another_owner_is_stored(self):
        """A file is left to the base only if it is the same there."""
        (self.top / "same").write_text("same")
        inputs = ("--tree", "same:/srv/same", "--tree", "tree/data:/srv/data")
        self.assertNotIn("srv/same", self.build(inputs=inputs))
        self.assertEqual(self.owners("--chown", "app", inputs=inputs)["srv/same"], "700:701")
        self.assertEqual(self.modes("--chmod", "srv/same=600", inputs=inputs)["srv/same"], "600")

    def test_chmod_by_path(self):
        """The first rule counts; a directory's rule is that of all in it."""
        self.assertEqual(
            self.modes("--chmod", "/srv/app/bin/*=4755", "--chmod", "**/d?ta=0640",
                       "--chmod", "srv/app/=0750"),
            {"srv": "755", "srv/app": "750", "srv/app/bin": "750", "srv/app/bin/tool": "4755",
             "srv/app/data": "640"})
        self.assertEqual(self.modes("--chmod", "a=b=0600", inputs=(
            "--tree", "tree/data:/a=b"))["a=b"], "600")

    def test_equal_files_of_other_modes_are_not_joined(self):
        """A hardlink has one mode."""
        for name in ("one", "two", "three"):
            (self.top / name).write_bytes(b"x" * 5000)
        inputs = [word for name in ("one", "two", "three")
                  for word in ("--tree", f"{name}:/srv/{name}")]
        found = self.build("--chmod", "srv/two=0600", inputs=inputs)
        self.assertEqual([found[f"srv/{name}"][:2] for name in ("one", "two", "three")],
                         [("0", "644"), ("0", "600"), ("1", "644")])

    def test_a_plan_holds_owners_and_modes(self):
        """A build by the printed plan makes the same layers; options do not go with it."""
        options = ("--chown", "app:staff", "--chmod", "srv/app/data=0600", "--create-user", "web")
        self.build(*options)
        digests = [layer["digest"] for layer in self.summary["layers"]]
        self.run_veneer("plan", "--tree", "tree:/srv/app", "--base", "oci:base", "-o", "plan",
                        *options)
        self.build(inputs=("--plan", "plan"))
        self.assertEqual([layer["digest"] for layer in self.summary["layers"]], digests)
        self.build(*options, "--jobs", "1")
        self.assertEqual([layer["digest"] for layer in self.summary["layers"]], digests)
        for option in ("--chown", "--chmod", "--create-user"):
            value = {"--chown": "1", "--chmod": "a=1", "--create-user": "b"}[option]
            done = self.run_veneer("plan", "--plan", "plan", option, value, code=2)
            self.assertIn(f"--plan excludes {option}", done.stderr)

    def test_the_store_keeps_owners_apart(self):
        """Another owner or mode is another layer, also when nothing else changed."""
        def digests(*options):
            self.build("--store", "store", *options)
            return [layer["digest"] for layer in self.summary["layers"]]

        plain = digests()
        chowned = digests("--chown", "app")
        closed = digests("--chown", "app", "--chmod", "srv/app/data=0600")
        self.assertEqual(len({*plain, *chowned, *closed}), 3)
        self.assertEqual([digests(), digests("--chown", "app")], [plain, chowned])
        self.assertEqual(digests("--chown", "700:701"), chowned)

    def test_a_created_user(self):
        """It has lines in passwd and group as the base has them, and a home; --user finds it."""
        found = self.build("--create-user", "web", "--user", "web", "--chown", "web",
                           "--check=error")
        self.assertEqual(found["etc"][1:3], ("751", "0:0"))
        self.assertEqual(found["etc/passwd"], (
            "0", "604", "0:0", PASSWD + "web:x:1000:1000::/home/web:/bin/sh\n"))
        self.assertEqual(found["etc/group"], ("0", "644", "0:0", GROUP + "\nweb:x:1000:\n"))
        self.assertEqual(found["home/web"], ("5", "700", "1000:1000", ""))
        self.assertEqual(found["home"][1:3], ("755", "1000:1000"))
        self.assertEqual(found["srv/app/data"][2], "1000:1000")
        self.assertEqual(self.messages, "")
        found = self.build("--create-user", "web:1234", base=False)
        self.assertEqual(found["etc/passwd"], (
            "0", "644", "0:0", "web:x:1234:1234::/home/web:/bin/sh\n"))

    def test_a_created_user_beside_accounts_of_the_inputs(self):
        """Its lines go to those files, which the image will have."""
        (self.top / "passwd").write_text("root:x:0:0::/:/bin/sh\n")
        found = self.build("--create-user", "app", "--chown", "app", "--user", "app:app",
                           "--check=error",
                           inputs=("--tree", "passwd:/etc/passwd", "--tree", "tree:/home/app/x"),
                           base=False)
        self.assertEqual(found["etc/passwd"][3],
                         "root:x:0:0::/:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n")
        self.assertEqual(found["home/app"][1:3], ("700", "1000:1000"))
        self.assertEqual(found["home/app/x/data"][2], "1000:1000")

    def test_a_home_of_the_base_stays_as_it_is(self):
        """No directory of the base gets another owner."""
        small_base.make(self.top / "base", [*BASE, "d:home:755", "d:home/web:755"])
        self.assertEqual(self.build("--create-user", "web").get("home/web", ("5", "755", "0:0"))[:3],
                         ("5", "755", "0:0"))

    def test_a_file_that_the_user_cannot_read_is_told(self):
        """By the mode and the owner that these options give."""
        options = ("--chmod", "srv/app/data=0600", "--user", "app")
        self.build(*options, "--chown", "app")
        self.assertEqual(self.messages, "")
        self.build(*options)
        self.assertIn("srv/app/data: warning: has mode 0600 and owner 0:0: the image's user 'app' "
                      "cannot read it [user-cannot-read]\n", self.messages)
        self.assertIn("help: give it another mode (--chmod) or owner (--chown), or choose another "
                      "--user\n", self.messages)

    def test_layer_and_plan_have_the_options(self):
        """They make the same as `build`."""
        self.build("--chown", "app")
        self.run_veneer("layer", "--tree", "tree:/srv/app", "--base", "oci:base", "--no-store",
                        "--chown", "app", "-o", "app.tar")
        digest = hashlib.sha256((self.top / "app.tar").read_bytes()).hexdigest()
        self.assertEqual(f"sha256:{digest}", self.summary["layers"][0]["digest"])
        plan = self.run_veneer("plan", "--files", "--tree", "tree:/srv/app", "--base", "oci:base",
                               "--chown", "app", "--chmod", "srv/app/data=0600").stdout
        self.assertIn("f\tsrv/app/data\tmode=0600,uid=700,gid=701\t4\ttree/data\n", plan)
        why = self.run_veneer("plan", "--tree", "tree:/srv/app", "--base", "oci:base",
                              "--chmod", "srv/app/data=0600", "--explain", "srv/app/data").stdout
        self.assertIn("0600, as --chmod or the base image has it.", why)


if __name__ == "__main__":
    program.main()
