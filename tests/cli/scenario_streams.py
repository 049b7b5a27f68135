"""What hwb says, where, and in which form: streams, reports, exit codes, settings, the small commands."""
import glob
import json
import os
import re
import shlex
import subprocess
import time

import support
from support import Place, Setting, fresh, make_wheel, project, pyproject, write

WHEEL = "demo-1.0-py3-none-any.whl"
SDIST = "demo-1.0.tar.gz"
HOOK = "def build_wheel(folder, settings=None, metadata=None):\n"


def streams(tap):
    """stdout and stderr"""
    place = Place()
    run = place.build("--no-index", project())
    tap.check("stdout has the paths of the artefacts and nothing else", run.code == 0 and run.paths() == [os.path.join(place.out, n) for n in (SDIST, WHEEL)], run.told())
    tap.check("the rest is on stderr, without colour in a pipe", "hwb: built" in run.err and "\x1b" not in run.err, run.told())
    run = place.build("--no-index", "-q", project())
    tap.check("-q says nothing on success but the paths", run.code == 0 and run.err == "" and len(run.paths()) == 2, run.told())
    run = place.build("--no-index", "-q", project(HOOK + "    raise ValueError('rubber duck')\n"), "--wheel")
    tap.check("-q says what failed, and stdout is empty", run.code == 1 and "rubber duck" in run.err and run.out == "", run.told())
    noisy = HOOK + "    print('noise ' * 3)\n    return wheel(folder)\n"
    run = place.build("--no-index", "--wheel", "-v", project(noisy))
    tap.check("-v shows the backend's output on stderr", run.code == 0 and "noise noise" in run.err and "noise" not in run.out, run.told())
    run = place.build("--no-index", "--wheel", project(noisy))
    logs = b"".join(open(os.path.join(place.hwb_home, "logs", n), "rb").read() for n in os.listdir(place.hwb_home + "/logs") if n.startswith("build-"))
    tap.check("without -v it is in the build log alone", "noise" not in run.text and logs.count(b"noise noise noise") == 2, run.told(), logs)
    run = place.build("--no-index", "--wheel", project(HOOK + "    print('early words')\n    raise ValueError('x')\n"))
    tap.run("a failure shows the end of the output without -v", run, 1, "early words", "ValueError: x")
    modes = {oct(os.stat(p).st_mode & 0o777) for p in [place.hwb_home + "/logs"]}, {oct(os.stat(os.path.join(place.hwb_home, "logs", n)).st_mode & 0o777) for n in os.listdir(place.hwb_home + "/logs")}
    tap.check("the logs are 0600 in a 0700 directory", modes == ({"0o700"}, {"0o600"}), modes)


