#!/usr/bin/env python3
"""Writes each source with all its mutants in it, and the list of them: generate.py ROOT OUTPUT SOURCE..."""
import dataclasses
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
from mutants import Finder  # noqa: E402

MOST = 8192  # mutation.h: kMostMutants


def write_changed(path, text):
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def main(root, output, *sources):
    found, number = [], 1
    for source in sources:
        finder = Finder(source, Path(root, source).read_text(), number).find()
        number = finder.next
        found += finder.mutants
        write_changed(Path(output, source), finder.text())
    if number > MOST:
        sys.exit(f"{number} mutants, at most {MOST}: raise kMostMutants")
    Path(output, "mutants.json").write_text(json.dumps([dataclasses.asdict(mutant) for mutant in found], indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
