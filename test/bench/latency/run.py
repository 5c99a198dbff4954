#!/usr/bin/env python3
"""How much later does an uncached answer come because a proxy stands in between?

    run.py [--seconds N] [--rounds N] [--gate PROGRAM]     the figures: about 6 minutes with the defaults
    run.py --smoke                                         two seconds, one round: does the bench still work?

A blob of 2 kB is fetched from nginx, which serves it from a file, directly and through the gate, nginx and HAProxy as proxies without a
cache; all keep their connections open and log every request. First the capacity of each proxy is measured with wrk. Then `paced` asks at
a fixed rate, half of the smallest of these capacities and the same for all, and at 200 a second: an answer's time runs from when its
request was due. The proxies are on one core, origin and load on the other; run as root, all of them
are scheduled before other programs of the machine. Needs scripts/setup.sh bench and a build.
"""
import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "test/bench"), str(ROOT / "test/e2e")]
sys.dont_write_bytecode = True
from harness.processes import LOOPBACK  # noqa: E402
from harness.wire import request  # noqa: E402
from harness.world import temporary_folder  # noqa: E402
from side_by_side.measure import LOAD_CORE, Figures, Load, on_core, urgent  # noqa: E402
from side_by_side.servers import Certificate, Gate, Haproxy, nginx_files, nginx_proxy  # noqa: E402

BLOB = random.Random(1).randbytes(2048)
PATH = f"/v2/bench/image/blobs/sha256:{hashlib.sha256(BLOB).hexdigest()}"
CONNECTIONS = 32
QUIET = 200  # requests per second
IN_TURN = ["chrt", "--rr", "1"] if os.geteuid() == 0 else []


class Bench:
    def __init__(self, folder, options):
        self.options, self.parts = options, []
        blob = folder / "files" / PATH.lstrip("/")
        blob.parent.mkdir(parents=True)
        blob.write_bytes(BLOB)
        folder.chmod(0o755)
        certificate = Certificate(folder)
        origin = self.keep(nginx_files("origin", folder, certificate, folder / "files"))
        port = origin.plain_port
        self.proxies = {"nginx": self.keep(nginx_proxy("nginx", folder, certificate, port, cache=False)),
                        "haproxy": self.keep(Haproxy("haproxy", folder, certificate, port, cache=False)),
                        "countersign": self.keep(Gate(options.gate.resolve(), folder, origin.plain, certificate))}
        self.servers = {"direct": origin, **self.proxies}
        self.origin = origin

    def keep(self, part):
        self.parts.append(part)
        return part

    def stop(self):
        for part in reversed(self.parts):
            part.stop()

    def check(self):
        """Right bytes, each time from the origin, each time with a line of log."""
        for name, server in self.servers.items():
            asked, logged = self.origin.lines(), server.lines()
            for _ in range(20):
                answer = request(server.plain_port, "GET", PATH)
                if answer.status != 200 or answer.body != BLOB:
                    raise RuntimeError(f"{name}: {answer}")
            time.sleep(0.5)  # lines may be joined
            if self.origin.lines() - asked != 20 or server.lines() - logged < 20:
                raise RuntimeError(f"{name}: 20 requests, {self.origin.lines() - asked} at the origin, {server.lines() - logged} lines of log")

    def capacity(self, server):
        """What it could answer with its whole core."""
        return Load(server.pid, server.plain + PATH, CONNECTIONS, self.options.seconds).per_core_second

    def paced(self, server, rate):
        """{"p50": microseconds, "p99": …}"""
        command = [*IN_TURN, self.options.paced, LOOPBACK, server.plain_port, PATH, CONNECTIONS, f"{rate:.0f}", self.options.seconds]
        done = subprocess.run(on_core(LOAD_CORE, command), capture_output=True, text=True, check=False, timeout=self.options.seconds + 30)
        if done.returncode:
            raise RuntimeError(f"{server.name}: {done.stderr}")
        found = json.loads(done.stdout)
        if found["unanswered"]:
            print(f"    {server.name}: {found['unanswered']} requests were not answered in time")
        return found

    def rounds(self, rate):
        """Per server the answers of all rounds, taken in turns."""
        runs = {name: [] for name in self.servers}
        for _ in range(self.options.rounds):
            for name, server in self.servers.items():
                runs[name].append(self.paced(server, rate))
        return runs


def added(runs, name, percentile):
    """What a proxy adds to the direct answer of the same round."""
    return Figures(run[percentile] - direct[percentile] for run, direct in zip(runs[name], runs["direct"]))


def report(runs, rate, title):
    print(f"\n{title}, {rate:.0f} requests per second: microseconds (median of the rounds, lowest to highest)")
    for name, found in runs.items():
        print(f"  {name:12} p50 {Figures(run['p50'] for run in found)}   p99 {Figures(run['p99'] for run in found)}")
    for percentile in ("p50", "p99"):
        adds = {name: added(runs, name, percentile) for name in runs if name != "direct"}
        for name, figures in adds.items():
            print(f"  {name:12} adds to {percentile} {figures}", flush=True)
        ours = adds["countersign"].median
        yield f"{title}, {percentile}: " + "   ".join(f"ours/{name} {ratio(ours, adds[name].median)}" for name in adds if name != "countersign")


def ratio(ours, theirs):
    return f"{ours / theirs:.2f}" if theirs > 0 else "none: it added nothing that could be seen"


def run(bench):
    bench.check()
    capacities = {name: bench.capacity(server) for name, server in bench.proxies.items()}
    print("capacity, requests per core-second: " + ", ".join(f"{name} {value:.0f}" for name, value in capacities.items()))
    urgent(*(server.pid for server in bench.servers.values()))
    half = min(capacities.values()) / 2
    ratios = [*report(bench.rounds(QUIET), QUIET, "quiet"), *report(bench.rounds(half), half, "half load")]
    print("\nratios of what is added")
    print("\n".join(ratios))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=6, help="of each run (default 6)")
    parser.add_argument("--rounds", type=int, default=5, help="default 5")
    parser.add_argument("--gate", type=Path, default=ROOT / "build/release/bin/countersign")
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()
    options.paced = ROOT / "build/release/bin/paced"
    if options.smoke:
        options.seconds, options.rounds = 2, 1
    folder, bench = temporary_folder(), None
    try:
        print(f"load average {os.getloadavg()[0]:.1f}")
        bench = Bench(folder, options)
        run(bench)
        return 0
    finally:
        if bench:
            bench.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
