"""Probes 68 to 74: what a limit ends, and what a build says by its end. Then stress-ng, an honest torturer."""
import contextlib
import os
import re
import shutil
import tempfile
import time

import family
from cases import END, MACHINE, OURS, case

LOG_LIMIT = 1 << 20


def limited(mode, limit, value):
    """The exit is 9, and the words name the limit."""
    def run(suite):
        got = suite.build(mode, "--limit", "%s=%s" % (limit, value))
        left = suite.left()
        return got.status == 9 and limit in got.text and not got.wheels and not left, (got.told(), repr(left))
    return run


case("68", "a memory bomb ends at its limit, by name", MACHINE)(limited("memory", "memory", "200M"))
case("68", "so do sockets that nobody reads", MACHINE)(limited("fill_sockets", "memory", "200M"))
case("68", "and page tables of memory that was never there", MACHINE)(limited("fill_page_tables", "memory", "200M"))


@case("68", "shared memory that no page table shows is counted when it is granted", MACHINE)
def shared_hidden(suite):
    got = suite.build("hide_shared", "--limit", "memory=256M", "--limit", "wall=4s")
    left = suite.left()
    return got.status == 9 and "more memory" in got.text and not left, (got.told(), repr(left))


@case("68", "no more of it is granted than the limit", OURS)
def shared(suite):
    got = suite.build("share", "--limit", "memory=1G")
    told = [line.split("SHARED ")[1] for line in got.text.splitlines() if "SHARED " in line]
    return got.status == 0 and told == ["little", "/dev/zero Permission denied", "too much Cannot allocate memory"], got.told()


for what, mode in (("so does one whose thread leader is dead", "without_leader"), ("what waits in sockets whose senders are closed is counted", "fill_orphans"),
                   ("answers of the kernel that nobody reads are counted", "fill_netlink")):
    case("68", what, MACHINE)(limited(mode, "memory", "200M"))


@case("68", "sockets that no list has are counted by a cgroup, where there is one", MACHINE)
def forgotten(suite):
    if os.getuid() != 0 or suite.user or not os.path.isdir("/sys/fs/cgroup"):
        return True, "no cgroup is to be had: SECURITY.md says what is not counted then"
    return limited("forget_datagrams", "memory", "200M")(suite)


@case("68", "shared memory of a byte is a page and more", OURS)
def bits(suite):
    got = suite.build("share_bits", "--limit", "memory=64M")
    found = re.findall(r"BITS (\d+)", got.text)
    return (got.status == 9 and not found) or (got.status == 0 and len(found) == 1 and 0 < int(found[0]) <= (64 << 20) // 5120), got.told()


@case("68", "the kernel keeps no semaphores, rules and long attributes for a build", OURS)
def unaccounted(suite):
    got = suite.build("unaccounted")
    want = ("semaphores Function not implemented", "rules Function not implemented", "attribute Operation not permitted")
    small = ("GOT small attribute Operation not permitted" in got.text) == (suite.mode == "landlock")       # there none is set by name
    return got.status == 0 and all("GOT " + one in got.text for one in want) and small, got.told()


@case("69", "a socket that lingers cannot be handed to hwb, whose limits go on", OURS)
def lingering(suite):
    """Two walls, each tried alone by hand: the option is refused on every kernel, the passing since Linux 6.16."""
    began = time.monotonic()
    got = suite.build("linger", "--limit", "wall=3s")
    new = tuple(map(int, re.findall(r"\d+", os.uname().release)[:2])) >= (6, 16)
    held = "REFUSED linger Operation not permitted" in got.text and (not new or "REFUSED pass Operation not permitted" in got.text)
    return held and time.monotonic() - began < 15 and got.status == (9 if new else 0), got.told()


@case("68", "the limits of pid 1 are out of reach", OURS)
def blinded(suite):
    got = suite.build("blind")
    return got.status == 0 and got.text.count("UNLIMITED Operation not permitted") + got.text.count("UNLIMITED Function not implemented") == 2, got.told()


case("69", "sleeping for ever ends at the wall limit", END)(limited("sleep", "wall", "2s"))
case("69", "so does a busy loop, at the limit of processor time", END)(limited("busy", "cpu", "1s"))
case("69", "and silence at its own", END)(limited("sleep", "silence", "2s"))


@case("70", "a flood of output ends the build, and no more than the limit is kept", MACHINE)
def flood(suite):
    got = suite.build("flood", "--limit", "log=%d" % LOG_LIMIT)
    kept = sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(suite.out + "/hwb") for name in names
               if name.startswith("build-"))
    grown, suite.log_size = kept - getattr(suite, "log_size", 0), kept
    return got.status == 9 and "log" in got.text and len(got.output) < 4 * LOG_LIMIT and grown < 64 * LOG_LIMIT, (got.status, len(got.output), grown)


