"""DESIGN section 3, third part: whose word counts, which names are fetched from where, what a cache is worth."""
import glob
import os
import re
import shutil
import stat
import subprocess

import support
from rules_support import ROOT, Elsewhere, every, look, looking, seen_in, stocked
from support import IS_ROOT, Index, Place, fresh, make_wheel, project, pyproject, sha256, write

WHO = "seen['who'] = os.environ.get('WHO')"
FILES_COUNT = {"HWB_NO_CONFIG": None}


# ---- whose word counts ----

def operator(text):
    """A user with this hwb.toml."""
    place = Place()
    write(place.home, {".config/hwb/hwb.toml": text})
    return place


def with_system_file(place, text, *words, env):
    """hwb with this /etc/hwb/hwb.toml, in a mount namespace of its own; only root can have one."""
    layer = write(fresh("etc"), {"upper/hwb/hwb.toml": text, "work/.keep": ""})
    os.unlink(layer + "/work/.keep")
    mount = "mount -t overlay -o lowerdir=/etc,upperdir=%s/upper,workdir=%s/work overlay /etc && exec \"$@\"" % (layer, layer)
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", mount, "sh", place.program,
               *place.words("--no-index", "--wheel", *words)]
    return subprocess.run(command, env=place.env(env), capture_output=True, text=True, timeout=support.HANG)


def order_of_words():
    """From the weakest to the strongest, each with all the weaker ones present."""
    own, mine, system = asking(), "[build]\nenv = ['WHO=user']\n", "[build]\nenv = ['WHO=system']\n"
    variable, rows = {**FILES_COUNT, "HWB_ENV": "WHO=variable"}, []
    for want, text, words, env in (("project", "", [], FILES_COUNT), ("user", mine, [], FILES_COUNT),
                                   ("variable", mine, [], variable), ("flag", mine, ["--env", "WHO=flag"], variable)):
        seen, run, _ = look(None, "--trust-project", *words, source=own, place=operator(text), env=env)
        rows.append((want, seen, run.told()))
    for want, text in (("system", ""), ("user", mine)) if IS_ROOT else ():
        place = operator(text)
        done = with_system_file(place, system, "--trust-project", own, env=FILES_COUNT)
        rows.append((want, seen_in(place), done.stderr))
    return every(*[("that the word of the %s counts" % want, seen.get("who") == want, seen, told) for want, seen, told in rows])


SAMPLES = {  # what a row takes: a value that is right
    "a path": "'/usr'", "auto, sandbox, container or landlock": "'sandbox'", "true or false": "true", "names or NAME=VALUE": "['A=b']",
    "paths": "['/usr']", "versions or paths": "['3']", "a URL": "'https://host.example/'", "a name": "'name'",
    "paths or URLs": "['/usr']", "a date, a time or an age": "'7 days'", "hosts": "['host.example']",
    "a path or a name": "'podman'", "the name of an image": "'demo'", "a platform tag": "'manylinux_2_28_x86_64'", "words": "['--quiet']",
    "HOST=RANGE pairs": "['host.example=10.0.0.0/8']", "disabled or subprocess": "'subprocess'", "hosts or URLs": "['host.example']", "an age or 0": "'7d'", "allow, warn or deny": "'deny'", "names of projects": "['demo']", "NAME=URL pairs": "['corp=https://host.example/']", "a table, or NAME=URL pairs": "['corp=s3://wheels']", "a table, or PATTERN=NAME pairs": "['acme-*=corp']",
    "tables { path, sha256 }": "['x']", "build, pypi or strict": "'pypi'", "ID=WHY pairs": "['S06=why']", "ids": "['S17']", "stop, report or off": "'report'", "a word": "'corp'",
    "wheels or any": "'any'", "cyclonedx, spdx, both or none": "'both'",
    "off, report or stop": "'report'", "the URL of a service": "'https://host.example/'", "a number of days": "3", "a number from 1 to 8": "3", "ID=WHY[@DAY] words": "['PYSEC-1=why']",
    "ID=WHY words": "['PYSEC-1=why']",
    "error or warning": "'warning'", "auto, always or never": "'never'",
}
MAY = {"NEVER": "never", "TRUSTED": "never, unless trusted", "TIGHTEN": "tighten"}


