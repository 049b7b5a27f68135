"""The build protocol as hwb speaks it: PEP 517, 518 and what users of pip, uv and build rely on
(reference/build-protocol.md section 1; its matrix 1.7 row by row). TAP on stdout.

usage: conformance.py HWB [VENV] [--only WORD]: with VENV (packaging, pip, ...) its pip installs what was built.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

sys.dont_write_bytecode = True  # before the next import: the source tree stays as it is

import support
from support import Place, Setting, Skip, make_wheel, project, pyproject, write

# sentence, lines for the backend, [build-system] (None: the usual), words for hwb, exit code, what the message must say, what must be made
OK, BACKEND, USAGE, ARTEFACT = 0, 1, 2, 6
WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"
HOOK = "def build_wheel(folder, settings=None, metadata=None):\n"
ASK = "def get_requires_for_build_wheel(settings=None):\n"
UNSUPPORTED = "class UnsupportedOperation(Exception):\n    pass\ndef build_sdist(folder, settings=None):\n    raise UnsupportedOperation('no git here')\n"


def line(number):
    """A place in pyproject.toml, however it is spelled; broken_toml insists on file:line:column."""
    return re.compile(r"pyproject\.toml:%d:\d|pyproject\.toml.*line %d, column \d" % (number, number))


def system(*lines):
    return "\n".join(lines)


def in_tree(*lines):
    return system('requires = []', 'build-backend = "bk"', *lines)


MATRIX = [
    ("a wheel that was named but not made is refused", HOOK + "    return '%s'\n" % WHEEL, None, ["--wheel"], ARTEFACT, ["no such file", WHEEL], []),
    ("None for an answer fails and is named", HOOK + "    wheel(folder)\n", None, ["--wheel"], BACKEND, ["build_wheel", "None"], []),
    ("a number for an answer fails and its type is named", HOOK + "    return 3\n", None, ["--wheel"], BACKEND, ["build_wheel", "int"], []),
    ("an absolute path for an answer fails", HOOK + "    return os.path.join(folder, wheel(folder))\n", None, ["--wheel"], ARTEFACT, ["base name"], []),
    ("a path upwards for an answer fails", HOOK + "    return '../out/' + wheel(folder)\n", None, ["--wheel"], ARTEFACT, ["base name"], []),
    ("os._exit(0) in a hook fails", HOOK + "    wheel(folder)\n    os._exit(0)\n", None, ["--wheel"], BACKEND, ["exited", "without a result"], []),
    ("SystemExit(0) in a hook fails", HOOK + "    wheel(folder)\n    raise SystemExit(0)\n", None, ["--wheel"], BACKEND, ["exited without a result"], []),
    ("os._exit(0) in get_requires fails", ASK + "    os._exit(0)\n", None, ["--wheel"], BACKEND, ["exited", "without a result"], []),
    ("os._exit(0) in get_requires of the sdist fails", "def get_requires_for_build_sdist(settings=None):\n    os._exit(0)\n", None, [], BACKEND, ["exited", "without a result"], []),
    ("os._exit(0) in build_sdist fails", "def build_sdist(folder, settings=None):\n    os._exit(0)\n", None, [], BACKEND, ["exited", "without a result"], []),
    ("os._exit(0) while the backend is imported fails", "os._exit(0)\n", None, ["--wheel"], BACKEND, ["exited", "without a result"], []),
    ("a hook that dies of a signal fails and the signal is named", HOOK + "    os.abort()\n", None, ["--wheel"], BACKEND, ["signal 6"], []),
    ("UnsupportedOperation from build_sdist leads to a wheel from the tree and a warning", UNSUPPORTED, None, [], OK, ["warning", "directly from the source"], [WHEEL]),
    ("UnsupportedOperation fails when an sdist was asked for", UNSUPPORTED, None, ["--sdist"], BACKEND, ["UnsupportedOperation"], []),
    ("UnsupportedOperation of another module's class is an ordinary failure or the same, but never a success without a wheel",
     "def build_sdist(folder, settings=None):\n    raise io.UnsupportedOperation('tell')\n", None, ["--sdist"], BACKEND, ["UnsupportedOperation"], []),
    ("an exception in a hook fails and shows its traceback", HOOK + "    raise ValueError('rubber duck')\n", None, ["--wheel"], BACKEND,
     ["ValueError: rubber duck", "Traceback", 'bk.py", line'], []),
    ("a str from get_requires fails on its type", ASK + "    return 'abc'\n", None, ["--wheel"], BACKEND, ["get_requires_for_build_wheel", "str"], []),
    ("a list of numbers from get_requires fails on its type", ASK + "    return [1]\n", None, ["--wheel"], BACKEND, ["get_requires_for_build_wheel", "list"], []),
    ("a requirement of get_requires that does not parse fails", ASK + "    return ['a b c']\n", None, ["--wheel"], BACKEND, ["a b c"], []),
    ("an empty answer of get_requires is fine", ASK + "    return []\n", None, ["--wheel"], OK, [], [WHEEL]),
    ("backend-path ../x is refused with its line", "", in_tree('backend-path = ["../x"]'), ["--wheel"], USAGE, [line(4), "../x"], []),
    ("an absolute backend-path is refused with its line", "", in_tree('backend-path = ["/usr"]'), ["--wheel"], USAGE, [line(4), "/usr"], []),
    ("a backend-path that does not exist is refused", "", in_tree('backend-path = ["missing"]'), ["--wheel"], USAGE, ["missing"], []),
    ("a backend-path that is a file is refused", "", in_tree('backend-path = ["bk.py"]'), ["--wheel"], USAGE, ["bk.py"], []),
    ("a string as backend-path is refused with its line", "", in_tree('backend-path = "."'), ["--wheel"], USAGE, [line(4), "backend-path", "array"], []),
    ("[build-system] without requires is refused", "", system('build-backend = "bk"', 'backend-path = ["."]'), ["--wheel"], USAGE, [line(1), "requires"], []),
    ("requires that is a string is refused", "", system('requires = "x"', 'build-backend = "bk"'), ["--wheel"], USAGE, [line(2), "requires"], []),
    ("requires that is no requirement is refused and named", "", system('requires = ["a b c"]', 'build-backend = "bk"', 'backend-path = ["."]'), ["--wheel"], USAGE, ["a b c"], []),
    ("an unknown key in [build-system] is a warning", "", in_tree('backend-path = ["."]', "colour = 1"), ["--wheel"], OK, ["warning", "colour"], [WHEEL]),
    ("a backend name that is not dotted identifiers is refused", "", system("requires = []", 'build-backend = "bk; import os"', 'backend-path = ["."]'), ["--wheel"], USAGE,
     [line(3), "build-backend"], []),
    ("an empty object behind the colon is refused", "", system("requires = []", 'build-backend = "bk:"', 'backend-path = ["."]'), ["--wheel"], USAGE, [line(3)], []),
    ("a backend that does not exist fails and is named", "", system("requires = []", 'build-backend = "nowhere"', 'backend-path = ["."]'), ["--wheel"], BACKEND, ["nowhere"], []),
    ("a backend that is importable but not from backend-path is refused", "", system("requires = []", 'build-backend = "json"', 'backend-path = ["."]'), ["--wheel"], BACKEND,
     ["json", "backend-path"], []),
    ("an object that the module does not have fails and is named", "", system("requires = []", 'build-backend = "bk:Missing"', 'backend-path = ["."]'), ["--wheel"], BACKEND, ["Missing"], []),
    ("the source is not importable without backend-path", "", system("requires = []", 'build-backend = "bk"'), ["--wheel"], BACKEND, ["bk", "ModuleNotFoundError"], []),
    ("the backend bk:A.B works", "class A:\n    class B:\n        build_wheel = staticmethod(build_wheel)\nbuild_wheel = None\n",
     system("requires = []", 'build-backend = "bk:A.B"', 'backend-path = ["."]'), ["--wheel"], OK, [], [WHEEL]),
    ("an object with methods for hooks works", "class Kind:\n    def build_wheel(self, *a):\n        return wheel(a[0])\nit = Kind()\nbuild_wheel = None\n",
     system("requires = []", 'build-backend = "bk:it"', 'backend-path = ["."]'), ["--wheel"], OK, [], [WHEEL]),
    ("a backend without build_wheel fails and the hook is named", "del build_wheel\n", None, ["--wheel"], BACKEND, ["build_wheel"], []),
    ("a backend without build_sdist fails and the hook is named", "del build_sdist\n", None, ["--sdist"], BACKEND, ["build_sdist"], []),
    ("another name than [project] has is refused", "NAME = 'other'\n", None, ["--wheel"], ARTEFACT, ["other", "demo"], []),
    ("another version than [project] has is refused", "VERSION = '2.0'\n", None, ["--wheel"], ARTEFACT, ["2.0", "1.0"], []),
    ("another name for the sdist is refused", "NAME = 'other'\n", None, ["--sdist"], ARTEFACT, ["other", "demo"], []),
    ("another version for the sdist is refused", "VERSION = '2.0'\n", None, ["--sdist"], ARTEFACT, ["2.0", "1.0"], []),
    ("the same version in another spelling is fine", "VERSION = '1.0.0'\n", None, ["--wheel"], OK, [], ["demo-1.0.0-py3-none-any.whl"]),
    ("bytes on stdout that are no UTF-8 are no failure; stdin is empty",
     HOOK + "    import sys\n    sys.stdout.buffer.write(b'odd \\xff\\xfe \\x1b[2J bytes\\n')\n    assert sys.stdin.read() == ''\n    return wheel(folder)\n",
     None, ["--wheel", "-v"], OK, ["odd", "bytes"], [WHEEL]),
    ("by default the sdist and the wheel from it are made", "", None, [], OK, [SDIST, WHEEL], [SDIST, WHEEL]),
    ("--sdist makes the sdist alone", "", None, ["--sdist"], OK, [SDIST], [SDIST]),
    ("--wheel makes the wheel alone", "del build_sdist\n", None, ["--wheel"], OK, [WHEEL], [WHEEL]),
    ("--sdist --wheel makes both", "", None, ["--sdist", "--wheel"], OK, [SDIST, WHEEL], [SDIST, WHEEL]),
    ("-C b without '=' is refused", "", None, ["-C", "b", "--wheel"], USAGE, ["--config-setting"], []),
    ("-C =x without a key is refused", "", None, ["-C", "=x", "--wheel"], USAGE, ["--config-setting"], []),
]


def matrix(tap):
    """the conformance matrix"""
    place = Place()
    for sentence, code, table, words, want, said, made in MATRIX:
        for name in place.made():
            os.unlink(os.path.join(place.out, name))
        tree = project(code, build_system=table)
        run = place.build("--no-index", "--limit", "wall=30s", *words, tree)
        good = tap.run(sentence, run, want, *said, absent=("\x1b",))
        if good and place.made() != sorted(made):
            tap.check(sentence + ": what is made", False, "want %r, got %r" % (made, place.made()), run.told())
        support.remove_tree(tree)


def broken_toml(tap):
    """bad TOML is refused with its line and column"""
    for text, where in (("[build-system\n", "pyproject.toml:1:14"), ('a = 1\na = 2\n', "pyproject.toml:2:"), ('a = 1\n\n  b = "x\n', "pyproject.toml:3:")):
        tap.run("bad TOML is refused at %s" % where, Place().build("--no-index", project(files={"pyproject.toml": text})), USAGE, where)


def no_project(tap):
    """a folder without a project"""
    tap.run("a folder with neither pyproject.toml nor setup.py is refused", Place().build("--no-index", write(support.fresh("empty"), {"a": "b"})), USAGE,
            "pyproject.toml", "setup.py")


def settings(tap):
    """config settings"""
    shows = HOOK + "    global files\n    text = repr(settings)\n    files = lambda: {'demo.py': text}\n    return wheel(folder)\n"
    rows = [(["-C", "a=1", "-Cc=d=e", "-C", "a=2", "-C", "a=3", "--config-setting", "empty="], {"a": ["1", "2", "3"], "c": "d=e", "empty": ""}),
            (["--config-json", '{"a": ["1", "2"], "b": "x"}'], {"a": ["1", "2"], "b": "x"}), (["--config-settings=--global-option=--quiet"], {"--global-option": "--quiet"}),
            ([], {})]
    for words, want in rows:
        place = Place()
        run = place.build("--no-index", "--wheel", *words, project(shows))
        got = zipfile.ZipFile(os.path.join(place.out, WHEEL)).read("demo.py").decode() if place.made() else ""
        tap.check("%s reaches the hook as %r" % (" ".join(words) or "no setting", want), run.code == 0 and got == repr(want), got, run.told())


FACTS = HOOK + r'''
    global files
    import json, shutil, socket, subprocess, sys
    def tried(call):
        try:
            return call()
        except Exception as error:
            return repr(error)
    def loopback():
        server = socket.socket()
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        client = socket.create_connection(("localhost", server.getsockname()[1]), 5)
        server.accept()[0].sendall(b"hello")
        return client.recv(5).decode()
    def ran(*words):
        return subprocess.run(words, capture_output=True, text=True).stdout.strip()
    facts = {
        "cwd": os.getcwd(), "listing": sorted(os.listdir(".")), "stdin": tried(lambda: os.readlink("/proc/self/fd/0")), "argv": sys.argv,
        "imports": tried(lambda: __import__("helper").version), "sub": ran(sys.executable, "-c", "import helper; print(helper.version)"),
        "bare": ran("python", "-c", "import helper; print(helper.version)"), "script": ran("helper-tool"), "which": tried(lambda: shutil.which("helper-tool")),
        "shell": ran("sh", "-c", "helper-tool"), "localhost": tried(lambda: socket.gethostbyname("localhost")), "loopback": tried(loopback), "env": dict(os.environ),
        "umask": os.umask(0o22), "executable": sys.executable, "writes": tried(lambda: open("written", "w").write("x")), "isolated": "" in sys.path or os.getcwd() in sys.path,
        "child": ran(sys.executable, "-c", "import sys; print(sys.prefix)"), "prefix": sys.prefix,
    }
    files = lambda: {"demo.py": json.dumps(facts)}
    return wheel(folder)
'''


def facts(tap):
    """what a hook finds around it"""
    links = support.fresh("links")
    make_wheel(links, "helper", "1.5", {"helper.py": "version = '1.5'\ndef main():\n    print('tool ran')\n"}, scripts={"helper-tool": "helper:main"})
    place = Place()
    # The backend is in a folder of its own, so that what else could be importable is not by accident.
    tree = write(support.fresh("facts"), {
        "pyproject.toml": pyproject(build_system='requires = ["helper"]\nbuild-backend = "bk"\nbackend-path = ["backend"]'),
        "backend/bk.py": support.BACKEND + FACTS, "sub/data": "x"})
    os.utime(os.path.join(tree, "sub/data"), (1700000000, 1700000000))
    run = place.build("--no-index", "-f", links, "--wheel", "--env", "CHOSEN=yes", tree, env={"PYPI_TOKEN": "hidden-token-4711"})
    if not tap.run("a build that looks around works", run, OK):
        return
    text = zipfile.ZipFile(os.path.join(place.out, WHEEL)).read("demo.py").decode()
    got = json.loads(text)
    env = got["env"]
    rows = [
        ("the working directory is the source", "pyproject.toml" in got["listing"] and got["listing"] == ["backend", "pyproject.toml", "sub"]),
        ("stdin is /dev/null", got["stdin"] == "/dev/null"), ("the source is writable", got["writes"] == 1),
        ("the source itself is not on sys.path", got["isolated"] is False),
        ("requires are importable", got["imports"] == "1.5"), ("a child of sys.executable sees the environment", got["sub"] == "1.5"),
        ("a child called python sees the environment", got["bare"] == "1.5"), ("scripts of requires are on PATH and run", got["script"] == "tool ran"),
        ("also for grandchildren", got["shell"] == "tool ran"), ("a child has the same prefix", got["child"] == got["prefix"]),
        ("localhost resolves", got["localhost"] == "127.0.0.1"), ("the loopback works", got["loopback"] == "hello"),
        ("SOURCE_DATE_EPOCH is set", env.get("SOURCE_DATE_EPOCH", "").isdigit() and int(env["SOURCE_DATE_EPOCH"]) >= 315532800),
        ("PYTHONHASHSEED is 0, TZ is UTC, LANG is C.UTF-8", (env.get("PYTHONHASHSEED"), env.get("TZ"), env.get("LANG")) == ("0", "UTC", "C.UTF-8")),
        ("HOME and TMPDIR exist inside", env.get("HOME") != place.home and env.get("TMPDIR", "").startswith("/")), ("the umask is 022", got["umask"] == 0o22),
        ("--env K=V is there", env.get("CHOSEN") == "yes"), ("the caller's token is not", "hidden-token-4711" not in text),
        ("the user's cache and home are not named", place.home not in json.dumps(env) and place.cache not in json.dumps(env)),
    ]
    for sentence, good in rows:
        tap.check("in a hook " + sentence, good, json.dumps(got, indent=1))
    tap.check("the project on the host is untouched", not os.path.exists(os.path.join(tree, "written")))
    again = Place()
    run = again.build("--no-index", "-f", links, "--wheel", "--env", "SOURCE_DATE_EPOCH=1234567890", "--env", "PYTHONHASHSEED=7", tree)
    env = json.loads(zipfile.ZipFile(os.path.join(again.out, WHEEL)).read("demo.py"))["env"] if run.code == 0 else {}
    tap.check("what the user sets for the reproducibility variables wins", (env.get("SOURCE_DATE_EPOCH"), env.get("PYTHONHASHSEED")) == ("1234567890", "7"), env, run.told())


def epoch(tap):
    """SOURCE_DATE_EPOCH of a tree is its newest file"""
    tree = project(HOOK + "    global files\n    files = lambda: {'demo.py': os.environ['SOURCE_DATE_EPOCH']}\n    return wheel(folder)\n")
    for path in glob.glob(tree + "/*"):
        os.utime(path, (1500000000, 1500000000))
    place = Place()
    run = place.build("--no-index", "--wheel", tree)
    made = zipfile.ZipFile(os.path.join(place.out, WHEEL)) if place.made() else None
    tap.check("SOURCE_DATE_EPOCH of a tree is its newest file", made and made.read("demo.py") == b"1500000000", run.told())
    tap.check("the members of the wheel carry that time", made and {i.date_time for i in made.infolist()} == {(2017, 7, 14, 2, 40, 0)}, made and made.infolist())


def left_child(tap):
    """a child that keeps stdout open does not hold the build up"""
    code = HOOK + "    import subprocess\n    subprocess.Popen(['sleep', '3600'], start_new_session=True)\n    return wheel(folder)\n"
    run = Place().build("--no-index", "--wheel", project(code))
    tap.run("a child that keeps stdout open does not hold the build up", run, OK, WHEEL)
    left = support.still_running()
    tap.check("and it is dead afterwards", not left, left)


def escaped_log(tap):
    """bytes that are no UTF-8 are escaped in the log"""
    place = Place()
    run = place.build("--no-index", "--wheel", project(HOOK + "    import sys\n    sys.stdout.buffer.write(b'odd \\xff\\xfe \\x1b[2J bytes\\n')\n    return wheel(folder)\n"))
    logs = b"".join(open(p, "rb").read() for p in glob.glob(place.hwb_home + "/logs/build-*.log"))
    tap.check("bytes that are no UTF-8 are escaped in the build log", run.code == 0 and b"odd" in logs and not any(b in logs for b in (b"\xff", b"\x1b")), logs, run.told())


SLOW = """
import sys, time
class Slow:
    def __init__(self, stream):
        self.stream, self.kept = stream, ""
    def __getattr__(self, name):
        return getattr(self.stream, name)
    def write(self, text):
        self.kept += text
    def flush(self):
        time.sleep(0.5)
        self.stream.write(self.kept)
        self.stream.flush()
        self.kept = ""
