"""When the gate cannot look, it says so: 503, never 403 and never the image."""
import json

from harness import wire
from harness.images import Vector
from harness.processes import free_port
from harness.shim import drop, status
from harness.world import GRANTS, POLICIES, upstream_part


def run(world):
    world.report.section("failing registries")
    signed, unsigned = Vector.named("signed-rekor2-email"), Vector.named("unsigned")
    signed.push(world.registry.url, "acme/failing")
    unsigned.push(world.registry.url, "acme/failing-unsigned")
    # docker-registry has no referrers API: its 404 is an answer, a 500 is none, so each place is broken in turn.
    fallback = ("/manifests/sha256-",)
    gate = world.start_gate("gate-forgetful", '[cache]\nmemory = "0"\n' + upstream_part(world.shim.url) + GRANTS + POLICIES)
    undecided(world, gate, unsigned, "acme/failing-unsigned", "500 for the referrers", status(500, "/referrers/"))
    undecided(world, gate, unsigned, "acme/failing-unsigned", "500 for the fallback tag", status(500, *fallback))
    undecided(world, gate, signed, "acme/failing", "500 for referrers and fallback tag", status(500, "/referrers/", *fallback))
    undecided(world, gate, signed, "acme/failing", "a connection closed instead of the fallback tag", drop(*fallback))
    undecided(world, gate, signed, "acme/failing", "429 for the fallback tag", status(429, *fallback))
    undecided(world, gate, signed, "acme/failing", "500 for the signature's bundle", status(500, bundle_blob(signed)))
    undecided(world, gate, signed, "acme/failing", "500 for the manifest", status(500, "/manifests/v1"))
    undecided(world, gate, signed, "acme/failing", "every connection closed", drop())
    warm(world, signed)
    registry_down(world)


def warm(world, vector):
    """What is in memory needs no registry, but a tag does."""
    path = "/v2/acme/failing/manifests/"
    cold = wire.request(world.gate.port, "GET", path + vector.digest)
    world.report.check("a signed image is pulled by digest", cold.status == 200, cold)
    with world.shim.with_faults(drop()):
        answer = wire.request(world.gate.port, "GET", path + vector.digest)
        world.report.check("every connection closed: it is served from memory", answer.status == 200 and answer.body == vector.manifest(), answer)
        answer = wire.request(world.gate.port, "GET", path + "v1")
        world.report.check("every connection closed: by tag it is 503", answer.status == 503, answer)


def bundle_blob(vector):
    manifest = json.loads(vector.read(vector.ref("signature")["digest"]))
    return "/blobs/" + manifest["layers"][0]["digest"]


def undecided(world, gate, vector, repository, what, fault):
    with world.shim.with_faults(fault):
        for method in ("GET", "HEAD"):
            answer = wire.request(gate.port, method, f"/v2/{repository}/manifests/v1")
            world.report.check(f"{what}: {method} is answered 503 with Retry-After and without the image",
                               answer.status == 503 and answer.header("Retry-After") and vector.manifest() not in answer.body, answer)
        for client in world.clients:
            pulled = client.pull(f"{gate.address}/{repository}:v1")
            world.report.check(f"{what}: {client.name} gets no image", not pulled.ok and pulled.digest is None, pulled.text)
    answer = wire.request(gate.port, "GET", f"/v2/{repository}/manifests/v1")
    expected = 403 if repository.endswith("unsigned") else 200
    world.report.check(f"{what}: once it is over, the answer is {expected} again", answer.status == expected, answer)


def registry_down(world):
    gate = world.start_gate("gate-down", upstream_part(f"http://127.0.0.1:{free_port()}") + GRANTS + POLICIES)
    answer = wire.request(gate.port, "GET", "/v2/acme/app/manifests/v1")
    world.report.check("registry down: the answer is 503", answer.status == 503 and answer.header("Retry-After"), answer)
    for client in world.clients:
        pulled = client.pull(f"{gate.address}/acme/app:v1")
        world.report.check(f"registry down: {client.name} gets no image", not pulled.ok and pulled.digest is None, pulled.text)
    health = wire.request(gate.admin_port, "GET", "/healthz")
    world.report.check("registry down: the gate itself is healthy", health.status == 200, health)
