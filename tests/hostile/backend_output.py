"""Modes of the hostile backend: what it leaves in the output folder, and what it writes to the log. Each ends by itself."""
import base64
import os
import socket
import sys
import time

from backend import wheel
from probe import here

OTHER = "other-1.0-py3-none-any.whl"
ODD_NAMES = ("n" * 255, "new\nline", "\x1b]0;title\x07", "-rf", "\udcff\udcfe")


def beside(out, name):
    return os.path.join(os.path.dirname(out), name)


def symlink(out):
    os.symlink("/etc/shadow", out)


def fifo(out):
    """mkfifo is not to be had inside; a socket is the next best thing that blocks whoever opens it."""
    socket.socket(socket.AF_UNIX).bind(out)


def directory(out):
    os.mkdir(out)


def moves(out):
    """An honest build: files go from one folder to another."""
    source, target = here("/build/from"), here("/build/to")
    for folder in (source, target):
        os.mkdir(folder)
    wheel(source + "/wheel")
    os.link(source + "/wheel", target + "/linked")
    os.rename(source + "/wheel", target + "/wheel")
    wheel(out)


def names(out):
    for odd in ODD_NAMES:
        open(beside(out, odd), "w").close()
    back = os.open(".", os.O_RDONLY)
    os.chdir(os.path.dirname(out))
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    os.fchdir(back)
    wheel(out)


def two(out):
    wheel(out)
    wheel(beside(out, OTHER), "other")


def foreign(out):
    wheel(beside(out, OTHER), "other")
    return OTHER


def sparse(out):
    with open(out, "wb") as file:
        file.truncate(3 << 30)


def open_mode(out):
    """Everybody may write it, and it carries a setuid bit."""
    wheel(out)
    os.chmod(out, 0o6777)


def rewriter(out):
    """Somebody goes on writing after the answer."""
    wheel(out)
    if os.fork() == 0:
        os.setsid()
        os.close(0)
        while True:
            try:
                with open(out, "r+b") as file:
                    file.seek(40)
                    file.write(os.urandom(8))
            except OSError:
                pass
    time.sleep(0.05)


# ---- the log ----

LOG = [b"\x1b]0;title\x07\x1b[2J", b"::set-env name=PATH::/evil", b"##vso[task.setvariable variable=x]evil", b"fine\rOVER", b"\xff\xfe\x80",
       b"\x9b31m"]


def log_escapes(out):
    sys.stdout.flush()
    for line in LOG:
        os.write(1, line + b"\n")
    os.write(1, b"L" * (2 << 20) + b"\n")
    wheel(out)


def log_token(out):
    """The credential of the run, had it leaked: as it is, encoded, and cut in two."""
    token = os.environ["LEAKED"]
    for form in (token, base64.b64encode(token.encode()).decode(), token.encode().hex()):
        print("form", form, flush=True)
    sys.stdout.flush()
    os.write(1, token[:7].encode())
    time.sleep(0.05)
    os.write(1, token[7:].encode() + b"\n")
    wheel(out)
