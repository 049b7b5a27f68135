"""`hwb check` and `hwb inspect` from outside: outcomes, policies, formats, the log. What each check finds is tests/wheels'."""
import json
import os
import re
import subprocess
import tarfile
import tempfile

import support
from support import Place, Setting, fresh, make_sdist, make_wheel, project

ESC = "\x1b]0;title\x07"


def outcomes(tap):
    """what is passed, refused, not checked, and no artefact"""
    folder = fresh("dist")
    good, odd = make_wheel(folder, "good", "1.0"), make_wheel(folder, "odd", "1.0", files={"odd.py": "x = 1\n", "odd.pth": "lib\n"})
    bad = make_wheel(folder, "bad", "1.0", files={"bad.py": "x = 1\n", "sitecustomize.py": "x = 1\n"})
    place = Place()
    tap.run("a good wheel passes", place.hwb("check", good), 0, "checked 1 file: 0 errors, 0 warnings")
    tap.run("a warning passes", place.hwb("check", odd), 0, "odd.pth: warning[S06]: ", "help: ")
    tap.run("an error refuses", place.hwb("check", bad), 6, "sitecustomize.py: error[S07]: ", "1 of 1 file is refused")
    tap.run("one of several refuses", place.hwb("check", good, bad), 6, "1 of 2 file")
    tap.run("nothing is no wheel", place.hwb("check"), 2, "takes wheels and sdists")
    tap.run("a file that is not there", place.hwb("check", "absent-1.0-py3-none-any.whl"), 2, "no file 'absent")
    tap.run("a file of another kind", place.hwb("check", "/etc/passwd"), 2, "neither a wheel")
    tap.run("a folder called a wheel", place.hwb("check", support.write(fresh("x"), {"a-1-py3-none-any.whl/x": ""}) + "/a-1-py3-none-any.whl"), 2)
    tap.run("a limit that is reached is not a pass", place.hwb("check", "--limit", "wheel-size=100", good), 10, "could not be checked", "wheel-size")
    events = [e for e in place.log() if e["event"] == "artifact.checked"]
    tap.check("each is in the log", [e["outcome"] for e in events] == ["passed", "passed", "refused", "passed", "refused"] + 4 * ["unchecked"], events)
    tap.check("with its digest", events[0]["sha256"] == support.sha256(open(good, "rb").read()), events[0])
    tap.check("unless nobody looked at it", "sha256" not in events[-1], events[-1])


def one_of_many(tap):
    """one file that cannot be checked beside others that can"""
    folder, place = fresh("dist"), Place()
    good = make_wheel(folder, "good", "1.0", files={"good.py": "x = 1\n", "good.pth": "lib\n"})
    bad = make_wheel(folder, "bad", "1.0", files={"bad.py": "x = 1\n", "sitecustomize.py": "x = 1\n"})
    queue, absent = (os.path.join(folder, name + "-1.0-py3-none-any.whl") for name in ("queue", "absent"))
    os.mkfifo(queue)
    support.write(folder, {"SHA256SUMS": "x", "dist/x": ""})
    for what, path, words in (("absent", absent, "there is no file"), ("a queue", queue, "not a regular file"), ("a folder", folder + "/dist", "is a folder"),
                              ("a device", "/dev/null", "neither a wheel"), ("of another kind", folder + "/SHA256SUMS", "neither a wheel")):
        run = place.hwb("check", path, good)
        tap.run("%s: the other is reported, and it is no success" % what, run, 2, "good.pth: warning[S06]", words, "1 of 2 files could not be checked")
        tap.run("%s: also behind it" % what, place.hwb("check", good, path), 2, "good.pth: warning[S06]", words)
        tap.run("%s: a refusal counts more" % what, place.hwb("check", path, bad), 6, "error[S07]", words, "1 of 2 files is refused")
        data = json.loads(place.hwb("check", "--json", path, good).out)
        tap.check("%s: JSON has both" % what, [s["outcome"] for s in data["subjects"]] == ["unchecked", "passed"] and words in data["subjects"][0]["unchecked"]
                  and data["exit"]["code"] == 2, data)
        run = place.hwb("check", "--github", path, good)
        tap.check("%s: GitHub has both" % what, re.search(r"(?m)^::error file=\S+::could not be checked: .*" + words, run.out) and "title=S06" in run.out, run.told())
    tap.run("what is there and could not be checked counts more than a wrong name", place.hwb("check", "--limit", "wheel-size=100", absent, good), 10, "there is no file")
    tap.run("a folder gets a hint", place.hwb("check", folder), 2, "help: name the files in it: hwb check %s/*" % folder)


