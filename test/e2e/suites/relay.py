"""Blobs of any size pass in bounded memory, at the pace of the slower side, whole or not at all."""
import os
import socket
import subprocess
import time

from harness.endless import EndlessRegistry
from harness.memory import PeakOf
from harness.processes import LOOPBACK, free_port, run as run_program
from harness.world import GRANTS, POLICIES, upstream_part

MIB = 1 << 20
SIZE = int(os.environ.get("COUNTERSIGN_RELAY_MIB", "1024")) * MIB
PATH = "/v2/acme/big/blobs/sha256:" + "0" * 64


class Relay:
    """A gate, plain and TLS, in front of a registry of one enormous blob."""

    def __init__(self, world, size):
        self.size = size
        self.registry = world.keep(EndlessRegistry(size))
        folder = world.folder / "relay"
        folder.mkdir()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-keyout", folder / "key.pem", "-out", folder / "ca.crt", "-subj", "/CN=gate of a test",
                        "-addext", f"subjectAltName=IP:{LOOPBACK}"], check=True, capture_output=True)
        tls_port = free_port()
        extra = f'tls_listen = ["{LOOPBACK}:{tls_port}"]\ntls = {{ certificate = "{folder}/ca.crt", key = "{folder}/key.pem" }}\n'
        self.gate = world.start_gate("gate-relay", upstream_part(self.registry.url) + GRANTS + POLICIES, extra, threads=1)
        self.addresses = {"plain": f"http://{self.gate.address}", "TLS": f"https://{LOOPBACK}:{tls_port}"}
        self.ca = folder / "ca.crt"

    def fetch(self, kind):
        """What curl did, bytes received, and seconds."""
        command = ["curl", "-sS", "--noproxy", "*", "--cacert", self.ca, "-o", "/dev/null", "-w", "%{size_download} %{time_total}",
                   self.addresses[kind] + PATH]
        outcome = run_program(command, timeout=600)
        words = outcome.text.split()
        return outcome, int(words[-2]), float(words[-1])


def run(world):
    world.report.section(f"blobs of {SIZE // MIB} MiB")
    relay = Relay(world, SIZE)
    for kind in relay.addresses:
        measure(world.report, relay, kind)
    stopped_reader(world.report, relay)
    short_body(world.report, relay)


def measure(report, relay, kind):
    relay.fetch(kind)  # warm: allocator arenas, TLS contexts, the connection to the registry
    with PeakOf(relay.gate.process.pid) as peak:
        outcome, received, seconds = relay.fetch(kind)
    figures = f"{received / 1e9:.2f} GB in {seconds:.2f} s, {received / seconds / 1e9:.2f} GB/s, anonymous memory +{peak.growth / 1024:.0f} KiB"
    print(f"    {kind}: {figures}")
    report.check(f"{kind}: the blob arrives whole", outcome.ok and received == relay.size, outcome.text)
    report.check(f"{kind}: anonymous memory grows by at most 1 MiB", peak.growth <= MIB, figures)


def stopped_reader(report, relay):
    """A client that takes a megabyte and then nothing more: the registry must be held back, not buffered."""
    with socket.socket() as client, PeakOf(relay.gate.process.pid) as peak:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        client.connect((LOOPBACK, relay.gate.port))
        client.sendall(f"GET {PATH} HTTP/1.1\r\nHost: {relay.gate.address}\r\n\r\n".encode())
        client.recv(MIB)
        time.sleep(1)
        before = relay.registry.sent
        time.sleep(1)
        after = relay.registry.sent
    report.check("a reader that stops reading stops the registry's sending", before == after and after < 64 * MIB,
                 f"sent {before} bytes, a second later {after}")
    report.check("and memory does not grow meanwhile", peak.growth <= MIB, f"+{peak.growth} bytes")


def short_body(report, relay):
    """What the registry does not send is never made up, and the client can tell."""
    relay.registry.breaks_off_at = 3 * MIB
    try:
        for kind in relay.addresses:
            outcome, received, _ = relay.fetch(kind)
            report.check(f"{kind}: a body that ends early breaks the client's connection", not outcome.ok and received <= 3 * MIB, outcome.text)
    finally:
        relay.registry.breaks_off_at = None
