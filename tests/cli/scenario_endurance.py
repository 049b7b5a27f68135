"""What goes wrong around a run: two at once, signals, kills, full disks, damaged caches and logs. And: the same bytes anywhere."""
import contextlib
import fcntl
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys

import support
from support import IS_ROOT, Index, Place, Setting, Skip, fresh, make_wheel, project, wait_for, wait_for_text, write

WHEEL = "demo-1.0-py3-none-any.whl"
HOOK = "def build_wheel(folder, settings=None, metadata=None):\n"
SLEEPS = HOOK + "    import subprocess, sys\n    print('asleep', flush=True)\n    subprocess.run(['sleep', '3600'])\n"
USES = "def files():\n    import helper\n    return {'demo.py': helper.version}\n"


def helper_index(size=0):
    folder = fresh("index")
    # Many files, so that making the environment takes a moment; random bytes, so that it does not compress.
    files = {"helper/__init__.py": "version = '1.0'\n"}
    files.update({"helper/m%d.py" % i: "x = %d\n" % i for i in range(400)})
    files["helper/data"] = os.urandom(size) if size else "x"
    make_wheel(folder, "helper", "1.0", files)
    return folder


def at_once(tap):
    """several runs on one cold cache"""
    tree = project(USES, requires=["helper"])
    os.chmod(tree, 0o755)
    with Index(helper_index(1 << 20)) as index:
        cache = os.path.join(fresh("shared"), "cache")
        places = [Place(cache=cache) for _ in range(4)]
        places[1].hwb_home = places[0].hwb_home     # two of them share the log as well
        running = [(p, p.start(*p.words("--index-url", index.url(), tree))) for p in places]
        runs = [p.finish(r) for p, r in running]
        tap.check("four runs at once on one cold cache all succeed", [r.code for r in runs] == [0] * 4, *[r.told() for r in runs if r.code])
        tap.check("with the same sha256", len({tuple(p.sha("*")) for p in places}) == 1, [p.sha("*") for p in places])
        drafts = [p for kind in ("blob", "wheel", "env", "tmp", "interp") for p in glob.glob("%s/%s/**/.tmp*" % (cache, kind), recursive=True)]
        tap.check("and no draft is left in the cache", not drafts, drafts)
        events = places[0].log()
        tap.check("two runs wrote one chain", len({e["run"] for e in events}) == 2 and [e["seq"] for e in events] == list(range(1, len(events) + 1)), len(events))
        tap.run("which is whole", places[0].hwb("log", "verify"), 0)
        out = [Place(cache=cache) for _ in range(2)]
        out[1].out = out[0].out
        running = [(p, p.start(*p.words("--index-url", index.url(), tree))) for p in out]
        runs = [p.finish(r) for p, r in running]
        tap.check("two runs into one output folder leave whole artefacts and nothing else", [r.code for r in runs] == [0, 0] and out[0].made() == ["demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"]
                  and not out[0].left_over(), *[r.told() for r in runs], out[0].left_over())


def ended(tap, what, place, run, code):
    left = support.still_running()
    tap.check("%s ends hwb with %s" % (what, code), run.code == code, run.told())
    tap.check("%s leaves no process, no artefact and no temporary file" % what, not left and not place.made("*.whl") and not place.left_over(), left, place.left_over())


def interrupted(tap):
    """signals in the middle"""
    tree = project(SLEEPS)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        place = Place()
        process = place.start(*place.words("--no-index", "--wheel", "-v", tree))
        wait_for_text(process, "asleep")
        process.send_signal(number)
        ended(tap, "%s while the backend runs" % number.name, place, place.finish(process), 130)
        last = place.log()[-1]
        tap.check("and the log's last event says so after %s" % number.name, (last["event"], last.get("exit_code"), last.get("reason")) == ("run.finished", 130, "interrupted"), last)
    needs = project(USES, requires=["helper"])
    with Index(helper_index()) as index:
        for mode in ("hang@pages", "hang@files", "slow:100@files+nometa"):
            place = Place()
            process = place.start(*place.words("--index-url", index.url(mode), needs))
            wait_for(lambda: any("/%s/" % mode in path for path in index.ask("count")))
            if "pages" not in mode:
                wait_for(lambda: any("/files/" in path for path in index.ask("count")))
            process.send_signal(signal.SIGINT)
            ended(tap, "SIGINT while an index is '%s'" % mode, place, place.finish(process), 130)
            index.ask("reset")
        place = Place()
        first = place.build("--index-url", index.url(), "--wheel", needs)
        locks = glob.glob(place.cache + "/env/*.lock")
        for path in glob.glob(place.cache + "/env/*.manifest"):
            os.unlink(path)
        os.unlink(os.path.join(place.out, WHEEL))
        with contextlib.ExitStack() as held:
            for path in locks:
                fcntl.flock(held.enter_context(open(path)), fcntl.LOCK_EX)
            process = place.start(*place.words("--index-url", index.url(), "--wheel", needs))
            wait_for(lambda: waits_for_lock(process.pid), 20)
            process.send_signal(signal.SIGINT)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                tap.check("SIGINT ends a run that waits for another one's lock", False, "still there after 15 s", first.told())
                process.kill()
                process.communicate()
                return
        ended(tap, "SIGINT while another run holds the lock", place, place.finish(process), 130)


