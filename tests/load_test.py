"""Tests `load` with an engine that is a stub: what is sent, by which address, and what may go wrong.

The real engines are in tests/interop.

usage: load_test.py VENEER
"""

import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
import unittest

import program
from made_images import Image, member, tar
from stub_engine import StubEngine, blob, tls_context

NAME = "docker.io/library/app:1"


def layers(*texts):
    """Returns a layer for each text, with a large file, so that no buffer holds all."""
    return [tar([member(f"file-{i}", text * 100000)]) for i, text in enumerate(texts)]


class Load(unittest.TestCase):
    """Runs `veneer load` in a folder with the layout `image`, where the engine's socket is, too."""

    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="veneer-load-")
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        self.socket = self.top / "engine.sock"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.top),
                            "DOCKER_HOST": f"unix://{self.socket}"}
        self.image = self.make("a", "b", "c")

    def make(self, *texts, level=6):
        """Makes the layout anew, of a layer for each text."""
        shutil.rmtree(self.top / "image", ignore_errors=True)
        image = Image(layers(*texts), level=level)
        image.layout(self.top / "image", "app:1")
        self.image = image
        return image

    def diff_ids(self):
        """Returns those of the image."""
        return ["sha256:" + hashlib.sha256(one).hexdigest() for one in self.image.tars]

    def load(self, *arguments, image="oci:image"):
        """Runs `veneer load`; returns (exit code, standard output, standard error)."""
        done = subprocess.run([program.VENEER, "load", image, *arguments], cwd=self.top,
                              env=self.environment, capture_output=True, text=True, check=False,
                              timeout=120)
        return done.returncode, done.stdout, done.stderr.replace(str(self.top), "TOP")

    def check_fails(self, message, *arguments, **options):
        """Checks the whole of what a failed run says."""
        self.assertEqual(self.load(*arguments, **options), (1, "", message))

    def loaded(self, engine, *arguments, **options):
        """Runs `veneer load`, which has to succeed; returns its output and the last archive."""
        with engine.at(self.socket):
            code, output, errors = self.load(*arguments, **options)
        self.assertEqual((code, errors), (0, ""))
        return output, engine.loads[-1]

    def sent_layers(self, archive):
        """Returns the numbers of the layers in an archive, which have to be as they are stored."""
        paths = [blob(layer["digest"]) for layer in self.image.layers]
        for path, layer in zip(paths, self.image.layers):
            self.assertIn(archive.get(path), (None, self.image.blobs[layer["digest"]]))
        return [i for i, path in enumerate(paths) if path in archive]


