"""The servers of a test: Debian's docker-registry, a real dockerd, and the gate under test."""
import json
import urllib.error
import urllib.request
from pathlib import Path

from harness.processes import LOOPBACK, Process, accepts_connections, free_port, run

# Loopback is never proxied, whatever the environment says.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def answers(url):
    try:
        with OPENER.open(url, timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


class DockerRegistry:
    """Debian's docker-registry (distribution 2.8), which has no referrers API."""

    def __init__(self, folder, port=None):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.address = f"{LOOPBACK}:{self.port}"
        self.url = f"http://{self.address}"
        config = {
            "version": 0.1,
            "log": {"level": "error", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(self.folder / "storage")}, "delete": {"enabled": True}},
            "http": {"addr": self.address, "secret": "of no consequence on loopback"},
        }
        path = self.folder / "registry.yml"
        path.write_text(json.dumps(config))  # JSON is YAML
        self.process = Process("registry", ["docker-registry", "serve", path], self.folder, lambda: answers(self.url + "/v2/"))

    def stop(self):
        self.process.stop()


class Dockerd:
    """A real Docker engine without network of its own: it only pulls and pushes."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.host = f"unix://{self.folder}/docker.sock"
        command = ["dockerd", "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs",
                   f"--data-root={self.folder}/data", f"--exec-root={self.folder}/exec", f"--pidfile={self.folder}/dockerd.pid",
                   f"--host={self.host}"]
        self.process = Process("dockerd", command, self.folder, self.ready, timeout=60)

    def ready(self):
        return run(["docker", "-H", self.host, "version"], timeout=10).ok

    def stop(self):
        self.process.stop(30)


class Gate:
    """`countersign serve`, with the configuration that the test wrote."""

    def __init__(self, program, folder, config, port, admin_port, name="gate"):
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
                               lambda: answers(self.admin + "/readyz") and accepts_connections(port))

    def decision(self, identifier):
        """The line of the decision log with this id, or None."""
        for line in self.decisions.read_text().splitlines() if self.decisions.exists() else []:
            record = json.loads(line)
            if record.get("id") == identifier:
                return record
        return None

    def stop(self):
        return self.process.stop()
