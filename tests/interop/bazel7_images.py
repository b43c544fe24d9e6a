"""What images of the rules are like on Bazel 7: texts, links, tags, platforms, programs."""

import json
import os
import pathlib
import re
import stat
import subprocess
import unittest.mock

import daemons
import judge
import samples
import test_bazel

LOCAL = "--spawn_strategy=local"
# Prints the values of a build, which are in a file beside it.
STATUS = "#!/bin/sh\ncat \"$0.values\"\n"
# Stands for a container engine. It writes down what it is asked for, and runs nothing.
ENGINE = """#!/bin/sh
echo "$@" >>"$0.log"
case "$*" in
  *--entrypoint*) echo "it's two words"; echo oops >&2; exit 3 ;;
  run*) echo "shell: the data" ;;
esac
"""
# What is wrong with //manners:bad_run_test.
UNEXPECTED = """the program: error: no line of stdout matches '^the data'
the program: note: its stdout:
shell: the data
a shell: error: the exit code is 3, not 0
a shell: error: a line of stderr matches 'oo+ps'
a shell: error: '(' is not a pattern
a shell: note: its stdout:
it's two words
a shell: note: its stderr:
oops
"""


class Images:
    """Tests of a class that has the workspace `bazel`."""

    def status(self, **values):
        """Sets the values of the workspace status; returns the options of a stamped build."""
        script = self.bazel.root / "tools" / "status.sh"
        script.write_text(STATUS)
        script.chmod(0o755)
        script.with_name("status.sh.values").write_text(
            "".join(f"{key} {value}\n" for key, value in values.items()))
        return ["--stamp", f"--workspace_status_command={script}", "--embed_label=v 1"]

    def veneer_actions(self, *arguments):
        """Builds; returns the mnemonics of veneer's actions that were executed."""
        return test_bazel.count(self.bazel.executed(*arguments))

    def test_stamped_texts_change_the_config_alone(self):
        self.bazel.build("//stamped:image", LOCAL)
        layout = samples.Layout(self.bazel.bin("stamped/image"))
        self.assertEqual(layout.config["config"]["Labels"]["label"], "redacted{lower}")
        self.assertEqual(layout.config["created"], "1970-01-01T00:00:00Z")
        self.assertEqual(names_of(layout), ["app:redacted"])

        stamped = self.status(STABLE_GIT_COMMIT="abc", BUILD_USER="me")
        ran = self.veneer_actions("//stamped:image", LOCAL, *stamped)
        self.assertEqual(ran, {"VeneerImage": 1})
        layout = samples.Layout(self.bazel.bin("stamped/image"))
        self.assertEqual(layout.config["config"]["Labels"],
                         {**layout.config["config"]["Labels"], "label": "v 1{lower}",
                          "from.file": "two words v 1"})
        env = dict(variable.split("=", 1) for variable in layout.config["config"]["Env"])
        self.assertEqual([env[name] for name in ("COMMIT", "FROM_FILE", "HOME_OF")],
                         ["abc", "abc", env["PATH"]])
        self.assertEqual({key: layout.manifest["annotations"][key] for key in ("by", "from.file")},
                         {"by": "me", "from.file": "abc"})
        self.assertGreater(layout.config["created"], "2020")
        self.assertEqual(names_of(layout), ["app:abc"])

        stamped = self.status(STABLE_GIT_COMMIT="def", BUILD_USER="me")
        ran = self.veneer_actions("//stamped:image", LOCAL, *stamped)
        self.assertEqual(ran, {"VeneerImage": 1})
        self.assertEqual(names_of(samples.Layout(self.bazel.bin("stamped/image"))), ["app:def"])

    def test_a_build_without_stamps_does_not_read_the_status(self):
        self.status(STABLE_GIT_COMMIT="abc")
        script = f"--workspace_status_command={self.bazel.root / 'tools' / 'status.sh'}"
        targets = ("//stamped:image", "//stamped:index", LOCAL, script)
        self.bazel.build(*targets)
        self.status(STABLE_GIT_COMMIT="def")
        self.assertEqual(self.veneer_actions(*targets), {})
        self.assertEqual(self.veneer_actions("//stamped:never", "--stamp", LOCAL, script), {})

    def test_an_unknown_key_is_an_error_with_those_that_there_are(self):
        stamped = self.status(STABLE_OTHER="x")
        with self.assertRaises(AssertionError) as failure:
            self.bazel.build("//stamped:image", LOCAL, *stamped)
        self.assertRegex(str(failure.exception),
                         r"no status file has the key of '\{\w+\}'; the keys are: BUILD_EMBED_LABEL,"
                         r" .*STABLE_OTHER")

    def test_a_push_gives_the_tags_and_keeps_the_digest(self):
        judge.need("docker-registry", "skopeo")
        stamped = self.status(STABLE_GIT_COMMIT="abc", BUILD_USER="me")
        stamped[-1] = "--embed_label=v1"
        self.bazel.build("//stamped:push", "//stamped:push_index", "//stamped:image.digest",
                         "//stamped:index", LOCAL, *stamped)
        digest = self.bazel.bin("stamped/image.sha256").read_text().strip()
        self.assertEqual(digest, test_bazel.digests(self.bazel.bin("stamped/image"))[0])
        with daemons.registry(self.folder) as host:
            to_here = ["--repository", f"{host}/team/app", "--", "--dest-tls-verify=false"]
            self.assertEqual(judge.run([self.bazel.bin("stamped/push"), *to_here]),
                             f"{host}/team/app@{digest}\n")
            for tag in ("latest", "c-abc", "of-a-file", "f-v1"):
                self.assertEqual(remote_digest(f"{host}/team/app:{tag}"), digest)
            to_here[1] = f"{host}/team/index"
            index = judge.run([self.bazel.bin("stamped/push_index"), "--tag=v2", *to_here]).strip()
            self.assertEqual(f"{host}/team/index@{remote_digest(f'{host}/team/index:v2')}", index)

    def test_a_tag_with_a_key_is_not_pushed_unstamped(self):
        judge.need("skopeo")
        self.bazel.build("//stamped:push", LOCAL)
        done = subprocess.run([self.bazel.bin("stamped/push"), "--repository=nowhere.example/a"],
                              stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("error: the tag 'c-{STABLE_GIT_COMMIT}' has a key: run with --stamp",
                      done.stderr)

    def test_a_layout_holds_links_to_the_blobs(self):
        base = self.bazel.root / "base" / "blobs" / "sha256"
        modes = {path.name: path.stat().st_mode for path in base.iterdir()}
        self.bazel.build("//:image", LOCAL)
        layout = samples.Layout(self.bazel.bin("image"))
        blobs = {blob.name: blob for blob, _ in layout.layers()}
        self.assertEqual([name for name, blob in blobs.items() if not blob.is_symlink()], [])
        written = sum(path.lstat().st_size for path in layout.folder.rglob("*")
                      if stat.S_ISREG(path.lstat().st_mode))
        self.assertLess(written, 30_000)
        self.assertEqual({path.name: path.stat().st_mode for path in base.iterdir()}, modes)
        linked = test_bazel.digests(layout.folder)
        judge.run(["skopeo", "copy", f"oci:{layout.folder}", f"oci:{self.folder}/copy:x"])

        self.bazel.build("//:image", "--@veneer//bazel:copy_blobs", LOCAL)
        layout = samples.Layout(self.bazel.bin("image"))
        self.assertEqual([path for path in layout.folder.rglob("*") if path.is_symlink()], [])
        self.assertEqual(test_bazel.digests(layout.folder), linked)

    def test_actions_run_in_a_sandbox_only_if_it_is_asked_for(self):
        for options, runner in (((), "local"), ((test_bazel.SANDBOX,), "linux-sandbox")):
            ran = test_bazel.executed_anew(self.bazel, "//manners:image", *options)
            runners = {by for mnemonic, _, by in ran if mnemonic.startswith("Veneer")}
            self.assertEqual(runners, {runner})

    def test_manners_of_the_macro(self):
        self.bazel.build("//manners/...", LOCAL)
        layers = layer_names(self.bazel.bin("manners/image"))
        self.assertTrue({"markupsafe", "other"} <= set(layers), layers)
        self.assertFalse(self.bazel.bin("manners/image_load.archive.tar").exists())
        self.bazel.build("//manners/...", "-c", "opt", LOCAL)
        optimized = pathlib.Path(self.bazel.bazel("info", "-c", "opt", "bazel-bin").strip())
        self.assertIn("first", layer_names(optimized / "manners" / "image"))
        made = {f"//manners:image{suffix}" for suffix in ("", "_layers", "_load", "_inspect", ".digest")}
        for wanted in ("attr(tags, of_mine, {})", "attr(testonly, 1, {})",
                       "attr(target_compatible_with, linux, {})"):
            said = self.bazel.bazel("query", wanted.format("//manners:all"), "--output=label")
            self.assertLessEqual(made, set(said.split()), wanted)

    def test_an_image_is_tested(self):
        self.bazel.bazel("test", LOCAL, "//manners:good_test")
        with self.assertRaises(AssertionError) as failure:
            self.bazel.bazel("test", LOCAL, "--test_output=errors", "//manners:bad_test")
        self.assertRegex(str(failure.exception), "error: has nothing at '/nowhere'")

    def test_commands_run_in_an_engine(self):
        stub = self.bazel.output_root.parent / "engine"
        stub.write_text(ENGINE)
        stub.chmod(0o755)
        with unittest.mock.patch.dict(os.environ, VENEER_ENGINE=str(stub)):
            self.bazel.bazel("test", LOCAL, "//manners:run_test")
            said = self.bazel_fails("test", LOCAL, "--test_output=errors", "//manners:bad_run_test")
        self.assertIn(UNEXPECTED, said)
        log = stub.with_name("engine.log").read_text()
        first = log.partition("rmi ")[0]
        name = re.escape("localhost/veneer-test/manners-run-test-")
        self.assertRegex(first, (
            rf"^load --input /\S*/manners/run_test\.archive\.tar\n"
            rf"run --rm --pull=never --network=none {name}\d+:latest\n"
            r"run --rm --pull=never --network=none --env=WORD=two words --entrypoint=/bin/bash "
            rf"{name}\d+:latest -c echo \"it's \$WORD\"; echo oops >&2; exit 3\n$"))

    def test_commands_without_an_engine_fail(self):
        said = self.bazel_fails("test", LOCAL, "--test_output=errors", "//manners:run_test")
        self.assertIn("\nerror: `commands` need a container engine, and neither docker nor podman is "
                      "installed; set `engine` or $VENEER_ENGINE to the path of one\n", said)

    def bazel_fails(self, *command):
        """Runs a command of Bazel that fails; returns what it says."""
        with self.assertRaises(AssertionError) as failure:
            self.bazel.bazel(*command)
        return str(failure.exception)

    def test_an_image_is_shown(self):
        said = self.bazel.bazel("run", LOCAL, "//manners:image_inspect", "--", "--json")
        shown = json.loads(said)
        self.assertIn("MarkupSafe", [package["name"] for package in shown["packages"]])

    def test_a_macro_makes_an_image_for_each_platform(self):
        self.bazel.build("//manners:many", "//manners:many_load", LOCAL)
        layout = samples.Layout(self.bazel.bin("manners/many"))
        index = json.loads(layout.blob(layout.index["manifests"][0]).read_text())
        self.assertEqual([image["platform"]["architecture"] for image in index["manifests"]],
                         ["amd64", "arm64"])

    def test_without_a_base_what_is_missing_is_an_error(self):
        with self.assertRaises(AssertionError) as failure:
            self.bazel.build("//baseless:image", LOCAL)
        self.assertRegex(str(failure.exception),
                         "error: is run by '/usr/bin/env', which is not in the image")

    def test_programs_of_other_languages_run(self):
        judge.need("docker", "dockerd")
        kinds = {"shell": "shell: the data", "native": "native: the data"}
        self.bazel.build(*(f"//programs:{kind}_image_load" for kind in kinds), LOCAL,
                         "//manners:run_test", "//manners:bad_run_test")
        with daemons.dockerd(self.folder) as docker:
            for kind, said in kinds.items():
                judge.run([self.bazel.bin(f"programs/{kind}_image_load")],
                          env={**os.environ, "DOCKER_HOST": docker[2]})
                self.assertEqual(judge.run([*docker, "run", "--rm", "--network", "none",
                                            f"{kind}_image:latest"]), f"{said}\n")
            with unittest.mock.patch.dict(os.environ, DOCKER_HOST=docker[2], VENEER_ENGINE="docker"):
                judge.run([self.bazel.bin("manners/run_test")])
                with self.assertRaises(AssertionError) as failure:
                    judge.run([self.bazel.bin("manners/bad_run_test")])
                self.assertIn(UNEXPECTED, str(failure.exception))
            self.assertNotIn("veneer-test", judge.run([*docker, "images"]))


def names_of(layout):
    """Returns the names of the images in a layout."""
    return [entry["annotations"]["org.opencontainers.image.ref.name"]
            for entry in layout.index["manifests"]]


def layer_names(layout):
    """Returns the names of the layers that veneer made."""
    return [layer["annotations"]["dev.veneer.layer.name"]
            for layer in samples.Layout(layout).manifest["layers"]
            if "dev.veneer.layer.name" in layer.get("annotations", {})]


def remote_digest(reference):
    """Returns the digest of an image in a registry."""
    return json.loads(judge.run(["skopeo", "inspect", "--tls-verify=false",
                                 f"docker://{reference}"]))["Digest"]
