"""What the tests of the command line share: TAP, a user's world, projects, wheels, the fake index. Standard library only."""
import base64
import contextlib
import functools
import glob
import hashlib
import http.server
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import traceback
import urllib.request
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))

import family

BACKEND = open(os.path.join(HERE, "backend.py")).read()
FAKE_INDEX = os.path.join(HERE, "..", "server", "fake_index.py")
HANG = 120  # seconds after which a run counts as hanging; nothing else depends on time
IS_ROOT = os.getuid() == 0


class Skip(Exception):
    """A reason why a test cannot run here."""


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def check(self, sentence, good, *detail):
        self.count += 1
        if not good:
            self.failed += 1
            text = "\n".join(d if isinstance(d, str) else repr(d) for d in detail)
            if len(text) > 3000:
                text = text[:1500] + "\n...\n" + text[-1500:]
            print("# " + text.encode("ascii", "backslashreplace").decode().replace("\n", "\n# "))
        print("%sok %d - %s" % ("" if good else "not ", self.count, sentence), flush=True)
        return bool(good)

    def run(self, sentence, run, code, *words, absent=()):
        """The run ended with this code and said these words (in any order), and none of the absent ones."""
        missing = [w for w in words if not says(run.text, w)]
        unwanted = [w for w in absent if says(run.text, w)]
        codes = code if isinstance(code, tuple) else (code,)
        return self.check(sentence, run.code in codes and not missing and not unwanted,
                          "want exit %s, missing %r, unwanted %r" % (code, missing, unwanted), run.told())

    def skip(self, sentence, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, sentence, why), flush=True)

    def all(self, tests, only=None):
        """Calls each function with this; its first line of documentation is its sentence. Ends the program."""
        part, parts = Setting.part
        for test in tests[part - 1::parts]:
            if only and only not in test.__name__:
                continue
            try:
                test(self)
            except Skip as reason:
                self.skip(test.__doc__.strip().split("\n")[0], reason)
            except Exception:
                self.check("%s: the test itself ran to its end" % test.__name__, False, traceback.format_exc())
        print("1..%d" % self.count)
        sys.exit(1 if self.failed else 0)


def says(text, word):
    """Whether the text holds the word, which can be a compiled pattern."""
    return word in text if isinstance(word, str) else bool(word.search(text))


class Run:
    """What a finished run of hwb left."""

    def __init__(self, words, code, out, err):
        self.words, self.code = words, code
        out = out or b""  # it went elsewhere
        self.raw_out, self.raw_err = out, err
        self.out, self.err = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
        self.text = self.out + self.err

    def told(self):
        return "%s\nexit %s\nstderr: %s\nstdout: %s" % (" ".join(self.words), self.code, self.err, self.out)

    def paths(self):
        return self.out.splitlines()

    def json(self):
        return json.loads(self.out)


def find_python():
    """An interpreter with headers, so that C extensions can be built too."""
    known = ["/usr/bin/python3", os.path.realpath(sys.executable)] + sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.1*/bin/python3")))
    for python in known:
        code = "import sysconfig, os; print(os.path.exists(os.path.join(sysconfig.get_path('include'), 'Python.h')))"
        with contextlib.suppress(OSError):
            if subprocess.run([python, "-c", code], capture_output=True, text=True).stdout.strip() == "True":
                return python
    return known[0]


def version_of(python):
    code = "import platform; print(platform.python_version())"
    return subprocess.run([python, "-I", "-c", code], capture_output=True, text=True).stdout.strip()


def find_other_python():
    """An interpreter of another version than the one that all tests use."""
    for python in sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python3")), reverse=True) + ["/usr/bin/python3"]:
        version = version_of(python)
        if re.fullmatch(r"3\.([89]|1\d)\.\d+", version) and version != version_of(Setting.python):
            return python
    raise Skip("there is only one Python here")


class Setting:
    """What main was given, and the places that all tests share."""
    hwb = python = venv = top = None
    part = (1, 1)   # which, of how many, for all()


def take_option(argv, name):
    if name not in argv:
        return None
    at = argv.index(name)
    value = argv[at + 1]
    del argv[at:at + 2]
    return value


def begin(argv):
    """HWB [VENV] [--only WORD] [--part K/N]; returns the word."""
    only, part = take_option(argv, "--only"), take_option(argv, "--part")
    if part:
        Setting.part = tuple(map(int, part.split("/")))
    if len(argv) < 2:
        sys.exit("usage: %s HWB [VENV] [--only WORD] [--part K/N]" % argv[0])
    family.adopt()
    Setting.hwb = os.path.abspath(argv[1])
    Setting.venv = os.path.abspath(argv[2]) if len(argv) > 2 and os.path.exists(argv[2]) else None
    if not os.access(Setting.hwb, os.X_OK):
        sys.exit("there is no program '%s'" % Setting.hwb)
    Setting.python = find_python()
    Setting.top = tempfile.mkdtemp(prefix="hwb-cli-")
    os.chmod(Setting.top, 0o755)
    import atexit
    atexit.register(remove_tree, Setting.top)
    return only


