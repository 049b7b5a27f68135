"""METADATA as pypa/packaging judges it: metadata.py HWB VENV. TAP.

Each text is put into a good wheel; hwb must find an error of the M or I group exactly when packaging.metadata refuses it, but for the
rows of STRICTER, LATER and LOOSER, each with its reason.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from demo import Demo  # noqa: E402

HWB, VENV = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
ORACLE = """
import json, sys
from packaging.metadata import Metadata
for line in sys.stdin:
    try:
        Metadata.from_email(json.loads(line).encode("utf-8", "surrogateescape"), validate=True)
        print("ok")
    except Exception as error:
        print("refused")
"""
HEAD = "Metadata-Version: %s\nName: demo\nVersion: 1.0\n"
LICENCES = ["MIT", "mit", "MIT OR Apache-2.0", "MIT AND (Apache-2.0 OR BSD-3-Clause)", "GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0+", "LicenseRef-Own",
            "LicenseRef-own.1", "LicenseRef-a_b", "LicenseRef-", "Not A Licence", "MIT OR", "OR MIT", "(MIT", "MIT)", "()", "MIT MIT", "MIT AND AND MIT", "MIT WITH MIT",
            "(MIT) WITH Classpath-exception-2.0", "MIT WITH", "GPL-2.0-only WITH Classpath-exception-2.0 WITH Classpath-exception-2.0", "((MIT))", "MIT or apache-2.0",
            "LicenseRef-X+", "MIT++", "Apache-2.0+ OR MIT", "UNKNOWN", "MIT/Apache-2.0", "MIT, Apache-2.0", "BSD", "Zlib AND MIT OR ISC"]
REQUIREMENTS = ["a", "a>=1", "a >= 1, < 2", "a[b,c]", "a[b", "a; extra == 'x'", "a; python_version < '3'", "a; nosuch == 'x'", "a @ https://e.example/a.whl", "a@ b", "a>>1", "a ==1.*",
                "a ===x y", "a==1.0+local", "-a", "a b", "a (>=1)", "a~=1", "a~=1.0", "a; (extra == 'x'", "A.B_c>=1", "a>=1;", ""]
PYTHONS = [">=3.9", ">=3.9,<4", "3.9", ">=3.x", "~=3.9", "!=3.0.*", "", ">=3.9;", "==3.*"]
TYPES = ["text/markdown", "text/x-rst", "text/plain", "text/html", "text/markdown; charset=UTF-8", "text/markdown; charset=latin-1", "text/markdown; variant=GFM",
         "text/markdown; variant=Other", "text/x-rst; variant=Other", "TEXT/MARKDOWN", "markdown", "text/markdown; charset=\"utf-8\"; variant=CommonMark"]
FILES = ["LICENSE", "a/b.txt", "../x", "/x", "a\\b", "LIC*", "a/../b"]
IMPORTS = ["demo", "demo.sub", "demo ; private", "demo; public", "1a", "a-b", "class", "", "a..b"]


def texts():
    """name: METADATA"""
    yield from ((("licence %r" % x), HEAD % "2.4" + "License-Expression: %s\n" % x) for x in LICENCES)
    yield from ((("requirement %r" % x), HEAD % "2.1" + "Requires-Dist: %s\n" % x) for x in REQUIREMENTS)
    yield from ((("python %r" % x), HEAD % "2.1" + "Requires-Python: %s\n" % x) for x in PYTHONS)
    yield from ((("type %r" % x), HEAD % "2.1" + "Description-Content-Type: %s\n" % x) for x in TYPES)
    yield from ((("file %r" % x), HEAD % "2.4" + "License-File: %s\n" % x) for x in FILES)
    yield from ((("import %r" % x), HEAD % "2.5" + "Import-Name: %s\n" % x) for x in IMPORTS)
    for version in ("1.0", "1.1", "1.2", "2.0", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "3.0", "two", ""):
        yield "version %r" % version, HEAD % version
        for field in ("Classifier: Typing :: Typed", "Requires-Dist: a", "Project-URL: a, https://a.example", "Provides-Extra: x", "Dynamic: License",
                      "License-Expression: MIT", "Import-Name: demo"):
            yield "%s in %s" % (field.split(":")[0], version), HEAD % version + field + "\n"
    for name in ("Name", "Version", "Metadata-Version"):
        yield "without %s" % name, "".join(line + "\n" for line in (HEAD % "2.1").splitlines() if not line.startswith(name + ":"))
        yield "%s twice" % name, HEAD % "2.1" + [line + "\n" for line in (HEAD % "2.1").splitlines() if line.startswith(name + ":")][0]
    for field in ("Summary: a\nSummary: b\n", "Author: a\nAuthor: b\n", "Summary: a\n b\n", "Dynamic: Name\n", "Dynamic: Nosuch\n", "Dynamic: Summary\n", "Provides-Extra: -a\n",
                  "Provides-Extra: a_B\n", "Nosuch: x\n", "License: MIT\nLicense: MIT\n", "Description: a\n\nb\n", "\nbody\n", "Summary\n", "Project-URL: nothing\n",
                  "Project-URL: a, b\nProject-URL: a, c\n", "Keywords: a\nKeywords: b\n"):
        yield "%r" % field, HEAD % "2.2" + field


# packaging takes these and hwb does not, and why.
STRICTER = {
    "requirement 'a==1.0+local'": "PyPI refuses it", "requirement 'a @ https://e.example/a.whl'": "PyPI refuses it", "requirement 'a@ b'": "PyPI refuses it",
    "file 'a/b.txt'": "it is not in the wheel", "import 'demo.sub'": "it is not in the wheel", "'Summary\\n'": "readers differ on what follows",
    "'Project-URL: nothing\\n'": "PyPI wants a label and a URL", "'Project-URL: a, b\\nProject-URL: a, c\\n'": "PyPI wants URLs",
}
LATER = "2.6"  # a Metadata-Version that PyPI does not take yet
LOOSER = {"'Nosuch: x\\n'": "a warning"}


def judged(folder, rows):
    """name: the errors of hwb"""
    paths = {}
    for number, (name, text) in enumerate(rows):
        demo = Demo()
        demo.metadata = text
        place = os.path.join(folder, str(number))
        os.mkdir(place)
        path = os.path.join(place, demo.file_name())
        with open(path, "wb") as out:
            out.write(demo.build_archive())
        paths[path] = name
    run = subprocess.run([HWB, "check", "--json", "--profile", "pypi", *paths], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    found = {name: [] for name in paths.values()}
    for finding in json.loads(run.stdout)["findings"]:
        if finding["severity"] == "error" or finding["id"] == "M07":
            found[paths[finding["artifact"]]].append("%s %s" % (finding["id"], finding["message"]))
    return found


def main():
    folder = tempfile.mkdtemp(prefix="hwb-metadata-")
    rows = list(texts())
    found = judged(folder, rows)
    shutil.rmtree(folder)
    oracle = subprocess.run([os.path.join(VENV, "bin", "python"), "-c", ORACLE], input="".join(json.dumps(text) + "\n" for _, text in rows), stdout=subprocess.PIPE, text=True,
                            check=True).stdout.split()
    failed = 0
    print("1..%d" % len(rows))
    for number, ((name, text), answer) in enumerate(zip(rows, oracle), 1):
        refused = bool(found[name])
        good = refused == (answer == "refused") or (refused and (name in STRICTER or LATER in name)) or (not refused and name in LOOSER)
        failed += not good
        print("%sok %d - %s: packaging %s" % ("" if good else "not ", number, name.encode("ascii", "backslashreplace").decode(), answer))
        if not good:
            print("# hwb: %s" % found[name])
    return 1 if failed else 0


sys.exit(main())
