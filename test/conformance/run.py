#!/usr/bin/env python3
"""Drives sigstore-conformance-client as the conformance suite does: run.py CLIENT

Every bundle is judged twice, with the artifact's file and with its digest. The bundles are those of test/data/images and, where they lie
beside the repository (COUNTERSIGN_PUBLIC_DATA), public ones of sigstore-conformance and sigstore-go; and forgeries made of them here.
"""
import base64
import copy
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "test/data/images"
BEACON = ("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
          "extremely-dangerous-oidc-beacon.yml@refs/heads/main")
GITHUB = "https://token.actions.githubusercontent.com"
GOOD = ("happy-path-v0.1", "happy-path-v0.3", "happy-path-intoto-in-dsse-v3", "rekor2-happy-path", "rekor2-dsse-happy-path")


class Suite:
    def __init__(self, client, folder):
        self.client, self.folder, self.failed, self.count = client, Path(folder), 0, 0

    def run(self, *arguments):
        return subprocess.run([self.client, "verify-bundle", *arguments], capture_output=True, text=True, check=False, timeout=60)

    def check(self, name, expected, run, says=""):
        self.count += 1
        if run.returncode == expected and says in run.stderr:
            return
        self.failed += 1
        print(f"FAILED: {name}: status {run.returncode}, not {expected}: {run.stderr.strip() or 'no reason'}")

    def judge(self, name, bundle, artifact, signer, expected, root=None, says=""):
        """By file and by digest. `artifact` is bytes, or a digest where the bytes are not known."""
        path = self.folder / "bundle.json"
        path.write_text(bundle if isinstance(bundle, str) else json.dumps(bundle))
        trust = ["--trusted-root", str(root)] if root else []
        digest = artifact
        if isinstance(artifact, bytes):
            digest = "sha256:" + hashlib.sha256(artifact).hexdigest()
            file = self.folder / "artifact"
            file.write_bytes(artifact)
            self.check(f"{name}, by file", expected, self.run("--bundle", str(path), *signer, *trust, str(file)), says)
        self.check(f"{name}, by digest", expected, self.run("--bundle", str(path), *signer, *trust, digest), says)


def by_identity(subject, issuer):
    return ["--certificate-identity", subject, "--certificate-oidc-issuer", issuer]


def flipped(text, index):
    content = bytearray(base64.b64decode(text))
    content[index] ^= 1
    return base64.b64encode(content).decode()


def forgeries(document):
    """(name, document, what is told) of one good bundle."""
    def changed(change):
        other = copy.deepcopy(document)
        change(other, other["verificationMaterial"], other["verificationMaterial"]["tlogEntries"][0])
        return other

    def set_in(part, member, value):
        part[member] = value

    yield "an unknown version", changed(lambda d, m, e: set_in(d, "mediaType", "application/vnd.dev.sigstore.bundle+json;version=99.9")), "unsupported"
    yield "a negative index", changed(lambda d, m, e: set_in(e, "logIndex", "-1")), "malformed"
    is_v01 = document["mediaType"].endswith("version=0.1")
    if not is_v01:  # there a promise is enough
        yield "no inclusion proof", changed(lambda d, m, e: e.pop("inclusionProof")), "inclusion"
    yield "no entries", changed(lambda d, m, e: m.pop("tlogEntries")), "malformed" if is_v01 else "log_unknown"
    yield "a bad path", changed(lambda d, m, e: set_in(e["inclusionProof"]["hashes"], 0, flipped(e["inclusionProof"]["hashes"][0], 0))), "inclusion"
    yield "another root", changed(lambda d, m, e: set_in(e["inclusionProof"], "rootHash", flipped(e["inclusionProof"]["rootHash"], 0))), "inclusion"
    yield "another log", changed(lambda d, m, e: set_in(e["logId"], "keyId", flipped(e["logId"]["keyId"], 0))), "log_unknown"
    yield "an entry twice", changed(lambda d, m, e: m["tlogEntries"].append(e)), "malformed"
    yield "33 entries", changed(lambda d, m, e: m["tlogEntries"].extend([e] * 32)), "limits"
    yield "a checkpoint without signatures", changed(
        lambda d, m, e: set_in(e["inclusionProof"]["checkpoint"], "envelope",
                               e["inclusionProof"]["checkpoint"]["envelope"].split("\n\n")[0] + "\n\n")), "checkpoint"
    yield "an unknown member", changed(lambda d, m, e: set_in(e, "extra", 1)), "malformed"
    if is_v01:
        yield "an empty chain", changed(lambda d, m, e: set_in(m["x509CertificateChain"], "certificates", [])), "malformed"
    if "messageSignature" in document:
        yield "another signature", changed(
            lambda d, m, e: set_in(d["messageSignature"], "signature", flipped(d["messageSignature"]["signature"], -1))), "signature"
        yield "no base64", changed(lambda d, m, e: set_in(d["messageSignature"], "signature", "*")), "malformed"
        yield "another digest", changed(
            lambda d, m, e: set_in(d["messageSignature"]["messageDigest"], "digest",
                                   flipped(d["messageSignature"]["messageDigest"]["digest"], 0))), "subject"
    else:
        yield "another signature", changed(
            lambda d, m, e: set_in(d["dsseEnvelope"]["signatures"][0], "sig", flipped(d["dsseEnvelope"]["signatures"][0]["sig"], -1))), "signature"
        yield "two signatures", changed(lambda d, m, e: d["dsseEnvelope"]["signatures"].append({"sig": "AAAA"})), "malformed"
    if "timestampVerificationData" in document["verificationMaterial"]:
        yield "a bad timestamp", changed(
            lambda d, m, e: set_in(m["timestampVerificationData"]["rfc3161Timestamps"][0], "signedTimestamp",
                                   flipped(m["timestampVerificationData"]["rfc3161Timestamps"][0]["signedTimestamp"], -1))), "timestamp"


