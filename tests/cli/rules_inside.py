"""DESIGN section 3, middle: what a build finds inside, what it has of the network, and which isolation it gets."""
import functools
import os
import re
import shutil
import socket
import subprocess
import tarfile

from rules_support import ROOT, Elsewhere, Listeners, every, facts, look, looking
from scenario_sources import git
from support import HANG, Place, Skip, fresh, make_sdist, write

EPOCH_MIN = 315532800   # 1980: what zip can hold
PROBES_OF_THE_KERNEL = {335, 336}   # uretprobe and uprobe of x86-64: no filter is asked, and who calls them himself dies of SIGILL
ENVIRONMENT = {
    "PATH": "/env/bin:/usr/local/bin:/usr/bin:/bin", "HOME": "/build/home", "TMPDIR": "/tmp", "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0", "PYTHONNOUSERSITE": "1",
    "PYTHONIOENCODING": "utf-8:backslashreplace", "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
    "USER": "build", "LOGNAME": "build", "SHELL": "/bin/sh", "VIRTUAL_ENV": "/env", "TERM": "dumb", "NO_COLOR": "1", "CI": "1",
}


# ---- inside ----

def places():
    seen = facts()[0]
    return every(("the source", seen["cwd"] == "/build/src", seen["cwd"]), ("the output", seen["out"] == "/out", seen["out"]),
                 ("the environment", "env" in seen["folders"]["/"], seen["folders"]["/"]))


def host_name():
    return facts()[0]["host"] == "sandbox", facts()[0]["host"]


def user():
    """1000 is a name for nobody: it carries no capability and gains none."""
    seen = facts()[0]
    status = dict(line.split(":\t", 1) for line in seen["status"].splitlines())
    power = {key: status[key].strip() for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
    return every(("the ids", seen["ids"] == [1000] * 4, seen["ids"]),
                 ("no capability", set(power.values()) == {"0" * 16}, power),
                 ("no new privileges", status["NoNewPrivs"].strip() == "1", status["NoNewPrivs"]))


def time_zone():
    seen = facts()[0]
    return seen["environ"].get("TZ") == "UTC" and seen["zone"] == [["UTC", "UTC"], 0], seen["zone"], seen["environ"]


def umask():
    return facts()[0]["umask"] == 0o022, oct(facts()[0]["umask"])


PAIR = "seen['pair'] = [os.environ.get('PYTHONHASHSEED'), os.environ.get('SOURCE_DATE_EPOCH')]"


def reproducible_set():
    default = look(PAIR)[0].get("pair", [None, ""])
    chosen = look(PAIR, "--env", "PYTHONHASHSEED=42", "--env", "SOURCE_DATE_EPOCH=1500000000")[0].get("pair")
    around = look(PAIR, env={"PYTHONHASHSEED": "43", "SOURCE_DATE_EPOCH": "1400000000"})[0].get("pair", [None, ""])
    return every(("that they are always set", default[0] == "0" and default[1].isdigit(), default),
                 ("that the user can set them", chosen == ["42", "1500000000"], chosen),
                 ("that of the caller's environment the time alone counts, which is set for builds", around == ["0", "1400000000"], around))


def dated(time):
    """A project whose newest file is of that time."""
    tree = looking(PAIR, files={"older": "x"})
    for folder, _, names in os.walk(tree):
        for name in names:
            os.utime(os.path.join(folder, name), (time, time))
    os.utime(tree + "/older", (1, 1))
    return tree


def archived(time):
    info = tarfile.TarInfo("demo-1.0/newest")
    info.mtime = time
    return make_sdist(fresh("dated"), code=open(looking(PAIR) + "/bk.py").read(), extra=[(info, b"x")])


def committed():
    if not shutil.which("git"):
        raise Skip("git is not installed")
    tree = dated(1500000000)
    os.chmod(tree, 0o755)
    git(tree, "init", "-q", "-b", "main")
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "first")     # in 2014, as every commit of these tests
    return "git+file://" + tree


def epoch_of_source():
    rows = [("a commit's time", committed(), 1400000000), ("the newest time in the tree", dated(1500000123), 1500000123),
            ("the newest time in the sdist", archived(1450000000), 1450000000), ("1980 for what is older", dated(86400), EPOCH_MIN)]
    checks = []
    for what, source, want in rows:
        seen, run, _ = look(None, source=source)
        checks.append((what, seen.get("pair") == ["0", str(want)], want, seen, run.told()))
    return every(*checks)


def reply_socket():
    return facts()[0]["fds"].get("3", [""])[1:] == [True, True], facts()[0]["fds"]