def keys_of_code():
    """{key: (what it takes, what a project may)} of src/cli/settings_table.c."""
    text = open(os.path.join(ROOT, "src", "cli", "settings_table.c")).read()
    row = r'\{ "([a-z-]+\.[a-z-]+)",\s+(?:"\w+"|NULL),\s+"([^"]*)",\s+"[^"]*",\s+(NEVER|TRUSTED|TIGHTEN),'
    return {key: (takes, may) for key, takes, may in re.findall(row, text)}


def keys_of_page():
    text = open(os.path.join(ROOT, "doc", "man", "hwb.toml.5.scd")).read().replace("\\", "")
    return dict(re.findall(r"(?m)^\*([a-z-]+\.[a-z-]+)\* \([^\n]*\n\t[^\n]*Project may: ([^\n]*)\.$", text))


def asking(key="build.env", value="['WHO=project']"):
    """A project whose [tool.hwb] says this."""
    table, _, name = key.partition(".")
    return looking(WHO, more="\n[tool.hwb.%s]\n%s = %s\n" % (table, name, value))


LIMITS = [("limits.wall", "'1h'", 0), ("limits.wall", "'9h'", 2), ("build.unheard-of", "1", 2), ("unheard.of", "1", 2)]


def project_may():
    """Every key, set by a project: never is refused even to a trusted one."""
    keys, page, place = keys_of_code(), keys_of_page(), Place()
    columns = {key: MAY[may] for key, (_, may) in keys.items()}
    checks = [("that the page has each key and its column", columns == page, sorted(set(page.items()) ^ set(columns.items())))]

    def says(key, value, *words):
        run = look(None, *words, source=asking(key, value), place=place)[1]
        run.refused = run.code == 2 and "'%s'" % key in run.err
        return run
    for key, (takes, may) in keys.items():
        plain, trusted = says(key, SAMPLES[takes]), says(key, SAMPLES[takes], "--trust-project")
        if may == "TIGHTEN" and takes == "true or false":
            loose = says(key, "false", "--trust-project")
            taken = plain.code == 0 or (key == "build.locked" and "there is no lock" in plain.err)
            checks.append(("that %s can be tightened only" % key, taken and loose.refused, plain.told(), loose.told()))
            continue
        if may == "TIGHTEN":    # an age: what is longer counts; scenario_indexes.cool_down has that it does
            wrong = says(key, "'soon'", "--trust-project")
            checks.append(("that %s can be said, if it is an age" % key, plain.code == 0 and wrong.refused, plain.told(), wrong.told()))
            continue
        checks.append(("that %s is refused" % key, plain.refused, plain.told()))
        checks.append(("that trust %s %s" % ("grants" if may == "TRUSTED" else "does not grant", key),
                       trusted.refused == (may == "NEVER"), trusted.told()))
    for key, value, code in LIMITS:
        run = says(key, value)
        checks.append(("%s = %s ends with %d" % (key, value, code), run.code == code and run.refused == bool(code), run.told()))
    return every(*checks)


def asking_sdist():
    folder = write(fresh("unpacked"), {"demo-1.0/pyproject.toml": pyproject() + "\n[tool.hwb.build]\nenv = ['WHO=project']\n",
                                       "demo-1.0/bk.py": support.BACKEND})
    subprocess.run(["tar", "-czf", folder + "/demo-1.0.tar.gz", "-C", folder, "demo-1.0"], check=True)
    return folder + "/demo-1.0.tar.gz"


