"""Build requirements from an index that answers rightly, wrongly, or only to those it knows."""
import base64
import os
import shutil
import subprocess
import sys
import zipfile

import support
from support import Files, Index, Place, Skip, fresh, make_wheel, project, write

WHEEL = "demo-1.0-py3-none-any.whl"
# What was importable while the wheel was built, as the wheel's content.
USES = ("def files():\n    import importlib.metadata\n    return {'demo.py': ' '.join(sorted('%s-%s' % (d.name, d.version) for d in importlib.metadata.distributions()))}\n")
OLD, NEW = 1590000000, 1780000000   # 2020-05-20, 2026-05-28


def stock():
    """The folder of the index: who needs whom."""
    folder = fresh("index")
    rows = [("alpha", "1.0", ["beta>=1"], None, "py3-none-any", OLD), ("beta", "1.0", [], None, "py3-none-any", OLD), ("beta", "2.0", [], None, "py3-none-any", NEW),
            ("beta", "3.0rc1", [], None, "py3-none-any", NEW), ("holder", "1.0", ["beta<2"], None, "py3-none-any", OLD), ("pusher", "1.0", ["beta>=2"], None, "py3-none-any", OLD),
            ("future", "1.0", [], ">=4", "py3-none-any", OLD), ("foreign", "1.0", [], None, "cp27-cp27m-win32", OLD), ("lonely", "1.0", ["nothere"], None, "py3-none-any", OLD)]
    for name, version, requires, python, tag, mtime in rows:
        path = make_wheel(folder, name, version, requires=requires, python=python, tag=tag)
        os.utime(path, (mtime, mtime))
    support.make_sdist(folder, "sourceonly", "1.0")
    return folder


def digest_of(folder, name, version):
    return support.sha256(open("%s/%s-%s-py3-none-any.whl" % (folder, name, version), "rb").read())


def build(requires, *words, place=None, env=None):
    place = place or Place()
    run = place.build("--wheel", *words, project(USES, requires=requires), env=env)
    run.got = zipfile.ZipFile(os.path.join(place.out, WHEEL)).read("demo.py").decode() if run.code == 0 and place.made("*.whl") else ""
    return run, place


MODES = [  # modes, exit code, words; what is wanted is alpha, which wants beta
    ("", 0, []), ("html", 0, []), ("json", 0, []), ("api:1.0", 0, []), ("api:1.1", 0, []), ("api:1.99", 0, []), ("nometa", 0, []), ("nosize", 0, []), ("noupload", 0, []),
    ("gzip@pages", 0, []), ("etag", 0, []), ("range200", 0, []), ("html+nometa", 0, []), ("redirect", 0, []), ("redirect-chain:2", 0, []),
    ("truncated:1@files", 0, []), ("truncated:1@pages", 0, []), ("500:1", 0, []), ("429:1", 0, []), ("reset:1", 0, []), ("reset:1@files+500:1@pages", 0, []),
    ("nohash", 3, ["sha256"]), ("html+nohash", 3, ["sha256"]), ("badmeta", 3, ["0" * 64]), ("wrongsize", 3, []), ("yanked", 3, ["yanked"]), ("quarantined", 3, ["quarantine"]),
    ("truncated", 3, ["127.0.0.1"]), ("500", 3, ["500"]), ("429", 3, ["429"]), ("status:403", 3, ["403"]), ("reset", 3, ["127.0.0.1"]), ("404-empty", 3, ["alpha"]),
    ("404-empty@files", 3, ["alpha-1.0"]), ("status:410@files", 3, ["alpha-1.0"]), ("badjson", 3, ["alpha"]), ("api2", 3, ["2.0"]), ("redirect-loop", 3, ["redirect"]),
    ("redirect-chain:40", 3, ["redirect"]), ("redirect-http-host", 3, ["fake.invalid"]), ("redirect-file", 3, ["redirect"]), ("redirect-creds", (0, 3), []),
    ("huge-page", (3, 9), ["larger than"]), ("gzip-bomb@pages", (3, 9), ["larger than"]), ("headers:2000", (3, 9), []),
]