def dead_checker(tap):
    """a checker that dies is not a pass"""
    place, wheel = Place(), make_wheel(fresh("dist"), "good", "1.0")
    programs = fresh("programs")
    for name in ("hwb", "hwb-net", "hwb-unpack", "hwb-sandbox"):
        os.symlink(os.path.join(os.path.dirname(Setting.hwb), name), os.path.join(programs, name))
    os.unlink(os.path.join(programs, "hwb"))
    subprocess.run(["cp", Setting.hwb, programs], check=True)
    support.write(programs, {"hwb-parse": "#!/bin/sh\nkill -9 $$\n"})
    os.chmod(os.path.join(programs, "hwb-parse"), 0o755)
    place.program = os.path.join(programs, "hwb")
    for command in ("check", "inspect"):
        tap.run("%s says so" % command, place.hwb(command, wheel), 10, absent=["0 errors"] if command == "inspect" else [])


def policies(tap):
    """--allow, --deny, --fail-on and --profile"""
    folder, place = fresh("dist"), Place()
    bad = make_wheel(folder, "bad", "1.0", files={"bad.py": "x = 1\n", "sitecustomize.py": "x = 1\n"})
    url = make_wheel(folder, "url", "1.0", requires=["a @ https://a.example/a.whl"])
    tap.run("allowed with a reason", place.hwb("check", "--allow", "S07=reviewed by me", bad), 0, "allowed[S07]", "because: reviewed by me", "1 allowed")
    override = [e for e in place.log() if e["event"] == "policy.override"]
    tap.check("the log has the reason", [(e["finding"], e["why"]) for e in override] == [("S07", "reviewed by me")], override)
    tap.run("not without one", place.hwb("check", "--allow", "S07", bad), 2, "for a reason")
    tap.run("not what there is none of", place.hwb("check", "--allow", "S77=x", bad), 2, "no finding 'S77'", "hwb-findings(7)")
    torn = support.write(folder, {"torn-1.0-py3-none-any.whl": open(bad, "rb").read()[:-5]}) + "/torn-1.0-py3-none-any.whl"
    tap.run("what ends the look cannot be allowed", place.hwb("check", "--allow", "Z02=x", torn), 6, "error[Z02]", absent=["allowed["])
    tap.run("hwb help tells of an id", place.hwb("help", "Z02"), 0, "Z02 (error)", "what to do:")
    tap.run("a URL is a warning for a build", place.hwb("check", url), 0, "warning[M10]")
    tap.run("and an error for PyPI", place.hwb("check", "--profile", "pypi", url), 6, "error[M10]")
    tap.run("and when strict", place.hwb("check", "--profile=strict", url), 6, "error[M10]")
    tap.run("and when denied", place.hwb("check", "--deny", "M10", url), 6, "error[M10]")
    tap.run("denied is stronger", place.hwb("check", "--deny", "M10", "--allow", "M10=x", url), 6, "error[M10]")
    tap.run("and when warnings refuse", place.hwb("check", "--fail-on", "warning", url), 6, "warning[M10]")
    tap.run("from a variable", place.hwb("check", url, env={"HWB_PROFILE": "pypi"}), 6, "error[M10]")
    tap.run("a profile as an option", place.hwb("check", "--strict", url), 2, "help: did you mean '--profile strict'?")
    tap.run("no such profile", place.hwb("check", "--profile", "PyPI", url), 2, "build, pypi or strict")


def hostile_names(tap):
    """names that would steer a terminal, a page or a log"""
    place = Place()
    wheel = make_wheel(fresh("dist"), "odd", "1.0", files={"odd.py": "x = 1\n", "a" + ESC + ".py": "x", "b##[error]x\n::error::x": "x"})
    run = place.hwb("check", wheel)
    tap.run("they are refused", run, 6, "Z15")
    tap.check("nothing of them reaches a terminal", "\x1b" not in run.text and "##[error]" not in run.text, run.text)
    github = place.hwb("check", "--github", wheel)
    tap.check("nor begins a line for GitHub", not re.search(r"(?m)^::error::", github.out) and "##[error]" not in github.out, github.out)
    tap.check("each annotation is one line", all(line.startswith("::") for line in github.out.splitlines()), github.out)
    data = json.loads(place.hwb("check", "--json", wheel).out)
    tap.check("JSON is JSON", any(f["id"] == "Z15" for f in data["findings"]), data)
    lines = "\n ::stop-commands::tok\n \u3000::error::x"
    top, odd_name = fresh("dist"), "::error ::x" + ESC + "/demo-1.0-py3-none-any.whl"
    os.mkdir(os.path.join(top, os.path.dirname(odd_name)))
    make_wheel(os.path.join(top, os.path.dirname(odd_name)), "demo", "1.0", files={"demo.py": "x = 1\n", "demo.pth": "x\n"},
               metadata="Author: a" + lines + "\nLicense: b" + lines + "\n")
    for words in (["check", odd_name], ["check", "-v", "--profile=strict", odd_name], ["inspect", odd_name]):
        run = place.hwb(*words, cwd=top)
        tap.check("no line of hwb %s is a command" % words[0], "error" in run.out and not re.search(r"(?m)^\s*::", run.text), run.told())
        tap.check("and it steers no terminal", "\x1b" not in run.text, run.told())
    tap.check("the lines are still there", run.code == 0 and "\\x3a:stop-commands::tok" in run.out, run.told())
    data = json.loads(place.hwb("inspect", "--json", odd_name, cwd=top).out)
    tap.check("nor in JSON", "\x1b" not in data[0]["path"], data)