def report(tap):
    """--json and --report"""
    links = fresh("links")
    make_wheel(links, "helper", "1.0")
    place = Place()
    run = place.build("--no-index", "-f", links, "--json", "--report", place.top + "/report.json", project(requires=["helper"]))
    if not tap.check("--json prints one object and nothing else", run.code == 0 and isinstance(run.json(), dict), run.told()):
        return
    got = run.json()
    tap.check("--report writes the same", json.load(open(place.top + "/report.json")) == got)
    keys = {"version", "artifacts", "source", "isolation", "network", "lock", "findings", "stages", "log_head", "exit"}
    tap.check("it has every key of the contract", keys <= set(got) and got["version"] == "1.0", sorted(got))
    want = [{"name": n, "path": os.path.join(place.out, n), "kind": k, "size": os.path.getsize(os.path.join(place.out, n)),
             "hashes": {"sha256": support.sha256(open(os.path.join(place.out, n), "rb").read())}} for n, k in ((SDIST, "sdist"), (WHEEL, "wheel"))]
    tap.check("artifacts are as pypa/build has them", [{k: a.get(k) for k in want[0]} for a in got["artifacts"]] == want, got["artifacts"])
    tap.check("isolation names the mode and its controls", got["isolation"]["mode"] == "sandbox" and {"seccomp", "net-ns"} <= set(got["isolation"]["controls"]), got["isolation"])
    tap.check("stages have a name, wall and processor time", got["stages"] and all({"name", "ms", "cpu_ms"} <= set(s) for s in got["stages"]), got["stages"])
    tap.check("exit is {code, reason} and no words", got["exit"] == {"code": 0, "reason": "ok", "message": None, "help": None}, got["exit"])
    last = open(sorted(support.glob.glob(place.hwb_home + "/logs/audit-*.json"))[-1], "rb").read().splitlines()[-1]
    tap.check("log_head is the sha256 of the log's last line", got["log_head"] == support.sha256(last), got["log_head"], last)
    tap.run("and hwb log verify --head knows it", place.hwb("log", "verify", "--head", got["log_head"]), 0)
    tap.run("but no other", place.hwb("log", "verify", "--head", "0" * 64), 7, "0" * 64)
    failures = [(HOOK + "    raise ValueError('x')\n", {}, [], 1, "build"), ("", {"requires": ["missing"]}, [], 3, "resolve"), ("NAME = 'other'\n", {}, [], 6, "artefact"),
                (HOOK + "    import time\n    time.sleep(3600)\n", {}, ["--limit", "wall=1s"], 9, "limit"), ("", {"build_system": "requires = 1"}, [], 2, "usage")]
    for code, table, words, want, reason in failures:
        run = place.build("--no-index", "--json", "--wheel", *words, project(code, **table))
        shown = json.loads(run.out) if run.out.startswith("{") else {}
        tap.check("exit %d is in the report, as '%s'" % (want, reason), run.code == want and (shown.get("exit", {}).get("code"), shown.get("exit", {}).get("reason")) == (want, reason) and shown["exit"]["message"] and shown["artifacts"] == [], run.told())
    for path, said in (("/nonexistent/folder/report.json", "No such file"), (place.top, "directory"), (place.top + "/", "directory"), ("-", "--json prints"), ("/proc/report.json", "cannot be written")):
        run = place.build("--no-index", "--report", path, project())
        tap.run("a report that cannot be written is a usage error before anything is built: %s" % path.replace(place.top, "DIR"), run, 2, "'%s'" % path, said, absent=["prepared", "hwb: source"])
    run = place.build("--no-index", "--wheel", "--report", "plain.json", project(), cwd=place.top)
    tap.check("--report with a bare name writes to the working directory", run.code == 0 and os.path.exists(place.top + "/plain.json"), run.told())


def several(tap):
    """several sources"""
    good, bad = project(), project(HOOK + "    raise ValueError('rubber duck')\n")
    place = Place()
    run = place.build("--no-index", "--wheel", "--json", good, bad)
    shown = run.json() if run.code == 1 else {"exit": {"message": ""}, "artifacts": []}
    tap.check("a failure of one of several sources names it", shown["exit"]["message"].startswith("'%s': " % bad) and good not in shown["exit"]["message"], run.told())
    tap.check("what was built before stays, in the report too", place.made() == [WHEEL] and [a["name"] for a in shown["artifacts"]] == [WHEEL], place.made(), shown)
    run = place.build("--no-index", "--wheel", "/nonexistent/source", good)
    tap.run("also one that is not there", run, 2, "'/nonexistent/source': ")
    run = place.build("--no-index", "--wheel", bad)
    tap.check("one source is not named", run.code == 1 and "error: build_wheel" in run.err, run.told())


