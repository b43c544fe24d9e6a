"""Layers that images are made of, as lists of members: every kind of entry, mark and package."""

import base64
import hashlib
import tarfile

from made_images import hardlink, member, opaque, whiteout

# Lists of layers, each a list of members.
SAMPLES = {
    "one_layer": [[member("etc"), member("etc/name", "base"), member("bin", link="usr/bin")]],
    "whiteouts": [
        [member("d"), member("d/a", "1"), member("d/b", "2"), member("d/e"), member("d/e/f", "3"),
         member("x", "4")],
        [member("d"), whiteout("d/a"), whiteout("d/e"), whiteout("x"), member("d/c", "5")]],
    "opaque": [
        [member("d"), member("d/a", "1"), member("d/e"), member("d/e/f", "2"), member("k", "3")],
        [member("d", mode=0o700), opaque("d"), member("d/new", "4")]],
    "marks_beside_what_they_hide": [
        [member("d"), member("d/a", "old")],
        [member("d"), member("d/a", "new"), whiteout("d/a"), opaque("d")]],
    "kinds_change": [
        [member("a"), member("a/x", "1"), member("b", "2"), member("c", link="b"), member("e", "3")],
        [member("a", "now a file"), member("b"), member("b/y", "4"), member("c"),
         member("e", link="b/y")]],
    "hardlinks_across_layers": [
        [member("a", "content", mode=0o640, mtime=7), hardlink("b", "a")],
        [hardlink("c", "a"), member("d"), hardlink("d/e", "b")],
        [whiteout("a"), member("b", "changed")]],
    "attributes": [
        [member("s", "x", mode=0o4755, uid=1000, gid=2000, mtime=1234567890),
         member("t", mode=0o1777, mtime=99), member("big", "y", uid=2**31 - 2, gid=70000)],
        [member("s", "x", mode=0o755, uid=1000, gid=2000, mtime=1234567891)]],
    "xattrs": [
        [member("ping", "elf", xattrs={"user.note": "text", "trusted.some": "1",
                                       "security.selinux": "system_u:object_r:bin_t:s0"}),
         member("plain", "x"), member("folder", xattrs={"user.folder": "f"})]],
    "devices_and_pipes": [
        [member("dev"), member("dev/null", kind=tarfile.CHRTYPE, device=(1, 3), mode=0o666),
         member("dev/sda", kind=tarfile.BLKTYPE, device=(8, 0), mode=0o660),
         member("run"), member("run/pipe", kind=tarfile.FIFOTYPE, mode=0o600)]],
    "long_and_odd_names": [
        [member("n"), member("n/" + "d" * 120), member("n/" + "d" * 120 + "/" + "f" * 200, "1"),
         member("n/ a b\t", "2"), member("n/ä€𝄞", "3"), member("n/back\\slash", "4"),
         member("n/link", link="../" * 60 + "x" * 200)]],
    "empty_layer_between": [[member("a", "1")], [], [member("b", "2")]],
}

METADATA = "Metadata-Version: 2.1\nName: {}\nVersion: {}\n\nA description\n\nVersion: 9\n"
STATUS = """Package: libc6
Status: install ok installed
Architecture: amd64
Installed-Size: 12
Version: 2.36-9
Description: the C library
 Version: no field, as it continues one

Package: gone
Status: deinstall ok config-files
Version: 1

Package: python3-six
Status: install ok installed
Architecture: all
Version: 1.16.0-4
"""


def debian_layer():
    """Returns members as Debian has them: a merged /usr, lists of two forms, a Python package."""
    site = "usr/lib/python3/dist-packages"
    return [
        member("lib", link="usr/lib"), member("usr"), member("usr/lib"),
        member("usr/lib/libc.so.6", "c" * 1000), member(site + "/six.py", "s" * 300),
        member(site + "/__pycache__/six.cpython-311.pyc", "p" * 50),
        member(site + "/six-1.16.0.dist-info/METADATA", METADATA.format("six", "1.16.0")),
        member("var/lib/dpkg/status", STATUS),
        member("var/lib/dpkg/info/libc6:amd64.list", "/.\n/lib\n/lib/libc.so.6\n/not/there\n"),
        member("var/lib/dpkg/info/python3-six.list",
               f"/{site}/six.py\n/{site}/six-1.16.0.dist-info/METADATA\n")]


