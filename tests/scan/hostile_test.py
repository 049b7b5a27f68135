"""Sources made to exhaust a parser: hostile_test.py SCAN_FACTS [--sanitized]. Each ends, in little memory, with what was read and a finding. TAP.

Nothing is timed: the alarm of the test and RLIMIT_AS are the bound.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile

DEEP = 50000
LATE = "\nimport os\nos.system('true')\n"
MEMORY = 160 << 20

CASES = [
    # name, text, the finding that must be there, whether what stands behind is read
    ("brackets", "x = " + "(" * DEEP + ")" * DEEP + LATE, "SRC-UNPARSED", True),
    ("open brackets", "x = " + "(" * DEEP + LATE, "SRC-UNPARSED", True),
    ("signs", "x = " + "-" * DEEP + "1" + LATE, "SRC-UNPARSED", True),
    ("not", "x = " + "not " * DEEP + "1" + LATE, "SRC-UNPARSED", True),
    ("attributes", "x = a" + ".b" * DEEP + LATE, "SRC-UNPARSED", True),
    ("calls", "x = a" + "()" * DEEP + LATE, "SRC-UNPARSED", True),
    ("lambdas", "x = " + "lambda: " * DEEP + "1" + LATE, "SRC-UNPARSED", True),
    ("conditions", "x = " + "1 if 1 else " * DEEP + "1" + LATE, "SRC-UNPARSED", True),
    ("powers", "x = " + "1**" * DEEP + "1" + LATE, "SRC-UNPARSED", True),
    ("f-strings", "x = " + "f'{" * DEEP + LATE, "SRC-UNPARSED", True),
    ("a sum", "x = " + "1+" * DEEP + "1" + LATE, "SRC-PROGRAM", True),
    ("functions in functions", "".join(" " * i + "def f():\n" for i in range(2000)) + LATE, "SRC-PROGRAM", True),
    ("NUL bytes", "x = 1\0" * DEEP + LATE, "SRC-UNPARSED", True),
    ("open strings", "'''\n" * 3 + "(\n" * DEEP + LATE, "SRC-UNPARSED", True),
    ("many names", "".join("n%d = %d\n" % (i, i) for i in range(100000)) + LATE, "SRC-UNPARSED", False),
    ("many facts", "import os\n" + "os.system('true')\n" * DEEP, "SRC-PROGRAM", True),
    ("text times a lot", "x = 'a' * 10**18\nx = 'a' * 1000000000000\n" * 1000 + LATE, "SRC-PROGRAM", True),
    ("text doubled", "x = '%s'\n" % ("a" * 30000) + "x + x\n" * DEEP + LATE, "SRC-PROGRAM", True),
    ("match after match", "match(a);" * DEEP + LATE, "SRC-PROGRAM", True),
    ("code in code", "exec('" + "exec(" * 100 + ")" * 100 + "')" + LATE, "SRC-PROGRAM", True),
    ("a bomb", "import zlib, base64\nexec(zlib.decompress(base64.b64decode('%s')))\n" % "", "SRC-DECODE-EXEC", False),
    ("invalid UTF-8", b"x = '\xff'" + LATE.encode(), "SRC-UNPARSED", True),
    ("one line of 1 GB", 1 << 30, "SRC-UNPARSED", False),
]


def bomb():
    import base64
    import zlib
    return base64.b64encode(zlib.compress(b"#" * (100 << 20))).decode()


def write(path, text):
    with open(path, "wb") as out:
        if isinstance(text, int):
            block = b"x = '" + b"a" * ((1 << 20) - 5)
            out.write(block)
            for _ in range(19):
                out.write(b"a" * (1 << 20))
            out.truncate(text)
        else:
            out.write(text if isinstance(text, bytes) else text.replace("b64decode('')", "b64decode('%s')" % bomb()).encode())


def limit(extra):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY + extra, MEMORY + extra))


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as top:
        for number, (name, text, finding, late) in enumerate(CASES, 1):
            path = os.path.join(top, "x.py")
            write(path, text)
            size = os.path.getsize(path)
            sanitized = "--sanitized" in sys.argv  # its shadow is larger than any limit
            out = subprocess.run([sys.argv[1]], input=path + "\n", stdout=subprocess.PIPE, text=True, encoding="utf-8",
                                 preexec_fn=None if sanitized else lambda: limit(size))
            rows = [json.loads(line) for line in out.stdout.split("\n") if line.startswith("{")]
            found = [row["id"] for row in rows if row["kind"] == "finding"]
            read = any(row["kind"] == "fact" and row["id"] == "py.os-system" for row in rows)
            good = out.returncode == 0 and finding in found and (read or not late)
            failed += not good
            if not good:
                print("# exit %d, %s" % (out.returncode, found))
            print("%s %d - %s" % ("ok" if good else "not ok", number, name))
    print("1..%d" % len(CASES))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
