"""Counts checks and prints each as a sentence."""
import os
import time


class Report:
    def __init__(self):
        self.passed = self.failed = 0
        self.strict = os.environ.get("CI") == "true"
        self.begin = time.monotonic()

    def check(self, sentence, good, seen=""):
        """`seen` is what was there instead, shown when the check fails."""
        if good:
            self.passed += 1
            print(f"ok: {sentence}")
        else:
            self.failed += 1
            print(f"FAILED: {sentence}")
            for line in str(seen).strip().splitlines()[:12]:
                print(f"    {line[:400]}")
        return good

    def skip(self, what, why):
        """In continuous integration nothing may be missing."""
        print(f"SKIPPED: {what} ({why})")
        if self.strict:
            self.failed += 1

    def section(self, title):
        print(f"-- {title} (at {time.monotonic() - self.begin:.0f} s)")
