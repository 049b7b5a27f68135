"""Well-known sdists must be quiet: sdists.py SCAN_FACTS FOLDER. No error and at most two warnings for each archive of the folder. TAP."""
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
            path = os.path.join(top, "tree")
            snapshot.write(path, snapshot.of_sdist(os.path.join(folder, name)))
            out = subprocess.run([program, "--trees"], input=path + "\n", stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True).stdout.split("\n")
            rows = [json.loads(line) for line in out if line.startswith("{")]
            findings = [row for row in rows if row["kind"] == "finding"]
            errors = [row for row in findings if row["severity"] == "error"]
            warnings = [row for row in findings if row["severity"] == "warning"]
            good = not errors and len(warnings) <= 2 and not any(line.startswith("FAILED") for line in out)
            failed += not good
            for row in errors + warnings:
                print("# %s %s %s<-%s %s:%d (+%d) %s" % (row["severity"], row["id"], row["fact"], row["source"], row["path"], row["line"], row["more"], row["evidence"][:110]))
            print("%s %d - %s: %d errors, %d warnings, files by zone %s" % ("ok" if good else "not ok", number, name, len(errors), len(warnings), out[0].split()[2:5]))
    print("1..%d" % len(names))
    return bool(failed) or not names


if __name__ == "__main__":
    sys.exit(main())