def interpreters(tap):
    """-p twice"""
    other = support.find_other_python()
    links = fresh("links")
    make_wheel(links, "helper", "1.0")
    make_wheel(links, "helper", "2.0")
    versions = [support.version_of(p) for p in (Setting.python, other)]
    requires = ["helper==%d.0; python_full_version == '%s'" % (i + 1, v) for i, v in enumerate(versions)]
    place = Place()
    run = place.build("-p", other, "--no-index", "-f", links, "--json", project(requires=requires))
    if not tap.check("a build with two interpreters makes one sdist and two wheels", run.code == 0 and [a["kind"] for a in run.json()["artifacts"]] == ["sdist", "wheel", "wheel"], run.told()):
        return
    got = run.json()
    tap.check("each artefact names its interpreter", [a["interpreter"]["version"] for a in got["artifacts"]] == [versions[0]] + versions, got["artifacts"])
    tap.check("with its path", [os.path.realpath(a["interpreter"]["path"]) for a in got["artifacts"][1:]] == [os.path.realpath(p) for p in (Setting.python, other)], got["artifacts"])
    pins = [(lock["interpreter"]["version"], [(p["name"], p["version"]) for p in lock["packages"]]) for lock in got["locks"]]
    tap.check("the pins of each are there", pins == [(versions[0], [("helper", "1.0")]), (versions[1], [("helper", "2.0")])], got["locks"])
    tap.check("lock is that of the last one", got["lock"] == {"packages": got["locks"][1]["packages"], "python": versions[1]}, got["lock"])
    tap.check("the log tells them apart too", {e["python"] for e in place.log() if e["event"] == "lock.created"} == set(versions))
    tree = project(HOOK + "    import sys\n    if sys.version_info[:3] == %r: raise ValueError('x')\n    return wheel(folder)\n" % (tuple(map(int, versions[1].split("."))),), requires=requires)
    run = place.build("-p", other, "--no-index", "-f", links, "--wheel", "--json", tree)
    got = run.json() if run.code == 1 else {"locks": [], "artifacts": []}
    tap.check("a failure with the second leaves what the first made, and the pins of both", [len(got["locks"]), len(got["artifacts"])] == [2, 1], run.told())
    tap.check("and names the interpreter", got["exit"]["message"].startswith("-p %s: " % other) if got["locks"] else False, run.told())


USAGE = [  # words, exit code, what is said
    ([], 2, ["build"]), (["--help"], 0, ["build", "doctor", "log", "cache"]), (["help"], 0, ["build", "doctor"]), (["help", "build"], 0, ["--out-dir"]), (["help", "nosuch"], 2, ["nosuch"]), (["help", "build", "log"], 2, ["one command"]),
    (["bild"], 2, ["bild", "did you mean 'build'?"]), (["upload", "x.whl"], 2, ["did you mean 'publish'?"]), (["nonsense"], 2, ["hwb --help"]), (["-q", "version"], 0, ["0."]), (["--color", "never", "-qv", "version"], 0, ["0."]), (["--color=red", "version"], 2, ["takes auto"]),
    (["-q", "--help"], 0, ["doctor"]), (["-q"], 2, ["COMMAND"]), (["--wheel", "build"], 2, ["--wheel", "the command comes first"]), (["-Z", "build"], 2, ["-Z"]), (["--cache-dir"], 2, ["--cache-dir"]), (["-"], 2, ["'-'"]),
    (["doctor", "extra"], 2, ["'extra'"]), (["version", "extra"], 2, ["'extra'"]), (["--version", "extra"], 2, ["'extra'"]), (["cache", "dir", "--max-size", "3"], 2, ["--max-size is for 'hwb cache gc'", "cache dir"]),
    (["cache", "dir", "extra"], 2, ["cache takes"]), (["log", "show", "--head", "0"], 2, ["--head is for 'hwb log verify'"]), (["log", "path", "extra"], 2, ["log takes"]), (["log", "verify", "--run", "0"], 2, ["'hwb log show|export'"]),
    (["debug", "vectors", "--env", "A=b"], 2, ["'hwb debug sandbox'"]), (["version"], 0, ["0."]), (["--version"], 0, ["0."]),
    (["build", "--help"], 0, ["--out-dir", "--offline"]), (["build", "--offlin"], 2, ["--offline"]), (["build", "-Z"], 2, ["-Z"]), (["build", "-o"], 2, ["--out-dir"]),
    (["build", "--wheel=yes"], 2, ["--wheel"]), (["build", "--limit", "wall"], 2, ["--limit"]), (["build", "--limit", "wall=soon"], 2, ["wall", "soon"]), (["build", "--limit", "speed=1"], 2, ["speed"]),
    (["build", "--isolation", "none"], 2, ["none"]), (["build", "--isolation", "container"], 2, ["--image"]), (["build", "--isolation", "wishful"], 2, ["wishful"]),
    (["build", "-n"], 2, ["--find-links"]), (["build", "--env", "1=2"], 2, ["--env"]), (["build", "--config-json", "[1"], 2, ["--config-json"]), (["build", "--config-json", "[1]"], 2, ["object"]),
    (["build", "-p", "2.7"], 2, ["2.7"]), (["build", "-p", "/nonexistent/python"], 2, ["/nonexistent/python"]), (["build", "--index-url", "nonsense"], 2, ["--index-url"]),
    (["build", "--index-url", "ftp://x/"], 2, ["--index-url"]), (["build", "-f", "/nonexistent/links"], 2, ["/nonexistent/links"]), (["build", "--allow-read", "/"], 2, ["--allow-read"]), (["build", "--allow-read", "/proc"], 2, ["'/proc'"]),
    (["log"], 2, ["verify"]), (["log", "burn"], 2, ["verify"]), (["cache"], 2, ["clean"]), (["log", "verify", "--head", "x"], 2, ["--head"]),
    (["log", "verify", "--from-seq", "0"], 2, ["--from-seq"]), (["log", "verify", "--from-seq", "x"], 2, ["--from-seq"]),
]