class Choice(Load):
    """Which layers are sent."""

    def test_all_to_an_empty_engine(self):
        engine = StubEngine()
        output, archive = self.loaded(engine)
        self.assertEqual(self.sent_layers(archive), [0, 1, 2])
        self.assertEqual(engine.images, {NAME: self.diff_ids()})
        self.assertRegex(output, r"^app:1 is in Docker Engine 28\.5\.2: sent \d+\.\d kB, "
                                 r"all of 3 layers\n$")

    def test_only_those_above_the_layers_that_an_image_has(self):
        engine = StubEngine()
        one, two, three = self.diff_ids()
        other = "sha256:" + "0" * 64
        engine.images = {"x": [other], "y": [one, two, other], "z": [one, other, three]}
        output, archive = self.loaded(engine)
        self.assertEqual(self.sent_layers(archive), [2])
        self.assertRegex(output, r": sent \d+\.\d kB of \d+ B: 1 of 3 layers, the others are there\n")

    def test_none_if_the_image_is_there(self):
        engine = StubEngine()
        self.loaded(engine)
        output, archive = self.loaded(engine, "--tag", "other")
        self.assertEqual(self.sent_layers(archive), [])
        self.assertIn("0 of 3 layers", output)
        self.assertEqual(engine.images["docker.io/library/other:latest"], self.diff_ids())

    def test_all_if_the_engine_refuses_an_archive_without_some(self):
        engine = StubEngine()
        engine.images = {"x": self.diff_ids()[:2]}
        engine.wants_all = True
        with engine.at(self.socket):
            code, output, errors = self.load()
        missing = blob(self.image.layers[0]["digest"])
        self.assertEqual((code, errors), (
            0, "Docker Engine 28.5.2: note: the whole image was sent, because the engine refused "
               f"one without the layers that it has: open {missing}: no such file or directory\n"))
        self.assertEqual([self.sent_layers(one) for one in engine.loads], [[2], [0, 1, 2]])
        self.assertIn("all of 3 layers", output)

    def test_all_at_once_to_the_containerd_image_store(self):
        engine = StubEngine(containerd_store=True)
        engine.images = {"x": self.diff_ids()}
        output, archive = self.loaded(engine)
        self.assertEqual([self.sent_layers(one) for one in engine.loads], [[0, 1, 2]])
        self.assertIn("is in Docker Engine 28.5.2, containerd image store: ", output)
        # It keeps the manifest, and so the digest.
        self.assertIn(blob(self.image.manifest["digest"]), archive)

    def test_podmans_service_gets_an_oci_archive(self):
        engine = StubEngine(version="5.8.6", podman=True)
        engine.images = {"x": self.diff_ids()[:1]}
        self.environment["CONTAINER_HOST"] = self.environment.pop("DOCKER_HOST")
        _, archive = self.loaded(engine, "--to", "podman")
        self.assertEqual(self.sent_layers(archive), [1, 2])
        self.assertNotIn("manifest.json", archive)

    def test_a_bounded_number_of_images_is_looked_at(self):
        engine = StubEngine()
        engine.images = {f"image-{i}": ["sha256:" + "0" * 64] for i in range(500)}
        self.loaded(engine)
        asked = [path for path in engine.asked if path.startswith("/images/sha256:")]
        self.assertEqual(len(asked), 200)


class Forms(Load):
    """Images of every form, and layers that an engine does not take."""

    def zstd_image(self):
        """Makes the image again with zstd."""
        subprocess.run([program.VENEER, "build", "--tree", "tree:/srv", "-q", "--compression",
                        "zstd", "--no-store", "-o", "oci:zstd:app:1"], cwd=self.top, check=True,
                       timeout=60)

    def test_zstd_goes_plain_to_an_engine_that_refuses_it(self):
        tree = self.top / "tree"
        tree.mkdir()
        (tree / "text").write_text("text\n" * 300000)
        self.zstd_image()
        for version, starts in (("20.10.24+dfsg1", b"srv"), ("23.0.0", b"\x28\xb5\x2f\xfd")):
            with self.subTest(version):
                engine = StubEngine(version)
                _, archive = self.loaded(engine, image="oci:zstd")
                entry = json.loads(archive["manifest.json"])[0]
                layer = archive[entry["Layers"][0]]
                self.assertEqual(layer[:len(starts)], starts)
                diff_id = json.loads(archive[entry["Config"]])["rootfs"]["diff_ids"][0]
                if starts == b"srv":
                    self.assertEqual("sha256:" + hashlib.sha256(layer).hexdigest(), diff_id)

    def test_docker_archive(self):
        self.image.docker_archive(self.top / "image.tar", "app:1")
        engine = StubEngine()
        self.loaded(engine, image="docker-archive:image.tar")
        self.assertEqual(engine.images, {NAME: self.diff_ids()})
        self.make("a", "b", "changed")
        self.image.docker_archive(self.top / "image.tar", "app:1")
        output, _ = self.loaded(engine, image="image.tar")
        self.assertIn("1 of 3 layers", output)
        self.assertEqual(engine.images, {NAME: self.diff_ids()})

    def test_several_images(self):
        Image(layers("other")).layout(self.top / "second", "second:2")
        engine = StubEngine()
        with engine.at(self.socket):
            code, output, _ = self.load("oci:second")
        self.assertEqual((code, len(output.splitlines())), (0, 2))
        self.assertEqual(set(engine.images), {NAME, "docker.io/library/second:2"})

    def test_quiet(self):
        engine = StubEngine()
        output, _ = self.loaded(engine, "--quiet")
        self.assertEqual(output, "")

    def test_an_image_without_a_name(self):
        Image(layers("other")).layout(self.top / "second", "latest")
        with StubEngine().at(self.socket):
            self.check_fails(
                "oci:second: error: has no name that an engine could file it under\n"
                "oci:second: help: --tag NAME gives it one, such as --tag app:latest\n",
                image="oci:second")

    def test_an_image_for_another_platform(self):
        engine = StubEngine()
        with engine.at(self.socket):
            self.check_fails("oci:image: error: is for linux/amd64, not for linux/arm64/v8\n",
                             "--platform", "linux/arm64")

    def test_a_damaged_layer_is_not_loaded(self):
        layer = self.image.layers[1]["digest"]
        path = self.top / "image" / blob(layer)
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
        engine = StubEngine()
        with engine.at(self.socket):
            code, output, errors = self.load()
        found = hashlib.sha256(data).hexdigest()
        self.assertEqual((code, output, errors),
                         (1, "", f"image/{blob(layer)}: error: has digest sha256:{found}, but its "
                                 f"descriptor says {layer}\n"))
        self.assertEqual(engine.images, {})


