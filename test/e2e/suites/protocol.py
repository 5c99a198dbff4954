"""The gate on the wire: denials, health, pushes, signatures as objects, TLS, and requests that must not reach the registry."""
import hashlib
import json
import os
import re
import ssl
import subprocess
import urllib.parse

from harness import wire
from harness.clients import Skopeo
from harness.images import Vector, push_vectors
from harness.processes import LOOPBACK, free_port, run as run_program
from harness.world import GRANTS, POLICIES, upstream_part

DENIAL = re.compile(r"countersign: (\S+)@([0-9a-f]{12}) refused by policy (\S+): (.+); decision ([0-9a-f]+)$")


def run(world):
    served(world)
    denied(world)
    health(world)
    modes(world)
    signatures(world)
    pushes(world)
    bad_requests(world)
    tls(world)


def get(world, path, method="GET", **options):
    return wire.request(world.gate.port, method, path, **options)


def served(world):
    check = world.report.check
    world.report.section("answers on the wire")
    vector = Vector.named("signed-rekor2-email")
    vector.push(world.registry.url, "acme/wire")
    path = "/v2/acme/wire/manifests/"
    answer = get(world, path + "v1")
    check("GET by tag serves the registry's bytes", answer.status == 200 and answer.body == vector.manifest(), answer)
    check("its headers name digest and type", answer.header("Docker-Content-Digest") == vector.digest and
          answer.header("Content-Type") == vector.media_type, answer)
    head = get(world, path + vector.digest, "HEAD")
    check("HEAD by digest is GET without a body", head.status == 200 and head.body == b"" and
          head.header("Content-Length") == str(len(vector.manifest())) and head.header("Docker-Content-Digest") == vector.digest, head)
    check("GET /v2/ is 200", get(world, "/v2/").status == 200, get(world, "/v2/"))
    missing = get(world, path + "none")
    check("a tag that does not exist is 404 MANIFEST_UNKNOWN", missing.status == 404 and b"MANIFEST_UNKNOWN" in missing.body, missing)
    layer = json.loads(vector.manifest())["layers"][0]
    blob = get(world, f"/v2/acme/wire/blobs/{layer['digest']}")
    check("a blob arrives whole", blob.status == 200 and "sha256:" + hashlib.sha256(blob.body).hexdigest() == layer["digest"], blob)
    part = get(world, f"/v2/acme/wire/blobs/{layer['digest']}", headers={"Range": "bytes=10-19"})
    check("a range of a blob that could be a manifest is answered with all of it", part.status == 200 and part.body == blob.body, part)
    as_blob = get(world, f"/v2/acme/wire/blobs/{vector.digest}")
    check("a manifest cannot be read as a blob", as_blob.status in (403, 404) and vector.manifest() not in as_blob.body, as_blob)
    tags = get(world, "/v2/acme/wire/tags/list")
    check("the tags are listed", tags.status == 200 and "v1" in json.loads(tags.body)["tags"], tags)


def denied(world):
    check = world.report.check
    vector = Vector.named("unsigned")
    vector.push(world.registry.url, "acme/wire-unsigned")
    path = "/v2/acme/wire-unsigned/manifests/v1"
    answer = get(world, path)
    error = json.loads(answer.body)["errors"][0] if answer.status == 403 else {}
    found = DENIAL.match(error.get("message", ""))
    check("a refusal is 403 DENIED with one line of reason", answer.status == 403 and error.get("code") == "DENIED" and found, answer)
    check("the reason phrase says it too, in at most 120 characters",
          answer.reason.startswith("countersign: registry.test/acme/wire-unsigned@") and len(answer.reason) <= 120, answer)
    check("a refusal has no challenge and is not cached",
          not answer.header("WWW-Authenticate") and "no-store" in answer.header("Cache-Control"), answer)
    if found:
        check("it names repository, digest and policy", found.group(1, 2, 3) == ("registry.test/acme/wire-unsigned", vector.digest[7:19],
                                                                              "persons"), answer)
        record = world.gate.decision(found.group(5))
        check("the decision log has a line with its id", record and record.get("verdict") == "denied" and
              record.get("digest") == vector.digest, record)
    head = get(world, path, "HEAD")
    check("HEAD is refused like GET, with the reason phrase and no body", head.status == 403 and head.body == b"" and
          head.reason.startswith("countersign: "), head)
    nothing = get(world, "/v2/other/app/manifests/v1")
    check("what no policy speaks of is not served", nothing.status in (403, 404), nothing)


def health(world):
    check = world.report.check
    for path in ("/healthz", "/readyz"):
        answer = wire.request(world.gate.admin_port, "GET", path)
        check(f"{path} is 200 on the admin listener", answer.status == 200, answer)
        check(f"{path} is not on the clients' listener", get(world, path).status == 404, get(world, path))