def usage(tap):
    """what is asked for wrongly"""
    tree = project(requires=["helper"])
    for words, code, said in USAGE:
        run = Place().hwb(*words, cwd=tree)
        tap.run("hwb %s ends with %s" % (" ".join(words), code), run, code, *said)
    place = Place()
    write(place.top, {"file": "x"})
    tap.run("-o that is a file is refused and named", place.build("--no-index", "-o", place.top + "/file", project()), (2, 10), place.top + "/file")
    run = place.build("--no-index", "--outdir=" + place.top + "/new/folder", project())
    tap.check("--outdir=DIR makes the folder with its parents", run.code == 0 and sorted(os.listdir(place.top + "/new/folder")) == [WHEEL, SDIST], run.told())
    run = place.build("--no-index", "-o", "relative", project(), cwd=place.top)
    tap.check("-o with a relative path starts at the working directory", run.code == 0 and sorted(os.listdir(place.top + "/relative")) == [WHEEL, SDIST], run.told())


CONFIG = [  # hwb.toml, exit code, words
    ("[build]\nout-dir = \n", 2, ["hwb.toml:2:"]), ("[build]\nout-dri = 'x'\n", 2, ["hwb.toml:2:", "build.out-dri", "build.out-dir"]), ("[index]\noffline = 'maybe'\n", 2, ["hwb.toml:2:", "maybe"]),
    ("[build]\nout-dir = 3\n", 2, ["hwb.toml:2:", "build.out-dir", "a path, not an integer"]), ("[build]\nenv = ['A=1', true]\n", 2, ["hwb.toml:2:", "a boolean"]), ("[index]\noffline = true\n", 0, []),
    ("[index]\nexclude-newer = 2030-01-01\n", 0, []), ("[build]\npython = 3\n", 2, ["hwb.toml:2:", "an integer"]), ("[build]\nout-dir = { path = '/x', sha256 = 'y' }\n", 2, ["hwb.toml:2:", "a table"]),
    ("[limits]\nwall = '1s'\n", 0, []), ("[limits]\nwall = 60\n", 0, []), ("[limits]\nwall = 'x'\n", 2, ["hwb.toml:2:", "wall"]), ("loose = 1\n", 2, ["hwb.toml:1:", "loose"]), ("[build]\nout-dir = '@OUT@'\n", 0, ["@OUT@"]),
]


