"""The container image: small, without anything but the program, not root, on a file system that cannot be written to; and it is a gate
like any other."""
import json
import re
import shutil
import subprocess
import time
from pathlib import Path

from harness.container import IMAGE, Builder, NotAvailable, unpacked
from harness.images import IMAGES, Vector
from harness.processes import LOOPBACK, free_port, run as run_program
from harness.servers import Dockerd, DockerRegistry, answers
from harness.wire import request
from harness.world import EMAIL, policy, trust_part, upstream_part
from suites.pulls import must_be_refused, must_pass

MEGABYTE = 1_000_000
DRAIN = 2      # seconds
GRACE = 3      # for docker itself to notice, on a busy machine
TLS_NAMES = ("registry.internal", "mirror.internal")  # in the container's /etc/hosts only
SYSTEM_CAS = "/etc/ssl/certs/ca-certificates.crt"
FILES = {"etc/group", "etc/nsswitch.conf", "etc/passwd", "etc/ssl/certs/ca-certificates.crt", "usr/lib/ssl/cert.pem",
         "usr/local/bin/countersign"}
VECTOR = "signed-rekor2-email"


class Docker:
    """The engine of this suite; containers are removed when it ends."""

    def __init__(self, folder):
        self.engine = Dockerd(folder / "engine", storage=None)
        self.env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder), "DOCKER_CONFIG": str(folder), "DOCKER_BUILDKIT": "0"}
        self.command = ["/usr/bin/docker", "-H", self.engine.host]
        self.containers = []

    def __call__(self, *arguments, timeout=60):
        return run_program([*self.command, *arguments], timeout=timeout, env=self.env)

    def inspect(self, kind, name):
        return json.loads(self(kind, "inspect", name).text)[0]

    def stop(self):
        for container in self.containers:
            self("rm", "--force", container)
        self.engine.stop()
        shutil.rmtree(self.engine.folder, ignore_errors=True)


def run(world):
    world.report.section("the container image")
    if not shutil.which("debootstrap"):
        world.report.skip("the container image", "debootstrap is not installed: run scripts/setup.sh")
        return
    folder = world.folder / "container"
    folder.mkdir()
    docker = world.keep(Docker(folder))
    begin = time.monotonic()
    try:
        outcome, anew = Builder(docker.command, folder / "build", docker.env).image()
    except NotAvailable as problem:
        world.report.skip("the container image", str(problem))
        return
    print(f"    {'built' if anew else 'loaded'} in {time.monotonic() - begin:.0f} s")
    if not world.report.check("docker builds the image, and the unit tests pass while it does", outcome.ok, outcome.text[-3000:]):
        return
    content(world, docker, folder)
    commands(world, docker, folder)
    gate(world, docker, folder)
    docker.stop()


def content(world, docker, folder):
    check, image = world.report.check, docker.inspect("image", IMAGE)
    megabytes = image["Size"] / MEGABYTE
    print(f"    {megabytes:.1f} MB")
    check("the image is smaller than 60 MB", megabytes < 60, f"{megabytes} MB")
    check("its user is not root, and a number", re.fullmatch(r"[1-9]\d*:[1-9]\d*", image["Config"]["User"]), image["Config"]["User"])
    labels = image["Config"]["Labels"]
    check("its labels say what it is", labels.get("org.opencontainers.image.title") == "countersign"
          and labels.get("org.opencontainers.image.revision") == "of a test", labels)
    root = unpacked(docker.command, docker.env, folder)
    files = {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir() or path.is_symlink()}
    libraries = {name for name in files if ".so" in Path(name).name}
    check("it holds the program, its libraries, certificates, a user, and nothing else", files - libraries == FILES, sorted(files - libraries))
    names = {Path(name).name for name in libraries}
    check("the libraries are those that are asked for, no more and no fewer", names == needed(root, root / "usr/local/bin/countersign"),
          sorted(names))
    certificates = (root / "etc/ssl/certs/ca-certificates.crt").read_text().count("BEGIN CERTIFICATE")
    check("Debian's CA certificates are there", certificates > 100, certificates)
    writable = [str(path) for path in root.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o022]
    check("nothing in it can be written by its user", not writable, writable)


