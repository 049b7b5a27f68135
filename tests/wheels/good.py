"""Well-known wheels through `hwb check`: good.py HWB VENV CACHE. TAP. None may have an error in the profile pypi.

The wheels of good.txt are fetched by pip into CACHE, once; without a network, and without the cache, all is skipped.
"""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
HWB, VENV, CACHE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3])


def rows():
    for line in open(os.path.join(HERE, "good.txt")):
        if line.strip() and not line.startswith("#"):
            yield line.split()


def find(project, platform):
    """The wheel in the cache."""
    start = project.replace("==", "-").replace("-", "_").lower()
    for name in os.listdir(CACHE):
        if name.endswith(".whl") and name.lower().replace("-", "_").startswith(start + "_") and platform in name[:-4].split("-")[-1].split("."):
            return os.path.join(CACHE, name)
    return None


def fetch(project, python, platform):
    """(path, why not)."""
    path = find(project, platform)
    if path:
        return path, None
    command = [os.path.join(VENV, "bin", "python"), "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", CACHE]
    command += [] if platform == "any" else ["--platform", platform, "--python-version", python]
    run = subprocess.run(command + [project], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    path = find(project, platform)
    return path, None if path else (run.stdout.strip().splitlines() or ["pip fetched nothing"])[-1][:120]


def errors_of(path):
    run = subprocess.run([HWB, "check", "--json", "--profile", "pypi", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)
    try:
        findings = json.loads(run.stdout)["findings"]
    except (ValueError, KeyError):
        return ["no answer (exit %d): %s" % (run.returncode, run.stderr.strip()[-300:])], {}
    kinds = {}
    for finding in findings:
        if finding["severity"] == "warning":
            kinds[finding["id"]] = kinds.get(finding["id"], 0) + 1
    return ["%s %s: %s" % (f["id"], f.get("path"), f["message"][:200]) for f in findings if f["severity"] == "error"], kinds


def main():
    os.makedirs(CACHE, exist_ok=True)
    wanted = list(rows())
    failed = 0
    print("1..%d" % len(wanted), flush=True)
    for number, (project, python, platform) in enumerate(wanted, 1):
        path, why = fetch(project, python, platform)
        if not path:
            print("ok %d - %s %s # SKIP %s" % (number, project, platform, why))
            continue
        errors, warnings = errors_of(path)
        failed += bool(errors)
        print("%sok %d - %s" % ("not " if errors else "", number, os.path.basename(path)))
        for line in errors[:10]:
            print("#", line)
        if warnings:
            print("# warnings:", ", ".join("%s %d" % pair for pair in sorted(warnings.items())), flush=True)
    return 1 if failed else 0


sys.exit(main())
