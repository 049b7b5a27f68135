"""For whoever must find out why a package does not build: --keep, and `hwb shell`."""
import fcntl
import os
import pty
import re
import select
import struct
import termios
import time

import support
from support import Place, Setting, ordinary_user, project, wait_for

HOOK = "def build_wheel(folder, settings=None, metadata=None):\n"
FULL = HOOK + """    import os, socket
    os.makedirs("/build/src/made/deep")
    open("/build/src/made/deep/file", "w").write("made while it was built")
    os.symlink("file", "/build/src/made/deep/near")
    for number, target in enumerate(("/etc/passwd", "../../..", "made/../../x")):
        os.symlink(target, "/build/src/far%d" % number)
    socket.socket(socket.AF_UNIX).bind("/build/src/socket")
    for path in (".git/HEAD", ".git/config", "sub/.GIT/config", "bare/HEAD", "bare/objects/x", "bare/refs/x", "near/HEAD"):
        os.makedirs(os.path.dirname("/build/src/" + path), exist_ok=True)
        open("/build/src/" + path, "w").write("x")
    open("/build/src/program", "w").write("#!/bin/sh\\n")
    os.chmod("/build/src/program", 0o6755)
    open("/build/src/closed", "w").write("x")
    os.chmod("/build/src/closed", 0)
    for number in range(3):
        os.truncate(os.open("/build/src/sparse%d" % number, os.O_CREAT | os.O_WRONLY), 200 << 20)
    at = "/build/src"
    for _ in range(80):
        at += "/d"
        os.mkdir(at)
    raise ValueError("no")
"""


def kept_in(place):
    return [name for name in os.listdir(place.out) if name.startswith("hwb-kept-")] if os.path.isdir(place.out) else []


def a_kept_tree(tap):
    """the tree of a build that failed"""
    for user in (None, "ordinary"):
        if user and not support.IS_ROOT:
            continue
        who = "as %s: " % (user or "this user")
        place, source = Place(ordinary_user() if user else None), project(FULL)
        place.scan = "report"  # it links to /etc/passwd and opens a socket
        os.chmod(source, 0o755)
        run = place.build("--no-index", "--wheel", source)
        tap.check(who + "without --keep nothing is kept", run.code == 1 and not kept_in(place), run.told(), kept_in(place))
        run = place.build("--no-index", "--wheel", "--keep", "--limit", "disk=256M", source)
        names = kept_in(place)
        if not tap.check(who + "with it there is one folder, and its path is said", run.code == 1 and len(names) == 1 and names[0] in run.err and "ValueError: no" in run.err, run.told(), names):
            continue
        top = os.path.join(place.out, names[0], "src")
        tap.check(who + "what the build made is in it", open(top + "/made/deep/file").read() == "made while it was built" and os.path.isfile(top + "/pyproject.toml"))
        tap.check(who + "a link that stays is kept, one that leads out is not", os.readlink(top + "/made/deep/near") == "file" and
                  not any(os.path.lexists("%s/far%d" % (top, n)) for n in range(3)), os.listdir(top))
        tap.check(who + "nor are a socket, and more than the disk may hold", not os.path.lexists(top + "/socket") and sum(n.startswith("sparse") for n in os.listdir(top)) == 1, os.listdir(top))
        tap.check(who + "a program is one, and has no rights of its owner", os.stat(top + "/program").st_mode & 0o7777 == 0o755, oct(os.stat(top + "/program").st_mode))
        tap.check(who + "no repository is kept, by whatever name", os.listdir(top + "/sub") == [] and os.path.exists(top + "/near/HEAD") and
                  not any(os.path.exists(top + "/" + n) for n in (".git", "bare")), os.listdir(top))
        depth = max(folder.count("/d") for folder, _, _ in os.walk(top))
        tap.check(who + "what is too deep is left out, and what is left out is counted", 40 < depth < 80 and re.search(r"[1-9]\d* left out", run.err), depth, run.err)
    place = Place()
    run = place.build("--no-index", "--wheel", "--keep", project())
    tap.check("of a build that succeeds nothing is kept", run.code == 0 and not kept_in(place), run.told())
    place = Place()
    run = place.build("--no-index", "--wheel", "--keep", "--limit", "wall=1s", project(HOOK + "    open('/build/src/late', 'w').close()\n    import time; time.sleep(60)\n"))
    tap.check("of one that a limit ended it is", run.code == 9 and [os.path.exists("%s/%s/src/late" % (place.out, n)) for n in kept_in(place)] == [True], run.told())
    run = Place().build("--no-index", "--wheel", "--keep", "--isolation", "container", "--image", "x", project())
    tap.run("a container has nothing to keep", run, 2, "--keep", "--isolation sandbox")


