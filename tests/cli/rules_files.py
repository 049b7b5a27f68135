"""DESIGN section 3, first half: what hwb starts, what of the source a build sees, what of the host it sees, how output leaves."""
import contextlib
import functools
import os
import random
import shutil
import subprocess
import sys

from rules_support import PROGRAMS, Spies, asleep, every, facts, look, looking, mounts, state_of, stocked
from scenario_sources import SECRETS, git
from support import IS_ROOT, Index, Place, Setting, Skip, fresh, make_sdist, project, write

TOKEN = "rules-token-4711-0815"
SEALED = 0x1 | 0x2 | 0x4 | 0x8  # F_SEAL_SEAL, SHRINK, GROW, WRITE: nobody can change it any more
MARK = "7%06d" % (os.getpid() % 1000000)    # the seconds that a daemon of the tests sleeps: it is known by them
HOOK = "def build_wheel(folder, settings=None, metadata=None):\n"


# ---- the programs ----

@functools.lru_cache(maxsize=None)
def spied():
    """A run that needs every program: a tar source, an index, a build; (spies, run, place)."""
    spies = Spies()
    place = spies.place()
    with Index(stocked(("helper", "1.0"))) as index:
        run = place.build("--index-url", index.url(), "--report", place.top + "/report.json",
                          make_sdist(fresh("sdist"), requires=["helper"]), env={"PYPI_TOKEN": TOKEN})
    return spies, run, place


def empty_environment():
    spies, run, _ = spied()
    filled = [(note["program"], note["environ"]) for note in spies.seen() if note["environ"]]
    started = {note["program"] for note in spies.seen()}
    return every(("the run", run.code == 0, run.told()), ("that all four are started", started == set(PROGRAMS), started),
                 ("that their environments are empty", not filled, filled))


def sealed_requests():
    """The place of the request: a stream on 0 of a parser, a sealed file on 3 of the launcher, a channel on 3 of hwb-net; argv has
    a verb at most. A parser closes its doors before it reads (ARCHITECTURE.md), so its request comes later than its start."""
    places = {"hwb-parse": "0", "hwb-unpack": "0", "hwb-sandbox": "3", "hwb-net": "3"}
    bad = []
    for note in spied()[0].seen():
        request = note["fds"][places[note["program"]]]
        sealed = request["seals"] == SEALED if note["program"] == "hwb-sandbox" else request["socket"]
        if not sealed or len(note["argv"]) > 1 or any(TOKEN in word for word in note["argv"]):
            bad.append(note)
    return not bad, bad


def descendants(pid):
    parents = {}
    for other in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            parents[int(other)] = int(open("/proc/%s/stat" % other).read().rpartition(")")[2].split()[1])
    found = {pid}
    while True:
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            return found - {pid}
        found |= more


def holds_in_memory(pid, word):
    with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
        for line in maps:
            low, high = (int(part, 16) for part in line.split()[0].split("-"))
            with contextlib.suppress(OSError, OverflowError, ValueError):
                memory.seek(low)
                if word in memory.read(high - low):
                    return True
    return False


def no_token_inside():
    if not IS_ROOT:
        raise Skip("only root can read the memory of the launcher and of what is inside")
    sleeps = project(HOOK + "    import time\n    print('asleep', flush=True)\n    time.sleep(3600)\n")
    with asleep(Place(), sleeps, env={"PYPI_TOKEN": TOKEN}) as process:
        inside = descendants(process.pid)
        looked, holders = 0, []
        for pid in inside:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                if holds_in_memory(pid, TOKEN.encode()):
                    holders.append(open("/proc/%d/cmdline" % pid).read())
                looked += 1
        return every(("that launcher, pid 1 and payload are there", looked >= 3, inside),
                     ("that the search finds it in hwb itself", holds_in_memory(process.pid, TOKEN.encode())),
                     ("that none of them has it in its memory", not holders, holders))


# ---- the source ----

