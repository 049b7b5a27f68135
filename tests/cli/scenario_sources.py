"""Sources: directories, sdists, URLs, names from an index, git; and archives made to do harm."""
import glob
import json
import os
import re
import shutil
import stat
import subprocess
import tarfile
import time
import zipfile

import support
from support import Index, Place, Skip, fresh, make_sdist, project, pyproject, write

WHEEL = "demo-1.0-py3-none-any.whl"
SDIST = "demo-1.0.tar.gz"


def directories(tap):
    """a directory, by every way to name it"""
    tree = project()
    for words, cwd, what in (([tree], None, "an absolute path"), ([], tree, "the working directory"), (["."], tree, "a dot"),
                             (["../" + os.path.basename(tree)], tree, "a relative path")):
        place = Place()
        run = place.build("--no-index", *words, cwd=cwd)
        tap.check("a directory builds by %s" % what, run.code == 0 and place.made() == [WHEEL, SDIST], run.told())
    place = Place()
    run = place.hwb("build", "--no-index", "-p", support.Setting.python, tree)
    tap.check("without -o artefacts go to SRC/dist", run.code == 0 and sorted(os.listdir(tree + "/dist")) == [WHEEL, SDIST], run.told())
    again = Place()
    again.build("--no-index", tree)
    tap.check("and a second build is the same although dist is there now", again.sha() == [support.sha256(open("%s/dist/%s" % (tree, WHEEL), "rb").read())])
    tap.run("a directory that is not there is a usage error", Place().build("/nonexistent/project"), 2, "/nonexistent/project")
    tap.run("two directories build two projects", Place().build("--no-index", "--wheel", tree, project("NAME='second'", name="second")), 0, WHEEL, "second-1.0")
    tap.run("a link to a directory is that directory", Place().build("--no-index", link_to(tree)), 0, WHEEL)


def link_to(tree):
    path = os.path.join(fresh("link"), "project")
    os.symlink(tree, path)
    return path


def archives(tap):
    """sdists as files"""
    folder = fresh("sdists")
    for suffix in (".tar.gz", ".zip"):
        place = Place()
        path = make_sdist(folder, suffix=suffix)
        run = place.build("--no-index", path)
        tap.check("an sdist %s gives the wheel alone" % suffix, run.code == 0 and place.made() == [WHEEL], run.told())
    place = Place()
    run = place.hwb("build", "--no-index", "-p", support.Setting.python, os.path.join(folder, SDIST), cwd=place.out)
    tap.check("an sdist's wheel goes to ./dist without -o", run.code == 0 and os.listdir(place.out + "/dist") == [WHEEL], run.told())
    write(folder, {"empty-1.0.tar.gz": b"", "rubbish-1.0.tar.gz": b"rubbish " * 500, "rubbish-1.0.zip": b"PK\3\4" + b"rubbish " * 500})
    for name in ("empty-1.0.tar.gz", "rubbish-1.0.tar.gz", "rubbish-1.0.zip"):
        tap.run("%s is refused" % name, Place().build("--no-index", os.path.join(folder, name)), 4, name)
    tap.run("a file that is no archive is a usage error", Place().build("--no-index", os.path.join(write(fresh("odd"), {"notes.txt": "x"}), "notes.txt")), 2, "notes.txt")


def tar_member(name, kind=tarfile.REGTYPE, mode=0o644, target="", data=b"x"):
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.linkname = kind, mode, target
    return info, data if kind == tarfile.REGTYPE else None


def zip_member(name, kind=stat.S_IFREG, mode=0o644, data=b"x", method=zipfile.ZIP_STORED):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr, info.compress_type = 3, (kind | mode) << 16, method
    return info, data


