"""A signature in which one byte is not what was signed: refused wherever the byte stands, and the client prints where."""
from harness.flips import PLACES, changed
from harness.images import Vector
from suites.pulls import must_be_refused

# What the refusal must speak of. A changed certificate is noticed first by the log's entry, which records the right one.
REASONS = {
    "signature": "dsseEnvelope.signatures[0]",
    "payload": "payload.subject",
    "certificate": "canonicalizedBody",
    "log entry": "tlogEntries[0]",
    "inclusion proof": "inclusionProof: ",
    "checkpoint": "inclusionProof.checkpoint: ",
    "timestamp": "rfc3161Timestamps[0]",
    "entry timestamp": "inclusionPromise",
}
VECTORS = ("signed-rekor2-email", "signed-rekor1-email", "signed-rekor1-no-tsa")


def run(world):
    world.report.section("bundles with one flipped byte")
    for name in VECTORS:
        vector = Vector.named(name)
        for place in [*PLACES, "entry timestamp"]:
            bundle = changed(vector.bundle(), place)
            if bundle is None:
                continue
            slug = f"{name}-{place.replace(' ', '-')}"
            broken = vector.with_bundle(bundle, world.folder / "vectors" / slug)
            broken.push(world.registry.url, f"acme/flipped/{slug}")
            for client in world.clients:
                must_be_refused(world, client, f"{world.gate.address}/acme/flipped/{slug}:v1", f"{name} with a flipped byte in its {place}",
                                REASONS[place])
