"""Blob uploads step by step, as no client library lets one do them."""
import http.client
import socket
import urllib.parse

from harness.processes import LOOPBACK
from harness.stored import hashed

TIMEOUT = 30


class Upload:
    """One upload session at host and port; each step on a connection of its own, as after a client's restart. `steps` is what was answered."""

    def __init__(self, port, repository, content):
        self.port, self.content, self.steps = port, content, []
        self.location = f"/v2/{repository}/blobs/uploads/"
        self.step("POST")

    def step(self, method, body=b"", headers=None, query=""):
        status, answer = request(self.port, method, self.location + query, body, headers)
        if answer["Location"] and status != 201:
            parts = urllib.parse.urlsplit(answer["Location"])
            self.location = parts.path + ("?" + parts.query if parts.query else "")
        self.steps.append((method, status, answer["Range"]))
        return status

    def patch(self, first, end):
        """The bytes from `first` up to `end`."""
        return self.step("PATCH", self.content[first:end], {"Content-Range": f"{first}-{end - 1}"})

    def ask(self):
        return self.step("GET")

    def close(self, body=b""):
        return self.step("PUT", body, None, self.closing())

    def closing(self):
        return ("&" if "?" in self.location else "?") + "digest=" + hashed(self.content)

    def break_off(self, method, sent):
        """Announces all of the content, sends `sent` bytes of it and leaves."""
        target = self.location + (self.closing() if method == "PUT" else "")
        with socket.create_connection((LOOPBACK, self.port), timeout=TIMEOUT) as connection:
            head = f"{method} {target} HTTP/1.1\r\nHost: {LOOPBACK}:{self.port}\r\nContent-Type: application/octet-stream\r\n"
            connection.sendall(f"{head}Content-Length: {len(self.content)}\r\n\r\n".encode() + self.content[:sent])


def request(port, method, target, body=b"", headers=None):
    """Status and headers."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=TIMEOUT)
    try:
        fields = {"Content-Length": str(len(body)), "Content-Type": "application/octet-stream", **(headers or {})}
        connection.request(method, target, body or None, fields)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers
    finally:
        connection.close()
