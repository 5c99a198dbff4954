"""The compiler cache of this machine, read only, over HTTP: a build inside a container need not compile again what the build outside
has compiled a moment ago. ccache asks for /AB/REST (its HTTP storage) what it keeps locally as A/B/RESTR or A/B/RESTM, in more or
fewer folders: results and manifests. What is not found is compiled, as it would be without a cache.
"""
import http.server
import os
import re
import subprocess
import threading
from pathlib import Path

from harness.processes import LOOPBACK

LEVELS = range(1, 5)  # of folders below the cache's own


def local_folder():
    """None without ccache."""
    try:
        printed = subprocess.run(["ccache", "--get-config", "cache_dir"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return Path(printed.strip())


class CompilerCache:
    """`url` is what CCACHE_REMOTE_STORAGE says; `hits` counts what was found."""

    def __init__(self, folder=None):
        self.folder, self.hits, self.misses = folder or local_folder(), 0, 0
        cache = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                content = cache.find(self.path)
                self.send_response(200 if content is not None else 404)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a compiler that was interrupted
        self.url = f"http://{LOOPBACK}:{self.server.server_address[1]}|read-only"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def find(self, path):
        match = re.fullmatch(r"/([0-9a-f]{2})/([0-9a-z]+)", path)
        content = self.read(match.group(1) + match.group(2)) if match and self.folder else None
        self.hits, self.misses = self.hits + (content is not None), self.misses + (content is None)
        return content

    def read(self, key):
        for level in LEVELS:
            for kind in "RM":
                try:
                    return Path(self.folder, *key[:level], key[level:] + kind).read_bytes()
                except OSError:
                    continue
        return None

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def locale():
    """ccache keeps results apart by the locale: the build inside must have that of the build outside."""
    return os.environ.get("LANG", "C.UTF-8")
