"""Modes of the hostile backend that talk to the proxy of --allow-host, and that look for another build."""
import os
import socket
import time

from backend import wheel
from probe import TOP, here

PROXY = ("127.0.0.1", 3128)
ALLOWED = "decoy.example"


def connect(target):
    return b"CONNECT " + target + b" HTTP/1.1\r\nHost: " + target + b"\r\n\r\n"


# What is sent, by a name. Only the first of them is what --allow-host decoy.example allows.
REQUESTS = [
    ("allowed", connect(b"decoy.example:443")),
    ("unlisted", connect(b"other.example:443")),
    ("literal", connect(b"203.0.113.1:443")),
    ("literal6", connect(b"[::1]:443")),
    ("port", connect(b"decoy.example:22")),
    ("dot", connect(b"decoy.example.:443")),
    ("userinfo", connect(b"decoy.example:443@evil.example:443")),
    ("nul", connect(b"decoy.example\0.evil.example:443")),
    ("crlf", connect(b"decoy.example:443\r\nX: evil.example:443")),
    ("suffix", connect(b"evil-decoy.example:443")),
    ("below", connect(b"evil.decoy.example:443")),
    ("absolute", b"GET http://decoy.example/ HTTP/1.1\r\nHost: decoy.example\r\n\r\n"),
]


def egress(out):
    for name, request in REQUESTS:
        with socket.create_connection(PROXY, timeout=20) as s:
            s.sendall(request)
            answer = s.recv(200).split(b" ", 2)
        print("EGRESS", name, answer[1].decode() if len(answer) > 1 else "closed", flush=True)
    wheel(out)


# ---- two builds that would meet ----

SHARED = [] if TOP else ["/dev/shm/meet"]      # without namespaces it is the host's, and closed
PLACES = SHARED + [here(path) for path in ("/tmp/meet", "/build/home/.cache/pip/meet", "/build/home/.ccache/meet", "/build/src/__pycache__/meet",
          "/build/home/.cargo/meet", "/out/meet")]
held = []


def meet(out):
    """Leaves a trace in each place, and says which one was there already and how many processes it sees."""
    met = [path for path in PLACES if os.path.exists(path)]
    for path in PLACES:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "w").close()
    try:
        held.append(socket.socket(socket.AF_UNIX))
        held[0].bind("\0hwb-meet")
        held[0].listen(1)
    except PermissionError:
        pass                # no socket, so nobody is met at it
    except OSError:
        met.append("abstract socket")
    print("MET", met, len([pid for pid in os.listdir("/proc") if pid.isdigit()]), flush=True)
    os.unlink(PLACES[-1])
    wheel(out)


def meet_and_wait(out):
    meet(out)
    time.sleep(3600)