class Programs(Load):
    """`--to` with the path of a program."""

    def program(self, *lines):
        """Writes a program of the shell; returns its path."""
        path = self.top / "engine"
        path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
        path.chmod(0o755)
        return str(path)

    def test_gets_all(self):
        path = self.program(f'echo "$@" >{self.top}/words', f"cat >{self.top}/archive")
        code, output, errors = self.load("--to", path)
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("all of 3 layers", output)
        self.assertEqual((self.top / "words").read_text(), "load\n")
        self.assertIsNone(StubEngine().load((self.top / "archive").read_bytes()))

    def test_fails(self):
        path = self.program("echo no room >&2", "exit 3")
        self.check_fails("oci:image: error: TOP/engine does not take the image: failed with exit "
                         "code 3: no room\n", "--to", path)

    def test_takes_nothing(self):
        self.make(*"abcdef", level=None)
        path = self.program("exec sleep 60")
        self.check_fails("TOP/engine: error: has taken nothing for 1 s and was ended\n",
                         "--to", path, "--timeout", "1")

    def test_does_not_end(self):
        path = self.program("cat >/dev/null", "exec sleep 60")
        self.check_fails("TOP/engine: error: has not ended after 1 s and was ended\n",
                         "--to", path, "--timeout", "1")

    def test_prints_without_end(self):
        for command in ("exec yes", "exec yes >&2", "cat >/dev/null; exec yes"):
            self.check_fails("TOP/engine: error: has printed more than 64 MiB and was ended\n",
                             "--to", self.program(command))

    def test_a_layer_of_another_size(self):
        """A hole, which would fill the engine's disk."""
        layer = self.image.layers[1]
        os.truncate(self.top / "image" / blob(layer["digest"]), 1 << 42)
        self.check_fails(f"image/{blob(layer['digest'])}: error: is {1 << 42} bytes long, but its "
                         f"descriptor says {layer['size']}\n", "--to", self.program("cat >/dev/null"))

    def test_is_not_there(self):
        self.check_fails("/none: error: cannot be run: No such file or directory\n",
                         "--to", "/none")


