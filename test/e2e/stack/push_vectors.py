#!/usr/bin/env python3
"""Pushes an image vector (image, signature manifests, fallback tag) to a registry.

    push_vectors.py FOLDER http://HOST:PORT REPOSITORY [--tag TAG] [--no-referrers-tag] [--no-signatures]

FOLDER is an OCI image layout with a refs.json that lists the manifests in pushing order.
Standard library only, so that the demo and the component tests need nothing else.
Prints the image's tag and digest. Exit status 1: the registry refused something.
"""

import argparse
import http.client
import json
import pathlib
import sys
import urllib.parse


class Registry:
    """As much of the OCI distribution protocol as pushing takes, over one plain connection."""

    def __init__(self, url: str, repository: str):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            sys.exit(f"push_vectors: {url}: only http://HOST:PORT")
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=30)
        self.base = f"/v2/{repository}"

    def request(self, method: str, path: str, expect: tuple, body: bytes = b"", headers=None) -> http.client.HTTPResponse:
        self.connection.request(method, path, body or None, {"Content-Length": str(len(body)), **(headers or {})})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status not in expect:
            sys.exit(f"push_vectors: {method} {path}: {answer.status} {answer.reason} {text[:300].decode(errors='replace')}")
        return answer

    def blob(self, digest: str, data: bytes) -> None:
        if self.request("HEAD", f"{self.base}/blobs/{digest}", (200, 404)).status == 200:
            return
        location = self.request("POST", f"{self.base}/blobs/uploads/", (202,)).headers["Location"]
        target = urllib.parse.urlsplit(location)
        query = target.query + ("&" if target.query else "") + urllib.parse.urlencode({"digest": digest})
        self.request("PUT", f"{target.path}?{query}", (201,), data, {"Content-Type": "application/octet-stream"})

    def manifest(self, reference: str, media_type: str, data: bytes) -> None:
        self.request("PUT", f"{self.base}/manifests/{reference}", (201,), data, {"Content-Type": media_type})


def push(folder: pathlib.Path, registry: Registry, tag: str, fallback: bool, signatures: bool) -> None:
    refs = json.loads((folder / "refs.json").read_text())

    def read(digest: str) -> bytes:
        return (folder / "blobs" / digest.replace(":", "/")).read_bytes()

    wanted = []
    for ref in refs:
        is_signature = ref["role"] in ("signature", "referrers-tag")
        if is_signature and not signatures or ref["role"] == "referrers-tag" and not fallback:
            continue
        wanted.append(ref)
    sent = set()
    for ref in wanted:  # blobs first: a registry refuses a manifest that names missing ones
        manifest = json.loads(read(ref["digest"]))
        for part in [manifest["config"], *manifest["layers"]] if "layers" in manifest else []:
            if part["digest"] not in sent:
                registry.blob(part["digest"], read(part["digest"]))
                sent.add(part["digest"])
    for ref in wanted:
        reference = ref["tag"] or ref["digest"]
        if ref["role"] == "image":
            reference = tag or reference
            print(f"{reference} {ref['digest']}")
        registry.manifest(reference, ref["mediaType"], read(ref["digest"]))


def main() -> None:
    parser = argparse.ArgumentParser(description="push an image vector to a registry")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("registry", help="http://HOST:PORT")
    parser.add_argument("repository")
    parser.add_argument("--tag", default="", help="tag for the image instead of the vector's own")
    parser.add_argument("--no-referrers-tag", action="store_true", help="leave out the sha256-HEX fallback tags")
    parser.add_argument("--no-signatures", action="store_true", help="push the image alone")
    options = parser.parse_args()
    push(options.folder, Registry(options.registry, options.repository), options.tag,
         not options.no_referrers_tag, not options.no_signatures)


if __name__ == "__main__":
    main()
