"""What each mode of isolation gives, and on which kernel: one table for the suite and for hwb-build(1).

`modes.py` prints the section ISOLATION MODES of the man page; the suite fails when the page holds anything else.
"""
import os
import re
import sys

from probe import equals, only
from probes_files import OURS

MODES = ("sandbox", "container", "landlock")
PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "doc", "man", "hwb-build.1.scd")
HEADING, NEXT = "# ISOLATION MODES", "# EXIT STATUS"

# The control (sandbox/spec.h), who gives it in each mode ("" is nobody), the first Linux that has it.
CONTROLS = [
    ("user-ns",         "yes", "engine", "",     "5.15"),
    ("mount-ns",        "yes", "engine", "",     "5.15"),
    ("pid-ns",          "yes", "engine", "",     "5.15"),
    ("net-ns",          "yes", "engine", "",     "5.15"),
    ("ipc-ns",          "yes", "engine", "",     "5.15"),
    ("uts-ns",          "yes", "engine", "",     "5.15"),
    ("cgroup-ns",       "yes", "engine", "",     "5.15"),
    ("private-root",    "yes", "engine", "",     "5.15"),
    ("read-only-host",  "yes", "engine", "rule", "5.15"),
    ("masked-proc",     "yes", "engine", "",     "5.15"),
    ("minimal-dev",     "yes", "engine", "rule", "5.15"),
    ("copy-in-out",     "yes", "engine", "yes",  "5.15"),
    ("no-capabilities", "yes", "engine", "yes",  "5.15"),
    ("no-new-privs",    "yes", "engine", "yes",  "5.15"),
    ("seccomp",         "yes", "yes",    "yes",  "5.15"),
    ("landlock",        "yes", "",       "yes",  "5.19"),
    ("landlock-scope",  "yes", "",       "yes",  "6.12"),
    ("closed-fds",      "yes", "engine", "yes",  "5.15"),
    ("empty-env",       "yes", "yes",    "yes",  "5.15"),
    ("new-session",     "yes", "engine", "yes",  "5.15"),
    ("process-limit",   "yes", "engine", "yes",  "5.15"),
    ("pid-max",         "yes", "",       "",     "6.14"),
    ("keyring",         "yes", "engine", "yes",  "5.15"),
]

# What the seam (-Dtest_seams=true, HWB_TEST_MASK) takes away, as which kernel, and the controls that are then missing.
# "unavailable": there is no sandbox at all, exit 5 says why. The probes hold under every row but that one.
KERNELS = [
    ("6.12",                   "pid-max",                                     ["pid-max"]),
    ("6.1",                    "pid-max,landlock=2",                          ["landlock-scope", "pid-max"]),
    ("5.15",                   "pid-max,landlock=1,killable",                 ["landlock", "landlock-scope", "pid-max"]),
    ("6.1 without Landlock",   "pid-max,landlock=0",                          ["landlock", "landlock-scope", "pid-max"]),
    ("6.1 without a watcher",  "pid-max,landlock=2,notify",                   ["landlock-scope", "pid-max"]),
    ("5.10",                   "mount-api",                                   ["unavailable"]),
]

