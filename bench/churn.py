#!/usr/bin/env python3
"""Measures the bytes pushed for a new version of a package, with several assignments to layers.

    bench/churn.py --veneer build/release/cmd/veneer [--work DIR] [--markdown FILE]

A service of about seventy real packages is built unchanged, and after each of CHANGES alone: one
package in its next version, or one more package. The measure is the compressed size of the layers
whose digest the unchanged image does not have.
"""

import argparse
import json
import pathlib
import posixpath
import re
import shutil
import subprocess
import sys
import zipfile

import workloads  # noqa: F401  (finds the example that makes runfiles without Bazel)
from pytree import interpreter, venv_links, wheels
from pytree.output_base import manifest_line

MAX_LAYERS = 16
OWN_ROOM = MAX_LAYERS - 3  # without the layers of interpreter, other packages and app

SERVICE = """
alembic==1.15.2 annotated-types==0.7.0 anyio==4.9.0 boto3==1.37.37 botocore==1.37.37
cachetools==5.5.2 certifi==2025.1.31 cffi==1.17.1 charset-normalizer==3.4.1 click==8.1.8
cryptography==44.0.1 deprecated==1.2.18 fastapi==0.115.11 google-api-core==2.24.1
google-auth==2.38.0 google-cloud-bigquery==3.30.0 google-cloud-core==2.4.3
google-cloud-pubsub==2.28.0 google-cloud-storage==3.0.0 google-crc32c==1.7.0
google-resumable-media==2.7.2 googleapis-common-protos==1.69.1 greenlet==3.1.1
grpc-google-iam-v1==0.14.1 grpcio==1.70.0 grpcio-status==1.70.0 h11==0.14.0 httpcore==1.0.7
httpx==0.28.1 idna==3.10 importlib-metadata==8.5.0 jinja2==3.1.5 jmespath==1.0.1 joblib==1.4.2
lxml==5.3.1 mako==1.3.9 markupsafe==3.0.2 numpy==2.2.4 opentelemetry-api==1.31.0
opentelemetry-sdk==1.31.0 opentelemetry-semantic-conventions==0.52b0 orjson==3.10.15
packaging==24.2 pandas==2.2.2 pillow==11.1.0 prometheus-client==0.21.1 proto-plus==1.26.0
protobuf==5.29.3 psycopg2-binary==2.9.9 pyasn1==0.6.1 pyasn1-modules==0.4.1 pycparser==2.22
pydantic==2.10.6 pydantic-core==2.27.2 python-dateutil==2.9.0.post0 pytz==2025.1 pyyaml==6.0.2
redis==5.2.1 requests==2.32.3 rsa==4.9 s3transfer==0.11.4 scikit-learn==1.6.0 scipy==1.15.1
sentry-sdk==2.23.1 six==1.17.0 sniffio==1.3.1 sqlalchemy==2.0.39 starlette==0.46.1
threadpoolctl==3.5.0 typing-extensions==4.12.2 tzdata==2025.1 urllib3==2.3.0 uvicorn==0.34.0
wrapt==1.17.2 zipp==3.21.0
""".split()

# Each change is made alone. The last ones add a package. As with real updates, there are large and
# small packages.
CHANGES = """
numpy==2.2.5 pandas==2.2.3 scipy==1.15.2 grpcio==1.71.0 cryptography==44.0.2 botocore==1.37.38
boto3==1.37.38 sqlalchemy==2.0.40 lxml==5.3.2 pillow==11.2.1 pydantic-core==2.33.1
protobuf==5.29.4 psycopg2-binary==2.9.10 google-cloud-storage==3.1.0 google-auth==2.39.0
urllib3==2.4.0 requests==2.32.4 jinja2==3.1.6 certifi==2025.4.26 typing-extensions==4.13.2
tenacity==9.1.2 rich==14.0.0 shapely==2.1.0 polars==1.27.1
""".split()