def trusted_by_path_and_table():
    tree = asking()
    entry = re.search(r'\[security\] trust = .*\]', look(None, source=tree)[1].err).group(0)     # what hwb itself offers
    trust = entry.replace("] ", "]\n", 1)
    rows = [("--trust-project", tree, ["--trust-project"], "", True), ("the entry", tree, [], trust, True),
            ("the entry for the same table at another path", asking(), [], trust, False),
            ("--trust-project for what is no local directory", asking_sdist(), ["--trust-project"], "", False)]
    checks = []
    for what, source, words, text, counts in rows:
        seen, run, _ = look(None, *words, source=source, place=operator(text), env=FILES_COUNT)
        held = seen == {"who": "project"} if counts else run.code == 2 and not seen and "build.env" in run.err
        checks.append(("that %s %s" % (what, "counts" if counts else "does not count"), held, run.told()))
    os.rename(asking(value="['WHO=other']") + "/pyproject.toml", tree + "/pyproject.toml")
    seen, run, _ = look(None, source=tree, place=operator(trust), env=FILES_COUNT)
    return every(*checks, ("that the entry does not count for another table at the path", run.code == 2 and not seen, run.told()))


REQUESTS = [  # what a project asks for, how, and the flag or variable that grants it; an index no trust can grant
    ("security.network-allowed-hosts", "['host.example']", "--trust-project"), ("build.env", "['WHO=project']", "--trust-project"),
    ("build.allow-read", "['/usr']", "--trust-project"), ("build.allow-requires", "true", "--trust-project"),
    ("index.url", "'https://host.example/'", "HWB_INDEX_URL"),
]


def refused_by_name():
    checks = []
    for key, value, flag in REQUESTS:
        seen, run, _ = look(None, source=asking(key, value))
        checks.append((key, run.code == 2 and not seen and "'%s'" % key in run.err and flag in run.err, run.told()))
    return every(*checks)


# ---- names and indexes ----

def asks_for(name):
    return project("def get_requires_for_build_wheel(settings=None):\n    return ['%s']\n" % name)


def names_that_are_fetched():
    with Index(stocked(("cython", "3.0"), ("helper", "1.0"))) as index:
        known = Place().build("--wheel", "--index-url", index.url(), asks_for("cython"))
        tree = asks_for("helper")
        write(tree, {"pyproject.toml": pyproject(requires=["helper"])})
        pinned = Place().build("--wheel", "--index-url", index.url(), tree)
    return every(("that a known backend's name is", known.code == 0, known.told()),
                 ("that a name of the lock is", pinned.code == 0, pinned.told()))


def popular_names():
    """Whoever serves a name that all use learns nothing by being asked for it."""
    with Index(stocked(("requests", "1.0"))) as index:
        run = Place().build("--wheel", "--index-url", index.url(), asks_for("requests"))
        return run.code == 0 and any("requests" in path for path in index.ask("count")), run.told()


def names_that_are_not():
    with Index(stocked(("our_private_thing", "1.0"))) as index:
        place = Place()
        run = place.build("--wheel", "--index-url", index.url(), asks_for("our-private-thing"))
        asked = [path for path in index.ask("count") if "private" in path]
        granted = Place().build("--wheel", "--index-url", index.url(), "--allow-requires", asks_for("our-private-thing"))
    named = "our-private-thing" in run.err and "--allow-requires" in run.err
    return every(("that it ends with 3, with name and flag", run.code == 3 and named, run.told()),
                 ("that the index never heard the name", not asked, asked),
                 ("that the flag grants it", granted.code == 0, granted.told()))


VERSION = "import helper\nseen['version'] = helper.version"


def one_index():
    with Index(stocked(("helper", "1.0"))) as first, Index(stocked(("helper", "2.0"))) as second:
        extra = second.url().replace("127.0.0.1", "localhost")
        checks = []
        conf = operator("")
        write(conf.home, {".config/pip/pip.conf": "[global]\nextra-index-url = %s\n" % extra})
        for what, place, env in (("PIP_EXTRA_INDEX_URL", Place(), {"PIP_EXTRA_INDEX_URL": extra}),
                                 ("pip.conf", conf, {"HWB_NO_CONFIG": None})):
            run = place.build("--wheel", "--index-url", first.url(), looking(VERSION, requires=["helper"]), env=env)
            warned = "warning" in run.err and "'localhost'" in run.err
            checks.append(("that %s is ignored with a warning" % what, seen_in(place) == {"version": "1.0"} and warned, run.told()))
        return every(*checks, ("that the other index is never asked", second.ask("count") == {}, second.ask("count")))


