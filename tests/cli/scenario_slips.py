"""Slips of people who have read the manual once: each is answered at once, with what to do, and nothing is asked, built or guessed."""
import os
import re
import shutil
import subprocess

import support
from scenario_sources import repository
from support import Index, Place, fresh, make_sdist, make_wheel, project, write

WHEEL = "demo-1.0-py3-none-any.whl"


def sources(tap):
    """a file or an address that is no source"""
    tree = project(files={"setup.py": "", "setup.cfg": "", "x.whl": "x", "six": "x"})
    with Index(fresh("index")) as index:
        for word, said in (("pyproject.toml", "name its directory"), ("setup.py", "name its directory"), ("./setup.cfg", "name its directory"), ("x.whl", "a wheel already"), ("six", "'six' is a file"),
                           (tree + "/pyproject.toml", "that is '%s'" % tree), ("absent.toml", "no source"), ("absent.whl", "no source"), ("git+ssh://git@h.example/r", "git+https"),
                           ("git@h.example:a/r.git", "git+https")):
            tap.run("'%s' is no source" % word.replace(tree, "SRC"), Place().build("--index-url", index.url(), word, cwd=tree), 2, said)
        tap.check("and no index was asked about them", index.ask("count") == {}, index.ask("count"))


def names(tap):
    """a name that becomes a source of the index"""
    folder = fresh("index")
    make_sdist(folder, "demo", "2.0")
    with Index(folder) as index:
        run = Place().build("--index-url", index.url(), "demo")
        tap.run("a source of the index is said to be one", run, 0, "hwb: source: demo 2.0 from the index")
        tap.check("but not with -q", Place().build("--index-url", index.url(), "-q", "demo").err == "")
    tap.run("one of a folder names the folder", Place().build("--no-index", "-f", folder, "demo"), 0, "hwb: source: demo 2.0 from '%s'" % folder)
    tap.run("a directory is no such thing", Place().build("--no-index", "--wheel", project()), 0, absent=["from the index"])


def offline(tap):
    """--offline with a folder that does not have it"""
    links = fresh("links")
    make_wheel(links, "other", "1.0")
    with Index(fresh("index")) as index:
        words = ["--index-url", index.url(), "--offline", "-f", links, "--wheel"]
        for what, word in (("a source", "six"), ("a requirement", project(requires=["six"]))):
            run = Place().build(*words, word)
            tap.run("--offline does not claim to know the index: %s" % what, run, 3, "'six' is neither in the --find-links folders nor in the cache", "run once without --offline", absent=["in the index"])
        tap.check("which was not asked", index.ask("count") == {}, index.ask("count"))
        tap.run("without --offline it is what the index says", Place().build("--index-url", index.url(), "-f", links, "six"), 3, "no project 'six' in the index, and no directory")
    tap.run("--no-index speaks of the folders", Place().build("--no-index", "-f", links, "six"), 3, "no project 'six' in the --find-links folders", absent=["in the index"])


def places(tap):
    """a home, a cache or certificates that cannot be used"""
    place, tree = Place(), project()
    file = write(place.top, {"file": "x"}) + "/file"
    tap.run("a home that cannot be made", place.build(tree, env={"HWB_HOME": file + "/home"}), 7, "the audit log", file, "set HWB_HOME to a path you can write")
    tap.run("logs that cannot be made", place.build(tree, env={"HWB_HOME": write(fresh("home"), {"logs": "x"})}), 7, "the audit log", "set HWB_HOME to a path you can write")
    tap.run("a cache that cannot be made", place.build(tree, "--cache-dir", file + "/cache"), (2, 10), "the cache", file, "set HWB_CACHE_DIR or --cache-dir to a path you can write")
    for name in ("home", "home/logs"):
        top = fresh("open")
        os.makedirs(top + "/home/logs", 0o755)
        os.chmod(os.path.join(top, name), 0o777)
        for what, run in (("build", place.build("--no-index", tree, env={"HWB_HOME": top + "/home"})), ("doctor", place.hwb("doctor", env={"HWB_HOME": top + "/home"}))):
            tap.run("a %s that others can write is refused by %s" % (name, what), run, 7 if what == "build" else 5, "'%s' can be written by others" % os.path.join(top, name), "chmod go-w", "HWB_HOME")
    for words, env in ((["--cert", "/nonexistent/c.pem"], {}), ([], {"SSL_CERT_FILE": "/nonexistent/c.pem"}), (["--cert", place.top], {})):
        run = place.build("--no-index", *words, tree, env=env)
        tap.run("certificates that cannot be read: %s" % (words or env), run, 2, "certificates", (env.get("SSL_CERT_FILE") or words[1]), absent=["hwb: python"])


HOOK = "def build_wheel(folder, settings=None, metadata=None):\n"


def failures(tap):
    """a backend that fails"""
    place = Place()
    tree = project(HOOK + "    print('words')\n    raise ValueError('x')\n")
    for words in ([], ["-v"], ["-q"]):
        run = place.build("--no-index", "--wheel", *words, tree)
        found = re.search(r"(?m)^hwb: the whole output: (\S+/logs/build-\S+\.log) \(run ([0-9a-f]{8})\)$", run.err)
        lines = open(found.group(1)).read().splitlines() if found else []
        tap.check("where all of the output is stands behind its end %s" % words, run.code == 1 and [w for w in lines if w == found.group(2) + " words"] != []
                  and run.err.index("ValueError: x") < found.start() < run.err.index("hwb: error"), run.told())
    run = place.build("--no-index", "--wheel", project(HOOK + "    os._exit(3)\n"))
    tap.run("a build without output has none", run, 1, absent=["the whole output"])
    for code in (HOOK + "    os.environ['MY_KEY']\n", "os.environ['MY_KEY']\n"):
        tree = project(code + ("" if code.startswith("def") else "\n"), files=None)
        run = place.build("--no-index", "--wheel", tree, env={"MY_KEY": "value-4711"})
        tap.run("a variable that the caller has and the build misses", run, 1, "KeyError: 'MY_KEY'", "--env MY_KEY passes it in", absent=["value-4711"])
        tap.run("one that nobody has", place.build("--no-index", "--wheel", tree), 1, "KeyError: 'MY_KEY'", absent=["--env"])
    tree = project(HOOK + "    {}['MY_KEY']\n")
    tap.run("one that the build has is another matter", place.build("--no-index", "--wheel", "--env", "MY_KEY", tree, env={"MY_KEY": "value-4711"}), 1, absent=["passes it in", "value-4711"])