def a_command_in_the_sandbox(tap):
    """hwb shell --command"""
    place, source = Place(), project(HOOK + "    import os\n    print('SEEN', sorted(os.environ.items()), flush=True)\n    raise ValueError\n")
    built = place.build("--no-index", "--wheel", "-v", source)
    run = place.hwb("shell", "-p", Setting.python, "--no-index", "--command", "exec python -c \"import os; print('SEEN', sorted(os.environ.items()))\"", source)
    seen = [re.search(r"SEEN (.*)", text) for text in (built.err + built.out, run.out)]
    tap.check("sees what the backend sees", all(seen) and set(re.findall(r"\('(\w+)'", seen[0].group(1))) - {"LC_CTYPE"} == set(re.findall(r"\('(\w+)'", seen[1].group(1))) - {"LC_CTYPE", "PWD", "SHLVL", "_"},
              [one and one.group(0) for one in seen], run.told())
    for text, code in (("exit 3", 3), ("kill -9 $$", 137), ("true", 0)):
        run = place.hwb("shell", "-p", Setting.python, "--no-index", "--command", text, source)
        tap.check("its status is ours: " + text, run.code == code, run.told())
    run = place.hwb("shell", "-p", Setting.python, "--no-index", "--command", "cat /build/src/pyproject.toml && pwd && cat /proc/net/dev && ls -d /home /root", source)
    tap.check("it stands in the source, without network and home", "[build-system]" in run.out and "/build/src" in run.out and "eth" not in run.out and run.code == 2, run.told())
    run = place.hwb("shell", "-p", Setting.python, "--no-index", source)
    tap.run("a person needs a terminal", run, 2, "terminal", "--command")
    run = place.hwb("shell", "-p", Setting.python, "--no-index", "--command", "true", source, source)
    tap.run("one source at a time", run, 2, "one SRC")
    broken = project("raise RuntimeError('broken on purpose')\n")
    run = place.hwb("shell", "-p", Setting.python, "--no-index", "--command", "echo here", broken)
    tap.check("a backend that fails keeps nobody out, and that is said", run.code == 0 and "here" in run.out and "broken on purpose" in run.err, run.told())
    run = place.hwb("shell", "-p", Setting.python, "--no-index", "--limit", "wall=1s", "--command", "sleep 60", source)
    tap.run("a limit ends it", run, 9, "wall")
    events = [e["event"] for e in place.log()]
    tap.check("the audit log has it", "shell.started" in events, events)


class Person:
    """hwb shell on a terminal."""

    def __init__(self, place, source):
        self.unread = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(place.program, [place.program, "shell", "-p", Setting.python, "--no-index", source], dict(place.env(), TERM="xterm"))

    def wait(self, word, seconds=30):
        """What came up to the word, for what is behind it may be waited for next; everything when it never did."""
        until = time.monotonic() + seconds
        while word not in self.unread and time.monotonic() < until:
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    more = os.read(self.fd, 65536)
                except OSError:
                    break
                self.unread += more.decode("utf-8", "replace")
        before, found, self.unread = self.unread.partition(word)
        return before + found

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        rest = self.wait("no such word", 20)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]), rest


def a_person_in_the_sandbox(tap):
    """hwb shell on a terminal"""
    before = support.still_running()
    place, source = Place(), project()
    person = Person(place, source)
    fcntl.ioctl(person.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 99, 0, 0))
    tap.check("says where one is, and asks", "/build/src" in person.wait("$ "))
    person.type("stty size; python -c 'import sys; print(sys.prefix, sys.stdin.isatty())'; echo do''ne\n")
    got = person.wait("done")
    tap.check("the terminal has the size of ours, and is one", "33 99" in got and "/env True" in got, got)
    person.wait("$ ")
    person.type("sed 's/.*/<&>/'\n")
    person.type("there\n")
    person.wait("<there>")  # it runs, and nothing is left to be read
    person.type("\x03")
    person.wait("$ ")
    person.type("echo af''ter\n")
    got = person.wait("after")
    tap.check("an interrupt ends the program, not the shell", "after" in got, got)
    person.type("echo x > /build/src/new; ls /build/src; exit 5\n")
    code, rest = person.end()
    tap.check("the copy can be written, the status is the shell's", code == 5 and "new" in rest, code, rest)
    tap.check("the source is as it was", not os.path.exists(os.path.join(source, "new")))
    person = Person(place, source)
    person.wait("$ ")
    os.kill(person.pid, 15)
    code, rest = person.end()
    tap.check("hwb's end is its end", code == 130 and wait_for(lambda: support.still_running() == before, 20), code, rest, support.still_running())


TESTS = [a_kept_tree, a_command_in_the_sandbox, a_person_in_the_sandbox]
