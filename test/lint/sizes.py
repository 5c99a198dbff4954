"""One concept per file, in numbers: at most 400 lines; code in lines of at most 180 characters (rows of test tables may be longer)."""
from tree import Tree, is_test, numbered

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
            if len(line) > LINE_LENGTH and not is_test(path):
                findings.append(f"{path}:{number}: {len(line)} characters, at most {LINE_LENGTH}")
    return findings


SAMPLES = {
    "a long file": Tree({"base/a.cpp": "int x;\n" * (FILE_LINES + 1)}),
    "a long line": Tree({"base/a.cpp": "// " + "x" * LINE_LENGTH + "\n"}),
}
