"""Frozen modules through hwb: when the file is made, that it is used, and that no project's imports change by it.
TAP on stdout. What the finder itself promises is in tests/hook/finder.py.

usage: frozen.py HWB [VENV] [--only WORD]
"""
import glob
import json
import os
import shutil
import sys

sys.dont_write_bytecode = True  # before the next import: the source tree stays as it is

import support
from support import BACKEND, Place, Setting, Skip, make_wheel, project, pyproject, sha256, write

# A backend with the name of a known one: it imports the first two at once, the third in a hook, the fourth not at all.
FLIT = BACKEND + """
import difflib
import flit_core.part

def build_wheel(folder, settings=None, metadata=None):
    import quopri
    return wheel(folder)
"""
SAY = """
import json, os
def kinds(*names):
    import importlib
    return {n: [type(m.__loader__).__name__, os.path.normpath(m.__file__)] for n in names for m in [importlib.import_module(n)]}
def say(what):
    print("SAID " + json.dumps(what), flush=True)
"""
IN_TREE = "import flit_core.buildapi\n" + SAY + "def build_wheel(folder, settings=None, metadata=None):\n%s    return wheel(folder)\n"
SERVED, PLAIN = "_Loader", "SourceFileLoader"


def links(code=FLIT, part="x = 'wheel'\n"):
    folder = support.fresh("links")
    make_wheel(folder, "flit_core", "9.0", {"flit_core/__init__.py": "", "flit_core/buildapi.py": code, "flit_core/part.py": part})
    return folder


def tree(lines, files=None):
    """A project whose hook runs these lines; its backend stands in the tree and imports that of the wheel."""
    return project(IN_TREE % "".join("    %s\n" % line for line in lines), files, requires=["flit_core"])


def said(run):
    return [json.loads(line.split("SAID ", 1)[1]) for line in run.text.splitlines() if "SAID " in line]


def build(place, folder, source, *words, **more):
    return place.build("--wheel", "-v", "--no-index", "--find-links", folder, *words, source, **more)


def frozen_files(place):
    return glob.glob(os.path.join(place.cache, "frozen", "*", "modules"))


def warm(folder, source, python=None, **more):
    """A place where the file has been made."""
    place, words = Place(), ["-p", python] if python else []
    for _ in range(2):
        run = build(place, folder, source, *words, **more)
        if run.code != 0:
            raise AssertionError(run.told())
    return place


SHOW = ["say(kinds('difflib', 'quopri', 'colorsys', 'flit_core.part'))"]


def uses(tap):
    """the first use of an environment makes no file, the second does, and then modules are served"""
    place, folder, source = Place(), links(), tree(SHOW)
    first = build(place, folder, source)
    tap.run("the first use of an environment works without", first, 0)
    tap.check("the first use makes no file", not frozen_files(place), os.listdir(place.cache))
    tap.check("without the file imports are plain", {kind for kind, _ in said(first)[-1].values()} == {PLAIN}, first.told())
    second = build(place, folder, source)
    tap.run("the second use works", second, 0)
    tap.check("the second use makes the file", len(frozen_files(place)) == 1, second.told())
    third = build(place, folder, source)
    log = place.log()
    events = [[e["event"] for e in log if e["run"] == run and e["event"] in ("environment.learning", "build.started")]
              for run in dict.fromkeys(e["run"] for e in log)]
    tap.check("that a stranger's code runs for it is in the log, first and once",
              events == [["build.started"], ["environment.learning", "build.started"], ["build.started"]], events)
    learned = [e["key"] for e in log if e["event"] == "environment.learning"]
    tap.check("with the environment's digest", learned and set(learned) <= set(os.listdir(place.cache + "/env")), learned)
    got = said(third)[-1]
    tap.check("what the backend imports at once is served", got["difflib"][0] == SERVED and got["flit_core.part"][0] == SERVED, third.told())
    tap.check("what its hooks import is served too", got["quopri"][0] == SERVED, third.told())
    tap.check("what it never imports is not", got["colorsys"][0] == PLAIN, third.told())
    tap.check("the files are those of before", [file for _, file in got.values()] == [file for _, file in said(first)[-1].values()], third.told())
    tap.check("the wheel is the same", first.code == third.code == 0 and len(place.sha()) == 1, place.sha())


