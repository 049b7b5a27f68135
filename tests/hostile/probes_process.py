"""Probes 14 to 24: other processes. What stops, kills or floods is in the backend's modes (18 to 22)."""
import os
import signal

from probe import DECOY, as_root, attempt, call, child, equals, none_of, only, probe, read, victim

PTRACE_ATTACH, MCL_CURRENT = 16, 1


def pids():
    return [int(pid) for pid in os.listdir("/proc") if pid.isdigit()]


@probe("14", "only its own processes are seen", lambda got: got[0] <= 3 and got[1] is False, lambda got: got[1] is True)
def seen():
    return [len(pids()), victim() == DECOY["pid"]]


@probe("15", "no signal reaches the host or pid 1", lambda got: got[0] <= 4 and got[1] == "EPERM", lambda got: got[1] == "ok")
def signals():
    """Asks for every number: a process that /proc does not show would still answer."""
    answering = [pid for pid in range(1, 32768) if attempt(os.kill, pid, 0) != "ESRCH"]
    if victim() == 1:       # where it may be sent, the kernel drops it: the build goes on
        attempt(os.kill, 1, signal.SIGKILL)
    return [len(answering), attempt(os.kill, victim(), 0)]


@probe("16", "ptrace is refused", only("EPERM"), as_root(equals("ok")))
def ptrace():
    return child(call, 101, PTRACE_ATTACH, victim(), 0, 0)


@probe("17", "reading other processes is refused", only("EPERM"), as_root(equals(["ok"] * 3)))
def other_memory():
    pid = victim()
    pidfd = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else 0
    return [call(310, pid, 0, 0, 0, 0, 0), call(438, pidfd, 0, 0), call(312, pid, pid, 0, 0, 0)]


@probe("18", "a daemon is left behind", equals("left behind"), equals("left behind"))
def daemon():
    """That it is gone afterwards is for the suite to see."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.execv("/bin/sh", ["sh", "-c", "trap '' TERM; exec sleep 3600 </dev/null >/dev/null 2>&1"])
        os._exit(0)
    os.waitpid(pid, 0)
    return "left behind"


def write_score():
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("-1000")


def may_lower():
    """CAP_SYS_RESOURCE (24), which root of some virtual machines does not have."""
    return int(read("/proc/self/status").split(b"CapEff:")[1].split()[0], 16) >> 24 & 1


@probe("23", "it cannot put itself out of reach of the memory killer", only("EACCES", "EPERM", "EROFS"),
       as_root(lambda got: got == "ok" or not may_lower()))
def memory_killer():
    return child(attempt, write_score)


@probe("24", "no real-time priority, no better nice, no memory that stays", only("EPERM", "EACCES", "ENOMEM"),
       as_root(none_of("EPERM", "EACCES")))
def priority():
    return [child(attempt, os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1)),
            child(attempt, os.setpriority, os.PRIO_PROCESS, 0, -20), child(call, 151, MCL_CURRENT)]
