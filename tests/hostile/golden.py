"""The list that probe 40 is held to: seccomp_golden.txt. `golden.py HWB NAMES >seccomp_golden.txt` writes it anew, NAMES being
what `seccomp_generate --names` prints; read the difference before you commit it.

A line is "number name outcome" for the usual door; a last line for each of the other two says what all its numbers get.
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
NEW = 424       # from here on a number is a call of Linux 5.1 or newer
UNFILTERED = {335, 336}     # uretprobe and uprobe of x86-64: no filter is asked, and who calls them himself dies of SIGILL


def read():
    """{door: {number: outcome}}"""
    doors = {"64": {}, "x32": {}, "32": {}}
    for line in open(os.path.join(HERE, "seccomp_golden.txt")):
        words = line.split("#")[0].split()
        if words and words[0] == "all":
            doors[words[1]] = dict.fromkeys(range(1024), words[2])
        elif words:
            doors["64"][int(words[0])] = words[2]
    return doors


def parse(text):
    doors = {"64": {}, "x32": {}, "32": {}}
    for door, number, outcome in re.findall(r"SWEEP (64|x32|32) (\d+) (\w+)", text):
        doors[door][int(number)] = outcome
    return doors


def differences(text, other=()):
    """What differs, as sentences; other: what is expected of some calls instead. A kernel that is too old for a call says ENOSYS to
    what the filter allows."""
    got, want, out = parse(text), read(), []
    want["64"].update(other)
    for door in want:
        for number in range(1024):
            one, other = got[door].get(number, "no answer"), want[door].get(number, "ENOSYS")
            too_new = one == "ENOSYS" and other == "allowed" and number >= NEW
            if one != other and not too_new and not (door == "64" and number in UNFILTERED):
                out.append("door %s, call %d: %s instead of %s" % (door, number, one, other))
    return out


def main():
    names = dict((int(number), name) for number, name in re.findall(r'\{ (\d+), "(\w+)" \}', open(sys.argv[2]).read()))
    words = [sys.argv[1], "debug", "sandbox", "--allow-read", HERE, "--", "/usr/bin/python3", "-B", HERE + "/sweep.py"]
    doors = parse(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout.decode())
    print("# What each system call of x86-64 answers inside, with zeros for arguments: see golden.py. Numbers that are not here: ENOSYS.")
    for number, outcome in sorted(doors["64"].items()):
        if (outcome != "ENOSYS" or number in names) and number not in UNFILTERED:
            print("%d %s %s" % (number, names.get(number, "-"), outcome))
    for door in ("x32", "32"):
        assert len(set(doors[door].values())) == 1, door
        print("all %s %s" % (door, doors[door][0]))


if __name__ == "__main__":
    main()