SPOIL = """
for top in ('.', open('where').read()):
    for name in ('pyproject.toml', 'where', 'new-file'):
        try:
            open(os.path.join(top, name), 'a').write('changed')
            seen.setdefault('written', []).append(os.path.join(top, name))
        except OSError:
            pass
"""


def source_never_writable():
    checks = []
    for mode in ("auto", "sandbox", "venv"):
        tree = looking(SPOIL)
        write(tree, {"where": tree})
        os.chmod(tree, 0o777)
        before = state_of(tree)
        seen, run, place = look(None, "--isolation", mode, source=tree)
        inside = ["./" + name for name in ("pyproject.toml", "where", "new-file")]
        checks += [("the run with %s" % mode, run.code == 0, run.told()),
                   ("that the copy alone was written", seen.get("written") == inside, seen),
                   ("that the source is as it was", state_of(tree) == before, tree)]
    return every(*checks)


def snapshot_leaves_out():
    kept = ["pkg/a.py", "pkg/build/kept.py", "pkg/dist/kept.py"]
    left = ["pkg/__pycache__/a.pyc", "__pycache__/b.pyc", "env-of-mine/pyvenv.cfg", "env-of-mine/lib/x.py", "deep/v/pyvenv.cfg",
            "build/lib/x.py", "dist/old.whl", "wheels/old.txt"]
    tree, place = looking("seen['paths'] = WALK('.')", files=dict.fromkeys(kept + left, "")), Place()
    place.out = tree + "/wheels"
    seen, run, place = look(None, source=tree, place=place)
    paths = {path for path in seen.get("paths", []) if not path.startswith("__pycache__/bk.")}  # what importing bk has made
    want = {"pyproject.toml", "bk.py", *kept}
    return paths == want, sorted(paths ^ want), run.told()


GIT_CONFIG = """[include]
	path = /etc/passwd
[credential]
	helper = store
[core]
	hooksPath = x
[remote "o"]
	url = https://u:%s@h.example/
""" % TOKEN
GIT = """
import subprocess
seen['paths'] = WALK('.git')
seen['config'] = open('.git/config').read()
seen['commit'] = subprocess.run(['git', 'rev-parse', 'HEAD'], capture_output=True, text=True).stdout.strip()
"""


def git_loses():
    if not shutil.which("git"):
        raise Skip("git is not installed")
    tree = looking(GIT)
    git(tree, "init", "-q", "-b", "main")
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "first")
    git(tree, "pack-refs", "--all")
    commit = git(tree, "rev-parse", "HEAD")
    write(tree, {".git/config": open(tree + "/.git/config").read() + GIT_CONFIG, ".git/hooks/post-checkout": "#!/bin/sh\n",
                 ".git/objects/info/alternates": "/tmp\n", ".git/objects/info/http-alternates": "x\n", ".git/credentials": TOKEN,
                 ".git/config.worktree": GIT_CONFIG, ".git/modules/sub/config": GIT_CONFIG})
    seen, run, _ = look(None, source=tree)
    tops = {path.split("/")[0] for path in seen.get("paths", [])}
    alternates = [path for path in seen.get("paths", []) if "alternates" in path]
    words = set(seen.get("config", "none").split())
    return every(("the run", run.code == 0, run.told()),
                 ("that objects and refs are there", seen.get("commit") == commit, seen),
                 ("that nothing else is", tops <= {"HEAD", "packed-refs", "index", "shallow", "refs", "objects", "config"}, tops),
                 ("that there are no alternates", not alternates, alternates),
                 ("that the configuration is hwb's", words <= {"[core]", "repositoryformatversion", "bare", "fsmonitor", "=", "0",
                                                               "false"}, words))


def credentials_left_out():
    seen, run, place = look("seen['paths'] = WALK('.')", files=SECRETS)
    said = {row["path"] for row in place.report()["source"]["left_out"]}
    kept = set(SECRETS) & set(seen.get("paths", []))
    unsaid = [path for path in SECRETS if path not in said and os.path.dirname(path) not in said]
    return every(("the run", run.code == 0 and seen, run.told()),
                 ("that all are left out", not kept, kept),
                 ("that all are reported", not unsaid, said))