def modes(tap):
    """an index with a mind of its own"""
    with Index(stock()) as index:
        for mode, code, words in MODES:
            run, place = build(["alpha"], "--index-url", index.url(mode))
            good = tap.run("an index that is '%s' %s" % (mode or "right", "serves" if code == 0 else "is seen through"), run, code, *words)
            if code == 0 and good:
                tap.check("and what it served with '%s' was installed" % mode, run.got == "alpha-1.0 beta-2.0", run.got)
            if code == 3 and any(e["event"] == "dependency.installed" for e in place.log()):
                tap.check("nothing was installed from '%s'" % mode, False, place.log())
        run, place = build(["alpha"], "--index-url", index.url("hang"), "--limit", "http=500ms", "--limit", "http-retries=1")
        tap.run("an index that never answers meets the limit", run, (3, 9), "127.0.0.1")
    run, place = build(["alpha"], "--index-url", index.url())
    tap.run("an index that is not there is a network error, not 'no such project'", run, 3, "127.0.0.1:%d" % index.port, absent=("no project",))


def bad_hash(tap):
    """a file that is not what the page says"""
    folder = stock()
    with Index(folder) as index:
        for mode in ("badhash", "html+badhash", "badhash+nometa"):
            run, place = build(["beta"], "--index-url", index.url(mode))
            tap.run("'%s' ends with both digests" % mode, run, 3, "0" * 64, digest_of(folder, "beta", "2.0"))
            held = [f for kind in ("wheel", "env") for f in os.listdir(os.path.join(place.cache, kind))] if os.path.isdir(place.cache + "/wheel") else []
            events = {e["event"] for e in place.log()}
            tap.check("and nothing was installed or started with '%s'" % mode, not held and not events & {"dependency.installed", "build.started"}, held, events)
            run, place = build(["alpha"], "--index-url", index.url(), place=place)
            tap.check("and the cache is not spoilt by '%s'" % mode, run.got == "alpha-1.0 beta-2.0", run.told())


def foreign_metadata(tap):
    """what one place claims of a file does not count at another"""
    folder, liar, place = stock(), fresh("liar"), Place()
    name = "beta-2.0-py3-none-any.whl"
    page = '<!DOCTYPE html><html><body><a href="%s#sha256=%s" data-core-metadata="true">%s</a></body></html>' % (name, digest_of(folder, "beta", "2.0"), name)
    write(liar, {"page.html": page, name + ".metadata": "Metadata-Version: 2.1\nName: beta\nVersion: 2.0\nRequires-Dist: our-private-thing\n"})
    with Files(liar) as files, Index(folder) as index:
        run, _ = build(["beta"], "--no-index", "-f", files.url + "page.html", place=place)
        tap.run("metadata that lies about a wheel leads nowhere", run, 3, "our-private-thing")
        run, _ = build(["beta"], "--index-url", index.url(), place=place)
        tap.check("and does not change what is chosen elsewhere with the same cache", run.got == "beta-2.0", run.got, run.told())
        tap.check("and its names are not sent there", not any("our-private-thing" in p for p in index.ask("count")), index.ask("count"))
    make_wheel(liar, "beta", "2.0", requires=["our-private-thing"])
    make_wheel(liar, "our_private_thing", "1.0")
    write(liar, {name + ".metadata": "Metadata-Version: 2.1\nName: beta\nVersion: 2.0\n",
                 "page.html": page.replace(digest_of(folder, "beta", "2.0"), digest_of(liar, "beta", "2.0"))})
    with Files(liar) as files:
        run, place = build(["beta"], "--no-index", "-f", files.url + "page.html")
        tap.run("metadata that hides a requirement of the wheel is refused", run, 3, "metadata", name)


RESOLUTIONS = [  # requirements, more words, exit code, installed or words
    (["alpha"], [], 0, "alpha-1.0 beta-2.0"), (["alpha", "beta<2"], [], 0, "alpha-1.0 beta-1.0"), (["Alpha"], [], 0, "alpha-1.0 beta-2.0"),
    (["beta"], ["--pre"], 0, "beta-3.0rc1"), (["beta==3.0rc1"], [], 0, "beta-3.0rc1"), (["beta; python_version < '3'", "alpha"], [], 0, "alpha-1.0 beta-2.0"),
    (["nothere"], [], 3, ["nothere"]), (["lonely"], [], 3, ["nothere", "lonely"]), (["beta>9"], [], 3, ["beta", ">9"]), (["future"], [], 3, ["future", "Python"]),
    (["foreign"], [], 3, ["foreign"]), (["sourceonly"], [], 3, ["sourceonly", "wheel"]), (["holder", "pusher"], [], 3, ["holder", "pusher", "beta", "<2", ">=2"]),
    (["beta<2", "pusher"], [], 3, ["pusher", "beta"]), (["beta @ https://example.invalid/beta-1.0-py3-none-any.whl"], [], 3, ["beta"]),
    (["beta"], ["--exclude-newer", "2021-01-01"], 0, "beta-1.0"), (["beta"], ["--exclude-newer", "2020-01-01T00:00:00Z"], 3, ["beta"]), (["beta>=2"], ["--exclude-newer", "2021-01-01"], 3, ["beta"]),
    (["beta"], ["--exclude-newer", "3 weeks"], 0, "beta-2.0"), (["beta"], ["--exclude-newer", "soon"], 2, ["exclude-newer", "soon"]),
    (["alpha"], ["--limit", "packages=1"], 9, ["1 packages"]),
]


