"""Tests `veneer rebase`: an image's own layers on another base.

usage: rebase_test.py VENEER
"""

import json
import time

import program
from elf_sample import elf
from made_images import Image, member, sha256, tar

PROGRAM = elf(program=True)
PATH = "/usr/local/bin:/usr/bin"
STEP = {"created": "2026-01-01T00:00:00Z", "created_by": "make the base"}


def base_layer(version, *members):
    """Returns a layer that is a base."""
    return tar([member("bin", mode=0o755), member("bin/bash", PROGRAM, mode=0o755),
                member("bin/sh", PROGRAM, mode=0o755), member("etc", mode=0o755), member("etc/version", version),
                member("srv", mode=0o755), *members])


class Rebase(program.InFolder):
    """Runs veneer in a folder with two versions of a base, both in one layout."""

    def setUp(self):
        super().setUp()
        (self.top / "x").write_bytes(PROGRAM)
        (self.top / "x").chmod(0o755)
        (self.top / "y").write_text("y\n")
        self.old = Image([base_layer("1")], {
            "Env": [f"PATH={PATH}", "OLD=1", "LANG=C"], "Labels": {"version": "1", "vendor": "v"},
            "Cmd": ["/bin/sh"], "StopSignal": "SIGINT", "User": "7"}, history=[STEP])
        self.new = Image([base_layer("2"), tar([member("etc", mode=0o755), member("etc/more", "2")])], {
            "Env": [f"PATH=/opt/bin:{PATH}", "NEW=1", "LANG=C.UTF-8"],
            "Labels": {"version": "2", "vendor": "v"}, "Cmd": ["/bin/bash"], "StopSignal": "SIGHUP",
            "User": "8", "ExposedPorts": {"80/tcp": {}}},
            history=[STEP, {**STEP, "empty_layer": True}, STEP])
        self.old.add_to_layout(self.top / "bases", "1")
        self.new.add_to_layout(self.top / "bases", "2")

    def refuse(self, arguments, message, code=1):
        """Runs veneer, which must fail with the message and write nothing."""
        self.assertEqual(self.run_veneer("rebase", *arguments, "-o", "oci:refused"),
                         (code, message))
        self.assertFalse((self.top / "refused").exists())

    def files(self, folder):
        """Returns {path: bytes} of a folder."""
        return {str(path.relative_to(self.top / folder)): path.read_bytes()
                for path in (self.top / folder).rglob("*") if path.is_file()}

    def documents(self, layout):
        """Returns (manifest, config) of a layout with one image."""
        def blob(digest):
            path = self.top / layout / "blobs/sha256" / digest.partition(":")[2]
            return json.loads(path.read_text())
        entry, = json.loads((self.top / layout / "index.json").read_text())["manifests"]
        manifest = blob(entry["digest"])
        return manifest, blob(manifest["config"]["digest"])

    def build(self, base, layout, *options):
        """Builds an image on a base."""
        self.veneer("build", "-q", "--base", base, "--tree", "x:/srv/x", "--tree", "y:/srv/y",
                    *options, "-o", f"oci:{layout}:app")

    def test_the_image_is_what_a_build_on_the_new_base_makes(self):
        changes = (
            (),
            ("--env", "PATH=/srv/bin:$PATH", "--env", "MINE=$$5", "--env", "OLD=$PATH",
             "--label", "mine=1", "--label", "version=mine", "--entrypoint", "/srv/x",
             "--workdir", "/srv", "--user", "9", "--expose", "8080", "--volume", "/data",
             "--stop-signal", "TERM", "--author", "me", "--created", "1700000000",
             "--annotation", "mine=1"),
            ("--cmd", "/srv/x", "--env", "PATH=$PATH:/srv/bin"),
            ("--entrypoint", "", "--layer", "one=srv/x"))
        for i, options in enumerate(changes):
            self.build("oci:bases:1", f"old{i}", *options)
            self.build("oci:bases:2", f"new{i}", *options)
            self.veneer("rebase", f"oci:old{i}:app", "--base", "oci:bases:2", "-o",
                        f"oci:rebased{i}:app")
            if "OLD=$PATH" not in options:  # a build expanded the old base's PATH
                self.assertEqual(self.files(f"rebased{i}"), self.files(f"new{i}"))
            self.assertIn(" on 2 layers instead of 1 layer\n", self.output)
        env = self.documents("rebased1")[1]["config"]["Env"]
        self.assertEqual(env, [f"PATH=/srv/bin:/opt/bin:{PATH}", "NEW=1", "LANG=C.UTF-8",
                               f"OLD=/srv/bin:{PATH}", "MINE=$5"])

    def test_back_on_the_old_base_is_the_first_image(self):
        self.build("oci:bases:1", "old", "--env", "A=b")
        self.veneer("rebase", "old", "--base", "oci:bases:2", "-o", "oci:new:app")
        self.veneer("rebase", "new", "--base", "oci:bases:1", "-o", "oci:back:app")
        self.assertEqual(self.files("back"), self.files("old"))

    def test_an_image_of_another_tool(self):
        layers = [*self.old.tars, tar([member("srv", mode=0o755), member("srv/z", "z")])]
        history = [STEP, {**STEP, "created_by": "ENV A=b", "empty_layer": True},
                   {**STEP, "created_by": "COPY z /srv"}]
        config = {"Env": [f"PATH={PATH}", "OLD=1", "LANG=C", "A=b"], "Cmd": ["/bin/sh"],
                  "Healthcheck": {"Test": ["CMD", "x"]}, "User": "7"}
        Image(layers, config, history=history).layout(self.top / "other", "a")
        self.refuse(["other", "--base", "oci:bases:2"],
                    "oci:other: error: does not say what it is built on\n"
                    "oci:other: help: name the image that it was built on with --old-base\n")
        self.veneer("rebase", "other", "--base", "oci:bases:2", "--old-base", "oci:bases:1",
                    "-o", "oci:out")
        manifest, config = self.documents("out")
        self.assertEqual(manifest["annotations"], {
            "org.opencontainers.image.base.digest": self.new.manifest["digest"],
            "dev.veneer.base.layers": "2", "dev.veneer.base.history": "3"})
        self.assertEqual(config["rootfs"]["diff_ids"],
                         [sha256(data) for data in [*self.new.tars, layers[1]]])
        self.assertEqual(config["config"]["Healthcheck"], {"Test": ["CMD", "x"]})
        self.assertEqual(config["config"]["Cmd"], ["/bin/bash"])
        self.assertEqual(config["config"]["Env"],
                         [f"PATH=/opt/bin:{PATH}", "NEW=1", "LANG=C.UTF-8", "A=b"])
        self.assertEqual([step.get("created_by") for step in config["history"]],
                         ["make the base"] * 3 + ["ENV A=b", "COPY z /srv"])
        self.assertEqual(config["history"][4]["comment"], "dev.veneer.base.layers=2")

    def test_the_old_base_is_found_in_the_layout_although_its_tag_is_another_image_now(self):
        self.build("oci:bases:1", "app")
        self.veneer("convert", "-q", "oci:bases:2", "oci:bases:1")
        self.veneer("rebase", "oci:app", "--base", "oci:bases:1", "-o", "docker-archive:a.tar:a:1")
        # A docker archive says nothing of its base's digest.
        self.refuse(["docker-archive:a.tar", "--base", "oci:bases:2"],
                    "docker-archive:a.tar: error: does not say what it is built on\n"
                    "docker-archive:a.tar: help: name the image that it was built on with "
                    "--old-base\n")
        self.veneer("rebase", "docker-archive:a.tar", "--base", "oci:bases:2", "--old-base", "oci:bases:2", "-o",
                    "oci:again")

    def test_variables_whose_names_are_none(self):
        """As some programs have them: no shell could refer to them."""
        own = tar([member("srv", mode=0o755), member("srv/z", "z")])
        for name, layers, env in (
                ("one", self.old.tars, ["a.b=x", "=e", "ALONE", "$=1"]),
                ("two", self.new.tars, ["a.b=y", "=f", "ALONE", "$=$2"]),
                ("app", [*self.old.tars, own], ["a.b=q:x", "=e:g", "ALONE", "$=1:$z", "MINE"])):
            Image(layers, {"Env": env}).layout(self.top / name)
        self.veneer("rebase", "app", "--base", "oci:two", "--old-base", "oci:one", "-o", "oci:out")
        self.assertEqual(self.documents("out")[1]["config"]["Env"],
                         ["a.b=q:y", "=f:g", "ALONE", "$=$2:$z", "MINE="])

    def test_a_hundred_thousand_variables(self):
        own = tar([member("srv", mode=0o755), member("srv/z", "z")])
        for name, layers, value in (("one", self.old.tars, "1"), ("two", self.new.tars, "2"),
                                    ("app", [*self.old.tars, own], "3:1")):
            Image(layers, {"Env": [f"v{i}={value}" for i in range(100_000)] +
                                  ["SAME=x:1"] * 20_000}).layout(self.top / name)
        begin = time.monotonic()
        self.veneer("rebase", "app", "--base", "oci:two", "--old-base", "oci:one", "-o", "oci:out")
        self.assertLess(time.monotonic() - begin, 100)  # each with each: many minutes
        env = self.documents("out")[1]["config"]["Env"]
        self.assertEqual((env[0], env[99_999]), ("v0=3:2", "v99999=3:2"))

    def test_a_base_that_is_not_the_images(self):
        self.build("oci:bases:1", "app")
        self.refuse(["oci:app", "--base", "oci:bases:2", "--old-base", "oci:bases:2"], (
            f"oci:app: error: is not built on oci:bases:2: its layer 1 has diff id "
            f"{sha256(self.old.tars[0])}, that of the base {sha256(self.new.tars[0])}\n"
            "oci:app: help: name the image that it was built on, in the version of then, with "
            "--old-base\n"))
        self.veneer("convert", "-q", "oci:bases:2", "oci:elsewhere")
        self.refuse(["oci:app", "--base", "oci:elsewhere"], (
            f"oci:app: error: is built on {self.old.manifest['digest']}, which is not where the "
            "image or the new base is\n"
            "oci:app: help: name the image that it was built on with --old-base\n"))
        self.refuse(["oci:bases:1", "--base", "oci:bases:2", "--old-base", "oci:bases:1"], (
            "oci:bases:1: error: has no layer above its base\n"
            "oci:bases:1: help: use the new base itself\n"))
        self.refuse(["oci:app", "--base", "oci:none"], (
            "none: error: there is no such layout\nveneer: note: this is --base oci:none\n"
            "none: help: a layout is a directory; an archive is docker-archive:FILE or "
            "oci-archive:FILE\n"))

    def test_layers_that_would_replace_what_the_new_base_has(self):
        Image([base_layer("3", member("srv/x", "another"))]).layout(self.top / "third")
        self.build("oci:bases:1", "app", "--layers=one")
        layer = self.documents("app")[0]["layers"][1]["digest"].partition(":")[2]
        code, errors = self.run_veneer("rebase", "oci:app", "--base", "oci:third",
                                       "--old-base", "oci:bases:1", "-o", "oci:out")
        self.assertEqual(code, 1)
        self.assertIn("srv/x: error: ", errors)
        self.assertIn(layer, errors)
        self.assertIn("oci:third: error: 1 path of this base would be replaced", errors)
        self.assertFalse((self.top / "out").exists())
        self.veneer("rebase", "oci:app", "--base", "oci:third", "--old-base", "oci:bases:1",
                    "--allow-replacing", "-o", "oci:out")

    def test_an_image_that_would_be_broken(self):
        (self.top / "mtree").write_text("#mtree\n./srv/link type=link link=/etc/more\n")
        self.veneer("build", "-q", "--base", "oci:bases:2", "--mtree", "mtree", "-o", "oci:app:a")
        code, errors = self.run_veneer("rebase", "oci:app", "--base", "oci:bases:1", "-o", "oci:out")
        self.assertEqual(code, 1)
        self.assertIn("srv/link: error: is a link to '/etc/more' and dangles", errors)
        self.assertIn("the image would be broken: 1 error found, nothing written\n", errors)
        self.assertFalse((self.top / "out").exists())
        self.assertEqual(self.run_veneer("rebase", "oci:app", "--base", "oci:bases:1",
                                         "--check=warn", "-o", "oci:out")[0], 0)

    def test_another_platform(self):
        image = Image([base_layer("a")])
        config = json.loads(image.blobs[image.config["digest"]])
        config["architecture"] = "arm64"
        image.config = image.add("config.v1+json", json.dumps(config).encode())
        manifest = json.loads(image.blobs[image.manifest["digest"]])
        image.manifest = image.add("manifest.v1+json", json.dumps(
            {**manifest, "config": image.config}).encode())
        image.layout(self.top / "arm")
        self.build("oci:bases:1", "app")
        self.refuse(["oci:app", "--base", "oci:arm"],
                    "oci:arm: error: is for linux/arm64, not for linux/amd64\n"
                    "veneer: note: this is --base oci:arm\n")

    def test_the_bases_name_is_recorded_by_build_too(self):
        self.old.docker_archive(self.top / "old.tar", "python:3.12")
        self.new.add_to_layout(self.top / "names", "registry.example.com/python:3.13")
        name = "org.opencontainers.image.base.name"
        self.build("docker-archive:old.tar", "app")
        self.assertEqual(self.documents("app")[0]["annotations"][name],
                         "docker.io/library/python:3.12")
        self.veneer("rebase", "oci:app", "--base", "oci:names", "--old-base",
                    "docker-archive:old.tar", "-o", "oci:out")
        self.assertEqual(self.documents("out")[0]["annotations"][name],
                         "registry.example.com/python:3.13")
        self.build("docker-archive:old.tar", "mine", "--annotation", f"{name}=mine")
        self.assertEqual(self.documents("mine")[0]["annotations"][name], "mine")
        self.build("oci:bases:1", "unknown")
        self.assertNotIn(name, self.documents("unknown")[0]["annotations"])


if __name__ == "__main__":
    program.main()
