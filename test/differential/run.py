#!/usr/bin/env python3
"""Is a changed bundle judged as cosign and sigstore-go judge it? Every difference must have a reason in reasons.txt.

    run.py                    5 000 changed bundles
    run.py --count 200        fewer of the same ones, as in scripts/test.sh
    run.py --seed 2           others

The bundles are those of test/data/images, which cosign signed with the real stack, and public ones where they lie beside the repository
(COUNTERSIGN_PUBLIC_DATA). They are changed by mutations.py. Where we accept and one of the others refuses, or we refuse and both accept,
the difference is looked up by kind, place and what was said; one without a reason is a failure, and its bundle is kept.
"""
import argparse
import collections
import concurrent.futures
import fnmatch
import json
import os
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
from judges import Case, Judges  # noqa: E402
from mutations import chosen  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "test/data/images"
SIGNED = ("signed-rekor1-email", "signed-rekor1-github", "signed-rekor1-no-tsa", "signed-rekor2-email", "signed-rekor2-github",
          "other-identity", "other-issuer", "index-signed")
BEACON = ("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
          "extremely-dangerous-oidc-beacon.yml@refs/heads/main")
GITHUB = "https://token.actions.githubusercontent.com"
PUBLIC = ("happy-path-v0.1", "happy-path-v0.3", "rekor2-happy-path")


def image_cases():
    identities = json.loads((IMAGES / "identities.json").read_bytes())
    for name in SIGNED:
        entry, bundle = identities[name], json.loads((IMAGES / f"bundles/{name}.sigstore.json").read_bytes())
        manifest = IMAGES / name / "blobs" / entry["digest"].replace(":", "/")
        yield name, bundle, Case(manifest, entry["subject"], entry["issuer"], IMAGES / "trusted_root.json", True, "rekor1" in name)


def public_cases(data):
    folder = data / "bundles/conformance"
    for name in PUBLIC if folder.is_dir() else ():
        bundle = json.loads((folder / name / "bundle.sigstore.json").read_bytes())
        own = folder / name / "trusted_root.json"
        root = own if own.exists() else ROOT / "test/data/trust/public-good.json"
        yield name, bundle, Case(folder / "a.txt", BEACON, GITHUB, root, False, not name.startswith("rekor2"))


def reasons():
    """[(who differs, kind, path, said), reason]: patterns of a line, and under it, indented, why."""
    found, patterns = [], []
    for line in (Path(__file__).parent / "reasons.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" "):
            found += [(pattern, line.strip()) for pattern in patterns]
            patterns = []
        else:
            patterns.append([part.strip() for part in line.split("|")])
    return found


def difference(verdicts):
    """'' where there is none that matters."""
    ours, others = verdicts["countersign"][0], [verdicts[name][0] for name in ("cosign", "sigstore-go")]
    if ours and not all(others):
        return "accepted"
    return "refused" if not ours and all(others) else ""


class Comparison:
    def __init__(self, judges, cases, folder, keep):
        self.judges, self.cases, self.folder, self.keep = judges, cases, folder, keep
        self.reasons, self.used = reasons(), collections.Counter()
        self.counts, self.unexplained = collections.Counter(), []

    def judge(self, number, mutation):
        bundle = self.folder / f"{number}.json"
        bundle.write_text(mutation[3])
        verdicts = self.judges.verdicts(bundle, self.cases[mutation[0]])
        bundle.unlink()
        return mutation, verdicts

    def note(self, mutation, verdicts):
        name, kind, path, text = mutation
        self.counts["/".join(who for who, (accepted, _) in verdicts.items() if accepted) or "nobody"] += 1
        differs = difference(verdicts)
        if not differs:
            return
        place = ".".join(str(step) for step in path)
        said = verdicts["countersign"][1] if differs == "refused" else "; ".join(
            f"{who}: {verdicts[who][1]}" for who in ("cosign", "sigstore-go") if not verdicts[who][0])
        said = " ".join(said.split())
        for index, (pattern, _) in enumerate(self.reasons):
            if all(fnmatch.fnmatchcase(value, wanted) for value, wanted in zip((differs, kind, place, said), pattern, strict=True)):
                self.used[index] += 1
                return
        self.keep.mkdir(parents=True, exist_ok=True)
        kept = self.keep / f"{len(self.unexplained)}.json"
        kept.write_text(text)
        self.unexplained.append(f"{differs} alone: {name}: {kind}: {place}: {said} ({kept})")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--client", type=Path, default=ROOT / "build/release/bin/sigstore-conformance-client")
    parser.add_argument("--stack", type=Path, help="folder with cosign and sigstore-go (test/e2e/stack/stack.sh build)",
                        default=Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "countersign/stack/bin")
    parser.add_argument("--tally", type=Path, help="file that gets a line 'PASSED FAILED'")
    options = parser.parse_args()
    found = {name: (bundle, case) for name, bundle, case in
             [*image_cases(), *public_cases(Path(os.environ.get("COUNTERSIGN_PUBLIC_DATA") or "/nonexistent"))]}
    mutations = chosen({name: bundle for name, (bundle, _) in found.items()}, options.count, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(Judges(options.client, options.stack), {name: case for name, (_, case) in found.items()}, Path(folder),
                                ROOT / "build/differential")
        with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            for done, (mutation, verdicts) in enumerate(pool.map(comparison.judge, range(len(mutations)), mutations), 1):
                comparison.note(mutation, verdicts)
                if done % 500 == 0:
                    print(f"  {done} of {len(mutations)}", file=sys.stderr, flush=True)
    for line in comparison.unexplained:
        print(f"FAILED: {line}")
    for index, count in comparison.used.most_common():
        print(f"  {count:5} {' | '.join(comparison.reasons[index][0])}: {comparison.reasons[index][1]}")
    print("accepted by: " + ", ".join(f"{who} {count}" for who, count in comparison.counts.most_common()))
    failed = len(comparison.unexplained)
    if not comparison.counts["countersign/cosign/sigstore-go"]:
        print("FAILED: no bundle was accepted by all: are the programs there?")
        failed += 1
    print(f"differential: {len(mutations)} bundles, {sum(comparison.used.values())} differences with a reason, {failed} without")
    if options.tally:
        options.tally.write_text(f"{len(mutations) - len(comparison.unexplained)} {failed}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
