"""Large real packages in every shape of rules_python verify and can be imported in a container.

These wheels have features that small ones do not have:
- libraries that look for those of another wheel through `$ORIGIN/../..` (nvidia);
- folders of bundled libraries next to a package (numpy.libs);
- packages that share a namespace (google);
- libraries that Python code loads itself (librmm).
"""

import json

import daemons
import judge
import samples

# The packages with all of their dependencies.
WHEELS = [
    "certifi==2026.10.18", "cffi==2.1.1", "charset-normalizer==3.5.2", "cryptography==44.0.2",
    "google-api-core==2.44.0", "google-auth==2.62.2", "google-cloud-core==2.8.0",
    "google-cloud-storage==3.1.0", "google-crc32c==1.9.0", "google-resumable-media==2.11.0",
    "googleapis-common-protos==1.76.0", "grpcio==1.71.0", "idna==3.20", "librmm-cu12==25.10.0",
    "lxml==5.3.1", "numpy==2.2.6", "nvidia-cusparse-cu12==12.0.0.76",
    "nvidia-nvjitlink-cu12==12.0.76", "opencv-python-headless==4.11.0.86",
    "opentelemetry-api==1.45.2", "pandas==2.2.3", "proto-plus==1.29.0", "protobuf==7.36.2",
    "psycopg2-binary==2.9.10", "pyarrow==19.0.1", "pyasn1-modules==0.4.2", "pyasn1==0.6.5",
    "pycparser==3.12", "python-dateutil==4.0.0", "pytz==2026.6", "rapids-logger==0.1.19",
    "requests==2.34.2", "scipy==1.15.3", "typing-extensions==4.16.0", "tzdata==2026.6",
    "urllib3==2.8.0",
]

# Prints one line per package. The program ends if a package cannot be imported or a library cannot
# be loaded.
PROGRAM = """
import ctypes, importlib, os, sys

for name in ("cryptography.hazmat.bindings._rust", "cv2", "google.cloud.storage",
             "google.api_core.grpc_helpers", "grpc._cython.cygrpc", "lxml.etree",
             "numpy.linalg", "pandas", "psycopg2", "pyarrow.parquet", "scipy.sparse.linalg"):
    module = importlib.import_module(name)
    print(name, getattr(module, "__version__", ""))

import librmm
print("librmm", librmm.load_library() is not None)
import nvidia.cusparse
library = os.path.join(list(nvidia.cusparse.__path__)[0], "lib", "libcusparse.so.12")
print("cusparse", ctypes.CDLL(library).cusparseGetProperty is not None)

import numpy, scipy.linalg
print(scipy.linalg.det(numpy.array([[2.0, 1.0], [1.0, 3.0]])))
print(sys.prefix.endswith(".venv"), "_main" in numpy.__file__)
"""


class Packages(judge.Judge):
    """One image for each layout of virtual environments in versions of rules_python."""

    clients = ("docker", "dockerd")
    as_root = True

    def test_rules_python_1_7_0(self):
        self.check("1.7.0")

    def test_rules_python_1_8_0(self):
        self.check("1.8.0")

    def test_rules_python_2(self):
        self.check("2.x")

    def check(self, style):
        main = self.folder / "app.py"
        main.write_text(PROGRAM)
        binary = samples.make_runfiles.make(self.folder / "program", WHEELS, style, main,
                                            cache=samples.shared_folder() / "cache")
        archive = self.folder / "image.tar"
        image = f"docker-archive:{archive}:app:latest"
        samples.build(binary, image, "--base", samples.base(), "--compression", "none")
        self.check_verified(image)
        with daemons.dockerd(self.folder, daemons.storage_driver(self.folder)) as docker:
            judge.run([*docker, "load", "-i", archive])
            archive.unlink()
            self.assertEqual(judge.run([*docker, "run", "--rm", "--network", "none", "app"]),
                             samples.output_from_runfiles(binary))

    def check_verified(self, image):
        """Checks that there are no errors or warnings. Notes are about faults of the input."""
        findings = json.loads(judge.veneer("verify", image, "--json"))["findings"]
        self.assertEqual([finding for finding in findings if finding["severity"] != "note"], [])


if __name__ == "__main__":
    judge.main()
