"""Runs a program behind a seccomp filter that refuses clone3, as a container's does: without_clone3.py ERRNO-NAME PROGRAM [ARGUMENT...]."""
import ctypes
import errno
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_WORD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7fff0000, 0x00050000
CLONE3 = 435  # the same number everywhere


def main():
    libc = ctypes.CDLL(None, use_errno=True)
    rows = ((LOAD_WORD, 0, 0, 0), (JUMP_EQUAL, 0, 1, CLONE3), (RETURN, 0, 0, REFUSE | getattr(errno, sys.argv[1])), (RETURN, 0, 0, ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in rows))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(rows), ctypes.addressof(code)))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0):
        sys.exit("no filter: " + os.strerror(ctypes.get_errno()))
    os.execv(sys.argv[2], sys.argv[2:])


main()