def resolutions(tap):
    """what is chosen, and what cannot be"""
    with Index(stock()) as index:
        for requires, words, code, want in RESOLUTIONS:
            run, place = build(requires, "--index-url", index.url(), *words)
            name = "%s %s" % (requires, " ".join(words))
            if code:
                tap.run("%s ends with %s" % (name, code), run, code, *want)
            else:
                tap.check("%s installs %s" % (name, want), run.got == want, run.got, run.told())
        run, place = build(["beta"], "--index-url", index.url("noupload"), "--exclude-newer", "2030-01-01")
        tap.run("without upload times --exclude-newer finds nothing eligible", run, 3, "beta")
        run, place = build(["alpha==1.0"], "--index-url", index.url("yanked"))
        tap.run("a yanked version is not taken because the project pins it", run, 3, "yanked", "broken on purpose")
        pins = write(fresh("constraints"), {"c.txt": "".join("%s==1.0 --hash=sha256:%s\n" % (n, digest_of(index.folder, n, "1.0")) for n in ("alpha", "beta"))}) + "/c.txt"
        run, place = build(["alpha"], "--index-url", index.url("yanked"), "-b", pins)
        tap.check("but when the operator's constraints pin it with its hash", run.got == "alpha-1.0 beta-1.0", run.told())
        run, place = build(["beta"], "--no-index")
        tap.run("--no-index without --find-links finds nothing", run, 3, "beta")
        run, place = build(["alpha"], "--no-index", "-f", index.folder)
        tap.check("--find-links with a folder serves", run.got == "alpha-1.0 beta-2.0", run.told())
        asked = index.ask("count")
        run, place = build(["alpha"], "--index-url", index.url(), "--json")
        packages = {p["name"]: p for p in run.json()["lock"]["packages"]} if run.code == 0 else {}
        tap.check("the report has every pin with version, file, sha256, url and where the hash came from", set(packages) == {"alpha", "beta"} and all(
            p["sha256"] == support.sha256(open(os.path.join(index.folder, p["file"]), "rb").read()) and p["hash_source"] == "index" and p["url"].startswith("http://127.0.0.1")
            for p in packages.values()), run.told(), asked)
        run, place = build(["alpha"], "--no-index", "-f", index.folder, "--json")
        tap.check("local wheels say so", run.code == 0 and {p["hash_source"] for p in run.json()["lock"]["packages"]} == {"local"}, run.told())