def tokens(tap):
    """what looks like a credential in names and fields"""
    place, folder, token = Place(), fresh("dist"), "gh" + "p_" + "0123456789abcdefghijABCDEFGHIJ012345"
    password = "pass" + "w0rd-of-mine"
    fields = ("Summary: s\nClassifier: bad %s\n%s: y\nHome-page: ftp://me:%s@host.example/\nAuthor: a\n b %s\n" % (token, token, password, token))
    wheel = make_wheel(folder, "demo", "1.0", files={"demo.py": "x = 1\n", "demo/%s.bak" % token: "x", "demo/a.so": "x"}, requires=["x ; " + token], metadata=fields)
    for option in ("-v", "--json", "--sarif", "--github"):
        run = place.hwb("check", option, wheel)
        tap.run("hwb check %s finds them all the same" % option, run, 6, "M02", "M05", "M09", "S10", "[REDACTED:github]")
        tap.check("and shows none of them", token not in run.text and password not in run.text, run.told())
    for option in ("-v", "--json"):
        run = place.hwb("inspect", option, wheel)
        tap.run("hwb inspect %s says what is there" % option, run, 0, "[REDACTED:github]", "Home-page")
        tap.check("and shows none of them", token not in run.text and password not in run.text, run.told())
    far = make_wheel(folder, "far", "1.0", files={"far.py": "x"}, metadata="Summary: s\nClassifier: %s%s\n" % ("w " * 92, token))
    run = place.hwb("check", "-v", far)
    tap.check("nor a part where a message ends", "M05" in run.out and "w w w" in run.out and token[:8] not in run.text, run.told())
    torn = make_wheel(folder, "torn", "1.0", files={"torn.py": "x", "a/../%s" % token: "x"})
    for command in ("check", "inspect"):
        run = place.hwb(command, torn)
        tap.check("nor when hwb %s fails" % command, run.code == 6 and token not in run.text, run.told())
    sdist = make_sdist(folder, extra=[(tarfile.TarInfo("demo-1.0/%s.bak" % token), b"x"), (tarfile.TarInfo("demo-1.0/PKG-INFO"), b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nClassifier: bad %s\n" % token.encode())])
    run = place.hwb("check", "-v", sdist)
    tap.check("nor of an sdist", "[" in run.out and token not in run.text, run.told())
    sdist = make_sdist(fresh("dist"), extra=[(tarfile.TarInfo("demo-1.0/../%s" % token), b"x")])
    run = place.hwb("check", sdist, sdist)
    tap.run("nor of one that is not unpacked", run, 6, "error[T01]", "[REDACTED:github]", absent=[token])
    kept = place.kept_text().decode()
    tap.check("the audit log has none", token not in kept and password not in kept)


def formats(tap):
    """JSON and SARIF"""
    place, folder = Place(), fresh("dist dir")
    wheel = make_wheel(folder, "bad", "1.0", files={"bad.py": "x = 1\n", "sitecustomize.py": "x = 1\n", "bad.pth": "x\n"})
    data = json.loads(place.hwb("check", "--json", wheel).out)
    tap.check("the object says what was looked at", data["subjects"][0]["path"] == wheel and data["subjects"][0]["outcome"] == "refused"
              and data["subjects"][0]["hashes"]["sha256"] == support.sha256(open(wheel, "rb").read()), data["subjects"])
    tap.check("and what was found", {(f["id"], f["path"], f["severity"]) for f in data["findings"]} >= {("S07", "sitecustomize.py", "error"), ("S06", "bad.pth", "warning")}, data["findings"])
    tap.check("and how it ends", data["exit"] == {"code": 6, "reason": "artefact"}, data["exit"])
    run = place.hwb("check", "--sarif", "--allow", "S06=known", wheel)
    sarif = json.loads(run.out)
    tap.run("SARIF ends the same", run, 6)
    results = sarif["runs"][0]["results"]
    tap.check("what is allowed is suppressed", [r["suppressions"][0]["justification"] for r in results if r["ruleId"] == "S06"] == ["known"], results)
    tap.check("a blank in a path is encoded", all(" " not in r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in results), results)
    schema = os.path.join(support.HERE, "..", "..", ".venv", "share", "sarif-2.1.0.json")
    if not os.path.exists(schema):
        tap.skip("SARIF follows its schema", "./dev test could not fetch the schema")
    else:
        check = "import json,sys,jsonschema; jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))"
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            for text in (run.out, place.hwb("check", "--sarif", "--limit", "wheel-size=10", wheel).out):
                file.seek(0)
                file.truncate()
                file.write(text)
                file.flush()
                done = subprocess.run([os.path.join(Setting.venv, "bin", "python"), "-c", check, schema, file.name], capture_output=True, text=True)
                tap.check("SARIF follows its schema", done.returncode == 0, done.stderr)
    tap.run("two formats at once", place.hwb("check", "--sarif", "--github", wheel), 2, "only one can be asked for")


def sdists(tap):
    """sdists, and wheels against theirs"""
    folder, place = fresh("dist"), Place()
    sdist = make_sdist(folder)
    tap.run("a good sdist passes", place.hwb("check", sdist), 0)
    other = make_sdist(fresh("dist"), "demo", "2.0", top="demo-3.0")
    tap.run("another folder inside", place.hwb("check", other), 6, "error[T02]", "'demo-3.0'")
    wheel = make_wheel(folder, "demo", "1.0", files={"demo.py": "new = 1\n", "bk.py": open(os.path.join(support.HERE, "backend.py")).read()})
    run = place.hwb("check", "-v", wheel, sdist)
    tap.run("a module that the sdist does not have is told", run, 0, "demo.py: info[S16]")
    tap.run("not without the sdist", place.hwb("check", "-v", wheel), 0, absent=["S16"])
    support.write(folder, {"torn-1.0.tar.gz": open(sdist, "rb").read()[:200]})
    tap.run("a torn one is refused", place.hwb("check", folder + "/torn-1.0.tar.gz"), 6, "error[T01]")


def builds(tap):
    """findings of a build"""
    tree = project(code="def files():\n    return {'demo.py': 'x = 1\\n', 'sitecustomize.py': 'x = 1\\n', 'demo.pth': 'x\\n'}\n")
    place = Place()
    run = place.build("--wheel", "--no-index", tree)
    tap.run("an error refuses the wheel", run, 6, "is refused: S07", "sitecustomize.py", "--allow S07=WHY")
    tap.check("and nothing is written", place.made() == [], place.made())
    report = os.path.join(place.top, "report.json")
    run = place.build("--wheel", "--no-index", "--allow", "S07=known", "--report", report, tree)
    tap.run("allowed, it is written", run, 0, "allowed[S07]", "warning[S06]")
    found = {f["id"]: f for f in place.report()["findings"]}
    tap.check("the report has the reason", found["S07"].get("allowed") == "known" and "allowed" not in found["S06"], found)
    tap.check("the log too", [e["why"] for e in place.log() if e["event"] == "policy.override"] == ["known"])


def inspections(tap):
    """hwb inspect"""
    place, wheel = Place(), make_wheel(fresh("dist"), "demo", "1.0", requires=["a>=1"], scripts={"demo": "demo:main"})
    tap.run("says what is in it", place.hwb("inspect", wheel), 0, "Name               demo", "Requires-Dist      a>=1", "console_scripts: demo = demo:main", "demo.py (1 file")
    data = json.loads(place.hwb("inspect", "--json", wheel).out)
    tap.check("and as JSON", data[0]["Name"] == ["demo"] and data[0]["sha256"] == support.sha256(open(wheel, "rb").read()), data)
    torn = support.write(fresh("x"), {"torn-1.0-py3-none-any.whl": open(wheel, "rb").read()[:-5]}) + "/torn-1.0-py3-none-any.whl"
    tap.run("which of several is none", place.hwb("inspect", wheel, torn), 6, "error: '%s': " % torn)
    tap.run("what is no wheel", place.hwb("inspect", support.write(fresh("x"), {"a-1-py3-none-any.whl": "x"}) + "/a-1-py3-none-any.whl"), 6)


TESTS = [outcomes, one_of_many, dead_checker, policies, hostile_names, tokens, formats, sdists, builds, inspections]
