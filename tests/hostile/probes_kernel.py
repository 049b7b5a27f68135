"""Probes 25 to 45: namespaces, mounts, the kernel. Number 40, every call there is, is sweep.py."""
import ctypes
import mmap
import os
import shutil
import stat
import subprocess
import sys

from probe import (DECOY, any_of, as_root, attempt, call, child, equals, none_of, only, open_to_write, probe, victim)

CLONE_NEWUSER, CLONE_NEWNS, SIGCHLD = 0x10000000, 0x00020000, 17
SYS_CLONE, SYS_CLONE3, SYS_UNSHARE, SYS_SETNS, SYS_MOUNT = 56, 435, 272, 308, 165
MS_REMOUNT, MS_BIND = 32, 4096
BAD = -1
DEVICES = ["fd", "full", "null", "random", "shm", "stderr", "stdin", "stdout", "urandom", "zero"]


refused = only("EPERM")


@probe("25", "no new user namespace", refused, equals("ok"))
def new_user_namespace():
    return child(call, SYS_UNSHARE, CLONE_NEWUSER)


@probe("26", "nor by clone, and clone3 is not there", equals(["EPERM", "ENOSYS"]), equals(["ok", "EINVAL"]))
def new_by_clone():
    return [child(call, SYS_CLONE, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0), call(SYS_CLONE3, 0, 0)]


@probe("27", "setns is refused", refused, as_root(equals("ok")))
def enter_namespace():
    fd = os.open("/proc/self/ns/net", os.O_RDONLY)
    try:
        return child(call, SYS_SETNS, fd, 0)
    finally:
        os.close(fd)


def mounting():
    call(SYS_UNSHARE, CLONE_NEWNS)   # outside nothing of it must stay
    return [call(SYS_MOUNT, b"none", b"/tmp", b"tmpfs", 0, 0), call(430, b"tmpfs", 0), call(428, -100, b"/usr", 1),
            call(155, b".", b"."), call(161, b"/tmp")]


@probe("28", "no mounts, no chroot", refused, as_root(none_of("EPERM", "ENOSYS")))
def mounts():
    return child(mounting)


def remounting():
    call(SYS_UNSHARE, CLONE_NEWNS)
    return call(SYS_MOUNT, b"none", DECOY["read_only"].encode(), 0, MS_REMOUNT | MS_BIND, 0)


@probe("29", "/usr stays read-only", refused, as_root(equals("ok")))
def remount():
    return child(remounting)


