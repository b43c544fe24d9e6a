"""Two programs with --shared-root run as from their runfiles, and share their layers.

The programs have ten packages, some of them compiled, and three more repositories with libraries,
scripts and modules that look for each other.
"""

import pathlib

import daemons
import judge
import samples

HERE = pathlib.Path(__file__).resolve().parent / "shared"
PACKAGES = ["numpy==2.2.6", "markupsafe==3.0.2", "jinja2==3.1.6", "requests==2.32.3",
            "certifi==2025.1.31", "idna==3.10", "urllib3==2.3.0", "charset-normalizer==3.4.1",
            "pyyaml==6.0.2", "bazel-runfiles==2.4.6"]
TOP = "int bottom(void); int top(void) { return bottom() + 1; }"
BOTTOM = "int bottom(void) { return 41; }"


def compile_library(source, output, *options):
    """Compiles C source text into a shared library."""
    output.parent.mkdir(parents=True, exist_ok=True)
    judge.run(["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", output, *options], input=source)


def add_repositories(base):
    """Adds repositories that look for each other in the runfiles and the virtual environment."""
    liba, libb = base.external / "liba+", base.external / "libb+"
    compile_library(BOTTOM, libb / "lib/libbottom.so")
    compile_library(TOP, liba / "lib/libtop.so", "-Wl,--no-as-needed", f"-L{libb}/lib", "-lbottom",
                    "-Wl,-rpath,$ORIGIN/../libb:$ORIGIN/../../libb+/lib")
    (liba / "liba_module.py").write_bytes((HERE / "liba_module.py").read_bytes())
    (libb / "data.txt").write_text("data of libb\n")
    shell = base.external / "rules_shell+/shell/runfiles"
    shell.mkdir(parents=True)
    (shell / "runfiles.bash").write_bytes((HERE / "runfiles.bash").read_bytes())
    base.add_repository("liba+", ["lib/libtop.so", "liba_module.py"])
    base.add_repository("libb+", ["lib/libbottom.so", "data.txt"])
    base.add_repository("rules_shell+", ["shell/runfiles/runfiles.bash"])
    site = f"_{base.name}.venv/lib/python3.11/site-packages"
    base.add_symlink_entry(f"{site}/liba/libtop.so", "liba+", "lib/libtop.so")
    base.add_symlink_entry(f"{site}/libb/libbottom.so", "libb+", "lib/libbottom.so")
    base.add_source(HERE / "lookup.sh")
    with open(base.bin / f"{base.name}.repo_mapping", "a", encoding="ascii") as mapping:
        mapping.write(",my_libb,libb+\nliba+,libas_libb,libb+\n")


class SharedRoot(judge.Judge):
    """The programs `first` and `second` differ only in their name and main file."""

    clients = ("gcc", "umoci", "docker-registry", "skopeo")
    as_root = True

    def program(self, name):
        """Makes one of the programs."""
        (self.folder / name).mkdir()
        main = self.folder / name / f"{name}.py"
        main.write_text(f"# {name}\n{(HERE / 'program.py').read_text()}")
        return samples.make_runfiles.make(self.folder / name / "made", PACKAGES, "2.x", main,
                                          cache=samples.shared_folder() / "cache",
                                          add=add_repositories)

    def output_in_image(self, binary, name, *options):
        """Unpacks the program's image and runs it in a chroot; returns its output."""
        bundle = self.folder / f"{name}-bundle"
        samples.build(binary, f"oci:{self.folder}/{name}-image:latest", "--base", samples.base(),
                      "--compression=none", *options)
        judge.run(["umoci", "unpack", "--image", f"{self.folder}/{name}-image:latest", bundle])
        return judge.run(["chroot", bundle / "rootfs", "env", "-i", "PATH=/usr/bin:/bin",
                          f"/app/{binary.name}"])

    def test_programs_find_the_same_files_as_without(self):
        binary = self.program("first")
        expected = samples.output_from_runfiles(binary)
        for name, options in {"plain": [], "shared": ["--shared-root", "/srv/repos"],
                              "one": ["--shared-root", "/srv/repos", "--layers=one"],
                              "prefix": ["--shared-root", "/app"],
                              "below": ["--shared-root", "/app/repos"]}.items():
            with self.subTest(name):
                self.assertEqual(self.output_in_image(binary, name, *options), expected)

    def test_shared_layers_are_equal_and_the_second_image_adds_little(self):
        layers, added = {}, []
        with daemons.registry(self.folder) as host:
            for name in ("first", "second"):
                binary = self.program(name)
                samples.build(binary, f"oci:{self.folder}/{name}-image:latest",
                              "--base", samples.base(), "--shared-root", "/srv/repos",
                              "--own-layer-size", "1MB")
                layout = samples.Layout(self.folder / f"{name}-image")
                layers[name] = [layer["digest"] for layer in layout.manifest["layers"]]
                before = self.bytes_in_registry()
                judge.run(["skopeo", "copy", "--dest-tls-verify=false", "--preserve-digests",
                           f"oci:{self.folder}/{name}-image:latest",
                           f"docker://{host}/team/{name}:1"])
                added.append(self.bytes_in_registry() - before)
        self.assertGreater(len(layers["first"]), 5)
        self.assertEqual(layers["first"][:-1], layers["second"][:-1])
        self.assertNotEqual(layers["first"][-1], layers["second"][-1])
        self.assertLess(added[1], added[0] * 0.01)

    def bytes_in_registry(self):
        """Returns the size of all blobs in the registry."""
        blobs = self.folder / "registry/docker/registry/v2/blobs"
        return sum(path.stat().st_size for path in blobs.rglob("data"))


if __name__ == "__main__":
    judge.main()
