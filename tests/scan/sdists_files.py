"""Well-known sdists must be quiet for the scan of what is not Python: sdists_files.py HWB FOLDER. No error and at most one warning each. TAP."""
import collections
import json
import os
import subprocess
import sys
import tempfile

import snapshot


def main():
    program, folder = sys.argv[1:3]
    names = sorted(name for name in os.listdir(folder) if name.endswith(".tar.gz"))
    failed = 0
    with tempfile.TemporaryDirectory() as top:
        for number, name in enumerate(names, 1):
            path, archive = os.path.join(top, "tree"), os.path.join(folder, name)
            snapshot.write(path, snapshot.of_sdist(archive), snapshot.executables(archive))
            with open(path, "rb") as tree:
                run = subprocess.run([program, "debug", "scan-files"], stdin=tree, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False)
            rows = [json.loads(line) for line in run.stdout.split("\n") if line]
            facts = collections.Counter(row["id"] + "/" + row["zone"] for row in rows if row["kind"] == "fact")
            findings = [row for row in rows if row["kind"] == "finding"]
            errors = [row for row in findings if row["severity"] == "error"]
            warnings = [row for row in findings if row["severity"] == "warning"]
            good = run.returncode == 0 and not errors and len(warnings) <= 1
            failed += not good
            for row in errors + warnings:
                print("# %s %s %s %s:%d (+%d) %s" % (row["severity"], row["id"], row["fact"], row["path"], row["line"], row["more"], row["evidence"][:110]))
            if "-v" in sys.argv:
                print("#", dict(facts))
            print("%s %d - %s: %d errors, %d warnings, %d infos" % ("ok" if good else "not ok", number, name, len(errors), len(warnings), len(findings) - len(errors) - len(warnings)))
    print("1..%d" % len(names))
    return bool(failed) or not names


if __name__ == "__main__":
    sys.exit(main())
