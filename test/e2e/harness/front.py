"""A gate in front of registries in each of the ways in which clients reach one: by path prefix, by virtual host, by containerd's ns; over
plain HTTP, or over HTTPS with certificates of a private authority on both sides."""
import json
import socket

from harness.cuts import Cuts
from harness.images import IMAGES
from harness.processes import LOOPBACK, free_port
from harness.servers import DockerRegistry, ReferrersRegistry
from harness.world import EMAIL, policy, trust_part

DIST, LISTED = "dist.test", "listed.test"  # docker-registry, and the one with the referrers API

RULES = "".join([
    '[clients]\nauth = ["none"]\n[[clients.grant]]\nwho = "anonymous"\nrepositories = ["**"]\nactions = ["pull", "push"]\n',
    trust_part("one", IMAGES / "trusted_root.json"),
    policy("persons", ["*.test/acme/**"], "one", [(EMAIL[0], "subject", EMAIL[1])]),
    '[[policy]]\nname = "reviewed"\nrepositories = ["*.test/open/**"]\naction = "allow"\nreason = "read by a person"\n',
    '[default]\naction = "deny"\n',
])


class Front:
    def __init__(self, world, name, folder, authority=None, referrers_registry=None):
        """`authority` signs the certificates of the gate and of docker-registry; None is plain HTTP. `referrers_registry`: its program.
        `cuts` is the way from the gate to docker-registry."""
        self.name, self.folder, self.authority = name, folder, authority
        self.certs = authority.certs if authority else None
        certificate = authority.issue(f"registry-{name}") if authority else None
        self.dist = world.keep(DockerRegistry(folder / "dist", certificate=certificate, access_log=True))
        self.listed = world.keep(ReferrersRegistry(referrers_registry, folder / "listed")) if referrers_registry else None
        self.cuts = world.keep(Cuts(self.dist.port))
        self.port = free_port()
        self.address, self.virtual_host = f"{LOOPBACK}:{self.port}", f"localhost:{self.port}"
        self.scheme = "https" if authority else "http"
        self.url = f"{self.scheme}://{self.virtual_host}"
        config = self.upstream(DIST, f"{self.dist.scheme}://{LOOPBACK}:{self.cuts.port}", "dist", f'host = "{self.virtual_host}"\n')
        if self.listed:
            config += self.upstream(LISTED, self.listed.url, "listed", "default = true\n")
        self.gate = world.start_gate(f"gate-{name}", config + RULES, self.server_settings(), port=None if authority else self.port)

    def server_settings(self):
        hosts = [self.address, f"gate.test:{self.port}"]
        text = f"hosts = {json.dumps(hosts)}\n"
        if self.authority:
            certificate, key = self.authority.issue(f"gate-{self.name}")
            listen = [self.address, f"[::1]:{self.port}"] if has_ipv6_loopback() else [self.address]
            text += f'tls_listen = {json.dumps(listen)}\ntls = {{ certificate = "{certificate}", key = "{key}" }}\n'
        return text

    def upstream(self, registry, url, prefix, more):
        ca = f'ca = "{self.authority.ca}"\n' if self.authority else ""
        return (f'[[upstream]]\nregistry = "{registry}"\nurl = "{url}"\nprefix = "{prefix}"\nns = ["{registry}"]\n{more}{ca}'
                'auth = "anonymous"\nblobs = "open"\n')

    def prefix(self, registry):
        return registry.partition(".")[0]


def has_ipv6_loopback():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
            return True
    except OSError:
        return False
