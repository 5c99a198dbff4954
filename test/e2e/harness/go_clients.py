"""Clients that Debian does not have: crane, oras and containerd's ctr, built by test/e2e/stack/build.sh; and Debian's older ctr, which
works in the same way."""
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

from harness.clients import Client, Pulled
from harness.processes import run


def environment(folder, certs):
    kept = {"PATH": os.environ["PATH"], "HOME": str(folder), "NO_PROXY": "*"}
    return kept if certs is None else {**kept, "SSL_CERT_FILE": f"{certs}/ca.crt"}


class Crane(Client):
    name = "crane"

    def __init__(self, program, folder, certs=None):
        super().__init__(folder, certs)
        self.program = program

    def command(self, *arguments):
        return run([self.program, *arguments], env=environment(self.folder, self.certs))

    def pull(self, reference):
        target = self.folder / "image"
        outcome = self.command("pull", "--format", "oci", reference, target)
        listed = json.loads((target / "index.json").read_text())["manifests"] if (target / "index.json").exists() else []
        shutil.rmtree(target, ignore_errors=True)
        return Pulled(outcome, listed[-1]["digest"] if listed else None)

    def push(self, image, reference):
        return self.command("push", image.folder, reference)

    def copy(self, source, target):
        return self.command("copy", source, target)


class Oras(Client):
    name = "oras"

    def __init__(self, program, folder, certs=None):
        super().__init__(folder, certs)
        self.program = program

    def trust(self, side=""):
        return f"--{side}plain-http" if self.certs is None else f"--{side}ca-file={self.certs}/ca.crt"

    def command(self, *arguments, **options):
        return run([self.program, *arguments], env=environment(self.folder, None), **options)

    def pull(self, reference):
        target = Path(tempfile.mkdtemp(dir=self.folder))
        outcome = self.command("cp", "--no-tty", self.trust("from-"), reference, "--to-oci-layout", f"{target}:v1")
        listed = json.loads((target / "index.json").read_text())["manifests"] if (target / "index.json").exists() else []
        shutil.rmtree(target)
        return Pulled(outcome, next((entry["digest"] for entry in listed if "annotations" in entry), None))

    def push(self, image, reference):
        if image.name == "artifact":  # the one that its own `push` makes
            return self.push_file(reference)
        return self.command("cp", "--no-tty", "--from-oci-layout", image.layout, self.trust("to-"), reference)

    def file(self, name, text):
        (self.folder / name).write_text(text)
        return f"{name}:text/plain"

    def push_file(self, reference):
        file = self.file("notes.txt", "an artifact is no image\n" * 40)
        # Without a time of creation the manifest is the same each time.
        stamp = "org.opencontainers.image.created=2026-01-01T00:00:00Z"
        return self.command("push", "--no-tty", self.trust(), "--artifact-type", "application/vnd.acme.notes.v1", "--annotation", stamp,
                            reference, file, cwd=self.folder)

    def attach(self, reference):
        file = self.file("remark.txt", "what was found in the image\n")
        stamp = "org.opencontainers.image.created=2026-01-01T00:00:00Z"
        return self.command("attach", "--no-tty", self.trust(), "--artifact-type", "application/vnd.acme.remark.v1", "--annotation", stamp,
                            reference, file, cwd=self.folder)

    def discover(self, reference):
        return self.command("discover", self.trust(), "--format", "json", reference)


class Ctr(Client):
    """Speaks canonical names; hosts.toml leads them to the gate. `server`: the gate's URL under which a request without ns, as
    containerd 1.6 pushes, means the same registry."""

    def __init__(self, name, program, socket, folder, certs=None):
        super().__init__(folder, certs)
        self.name, self.hosts, self.loaded = name, self.folder / "hosts", set()
        self.base = [program, "--address", socket, "--namespace", "tls" if certs else "plain"]

    def lead(self, registry, server):
        """Requests for `registry` go to `server`, and nowhere else."""
        folder = self.hosts / re.sub(r":(\d+)$", r"_\1_", registry)
        folder.mkdir(parents=True, exist_ok=True)
        ca = f'ca = "{self.certs}/ca.crt"\n' if self.certs else ""
        # containerd 1.6 takes a file without a [host] table for broken, and then asks the registry itself.
        (folder / "hosts.toml").write_text(f'server = "{server}"\n{ca}[host]\n')

    def through(self, front, registry, repository):
        return f"{registry}/{repository}"

    def command(self, *arguments):
        return run([*self.base, *arguments], env=environment(self.folder, None))

    def pull(self, reference):
        outcome = self.command("images", "pull", "--hosts-dir", self.hosts, "--snapshotter", "native", reference)
        listed = self.command("images", "ls", f"name=={reference}").text.split()
        digest = next((word for word in listed if word.startswith("sha256:")), None)
        if digest:
            self.command("images", "rm", "--sync", reference)
        return Pulled(outcome, digest)

    def push(self, image, reference):
        if image.name not in self.loaded:
            self.command("images", "import", "--no-unpack", "--all-platforms", image.archive())
            self.loaded.add(image.name)
        return self.command("images", "push", "--hosts-dir", self.hosts, reference, f"made.test/{image.name}:v1")
