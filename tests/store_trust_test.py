"""Tests which directories veneer accepts as a store, and how far it trusts a store's content.

usage: store_trust_test.py VENEER
"""

import json
import mmap
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time
import unittest

import program

DAY = 24 * 3600
# A library between veneer and libdeflate, with which level 6 gives the output of level 5.
OTHER_COMPRESSOR = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
void *libdeflate_alloc_compressor(int level) {
  void *(*real)(int) = (void *(*)(int))dlsym(RTLD_NEXT, "libdeflate_alloc_compressor");
  return real(level == 6 ? 5 : level);
}
"""
# A library that records each sync of a file and each new name.
CALL_LOG = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
static void note_file(const char *call, int fd) {
  struct stat s;
  if (fstat(fd, &s) == 0) dprintf(atoi(getenv("CALL_LOG")), "%s %lu\n", call, s.st_ino);
}
int fdatasync(int fd) {
  note_file("sync", fd);
  return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
int fsync(int fd) {
  note_file("sync", fd);
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
  dprintf(atoi(getenv("CALL_LOG")), "name %s\n", to);
  return ((int (*)(int, const char *, int, const char *, int))dlsym(RTLD_NEXT, "linkat"))(
      a, from, b, to, flags);
}
int rename(const char *from, const char *to) {
  dprintf(atoi(getenv("CALL_LOG")), "name %s\n", to);
  return ((int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename"))(from, to);
}
"""


