"""The rules of DESIGN section 3 "Trust", one test each, in its order and by its own words, to be held beside it. TAP on stdout.

usage: security_rules.py HWB [VENV] [--only WORD]: WORD is a part of a rule's words or of its test's name.
A row of a table RULES is (words, test): the test says whether the rule holds, and why not. It can stand elsewhere.
"""
import sys
import traceback

sys.dont_write_bytecode = True  # before the others: the source tree stays as it is

import rules_files
import rules_inside
import rules_policy
import rules_secrets
import support
from support import Skip, Tap

RULES = [rule for part in (rules_files, rules_inside, rules_policy, rules_secrets) for rule in part.RULES]


def try_rule(tap, words, test):
    try:
        tap.check(words, *test())
    except Skip as reason:
        tap.skip(words, reason)
    except Exception:
        tap.check(words, False, traceback.format_exc())


def main():
    word = support.begin(sys.argv)
    tap = Tap()
    for words, test in RULES:
        if not word or word in words or word in getattr(test, "__name__", ""):
            try_rule(tap, words, test)
    print("1..%d" % tap.count)
    return 1 if tap.failed else 0


sys.exit(main())