def modes(world):
    check = world.report.check
    vector = Vector.named("unsigned")
    for repository in ("audit/app", "reviewed/app"):
        vector.push(world.registry.url, repository)
    audited = get(world, "/v2/audit/app/manifests/v1")
    check("audit mode serves and warns", audited.status == 200 and audited.body == vector.manifest() and
          audited.header("Warning").startswith("299 "), audited)
    reviewed = get(world, "/v2/reviewed/app/manifests/v1")
    check("a rule with action allow serves without a warning", reviewed.status == 200 and not reviewed.header("Warning"), reviewed)


def signatures(world):
    """Of unsigned objects only proven signatures and the lists of them can be read."""
    check = world.report.check
    vector = Vector.named("signed-rekor2-email")
    tag = get(world, f"/v2/acme/wire/manifests/sha256-{vector.digest[7:]}")
    check("the fallback tag can be read", tag.status == 200, tag)
    artifact = vector.ref("signature")["digest"]
    answer = get(world, f"/v2/acme/wire/manifests/{artifact}")
    check("the manifest of a signature can be read", answer.status == 200 and answer.body == vector.read(artifact), answer)
    blob = json.loads(vector.read(artifact))["layers"][0]["digest"]
    check("the bundle can be read", get(world, f"/v2/acme/wire/blobs/{blob}").body == vector.bundle())
    manifest = json.loads(vector.read(artifact))
    layer = json.loads(vector.manifest())["layers"][0]
    manifest["layers"][0].update({"digest": layer["digest"], "size": layer["size"]})  # says bundle, is a file system
    fake = json.dumps(manifest).encode()
    vector.put_manifest(world.registry.url, "acme/wire", "fake", fake)
    refused = get(world, "/v2/acme/wire/manifests/fake")
    check("an image that calls itself a signature cannot", refused.status == 403 and fake not in refused.body, refused)


def pushes(world):
    check = world.report.check
    world.report.section("pushes through the gate")
    large_blob(world)
    unsigned, signed = Vector.named("unsigned"), Vector.named("signed-rekor2-email")
    skopeo = next(client for client in world.clients if isinstance(client, Skopeo))
    pushed = skopeo.push(unsigned, f"{world.gate.address}/acme/pushed:v1")
    check("skopeo pushes an image through the gate", pushed.ok, pushed.text)
    direct = wire.request(world.registry.port, "GET", "/v2/acme/pushed/manifests/v1")
    check("the registry has it, byte for byte", direct.body == unsigned.manifest(), direct)
    refused = skopeo.pull(f"{world.gate.address}/acme/pushed:v1")
    check("unsigned as it is, it cannot be pulled", not refused.ok and "countersign: " in refused.text, refused.text)
    signed.push(world.gate.url, "acme/pushed", tag="v2")
    pulled = skopeo.pull(f"{world.gate.address}/acme/pushed:v2")
    check("an image pushed with its signature can be pulled", pulled.ok and pulled.digest == signed.digest, pulled.text)
    both = json.dumps({**json.loads(unsigned.manifest()), "manifests": []}).encode()
    for what, body in (("is no JSON", b"{"), ("is image and index at once", both),
                       ("names a key twice", unsigned.manifest().replace(b"{", b'{"schemaVersion":2,', 1))):
        answer = get(world, "/v2/acme/pushed/manifests/bad", "PUT", headers={"Content-Type": unsigned.media_type}, body=body)
        check(f"a manifest that {what} is refused with MANIFEST_INVALID", answer.status == 400 and b"MANIFEST_INVALID" in answer.body, answer)
    check("and the registry never saw it", wire.request(world.registry.port, "GET", "/v2/acme/pushed/manifests/bad").status == 404)


def large_blob(world):
    check = world.report.check
    content = b"\x1f\x8b" + os.urandom(8 << 20)  # like a layer; what begins with a brace is never answered in ranges
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    registry = push_vectors.Registry(world.gate.url, "acme/pushed")
    registry.blob(digest, content)
    registry.connection.close()
    path = f"/v2/acme/pushed/blobs/{digest}"
    check("a blob of 8 MiB goes up and comes down", get(world, path).body == content)
    part = get(world, path, headers={"Range": "bytes=5000000-5000999"})
    check("a range of it is 206 with those bytes", part.status == 206 and part.body == content[5000000:5001000] and
          part.header("Content-Range") == f"bytes 5000000-5000999/{len(content)}", part)
    head = get(world, path, "HEAD")
    check("HEAD of it says how long it is", head.status == 200 and head.header("Content-Length") == str(len(content)), head)
    wrong = "sha256:" + "0" * 64
    start = get(world, "/v2/acme/pushed/blobs/uploads/", "POST", headers={"Content-Length": "0"})
    target = urllib.parse.urlsplit(start.header("Location"))
    put = get(world, f"{target.path}?{target.query}&digest={wrong}", "PUT", body=b"other")
    check("a blob under a wrong digest is refused by the registry, and the client hears it", put.status == 400 and b"DIGEST" in put.body, put)