def versions(tap):
    """with every interpreter that is here"""
    found = sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python3")))
    folder, source = links(), tree(SHOW)
    for python in [p for p in found if int(p.split("versions/3.")[1].split(".")[0]) >= 8] or [Setting.python]:
        place = warm(folder, source, python)
        run = build(place, folder, source, "-p", python)
        tap.check("modules are served with %s" % python, run.code == 0 and said(run)[-1]["difflib"][0] == SERVED, run.told())


def own_modules(tap):
    """a project's own modules come first where they would without the file"""
    folder = links()
    rows = [
        ("one in backend-path", ["say(kinds('colorsys', 'quopri'))"], {"quopri.py": "x = 'own'\n"}, "quopri", "/build/src/quopri.py"),
        ("one in a folder that a hook puts first", ["import sys", "sys.path.insert(0, '/build/src/lib')", "say(kinds('quopri'))"],
         {"lib/quopri.py": "x = 'own'\n"}, "quopri", "/build/src/lib/quopri.py"),
        ("one in a folder put before those of a package", ["import sys, flit_core", "flit_core.__path__.insert(0, '/build/src/lib')",
                                                           "sys.modules.pop('flit_core.part')", "say(kinds('flit_core.part'))"],
         {"lib/part.py": "x = 'own'\n"}, "flit_core.part", "/build/src/lib/part.py"),
    ]
    for sentence, lines, files, module, want in rows:
        source = tree(lines, files)
        place = warm(folder, source)
        run = build(place, folder, source)
        tap.check(sentence, run.code == 0 and said(run)[-1][module][1] == want, run.told())


def legacy(tap):
    """a module of the project's root is not hidden by what hwb imports ahead of a hook"""
    code = FLIT.replace("    import quopri\n", "    import sys\n    sys.path.insert(0, '.')\n    import quopri\n    say(kinds('quopri'))\n") + SAY
    folder = links(code)
    source = project(files={"quopri.py": "x = 'own'\n", "bk.py": None}, build_system='requires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"')
    place = warm(folder, source)
    run = build(place, folder, source)
    tap.check("a module of the root that a hook finds first", run.code == 0 and said(run)[-1]["quopri"][1] == "/build/src/quopri.py", run.told())


def damage(tap):
    """a file that is not what hwb wrote is made anew"""
    folder, source = links(), tree(SHOW)
    place = warm(folder, source)
    path = frozen_files(place)[0]
    good = sha256(open(path, "rb").read())

    def cut():
        os.truncate(path, 100)

    def overwrite():
        with open(path, "r+b") as file:
            file.write(b"x" * 100)

    def remove():
        os.unlink(path)
    for sentence, action in (("cut off", cut), ("overwritten", overwrite), ("removed", remove)):
        os.chmod(os.path.dirname(path), 0o755)
        if os.path.exists(path):
            os.chmod(path, 0o644)
        action()
        run = build(place, folder, source)
        tap.check("a file that was %s is made anew and used" % sentence, run.code == 0 and sha256(open(path, "rb").read()) == good
                  and said(run)[-1]["difflib"][0] == SERVED, run.told())


def content_in_ci(tap):
    """under CI the file is checked by its content"""
    folder, source, ci = links(), tree(SHOW), {"CI": "true", "GITHUB_ACTIONS": "true"}
    place = warm(folder, source, env=ci)
    path = frozen_files(place)[0]
    good, st = open(path, "rb").read(), os.stat(path)
    os.chmod(path, 0o644)
    with open(path, "r+b") as file:
        file.seek(-100, os.SEEK_END)
        file.write(b"x" * 100)
    os.chmod(path, 0o444)
    os.utime(path, ns=(st.st_atime_ns, st.st_mtime_ns))
    run = build(place, folder, source, env=ci)
    tap.check("other content behind the same time and size is found", run.code == 0 and open(path, "rb").read() == good, run.told())


def nobody_learns(tap):
    """the file depends on the environment alone"""
    folder, files = links(), []
    for lines in (["pass"], ["import colorsys, re", "re.compile('own')"]):
        place = warm(folder, tree(lines))
        files.append([os.path.basename(os.path.dirname(p)) for p in frozen_files(place)])
    tap.check("two projects, one file", files[0] == files[1] and len(files[0]) == 1, files)


