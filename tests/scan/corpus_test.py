"""The corpus through the engine: corpus_test.py SCAN_FACTS [--update]. TAP; corpus_expected.json holds the exact facts and findings."""
import json
import os
import subprocess
import sys
import tempfile

import corpus

HERE = os.path.dirname(os.path.abspath(__file__))
EXPECTED = os.path.join(HERE, "corpus_expected.json")
RANK = {"info": 1, "warning": 2, "error": 3}


def run(program):
    got = {}
    with tempfile.TemporaryDirectory() as top:
        paths = {}
        for number, (group, name, text) in enumerate(corpus.cases()):
            path = os.path.join(top, "%d.py" % number)
            with open(path, "wb") as out:
                out.write(text)
            paths[path] = (group, name)
        out = subprocess.run([program], input="".join(path + "\n" for path in paths), stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True).stdout
        for line in out.split("\n"):
            if line.startswith("FILE "):
                group, name = paths[line[5:]]
                current = got[group + ": " + name] = {"facts": [], "findings": [], "flows": []}
            elif line:
                row = json.loads(line)
                if row["kind"] == "fact":
                    current["facts"].append("%s:%d" % (row["id"], row["line"]))
                elif row["kind"] == "finding":
                    current["findings"].append("%s %s" % (row["severity"], row["id"]))
                elif row["kind"] == "flow":
                    current["flows"].append("%s -> %s" % (row["from"], row["to"]))
    return got


def main():
    got = run(sys.argv[1])
    if "--update" in sys.argv:
        with open(EXPECTED, "w") as out:
            json.dump(got, out, indent=1, ensure_ascii=True)
            out.write("\n")
    want = json.load(open(EXPECTED))
    failed, counts = 0, {}
    for number, (group, name, _) in enumerate(corpus.cases(), 1):
        row = got[group + ": " + name]
        worst = max([RANK[f.split()[0]] for f in row["findings"]] or [0])
        reached = {"evasion": worst >= 2, "payload": worst == 3, "benign": worst <= 1}[group]
        hit, total = counts.get(group, (0, 0))
        counts[group] = (hit + reached, total + 1)
        same = row == want.get(group + ": " + name)
        # evasions may be missed, few: the sum below says so
        good = same and (reached or group == "evasion")
        failed += not good
        if not good or not reached:
            print("# %s: %s" % (name, row))
        if not same:
            print("#   expected %s" % want.get(group + ": " + name))
        print("%s %d - %s: %s" % ("ok" if good else "not ok", number, group, name.replace("#", "")))
    hit, total = counts["evasion"]
    enough = hit * 100 >= total * 95 and total >= 60
    print("%s %d - %d of %d evasions at warning or above" % ("ok" if enough else "not ok", number + 1, hit, total))
    print("# %s" % counts)
    print("1..%d" % (number + 1))
    return bool(failed) or not enough


if __name__ == "__main__":
    sys.exit(main())
