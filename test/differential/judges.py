"""Who judges a bundle: sigstore-conformance-client, cosign and sigstore-go's client, each as a program of its own."""
import subprocess
from dataclasses import dataclass
from pathlib import Path

TIMEOUT = 60


@dataclass(frozen=True)
class Case:
    """What is asked about every bundle that is made of one."""
    artifact: Path
    subject: str
    issuer: str
    root: Path
    is_statement: bool
    has_log_time: bool  # else cosign must be told to look for a timestamp


def run(command):
    """(accepted, what was said)"""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=TIMEOUT, check=False,
                              stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return False, f"still running after {TIMEOUT} s"
    return done.returncode == 0, (done.stderr.strip() or done.stdout.strip())[-400:]


class Judges:
    def __init__(self, ours, stack):
        self.programs = {"countersign": ours, "cosign": stack / "cosign", "sigstore-go": stack / "sigstore-go"}

    def verdict(self, judge, bundle, case):
        """(accepted, what was said)"""
        signer = ["--certificate-identity", case.subject, "--certificate-oidc-issuer", case.issuer, "--trusted-root", str(case.root)]
        asked = ["--bundle", str(bundle), *signer, str(case.artifact)]
        if judge != "cosign":
            return run([self.programs[judge], "verify-bundle", *asked])
        command = ["verify-blob-attestation", "--type", "https://sigstore.dev/cosign/sign/v1"] if case.is_statement else ["verify-blob"]
        if not case.has_log_time:
            command.append("--use-signed-timestamps")
        return run([self.programs[judge], *command, *asked])

    def verdicts(self, bundle, case):
        """{judge: (accepted, what was said)}"""
        return {judge: self.verdict(judge, bundle, case) for judge in self.programs}
