"""The pins of hwb beside those of uv, for the sets of sets.py on each Python, from recorded pages (record.py). usage: pins.py HWB VENV [WORD]"""
import json
import os
import subprocess
import sys
import tempfile
import tomllib

import recorded
import sets

HWB, UV = os.path.abspath(sys.argv[1]), os.path.join(os.path.abspath(sys.argv[2]), "bin", "uv")
WORD = sys.argv[3] if len(sys.argv) > 3 else ""
def of_uv(top, url, requires, python):
    path = os.path.join(top, "in.txt")
    with open(path, "w") as f:
        f.write("\n".join(requires) + "\n")
    done = subprocess.run([UV, "pip", "compile", "-q", "--no-config", "--no-header", "--no-annotate", "--cache-dir", top + "/uv", "--python", "/usr/bin/python3", "--python-version", python, "--python-platform", "linux", "--only-binary", ":all:",
                           "--exclude-newer", sets.DATE, "--index-url", url, path], capture_output=True, text=True, cwd=top)
    if done.returncode:
        return "no solution" if "No solution found" in done.stderr else "error", done.stderr
    return dict(line.split("==") for line in done.stdout.split()), done.stderr


def of_hwb(top, url, requires, python):
    project = os.path.join(top, "project")
    os.makedirs(project, exist_ok=True)
    with open(project + "/pyproject.toml", "w") as f:
        f.write('[build-system]\nrequires = %s\nbuild-backend = "x"\n' % json.dumps(requires))
    lock = project + "/pylock.build.toml"
    if os.path.exists(lock):
        os.remove(lock)
    env = {"HWB_HOME": top + "/home", "HWB_CACHE_DIR": top + "/cache", "PATH": os.environ["PATH"], "HOME": top}
    done = subprocess.run([HWB, "lock", "-q", "--no-config", "--static", "--index-url", url, "--exclude-newer", sets.DATE, "--python-version", python, "--python-platform", "linux", project], capture_output=True, text=True, env=env)
    if done.returncode:
        return "no solution" if done.returncode == 3 else "error", done.stderr
    with open(lock, "rb") as f:
        return {p["name"]: p["version"] for p in tomllib.load(f)["packages"]}, done.stderr


def main():
    url = recorded.serve()
    count = failed = solved = 0
    with tempfile.TemporaryDirectory(prefix="hwb-pins-") as top:
        for requires in sets.SETS:
            if WORD not in " ".join(requires):
                continue
            for python in sets.PYTHONS:
                (want, told), (got, said) = of_uv(top, url, requires, python), of_hwb(top, url, requires, python)
                good = want == got and got != "error"
                solved += isinstance(got, dict)
                count, failed = count + 1, failed + (not good)
                if not good:
                    print("# uv:  %s %s\n# hwb: %s %s" % (want, told.replace("\n", " ")[:600], got, said.replace("\n", " ")[:600]))
                print("%sok %d - %s on Python %s" % ("" if good else "not ", count, ", ".join(requires), python), flush=True)
    count += 1
    enough = solved > 0.75 * (count - 1)
    failed += not enough
    print("%sok %d - most of them have a solution (%d)" % ("" if enough else "not ", count, solved))
    print("1..%d" % count)
    sys.exit(failed > 0)


main()
