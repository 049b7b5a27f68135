"""What the tests of the rules share: rows to be read beside DESIGN section 3, a look from inside, spies before hwb's programs."""
import contextlib
import functools
import json
import os
import shutil
import socket
import sys
import zipfile

import support
from support import Place, Setting, fresh, make_wheel, project, write

Place.scan = "report"

ROOT = os.path.join(support.HERE, "..", "..")
PROGRAMS = ("hwb-parse", "hwb-unpack", "hwb-net", "hwb-sandbox")


class Elsewhere:
    """A rule that another test proves at the same level. rows: (file from the top of the tree, sentence in it)."""

    def __init__(self, *rows):
        self.rows = rows

    def __call__(self):
        missing = [row for row in self.rows if row[1] not in open(os.path.join(ROOT, row[0])).read()]
        return not missing, "no longer there:", missing


def every(*checks):
    """(what, whether it holds, evidence...): a verdict that names those which do not hold."""
    bad = [check for check in checks if not check[1]]
    return not bad, *["%s does not hold: %s" % (check[0], "\n".join(str(c) for c in check[2:])) for check in bad]


# The backend's build_wheel puts what it saw into the wheel as JSON.
LOOK = """def WALK(top):
    return sorted(os.path.relpath(os.path.join(folder, name), top) for folder, _, names in os.walk(top) for name in names)

def files():
    import json
    seen = {}
%s
    return {"seen.json": json.dumps(seen)}

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    global OUT
    OUT = wheel_directory
    return wheel(wheel_directory)
"""


def looking(code, files=None, **table):
    """A project whose backend runs these lines, which fill `seen`."""
    return project(LOOK % "\n".join("    " + line for line in code.strip("\n").split("\n")), files=files, **table)


def state_of(top):
    """{path: (content, mode, time)} of every file below."""
    found = {}
    for folder, _, names in os.walk(top):
        for path in (os.path.join(folder, name) for name in names):
            st = os.stat(path)
            found[path] = open(path, "rb").read(), st.st_mode, st.st_mtime_ns
    return found


def seen_in(place):
    for name in place.made("*.whl"):
        return json.loads(zipfile.ZipFile(os.path.join(place.out, name)).read("seen.json"))
    return {}


def look(code, *words, place=None, env=None, source=None, **table):
    """Builds such a project, or `source` when it is given; (seen, run, place)."""
    place = place or Place()
    words = ["--no-index", "--wheel", "--report", place.top + "/report.json", *words, source or looking(code, **table)]
    run = place.build(*words, env=env)
    return seen_in(place), run, place


FACTS = r"""
import errno, fcntl, socket, stat, time
def attempt(function, *args):
    try:
        function(*args)
    except OSError as error:
        return errno.errorcode[error.errno]
def connect(family, address, kind=socket.SOCK_STREAM):
    with socket.socket(family, kind) as s:
        s.settimeout(5)
        s.connect(address)
        s.send(b"x")
seen['cwd'], seen['out'], seen['environ'] = os.getcwd(), OUT, dict(os.environ)
seen['host'], seen['zone'] = socket.gethostname(), [time.tzname, time.timezone]
seen['ids'] = [os.getuid(), os.getgid(), os.geteuid(), os.getegid()]
seen['umask'] = os.umask(0)
os.umask(seen['umask'])
fds = {}
for fd in os.listdir('/proc/self/fd'):
    if os.path.exists('/proc/self/fd/' + fd):   # but for the listing's own
        mode = os.fstat(int(fd)).st_mode
        fds[fd] = [os.readlink('/proc/self/fd/' + fd), stat.S_ISSOCK(mode),
                   bool(fcntl.fcntl(int(fd), fcntl.F_GETFD) & fcntl.FD_CLOEXEC)]
seen['fds'] = fds
seen['mounts'] = open('/proc/self/mountinfo').read()
seen['status'] = open('/proc/self/status').read()
seen['folders'] = {path: sorted(os.listdir(path)) for path in ('/', '/etc', '/etc/ssl')}
seen['files'] = {path: open(path).read() for path in ('/etc/passwd', '/etc/group', '/etc/hosts', '/etc/nsswitch.conf')}
seen['network'] = os.readlink('/proc/self/ns/net')
seen['interfaces'] = [name for _, name in socket.if_nameindex()]
seen['outside'] = [attempt(connect, socket.AF_INET, ('203.0.113.1', 443)),    # for documentation: nobody is there
                   attempt(connect, socket.AF_INET, ('203.0.113.1', 53), socket.SOCK_DGRAM)]
seen['listeners'] = [attempt(connect, socket.AF_INET, ('127.0.0.1', PORT)), attempt(connect, socket.AF_INET, ('127.0.0.1', 3128)),
                     attempt(connect, socket.AF_UNIX, '\0' + ABSTRACT)]
seen['resolver'] = os.path.exists('/etc/resolv.conf')
try:
    seen['name'] = socket.getaddrinfo('localhost.example', 443)
except socket.gaierror:
    seen['name'] = None
"""


