"""Each byte of a small wheel changed: flip.py HWB VENV [STEP]. TAP.

Whatever hwb still lets pass must be read alike by everybody: Python's zipfile and installer give the same files, and uv, when it
takes the wheel at all, installs those very bytes. STEP: every so many bytes only (default 1: all).
"""
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from demo import Demo  # noqa: E402

HWB, VENV = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
STEP = int(sys.argv[3]) if len(sys.argv) > 3 else 1
CHANGES = [("one bit", lambda byte: byte ^ 1), ("the high bit", lambda byte: byte ^ 0x80), ("all bits", lambda byte: byte ^ 0xff)]
INSTALLER = """
import json, sys
from installer.sources import WheelFile
with WheelFile.open(sys.argv[1]) as source:
    source.validate_record(validate_contents=True)
    print(json.dumps({record[0]: stream.read().hex() for record, stream, _ in source.get_contents()}))
"""


def has_errors(path):
    run = subprocess.run([HWB, "check", "--json", "--profile", "build", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    try:
        return any(finding["severity"] == "error" for finding in json.loads(run.stdout)["findings"])
    except (ValueError, KeyError):
        raise SystemExit("no answer from hwb (exit %d): %s" % (run.returncode, run.stderr.strip()[-200:]))


def by_zipfile(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def by_installer(path):
    run = subprocess.run([os.path.join(VENV, "bin", "python"), "-c", INSTALLER, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode:
        raise ValueError("installer refuses it: " + (run.stderr.strip().splitlines() or [""])[-1][:120])
    return {name: bytes.fromhex(data) for name, data in json.loads(run.stdout).items()}


def by_uv(path, folder):
    """What uv puts beside the modules; None when it refuses."""
    python, target = os.path.join(VENV, "bin", "python"), os.path.join(folder, "uv")
    subprocess.run(["rm", "-rf", target], check=True)
    run = subprocess.run([os.path.join(VENV, "bin", "uv"), "pip", "install", "-q", "--no-deps", "--no-index", "--no-cache", "--python", python, "--target", target, path],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if run.returncode:
        return None
    return {os.path.relpath(os.path.join(at, name), target): open(os.path.join(at, name), "rb").read() for at, _, names in os.walk(target) for name in names}


def disagreement(path, folder):
    """Why not all read alike what hwb lets pass; None when they do."""
    try:
        files, others = by_zipfile(path), by_installer(path)
    except Exception as error:
        return "hwb alone lets it pass: %r" % error
    for name, data in others.items():
        if files.get(name) != data:
            return "installer reads another '%s' than zipfile" % name
    installed = by_uv(path, folder)
    for name, data in files.items():
        if installed is not None and not name.endswith("/RECORD") and installed.get(name) != data:
            return "uv installs another '%s'" % name
    return None


def main():
    content = Demo().build_archive()
    folder = tempfile.mkdtemp(prefix="hwb-flip-")
    path = os.path.join(folder, Demo().file_name())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
    failed = 0
    print("1..%d" % len(CHANGES))
    for number, (name, change) in enumerate(CHANGES, 1):
        found, passed = [], 0
        for at in range(0, len(content), STEP):
            with open(path, "wb") as file:
                file.write(content[:at] + bytes([change(content[at])]) + content[at + 1:])
            if has_errors(path):
                continue
            passed += 1
            why = disagreement(path, folder)
            if why:
                found.append("byte %d of %d: %s" % (at, len(content), why))
        failed += bool(found)
        print("%sok %d - %s of each byte changed: what passes (%d) reads alike" % ("not " if found else "", number, name, passed), flush=True)
        for line in found[:20]:
            print("#", line)
    subprocess.run(["rm", "-rf", folder], check=True)
    return 1 if failed else 0


sys.exit(main())