def configuration(tap):
    """hwb.toml and [tool.hwb]"""
    for text, code, said in CONFIG:
        place = Place()
        other = place.top + "/elsewhere"
        write(place.home, {".config/hwb/hwb.toml": text.replace("@OUT@", other)})
        run = place.hwb("build", "--no-index", "-p", Setting.python, project(), env={"HWB_NO_CONFIG": None})
        tap.run("the configuration %r ends with %s" % (text, code), run, code, *[w.replace("@OUT@", other) for w in said])
    place = Place()
    write(place.home, {".config/hwb/hwb.toml": "[build]\nout-dir = '%s/config'\n" % place.top})
    tree = project()
    for words, env, want in (([], {}, "config"), ([], {"HWB_OUT_DIR": place.top + "/variable"}, "variable"), (["-o", place.top + "/flag"], {"HWB_OUT_DIR": place.top + "/variable"}, "flag")):
        run = place.hwb("build", "--no-index", "--wheel", "-p", Setting.python, *words, tree, env={"HWB_NO_CONFIG": None, **env})
        tap.check("the %s has the last word" % want, run.paths() == [os.path.join(place.top, want, WHEEL)], run.told())
    asks = ("\n[tool.hwb.%s]\n%s\n", [("security", "network-allowed-hosts = ['example.invalid']", "network-allowed-hosts"), ("build", "env = ['HOME']", "env"),
                                      ("build", "allow-requires = true", "allow-requires")])
    for table, line, key in asks[1]:
        tree = project(files={"pyproject.toml": pyproject() + asks[0] % (table, line)})
        tap.run("a project that asks for %s is refused with the flag" % key, Place().build("--no-index", "--wheel", tree), 2, key, "--trust-project")
    tree = project(files={"pyproject.toml": pyproject() + asks[0] % ("build", "env = ['CHOSEN=yes']")}, code=HOOK + "    assert os.environ['CHOSEN'] == 'yes'\n    return wheel(folder)\n")
    tap.run("--trust-project grants it", Place().build("--no-index", "--wheel", "--trust-project", tree), 0, WHEEL)
    tree = project(files={"pyproject.toml": pyproject() + asks[0] % ("index", "url = 'https://example.invalid/'")})
    tap.run("the index is never the project's to choose", Place().build("--no-index", "--wheel", "--trust-project", tree), 2, "index.url")


TOKEN = "pypi-AgEIcHlwaS5vcmcCJDQ3MTE0NzExNDcxMTQ3MTE"


def redaction(tap):
    """secrets of the caller that a build happens to say"""
    say = HOOK + ("    import base64\n    t = open('said').read()\n    print('plain', t)\n    print('split ' + t[:9] + '\\x1b[0m' + t[9:])\n    print('base', base64.b64encode(t.encode()).decode())\n"
                  "    print('hex', t.encode().hex())\n    raise ValueError('sorry ' + t)\n")
    place = Place()
    run = place.build("--no-index", "--wheel", "-v", "--report", place.top + "/r.json", project(say, files={"said": TOKEN}), env={"PYPI_TOKEN": TOKEN})
    everything = run.text + place.kept_text().decode("utf-8", "replace") + open(place.top + "/r.json").read()
    import base64
    for what, value in (("plain", TOKEN), ("with an escape sequence inside", TOKEN[:9] + "\x1b[0m" + TOKEN[9:]), ("in base64", base64.b64encode(TOKEN.encode()).decode()),
                        ("in hex", TOKEN.encode().hex())):
        where = [n for n, text in (("stderr", run.text), ("report", open(place.top + "/r.json").read()), ("logs", place.kept_text().decode("utf-8", "replace"))) if value in text]
        tap.check("a token of the environment is hidden: %s" % what, run.code == 1 and "plain" in everything and not where, where, run.told())


