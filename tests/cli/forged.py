"""Answers of hwb's own programs are hostile data: a liar stands in for one of them, as if a stranger had taken it over, and hwb
must catch the lie or come to no harm. What such code can reach beside its answer: tests/unit/programs. TAP on stdout.

usage: forged.py HWB [VENV] [--only WORD]
"""
import concurrent.futures
import glob
import os
import re
import shutil
import sys
import zipfile

sys.dont_write_bytecode = True  # before the others: the source tree stays as it is

import support
from rules_support import PROGRAMS, stocked
from support import Index, Place, Setting, Tap, fresh, make_sdist, sha256, write

# In place of a program: for one verb it runs the program itself and gives another answer. `lie` has the whole frame (magic, status,
# payload) and the descriptors that the program was given; what is Raw is said as it is, else behind its size.
LIAR = """#!%(python)s -IS
import os, signal, struct, sys
class Raw(bytes):
    pass
def sized(frame):
    return frame if isinstance(frame, Raw) else struct.pack("<I", len(frame)) + frame
def lie(frame):
%(lie)s
name = os.path.basename(sys.argv[0])
itself = [%(folder)r + "/itself-" + name, *sys.argv[1:]]
if sys.argv[1:2] != [%(verb)r]:
    os.execv(itself[0], itself)
ours, theirs = os.pipe()
if os.fork() == 0:
    os.dup2(theirs, 1)
    os.execv(itself[0], itself)
os.close(theirs)
said, frames = open(ours, "rb").read(), []
os.wait()
while said:
    size = 4 + struct.unpack("<I", said[:4])[0]
    frames.append(said[4:size])
    said = said[size:]
if len(frames) > %(at)d:
    frames[%(at)d] = lie(frames[%(at)d])
open(1, "wb", closefd=False).write(b"".join(map(sized, frames)))
"""
# Before hwb-net: it hands on what both sides say and keeps a hand on every file that hwb wants filled.
MIDDLEMAN = """#!%(python)s -IS
import array, os, select, socket, sys
itself = [%(folder)r + "/itself-hwb-net", *sys.argv[1:]]
hwb, (ours, theirs) = socket.socket(fileno=3), socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
if os.fork() == 0:
    os.dup2(theirs.fileno(), 3)
    os.closerange(4, 64)
    os.execv(itself[0], itself)
theirs.close()
kept = []
def meddle():
%(lie)s
while True:
    for side in select.select([hwb, ours], [], [], 0.01)[0]:
        record, fds, _, _ = socket.recv_fds(side, 1 << 20, 4)
        if not record:
            sys.exit()
        kept += fds
        socket.send_fds(ours if side is hwb else hwb, [record], fds)
    meddle()
"""
Place.scan = None  # the sources here are harmless: the scan is on, as users have it
PARSED = ("project", "page", "metadata", "wheel-metadata", "interpreter", "wheel-unpack", "scan", "pack", "check", "describe")
VERBS = dict.fromkeys(PARSED, "hwb-parse")
VERBS["tar-source"] = "hwb-unpack"
BEHIND = {"upload-form": "check"}  # what is asked of the process of another verb, as its second
HEAD = 8  # magic and status
COULD_NOT_CHECK = 10


class Liars:
    """A copy of hwb in which one program is replaced."""

    def __init__(self, program, template, lie, verb=None):
        self.folder = fresh("liars")
        shutil.copy(Setting.hwb, self.folder)
        for name in PROGRAMS:
            shown = "itself-" + name if name == program else name
            os.symlink(os.path.join(os.path.dirname(Setting.hwb), name), os.path.join(self.folder, shown))
        body = "\n".join("    " + line for line in lie.strip("\n").split("\n"))
        write(self.folder, {program: template % {"python": sys.executable, "folder": self.folder, "verb": BEHIND.get(verb, verb),
                                                  "at": int(verb in BEHIND), "lie": body}})
        os.chmod(os.path.join(self.folder, program), 0o755)

    def place(self):
        return Place(program=os.path.join(self.folder, "hwb"))


