"""One changed byte in a Sigstore bundle, in the place that a test names. The result is well-formed JSON and base64: only the
cryptography can tell."""
import base64
import copy
import json


def flipped(data, position):
    changed = bytearray(data)
    changed[position] ^= 0x01
    return bytes(changed)


def flip_base64(parent, key, position):
    parent[key] = base64.b64encode(flipped(base64.b64decode(parent[key]), position)).decode()


def entry(bundle):
    return bundle["verificationMaterial"]["tlogEntries"][0]


def signature(bundle):
    flip_base64(bundle["dsseEnvelope"]["signatures"][0], "sig", -3)


def payload(bundle):
    """The statement still parses: one digit of the subject's digest is another."""
    envelope = bundle["dsseEnvelope"]
    text = base64.b64decode(envelope["payload"])
    place = text.index(b'"sha256":"') + len(b'"sha256":"') + 5
    digit = b"0" if text[place:place + 1] != b"0" else b"1"
    envelope["payload"] = base64.b64encode(text[:place] + digit + text[place + 1:]).decode()


def certificate(bundle):
    # In the CA's signature at the end: the certificate still parses.
    flip_base64(bundle["verificationMaterial"]["certificate"], "rawBytes", -3)


def log_entry(bundle):
    """The log's body stays JSON: one character inside the digest that it records is another."""
    log = entry(bundle)
    body = base64.b64decode(log["canonicalizedBody"])
    found = [body.find(marker) + len(marker) for marker in (b'"digest":"', b'"value":"') if marker in body]
    place = min(found) + 4
    character = b"0" if body[place:place + 1] != b"0" else b"1"
    log["canonicalizedBody"] = base64.b64encode(body[:place] + character + body[place + 1:]).decode()


def inclusion_proof(bundle):
    flip_base64(entry(bundle)["inclusionProof"]["hashes"], 0, 7)


def checkpoint(bundle):
    """In the note's signature: the last base64 word of the envelope, behind the four bytes of the key hint."""
    proof = entry(bundle)["inclusionProof"]["checkpoint"]
    head, word = proof["envelope"].rstrip("\n").rsplit(" ", 1)
    raw = base64.b64decode(word)
    proof["envelope"] = head + " " + base64.b64encode(flipped(raw, len(raw) // 2)).decode() + "\n"


def timestamp(bundle):
    # In the TSA's signature at the end of the token.
    flip_base64(bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"][0], "signedTimestamp", -3)


def promise(bundle):
    """Rekor v1 only: the signed entry timestamp."""
    flip_base64(entry(bundle)["inclusionPromise"], "signedEntryTimestamp", -3)


# Place -> how to change one byte there.
PLACES = {
    "signature": signature,
    "payload": payload,
    "certificate": certificate,
    "log entry": log_entry,
    "inclusion proof": inclusion_proof,
    "checkpoint": checkpoint,
    "timestamp": timestamp,
}


def changed(bundle_bytes, place):
    """The bundle with one byte flipped at `place`; None where this bundle has no such part."""
    bundle = copy.deepcopy(json.loads(bundle_bytes))
    try:
        {**PLACES, "entry timestamp": promise}[place](bundle)
    except (KeyError, IndexError):
        return None
    return json.dumps(bundle).encode()
