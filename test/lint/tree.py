"""The project's files as the lints see them, and how a lint reports.

A lint is a module with NAME, check(tree) -> list of findings ("path:line: what") and SAMPLES: small trees of which each must
be refused (a lint that finds nothing in a broken sample finds nothing anywhere).
"""
import functools
import re
import subprocess
from pathlib import Path

ROOMS = ("base", "http", "registry", "sigstore", "proxy", "cli")


class Tree:
    """A set of text files by their path from the project's root."""

    def __init__(self, files):
        self.files = dict(sorted(files.items()))

    @staticmethod
    def of_project(root):
        """What git knows and what is about to be added; nothing that is ignored."""
        listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                capture_output=True, check=True).stdout.decode().split("\0")
        files = {}
        for name in filter(None, listed):
            path = Path(root, name)
            if not path.is_file():
                continue
            try:
                files[name] = path.read_bytes().decode()
            except UnicodeDecodeError:
                continue  # binary test data
        return Tree(files)

    def with_suffix(self, *suffixes):
        return {path: text for path, text in self.files.items() if path.endswith(suffixes)}


def room_of(path):
    """'http' for http/body.cpp and for test/unit/http/body_test.cpp; 'test' for other tests; None outside the C++ code."""
    parts = path.split("/")
    if parts[0] in ROOMS:
        return parts[0]
    if parts[:2] == ["test", "unit"] and len(parts) > 3 and parts[2] in ROOMS:
        return parts[2]
    return "test" if parts[0] == "test" else None


def is_test(path):
    return path.startswith("test/")


@functools.lru_cache(maxsize=None)
def without_comments(text):
    """C++ source with comments and the inside of strings blanked, lines kept."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"', re.DOTALL)

    def blank(match):
        if match.group().startswith(("//", "/*")):
            return "\n" * match.group().count("\n")
        return '""' + "\n" * match.group().count("\n")

    return pattern.sub(blank, text)


def numbered(text):
    return enumerate(text.split("\n"), start=1)