def ci_commands(tap):
    """a build log that tries to command the CI"""
    say = HOOK + "    print('::add-mask::x')\n    print('::error file=a::pwned')\n    print('##vso[task.setvariable]x')\n    print('\\r::set-env name=A::b')\n    raise ValueError('::error::again')\n"
    run = Place().build("--no-index", "--wheel", "-v", project(say), env={"GITHUB_ACTIONS": "true", "CI": "true"})
    stop = re.search(r"(?m)^::stop-commands::(\S{16,})$", run.text)
    inside = run.text.split(stop.group(0), 1)[1].split("::%s::" % stop.group(1), 1)[0] if stop else ""
    loose = [line for line in (run.text.replace(inside, "") if inside else run.text).splitlines() if re.match(r"\s*(::(add-mask|error file|set-env)|##vso)", line)]
    tap.check("commands in a build's output do not reach GitHub", run.code == 1 and "pwned" in run.text and not loose, loose, run.told())
    run = Place().build("--no-index", "--wheel", "-v", project(say))
    tap.check("and there is no escape or carriage return outside of it", not re.search(r"[\x1b\r]", run.text), run.told())


def cache(tap):
    """hwb cache"""
    links, place = fresh("links"), Place()
    make_wheel(links, "helper", "1.0")
    tree = project(requires=["helper"])
    tap.run("cache info without a cache is no error", place.hwb("cache", "info"), 0)
    first = place.build("--no-index", "-f", links, "--wheel", tree)
    sha = place.sha()
    run = place.hwb("cache", "info", "--json")
    got = run.json() if run.code == 0 else {"kinds": {}}
    tap.check("cache info counts what is there", got.get("bytes", 0) > 0 and got["kinds"]["env"]["entries"] >= 1 and got["path"] == place.cache, run.told())
    tap.run("cache info is for people too", place.hwb("cache", "info"), 0, place.cache, "env")
    tap.run("cache dir says where it is", place.hwb("cache", "dir"), 0, place.cache)
    run = place.hwb("cache", "clean")
    left = json.loads(place.hwb("cache", "info", "--json").out)
    tap.check("cache clean empties it", run.code == 0 and all(k["entries"] == 0 for k in left["kinds"].values()), run.told(), left)
    again = place.build("--no-index", "-f", links, "--wheel", tree)
    tap.check("and a build after it makes the same", first.code == 0 and again.code == 0 and place.sha() == sha, again.told())
    foreign = write(fresh("foreign"), {"precious.txt": "mine"})
    run = place.hwb("cache", "clean", "--cache-dir", foreign)
    tap.check("cache clean refuses a folder that is no cache", run.code == 2 and "precious.txt" in run.err and os.path.exists(foreign + "/precious.txt"), run.told())


