"""Probes 68 to 74: what a limit ends, and what a build says by its end. Then stress-ng, an honest torturer."""
import os
import shutil

from cases import case

LOG_LIMIT = 1 << 20


def limited(mode, limit, value):
    """The exit is 9, and the words name the limit."""
    def run(suite):
        got = suite.build(mode, "--limit", "%s=%s" % (limit, value))
        left = suite.left()
        return got.status == 9 and limit in got.text and not got.wheels and not left, (got.told(), repr(left))
    return run


case("68", "a memory bomb ends at its limit, by name")(limited("memory", "memory", "200M"))
case("69", "sleeping for ever ends at the wall limit")(limited("sleep", "wall", "2s"))
case("69", "so does a busy loop, at the limit of processor time")(limited("busy", "cpu", "1s"))
case("69", "and silence at its own")(limited("sleep", "silence", "2s"))


@case("70", "a flood of output ends the build, and no more than the limit is kept")
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

# What it is told to do; the limit and its value; what must be seen. --verify would only slow it down.
STRESS = [
    ("processes", "--fork 4 --fork-ops 2000 --timeout 20", "processes=200", 0, ""),
    ("memory", "--vm 2 --vm-bytes 600m --vm-keep --timeout 30", "memory=300M", 9, "memory"),
    ("disk", "--hdd 1 --hdd-bytes 512m --hdd-ops 4000 --timeout 20", "disk=64M", 0, ""),
    ("disk, by fallocate", "--fallocate 1 --fallocate-bytes 512m --fallocate-ops 20 --timeout 20", "disk=64M", 0, ""),
    ("open files", "--open 2 --open-ops 20000 --dup 2 --dup-ops 20000 --timeout 20", "open-files=256", 0, ""),
]


def stressed(words, limit, status, word):
    """Whatever it says about its own success: it ends, hwb's exit is the right one, nothing is left, the host is as it was."""
    def run(suite):
        if not shutil.which("stress-ng"):
            return False, "stress-ng is not installed (packaging/debian-packages.txt)"
        free = os.statvfs(suite.top).f_bavail
        got = suite.build("stress", "--env", "STRESS=" + words, "--limit", limit, "--limit", "wall=100s")
        left, now = suite.left(), os.statvfs(suite.top).f_bavail
        held = got.status == status and word in got.text and (status or "STRESS ended with" in got.text)
        return held and "stress-ng" in got.text and not left and now > free - (64 << 20 >> 12), (got.told(), repr(left), free, now)
    return run


for what, words, limit, status, word in STRESS:
    case("", "stress-ng on %s: the limit holds, the host stays usable" % what)(stressed(words, limit, status, word))
