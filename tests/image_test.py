"""Tests images made of existing layers, and the results of `verify` for them.

usage: image_test.py VENEER
"""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import program
import small_base


class Image(unittest.TestCase):
    """Runs veneer in a folder with a base and a program."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        small_base.make(self.top / "base", [
            "d:tmp:1777", "d:usr:755", "d:usr/bin:755", "l:bin:usr/bin", "d:etc:755",
            "f:etc/name:644:base"])
        self.write("x", "x\n")
        self.write("bin.runfiles/_main/data.txt", "data\n")
        self.write("bin", "#!/bin/sh\n")
        (self.top / "bin").chmod(0o755)

    def write(self, path, text):
        """Writes a file."""
        file = self.top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run_veneer(self, *arguments):
        """Runs veneer; returns (exit code, standard output, standard error)."""
        done = subprocess.run([program.VENEER, *arguments], cwd=self.top, capture_output=True,
                              text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def veneer(self, *arguments):
        """Runs veneer, which must succeed without a message; returns its standard output."""
        code, output, errors = self.run_veneer(*arguments)
        self.assertEqual((code, errors), (0, ""))
        return output

    def documents(self, layout):
        """Returns (manifest, config) of a layout with one image."""
        def blob(digest):
            path = self.top / layout / "blobs/sha256" / digest.partition(":")[2]
            return json.loads(path.read_text())
        index = json.loads((self.top / layout / "index.json").read_text())
        manifest = blob(index["manifests"][0]["digest"])
        return manifest, blob(manifest["config"]["digest"])

    def test_layers_of_a_base_made_by_veneer_count_as_the_base_for_build_and_verify(self):
        # The base has a dangling link. In layers that a build adds that is an error, in a base it
        # is a note.
        self.write("link.mtree", "#mtree\n./srv/link type=link link=nowhere\n")
        self.assertEqual(self.run_veneer("build", "--check=warn", "--mtree", "link.mtree",
                                         "--base", "oci:base", "-o", "oci:first")[0], 0)
        self.assertEqual(self.run_veneer("verify", "oci:first")[0], 1)
        self.veneer("build", "--tree", "x:/srv/x", "--base", "oci:first", "-o", "oci:second",
                    "-o", "docker-archive:second.tar:second:1")
        manifest, config = self.documents("second")
        annotations = manifest["annotations"].items()
        self.assertEqual({key: value for key, value in annotations if key.startswith("dev.")},
                         {"dev.veneer.base.layers": "2", "dev.veneer.base.history": "2"})
        self.assertEqual(config["history"][2]["comment"], "dev.veneer.base.layers=2")
        for image in ("oci:second", "docker-archive:second.tar"):
            code, output, _ = self.run_veneer("verify", image)
            note, _, summary = output.splitlines()
            self.assertEqual((code, summary), (
                0, f"{image}: 9 paths in 3 layers checked: 0 errors, 0 warnings, 1 note"))
            self.assertEqual(note, "srv/link: note: is a link to 'nowhere' and dangles: "
                                   "'/srv/nowhere' is not in the image [link-dangles]")

    def test_an_image_starts_the_program_of_its_layer(self):
        self.veneer("layer", "bin", "-q", "-o", "one.tar.gz")
        described = json.loads((self.top / "one.tar.gz.json").read_text())
        self.assertEqual(described["program"],
                         {"entryPoint": "/app/bin", "workingDirectory": "/app/bin.runfiles/_main"})
        self.veneer("layer", "--tree", "x:/x", "-q", "-o", "two.tar.gz")
        image = ["image", "--layer", "one.tar.gz", "--layer", "two.tar.gz"]
        self.veneer(*image, "-o", "oci:taken")
        config = self.documents("taken")[1]["config"]
        self.assertEqual(config["Entrypoint"], ["/app/bin"])
        self.assertEqual(config["WorkingDir"], "/app/bin.runfiles/_main")
        self.assertNotIn("program", json.dumps(self.documents("taken")))
        self.veneer(*image, "--entrypoint", "/x", "--workdir", "/srv", "-o", "oci:asked")
        self.assertEqual(self.documents("asked")[1]["config"]["Entrypoint"], ["/x"])
        self.assertEqual(self.documents("asked")[1]["config"]["WorkingDir"], "/srv")

    def test_an_image_with_layers_of_two_programs_starts_neither(self):
        for name in ("one", "two"):
            self.veneer("layer", "bin", "--name", name, "-q", "-o", f"{name}.tar.gz")
        image = ["image", "-q", "--layer", "one.tar.gz", "--layer", "two.tar.gz"]
        self.assertEqual(self.run_veneer(*image, "-o", "oci:none"), (0, "", (
            "two.tar.gz: warning: is a layer of the program '/app/two', but another layer is of '/app/one': the "
            "image starts neither\none.tar.gz: note: the other layer\n"
            "two.tar.gz: help: name the program to start with --entrypoint and --workdir\n")))
        self.assertNotIn("Entrypoint", self.documents("none")[1]["config"])
        self.veneer(*image, "--entrypoint", "/app/one", "-o", "oci:one")

    def test_a_layer_made_for_the_base_may_replace_files_of_the_base(self):
        self.veneer("layer", "--tree", "x:/bin/tool", "--tree", "x:/tmp/x", "--tree", "x:/etc/name",
                    "--base", "oci:base", "-q", "-o", "for.tar.gz")
        self.veneer("image", "--layer", "for.tar.gz", "--base", "oci:base", "-q", "-o", "oci:image")
        self.assertEqual(self.run_veneer("verify", "oci:image")[0], 0)
        # On another base the layer has no such permission.
        small_base.make(self.top / "other", ["d:etc:700", "f:etc/name:644:other"])
        code, _, errors = self.run_veneer("image", "--layer", "for.tar.gz", "--base", "oci:other",
                                          "-o", "oci:refused")
        self.assertEqual(code, 1)
        self.assertIn("etc: error: has mode 0755 and owner 0:0 here, and mode 0700 and owner 0:0 "
                      "in a layer below", errors)
        self.assertFalse((self.top / "refused").exists())

    def test_entries_that_a_layer_replaces_are_found_in_the_image(self):
        self.veneer("layer", "--tree", "x:/bin/tool", "--tree", "x:/tmp/x", "--tree", "x:/etc/name",
                    "-q", "-o", "without.tar.gz")
        image = ["image", "-q", "--layer", "without.tar.gz", "--base", "oci:base"]
        self.assertEqual(self.run_veneer(*image, "-o", "oci:image")[0], 1)
        self.assertFalse((self.top / "image").exists())
        self.veneer(*image, "--allow-replacing", "-o", "oci:image")
        code, output, _ = self.run_veneer("verify", "oci:image")
        self.assertEqual((code, output.splitlines()[-1]), (
            1, "oci:image: 8 paths in 2 layers checked: 1 error, 1 warning, 1 note"))
        for check in ("bin: error: .*link-replaced", "tmp: warning: .*directory-changed",
                      "etc/name: note: .*file-replaced"):
            self.assertRegex(output, check)

    def test_the_user_is_an_account_of_the_image(self):
        passwd = "f:etc/passwd:644:app:x:1000:1000::/:/bin/sh\n"
        small_base.make(self.top / "with", ["d:etc:755", passwd])
        self.veneer("layer", "--tree", "x:/x", "-q", "-o", "x.tar.gz")
        self.write("passwd", "own:x:1000:1000::/:/bin/sh\n")
        self.veneer("layer", "--tree", "passwd:/etc/passwd", "-q", "-o", "passwd.tar.gz")
        image = ["image", "-q", "--layer", "x.tar.gz"]
        for place, account in ((["--base", "oci:with"], "app"),
                               (["--layer", "passwd.tar.gz"], "own")):
            self.veneer(*image, *place, "--user", account, "-o", f"oci:{account}")
            code, _, errors = self.run_veneer(*image, *place, "--user", "ap:wheel",
                                              "-o", "oci:wrong")
            self.assertEqual(code, 1)
            self.assertRegex(errors, "etc/passwd: error: has no user 'ap', "
                                     "and the image is to run as 'ap:wheel'")
            self.assertIn(account, errors)
            self.assertFalse((self.top / "wrong").exists())
        self.veneer(*image, "--user", "7:7", "-o", "oci:number")

    def test_an_image_is_the_same_with_a_store_that_knows_its_layers(self):
        self.veneer("layer", "--no-store", "--tree", "x:/bin/tool", "--base", "oci:base", "-q",
                    "-o", "for.tar.gz")
        image = ["image", "-q", "--layer", "for.tar.gz", "--base", "oci:base", "--store", "store"]
        self.veneer(*image, "-o", "oci:first")
        self.veneer(*image, "-o", "oci:second")
        self.assertEqual((self.top / "first/index.json").read_bytes(),
                         (self.top / "second/index.json").read_bytes())

    def stamped(self, *options, files=("stable", "volatile")):
        """Makes an image with texts that have keys; returns run_veneer()'s result."""
        self.write("stable", "STABLE_COMMIT abc\nBUILD_EMBED_LABEL v 1.0\nEMPTY\n\n")
        self.write("volatile", "BUILD_TIMESTAMP 1700000000\n")
        self.write("labels", "# labels\n\nfile={STABLE_COMMIT}\nboth=file\n")
        return self.run_veneer(
            "image", "--base", "oci:base", "-q", "-o", "oci:stamped:app-{STABLE_COMMIT}",
            *(f"--stamp={file}" for file in files), "--label-file", "labels",
            "--label=one={BUILD_EMBED_LABEL}{EMPTY}{lower}{}{A", "--label=both=option",
            "--env=A=b", "--env=HOME=/{STABLE_COMMIT}/${A}", "--annotation=x={STABLE_COMMIT}",
            "--created={BUILD_TIMESTAMP}", *options)

    def test_values_of_the_workspace_status_replace_their_keys(self):
        self.assertEqual(self.stamped("--digest-file", "digest"), (0, "", ""))
        index = json.loads((self.top / "stamped/index.json").read_text())
        self.assertEqual(index["manifests"][0]["annotations"],
                         {"org.opencontainers.image.ref.name": "app-abc"})
        self.assertEqual((self.top / "digest").read_text(),
                         index["manifests"][0]["digest"] + "\n")
        manifest, config = self.documents("stamped")
        self.assertEqual(manifest["annotations"]["x"], "abc")
        self.assertEqual(config["config"]["Labels"],
                         {"file": "abc", "both": "option", "one": "v 1.0{lower}{}{A"})
        self.assertIn("HOME=/abc/b", config["config"]["Env"])
        self.assertEqual(config["created"], "2023-11-14T22:13:20Z")

    def test_without_the_status_keys_are_redacted(self):
        self.assertEqual(self.stamped("--unstamped", files=()), (0, "", ""))
        _, config = self.documents("stamped")
        self.assertEqual(config["config"]["Labels"],
                         {"file": "redacted", "both": "option",
                          "one": "redactedredacted{lower}{}{A"})
        self.assertEqual(config["created"], "1970-01-01T00:00:00Z")
        self.assertEqual(self.stamped("--unstamped")[0], 2)

    def test_faults_of_stamps_and_of_files_with_labels(self):
        code, _, errors = self.stamped(files=("volatile",))
        self.assertEqual(code, 2)
        self.assertIn("no status file has the key of '{STABLE_COMMIT}'; the keys are: "
                      "BUILD_TIMESTAMP\n", errors)
        self.assertIn("missing: error: cannot open: No such file or directory",
                      self.stamped("--env-file", "missing")[2])
        self.write("bad", "a=b\nno label\n")
        code, _, errors = self.stamped("--label-file", "bad")
        self.assertEqual(code, 1)
        self.assertRegex(errors, "^bad:2:1: error: .*no label")
        (self.top / "bad").write_bytes(b"# text\nA=\xff\n")
        for option in ("--env-file", "--label-file", "--annotation-file"):
            code, _, errors = self.stamped(option, "bad")
            self.assertEqual((code, errors), (1, (
                "bad:2:1: error: 'A=\\xff' is not UTF-8\n"
                "bad:2:1: help: if it is Latin-1, `iconv -f latin1 -t utf-8` converts it\n")))
        (self.top / "bad").write_bytes(b"ELSE \xff\nNAME \xff\n")
        self.write("env", "A={NAME}\n")
        for option in ("--env=a={NAME}", "--label=a={NAME}", "--annotation=a={NAME}",
                       "--author={NAME}", "--output=oci:{NAME}", "--env-file=env"):
            code, _, errors = self.stamped(option, files=("stable", "volatile", "bad"))
            self.assertEqual(code, 1 if option == "--env-file=env" else 2)
            self.assertIn("the value of '{NAME}' in bad:2:1 is not UTF-8: '\\xff'\n", errors)
        self.assertFalse((self.top / "stamped").exists())

    def test_blobs_of_a_new_layout_may_be_links(self):
        self.veneer("layer", "--tree", "x:/srv/x", "-q", "-o", "one.tar.gz")
        image = ["image", "-q", "--base", "oci:base", "--layer", "one.tar.gz"]
        self.veneer(*image, "-o", "oci:copied")
        for name, options in (("linked", []), ("trusted", ["--trust-layers"])):
            self.veneer(*image, *options, "--link-blobs", "-o", f"oci:{name}",
                        "-o", f"oci-archive:{name}.tar")
            self.assertEqual((self.top / name / "index.json").read_bytes(),
                             (self.top / "copied/index.json").read_bytes())
            manifest, _ = self.documents(name)
            for layer in manifest["layers"]:
                blob = self.top / name / "blobs/sha256" / layer["digest"].partition(":")[2]
                self.assertTrue(blob.is_symlink())
                self.assertEqual(blob.resolve(), pathlib.Path(blob.readlink()))
                self.assertTrue(blob.resolve().is_relative_to(self.top))
            for made in (f"oci:{name}", f"oci-archive:{name}.tar"):
                self.veneer("verify", made)
        # What a layout has stays, and parts of an archive are copied.
        self.veneer(*image, "--link-blobs", "-o", "oci:copied:again")
        self.veneer("index", "-q", "--link-blobs", "--image", "oci-archive:linked.tar",
                    "-o", "oci:index")
        for name in ("copied", "index"):
            links = [path for path in (self.top / name).rglob("*") if path.is_symlink()]
            self.assertEqual(links, [])
        (self.top / "of_links").mkdir()
        self.veneer("index", "-q", "--link-blobs", "--image", "oci:linked", "-o", "oci:of_links",
                    "--digest-file", "digest")
        self.assertTrue(any(path.is_symlink() for path in (self.top / "of_links").rglob("*")))
        index = json.loads((self.top / "of_links/index.json").read_text())
        self.assertEqual((self.top / "digest").read_text(), index["manifests"][0]["digest"] + "\n")

    def test_links_of_a_layout_that_lead_nowhere_or_elsewhere_are_replaced(self):
        self.veneer("layer", "--tree", "x:/srv/x", "-q", "-o", "one.tar.gz")
        image = ["image", "-q", "--layer", "one.tar.gz"]
        for options in ([], ["--link-blobs"]):
            shutil.copy(self.top / "one.tar.gz", self.top / "gone")
            shutil.copy(self.top / "one.tar.gz.json", self.top / "gone.json")
            for spoil in (pathlib.Path.unlink, lambda path: path.write_bytes(b"other")):
                self.veneer("image", "-q", "--layer", "gone", "--link-blobs", "-o", "oci:linked")
                spoil(self.top / "gone")
                self.veneer(*image, *options, "-o", "oci:linked")
                self.veneer("verify", "oci:linked")
                shutil.copy(self.top / "one.tar.gz", self.top / "gone")
                shutil.rmtree(self.top / "linked")

    def test_a_link_to_other_bytes_is_refused(self):
        self.veneer("layer", "--tree", "x:/srv/x", "-q", "-o", "one.tar.gz")
        with open(self.top / "one.tar.gz", "r+b") as file:
            file.seek(4)
            file.write(b"time")
        code, _, errors = self.run_veneer("image", "-q", "--layer", "one.tar.gz", "--link-blobs",
                                          "-o", "oci:linked")
        self.assertEqual(code, 1)
        self.assertIn("has digest", errors)
        self.assertFalse((self.top / "linked").exists())


if __name__ == "__main__":
    program.main()