def cache_gc(tap):
    """hwb cache gc"""
    links, place = fresh("links"), Place()
    make_wheel(links, "helper", "1.0")
    tree = project(requires=["helper"])
    for more in ([], ["--pre"]):    # two questions to the resolver: two entries of that kind
        place.build("--no-index", "-f", links, "--wheel", *more, tree)

    def entries(kind):
        return sorted(glob.glob("%s/%s/*" % (place.cache, kind)))

    def info():
        return place.hwb("cache", "info", "--json").json()
    resolved = entries("resolve")
    whole = info()
    if not tap.check("two questions leave two resolutions", len(resolved) == 2 == whole["kinds"]["resolve"]["entries"], resolved, whole):
        return
    for age, path in ((2000, resolved[1]), (1000, resolved[0])):
        os.utime(path, (time.time() - 86400 * age,) * 2)
    for path in (p for kind in ("blob", "metadata", "interp", "index") for p in glob.glob("%s/%s/**" % (place.cache, kind), recursive=True)):
        os.utime(path)
    run = place.hwb("cache", "gc", "--max-size", str(whole["bytes"] - 1), "--json")
    tap.check("gc removes the resolution that was used least recently, and no more than is needed", run.code == 0 and run.json()["removed"] == 1 and entries("resolve") == resolved[:1], run.told(), entries("resolve"))
    run = place.hwb("cache", "gc", "--max-size", str(info()["bytes"]), "--json")
    tap.check("a cache that is small enough stays", run.code == 0 and run.json()["removed"] == 0 and entries("resolve") == resolved[:1], run.told())
    run = place.hwb("cache", "gc", "--max-size", "0", "--json")
    left = info()["kinds"]
    tap.check("--max-size 0 leaves nothing, however new it is", run.code == 0 and not any(k["entries"] for k in left.values()) and run.json()["in_use"] == 0, run.told(), left)
    tap.run("gc without a size says what it takes", place.hwb("cache", "gc"), 2, "--max-size")
    again = place.build("--no-index", "-f", links, "--wheel", tree)
    tap.check("and a build after it works", again.code == 0, again.told())
    for code in ("", "    import helper\n"):
        slow = project(HOOK + "    print('halfway', flush=True)\n    import time\n    time.sleep(2)\n" + code + "    return wheel(folder)\n", requires=["helper"])
        process = place.start(*place.words("--no-index", "-f", links, "--wheel", "-v", slow))
        seen = support.wait_for_text(process, "halfway")
        run = place.hwb("cache", "gc", "--max-size", "0", "--json")
        kept = {k: v["entries"] for k, v in info()["kinds"].items() if v["entries"]}
        done = place.finish(process)
        tap.check("what a running build uses stays", seen and "env" in kept and run.json()["in_use"] == sum(kept.values()) and set(kept) <= {"env", "frozen"}, run.told(), kept)
        tap.check("and the build comes to its end", done.code == 0, done.told())
    write(place.cache, {"env/.tmp-0123/helper.py": "x = 1\n"})
    run = place.hwb("cache", "gc", "--max-size", "0", "--json")
    tap.check("what a killed run left half-made goes", run.code == 0 and not os.path.exists(place.cache + "/env/.tmp-0123") and run.json()["in_use"] == 0, run.told())


def log_show(tap):
    """hwb log show"""
    place = Place()
    tap.run("without a log there is nothing to verify", place.hwb("log", "verify"), 7)
    place.build("--no-index", "--wheel", project())
    place.build("--no-index", "--wheel", project(HOOK + "    raise ValueError('x')\n"))
    events = place.log()
    runs = list(dict.fromkeys(e["run"] for e in events))
    names = [e["event"] for e in events]
    need = {"run.started", "run.finished", "source.fetched", "lock.created", "sandbox.started", "sandbox.finished", "build.started", "build.completed", "build.failed", "artifact.checked", "artifact.written"}
    tap.check("the log has every event of the contract", need <= set(names) and len(runs) == 2, sorted(need - set(names)), names)
    common = {"timestamp", "event", "seq", "prev", "run", "source", "isolation", "image", "user", "environment"}
    tap.check("each with the common fields, seq one by one", all(common <= set(e) for e in events) and [e["seq"] for e in events] == list(range(1, len(events) + 1)), events[0])
    shown = place.hwb("log", "show", "--run", runs[0][:8]).out
    tap.check("log show --run shows that run alone", runs[0][:8] in shown and runs[1][:8] not in shown, shown)
    shown = place.hwb("log", "show", "--last").out.splitlines()
    last = [e for e in events if e["run"] == runs[1]]
    tap.check("log show --last shows the run that began last, and no other", len(shown) == len(last) > 5 and all(runs[1][:8] in line for line in shown), shown)
    tap.check("with the source, once it is known", ["source=%s" % json.dumps(e["source"]) in line for e, line in zip(last, shown)] == [bool(e["source"]) for e in last] and last[-1]["source"], shown)
    tap.run("--last with --event is both", place.hwb("log", "show", "--last", "--event", "build.failed"), 0, "build.failed", runs[1][:8], absent=["build.started"])
    for words in (["--run", "zzzz"], ["--event", "nosuch"], ["--last", "--event", "nosuch"]):
        run = place.hwb("log", "show", *words)
        tap.check("what is not in the log is said, with 1: %s" % words, run.code == 1 and "no event of the log matches" in run.err and run.out == "", run.told())
    tap.run("verify does not take an event for there that is not", place.hwb("log", "verify", "--from-seq", "999999"), 7, "the log ends with event %d" % len(events), "999999")
    tap.run("--run and --last do not go together", place.hwb("log", "show", "--last", "--run", runs[0]), 2, "--last")
    shown = place.hwb("log", "show", "--event", "build.", "--json").out.splitlines()
    tap.check("log show --event --json shows those lines as they are", [json.loads(line)["event"] for line in shown] == [n for n in names if n.startswith("build.")], shown)
    run = place.build("--no-index", "--wheel", project(), env={"GITHUB_ACTIONS": "true", "GITHUB_WORKFLOW": "w", "GITHUB_RUN_ID": "17"})
    tap.check("in CI the events name provider, workflow and run", run.code == 0 and place.log()[-1]["environment"] == {"ci_provider": "github", "workflow": "w", "run_id": "17"}, place.log()[-1])