def contents(place):
    """Name and members of each wheel that was made; not their times, which the archive's author chooses in any case."""
    made = []
    for name in place.made():
        with zipfile.ZipFile(os.path.join(place.out, name)) as wheel:
            made.append((name, {member: wheel.read(member) for member in wheel.namelist()}))
    return made


class Tests:
    def __init__(self, index):
        self.index = index
        self.source = make_sdist(fresh("sdist"), requires=["helper"])
        honest = Place()
        run = self.build(honest)
        if run.code:
            raise AssertionError("the honest build failed: " + run.told())
        self.wheel = contents(honest)

    def all(self):
        return [self.nonsense, self.numbers, self.failures, self.other_names, self.other_digests, self.other_wheels,
                self.late_writes]

    def build(self, place, *words, verb=None):
        modes = "nometa" if verb == "wheel-metadata" else ""  # it is asked when the index shows no metadata beside the wheel
        return place.build("--index-url", self.index.url(modes), "--wheel", *words, self.source)

    def lied(self, verb, lie, *words):
        """The run with that lie at that verb, and its place."""
        place = Liars(VERBS[verb], LIAR, lie, verb).place()
        return self.build(place, *words, verb=verb), place

    def each(self, verb, lies, good):
        """What is told of the lies (name, lie) for whose run and place `good` does not hold; several run side by side."""
        # All programs are written before the first one is started: a fork in between would keep one open for writing.
        places = [Liars(VERBS[verb], LIAR, lie, verb).place() for _, lie in lies]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            runs = list(pool.map(lambda place: self.build(place, verb=verb), places))
        return [(row[0], run.told(), contents(place)) for row, run, place in zip(lies, runs, places) if not good(run, place)][:2]

    def is_harmless(self, run, place):
        """Ended by itself, with a status of hwb's own; no artefact but the honest one, nothing half-written; no escape sequence."""
        ended = run.code in (0, 1, 2, 3, 4, 6, 9, 10)
        made = contents(place) == (self.wheel if run.code == 0 else [])
        return ended and made and not place.left_over() and "\x1b" not in run.text

    def is_unchecked(self, run, place):
        return run.code == COULD_NOT_CHECK and self.is_harmless(run, place)

    def nonsense(self, tap):
        """answers that are no records"""
        lies = [("nothing", "return b''"), ("half of it", "return frame[:len(frame) // 2]"), ("one byte less", "return frame[:-1]"),
                ("one byte more", "return frame + b'x'"), ("another magic", "return b'x' + frame[1:]"),
                ("an unknown status", "return frame[:4] + struct.pack('<I', 4711) + frame[8:]"),
                ("a size that is too large", "return Raw(struct.pack('<I', len(frame) + 1) + frame)"), ("no size", "return Raw(frame)"),
                ("a size that is too small", "return Raw(struct.pack('<I', len(frame) - 1) + frame)"), ("half a size", "return Raw(bytes(2))"),
                ("an answer that nobody asked for", "return Raw(sized(frame) * 2)"), ("the largest size", "return Raw(b'\\xff' * 4 + frame)"),
                ("its death", "os.kill(os.getpid(), signal.SIGSYS)"),
                ("an answer and a bad end", "os.write(1, frame)\nos._exit(3)")]
        for verb in VERBS:
            bad = self.each(verb, lies, self.is_unchecked)
            tap.check("%s: whoever answers nonsense could not check" % verb, not bad, bad)
        run, place = self.lied("project", "return frame + bytes(300 << 20)")
        tap.check("an answer without an end is cut", self.is_unchecked(run, place), run.told())
        run, place = self.lied("project", "signal.pause()", "--limit", "wall=2s")
        tap.check("no answer at all ends at the wall limit", self.is_unchecked(run, place), run.told())

    def numbers(self, tap):
        """lengths and counts that are too large"""
        for verb in VERBS:
            lies = [(at, "return frame[:%d] + b'\\xff' * 4 + frame[%d:]" % (at, at + 4)) for at in range(HEAD, HEAD + 28, 4)]
            bad = self.each(verb, lies, self.is_harmless)
            tap.check("%s: whatever number is too large, nothing is written but what an honest run writes" % verb, not bad, bad)

    def failures(self, tap):
        """words of a failure"""
        words = "\\x1b]0;pwned\\x07 ::set-env name=X::y\\n##vso[task.setvariable]"
        put = "(lambda s: struct.pack('<I', len(s)) + s)"
        lie = "return frame[:4] + struct.pack('<I', 1) + %s(b'%s') + %s(b'') + bytes(16)" % (put, words, put)
        for verb in VERBS:
            run, place = self.lied(verb, lie)
            tap.check("%s: its words reach people escaped" % verb,
                      run.code and self.is_harmless(run, place) and "\x07" not in run.text and
                      not re.search("^(::|##)", run.text, re.M),
                      run.told())

    def other_names(self, tap):
        """another project than asked for"""
        for verb in VERBS:
            run, place = self.lied(verb, "return frame.replace(b'demo', b'evil').replace(b'helper', b'hijack')")
            tap.check("%s: another name is refused or does not matter" % verb, self.is_harmless(run, place), run.told())

    def other_digests(self, tap):
        """the digest of another file"""
        digest = sha256(open(glob.glob(self.index.folder + "/*.whl")[0], "rb").read())
        lie = "old = bytes.fromhex(%r)\nreturn frame.replace(old, bytes(32)).replace(old.hex().encode(), b'0' * 64)" % digest
        run, place = self.lied("page", lie)
        tap.check("page: the digest of another file is found out", run.code == 3 and self.is_harmless(run, place), run.told())
        for verb in VERBS:
            run, place = self.lied(verb, lie)
            tap.check("%s: another digest is found out or does not matter" % verb, self.is_harmless(run, place), run.told())

    def other_wheels(self, tap):
        """another file than the one to be packed"""
        rows = [("nothing", "os.ftruncate(4, 0)"), ("no archive", "os.pwrite(4, b'x' * 64, 0)"),
                ("half of it", "os.ftruncate(4, os.fstat(4).st_size // 2)"),
                ("other content", "at = os.pread(4, 1 << 20, 0).rindex(b'METADATA')\nos.pwrite(4, b'METADATb', at)")]
        for what, lie in rows:
            run, place = self.lied("pack", lie + "\nreturn frame")
            tap.check("pack: %s is refused" % what, run.code == 6 and self.is_harmless(run, place), run.told())
        for what, lie in [("nothing", "os.ftruncate(5, 0)"), ("no tree", "os.pwrite(5, b'x' * 4096, 0)")]:
            run, place = self.lied("tar-source", lie + "\nreturn frame")
            tap.check("tar-source: %s is refused" % what, run.code and self.is_harmless(run, place), run.told())
        for what, lie in [("nothing", "os.ftruncate(4, 0)"), ("no tree", "os.pwrite(4, b'x' * 4096, 0)")]:
            run, place = self.lied("wheel-unpack", lie + "\nreturn frame")
            tap.check("wheel-unpack: %s is refused" % what, run.code and self.is_harmless(run, place), run.told())

    def late_writes(self, tap):
        """a hand that stays on a download"""
        lie = "for s, fd in [(os.fstat(fd), fd) for fd in kept]:\n"
        lie += "    if s.st_nlink or s.st_mode & 0o777 != 0o400:\n        os.pwrite(fd, b'changed', 0)"
        place = Liars("hwb-net", MIDDLEMAN, lie).place()
        run = self.build(place)
        blobs = [p for p in glob.glob(place.cache + "/blob/sha256/*/*")]
        changed = [p for p in blobs if sha256(open(p, "rb").read()) != os.path.basename(p)]
        tap.check("what was hashed cannot be changed by hwb-net afterwards", run.code == 0 and blobs and not changed, changed,
                  run.told())
        lie = "for fd in kept:\n    if os.fstat(fd).st_size:\n        os.pwrite(fd, b'changed', 0)"
        place = Liars("hwb-net", MIDDLEMAN, lie).place()
        run = self.build(place)
        tap.check("what hwb-net changes before is found out", run.code in (3, 10) and self.is_harmless(run, place), run.told())


def main():
    only = support.begin(sys.argv)
    with Index(stocked(("helper", "1.0"))) as index:
        Tap().all(Tests(index).all(), only)


if __name__ == "__main__":
    main()
