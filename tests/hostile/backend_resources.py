"""Modes of the hostile backend that only a limit or a signal ends. Never run without a sandbox."""
import contextlib
import ctypes
import mmap
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

from backend import NAME, wheel
from probe import here


def stop(out):
    os.kill(os.getpid(), signal.SIGSTOP)


def stop_all(out):
    """Children that stop as well, and one that stops its parent again and again."""
    parent = os.getpid()
    for n in range(3):
        if os.fork() == 0:
            while n == 0:
                os.kill(parent, signal.SIGSTOP)
            os.kill(os.getpid(), signal.SIGSTOP)
    stop(out)


def sleep(out):
    print("asleep", flush=True)
    time.sleep(3600)


def daemon_and_sleep(out):
    import probe
    probe.load()
    print(probe.PROBES["18"].run(), flush=True)
    sleep(out)


def busy(out):
    while True:
        pass


def memory(out):
    held = []
    while True:
        held.append(bytearray(os.urandom(1 << 20)) * 8)


def fill_sockets(out):
    """Memory that belongs to no process: what was sent to sockets and not received, in as many of them as there may be."""
    for _ in range(4):
        if os.fork() == 0:
            held = []
            with contextlib.suppress(OSError):
                while True:
                    held.append(socket.socketpair())
                    for one in held[-1]:
                        one.setblocking(False)
                        with contextlib.suppress(BlockingIOError):
                            while True:
                                one.send(bytes(32768))
            print("all sockets are full", flush=True)
            sleep(out)
    sleep(out)


def fill_page_tables(out):
    """A byte in every two megabytes is read: no page of its own, a table each."""
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for _ in range(200):
        at = libc.mmap(None, 1 << 30, mmap.PROT_READ, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, -1, 0)    # MAP_NORESERVE
        libc.madvise(at, 1 << 30, 15)   # MADV_NOHUGEPAGE
        for part in range(0, 1 << 30, 2 << 20):
            ctypes.c_char.from_address(at + part).value
    print("all tables are full", flush=True)
    sleep(out)


def share(out):
    """Shared memory without a file outlives its mapping and is in no account: it is there, up to the limit in all, by one way alone."""
    for what, open_it in (("little", lambda: mmap.mmap(-1, 1 << 20)), ("/dev/zero", lambda: mmap.mmap(os.open("/dev/zero", os.O_RDWR), 1 << 20)),
                          ("too much", lambda: mmap.mmap(-1, 1 << 40))):
        try:
            open_it()
            print("SHARED", what, flush=True)
        except OSError as error:
            print("UNSHARED", what, error.strerror, flush=True)
    wheel(out)


def hide_shared(out):
    """Page after page is written and forgotten by the page tables, though not by the kernel."""
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for _ in range(64):
        with contextlib.suppress(OSError):
            part = mmap.mmap(-1, 32 << 20)
            if os.fork():
                for at in range(0, 32 << 20, 4096):
                    part[at] = 1
                libc.madvise(ctypes.addressof(ctypes.c_char.from_buffer(part)), 32 << 20, mmap.MADV_DONTNEED)
            else:
                sleep(out)
    sleep(out)


def without_leader(out):
    """Threads whose leader is dead: its status tells of no memory."""
    libc = ctypes.CDLL(None)
    if os.fork() == 0:
        threading.Thread(target=memory, args=(out,)).start()
        libc.syscall(60, 0)     # exit: of this thread alone
    sleep(out)


def share_bits(out):
    """Shared memory of a byte each is a page each."""
    held = []
    with contextlib.suppress(OSError):
        while len(held) < 60000:
            held.append(mmap.mmap(-1, 1))
    print("BITS", len(held), flush=True)
    wheel(out)


def fill_orphans(out):
    """What waits in sockets whose senders are closed: it was counted for them."""
    held = []
    with contextlib.suppress(OSError):
        while True:
            one, other = socket.socketpair()
            one.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    one.send(bytes(32768))
            one.close()
            held.append(other)
    sleep(out)


def fill_netlink(out):
    """Wrong questions to the kernel, which it sends back with its answer, and nobody reads that."""
    held, question = [], struct.pack("=IHHII", 16 + 30000, 9999, 5, 1, 0) + bytes(30000)
    with contextlib.suppress(OSError):
        while True:
            one = socket.socket(16, socket.SOCK_RAW, 0)
            held.append(one)
            for _ in range(10):
                one.send(question)
    sleep(out)


