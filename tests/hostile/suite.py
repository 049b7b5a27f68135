"""What the cases share: a project with a hostile backend, decoys around it, ways to build it in a mode as a user. TAP."""
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import family
import world

HERE = os.path.dirname(os.path.abspath(__file__))
SECRET = "hostile-secret-4711"
HANG = 120  # seconds after which a build counts as hanging; nothing else depends on time
LIMITS = ["--limit", "disk=64M", "--limit", "inodes=4000", "--limit", "open-files=512"]     # below what the probes of resources try
HOME_FILES = (".ssh/id_ed25519", ".pypirc", ".netrc", ".aws/credentials", ".config/gh/hosts.yml", ".docker/config.json")
PYPROJECT = ('[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
             '[project]\nname = "hostile"\nversion = "1.0"\n')


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def check(self, what, good, detail=""):
        self.count += 1
        if not good:
            self.failed += 1
            text = detail.decode("utf-8", "replace") if isinstance(detail, bytes) else detail if isinstance(detail, str) else json.dumps(detail)
            print("# " + text[:2000].replace("\n", "\n# "))
        print("%sok %d - %s" % ("" if good else "not ", self.count, what), flush=True)

    @staticmethod
    def note(text):
        print("# " + text, flush=True)


class Outcome:
    """One run of hwb: its status, all it said, and the wheels it left."""

    def __init__(self, status, output, wheels):
        self.status, self.output, self.wheels = status, output, wheels
        self.text = output.decode("utf-8", "replace")

    def told(self):
        return "%s %s %s" % (self.status, self.wheels, self.text[-1500:])


def hash_tree(top):
    out = []
    for folder, folders, names in os.walk(top):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            out.append((path, open(path, "rb").read(), os.stat(path).st_mtime_ns))
    return out