def bad_backends(tap):
    """a backend that fails with a toy still builds what it can"""
    toy = "import os\nif os.getcwd().startswith('/build/toy'):\n    %s\n"
    rows = [
        ("it raises at import", toy % "raise RuntimeError('no toys')", True),
        ("it exits at import", toy % "os._exit(3)", True),
        ("it kills everything it can", toy % "os.kill(-1, 9)", True),
        ("it answers in the place of hwb's program", toy % "import glob; open('/out/learned', 'w').write('[]'); os.kill(os.getppid(), 9)", True),
    ]
    for sentence, code, works in rows:
        folder, source = links(FLIT + code), tree(SHOW)
        place = warm(folder, source)
        made = os.listdir(os.path.join(place.cache, "frozen"))
        run = build(place, folder, source)
        tap.check(sentence + ": the build works", (run.code == 0) == works, run.told())
        tap.check(sentence + ": nothing is tried again", sorted(made) == sorted(os.listdir(os.path.join(place.cache, "frozen"))) and made, made)


def limits(tap):
    """looking at the modules keeps the user's limits"""
    hungry = "import os\nif os.getcwd().startswith('/build/toy'):\n    import time\n    held = b'x' * (400 << 20)\n    time.sleep(1)\n"
    for words, made in (([], True), (["--limit", "memory=200M"], False)):
        place, folder, source = Place(), links(FLIT + hungry), tree(SHOW)
        runs = [build(place, folder, source, *words) for _ in range(2)]
        tap.check("with %s the builds work" % words, all(run.code == 0 for run in runs), runs[-1].told())
        tap.check("with %s a backend that takes 400 MB of memory is %slooked at" % (words, "" if made else "not "), bool(frozen_files(place)) == made,
                  os.listdir(place.cache + "/frozen"))


def switches(tap):
    """variables that change how Python imports"""
    folder = links()
    source = tree(["import sys", "say(kinds('difflib'))", "say([sys.flags.optimize, __debug__])"])
    place = warm(folder, source)
    run = build(place, folder, source, "--env", "PYTHONOPTIMIZE=1")
    tap.check("with PYTHONOPTIMIZE imports are plain", run.code == 0 and said(run)[0]["difflib"][0] == PLAIN and said(run)[1] == [1, False], run.told())
    run = build(place, folder, source, "--env", "PYTHONSAFEPATH=1")
    tap.check("with PYTHONSAFEPATH modules are served", run.code == 0 and said(run)[0]["difflib"][0] == SERVED, run.told())
    write(source, {"own/difflib.py": "x = 'own'\n"})
    run = build(place, folder, source, "--env", "PYTHONPATH=/build/src/own")
    tap.check("PYTHONPATH comes first", run.code == 0 and said(run)[0]["difflib"][1] == "/build/src/own/difflib.py", run.told())


def cache(tap):
    """hwb cache knows the files"""
    folder, source = links(), tree(SHOW)
    place = warm(folder, source)
    run = place.hwb("cache", "info", "--json")
    tap.check("hwb cache info counts them", run.code == 0 and run.json()["kinds"]["frozen"]["entries"] == 1, run.told())
    run = place.hwb("cache", "clean")
    tap.check("hwb cache clean removes them", run.code == 0 and not frozen_files(place), run.told())


def setuptools(tap):
    """the real one, with a C extension"""
    folder = support.setuptools_links()
    source = write(support.fresh("ext"), {
        "pyproject.toml": pyproject(build_system='requires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"'),
        "demo.c": "#include <Python.h>\nstatic struct PyModuleDef m = { PyModuleDef_HEAD_INIT, \"demo\", 0, -1, 0, 0, 0, 0, 0 };\n"
                  "PyMODINIT_FUNC PyInit_demo(void) { return PyModule_Create(&m); }\n",
        "setup.py": "import sys, setuptools, distutils.core\n%s\nsay(kinds('setuptools.dist', 'distutils.core', 'setuptools.command.build_ext'))\n"
                    "setuptools.setup(ext_modules=[setuptools.Extension('demo', ['demo.c'])])\n" % SAY})
    if shutil.which("cc") is None:
        raise Skip("no C compiler")
    place = warm(folder, source)
    run = build(place, folder, source)
    tap.check("setuptools is served", run.code == 0 and {kind for kind, _ in said(run)[-1].values()} == {SERVED}, run.told())


def main():
    only = support.begin(sys.argv)
    support.Tap().all([uses, versions, own_modules, legacy, damage, content_in_ci, nobody_learns, bad_backends, limits, switches, cache, setuptools], only)


main()
