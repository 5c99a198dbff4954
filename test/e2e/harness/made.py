"""Images made here, byte for byte the same on every run: each is an OCI image layout of its own with one tag.

They are what the stored vectors are not: many layers, one of them large; several platforms; an artifact; and the shape that BuildKit
pushes, an index whose second manifest is an attestation of the first.
"""
import gzip
import hashlib
import io
import json
import random
import tarfile
from pathlib import Path

TAG = "v1"
MIB = 1 << 20
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
LARGE = 6 * MIB  # more than any manifest may have: only such blobs are served in ranges


class Image:
    """A layout under `folder`; `descriptor` is what its tag names."""

    def __init__(self, folder, name):
        self.name, self.folder, self.descriptor = name, Path(folder, name), None
        (self.folder / "blobs/sha256").mkdir(parents=True)

    @property
    def digest(self):
        return self.descriptor["digest"]

    @property
    def is_index(self):
        return self.descriptor["mediaType"] == INDEX

    @property
    def layout(self):
        """As skopeo, podman and oras name it."""
        return f"{self.folder}:{TAG}"

    def read(self, digest):
        return (self.folder / "blobs" / digest.replace(":", "/")).read_bytes()

    def layers(self):
        """Of an image, their descriptors."""
        return json.loads(self.read(self.digest))["layers"]

    def store(self, content, media_type):
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        (self.folder / "blobs" / digest.replace(":", "/")).write_bytes(content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def store_json(self, value, media_type):
        return self.store(json.dumps(value, separators=(",", ":")).encode(), media_type)

    def image(self, sizes, architecture="amd64"):
        """A manifest over one layer per size."""
        layers = [layer(f"{self.name}/{architecture}/{number}", size) for number, size in enumerate(sizes)]
        config = {"architecture": architecture, "os": "linux", "config": {"Cmd": ["/file"]},
                  "rootfs": {"type": "layers", "diff_ids": [hashed(tar) for tar in layers]},
                  "history": [{"created_by": f"layer {number}"} for number in range(len(sizes))]}
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": self.store_json(config, CONFIG),
                    "layers": [self.store(gzip.compress(tar, 6, mtime=0), LAYER) for tar in layers]}
        return self.store_json(manifest, MANIFEST)

    def index(self, descriptors):
        return self.store_json({"schemaVersion": 2, "mediaType": INDEX, "manifests": descriptors}, INDEX)

    def tagged(self, descriptor):
        """Finishes the layout."""
        self.descriptor = descriptor
        names = {"org.opencontainers.image.ref.name": TAG, "io.containerd.image.name": f"made.test/{self.name}:{TAG}"}
        (self.folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        (self.folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [{**descriptor, "annotations": names}]}))
        return self

    def archive(self):
        """The layout as one file, which containerd imports."""
        path = self.folder.with_suffix(".tar")
        if not path.exists():
            with tarfile.open(path, "w") as tar:
                tar.add(self.folder, ".")
        return path


def hashed(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def layer(name, size):
    """A tar file of one file that does not compress, with contents that follow from its name."""
    content = random.Random(name).randbytes(size)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        entry = tarfile.TarInfo("file-" + name.replace("/", "-"))
        entry.size, entry.mode = len(content), 0o644
        tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def twelve_layers(folder):
    made = Image(folder, "twelve-layers")
    return made.tagged(made.image([4096] * 11 + [LARGE]))


def one_large_layer(folder, name="one-large-layer"):
    made = Image(folder, name)
    return made.tagged(made.image([LARGE]))


def several_platforms(folder):
    made = Image(folder, "several-platforms")
    return made.tagged(made.index([{**made.image([3000, 2000], name), "platform": {"architecture": name, "os": "linux"}}
                                   for name in ("amd64", "arm64")]))


def artifact(folder):
    made = Image(folder, "artifact")
    title = {"annotations": {"org.opencontainers.image.title": "notes.txt"}}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "application/vnd.acme.notes.v1",
                "config": made.store(b"{}", "application/vnd.oci.empty.v1+json"),
                "layers": [{**made.store(b"an artifact is no image\n" * 40, "text/plain"), **title}]}
    return made.tagged(made.store_json(manifest, MANIFEST))


def from_buildkit(folder):
    """As `docker buildx build --provenance=true --push` leaves it: the attestation stands beside the image, for no platform."""
    made = Image(folder, "from-buildkit")
    image = made.image([5000, 1000])
    statement = {"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://slsa.dev/provenance/v0.2",
                 "subject": [{"name": "pkg:docker/made.test/from-buildkit@v1", "digest": {"sha256": image["digest"][7:]}}],
                 "predicate": {"builder": {"id": ""}, "buildType": "https://mobyproject.org/buildkit@v1"}}
    layer_of_statement = {**made.store_json(statement, "application/vnd.in-toto+json"),
                          "annotations": {"in-toto.io/predicate-type": statement["predicateType"]}}
    config = {"architecture": "unknown", "os": "unknown", "config": {},
              "rootfs": {"type": "layers", "diff_ids": [layer_of_statement["digest"]]}}
    attestation = made.store_json({"schemaVersion": 2, "mediaType": MANIFEST, "config": made.store_json(config, CONFIG),
                                   "layers": [layer_of_statement]}, MANIFEST)
    refers = {"vnd.docker.reference.digest": image["digest"], "vnd.docker.reference.type": "attestation-manifest"}
    return made.tagged(made.index([{**image, "platform": {"architecture": "amd64", "os": "linux"}},
                                   {**attestation, "annotations": refers, "platform": {"architecture": "unknown", "os": "unknown"}}]))


def all_of_them(folder):
    return [make(folder) for make in (twelve_layers, several_platforms, artifact, from_buildkit)]