class Commands(Load):
    """podman and containerd by their commands, which are scripts here."""

    def command(self, name, *cases):
        """Puts a script in front of the PATH that logs its arguments; each case is a shell's."""
        path = self.top / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(["#!/bin/sh", f'echo "$@" >>{self.top}/log', 'case "$*" in',
                                   *cases, "esac", ""]))
        path.chmod(0o755)
        self.environment["PATH"] = f"{path.parent}:/bin:/usr/bin"

    def log(self):
        """Returns the arguments of each run of the script."""
        return (self.top / "log").read_text().splitlines()

    def sent(self):
        """Returns the numbers of the layers in the archive that the script got."""
        with tarfile.open(self.top / "archive") as archive:
            return self.sent_layers({member.name: archive.extractfile(member).read()
                                     for member in archive})

    def test_containerd_gets_the_blobs_that_it_lacks(self):
        one, _, three = (layer["digest"] for layer in self.image.layers)
        self.command("ctr", "version) echo '  Version:  2.1.9' ;;",
                     '*import*--help) echo "--local" ;;',
                     f'"content ls --quiet") printf "%s\\n" {one} {three} ;;',
                     f'"images ls --quiet") echo {NAME} ;;',
                     f"*import*) cat >{self.top}/archive ;;")
        code, output, errors = self.load("--to", "containerd")
        self.assertEqual((code, errors), (0, ""))
        self.assertRegex(output, r"^app:1 is in containerd 2\.1\.9: sent .*: 1 of 3 layers, ")
        self.assertEqual(self.sent(), [1])
        previous = "veneer.invalid/previous:" + hashlib.sha256(NAME.encode()).hexdigest()[:16]
        self.assertEqual(self.log(), [
            "version", "images import --help", "content ls --quiet", "images ls --quiet",
            f"images tag --force {NAME} {previous}", "images import --local -",
            f"images rm {previous}", "images ls --quiet"])

    def test_podman_gets_the_layers_above_those_of_any_image(self):
        there = json.dumps([{"RootFS": {"Layers": self.diff_ids()[:1]}}])
        now = json.dumps([{"RootFS": {"Layers": self.diff_ids()}}])
        self.command("podman", '"images --quiet --no-trunc") echo sha256:1; echo sha256:1 ;;',
                     f"*inspect*:1) if [ -e {self.top}/archive ]; then echo '{now}'; else "
                     f"case $3 in sha256*) echo '{there}' ;; *) exit 125 ;; esac; fi ;;",
                     f"load*) cat >{self.top}/archive ;;")
        code, output, errors = self.load("--to", "podman")
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("app:1 is in podman: sent ", output)
        self.assertEqual(self.sent(), [1, 2])
        self.assertEqual(self.log(), [f"image inspect {NAME}", "images --quiet --no-trunc",
                                      "image inspect sha256:1", "load --quiet",
                                      f"image inspect {NAME}"])

    def test_the_first_engine_is_taken(self):
        """Without a socket of Docker, and with podman's command."""
        if any(map(os.path.exists, ("/var/run/docker.sock", "/run/podman/podman.sock"))):
            self.skipTest("an engine runs here")
        del self.environment["DOCKER_HOST"]
        self.command("podman", "load*) echo no >&2; exit 1 ;;", "*) exit 1 ;;")
        self.check_fails("TOP/bin/podman: error: `images --quiet --no-trunc` failed with exit code "
                         "1\n")


