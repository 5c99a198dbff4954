#!/usr/bin/env python3
"""Do the unit tests notice when a check is missing? One mutant after another is chosen in the program that holds them all.

    run.py                     all mutants; results are kept: what was judged before by the same program is not run again
    run.py --sample 60         a fixed sample, chosen by the names of the mutants, as in scripts/test.sh
    run.py --path verifier     only those in files with this in their name
    run.py --list              only print what is not noticed, of what was judged before

A mutant is noticed when a test case that passes without it fails, crashes or takes too long. Only the cases that run the changed place
are run, quick ones first. What is not noticed must stand in survivors.txt with the reason why nothing could notice it. A line there
that names no mutant, or one that is noticed, is a failure, and so are fewer than 95 % noticed of all.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WANTED = 0.95
SURVIVORS = Path(__file__).resolve().parent / "survivors.txt"


class Program:
    """The unit tests with all mutants of one room in them."""

    def __init__(self, build):
        self.path = build / "bin/unit_sigstore_mutants"
        folder = build / "mutants/sigstore"
        if not self.path.exists():
            sys.exit(f"{self.path} is missing: ninja -C {build} unit_sigstore_mutants")
        self.mutants = json.loads((folder / "mutants.json").read_text())
        self.identity = hashlib.sha256(self.path.read_bytes()).hexdigest()
        self.results_path = folder / "results.json"
        self.cases = {}  # name -> (milliseconds, numbers of places it runs)

    def run(self, mutant, arguments, timeout, **environment):
        """The exit status; None for too long."""
        variables = {**os.environ, "COUNTERSIGN_MUTANT": str(mutant), **environment}
        try:
            return subprocess.run([self.path, *arguments], env=variables, timeout=timeout, cwd=ROOT, check=False,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        except subprocess.TimeoutExpired:
            return None

    def record(self):
        """Which case runs which places; all must pass without a mutant."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "reached")
            if self.run(0, [], 900, COUNTERSIGN_MUTANTS_REACHED=str(file)) != 0:
                sys.exit(f"{self.path}: the tests fail without any mutant")
            for line in file.read_text().splitlines():
                milliseconds, name, numbers = line.split("\t")
                self.cases[name] = (int(milliseconds), {int(number) for number in numbers.split()})

    def judge(self, number):
        """'noticed', 'not reached' or 'survived'."""
        reaching = sorted((time, name) for name, (time, numbers) in self.cases.items() if number in numbers)
        if not reaching:
            return "not reached"
        # First the quick ones, then the rest: most are noticed by the first.
        for part in (reaching[:12], reaching[12:]):
            if not part:
                continue
            with tempfile.NamedTemporaryFile("w", suffix=".cases") as file:
                file.write("".join(f'"{escaped(name)}"\n' for _, name in part))
                file.flush()
                timeout = 20 + 10 * sum(time for time, _ in part) / 1000
                if self.run(number, ["--abort", "--warn", "NoTests", "-f", file.name], timeout) != 0:
                    return "noticed"
        return "survived"

    def kept(self):
        """Results of earlier runs of this very program."""
        try:
            kept = json.loads(self.results_path.read_text())
        except (OSError, ValueError):
            return {}
        return kept["results"] if kept.get("program") == self.identity else {}

    def keep(self, results):
        new = self.results_path.with_suffix(".new")
        new.write_text(json.dumps({"program": self.identity, "results": results}, indent=1))
        new.replace(self.results_path)


def escaped(name):
    return "".join("\\" + c if c in '\\,"[]' else c for c in name)


def reasons():
    """{key: reason}. A block is the reason, indented, under the keys that it explains."""
    found, keys = {}, []
    for line in SURVIVORS.read_text().splitlines() if SURVIVORS.exists() else []:
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" "):
            found.update(dict.fromkeys(keys, line.strip()))
            keys = []
        else:
            keys.append(line.strip())
    if keys:
        sys.exit(f"{SURVIVORS}: no reason under {keys[0]!r}")
    return found


def sample(mutants, count):
    return sorted(mutants, key=lambda mutant: hashlib.sha256(mutant["key"].encode()).digest())[:count]


def judge_all(program, chosen, results):
    open_ones = [mutant for mutant in chosen if mutant["key"] not in results]
    if open_ones:
        program.record()
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        verdicts = pool.map(lambda mutant: (mutant["key"], program.judge(mutant["number"])), open_ones)
        for done, (key, verdict) in enumerate(verdicts, 1):
            results[key] = verdict
            if done % 50 == 0 or done == len(open_ones):
                program.keep(results)
                print(f"  {done} of {len(open_ones)}", file=sys.stderr, flush=True)


def report(chosen, results, known):
    """Prints what is wrong; the number of mutants noticed and of problems."""
    judged = [mutant for mutant in chosen if mutant["key"] in results]
    problems = 0
    for mutant in judged:
        verdict, explained = results[mutant["key"]], mutant["key"] in known
        if verdict != "noticed" and not explained:
            print(f"FAILED: {verdict}: line {mutant['line']}: {mutant['key']}")
            problems += 1
        elif verdict == "noticed" and explained:
            print(f"FAILED: is noticed, yet {SURVIVORS.name} explains why it cannot be: {mutant['key']}")
            problems += 1
    return sum(results[mutant["key"]] == "noticed" for mutant in judged), len(judged), problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--sample", type=int, metavar="N")
    parser.add_argument("--path", default="", help="part of a file's name")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--tally", type=Path, help="file that gets a line 'PASSED FAILED'")
    options = parser.parse_args()
    program = Program(options.build)
    chosen = sample(program.mutants, options.sample) if options.sample else program.mutants
    chosen = [mutant for mutant in chosen if options.path in mutant["path"]]
    results, known = program.kept(), reasons()
    if not options.list:
        judge_all(program, chosen, results)
    noticed, judged, problems = report(chosen, results, known)
    for key in set(known) - {mutant["key"] for mutant in program.mutants}:
        print(f"FAILED: {SURVIVORS.name} names no mutant: {key}")
        problems += 1
    share = noticed / max(judged, 1)
    if share < WANTED and judged == len(program.mutants):
        print(f"FAILED: fewer than {WANTED:.0%} are noticed")
        problems += 1
    print(f"mutation: {noticed} of {judged} noticed ({share:.1%}), {judged - noticed} not, {problems} problems")
    if options.tally:
        options.tally.write_text(f"{noticed} {problems}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
