"""Every header compiles alone: whoever includes it need not know what to include before it.

Each header gets a source of one line that goes through ccache, so that an unchanged header costs nothing the next time.
"""
import concurrent.futures
import os
import shutil
import subprocess
from pathlib import Path

NAME = "every header compiles alone"
COMPILER = "clang++-19"
FLAGS = ["-std=c++23", "-O0", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror", "-I."]
ENVIRONMENT = {**os.environ, "CCACHE_NOHASHDIR": "1"}


def compile_header(root, folder, header):
    """None, or what the compiler says. Paths are relative to the root: the cache then serves any clone."""
    stem = header.replace("/", "__")
    source = Path(folder, stem + ".cpp")
    Path(root, source).write_text(f'#include "{header}"\n')
    launcher = ["ccache"] if shutil.which("ccache") else []
    run = subprocess.run([*launcher, COMPILER, *FLAGS, "-c", str(source), "-o", str(source.with_suffix(".o"))],
                         cwd=root, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return None
    first = next((line for line in run.stderr.splitlines() if "error:" in line), run.stderr.strip()[:300])
    return f"{header}:1: does not compile alone: {first}"


def check_files(root, headers, folder="build/lint/headers"):
    Path(root, folder).mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(lambda header: compile_header(root, folder, header), headers)
        return [finding for finding in results if finding]