class Package:
    """A wheel that is unpacked as a repository."""

    def __init__(self, wheel, external):
        self.wheel = wheels.unpack(wheel, external)
        self.root = external / self.wheel.repository
        self.size = sum((self.root / file).stat().st_size for file in self.wheel.files)
        with zipfile.ZipFile(wheel) as archive:
            self.name, self.needs = _name_and_needs(archive)


def _name_and_needs(archive):
    """Returns a wheel's name, and the names of its dependencies without those of extras."""
    [metadata] = [name for name in archive.namelist()
                  if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
    lines = archive.read(metadata).decode().split("\n\n")[0].splitlines()
    needs = [line.partition(":")[2] for line in lines
             if line.startswith("Requires-Dist:") and "extra ==" not in line]
    [name] = [line.partition(":")[2] for line in lines if line.startswith("Name:")]
    return _normalized(name), {_normalized(re.match(r"\s*([\w.-]+)", need)[1]) for need in needs}


def _normalized(name):
    return re.sub(r"[-_.]+", "_", name.strip()).lower()


def load(work):
    """Downloads and unpacks every wheel once; returns {NAME==VERSION: Package}."""
    external = work / "external"
    packages = {}
    for requirement in [*SERVICE, *CHANGES]:
        [wheel] = _fetch(requirement, work / "wheels" / requirement)
        packages[requirement] = Package(wheel, external)
    if not (external / interpreter.REPOSITORY).exists():
        interpreter.lay_out(external, work / "cache")
    return packages


def _fetch(requirement, folder):
    if not list(folder.glob("*.whl")):
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet",
                        "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:",
                        "--implementation", "cp", "--python-version", interpreter.VERSION,
                        *wheels.platforms(), "--dest", folder, requirement], check=True)
    return list(folder.glob("*.whl"))


def write_manifest(packages, work):
    """Writes the runfiles manifest of a program with these packages, as Bazel would."""
    external = work / "external"
    main = work / "app.py"
    main.write_text("print()\n")
    entries = {"_main/app.py": str(main), "_main/_app.venv/pyvenv.cfg": str(work / "pyvenv.cfg")}
    (work / "pyvenv.cfg").touch()
    interpreter_root = external / interpreter.REPOSITORY
    files = {interpreter.REPOSITORY: sorted(str(path.relative_to(interpreter_root))
                                            for path in interpreter_root.rglob("*")
                                            if path.is_file())}
    files.update({package.wheel.repository: package.wheel.files for package in packages})
    for repository, inside in files.items():
        entries.update({f"{repository}/{file}": str(external / repository / file)
                        for file in inside})
    site = f"_main/_app.venv/lib/python{interpreter.VERSION}/site-packages"
    for link in venv_links.plan_links([package.wheel for package in packages], "2.x"):
        path = f"{site}/{link.path}"
        target = f"{link.repository}/{link.target}"
        entries[path] = (str(external / target) if link.is_file
                         else posixpath.relpath(target, posixpath.dirname(path)))
    manifest = work / "app.runfiles_manifest"
    manifest.write_text("".join(manifest_line(path, entries[path]) for path in sorted(entries)))
    return manifest


def one_each(packages):
    """Returns rules that give each of the first packages a layer, and all others one together."""
    chosen = [f"--layer={package.name}-own={package.name}" for package in packages[:OWN_ROOM]]
    return [*chosen, "--layer=rest=rules_python++pip+*"]


def largest_first(packages):
    """Gives each of the largest packages a layer."""
    return one_each(sorted(packages, key=lambda package: (-package.size, package.name)))


def popular_first(packages):
    """Gives a layer to each of the packages that most others need, directly or indirectly."""
    needs = {package.name: package.needs for package in packages}

    def closure(name, seen):
        for needed in needs.get(name, ()):
            if needed not in seen:
                seen.add(needed)
                closure(needed, seen)
        return seen

    needed_by = {name: 0 for name in needs}
    for name in needs:
        for needed in closure(name, set()) & needs.keys():
            needed_by[needed] += 1
    return one_each(sorted(packages, key=lambda package: (-needed_by[package.name], package.name)))


