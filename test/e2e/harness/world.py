"""What most suites share: one registry behind one shim behind one gate, and every client that this machine has."""
import json
import shutil
import tempfile
from pathlib import Path

from harness.clients import Docker, Podman, Skopeo
from harness.images import IMAGES
from harness.processes import LOOPBACK, NotReady, free_port
from harness.servers import Dockerd, DockerRegistry, Gate
from harness.shim import Shim

REGISTRY = "registry.test"  # the canonical name of the upstream: what policies speak of
EMAIL = ("https://accounts.example.com", "foo@bar.com")
GITHUB = ("https://token.actions.githubusercontent.com",
          "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1.2.3")


def server_part(port, admin_port, extra="", threads=2):
    return f'''[server]
listen = ["{LOOPBACK}:{port}"]
threads = {threads}
drain = "2s"
{extra}
[admin]
listen = "{LOOPBACK}:{admin_port}"
[log]
decisions = "decisions.jsonl"
'''


def upstream_part(url, registry=REGISTRY, prefix=None):
    place = f'prefix = "{prefix}"' if prefix else "default = true"
    return f'''[[upstream]]
registry = "{registry}"
url = "{url}"
{place}
auth = "anonymous"
blobs = "open"
'''


GRANTS = f'''[clients]
auth = ["none"]
[[clients.grant]]
who = "anonymous"
repositories = ["{REGISTRY}/**"]
actions = ["pull", "push"]
'''


def trust_part(name, trusted_root):
    return f'[trust.{name}]\ntrusted_root = "{trusted_root}"\n'


def policy(name, repositories, trust, signers, more=""):
    """One [[policy]] block; signers are (issuer, key of the subject, subject)."""
    text = f'[[policy]]\nname = "{name}"\nrepositories = {json.dumps(repositories)}\ntrust = ["{trust}"]\n{more}\n'
    for number, (issuer, key, subject) in enumerate(signers):
        text += f"[[policy.signer]]\nname = \"signer-{number}\"\nissuer = \"{issuer}\"\n{key} = '{subject}'\n"
    return text


WORKFLOWS_GLOB = "https://github.com/acme/*/.github/workflows/release.yml@refs/tags/*"
WORKFLOWS_REGEX = r"https://github\.com/acme/[a-z]+/\.github/workflows/release\.yml@refs/tags/v[0-9.]+"

POLICIES = "".join([
    trust_part("one", IMAGES / "trusted_root.json"),
    policy("persons", [f"{REGISTRY}/acme/**"], "one", [(EMAIL[0], "subject", EMAIL[1])]),
    policy("workflows", [f"{REGISTRY}/acme/github/**"], "one", [(GITHUB[0], "subject", WORKFLOWS_GLOB)]),
    policy("workflows-by-regex", [f"{REGISTRY}/acme/regex/**"], "one", [(GITHUB[0], "subject_regex", WORKFLOWS_REGEX)]),
    policy("audited", [f"{REGISTRY}/audit/**"], "one", [(EMAIL[0], "subject", EMAIL[1])], 'mode = "audit"'),
    f'[[policy]]\nname = "reviewed"\nrepositories = ["{REGISTRY}/reviewed/**"]\naction = "allow"\nreason = "read by a person"\n',
    '[default]\naction = "deny"\n',
])


class World:
    """`only_skopeo`: the other clients add nothing where the gate itself is looked at, under sanitizers."""

    def __init__(self, program, folder, report, only_skopeo=False):
        self.program, self.folder, self.report, self.only_skopeo = program, Path(folder), report, only_skopeo
        self.parts = []
        self.registry = self.keep(DockerRegistry(self.folder / "registry"))
        self.shim = self.keep(Shim(self.registry.port))
        self.gate = self.start_gate("gate", upstream_part(self.shim.url) + GRANTS + POLICIES)
        self.clients, self.dockerd = [Skopeo(self.folder / "skopeo")], None
        if only_skopeo:
            return
        self.clients.append(Podman(self.folder / "podman"))
        try:
            self.dockerd = self.keep(Dockerd(self.folder / "docker"))
            self.clients.append(Docker(self.dockerd.host, self.folder / "docker-home"))
        except NotReady as problem:
            report.skip("everything with docker", str(problem).replace("\n", " ")[:600])

    def keep(self, part):
        self.parts.append(part)
        return part

    def start_gate(self, name, config, extra="", threads=2, port=None, env=None):
        port, admin_port = port or free_port(), free_port()
        return self.keep(Gate(self.program, self.folder / name, server_part(port, admin_port, extra, threads) + config, port, admin_port,
                              name, env))

    def stop(self):
        """A gate must end well: with status 0, and without a word from a sanitizer."""
        for part in reversed(self.parts):
            status = part.stop()
            if isinstance(part, Gate):
                log = part.process.log.read_text(errors="replace")
                clean = status == 0 and not any(word in log for word in ("Sanitizer", "runtime error:", "terminate called"))
                self.report.check(f"{part.process.name} ends with status 0 and without complaints", clean, f"status {status}\n{log[-1500:]}")


def temporary_folder():
    """Not below a home folder: unix sockets have short names."""
    return Path(tempfile.mkdtemp(prefix="countersign-e2e-"))


def keep_logs(folder, logs):
    """Logs and decision lines of every program, for reading after the folder is gone."""
    shutil.rmtree(logs, ignore_errors=True)
    for path in [*Path(folder).rglob("*.log"), *Path(folder).rglob("*.jsonl"), *Path(folder).glob("*/config.toml")]:
        if "storage" in path.parts or "data" in path.parts:
            continue
        target = Path(logs, path.relative_to(folder))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
