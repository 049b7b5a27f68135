"""The hostile-build suite: strangers' code tries, hwb must not give. TAP on stdout.

usage: run.py HWB [USER] [--modes MODE,...] [--only REGEX] | --kernels: with USER (as root) everything runs again as that ordinary user, and
each in every mode of isolation that hwb can run here, or in those that are named. --only: cases and probes
whose "number: sentence" it finds. --alone: as USER and not as root. --kernels: the probes under each older kernel of modes.py, with a build that has -Dtest_seams=true.

The probes run three times: without a sandbox on decoys, to see that they can succeed (world.py); in a build; in a second one.
What a mode does not give is in modes.py. As an ordinary user without root there is no world to be had: then the first is left out.
"""
import argparse
import json
import os
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True  # before the next imports: the source tree stays as it is
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import cases
import family
import modes
import probe
import world
from suite import SECRET, Suite, Tap, hash_tree

PROBES = probe.load()


def outcomes(text):
    return {number: json.loads(outcome) for number, outcome in re.findall(r"PROBE (\S+) (.*)", text)}


def try_outside(suite):
    """Each probe succeeds where nothing is in its way. The terminal and the descriptor are what a careless caller gives."""
    numbers = [number for number, row in PROBES.items() if not (suite.user and getattr(row.outside, "needs_root", False))]
    master, slave = os.openpty()
    hole = os.dup2(os.open("/dev/null", os.O_RDONLY), 77)
    os.set_inheritable(hole, True)
    got = outcomes(suite.outside("import probe\nprobe.load()\nprobe.try_all(%r)" % numbers, stdin=slave).text)
    for fd in (master, slave, hole):
        os.close(fd)
    for number in numbers:
        suite.check("probe %s succeeds on a decoy without a sandbox" % number, number in got and PROBES[number].outside(got[number]), got.get(number, "no answer"))
    left = family.below(None, (suite.decoy.pid,))
    suite.check("the daemon of probe 18 lives on without a sandbox", len(left) == 1, repr(left))
    for process in left:
        os.kill(process.pid, 9)


def try_inside(suite, wanted, missing=()):
    before = hash_tree(suite.project)
    got = suite.build("probes", *suite.limits())
    seen = outcomes(got.text)
    suite.check("the probing build itself succeeds", got.status == 0 and len(got.wheels) == 1, got.told())
    for number, row in PROBES.items():
        want, sentence = modes.expected(suite.mode, missing, row)
        if wanted(number, sentence):
            suite.check("probe %s: %s" % (number, sentence), number in seen and want(seen[number]), seen.get(number, got.told()))
    suite.check("the secret is nowhere in the output", SECRET not in got.text)
    suite.check("the source is untouched", hash_tree(suite.project) == before)
    left = suite.left()
    suite.check("probe 18: the daemon is dead, as everything else", not left, repr(left))
    ids = [re.search(r"BOOT (\S+)", run.text) for run in (got, suite.build("probes", *suite.limits()))]
    suite.check("probe 5: two builds see two boot ids%s" % (" (here: the host's)" if suite.mode != "sandbox" else ""),
                all(ids) and (suite.mode != "sandbox" or ids[0].group(1) != ids[1].group(1)), got.told())


def try_cases(suite, wanted):
    for number, sentence, function in cases.load():
        label = ("probe %s: " % number if number else "") + sentence
        if not wanted(number, sentence) or suite.mode not in function.modes:
            continue
        if (suite.mode, sentence) in modes.WITHOUT:
            suite.tap.note("not in %s, where %s: %s" % (suite.mode, modes.WITHOUT[suite.mode, sentence], label))
            continue
        try:
            suite.check(label, *function(suite))
        except Exception as error:
            suite.check(label, False, "%s: %s" % (type(error).__name__, error))


def try_kernel(suite, name, mask, missing):
    """An older kernel, by the seam of a test build: its controls, and that all the probes hold under it."""
    os.environ["HWB_TEST_MASK"] = mask
    env = suite.env(HWB_CONTAINER_ENGINE="/usr/bin/false")      # podman without root leaves a process behind, whatever it is asked
    told = json.loads(suite.run([suite.hwb, "doctor", "--json"], env=env).text)
    held = sorted(set(row[0] for row in modes.CONTROLS) - set(told["controls"]))
    if missing == ["unavailable"]:
        refused = suite.build("wheel")
        suite.check("Linux %s: no sandbox, exit 5, and why" % name, not told["controls"] and refused.status == 5 and not refused.wheels, refused.told())
        return
    suite.check("Linux %s: what is missing is %s" % (name, ", ".join(missing)), held == missing, held)
    report = suite.top + "/report.json"
    moved = suite.build("moves", "--report", report)
    recorded = json.load(open(report))["activity"]["recorded"] if os.path.exists(report) else None
    suite.check("Linux %s: a build works, and is watched where it can be" % name, moved.status == 0 and recorded == ("notify" not in mask), (recorded, moved.told()))
    try_inside(suite, lambda number, sentence: True, missing)


def try_kernels(tap, words, top, users):
    """With the seam's build alone: the shipped programs do not know the variable."""
    for user in users:
        for name, mask, missing in modes.KERNELS:
            suite = Suite(tap, os.path.abspath(words.hwb), os.path.join(top, mask), user, "sandbox")
            try_kernel(suite, name, mask, missing)
            suite.close()


def try_modes(tap, words, top, users):
    for reason, numbers in cases.UNTRIED.items():
        tap.note("not tried without a sandbox, because %s: %s" % (reason, ", ".join(dict.fromkeys(numbers))))
    def wanted(number, sentence):
        return re.search(words.only, "%s: %s" % (number, sentence))
    for user in users:
        for mode in words.modes.split(","):
            suite = Suite(tap, os.path.abspath(words.hwb), top, user, mode)
            if modes.available(suite):
                if world.there() and not words.only:
                    try_outside(suite)
                try_inside(suite, wanted)
                if mode != "container":   # what a case tells of a container is in tests/cli/container.py
                    try_cases(suite, wanted)
            suite.close()
    if "podman" in sys.modules:
        modes.close_engines()


def arguments():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("hwb")
    parser.add_argument("user", nargs="?")
    parser.add_argument("--modes", default=",".join(modes.MODES))
    parser.add_argument("--only", default="")
    parser.add_argument("--kernels", action="store_true")
    parser.add_argument("--alone", action="store_true")
    return parser.parse_args()


def main():
    words = arguments()
    has_world = world.enter()
    family.adopt()
    tap = Tap()
    held = world.furnish([os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."), os.path.dirname(os.path.abspath(words.hwb))]) if has_world else []     # its sockets, for as long as we run
    if not has_world:
        tap.note("not root: no world of its own, so the probes are not tried without a sandbox")
    modes.check(tap)
    known = {re.sub(r"\..*", "", number) for number in PROBES} | {number for number, _, _ in cases.load()}
    tap.check("every number of the sandbox reference, 0 to 80, is a probe or a case", {str(n) for n in range(81)} <= known, sorted(known))
    ordinary = [words.user] if words.user and os.getuid() == 0 else []
    users = ordinary if words.alone else [None] + ordinary
    top = tempfile.mkdtemp(prefix="hwb-hostile-")
    os.chmod(top, 0o755)
    try:
        (try_kernels if words.kernels else try_modes)(tap, words, top, users)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    for one in held:
        one.close()
    print("1..%d" % tap.count)
    return 1 if tap.failed else 0


sys.exit(main())
