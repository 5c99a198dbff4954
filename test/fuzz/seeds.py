#!/usr/bin/env python3
"""Writes the first inputs of the sigstore targets, cut out of the bundles of test/data/images, into corpus/: seeds.py [TARGET...]

What fuzzing finds joins them there (scripts/fuzz.sh --merge); they stay, because mutations start best from what is real.
"""
import base64
import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
IMAGES = HERE.parent / "data/images"
SCT_LIST = bytes.fromhex("060a2b06010401d679020402")
LARGEST = 6144  # bytes of a seed
BODIES = {("dsse", "0.0.1"): 0, ("intoto", "0.0.2"): 1, ("hashedrekord", "0.0.1"): 2, ("hashedrekord", "0.0.2"): 3}  # log_body.cpp
KINDS = 5
SIGNED = ["signed-rekor1-email", "signed-rekor1-github", "signed-rekor1-no-tsa", "signed-rekor2-email", "signed-rekor2-github",
          "other-identity"]  # signed_images.cpp, in its order


def elements(der):
    """(tag, content, whole) of one level."""
    position = 0
    while position < len(der):
        begin, tag, size = position, der[position], der[position + 1]
        position += 2
        if size >= 0x80:
            octets = size & 0x7F
            size = int.from_bytes(der[position:position + octets], "big")
            position += octets
        yield tag, der[position:position + size], der[begin:position + size]
        position += size


def extensions_of(certificate):
    (_, outer, _), = elements(certificate)
    tbs = next(elements(outer))[1]
    wrapped = next(content for tag, content, _ in elements(tbs) if tag == 0xA3)
    return next(elements(wrapped))[1]


def sct_list_of(extensions):
    for _, content, whole in elements(extensions):
        if SCT_LIST in whole:
            value = list(elements(content))[-1][1]
            return next(elements(value))[1]
    return None


def write(target, content):
    if content and len(content) <= LARGEST and target in (sys.argv[1:] or [target]):
        folder = HERE / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha1(content).hexdigest()).write_bytes(content)


def payload_about(statement):
    """What cosign's older signatures say in place of this statement."""
    digest = json.loads(statement)["subject"][0]["digest"]["sha256"]
    critical = {"identity": {"docker-reference": "registry.example/team/app"}, "image": {"docker-manifest-digest": f"sha256:{digest}"},
                "type": "cosign container image signature"}
    return json.dumps({"critical": critical, "optional": {"env": "prod", "timestamp": 17}}, separators=(",", ":")).encode()


def seeds_of(name, bundle):
    document = json.loads(bundle)
    material = document["verificationMaterial"]
    certificate = base64.b64decode(material["certificate"]["rawBytes"])
    write("der_splice", certificate)
    write("certificate_extensions", extensions_of(certificate))
    write("sct_list", sct_list_of(extensions_of(certificate)))
    write("statement", base64.b64decode(document["dsseEnvelope"]["payload"]))
    write("simple_signing", b"att\n" + json.dumps(document["dsseEnvelope"], separators=(",", ":")).encode())
    write("simple_signing", payload_about(base64.b64decode(document["dsseEnvelope"]["payload"])))
    for timestamp in material.get("timestampVerificationData", {}).get("rfc3161Timestamps", []):
        write("timestamp", base64.b64decode(timestamp["signedTimestamp"]))
    for entry in material["tlogEntries"]:
        write("checkpoint", entry["inclusionProof"]["checkpoint"]["envelope"].encode())
        kind = BODIES[entry["kindVersion"]["kind"], entry["kindVersion"]["version"]]
        if name in SIGNED:
            write("log_body", bytes([kind + KINDS * SIGNED.index(name)]) + base64.b64decode(entry["canonicalizedBody"]))


def pem_of(certificate):
    text = base64.encodebytes(certificate).decode().replace("\n", "")
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def b64(content):
    return base64.b64encode(content).decode()


def bodies_of_other_kinds(document):
    """Those that the logs of test/data/images do not have: intoto about an image, hashedrekord about log_body.cpp's message."""
    envelope = document["dsseEnvelope"]
    payload, signature = base64.b64decode(envelope["payload"]), envelope["signatures"][0]["sig"]
    pem = b64(pem_of(base64.b64decode(document["verificationMaterial"]["certificate"]["rawBytes"])).encode())
    intoto = {"envelope": {"payloadType": envelope["payloadType"], "signatures": [{"publicKey": pem, "sig": b64(signature.encode())}]},
              "hash": {"algorithm": "sha256", "value": "00"},
              "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()}}
    rekord = {"data": {"hash": {"algorithm": "sha256", "value": "07" * 32}},
              "signature": {"content": b64(b"\x09" * 70), "publicKey": {"content": pem}}}
    for number, (kind, version, spec) in {1: ("intoto", "0.0.2", {"content": intoto}),
                                          2 + KINDS * len(SIGNED): ("hashedrekord", "0.0.1", rekord)}.items():
        body = json.dumps({"apiVersion": version, "kind": kind, "spec": spec}, separators=(",", ":"))
        write("log_body", bytes([number]) + body.encode())


def main():
    for path in sorted(IMAGES.glob("bundles/*.sigstore.json")):
        bundle = path.read_bytes()
        seeds_of(path.name.removesuffix(".sigstore.json"), bundle)
        write("bundle", json.dumps(json.loads(bundle), separators=(",", ":")).encode())
    bodies_of_other_kinds(json.loads((IMAGES / f"bundles/{SIGNED[0]}.sigstore.json").read_bytes()))
    root = json.loads((IMAGES / "trusted_root.json").read_bytes())
    write("trusted_root", json.dumps(root, separators=(",", ":")).encode())
    for part in ("tlogs", "ctlogs", "certificateAuthorities", "timestampAuthorities"):
        write("trusted_root", json.dumps({"mediaType": root["mediaType"], part: root[part][:1]}).encode())


if __name__ == "__main__":
    main()