def descriptors(tap):
    """a standard descriptor that is closed or takes nothing"""
    place, wheel = Place(), make_wheel(fresh("dist"), "odd", "1.0", files={"odd.py": "x = 1\n", "odd.pth": "lib\n"})
    tree = project()

    def shell(redirection, *words):
        line = "exec %s %s" % (shlex.join([place.program, *words]), redirection)
        return place.finish(subprocess.Popen(["sh", "-c", line], env=place.env(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE))

    tap.run("redact without an input ends", shell("<&-", "redact"), 0)
    tap.run("redact without an output is no success", shell("</etc/passwd >&-", "redact"), 10, "Bad file descriptor")
    tap.run("nor with a full one", shell("</etc/passwd >/dev/full", "redact"), 10, "No space left")
    lost = "the result cannot be written to standard output"
    build = place.words("--wheel", "--no-index", tree)
    for words in (["check", wheel], ["check", "--json", wheel], ["check", "--sarif", wheel], ["check", "--github", wheel], ["inspect", wheel],
                  ["inspect", "--json", wheel], ["scan", "--json", tree], ["version"], ["log", "path"], ["doctor"], ["cache", "dir"], build, [*build, "--json"]):
        for redirection in (">&-", ">/dev/full"):
            run = shell(redirection, *words)
            tap.run("%s %s is no success, and says so" % (" ".join(words[:2]), redirection), run, 10, lost)
            tap.check("once", run.err.count(lost) == 1, run.err)
    tap.run("help to a full disk", shell(">/dev/full", "help"), 10, "standard output: write: No space left")
    tap.run("all three are closed", shell("<&- >&- 2>&-", "check", "--json", wheel), 10)
    tap.run("nothing got into the log", place.hwb("log", "verify"), 0, "the chain is whole")
    last = [e for e in place.log() if e["event"] == "run.finished"][-1]
    tap.check("which knows how it ended", (last["exit_code"], last["reason"]) == (10, "unchecked"), last)
    reader, writer = os.pipe()
    os.close(reader)
    run = place.finish(subprocess.Popen([place.program, "check", wheel], env=place.env(), stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE))
    os.close(writer)
    tap.run("a reader that went away gets no sentence, and no success", run, 10, "checked 1 file", absent=[lost])


TESTS = [streams, descriptors, report, several, interpreters, usage, configuration, redaction, ci_commands, cache, cache_gc, log_show]
