#!/usr/bin/env python3
"""What does one verification cost, and how is that beside cosign and sigstore-go?

    run.py [--build FOLDER] [--runs N]

First bench_verify, warm and in one process: medians on one core, and their ratio to one ECDSA P-384 verification, which dominates.
Then whole programs on the same bundles in turn, start included: processor time of sigstore-conformance-client, `cosign
verify-blob-attestation` and sigstore-go's client (test/e2e/stack/stack.sh build cosign sigstore-go).
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "test/differential"))
sys.dont_write_bytecode = True
from judges import Case, Judges  # noqa: E402

IMAGES = ROOT / "test/data/images"
WANTED = {"signed-rekor1-no-tsa": 1.2, "signed-rekor1-email": 1.2, "signed-rekor2-email": 1.8, "wrong-identity": 0.3, "junk-100": 50}
REFERENCE = 0.52  # milliseconds of one P-384 verification where WANTED holds


def warm(program):
    times = {}
    for line in subprocess.run([program, IMAGES], capture_output=True, text=True, check=True).stdout.splitlines():
        name, milliseconds = line.split()
        times[name] = float(milliseconds)
    print(f"one P-256 verification {times['p256']:.3f} ms, one P-384 verification {times['p384']:.3f} ms")
    for name, milliseconds in times.items():
        if name in WANTED:
            ratio = milliseconds / times["p384"]
            print(f"  {name:22} {milliseconds:8.3f} ms   {ratio:6.2f} x P-384   at most {WANTED[name] / REFERENCE:.2f} x")
    share = times["p384"] / times["signed-rekor1-email"]
    print(f"  one P-384 verification, of the leaf by its CA, is {share:.0%} of a Rekor v1 bundle with timestamp")


def processor_time(judges, name, bundle, case):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    accepted, said = judges.verdict(name, bundle, case)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not accepted:
        sys.exit(f"{name} refuses {bundle}: {said}")
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def programs(judges, runs):
    identities = json.loads((IMAGES / "identities.json").read_bytes())
    for image in ("signed-rekor1-email", "signed-rekor2-email"):
        entry = identities[image]
        manifest = IMAGES / image / "blobs" / entry["digest"].replace(":", "/")
        case = Case(manifest, entry["subject"], entry["issuer"], IMAGES / "trusted_root.json", True, "rekor1" in image)
        bundle = IMAGES / f"bundles/{image}.sigstore.json"
        times = {name: [] for name in judges.programs}
        for _ in range(runs):
            for name, measured in times.items():
                measured.append(processor_time(judges, name, bundle, case))
        medians = {name: statistics.median(measured) for name, measured in times.items()}
        ours = medians["countersign"]
        print(f"{image}: " + ", ".join(f"{name} {median:.1f} ms ({median / ours:.1f} x)" for name, median in medians.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--stack", type=Path, default=Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "countersign/stack/bin")
    options = parser.parse_args()
    warm(options.build / "bin/bench_verify")
    print("processor time of whole programs, medians")
    programs(Judges(options.build / "bin/sigstore-conformance-client", options.stack), options.runs)


if __name__ == "__main__":
    main()
