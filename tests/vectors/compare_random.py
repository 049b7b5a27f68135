#!/usr/bin/env python3
"""Puts random questions to a program and to pypa/packaging 26.3 and prints where they differ.

usage: compare_random.py SEED COUNT PROGRAM [ARGUMENT...]      as in: compare_random.py 1 60000 build/hwb debug vectors
PROGRAM reads one question a line on stdin and writes one answer a line (src/python/vectors.h). Exit 1: a difference.
"""
import json
import random
import subprocess
import sys

import gen


class Asker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, p):
        return self.random.random() < p

    def version(self):
        if self.chance(0.15):
            return self.random.choice(gen.BAD_VERSIONS + ["foo", ""])
        s = self.pick("", "", "", "v", "1!", "0!", "2!")
        s += ".".join(self.pick("0", "1", "2", "10", "00", "3") for _ in range(self.pick(1, 2, 2, 3, 4)))
        if self.chance(0.4):
            s += self.pick("", "-", ".", "_") + self.pick("a", "b", "rc", "alpha", "c", "pre", "Preview", "BETA")
            s += self.pick("", "-", ".", "_") + self.pick("", "0", "1", "02")
        if self.chance(0.3):
            s += self.pick("-1", ".post1", "post", "-r2", ".rev.3", "-post-0")
        if self.chance(0.3):
            s += self.pick(".dev0", "dev", "-dev-1", "_DEV2")
        if self.chance(0.2):
            s += "+" + self.pick("a", "1", "a.1", "01", "A-b_2", "1.0", "0")
        if self.chance(0.05):
            at = self.random.randrange(len(s) + 1)
            s = s[:at] + self.random.choice(" .-+!*a") + s[at:]
        return s

    def clause(self):
        return (self.pick("", "  ") + self.pick("==", "!=", ">=", "<=", "<", ">", "~=", "===", "==", "=", "<>") + self.pick("", " ")
                + self.version() + self.pick("", "", "", "", ".*") + self.pick("", "", " "))

    def specifier(self):
        return ",".join(self.clause() for _ in range(self.pick(0, 1, 1, 1, 2, 3)))

    def operand(self):
        if self.chance(0.5):
            return self.pick(*gen.LINUX, "extra", "os.name", "python_implementation", "bogus", "extras")
        quote = self.pick("'", '"')
        return quote + self.pick("3.11", "posix", self.version(), "a_b", "", "linux x", "3.1*", "A.B") + quote

    def comparison(self):
        op = self.pick("==", "!=", ">=", "<=", "<", ">", "~=", "===", " in ", " not in ", "in", "not in", "=")
        return self.pick("", " ") + self.operand() + self.pick("", " ") + op + self.pick("", " ") + self.operand() + self.pick("", " ")

    def marker(self, depth=0):
        if depth < 3 and self.chance(0.3):
            return self.pick("", " ") + "(" + self.marker(depth + 1) + ")" + self.pick("", " ")
        return self.pick(" and ", " or ", "and", "or").join(self.comparison() for _ in range(self.pick(1, 1, 1, 2, 3)))

    def requirement(self):
        s = self.pick("", "  ") + self.pick("a", "A.b_c", "0", "a-b", "-x") + self.pick("", " ")
        s += self.pick("", "", "[x]", "[ x , Y_z ]", "[]", "[x,]", "[x y]", "[,")
        s += self.pick("", self.specifier(), self.specifier(), "(" + self.specifier() + ")", " @ http://x/y;z", " @", "@ x ")
        return s + (self.pick("", " ") + ";" + self.marker() if self.chance(0.4) else "")

    def wheel(self):
        parts = [self.pick("Foo_b", "a", "a.b", "x__y", ""), self.version().replace("-", "_")]
        parts += self.pick([], [], ["1"], ["1a"], ["x"], ["007"])
        parts += [self.pick("py3", "py2.py3", "3py", "cp311", ""), self.pick("none", "abi3", "cp311.abi3")]
        return "-".join(parts + [self.pick("any", "linux_x86_64", "a.b", "w-y")]) + self.pick(".whl", ".whl", ".zip")

    def question(self):
        fn = self.pick("version.parse", "version.cmp", "spec.parse", "spec.contains", "spec.contains", "marker.eval", "req.parse",
                       "wheelname.parse")
        return fn, {
            "version.parse": lambda: {"v": self.version()},
            "version.cmp": lambda: {"a": self.version(), "b": self.version()},
            "spec.parse": lambda: {"s": self.specifier()},
            "spec.contains": lambda: {"s": self.specifier(), "v": self.version(), "prereleases": self.pick(None, True, False)},
            "marker.eval": lambda: {"m": self.marker(), "env": self.pick(*gen.ENVIRONMENTS)},
            "req.parse": lambda: {"r": self.requirement()},
            "wheelname.parse": lambda: {"f": self.wheel()},
        }[fn]()


def expected(fn, question):
    try:
        return {"ok": True, "value": getattr(gen, fn.replace(".", "_"))(question)}
    except gen.REFUSALS:
        return {"ok": False}


def main():
    asker = Asker(int(sys.argv[1]))
    questions = [q for q in (asker.question() for _ in range(int(sys.argv[2]))) if not gen.strict(*q)]
    lines = "".join(json.dumps({"fn": fn, "in": q}) + "\n" for fn, q in questions)
    answers = subprocess.run(sys.argv[3:], input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    if len(answers) != len(questions):
        sys.exit(f"{len(questions)} questions, {len(answers)} answers")
    wrong = 0
    for (fn, question), line in zip(questions, answers):
        want, got = expected(fn, question), json.loads(line)
        if got["ok"] != want["ok"] or (want["ok"] and got["value"] != want["value"]):
            wrong += 1
            print(f"{fn} {json.dumps(question)}\n  packaging {want}\n  program   {got}")
    print(f"{'not ' if wrong else ''}ok 1 - {len(questions)} random questions, {wrong} differences\n1..1")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