def constraints(tap):
    """constraints with and without hashes"""
    folder = stock()
    good = {v: digest_of(folder, "beta", v) for v in ("1.0", "2.0")}
    rows = [("beta<2\n", 0, "alpha-1.0 beta-1.0"), ("# comment\nbeta==1.0 --hash=sha256:%s\n" % good["1.0"], 0, "alpha-1.0 beta-1.0"),
            ("beta==1.0 \\\n    --hash=sha256:%s \\\n    --hash=sha256:%s\n" % ("1" * 64, good["1.0"]), 0, "alpha-1.0 beta-1.0"), ("unused==1\n", 0, "alpha-1.0 beta-2.0"),
            ("beta==1.0 --hash=sha256:%s\n" % ("2" * 64), 3, ["c.txt line 1", good["1.0"]]), ("beta==1.0 --hash=sha256:%s\n" % good["2.0"], 3, ["c.txt line 1", good["1.0"]]),
            ("beta==7\n", 3, ["beta", "c.txt line 1"]), ("x\n\na b c\n", 2, ["c.txt", "3"]), ("-r other.txt\n", 2, ["c.txt", "1"]), ("beta==1.0 --hash=md5:00\n", 2, ["c.txt", "sha256"]),
            ("beta[extra]==1\n", 2, ["c.txt", "extra"])]
    with Index(folder) as index:
        for text, code, want in rows:
            path = write(fresh("constraints"), {"c.txt": text}) + "/c.txt"
            run, place = build(["alpha"], "--no-require-hashes", "--index-url", index.url(), "-b", path)
            if code:
                tap.run("constraints %r end with %s" % (text[:30], code), run, code, *want)
            else:
                tap.check("constraints %r install %s" % (text[:30], want), run.got == want, run.got, run.told())
        path = write(fresh("constraints"), {"c.txt": rows[1][0]}) + "/c.txt"
        run, place = build(["alpha"], "--no-require-hashes", "--index-url", index.url(), "--json", env={"HWB_BUILD_CONSTRAINT": path})
        tap.check("HWB_BUILD_CONSTRAINT counts, and the report says where the hash came from",
                  run.code == 0 and {p["name"]: p["hash_source"] for p in run.json()["lock"]["packages"]} == {"alpha": "index", "beta": "constraint"}, run.told())
        run, place = build(["alpha"], "--index-url", index.url(), "-b", "/nonexistent/c.txt")
        tap.run("a constraints file that is not there is a usage error", run, 2, "/nonexistent/c.txt")


def offline(tap):
    """no network at all"""
    with Index(stock()) as index:
        run, warm = build(["alpha"], "--index-url", index.url())
        index.ask("reset")
        run, _ = build(["alpha"], "--index-url", index.url(), "--offline", place=warm)
        tap.check("--offline works after a warm run", run.got == "alpha-1.0 beta-2.0", run.told())
        tap.check("and asked nobody", index.ask("count") == {}, index.ask("count"))
        run, _ = build(["holder"], "--index-url", index.url(), "--offline", place=warm)
        tap.run("--offline cannot get what the cache does not hold", run, 3, "holder")
        run, cold = build(["alpha"], "--index-url", index.url(), "--offline")
        tap.run("--offline on an empty cache fails", run, 3, "alpha")
        tap.check("and asked nobody either", index.ask("count") == {}, index.ask("count"))
        run, _ = build(["alpha"], "--index-url", index.url(), place=warm)
        files = [p for p in index.ask("count") if "/files/" in p]
        tap.check("a warm run with the network downloads no file again", run.code == 0 and not files, files)
    run, _ = build(["alpha"], "--index-url", index.url(), "--offline", place=warm)
    tap.check("--offline works when the index is gone", run.got == "alpha-1.0 beta-2.0", run.told())


PASSWORD = "secret"   # the fake index knows user:secret only
BASIC = base64.b64encode(b"user:secret").decode()
WRONG = "wrong-horse-4711"


def nowhere(tap, what, run, place, *words):
    """None of the words in anything that the run wrote, said or kept."""
    kept = place.kept_text() + run.raw_out + run.raw_err
    for folder, _, names in os.walk(place.cache):
        for name in names:
            kept += open(os.path.join(folder, name), "rb").read()
    found = [w for w in words if w.encode() in kept]
    tap.check("%s: the credential is in no log, report, message or cache file" % what, not found, found, run.told())