TOP = "demo-1.0/"
MANY = range(40)
HARMFUL = [
    ("an absolute path", ".tar.gz", [tar_member("/abs/evil")], [], "/abs/evil"),
    ("'..' in a path", ".tar.gz", [tar_member(TOP + "../../evil")], [], "../../evil"),
    ("'..' that stays inside", ".tar.gz", [tar_member(TOP + "a/../evil")], [], "a/../evil"),
    ("a link out of the tree", ".tar.gz", [tar_member(TOP + "out", tarfile.SYMTYPE, target="../../etc/passwd")], [], "demo-1.0/out"),
    ("a link to an absolute path", ".tar.gz", [tar_member(TOP + "out", tarfile.SYMTYPE, target="/etc/passwd")], [], "demo-1.0/out"),
    ("a link that is written through", ".tar.gz", [tar_member(TOP + "out", tarfile.SYMTYPE, target="."), tar_member(TOP + "out/evil")], [], "out"),
    ("a hard link", ".tar.gz", [tar_member(TOP + "hard", tarfile.LNKTYPE, target=TOP + "bk.py")], [], "demo-1.0/hard"),
    ("a hard link out of the tree", ".tar.gz", [tar_member(TOP + "hard", tarfile.LNKTYPE, target="/etc/shadow")], [], "demo-1.0/hard"),
    ("a character device", ".tar.gz", [tar_member(TOP + "device", tarfile.CHRTYPE)], [], "demo-1.0/device"),
    ("a block device", ".tar.gz", [tar_member(TOP + "device", tarfile.BLKTYPE)], [], "demo-1.0/device"),
    ("a pipe", ".tar.gz", [tar_member(TOP + "pipe", tarfile.FIFOTYPE)], [], "demo-1.0/pipe"),
    ("a setuid bit", ".tar.gz", [tar_member(TOP + "suid", mode=0o4755)], [], "demo-1.0/suid"),
    ("a setgid bit", ".tar.gz", [tar_member(TOP + "sgid", mode=0o2755)], [], "demo-1.0/sgid"),
    ("names that differ in case only", ".tar.gz", [tar_member(TOP + "Readme"), tar_member(TOP + "README")], [], "demo-1.0/README"),
    ("the same file twice", ".tar.gz", [tar_member(TOP + "twice"), tar_member(TOP + "twice", data=b"y")], [], "demo-1.0/twice"),
    ("a file that is a directory too", ".tar.gz", [tar_member(TOP + "both"), tar_member(TOP + "both/below")], [], "demo-1.0/both"),
    ("an escape sequence in the name of a refused member", ".tar.gz", [tar_member(TOP + "\x1b[2Jsuid", mode=0o4755)], [], "[2Jsuid"),
    ("too many members", ".tar.gz", [tar_member(TOP + "f%d" % i) for i in MANY], ["source-members=20"], re.compile("(more than|limit of) 20")),
    ("a member that is too large", ".tar.gz", [tar_member(TOP + "large", data=b"x" * 100000)], ["source-file=64K"], "demo-1.0/large"),
    ("too much in all", ".tar.gz", [tar_member(TOP + "f%d" % i, data=os.urandom(20000)) for i in MANY], ["source-size=256K"], "source-size"),
    ("a bomb", ".tar.gz", [tar_member(TOP + "bomb", data=bytes(32 << 20))], [], "source-ratio"),
    ("an absolute path", ".zip", [zip_member("/abs/evil")], [], "/abs/evil"),
    ("'..' in a path", ".zip", [zip_member(TOP + "../../evil")], [], "../../evil"),
    ("a backslash in a path", ".zip", [zip_member(TOP + "..\\..\\evil")], [], "evil"),
    ("a link out of the tree", ".zip", [zip_member(TOP + "out", stat.S_IFLNK, data=b"../../etc/passwd")], [], "demo-1.0/out"),
    ("a device", ".zip", [zip_member(TOP + "device", stat.S_IFCHR, data=b"")], [], "demo-1.0/device"),
    ("a setuid bit", ".zip", [zip_member(TOP + "suid", mode=0o4755)], [], "demo-1.0/suid"),
    ("names that differ in case only", ".zip", [zip_member(TOP + "Readme"), zip_member(TOP + "README")], [], "demo-1.0/README"),
    ("too many members", ".zip", [zip_member(TOP + "f%d" % i) for i in MANY], ["source-members=20"], re.compile("(more than|limit of) 20")),
    ("a member that is too large", ".zip", [zip_member(TOP + "large", data=b"x" * 100000)], ["source-file=64K"], "demo-1.0/large"),
    ("a bomb", ".zip", [zip_member(TOP + "bomb", data=bytes(32 << 20), method=zipfile.ZIP_DEFLATED)], [], "source-ratio"),
]


