"""One concept per file and one thought per function, in numbers: files of at most 400 lines, lines of at most 180 characters."""
from tree import Tree, numbered

NAME = "files stay short"
FILE_LINES = 400
LINE_LENGTH = 180


def check(tree):
    findings = []
    for path, text in tree.with_suffix(".h", ".cpp", ".py", ".sh").items():
        lines = text.count("\n")
        if lines > FILE_LINES:
            findings.append(f"{path}:{FILE_LINES}: {lines} lines, at most {FILE_LINES}")
        for number, line in numbered(text):
            if len(line) > LINE_LENGTH:
                findings.append(f"{path}:{number}: {len(line)} characters, at most {LINE_LENGTH}")
    return findings


SAMPLES = {
    "a long file": Tree({"base/a.cpp": "int x;\n" * (FILE_LINES + 1)}),
    "a long line": Tree({"base/a.cpp": "// " + "x" * LINE_LENGTH + "\n"}),
}
