"""Real container clients. Each pulls an image and says what it got: the digest of the manifest, or the text of its refusal."""
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

from harness.processes import run


class Pulled:
    """`text` is all that the client printed; `digest` is what it stored, None where it stored nothing."""

    def __init__(self, outcome, digest):
        self.ok, self.status, self.text, self.digest = outcome.ok, outcome.status, outcome.text, digest


class Skopeo:
    name = "skopeo"

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def pull(self, reference):
        target = Path(tempfile.mkdtemp(dir=self.folder))
        outcome = run(["skopeo", "copy", "--src-tls-verify=false", f"docker://{reference}", f"dir:{target}"])
        manifest = target / "manifest.json"
        digest = "sha256:" + hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.exists() else None
        shutil.rmtree(target)
        return Pulled(outcome, digest)

    def push(self, layout, reference):
        return run(["skopeo", "copy", "--dest-tls-verify=false", "--preserve-digests", f"oci:{layout}", f"docker://{reference}"])


class Podman:
    name = "podman"

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        conf = self.folder / "containers.conf"
        conf.write_text('[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "none"\nlock_type = "file"\n'
                        f'tmp_dir = "{self.folder}/tmp"\nimage_copy_tmp_dir = "{self.folder}"\n')
        self.env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.folder), "CONTAINERS_CONF": str(conf)}
        self.base = ["podman", "--root", self.folder / "root", "--runroot", self.folder / "run", "--storage-driver", "vfs"]

    def pull(self, reference):
        outcome = run([*self.base, "pull", "--quiet", "--tls-verify=false", reference], env=self.env)
        inspected = run([*self.base, "image", "inspect", "--format", "{{.Digest}}", reference], env=self.env)
        if inspected.ok:
            run([*self.base, "rmi", "--force", reference], env=self.env)
        return Pulled(outcome, inspected.text.strip() if inspected.ok else None)


class Docker:
    name = "docker"

    def __init__(self, host, folder):
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder), "DOCKER_CONFIG": str(folder)}
        program = "/usr/bin/docker" if Path("/usr/bin/docker").exists() else "docker"
        self.base = [program, "-H", host]

    def pull(self, reference):
        outcome = run([*self.base, "pull", reference], env=self.env)
        inspected = run([*self.base, "image", "inspect", reference], env=self.env)
        digest = None
        if inspected.ok:
            image = json.loads(inspected.text)[0]
            digest = next((name.split("@")[1] for name in image["RepoDigests"]), "no digest")
            run([*self.base, "rmi", "--force", reference], env=self.env)
        return Pulled(outcome, digest)


class Crane:
    name = "crane"

    def __init__(self, program, folder):
        self.program, self.folder = program, Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def pull(self, reference):
        target = self.folder / "image"
        outcome = run([self.program, "pull", "--format", "oci", reference, target])
        digest = None
        if (target / "index.json").exists():
            digest = json.loads((target / "index.json").read_text())["manifests"][-1]["digest"]
        shutil.rmtree(target, ignore_errors=True)
        return Pulled(outcome, digest)