def bad_requests(world):
    check = world.report.check
    world.report.section("requests that must not reach the registry")
    host = f"Host: {LOOPBACK}:{world.gate.port}\r\n"
    cases = {
        "length and chunked at once": f"POST /v2/acme/x/blobs/uploads/ HTTP/1.1\r\n{host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "two lengths": f"POST /v2/acme/x/blobs/uploads/ HTTP/1.1\r\n{host}Content-Length: 0\r\nContent-Length: 1\r\n\r\nx",
        "a coding other than chunked": f"POST /v2/acme/x/blobs/uploads/ HTTP/1.1\r\n{host}Transfer-Encoding: gzip\r\n\r\n",
        "a folded field": f"GET /v2/acme/x/tags/list HTTP/1.1\r\n{host}X-A: b\r\n c\r\n\r\n",
        "a bare line feed": f"GET /v2/acme/x/tags/list HTTP/1.1\n{host}\n\n",
        "no host": "GET /v2/acme/x/tags/list HTTP/1.1\r\n\r\n",
        "two hosts": f"GET /v2/acme/x/tags/list HTTP/1.1\r\n{host}Host: other\r\n\r\n",
        "an absolute target": f"GET http://other/v2/acme/x/tags/list HTTP/1.1\r\n{host}\r\n",
    }
    for what, text in cases.items():
        world.shim.seen.clear()
        answer = wire.WireAnswer(wire.exchange(world.gate.port, text.encode()))
        check(f"{what}: 400, and the registry saw nothing", answer.status == 400 and not world.shim.seen, f"{world.shim.seen}\n{answer}")
    world.shim.seen.clear()
    for path in ("/v2/acme/../x/manifests/v1", "/v2/acme/%2e%2e/x/manifests/v1", "/v2/ACME/x/manifests/v1", "/v1/", "/v2/acme/x/other/v1"):
        answer = get(world, path)
        check(f"{path} is refused, and the registry saw nothing", answer.status in (400, 404) and not world.shim.seen, answer)
    answer = get(world, "/v2/acme/x/manifests/v1", "PROPFIND")
    check("an unknown method is 405 with Allow", answer.status == 405 and answer.header("Allow"), answer)
    hello = b"\x16\x03\x01\x00\xc4\x01\x00\x00\xc0\x03\x03" + bytes(190)
    answer = wire.WireAnswer(wire.exchange(world.gate.port, hello))
    check("a TLS hello on the plain port is answered with an HTTP 400", answer.status == 400, answer)


def tls(world):
    check = world.report.check
    world.report.section("TLS")
    folder = world.folder / "tls"
    folder.mkdir()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-keyout", folder / "key.pem", "-out", folder / "ca.crt", "-subj", "/CN=gate of a test",
                    "-addext", f"subjectAltName=IP:{LOOPBACK}"], check=True, capture_output=True)
    tls_port = free_port()
    extra = f'tls_listen = ["{LOOPBACK}:{tls_port}"]\ntls = {{ certificate = "{folder}/ca.crt", key = "{folder}/key.pem" }}\n'
    gate = world.start_gate("gate-tls", upstream_part(world.registry.url) + GRANTS + POLICIES, extra)
    signed, unsigned = Vector.named("signed-rekor2-email"), Vector.named("unsigned")
    signed.push(world.registry.url, "acme/tls")
    unsigned.push(world.registry.url, "acme/tls", tag="unsigned")
    for tag, expected in (("v1", 0), ("unsigned", 1)):
        outcome = run_program(["skopeo", "copy", f"--src-cert-dir={folder}", f"docker://{LOOPBACK}:{tls_port}/acme/tls:{tag}",
                               f"dir:{folder}/{tag}"])
        shown = expected == 0 or "countersign: " in outcome.text
        check(f"over TLS skopeo is {'refused with the reason' if expected else 'served'}", outcome.status == expected and shown, outcome.text)
    context = ssl.create_default_context(cafile=folder / "ca.crt")
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context.minimum_version = context.maximum_version = version
        answer = wire.request(tls_port, "GET", "/v2/", wrap=lambda plain: context.wrap_socket(plain, server_hostname=LOOPBACK))
        check(f"{version.name} is spoken", answer.status == 200, answer)
    check("the plain listener stands beside it", wire.request(gate.port, "GET", "/v2/").status == 200)
