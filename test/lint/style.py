"""Every C++ source is as clang-format leaves it (.clang-format), so that a change shows only what it changes."""
import re
import subprocess
from pathlib import Path

NAME = "every source is formatted"
FORMATTER = "clang-format-19"
BROKEN_SOURCES = {"a wrong indent": "int half(int x) {\n  return x / 2;\n}\n",
                  "a line that is too long": "const int kSum = " + " + ".join(["1"] * 60) + ";\n"}


def check_files(root, paths):
    """The first place in each file that the formatter would change."""
    run = subprocess.run([FORMATTER, "--dry-run", "--style=file", *paths], cwd=root, capture_output=True, text=True, check=False)
    findings = {}
    for path, line in re.findall(r"^([^\n:]+):(\d+):\d+: warning:", run.stderr, re.MULTILINE):
        findings.setdefault(path, f"{path}:{line}: not formatted: run scripts/format.sh")
    if run.returncode != 0:
        findings["formatter"] = f"{FORMATTER}: {run.stderr.strip()[:300]}"
    return list(findings.values())
