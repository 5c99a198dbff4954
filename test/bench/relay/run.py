#!/usr/bin/env python3
"""What does it cost to pass a large blob on? GB per core-second of the server, beside nginx and HAProxy in the same run.

    run.py [--mib N] [--rounds N] [--gate PROGRAM]     the figures
    run.py --kinds plain                               only some of them
    run.py --smoke                                     small and once: does the bench still work?

A static nginx serves the blob. In front of it stand the gate, nginx as it comes, nginx with large buffers and no temporary files, HAProxy
copying and HAProxy with splice(2): each on one core with one thread; origin and reader (curl) share the other. "tls" is TLS towards the
client only, "tls-both" on both sides. The servers take turns in every round. GB is 10^9 bytes; a core-second is a second of the server's
own user and system time. Needs scripts/setup.sh bench.
"""
import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "test/bench"), str(ROOT / "test/e2e")]
sys.dont_write_bytecode = True
from harness.world import temporary_folder  # noqa: E402
from side_by_side.measure import LOAD_CORE, TICKS, Figures, cpu_seconds, on_core  # noqa: E402
from side_by_side.servers import Certificate, Gate, Haproxy, nginx_files, nginx_proxy  # noqa: E402

KINDS = ("plain", "tls", "tls-both")
PATH = "/v2/acme/big/blobs/sha256:" + "0" * 64
TUNED = "proxy_buffers 16 128k; proxy_buffer_size 128k; proxy_busy_buffers_size 256k; proxy_max_temp_file_size 0;"
SPLICE = "option splice-response"


class Bench:
    def __init__(self, folder, gate, size):
        self.size, self.parts = size, []
        certificate = Certificate(folder)
        blob = folder / "root" / PATH[1:]
        blob.parent.mkdir(parents=True)
        with blob.open("wb") as file:
            file.write(b"not a manifest\n")
            file.truncate(size)
        origin = self.keep(nginx_files("origin", folder, certificate, folder / "root"))
        self.servers = {"http": self.proxies(folder / "http", gate, certificate, "http", origin.plain_port),
                        "https": self.proxies(folder / "https", gate, certificate, "https", origin.tls_port)}

    def proxies(self, folder, gate, certificate, scheme, port):
        ca = certificate.chain if scheme == "https" else None
        newest = "proxy_ssl_protocols TLSv1.3; " if scheme == "https" else ""  # nginx 1.22 offers it only when told
        made = {"countersign": Gate(gate, folder, f"{scheme}://127.0.0.1:{port}", certificate, ca),
                "nginx": nginx_proxy("nginx", folder, certificate, port, False, "", scheme, newest),
                "nginx tuned": nginx_proxy("nginx tuned", folder, certificate, port, False, "", scheme, newest + TUNED),
                "haproxy": Haproxy("haproxy", folder, certificate, port, False, scheme)}
        if scheme == "http":
            made["haproxy splice"] = Haproxy("haproxy splice", folder, certificate, port, False, scheme, SPLICE)
        for server in made.values():
            self.keep(server)
        return made

    def keep(self, part):
        self.parts.append(part)
        return part

    def stop(self):
        for part in reversed(self.parts):
            part.stop()

    def peers(self, kind):
        made = self.servers["https" if kind == "tls-both" else "http"]
        return {name: server for name, server in made.items() if kind == "plain" or name != "haproxy splice"}

    def fetch(self, server, kind):
        """GB per core-second of one download."""
        url = (server.plain if kind == "plain" else server.tls) + PATH
        before = cpu_seconds(server.pid)
        command = ["curl", "-sS", "--noproxy", "*", "--insecure", "-o", os.devnull, "-w", "%{http_code} %{size_download}", url]
        said = subprocess.run(on_core(LOAD_CORE, command), capture_output=True, text=True, timeout=300)
        if said.stdout.split() != ["200", str(self.size)]:
            raise RuntimeError(f"{server.name}: the blob did not come whole: {said.stdout}{said.stderr}")
        return self.size / 1e9 / max(cpu_seconds(server.pid) - before, 1 / TICKS)

    def run(self, kind, rounds):
        peers = self.peers(kind)
        for server in peers.values():
            self.fetch(server, kind)
        figures = {name: [] for name in peers}
        for _ in range(rounds):
            for name, server in peers.items():
                figures[name].append(self.fetch(server, kind))
        self.show(kind, {name: Figures(values) for name, values in figures.items()})

    @staticmethod
    def show(kind, figures):
        print(f"{kind}: GB per core-second, median [lowest to highest]")
        ours = figures["countersign"].median
        for name, figure in figures.items():
            ratio = "" if name == "countersign" else f"   countersign: {ours / figure.median:.2f} x"
            print(f"    {name:<16}{figure.median:6.2f}  [{figure.low:.2f} to {figure.high:.2f}]{ratio}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gate", type=Path, default=ROOT / "build/release/bin/countersign")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()
    if options.smoke:
        options.mib, options.rounds = 16, 1
    folder, bench = temporary_folder(), None
    folder.chmod(0o755)  # nginx's worker has to get in
    try:
        bench = Bench(folder, options.gate.resolve(), options.mib << 20)
        for kind in options.kinds:
            bench.run(kind, options.rounds)
    finally:
        if bench:
            bench.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