def descriptors():
    """The caller of that build had left another one open (rules_support.facts)."""
    fds = facts()[0]["fds"]
    return set(fds) == {"0", "1", "2", "3"} and fds["0"][0] == "/dev/null", fds


def environment_from_nothing():
    seen = dict(facts()[0]["environ"])
    epoch = seen.pop("SOURCE_DATE_EPOCH", "")
    return seen == ENVIRONMENT and epoch.isdigit(), sorted(set(seen.items()) ^ set(ENVIRONMENT.items()))


def environment_by_name():
    code = "seen['got'] = {k: os.environ.get(k) for k in ('RULES_A', 'RULES_B', 'RULES_C', 'RULES_D')}"
    seen, run, _ = look(code, "--env", "RULES_A", "--env", "RULES_B=given", "--env", "RULES_D",
                        env={"RULES_A": "a", "RULES_B": "b", "RULES_C": "c"})
    want = {"RULES_A": "a", "RULES_B": "given", "RULES_C": None, "RULES_D": None}
    return seen.get("got") == want and "RULES_D" in run.err, seen, run.told()


NUMBERS = """
#include <seccomp.h>
#include <stdio.h>
int main(void)
{
	char name[64];
	while (scanf("%63s", name) == 1)
		printf("%s %d\\n", name, seccomp_syscall_resolve_name(name));
	return 0;
}
"""


@functools.lru_cache(maxsize=None)
def calls():
    """{verb of the native filter: {name: number on this machine}}, by the library that the filter is made with."""
    folder = write(fresh("numbers"), {"numbers.c": NUMBERS})
    if not shutil.which("cc"):
        raise Skip("there is no C compiler to ask for the numbers of system calls")
    subprocess.run(["cc", "-o", "numbers", "numbers.c", "-lseccomp"], cwd=folder, check=True)
    lists = [open(os.path.join(ROOT, "data", name)).read() for name in ("seccomp.txt", "seccomp-native.txt")]
    rows = re.findall(r"(?m)^(allow|eperm|refuse|families|only) (\w+)", "".join(lists))
    rows += [("unlisted", "io_uring_setup"), ("unlisted", "clone3")]
    names, table = "\n".join(name for _, name in rows), {}
    told = subprocess.run([folder + "/numbers"], input=names, capture_output=True, text=True, check=True)
    for (verb, name), line in zip(rows, told.stdout.splitlines()):
        if int(line.split()[1]) >= 0:   # else it is a call of another processor, or newer than the library
            table.setdefault(verb, {})[name] = int(line.split()[1])
    return table


CALL = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def call(number):
    ctypes.set_errno(0)
    got = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(0)] * 6)
    return 'ok' if got >= 0 else errno.errorcode.get(ctypes.get_errno(), str(ctypes.get_errno()))
seen['answers'] = {str(number): call(number) for number in %r}
"""


def answers(numbers):
    """What calls without arguments answer inside, by number."""
    seen, run, _ = look(CALL % (numbers,), "--limit", "wall=30s")
    if not seen:
        raise AssertionError("a call ended the build: " + run.told())
    return {int(number): answer for number, answer in seen["answers"].items()}


def dangerous_calls():
    listed = calls()["eperm"]
    got = answers(sorted(listed.values()))
    bad = {name: got[number] for name, number in listed.items() if got[number] != "EPERM"}
    known = {"mount", "ptrace", "unshare", "setns", "bpf", "keyctl", "kexec_load", "init_module", "perf_event_open", "userfaultfd"}
    return every(("that those everybody knows are listed", known <= set(listed), sorted(known - set(listed))),
                 ("that they answer EPERM", not bad, bad))


def unknown_calls():
    table = calls()
    named = {number for verb in ("allow", "eperm", "refuse", "families", "only") for number in table[verb].values()}
    asked = [number for number in range(640) if number not in named | PROBES_OF_THE_KERNEL]
    bad = {number: answer for number, answer in answers(asked).items() if answer != "ENOSYS"}
    return every(("that io_uring and clone3 are among them", set(table["unlisted"].values()) <= set(asked), table["unlisted"]),
                 ("that they answer ENOSYS", not bad, bad))


# ---- network ----

def network_none():
    seen, listeners = facts()[0], Listeners()
    with socket.create_connection(("127.0.0.1", listeners.port), timeout=5):    # out here such a listener is reached
        pass
    listeners.close()
    return every(("that lo is the only interface", seen["interfaces"] == ["lo"], seen["interfaces"]),
                 ("that there is no way out", seen["outside"] == ["ENETUNREACH"] * 2, seen["outside"]),
                 ("that the host's are not reached", set(seen["listeners"]) <= {"ECONNREFUSED", "EPERM"}, seen["listeners"]))


WAYS_OUT = """import errno, socket
seen['interfaces'] = [name for _, name in socket.if_nameindex()]
seen['network'] = os.readlink('/proc/self/ns/net')
try:
    socket.create_connection(('203.0.113.1', 443), 3)
