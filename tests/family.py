"""The processes that a test started and all that came of them, and nobody else's: other builds may run on the machine.

Orphans are adopted by the test itself (prctl, PR_SET_CHILD_SUBREAPER), so whatever a run left behind is still below us.
"""
import contextlib
import ctypes
import os
import time

PR_SET_CHILD_SUBREAPER = 36
PAUSE = ("podman", "/usr/bin/podman")   # without root podman leaves a process that holds its namespace: a command of its has more words


class Process:
    def __init__(self, pid, parent, words):
        self.pid, self.parent, self.words = pid, parent, words

    def __repr__(self):
        return "%d (child of %d): %s" % (self.pid, self.parent, self.words.replace("\0", " "))


def adopt():
    """Before the first process is started."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "orphans cannot be adopted")


def living():
    """Every process that is no zombie, by its number."""
    found = {}
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        with contextlib.suppress(OSError):
            # The name in parentheses may hold anything.
            state, parent = open("/proc/%d/stat" % pid, "rb").read().rpartition(b")")[2].split()[:2]
            words = open("/proc/%d/cmdline" % pid, "rb").read().decode("utf-8", "replace")
            if state not in (b"Z", b"X") and words.strip("\0 ") not in PAUSE:
                found[pid] = Process(pid, int(parent), words)
    return found


def scan(top, others):
    all_of_them, below = living(), {top}
    while True:
        more = {p.pid for p in all_of_them.values() if p.parent in below} - below - others
        if not more:
            return [all_of_them[pid] for pid in sorted(below - {top})]
        below |= more


def below(top=None, others=()):
    """The living processes below one (this one), but for others and what is below those."""
    top, others = top or os.getpid(), set(others)
    # A process that changes its parent while we look may be missed, but not twice.
    return scan(top, others) or scan(top, others)


def gone(others=(), seconds=10):
    """Waits until nothing is left; returns what still is."""
    deadline = time.monotonic() + seconds
    while True:
        left = below(None, others)
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.01)
