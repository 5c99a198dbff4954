"""Real container clients. Each pulls an image and says what it got: the digest of the manifest, or the text of its refusal; and pushes
the images of harness/made.py. `certs`: a folder with the ca.crt to believe, for HTTPS; None is plain HTTP."""
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from harness.processes import run


class Pulled:
    """`text` is all that the client printed; `digest` is what it stored, None where it stored nothing."""

    def __init__(self, outcome, digest):
        self.ok, self.status, self.text, self.digest = outcome.ok, outcome.status, outcome.text, digest


class Client:
    """Its folder, and which of the made images it is able to push."""

    name, pushes = "", ("twelve-layers", "several-platforms", "artifact", "from-buildkit")

    def __init__(self, folder, certs=None):
        self.folder, self.certs = Path(folder), certs
        self.folder.mkdir(parents=True, exist_ok=True)

    def through(self, front, registry, repository):
        """What a user of this client writes for a repository behind the gate (harness/front.py), without tag or digest."""
        return f"{self.host(front)}/{front.prefix(registry)}/{repository}"

    def host(self, front):
        return front.address

    def directly(self, registry, repository):
        return f"{registry.address}/{repository}"


# As root, skopeo, podman and buildah remember in one place of the machine where they have seen which blob, and push other equivalent ones
# accordingly. In a mount namespace each client begins with an empty memory, and leaves the machine's alone.
MEMORY = "/var/lib/containers/cache"
FORGETFUL = f'mkdir -p {MEMORY} && mount --bind "$0" {MEMORY} && exec "$@"'


def with_own_memory(folder):
    """What stands before the command; for other users than root their home is enough."""
    if os.geteuid() != 0:
        return []
    memory = Path(folder, "memory")
    memory.mkdir(exist_ok=True)
    return ["unshare", "--mount", "sh", "-c", FORGETFUL, memory]


class Skopeo(Client):
    name = "skopeo"

    def command(self, *arguments):
        return run([*with_own_memory(self.folder), "skopeo", *arguments], env={**os.environ, "HOME": str(self.folder)})

    def trust(self, side):
        return f"--{side}-tls-verify=false" if self.certs is None else f"--{side}-cert-dir={self.certs}"

    def pull(self, reference):
        target = Path(tempfile.mkdtemp(dir=self.folder))
        outcome = self.command("copy", self.trust("src"), f"docker://{reference}", f"dir:{target}")
        manifest = target / "manifest.json"
        digest = "sha256:" + hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.exists() else None
        shutil.rmtree(target)
        return Pulled(outcome, digest)

    def push(self, image, reference):
        return self.command("copy", self.trust("dest"), "--all", "--preserve-digests", f"oci:{image.layout}", f"docker://{reference}")


class Podman(Client):
    """Its storage holds an image or, as a manifest list, an index. Artifacts and attestations it does not take."""

    name, pushes = "podman", ("twelve-layers", "several-platforms")
    program = "podman"

    def __init__(self, folder, certs=None):
        super().__init__(folder, certs)
        conf = self.folder / "containers.conf"
        conf.write_text('[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "none"\nlock_type = "file"\n'
                        f'tmp_dir = "{self.folder}/tmp"\nimage_copy_tmp_dir = "{self.folder}"\n')
        self.env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.folder), "CONTAINERS_CONF": str(conf)}
        self.base = [*with_own_memory(self.folder), self.program, "--root", self.folder / "root", "--runroot", self.folder / "run", "--storage-driver", "vfs"]
        self.trust = "--tls-verify=false" if certs is None else f"--cert-dir={certs}"
        self.loaded = {}

    def command(self, *arguments, **options):
        return run([*self.base, *arguments], env=self.env, **options)

    def pull(self, reference):
        outcome = self.command("pull", "--quiet", self.trust, reference)
        inspected = self.inspect(reference)
        if inspected.ok:
            self.command("rmi", "--force", reference)
        return Pulled(outcome, inspected.text.strip() if inspected.ok else None)

    def inspect(self, reference):
        return self.command("image", "inspect", "--format", "{{.Digest}}", reference)

    def push(self, image, reference):
        if image.name not in self.loaded:
            self.loaded[image.name] = self.load(image)
        if image.is_index:
            return self.command("manifest", "push", "--all", self.trust, self.loaded[image.name], f"docker://{reference}")
        return self.command("push", self.trust, self.loaded[image.name], f"docker://{reference}")

    def load(self, image):
        """The name that the image has in this client's storage."""
        if not image.is_index:
            # buildah takes the layout's path for a name, and not every folder is one.
            return self.command("pull", "--quiet", f"oci:{image.folder.name}:v1", cwd=image.folder.parent).text.strip().splitlines()[-1]
        self.command("manifest", "create", image.name)
        self.command("manifest", "add", "--all", image.name, f"oci:{image.layout}")
        return image.name


class Buildah(Podman):
    name = program = "buildah"

    def inspect(self, reference):
        return self.command("inspect", "--type", "image", "--format", "{{.FromImageDigest}}", reference)


class Docker(Client):
    """Its classic store holds single images only, and pushes them as Docker schema 2."""

    name, pushes = "docker", ("twelve-layers",)

    def __init__(self, host, folder):
        super().__init__(folder)
        self.env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder), "DOCKER_CONFIG": str(folder)}
        program = "/usr/bin/docker" if Path("/usr/bin/docker").exists() else "docker"
        self.base = [program, "-H", host]

    def command(self, *arguments):
        return run([*self.base, *arguments], env=self.env)

    def host(self, front):
        return f"gate.test:{front.port}" if front.authority else front.address

    def pull(self, reference):
        outcome = self.command("pull", reference)
        inspected = self.command("image", "inspect", reference)
        digest = None
        if inspected.ok:
            image = json.loads(inspected.text)[0]
            digest = next((name.split("@")[1] for name in image["RepoDigests"]), "no digest")
            self.command("rmi", "--force", reference)
        return Pulled(outcome, digest)

    def push(self, image, reference):
        archive, name = self.folder / f"{image.name}.tar", f"made/{image.name}"
        if not archive.exists():
            run(["skopeo", "copy", f"oci:{image.layout}", f"docker-archive:{archive}:{name}:v1"])
            self.command("load", "--input", archive)
        self.command("tag", f"{name}:v1", reference)
        return self.command("push", reference)
