"""HTTP/1.1 as bytes: what a client library would hide, such as the reason phrase or a body after HEAD."""
import socket

from harness.processes import LOOPBACK

ALL_MANIFESTS = ", ".join((
    "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.docker.distribution.manifest.list.v2+json"))


class WireAnswer:
    def __init__(self, raw):
        self.raw = raw
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        parts = lines[0].split(" ", 2) + ["", ""]
        self.status = int(parts[1]) if parts[1].isdigit() else 0
        self.reason = parts[2]
        self.fields = [line.partition(":")[::2] for line in lines[1:]]

    def header(self, name):
        return next((value.strip() for key, value in self.fields if key.lower() == name.lower()), "")

    def __str__(self):
        return self.raw[:1500].decode("latin-1")


def exchange(port, raw, wrap=None):
    """Sends bytes, and reads until the server closes or says nothing for five seconds."""
    with socket.create_connection((LOOPBACK, port), timeout=5) as plain:
        connection = wrap(plain) if wrap else plain
        received = b""
        try:
            connection.sendall(raw)
            while piece := connection.recv(65536):
                received += piece
        except OSError:
            pass
        return received


def request(port, method, path, headers=None, body=b"", wrap=None):
    fields = {"Host": f"{LOOPBACK}:{port}", "Accept": ALL_MANIFESTS, "Connection": "close", **(headers or {})}
    if body:
        fields["Content-Length"] = str(len(body))
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
    return WireAnswer(exchange(port, head.encode("latin-1") + body, wrap))
