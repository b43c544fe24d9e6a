"""An engine that speaks as much of the Docker Engine API as `veneer load` uses, and errs on demand."""

import contextlib
import http.server
import io
import json
import os
import socketserver
import ssl
import tarfile
import threading
import time


class StubEngine:
    """What the engine has and how it behaves; `loads` has the member names of each archive."""

    def __init__(self, version="28.5.2", podman=False, containerd_store=False):
        self.version = version
        self.podman = podman
        self.containerd_store = containerd_store
        self.images = {}    # name: diff ids
        self.loads = []     # {path: content} of each archive
        self.asked = []     # paths of requests
        self.layers = {}    # diff id: nothing; what `wants_all` overrides
        self.wants_all = False
        self.fault = None   # as _Handler.do_POST() does it, (status, body), or "forget"
        self.hang_seconds = 60

    def answer(self, path):
        """Returns (status, document) for a GET."""
        self.asked.append(path)
        if path == "/info":
            kind = [["driver-type", "io.containerd.snapshotter.v1"]] if self.containerd_store else []
            return 200, {"ServerVersion": self.version, "OSType": "linux", "Architecture": "x86_64",
                         "DriverStatus": [["Backing Filesystem", "extfs"], *kind],
                         **({"BuildahVersion": "1.43.0"} if self.podman else {})}
        if path == "/images/json":
            return 200, [{"Id": f"sha256:{name}"} for name in self.images]
        name = path.removeprefix("/images/").removesuffix("/json").removeprefix("sha256:")
        if name in self.images:
            return 200, {"RootFS": {"Type": "layers", "Layers": self.images[name]}}
        return 404, {"message": f"No such image: {name}"}

    def load(self, body):
        """Takes an archive; returns what goes wrong, or None."""
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            files = {member.name: archive.extractfile(member).read()
                     for member in archive if member.isfile()}
        self.loads.append(files)
        if "manifest.json" in files:
            entry = json.loads(files["manifest.json"])[0]
            config, name, layers = entry["Config"], entry["RepoTags"][0], entry["Layers"]
        else:
            top = json.loads(files["index.json"])["manifests"][0]
            name = top["annotations"]["io.containerd.image.name"]
            manifest = json.loads(files[blob(top["digest"])])
            config = blob(manifest["config"]["digest"])
            layers = [blob(layer["digest"]) for layer in manifest["layers"]]
        diff_ids = json.loads(files[config])["rootfs"]["diff_ids"]
        known = [one for image in self.images.values() for one in image]
        for path, diff_id in zip(layers, diff_ids, strict=True):
            if path not in files and (self.wants_all or diff_id not in known):
                return f"open {path}: no such file or directory"
        if self.fault != "forget":
            self.images[name] = diff_ids
        return None

    @contextlib.contextmanager
    def at(self, path, tls=None):
        """Serves at a socket; or at a port of the loopback interface, which is yielded."""
        handler = type("Handler", (_Handler,), {"engine": self})
        if path is not None:
            server = _UnixServer(str(path), handler)
        else:
            server = _TcpServer(("127.0.0.1", 0), handler)
            if tls:
                server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_address if path is not None else server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            if path is not None:
                os.unlink(path)


def blob(digest):
    """Returns a blob's path in an archive."""
    return "blobs/sha256/" + digest.partition(":")[2]


def tls_context(folder):
    """Returns a server's side of TLS that wants a client with a certificate of ca.pem."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server-cert.pem", folder / "server-key.pem")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


class _Threads(socketserver.ThreadingMixIn):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request, client_address):
        """Says nothing: a client that ends the connection is what tests are about."""


class _UnixServer(_Threads, socketserver.UnixStreamServer):
    pass


class _TcpServer(_Threads, socketserver.TCPServer):
    pass


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    engine = None

    def log_message(self, *_):
        """Says nothing."""

    def address_string(self):
        """A Unix socket has none."""
        return "client"

    def send_document(self, status, document):
        """Answers with JSON."""
        data = json.dumps(document).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):  # pylint: disable=invalid-name
        """Answers a question."""
        self.send_document(*self.engine.answer(self.path))

    def do_POST(self):  # pylint: disable=invalid-name
        """Takes an archive, or does what `fault` says."""
        engine = self.engine
        engine.asked.append(self.path)
        if engine.fault == "early":  # as Go's server does: the answer, and the end of the connection
            self.rfile.read(1 << 16)
            self.send_document(500, {"message": "no space left on device"})
            self.close_connection = True
            return
        if engine.fault == "early line":
            self.rfile.read(1 << 16)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"error": "no space left on device"}\n')
            self.close_connection = True
            return
        if engine.fault == "cut":
            self.rfile.read(1 << 16)
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if engine.fault == "endless":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b'{"stream": "still at it"}\n' * 4096)
        if engine.fault == "trailers":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"0\r\n")
            while True:
                self.wfile.write(b"A: b\r\n" * 4096)
        if engine.fault == "hang":
            time.sleep(engine.hang_seconds)
        if engine.fault == "close":
            self.close_connection = True
            return
        if isinstance(engine.fault, tuple):
            status, data = engine.fault
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            return
        if engine.fault == "status":
            self.send_document(400, {"message": "invalid archive"})
            return
        error = "unexpected EOF" if engine.fault == "error" else engine.load(body)
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        lines = [{"status": "Loading layer", "progressDetail": {"current": 1, "total": 2}},
                 {"errorDetail": {"message": error}, "error": error} if error
                 else {"stream": "Loaded image: app:latest\n"}]
        for line in lines:
            data = json.dumps(line).encode() + b"\r\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.write(b"0\r\n\r\n")