def waits_for_lock(pid):
    with contextlib.suppress(OSError):
        return "lock" in open("/proc/%d/wchan" % pid).read() or any(" -> " in line and " %d " % pid in line for line in open("/proc/locks"))
    return False


def killed(tap):
    """kill -9 at any moment"""
    needs = project(USES, requires=["helper"])
    with Index(helper_index(4 << 20)) as index:
        want = Place()
        want.build("--index-url", index.url(), "--wheel", needs)
        moments = [("a draft in blob or tmp", lambda c: drafts(c, "blob", "tmp", ".")), ("a draft of a wheel's tree", lambda c: drafts(c, "wheel")),
                   ("a draft of the environment", lambda c: drafts(c, "env")), ("the environment's manifest", lambda c: glob.glob(c + "/env/*.manifest")),
                   ("the interpreter's entry", lambda c: glob.glob(c + "/interp/*")), ("the start", lambda c: True)]
        for what, moment in moments:
            place = Place()
            process = place.start(*place.words("--index-url", index.url(), "--wheel", needs))
            while process.poll() is None and not moment(place.cache):
                pass
            process.kill()
            code = place.finish(process).code
            run = place.build("--index-url", index.url(), "--wheel", needs)
            tap.check("after kill -9 at %s the next run makes the same wheel" % what, run.code == 0 and place.sha() == want.sha(), code, run.told())
            verified = place.hwb("log", "verify")
            tap.run("and the log is whole after kill -9 at %s" % what, verified, 0)
            left = support.still_running()
            tap.check("and no process is left of kill -9 at %s" % what, not left, left)


def drafts(cache, *kinds):
    return [p for kind in kinds for p in glob.glob("%s/%s/.tmp*" % (cache, kind)) + glob.glob("%s/%s/**/.hwb-*" % (cache, kind), recursive=True)]