def harmful(tap):
    """archives made to do harm"""
    place = Place()
    for what, suffix, extra, limits, named in HARMFUL:
        path = make_sdist(fresh("harmful"), suffix=suffix, extra=[(i, d) for i, d in extra])
        run = place.build("--no-index", *[w for limit in limits for w in ("--limit", limit)], path)
        tap.run("%s with %s is refused and named" % (suffix, what), run, 4, named, absent=("\x1b",))
    tap.check("nothing was made of them", place.made() == [], place.made())
    for suffix in (".tar.gz", ".zip"):
        folder = fresh("cut")
        path = make_sdist(folder, suffix=suffix)
        whole = open(path, "rb").read()
        bad = []
        for size in (1, 10, len(whole) // 2, len(whole) - 20, len(whole) - 5, len(whole) - 1):
            write(folder, {os.path.basename(path): whole[:size]})
            run = place.build("--no-index", path)
            if run.code != 4 or os.path.basename(path) not in run.text:
                bad.append("%d of %d bytes: %s" % (size, len(whole), run.told()))
        tap.check("an archive %s that is cut anywhere is refused and named" % suffix, not bad, *bad)
    # What looks like harm but is none.
    kind = [("a link inside the tree", [tar_member(TOP + "inner", tarfile.SYMTYPE, target="bk.py")]), ("an empty directory", [tar_member(TOP + "void", tarfile.DIRTYPE, 0o755)]),
            ("'a..b' in a name", [tar_member(TOP + "a..b.py")]), ("no read permission", [tar_member(TOP + "closed", mode=0)])]
    for what, extra in kind:
        tap.run(".tar.gz with %s is fine" % what, Place().build("--no-index", make_sdist(fresh("kind"), extra=extra)), 0, WHEEL)


def directory_traps(tap):
    """a directory with things that no snapshot takes along"""
    tree = project(files={"ok.txt": "x"})
    os.symlink("/etc/passwd", tree + "/out")
    os.mkfifo(tree + "/pipe")
    place = Place()
    run = place.build("--no-index", "--wheel", "--json", tree)
    told = run.json()["source"]["left_out"] if run.code == 0 else []
    tap.check("a link out of a directory and a pipe are left out and reported, not followed", {"out", "pipe"} <= {o["path"] for o in told}, run.told())
    for number in range(20):
        os.symlink("/etc/passwd", tree + "/out%d" % number)
    run = place.build("--no-index", "--wheel", "--json", tree)
    told = [line for line in run.err.splitlines() if "left out" in line]
    tap.check("of many the first ten and the number are said, and all reported", run.code == 0 and len(told) == 11 and "and 12 more" in told[-1] and
              len(run.json()["source"]["left_out"]) == 22, told, run.told())
    for words, named in ((["source-members=2"], "members"), (["source-file=10"], "one file"), (["source-size=100"], "bytes")):
        tap.run("a directory over %s is refused" % words[0], Place().build("--no-index", "--limit", *words, tree), 4, named)


SECRETS = {".env": "TOKEN=zz-secret-4711", ".pypirc": "password = zz-secret-4711", "sub/.netrc": "password zz-secret-4711", ".env.production": "A=zz-secret-4711",
           "id_rsa": "zz-secret-4711", "conf/.aws/credentials": "zz-secret-4711", ".git-credentials": "zz-secret-4711"}


def secrets_left_out(tap):
    """files with credentials are left out and reported"""
    found = ("def files():\n    found = {}\n    for folder, _, names in os.walk('.'):\n        for name in names:\n            path = os.path.join(folder, name)\n"
             "            found[path[2:].replace('/', '_') + '.txt'] = open(path, encoding='latin-1').read()\n    return found\n")
    tree = project(found, files={**SECRETS, ".env.example": "TOKEN="})
    place = Place()
    run = place.build("--no-index", "--report", place.top + "/report.json", tree)
    made = b"".join(z.read(n) for p in place.made("*.whl") for z in [zipfile.ZipFile(os.path.join(place.out, p))] for n in z.namelist())
    sdist = b"".join(t.extractfile(m).read() for p in place.made("*.gz") for t in [tarfile.open(os.path.join(place.out, p))] for m in t if m.isfile())
    report = open(place.top + "/report.json").read() if run.code == 0 else ""
    tap.check("secrets of the source are in no artefact", run.code == 0 and made and sdist and b"zz-secret-4711" not in made + sdist, run.told())
    tap.check("a template is not taken for a secret", b".env.example" in b"".join(n.encode() for p in place.made("*.whl") for n in zipfile.ZipFile(os.path.join(place.out, p)).namelist()))
    told = []
    for name in SECRETS:
        shown = name if "/.aws/" not in name else "conf/.aws"
        tap.check("%s is said to be left out" % shown, "'%s' is left out" % shown in run.err, run.err)
        told.append(shown) if '"%s"' % shown in report else None
    tap.check("the report of the default build lists them too", len(told) == len(SECRETS), told, report)
    place.build("--no-index", "--wheel", "--report", place.top + "/report.json", tree)
    told = [o["path"] for o in json.load(open(place.top + "/report.json"))["source"]["left_out"]]
    tap.check("and so does the report of --wheel", len(told) == len(SECRETS), told)


def from_index(tap):
    """projects by name"""
    folder = fresh("index")
    for version in ("1.0", "1.9", "2.0rc1"):
        make_sdist(folder, "gamma", version)
    make_sdist(folder, "delta", "1.0", suffix=".zip")
    support.make_wheel(folder, "wheelonly", "1.0")
    with Index(folder) as index:
        def build(*words):
            place = Place()
            return place.build("--index-url", index.url(), *words), place
        rows = [(["gamma==1.0"], 0, ["gamma-1.0-py3-none-any.whl"]), (["gamma"], 0, ["gamma-1.9-py3-none-any.whl"]), (["Gamma>1.0"], 0, ["gamma-1.9-py3-none-any.whl"]),
                (["--pre", "gamma"], 0, ["gamma-2.0rc1-py3-none-any.whl"]), (["gamma==2.0rc1"], 0, ["gamma-2.0rc1-py3-none-any.whl"]), (["delta"], 0, ["delta-1.0-py3-none-any.whl"]),
                (["gamma==7"], 3, ["gamma"]), (["nothere"], 3, ["nothere"]), (["wheelonly"], 3, ["wheelonly"]), (["gamma[extra]"], 2, ["gamma[extra]"]), (["a b"], 2, ["a b"])]
        for words, code, said in rows:
            run, place = build(*words)
            tap.run("'%s' from an index %s" % (" ".join(words), "builds" if code == 0 else "fails"), run, code, *said)
        run, place = build("--json", "gamma==1.0")
        want = support.sha256(open(folder + "/gamma-1.0.tar.gz", "rb").read())
        tap.check("the report has the sha256 of the sdist", run.code == 0 and run.json()["source"].get("archive_sha256") == want, run.told())
        run = Place().build("--index-url", index.url("badhash"), "gamma==1.0")
        tap.run("an sdist with another sha256 than the index says is refused", run, 3, want, "0" * 64)


def urls(tap):
    """archives by URL"""
    folder = fresh("index")
    digest = support.sha256(open(make_sdist(folder), "rb").read())
    with Index(folder) as index:
        loop = "http://127.0.0.1:%d/files/%s" % (index.port, SDIST)
        rows = [
            ("an https URL without #sha256= is refused", "https://example.invalid/" + SDIST, 2, ["#sha256="]),
            ("an https URL with a short sha256 is refused", "https://example.invalid/%s#sha256=abc" % SDIST, 2, ["sha256"]),
            ("an https URL with md5 alone is refused", "https://example.invalid/%s#md5=%s" % (SDIST, "0" * 32), 2, ["sha256"]),
            ("a plain http URL is refused although it has a digest", "http://example.invalid/%s#sha256=%s" % (SDIST, digest), (2, 3), ["http:// is not allowed"]),
            ("a password in a source's URL is refused", "https://u:hunter2-4711@example.invalid/%s#sha256=%s" % (SDIST, digest), 2, []),
            ("git over http is refused", "git+http://example.invalid/r", 2, ["git"]),
            ("an ftp URL is refused", "ftp://example.invalid/" + SDIST, 2, ["ftp"]),
            ("a file URL is refused as a source", "file:///etc/passwd", 2, ["file"]),
        ]
        for sentence, word, code, said in rows:
            tap.run(sentence, Place().build(word), code, *said, absent=("hunter2-4711",))
        tap.run("another sha256 than the URL promises is refused with both", Place().build("%s#sha256=%s" % (loop, "1" * 64)), 3, "1" * 64, digest)
        tap.run("an archive by URL and digest builds", Place().build("%s#sha256=%s" % (loop, digest)), 0, WHEEL)
        tap.run("a URL that answers 404 cannot be fetched", Place().build("http://127.0.0.1:%d/files/none-1.0.tar.gz#sha256=%s" % (index.port, digest)), 3, "none-1.0.tar.gz")


def git(folder, *words, when=1400000000):
    env = {"PATH": os.environ["PATH"], "HOME": folder, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a",
           "GIT_COMMITTER_EMAIL": "a@b", "GIT_AUTHOR_DATE": "1400000000 +0000", "GIT_COMMITTER_DATE": "%d +0200" % when}
    return subprocess.run(["git", *words], cwd=folder, env=env, check=True, capture_output=True, text=True).stdout.strip()


def repository():
    """A project in git with the tag v1 on its first commit and the branch side with a second one; (folder, first commit)."""
    if not shutil.which("git"):
        raise Skip("git is not installed")
    said = "def files():\n    return {'demo.py': open('which').read() + ' ' + os.environ['SOURCE_DATE_EPOCH']}\n"
    tree = project(said, files={"which": "first"})
    os.chmod(tree, 0o755)
    write(tree, {"nested/dir/pyproject.toml": pyproject(name="inner"), "nested/dir/bk.py": support.BACKEND + "\nNAME = 'inner'\n", "hooked": ""})
    git(tree, "init", "-q", "-b", "main")
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "first")
    git(tree, "tag", "v1")
    first = git(tree, "rev-parse", "HEAD")
    git(tree, "checkout", "-qb", "side")
    write(tree, {"which": "second"})
    git(tree, "commit", "-qam", "second")
    git(tree, "checkout", "-q", "main")
    return tree, first