def damage(path, place=40):
    """Changes a byte of a blob, but not the times in its stamp."""
    before = path.stat()
    path.chmod(0o644)
    with open(path, "r+b") as file:
        file.seek(place)
        byte = file.read(1)
        file.seek(place)
        file.write(bytes([byte[0] ^ 1]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


class StoreTrust(unittest.TestCase):
    """Builds of a small tree."""
    maxDiff = None

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.top = pathlib.Path(self.temporary.name)
        self.store = self.top / "store"
        (self.top / "tree").mkdir()
        (self.top / "tree" / "file").write_bytes(b"content\n" * 4000)
        time.sleep(0.1)  # until the files are old enough for their stamps to be trusted

    def veneer(self, *arguments, status=0, **environment):
        """Runs veneer in the folder; returns its standard output and standard error."""
        done = subprocess.run([program.VENEER, *arguments], cwd=self.top, capture_output=True,
                              text=True, check=False, env={**os.environ, **environment})
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout, done.stderr

    def build(self, *options, said="", output="oci:image", status=0, **environment):
        """Builds an image; returns the manifest digest. Standard error must be `said`."""
        out, error = self.veneer("build", "--tree", "tree:srv", "--json", "-o", output,
                                 *(options or ("--store", "store")), status=status, **environment)
        self.assertEqual(error, said)
        return json.loads(out)["manifest"] if status == 0 else None

    def blobs(self, store="store"):
        """Returns the store's layers and memos."""
        return sorted((self.top / store / "blobs" / "sha256").iterdir())

    def check_layout(self, path="image"):
        """Checks that every blob has the digest in its name."""
        for blob in (self.top / path / "blobs" / "sha256").iterdir():
            digest = subprocess.run(["sha256sum", blob], capture_output=True, check=True).stdout
            self.assertEqual(digest.split()[0].decode(), blob.name)

    def preloaded(self, source):
        """Returns an environment in which veneer loads a library before all others."""
        (self.top / "preloaded.c").write_text(source)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", self.top / "preloaded.so",
                        self.top / "preloaded.c", "-ldl"], check=True)
        environment = {"LD_PRELOAD": str(self.top / "preloaded.so"), "CALL_LOG": "2"}
        probe = subprocess.run([program.VENEER, "--version"], env={**os.environ, **environment},
                               capture_output=True, check=False)
        if probe.returncode != 0:
            self.skipTest("a library cannot be loaded before this veneer's")
        return environment

    def test_directories_that_are_not_stores(self):
        """Every command that uses a store refuses other directories and does not change them."""
        self.build("--no-store", output="oci:layout")
        self.veneer("layer", "--tree", "tree:srv", "-o", "made.tar.gz", "--no-store")
        folder = self.top / "folder"
        (folder / "blobs" / "sha256").mkdir(parents=True)
        (folder / "blobs" / "sha256" / ("0" * 64)).write_text("the user's")
        (folder / "index").write_text("the user's")
        (self.top / "file").write_text("the user's")
        for name, what in (("layout", "is an OCI image layout, not a store"),
                           ("folder", "is neither a store nor empty"),
                           ("file", "is not a directory")):
            before = program.files_below(self.top / name)
            said = (f"{name}: error: {what}\n{name}: help: name a directory that does not exist or "
                    "is empty; nothing in this one was changed\n")
            self.build("--store", name, said=said, output="oci:other", status=1)
            error = self.veneer("layer", "--tree", "tree:srv", "-o", "layer.tar.gz", "--store",
                                name, status=1)[1]
            self.assertEqual(error, said)
            error = self.veneer("image", "--layer", "made.tar.gz", "-o", "oci:other", "--store",
                                name, status=1)[1]
            self.assertEqual(error, said)
            for command in ("stat", "gc", "verify"):
                error = self.veneer("store", command, "--store", name, status=1)[1]
                self.assertEqual(error, said)
            error = self.veneer("store", "verify", "--repair", "--store", name, status=1)[1]
            self.assertEqual(error, said)
            self.assertEqual(program.files_below(self.top / name), before)
        self.veneer("verify", "oci:layout")
        # If the default place is not a store, the build goes on without one.
        shutil.copytree(folder, self.top / "cache" / "veneer")
        _, error = self.veneer("build", "--tree", "tree:srv", "-o", "oci:other",
                               XDG_CACHE_HOME=str(self.top / "cache"))
        self.assertIn("is neither a store nor empty; this run uses no store", error)
        self.assertEqual(program.files_below(self.top / "cache" / "veneer"), program.files_below(folder))

    def test_layout_into_a_store(self):
        """A store is refused as the place for an image."""
        self.build()
        before = program.files_below(self.store)
        said = ("store: error: exists already, but is not an OCI image layout\n"
                "store: help: name a directory that does not exist or holds a layout\n")
        self.build("--no-store", said=said, output="oci:store", status=1)
        self.assertEqual(program.files_below(self.store), before)

    def test_store_without_a_mark(self):
        """A store of an older veneer gets a mark. With other files in it, it is refused."""
        self.build()
        mark = self.store / "veneer-store"
        self.assertTrue(mark.read_text().startswith("veneer store 1\n"))
        mark.unlink()
        (self.store / "notes").write_text("the user's")
        self.build(said="store: error: is neither a store nor empty\nstore: help: name a directory "
                        "that does not exist or is empty; nothing in this one was changed\n", status=1)
        (self.store / "notes").unlink()
        self.build()
        self.assertTrue(mark.exists())
        mark.unlink()
        self.veneer("store", "gc", "--store", "store")
        self.assertTrue(mark.exists())
        # In a store with the mark, other files are kept.
        (self.store / "notes").write_text("the user's")
        self.veneer("store", "gc", "--store", "store", "--max-size", "0")
        self.assertEqual((self.store / "notes").read_text(), "the user's")

    def test_damage_without_a_trace(self):
        """After a flipped bit in each blob of a small image, the next image is correct."""
        expected = self.build()
        for blob in self.blobs():
            damage(blob)
        shutil.rmtree(self.top / "image")
        self.assertEqual(len(self.blobs()), 3)
        out, error = self.veneer("build", "--tree", "tree:srv", "--json", "-o", "oci:image",
                                 "--store", "store")
        self.assertEqual(json.loads(out)["manifest"], expected)
        self.assertIn("warning: is damaged; it is dropped from the store\n", error)
        self.check_layout()
        self.build()
        self.check_layout()

    def test_repair(self):
        """`store verify` finds damage in blobs of any size; only --repair changes the store."""
        (self.top / "tree" / "large").write_bytes(random.Random(1).randbytes(6 << 20))
        time.sleep(0.1)
        expected = self.build(output="oci-archive:image.tar")
        large = max(self.blobs(), key=lambda path: path.stat().st_size)
        damage(large)
        before = program.files_below(self.store)
        arguments = ("store", "verify", "--store", "store")
        error = self.veneer(*arguments, status=1)[1]
        self.assertRegex(error, r"^store/blobs/sha256/\w{64}: warning: has digest sha256:\w{64}, "
                                r"which differs from its name\n"
                                r"store/blobs/sha256/\w{64}: help: `veneer store verify --repair` "
                                r"drops damaged data, and the next build makes it again\n$")
        self.assertEqual(program.files_below(self.store), before)
        out, error = self.veneer(*arguments, "--repair", "--json")
        report = json.loads(out)
        self.assertEqual((report["damagedBlobs"], report["droppedBlobs"]), (1, 1))
        self.assertRegex(error, r"^store/blobs/sha256/\w{64}: warning: has digest sha256:\w{64}, which differs "
                                r"from its name; it is dropped from the store\n$")
        self.assertEqual(self.veneer(*arguments)[1], "")
        self.assertEqual(self.build(output="oci-archive:image.tar"), expected)

    def test_left_over(self):
        """gc, repair and builds remove old temporary files of killed processes."""
        self.build()
        old = time.time() - 100 * DAY
        folders = (self.store, self.store / "blobs" / "sha256")

        def litter():
            for folder in folders:
                path = folder / ".veneer-99-0"
                path.write_bytes(bytes(5000))
                os.utime(path, (old, old))

        litter()
        self.veneer("store", "verify", "--store", "store")
        out = json.loads(self.veneer("store", "gc", "--store", "store", "--json")[0])
        self.assertEqual((out["leftOverFiles"], out["leftOverBytes"]), (2, 10000))
        litter()
        out = self.veneer("store", "verify", "--repair", "--store", "store")[0]
        self.assertIn("removed 10.0 kB in 2 files that killed processes left behind\n", out)
        litter()
        (self.top / "tree" / "file").write_text("new")
        time.sleep(0.1)
        self.build()
        self.assertEqual(list(self.store.rglob(".veneer-*")), [])
        used = folders[1] / ".veneer-abcdef"
        used.write_bytes(bytes(5000))
        self.veneer("store", "gc", "--store", "store")
        self.assertTrue(used.exists())  # because it is young
        # --store-size counts the file.
        self.veneer("build", "--tree", "tree:opt", "-o", "oci:image", "--store", "store",
                    "--store-size", "5000")
        self.assertEqual(self.blobs(), [used])

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("mount"), "mounting needs root")
    def test_read_only(self):
        """A store that cannot be written is only read, and a warning says so."""
        mounted = self.top / "mounted"
        mounted.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", mounted], capture_output=True,
                          check=False).returncode != 0:
            self.skipTest("tmpfs cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", mounted], check=True)
        expected = self.build("--store", "mounted/store")
        (self.top / "other").mkdir()
        (self.top / "other" / "file").write_text("another")
        time.sleep(0.1)
        subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
        before = program.files_below(mounted)
        said = ("mounted/store: warning: cannot be written; its content is used, but nothing is "
                "added\n")
        error = self.veneer("build", "--tree", "tree:srv", "-o", "oci:image", "--timings", "--store",
                            "mounted/store")[1]
        self.assertTrue(error.startswith(said), error)
        self.assertNotIn("\nplan", error)  # the store has the layers
        for output in ("oci:image", "oci-archive:image.tar"):
            self.assertEqual(self.build("--store", "mounted/store", said=said, output=output),
                             expected)
            options = ["build", "--tree", "other:srv", "--json", "-o", output]
            out, error = self.veneer(*options, "--store", "mounted/store")
            self.assertEqual(error, said)
            self.assertEqual(json.loads(out)["manifest"],
                             json.loads(self.veneer(*options, "--no-store")[0])["manifest"])
        self.assertEqual(program.files_below(mounted), before)
        self.veneer("store", "verify", "--store", "mounted/store")
        self.veneer("store", "stat", "--store", "mounted/store")
        error = self.veneer("store", "gc", "--store", "mounted/store", status=1)[1]
        self.assertTrue(error.startswith("mounted/store: error: cannot be written\n"), error)

    def test_mapped_file(self):
        """A file that changes through a mapping keeps its times, but gives a correct image."""
        path = self.top / "tree" / "mapped"
        path.write_bytes(random.Random(1).randbytes(50000))
        copy = self.top / "tree" / "same-size"  # so that the contents of both are compared
        copy.write_bytes(random.Random(2).randbytes(50000))
        time.sleep(0.2)
        with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
            for content in (b"AAAA", b"BBBB", b"CCCC"):
                memory[0:4] = content
                time.sleep(0.2)
                self.assertEqual(self.build(), self.build("--no-store"), content)
        # When the file is no longer mapped, its stamp is trusted again.
        self.assertEqual(self.build(), self.build("--no-store"))
        error = self.veneer("build", "--tree", "tree:srv", "-o", "oci:image", "--timings",
                            "--store", "store")[1]
        self.assertNotIn("\nplan", error)

    @unittest.skipUnless(shutil.which("cc"), "needs a C compiler")
    def test_on_the_disk_first(self):
        """A blob's bytes are synced before it gets a name, and its name before the index."""
        error = self.veneer("build", "--tree", "tree:srv", "-o", "oci-archive:image.tar",
                            "--store", "store", **self.preloaded(CALL_LOG))[1]
        calls = error.splitlines()
        blobs = self.blobs()
        names = [calls.index(f"name {blob.relative_to(self.top)}") for blob in blobs]
        for blob, name in zip(blobs, names):
            self.assertLess(calls.index(f"sync {blob.stat().st_ino}"), name)
        folder = calls.index(f"sync {blobs[0].parent.stat().st_ino}")
        self.assertGreater(folder, max(names))
        self.assertLess(folder, calls.index("name store/index"))

    @unittest.skipUnless(shutil.which("cc"), "needs a C compiler")
    def test_another_libdeflate(self):
        """A store distinguishes the results of libraries that compress differently."""
        preload = self.preloaded(OTHER_COMPRESSOR)
        (self.top / "tree" / "text").write_bytes(
            b"".join(b"%d %d\n" % (n * n, n * 7919 % 1013) for n in range(20000)))
        time.sleep(0.1)
        first, other = self.build("--no-store"), self.build("--no-store", **preload)
        self.assertNotEqual(first, other)
        for _ in range(2):
            self.assertEqual(self.build(), first)
            self.assertEqual(self.build(**preload), other)


if __name__ == "__main__":
    program.main()