def python_layer(version="1.26.4", extra=""):
    """Returns a wheel's files: a path with a comma, a script outside of site-packages, a .pyc."""
    site = "venv/lib/python3.11/site-packages"
    record = (f"numpy/__init__.py,sha256=x,10\n\"numpy/a,b.py\",,\nnumpy/core.so,,\r\n"
              f"../../../bin/f2py,,\n/etc/numpy.conf,,\nnumpy-{version}.dist-info/METADATA,,\n"
              f"numpy-{version}.dist-info/RECORD,,\nnot/there.py,,\n../../../../../../outside,,\n")
    return [
        member(f"{site}/numpy/__init__.py", "i" * 10), member(f"{site}/numpy/a,b.py", "ab"),
        member(f"{site}/numpy/__pycache__/__init__.cpython-311.pyc", "compiled"),
        member(f"{site}/numpy/core.so", "so" * 1000 + extra), member("venv/bin/f2py", "f2py"),
        member("etc/numpy.conf", "conf"),
        member(f"{site}/numpy-{version}.dist-info/METADATA", METADATA.format("numpy", version)),
        member(f"{site}/numpy-{version}.dist-info/RECORD", record)]


APK = """C:Q1abc=
P:musl
V:1.2.5-r0
A:x86_64
L:MIT
F:lib
R:ld-musl-x86_64.so.1

P:busybox
V:1.36.1-r29
A:x86_64
L:GPL-2.0-only AND (MIT OR made up)
"""


def sha256_row(path, text):
    """Returns the row of a RECORD for a file with this text."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"{path},sha256={digest.rstrip('=')},{len(text)}\n"


def packaged(name, version, fields, files, site="venv/lib/python3.11/site-packages", changed=None):
    """Returns members of a Python package: METADATA with these fields, a RECORD, and the files.

    A file of `changed` has another content than its row says.
    """
    info = f"{site}/{name}-{version}.dist-info"
    record = "".join(sha256_row(path, text) for path, text in files.items())
    return [member(f"{info}/METADATA", f"Name: {name}\nVersion: {version}\n{fields}\nText\n"),
            member(f"{info}/RECORD", record),
            *(member(f"{site}/{path}", text) for path, text in {**files, **(changed or {})}.items())]


def sbom_layers():
    """Returns layers with packages of each kind, and metadata that others would be wrong about."""
    egg = "usr/lib/python3/dist-packages/six-1.16.0.egg-info"
    debian = [member("usr/lib/os-release", 'ID=debian\nVERSION_ID="12"\n'),
              member("etc/os-release", link="../usr/lib/os-release"),
              member("var/lib/dpkg/status", STATUS),
              member(egg, "Metadata-Version: 1.2\nName: six\nVersion: 1.16.0\nLicense: MIT\n\n"),
              member("lib/apk/db/installed", APK)]
    python = [
        *packaged("Typing_Extensions", "4.9+local", "License-Expression: PSF-2.0 OR (MIT)\n",
                  {"typing_extensions.py": "x = 1\n"}),
        *packaged("changed", "1", "License: BSD\n", {"changed.py": "1", "kept.py": "2"},
                  changed={"changed.py": "3"}),
        *packaged("odd", "1\x1b[31m", "License-Expression: MIT AND\nLicense: \u202e\"x\"\\\n", {}),
        *packaged("own", "1", "License-Expression: LicenseRef-Own AND MIT\n", {}),
        *packaged("twice", "1", "Classifier: License :: OSI Approved :: MIT License\n", {}),
        *packaged("twice", "1", "Classifier: License :: OSI Approved :: MIT License\n", {},
                  site="other/site-packages")]
    return [debian, python]
