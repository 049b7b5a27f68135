#!/usr/bin/env python3
"""Makes the tables of the source scan, as C rows: scan_tables.py facts|rules FILE."""
import sys


def rows(path):
    with open(path, encoding="ascii") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                yield line.split()


def constant(prefix, word):
    return prefix + word.upper().replace("-", "_")


def facts(path):
    seen = set()
    for words in rows(path):
        if words[0] in seen:
            sys.exit("%s: '%s' is there twice" % (path, words[0]))
        seen.add(words[0])
        yield '{ "%s", %s, "%s" },' % (words[0], constant("FACT_", words[1]), " ".join(words[2:]))


def rules(path):
    table = {}
    for words in rows(path):
        for name in words[2:]:
            if name in table:
                sys.exit("%s: '%s' is there twice" % (path, name))
            table[name] = (words[0], words[1])
    for name in sorted(table):
        fact, action = table[name]
        yield '{ "%s", %s, %s },' % (name, "NULL" if fact == "-" else '"%s"' % fact, constant("A_", action))


print("\n".join({"facts": facts, "rules": rules}[sys.argv[1]](sys.argv[2])))
