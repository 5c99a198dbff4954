"""What a registry really has: a manifest with everything that hangs on it, fetched and hashed."""
import hashlib
import json
import urllib.error
import urllib.request

from harness.servers import OPENER
from harness.wire import ALL_MANIFESTS


class Tree:
    """`digest` of the manifest, `manifests` and `blobs` below it (digests), and `problems`: what is missing or has other bytes."""

    def __init__(self, registry, repository, reference="v1"):
        self.base = f"{registry.url}/v2/{repository}"
        self.manifests, self.blobs, self.problems = set(), set(), []
        self.digest = self.manifest(reference)

    def get(self, path):
        request = urllib.request.Request(f"{self.base}/{path}", headers={"Accept": ALL_MANIFESTS})
        try:
            with OPENER.open(request, timeout=30) as answer:
                return answer.read()
        except (OSError, urllib.error.URLError) as problem:
            self.problems.append(f"{path}: {problem}")
            return None

    def manifest(self, reference):
        content = self.get(f"manifests/{reference}")
        if content is None:
            return None
        digest = hashed(content)
        if ":" in reference and reference != digest:
            self.problems.append(f"{reference} has the bytes of {digest}")
        self.manifests.add(digest)
        described = json.loads(content)
        for child in described.get("manifests", []):
            self.manifest(child["digest"])
        for part in [described["config"], *described["layers"]] if "layers" in described else []:
            self.blob(part["digest"])
        return digest

    def blob(self, digest):
        self.blobs.add(digest)
        content = self.get(f"blobs/{digest}")
        if content is not None and hashed(content) != digest:
            self.problems.append(f"{digest} has other bytes")

    def __eq__(self, other):
        return (self.digest, self.manifests, self.blobs) == (other.digest, other.manifests, other.blobs)

    def __str__(self):
        return f"{self.digest}, {len(self.manifests)} manifests, {len(self.blobs)} blobs, {self.problems}"


def hashed(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()