class Listeners:
    """What a host has that a build must not reach: a TCP port of the loopback and an abstract socket."""

    def __init__(self):
        self.abstract = "hwb-rules-%d" % os.getpid()
        self.sockets = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)]
        self.port = self.sockets[0].getsockname()[1]
        self.sockets[1].bind("\0" + self.abstract)
        self.sockets[1].listen()

    def close(self):
        for s in self.sockets:
            s.close()


@functools.lru_cache(maxsize=None)
def facts():
    """One build that looks at everything, for all rules that only ask what is there: (seen, run, place, source)."""
    listeners = Listeners()
    source = looking("PORT, ABSTRACT = %d, %r\n" % (listeners.port, listeners.abstract) + FACTS)
    left_open = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(left_open, True)     # a descriptor that the caller forgot
    try:
        place = Place()
        words = place.words("--no-index", "--wheel", source)
        run = place.finish(place.start(*words, env={"RULES_TOKEN": "rules-4711"}, close_fds=False))
    finally:
        os.close(left_open)
        listeners.close()
    if run.code != 0 or not seen_in(place):
        raise AssertionError("the build that looks around failed: " + run.told())
    return seen_in(place), run, place, source


def mounts():
    """[(where, of the file system, options of the mount, type)] as the build sees them."""
    rows = []
    for line in facts()[0]["mounts"].splitlines():
        words = line.split(" ")
        rows.append((words[4], words[3], words[5].split(","), words[words.index("-") + 1]))
    return rows


SPY = """#!%(python)s -IS
import fcntl, hashlib, json, os, signal, socket, stat, sys
F_GET_SEALS = 1034
def about(fd):
    link, mode = os.readlink("/proc/self/fd/%%d" %% fd), os.fstat(fd).st_mode
    row = {"link": link, "socket": stat.S_ISSOCK(mode), "seals": None, "sha256": None}
    if link.startswith("/memfd:"):
        row["seals"] = fcntl.fcntl(fd, F_GET_SEALS)
        row["sha256"] = hashlib.sha256(os.pread(fd, os.fstat(fd).st_size, 0)).hexdigest()
    return row
name = os.path.basename(sys.argv[0])
fds = {fd: about(int(fd)) for fd in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + fd)}
fds = {fd: row for fd, row in fds.items() if os.path.basename(row["link"]) != name}     # but for this very script
if name == "hwb-sandbox":   # what it takes later, over its control socket, into these places
    _, messages, _, _ = socket.socket(fileno=os.dup(4)).recvmsg(1, socket.CMSG_SPACE(8), socket.MSG_PEEK)
    given = [int.from_bytes(messages[0][2][at:at + 4], sys.byteorder) for at in range(0, len(messages[0][2]), 4)] if messages else []
    fds.update(zip(("3", "6"), map(about, given)))
    for fd in given:
        os.close(fd)
note = {"program": name, "argv": sys.argv[1:], "environ": open("/proc/self/environ", "rb").read().decode("latin-1"), "fds": fds}
with open(%(notes)r, "a") as out:
    out.write(json.dumps(note) + "\\n")
if sys.argv[1:2] == [%(dies_at)r]:
    os.kill(os.getpid(), signal.SIGSYS)
os.execv(%(folder)r + "/itself-" + name, [name] + sys.argv[1:])
"""


class Spies:
    """A copy of hwb that starts, in place of each of its programs, a spy: it writes down what it was given and becomes the program.
    dies_at: the verb at which it dies instead, as a parser does that does what it must not."""

    def __init__(self, dies_at=None):
        self.folder = fresh("spies")
        self.notes = os.path.join(write(self.folder, {"notes": ""}), "notes")
        self.hwb = shutil.copy(Setting.hwb, self.folder)
        for name in PROGRAMS:
            shutil.copy(os.path.join(os.path.dirname(Setting.hwb), name), os.path.join(self.folder, "itself-" + name))
            write(self.folder, {name: SPY % {"python": sys.executable, "notes": self.notes, "folder": self.folder,
                                             "dies_at": dies_at}})
            os.chmod(os.path.join(self.folder, name), 0o755)

    def place(self):
        return Place(program=self.hwb)

    def seen(self, program=None):
        rows = [json.loads(line) for line in open(self.notes)]
        return [row for row in rows if program in (None, row["program"])]


def stocked(*wheels):
    """A folder for an index, with these (name, version)."""
    folder = fresh("index")
    for name, version in wheels:
        make_wheel(folder, name, version)
    return folder


@contextlib.contextmanager
def asleep(place, tree, *words, env=None):
    """A run whose backend has said that it sleeps; killed at the end."""
    process = place.start(*place.words("--no-index", "--wheel", "-v", *words, tree), env=env)
    try:
        if not support.wait_for_text(process, "asleep"):
            raise AssertionError("the backend never slept")
        yield process
    finally:
        process.kill()
        process.communicate()