def content(place):
    """What the wheel of such a project says: which commit, and its time."""
    return zipfile.ZipFile(os.path.join(place.out, WHEEL)).read("demo.py").decode() if place.made(WHEEL) else ""


def git_sources(tap):
    """sources in git"""
    tree, first = repository()
    write(tree, {".git/hooks/post-checkout": "#!/bin/sh\ntouch '%s/hooked-ran'\n" % tree, "which": "dirty"})
    os.chmod(tree + "/.git/hooks/post-checkout", 0o755)
    url = "git+file://" + tree
    for what, word, want in (("no ref", url, "first"), ("a tag", url + "@v1", "first"), ("a branch", url + "@side", "second"), ("a commit", url + "@" + first, "first")):
        place = Place()
        run = place.build("--no-index", "--wheel", word)
        got = content(place)
        tap.check("git+file with %s builds what is committed, with the commit's time" % what, run.code == 0 and got == want + " 1400000000", got, run.told())
    place = Place()
    run = place.build("--no-index", "--wheel", "--json", url + "@v1#subdirectory=nested/dir")
    tap.check("git+file with a subdirectory builds that", run.code == 0 and place.made() == ["inner-1.0-py3-none-any.whl"], run.told())
    tap.check("and the report names the commit", run.code == 0 and run.json()["source"].get("commit") == first, run.told())
    tap.check("no hook of the repository ran", not os.path.exists(tree + "/hooked-ran"))
    place = Place()
    run = place.build("--no-index", "--sdist", url)
    tap.check("an sdist from git comes from the commit too", run.code == 0 and place.made() == [SDIST], run.told())
    rows = [("a ref that starts with '-'", url + "@--upload-pack=x", 2, "--upload-pack"), ("a ref that is not there", url + "@nowhere", 3, "nowhere"),
            ("a repository that is not there", "git+file:///nonexistent/repo", 2, "/nonexistent/repo"), ("a subdirectory that is not there", url + "#subdirectory=none", 2, "none"),
            ("a subdirectory upwards", url + "#subdirectory=../x", 2, "../x"), ("an ext transport", "git+ext::sh -c true", 2, "URL")]
    for what, word, code, named in rows:
        tap.run("git with %s is refused" % what, Place().build("--no-index", "--wheel", word), code, named)


