"""An in-tree build backend for the hostile builds: $MODE (a config setting) says what it does."""
import base64
import hashlib
import os
import socket
import sys
import time
import zipfile

NAME = "hostile-1.0-py3-none-any.whl"


def wheel(path, name="hostile", size=0):
    info = name + "-1.0.dist-info/"
    members = [(name + ".py", "x = 1\n" + "#" * size), (info + "METADATA", "Metadata-Version: 2.1\nName: %s\nVersion: 1.0\n" % name),
               (info + "WHEEL", "Wheel-Version: 1.0\nGenerator: hostile\nRoot-Is-Purelib: true\nTag: py3-none-any\n")]
    record = ""
    with zipfile.ZipFile(path, "w") as out:
        for member, text in members:
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += "%s,sha256=%s,%d\n" % (member, digest, len(text))
            out.writestr(member, text)
        out.writestr(info + "RECORD", record + info + "RECORD,,\n")


def symlink(out):
    os.symlink("/etc/shadow", out)


def fifo(out):
    # mkfifo is not to be had inside; a socket is the next best thing that blocks whoever opens it
    s = socket.socket(socket.AF_UNIX)
    s.bind(out)


def directory(out):
    os.mkdir(out)


def names(out):
    folder = os.path.dirname(out)
    for odd in ("n" * 255, "new\nline", "\x1b]0;title\x07", "-rf", "\udcff\udcfe"):
        open(os.path.join(folder, odd), "w").close()
    deep = folder
    os.chdir(folder)
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(deep)
    wheel(out)


def two(out):
    wheel(out)
    wheel(os.path.join(os.path.dirname(out), "other-1.0-py3-none-any.whl"), "other")


def foreign(out):
    wheel(os.path.join(os.path.dirname(out), "other-1.0-py3-none-any.whl"), "other")
    return "other-1.0-py3-none-any.whl"


def sparse(out):
    with open(out, "wb") as file:
        file.truncate(3 << 30)


def rewriter(out):
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


def stop(out):
    os.kill(os.getpid(), 19)


def sleep(out):
    print("asleep", flush=True)
    time.sleep(3600)


def probes(out):
    import probes as suite
    suite.run()
    wheel(out)


def build_wheel(directory_, config_settings=None, metadata_directory=None):
    mode = (config_settings or {}).get("mode", "wheel")
    out = os.path.join(directory_, NAME)
    return getattr(sys.modules[__name__], mode)(out) or NAME
