"""The real Sigstore: cosign signs in a registry without and in one with the referrers API, over Rekor v1 and v2, as a person and as a
GitHub workflow; real clients pull through the gate, and cosign verifies through it. Needs Go 1.26 once, to build the tools."""
import os
import shlex
import urllib.parse

from harness import tools
from harness.go_clients import Crane
from harness.images import Vector
from harness.processes import run as run_program
from harness.world import EMAIL, GITHUB, policy, trust_part, upstream_part
from suites.pulls import must_be_refused, must_pass

IDENTITIES = {"email": EMAIL, "github": GITHUB}
LOGS = ("rekor1", "rekor2")


class Stack:
    def __init__(self, folder):
        self.env = {**os.environ, "COUNTERSIGN_STACK_DIR": str(folder), "HOME": os.environ.get("HOME", "/"), "NO_PROXY": "*"}
        tools.build(env=self.env)
        self.call("up", timeout=180)
        text = self.call("env")
        self.values = dict(shlex.split(line.removeprefix("export "))[0].split("=", 1) for line in text.splitlines() if line.startswith("export"))

    def call(self, *arguments, timeout=60):
        return tools.call(*arguments, env=self.env, timeout=timeout)

    def cosign(self, *arguments):
        return run_program([self.values["STACK_COSIGN"], *arguments], env={**self.env, "HOME": self.env["COUNTERSIGN_STACK_DIR"]})

    def sign(self, reference, log, identity):
        return self.cosign("sign", "--yes", "--signing-config", self.values[f"STACK_SIGNING_CONFIG_{log.upper()}"], "--trusted-root",
                           self.values["STACK_TRUSTED_ROOT"], "--identity-token", self.call("token", identity).strip(), reference)

    def verify(self, reference, identity):
        issuer, subject = IDENTITIES[identity]
        return self.cosign("verify", "--trusted-root", self.values["STACK_TRUSTED_ROOT"], "--certificate-identity", subject,
                           "--certificate-oidc-issuer", issuer, reference)

    def stop(self):
        self.call("down")


def run(world):
    world.report.section("the real Sigstore stack")
    try:
        stack = world.keep(Stack(world.folder / "stack"))
    except tools.NotAvailable as problem:  # tools that cannot be fetched or built here
        world.report.skip("signing with the real Sigstore stack", str(problem))
        return
    registries = {"without": f"http://{stack.values['STACK_REGISTRY']}", "with": f"http://{stack.values['STACK_REGISTRY_REFERRERS']}"}
    gate = world.start_gate("gate-stack", configuration(stack, registries))
    clients = [*world.clients, Crane(stack.values["STACK_CRANE"], world.folder / "crane")]
    for kind, url in registries.items():
        for log in LOGS:
            for identity in IDENTITIES:
                signed_image(world, stack, gate, clients, kind, url, log, identity)


def configuration(stack, registries):
    grants = '[clients]\nauth = ["none"]\n[[clients.grant]]\nwho = "anonymous"\nrepositories = ["**"]\nactions = ["pull", "push"]\n'
    text = "".join(upstream_part(url, f"{kind}.test", prefix=kind) for kind, url in registries.items()) + grants
    text += trust_part("stack", stack.values["STACK_TRUSTED_ROOT"])
    for identity, (issuer, subject) in IDENTITIES.items():
        text += policy(identity, [f"{kind}.test/acme/{identity}/**" for kind in registries], "stack", [(issuer, "subject", subject)])
    # An image is asked for just before it is signed at the registry itself: its refusal must not stand.
    return text + '[default]\naction = "deny"\n[cache]\nnegative_ttl = "0s"\n'


def signed_image(world, stack, gate, clients, kind, url, log, identity):
    vector, repository = Vector.named("unsigned"), f"acme/{identity}/{log}"
    what = f"an image signed over {log} as {identity} in a registry {kind} the referrers API"
    vector.push(url, repository)
    through = f"{gate.address}/{kind}/{repository}"
    must_be_refused(world, clients[0], f"{through}:v1", f"the same image before it is signed ({kind}, {log}, {identity})", "signature")
    direct = f"{urllib.parse.urlsplit(url).netloc}/{repository}@{vector.digest}"
    signed = stack.sign(direct, log, identity)
    if not world.report.check(f"cosign signs {what.removeprefix('an image signed ')}", signed.ok, signed.text):
        return
    for client in clients:
        must_pass(world, client, vector, f"{through}:v1", f"{what}, by tag")
        must_pass(world, client, vector, f"{through}@{vector.digest}", f"{what}, by digest")
    for form, reference in (("by digest", f"{through}@{vector.digest}"), ("by tag", f"{through}:v1")):
        verified = stack.verify(reference, identity)
        world.report.check(f"cosign verifies through the gate {what}, {form}", verified.ok, verified.text)