def images(suite):
    identities = json.loads((IMAGES / "identities.json").read_bytes())
    for name in ("signed-rekor1-email", "signed-rekor2-github"):
        entry = identities[name]
        algorithm, digest = entry["digest"].split(":")
        manifest = (IMAGES / name / "blobs" / algorithm / digest).read_bytes()
        bundle = json.loads((IMAGES / f"bundles/{name}.sigstore.json").read_bytes())
        signer, root = by_identity(entry["subject"], entry["issuer"]), IMAGES / "trusted_root.json"
        suite.judge(name, bundle, manifest, signer, 0, root)
        suite.judge(f"{name}: another artifact", bundle, b"x", signer, 1, root, "subject")
        suite.judge(f"{name}: another subject", bundle, manifest, by_identity("x" + entry["subject"], entry["issuer"]), 1, root, "identity")
        suite.judge(f"{name}: another issuer", bundle, manifest, by_identity(entry["subject"], entry["issuer"] + "/"), 1, root, "identity")
        suite.judge(f"{name}: the public root", bundle, manifest, signer, 1, None, "log_unknown")
        suite.judge(f"{name}: no JSON", "{", manifest, signer, 1, root, "malformed")
        for change, forged, says in forgeries(bundle):
            suite.judge(f"{name}: {change}", forged, manifest, signer, 1, root, says)


def arguments(suite):
    """What is no verdict has a status of its own."""
    bundle, root = IMAGES / "bundles/signed-rekor1-email.sigstore.json", IMAGES / "trusted_root.json"
    signer, digest = by_identity("a", "b"), "sha256:" + "0" * 64
    for name, given, says in (
            ("no signer", ["--bundle", str(bundle), digest], "--certificate-identity"),
            ("an identity without issuer", ["--bundle", str(bundle), *signer[:2], digest], "--certificate-oidc-issuer"),
            ("identity and key", ["--bundle", str(bundle), *signer, "--key", str(root), digest], "--key"),
            ("no bundle", [*signer, digest], "--bundle"),
            ("a bundle that is not there", ["--bundle", "/nowhere", *signer, digest], "/nowhere"),
            ("an artifact that is not there", ["--bundle", str(bundle), *signer, "/nowhere"], "/nowhere"),
            ("a root that is none", ["--bundle", str(bundle), *signer, "--trusted-root", str(bundle), digest], "trusted root"),
            ("a key that is none", ["--bundle", str(bundle), "--key", str(root), "--trusted-root", str(root), digest], "malformed")):
        suite.check(name, 2, suite.run(*given), says)


def conformance(suite, data):
    folder = data / "bundles/conformance"
    artifact = (folder / "a.txt").read_bytes()
    for name in GOOD:
        bundle = json.loads((folder / name / "bundle.sigstore.json").read_bytes())
        own = folder / name / "trusted_root.json"
        root = own if own.exists() else None
        signer = by_identity(BEACON, GITHUB)
        suite.judge(name, bundle, artifact, signer, 0, root)
        suite.judge(f"{name}: another artifact", bundle, b"x", signer, 1, root)
        for change, forged, says in forgeries(bundle):
            suite.judge(f"{name}: {change}", forged, artifact, signer, 1, root, says)
    # The trusted root of this case is the staging instance's, which is built in.
    staged = json.loads((folder / "rekor2-happy-path/bundle.sigstore.json").read_bytes())
    suite.judge("staging", staged, artifact, ["--staging", *by_identity(BEACON, GITHUB)], 0)
    suite.judge("staging, asked of the public instance", staged, artifact, by_identity(BEACON, GITHUB), 1, None, "log_unknown")


def keys(suite, data):
    folder = data / "bundles/sigstore-go"
    bundle = json.loads((folder / "public-key-validity.sigstore.json").read_bytes())
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"])) if "dsseEnvelope" in bundle else None
    digest = ("sha256:" + statement["subject"][0]["digest"]["sha256"] if statement
              else "sha256:" + base64.b64decode(bundle["messageSignature"]["messageDigest"]["digest"]).hex())
    root, key = folder / "trusted_root.public-key-validity.json", folder / "public-key-validity.pem"
    # Its signature is good, as the next failure of all shows; but no log knows it.
    suite.judge("managed key without a log", bundle, digest, ["--key", str(key)], 1, root, "log_unknown")
    other = suite.folder / "other.pem"
    subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", suite.folder / "key.pem"], check=True)
    subprocess.run(["openssl", "ec", "-in", suite.folder / "key.pem", "-pubout", "-out", other], check=True, capture_output=True)
    suite.judge("managed key without a log: another key", bundle, digest, ["--key", str(other)], 1, root, "signature")
    suite.judge("managed key without a log: an identity is asked for", bundle, digest, by_identity("a", "b"), 1, root, "key_policy")


def main():
    data = Path(os.environ.get("COUNTERSIGN_PUBLIC_DATA") or "/nonexistent")
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(Path(sys.argv[1]).resolve(), folder)
        images(suite)
        arguments(suite)
        if (data / "bundles/conformance").is_dir():
            conformance(suite, data)
            keys(suite, data)
        else:
            print("SKIPPED: public bundles (set COUNTERSIGN_PUBLIC_DATA)")
        print(f"conformance client: {suite.count - suite.failed} passed, {suite.failed} failed")
        return 1 if suite.failed else 0


if __name__ == "__main__":
    sys.exit(main())
