"""A registry that misbehaves: a proxy in front of a real one, whose faults a test switches on.

The gate speaks to it as to any registry. Without faults it passes everything on unchanged, and it remembers what it was asked.
"""
import http.client
import http.server
import threading

from harness.processes import LOOPBACK

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Shim:
    def __init__(self, upstream_port):
        self.upstream_port = upstream_port
        self.seen = []      # "GET /v2/…" in order
        self.faults = []    # functions (method, path, answer of the registry) -> Answer, None for "no fault", or DROP
        shim = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                shim.serve(self)

            do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = do_GET

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # the gate may leave in the middle of anything
        self.port = self.server.server_address[1]
        self.url = f"http://{LOOPBACK}:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, handler):
        self.seen.append(f"{handler.command} {handler.path}")
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        # Go's clients send one Accept field per media type.
        headers = {name: ", ".join(handler.headers.get_all(name)) for name in handler.headers}
        answer = self.ask(handler.command, handler.path, headers, body)
        for fault in self.faults:
            changed = fault(handler.command, handler.path, answer)
            if changed is DROP:
                handler.close_connection = True
                return
            answer = changed or answer
        handler.send_response(answer.status)
        for name, value in answer.headers:
            handler.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in answer.headers):
            handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(answer.body)

    def ask(self, method, path, headers, body):
        connection = http.client.HTTPConnection(LOOPBACK, self.upstream_port, timeout=30)
        headers["Connection"] = "close"
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
            kept = [(name, value) for name, value in answer.getheaders()
                    if name.lower() not in HOP_BY_HOP or (method == "HEAD" and name.lower() == "content-length")]
            return Answer(answer.status, kept, content)
        except OSError:
            return Answer(502, [("Content-Type", "text/plain")], b"the registry behind is down")
        finally:
            connection.close()

    def with_faults(self, *faults):
        """with shim.with_faults(...): only inside the block does the registry misbehave."""
        return Faults(self, faults)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


DROP = object()


class Faults:
    def __init__(self, shim, faults):
        self.shim, self.faults = shim, list(faults)

    def __enter__(self):
        self.shim.faults = self.faults
        self.shim.seen.clear()
        return self.shim

    def __exit__(self, *error):
        self.shim.faults = []


def status(code, *needles):
    """Answers `code` where the path contains one of the needles; everywhere without needles."""
    def fault(method, path, answer):
        if not needles or any(needle in path for needle in needles):
            return Answer(code, [("Content-Type", "application/json")], b'{"errors":[{"code":"UNKNOWN"}]}')
        return None
    return fault


def drop(*needles):
    """Closes the connection without an answer."""
    def fault(method, path, answer):
        return DROP if not needles or any(needle in path for needle in needles) else None
    return fault


def swap(needle, body, media_type):
    """Sends other bytes where the path contains the needle, with a digest header that still claims the right ones."""
    def fault(method, path, answer):
        if needle not in path or answer.status != 200:
            return None
        kept = [(name, value) for name, value in answer.headers if name.lower() not in ("content-type", "content-length", "etag")]
        return Answer(200, [*kept, ("Content-Type", media_type), ("Content-Length", str(len(body)))], body)
    return fault


def referrers_api(tag_is_there=False):
    """Gives the registry the referrers API: the list that stands under the fallback tag, which itself disappears."""
    def install(shim):
        def fault(method, path, answer):
            plain = path.split("?")[0]
            if "/referrers/" in plain:
                tag = plain.replace("/referrers/", "/manifests/").replace("sha256:", "sha256-")
                listed = shim.ask("GET", tag, {"Accept": "application/vnd.oci.image.index.v1+json"}, b"")
                body = listed.body if listed.status == 200 else EMPTY_INDEX
                return Answer(200, [("Content-Type", "application/vnd.oci.image.index.v1+json")], body)
            if "/manifests/sha256-" in plain and not tag_is_there:
                return Answer(404, [("Content-Type", "application/json")], b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
            return None
        return fault
    return install


EMPTY_INDEX = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