def epochs(tap):
    """SOURCE_DATE_EPOCH of whoever builds"""
    source = make_sdist(fresh("sdist"))
    for what, words, env, want in (("the variable", (), {"SOURCE_DATE_EPOCH": "1700000000"}, 1700000000), ("--env", ("--env", "SOURCE_DATE_EPOCH=1600000000"), {}, 1600000000),
                                   ("--env before the variable", ("--env", "SOURCE_DATE_EPOCH=1600000000"), {"SOURCE_DATE_EPOCH": "1700000000"}, 1600000000),
                                   ("the variable by --env", ("--env", "SOURCE_DATE_EPOCH"), {"SOURCE_DATE_EPOCH": "1700000001"}, 1700000001),
                                   ("an empty one is none", (), {"SOURCE_DATE_EPOCH": ""}, None)):
        place = Place()
        run = place.build("--no-index", "--wheel", "--json", *words, source, env=env)
        dates = {m.date_time[:4] for name in place.made() for m in zipfile.ZipFile(os.path.join(place.out, name)).infolist()}
        got = run.code == 0 and run.json()["source"]["source_date_epoch"]
        tap.check("SOURCE_DATE_EPOCH: %s" % what, run.code == 0 and (got == want and dates == {time.gmtime(want)[:4]} if want else got > 0), got, dates, run.told())
    for value in ("yesterday", "1", "-1", "1e9", "253402300800"):
        tap.run("SOURCE_DATE_EPOCH=%s is no time" % value, Place().build("--no-index", "--wheel", source, env={"SOURCE_DATE_EPOCH": value}), 2, "SOURCE_DATE_EPOCH takes seconds")


