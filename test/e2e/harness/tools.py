"""The programs that test/e2e/stack/build.sh builds with Go, once per machine."""
import os
import re
import shutil
import subprocess
from pathlib import Path

from harness.images import ROOT
from harness.processes import run

SCRIPT = ROOT / "test/e2e/stack/stack.sh"
FOLDER = Path(os.environ.get("COUNTERSIGN_CACHE", Path.home() / ".cache/countersign")) / "stack/bin"


class NotAvailable(Exception):
    """A tool that cannot be fetched or built here; its text says why."""


def why_not():
    """None if the tools are there or can be built."""
    go = shutil.which("go")
    if not go:
        return "Go is not installed"
    version = re.search(r"go(\d+)\.(\d+)", run([go, "version"]).text)
    if not version or (int(version.group(1)), int(version.group(2))) < (1, 26):
        return "Go is older than 1.26"
    return None


def call(*arguments, env=None, timeout=60):
    """What a stack.sh command prints."""
    done = subprocess.run(["bash", str(SCRIPT), *arguments], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout, check=False)
    if done.returncode:
        raise RuntimeError(f"stack.sh {' '.join(arguments)}: {done.stderr[-1500:]}")
    return done.stdout


def build(*names, env=None):
    """Builds the named tools, or all of them; returns the folder in which they are."""
    reason = why_not()
    if reason:
        raise NotAvailable(reason)
    try:
        call("build", *names, env=env, timeout=1800)
    except (RuntimeError, subprocess.TimeoutExpired) as problem:
        raise NotAvailable(" ".join(str(problem).split())[-600:]) from problem
    return FOLDER
