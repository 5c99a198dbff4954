"""What a server spent, and what a load generator got from it. Figures are compared inside one run only: requests per second of CPU that
the server used, whatever else this machine was doing."""
import os
import re
import statistics
import subprocess
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
SERVER_CORE, LOAD_CORE = 1, 0
ACCEPT = ", ".join(("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"))


def urgent(*pids):
    """These programs go before all others of this machine from here on, where that is allowed: for a bench of time, not of work."""
    for thread in (thread for pid in pids for one in descendants(pid) for thread in os.listdir(f"/proc/{one}/task")):
        try:
            os.sched_setscheduler(int(thread), os.SCHED_RR, os.sched_param(1))
        except PermissionError:
            print("    (not root: other programs of this machine are in the way)")
            return


def on_core(core, command):
    """The process keeps its id: taskset becomes the program."""
    return ["taskset", "--cpu-list", str(core), *map(str, command)]


def descendants(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in descendants(int(child)))]


def cpu_seconds(pid):
    """User and system time of a process and its children so far."""
    total = 0
    for one in descendants(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(") ")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def busy_seconds(core):
    """What all processes together used of one core so far."""
    line = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith(f"cpu{core} "))
    user, nice, system, _, _, irq, softirq, steal = map(int, line.split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS


class Load:
    """One run of wrk: `requests`, `seconds` of wall time, `cpu` seconds of the server, `foreign` share of its core that others used."""

    def __init__(self, pid, url, connections, seconds):
        cpu, busy = cpu_seconds(pid), busy_seconds(SERVER_CORE)
        done = subprocess.run(on_core(LOAD_CORE, ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-H", f"Accept: {ACCEPT}", url]),
                              capture_output=True, text=True, check=True, timeout=seconds + 60)
        self.cpu, busy = cpu_seconds(pid) - cpu, busy_seconds(SERVER_CORE) - busy
        found = re.search(r"(\d+) requests in ([\d.]+)(m?s)", done.stdout)
        if not found or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
            raise RuntimeError(f"{url}: not every request was answered well:\n{done.stdout}{done.stderr}")
        self.requests = int(found[1])
        if self.requests == 0:
            raise RuntimeError(f"{url}: nothing was answered in {seconds} s: is this machine that busy?")
        self.seconds = float(found[2]) / (1000 if found[3] == "ms" else 1)
        self.foreign = max(0.0, (busy - self.cpu) / self.seconds)

    @property
    def per_core_second(self):
        return self.requests / max(self.cpu, 1 / TICKS)

    @property
    def per_second(self):
        return self.requests / self.seconds


class Figures:
    """What the rounds gave, of one server in one case."""

    def __init__(self, values):
        self.values = list(values)
        self.median, self.low, self.high = statistics.median(self.values), min(self.values), max(self.values)

    def __str__(self):
        return f"{self.median:9.0f}  [{self.low:.0f} to {self.high:.0f}]"
