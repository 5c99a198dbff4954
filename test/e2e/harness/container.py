"""The container image of the Dockerfile, built with a real docker from a Debian that is bootstrapped here.

Two things are kept in the cache folder, each under the hash of what it is made of: the base as a tar, and the finished image as one.
A machine without them makes both.
"""
import hashlib
import inspect
import json
import os
import shutil
from pathlib import Path

from harness.compiler_cache import CompilerCache, locale
from harness.images import ROOT
from harness.processes import run

CACHE = Path(os.environ.get("COUNTERSIGN_CACHE", Path.home() / ".cache/countersign")) / "container"
BASE = "debian:bookworm"
IMAGE = "countersign:test"
APT = Path("/etc/apt")
PROXIES = ("http_proxy", "https_proxy", "no_proxy")
# As in Debian's own images: nobody mourns a container whose machine lost power.
DPKG_SETTINGS = "force-unsafe-io\n"


class NotAvailable(Exception):
    pass


def must(command, **options):
    """Runs what cannot fail on a machine that is set up."""
    outcome = run(command, **options)
    if not outcome.ok:
        raise RuntimeError(f"{' '.join(map(str, command))}: {outcome.text[-1500:]}")


class Builder:
    """`docker` is the command line, up to the verb."""

    def __init__(self, docker, folder, env):
        self.docker, self.folder, self.env = docker, Path(folder), env
        self.folder.mkdir(parents=True, exist_ok=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "build.log"

    def image(self):
        """Loads or builds IMAGE. Returns the outcome, and whether it was built anew; NotAvailable where packages cannot be fetched."""
        kept = CACHE / f"image-{hash_of(base_key(), context_files())}.tar"
        if kept.exists():
            return run([*self.docker, "load", "--input", kept], env=self.env), False
        reachable = run(["/usr/lib/apt/apt-helper", "download-file", f"{mirror()}/dists/bookworm/Release", self.folder / "Release"])
        if not reachable.ok:
            raise NotAvailable("apt's mirror does not answer, and the image is not in the cache")
        self.import_base()
        outcome = self.build()
        if outcome.ok:
            keep(kept, "image-*.tar", lambda part: must([*self.docker, "save", "--output", part, IMAGE], env=self.env))
        return outcome, True

    def import_base(self):
        kept = CACHE / f"base-{hash_of(base_key(), [])}.tar"
        if not kept.exists():
            keep(kept, "base-*.tar", self.bootstrap)
        must([*self.docker, "import", kept, BASE], env=self.env)

    def bootstrap(self, target):
        """A minimal Debian from where this machine gets its packages, with the same settings."""
        base = self.folder / "base"
        must(["debootstrap", "--variant=minbase", "bookworm", base, mirror()], timeout=600)
        for path in (base / "etc/apt", base / "var/lib/apt/lists", base / "var/cache/apt"):
            shutil.rmtree(path)
        shutil.copytree(APT, base / "etc/apt", symlinks=True)
        for key in Path("/usr/share/keyrings").glob("*"):
            shutil.copy(key, base / "usr/share/keyrings")
        (base / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text(DPKG_SETTINGS)
        must(["tar", "-C", base, "--numeric-owner", "-cf", target, "."], timeout=300)
        shutil.rmtree(base)

    def build(self):
        """In the network of the host: this docker has none of its own. What was compiled outside is not compiled again."""
        cache = CompilerCache()
        try:
            arguments = {"CCACHE_REMOTE_STORAGE": cache.url, "LANG": locale(), "REVISION": "of a test"}
            arguments.update((name, os.environ[name]) for name in PROXIES if name in os.environ)
            options = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
            outcome = run([*self.docker, "build", "--network=host", *options, "--tag", IMAGE, ROOT], timeout=2400, env=self.env)
            self.log.write_text(outcome.text)
            print(f"    of the compiler cache: {cache.hits} found, {cache.misses} not")
            return outcome
        finally:
            cache.stop()


def mirror():
    """Where apt gets bookworm from."""
    for path in [APT / "sources.list", *sorted((APT / "sources.list.d").glob("*"))]:
        if path.suffix not in (".list", ".sources") or not path.exists():
            continue
        for line in path.read_text().splitlines():
            words = [word for word in line.split() if word.startswith(("http://", "https://")) and not line.lstrip().startswith("#")]
            if words and words[0].rstrip("/").endswith("/debian"):
                return words[0]
    raise FileNotFoundError("apt has no source that ends with /debian")


def base_key():
    """What the base depends on: how it is made, and apt's settings."""
    return inspect.getsource(Builder.bootstrap) + hash_of(DPKG_SETTINGS, sorted(path for path in APT.rglob("*") if path.is_file()))


def context_files():
    """What docker gets to see: the lines of .dockerignore that begin with "!"."""
    files = [ROOT / "Dockerfile", ROOT / ".dockerignore"]
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line.startswith("!"):
            path = ROOT / line[1:]
            files += [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return files


def hash_of(text, files):
    total = hashlib.sha256(text.encode())
    for path in files:
        name, content = str(path).removeprefix(str(ROOT)), path.read_bytes()
        total.update(f"{name} {path.stat().st_mode & 0o111} {len(content)}\n".encode() + content)
    return total.hexdigest()[:16]


def keep(target, others, make):
    """Makes a file of the cache, whole or not at all, in place of older ones."""
    part = target.with_suffix(f".part-{os.getpid()}")
    try:
        make(part)
        for old in target.parent.glob(others):
            old.unlink(missing_ok=True)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def unpacked(docker, env, folder):
    """The files of the image: what its layers hold, without what docker adds to a container."""
    saved, root = Path(folder, "saved"), Path(folder, "root")
    saved.mkdir(parents=True)
    root.mkdir()
    must([*docker, "save", "--output", saved / "image.tar", IMAGE], env=env)
    must(["tar", "-C", saved, "-xf", saved / "image.tar"])
    for layer in json.loads((saved / "manifest.json").read_text())[0]["Layers"]:
        must(["tar", "-C", root, "--no-same-owner", "-xf", saved / layer])
    return root