def remove_tree(top):
    """Environments in a cache are read-only."""
    for folder, _, _ in os.walk(top):
        with contextlib.suppress(OSError):
            os.chmod(folder, 0o700)
    shutil.rmtree(top, ignore_errors=True)


def fresh(name):
    return tempfile.mkdtemp(prefix=name + "-", dir=Setting.top)


class Place:
    """One user's world: its own HOME, HWB_HOME and HWB_CACHE_DIR; nothing of the caller's environment."""

    scan = None  # HWB_SCAN: tests of the sandbox have backends that no scan would let through

    def __init__(self, user=None, cache=None, program=None, group="nogroup"):
        self.top, self.user, self.group, self.program = fresh("place"), user, group, program or Setting.hwb
        os.chmod(self.top, 0o755)
        self.home, self.hwb_home = os.path.join(self.top, "home"), os.path.join(self.top, "hwb")
        self.cache = cache or os.path.join(self.top, "cache")
        self.out = os.path.join(self.top, "out")
        for folder in (self.home, self.out):
            os.mkdir(folder)
        if user:
            subprocess.run(["chown", "-R", user, self.top], check=True)

    def env(self, more=None):
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": self.home, "HWB_HOME": self.hwb_home, "HWB_CACHE_DIR": self.cache,
               "HWB_NO_CONFIG": "1", "LANG": "C.UTF-8", "HWB_SCAN": self.scan}
        env.update(more or {})
        return {k: v for k, v in env.items() if v is not None}

    def start(self, *words, env=None, cwd=None, close_fds=True):
        command = [self.program, *words]
        if self.user:
            command = ["setpriv", "--reuid", self.user, "--regid", self.group, "--clear-groups", *command]
        return subprocess.Popen(command, env=self.env(env), cwd=cwd or self.home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, close_fds=close_fds)

    def finish(self, process):
        try:
            out, err = process.communicate(timeout=HANG)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            return Run(process.args, "hanging", out, err)
        return Run(process.args, process.returncode, out, err)

    def hwb(self, *words, env=None, cwd=None):
        return self.finish(self.start(*words, env=env, cwd=cwd))

    def words(self, *words):
        """hwb build, with the interpreter and the output folder of this place."""
        given = ["build", "-p", Setting.python, "--no-progress", "--color=never"]
        if not any(w.startswith("-o") or w.startswith("--out-dir") for w in words):
            given += ["-o", self.out]
        return [*given, *words]

    def build(self, *words, env=None, cwd=None):
        return self.hwb(*self.words(*words), env=env, cwd=cwd)

    def made(self, pattern="*"):
        return sorted(os.path.basename(p) for p in glob.glob(os.path.join(self.out, pattern)))

    def sha(self, pattern="*.whl"):
        return [sha256(open(p, "rb").read()) for p in sorted(glob.glob(os.path.join(self.out, pattern)))]

    def log(self):
        """The audit log, one dictionary a line, oldest first."""
        lines = []
        for path in sorted(glob.glob(os.path.join(self.hwb_home, "logs", "audit-*.json"))):
            lines += [json.loads(line) for line in open(path, "rb").read().splitlines()]
        return lines

    def report(self):
        """What --report wrote to report.json in this place."""
        return json.load(open(os.path.join(self.top, "report.json")))

    def kept_text(self):
        """Every byte of the logs, for what must not be in them."""
        return b"".join(open(p, "rb").read() for p in glob.glob(os.path.join(self.hwb_home, "logs", "*")))

    def left_over(self):
        """Temporary files that a run left in the output folder or in the logs."""
        return [p for folder in (self.out, os.path.join(self.hwb_home, "logs")) for p in glob.glob(os.path.join(folder, ".*"))]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def write(folder, files):
    for path, content in files.items():
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as out:
            out.write(content if isinstance(content, bytes) else content.encode())
    return folder


def pyproject(requires=(), more="", name="demo", version="1.0", build_system=None):
    table = build_system
    if table is None:
        table = 'requires = %s\nbuild-backend = "bk"\nbackend-path = ["."]' % json.dumps(list(requires))
    project = '[project]\nname = "%s"\nversion = "%s"\n' % (name, version) if name else ""
    return "[build-system]\n%s\n%s%s" % (table, project, more)


def project(code="", files=None, **table):
    """A project with the in-tree backend and these lines appended to it; a file that is None is left away."""
    every = {"pyproject.toml": pyproject(**table), "bk.py": BACKEND + "\n\n" + code}
    every.update(files or {})
    return write(fresh("project"), {k: v for k, v in every.items() if v is not None})


