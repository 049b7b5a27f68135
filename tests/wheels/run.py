"""The corpus through `hwb check`: run.py HWB VENV [--oracles] [NAME...]. TAP.

Every case is one wheel of make.py; expected.py says what it must be told. --oracles: what pip, uv, installer, twine and
check-wheel-contents say of the same file, as diagnostics (pip is slow: some minutes).
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from expected import EXPECTED  # noqa: E402
from make import make_all  # noqa: E402

HWB, VENV = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
NAMES = [word for word in sys.argv[3:] if not word.startswith("--")]
EXIT_OK, EXIT_REFUSED = 0, 6
INSTALLER = """
import sys
from installer.sources import WheelFile
with WheelFile.open(sys.argv[1]) as source:
    source.validate_record(validate_contents=True)
"""


def check(path, profile):
    """(findings, exit status, what is wrong with the answer)."""
    run = subprocess.run([HWB, "check", "--json", "--profile", profile, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    try:
        findings = json.loads(run.stdout)["findings"]
        for finding in findings:
            if finding["severity"] not in ("error", "warning", "info") or not finding["id"] or not finding["message"]:
                return [], run.returncode, "a finding that is none: %s" % finding
        return findings, run.returncode, None
    except (ValueError, KeyError, TypeError) as error:
        return [], run.returncode, "no answer (exit %d, %r): %s" % (run.returncode, error, run.stderr.strip()[-300:])


def differences(name, path):
    """What hwb says other than it must, one sentence each."""
    profile, errors, warnings, consequences, *more = EXPECTED[name]
    findings, code, wrong = check(path, profile)
    if wrong:
        return [wrong]
    said = {severity: {f["id"] for f in findings if f["severity"] == severity} for severity in ("error", "warning", "info")}
    found = ["error %s is missing" % id for id in sorted(errors - said["error"])]
    found += ["warning %s is missing" % id for id in sorted(warnings - said["warning"])]
    if more:
        found += ["info %s is missing" % id for id in sorted(more[0] - said["info"])]
    elif "S18" in said["info"]:
        found.append("info S18 is not expected")
    found += ["error %s: %s" % (f["id"], f["message"][:200]) for f in findings
              if f["severity"] == "error" and f["id"] not in errors | consequences]
    wanted = EXIT_REFUSED if errors else EXIT_OK
    if code != wanted:
        found.append("exit %d instead of %d" % (code, wanted))
    return found


def oracles(path):
    """What others say: a word for each, "-" for one that is not here."""
    python, target = os.path.join(VENV, "bin", "python"), tempfile.mkdtemp(prefix="hwb-oracle-")
    commands = [("pip", [python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", os.path.join(target, "pip"), path]),
                ("uv", [os.path.join(VENV, "bin", "uv"), "pip", "install", "-q", "--no-deps", "--no-index", "--no-cache", "--python", python, "--target",
                        os.path.join(target, "uv"), path]),
                ("installer", [python, "-c", INSTALLER, path]),
                ("twine", [python, "-m", "twine", "check", path]),
                ("check-wheel-contents", [os.path.join(VENV, "bin", "check-wheel-contents"), path])]
    words = []
    for name, command in commands:
        try:
            code = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120).returncode
            words.append("%s %s" % (name, "refuses" if code else "ok"))
        except (OSError, subprocess.TimeoutExpired):
            words.append("%s -" % name)
    shutil.rmtree(target)
    return ", ".join(words)


def main():
    folder = tempfile.mkdtemp(prefix="hwb-wheels-")
    cases = make_all(folder, NAMES)
    failed = 0
    print("1..%d" % len(cases), flush=True)
    for number, (name, path, why) in enumerate(cases, 1):
        if not path:
            print("ok %d - %s # SKIP not made: %s" % (number, name, why))
            continue
        found = differences(name, path)
        failed += bool(found)
        print("%sok %d - %s" % ("not " if found else "", number, name))
        for line in found:
            print("#", line)
        if "--oracles" in sys.argv:
            print("#", oracles(path), flush=True)
    shutil.rmtree(folder)
    return 1 if failed else 0


sys.exit(main())
