#!/usr/bin/env python3
"""How much does a pull of a verified, cached manifest cost, beside caching proxies that verify nothing?

    run.py [--seconds N] [--rounds N] [--gate PROGRAM]     the figures: about 20 minutes with the defaults
    run.py --kinds plain --connections 32                  only some of them
    run.py --urgent                                        as root, on a busy machine: servers and load before all other programs
    run.py --smoke                                         two seconds, one round: does the bench still work?

One manifest of 2 kB, signed by real cosign (test/bench/image), lies in a real docker-registry. In front of it stand the gate, nginx with
proxy_cache, HAProxy with its cache, and docker-registry as a pull-through cache: each on one core, with one thread and an access log in a
file. wrk asks for the manifest by digest from the other core. The gate writes the log lines of warm pulls joined, for up to 200 ms;
"nginx joined" does so too, "nginx" and HAProxy write each line as it comes. Before that, each must show that it answers with the right
bytes, from its cache, over TLS 1.3, and that it logs. The servers take turns in every round. Needs scripts/setup.sh bench.
"""
import argparse
import contextlib
import io
import os
import shutil
import ssl
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "test/bench"), str(ROOT / "test/e2e")]
sys.dont_write_bytecode = True
from harness.images import Vector  # noqa: E402
from harness.processes import LOOPBACK  # noqa: E402
from harness.wire import request  # noqa: E402
from harness.world import temporary_folder  # noqa: E402
from side_by_side.measure import LOAD_CORE, Figures, Load, urgent  # noqa: E402
from side_by_side.servers import IMAGE, JOINED, Certificate, Gate, Haproxy, Registry, nginx_proxy  # noqa: E402

KINDS = ("plain", "tls")
CONNECTIONS = (1, 32, 256)
REPOSITORY = "bench/image"
ASKED = 40  # times, while the upstream's log is watched


class Wrong(Exception):
    pass


class Bench:
    def __init__(self, folder, gate):
        self.vector, self.parts = Vector(IMAGE), []
        self.path = f"/v2/{REPOSITORY}/manifests/{self.vector.digest}"
        self.certificate = Certificate(folder)
        self.upstream = self.keep(Registry("upstream", folder, core=LOAD_CORE))
        with contextlib.redirect_stdout(io.StringIO()):
            self.vector.push(self.upstream.plain, REPOSITORY)
        port = self.upstream.plain_port
        self.servers = {"countersign": self.keep(Gate(gate, folder, self.upstream.plain, self.certificate)),
                        "nginx": self.keep(nginx_proxy("nginx", folder, self.certificate, port, cache=True)),
                        "nginx joined": self.keep(nginx_proxy("nginx joined", folder, self.certificate, port, cache=True, log=JOINED)),
                        "haproxy": self.keep(Haproxy("haproxy", folder, self.certificate, port, cache=True))}
        self.registries = {kind: self.keep(Registry(f"pull-through {kind}", folder, certificate, self.upstream.plain))
                           for kind, certificate in (("plain", None), ("tls", self.certificate))}

    def keep(self, part):
        self.parts.append(part)
        return part

    def stop(self):
        for part in reversed(self.parts):
            part.stop()

    def of(self, kind):
        """Name and server of all that speak this, in the order of their turns."""
        return {**self.servers, "registry": self.registries[kind]}

    def check(self, kind, server):
        """Right bytes, over TLS 1.3, with a log line each; True if the upstream noticed nothing."""
        wrap = encrypted if kind == "tls" else None
        port = server.tls_port if kind == "tls" else server.plain_port
        for _ in range(3):
            self.ask(port, wrap, server.name)
        time.sleep(0.5)
        silent, logged = self.upstream.lines(), server.lines()
        for _ in range(ASKED):
            self.ask(port, wrap, server.name)
        time.sleep(0.5)
        if server.lines() - logged < ASKED:
            raise Wrong(f"{server.name} wrote {server.lines() - logged} lines of log for {ASKED} requests")
        return self.upstream.lines() == silent

    def ask(self, port, wrap, name):
        answer = request(port, "GET", self.path, wrap=wrap)
        if answer.status != 200 or answer.body != self.vector.manifest():
            raise Wrong(f"{name} on port {port}: {answer}")


def encrypted(plain):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context.wrap_socket(plain, server_hostname=LOOPBACK)


def check_all(bench):
    cached = True
    for kind in KINDS:
        for name, server in bench.of(kind).items():
            silent = bench.check(kind, server)
            print(f"{name}, {kind}: right bytes, logged, {'from its cache' if silent else 'NOT FROM A CACHE: the upstream was asked'}")
            if not silent and name != "countersign":
                raise Wrong(f"{name} is no peer if it does not cache")
            cached = cached and silent
    return cached


def measure(bench, kind, connections, options):
    """Figures of requests per core-second and of requests per second, by name; and the largest share that others had of the core."""
    loads = {name: [] for name in bench.of(kind)}
    for _ in range(options.rounds):
        for name, server in bench.of(kind).items():
            address = server.tls if kind == "tls" else server.plain
            loads[name].append(Load(server.pid, address + bench.path, connections, options.seconds))
    return {name: (Figures(load.per_core_second for load in runs), Figures(load.per_second for load in runs), max(load.foreign for load in runs))
            for name, runs in loads.items()}


def run(bench, options):
    ratios = []
    for kind in options.kinds:
        for connections in options.connections:
            figures = measure(bench, kind, connections, options)
            print(f"\n{kind}, {connections} connections: requests per core-second (median of {options.rounds}), per second, others on the core")
            for name, (spent, wall, foreign) in figures.items():
                print(f"  {name:12} {str(spent):32} {wall.median:9.0f}/s   {foreign:4.0%}", flush=True)
            ours = figures["countersign"][0].median
            ratios.append(f"{kind:5} {connections:3} connections: " + "   ".join(
                f"ours/{name} {ours / figures[name][0].median:.2f}" for name in figures if name != "countersign"))
    print("\nratios of the medians, requests per core-second")
    print("\n".join(ratios))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=8, help="of each run (default 8)")
    parser.add_argument("--rounds", type=int, default=5, help="default 5")
    parser.add_argument("--gate", type=Path, default=ROOT / "build/release/bin/countersign")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--connections", nargs="+", type=int, default=CONNECTIONS)
    parser.add_argument("--urgent", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()
    if options.smoke:
        options.seconds, options.rounds = 2, 1
    folder, bench = temporary_folder(), None
    try:
        bench = Bench(folder, options.gate.resolve())
        print(f"manifest of {len(bench.vector.manifest())} bytes; load average {os.getloadavg()[0]:.1f}")
        cached = check_all(bench)
        if options.urgent:
            urgent(os.getpid(), *(part.pid for part in bench.parts))  # wrk inherits it
        run(bench, options)
        if not cached:
            print("the gate did not answer from a cache: these are figures of a relay")
        return 0 if cached else 1
    finally:
        if bench:
            bench.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