def make_wheel(folder, name, version, files=None, requires=(), python=None, tag="py3-none-any", scripts=None, metadata="", build=None, compression=zipfile.ZIP_STORED):
    """A wheel of our own making; returns its path. metadata: more fields. build: its build number."""
    info = "%s-%s.dist-info/" % (name, version)
    metadata = "Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (name, version) + metadata
    metadata += "".join("Requires-Dist: %s\n" % r for r in requires) + ("Requires-Python: %s\n" % python if python else "")
    members = dict(files if files is not None else {name + ".py": "version = %r\n" % version})
    members[info + "METADATA"] = metadata
    members[info + "WHEEL"] = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: %s\n" % tag + ("Build: %d\n" % build if build else "")
    if scripts:
        members[info + "entry_points.txt"] = "[console_scripts]\n" + "".join("%s = %s\n" % s for s in scripts.items())
    path = os.path.join(folder, "-".join([name, version, *([str(build)] if build else []), tag]) + ".whl")
    record = ""
    with zipfile.ZipFile(path, "w", compression, compresslevel=1) as out:
        for member, text in members.items():
            data = text if isinstance(text, bytes) else text.encode()
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record += "%s,sha256=%s,%d\n" % (member, digest, len(data))
            out.writestr(member, data)
        out.writestr(info + "RECORD", record + info + "RECORD,,\n")
    return path


def make_sdist(folder, name="demo", version="1.0", code="", extra=(), suffix=".tar.gz", top=None, requires=()):
    """An sdist with the in-tree backend; extra: (TarInfo, bytes or None) for tar, (ZipInfo, bytes) for zip."""
    top = top or "%s-%s" % (name, version)
    metadata = "Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (name, version)
    code = BACKEND + "\n\nNAME, VERSION = %r, %r\n%s" % (name, version, code)
    files = {"pyproject.toml": pyproject(requires, name=name, version=version), "bk.py": code, "PKG-INFO": metadata}
    path = os.path.join(folder, "%s-%s%s" % (name, version, suffix))
    if suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            for member, text in files.items():
                out.writestr("%s/%s" % (top, member), text)
            for info, data in extra:
                out.writestr(info, data)
        return path
    with tarfile.open(path, "w:gz") as out:
        for member, text in files.items():
            info = tarfile.TarInfo("%s/%s" % (top, member))
            info.size = len(text.encode())
            out.addfile(info, io.BytesIO(text.encode()))
        for info, data in extra:
            info.size = len(data or b"")
            out.addfile(info, io.BytesIO(data) if data is not None else None)
    return path


class Index:
    """The fake index over a folder, as a context."""
    running = set()

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, FAKE_INDEX, self.folder], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.port = int(self.process.stdout.readline())
        Index.running.add(self.process.pid)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        Index.running.discard(self.process.pid)

    def url(self, modes="", host="127.0.0.1"):
        return "http://%s:%d/%ssimple/" % (host, self.port, modes + "/" if modes else "")

    def ask(self, what):
        with urllib.request.urlopen("http://127.0.0.1:%d/_%s" % (self.port, what)) as answer:
            return json.load(answer)


class Files:
    """A folder over plain HTTP on the loopback, as a context."""

    def __init__(self, folder):
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
        self.url = "http://127.0.0.1:%d/" % self.server.server_port

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def setuptools_links():
    """A folder with wheels of setuptools and wheel, to be used as --find-links; made once."""
    folder = os.path.join(Setting.top, "setuptools-links")
    if os.path.isdir(folder):
        return folder
    found = {}
    for name in ("setuptools", "wheel"):
        ready = sorted(glob.glob("/usr/share/python-wheels/%s-*.whl" % name))
        if ready:
            found[name] = ready[0]
    if "setuptools" not in found:
        raise Skip("no wheel of setuptools in /usr/share/python-wheels (python3-setuptools-whl)")
    installed = glob.glob("/usr/lib/python3/dist-packages/wheel-*.egg-info")
    if "wheel" not in found and not installed:
        raise Skip("no wheel of wheel: neither python3-wheel-whl nor python3-wheel is installed")
    os.mkdir(folder)
    shutil.copy(found["setuptools"], folder)
    if "wheel" in found:
        shutil.copy(found["wheel"], folder)
    else:
        repack(installed[0], "wheel", folder)
    return folder


def repack(egg_info, name, folder):
    """Debian's installed package as a wheel again."""
    top = os.path.dirname(egg_info)
    version = re.search(r"-([0-9][^-]*)\.egg-info$", egg_info).group(1)
    files = {}
    for path in glob.glob(os.path.join(top, name, "**", "*.py"), recursive=True):
        files[os.path.relpath(path, top)] = open(path, "rb").read()
    files["%s-%s.dist-info/entry_points.txt" % (name, version)] = open(os.path.join(egg_info, "entry_points.txt"), "rb").read()
    make_wheel(folder, name, version, files)


def ordinary_user():
    for name in ("hwbtest", "nobody"):
        with contextlib.suppress(ImportError, KeyError):
            import pwd
            pwd.getpwnam(name)
            return name
    raise Skip("there is no ordinary user here")


def still_running():
    """What of the runs of this test is still there after a while."""
    return family.gone(Index.running)


def wait_for(condition, seconds=HANG):
    """Polls until the condition holds; returns its last value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.005)


def wait_for_text(process, word):
    """Reads stderr up to the line that holds the word."""
    for line in process.stderr:
        if word.encode() in line:
            return True
    return False


def interrupt(process, number=signal.SIGINT):
    process.send_signal(number)
