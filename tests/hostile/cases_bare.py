"""What is hwb's own work where there are no namespaces (--isolation landlock): the end of every process, the folder on the host
that has to go, and limits that no quota keeps."""
import json
import os
import re
import signal

import family
from cases import MACHINE, OURS, case
from cases_process import begin, finish
from cases_resources import limited

BARE = ("landlock",)


def folder_of(suite):
    """Where the run directories of this suite's builds are, and the environment for it: root's are below TMPDIR."""
    if suite.user or os.getuid() != 0:
        return suite.out + "/cache/run", suite.env()
    folder = suite.out + "/temporary-bare"
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o1777)
    return folder, suite.env(TMPDIR=folder)


def judged(suite, good, *more):
    """Nobody and nothing is left, and what a link led to is still there."""
    left = suite.left()
    folder, _ = folder_of(suite)
    there = os.listdir(folder) if os.path.isdir(folder) else []
    kept = os.path.exists(suite.home + "/.netrc")
    return good and kept and not left and not there, (more, kept, there, repr(left))


@case("", "after a build nothing is left of its folder, however deep and closed it was", OURS, BARE)
def after_success(suite):
    folder, env = folder_of(suite)
    got = suite.build("litter", env=env)
    return judged(suite, got.status == 0 and "LITTERED" in got.text and os.path.isdir(folder), got.told())


@case("", "nor after one that failed", OURS, BARE)
def after_failure(suite):
    got = suite.build("litter_and_fail", env=folder_of(suite)[1])
    return judged(suite, got.status == 1 and "LITTERED" in got.text, got.told())


def ended(number, status, of_launcher=False):
    def run(suite):
        folder, env = folder_of(suite)
        process = suite.start(suite.command("litter_and_sleep"), env=env)
        for line in process.stdout:
            if b"LITTERED" in line:
                break
        during = os.listdir(folder)
        targets = [p.pid for p in family.below(process.pid) if "hwb-sandbox" in p.words and p.parent == process.pid] if of_launcher else [process.pid]
        for pid in targets:
            os.kill(pid, number)
        rest, got = finish(suite, process)
        return judged(suite, got == status and targets and during, got, during, rest[-300:].decode("utf-8", "replace"))
    return run


case("", "nor when it was interrupted", OURS, BARE)(ended(signal.SIGINT, 130))
case("", "nor when hwb was killed", OURS, BARE)(ended(signal.SIGKILL, -9))
case("", "nor when the launcher was killed, which the payload's parent sees", OURS, BARE)(ended(signal.SIGKILL, 5, True))


@case("21", "processes that fork for ever end with the build, each in a session of its own", MACHINE, BARE)
def storm(suite):
    got = suite.build("storm", "--limit", "processes=100", env=folder_of(suite)[1])
    return judged(suite, got.status == 0 and "STORM" in got.text, got.told())


@case("21", "and with hwb, when that is killed", MACHINE, BARE)
def storm_killed(suite):
    process = begin(suite, "storm_and_sleep", b"STORM", "--limit", "processes=100")
    process.kill()
    rest, got = finish(suite, process)
    return judged(suite, got == -9, got, rest[-300:].decode("utf-8", "replace"))


OPEN = {"chmod", "utime", "stat"}     # no rule of Landlock, and builds need them: SECURITY.md names them


@case("8", "a process and a file of the same user are out of reach, but for the mode and the times of a file", OURS, BARE)
def reach(suite):
    got = suite.build("reach")
    told = re.search(r"REACHED (.*)", got.text)
    tried = json.loads(told.group(1)) if told else {}
    bad = {what: answer for what, answer in tried.items() if what not in OPEN and answer not in ("EPERM", "EACCES", "EXDEV", "ENOSYS")}
    known = {what for what in OPEN if tried.get(what) == "ok"} == (OPEN if suite.user or os.getuid() != 0 else {"stat"})
    return len(tried) == 14 and not bad and known, (bad, tried, got.told())


case("66", "more on the disk than the limit ends the build, by name", MACHINE, BARE)(limited("fill_disk", "disk", "64M"))
case("66", "so does what lies in a folder that is closed", MACHINE, BARE)(limited("fill_closed", "disk", "64M"))
case("66", "and what has no name any more", MACHINE, BARE)(limited("fill_nameless", "disk", "64M"))
case("67", "more files than the limit end it as well", MACHINE, BARE)(limited("fill_inodes", "inodes", "4000"))


@case("57", "a way out is not to be had, and is refused before anything starts", OURS, BARE)
def no_way_out(suite):
    got = suite.build("wheel", "--allow-host", "decoy.example")
    return got.status == 2 and "no way out" in got.text and not got.wheels, got.told()