# Where a mode gives less than `sandbox`: what the probe says there, and why that is so.
SHARED = "there are no namespaces"
CLOSED = "the file is there and closed"
COUNTED = "no quota: what is in /build, /tmp and /out is counted once a second, and the build ends"
WEAKER = {
    ("no landlock-scope", "15"): (lambda got: got[0] <= 4, "pid 1 of the sandbox can be sent a signal, and the kernel drops it"),
    ("landlock", "0"): (lambda got: set(got[:3] + got[4:5]) == {"0" * 16} and got[5:] == ["1", "2"],
                        "an ordinary user cannot empty the bounding set, and no_new_privs keeps every program from using it"),
    ("landlock", "1"): (only("EACCES"), CLOSED),
    ("landlock", "2"): (only("EACCES"), CLOSED),
    ("landlock", "3"): (only("EACCES"), CLOSED),
    ("landlock", "4"): (equals([]), "/etc/passwd is closed: nobody has a name"),
    ("landlock", "5"): (lambda got: True, SHARED),
    ("landlock", "6"): (lambda got: set(got) <= OURS | {"CPPFLAGS"}, "CPPFLAGS tells compilers what /build is called here"),
    ("landlock", "8"): (only("EACCES", "EPERM", "ok"), "as an ordinary user the numbers of the descriptors of his other processes are seen"),
    ("landlock", "10"): (lambda got: True, SHARED),
    ("landlock", "11"): (lambda got: True, SHARED),
    ("landlock", "12"): (lambda got: True, SHARED),
    ("landlock", "14"): (lambda got: True, "every process is seen, none is reached"),
    ("landlock", "15"): (lambda got: got[1] == "EPERM", "every number answers, with EPERM"),
    ("landlock", "31"): (equals([True, True]), "/sys is there and closed"),
    ("landlock", "41"): (lambda got: set(got[:4]) == {"EPERM"} and got[4] == "EACCES", "/dev/tty is there and closed"),
    ("landlock", "42"): (lambda got: True, "/dev is the host's, and closed but for five nodes"),
    ("landlock", "46"): (only("EPERM"), "no socket is made at all"),
    ("landlock", "47"): (only("EPERM"), "no socket is made at all"),
    ("landlock", "48"): (only("EPERM"), "no socket is made at all"),
    ("landlock", "49"): (equals(["gaierror", "EPERM"]), "no socket is made at all"),
    ("landlock", "50.ulp"): (lambda got: "PermissionError" in got, "no socket is made at all"),
    ("landlock", "51"): (lambda got: "PermissionError" in got, "no socket is made at all"),
    ("landlock", "53"): (only("EPERM"), "no socket is made at all"),
    ("landlock", "55"): (only("ENOSYS", "ENOENT", "EACCES"), SHARED),
    ("landlock", "63"): (only("EACCES", "ENOENT"), "the host's files are there and closed"),
    ("landlock", "66"): (equals("ok"), COUNTED),
    ("landlock", "67"): (equals("ok"), COUNTED),
    ("landlock", "75"): (lambda got: got[1] != 0, "host name, user and folder are the host's"),
    ("landlock", "77"): (equals(["EACCES"] * 3), "the environment is there and closed"),
    ("landlock", "80"): (lambda got: all(one.startswith("/") for one in got), "the marks of the host are seen"),
    ("container", "4"): (lambda got: True, "/etc/passwd is the image's"),
    ("container", "5"): (lambda got: got[0] in ("ENOENT", "ok"), "the boot id is the host's, the machine id the image's"),
    ("container", "11"): (lambda got: got[1:] == ["ENOENT", 4096, 4096] or all(one in (0, "EACCES", "EPERM", "ENOENT") for one in got[1:2]),
                          "the kernel's command line and symbols without addresses are there"),
    ("container", "26"): (only("EPERM", "ENOSYS"), "the engine's profile answers first"),
    ("container", "41"): (lambda got: set(got[:4]) == {"EPERM"} and got[4] in ("ENOENT", "ENXIO", "EACCES"), "/dev/tty is there and closed"),
    ("container", "67"): (equals("ok"), "podman's tmpfs knows no limit of files; the memory limit ends it"),
    ("container", "42"): (lambda got: "kmsg" not in got and "mem" not in got, "/dev is the engine's"),
    ("container", "31"): (lambda got: True, "/sys is there, read-only"),
    ("container", "75"): (lambda got: got[1] != 0, "host name and folder are the engine's"),
    ("container", "80"): (lambda got: True, "the engine leaves its own marks"),
}


def expected(mode, missing, row):
    """(judgement, sentence) of a probe in a mode without some controls."""
    for case in [mode] + ["no " + control for control in missing]:
        if (case, row.number) in WEAKER:
            judge, why = WEAKER[case, row.number]
            return judge, "%s; weaker here: %s" % (row.sentence, why)
    return row.want, row.sentence