@probe("30", "the kernel's settings are closed", only("EACCES", "EPERM", "EROFS", "ENOENT"), as_root(any_of("ok")))
def settings():
    return [attempt(open_to_write, path) for path in
            ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger")]


@probe("31", "there is no cgroup, no /sys", equals([False, False]), lambda got: True in got)
def cgroup():
    return [os.path.exists("/sys/fs/cgroup"), os.path.exists("/sys")]


@probe("32", "bpf, perf, userfaultfd, kexec and modules are refused", refused, as_root(lambda got: got.count("EPERM") == 0))
def machinery():
    return [call(321, BAD, 0, 0), call(298, 0, 0, BAD, BAD, 0), call(323, 0), call(246, 0, 0, 0, BAD), call(313, BAD, 0, 0)]


@probe("33", "io_uring is not there", only("ENOSYS"), none_of("ENOSYS", "EPERM"))
def io_uring():
    return call(425, 1, 0)


@probe("34", "no file by its handle", refused, as_root(none_of("EPERM", "ENOSYS")))
def by_handle():
    return call(304, BAD, 0, 0)


@probe("35", "no keyrings", refused, equals(["ok", "ok"]))
def keyrings():
    return [call(250, 0, -3, 1), call(248, b"user", b"hwb-probe", b"x", 1, -3)]


@probe("36", "no device, no fifo", refused, as_root(equals(["ok", "ok"])))
def nodes():
    paths = [DECOY["scratch"] + leaf for leaf in ("/device", "/fifo")]
    out = [attempt(os.mknod, paths[0], 0o600 | stat.S_IFCHR, os.makedev(1, 3)), attempt(os.mkfifo, paths[1])]
    for path in paths:
        attempt(os.unlink, path)
    return out


@probe("37", "a setuid bit means nothing where it can be set", lambda got: all(got), lambda got: not all(got))
def setuid_bits():
    """Whether each place that can be written is mounted nosuid, or the bit cannot be set in any way."""
    path = DECOY["scratch"] + "/setuid"
    shutil.copy("/usr/bin/id", path)
    tried = [attempt(os.chmod, path, 0o4755), attempt(os.chmod, path, 0o2755),
             attempt(lambda: os.close(os.open(path + "2", os.O_CREAT | os.O_WRONLY, 0o4755)))]
    os.unlink(path)
    attempt(os.unlink, path + "2")
    return [set(tried) == {"EPERM"} or bool(os.statvfs(place).f_flag & os.ST_NOSUID) for place in DECOY["places"]]


def become(*words):
    run = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return b"uid=0" in run.stdout


@probe("38", "setuid(0) fails, su and sudo give nothing", lambda got: got[0] in ("EINVAL", "EPERM") and not any(got[1:]),
       as_root(lambda got: got[0] == "ok" and any(got[1:])))
def privileges():
    return [child(attempt, os.setuid, 0)] + [become(*words) for words in (["su", "-c", "id"], ["sudo", "-n", "id"], ["unshare", "-r", "id"])
                                             if shutil.which(words[0])]


def by_interrupt(number):
    """int 0x80: mov eax, edi; int 0x80; cdqe; ret."""
    page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(b"\x89\xf8\xcd\x80\x48\x98\xc3")
    got = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))(number)
    return "ok" if got >= 0 else "error"


@probe("39", "the other doors of the kernel: int 0x80 kills, x32 is not there", lambda got: got[0] == "SIGSYS" and got[1] in ("SIGSYS", "ENOSYS"),
       lambda got: got[0] == "ok")
def other_doors():
    getpid = 20
    return [child(by_interrupt, getpid), child(call, 0x40000000 | 39)]


@probe("41", "nothing is pushed into a terminal", lambda got: set(got[:4]) == {"EPERM"} and got[4] in ("ENOENT", "ENXIO"),
       as_root(lambda got: "EPERM" not in got[:2] and got[4] != "ENOENT"))
def push():
    def ioctl(request):
        return call(16, 0, request, b"x")
    return [ioctl(0x5412), ioctl(0x5412 | 1 << 40), ioctl(0x541c), ioctl(0x541c | 1 << 40), attempt(open_to_write, "/dev/tty")]


@probe("42", "/dev holds the harmless", equals(DEVICES), any_of("kmsg", "tty", "mem"))
def devices():
    return sorted(os.listdir("/dev"))


ANEW = "import ctypes\nprint(ctypes.CDLL(None, use_errno=True).unshare(0x10000000), ctypes.get_errno())"


@probe("43", "no program from memory, and a new program is as confined", equals(["ENOSYS", "-1 1"]), lambda got: got[0] == "ok" and got[1][0] == "0")
def from_memory():
    anew = subprocess.run([sys.executable, "-c", ANEW], stdout=subprocess.PIPE)
    return [attempt(lambda: os.close(os.memfd_create("x"))), anew.stdout.decode().strip()]


@probe("44", "no running program is overwritten", only("EACCES", "EROFS", "EPERM"), as_root(equals(["ETXTBSY", "ETXTBSY"])))
def running_program():
    return [attempt(open_to_write, "/proc/%s/exe" % pid) for pid in ("self", victim())]


@probe("45", "the kernel's log is closed", refused, as_root(equals("ok")))
def kernel_log():
    return call(103, 10, 0, 0)