def disposable_copy():
    code = "seen['here'] = os.getcwd(), os.path.exists('left-behind')\nopen('left-behind', 'w').close()\n"
    tree, checks = looking(code), []
    for _ in range(2):
        seen, run, _ = look(None, source=tree)
        checks.append(("that each has a fresh copy there", seen.get("here") == ["/build/src", False], seen, run.told()))
    return every(*checks)


def sorted_order():
    """What a build can notice of the order: how its file system lists the folder."""
    names, lists = ["n%02d" % i for i in range(40)], []
    for seed in (1, 2):
        tree, shuffled = looking("seen['names'] = [name for name in os.listdir('many')]"), list(names)
        random.Random(seed).shuffle(shuffled)
        os.mkdir(tree + "/many")
        for name in shuffled:
            write(tree, {"many/" + name: name})
        lists.append(look(None, source=tree)[0].get("names"))
    return lists[0] == lists[1] and lists[0] in (names, names[::-1]), lists


def copied_bytes_are_the_digested():
    """The launcher expands the very bytes that the digest is of: nobody can write that memory file any more."""
    spies, run, place = spied()
    want = place.report()["source"]["tree_sha256"]
    rows = [note["fds"]["6"] for note in spies.seen("hwb-sandbox") if note["fds"]["6"]["link"].startswith("/memfd:hwb-source")]
    return bool(rows) and all(row["sha256"] == want and row["seals"] == SEALED for row in rows), want, rows, run.told()


# ---- what is visible ----

def prefix_of(python):
    code = "import sys; print(sys.base_prefix)"
    return os.path.realpath(subprocess.run([python, "-c", code], capture_output=True, text=True).stdout.strip())


