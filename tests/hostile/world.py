"""The world in which the suite runs as root: mount, network, IPC and UTS namespaces of its own, thrown away at its end.

Whatever a stranger would look for is here as a decoy (a shadow file, a docker socket, a metadata service, a name server,
shared memory), so that each probe can succeed without a sandbox and nothing of the real machine is at stake. No packet leaves
it: its network is the loopback and a pair of virtual ends that lead to each other.
"""
import ctypes
import os
import socket
import struct
import subprocess
import sys
import threading

MARK = "HWB_HOSTILE_WORLD"
OUT_THERE, METADATA = "203.0.113.1", "169.254.169.254"    # RFC 5737; where clouds keep their credentials
KEY, QUEUE = 0x48574200, "hwb-hostile"
SOCKETS = ["/var/run/docker.sock", "/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/private", "/tmp/.X11-unix/X0"]
SHADOW = "root:*:19000:0:99999:7:::\n"
IPC_CREAT, KEYCTL_JOIN_SESSION_KEYRING, SESSION_KEYRING = 0o1000, 1, -3

libc = ctypes.CDLL(None, use_errno=True)


def there():
    return MARK in os.environ


def enter():
    """Starts this program again inside, where that can be done; tells whether it is inside."""
    if there() or os.getuid() != 0:
        return there()
    words = ["unshare", "--mount", "--net", "--ipc", "--uts", "--propagation", "private", sys.executable] + sys.argv
    os.environ[MARK] = "1"
    os.execvp(words[0], words)


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def cover(path, text, mode):
    """Another content for one file of the host, in this mount namespace only."""
    stand_in = "/tmp/" + os.path.basename(path)
    with open(stand_in, "w") as file:
        file.write(text)
    os.chmod(stand_in, mode)
    if os.path.exists(path):
        run("mount", "--bind", stand_in, path)


def listen(family, address, kind=socket.SOCK_STREAM):
    s = socket.socket(family, kind)
    s.bind(address)
    if kind == socket.SOCK_STREAM:
        s.listen(4096)      # nobody takes the connections; they only have to succeed
    return s


def answer_names(s):
    """Any name is OUT_THERE."""
    while True:
        question, peer = s.recvfrom(512)
        if len(question) < 17:      # a probe that only sends
            continue
        end = question.index(b"\0", 12) + 5
        is_a = question[end - 4:end - 2] == b"\0\1"
        reply = question[:2] + b"\x81\x80" + struct.pack(">4H", 1, is_a, 0, 0) + question[12:end]
        if is_a:
            reply += b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton(OUT_THERE)
        s.sendto(reply, peer)


def cover_places(kept):
    """Empty /tmp and /run; what the suite itself needs of them is let in again."""
    places = [("/tmp", "2g"), ("/run", "64m")]
    held = {path: os.open(path, os.O_PATH) for path in {os.path.realpath(one) for one in kept} if path.startswith(("/tmp/", "/run/"))}
    for place, size in places:
        run("mount", "-t", "tmpfs", "-o", "mode=1777,size=" + size, "decoy", place)
    for path, fd in held.items():
        os.makedirs(path, exist_ok=True)
        run("mount", "--no-canonicalize", "--bind", "/proc/%d/fd/%d" % (os.getpid(), fd), path)    # its name leads elsewhere now
        os.close(fd)


def furnish(kept):
    """Once, inside. The sockets it returns live as long as somebody holds them. kept: folders that the suite reads."""
    cover_places(kept)
    run("hostname", "hwb-hostile-host")
    cover("/etc/shadow", SHADOW, 0o600)
    cover("/etc/machine-id", "d" * 32 + "\n", 0o444)
    cover("/etc/resolv.conf", "nameserver %s\n" % OUT_THERE, 0o444)
    for words in ("link set lo up", "link add outside type veth peer name inside", "addr add %s/24 dev outside" % OUT_THERE,
                  "addr add %s/32 dev outside" % METADATA, "link set outside up", "link set inside up"):
        run("ip", *words.split())
    held = [listen(socket.AF_INET, (OUT_THERE, 443)), listen(socket.AF_INET, (METADATA, 80))]
    names = listen(socket.AF_INET, (OUT_THERE, 53), socket.SOCK_DGRAM)
    threading.Thread(target=answer_names, args=(names,), daemon=True).start()
    for path in SOCKETS[1:]:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        held.append(listen(socket.AF_UNIX, path))
        os.chmod(path, 0o777)
    os.umask(0)
    libc.shmget(KEY, 4096, IPC_CREAT | 0o666)
    libc.semget(KEY, 1, IPC_CREAT | 0o666)
    libc.syscall(240, QUEUE.encode(), os.O_CREAT | os.O_RDWR, 0o666, 0)                   # mq_open
    libc.syscall(250, KEYCTL_JOIN_SESSION_KEYRING, None)
    libc.syscall(248, b"user", b"hwb-decoy", b"secret", 6, SESSION_KEYRING)              # add_key
    os.umask(0o022)
    return held
