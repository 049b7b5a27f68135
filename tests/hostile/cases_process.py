"""Probes 18 to 22: builds that will not end, and builds that are ended."""
import os
import signal
import subprocess

import family
import world
from cases import END, MACHINE, OURS, case

PATIENCE = 20    # seconds in which a build that was killed is over


def begin(suite, mode, word, *more):
    """A build that has got as far as printing the word."""
    process = suite.start(suite.command(mode, *more))
    for line in process.stdout:
        if word in line:
            return process
    return process


def finish(suite, process):
    """The rest of the output and the status. What lives on after it was to be dead is ended here, and counts as a failure."""
    try:
        rest, _ = process.communicate(timeout=PATIENCE)
        return rest, process.returncode
    except subprocess.TimeoutExpired:
        for one in family.below(None, (suite.decoy.pid,)):
            os.kill(one.pid, signal.SIGKILL)
        process.communicate()
        return b"", "did not end"


@case("18", "a daemon dies with the limit that ends its build", END)
def daemon_at_limit(suite):
    got = suite.build("daemon_and_sleep", "--limit", "wall=2s")
    left = suite.left()
    return got.status == 9 and "left behind" in got.text and not left, (got.told(), repr(left))


@case("19", "killing the launcher kills the payload, and hwb says so", END)
def launcher_killed(suite):
    process = begin(suite, "sleep", b"asleep")
    running = family.below(process.pid)
    inside = [p for p in running if "hwb_hook.pyc" in p.words]
    launchers = [p for p in running if p.parent == process.pid and "hwb-sandbox" in p.words]
    for launcher in launchers:
        os.kill(launcher.pid, signal.SIGKILL)
    rest, status = finish(suite, process)
    left = suite.left()
    return inside and launchers and status == 5 and not left, "%s %r %r %s" % (status, running, left, rest[-300:])


def stopped(mode):
    def run(suite):
        got = suite.build(mode, "--limit", "wall=2s")
        left = suite.left()
        return got.status == 9 and "wall" in got.text and not left, (got.told(), repr(left))
    return run


case("20", "a stopped build still meets the wall limit", END)(stopped("stop"))
case("20", "so does one whose children stop it again and again", END)(stopped("stop_all"))


def bombed(mode, most):
    """The bomb counts how far it got: below the limit, while as many processes can still be started outside."""
    def run(suite):
        got = suite.build(mode, "--limit", "processes=%d" % most)
        words = [line.split("FORKED ")[1].split(" ", 1) for line in got.text.splitlines() if "FORKED " in line]
        here = os.fork()
        if here == 0:
            os._exit(0)
        os.waitpid(here, 0)
        return len(words) == 1 and 0 < int(words[0][0]) < most and words[0][1] and got.status == 0, got.told()
    return run


case("21", "a fork bomb stops at the limit, and the host forks on", MACHINE)(bombed("forks", 400))
case("22", "a thread bomb stops at the limit", MACHINE)(bombed("threads", 400))


def interrupted(number, status):
    def run(suite):
        process = begin(suite, "sleep", b"asleep")
        process.send_signal(number)
        rest, got = finish(suite, process)
        left = suite.left()
        temporary = [name for name in os.listdir(suite.out) if name.startswith(".hwb-")]
        return got == status and not left and not temporary, "%s %r %s %s" % (got, left, temporary, rest[-300:])
    return run


for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)):
    case("", "%s leaves no process and no temporary file" % number.name)(interrupted(number, status))


@case("18", "no temporary file of a build is left on the host")
def temporary_files(suite):
    folders = [suite.out + "/temporary"] + (["/tmp"] if world.there() else [])      # else /tmp is everybody's
    os.makedirs(folders[0])
    os.chmod(folders[0], 0o1777)
    before = [set(os.listdir(folder)) for folder in folders]
    got = suite.build("daemon_and_sleep", "--limit", "wall=2s", env=suite.env(TMPDIR=folders[0]))
    more = [sorted(set(os.listdir(folder)) - had) for folder, had in zip(folders, before)]
    return not any(more), (got.told(), more)


@case("", "a source that is none leaves no sandbox that was made ahead", OURS)
def made_in_vain(suite):
    words = suite.command("wheel")
    got = suite.run(words[:-1] + [suite.out + "/nothing.tar.gz"])
    left = suite.left()
    return got.status == 2 and not left, (got.told(), repr(left))
