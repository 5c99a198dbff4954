"""Every source is built, and has a test file that carries its name."""
import posixpath
import re

from tree import ROOMS, Tree

NAME = "every source is listed in its CMakeLists.txt and has its test file"

NOT_OURS = {"http/separate.cpp"}  # one #include that compiles Asio: nothing of ours is in it
# What exists only in a whole gate, in front of a registry, or only as a running program: where it is tested instead.
IN_THE_WHOLE_GATE = {
    "cli/main.cpp": "test/e2e/suites/program.py",
    "cli/serve.cpp": "test/e2e/suites/program.py",
    "cli/version.cpp": "test/e2e/suites/program.py",
    "proxy/admin.cpp": "test/component/admin_test.cpp",
    "proxy/blobs.cpp": "test/component/blobs_test.cpp",
    "proxy/evidence.cpp": "test/component/pull_undecided_test.cpp",
    "proxy/gate.cpp": "test/e2e/suites/protocol.py",
    "proxy/gatekeeper.cpp": "test/component/gatekeeper_test.cpp",
    "proxy/lists.cpp": "test/component/lists_test.cpp",
    "proxy/pull.cpp": "test/component/pull_allowed_test.cpp",
    "proxy/ready_pulls.cpp": "test/component/ready_pulls_test.cpp",
    "proxy/request.cpp": "test/component/pull_denied_test.cpp",
    "proxy/setup.cpp": "test/component/setup_test.cpp",
    "proxy/uploads.cpp": "test/component/uploads_test.cpp",
}


def check(tree):
    findings = []
    sources = [path for path in tree.with_suffix(".cpp") if path.split("/")[0] in ROOMS or path.startswith("test/")]
    tests = {}
    for path in sources:
        match = re.match(r"test/(?:unit/(\w+)|component)/(?:.*/)?(\w+)_test\.cpp$", path)
        if match:  # what only makes sense in the whole gate is tested there
            tests.setdefault(match.group(1) or "proxy", set()).add(match.group(2))
    listed = built(tree)
    for path in sources:
        if path not in listed:
            findings.append(f"{path}:1: no CMakeLists.txt names it: it is never compiled")
        room, stem = path.split("/")[0], posixpath.basename(path)[:-4]
        if path in NOT_OURS or IN_THE_WHOLE_GATE.get(path) in tree.files:
            continue
        if room in ROOMS and stem not in tests.get(room, ()):
            findings.append(f"{path}:1: no test file test/unit/{room}/{stem}_test.cpp")
    return findings


def built(tree):
    """The sources that any CMakeLists.txt names, by their path from the root."""
    sources = set()
    for path, text in tree.files.items():
        if posixpath.basename(path) != "CMakeLists.txt":
            continue
        folder = posixpath.dirname(path)
        for name in re.findall(r"[^\s()\"]+\.cpp(?=[\s()\"]|$)", re.sub(r"#.*", "", text)):
            from_root = re.sub(r"^\$\{(CMAKE|PROJECT)_SOURCE_DIR\}/", "", name)
            sources.add(from_root if from_root != name else posixpath.normpath(posixpath.join(folder, name)))
    return sources


TEST = {"test/CMakeLists.txt": "unit/base/a_test.cpp\n", "test/unit/base/a_test.cpp": ""}
SAMPLES = {
    "a source that is never compiled": Tree({"base/a.cpp": "", **TEST}),
    "a source that only looks listed": Tree({"base/CMakeLists.txt": "aa.cpp a.cpp.in", "base/a.cpp": "", **TEST}),
    "a source without a test": Tree({"base/CMakeLists.txt": "a.cpp", "base/a.cpp": ""}),
    "a test that is never compiled": Tree({"test/unit/base/a_test.cpp": ""}),
}
