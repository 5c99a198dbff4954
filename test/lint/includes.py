"""Who may include whom: the arrows of docs/architecture.md, and the libraries' rooms. The tables are the rule."""
import re

from tree import Tree, is_test, numbered, room_of

NAME = "includes follow the arrows, libraries stay in their rooms"

# A room sees the rooms on its line and itself. Tests of a room (test/unit/ROOM) see what the room sees.
ARROWS = {
    "base": set(),
    "http": {"base"},
    "registry": {"base", "http"},
    "sigstore": {"base"},
    "proxy": {"base", "http", "registry", "sigstore"},
    "cli": {"base", "http", "registry", "sigstore", "proxy"},
    "test": {"base", "http", "registry", "sigstore", "proxy", "cli"},
}

# Header prefix -> rooms or single files that may include it. The first row that fits rules; what fits no row is refused.
LIBRARIES = [
    ("boost/beast", {"http"}),
    ("boost/url", {"http", "registry"}),
    ("boost/", {"http", "registry", "proxy", "cli"}),
    ("openssl/rand.h", {"base", "http", "sigstore", "proxy"}),
    ("openssl/", {"base", "http", "sigstore"}),
    ("nlohmann/", {"base/strict_json.cpp"}),
    ("re2/", {"sigstore"}),
    ("sodium/", {"sigstore"}),
    ("toml++/", {"proxy/toml_reader.cpp"}),
    ("spdlog/", {"proxy", "cli"}),
    ("fmt/", {"proxy", "cli"}),
    ("CLI/", {"cli"}),
    ("catch2/", {"test/support/catch.h", "test/support/main.cpp"}),
]
# What tests may use beyond the room that they test: real peers are written with it.
TEST_LIBRARIES = ("boost/asio", "boost/system", "openssl/", "sodium/", "CLI/")

STANDARD = re.compile(r"^[a-z_0-9]+$")
POSIX = re.compile(r"^((sys|netinet|arpa|net)/[a-z_]+|unistd|fcntl|signal|pthread|netdb|poll|time|malloc|stdlib)\.h$")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def check(tree):
    findings = []
    for path, text in tree.with_suffix(".h", ".cpp").items():
        room = room_of(path)
        if room is None:
            findings.append(f"{path}:1: C++ outside the rooms and test/")
            continue
        for line, form, header in includes(text):
            problem = own_header(tree, path, room, header) if form == '"' else foreign_header(path, room, header)
            if problem:
                findings.append(f"{path}:{line}: {problem}")
        findings += order(tree, path, text)
    return findings


def includes(text):
    for number, line in numbered(text):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def own_header(tree, path, room, header):
    if header not in tree.files:
        return f'"{header}" is not a header of this project (own headers are written from the root)'
    target = room_of(header)
    if target == room or target in ARROWS[room]:
        return None
    if target == "test" and is_test(path):
        return None
    return f'{room}/ must not see {target}/: "{header}"'


def foreign_header(path, room, header):
    if STANDARD.match(header) or POSIX.match(header):
        return None
    if is_test(path) and header.startswith(TEST_LIBRARIES):
        return None
    for prefix, allowed in LIBRARIES:
        if header.startswith(prefix):
            if path in allowed or room in allowed:
                return None
            return f"<{header}> belongs to {', '.join(sorted(allowed))} only"
    return f"<{header}> has no row in the table of libraries"


def order(tree, path, text):
    """A source includes its own header first, so that a header which needs others before it is found."""
    if not path.endswith(".cpp"):
        return [] if re.search(r"^#pragma once$", text, re.MULTILINE) else [f"{path}:1: no #pragma once"]
    own = path[:-4] + ".h"
    first = next(includes(text), None)
    if own in tree.files and (first is None or first[2] != own):
        return [f'{path}:{first[0] if first else 1}: its own header "{own}" must come first']
    return []


HEADER = "#pragma once\n"
SAMPLES = {
    "base/ sees http/": Tree({"base/a.cpp": '#include "http/b.h"\n', "http/b.h": HEADER}),
    "registry/ sees sigstore/": Tree({"registry/a.cpp": '#include "sigstore/b.h"\n', "sigstore/b.h": HEADER}),
    "sigstore/ sees http/ in its tests": Tree({"test/unit/sigstore/a_test.cpp": '#include "http/b.h"\n', "http/b.h": HEADER}),
    "Beast in registry/": Tree({"registry/a.cpp": "#include <boost/beast/core.hpp>\n"}),
    "Asio in sigstore/": Tree({"sigstore/a.h": HEADER + "#include <boost/asio.hpp>\n"}),
    "nlohmann in a second file of base/": Tree({"base/json.cpp": "#include <nlohmann/json.hpp>\n"}),
    "nlohmann in a test": Tree({"test/unit/base/json_test.cpp": "#include <nlohmann/json.hpp>\n"}),
    "toml++ in a second file of proxy/": Tree({"proxy/rules.cpp": "#include <toml++/toml.h>\n"}),
    "an unknown library": Tree({"proxy/a.cpp": "#include <curl/curl.h>\n"}),
    "a path from the same folder": Tree({"http/a.cpp": '#include "b.h"\n', "http/b.h": HEADER}),
    "own header second": Tree({"http/a.cpp": '#include <string>\n#include "http/a.h"\n', "http/a.h": HEADER}),
    "a header without pragma": Tree({"http/a.h": "struct A {};\n"}),
}
