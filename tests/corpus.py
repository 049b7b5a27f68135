"""Real packages, with hwb and with uv side by side: corpus.py HWB VENV [NAME...]. Exit 1 when uv builds one that hwb does not.

Every sdist is taken by name and version from the index; builds run with a warm-up of nothing: what is printed is the outcome,
not a race.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

HWB, VENV, ONLY = os.path.abspath(sys.argv[1]), sys.argv[2], [name for name in sys.argv[3:] if name != "all"]
UV = os.path.join(VENV, "bin", "uv")
HERE = os.path.dirname(os.path.abspath(__file__))
INDEX = subprocess.run([sys.executable, os.path.join(HERE, "..", "tools", "default_index.py")], stdout=subprocess.PIPE, text=True).stdout.strip()
PYTHON = os.path.realpath(os.path.join(VENV, "bin", "python"))


def attempt(command, log):
    begin = time.monotonic()
    with open(log, "wb") as out:
        code = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT).returncode
    return code, time.monotonic() - begin


def fetch(name, folder):
    """The sdist of NAME==VERSION for uv, straight from the index: pip would want to run it first."""
    project, version = name.split("==")
    request = urllib.request.Request(INDEX + re.sub(r"[-_.]+", "-", project).lower() + "/",
                                     headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    page = json.load(urllib.request.urlopen(request, timeout=60))
    for entry in page["files"]:
        if entry["filename"].endswith("-%s.tar.gz" % version):
            with open(os.path.join(folder, entry["filename"]), "wb") as out:
                out.write(urllib.request.urlopen(entry["url"], timeout=60).read())
            return [entry["filename"]]
    return []


def last_error(log):
    lines = [line for line in open(log, errors="replace").read().splitlines() if "error" in line.lower()]
    return (lines or [""])[-1].strip()[:160]


def main():
    names = ONLY or [line.strip() for line in open(os.path.join(HERE, "corpus.txt")) if line.strip() and not line.startswith("#")]
    top = tempfile.mkdtemp(prefix="hwb-corpus-")
    worse = built = 0
    print("%-28s %-12s %-12s" % ("sdist", "hwb", "uv"))
    for name in names:
        log = os.path.join(top, "log-")
        ours, our_time = attempt([HWB, "build", "--wheel", "-p", PYTHON, "-o", os.path.join(top, "hwb"), name], log + "hwb")
        sdist = os.path.join(top, "sdist")
        shutil.rmtree(sdist, ignore_errors=True)
        os.makedirs(sdist)
        files = fetch(name, sdist)
        theirs, their_time = (attempt([UV, "build", "--wheel", "-p", PYTHON, "-o", os.path.join(top, "uv"), os.path.join(sdist, files[0])], log + "uv")
                              if files else (-1, 0))
        print("%-28s %-12s %-12s %s" % (name, "%s %.1fs" % ("ok" if ours == 0 else "exit %d" % ours, our_time),
                                        "%s %.1fs" % ("ok" if theirs == 0 else "exit %d" % theirs, their_time) if files else "no sdist",
                                        "" if ours == 0 else last_error(log + "hwb")), flush=True)
        built += ours == 0
        worse += ours != 0 and theirs == 0
    print("%d of %d built by hwb; %d that only uv built" % (built, len(names), worse))
    shutil.rmtree(top, ignore_errors=True)
    return 1 if worse else 0


sys.exit(main())
