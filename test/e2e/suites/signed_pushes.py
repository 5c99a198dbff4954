"""Part of the suite `pushes`: what was pushed signed, through the gate, can be pulled by every client; what was not is refused, and the
client says why."""
import json
import shutil

from harness.front import DIST
from harness.images import Vector
from suites.pulls import must_be_refused, must_pass

VECTORS = ("signed-rekor2-email", "index-signed", "unsigned")


def run(world, front, clients, transport):
    crane = next((client for client in clients if client.name == "crane"), None)
    if not crane:  # skopeo 1.9 cannot copy a list of signatures as it is
        return
    vectors = {name: Vector.named(name) for name in VECTORS}
    for name, vector in vectors.items():
        push(world, front, crane, vector, name, transport)
    for client in clients:
        if not front.authority and client.name in ("skopeo", "podman", "docker"):  # the suite `pulls` has them
            continue
        for name, vector in vectors.items():
            place = client.through(front, DIST, f"acme/{name}")
            for form, reference in (("by tag", f"{place}:v1"), ("by digest", f"{place}@{vector.digest}")):
                if name == "unsigned":
                    must_be_refused(world, client, reference, f"an unsigned image {form} over {transport}", "no signature found")
                else:
                    must_pass(world, client, vector, reference, f"{name}, pushed through the gate, {form} over {transport}")


def push(world, front, crane, vector, name, transport):
    """The image, and with it the list of its signatures, which is an index of their manifests under the fallback tag."""
    repository = crane.through(front, DIST, f"acme/{name}")
    pushed = [crane.push(vector, f"{repository}:v1")]
    for ref in vector.refs:
        if ref["role"] == "referrers-tag":
            layout = SignatureList(vector, ref, front.folder / f"{name}-{ref['digest'][7:19]}")
            pushed.append(crane.push(layout, f"{repository}:{ref['tag']}"))
    world.report.check(f"crane pushes {name} with its signatures over {transport}", all(outcome.ok for outcome in pushed),
                       "\n".join(outcome.text for outcome in pushed))


class SignatureList:
    """A copy of the vector's layout that holds the list of signatures only."""

    def __init__(self, vector, ref, folder):
        shutil.copytree(vector.folder, folder)
        entry = {"mediaType": ref["mediaType"], "digest": ref["digest"], "size": len(vector.read(ref["digest"]))}
        (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
        self.folder = folder
