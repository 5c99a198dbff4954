"""Changes of a bundle: of the JSON text, of values under base64, of the JSON, notes and DER inside those. The same seed, the same ones."""
import base64
import copy
import json
import random

BASE64 = {"rawBytes", "keyId", "signedEntryTimestamp", "rootHash", "canonicalizedBody", "signedTimestamp", "payload", "sig", "signature",
          "digest", "hashes", "content", "verifier", "publicKey", "value"}
INNER_JSON = {"canonicalizedBody", "payload"}


def places(value, path=()):
    """Every value of a document with its path, the document itself first."""
    yield path, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from places(member, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


def parent_of(document, path):
    for step in path[:-1]:
        document = document[step]
    return document


def with_value(document, path, value):
    changed = copy.deepcopy(document)
    if not path:
        return value
    parent_of(changed, path)[path[-1]] = value
    return changed


def without(document, path):
    changed = copy.deepcopy(document)
    del parent_of(changed, path)[path[-1]]
    return changed


def snake(name):
    return "".join("_" + c.lower() if c.isupper() else c for c in name)


def renamed(document, path, name):
    """The member under another name, in its place."""
    changed = copy.deepcopy(document)
    parent = parent_of(changed, path)
    items = [(name if key == path[-1] else key, value) for key, value in parent.items()]
    parent.clear()
    parent.update(items)
    return changed


def name_of(path):
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def structural(document, path, value, rng):
    """Changes of one place that leave its content alone."""
    yield "null", with_value(document, path, None)
    yield "removed", without(document, path)
    yield "emptied", with_value(document, path, type(value)())
    yield "another type", with_value(document, path, rng.choice([True, 7, "text", [], {}, [value], {"value": value}]))
    if isinstance(path[-1], str):
        yield "snake case", renamed(document, path, snake(path[-1])) if snake(path[-1]) != path[-1] else None
        yield "another case", renamed(document, path, path[-1].upper())
        yield "member twice", ("text", path, value)
    if isinstance(value, dict):
        yield "unknown member", with_value(document, path, {**value, "unknown": 1})
    if isinstance(value, list) and value:
        yield "element twice", with_value(document, path, [*value, value[rng.randrange(len(value))]])
        yield "element removed", with_value(document, path, value[1:])
        yield "34 elements", with_value(document, path, value * 34)


def of_text(document, path, value, rng):
    yield "number", with_value(document, path, int(value)) if value.isdigit() else None
    if value.isdigit():
        for other in (str(int(value) + 1), "-" + value, "+" + value, "0" + value, value + ".0", "9223372036854775808", "0"):
            yield f"number {other[:1]}", with_value(document, path, other)
    index = rng.randrange(len(value))
    yield "letter", with_value(document, path, value[:index] + rng.choice("aZ0-_ \n\u00e9") + value[index + 1:])
    yield "cut off", with_value(document, path, value[:index])
    yield "blank behind", with_value(document, path, value + " ")


def of_base64(document, path, value, rng):
    try:
        content = base64.b64decode(value, validate=True)
    except ValueError:
        return
    if not content:
        return
    for _ in range(6):
        changed = bytearray(content)
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        yield "bit", with_value(document, path, base64.b64encode(changed).decode())
    yield "byte behind", with_value(document, path, base64.b64encode(content + b"\0").decode())
    yield "byte less", with_value(document, path, base64.b64encode(content[:-1]).decode())
    yield "unpadded", with_value(document, path, value.rstrip("=")) if value.endswith("=") else None
    yield "URL alphabet", with_value(document, path, value.replace("+", "-").replace("/", "_")) if set(value) & set("+/") else None
    yield "line end", with_value(document, path, value[:40] + "\n" + value[40:])


def of_note(document, path, value, rng):
    lines = value.split("\n")
    index = rng.randrange(len(lines))
    yield "note line removed", with_value(document, path, "\n".join(lines[:index] + lines[index + 1:]))
    yield "note line twice", with_value(document, path, "\n".join(lines[:index + 1] + lines[index:]))
    yield "note extension", with_value(document, path, "\n".join([*lines[:3], "extension", *lines[3:]]))
    yield "note cosignature", with_value(document, path, value + "\u2014 witness.example " + base64.b64encode(bytes(76)).decode() + "\n")


def inside(document, path, value, rng):
    """The JSON under base64, changed as a document of its own."""
    try:
        inner = json.loads(base64.b64decode(value))
    except ValueError:
        return
    inner_places = [(p, v) for p, v in places(inner) if p]
    for inner_path, inner_value in inner_places:
        for kind, changed in structural(inner, inner_path, inner_value, rng):
            if changed is None:
                continue
            text = write(changed, inner).encode()
            yield f"inner {kind}", with_value(document, path, base64.b64encode(text).decode())


def write(changed, document):
    """JSON text; of ("text", path, value) that of the document with a member twice."""
    if not (isinstance(changed, tuple) and changed[0] == "text"):
        return json.dumps(changed, separators=(",", ":"))
    _, path, value = changed
    marker = "twice-\u0001"
    text = json.dumps(with_value(document, path, marker), separators=(",", ":"))
    member = json.dumps(value, separators=(",", ":"))
    return text.replace(json.dumps(marker), f"{member},{json.dumps(path[-1])}:{member}")


def whole(text):
    yield "bytes behind", text + "x"
    yield "blanks around", f" \n{text}\t"
    yield "byte order mark", "\ufeff" + text
    yield "cut off", text[:len(text) // 2]
    yield "unchanged", text


def mutations(document, others, rng):
    """(kind, path, text) without end of interest: all that there are for one document, in the document's order."""
    for kind, text in whole(json.dumps(document, separators=(",", ":"))):
        yield kind, (), text
    for path, value in places(document):
        if not path:
            continue
        changes = list(structural(document, path, value, rng))
        if isinstance(value, str) and value:
            changes += of_text(document, path, value, rng)
            if name_of(path) in BASE64:
                changes += of_base64(document, path, value, rng)
            if path[-1] == "envelope":
                changes += of_note(document, path, value, rng)
            if path[-1] in INNER_JSON:
                changes += inside(document, path, value, rng)
        for other in others:
            try:
                changes.append(("of another bundle", with_value(document, path, at(other, path))))
            except (KeyError, IndexError, TypeError):
                pass
        for kind, changed in changes:
            if changed is not None:
                yield kind, path, write(changed, document)


def at(document, path):
    for step in path:
        document = document[step]
    return document


def chosen(documents, count, seed):
    """`count` of all mutations of all documents, spread evenly over kinds and places: [(name, kind, path, text)]."""
    rng = random.Random(seed)
    found = []
    for name, document in documents.items():
        others = [other for key, other in documents.items() if key != name]
        found += [(name, kind, path, text) for kind, path, text in mutations(document, others, rng)]
    rng.shuffle(found)
    return found[:count]