def commit_times(tap):
    """a directory that is a repository has the time of its commit, however git keeps that"""
    def packed(tree):
        git(tree, "repack", "-adfq", "--depth=50", "--window=50")
        git(tree, "pack-refs", "--all")

    def by_base_id(tree):
        git(tree, "-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq")

    def lasting(tree):
        """The older commit, which is a delta of the newer one."""
        git(tree, "commit", "-q", "--allow-empty", "-m", LONG + "newer", when=1500000000)
        packed(tree)
        git(tree, "checkout", "-q", "--detach", "HEAD~1")
        said = git(tree, "verify-pack", "-v", glob.glob(tree + "/.git/objects/pack/*.idx")[0])
        assert re.search(git(tree, "rev-parse", "HEAD") + r" commit .* 1 [0-9a-f]{40}", said), said

    def elsewhere(tree):
        shutil.move(tree + "/.git", tree + "-git")
        write(tree, {".git": "gitdir: %s-git\n" % tree})
    rows = [("loose", None, True), ("in a pack", packed, True), ("a delta in a pack", lasting, True), ("in a pack without offsets", by_base_id, True),
            ("with changes that are not committed", lambda tree: write(tree, {"which": "dirty"}), True), ("by a symbolic reference to another", lambda tree: write(
                tree, {".git/refs/heads/other": "ref: refs/heads/main\n", ".git/HEAD": "ref: refs/heads/other\n"}), True),
            ("kept elsewhere", elsewhere, False), ("with a HEAD that names itself", lambda tree: write(tree, {".git/refs/heads/main": "ref: refs/heads/main\n"}), False),
            ("with a HEAD that names a file outside", lambda tree: write(tree, {".git/HEAD": "ref: refs/../../which\n"}), False),
            ("with a broken object", lambda tree: [write(tree, {os.path.relpath(p, tree): "broken"}) for p in loose_objects(tree)], False)]
    for what, change, want in rows:
        tree = project(files={"which": "first"})
        git(tree, "init", "-q", "-b", "main")
        git(tree, "add", ".")
        git(tree, "commit", "-qm", LONG + "older", when=1400000000)
        if change:
            change(tree)
        runs = [Place(), Place()]
        made = [place.build("--no-index", "--wheel", "--json", tree) for place in runs]
        epochs = {run.code == 0 and run.json()["source"]["source_date_epoch"] for run in made}
        tap.check("a repository whose commit is %s" % what, (epochs == {1400000000}) == want and all(run.code == 0 for run in made), epochs, made[0].told())
    run = Place().build("--no-index", "--wheel", "--json", tree, env={"SOURCE_DATE_EPOCH": "1300000000"})
    tap.check("SOURCE_DATE_EPOCH counts more", run.code == 0 and run.json()["source"]["source_date_epoch"] == 1300000000, run.told())


LONG = "".join("line %d of a message that is long enough for a delta\n" % n for n in range(60))


def loose_objects(tree):
    return [p for p in glob.glob(tree + "/.git/objects/??/*") if not os.chmod(p, 0o644)]


TESTS = [epochs, commit_times, directories, archives, harmful, directory_traps, secrets_left_out, from_index, urls, git_sources]
