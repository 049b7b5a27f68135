"""The inside of the hostile-build suite: an in-tree build backend that tries each probe and prints what became of it.

A line "PROBE number outcome" a probe; tests/hostile/run.py knows what each must be. Numbers are those of the sandbox
reference, section 9. Runs on CPython 3.8+, standard library only. Nothing here aims outside of the machine.
"""
import ctypes
import errno
import json
import os
import signal
import socket
import struct
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
DECOY = json.load(open("decoy.json"))  # where the test has planted what must not be found


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
    ctypes.set_errno(0)
    got = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    return "ok" if got >= 0 else name(ctypes.get_errno())


def read(path):
    with open(path, "rb") as file:
        return file.read(4096)


def p0():
    status = dict(line.split(":", 1) for line in read("/proc/self/status").decode().splitlines() if ":" in line)
    return [status[key].strip() for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")]


def p1():
    return attempt(read, DECOY["home"] + "/.ssh/id_ed25519")


def p2():
    return {attempt(read, DECOY["home"] + path)
            for path in ("/.pypirc", "/.netrc", "/.config/gh/hosts.yml", "/.aws/credentials", "/.docker/config.json")}


def p3():
    return attempt(read, "/etc/shadow")


def p4():
    import pwd
    return sorted(entry.pw_name for entry in pwd.getpwall())


def p5():
    return [attempt(read, "/etc/machine-id"), read("/proc/sys/kernel/random/boot_id").decode().strip()]


def p6():
    return sorted(os.environ)


def p7():
    return attempt(read, "/proc/1/environ")


def p8():
    return sorted({attempt(read, "/proc/1/" + leaf) for leaf in ("mem", "maps", "auxv")}
                  | {attempt(os.readlink, "/proc/1/" + leaf) for leaf in ("exe", "root", "cwd")}
                  | {attempt(os.listdir, "/proc/1/fd")})


def p9():
    return sorted(int(fd) for fd in os.listdir("/proc/self/fd"))


def p10():
    text = read("/proc/self/mountinfo").decode()
    return [word for word in (DECOY["source"], DECOY["home"]) if word in text]


def p11():
    out = []
    for leaf in ("cmdline", "kcore", "kallsyms", "config.gz"):
        try:
            out.append(len(read("/proc/" + leaf)))
        except OSError as error:
            out.append(name(error.errno))
    return out


def p12():
    try:
        return len(read("/proc/keys"))
    except OSError as error:
        return name(error.errno)


def p13():
    return [os.path.realpath("/proc/self/fd/0"), [os.isatty(fd) for fd in (0, 1, 2)]]


def p14():
    return len([pid for pid in os.listdir("/proc") if pid.isdigit()])


def p15():
    return [attempt(os.kill, DECOY["pid"], 0), attempt(os.kill, 1, 0)]


def p16():
    return call(101, 16, 1, 0, 0)  # ptrace(PTRACE_ATTACH, 1)


def p17():
    return [call(310, 1, 0, 0, 0, 0, 0), call(438, 1, 0, 0), call(312, 1, 1, 0, 0, 0)]


def p18():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.execv("/bin/sh", ["sh", "-c", "trap '' TERM; exec sleep 3600"])
        os._exit(0)
    return "left behind"


def p20():
    return "see stop.py"


def p25():
    return attempt(lambda: os.unshare(0x10000000)) if hasattr(os, "unshare") else call(272, 0x10000000)


def p26():
    return [call(56, 0x10000000 | 17, 0, 0, 0, 0), call(435, 0, 0)]


def p27():
    fd = os.open("/proc/self/ns/net", os.O_RDONLY)
    return call(308, fd, 0)


def p28():
    return [call(165, b"none", b"/tmp", b"tmpfs", 0, 0), call(430, b"tmpfs", 0), call(428, -100, b"/usr", 1),
            call(155, b".", b"."), call(161, b"/tmp")]


def p29():
    return call(165, b"none", b"/usr", 0, 32 | 4096, 0)


def p30():
    return sorted({attempt(lambda: open(path, "w").write("x")) for path in
                   ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe")} | {attempt(lambda: open("/proc/sysrq-trigger", "w").write(""))})


def p31():
    return [os.path.exists("/sys/fs/cgroup"), os.path.exists("/sys")]


def connect(family, address, kind=socket.SOCK_STREAM):
    with socket.socket(family, kind) as s:
        s.settimeout(3)
        s.connect(address)
        if kind == socket.SOCK_DGRAM:
            s.send(b"x")


def p46():
    return [attempt(connect, socket.AF_INET, ("127.0.0.1", DECOY["port"])), attempt(connect, socket.AF_INET6, ("::1", DECOY["port6"]))]


def p47():
    # 203.0.113.0/24 is for documentation: nobody is there, and a sandbox without a route never sends the packet.
    return [attempt(connect, socket.AF_INET, ("203.0.113.1", 443)), attempt(connect, socket.AF_INET, ("203.0.113.1", 53), socket.SOCK_DGRAM)]


def p48():
    return attempt(connect, socket.AF_INET, ("169.254.169.254", 80))


def p49():
    try:
        socket.getaddrinfo("example.invalid", 443)
        return "resolved"
    except socket.gaierror:
        return "gaierror"


def p50():
    out = []
    for family, kind in ((17, 3), (2, 3), (38, 5), (40, 1), (31, 3), (44, 3), (15, 3), (30, 1)):
        out.append(call(41, family, kind, 0))
    return out


def p51():
    s = socket.socket(16, 3, 0)
    s.send(struct.pack("=IHHIIBxxxiII", 32, 18, 0x301, 1, 0, 0, 0, 0, 0)[:32])
    names = []
    data = s.recv(65536)
    while len(data) >= 16:
        size, kind = struct.unpack_from("=IH", data)
        if kind == 16:
            at = 32
            while at + 4 <= size:
                length, what = struct.unpack_from("=HH", data, at)
                if what == 3:
                    names.append(data[at + 4:at + length].rstrip(b"\0").decode())
                at += (length + 3) & ~3 or 4
        if kind == 3:
            break
        data = data[(size + 3) & ~3:]
    return [names, call(41, 16, 3, 9), call(41, 16, 3, 15)]


def p52():
    return attempt(connect, socket.AF_UNIX, "\0" + DECOY["abstract"])


def p53():
    paths = ["/var/run/docker.sock", "/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/private", "/tmp/.X11-unix/X0",
             DECOY["home"] + "/agent.sock"]
    return sorted({attempt(connect, socket.AF_UNIX, path) for path in paths})


def p54():
    # TCP_ULP (31) at the level of TCP (6), also with high bits that the kernel does not look at; TCP_NODELAY (1) is for everyone.
    high = 1 << 32
    with socket.socket() as s:
        return [call(54, s.fileno(), level, option, b"tls", 3) for level, option in ((6, 31), (6 | high, 31), (6, 31 | high), (6 | high, 31 | high))] + \
            [attempt(s.setsockopt, 6, 1, 1)]


def p60():
    return attempt(os.link, "/usr/bin/env", "/out/env")


def p63():
    return [attempt(open, path, "w") for path in ("/usr/x", "/etc/x", "/env/x", "/x")] + \
        [attempt(open, DECOY["source"] + "/x", "w")]


def p66():
    try:
        with open("/tmp/big", "wb") as file:
            block = b"x" * (1 << 20)
            while True:
                file.write(block)
    except OSError as error:
        os.unlink("/tmp/big")
        return name(error.errno)


PROBES = [int(key[1:]) for key in list(globals()) if key[0] == "p" and key[1:].isdigit()]


def run():
    for number in sorted(PROBES):
        try:
            outcome = globals()["p%d" % number]()
        except Exception as error:
            outcome = "%s: %s" % (type(error).__name__, error)
        if isinstance(outcome, set):
            outcome = sorted(outcome)
        print("PROBE %d %s" % (number, json.dumps(outcome)), flush=True)
    time.sleep(0)
    sys.stdout.flush()
