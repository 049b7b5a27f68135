"""hwb publish to a bucket: a store of our own that checks each signature, and pip and uv that install from what lies in it. TAP on stdout.

usage: s3.py HWB [VENV] [--only WORD]
"""
import json
import os
import signal
import subprocess
import sys
import urllib.request

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "server"), os.path.join(HERE, "..", "cli")]

import fake_s3
from support import Place, Setting, Skip, Tap, begin, fresh, make_sdist, make_wheel, sha256, wait_for, write

KEYS = {"AWS_ACCESS_KEY_ID": fake_s3.KEY, "AWS_SECRET_ACCESS_KEY": fake_s3.SECRET}
TOP = fake_s3.BUCKET + "/py/"
WHEEL, SDIST = "spam-1.0-py3-none-any.whl", "spam-1.0.tar.gz"


class Bucket:
    """A running fake_s3.py, as a context."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, fake_s3.__file__], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.base = "http://127.0.0.1:%d" % int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, path, value=None):
        data = None if value is None else json.dumps(value).encode()
        with urllib.request.urlopen(self.base + path, data, timeout=60) as answer:
            return answer.read()

    def objects(self):
        """{path below the prefix: sha256}"""
        return {k[len(TOP):]: v for k, v in json.loads(self.ask("/_objects")).items()}

    def seen(self, method="PUT"):
        return [key[len(TOP):] for m, key, _ in json.loads(self.ask("/_seen")) if m == method]

    def text(self, path):
        return self.ask("/static/" + TOP + path).decode()

    def files(self, project="spam"):
        return {f["filename"]: f for f in json.loads(self.text("simple/%s/index.json" % project))["files"]}


class User(Place):
    def __init__(self, *projects, sdist=True):
        super().__init__()
        self.dist = os.path.join(self.home, "dist")
        os.mkdir(self.dist)
        for name, version in projects or [("spam", "1.0")]:
            make_wheel(self.dist, name, version, python=">=3.8")
        if sdist:
            make_sdist(self.dist, "spam", "1.0")

    def words(self, bucket, *words, url="s3://wheels.example/py"):
        return ["publish", "--no-progress", "--color=never", "--repository-url", url, "--s3-endpoint", bucket.base, "--s3-region", fake_s3.REGION, "--allow", "M10=ours", *words]

    def publish(self, bucket, *words, env=None, **more):
        return self.hwb(*self.words(bucket, *words, **more), env=dict(KEYS, **(env or {})))

    def sums(self):
        return {n: sha256(open(os.path.join(self.dist, n), "rb").read()) for n in os.listdir(self.dist)}

    def events(self, name):
        return [e for e in self.log() if e["event"] == name]


def whole(bucket):
    """Everything that is listed is there with its hash, and the pages say the same as index.json."""
    objects, good = bucket.objects(), True
    for project in json.loads(bucket.text("simple/index.json"))["projects"]:
        folder = "simple/%s/" % project["name"]
        page = bucket.text(folder + "index.html")
        for name, f in bucket.files(project["name"]).items():
            good &= objects.get(folder + name) == f["hashes"]["sha256"] and "#sha256=" + f["hashes"]["sha256"] in page and ">%s<" % name in page
            if name.endswith(".whl"):
                good &= objects.get(folder + name + ".metadata") == f["core-metadata"]["sha256"]
    return good


def simple(tap):
    """two wheels and an sdist, and the same again"""
    user = User(("spam", "1.0"), ("eggs", "2.0+local.1"))
    with Bucket() as b:
        dry = user.publish(b, "--dry-run")
        tap.run("a dry run looks", dry, 0, "would publish 'dist/%s'" % WHEEL)
        tap.check("and puts nothing", not b.objects() and not b.seen(), b.seen())
        run = user.publish(b)
        tap.run("the files of dist are published", run, 0, "published 'dist/%s' to 's3://wheels.example/py'" % WHEEL, absent=[fake_s3.SECRET])
        there = b.objects()
        tap.check("with their bytes", all(h in there.values() for h in user.sums().values()), there)
        tap.check("and a whole index", whole(b) and set(b.files()) == {WHEEL, SDIST} and set(b.files("eggs")) == {"eggs-2.0+local.1-py3-none-any.whl"}, there)
        tap.check("of all projects", [p["name"] for p in json.loads(b.text("simple/index.json"))["projects"]] == ["eggs", "spam"])
        f = b.files()[WHEEL]
        tap.check("with what installers go by", f["requires-python"] == ">=3.8" and f["size"] == os.path.getsize(user.dist + "/" + WHEEL) and f["upload-time"].endswith("Z"), f)
        puts = b.seen()
        order = [puts.index("simple/spam/" + n) for n in (WHEEL + ".metadata", WHEEL, SDIST, "index.json", "index.html")] + [max(i for i, n in enumerate(puts) if n == "simple/index.json")]
        tap.check("index after files", order == sorted(order), puts)
        noted = user.events("credential.used")
        tap.check("the log says which key", [(e["kind"], e["name"], e["registry"]) for e in noted] == [("aws", "AWS_ACCESS_KEY_ID", "s3://wheels.example/py")] * 2, noted)
        tap.check("and what was published", len(user.events("publish.completed")) == 3 and fake_s3.SECRET not in json.dumps(user.log()))
        again = user.publish(b)
        tap.run("again: nothing to do", again, 0, "with the same sha256")
        tap.check("and nothing is put", b.seen() == puts, b.seen()[len(puts):])
        make_wheel(user.dist, "spam", "1.0", files={"spam.py": "other = 1\n"}, python=">=3.8")
        tap.run("other bytes of that name are refused", user.publish(b), 7, "has another file '%s'" % WHEEL)
        tap.check("and nothing is put", b.seen() == puts and whole(b), b.seen()[len(puts):])


def large(tap):
    """what does not stay in memory"""
    user = User()
    make_wheel(user.dist, "spam", "1.0", files={"spam.bin": os.urandom(40 << 20)}, python=">=3.8")
    with Bucket() as b:
        tap.run("a large wheel is published", user.publish(b), 0)
        tap.check("with its bytes, its metadata and a whole index", all(h in b.objects().values() for h in user.sums().values()) and whole(b) and set(b.files()) == {WHEEL, SDIST}
                  and "simple/spam/%s.metadata" % WHEEL in b.objects(), b.objects())


def install(tap):
    """pip and uv install from it"""
    user = User(("spam", "1.0"), ("eggs", "2.0+local.1"))
    if not Setting.venv:
        raise Skip("no VENV")
    with Bucket() as b:
        tap.run("published", user.publish(b), 0)
        for name, command in (("pip", [Setting.venv + "/bin/python", "-m", "pip", "install", "--no-deps", "--disable-pip-version-check", "--no-cache-dir", "--target"]),
                              ("uv", [Setting.venv + "/bin/uv", "pip", "install", "--no-deps", "--no-cache", "--python", Setting.python, "--target"])):
            if not os.access(command[0], os.X_OK):
                tap.check("%s is there # SKIP" % name, True)
                continue
            target = fresh(name)
            done = subprocess.run([*command, target, "--index-url", b.base + "/static/" + TOP + "simple/", "spam", "eggs"], capture_output=True, text=True,
                                  env={"PATH": os.environ["PATH"], "HOME": user.home})
            tap.check("%s installs both" % name, done.returncode == 0 and os.path.exists(target + "/spam.py") and os.path.exists(target + "/eggs.py"), done.stdout, done.stderr)


def keys(tap):
    """keys that are not there, wrong or temporary"""
    user = User(sdist=False)
    with Bucket() as b:
        none = user.hwb(*user.words(b))
        tap.run("no key is exit 7", none, 7, "there is no key for 's3://wheels.example/py': AWS_ACCESS_KEY_ID is not set; nothing was sent")
        wrong = user.publish(b, env={"AWS_SECRET_ACCESS_KEY": "another-secret-of-the-tests"})
        tap.run("a wrong key is exit 7 with the store's words", wrong, 7, "(403)", "does not match the signature you provided", absent=["another-secret-of-the-tests"])
        tap.check("and nothing is put", not b.objects())
        tap.run("a line end in a key is refused", user.publish(b, env={"AWS_SESSION_TOKEN": "a\nx-amz-acl: public"}), 2, "AWS_SESSION_TOKEN has a blank")
        b.ask("/_session", fake_s3.SESSION)
        tap.run("a session token is sent", user.publish(b, env={"AWS_SESSION_TOKEN": fake_s3.SESSION}), 0, absent=[fake_s3.SESSION])
        tap.run("a bucket that is not there", user.publish(b, url="s3://other-bucket/py", env={"AWS_SESSION_TOKEN": fake_s3.SESSION}), 7)
    for words, text in ((["--check-url", "https://a.example/"], "--check-url means nothing to a bucket"), (["--username", "u"], "--username means nothing")):
        tap.run("%s is refused" % words[0], user.publish(b, *words), 2, text)
    for url in ("s3://", "s3://UP/x", "s3://bucket/../x", "s3://bucket/a?b"):
        tap.run("no bucket: " + url, user.publish(b, url=url), 2, "s3://BUCKET/PREFIX")
    tap.run("a key in a URL is refused", user.publish(b, url="s3://key:secret@bucket/x"), 2, "may not carry a user name or password")
    tap.run("an endpoint with a path is none", user.publish(b, "--s3-endpoint", "https://a.example/x"), 2, "a host alone")
    tap.run("http needs a word", user.publish(b, "--s3-endpoint", "http://a.example"), 2, "--allow-http")
    tap.run("an endpoint without a bucket", user.hwb("publish", "--s3-endpoint", "https://a.example", env=KEYS), 2, "belong to a bucket (s3://BUCKET/PREFIX), and 'pypi' is none")


NAMED = ["publish", "--no-progress", "--color=never", "--allow", "M10=ours"]


def configured(tap):
    """a bucket by the name that hwb.toml gives it"""
    user, other = User(), {"HWB_PUBLISH_TOKEN": "no-token", "HWB_TRUSTED_PUBLISHER": "never"}

    def named(*words, env=None):
        return user.hwb(*NAMED, *words, env=dict(KEYS, HWB_NO_CONFIG=None, **(env or {})))

    def config(text):
        write(user.home, {".config/hwb/hwb.toml": "[publish]\n" + text})
    with Bucket() as b:
        table = 'registries = { mybucket = "s3://wheels.example/py/", corp = "http://127.0.0.1:1/legacy/" }\n'
        place = 's3-endpoint = "%s"\ns3-region = "%s"\n' % (b.base, fake_s3.REGION)
        config(table + place)
        run = named("-r", "mybucket", "--json")
        tap.run("-r NAME publishes to it", run, 0, "published 'dist/%s' to 'mybucket'" % WHEEL, absent=[fake_s3.SECRET])
        tap.check("with its bytes and a whole index", whole(b) and set(b.files()) == {WHEEL, SDIST}, b.objects())
        tap.check("the answer has name and URL", json.loads(run.out)["registry"] == {"name": "mybucket", "url": "s3://wheels.example/py", "index": None}, run.told())
        tap.check("the log has the URL, as with --repository-url", {e["registry"] for e in user.events("publish.completed") + user.events("credential.used")}
                  == {"s3://wheels.example/py"}, user.log())
        puts = b.seen()
        rows = [("by its URL", "", ["--repository-url", "s3://wheels.example/py"], {}), ("as the default", 'registry = "mybucket"\n', [], {}),
                ("in other letters", "", ["-r", "MyBucket"], {})]
        for name, more, words, env in rows:
            config(more + table + place)
            tap.run("%s it is the same bucket" % name, named(*words, env=env), 0, "with the same sha256")
        config(table)
        own = {"HWB_PUBLISH_S3_ENDPOINT": b.base, "HWB_PUBLISH_S3_REGION": fake_s3.REGION}
        aws = {"AWS_ENDPOINT_URL_S3": b.base, "AWS_REGION": fake_s3.REGION}
        wrong = {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1", "AWS_REGION": "nowhere-1"}
        tap.run("variables of hwb say where its store is", named("-r", "mybucket", env=dict(own, **wrong)), 0, "with the same sha256")
        tap.run("so do those of AWS", named("-r", "mybucket", env=aws), 0, "with the same sha256")
        config(table + place)
        tap.run("hwb.toml counts more than those of AWS", named("-r", "mybucket", env=wrong), 0, "with the same sha256")
        tap.run("a variable of hwb more than hwb.toml", named("-r", "mybucket", env={"HWB_PUBLISH_S3_REGION": "nowhere-1"}), 7, "for region 'nowhere-1'")
        tap.run("and an option more than both", named("-r", "mybucket", "--s3-region", fake_s3.REGION, env={"HWB_PUBLISH_S3_REGION": "nowhere-1"}), 0, "with the same sha256")
        tap.run("all of it in variables", user.hwb(*NAMED, "-r", "b", env=dict(KEYS, HWB_PUBLISH_REGISTRIES="b=s3://wheels.example/py", **own)), 0, "with the same sha256")
        write(user.home, {".pypirc": "[old]\nrepository = s3://wheels.example/py\n"})
        tap.run("by a section of .pypirc", named("-r", "old"), 0, "with the same sha256")
        tap.check("none of these put anything", b.seen() == puts, b.seen()[len(puts):])
        tap.run("a store in hwb.toml is in no other registry's way", named("-r", "corp", env={"HWB_TRUSTED_PUBLISHER": "never"}), 7, "there is no credential for 'corp'")
        for words, env, text in ((["-r", "mybucket", "--check-url", "https://a.example/"], {}, "--check-url means nothing to a bucket"),
                                 (["-r", "mybucket", "-u", "me"], {}, "--username means nothing"), (["-r", "corp", "--s3-region", "x"], other, "and 'corp' is none"),
                                 (["-r", "mybucket"], {"HWB_TRUSTED_PUBLISHER": "always"}, "(publish.trusted-publisher) means nothing to a bucket"),
                                 (["-r", "mybucket"], {"HWB_PUBLISH_S3_ENDPOINT": "http://a.example"}, "--allow-http"),
                                 (["-r", "nobody"], {}, "[publish] registries = { nobody = ")):
            tap.run("%s %s is refused" % (" ".join(words), " ".join(env)), named(*words, env=env), 2, text)
        for words, code, served in (([], 10, "unchecked"), (["--check-url", b.base + "/static/" + TOP + "simple/"], 0, "same")):
            run = user.hwb("respond", "token-leak", "-r", "mybucket", *words, "--json", env={"HWB_NO_CONFIG": None})
            got = {p["file"]: p["served"] for p in json.loads(run.out)["publications"] if p["upload"] == "completed"}
            tap.check("hwb respond finds what was published there: %s" % served, run.code == code and got == {WHEEL: served, SDIST: served}, run.told())
        tap.run("no key is exit 7", user.hwb(*NAMED, "-r", "mybucket", env={"HWB_NO_CONFIG": None}), 7, "there is no key for 'mybucket'", "nothing was sent")
        tap.run("the store of credentials has no place for one", user.hwb("credential", "add", "mybucket", "-u", "me", env={"HWB_NO_CONFIG": None}), 2,
                "'mybucket' is a bucket", "AWS_ACCESS_KEY_ID")
        config('registries = { mybucket = "s3://UP/x" }\n')
        tap.run("what is no bucket is refused with its place", named("-r", "mybucket"), 2, "hwb.toml:2:", "s3://BUCKET/PREFIX")
        tap.check("and none of these put anything", b.seen() == puts, b.seen()[len(puts):])


def troubles(tap):
    """a store that has to be asked again"""
    for where, what in ((WHEEL, 503), (WHEEL, "lost"), (WHEEL + ".metadata", "lost"), ("spam/index.json", 503), ("spam/index.json", "lost"), ("spam/index.html", "lost"), ("simple/index.json", 503)):
        user = User(sdist=False)
        with Bucket() as b:
            b.ask("/_trouble", [["PUT", where, what, 1]])
            tap.run("%s at %s passes" % (what, where), user.publish(b), 0)
            tap.check("and it is whole", whole(b) and set(b.files()) == {WHEEL}, b.objects())
    with Bucket() as b:
        user = User(sdist=False)
        b.ask("/_trouble", [["PUT", WHEEL, 501, 1]])
        tap.run("a store without conditions is refused", user.publish(b), 7, "If-None-Match")
        b.ask("/_put", [TOP + "simple/spam/" + WHEEL, "other bytes"])
        tap.run("an object that is in no index is compared", user.publish(b), 7, "has other bytes at 'simple/spam/%s'" % WHEEL)
        tap.check("and not listed", "simple/spam/index.json" not in b.objects(), b.objects())


def hostile(tap):
    """an index that somebody else wrote"""
    good = {"meta": {"api-version": "1.0"}, "name": "spam", "files": [{"filename": "spam-0.9.tar.gz", "url": "https://cdn.example/spam-0.9.tar.gz", "hashes": {}, "yanked": "a <b> \"c\""}]}
    for name, text, code in (("its files stay", json.dumps(good), 0), ("no JSON", "{", 10), ("another project's", json.dumps(dict(good, name="eggs")), 10),
                             ("a URL that is a program", json.dumps(dict(good, files=[{"filename": "a", "url": "javascript:alert(1)", "hashes": {}}])), 10),
                             ("a name with a tag", json.dumps(dict(good, files=[{"filename": "<a>", "url": "a", "hashes": {}}])), 10),
                             ("our file without a hash", json.dumps(dict(good, files=[{"filename": WHEEL, "url": "a", "hashes": {}}])), 10)):
        user = User(sdist=False)
        with Bucket() as b:
            b.ask("/_put", [TOP + "simple/spam/index.json", text])
            tap.run("%s: exit %d" % (name, code), user.publish(b), code)
            if code == 0:
                page = b.text("simple/spam/index.html")
                tap.check("on the page as well", "spam-0.9.tar.gz" in page and "&lt;b&gt; &quot;c&quot;" in page and set(b.files()) == {"spam-0.9.tar.gz", WHEEL}, page)
            else:
                tap.check("and nothing is put", not b.seen(), b.seen())


def races(tap):
    """others write the same index"""
    for times, code in ((3, 0), (100, 7)):
        user = User(sdist=False)
        with Bucket() as b:
            b.ask("/_put", [TOP + "simple/spam/index.json", json.dumps({"meta": {"api-version": "1.0"}, "name": "spam", "files": []})])
            b.ask("/_rival", {"spam/index.json": [times, "spam-%d.0.tar.gz"]})
            run = user.publish(b)
            tap.run("a rival that is faster %d times: exit %d" % (times, code), run, code, *(["run again"] if code else []))
            if code == 0:
                tap.check("nobody's file is lost", set(b.files()) == {WHEEL} | {"spam-%d.0.tar.gz" % n for n in (1, 2, 3)}, b.files())
                tap.check("on the page neither", all(n in b.text("simple/spam/index.html") for n in b.files()))
            else:
                tap.check("it gave up after eight", sum(n == "simple/spam/index.json" for n in b.seen()) == 8, b.seen())
    user, others = User(("spam", "1.0"), sdist=False), [User(("spam", "%d.0" % n), sdist=False) for n in range(2, 6)]
    with Bucket() as b:
        running = [(u, u.start(*u.words(b), env=KEYS)) for u in [user, *others]]
        runs = [u.finish(p) for u, p in running]
        tap.check("five at once", all(r.code == 0 for r in runs), [r.err for r in runs])
        tap.check("lose nothing", whole(b) and len(b.files()) == 5, b.files())


def killed(tap):
    """killed between files and index, and run again"""
    for where in ("spam/" + WHEEL, SDIST, "spam/index.json", "spam/index.html", "simple/index.json", "simple/index.html"):
        user = User()
        with Bucket() as b:
            b.ask("/_trouble", [["PUT", where, "hang", 1]])
            process = user.start(*user.words(b), env=KEYS)
            wait_for(lambda: any(n.endswith(where) for n in b.seen()))
            process.send_signal(signal.SIGKILL)
            user.finish(process)
            listed = "simple/spam/index.json" in b.objects()
            tap.check("killed at %s: the index names only what is there" % where, not listed or all("simple/spam/" + n in b.objects() for n in b.files()), b.objects())
            tap.run("and again", user.publish(b), 0)
            tap.check("is whole", whole(b) and set(b.files()) == {WHEEL, SDIST}, b.objects())


def interrupted(tap):
    """SIGINT when one of two files is there"""
    user = User(("spam", "1.0"), ("spam", "2.0"), sdist=False)
    with Bucket() as b:
        b.ask("/_trouble", [["PUT", "spam-2.0-py3-none-any.whl", "hang", 1]])
        process = user.start(*user.words(b), env=KEYS)
        wait_for(lambda: "simple/spam/spam-2.0-py3-none-any.whl" in b.seen() or process.poll() is not None)
        process.send_signal(signal.SIGINT)
        run = user.finish(process)
        started, failed = ({e["file"] for e in user.events("publish." + name)} for name in ("started", "failed"))
        tap.check("each file that was begun has its last event", run.code == 130 and len(started) == 2 and started == failed, run.told(), started, failed)
        run = user.publish(b)
        tap.check("and the next run makes it whole", run.code == 0 and whole(b) and len(b.files()) == 2, run.told())


if __name__ == "__main__":
    Tap().all([simple, large, install, keys, configured, troubles, hostile, races, killed, interrupted], begin(sys.argv))
