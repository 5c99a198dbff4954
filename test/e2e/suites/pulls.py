"""Signed images pass, everything else is refused with a reason that the client prints (skopeo, podman, docker)."""
import json

from harness.images import Vector, compact
from harness.shim import referrers_api, swap

ALLOWED = {  # vector -> repository, and with it the policy that judges
    "signed-rekor1-email": "acme/rekor1-email",
    "signed-rekor2-email": "acme/rekor2-email",
    "signed-rekor1-github": "acme/github/rekor1",
    "signed-rekor2-github": "acme/github/rekor2",
    "signed-rekor1-no-tsa": "acme/rekor1-no-tsa",
    "index-signed": "acme/index-signed",
    "index-signed-recursive": "acme/index-signed-recursive",
}
REFUSED = {  # vector -> what the sentence is about, and a word of the reason that the client must print
    "unsigned": ("an unsigned image", "no signature found"),
    "other-identity": ("an image signed by another identity", "mallory@example.com"),
    "other-issuer": ("an image signed by the right subject of another issuer", "login.example.net"),
    "other-sigstore": ("an image signed by a Sigstore that is not in the trusted root", "log of the trusted root"),
    "wrong-subject": ("an image with a signature of another digest attached", "payload.subject"),
}


def run(world):
    allowed(world)
    refused(world)
    changed_after_signing(world)
    moved_tag(world)
    other_bytes(world)
    referrers(world)


def must_pass(world, client, vector, reference, what):
    pulled = client.pull(reference)
    good = pulled.ok and pulled.digest in vector.digests_a_client_may_have()
    world.report.check(f"{client.name} pulls {what}", good, f"{pulled.digest}\n{pulled.text}")


def must_be_refused(world, client, reference, what, reason=""):
    """Refused, the reason is on the client's screen, and nothing was stored."""
    pulled = client.pull(reference)
    shown = "countersign: " in pulled.text and " refused by policy " in pulled.text and reason in pulled.text
    good = not pulled.ok and pulled.digest is None and shown
    world.report.check(f"{client.name} is refused {what} and prints why", good, f"stored: {pulled.digest}\n{pulled.text}")


def forms(world, repository, vector):
    """The two ways to name an image."""
    return (("by tag", f"{world.gate.address}/{repository}:v1"), ("by digest", f"{world.gate.address}/{repository}@{vector.digest}"))


def allowed(world):
    world.report.section("signed images")
    for name, repository in ALLOWED.items():
        vector = Vector.named(name)
        vector.push(world.registry.url, repository)
        for client in world.clients:
            for form, reference in forms(world, repository, vector):
                must_pass(world, client, vector, reference, f"{name} {form}")
    vector = Vector.named("signed-rekor2-github")
    vector.push(world.registry.url, "acme/regex/app")
    must_pass(world, world.clients[0], vector, f"{world.gate.address}/acme/regex/app:v1", "an image whose signer matches a regular expression")


def refused(world):
    world.report.section("refused images")
    for name, (what, reason) in REFUSED.items():
        vector, repository = Vector.named(name), f"acme/{name}"
        vector.push(world.registry.url, repository)
        for client in world.clients:
            for form, reference in forms(world, repository, vector):
                must_be_refused(world, client, reference, f"{what} {form}", reason)
    vector = Vector.named("signed-rekor2-email")
    vector.push(world.registry.url, "acme/github/wrong")
    vector.push(world.registry.url, "elsewhere/app")
    for client in world.clients:
        must_be_refused(world, client, f"{world.gate.address}/acme/github/wrong:v1", "a signature that another policy would accept",
                        "foo@bar.com")
        must_be_refused(world, client, f"{world.gate.address}/elsewhere/app:v1", "a repository without a policy", "default")


def changed_after_signing(world):
    vector, repository = Vector.named("signed-rekor2-email"), "acme/changed"
    vector.push(world.registry.url, repository)
    manifest = json.loads(vector.manifest())
    manifest["annotations"] = {"changed": "after signing"}
    vector.put_manifest(world.registry.url, repository, "v1", compact(manifest))
    for client in world.clients:
        must_be_refused(world, client, f"{world.gate.address}/{repository}:v1", "a manifest that was changed after signing", "no signature found")


def moved_tag(world):
    signed, unsigned = Vector.named("signed-rekor1-email"), Vector.named("unsigned")
    for client in world.clients:
        repository = f"acme/moved-{client.name}"
        reference = f"{world.gate.address}/{repository}:v1"
        signed.push(world.registry.url, repository)
        must_pass(world, client, signed, reference, "a signed image before its tag moves")
        unsigned.push(world.registry.url, repository)
        must_be_refused(world, client, reference, "a tag that moved to an unsigned digest a moment ago", "no signature found")


def other_bytes(world):
    """Asked for one digest, the registry sends another image, validly signed and in the same repository."""
    asked, sent, repository = Vector.named("signed-rekor2-email"), Vector.named("signed-rekor1-email"), "acme/swapped"
    asked.push(world.registry.url, repository)
    sent.push(world.registry.url, repository, tag="other")
    with world.shim.with_faults(swap(f"/manifests/{asked.digest}", sent.manifest(), sent.media_type)):
        for client in world.clients:
            pulled = client.pull(f"{world.gate.address}/{repository}@{asked.digest}")
            world.report.check(f"{client.name} is refused other bytes than the digest that it asked for, and prints why",
                               not pulled.ok and pulled.digest is None and "countersign: " in pulled.text and "other bytes" in pulled.text,
                               pulled.text)


def referrers(world):
    """The same registry with the referrers API and without the fallback tag."""
    world.report.section("signatures behind the referrers API")
    signed, unsigned = Vector.named("signed-rekor2-email"), Vector.named("unsigned")
    signed.push(world.registry.url, "acme/listed")
    unsigned.push(world.registry.url, "acme/listed", tag="unsigned")
    with world.shim.with_faults(referrers_api()(world.shim)):
        for client in world.clients:
            must_pass(world, client, signed, f"{world.gate.address}/acme/listed:v1", "an image whose signature is a referrer")
            must_be_refused(world, client, f"{world.gate.address}/acme/listed:unsigned", "an image without referrers", "signature")