STRATEGIES = {
    "one layer": lambda packages, lock: ["--layers=one"],
    "largest each, rest in one": lambda packages, lock: largest_first(packages),
    "most needed each, rest in one": lambda packages, lock: popular_first(packages),
    "veneer": lambda packages, lock: [],
    "veneer with a lock": lambda packages, lock: [f"--layer-lock={lock}"],
}


def build(veneer, packages, options, work):
    """Builds an image; returns {digest: compressed size} of its layers."""
    manifest = write_manifest(packages, work)
    output = work / "image"
    shutil.rmtree(output, ignore_errors=True)
    done = subprocess.run([veneer, "build", "--runfiles-manifest", manifest, "--compression=zstd",
                           "--level=1", f"--max-layers={MAX_LAYERS}", "--json", "-o",
                           f"oci:{output}", *options], check=True, stdout=subprocess.PIPE)
    return {layer["digest"]: layer["size"] for layer in json.loads(done.stdout)["layers"]}


def measure(veneer, packages, work):
    """Returns ({strategy: size of the image}, {change: {strategy: bytes pushed again}})."""
    service = {package.name: package for package in map(packages.get, SERVICE)}
    whole, pushed = {}, {change: {} for change in CHANGES}
    for strategy, options in STRATEGIES.items():
        lock = work / "layers.lock"
        lock.unlink(missing_ok=True)
        before = build(veneer, list(service.values()), options(list(service.values()), lock), work)
        whole[strategy] = sum(before.values())
        recorded = lock.read_bytes() if lock.exists() else None
        for change in CHANGES:
            changed = {**service, packages[change].name: packages[change]}
            if recorded:
                lock.write_bytes(recorded)
            after = build(veneer, list(changed.values()), options(list(changed.values()), lock),
                          work)
            pushed[change][strategy] = sum(size for digest, size in after.items()
                                           if digest not in before)
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return whole, pushed


def table(packages, whole, pushed):
    """Returns the results as a Markdown table, in MB."""
    def row(first, size, values):
        figures = " | ".join(f"{value / 1e6:.1f}" for value in values)
        return f"| {first} | {size} | {figures} |"

    names = list(STRATEGIES)
    lines = [f"| change | unpacked | {' | '.join(names)} |", "|---|--:|" + "--:|" * len(names)]
    known = {packages[requirement].name for requirement in SERVICE}
    for change, costs in pushed.items():
        what = change.replace("==", " ") if packages[change].name in known else \
            f"{change.replace('==', ' ')}, new"
        lines.append(row(what, f"{packages[change].size / 1e6:.1f}", costs.values()))
    for what, summary in {"**all together**": sum, "**largest**": max}.items():
        lines.append(row(what, "", [summary(costs[name] for costs in pushed.values())
                                    for name in names]))
    lines.append(row("the whole image", "", [whole[name] for name in names]))
    return "\n".join(lines) + "\n"


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--veneer", required=True, help="the program")
    parser.add_argument("--work", default="build/churn", help="folder for wheels and images")
    parser.add_argument("--markdown", help="file for the table")
    options = parser.parse_args()
    work = pathlib.Path(options.work).resolve()
    work.mkdir(parents=True, exist_ok=True)
    packages = load(work)
    sizes = [packages[requirement].size for requirement in SERVICE]
    print(f"{len(sizes)} packages, {sum(sizes) / 1e6:.0f} MB", file=sys.stderr)
    text = table(packages, *measure(pathlib.Path(options.veneer).resolve(), packages, work))
    print(text, end="")
    if options.markdown:
        pathlib.Path(options.markdown).write_text(text)


if __name__ == "__main__":
    main()