class Refusals(Load):
    """What an engine may do, and what veneer then says."""

    def refused(self, fault, reason):
        engine = StubEngine()
        engine.fault = fault
        with engine.at(self.socket):
            self.check_fails("oci:image: error: Docker Engine 28.5.2 does not take the image: "
                             f"{reason}\n")

    def test_an_error_in_the_answer(self):
        self.refused("error", "unexpected EOF")

    def test_an_error_as_status(self):
        self.refused("status", "invalid archive")

    def test_an_error_without_a_text(self):
        for status in (204, 302, 307, 400, 500):
            self.refused((status, b""), f"its answer has status {status}, and no text")
        self.refused((500, b'{"message": ""}'), "its answer has status 500, and no text")
        self.refused((200, b'{"error": ""}\n'), "its answer is an error without a text")

    def test_a_question_that_is_refused(self):
        for answer, reason in (((500, {"message": "busy"}), "500: busy"), ((503, {"message": ""}), "503")):
            engine = StubEngine()
            engine.answer = lambda _, answer=answer: answer
            with engine.at(self.socket):
                self.check_fails(f"unix://TOP/engine.sock: error: /info was answered with status {reason}\n")

    def test_an_error_before_all_is_sent(self):
        self.make(*"abcdef", level=None)
        self.refused("early", "no space left on device")

    def test_an_error_as_a_line_before_all_is_sent(self):
        self.make(*"abcdef", level=None)
        self.refused("early line", "no space left on device")

    def test_lines_without_end(self):
        engine = StubEngine()
        engine.fault = "endless"
        with engine.at(self.socket):
            self.check_fails("unix://TOP/engine.sock: error: the engine's answer is too long\n")

    def test_trailers_without_end(self):
        engine = StubEngine()
        engine.fault = "trailers"
        with engine.at(self.socket):
            self.check_fails("unix://TOP/engine.sock: error: the engine's answer has headers without "
                             "end\n")

    def test_an_image_that_is_not_there_afterwards(self):
        engine = StubEngine()
        engine.fault = "forget"
        with engine.at(self.socket):
            self.check_fails("oci:image: error: Docker Engine 28.5.2 took the image, but has none "
                             f"of the name '{NAME}'\n")

    def test_the_end_of_the_connection(self):
        engine = StubEngine()
        engine.fault = "close"
        with engine.at(self.socket):
            code, _, errors = self.load()
        self.assertEqual(code, 1)
        self.assertRegex(errors, r"^unix://TOP/engine.sock: error: the exchange with the engine "
                                 r"failed \(chosen by DOCKER_HOST\): Empty reply from server\n")

    def test_the_end_of_the_connection_while_sending(self):
        self.make(*"abcdef", level=None)
        engine = StubEngine()
        engine.fault = "cut"
        with engine.at(self.socket):
            code, _, errors = self.load()
        self.assertEqual(code, 1)
        self.assertRegex(errors, r"^unix://TOP/engine.sock: error: the exchange with the engine ")

    def test_silence(self):
        engine = StubEngine()
        engine.fault = "hang"
        begin = time.monotonic()
        with engine.at(self.socket):
            code, _, errors = self.load("--timeout", "2")
        self.assertEqual(code, 1)
        self.assertRegex(errors, r"error: the exchange with the engine failed .*"
                                 r"too slow.*\n.*help: --timeout SECONDS waits longer\n")
        self.assertLess(time.monotonic() - begin, 20)

    def test_a_load_that_was_killed_is_mended_by_the_next(self):
        engine = StubEngine()
        engine.fault = "hang"
        engine.hang_seconds = 1
        with engine.at(self.socket):
            with subprocess.Popen([program.VENEER, "load", "oci:image"], cwd=self.top,
                                  env=self.environment) as process:
                while process.poll() is None and not any("load" in path for path in engine.asked):
                    time.sleep(0.01)
                process.send_signal(signal.SIGKILL)
        engine.fault = None
        _, archive = self.loaded(engine)
        self.assertEqual(self.sent_layers(archive), [0, 1, 2])


