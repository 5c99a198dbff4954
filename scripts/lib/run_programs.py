#!/usr/bin/env python3
"""Runs the test programs that a build folder registers with ctest and counts their test cases.

    run_programs.py BUILD LOGS [--tally FILE] [--only PROGRAM...]

ctest alone counts programs; a Catch2 program holds hundreds of cases, so each writes a report from which they are counted.
A program that is no Catch2 program counts as one check by its exit status.
"""
import argparse
import json
import os
import subprocess
import sys
import time
import xml.etree.ElementTree
from pathlib import Path

TIMEOUT = 900  # seconds for one program
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1:check_initialization_order=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}


def registered(build):
    """Name and command of each ctest entry; none if the folder was never configured or built."""
    run = subprocess.run(["ctest", "--test-dir", str(build), "--show-only=json-v1"], capture_output=True, text=True, check=False)
    if run.returncode:
        return []
    tests = json.loads(run.stdout)["tests"]
    return [(test["name"], test.get("command"), working_folder(test, build)) for test in tests]


def working_folder(test, build):
    for entry in test.get("properties", []):
        if entry["name"] == "WORKING_DIRECTORY":
            return entry["value"]
    return str(build)


def is_catch(name):
    return name.startswith(("unit_", "component"))


def run(name, command, folder, logs):
    """(passed, failed, lines to print)"""
    if not command or not Path(command[0]).exists():
        return 0, 1, [f"FAILED: {name}: was not built"]
    report, log = logs / f"{name}.xml", logs / f"{name}.log"
    report.unlink(missing_ok=True)
    arguments = [*command, "-r", "xml", "-o", str(report)] if is_catch(name) else command
    with log.open("wb") as output:
        try:
            status = subprocess.run(arguments, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=TIMEOUT,
                                    env={**os.environ, **SANITIZERS}, check=False).returncode
        except subprocess.TimeoutExpired:
            return 0, 1, [f"FAILED: {name}: still running after {TIMEOUT} s; its log is {log}"]
    if not is_catch(name):
        return (1, 0, []) if status == 0 else (0, 1, [f"FAILED: {name}: status {status}", *tail(log)])
    return count(name, status, report, log)


def count(name, status, report, log):
    try:
        cases = xml.etree.ElementTree.parse(report).getroot().findall(".//TestCase")
    except (OSError, xml.etree.ElementTree.ParseError):
        return 0, 1, [f"FAILED: {name}: ended with status {status} before its report was whole", *tail(log)]
    lines, failed = [], 0
    for case in cases:
        if case.find("OverallResult").get("success") != "true":
            failed += 1
            lines += [f"FAILED: {name}: {case.get('name')}", *reasons(case)]
    if status and not failed:  # a sanitizer spoke after the last case
        return len(cases), 1, [f"FAILED: {name}: all cases passed, but the status is {status}", *tail(log)]
    return len(cases) - failed, failed, lines


def reasons(case):
    lines = []
    for expression in case.iter("Expression"):
        if expression.get("success") != "true":
            values = " is ".join((expression.findtext(part) or "").strip() for part in ("Original", "Expanded"))
            lines.append(f"    {expression.get('filename')}:{expression.get('line')}: {values[:300]}")
    lines += [f"    {(case.findtext(part) or '').strip()[:300]}" for part in (".//Exception", ".//FatalErrorCondition", ".//Failure")
              if case.find(part) is not None]
    lines += [f"    {info.text.strip()[:300]}" for info in case.iter("Info") if info.text]
    return lines[:16]


def tail(log):
    lines = log.read_text(errors="replace").splitlines()
    return ["    " + line[:200] for line in lines[:40]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("logs", type=Path)
    parser.add_argument("--tally", type=Path)
    parser.add_argument("--only", nargs="+", metavar="PROGRAM", help="of the registered programs")
    options = parser.parse_args()
    options.logs.mkdir(parents=True, exist_ok=True)
    passed = failed = 0
    tests = registered(options.build)
    if not tests:
        print(f"FAILED: no tests are registered in {options.build}: is it built?")
        failed = 1
    if options.only:
        for name in set(options.only) - {name for name, _, _ in tests}:
            print(f"FAILED: {name} is not registered in {options.build}")
            failed += 1
        tests = [test for test in tests if test[0] in options.only]
    for name, command, folder in tests:
        begin = time.monotonic()
        good, bad, lines = run(name, command, folder, options.logs)
        passed, failed = passed + good, failed + bad
        print("\n".join([*lines, f"{name} ({options.build.name}): {good} passed, {bad} failed, {time.monotonic() - begin:.1f} s"]))
    if options.tally:
        options.tally.write_text(f"{passed} {failed}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