NO_SOCKET, NO_SETUID = "no socket can be made", "the bit cannot be set"
# Cases that have nothing to try in a mode; what takes their place is a probe, or a case of the mode's own.
WITHOUT = {
    ("landlock", "a socket for a wheel is refused without blocking"): NO_SOCKET,
    ("landlock", "a socket that lingers cannot be handed to hwb, whose limits go on"): NO_SOCKET,
    ("landlock", "answers of the kernel that nobody reads are counted"): NO_SOCKET,
    ("landlock", "sockets that no list has are counted by a cgroup, where there is one"): NO_SOCKET,
    ("landlock", "what is published has an ordinary mode"): NO_SETUID,
    ("landlock", "the proxy lets through what is allowed, and nothing that looks like it"): NO_SOCKET,
    ("landlock", "a name that leads to an address which is not public is refused"): NO_SOCKET,
    ("landlock", "and so it does under the plain filter"): "`hwb debug sandbox` knows the other mode alone",
}
# Calls whose answer differs from seccomp_golden.txt: those that data/seccomp-landlock.txt refuses, and those that ask the kernel for
# the ids of root, which it has here.
CALLS = {"landlock": {
    **dict.fromkeys((41, 92, 94, 141, 188, 189, 197, 198, 260), "EPERM"),       # socket, chown, setpriority, setxattr
    **dict.fromkeys((93, 105, 106, 113, 114, 117, 119), "EPERM"),               # fchown, setuid and its kin, to 0
    **dict.fromkeys((64, 65, 66, 220, 437), "ENOSYS"),                          # System V's semaphores, openat2
}}


def engine(suite):
    """What hwb needs to know of podman and its image, in variables; or why there is none."""
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
    import podman
    import support
    support.Setting.top = support.Setting.top or os.path.dirname(suite.top)
    return dict(podman.podman(suite.user).env, HWB_IMAGE=podman.IMAGE)


def close_engines():
    import podman
    for one in podman.Podman.ready.values():
        if isinstance(one, podman.Podman):
            one.close()


def available(suite):
    """A mode that cannot run here, or is not in this version, is told in one line; `sandbox` has to be there."""
    if suite.mode == "container":
        try:
            suite.engine = engine(suite)
        except Exception as reason:
            suite.tap.note("isolation 'container' cannot run here, its rows are not run: %s" % reason)
            return False
    got = suite.build("wheel")
    if got.status == 5 and suite.mode != "sandbox" and "not available" in got.text:
        suite.tap.note("isolation '%s' is not available here: its rows are not run" % suite.mode)
        return False
    return True


# ---- the man page ----

def table(head, rows):
    lines = ["|[ *%s*" % head[0]] + [":[ *%s*" % one for one in head[1:]]
    for row in rows:
        lines += ["|  %s" % (row[0] or "-")] + [":  %s" % (one or "-") for one in row[1:]]
    return "\n".join(lines)


def section():
    weaker = {}
    for (mode, number), (_, why) in WEAKER.items():
        weaker.setdefault((mode, why), []).append(number)
    notes = "\n".join("- _%s_: %s (%s)" % (mode, why, ", ".join(numbers)) for (mode, why), numbers in weaker.items())
    kernels = [(kernel, ", ".join(missing)) for kernel, _, missing in KERNELS]
    return "\n".join([
        HEADING, "",
        "What holds in each mode, and the first Linux on which it does: _yes_ by hwb, _engine_ by podman or docker, _rule_ by Landlock in place of a mount, - not at all.",
        "The report's _isolation.controls_ says what held for one build.", "",
        table(("Control", "sandbox", "container", "landlock", "Linux"), CONTROLS), "",
        "On an older kernel _sandbox_ goes without these; the probes of the test suite hold all the same:", "",
        table(("Linux", "missing"), kernels), "",
        "Where a mode is weaker than _sandbox_ (the numbers are those of tests/hostile):", "", notes, "", ""])


def check(tap):
    page = open(PAGE).read()
    start, end = page.find(HEADING), page.find(NEXT)
    tap.check("hwb-build(1) holds the table of modes (tests/hostile/modes.py prints it)", start >= 0 and page[start:end] == section())
    spec = open(os.path.join(os.path.dirname(PAGE), "..", "..", "src", "sandbox", "spec.c")).read()
    names = re.findall(r'\[CONTROL_\w+\] = "([a-z-]+)"', spec)
    tap.check("the table of modes has every control, in the order of sandbox/spec.c", names == [row[0] for row in CONTROLS], names)


if __name__ == "__main__":
    print(section(), end="")