except OSError as error:
    seen['direct'] = errno.errorcode[error.errno]
with socket.create_connection(('127.0.0.1', 3128), 3) as proxy:
    proxy.sendall(b'CONNECT unlisted.example:25 HTTP/1.1\\r\\n\\r\\n')
    seen['answer'] = proxy.recv(100).decode()
"""


def never_the_hosts():
    own, opened = facts()[0]["network"], looking(WAYS_OUT)
    checks = [("that a build has a network of its own", own != os.readlink("/proc/self/ns/net"), own)]
    for what, words, env in (("network-isolation = false", [], {"HWB_NETWORK_ISOLATION": "false"}),
                             ("--allow-host", ["--allow-host", "host.example"], None)):
        seen, run, _ = look(None, *words, source=opened, env=env)
        checks.append(("that %s leaves a build lo alone, in a network of its own" % what,
                       run.code == 0 and seen and seen["interfaces"] == ["lo"] and seen["network"] != os.readlink("/proc/self/ns/net"), seen, run.told()))
        checks.append(("that its one way out is the proxy with %s" % what, seen and seen["direct"] == "ENETUNREACH" and seen["answer"].startswith("HTTP/1.1 403 "), seen))
    asks = looking("", more="\n[tool.hwb.security]\nnetwork-isolation = false\n")
    _, run, _ = look(None, "--trust-project", source=asks)
    return every(*checks, ("that no project can ask for it", run.code == 2 and "network-isolation" in run.err, run.told()))


def no_names():
    seen = facts()[0]
    return every(("that nothing names a resolver", not seen["resolver"]),
                 ("that no name resolves", seen["name"] is None, seen["name"]),
                 ("that port 53 is out of reach", seen["outside"][1] == "ENETUNREACH", seen["outside"]))


# ---- isolation ----

def mode_sandbox():
    checks = []
    for mode in ("sandbox", "venv"):
        seen, run, place = look("seen['ran'] = True", "--isolation", mode)
        known_as = place.report()["isolation"]["mode"]
        checks.append(("--isolation %s" % mode, seen == {"ran": True} and known_as == "sandbox", known_as, run.told()))
    return every(*checks)


def mode_landlock():
    seen, run, place = look("seen['ran'] = True", "--isolation", "landlock")
    if run.code == 5 and "needs ABI" in run.err:    # Linux 6.12 and newer have it; elsewhere it is refused, never replaced
        return every(("exit 5 names the kernel's ABI", not seen, run.told()))
    told = place.report()["isolation"]
    _, unasked, other = look("seen['ran'] = True")
    return every(("it runs", seen == {"ran": True}, run.told()),
                 ("the terminal warns", "isolation 'landlock' has no namespaces" in run.err, run.told()),
                 ("the report says so", told["mode"] == "landlock" and not [one for one in told["controls"] if one.endswith("-ns")], told),
                 ("without being asked for it is the sandbox", other.report()["isolation"]["mode"] == "sandbox", unasked.told()))


CONTROLS = {"user-ns", "mount-ns", "pid-ns", "net-ns", "ipc-ns", "uts-ns", "cgroup-ns", "private-root", "read-only-host",
            "masked-proc", "minimal-dev", "copy-in-out", "no-capabilities", "no-new-privs", "seccomp", "closed-fds", "empty-env",
            "new-session", "process-limit"}
# As another id than 0: a root whose groups cannot be dropped is refused for that first.
WITHOUT_NAMESPACES = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--keep-caps", "sh", "-c",
                      "echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps=-all --inh-caps=-all \"$@\"", "sh"]


def auto_or_remedies():
    """Where user namespaces are not to be had: a namespace that forbids them to its own children."""
    seen, run, place = look("seen['ran'] = True", "--isolation", "auto")
    held = set(place.report()["isolation"]["controls"]) if run.code == 0 else set()
    inner = Place()
    words = [*WITHOUT_NAMESPACES, inner.program, *inner.words("--no-index", "--wheel", looking("seen['ran'] = True"))]
    done = subprocess.run(words, env=inner.env(), capture_output=True, text=True, timeout=HANG)
    if done.stderr.startswith(("unshare:", "sh:")):
        raise Skip("no user namespace to try it in: " + done.stderr.strip())
    return every(("that auto is the sandbox, with what holds", seen == {"ran": True} and CONTROLS <= held, held, run.told()),
                 ("that without it nothing is built", done.returncode == 5 and not inner.made(), done.returncode, done.stderr),
                 ("that the remedy is named", "max_user_namespaces" in done.stderr and "help:" in done.stderr, done.stderr))


def none_refused():
    checks = []
    for words, env in ((["--isolation", "none"], {}), ([], {"HWB_ISOLATION": "none"})):
        seen, run, _ = look("seen['ran'] = True", *words, env=env)
        checks.append(("that %s %s is refused" % (words, env), run.code == 2 and not seen and "none" in run.err, run.told()))
    for table, line in (("build", "isolation = 'none'"), ("security", "allow-unisolated = true")):
        seen, run, _ = look("seen['ran'] = True", "--trust-project", more="\n[tool.hwb.%s]\n%s\n" % (table, line))
        checks.append(("that a project cannot say %s" % line, run.code == 2 and not seen, run.told()))
    return every(*checks)


PROXY = "tests/unit/net/test_proxy.c"
NET = "tests/unit/net/test_rules.c"
HTTPS = "tests/cli/scenario_https.py"
CONTAINER = "tests/cli/container.py"
OPTIONS = "tests/unit/cli/test_options.c"

RULES = [
    ("Inside: `/build/src`, `/env`, `/out`", places),
    ("hostname `sandbox`", host_name),
    ("uid 1000", user),
    ("TZ=UTC", time_zone),
    ("umask 022", umask),
    ("PYTHONHASHSEED=0 and SOURCE_DATE_EPOCH always set unless the user set them", reproducible_set),
    ("(commit time, else newest time in the sdist or tree; >= 315532800)", epoch_of_source),
    ("fd 3 is the hook's CLOEXEC reply socket", reply_socket),
    ("the only descriptor beside 0-2", descriptors),
    ("The environment is built from nothing: PATH, HOME, TMPDIR, LANG=C.UTF-8, the reproducibility set", environment_from_nothing),
    ("`--env K[=V]` by name", environment_by_name),
    ("Table calls that are known and dangerous answer EPERM", dangerous_calls),
    ("unknown ones ENOSYS", unknown_calls),
    ("Network: none", network_none),
    ("`network-allowed-hosts`: a CONNECT proxy outside, reached by a listener made inside", never_the_hosts),
    ("exact host and port", Elsewhere((NET, "the list is exact"), (HTTPS, "git led to another port of its host is refused"))),
    ("no IP literals",
     Elsewhere((NET, "the proxy reads one request strictly"), (HTTPS, "git with an address for a name is a usage error"))),
    ("no SNI or ECH = refused",
     Elsewhere((NET, "a hello must name its host in the open"), (PROXY, "without a TLS hello nothing goes up"))),
    ("private ranges only as the operator's host+CIDR pairs",
     Elsewhere((PROXY, "a listed name may not lead inside"), (NET, "addresses inside are not public"),
               (HTTPS, "git with a name that leads to %s is refused"))),
    ("every attempt audited (capped at 1,000, then counted)",
     Elsewhere((PROXY, "attempts beyond the list are counted"), (HTTPS, "the audit log has a network.attempt of it"))),
    ("`network-isolation = false` (operator only) means any public host:443 through that proxy", never_the_hosts),
    ("never the host's namespace", never_the_hosts),
    ("There is no DNS inside", no_names),
    ("Isolation modes: `sandbox` (namespaces; `venv` is accepted as its name)", mode_sandbox),
    ("`container` (podman or docker, hardened; `docker` is accepted)",
     Elsewhere((CONTAINER, "the command line is exactly this"), (OPTIONS, '"--isolation", "docker"'))),
    ("`landlock` (no namespaces: weaker, must be asked for, provenance says so)", mode_landlock),
    ("`auto` = sandbox, proven by a trial run, or exit 5 with the remedies", auto_or_remedies),
    ("`none` only where the operator's config says `allow-unisolated = true`", none_refused),
    ("Container mode: OUT is a fresh 0700 run directory read by openat2 after the engine confirms removal; root maps to a non-zero "
     "uid; environment by file, not argv; empty DOCKER_CONFIG unless pulling; our own pid 1 with a stdin lifeline",
     Elsewhere((CONTAINER, "the run directory is closed, the source read-only"), (CONTAINER, "the user inside is not root, and owns the output"),
               (CONTAINER, "no secret is on a command line, in the engine's environment or in a file"),
               (CONTAINER, "its configuration is an empty one"), (CONTAINER, "%s leaves no container"))),
]
