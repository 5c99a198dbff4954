"""Anonymous resident memory of a process while something happens: what it allocated, without files and shared pages."""
import threading
import time
from pathlib import Path


def anonymous(pid):
    """RssAnon in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"no RssAnon for process {pid}")


class PeakOf:
    """with PeakOf(pid) as peak: …; afterwards peak.growth is the largest growth that was seen, in bytes."""

    def __init__(self, pid):
        self.pid, self.growth = pid, 0

    def __enter__(self):
        self.base, self.over = anonymous(self.pid), threading.Event()
        self.watcher = threading.Thread(target=self.watch, daemon=True)
        self.watcher.start()
        return self

    def watch(self):
        while not self.over.wait(0.02):
            self.growth = max(self.growth, anonymous(self.pid) - self.base)

    def __exit__(self, *error):
        time.sleep(0.1)  # one more look after the end
        self.over.set()
        self.watcher.join()
