"""Probes 75, 77 and 80: what tells where a build ran, and what it could leave for the next one. Builds that are compared with
each other (56, 76) and projects that ask for more (78, 79) are the suite's own cases."""
import os

from probe import DECOY, attempt, equals, probe

FIXED = {"TZ": "UTC", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}


@probe("75", "host, user, folder and time zone are the same everywhere", equals(["sandbox", 1000, "/build/src", True, FIXED]),
       lambda got: got[0] != "sandbox" and got[1] != 1000 and not got[3])
def whereabouts():
    return [os.uname().nodename, os.getuid(), os.getcwd(), os.environ.get("SOURCE_DATE_EPOCH", "").isdigit(),
            {key: os.environ.get(key) for key in FIXED}]


@probe("77", "the environment cannot be poisoned for the next build", equals(["EROFS"] * 3), equals(["ok"] * 3))
def poison():
    folder = DECOY["environment"]
    return [attempt(lambda: open(folder + leaf, "w").close()) for leaf in ("/sitecustomize.py", "/evil.pth", "/lib.py")]


def writable(top, depth=3):
    """Folders below top that can be written, but for those that are the build's own."""
    found = []
    for folder, folders, _ in os.walk(top):
        inner = [os.path.join(folder, one) for one in folders]
        folders[:] = [] if folder.count("/") >= depth else [one for one, path in zip(folders, inner) if path not in DECOY["own"]]
        if os.access(folder, os.W_OK):
            found.append(folder)
    return found


@probe("80", "what the escape kits look for is not there", equals([]), lambda got: len(got) >= 3)
def escape_kits():
    """The checks of CDK, deepce and amicontained that no other probe has: none of the three is packaged by Debian."""
    found = [path for path in ("/.dockerenv", "/run/secrets", "/var/run/secrets", "/sys/kernel/uevent_helper", "/sys/fs/cgroup/release_agent",
                               "/dev/vda", "/dev/sda", "/proc/sys/fs/binfmt_misc/register", "/lib/modules", "/sys/kernel/debug", "/boot",
                               "/sys/firmware") if os.path.exists(path) and os.access(path, os.R_OK)]
    caps = [line.split()[1] for line in open("/proc/self/status") if line.startswith("CapEff")]
    host_mounts = [line.split()[4] for line in open("/proc/self/mountinfo") if " - ext4 " in line and " rw," in " " + line.split(" ")[5] + ","]
    return found + [cap for cap in caps if int(cap, 16)] + host_mounts + writable(DECOY["walked"])


@probe("0", "no capability, no new privileges, one seccomp filter", equals(["0" * 16] * 5 + ["1", "2"]), lambda got: got[5:] == ["0", "0"])
def status():
    rows = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
    return [rows[key].strip() for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")]
