#!/usr/bin/env python3
"""Runs every lint over the tree and every lint's samples: run.py [--without-headers] [--tally FILE]

One check is: a lint finds nothing in the project, or finds something in one of its broken samples.
"""
import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import coverage  # noqa: E402
import headers  # noqa: E402
import includes  # noqa: E402
import sizes  # noqa: E402
import style  # noqa: E402
import words  # noqa: E402
from tree import Tree  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
BROKEN_HEADERS = {
    "a header that needs another before it": "#pragma once\ninline std::string name() { return {}; }\n",
    "a header with a warning": "#pragma once\ninline int half(long x) { return x / 2; }\n",
}


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def note(self, name, findings):
        if findings:
            self.failed += 1
            print(f"FAILED: {name}")
            for finding in findings:
                print(f"    {finding}")
        else:
            self.passed += 1
            print(f"ok: {name}")


def check_text(tally, tree):
    for lint in (includes, sizes, words, coverage):
        tally.note(lint.NAME, lint.check(tree))
        for sample, broken in lint.SAMPLES.items():
            missed = [] if lint.check(broken) else [f"nothing found in the broken sample {sample!r}"]
            tally.note(f"{lint.NAME}: finds {sample}", missed)


def check_style(tally, tree):
    if not shutil.which(style.FORMATTER):
        tally.note(style.NAME, [f"{style.FORMATTER} is missing: run scripts/setup.sh"])
        return
    tally.note(style.NAME, style.check_files(ROOT, list(tree.with_suffix(".h", ".cpp"))))
    for sample, text in style.BROKEN_SOURCES.items():
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(ROOT / ".clang-format", folder)
            Path(folder, "broken.cpp").write_text(text)
            missed = [] if style.check_files(folder, ["broken.cpp"]) else [f"nothing found in {sample!r}"]
        tally.note(f"{style.NAME}: finds {sample}", missed)


def check_headers(tally, tree):
    if not shutil.which(headers.COMPILER):
        tally.note(headers.NAME, [f"{headers.COMPILER} is missing: run scripts/setup.sh"])
        return
    begin = time.monotonic()
    own = list(tree.with_suffix(".h"))
    tally.note(f"{headers.NAME} ({len(own)} headers)", headers.check_files(ROOT, own))
    print(f"    {time.monotonic() - begin:.0f} s")
    for sample, text in BROKEN_HEADERS.items():
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "broken.h").write_text(text)
            missed = [] if headers.check_files(folder, ["broken.h"], ".") else [f"nothing found in {sample!r}"]
        tally.note(f"{headers.NAME}: finds {sample}", missed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without-headers", action="store_true", help="only the lints that read text (a second)")
    parser.add_argument("--tally", type=Path, help="file that gets a line 'PASSED FAILED'")
    options = parser.parse_args()
    tree, tally = Tree.of_project(ROOT), Tally()
    check_text(tally, tree)
    check_style(tally, tree)
    if not options.without_headers:
        check_headers(tally, tree)
    if options.tally:
        options.tally.write_text(f"{tally.passed} {tally.failed}\n")
    print(f"lint: {tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
