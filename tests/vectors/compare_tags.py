#!/usr/bin/env python3
"""Compares data/interpreter_probe.py with pypa/packaging for some interpreters.

usage: compare_tags.py FOLDER PYTHON...      FOLDER holds the package `packaging` (26.3); interpreters need >= 3.9 for it
Prints one line for each; exit 1: the tags or the marker environment differ.
"""
import json
import pathlib
import subprocess
import sys

PROBE = pathlib.Path(__file__).resolve().parents[2] / "data" / "interpreter_probe.py"
ORACLE = ("import json; from packaging.tags import sys_tags; from packaging.markers import default_environment as e;"
          "print(json.dumps({'tags': [str(t) for t in sys_tags()], 'markers': dict(e())}))")


def run(*argv, **env):
    return json.loads(subprocess.run(argv, env=env or None, stdout=subprocess.PIPE, check=True).stdout)


def main():
    bad = 0
    for python in sys.argv[2:]:
        ours, theirs = run(python, "-I", "-S", str(PROBE)), run(python, "-c", ORACLE, PYTHONPATH=sys.argv[1], PATH="/usr/bin:/bin")
        same = {key: ours[key] == theirs[key] for key in theirs}
        bad += not all(same.values())
        print(python, len(ours["tags"]), "tags", same)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