"""


def last_words(tap):
    """what a hook prints last"""
    # A stream that takes its time to flush stands for a busy machine: the answer must not overtake the words.
    for what, end, code in (("succeeds", "return wheel(folder)", OK), ("raises", "raise ValueError('x')", BACKEND), ("returns None", "return None", BACKEND)):
        run = Place().build("--no-index", "--wheel", "-v", project(SLOW + HOOK + "    sys.stdout = Slow(sys.stdout)\n    print('the last words')\n    %s\n" % end))
        tap.run("the last words of a hook that %s are not lost" % what, run, code, "the last words")


def outside_links(tap):
    """backend-path through a link out of the tree"""
    outside = write(support.fresh("outside"), {"bk.py": support.BACKEND})
    tree = project(build_system=in_tree('backend-path = ["link"]'))
    os.symlink(outside, os.path.join(tree, "link"))
    tap.run("a backend-path that is a link out of the tree is refused", Place().build("--no-index", "--wheel", tree), USAGE, "link")
    tree = project(build_system=in_tree('backend-path = ["inside"]'))
    os.mkdir(os.path.join(tree, "real"))
    os.rename(os.path.join(tree, "bk.py"), os.path.join(tree, "real", "bk.py"))
    os.symlink("real", os.path.join(tree, "inside"))
    tap.run("a backend-path that is a link inside the tree works", Place().build("--no-index", "--wheel", tree), OK, WHEEL)


def chained(tap):
    """the default's wheel comes from the sdist"""
    code = ("def files():\n    return {'demo.py': repr(sorted(os.listdir('.')))}\n"
            "def build_sdist(folder, settings=None):\n    open('only-in-sdist', 'w').close()\n    return sdist(folder)\n")
    for words, want in (([], True), (["--wheel"], False), (["--sdist", "--wheel"], False)):
        place = Place()
        run = place.build("--no-index", *words, project(code))
        got = zipfile.ZipFile(os.path.join(place.out, WHEEL)).read("demo.py").decode() if place.made("*.whl") else ""
        tap.check("with %s the wheel comes from the %s" % (" ".join(words) or "no flag", "sdist" if want else "tree"), run.code == 0 and bool(got) and ("only-in-sdist" in got) == want,
                  got, run.told())
    place = Place()
    place.build("--no-index", project(code))
    names = tarfile.open(os.path.join(place.out, SDIST)).getnames() if place.made("*.gz") else []
    tap.check("the sdist is the backend's, with one top folder", names and {n.split("/")[0] for n in names} == {"demo-1.0"}, names)