def pins(place):
    return {pin["name"]: pin for pin in place.report()["lock"]["packages"]}


def local_wheels():
    folder, checks, place = fresh("links"), [], Place()
    for version in ("1", "2"):      # the same name, other bytes: nothing is remembered of it
        path = make_wheel(folder, "helper", "1.0", {"helper.py": "version = %r\n" % version})
        seen, run, _ = look(VERSION, "-f", folder, place=place, requires=["helper"])
        pin = pins(place)["helper"] if run.code == 0 else {}
        told = pin.get("sha256"), pin.get("hash_source"), seen
        want = sha256(open(path, "rb").read()), "local", {"version": version}
        checks.append(("that file %s is hashed" % version, told == want, told, want, run.told()))
    return every(*checks)


def hash_of_the_index():
    with Index(stocked(("helper", "1.0"))) as index:
        place = Place()
        run = place.build("--wheel", "--index-url", index.url(), "--report", place.top + "/report.json",
                          project(requires=["helper"]))
        noted = [pin["hash_source"] for event in place.log() if event["event"] == "lock.created" for pin in event["pins"]]
        return run.code == 0 and pins(place)["helper"]["hash_source"] == "index" and noted == ["index"], noted, run.told()


# ---- the cache ----

def cache_is_ours():
    place, old = Place(), os.umask(0)
    try:
        run = place.build("--no-index", "--wheel", project())
    finally:
        os.umask(old)
    mode = stat.S_IMODE(os.stat(place.cache).st_mode)
    checks = [("the run", run.code == 0, run.told()), ("that it is made 0700", mode == 0o700, oct(mode))]
    for what, bits in (("the group", 0o770), ("everybody", 0o707)):
        os.chmod(place.cache, bits)
        run = place.build("--no-index", "--wheel", project())
        checks.append(("that one that %s can write is refused" % what, run.code == 2 and place.cache in run.err, run.told()))
    os.chmod(place.cache, 0o700)
    if IS_ROOT:
        os.chown(place.cache, 65534, 65534)
        run = place.build("--no-index", "--wheel", project())
        checks.append(("that another user's is refused", run.code == 2 and place.cache in run.err, run.told()))
    return every(*checks)


def helped(place, index, env=None):
    """Builds with a wheel from the index; what the build saw of it."""
    for name in place.made("*.whl"):
        os.unlink(os.path.join(place.out, name))
    run = place.build("--wheel", "--index-url", index.url(), looking(VERSION, requires=["helper"]), env=env)
    return seen_in(place).get("version"), run


def content_addressed():
    with Index(stocked(("helper", "1.0"))) as index:
        place = Place()
        helped(place, index)
        blobs = glob.glob(place.cache + "/blob/sha256/*/*")
        names = [(os.path.basename(path), sha256(open(path, "rb").read())) for path in blobs]
        bad = [name for name in names if name[0] != name[1]]
        return bool(blobs) and not bad, names, bad


def poison(cache):
    """Other bytes of the same size in the files and bytecode of helper, where they are; nothing but their hash tells."""
    paths = glob.glob(cache + "/env/*/**/helper.py", recursive=True) + glob.glob(cache + "/env/*/**/helper.*.pyc", recursive=True)
    for path in paths:
        st = os.stat(path)
        data = open(path, "rb").read()
        os.chmod(path, 0o600)
        with open(path, "r+b") as out:
            out.write(data.replace(b"1.0", b"6.6"))
        os.chmod(path, stat.S_IMODE(st.st_mode))
        os.utime(path, ns=(st.st_atime_ns, st.st_mtime_ns))
    return paths


