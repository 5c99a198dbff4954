"""A registry of one enormous blob: zeros, sent by the kernel from one cached file again and again, so that the gate is what works."""
import os
import socket
import socketserver
import tempfile
import threading

from harness.processes import LOOPBACK

CHUNK = 1 << 20
FILE = 16 * CHUNK


class EndlessRegistry:
    """Every blob is `size` zeros. `sent` counts bytes of the current answer; `breaks_off_at` ends an answer early."""

    def __init__(self, size):
        self.size, self.sent, self.breaks_off_at = size, 0, None
        self.file = tempfile.TemporaryFile()
        self.file.write(bytes(FILE))
        self.file.flush()
        endless = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                while endless.answer(self):
                    pass

        self.server = socketserver.ThreadingTCPServer((LOOPBACK, 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # the gate may leave in the middle of anything
        self.port = self.server.server_address[1]
        self.url = f"http://{LOOPBACK}:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler):
        line = handler.rfile.readline().decode("latin-1").split()
        while handler.rfile.readline().strip():
            pass
        if len(line) < 2:
            return False
        method, path = line[:2]
        is_blob = "/blobs/" in path
        length = self.size if is_blob else 2
        handler.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {length}\r\n\r\n".encode())
        if method == "HEAD":
            return True
        if not is_blob:
            handler.wfile.write(b"{}")
            return True
        return self.send_blob(handler.connection)

    def send_blob(self, connection):
        self.sent, end = 0, self.breaks_off_at or self.size
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, CHUNK)
        try:
            while self.sent < end:
                offset = self.sent % FILE
                self.sent += os.sendfile(connection.fileno(), self.file.fileno(), offset, min(FILE - offset, end - self.sent))
        except OSError:
            return False
        return end == self.size

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.file.close()