LEGACY = "from setuptools import setup\nimport sibling\nsetup(name='old', version=sibling.version, py_modules=['sibling'])\n"


def legacy(tap):
    """setup.py projects"""
    links = support.setuptools_links()
    rows = [("with no pyproject.toml", None, OK), ("with no [build-system]", "[tool.x]\na = 1\n", OK),
            ("with requires but no build-backend", '[build-system]\nrequires = ["setuptools"]\n', OK),
            ("with an explicit build_meta", '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n', BACKEND),
            ("with build_meta:__legacy__", '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta:__legacy__"\n', OK)]
    for what, table, code in rows:
        files = {"setup.py": LEGACY, "sibling.py": "version = '3.1'\n"}
        if table:
            files["pyproject.toml"] = table
        place = Place()
        run = place.build("--no-index", "-f", links, write(support.fresh("old"), files))
        if code == OK:
            good = tap.run("a setup.py that imports a sibling builds %s" % what, run, OK, "old-3.1.tar.gz", "old-3.1-py3-none-any.whl")
            if good and table is None:
                install(tap, place)
        else:
            tap.run("a setup.py that imports a sibling fails %s, as in other tools" % what, run, code, "ModuleNotFoundError", "sibling")


def install(tap, place):
    """Somebody else's installer takes the wheel."""
    if not Setting.venv:
        return tap.skip("pip installs the wheel", "no VENV was given")
    target = tempfile.mkdtemp(dir=place.top)
    done = subprocess.run([Setting.venv + "/bin/python", "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--target", target,
                           *glob.glob(place.out + "/*.whl")], capture_output=True, text=True, env={"PATH": os.environ["PATH"], "HOME": place.home})
    return tap.check("pip installs the wheel", done.returncode == 0 and os.listdir(target), done.stdout + done.stderr)


