#!/usr/bin/env python3
"""What does a connection cost that does nothing? Growth of anonymous memory (RssAnon) per idle keep-alive connection after one request
each, the memory of a process that has none, and the time from start to ready; beside nginx and HAProxy in the same run.

    run.py [--connections N] [--gate PROGRAM]     the figures
    run.py --smoke                                few connections, one start: does the bench still work?

The kernel's memory of sockets is not in it. Needs scripts/setup.sh bench.
"""
import argparse
import resource
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "test/bench"), str(ROOT / "test/e2e")]
sys.dont_write_bytecode = True
from harness.memory import anonymous  # noqa: E402
from harness.processes import LOOPBACK  # noqa: E402
from harness.world import temporary_folder  # noqa: E402
from side_by_side.measure import SERVER_CORE, descendants, on_core  # noqa: E402
from side_by_side.servers import Certificate, Gate, Haproxy, nginx_files, nginx_proxy  # noqa: E402

PATH = "/v2/"
WARM_UP = 100  # connections that come and go before: arenas, contexts and pools are there then
ANY_CERTIFICATE = ssl.create_default_context()
ANY_CERTIFICATE.check_hostname, ANY_CERTIFICATE.verify_mode = False, ssl.CERT_NONE


def memory(server):
    return sum(anonymous(pid) for pid in descendants(server.pid))


def proportional(server):
    """PSS in bytes: private memory, and the share of what other processes map too."""
    total = 0
    for pid in descendants(server.pid):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def connect(server, kind):
    """A connection after one request and its whole answer."""
    connection = socket.create_connection((LOOPBACK, server.plain_port if kind == "plain" else server.tls_port))
    if kind == "tls":
        connection = ANY_CERTIFICATE.wrap_socket(connection)
    connection.sendall(f"GET {PATH} HTTP/1.1\r\nHost: {LOOPBACK}\r\nUser-Agent: idle\r\nAccept: */*\r\n\r\n".encode())
    answer = b""
    while not answer.endswith(b"{}"):
        piece = connection.recv(65536)
        if not piece:
            raise RuntimeError(f"{server.name} closed: {answer!r}")
        answer += piece
    return connection


def per_connection(server, kind, count):
    """Bytes that each of `count` idle connections adds."""
    for connection in [connect(server, kind) for _ in range(WARM_UP)]:
        connection.close()
    time.sleep(0.5)
    before = memory(server)
    held = [connect(server, kind) for _ in range(count)]
    time.sleep(0.5)
    growth = memory(server) - before
    for connection in held:
        connection.close()
    return growth / count


def ready(port):
    try:
        with socket.create_connection((LOOPBACK, port)) as connection:
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: gate\r\n\r\n")
            return connection.recv(12) == b"HTTP/1.1 200"
    except OSError:
        return False


def start(program, gate):
    """Milliseconds from the start of the program to the first 200 of /readyz. `gate` has written the configuration; it is stopped."""
    begin = time.monotonic()
    with (gate.folder / "start.log").open("wb") as log:
        command = on_core(SERVER_CORE, [program, "serve", "--config", gate.folder / "config.toml"])
        child = subprocess.Popen(command, cwd=gate.folder, stdout=log, stderr=log)
    while not ready(gate.admin):
        if child.poll() is not None or time.monotonic() > begin + 10:
            raise RuntimeError((gate.folder / "start.log").read_text())
        time.sleep(0.0005)
    taken = (time.monotonic() - begin) * 1000
    child.terminate()
    child.wait()
    return taken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--gate", type=Path, default=ROOT / "build/release/bin/countersign")
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()
    count, starts = (50, 1) if options.smoke else (options.connections, 9)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    folder, parts = temporary_folder(), []
    folder.chmod(0o755)  # nginx's worker has to get in
    try:
        certificate = Certificate(folder)
        (folder / "root/v2").mkdir(parents=True)
        (folder / "root/v2/index.html").write_text("{}")
        parts.append(nginx_files("origin", folder, certificate, folder / "root"))
        port = parts[0].plain_port
        gate = Gate(options.gate.resolve(), folder, parts[0].plain, certificate)
        peers = [gate, nginx_proxy("nginx", folder, certificate, port, False), Haproxy("haproxy", folder, certificate, port, False)]
        parts += peers
        for peer in peers:
            print(f"{peer.name:<12} base: PSS {proportional(peer) / 1e6:.1f} MB, RssAnon {memory(peer) / 1e6:.1f} MB", flush=True)
        for kind in ("plain", "tls"):
            for peer in peers:
                print(f"{peer.name:<12} {kind}: {per_connection(peer, kind, count) / 1000:.2f} kB for each of {count} idle connections", flush=True)
        parts.remove(gate)
        gate.stop()
        times = [start(options.gate.resolve(), gate) for _ in range(starts)]
        print(f"countersign  start to ready: {statistics.median(times):.0f} ms  [{min(times):.0f} to {max(times):.0f}]")
    finally:
        for part in reversed(parts):
            part.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