def rehashed_in_ci():
    with Index(stocked(("helper", "1.0"))) as index:
        place = Place()
        helped(place, index)
        paths = poison(place.cache)
        plain, _ = helped(place, index)
        found, run = helped(place, index, env={"CI": "true"})
        return every(("that the change is one that size and time do not show", len(paths) >= 2 and plain == "6.6", paths, plain),
                     ("that CI=true makes it anew", found == "1.0", found, run.told()))


def foreign_cache():
    """The cache of this machine in another directory: what is in it is hashed; `hwb cache clean` makes it this one's own."""
    with Index(stocked(("helper", "1.0"))) as index:
        place = Place()
        helped(place, index)
        paths = poison(place.cache)
        plain, _ = helped(place, index)
        shutil.copytree(place.cache, place.cache + ".copy", symlinks=True)
        support.remove_tree(place.cache)
        os.rename(place.cache + ".copy", place.cache)
        found, run = helped(place, index)
        again, _ = helped(place, index)
        cleaned = place.hwb("cache", "clean")
        own = [line.split()[:3] for line in open(place.cache + "/id")]
        st = os.stat(place.cache)
        return every(("that the change is one that size and time do not show", len(paths) >= 2 and plain == "6.6", paths, plain),
                     ("that a copy is made anew", found == "1.0", found, run.told()), ("and stays a copy", again == "1.0", again),
                     ("that a cleaned cache is this machine's own", cleaned.code == 0 and own == [["hwb-cache", str(st.st_dev), str(st.st_ino)]], own))


def never_cached():
    """Two builds with network, from one cache: each is a build of its own."""
    place, ids = Place(), []
    for _ in range(2):
        seen, run, _ = look("import uuid\nseen['id'] = uuid.uuid4().hex", "--allow-host", "a.example", place=place)
        ids.append(seen.get("id"))
    return run.code == 0 and None not in ids and ids[0] != ids[1], ids, run.told()


LOCK, INDEXES = "tests/cli/scenario_lock.py", "tests/cli/scenario_indexes.py"
RULES = [
    ("Whose word counts: flags > `HWB_*` > user config (`$XDG_CONFIG_HOME/hwb/hwb.toml`) > system config (`/etc/hwb/hwb.toml`) > "
     "the project's `[tool.hwb]`", order_of_words),
    ("Every key of hwb.toml(5) has a column *project may*: never or tighten; a key not listed there is never", project_may),
    ("What a project asks beyond that (network hosts, environment, index, allow lists) counts only for a local directory with "
     "`--trust-project`, or a `trust` entry in the operator's config that binds the path *and* the sha256 of the `[tool.hwb]` "
     "table", trusted_by_path_and_table),
    ("Otherwise exit 2 naming the request and the flag", refused_by_name),
    ("A lock pins, it never widens: its URLs must belong to the operator's indexes; a lock inside a fetched source counts only if "
     "`--lock` names it", Elsewhere((LOCK, "a lock's URLs are not where files are fetched"), (LOCK, "a lock inside of an archive does not count"),
                               (LOCK, "unless it is named"))),
    ("Names from `get_requires` are fetched only if they are in the lock, the known-backends table", names_that_are_fetched),
    ("or the popular-names table", popular_names),
    ("else exit 3 naming them and the flag (private source must not leak through package names)", names_that_are_not),
    ("Index: one per name. `extra-index-url` of pip's configuration is ignored with a warning", one_index),
    ("unless the map says which names come from it", Elsewhere((INDEXES, "by %s each name comes from its index"))),
    ("Local wheels (`--find-links`) are hashed on the spot: `hash-source: local`", local_wheels),
    ("Without a lock the hash is the index's own word: integrity, not authenticity; the report says so", hash_of_the_index),
    ("and policy may refuse", Elsewhere((LOCK, "--locked without a lock"))),
    ("Cache: 0700, ours", cache_is_ours),
    ("content-addressed", content_addressed),
    ("a cache that was not made on this machine (id file bound to device, inode and machine-id)",
     foreign_cache),
    ("and any under CI=true, is rehashed before use", rehashed_in_ci),
    ("builds that had network are never cached", never_cached),
]
