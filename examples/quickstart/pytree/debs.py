"""Fetches Debian packages with apt and reads the files inside them."""

import contextlib
import pathlib
import subprocess
import tarfile


def fetch(packages, cache):
    """Returns the .deb files of `packages`, in order. Downloads those that are not in the cache."""
    cache = pathlib.Path(cache)
    cache.mkdir(parents=True, exist_ok=True)
    missing = [name for name in packages if not _cached(name, cache)]
    if missing:
        _download(missing, cache)
    return [_cached(name, cache) for name in packages]


def _download(packages, cache):
    # Without the option, apt warns that its own user cannot write into the cache.
    command = ["apt-get", "-q", "-o", "APT::Sandbox::User=root"]
    if subprocess.run([*command, "download", *packages], cwd=cache, check=False).returncode:
        # The package lists are missing or old.
        subprocess.run([*command, "update"], check=True)
        subprocess.run([*command, "download", *packages], cwd=cache, check=True)


def _cached(package, cache):
    found = sorted(cache.glob(f"{package}_*.deb"))
    return found[-1] if found else None


@contextlib.contextmanager
def opened(deb):
    """Yields the files of a .deb as a tar stream. Read each member before the next one."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb],
                          stdout=subprocess.PIPE) as process:
        with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
            yield tar
        process.stdout.read()
    if process.returncode != 0:
        raise RuntimeError(f"dpkg-deb could not read '{deb}'")
