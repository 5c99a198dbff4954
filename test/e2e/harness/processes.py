"""Programs that a test starts on loopback: each is stopped by the pid that was kept when it started, and by nothing else."""
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

LOOPBACK = "127.0.0.1"


class NotReady(Exception):
    pass


_given = set()


def free_port():
    """A port that nothing listens at and that was not given before: the kernel may offer the same one twice in a row."""
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


def accepts_connections(port):
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


class Process:
    """One program with its log. `ready` is asked until it says yes; the program may end meanwhile, which is an error."""

    def __init__(self, name, command, folder, ready, env=None, timeout=30):
        self.name, self.log = name, Path(folder, f"{name}.log")
        with self.log.open("ab") as output:
            self.child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env,
                                          start_new_session=True)
        end = time.monotonic() + timeout
        while not ready():
            if self.child.poll() is not None or time.monotonic() > end:
                self.stop()
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
                raise NotReady(f"{name} did not start ({' '.join(map(str, command))}):\n{tail}")
            time.sleep(0.02)

    @property
    def pid(self):
        return self.child.pid

    def running(self):
        return self.child.poll() is None

    def stop(self, grace=15):
        """SIGTERM, and SIGKILL if that is not enough. Returns the exit status."""
        if self.running():
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(grace)
            except subprocess.TimeoutExpired:
                os.kill(self.child.pid, signal.SIGKILL)
        return self.child.wait()


class Outcome:
    """What a client program did: exit status and everything that it printed, as a person would have seen it."""

    def __init__(self, status, text):
        self.status, self.text = status, text

    @property
    def ok(self):
        return self.status == 0


def run(command, timeout=120, **options):
    try:
        done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=timeout, check=False, **options)
    except subprocess.TimeoutExpired as expired:
        return Outcome(124, (expired.output or b"").decode(errors="replace") + f"\nstill running after {timeout} s")
    return Outcome(done.returncode, done.stdout.decode(errors="replace"))
