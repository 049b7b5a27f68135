"""Whoever else refuses a wheel of the corpus, hwb refuses it: peers.py HWB VENV [--pip] [NAME...]. TAP.

uv and pypa/installer install every wheel of make.py; with --pip pip does too (some minutes). hwb may refuse more, never less; what only
this machine's platform keeps from being installed is left out.
"""
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from make import make_all  # noqa: E402

HWB, VENV = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
WITH_PIP = "--pip" in sys.argv
PYTHON, UV = os.path.join(VENV, "bin", "python"), os.path.join(VENV, "bin", "uv")
INSTALLER = """
import sys
from installer.sources import WheelFile
with WheelFile.open(sys.argv[1]) as source:
    source.validate_record(validate_contents=True)
    for record, stream, executable in source.get_contents():
        stream.read()
"""
NOT_HERE = ("not supported on this platform", "is not compatible with the current platform", "not a supported wheel on this platform", "incompatible with the current",
            "has no wheels with a matching", "only has wheels for the following platforms")


def refusals(path):
    """name of the peer: its words"""
    target = tempfile.mkdtemp(prefix="hwb-peer-")
    commands = {"uv": [UV, "pip", "install", "-q", "--no-deps", "--no-index", "--no-cache", "--offline", "--python", PYTHON, "--target", target + "/uv", path],
                "installer": [PYTHON, "-c", INSTALLER, path]}
    if WITH_PIP:
        commands["pip"] = [PYTHON, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", target + "/pip", path]
    found = {}
    for name, command in commands.items():
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        words = done.stdout.decode(errors="replace").strip()
        if done.returncode and not any(word in words for word in NOT_HERE):
            found[name] = words[-300:]
    shutil.rmtree(target)
    return found


def main():
    folder = tempfile.mkdtemp(prefix="hwb-peers-")
    cases = [(name, path) for name, path, _ in make_all(folder, [word for word in sys.argv[3:] if not word.startswith("--")]) if path]
    run = subprocess.run([HWB, "check", "--json", "--profile", "pypi", *(path for _, path in cases)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    outcomes = {subject["path"]: subject["outcome"] for subject in json.loads(run.stdout)["subjects"]}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        told = list(pool.map(refusals, (path for _, path in cases)))
    failed = 0
    print("1..%d" % len(cases))
    for number, ((name, path), others) in enumerate(zip(cases, told), 1):
        good = not others or outcomes[path] == "refused"
        failed += not good
        print("%sok %d - %s: %s" % ("" if good else "not ", number, name, "refused by " + ", ".join(others) if others else "taken"))
        if not good:
            print("# " + json.dumps(others))
    shutil.rmtree(folder)
    return 1 if failed else 0


sys.exit(main())
