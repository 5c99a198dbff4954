"""Words that must not be in the repository: unfinished work in the code, and the places of the machine it was written on."""
import re

from tree import Tree, numbered

NAME = "no unfinished work, no names of one machine"

# Written in two parts, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" r"DO", "FIX" r"ME", "XX" r"X", "HA" r"CK", r"not (?:yet )?" r"implemented", "st" r"ubs?")) + r")\b",
                        re.IGNORECASE)
CASE_MATTERS = {"xx" "x", "ha" "ck"}  # only in capitals a mark
STATUS_501 = "Not " "Implemented"      # the reason phrase of HTTP
PLACES = [
    re.compile(r"(?<![\w.])/" r"(work|root)/"),
    re.compile("|".join(("proxy" r"\.golang\.org", "sum" r"\.golang\.org", "py" r"pi\.org", "deb" r"\.debian\.org", "crates" r"\.io",
                         "registry" r"\.npmjs", "repo1?" r"\.maven")), re.IGNORECASE),
]
# Module checksums, captured documents and what a fuzzer found are not written by hand.
NOT_OURS = re.compile(r"^test/data/|^test/fuzz/corpus/|/go\.(sum|mod)$")
PROGRAM = re.compile(r"\.(h|cpp|py|sh|cmake|toml|go|in)$|CMakeLists\.txt$|^\.ci/")


def check(tree):
    findings = []
    for path, text in tree.files.items():
        if NOT_OURS.search(path):
            continue
        for number, line in numbered(text):
            for found in problems(path, line):
                findings.append(f"{path}:{number}: {found}")
    return findings


def problems(path, line):
    if PROGRAM.search(path):
        for match in UNFINISHED.finditer(line):
            word = match.group()
            if word != STATUS_501 and (word.lower() not in CASE_MATTERS or word.isupper()):
                yield f"unfinished: {word!r}"
    for place in PLACES:
        match = place.search(line)
        if match:
            yield f"names a place of one machine or a package registry: {match.group()!r}"


SAMPLES = {
    "a mark": Tree({"base/a.cpp": "// TO" "DO: later\n"}),
    "an admission": Tree({"base/a.cpp": "// not yet " "implemented\n"}),
    "a placeholder": Tree({"http/a.cpp": "// a st" "ub\n"}),
    "a path of the workplace": Tree({"docs/a.md": "see /" "work/notes\n"}),
    "a package registry": Tree({"scripts/a.sh": "GOPROXY=https://proxy" ".golang.org\n"}),
}