def credentials(tap):
    """an index that wants to know who asks"""
    known = {"HWB_INDEX_DEFAULT_USERNAME": "user", "HWB_INDEX_DEFAULT_PASSWORD": PASSWORD}
    with Index(stock()) as index:
        run, place = build(["alpha"], "--index-url", index.url("auth"), "--json", "-v", env=known)
        tap.check("credentials from the environment open an index", run.code == 0 and {p["name"] for p in run.json()["lock"]["packages"]} == {"alpha", "beta"}, run.told())
        nowhere(tap, "from the environment", run, place, "user:secret", BASIC)
        events = [e for e in place.log() if e["event"] == "credential.used"]
        tap.check("the audit log has credential.used without the value", events and not any("secret" in str(e) for e in events), [e["event"] for e in place.log()])
        run, place = build(["alpha"], "--index-url", index.url("auth"))
        tap.run("without credentials it stays closed", run, 3, "401")
        run, place = build(["alpha"], "--index-url", index.url("auth"), "--report", place.top + "/r.json", env={**known, "HWB_INDEX_DEFAULT_PASSWORD": WRONG})
        tap.run("wrong credentials do not open it", run, 3, "401", absent=(WRONG,))
        nowhere(tap, "wrong ones", run, place, WRONG, base64.b64encode(("user:" + WRONG).encode()).decode())
        tap.check("and nor in the report", not os.path.exists(place.top + "/r.json") or WRONG not in open(place.top + "/r.json").read())
        index.ask("reset")
        run, place = build(["alpha"], "--index-url", index.url("auth+redirect-host"), env=known)
        seen = index.ask("seen")
        strangers = [s for s in seen if not s["host"].startswith("127.0.0.1")]
        tap.check("a redirect to another host does not get the credentials", not any("authorization" in s for s in strangers) and any("authorization" in s for s in seen), seen)
        index.ask("reset")
        build(["alpha"], "--index-url", index.url(), env={**known, "HWB_INDEX_OTHER_USERNAME": "user", "HWB_INDEX_OTHER_PASSWORD": WRONG})
        tap.check("another index's credentials are not sent", not any(base64.b64encode(("user:" + WRONG).encode()).decode() in s.get("authorization", "") for s in index.ask("seen")))
        run, place = build(["alpha"], env={"HWB_INDEX_URL": index.url("auth").replace("http://", "http://user:secret@")})
        tap.check("credentials in HWB_INDEX_URL open it too", run.got == "alpha-1.0 beta-2.0", run.told())
        nowhere(tap, "in HWB_INDEX_URL", run, place, "user:secret", BASIC)
        place = Place()
        write(place.home, {".netrc": "machine 127.0.0.1 login user password secret\n"})
        os.chmod(place.home + "/.netrc", 0o600)
        run, place = build(["alpha"], "--index-url", index.url("auth"), "--netrc", place=place)
        tap.check("--netrc opens it", run.got == "alpha-1.0 beta-2.0", run.told())
        os.unlink(os.path.join(place.out, WHEEL))
        run, _ = build(["alpha"], "--index-url", index.url("auth"), place=Place())
        tap.run("a netrc is not read unasked", run, 3, "401")
        for word in ("user:hunter2-4711@", "hunter2-4711@", ":hunter2-4711@"):
            run, place = build(["alpha"], "--index-url", index.url().replace("//", "//" + word))
            tap.run("'%s' in a URL on the command line is refused" % word.replace("hunter2-4711", "X"), run, 2, "HWB_INDEX_", absent=("hunter2",))
            nowhere(tap, word.replace("hunter2-4711", "X"), run, place, "hunter2")
        run, place = build(["alpha"], "--index-url", index.url("auth"), env={"HWB_INDEX_DEFAULT_USERNAME": "user"})
        tap.run("half a credential is a usage error", run, 2, "HWB_INDEX_DEFAULT_PASSWORD")


def tls(tap):
    """https with a certificate of our own"""
    if not shutil.which("openssl"):
        raise Skip("the program openssl is not installed")
    folder, place = fresh("tls"), Place()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-keyout", "key.pem", "-out", "cert.pem"], cwd=folder, check=True, capture_output=True)
    server = subprocess.Popen([sys.executable, support.FAKE_INDEX, stock(), "--tls", folder + "/cert.pem", folder + "/key.pem"], stdout=subprocess.PIPE)
    try:
        port = int(server.stdout.readline())
        url = "https://localhost:%d/simple/" % port
        run, _ = build(["alpha"], "--index-url", url, "--cert", folder + "/cert.pem", place=place)
        tap.check("https with --cert serves", run.got == "alpha-1.0 beta-2.0", run.told())
        run, _ = build(["alpha"], "--index-url", url, env={"SSL_CERT_FILE": folder + "/cert.pem"})
        tap.check("SSL_CERT_FILE is honoured", run.got == "alpha-1.0 beta-2.0", run.told())
        run, _ = build(["alpha"], "--index-url", url)
        tap.run("an unknown certificate is refused", run, 3, "localhost", "ertificate")
        run, _ = build(["alpha"], "--index-url", url.replace("localhost", "127.0.0.1"), "--cert", folder + "/cert.pem")
        tap.run("a certificate for another name is refused", run, 3, "127.0.0.1", "ertificate")
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


TESTS = [modes, bad_hash, foreign_metadata, resolutions, constraints, offline, credentials, tls]
