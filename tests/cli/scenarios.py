"""Runs of hwb as users have them, against fakes on the loopback. TAP on stdout.

usage: scenarios.py HWB [VENV] [--only WORD] [--part K/N]: the tests are in scenario_*.py beside this file; WORD is a part of a test's name.
With --part every N-th test from the K-th on, so that N programs do it together.
"""
import sys

sys.dont_write_bytecode = True  # before the others: the source tree stays as it is

import scenario_activity
import scenario_audit
import scenario_bombs
import scenario_check
import scenario_completion
import scenario_credentials
import scenario_debug
import scenario_doctor
import scenario_endurance
import scenario_index
import scenario_indexes
import scenario_init
import scenario_landlock
import scenario_lock
import scenario_respond
import scenario_scan
import scenario_slips
import scenario_sources
import scenario_streams
import support

MODULES = [
    scenario_sources,
    scenario_index,
    scenario_indexes,
    scenario_streams,
    scenario_activity,
    scenario_bombs,
    scenario_check,
    scenario_audit,
    scenario_completion,
    scenario_credentials,
    scenario_debug,
    scenario_doctor,
    scenario_init,
    scenario_landlock,
    scenario_lock,
    scenario_respond,
    scenario_scan,
    scenario_slips,
    scenario_endurance,
]

if __name__ == "__main__":
    word = support.begin(sys.argv)
    support.Tap().all([test for module in MODULES for test in module.TESTS], word)
