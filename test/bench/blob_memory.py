#!/usr/bin/env python3
"""How much memory does one blob of 8 GiB cost the gate, and how fast does it pass?   blob_memory.py [--gib N] [--gate PROGRAM]

Prints gigabytes per second and the growth of anonymous resident memory (RssAnon) after a warm-up, plain and TLS. At most 1 MiB is
promised. The end-to-end tests do the same with 1 GiB.
"""
import argparse
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test/e2e"))
sys.dont_write_bytecode = True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gib", type=int, default=8)
    parser.add_argument("--gate", type=Path, default=ROOT / "build/release/bin/countersign")
    options = parser.parse_args()
    os.environ["COUNTERSIGN_RELAY_MIB"] = str(options.gib * 1024)
    from harness.report import Report
    from harness.world import World, temporary_folder
    from suites import relay
    report, folder = Report(), temporary_folder()
    world = None
    try:
        world = World(options.gate.resolve(), folder, report)
        relay.run(world)
    finally:
        if world:
            world.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
