"""Modes of the hostile backend for the folder of a build without namespaces: what is hard to count, to end, and to take away."""
import json
import os
import resource
import time

from backend import wheel
from probe import DECOY, attempt, here

DEEP, BLOCK = 3000, bytes(1 << 20)
PLACES = [here(path) for path in ("/build", "/tmp", "/out")]


def dive(place):
    """Deeper than a path can be long, and than there are descriptors."""
    home = os.open(".", os.O_RDONLY)
    os.chdir(place)
    for _ in range(DEEP):
        os.mkdir("deep")
        os.chdir("deep")
    open("bottom", "w").close()
    os.fchdir(home)
    os.close(home)


def lock(place):
    """Folders that their owner cannot enter, and a link that leads away."""
    os.makedirs(place + "/closed/inner")
    open(place + "/closed/inner/file", "w").close()
    os.symlink(os.path.dirname(DECOY["home"]), place + "/away")
    os.chmod(place + "/closed/inner", 0)
    os.chmod(place + "/closed", 0)
    os.chmod(place, 0o500)


def litter(out):
    wheel(out)
    for place in PLACES:
        dive(place)
    lock(here("/tmp"))
    print("LITTERED", flush=True)


def litter_and_fail(out):
    litter(out)
    os._exit(3)


def litter_and_sleep(out):
    litter(out)
    time.sleep(3600)


def storm(out):
    """Processes that fork for ever, each in a session of its own, while the build goes on and ends."""
    if os.fork() == 0:
        while True:
            try:
                if os.fork() == 0:
                    os.setsid()
                else:
                    os._exit(0) if os.getpid() % 3 == 0 else None
            except OSError:
                time.sleep(0.001)
    time.sleep(1)
    print("STORM", len([pid for pid in os.listdir("/proc") if pid.isdigit()]), flush=True)
    wheel(out)


def storm_and_sleep(out):
    storm(out)
    time.sleep(3600)


def reach(out):
    """What Landlock does not look at: a process and a file of the host, by number and by name."""
    pid, path = DECOY["pid"], DECOY["home"] + "/.netrc"
    tried = {
        "setpriority": attempt(os.setpriority, os.PRIO_PROCESS, pid, 19), "nice of all": attempt(os.setpriority, os.PRIO_USER, 0, 19),
        "sched_setaffinity": attempt(os.sched_setaffinity, pid, {0}), "kill": attempt(os.kill, pid, 0),
        "prlimit": attempt(resource.prlimit, pid, resource.RLIMIT_NOFILE, (64, 64)), "fd": attempt(os.readlink, "/proc/%d/fd/0" % pid),
        "chown": attempt(os.chown, path, os.getuid(), os.getgid()), "setxattr": attempt(os.setxattr, path, "user.hwb", b"x"),
        "truncate": attempt(os.truncate, path, 0), "unlink": attempt(os.unlink, path), "link": attempt(os.link, path, here("/tmp/linked")),
        "chmod": attempt(os.chmod, path, 0o600), "utime": attempt(os.utime, path), "stat": attempt(os.stat, path)}
    print("REACHED", json.dumps(tried), flush=True)
    wheel(out)


def fill(open_next):
    held = []
    while True:
        held.append(open_next(len(held)))
        os.write(held[-1], BLOCK)
        if len(held) > 64:
            os.close(held[-65])
        time.sleep(0.005)


def fill_disk(out):
    fill(lambda n: os.open(here("/tmp") + "/%d" % n, os.O_CREAT | os.O_WRONLY))


def fill_closed(out):
    folder = here("/build/closed")
    os.mkdir(folder)
    os.chdir(folder)
    for n in range(100):
        with open(str(n), "wb") as file:
            file.write(BLOCK)
    os.chmod(folder, 0)
    time.sleep(3600)


def fill_nameless(out):
    def open_next(n):
        path = here("/tmp/%d" % n)
        fd = os.open(path, os.O_CREAT | os.O_WRONLY)
        os.unlink(path)
        return fd
    held = [open_next(n) for n in range(100)]
    for fd in held:
        os.write(fd, BLOCK)
    time.sleep(3600)


def fill_inodes(out):
    folder = here("/build/many")
    os.mkdir(folder)
    for n in range(100000):
        os.close(os.open("%s/%d" % (folder, n), os.O_CREAT | os.O_WRONLY))
        if n % 1000 == 0:
            time.sleep(0.1)
    time.sleep(3600)