def interpreters(tap):
    """-p that means no Python, or one that does not work"""
    place, tree = Place(), project()
    for word, said in (("2.7", "Python 3.8 or newer"), ("3.7", "Python 3.8 or newer"), ("", "takes a version"), ("/bin/ls", "not a Python interpreter"), ("ls", "ls (was tried and failed)")):
        tap.run("-p '%s' is refused" % word, place.hwb("build", "--no-index", "-p", word, tree), 2, said)
    tap.run("-p 3 is any", place.hwb("build", "--no-index", "-p", "3", "--wheel", "-o", place.out, tree), 0, WHEEL)
    version = "python3." + support.version_of(support.Setting.python).split(".")[1]
    top = write(fresh("broken"), {"lib/x": "", "bin/x": ""})
    os.chmod(top, 0o755)
    broken = top + "/bin"
    shutil.copy("/bin/false", "%s/%s" % (broken, version))
    run = place.hwb("build", "--no-index", "-p", version, "--wheel", "-o", place.out, tree, env={"PATH": "%s:%s:/usr/bin:/bin" % (broken, os.path.dirname(support.Setting.python))})
    tap.run("one that does not run is passed over", run, 0, WHEEL)


def variables(tap):
    """HWB_* that means nothing"""
    for name, code, said in (("HWB_OUT_DRI", 2, "did you mean 'HWB_OUT_DIR'?"), ("HWB_ISOLATON", 2, "did you mean 'HWB_ISOLATION'?"), ("HWB_QUUX_QUUX", 2, "hwb.toml(5)"), ("HWB_LIMIT_WALLS", 2, "walls"),
                             ("HWB_INDEX_OTHER_USERNAME", 0, ""), ("HWB_INDEX_OTHER", 2, "HWB_INDEX_OTHER"), ("HWB_TEST_X", 0, ""), ("XHWB_OUT", 0, "")):
        tap.run("%s ends with %d" % (name, code), Place().hwb("cache", "dir", env={name: "sesame-4711"}), code, *([name, said] if code and "LIMIT" not in name else [said]), absent=["sesame-4711"] if "LIMIT" not in name else [])


def words(tap):
    """what is said of what is missing"""
    tree, _ = repository()
    tap.run("a ref that is not there is said to be missing in its repository", Place().build("git+file://%s@nope" % tree), 3, "error: there is no ref 'nope' in 'file://%s'" % tree)
    tap.run("a name that nobody knows is no refusal of hwb's", Place().build("git+https://nosuch.invalid/x"), 3, "the name 'nosuch.invalid' could not be resolved", absent=["did not let"])
    links = fresh("links")
    make_wheel(links, "wheelonly", "1.0")
    tap.run("a project without sdists is said to have none", Place().build("--no-index", "-f", links, "wheelonly"), 3, "'wheelonly' publishes no sdists", "git+https://")
    for backend, more, said in (("nosuch", "", "requires?"), ("nosuch.build", "", "requires?"), ("nosuch:x", '\nbackend-path = ["."]', "backend-path")):
        tree = project(build_system='requires = []\nbuild-backend = "%s"%s' % (backend, more))
        run = Place().build("--no-index", tree)
        tap.check("a backend that is not there is said to be missing once: %s" % backend, run.code == 1 and said in run.err.split("help: ")[-1]
                  and "error: the backend '%s' cannot be imported: ModuleNotFoundError: No module named 'nosuch'\n" % backend in run.err, run.told())
    tap.run("a module that the backend misses is another matter", Place().build("--no-index", project("import nosuch")), 1, "cannot be imported", "'nosuch'", absent=["help:"])
    run = Place().build("--no-index", "--wheel", "-f", links, project(requires=["wheelonly"]))
    tap.run("one is one", run, 0, "an environment of 1 distribution\n")


def developers(tap):
    """./dev without a command"""
    top = os.path.join(support.HERE, "..", "..")
    for words in ([], ["help"], ["--help"], ["-h"]):
        done = subprocess.run(["./dev", *words], cwd=top, capture_output=True, text=True)
        tap.check("./dev %s lists the commands" % " ".join(words), done.returncode == 0 and "  setup" in done.stdout, done.stdout, done.stderr)
    done = subprocess.run(["./dev", "bild"], cwd=top, capture_output=True, text=True)
    tap.check("one that is not there is an error", done.returncode == 1 and "'bild'" in done.stderr, done.stderr)


def pypirc(tap):
    """a place in a file that is a line alone"""
    place = Place()
    write(place.home, {".pypirc": "[corp]\nrepository = https://corp.example/\npassword = hunter2hunter2\n"})
    tap.run("has no column", place.hwb("publish", "-r", "corp", "x.whl"), 2, "(line 3)", absent=["column", "hunter2"])


TESTS = [pypirc, sources, names, offline, places, failures, interpreters, variables, words, developers]
