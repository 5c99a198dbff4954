"""Every source is built, and has a test file that carries its name."""
import posixpath
import re

from tree import ROOMS, Tree

NAME = "every source is listed in its CMakeLists.txt and has its test file"

# cli/ is a thin shell around proxy/: it is tested by running the program (test/e2e).
TESTED = tuple(room for room in ROOMS if room != "cli")


def check(tree):
    findings = []
    sources = [path for path in tree.with_suffix(".cpp") if path.split("/")[0] in ROOMS or path.startswith("test/")]
    tests = {}
    for path in sources:
        match = re.match(r"test/(?:unit/(\w+)|component)/(?:.*/)?(\w+)_test\.cpp$", path)
        if match:  # what only makes sense in the whole gate is tested there
            tests.setdefault(match.group(1) or "proxy", set()).add(match.group(2))
    for path in sources:
        if not listed(tree, path):
            findings.append(f"{path}:1: no CMakeLists.txt names it: it is never compiled")
        room, stem = path.split("/")[0], posixpath.basename(path)[:-4]
        if room in TESTED and stem not in tests.get(room, ()):
            findings.append(f"{path}:1: no test file test/unit/{room}/{stem}_test.cpp")
    return findings


def listed(tree, path):
    """In the CMakeLists.txt of its folder or of one above, by its path from there."""
    folder = posixpath.dirname(path)
    while True:
        text = tree.files.get(posixpath.join(folder, "CMakeLists.txt") if folder else "CMakeLists.txt")
        name = posixpath.relpath(path, folder or ".")
        if text and re.search(r"(?<![\w/])" + re.escape(name) + r"(?![\w.])", text):
            return True
        if not folder:
            return False
        folder = posixpath.dirname(folder)


TEST = {"test/CMakeLists.txt": "unit/base/a_test.cpp\n", "test/unit/base/a_test.cpp": ""}
SAMPLES = {
    "a source that is never compiled": Tree({"base/a.cpp": "", **TEST}),
    "a source that only looks listed": Tree({"base/CMakeLists.txt": "aa.cpp a.cpp.in", "base/a.cpp": "", **TEST}),
    "a source without a test": Tree({"base/CMakeLists.txt": "a.cpp", "base/a.cpp": ""}),
    "a test that is never compiled": Tree({"test/unit/base/a_test.cpp": ""}),
}
