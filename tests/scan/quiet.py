"""Well-known sdists of the index, which a scan must leave alone: quiet.py HWB CACHE [NAME...]. TAP.

0 errors and at most two warnings each, for every row of sdists.txt. hwb fetches them itself: nothing of them is run.
"""
import concurrent.futures
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
HWB, CACHE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
WARNINGS_MAX = 2


def rows():
    for line in open(os.path.join(HERE, "sdists.txt")):
        line = line.strip()
        if line and not line.startswith("#"):
            yield line.split()[0]


def scan(word):
    env = {"PATH": os.environ["PATH"], "HOME": CACHE, "HWB_HOME": os.path.join(CACHE, "log"), "HWB_CACHE_DIR": os.path.join(CACHE, "cache"), "HWB_NO_CONFIG": "1"}
    run = subprocess.run([HWB, "scan", "-q", "--json", word], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    try:
        data = json.loads(run.stdout)
    except ValueError:
        return word, ["no answer (exit %d): %s" % (run.returncode, run.stderr.strip()[-500:])]
    told = ["%s[%s] %s:%d: %s" % (f["severity"], f["id"], f["path"], f["line"], f["message"][:150]) for f in data["findings"] if f["severity"] != "info"]
    n_errors = sum(line.startswith("error") for line in told)
    return word, told if n_errors or len(told) - n_errors > WARNINGS_MAX else []


def main():
    words = sys.argv[3:] or list(rows())
    os.makedirs(CACHE, exist_ok=True)
    print("1..%d" % len(words), flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for number, (word, told) in enumerate(pool.map(scan, words), 1):
            failed += bool(told)
            print("%sok %d - %s" % ("not " if told else "", number, word), flush=True)
            for line in told:
                print("#", line)
    return 1 if failed else 0


sys.exit(main())