def needed(root, program):
    """The names of the shared libraries that a program asks for, and those that these ask for, and the loader's."""
    names, waiting = set(), [program]
    while waiting:
        asked = subprocess.run(["readelf", "--dynamic", "--program-headers", waiting.pop()], capture_output=True, text=True, check=True).stdout
        found = set(re.findall(r"\(NEEDED\).*\[(.*)\]", asked)) | {Path(loader).name for loader in re.findall(r"interpreter: (.*)\]", asked)}
        waiting += [path for name in found - names for path in root.rglob(name)]
        names |= found
    return names


def commands(world, docker, folder):
    check, version = world.report.check, docker("run", "--rm", "--network=none", "--read-only", IMAGE, "version")
    label = docker.inspect("image", IMAGE)["Config"]["Labels"]["org.opencontainers.image.version"]
    check("version runs in the container and is what the label says", version.ok and version.text.split()[:2] == ["countersign", label], version.text)
    settings = folder / "settings"
    write_settings(settings, 5000, 9090, "http://127.0.0.1:1", 2)
    mounted = ["run", "--rm", "--network=none", "--read-only", "--volume", f"{settings}:/etc/countersign:ro", IMAGE, "config", "check", "--config"]
    good = docker(*mounted, "/etc/countersign/config.toml")
    check("config check accepts a mounted configuration", good.ok, good.text)
    (settings / "bad.toml").write_text("[server]\nlisten = 5\n")
    bad = docker(*mounted, "/etc/countersign/bad.toml")
    check("and refuses a bad one with status 2, line and column", bad.status == 2 and re.search(r"bad\.toml:2:\d+: ", bad.text), bad.text)


def write_settings(folder, port, admin_port, plain, tls_port):
    """A configuration with three upstreams: plain; HTTPS with a private CA; HTTPS with the CAs of the image."""
    folder.mkdir(exist_ok=True)
    shutil.copy(IMAGES / "trusted_root.json", folder)
    private, system = (f"https://{name}:{tls_port}" for name in TLS_NAMES)
    certificate(folder)
    (folder / "config.toml").write_text(f'''[server]
listen = ["{LOOPBACK}:{port}"]
drain = "{DRAIN}s"
[admin]
listen = "{LOOPBACK}:{admin_port}"
{upstream_part(plain)}
{upstream_part(private, "private.test", prefix="private")}ca = "ca.pem"
{upstream_part(system, "system.test", prefix="system")}
[clients]
auth = ["none"]
[[clients.grant]]
who = "anonymous"
repositories = ["**"]
actions = ["pull"]
{trust_part("one", "trusted_root.json")}
{policy("persons", ["**"], "one", [(EMAIL[0], "subject", EMAIL[1])])}
[default]
action = "deny"
''')


def certificate(folder):
    if (folder / "ca.pem").exists():
        return
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-keyout", folder.parent / "key.pem", "-out", folder / "ca.pem", "-subj", "/CN=registry of a test",
                    "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in TLS_NAMES)], check=True, capture_output=True)


def tls_registry(folder, storage, settings):
    """The world's registry once more, over HTTPS: it serves from the same folder."""
    (folder / "registry").mkdir()
    (folder / "registry/storage").symlink_to(storage)
    return DockerRegistry(folder / "registry", certificate=(settings / "ca.pem", folder / "key.pem"))


