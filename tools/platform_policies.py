"""Writes data/platform-policies.txt anew from the installed auditwheel: platform_policies.py >data/platform-policies.txt.
Read the difference before you commit it.

The lists are facts of theirs (MIT): which symbol versions, libraries and symbols each platform tag may count on. They only
grow from one policy to the next (PEP 600 demands it), so that the first policy which has a thing says everything; where that
should ever not be so this program ends.
"""
import importlib.metadata
import json
import os
import sys

import auditwheel

FAMILIES = ["manylinux", "musllinux", "android"]
HEAD = """# What a binary may count on under each platform tag: manylinux (PEP 600), musllinux (PEP 656), android (PEP 738).
# Made by tools/platform_policies.py from auditwheel %s (%s). Lines:
#   policy FAMILY VERSION ARCHITECTURES ALIASES     ("-": none), the oldest first
#   library FAMILY NAME POLICY                      may be needed from that policy on
#   refused FAMILY LIBRARY SYMBOL POLICY            internal to the library: may not be used up to that policy
#   prefix FAMILY PREFIX                            only versions of symbols that begin so are held against the list
#   symbols FAMILY ARCHITECTURE POLICY VERSION...   versions of symbols that come with that policy
# libc.so is the libc of musl, by whatever name the architecture gives it."""


def version_of(policy):
    return "_".join(policy["name"].split("_")[1:])


def first_having(policies, has):
    """The place of the first policy that has it; from there on all must, save those that do not know the architecture."""
    answers = [has(policy) for policy in policies]
    first = answers.index(True)
    if False in answers[first:]:
        sys.exit("a policy takes back what an older one allows: %s" % policies[first]["name"])
    return first


def last_refusing(policies, has):
    answers = [has(policy) for policy in policies]
    last = len(answers) - 1 - answers[::-1].index(True)
    if False in answers[:last]:
        sys.exit("a policy refuses what an older one allows: %s" % policies[last]["name"])
    return last


def print_libraries(family, policies):
    for library in sorted({name for policy in policies for name in policy["lib_whitelist"]}):
        first = first_having(policies, lambda policy: library in policy["lib_whitelist"])
        print("library", family, library, version_of(policies[first]))
    refused = {(library, symbol) for policy in policies for library, symbols in policy["blacklist"].items() for symbol in symbols}
    for library, symbol in sorted(refused):
        last = last_refusing(policies, lambda policy: symbol in policy["blacklist"].get(library, []))
        print("refused", family, library, symbol, version_of(policies[last]))


def print_symbols(family, policies):
    prefixes = {prefix for policy in policies for lists in policy["symbol_versions"].values() for prefix in lists}
    for policy in policies:
        for arch, lists in policy["symbol_versions"].items():
            if set(lists) != prefixes:
                sys.exit("%s of %s lacks a prefix" % (policy["name"], arch))
    for prefix in sorted(prefixes):
        print("prefix", family, prefix)
    for arch in sorted({arch for policy in policies for arch in policy["symbol_versions"]}):
        knowing = [policy for policy in policies if arch in policy["symbol_versions"]]
        added = {}
        for prefix in sorted(prefixes):
            for version in sorted({v for policy in knowing for v in policy["symbol_versions"][arch][prefix]}):
                first = first_having(knowing, lambda policy: version in policy["symbol_versions"][arch][prefix])
                added.setdefault(first, []).append(prefix + "_" + version)
        for first in sorted(added):
            for at in range(0, len(added[first]), 8):
                print("symbols", family, arch, version_of(knowing[first]), *added[first][at:at + 8])


def main():
    folder = os.path.join(os.path.dirname(auditwheel.__file__), "policy")
    meta = importlib.metadata.metadata("auditwheel")
    print(HEAD % (meta["Version"], meta["License-Expression"] or meta["License"]))
    for family in FAMILIES:
        with open(os.path.join(folder, family + "-policy.json")) as file:
            policies = [policy for policy in json.load(file) if policy["name"] != "linux"]
        policies.sort(key=lambda policy: -policy["priority"])
        for policy in policies:
            print("policy", family, version_of(policy), ",".join(policy["symbol_versions"]), ",".join(policy["aliases"]) or "-")
        print_libraries(family, policies)
        print_symbols(family, policies)


main()