class Suite:
    def __init__(self, tap, hwb, top, user, mode):
        self.tap, self.hwb, self.user, self.mode = tap, hwb, user, mode
        self.account = pwd.getpwnam(user) if user else None
        self.top = os.path.join(top, "%s-%s" % (user or "root", mode))
        self.home, self.project, self.out, self.broken = (os.path.join(self.top, one) for one in ("home", "project", "out", "broken"))
        self.sockets, self.engine = [], {}
        os.makedirs(self.top)
        os.makedirs(self.out)
        self.plant()
        self.project = self.make_project("project")
        if user:
            subprocess.run(["chown", "-R", user, self.top], check=True)
        if world.there():
            self.lay_out()
        self.decoy = subprocess.Popen([self.marker, "3600"], executable="/bin/sleep", **self.identity())
        self.write_decoys()

    # ---- decoys ----

    def plant(self):
        for path in HOME_FILES:
            full = os.path.join(self.home, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            open(full, "w").write("decoy")
        self.marker = "hwb-hostile-decoy-%d-%s" % (os.getpid(), os.path.basename(self.top))
        self.sockets = [world.listen(socket.AF_INET, ("127.0.0.1", 0)), world.listen(socket.AF_INET6, ("::1", 0)),
                        world.listen(socket.AF_UNIX, "\0" + self.marker), world.listen(socket.AF_UNIX, self.home + "/agent.sock"),
                        world.listen(socket.AF_UNIX, self.home + "/agent.dgram", socket.SOCK_DGRAM)]
        os.chmod(self.home + "/agent.dgram", 0o777)

    def lay_out(self):
        """What may be broken without a sandbox, each where the real thing is inside; and mounts that name home and source."""
        folders = ["scratch", "env", "walk/a", "walk/b", "ro"] + ["closed/%d" % n for n in range(5)]
        for folder in folders:
            os.makedirs(os.path.join(self.broken, folder))
        shutil.copy("/usr/bin/env", self.broken + "/scratch/program")
        if self.user:
            subprocess.run(["chown", "-R", self.user, self.broken], check=True)
        for place in (self.home, self.project, self.broken + "/ro"):
            world.run("mount", "--bind", place, place)
        world.run("mount", "-o", "remount,bind,ro", self.broken + "/ro")

    def write_decoys(self):
        sockets = self.sockets
        inside = {
            "home": self.home, "source": self.project, "pid": self.decoy.pid, "marker": self.marker, "boot_id": boot_id(),
            "port": sockets[0].getsockname()[1], "port6": sockets[1].getsockname()[1], "abstract": self.marker, "datagrams": self.home + "/agent.dgram",
            "out_there": world.OUT_THERE, "metadata": world.METADATA, "sockets": world.SOCKETS + [self.home + "/agent.sock"],
            "key": world.KEY, "queue": world.QUEUE, "scratch": "/out", "places": ["/tmp", "/build", "/out", "/dev/shm"],
            "closed": ["/usr", "/etc", "/env", "", self.project], "environment": "/env", "read_only": "/usr", "walked": "/",
            "own": ["/tmp", "/build", "/out", "/dev/shm", "/proc"]}
        at = self.broken
        outside = dict(inside, scratch=at + "/scratch", places=[at + "/scratch"], closed=[at + "/closed/%d" % n for n in range(5)],
                       environment=at + "/env", read_only=at + "/ro", walked=at + "/walk", own=[], linked=at + "/scratch/program")
        for path, decoys in ((self.project + "/decoy.json", inside), (self.top + "/outside.json", outside)):
            with open(path, "w") as file:
                json.dump(decoys, file)

    def close(self):
        self.decoy.kill()
        self.decoy.wait()
        for s in self.sockets:
            s.close()

    # ---- running ----

    def limits(self):
        """In landlock the ones that are counted would end the build in the middle of the probes."""
        return LIMITS if self.mode != "landlock" else ["--limit", "open-files=512"]

    def identity(self):
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []} if self.account else {}

    def make_project(self, name, pyproject=PYPROJECT):
        folder = os.path.join(self.top, name)
        os.makedirs(folder)
        for leaf in os.listdir(HERE):
            if leaf.startswith(("backend", "probe", "sweep")) and leaf.endswith(".py"):
                shutil.copy(os.path.join(HERE, leaf), folder)
        with open(os.path.join(folder, "pyproject.toml"), "w") as file:
            file.write(pyproject)
        decoys = self.project + "/decoy.json"
        if os.path.exists(decoys):
            shutil.copy(decoys, folder)
        return folder

    def env(self, **more):
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": self.home, "PYPI_TOKEN": SECRET, "GITHUB_TOKEN": SECRET,
               "SSH_AUTH_SOCK": self.home + "/agent.sock", "PYTHONPATH": "/tmp/" + SECRET, "HWB_CACHE_DIR": self.out + "/cache",
               "HWB_HOME": self.out + "/hwb", "HWB_SCAN": "report", "ASAN_OPTIONS": "detect_leaks=0", **self.engine}
        env.update({key: os.environ[key] for key in ("HWB_TEST_MASK",) if key in os.environ})
        return dict(env, **more)

    def command(self, mode, *more, project=None, out=None):
        return [self.hwb, "build", "--wheel", "--no-index", "-v", "--color=never", "--isolation", self.mode, "-o", out or self.out,
                "-C", "mode=" + mode, *more, project or self.project]

    def start(self, words, **options):
        options.setdefault("env", self.env())
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        return subprocess.Popen(words, stderr=subprocess.STDOUT, **self.identity(), **options)

    def run(self, words, **options):
        """With a descriptor more than a program expects (probe 9)."""
        holder = os.open("/dev/null", os.O_RDONLY)
        os.set_inheritable(holder, True)
        process = self.start(words, close_fds=False, **options)
        os.close(holder)
        try:
            output, _ = process.communicate(timeout=HANG)
        except subprocess.TimeoutExpired as late:   # a limit that does not hold is one failure, not the end of the suite
            process.kill()
            process.communicate()
            return Outcome(-1, late.stdout or b"", [])
        return Outcome(process.returncode, output, [])

    def build(self, mode, *more, project=None, out=None, **options):
        run = self.run(self.command(mode, *more, project=project, out=out), **options)
        run.wheels = self.take_wheels(out or self.out)
        return run

    def take_wheels(self, folder=None):
        """Their names. They go away, so that the next build starts from nothing."""
        folder = folder or self.out
        names = [name for name in os.listdir(folder) if name.endswith(".whl")] if os.path.isdir(folder) else []
        for name in names:
            os.rename(os.path.join(folder, name), os.path.join(self.top, name))
        return names

    def outside(self, code, **options):
        """The same code without a sandbox, in this world, on the decoys."""
        env = self.env(HWB_HOSTILE_DECOY=self.top + "/outside.json", PYTHONDONTWRITEBYTECODE="1")
        return self.run(["/usr/bin/python3", "-c", code], cwd=self.project, env=env, **options)

    # ---- judging ----

    def check(self, what, good, detail=""):
        self.tap.check("%s, %s: %s" % (self.mode, "as " + self.user if self.user else "as root", what), good, detail)

    def left(self):
        """What still runs of all that was started, but for the decoy."""
        return family.gone((self.decoy.pid,))


def boot_id():
    return open("/proc/sys/kernel/random/boot_id").read().strip()