class Contained:
    """A gate in a container, as a careful person would run it."""

    def __init__(self, docker, name, settings, port, admin_port, *more):
        self.docker, self.name, self.address, self.admin = docker, name, f"{LOOPBACK}:{port}", f"http://{LOOPBACK}:{admin_port}"
        docker.containers.append(name)
        hosts = [f"--add-host={host}:{LOOPBACK}" for host in TLS_NAMES]
        self.started = docker("run", "--detach", "--name", name, "--network=host", "--read-only", "--cap-drop=ALL",
                              "--security-opt=no-new-privileges", *hosts, "--volume", f"{settings}:/etc/countersign:ro", *more, IMAGE)
        end = time.monotonic() + 20
        while self.started.ok and not self.ready() and time.monotonic() < end:
            time.sleep(0.05)

    def ready(self):
        return answers(self.admin + "/readyz")

    def state(self):
        return self.docker.inspect("container", self.name)["State"]

    def logs(self):
        return self.docker("logs", self.name).text


def gate(world, docker, folder):
    check, settings = world.report.check, folder / "settings"
    port, admin_port = free_port(), free_port()
    vector, unsigned = Vector.named(VECTOR), Vector.named("unsigned")
    vector.push(world.registry.url, "acme/contained")
    unsigned.push(world.registry.url, "acme/contained", tag="unsigned")
    tls = world.keep(tls_registry(folder, world.registry.folder / "storage", settings))
    write_settings(settings, port, admin_port, world.registry.url, tls.port)
    gate = Contained(docker, "gate", settings, port, admin_port)
    if not check("with a read-only file system and no capabilities it starts, and /readyz is 200", gate.started.ok and gate.ready(),
                 gate.started.text + gate.logs()):
        return
    status = Path(f"/proc/{gate.state()['Pid']}/status").read_text()
    check("the process is not root, and has no capability", not re.search(r"^[UG]id:.*\t0\b", status, re.M) and re.search(
        r"^CapEff:\t0+$", status, re.M), status)
    skopeo, path = world.clients[0], "acme/contained"
    must_pass(world, skopeo, vector, f"{gate.address}/{path}:v1", "a signed image through the container")
    must_be_refused(world, skopeo, f"{gate.address}/{path}:unsigned", "an unsigned image through the container", "no signature found")
    must_pass(world, skopeo, vector, f"{gate.address}/private/{path}:v1", "from an HTTPS registry with a private CA that is mounted")
    stranger = request(port, "GET", f"/v2/system/{path}/manifests/v1")
    check("a registry whose certificate is of no CA in the image is not believed: 503", stranger.status == 503 and b"certificate" in stranger.body,
          stranger)
    lines = [json.loads(line) for line in gate.logs().splitlines() if line.startswith("{")]
    check("what it decided stands in the container's log", any(line.get("verdict") == "denied" for line in lines), gate.logs())
    ends(world, gate)
    system_cas(world, docker, settings, vector)


def ends(world, gate):
    gate.docker("kill", "--signal=TERM", gate.name)
    begin = time.monotonic()
    waited = gate.docker("wait", gate.name)
    seconds = time.monotonic() - begin
    world.report.check("on SIGTERM the container ends within its drain time, with status 0", waited.text.strip() == "0" and seconds < DRAIN + GRACE,
                       f"status {waited.text} after {seconds:.1f} s\n{gate.logs()[-800:]}")


def system_cas(world, docker, settings, vector):
    """Where the image keeps its CAs, a container can have others."""
    port, admin_port = free_port(), free_port()
    text = (settings / "config.toml").read_text()
    text = re.sub(r'^listen = \["127.0.0.1:\d+"\]', f'listen = ["{LOOPBACK}:{port}"]', text, flags=re.M)
    text = re.sub(r'^listen = "127.0.0.1:\d+"', f'listen = "{LOOPBACK}:{admin_port}"', text, flags=re.M)
    (settings / "config.toml").write_text(text)
    gate = Contained(docker, "gate-cas", settings, port, admin_port, "--volume", f"{settings}/ca.pem:{SYSTEM_CAS}:ro")
    must_pass(world, world.clients[0], vector, f"{gate.address}/system/acme/contained:v1", "from an HTTPS registry with the CAs of the image")
    ends(world, gate)
