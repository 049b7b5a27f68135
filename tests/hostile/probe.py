"""What a probe is, and what probes are made of. Goes into the build with the probes; CPython 3.8+, standard library only.

A probe is a function that tries something and returns what became of it (as JSON), with two judgements beside it: what it
must say in the sandbox, and what it says on a decoy without one. A probe that cannot succeed anywhere proves nothing.
Numbers are those of the sandbox reference, section 9. tests/hostile/run.py reads the judgements, the build only tries.
"""
import ctypes
import errno
import json
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
# Where the test has planted what must not be found. Outside the same words name what may be broken: see world.py.
OUTSIDE = "HWB_HOSTILE_DECOY" in os.environ
DECOY = json.load(open(os.environ.get("HWB_HOSTILE_DECOY", "decoy.json"))) if OUTSIDE or os.path.exists("decoy.json") else {}

# Without namespaces what is called /build elsewhere is a folder of the host, beside the one for temporary files.
TOP = "" if OUTSIDE or os.environ.get("TMPDIR", "/tmp") == "/tmp" else os.path.dirname(os.environ["TMPDIR"])


def here(path):
    """A path of the inside by its name in this build."""
    if not TOP or not isinstance(path, str):
        return path
    if path == "/env" or path.startswith("/env/"):
        return os.environ["VIRTUAL_ENV"] + path[4:]
    return TOP + path if path.split("/")[1:2] in (["build"], ["tmp"], ["out"]) else path


INSIDE = ("/build", "/tmp", "/out", "/env")     # and no folder below them: the suite's own may lie in the real /tmp
for key in ("scratch", "places", "closed", "environment", "own"):
    if key in DECOY:
        many = isinstance(DECOY[key], list)
        said = [here(one) if one in INSIDE else one for one in (DECOY[key] if many else [DECOY[key]])]
        DECOY[key] = said if many else said[0]

PROBES = {}
THEMES = ("files", "process", "kernel", "network", "output", "resources", "traces")


class Probe:
    def __init__(self, number, sentence, want, outside, run):
        self.number, self.sentence, self.want, self.outside, self.run = number, sentence, want, outside, run


def probe(number, sentence, want, outside):
    def keep(function):
        assert number not in PROBES, number
        PROBES[number] = Probe(number, sentence, want, outside, function)
        return function
    return keep


def load():
    for theme in THEMES:
        __import__("probes_" + theme)
    return PROBES


# ---- judgements ----

def listed(got):
    return got if isinstance(got, list) else [got]


def only(*allowed):
    return lambda got: bool(listed(got)) and all(one in allowed for one in listed(got))


def equals(want):
    return lambda got: got == want


def none_of(*refused):
    """Reached the kernel: whatever it said, it was not a refusal."""
    return lambda got: not any(one in refused for one in listed(got))


def any_of(*wanted):
    return lambda got: any(one in wanted for one in listed(got))


def as_root(judge):
    """An ordinary user does not get there without a sandbox either."""
    judge.needs_root = True
    return judge


# ---- what is tried ----

def name(number):
    return errno.errorcode.get(number, str(number))


def attempt(function, *args):
    """"ok" or the name of the error."""
    try:
        function(*args)
        return "ok"
    except OSError as error:
        return name(error.errno)


def call(number, *args):
    """A system call by its number on x86-64."""
    ctypes.set_errno(0)
    got = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    return "ok" if got >= 0 else name(ctypes.get_errno())


def read(path, most=4096):
    with open(path, "rb") as file:
        return file.read(most)


def open_to_write(path):
    """Opens and does not write: some of these settings are the whole machine's."""
    os.close(os.open(path, os.O_WRONLY))


def child(function, *args):
    """What the function returns in a process of its own: it changes the one that calls it. A signal's name if it was killed."""
    inlet, outlet = os.pipe()
    pid = os.fork()
    if pid == 0:
        me = os.getpid()
        signal.alarm(10)
        try:
            text = json.dumps(function(*args))
        except Exception as error:
            text = json.dumps("%s: %s" % (type(error).__name__, error))
        if os.getpid() == me:   # a call that forked has come back twice
            os.write(outlet, text.encode())
        os._exit(0)
    os.close(outlet)
    with os.fdopen(inlet, "rb") as file:
        text = file.read()
    _, status = os.waitpid(pid, 0)
    return json.loads(text) if text else signal.Signals(status & 127).name


def victim():
    """The decoy process where it can be seen, else pid 1: never a real process of the host."""
    for pid in (DECOY["pid"], 1):
        try:
            if DECOY["marker"].encode() in read("/proc/%d/cmdline" % pid):
                return pid
        except OSError:
            pass
    return 1


def try_all(numbers=None):
    """One line "PROBE number outcome" a probe."""
    for number in numbers or PROBES:
        try:
            outcome = PROBES[number].run()
        except Exception as error:
            outcome = "%s: %s" % (type(error).__name__, error)
        print("PROBE %s %s" % (number, json.dumps(outcome)), flush=True)
