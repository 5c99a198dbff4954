"""The stored image vectors (test/data/images), how they get into a registry, and changed copies of them."""
import contextlib
import copy
import hashlib
import importlib.util
import io
import json
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
IMAGES = ROOT / "test/data/images"

_spec = importlib.util.spec_from_file_location("push_vectors", ROOT / "test/e2e/stack/push_vectors.py")
push_vectors = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(push_vectors)


class Vector:
    """An OCI image layout with refs.json: the image, its signatures and the fallback tag that lists them."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.refs = json.loads((self.folder / "refs.json").read_text())

    @staticmethod
    def named(name):
        return Vector(IMAGES / name)

    def ref(self, role):
        return next(ref for ref in self.refs if ref["role"] == role)

    @property
    def digest(self):
        return self.ref("image")["digest"]

    @property
    def media_type(self):
        return self.ref("image")["mediaType"]

    @property
    def layout(self):
        """The image as skopeo and oras name it."""
        return f"{self.folder}:v1"

    def read(self, digest):
        return (self.folder / "blobs" / digest.replace(":", "/")).read_bytes()

    def manifest(self):
        return self.read(self.digest)

    def bundle(self):
        """The bytes of the first signature."""
        manifest = json.loads(self.read(self.ref("signature")["digest"]))
        return self.read(manifest["layers"][0]["digest"])

    def digests_a_client_may_have(self):
        """The image's digest, and of an index those of its children: clients store the one for their platform."""
        children = json.loads(self.manifest()).get("manifests", [])
        return {self.digest, *(child["digest"] for child in children)}

    def push(self, url, repository, tag="v1", signatures=True):
        registry = push_vectors.Registry(url, repository)
        with contextlib.redirect_stdout(io.StringIO()):
            push_vectors.push(self.folder, registry, tag, True, signatures)
        registry.connection.close()

    def put_manifest(self, url, repository, reference, content, media_type=None):
        registry = push_vectors.Registry(url, repository)
        registry.manifest(reference, media_type or self.media_type, content)
        registry.connection.close()

    def with_bundle(self, bundle, folder):
        """A copy in which the first signature's bundle is replaced, with its manifest and the fallback list made anew."""
        shutil.copytree(self.folder, folder)
        changed = Vector(folder)
        manifest = json.loads(changed.read(changed.ref("signature")["digest"]))
        manifest["layers"][0].update(changed.store(bundle))
        changed.ref("signature").update(changed.store(compact(manifest)))
        index = json.loads(changed.read(changed.ref("referrers-tag")["digest"]))
        index["manifests"] = [copy.deepcopy(index["manifests"][0])]
        index["manifests"][0].update({key: changed.ref("signature")[key] for key in ("digest", "size")})
        changed.ref("referrers-tag").update(changed.store(compact(index)))
        (changed.folder / "refs.json").write_text(json.dumps(changed.refs))
        return changed

    def store(self, content):
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        (self.folder / "blobs" / digest.replace(":", "/")).write_bytes(content)
        return {"digest": digest, "size": len(content)}


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()