class Addresses(Load):
    """Which engine is meant."""

    def test_no_socket(self):
        self.check_fails(
            "unix://TOP/engine.sock: error: no engine can be reached there (chosen by "
            "DOCKER_HOST): No such file or directory\n"
            "unix://TOP/engine.sock: help: start the engine, or say where it listens: DOCKER_HOST "
            "(CONTAINER_HOST for podman), or `docker context use NAME`\n")

    def test_nobody_at_the_socket(self):
        with socket.socket(socket.AF_UNIX) as nobody:
            nobody.bind(str(self.socket))
        code, _, errors = self.load()
        self.assertEqual(code, 1)
        self.assertIn("(chosen by DOCKER_HOST): Connection refused\n", errors)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "needs root")
    def test_a_socket_of_others(self):
        self.top.chmod(0o755)
        with StubEngine().at(self.socket):
            self.socket.chmod(0o600)
            done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                                   program.VENEER, "load", "oci:image"], cwd=self.top,
                                  env=self.environment, capture_output=True, text=True,
                                  check=False, timeout=60)
        self.assertRegex(done.stderr, r"\(chosen by DOCKER_HOST\): Permission denied\n"
                                      r".*help: run it as root, or as a user in the group of ")

    def test_no_containerd(self):
        path = self.top / "bin" / "ctr"
        path.parent.mkdir()
        path.write_text("#!/bin/sh\necho no answer >&2\nexit 1\n")
        path.chmod(0o755)
        self.environment["PATH"] = f"{path.parent}:/bin:/usr/bin"
        self.check_fails("TOP/bin/ctr: error: containerd does not answer: failed with exit code 1: "
                         "no answer\n"
                         "TOP/bin/ctr: help: start it, or say where it listens: CONTAINERD_ADDRESS; "
                         "ctr needs root\n", "--to", "containerd")

    def test_ssh(self):
        self.environment["DOCKER_HOST"] = "ssh://me@host"
        self.check_fails(
            "veneer: error: 'ssh://me@host', by DOCKER_HOST, is not an engine that veneer can "
            "reach\n"
            "veneer: help: forward its socket, `ssh -NL /tmp/engine.sock:/var/run/docker.sock "
            "HOST`, and set DOCKER_HOST=unix:///tmp/engine.sock; or say --to=$(command -v docker), "
            "which sends the whole image\n")

    def context(self, name, document):
        """Writes a context, as `docker context create` does."""
        folder = self.top / ".docker/contexts/meta" / hashlib.sha256(name.encode()).hexdigest()
        folder.mkdir(parents=True)
        (folder / "meta.json").write_text(json.dumps(document))

    def test_contexts(self):
        del self.environment["DOCKER_HOST"]
        self.context("mine", {"Name": "mine", "Endpoints": {
            "docker": {"Host": f"unix://{self.socket}", "SkipTLSVerify": False}}})
        self.environment["DOCKER_CONTEXT"] = "mine"
        engine = StubEngine()
        self.loaded(engine)
        del self.environment["DOCKER_CONTEXT"]
        (self.top / ".docker/config.json").write_text('{"currentContext": "mine"}')
        self.loaded(engine)
        self.assertEqual(len(engine.loads), 2)
        self.environment["DOCKER_CONTEXT"] = "none"
        digest = hashlib.sha256(b"none").hexdigest()
        path = f"TOP/.docker/contexts/meta/{digest}/meta.json"
        self.check_fails(
            f"{path}: error: there is no Docker context 'none'\n"
            f"{path}: help: `docker context ls` lists them; DOCKER_CONTEXT and currentContext in "
            "config.json choose one\n")

    def test_tcp_and_tls(self):
        engine = StubEngine()
        with engine.at(None) as port:
            self.environment["DOCKER_HOST"] = f"tcp://127.0.0.1:{port}"
            self.assertEqual(self.load()[0], 0)
        self.make_certificates()
        with engine.at(None, tls_context(self.top)) as port:
            self.environment["DOCKER_HOST"] = f"tcp://127.0.0.1:{port}"
            self.assertEqual(self.load()[0], 1)
            self.environment["DOCKER_TLS_VERIFY"] = "1"
            self.environment["DOCKER_CERT_PATH"] = str(self.top)
            self.assertEqual(self.load()[::2], (0, ""))
            (self.top / "ca.pem").write_bytes((self.top / "other-ca.pem").read_bytes())
            code, _, errors = self.load()
            self.assertEqual(code, 1)
            self.assertRegex(errors, "certificate.*\n.*help: ca.pem in DOCKER_CERT_PATH")
        self.assertEqual(len(engine.loads), 2)

    def test_what_is_no_file_in_place_of_a_certificate(self):
        self.environment |= {"DOCKER_HOST": "tcp://127.0.0.1:1", "DOCKER_TLS_VERIFY": "1",
                             "DOCKER_CERT_PATH": str(self.top)}
        for name in ("ca.pem", "cert.pem", "key.pem"):
            path = self.top / name
            os.mkfifo(path)
            self.check_fails(f"TOP/{name}: error: is not a regular file\n")
            path.unlink()
            path.touch()
            os.truncate(path, 1 << 42)
            self.check_fails(f"TOP/{name}: error: is {1 << 42} bytes long, more than 4194304\n")
            path.unlink()

    def make_certificates(self):
        """Makes two authorities, and certificates of the first one for server and client."""
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.top, check=True, timeout=60,
                           capture_output=True)
        for name in ("ca", "other-ca"):
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}-key.pem",
                    "-out", f"{name}.pem")
        (self.top / "names").write_text("subjectAltName=IP:127.0.0.1\n")
        for name, key in (("server-cert", "server-key"), ("cert", "key")):
            openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-subj", f"/CN={name}", "-keyout", f"{key}.pem", "-out", f"{name}.csr")
            openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca-key.pem",
                    "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", f"{name}.pem")


if __name__ == "__main__":
    program.main()
