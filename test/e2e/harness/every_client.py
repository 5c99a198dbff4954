"""Every client that this machine has, ready for a gate (harness/front.py). What is missing was said by run.py or is said here."""
import shutil

from harness import tools
from harness.clients import Buildah, Docker, Podman, Skopeo
from harness.front import DIST, LISTED, has_ipv6_loopback
from harness.go_clients import Crane, Ctr, Oras
from harness.servers import Containerd


def go_programs(report):
    """The folder of the programs that need Go, or None."""
    try:
        return tools.build("crane", "oras", "ctr", "containerd", "referrers-registry")
    except tools.NotAvailable as problem:
        report.skip("everything with crane, oras, containerd 2 and a registry with the referrers API", str(problem))
        return None


def every_client(world, front, folder, programs):
    clients = [Skopeo(folder / "skopeo", front.certs), Podman(folder / "podman", front.certs), Buildah(folder / "buildah", front.certs)]
    clients += docker(world, front, folder)
    if shutil.which("containerd"):
        clients.append(containerd(world, front, folder / "containerd-1", "containerd 1.6", "containerd", "ctr", 2))
    if programs:
        clients.append(containerd(world, front, folder / "containerd-2", "containerd 2", programs / "containerd", programs / "ctr", 3))
        clients += [Crane(programs / "crane", folder / "crane", front.certs), Oras(programs / "oras", folder / "oras", front.certs)]
    return clients


def docker(world, front, folder):
    """The world's engine, with a home of its own."""
    if not world.dockerd:
        return []
    if front.authority and not has_ipv6_loopback():
        world.report.skip("docker over TLS", "this machine has no ::1, and docker verifies no certificate on 127.0.0.0/8")
        return []
    client = Docker(world.dockerd.host, folder / "docker")
    if front.authority:
        world.dockerd.trust(client.host(front), front.authority.ca)
    return [client]


def containerd(world, front, folder, name, daemon, program, version):
    service = world.keep(Containerd(daemon, folder, version))
    client = Ctr(name, program, service.socket, folder / "client", front.certs)
    # containerd 1.6 says ns in pulls only: what its pushes mean is known by the host, or by default.
    client.lead(DIST, front.url)
    client.lead(LISTED, front.url.replace("localhost", "127.0.0.1"))
    client.lead(front.dist.address, front.dist.url)
    if front.listed:
        client.lead(front.listed.address, front.listed.url)
    return client
