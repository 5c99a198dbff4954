#!/usr/bin/env python3
"""Makes and collects image vectors for scripts/vectors.sh.

    vectors.py image FOLDER NAME            writes a tiny signed-by-nobody image as an OCI layout
    vectors.py index FOLDER NAME            the same for two platforms behind one index
    vectors.py collect FOLDER HOST:PORT REPOSITORY
                                            adds the signatures that cosign pushed, with their fallback tags
    vectors.py graft FOLDER OTHER           attaches the first signature of layout OTHER to this image
    vectors.py describe ROOT VECTOR key=value...
                                            adds the vector to ROOT/identities.json, its bundles to ROOT/bundles
Images are reproducible: the same name gives the same digest.
"""

import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile
import urllib.error
import urllib.request

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


class Layout:
    """An OCI image layout, and refs.json: the manifests in the order in which a registry takes them."""

    def __init__(self, folder: str):
        self.folder = pathlib.Path(folder)
        self.blobs = self.folder / "blobs" / "sha256"
        path = self.folder / "refs.json"
        self.refs = json.loads(path.read_text()) if path.exists() else []

    def put(self, data: bytes) -> dict:
        self.blobs.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(data).hexdigest()
        (self.blobs / name).write_bytes(data)
        return {"digest": f"sha256:{name}", "size": len(data)}

    def get(self, digest: str) -> bytes:
        return (self.blobs / digest.removeprefix("sha256:")).read_bytes()

    def add(self, role: str, media_type: str, data: bytes, tag: str = "") -> dict:
        known = self.put(data)
        ref = {"role": role, "tag": tag, "digest": known["digest"], "mediaType": media_type, "size": known["size"]}
        self.refs.append(ref)
        return ref

    def image(self) -> dict:
        return next(ref for ref in self.refs if ref["role"] == "image")

    def save(self) -> None:
        (self.folder / "refs.json").write_text(json.dumps(self.refs, indent=1) + "\n")
        (self.folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}\n')
        image = self.image()
        entry = {"mediaType": image["mediaType"], "digest": image["digest"], "size": image["size"],
                 "annotations": {"org.opencontainers.image.ref.name": image["tag"]}}
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}
        (self.folder / "index.json").write_text(json.dumps(index, indent=1) + "\n")


def compact(value: dict) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def layer(text: str) -> tuple:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        content = text.encode()
        entry = tarfile.TarInfo("etc/vector")
        entry.size, entry.mode = len(content), 0o644
        archive.addfile(entry, io.BytesIO(content))
    tar = plain.getvalue().rstrip(b"\0") + b"\0" * 1024  # two zero blocks end an archive
    tar += b"\0" * (-len(tar) % 512)
    return gzip.compress(tar, mtime=0), hashlib.sha256(tar).hexdigest()


def build(layout: Layout, name: str, architecture: str) -> bytes:
    packed, diff = layer(f"{name} {architecture}\n")
    config = {"created": "2026-11-24T00:00:00Z", "architecture": architecture, "os": "linux",
              "config": {"Labels": {"dev.countersign.vector": name}, "Cmd": ["/etc/vector"]},
              "rootfs": {"type": "layers", "diff_ids": [f"sha256:{diff}"]},
              "history": [{"created": "2026-11-24T00:00:00Z", "created_by": "scripts/vectors.sh"}]}
    return compact({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **layout.put(compact(config))},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", **layout.put(packed)}]})


def make_image(folder: str, name: str) -> None:
    layout = Layout(folder)
    layout.add("image", MANIFEST, build(layout, name, "amd64"), "v1")
    layout.save()


def make_index(folder: str, name: str) -> None:
    layout = Layout(folder)
    entries = []
    for architecture in ("amd64", "arm64"):
        child = layout.add("child", MANIFEST, build(layout, name, architecture))
        entries.append({"mediaType": MANIFEST, "digest": child["digest"], "size": child["size"],
                        "platform": {"architecture": architecture, "os": "linux"}})
    layout.add("image", INDEX, compact({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}), "v1")
    layout.save()


def fetch(url: str):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": f"{MANIFEST}, {INDEX}"})) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


def collect(folder: str, host: str, repository: str) -> None:
    layout = Layout(folder)
    base = f"http://{host}/v2/{repository}"
    for target in [ref for ref in layout.refs if ref["role"] in ("image", "child")]:
        tag = target["digest"].replace(":", "-")
        index = fetch(f"{base}/manifests/{tag}")
        if index is None:
            continue
        for entry in json.loads(index)["manifests"]:
            data = fetch(f"{base}/manifests/{entry['digest']}")
            manifest = json.loads(data)
            for part in [manifest["config"], *manifest["layers"]]:
                layout.put(fetch(f"{base}/blobs/{part['digest']}"))
            layout.add("signature", MANIFEST, data)
        layout.add("referrers-tag", INDEX, index, tag)
    layout.save()


def graft(folder: str, other_folder: str) -> None:
    layout, other = Layout(folder), Layout(other_folder)
    image = layout.image()
    manifest = json.loads(other.get(next(ref for ref in other.refs if ref["role"] == "signature")["digest"]))
    for part in [manifest["config"], *manifest["layers"]]:
        layout.put(other.get(part["digest"]))
    manifest["subject"] = {key: image[key] for key in ("mediaType", "digest", "size")}
    ref = layout.add("signature", MANIFEST, compact(manifest))
    entry = {"mediaType": MANIFEST, "size": ref["size"], "digest": ref["digest"], "artifactType": BUNDLE}
    layout.add("referrers-tag", INDEX, compact({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}),
               image["digest"].replace(":", "-"))
    layout.save()


def describe(root: str, vector: str, *facts: str) -> None:
    base = pathlib.Path(root)
    layout = Layout(base / vector)
    image = layout.image()
    bundles = []
    (base / "bundles").mkdir(exist_ok=True)
    for number, ref in enumerate(ref for ref in layout.refs if ref["role"] == "signature"):
        manifest = json.loads(layout.get(ref["digest"]))
        name = f"bundles/{vector}{f'-{number}' if number else ''}.sigstore.json"
        (base / name).write_bytes(layout.get(manifest["layers"][0]["digest"]))
        bundles.append({"file": name, "attached_to": manifest["subject"]["digest"]})
    path = base / "identities.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    known[vector] = {"digest": image["digest"], "mediaType": image["mediaType"], "tag": image["tag"],
                     **dict(fact.split("=", 1) for fact in facts), "bundles": bundles}
    children = [ref["digest"] for ref in layout.refs if ref["role"] == "child"]
    if children:
        known[vector]["children"] = children
    path.write_text(json.dumps(known, indent=1) + "\n")


if __name__ == "__main__":
    commands = {"image": make_image, "index": make_index, "collect": collect, "graft": graft, "describe": describe}
    if len(sys.argv) < 3 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])