def more_requires(tap):
    """what get_requires asks for"""
    links = support.fresh("links")
    make_wheel(links, "packaging", "99.1", {"packaging.py": "version = '99.1'\n"})
    make_wheel(links, "unheard_of", "1.0")
    imports = HOOK + "    global files\n    import %s as m\n    text = str(m.version)\n    files = lambda: {'demo.py': text}\n    return wheel(folder)\n"
    rows = [
        ("a known name from get_requires is installed", "['packaging>=99']", "packaging", [], [], OK, [WHEEL]),
        ("an unknown name from get_requires is refused with the flag", "['unheard-of']", "unheard_of", [], [], 3, ["unheard-of", "--allow-requires"]),
        ("an unknown name is installed with --allow-requires", "['unheard-of']", "unheard_of", ["--allow-requires"], [], OK, [WHEEL]),
        ("an unknown name that requires has already is fine", "['unheard-of']", "unheard_of", [], ["unheard-of"], OK, [WHEEL]),
        ("a version that is nowhere cannot be resolved", "['packaging<1']", "packaging", [], [], 3, ["packaging"]),
        ("an answer that contradicts requires cannot be resolved", "['packaging<99']", "packaging", [], ["packaging>=99"], 3, ["packaging"]),
        ("a requirement whose marker is false is not installed", "['unheard-of; python_version < \"3\"']", "sys", [], [], OK, [WHEEL]),
    ]
    for sentence, answer, module, words, requires, code, said in rows:
        run = Place().build("--no-index", "-f", links, "--wheel", *words, project(ASK + "    return %s\n" % answer + imports % module, requires=requires))
        tap.run(sentence, run, code, *said)
    run = Place().build("--no-index", "-f", links, project("def get_requires_for_build_sdist(settings=None):\n    return ['packaging']\n"
                                                           "def build_sdist(folder, settings=None):\n    import packaging\n    return sdist(folder)\n"))
    tap.run("get_requires_for_build_sdist is asked for the sdist", run, OK, SDIST, WHEEL)


TESTS = [matrix, broken_toml, no_project, settings, facts, epoch, left_child, escaped_log, last_words, outside_links, chained, legacy, more_requires]

if __name__ == "__main__":
    word = support.begin(sys.argv)
    support.Tap().all(TESTS, word)
