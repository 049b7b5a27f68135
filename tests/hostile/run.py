"""The hostile-build suite: strangers' code tries, hwb must not give. TAP on stdout.

usage: run.py HWB [USER]: with USER (as root) everything runs again as that ordinary user.
Each probe is a row: number, what it must say inside, and (OUTSIDE) what it says on a decoy without a sandbox, so that a
probe that cannot succeed anywhere is noticed.
"""
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # before the next import: the source tree stays as it is
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import family

HERE = os.path.dirname(os.path.abspath(__file__))
HWB = os.path.abspath(sys.argv[1])
SECRET = "hostile-secret-4711"
HANG = 120  # seconds after which a build counts as hanging; nothing else depends on time
OURS = {"CI", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "NO_COLOR", "PATH", "PYTHONHASHSEED", "PYTHONIOENCODING", "PYTHONNOUSERSITE",
        "SHELL", "SOURCE_DATE_EPOCH", "SSL_CERT_FILE", "TERM", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV"}

DENIED = {"EACCES", "EPERM", "ENOENT", "EROFS", "ESRCH"}


def within(*allowed):
    return lambda got: (set(got) if isinstance(got, list) else {got}) <= set(allowed)


ROWS = {
    0: ("no capability, no new privileges, one seccomp filter", lambda got: got == ["0" * 16] * 5 + ["1", "2"]),
    1: ("~/.ssh is not there", within("ENOENT")),
    2: ("tokens in the home are not there", within("ENOENT")),
    3: ("/etc/shadow is not there", within("ENOENT")),
    4: ("only the build's own users exist", lambda got: got == ["build", "nobody"]),
    5: ("no machine id, another boot id", lambda got: got[0] == "ENOENT" and got[1] != open("/proc/sys/kernel/random/boot_id").read().strip()),
    6: ("the environment is an exact list", lambda got: set(got) <= OURS),
    7: ("the environment of pid 1 cannot be read", within("EACCES", "EPERM")),
    8: ("nothing else of pid 1 can be read", within("EACCES", "EPERM")),
    9: ("only 0, 1, 2, the hook's socket and the listing itself are open", lambda got: set(got) <= {0, 1, 2, 3, 4}),
    10: ("mounts name neither source nor home (env and interpreter are the known residual)", lambda got: got == []),
    11: ("the kernel's insides are empty", lambda got: all(x in (0, "EACCES", "EPERM", "ENOENT") for x in got)),
    12: ("no keys are listed", lambda got: got in (0, "EACCES", "EPERM", "ENOENT")),
    13: ("no terminal, stdin is /dev/null", lambda got: got == ["/dev/null", [False, False, False]]),
    14: ("only its own processes are seen", lambda got: got <= 3),
    15: ("no signal reaches the host or pid 1", lambda got: got[0] == "ESRCH" and got[1] == "EPERM"),
    16: ("ptrace is refused", within("EPERM")),
    17: ("reading other processes is refused", within("EPERM")),
    18: ("a daemon is left behind", lambda got: got == "left behind"),
    20: ("stopping itself is tried elsewhere", lambda got: True),
    25: ("no new user namespace", within("EPERM")),
    26: ("nor by clone, and clone3 is not there", lambda got: got == ["EPERM", "ENOSYS"]),
    27: ("setns is refused", within("EPERM")),
    28: ("no mounts, no chroot", within("EPERM")),
    29: ("/usr stays read-only", within("EPERM")),
    30: ("the kernel's settings are closed", within("EACCES", "EPERM", "EROFS", "ENOENT")),
    31: ("there is no cgroup, no /sys", lambda got: got == [False, False]),
    46: ("servers of the host are not reached", within("ECONNREFUSED")),
    47: ("there is no way out", within("ENETUNREACH")),
    48: ("there is no metadata service", within("ENETUNREACH")),
    49: ("names do not resolve", lambda got: got == "gaierror"),
    50: ("odd socket families are closed", lambda got: "ok" not in got),
    51: ("netlink shows lo alone", lambda got: got[0] == ["lo"] and got[1:] == ["ENOSYS", "ENOSYS"]),
    52: ("abstract sockets of the host are not there", within("ECONNREFUSED", "EPERM")),
    53: ("no docker, dbus, agent or X11 socket", within("ENOENT")),
    54: ("no other protocol is put on top of TCP", lambda got: got == ["EPERM"] * 4 + ["ok"]),
    60: ("no hard link out of /usr", within("EXDEV", "EROFS", "EPERM")),
    63: ("nothing of the host can be written, by the mounts alone", lambda got: got == ["EROFS"] * 4 + ["ENOENT"]),
    66: ("the disk limit holds", within("ENOSPC")),
}

# Probes that succeed on a decoy without a sandbox, as this very user: they can fail, so passing means something.
OUTSIDE = {1: "ok", 46: ["ok", "ok"], 52: "ok"}

count = failed = 0


def check(what, good, detail=""):
    global count, failed
    count += 1
    if not good:
        failed += 1
        print("# %s" % (detail if isinstance(detail, str) else detail.decode("utf-8", "replace") if isinstance(detail, bytes) else json.dumps(detail))[:1500].replace("\n", "\n# "))
    print("%sok %d - %s" % ("" if good else "not ", count, what), flush=True)


class Decoy:
    """A home with secrets, listeners, an agent's socket: what a build would steal."""

    def __init__(self, top, user):
        self.home = os.path.join(top, "home-" + user)
        for path, text in ((".ssh/id_ed25519", "KEY"), (".pypirc", "[pypi]\npassword=x"), (".netrc", "machine x"), (".aws/credentials", "x"),
                           (".config/gh/hosts.yml", "x"), (".docker/config.json", "{}")):
            full = os.path.join(self.home, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            open(full, "w").write(text)
        self.sockets = []
        self.port = self.listen(socket.AF_INET, ("127.0.0.1", 0)).getsockname()[1]
        try:
            self.port6 = self.listen(socket.AF_INET6, ("::1", 0)).getsockname()[1]
        except OSError:
            self.port6 = self.port
        self.abstract = "hwb-hostile-%d" % os.getpid()
        self.listen(socket.AF_UNIX, "\0" + self.abstract)
        self.listen(socket.AF_UNIX, os.path.join(self.home, "agent.sock"))

    def listen(self, family, address):
        s = socket.socket(family)
        s.bind(address)
        s.listen(5)
        self.sockets.append(s)
        return s

    def close(self):
        for s in self.sockets:
            s.close()


class Suite:
    def __init__(self, top, user):
        self.user, self.top = user, top
        self.decoy = Decoy(top, user or "root")
        self.project = os.path.join(top, "project-" + (user or "root"))
        os.makedirs(self.project)
        for name in ("backend.py", "probes.py"):
            shutil.copy(os.path.join(HERE, name), self.project)
        with open(os.path.join(self.project, "pyproject.toml"), "w") as file:
            file.write('[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
                       '[project]\nname = "hostile"\nversion = "1.0"\n')
        with open(os.path.join(self.project, "decoy.json"), "w") as file:
            json.dump({"home": self.decoy.home, "source": self.project, "user": user or "root", "port": self.decoy.port,
                       "port6": self.decoy.port6, "abstract": self.decoy.abstract, "pid": os.getpid()}, file)
        self.out = os.path.join(top, "out-" + (user or "root"))
        os.makedirs(self.out)
        if user:
            subprocess.run(["chown", "-R", user, self.project, self.out, self.decoy.home], check=True)

    def command(self, mode, *more):
        words = [HWB, "build", "--wheel", "--no-index", "-v", "--color=never", "-o", self.out, "-C", "mode=" + mode, *more, self.project]
        if not self.user:
            return words
        entry = pwd.getpwnam(self.user)
        return ["setpriv", "--reuid", str(entry.pw_uid), "--regid", str(entry.pw_gid), "--clear-groups", *words]

    def env(self):
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin" if self.user else os.environ["PATH"], "HOME": self.decoy.home, "PYPI_TOKEN": SECRET,
               "GITHUB_TOKEN": SECRET, "SSH_AUTH_SOCK": self.decoy.home + "/agent.sock", "PYTHONPATH": "/tmp/" + SECRET,
               "HWB_CACHE_DIR": os.path.join(self.out, "cache"), "HWB_HOME": os.path.join(self.out, "hwb")}
        return env

    def build(self, mode, *more, **options):
        holder = os.open("/dev/null", os.O_RDONLY)
        os.set_inheritable(holder, True)  # probe 9: a descriptor that the caller left open
        try:
            return subprocess.run(self.command(mode, *more), env=self.env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=HANG, close_fds=False, **options)
        except subprocess.TimeoutExpired as late:   # a limit that does not hold is one failure, not the end of the suite
            return subprocess.CompletedProcess(late.cmd, -1, late.stdout or b"")
        finally:
            os.close(holder)

    def clean(self):
        for name in os.listdir(self.out):
            if name.endswith(".whl"):
                os.unlink(os.path.join(self.out, name))

    def wheels(self):
        return [name for name in os.listdir(self.out) if name.endswith(".whl")]

    def label(self, text):
        return "%s: %s" % ("as " + self.user if self.user else "as root", text)

    def outside(self):
        code = "import json, probes\nprint(json.dumps({n: getattr(probes, 'p%%d' %% n)() for n in %r}))" % (sorted(OUTSIDE),)
        run = subprocess.run([sys.executable, "-c", code], cwd=self.project, stdout=subprocess.PIPE, env={"PATH": os.environ["PATH"]})
        got = json.loads(run.stdout or b"{}")
        for number, want in OUTSIDE.items():
            check(self.label("probe %d succeeds without a sandbox" % number), got.get(str(number)) == want, got)

    def probes(self):
        before = hash_tree(self.project)
        run = self.build("probes", "--limit", "disk=64M")
        text = run.stdout.decode("utf-8", "replace")
        got = {}
        for line in text.splitlines():
            at = line.find("PROBE ")
            if at >= 0:
                number, _, outcome = line[at + 6:].partition(" ")
                got[int(number)] = json.loads(outcome)
        check(self.label("the probing build itself succeeds"), run.returncode == 0 and self.wheels(), text[-1500:])
        for number, (what, good) in sorted(ROWS.items()):
            check(self.label("probe %d: %s" % (number, what)), number in got and good(got[number]), got.get(number, "no answer: " + text[-300:]))
        check(self.label("the secret is nowhere in the output"), SECRET not in text)
        check(self.label("the source is untouched"), hash_tree(self.project) == before)
        left = family.gone()
        check(self.label("the daemon of probe 18 is dead, as everything else"), not left, repr(left))
        self.boot_id = got.get(5)
        self.clean()
        again = self.build("probes", "--limit", "disk=64M").stdout.decode("utf-8", "replace")
        check(self.label("two builds see two boot ids"), self.boot_id and self.boot_id[1] not in again)
        self.clean()

    def outputs(self):
        rows = [("symlink", 6, "probe 58: a symbolic link for a wheel is refused", "symbolic link"),
                ("fifo", 6, "probe 59: a socket for a wheel is refused without blocking", "socket"),
                ("directory", 6, "probe 59: a directory for a wheel is refused", "directory"),
                ("two", 6, "probe 62: two wheels are refused", "2 files"),
                ("foreign", 6, "probe 62: another project's wheel is refused", "hostile"),
                ("sparse", 6, "probe 62: a wheel beyond the limit is refused", "limit")]
        for mode, code, what, word in rows:
            run = self.build(mode)
            text = run.stdout.decode("utf-8", "replace")
            check(self.label(what), run.returncode == code and word in text and not self.wheels(), "%d %s" % (run.returncode, text[-800:]))
            self.clean()
        run = self.build("names")
        text = run.stdout.decode("utf-8", "replace")
        check(self.label("probe 61: odd names and deep trees end, escaped"), run.returncode in (0, 6) and "\x1b" not in text, text[-500:])
        self.clean()
        run = self.build("rewriter")
        check(self.label("probe 64: a background writer cannot touch what is published"), run.returncode in (0, 6), run.stdout[-500:])
        left = family.gone()
        check(self.label("probe 65: nothing of it is left running"), not left, repr(left))
        self.clean()

    def stops(self):
        run = self.build("stop", "--limit", "wall=2s")
        check(self.label("probe 20: a stopped build still meets the wall limit"), run.returncode == 9, run.stdout[-500:])
        process = subprocess.Popen(self.command("sleep"), env=self.env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for line in process.stdout:
            if b"asleep" in line:
                break
        running = family.below(process.pid)
        inside = [p for p in running if "hwb_hook.pyc" in p.words]
        launchers = [p for p in running if p.parent == process.pid and "hwb-sandbox" in p.words]
        for launcher in launchers:
            os.kill(launcher.pid, signal.SIGKILL)
        process.stdout.read()
        status = process.wait()
        left = family.gone()
        check(self.label("probe 19: killing the launcher kills the payload"), inside and launchers and not left, "%r %r" % (running, left))
        check(self.label("probe 19: and hwb says so"), status == 5, str(status))
        for name, number, code in (("SIGINT", signal.SIGINT, 130), ("SIGTERM", signal.SIGTERM, 130), ("SIGKILL", signal.SIGKILL, -9)):
            process = subprocess.Popen(self.command("sleep"), env=self.env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            for line in process.stdout:
                if b"asleep" in line:
                    break
            process.send_signal(number)
            rest = process.stdout.read()
            status = process.wait()
            left = family.gone()
            temporary = [n for n in os.listdir(self.out) if n.startswith(".hwb-")]
            check(self.label("%s leaves no process and no temporary file" % name), status == code and not left and not temporary,
                  "%s %s %s %s" % (status, left, temporary, rest[-300:]))


def hash_tree(top):
    out = []
    for folder, folders, names in os.walk(top):
        folders.sort()
        if "dist" in folders:
            folders.remove("dist")
        for name in sorted(names):
            path = os.path.join(folder, name)
            out.append((path, open(path, "rb").read(), os.stat(path).st_mtime_ns))
    return out


def main():
    family.adopt()
    users = [None] if os.getuid() == 0 else [""]
    if os.getuid() == 0 and len(sys.argv) > 2:
        users.append(sys.argv[2])
    top = tempfile.mkdtemp(prefix="hwb-hostile-")
    os.chmod(top, 0o755)
    try:
        for user in users:
            suite = Suite(top, user or "")
            suite.outside()
            suite.probes()
            suite.outputs()
            suite.stops()
            suite.decoy.close()
    finally:
        shutil.rmtree(top, ignore_errors=True)
    print("1..%d" % count)
    return 1 if failed else 0


sys.exit(main())