@contextlib.contextmanager
def tiny_disk(path, size):
    if not IS_ROOT:
        raise Skip("mounting a tiny tmpfs needs root")
    os.makedirs(path, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=700,size=%s" % size, "tmpfs", path], capture_output=True, text=True)
    if done.returncode:
        raise Skip("a tmpfs cannot be mounted here: " + done.stderr.strip())
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", path], check=False)


def full_disk(tap):
    """no space left"""
    small, large = project(), project("def files():\n    import random\n    return {'demo.py': '#' + ''.join(random.Random(7).choices('abcdefghijklmnop', k=1 << 20))}\n")
    place = Place()
    with tiny_disk(place.out, "256k"):
        place.build("--no-index", "--wheel", small)
        before = place.sha()
        run = place.build("--no-index", "--wheel", large)
        tap.check("an artefact that does not fit is no success, and says why", run.code not in (0, "hanging") and "No space left" in run.err and place.out in run.err, run.told())
        tap.check("the old artefact is whole and nothing else is there", len(before) == 1 and place.sha() == before and not place.left_over(), place.made(), place.left_over())
        tap.check("the log says that it failed", place.log()[-1]["event"] == "run.finished" and place.log()[-1]["exit_code"] == run.code, place.log()[-1])
    place = Place()
    with tiny_disk(place.hwb_home, "8k"):
        write(place.hwb_home, {"filler": b"x" * 8192})
        run = place.build("--no-index", "--wheel", small)
        tap.check("a run whose log cannot be written stops with 7, says why and makes nothing", run.code == 7 and "No space left" in run.err and not place.made(), run.told(), place.made())
        write(place.hwb_home, {"filler": b"x" * 4096})
        tap.run("so does one whose log runs full on the way", place.build("--no-index", project()), 7, "No space left")
        os.unlink(place.hwb_home + "/filler")
        subprocess.run(["mount", "-o", "remount,size=1m", place.hwb_home], check=True)
        tap.run("with space again the next run works", place.build("--no-index", "--wheel", small), 0, WHEEL)
        tap.run("and the chain is whole", place.hwb("log", "verify"), 0)
    place = Place()
    needs = project(USES, requires=["helper"])
    with Index(helper_index(2 << 20)) as index, tiny_disk(place.cache, "1m"):
        os.chmod(place.cache, 0o700)
        run = place.build("--index-url", index.url(), "--wheel", needs)
        tap.check("a cache that does not fit is no success, and says why", run.code not in (0, "hanging") and "No space left" in run.err, run.told())
        subprocess.run(["mount", "-o", "remount,size=64m", place.cache], check=True)
        tap.run("with space again the same cache works", place.build("--index-url", index.url(), "--wheel", needs), 0, WHEEL)


def damaged_cache(tap):
    """a cache that is no longer what it was"""
    needs = project(USES, requires=["helper"])
    with Index(helper_index()) as index:
        def damaged(what, damage):
            place = Place()
            place.build("--index-url", index.url(), "--wheel", needs)
            before = place.sha()
            damage(place.cache)
            run = place.build("--index-url", index.url(), "--wheel", needs)
            tap.check("%s is noticed and made anew" % what, run.code == 0 and place.sha() == before, run.told())
        damaged("a blob that was cut", lambda c: [forget_trees(c), rewrite(one(c, "blob/sha256/*/*"), lambda d: d[:100])])
        damaged("a blob with a flipped bit", lambda c: [forget_trees(c), rewrite(one(c, "blob/sha256/*/*"), flip)])
        damaged("an environment with a file of another size", lambda c: rewrite(one(c, "env/*/**/helper/__init__.py"), lambda d: b"version = 'evil'\n"))
        damaged("an environment with a file missing", lambda c: remove(one(c, "env/*/**/helper/__init__.py")))
        damaged("an environment with a file more", lambda c: plant(one(c, "env/*/**/helper/__init__.py")))
        damaged("an environment without its manifest", lambda c: os.unlink(one(c, "env/*.manifest")))
        # Other bytes of the same size and time, in CI: rules_policy.py, rehashed_in_ci.
        damaged("an index page that was cut", lambda c: [rewrite(p, lambda d: d[: len(d) // 2]) for p in glob.glob(c + "/index/**", recursive=True) if os.path.isfile(p)])
        damaged("metadata that was cut", lambda c: [rewrite(p, lambda d: d[: len(d) // 2]) for p in glob.glob(c + "/metadata/*")])
        damaged("an interpreter's entry that was cut", lambda c: [rewrite(p, lambda d: d[: len(d) // 2]) for p in glob.glob(c + "/interp/*") if os.path.isfile(p)])
        damaged("a resolution that was cut", lambda c: [rewrite(p, lambda d: d[: len(d) // 2]) for k in ("lock", "resolve") for p in glob.glob(c + "/%s/**" % k, recursive=True) if os.path.isfile(p)])
    place = Place()
    os.mkdir(place.cache)
    if IS_ROOT:
        os.chown(place.cache, 65534, 65534)
        tap.run("a cache of another user is refused", place.build("--no-index", project()), 2, place.cache)


def one(cache, pattern):
    found = [p for p in glob.glob(os.path.join(cache, pattern), recursive=True) if os.path.isfile(p) and os.path.getsize(p) > 10]
    if not found:
        raise Skip("the cache is laid out otherwise: no %s" % pattern)
    return found[0]


def rewrite(path, change):
    st = os.stat(path)
    os.chmod(os.path.dirname(path), 0o700)
    os.chmod(path, 0o600)
    data = change(open(path, "rb").read())
    with open(path, "r+b") as out:
        out.truncate(len(data))
        out.write(data)
    os.chmod(path, st.st_mode & 0o777)


def flip(data):
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def remove(path):
    os.chmod(os.path.dirname(path), 0o700)
    os.unlink(path)


def plant(path):
    os.chmod(os.path.dirname(path), 0o700)
    write(os.path.dirname(path), {"planted.py": "x = 1\n"})


def forget_trees(cache):
    """So that the blob is needed again."""
    for kind in ("env", "wheel"):
        support.remove_tree(os.path.join(cache, kind))


def damaged_log(tap):
    """the chain of the log"""
    place, tree = Place(), project()
    for _ in range(2):
        place.build("--no-index", "--wheel", tree)
    path = glob.glob(place.hwb_home + "/logs/audit-*.json")[0]
    whole = open(path, "rb").read()
    lines = whole.splitlines(keepends=True)
    name = os.path.basename(path)
    tap.run("an untouched log verifies", place.hwb("log", "verify"), 0, "%d lines" % len(lines))

    def verify(sentence, data, *words, code=7):
        open(path, "wb").write(data)
        tap.run(sentence, place.hwb("log", "verify"), code, *words)
    middle = len(lines) // 2
    for at in (2, 20, len(lines[middle]) // 2, len(lines[middle]) - 3):
        line = lines[middle][:at] + bytes([lines[middle][at] ^ 1]) + lines[middle][at + 1:]
        verify("a flipped bit at byte %d of a line is found, with file and line" % at, b"".join(lines[:middle]) + line + b"".join(lines[middle + 1:]), name,
               re.compile("line (%d|%d)" % (middle + 1, middle + 2)))
    verify("a flipped bit in the last line is not found without the head", b"".join(lines[:-1]) + lines[-1].replace(b'"exit_code":0', b'"exit_code":1'), code=0)
    verify("a line that is gone is found", b"".join(lines[:middle] + lines[middle + 1:]), name, "line %d" % (middle + 1))
    verify("two lines that changed places are found", b"".join(lines[:middle] + [lines[middle + 1], lines[middle]] + lines[middle + 2:]), name, "line %d" % (middle + 1))
    verify("a line that is there twice is found", b"".join(lines[:middle] + [lines[middle - 1]] + lines[middle:]), name, "line %d" % (middle + 1))
    verify("a torn last line is found", whole[:-20], name, "line %d" % len(lines), "torn")
    verify("a log whose first lines were cut off is found, with where it begins", b"".join(lines[3:]), "begins with event 4", "--from-seq 4")
    run = place.hwb("log", "verify", "--json")
    tap.check("--json says so too", run.code == 7 and (run.json()["ok"], run.json()["first_seq"], run.json()["lines"]) == (False, 4, len(lines) - 3), run.told())
    tap.run("--from-seq allows what the operator removed", place.hwb("log", "verify", "--from-seq", "4"), 0, "from event 4 on")
    tap.run("and no more", place.hwb("log", "verify", "--from-seq", "3"), 7, "begins with event 4, not with 3")
    place.build("--no-index", "--wheel", tree)
    tap.run("a run after that goes on with the chain, and does not heal it", place.hwb("log", "verify"), 7, "begins with event 4")
    open(path, "wb").write(whole)
    tap.run("--from-seq asks for no less than the whole", place.hwb("log", "verify", "--from-seq", "4", "--json"), 0, '"first_seq":1')
    head = support.sha256(lines[-1].rstrip(b"\n"))
    open(path, "wb").write(b"".join(lines[:-3]))
    tap.run("a log that was cut at a line verifies, but not with the head of the report", place.hwb("log", "verify"), 0)
    tap.run("which is what the head is for", place.hwb("log", "verify", "--head", head), 7, head)
    open(path, "wb").write(whole[:-20])
    run = place.build("--no-index", "--wheel", tree)
    events = [e.get("event") for e in place_log(path)]
    tap.check("the next run closes a torn line with audit.recovered and works", run.code == 0 and "audit.recovered" in events, run.told(), events)
    tap.run("and the log verifies again", place.hwb("log", "verify"), 0)
    open(path, "wb").write(whole + b'{"torn')
    place.build("--no-index", "--wheel", tree)
    tap.run("so does one that was torn early in a line", place.hwb("log", "verify"), 0)
    os.chmod(place.hwb_home + "/logs", 0o700)
    other = Place()
    write(other.hwb_home, {"logs": "a file"})
    tap.run("logs that cannot be a folder stop the run with 7", other.build("--no-index", tree), 7, other.hwb_home)


def place_log(path):
    import json
    for line in open(path, "rb").read().splitlines():
        with contextlib.suppress(ValueError):
            yield json.loads(line)


def closed_umask(tap):
    """umask 077"""
    tree = project(USES, requires=["helper"])
    want, place = Place(), Place()
    with Index(helper_index()) as index:
        want.build("--index-url", index.url(), "--wheel", tree)
        old = os.umask(0o077)
        run = place.build("--index-url", index.url(), "--wheel", tree)
        os.umask(old)
        tap.check("a build with umask 077 makes the same wheel", run.code == 0 and place.sha() == want.sha(), run.told())
        run = place.build("--index-url", index.url(), "--wheel", tree)
        tap.check("and its cache serves a build with another umask", run.code == 0 and place.sha() == want.sha(), run.told())


C_FILES = {
    "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "tiny"\nversion = "1.0"\n',
    "setup.py": "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('tiny._c', ['src/tiny.c'])], packages=['tiny'], package_dir={'tiny': 'src'})\n",
    "src/__init__.py": "", "MANIFEST.in": "include src/*.c\n",
    "src/tiny.c": '#include <Python.h>\n#include <assert.h>\nstatic PyObject *file(PyObject *s, PyObject *a) { (void)s; (void)a; assert(a); return PyUnicode_FromString(__FILE__); }\n'
                  'static PyMethodDef methods[] = {{"file", file, METH_NOARGS, 0}, {0}};\nstatic struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "_c", 0, -1, methods};\n'
                  'PyMODINIT_FUNC PyInit__c(void) { return PyModule_Create(&def); }\n',
}


def reproducible(tap):
    """a C extension is the same bytes wherever it is built"""
    if not shutil.which("cc"):
        raise Skip("there is no C compiler")
    include = subprocess.run([Setting.python, "-c", "import sysconfig; print(sysconfig.get_path('include'))"], capture_output=True, text=True).stdout.strip()
    if not os.path.exists(include + "/Python.h"):
        raise Skip("no interpreter here has Python.h (python3-dev)")
    links = support.setuptools_links()
    first = write(fresh("tiny"), C_FILES)
    second = os.path.join(fresh("elsewhere"), "a much longer path to the very same project")
    shutil.copytree(first, second)      # modification times come along: they decide SOURCE_DATE_EPOCH
    for folder in (first, second, os.path.dirname(second), links):
        os.chmod(folder, 0o755)
    places = [("one directory", Place(), first, {}), ("another directory, cache, locale and time zone", Place(), second, {"TZ": "Asia/Tokyo", "LANG": "de_DE.UTF-8", "LC_ALL": "C"}),
              ("another build number of processes", Place(), first, {"MAKEFLAGS": "-j7", "CFLAGS": "-O0 -g"})]
    if IS_ROOT:
        places.append(("another user's place", Place(user=support.ordinary_user()), first, {}))
    chained, direct = {}, {}
    for what, place, tree, env in places:
        run = place.build("--no-index", "-f", links, tree, env=env)
        if tap.check("a C extension builds in %s" % what, run.code == 0, run.told()):
            chained[what] = place.sha()
            place.build("--no-index", "-f", links, "--wheel", tree, env=env)
            direct[what] = place.sha()
    tap.check("and the wheel from the tree has the same sha256 everywhere", len(direct) > 1 and len({tuple(s) for s in direct.values()}) == 1, direct)
    # setuptools writes the current time into an sdist, so sdists differ; the wheel's time is still the tree's.
    tap.check("and so has the wheel from the sdist", len(chained) > 1 and len({tuple(s) for s in chained.values()}) == 1, chained)
    made = glob.glob(places[0][1].out + "/*.whl")
    if made:
        unpacked = fresh("unpacked")
        shutil.unpack_archive(made[0], unpacked, "zip")
        done = subprocess.run([Setting.python, "-c", "import sys; sys.path.insert(0, sys.argv[1]); from tiny import _c; print(_c.file())", unpacked], capture_output=True, text=True)
        tap.check("it can be imported, and names no path of the host", done.returncode == 0 and first not in done.stdout, done.stdout + done.stderr)
        data = b"".join(open(p, "rb").read() for p in glob.glob(unpacked + "/**/*.so", recursive=True))
        tap.check("nor do its debugging sections", data and first.encode() not in data and b"/tmp/hwb-cli" not in data)
    if not IS_ROOT:
        tap.skip("two users build the same", "only root can be two users")


def root_of_a_user_namespace(tap):
    """root of a user namespace, as in a rootless container"""
    source = project()
    os.chmod(source, 0o755)
    for user in (None, "ordinary") if support.IS_ROOT else (None,):
        place = Place(support.ordinary_user() if user else None)
        words = ["unshare", "--user", "--map-root-user", Setting.hwb, *place.words("--no-index", "--wheel", "--json", source)]
        if user:
            words = ["setpriv", "--reuid", place.user, "--regid", "nogroup", "--clear-groups", *words]
        done = subprocess.run(words, env=place.env(), cwd=place.home, capture_output=True, timeout=support.HANG)
        if b"unshare: unshare failed" in done.stderr:
            tap.skip("the root of a user namespace builds", "no user namespace can be made here")
            continue
        told = done.stderr.decode("utf-8", "replace")
        tap.check("the root of %s's user namespace builds, where groups cannot be dropped and no other id is to be had" % (user or "root"),
                  done.returncode == 0 and "user-ns" in json.loads(done.stdout)["isolation"]["controls"], told)


TESTS = [root_of_a_user_namespace, at_once, interrupted, killed, full_disk, damaged_cache, damaged_log, closed_umask, reproducible]
