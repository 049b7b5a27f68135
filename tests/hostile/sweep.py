"""Probe 40: every system call by its number, with zeros for arguments, each in a process of its own (after amicontained).

Prints "SWEEP door number outcome". Doors: 64 (the usual one), x32 (the same numbers with bit 30 set), 32 (int 0x80).
allowed: the kernel got it, whatever it said; a call that never returns, and one that ends its process, count as that.
EPERM may be the kernel's own word about a call that the filter lets through.
"""
import ctypes
import errno
import mmap
import os
import signal
import sys

NUMBERS = range(1024)
X32 = 1 << 30
BLOCKED = 1.0   # seconds after which a call counts as one that never returns: pause, select, pselect6, ppoll
ALLOWED, REFUSED, ABSENT = 10, 11, 12

libc = ctypes.CDLL(None, use_errno=True)
page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(b"\x53\x89\xf8\x31\xdb\x31\xc9\x31\xd2\x31\xf6\x31\xff\xcd\x80\x48\x98\x5b\xc3")    # rbx is the caller's; cdqe
interrupt = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))


def by_syscall(number):
    ctypes.set_errno(0)
    got = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(0)] * 6)
    return ctypes.get_errno() if got == -1 else 0


def by_interrupt(number):
    got = interrupt(number)
    return -got if -4096 < got < 0 else 0


DOORS = [("64", lambda number: by_syscall(number)), ("x32", lambda number: by_syscall(number | X32)), ("32", by_interrupt)]


def outcome(function, number):
    pid = os.fork()
    if pid == 0:
        signal.setitimer(signal.ITIMER_REAL, BLOCKED)
        error = function(number)
        os._exit(REFUSED if error == errno.EPERM else ABSENT if error == errno.ENOSYS else ALLOWED)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return "killed" if os.WTERMSIG(status) == signal.SIGSYS else "allowed"
    return {REFUSED: "EPERM", ABSENT: "ENOSYS"}.get(os.WEXITSTATUS(status), "allowed")


def main(numbers=NUMBERS):
    for door, function in DOORS:
        for number in numbers:
            print("SWEEP", door, number, outcome(function, number), flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or NUMBERS)
