"""Archives that unpack to more than anybody has, for `hwb check`: refused by a rule or at a limit, in bounded memory and time."""
import os
import re
import struct
import subprocess
import sys
import zlib

import support
from support import Place, fresh

SECONDS = 60
MEMORY = 600 << 20
ZEROS = 1 << 20  # in one block of deflate, which is repeated
INFO = "bomb-1.0.dist-info/"
# Runs a command and writes how much memory the largest process of it had, in KiB.
MEASURE = ("import resource, subprocess, sys\ncode = subprocess.call(sys.argv[2:])\n"
           "open(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))\nsys.exit(code)\n")


def times(matrix, vector):
    total = 0
    for column in matrix:
        if vector & 1:
            total ^= column
        vector >>= 1
    return total


def crc_of_zeros(n):
    """CRC-32 of n zero bytes, without touching them: what one does to the register, squared again and again."""
    matrix = []
    for bit in range(32):
        register = 1 << bit
        for _ in range(8):
            register = register >> 1 ^ (0xEDB88320 if register & 1 else 0)
        matrix.append(register)
    register = 0xFFFFFFFF
    while n:
        if n & 1:
            register = times(matrix, register)
        matrix = [times(matrix, column) for column in matrix]
        n >>= 1
    return register ^ 0xFFFFFFFF


def deflated_zeros(n_blocks):
    """Deflate of so many blocks of zeros, made from one: a full flush leaves nothing that the next would depend on."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(ZEROS)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * n_blocks + packer.flush(zlib.Z_FINISH)


def fields(name, data, size, crc, method):
    """What local header and central directory have in common, and the extra field for a size of ZIP64."""
    wide = struct.pack("<HHQQ", 1, 16, size, len(data)) if size >= 0xFFFFFFFF else b""
    sizes = (0xFFFFFFFF, 0xFFFFFFFF) if wide else (len(data), size)
    return struct.pack("<HHHHHLLLHH", 45 if wide else 20, 0, method, 0, 0x21, crc, *sizes, len(name), len(wide)), name + wide


def archive(path, members, shared=None):
    """members: (name, data, size, crc, method), in order. shared: so many more entries, with names of their own, for the last member's bytes."""
    central, at = [], 0
    with open(path, "wb") as out:
        for name, data, size, crc, method in members:
            header, tail = fields(name.encode(), data, size, crc, method)
            central.append(entry(header, tail, at))
            at += out.write(b"PK\3\4" + header + tail + data)
        for i in range(shared or 0):
            name, data, size, crc, method = members[-1]
            header, tail = fields(b"%05d%s" % (i + 1, name.encode()[5:]), data, size, crc, method)
            central.append(entry(header, tail, at - len(data) - len(tail) - len(header) - 4))
        n, size = len(central), sum(map(len, central))
        out.write(b"".join(central))
        if n > 0xFFFE:
            out.write(struct.pack("<LQHHLLQQQQ", 0x06064B50, 44, 45, 45, 0, 0, n, n, size, at) + struct.pack("<LLQL", 0x07064B50, 0, at + size, 1))
        out.write(struct.pack("<LHHHHLLH", 0x06054B50, 0, 0, min(n, 0xFFFF), min(n, 0xFFFF), size, at, 0))
    return path


def entry(header, tail, at):
    return b"PK\1\2" + struct.pack("<H", 45 | 3 << 8) + header + struct.pack("<HHHLL", 0, 0, 0, 0o100644 << 16, at) + tail


def stored(name, text=b""):
    return (name, text, len(text), zlib.crc32(text), 0)


def parts(more):
    """The members of a wheel that is in order but for more; RECORD names none of these."""
    return [stored("bomb.py", b"x = 1\n"), *more, stored(INFO + "METADATA", b"Metadata-Version: 2.1\nName: bomb\nVersion: 1.0\n"),
            stored(INFO + "WHEEL", b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"), stored(INFO + "RECORD", b"")]


def judged(tap, what, path, rule, options=()):
    place, note = Place(), os.path.join(fresh("note"), "memory")
    command = [sys.executable, "-c", MEASURE, note, place.program, "check", "-v", *options, path]
    process = subprocess.Popen(command, env=place.env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        out, err = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        tap.check("%s: it ends" % what, False, process.communicate())
        return
    run = support.Run(command[4:], process.returncode, out, err)
    tap.run("%s: it is refused by a rule, or a limit ends the look" % what, run, (6, 10))
    found = set(re.findall(r"error\[(\w+)\]", run.out))
    tap.check("%s: the rule is named" % what, rule in found or run.code == 10 and "limit" in run.text, sorted(found), run.told())
    used = int(open(note).read()) << 10
    tap.check("%s: in bounded memory" % what, 0 < used < MEMORY, "%d MiB" % (used >> 20))


def bombs(tap):
    """archives that are larger inside than they look"""
    n = 10 * 1024
    data, size = deflated_zeros(n), n * ZEROS
    tap.check("the generator's checksums are right", crc_of_zeros(ZEROS + 3) == zlib.crc32(bytes(ZEROS + 3)))
    folder = fresh("bombs")

    kernel = deflated_zeros(64)

    def path(name):
        os.mkdir(os.path.join(folder, name))
        return os.path.join(folder, name, "bomb-1.0-py3-none-any.whl")

    zeros = archive(path("zeros"), parts([("bomb.bin", data, size, crc_of_zeros(size), 8)]))
    judged(tap, "10 GiB of zeros", zeros, "Z21")
    judged(tap, "10 GiB of zeros for who allows 16", zeros, "Z21", options=["--limit", "wheel-size=16G"])
    judged(tap, "10 GiB that say they are 1000 bytes", archive(path("small"), parts([("bomb.bin", data, 1000, crc_of_zeros(1000), 8)])), "Z13")
    judged(tap, "10 GiB in METADATA", archive(path("field"), [stored("bomb.py", b"x"), (INFO + "METADATA", data, 60, 0, 8), *parts([])[-2:]]), "Z13")
    one = ("00000.bin", kernel, 64 * ZEROS, crc_of_zeros(64 * ZEROS), 8)
    judged(tap, "5000 members over the same bytes", archive(path("overlap"), [*parts([]), one], shared=5000), "Z21")
    judged(tap, "20 members over the same bytes", archive(path("few"), [*parts([]), stored("00000.bin", bytes(range(256)) * 40)], shared=20), "Z09")
    judged(tap, "more members than the limit", archive(path("many"), parts([stored("m/%05d.txt" % i) for i in range(100000)])), "Z21")
    judged(tap, "as many members as the limit", archive(path("most"), parts([stored("m/%05d.txt" % i) for i in range(99996)])), "R02")


TESTS = [bombs]