def ended(mode, status, word):
    def run(suite):
        got = suite.build(mode)
        return got.status == status and word in got.text and not got.wheels, got.told()
    return run


case("74", "a quiet exit without an answer is a failure")(ended("quiet_exit", 1, "exit"))
case("74", "a build that kills itself is told from one that hwb ended")(ended("kill_self", 1, "signal"))
case("74", "the status 137 is not taken for a signal")(ended("exit_137", 1, "137"))


def count_tasks(inside):
    """Those that were there when the last had been listed. While one list is read, a thread may end and another, already listed or not yet, take its
    place: the sum of the lists may be more than there ever were at once, those of it that live on cannot."""
    listed = []
    for process in inside:
        with contextlib.suppress(OSError):
            listed += ["/proc/%d/task/%s" % (process.pid, task) for task in os.listdir("/proc/%d/task" % process.pid)]
    return sum(map(os.path.exists, listed))


def count_disk(inside):
    """The most that one of its places holds, looked at from here through a process of it: root alone can."""
    used, ours = [0], os.stat("/proc/self/root/tmp").st_dev
    for process in inside:
        for place in ("/tmp", "/build", "/out"):
            with contextlib.suppress(OSError):
                path = "/proc/%d/root%s" % (process.pid, place)
                if os.stat(path).st_dev == ours:        # hwb's own programs see the /tmp of the suite
                    continue
                here = os.statvfs(path)
                used.append((here.f_blocks - here.f_bfree) * here.f_frsize)
    return max(used)


def count_descriptors(inside):
    counts = [0]
    for process in inside:
        with contextlib.suppress(OSError):
            counts.append(len(os.listdir("/proc/%d/fd" % process.pid)))
    return max(counts)


# What it is told to do, the limit, hwb's exit, who counts, and the range in which the highest count must lie: it came near the
# limit, and not above it; processes come and go faster than they are counted on a busy machine, and probe 21 meets their limit exactly.
# Nothing of it asks for success of stress-ng itself, which complains about each refusal.
STRESS = [
    ("processes", "--fork 4 --timeout 4", "processes=200", 0, count_tasks, 1, 200),
    ("threads", "--pthread 2 --pthread-max 400 --timeout 6", "processes=200", 0, count_tasks, 1, 200),
    ("memory", "--vm 2 --vm-bytes 600m --vm-keep --timeout 30", "memory=300M", 9, None, 0, 0),
    ("disk", "--hdd 1 --hdd-bytes 512m --hdd-ops 4000 --timeout 20", "disk=64M", 0, count_disk, 32 << 20, 64 << 20),
    ("disk, by fallocate", "--fallocate 1 --fallocate-bytes 512m --fallocate-ops 40 --timeout 20", "disk=64M", 0, count_disk, 0, 64 << 20),
    ("open files", "--open 2 --dup 2 --timeout 6", "open-files=256", 0, count_descriptors, 128, 256),
]


def watch(suite, words, counter):
    """The status, the output, and the highest count while it ran."""
    with tempfile.TemporaryFile() as log:
        process = suite.start(words, stdout=log)
        most = 0
        while process.poll() is None:
            inside = [p for p in family.below(process.pid) if not os.path.basename(p.words.split("\0")[0]).startswith("hwb")]
            most = max(most, counter(inside)) if counter else 0
            time.sleep(0.02)
        log.seek(0)
        return process.returncode, log.read().decode("utf-8", "replace"), most


def stressed(words, limit, status, counter, least, most):
    """It ends, hwb's exit is the right one and names the limit, the count stayed below it, nothing is left."""
    def run(suite):
        if not shutil.which("stress-ng"):
            return False, "stress-ng is not installed (packaging/debian-packages.txt)"
        build = suite.command("stress", "--env", "STRESS=" + words, "--limit", limit, "--limit", "wall=100s")
        got, text, count = watch(suite, build, counter if os.getuid() == 0 else None)
        suite.take_wheels()
        left = suite.left()
        held = got == status and (limit.split("=")[0] in text if status else "STRESS ended with" in text)
        unseen = suite.mode == "landlock" and counter is count_disk      # without namespaces the disk is no tmpfs of its own (cases_bare.py)
        counted = not counter or os.getuid() != 0 or unseen or least <= count <= most
        return held and counted and "stress-ng" in text and not left, (got, count, text[-1500:], repr(left))
    return run


for what, *row in STRESS:
    case("", "stress-ng on %s: the limit holds, the host stays usable" % what, MACHINE)(stressed(*row))