def forget_datagrams(out):
    """Full sockets that the kernel's lists no longer have: those of a user have no other account than a cgroup."""
    held, libc = [], ctypes.CDLL(None)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(3):
        if os.fork() == 0:
            with contextlib.suppress(OSError):
                while True:
                    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    one.bind(("127.0.0.1", 0))
                    held.append(one)
                    for _ in range(100):
                        sender.sendto(bytes(8192), one.getsockname())
                    libc.connect(one.fileno(), struct.pack("=H14x", 0), 16)
            sleep(out)
    sleep(out)


def unaccounted(out):
    """Calls that take memory of the kernel's own."""
    libc = ctypes.CDLL(None, use_errno=True)
    path = here("/tmp/file").encode()
    open(path, "w").close()
    for what, act in (("semaphores", lambda: libc.syscall(64, 0, 32000, 0o600)), ("rules", lambda: libc.syscall(444, None, 0, 1)),
                      ("attribute", lambda: libc.setxattr(path, b"user.x", bytes(1025), 1025, 0)),
                      ("small attribute", lambda: libc.setxattr(path, b"user.x", bytes(16), 16, 0))):
        ctypes.set_errno(0)
        print("GOT", what, act() if act() >= 0 else os.strerror(ctypes.get_errno()), flush=True)
    wheel(out)


def linger(out):
    """The answer, and with it a socket whose close waits for an hour: whoever drops it waits. Then nothing more."""
    wheel(out)
    listening = socket.create_server(("127.0.0.1", 0))
    full = socket.create_connection(listening.getsockname())
    peer, _ = listening.accept()
    full.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            full.send(bytes(65536))
    full.setblocking(True)
    for what, act in (("linger", lambda: full.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 3600))), ("pass", lambda: pass_on(full))):
        try:
            act()
            print("DONE", what, flush=True)
        except OSError as error:
            print("REFUSED", what, error.strerror, flush=True)
    full.close()
    sleep(out)


def pass_on(one):
    answer = struct.pack("<II", 1, 1) + struct.pack("<I", len(NAME)) + NAME.encode()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, fileno=os.dup(3)) as channel:
        channel.sendmsg([answer], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", one.fileno()))])


def blind(out):
    """pid 1 has our user: its limits are not ours to set."""
    for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_CPU):
        try:
            resource.prlimit(1, limit, (1, 1))
            print("LIMITED pid 1", flush=True)
        except OSError as error:
            print("UNLIMITED", error.strerror, flush=True)
    resource.prlimit(0, resource.RLIMIT_NOFILE, (64, 64))
    wheel(out)


def forks(out):
    """Forks until it cannot, each child too; says where that was and goes on as if nothing had been."""
    made, end = [], ""
    try:
        while len(made) < 20000:
            pid = os.fork()
            if pid == 0:
                time.sleep(3600)
                os._exit(0)
            made.append(pid)
    except OSError as error:
        end = error.strerror
    print("FORKED", len(made), end, flush=True)
    for pid in made:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    wheel(out)


def threads(out):
    threading.stack_size(64 << 10)
    gate, made, end = threading.Event(), [], ""
    try:
        while len(made) < 20000:
            thread = threading.Thread(target=gate.wait, daemon=True)
            thread.start()
            made.append(thread)
    except RuntimeError as error:
        end = str(error)
    print("FORKED", len(made), end, flush=True)
    gate.set()
    for thread in made:
        if thread.ident:
            thread.join()
    wheel(out)


def flood(out):
    block = b"x" * 79 + b"\n"
    while True:
        os.write(1, block * 4096)


def quiet_exit(out):
    os.close(1)
    os.close(2)
    os._exit(0)


def kill_self(out):
    os.kill(os.getpid(), signal.SIGKILL)


def exit_137(out):
    os._exit(137)


def stress(out):
    """stress-ng, with the words of the variable; its status becomes ours."""
    run = subprocess.run(["stress-ng", "--temp-path", here("/tmp"), *os.environ["STRESS"].split()], stdin=subprocess.DEVNULL)
    print("STRESS ended with", run.returncode, flush=True)
    sys.stdout.flush()
    wheel(out)
