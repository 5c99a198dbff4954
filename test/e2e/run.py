#!/usr/bin/env python3
"""End-to-end tests: real clients, real registries, the real program.

    run.py [--gate PROGRAM] [--only SUITE]... [--logs FOLDER] [--tally FILE] [--keep]
    run.py --sanitized         the sanitized program, with one client: it is the gate that is looked at

Everything runs on free loopback ports in one temporary folder; what was started is stopped by its pid.
"""
import argparse
import importlib
import shutil
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
from harness.report import Report  # noqa: E402
from harness.world import World, keep_logs, temporary_folder  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
SANITIZED = ("program", "protocol", "pulls", "flipped_bundles", "failures", "interruptions")
SUITES = ("program", "protocol", "pulls", "flipped_bundles", "failures", "relay", "pushes", "interruptions", "proxies", "container", "stack")
PROGRAMS = ("docker-registry", "skopeo", "podman", "buildah", "dockerd", "containerd", "ctr", "openssl", "curl", "unshare", "squid",
            "tinyproxy")


def run_suites(report, options, folder):
    world = None
    try:
        world = World(options.gate.resolve(), folder, report, options.sanitized)
        for suite in options.only or (SANITIZED if options.sanitized else SUITES):
            try:
                importlib.import_module(f"suites.{suite}").run(world)
            except Exception:  # a suite that breaks off is a failed check; the others still run
                report.check(f"suite {suite} runs to its end", False, traceback.format_exc()[-3000:])
    except Exception:
        report.check("the world starts", False, traceback.format_exc()[-3000:])
    finally:
        if world:
            world.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gate", type=Path, help="default: build/release/bin/countersign, with --sanitized that of build/asan")
    parser.add_argument("--sanitized", action="store_true")
    parser.add_argument("--only", action="append", choices=SUITES)
    parser.add_argument("--logs", type=Path, default=ROOT / "build/test-logs/e2e")
    parser.add_argument("--tally", type=Path)
    parser.add_argument("--keep", action="store_true", help="leave the temporary folder")
    options = parser.parse_args()
    options.gate = options.gate or ROOT / "build" / ("asan" if options.sanitized else "release") / "bin/countersign"
    report = Report()
    for program in PROGRAMS:
        if not shutil.which(program):
            report.skip(f"what needs {program}", "it is not installed: run scripts/setup.sh")
    if not options.gate.exists():
        report.check("the program is built", False, f"{options.gate} is missing")
    else:
        folder = temporary_folder()
        run_suites(report, options, folder)
        keep_logs(folder, options.logs)
        if options.keep:
            print(f"kept {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if options.tally:
        options.tally.write_text(f"{report.passed} {report.failed}\n")
    print(f"e2e: {report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
