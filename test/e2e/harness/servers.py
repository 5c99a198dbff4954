"""The servers of a test: registries, a real dockerd and containerd, and the gate under test."""
import json
import re
import shutil
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from harness.processes import LOOPBACK, Process, accepts_connections, free_port, run

# Loopback is never proxied, whatever the environment says.
# Whether a server is the right one is the clients' question, not that of this harness.
ANY_CERTIFICATE = ssl.create_default_context()
ANY_CERTIFICATE.check_hostname, ANY_CERTIFICATE.verify_mode = False, ssl.CERT_NONE
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=ANY_CERTIFICATE))


def answers(url):
    try:
        with OPENER.open(url, timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


class Registry:
    """What the registries have in common: an address, and a log of requests."""

    def __init__(self, folder, tls=False, port=None):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.address = f"{LOOPBACK}:{self.port}"
        self.scheme = "https" if tls else "http"
        self.url = f"{self.scheme}://{self.address}"

    def begin(self, command):
        self.process = Process("registry", command, self.folder, lambda: answers(self.url + "/v2/"))

    def log(self):
        return self.process.log.read_text(errors="replace")

    def requests(self):
        """"METHOD /v2/…" of everything that was asked, in order."""
        return [" ".join(found) for found in re.findall(r"\b([A-Z]{3,6}) (/v2/\S*)", self.log())]

    def restart(self):
        """The same registry on the same port: whoever kept a connection to it has a dead one."""
        command = self.process.child.args
        self.process.stop()
        self.begin(command)

    def stop(self):
        self.process.stop()


class DockerRegistry(Registry):
    """Debian's docker-registry (distribution 2.8), which has no referrers API. `certificate`: chain and key, for HTTPS."""

    def __init__(self, folder, port=None, certificate=None, access_log=False, relative_urls=False):
        super().__init__(folder, certificate is not None, port)
        http = {"addr": self.address, "secret": "of no consequence on loopback", "relativeurls": relative_urls}
        if certificate:
            http["tls"] = {"certificate": str(certificate[0]), "key": str(certificate[1])}
        config = {
            "version": 0.1,
            "log": {"level": "error", "accesslog": {"disabled": not access_log}},
            "storage": {"filesystem": {"rootdirectory": str(self.folder / "storage")}, "delete": {"enabled": True}},
            "http": http,
        }
        path = self.folder / "registry.yml"
        path.write_text(json.dumps(config))  # JSON is YAML
        self.begin(["docker-registry", "serve", path])


class ReferrersRegistry(Registry):
    """go-containerregistry's registry with the referrers API (test/e2e/stack/referrers-registry). It keeps everything in memory."""

    def __init__(self, program, folder):
        super().__init__(folder)
        self.begin([program, "-listen", self.address])


class Dockerd:
    """A real Docker engine without network of its own: it pulls, pushes, builds, and runs in the network of the host. It sees an
    /etc/docker and an /etc/hosts of its own: the machine's settings do not matter, and its certs.d can be filled without touching the
    machine's.

    docker verifies no certificate of a registry on 127.0.0.0/8; so the name gate.test stands for ::1, which is no exception to it.
    `storage`: how it keeps layers; None, what it finds best here (for images of many layers; vfs works everywhere).
    """

    def __init__(self, folder, storage="vfs"):
        self.folder = Path(folder)
        self.settings = self.folder / "etc"
        (self.settings / "certs.d").mkdir(parents=True)
        hosts = self.folder / "hosts"
        hosts.write_text(Path("/etc/hosts").read_text() + "\n::1 gate.test\n")
        self.host = f"unix://{self.folder}/docker.sock"
        mounts = 'mkdir -p /etc/docker && mount --bind "$0" /etc/docker && mount --bind "$1" /etc/hosts && shift && exec "$@"'
        command = ["unshare", "--mount", "sh", "-c", mounts, self.settings, hosts, "dockerd", "--iptables=false",
                   "--ip6tables=false", "--bridge=none", f"--data-root={self.folder}/data", f"--exec-root={self.folder}/exec",
                   f"--pidfile={self.folder}/dockerd.pid", f"--host={self.host}", *([f"--storage-driver={storage}"] if storage else [])]
        self.process = Process("dockerd", command, self.folder, self.ready, timeout=60)

    def ready(self):
        return run(["docker", "-H", self.host, "version"], timeout=10).ok

    def trust(self, authority, ca):
        """Believes `ca` for the registry at host:port. Read at each pull."""
        folder = self.settings / "certs.d" / authority
        folder.mkdir()
        shutil.copy(ca, folder / "ca.crt")

    def stop(self):
        self.process.stop(30)


class Containerd:
    """A containerd with root, state and socket of its own. It mounts nothing: images are unpacked by the native snapshotter."""

    def __init__(self, program, folder, version):
        """`version`: of its configuration file, 2 for containerd 1.6 and 3 for containerd 2."""
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket = self.folder / "containerd.sock"
        text = (f'version = {version}\nroot = "{self.folder}/root"\nstate = "{self.folder}/state"\n'
                'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
                f'[grpc]\naddress = "{self.socket}"\n[ttrpc]\naddress = "{self.folder}/ttrpc.sock"\n')
        if version == 3:
            text += '[[plugins."io.containerd.transfer.v1.local".unpack_config]]\nplatform = "linux"\nsnapshotter = "native"\n'
        config = self.folder / "config.toml"
        config.write_text(text)
        self.process = Process("containerd", [program, "--config", config], self.folder, self.socket.is_socket)

    def stop(self):
        self.process.stop()


class Gate:
    """`countersign serve`, with the configuration that the test wrote."""

    def __init__(self, program, folder, config, port, admin_port, name="gate", env=None):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port, self.admin_port = port, admin_port
        self.address = f"{LOOPBACK}:{port}"
        self.url = f"http://{self.address}"
        self.admin = f"http://{LOOPBACK}:{admin_port}"
        self.config = self.folder / "config.toml"
        self.config.write_text(config)
        self.decisions = self.folder / "decisions.jsonl"
        self.process = Process(name, [program, "serve", "--config", self.config], self.folder,
                               lambda: answers(self.admin + "/readyz") and accepts_connections(port), env)

    def decision(self, identifier):
        """The line of the decision log with this id, or None."""
        for line in self.decisions.read_text().splitlines() if self.decisions.exists() else []:
            record = json.loads(line)
            if record.get("id") == identifier:
                return record
        return None

    def stop(self):
        return self.process.stop()