def top_folders():
    links = {name for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32") if os.path.lexists("/" + name)}
    want = links | {"usr", "etc", "env", "dev", "proc", "tmp", "build", "out", prefix_of(Setting.python).split("/")[1]}
    seen = set(facts()[0]["folders"]["/"])
    return seen == want, sorted(seen ^ want)


def etc_files():
    etc, files = set(facts()[0]["folders"]["/etc"]), facts()[0]["files"]
    written = {"passwd", "group", "hosts", "nsswitch.conf", "mtab"}
    hosts_own = {"ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "ssl", "ca-certificates"}
    users = [line.split(":")[0] for line in files["/etc/passwd"].splitlines()]
    ssl = facts()[0]["folders"]["/etc/ssl"]
    return every(("the list of /etc", written <= etc <= written | hosts_own, etc),
                 ("that of ssl the certificates alone are there", ssl == ["certs"], ssl),
                 ("that hwb wrote the users", users == ["build", "nobody"], users),
                 ("and the hosts", "sandbox" in files["/etc/hosts"], files))


PREFIX = """
import sys
seen['prefix'], seen['env'] = sys.base_prefix, sys.prefix
seen['beside'], above = [], sys.base_prefix
while above != '/':
    name, above = os.path.basename(above), os.path.dirname(above)
    seen['beside'] += [other for other in os.listdir(above) if other != name and above != '/']
"""


def own_prefix():
    """The interpreter of these tests, which often lies in a home: its prefix is there, and nothing beside it on the way."""
    python = os.path.join(sys.base_prefix, "bin", "python%d.%d" % sys.version_info[:2])
    seen, run, _ = look(PREFIX, "-p", python)
    return (seen.get("prefix"), seen.get("env"), seen.get("beside")) == (prefix_of(python), "/env", []), seen, run.told()


def visible_read_only():
    """Every mount of the host and the root itself, by the options of the mount: no second layer helps here."""
    bad = [row for row in mounts() if "ro" not in row[2] and row[0] not in ("/build", "/tmp", "/out", "/dev/shm", "/proc")]
    return every(("that they are mounted", {"/", "/usr", "/env"} <= {row[0] for row in mounts()}, mounts()),
                 ("that they are read-only", not bad, bad))


def allow_read():
    folder = write(fresh("more"), {"file": "readable"})
    os.chmod(folder, 0o755)
    path = folder + "/file"
    code = "try:\n    seen['read'] = open(%r).read()\nexcept OSError as error:\n    seen['read'] = error.errno\n" % path
    code += "try:\n    open(%r, 'w')\nexcept OSError as error:\n    seen['write'] = error.errno\n" % path
    without, granted = look(code)[0], look(code, "--allow-read", folder)[0]
    asks = looking(code, more="\n[tool.hwb.build]\nallow-read = ['%s']\n" % folder)
    _, refused, _ = look(None, source=asks)
    return every(("that it is not there unasked", without == {"read": 2, "write": 2}, without),
                 ("that --allow-read shows it, read-only", granted == {"read": "readable", "write": 30}, granted),
                 ("that a project cannot ask for it", refused.code == 2 and "build.allow-read" in refused.text, refused.told()))


def mountinfo_names():
    """The residual is env and interpreter and no more: neither source nor home."""
    seen, _, place, source = facts()
    named = [word for word in (source, place.home, place.hwb_home, place.out) if word in seen["mounts"]]
    return not named, named


# ---- how output leaves ----

def nothing_writable():
    writable = [row for row in mounts() if "rw" in row[2] and row[0] != "/proc"]
    foreign = [row for row in writable if row[3] != "tmpfs" or row[1] != "/"]   # a part of a tmpfs would be somebody's
    return every(("that only fresh tmpfs are writable", not foreign, foreign),
                 ("that there are some", {row[0] for row in writable} == {"/build", "/tmp", "/out", "/dev/shm"}, writable))


WATCH = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

static int alive(const char *word)
{
	glob_t found;
	int hits = 0;
	glob("/proc/[0-9]*/cmdline", 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char text[4096];
		FILE *f = fopen(found.gl_pathv[i], "r");
		size_t n = f ? fread(text, 1, sizeof text, f) : 0;
		hits += n && memmem(text, n, word, strlen(word));
		if (f)
			fclose(f);
	}
	globfree(&found);
	return hits;
}

long syscall(long number, ...)
{
	long a[6];
	va_list list;
	va_start(list, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_openat2 && strstr((const char *)a[1], ".whl")) {
		const unsigned long long *how = (const void *)a[2]; /* flags, mode, resolve */
		FILE *f = fopen(getenv("WATCH_NOTES"), "a");
		fprintf(f, "%llu %d\n", how[2], alive(getenv("WATCH_WORD")));
		fclose(f);
	}
	long (*real)(long, ...) = dlsym(RTLD_NEXT, "syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
"""


LEAVES_DAEMON = HOOK + """
    import subprocess
    child = subprocess.Popen(['sh', '-c', "trap '' TERM; exec sleep %s"], start_new_session=True)
    while not open('/proc/%%d/cmdline' %% child.pid, 'rb').read().startswith(b'sleep'):
        pass
    print('born', flush=True)
    return wheel(folder)
""" % MARK


@functools.lru_cache(maxsize=None)
def watched():
    """hwb watched as it opens the wheel of a build that left a daemon behind: ([(how it resolves, daemons alive)], run)."""
    if not shutil.which("cc"):
        raise Skip("there is no C compiler to build the watcher with")
    folder, place = write(fresh("watch"), {"watch.c": WATCH, "notes": ""}), Place()
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "watch.so", "watch.c", "-ldl"], cwd=folder, check=True)
    env = {"LD_PRELOAD": folder + "/watch.so", "WATCH_NOTES": folder + "/notes", "WATCH_WORD": MARK}
    run = place.build("--no-index", "--wheel", "-v", project(LEAVES_DAEMON), env=env)
    return [tuple(map(int, line.split())) for line in open(folder + "/notes")], run


def copied_when_all_are_dead():
    opened, run = watched()
    out = [row[3] for row in mounts() if row[0] == "/out"]
    return every(("the run", run.code == 0 and "born" in run.err, run.told()),
                 ("that the wheel is opened when the daemon is dead", [alive for _, alive in opened] == [0], opened),
                 ("that /out is a tmpfs", out == ["tmpfs"], out))


def opened_beneath():
    opened, run = watched()
    want = 0x1 | 0x4 | 0x8  # NO_XDEV, NO_SYMLINKS, BENEATH
    return bool(opened) and all(how & want == want for how, _ in opened), opened, run.told()


NAME = "demo-1.0-py3-none-any.whl"
REFUSED = [  # what is refused of an output, what the hook does, words, what is said
    ("a symbolic link", "os.symlink('/etc/passwd', os.path.join(folder, '%s'))" % NAME, [], "symbolic link"),
    ("a directory", "os.mkdir(os.path.join(folder, '%s'))" % NAME, [], "directory"),
    ("a path for a name", "return '../out/' + wheel(folder)", [], "base name"),
    ("another project's name", "globals()['NAME'] = 'other'; return wheel(folder)", [], "other"),
    ("a size beyond the limit", "open(os.path.join(folder, '%s'), 'wb').truncate(1 << 20)" % NAME, ["--limit", "wheel-size=64K"],
     "limit"),
]


def output_checked():
    checks = []
    for what, lines, words, said in REFUSED:
        place = Place()
        run = place.build("--no-index", "--wheel", *words, project(HOOK + "    %s\n    return '%s'\n" % (lines, NAME)))
        checks.append(("that %s is refused" % what, run.code == 6 and said in run.err and not place.made(), run.told()))
    return every(*checks)


SAYS_HASH = HOOK + """
    import hashlib
    name = wheel(folder)
    print('MADE', hashlib.sha256(open(os.path.join(folder, name), 'rb').read()).hexdigest())
    return name
"""


def hashed_while_copied():
    """What hwb writes down of the backend's archive is what the backend itself saw when it had written it."""
    place = Place()
    run = place.build("--no-index", "--wheel", "-v", "--report", place.top + "/report.json", project(SAYS_HASH))
    made = run.err.partition("MADE ")[2][:64]
    noted = [event["backend_sha256"] for event in place.log() if event["event"] == "artifact.written"]
    noted += [artefact["backend_hashes"]["sha256"] for artefact in place.report()["artifacts"]]
    return noted == [made, made], made, noted, run.told()


RULES = [
    ("`hwb` spawns the others with an empty environment", empty_environment),
    ("and their spec over a sealed memfd or pipe", sealed_requests),
    ("nothing that ever held a token is forked into a sandbox or a parser", no_token_inside),
    ("The host's source is never writable in any mode", source_never_writable),
    ("A snapshot takes everything but the output folder, virtual environments (pyvenv.cfg), `__pycache__`, top-level `build/` and "
     "`dist/`", snapshot_leaves_out),
    ("of `.git` the objects and refs with a config that hwb writes (no hooks, includes, alternates, credentials)", git_loses),
    ("credential files (.env, .pypirc, keys) are left out and reported", credentials_left_out),
    ("The payload works on a disposable copy at `/build/src`", disposable_copy),
    ("copy-in is in sorted order", sorted_order),
    ("and rehashes against the tree digest", copied_bytes_are_the_digested),
    ("Visible inside, read-only:", visible_read_only),
    ("/usr, /bin and /lib* links", top_folders),
    ("of /etc only ld.so.*, alternatives, ssl certificates and files that hwb writes (passwd, group, hosts, nsswitch)", etc_files),
    ("the interpreter's own prefix, `/env`", own_prefix),
    ("`--allow-read PATH` is the operator's to add", allow_read),
    ("(Residual: mountinfo shows where env and interpreter live on the host.)", mountinfo_names),
    ("Nothing of the host is mounted writable", nothing_writable),
    ("Output is copied out of a tmpfs through an fd after every process inside is dead", copied_when_all_are_dead),
    ("openat2(RESOLVE_BENEATH|NO_SYMLINKS|NO_XDEV)", opened_beneath),
    ("type, name and size checks", output_checked),
    ("hashed while copied", hashed_while_copied),
]
