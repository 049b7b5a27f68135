"""Probes 40, 56, 57, 76, 78 and 79: the sweep over every call, builds that must not meet, and who may ask for what."""
import re
import shutil

import golden
import modes
import world
from backend_network import ALLOWED, REQUESTS
from cases import OURS, case
from suite import PYPROJECT

REACHED = {"unshare": 272, "io_uring_setup": 425, "getpid of int 0x80": 20}


def judged(suite, got):
    bad = golden.differences(got.text, modes.CALLS.get(suite.mode, {}))
    return got.status == 0 and not bad, "%s\n%s" % ("\n".join(bad[:20]), got.told() if len(bad) > 1000 else "")


@case("40", "every system call answers as in the list, in a build (the filter that reports)")
def sweep_of_build(suite):
    # Out here nothing is in the way: a sweep that could not tell would find the list of the inside here as well. As nobody: some
    # of these calls do something when root makes them.
    if world.there():
        words = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "/usr/bin/python3", "-B", suite.project + "/sweep.py", *map(str, REACHED.values())]
        reached = golden.parse(suite.run(words if not suite.user else words[6:]).text)
        if not reached["64"][REACHED["unshare"]] == reached["64"][REACHED["io_uring_setup"]] == reached["32"][REACHED["getpid of int 0x80"]] == "allowed":
            return False, ("the sweep sees no call without a sandbox either", reached)
    return judged(suite, suite.build("sweep"))


@case("40", "and so it does under the plain filter")
def sweep_plain(suite):
    return judged(suite, suite.run([suite.hwb, "debug", "sandbox", "--allow-read", suite.project, "--", "/usr/bin/python3", "-B", suite.project + "/sweep.py"]))


def met(line):
    """(what it found of another build, how many processes it saw)"""
    found = re.search(r"MET \[(.*)\] (\d+)", line)
    return (found.group(1), int(found.group(2))) if found else None


@case("56", "a build does not see one that runs beside it", OURS)
def side_by_side(suite):
    first = suite.start(suite.command("meet_and_wait", out=suite.out + "-beside"), env=suite.env(HWB_CACHE_DIR=suite.out + "/cache"))
    seen = None
    for line in first.stdout:
        seen = met(line.decode("utf-8", "replace"))
        if seen:
            break
    got = suite.build("meet")
    first.terminate()
    first.stdout.read()
    first.wait()
    second = met(got.text)
    alone = suite.mode == "landlock" or seen[1] == second[1] <= 3       # there every process of the host is seen, none reached
    return bool(seen and second) and seen[0] == second[0] == "" and alone, (seen, second, got.told())


@case("76", "nor what one left in its caches, for the next", OURS)
def one_after_the_other(suite):
    runs = [suite.build("meet") for _ in range(2)]
    return all(run.status == 0 and met(run.text) and met(run.text)[0] == "" for run in runs), [run.told() for run in runs]


def answers(suite, env):
    got = suite.build("egress", "--allow-host", ALLOWED, env=env)
    return dict(re.findall(r"EGRESS (\w+) (\w+)", got.text)), got


@case("57", "the proxy lets through what is allowed, and nothing that looks like it", OURS)
def egress(suite):
    if not world.there():
        return True, "the name server of the world is needed"
    said, got = answers(suite, suite.env(HWB_PRIVATE_HOSTS="%s=%s/32" % (ALLOWED, world.OUT_THERE)))
    others = {name: answer for name, answer in said.items() if name != "allowed"}
    good = len(said) == len(REQUESTS) and said.get("allowed") == "200" and said["absolute"] == "405"
    return good and set(others.values()) <= {"400", "403", "405", "closed"}, (said, got.told())


@case("57", "a name that leads to an address which is not public is refused", OURS)
def rebinding(suite):
    if not world.there():
        return True, "the name server of the world is needed"
    said, got = answers(suite, suite.env())
    return said.get("allowed") == "403", (said, got.told())


@case("78", "a backend outside of its project is refused", OURS)
def backend_outside(suite):
    top = suite.make_project("outside", PYPROJECT.replace('["."]', '["../project"]'))
    got = suite.build("wheel", project=top)
    shutil.rmtree(top)
    return got.status in (2, 4) and "backend-path" in got.text and not got.wheels, got.told()


ASKED = [("security.network-allowed-hosts", '[tool.hwb.security]\nnetwork-allowed-hosts = ["host.example"]\n'),
         ("isolation", '[tool.hwb.build]\nisolation = "none"\n'), ("allow-unisolated", '[tool.hwb.security]\nallow-unisolated = true\n'),
         ("build.env", '[tool.hwb.build]\nenv = ["PYPI_TOKEN"]\n')]


@case("79", "a project that asks for more does not get it", OURS)
def asks(suite):
    seen = []
    for key, text in ASKED:
        top = suite.make_project("asks", PYPROJECT + text)
        got = suite.build("wheel", project=top)
        shutil.rmtree(top)
        seen.append((key, got.status == 2 and key.split(".")[-1] in got.text and not got.wheels, got.told()))
    return all(good for _, good, _ in seen), [one for one in seen if not one[1]]
