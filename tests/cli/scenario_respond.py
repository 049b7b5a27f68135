"""hwb respond, and what hwb log says of publishing: over logs that are made here, in the form in which hwb publish writes them."""
import datetime
import glob
import json
import os
import shutil
import subprocess

import support
from support import Index, Place, Setting, Skip, fresh, make_wheel, project, sha256, write

SCHEMA = os.path.join(support.HERE, "..", "..", "data", "respond.schema.json")
VALIDATE = "import json, sys, jsonschema; jsonschema.validate(json.load(sys.stdin), json.load(open(sys.argv[1])))"
TOKEN, BUILD, TRUSTED = "1" * 32, "2" * 32, "3" * 32
PYPI = "https://upload.pypi.org/legacy/"


class Log:
    """An audit log whose chain is whole. Lines are added to the newest file, or to that of a day."""

    def __init__(self, place):
        self.folder, self.seq, self.prev = os.path.join(place.hwb_home, "logs"), 0, "0" * 64
        os.makedirs(self.folder, 0o700)
        os.chmod(place.hwb_home, 0o700)

    def add(self, event, run=TOKEN, at="2026-03-01T10:00:00.000Z", user="alice", host="laptop", environment=None, **fields):
        self.seq += 1
        line = {"timestamp": at, "event": event, "seq": self.seq, "prev": self.prev, "run": run, "source": None, "isolation": None, "image": None,
                "user": user, "host": host, "environment": environment or {}, **fields}
        text = json.dumps(line, separators=(",", ":")).encode()
        self.prev = sha256(text)
        path = os.path.join(self.folder, "audit-%s.json" % at[:10])
        with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as out:
            out.write(text + b"\n")

    def publish(self, file, digest, registry, authentication="token", event="publish.completed", package="demo", version="1.0", **more):
        issuer = "https://token.actions.example" if authentication == "trusted_publisher" else None
        self.add(event, package=package, version=version, file=file, sha256=digest, registry=registry, authentication=authentication,
                 oidc_issuer=issuer, **more)


def built_log(place, registry, digests):
    """A build, an upload of it with a token, a failed one, one by a Trusted Publisher, one elsewhere."""
    log = Log(place)
    ci = {"ci_provider": "github", "workflow": "release", "run_id": "42"}
    log.add("run.started", run=BUILD, command="build", host="builder")
    log.add("build.started", run=BUILD, kind="wheel", backend="bk", variables=["NPM_TOKEN", "LANG"])
    log.add("artifact.written", run=BUILD, name="demo-1.0-py3-none-any.whl", sha256=digests[0], size=1)
    log.add("run.started", command="publish", environment=ci, at="2026-03-02T10:00:00.000Z")
    log.add("credential.used", kind="token", name="HWB_PUBLISH_TOKEN", registry=registry, at="2026-03-02T10:00:01.000Z", environment=ci)
    log.publish("demo-1.0-py3-none-any.whl", digests[0], registry, event="publish.started", at="2026-03-02T10:00:02.000Z")
    log.publish("demo-1.0-py3-none-any.whl", digests[0], registry, at="2026-03-02T10:00:03.000Z")
    log.publish("other-2.0-py3-none-any.whl", digests[1], registry, package="other", version="2.0", event="publish.failed", at="2026-03-02T10:00:04.000Z")
    log.publish("demo-1.1-py3-none-any.whl", digests[2], registry, version="1.1", authentication="trusted_publisher", run=TRUSTED, at="2026-03-03T10:00:00.000Z")
    log.publish("demo-1.0-py3-none-any.whl", digests[0], "https://elsewhere.example/legacy/", at="2026-03-04T10:00:00.000Z")
    return log


def incident(folder, kind="token-leak"):
    return sorted(glob.glob(os.path.join(folder, "INCIDENT-*-%s*.md" % kind)))


def world():
    """A place, a folder of wheels for the index, and the digests of demo 1.0, other 2.0, demo 1.1."""
    place, folder = Place(), fresh("index")
    wheels = [make_wheel(folder, "demo", "1.0"), make_wheel(folder, "other", "2.0"), make_wheel(folder, "demo", "1.1")]
    return place, folder, [sha256(open(w, "rb").read()) for w in wheels]


def token_leak(tap):
    """hwb respond token-leak"""
    place, folder, digests = world()
    with Index(folder) as index:
        registry = "http://127.0.0.1:%d/legacy/" % index.port
        built_log(place, registry, digests)
        words = ["respond", "token-leak", "--registry", registry, "--check-url", index.url()]
        run = place.hwb(*words, "--json")
        got = run.json()
        files = {p["file"]: p for p in got["publications"]}
        tap.check("the uploads to that registry are listed, each once, and none to another", run.code == 0 and sorted(files) == sorted(
            ["demo-1.0-py3-none-any.whl", "other-2.0-py3-none-any.whl", "demo-1.1-py3-none-any.whl"]) and len(got["publications"]) == 3, run.told())
        first = files["demo-1.0-py3-none-any.whl"]
        tap.check("with when, by what, which bytes, and that the index serves the same", (first["timestamp"], first["authentication"], first["sha256"], first["served"],
                  first["upload"]) == ("2026-03-02T10:00:03.000Z", "token", digests[0], "same", "completed"), first)
        tap.check("a failed upload is looked for on the index as well", files["other-2.0-py3-none-any.whl"]["upload"] == "failed"
                  and files["other-2.0-py3-none-any.whl"]["served"] == "same", files)
        tap.check("what a Trusted Publisher did is there, and not suspect", [files[f]["suspect"] for f in sorted(files)] == [True, False, True], files)
        runs = {r["run"]: r for r in got["runs"]}
        tap.check("the run says its machine, user, CI run and credential", runs[TOKEN]["host"] == "laptop" and runs[TOKEN]["user"] == "alice"
                  and runs[TOKEN]["run_id"] == "42" and runs[TOKEN]["credentials"] == ["token 'HWB_PUBLISH_TOKEN' for " + registry], runs)
        tap.check("the run that built the bytes says which variables it was given", first["built_in"] == BUILD and runs[BUILD]["variables"] == ["NPM_TOKEN", "LANG"]
                  and runs[BUILD]["host"] == "builder", runs)
        tap.check("nothing is on the index that the log does not know", got["not_in_log"] == [] and got["unchecked"] == [], run.told())
        paths = incident(place.home)
        text = open(paths[0]).read()
        tap.check("a dated file is there to fill in", len(paths) == 1 and os.path.basename(paths[0]) == "INCIDENT-%s-token-leak.md" % got["opened"][:10]
                  and all(w in text for w in ("## Timeline", "## Actions", "revoke", "## Contacts", digests[0])), text)
        tap.check("for its owner alone", os.stat(paths[0]).st_mode & 0o777 == 0o600, oct(os.stat(paths[0]).st_mode))
        again = place.hwb(*words)
        tap.check("a second run makes a second file and leaves the first", again.code == 0 and open(paths[0]).read() == text and len(incident(place.home)) == 2
                  and incident(place.home)[0].endswith("-2.md"), again.told())
        tap.run("for people the lists are Markdown", again, 0, "## Published with the credential", "demo-1.0-py3-none-any.whl", "the same bytes", "NPM_TOKEN", "INCIDENT-")
        tap.check("the log has the event", [e["path"] for e in place.log() if e["event"] == "incident.opened"][0] == "./" + os.path.basename(paths[0]), place.log()[-3:])
        os.remove(os.path.join(folder, "demo-1.0-py3-none-any.whl"))
        make_wheel(folder, "demo", "1.0", files={"demo.py": "evil = True\n"})
        make_wheel(folder, "demo", "9.9")
        run = place.hwb(*words, "--json", "-o", place.out)
        got = run.json()
        first = [p for p in got["publications"] if p["file"].startswith("demo-1.0")][0]
        tap.run("other bytes on the index are told with both digests, exit 3", run, 3, digests[0], "serves other bytes")
        tap.check("and are not what was published", first["served"] == "different" and first["served_sha256"] not in (None, digests[0]), first)
        tap.check("a file that only the index knows is told, with its digest", [(s["file"], len(s["sha256"])) for s in got["not_in_log"]]
                  == [("demo-9.9-py3-none-any.whl", 64)], got["not_in_log"])
        tap.check("-o says where the file is written", len(incident(place.out)) == 1, os.listdir(place.out))
        run = place.hwb(*words, "--json", "--since", "2026-03-03")
        tap.check("--since leaves older uploads out", [p["file"] for p in run.json()["publications"]] == ["demo-1.1-py3-none-any.whl"], run.told())
        os.remove(os.path.join(folder, "demo-1.0-py3-none-any.whl"))
        run = place.hwb(*words, "--json")
        tap.check("a file that is gone is told as such", [p["served"] for p in run.json()["publications"] if p["file"].startswith("demo-1.0")] == ["gone"], run.told())
        run = place.hwb(*words[:4], "--check-url", index.url("yanked"), "--json")
        tap.check("and what is yanked", [p["yanked"] for p in run.json()["publications"] if p["file"].startswith("demo-1.1")] == [True], run.told())
        for mode in ("500", "badjson", "hang", "nohash"):
            if mode == "hang":
                continue  # the client's own time limit is tested with the index
            run = place.hwb(*words[:4], "--check-url", index.url(mode), "--json")
            got = run.json()
            tap.check("an index that does not answer with sense is 'unchecked', exit 10: %s" % mode, run.code == 10 and got["unchecked"]
                      and {p["served"] for p in got["publications"]} <= {"unchecked", "gone"} and any(p["served"] == "unchecked" for p in got["publications"]), run.told())
    run = place.hwb(*words, "--json")
    tap.check("nor is one that is not there", run.code == 10 and {p["served"] for p in run.json()["publications"]} == {"unchecked"}, run.told())
    run = place.hwb(*words, "--offline", "--json")
    tap.check("nor is any with --offline", run.code == 10 and "--offline" in run.json()["unchecked"][0], run.told())
    run = place.hwb(*words[:4], "--json")
    tap.check("a registry whose index nobody knows is not checked, with the remedy", run.code == 10 and "--check-url" in run.json()["unchecked"][0], run.told())


def compromised(tap):
    """hwb respond compromised"""
    place, folder, digests = world()
    with Index(folder) as index:
        built_log(place, PYPI, digests)
        words = ["respond", "compromised", "Demo", "1.0.0", "--registry", "pypi", "--check-url", index.url()]
        run = place.hwb(*words, "--json")
        got = run.json()
        tap.check("the versions are those, however they are written", run.code == 0 and [p["file"] for p in got["publications"]] == ["demo-1.0-py3-none-any.whl"], run.told())
        tap.check("with the page where it is yanked", got["publications"][0]["link"] == "https://pypi.org/manage/project/demo/release/1.0/", run.told())
        run = place.hwb("respond", "compromised", "demo", "1.0", "1.1", "--check-url", index.url(), "--offline", "--json")
        tap.check("several versions, at every registry", [(p["version"], p["registry"]) for p in run.json()["publications"]] ==
                  [("1.0", PYPI), ("1.1", PYPI), ("1.0", "https://elsewhere.example/legacy/")], run.told())
        make_wheel(folder, "demo", "1.0", tag="cp311-abi3-linux_x86_64")
        run = place.hwb(*words)
        tap.run("a file of that version that the log has not is told", run, 0, "## On the index, and not in this log", "demo-1.0-cp311-abi3-linux_x86_64.whl",
                "https://pypi.org/manage/project/demo/release/1.0/", absent=["demo-1.1"])
        run = place.hwb("respond", "compromised", "demo", "7.7", "--registry", "pypi", "--check-url", index.url(), "--json")
        tap.check("nothing in log and index is exit 1, and the file is there all the same", run.code == 1 and run.json()["publications"] == []
                  and os.path.exists(os.path.join(place.home, run.json()["incident"])), run.told())
    run = place.hwb("respond", "compromised", "private-thing", "1.0", "--json")
    tap.check("no index is told a name that no log has", run.code == 10 and "no index was asked" in run.json()["unchecked"][0], run.told())


DEMO, OTHER = "demo-1.0-py3-none-any.whl", "other-2.0-py3-none-any.whl"
BUCKET = "s3://acme-wheels/py"


def named(tap):
    """hwb respond with the names of hwb publish"""
    place, folder, digests = world()
    with Index(folder) as index:
        base = "http://127.0.0.1:%d" % index.port
        corp, nexus, old = base + "/legacy/", base + "/repository/", "https://old.example/up"
        log = Log(place)
        for registry in (corp, nexus, BUCKET, old):
            log.publish(DEMO, digests[0], registry, authentication="aws" if registry == BUCKET else "token")
        log.publish("gone-1.0-py3-none-any.whl", digests[0], nexus, package="gone")
        log.publish("other-9-py3-none-any.whl", digests[0], nexus, package="other", version="9")
        log.add("credential.used", kind="aws", name="AWS_ACCESS_KEY_ID", registry=BUCKET)
        registries = '[publish]\nregistries = { corp = "%s", nexus = "%s", wheels = "%s/" }\n' % (corp, nexus, BUCKET)
        own = '[[index]]\nname = "corp"\nurl = "%s"\n' % index.url()

        def respond(*words, text=registries + own):
            write(place.home, {".config/hwb/hwb.toml": text})
            run = place.hwb("respond", *words, "--json", env={"HWB_NO_CONFIG": None})
            run.got = json.loads(run.out) if run.out.startswith("{") else {"publications": [], "unchecked": [], "uses": [], "not_in_log": []}
            run.served = {(p["registry"], p["file"]): p["served"] for p in run.got["publications"]}
            return run
        run = respond("token-leak", "-r", "corp")
        tap.check("a name of publish.registries is its upload URL, and the index of that name is asked", run.code == 0 and run.served == {(corp, DEMO): "same"}, run.told())
        run = respond("token-leak", "-r", "corp", text=registries)
        tap.check("without such an index nobody knows where to look", run.code == 10 and run.served == {(corp, DEMO): "unchecked"} and "--check-url" in run.got["unchecked"][0], run.told())
        run = respond("token-leak", "-r", "nexus")
        tap.check("else its kind says where the index is", run.served[nexus, DEMO] == "same", run.told())
        tap.check("what is not there may be elsewhere: unchecked, not gone", run.code == 10 and run.served[nexus, "gone-1.0-py3-none-any.whl"] == "unchecked"
                  and run.served[nexus, "other-9-py3-none-any.whl"] == "unchecked" and sum("may not be the index of" in u for u in run.got["unchecked"]) == 2, run.told())
        run = respond("token-leak", "-r", "nexus", "--check-url", index.url())
        tap.check("it is gone when somebody has said which index it is", run.code == 0 and set(run.served.values()) == {"same", "gone"}, run.told())
        run = respond("compromised", "demo", "9.9", "-r", "corp")
        tap.check("where the log has nothing the index of that name is asked", run.code == 1 and not run.got["unchecked"], run.told())
        make_wheel(folder, "demo", "9.9")
        run = respond("compromised", "demo", "9.9", "-r", "corp")
        tap.check("and tells what it has", run.code == 0 and [s["file"] for s in run.got["not_in_log"]] == ["demo-9.9-py3-none-any.whl"], run.told())
        for word in ("wheels", "WHEELS", BUCKET, BUCKET + "/"):
            run = respond("token-leak", "-r", word)
            tap.check("a bucket is never said to have been checked: %s" % word, run.code == 10 and run.served == {(BUCKET, DEMO): "unchecked"} and len(run.got["uses"]) == 1
                      and "is a bucket: name with --check-url" in run.got["unchecked"][0], run.told())
        text = open(os.path.join(place.home, run.got["incident"])).read()
        tap.check("its file says what is to be done there", "where the bucket's keys are made" in text and "in the index.json of its bucket" in text, text)
        run = respond("token-leak", "-r", "wheels", "--check-url", index.url())
        tap.check("unless --check-url names what is served from it", run.code == 0 and run.served == {(BUCKET, DEMO): "same"}, run.told())
        run = respond("token-leak", "-r", "wheels", text=registries + own.replace("corp", "wheels"))
        tap.check("or an index of its name", run.code == 0 and run.served == {(BUCKET, DEMO): "same"}, run.told())
        write(place.home, {".pypirc": "[old]\nrepository = %s\npassword = hunter2hunter2\n" % old})
        run = respond("token-leak", "-r", "old")
        tap.check("a section of .pypirc is a name as well, whatever else is in it", run.code == 10 and run.served == {(old, DEMO): "unchecked"} and "hunter2" not in run.text, run.told())
        write(place.home, {".pypirc": "no section\n"})
        run = respond("token-leak", "-r", "old")
        tap.check("one that cannot be read leaves it open", run.code == 10 and "whether 'old' is a name of ~/.pypirc" in run.got["unchecked"][0], run.told())
        run = respond("compromised", "demo", "1.0")
        tap.check("of several registries each has the index that is known of it", run.code == 10 and run.served ==
                  {(corp, DEMO): "same", (nexus, DEMO): "same", (BUCKET, DEMO): "unchecked", (old, DEMO): "unchecked"}, run.told())
        run = respond("compromised", "demo", "1.0", "--check-url", index.url())
        tap.check("--check-url is of one, so not of two", run.code == 10 and run.served[BUCKET, DEMO] == "unchecked"
                  and any("--check-url was not used" in u for u in run.got["unchecked"]), run.told())
        make_wheel(folder, "demo", "1.0", files={"demo.py": "evil = True\n"})
        for words in (["-r", "corp"], ["-r", "nexus"], ["-r", "wheels", "--check-url", index.url()]):
            run = respond("compromised", "demo", "1.0", *words)
            tap.check("other bytes are told: %s" % words[1], run.code == 3 and set(run.served.values()) == {"different"}, run.told())


def guessed(tap):
    """hwb respond asks no index that nobody has named for the registry"""
    place, folder, digests = world()
    with Index(folder) as index:
        base = "http://127.0.0.1:%d" % index.port
        dev, rel = base + "/alice/dev/", base + "/alice/rel/"
        log = Log(place)
        log.publish(DEMO, "a" * 64, dev)
        log.publish("gone-1.0-py3-none-any.whl", digests[0], base + "/alice/never/", package="gone")
        text = '[publish]\nregistries = { rel = "%s" }\n[[index]]\nname = "rel"\nurl = "%s"\n' % (rel, index.url())
        write(place.home, {".config/hwb/hwb.toml": text})

        def respond(*words, env=None):
            run = place.hwb("respond", *words, "--json", env={"HWB_NO_CONFIG": None, **(env or {})})
            run.got = json.loads(run.out) if run.out.startswith("{") else None
            return run
        run = respond("token-leak", "-r", dev)
        tap.check("another index of the same host is not the registry's: neither other bytes nor the same", run.code == 10 and [p["served"] for p in run.got["publications"]] == ["unchecked"]
                  and run.got["publications"][0]["index"] is None and "is not known" in run.got["unchecked"][0], run.told())
        tap.check("and nobody asked it", index.ask("count") == {}, index.ask("count"))
        place = Place()
        log = Log(place)
        log.publish(DEMO, "a" * 64, dev)
        log.publish(DEMO, digests[0], dev[:-1], at="2026-03-01T11:00:00.000Z", index=index.url(), username="alice-token")
        log.publish("other-2.0-py3-none-any.whl", digests[1], dev, package="other", version="2.0", at="2026-03-01T12:00:00.000Z", index=None, username=None)
        run = respond("token-leak", "-r", dev)
        got = {(p["sha256"], p["file"]): (p["served"], p["index"], p["index_by"], p["username"]) for p in run.got["publications"]}
        tap.check("the index that hwb publish asked is in the log, and is asked again", run.code == 3 and got[digests[0], DEMO] == ("same", index.url(), "log", "alice-token")
                  and got["a" * 64, DEMO][:3] == ("different", index.url(), "log") and got[digests[1], OTHER] == ("same", index.url(), "log", None), run.told())
        tap.check("with or without a '/' at its end it is one registry", {p["registry"] for p in run.got["publications"]} == {dev}, run.told())
        text = open(os.path.join(place.home, run.got["incident"])).read()
        tap.check("the file says which index was asked", text.count("now at `%s`" % index.url()) == 3 and "`alice-token`" in text, text)
        run = respond("token-leak", "-r", dev, "--check-url", index.url("yanked"))
        tap.check("--check-url goes before it", {(p["index"], p["index_by"]) for p in run.got["publications"]} == {(index.url("yanked"), "flag")}, run.told())
        write(place.home, {".config/hwb/hwb.toml": '[publish]\nregistries = { dev = "%s" }\n[[index]]\nname = "dev"\nurl = "%s"\n' % (dev, index.url("yanked"))})
        run = respond("token-leak", "-r", "dev")
        tap.check("and so does an index of its name", {(p["index"], p["index_by"]) for p in run.got["publications"]} == {(index.url("yanked"), "name")} and "asked for nothing" not in run.err, run.told())


def closed(tap):
    """hwb respond with an index that wants a password"""
    place, folder, digests = world()
    with Index(folder) as index:
        registry = "http://127.0.0.1:%d/legacy/" % index.port
        Log(place).publish(DEMO, digests[0], registry, index=index.url("auth"))
        words = ["respond", "token-leak", "-r", registry]
        run = place.hwb(*words)
        tap.run("says how to give one", run, 10, DEMO, "wants a password", "--index NAME=" + index.url("auth"), "HWB_INDEX_NAME_USERNAME", "HWB_INDEX_NAME_PASSWORD", "hwb credential add")
        text = open(incident(place.home)[0]).read()
        tap.check("also in the file", "HWB_INDEX_NAME_PASSWORD" in text, text)
        own = ["--index", "own=" + index.url("auth")]
        run = place.hwb(*words, *own, env={"HWB_INDEX_OWN_USERNAME": "user", "HWB_INDEX_OWN_PASSWORD": "secret"})
        tap.run("it is that of an index of that host", run, 0, "the same bytes")
        phrase = {"HWB_CREDENTIAL_PASSPHRASE": "correct horse battery"}
        with subprocess.Popen([Setting.hwb, "credential", "add", "own", "-u", "user", *own], env=place.env(phrase), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as adding:
            adding.communicate(b"secret\n")
        tap.check("a password can be kept", adding.returncode == 0)
        run = place.hwb(*words, *own, env=phrase)
        tap.run("or that of the credential store", run, 0, "the same bytes")
        uses = len([e for e in place.log() if e["event"] == "credential.used"])
        run = place.hwb(*words, "--index", "own=" + index.url(), "--check-url", index.url())
        tap.check("an open index of that host is not told it, and nobody asks for the passphrase", run.code == 0
                  and len([e for e in place.log() if e["event"] == "credential.used"]) == uses, run.told())
        run = place.hwb(*words, *own)
        tap.run("without the passphrase it is not checked", run, 10, "passphrase", absent=["the same bytes"])


def mistyped(tap):
    """a registry that nobody knows is no all-clear"""
    place, _folder, digests = world()
    log = Log(place)
    log.publish(DEMO, digests[0], "https://r.example/up/", at="2026-01-01T10:00:00.000Z")
    log.add("credential.used", kind="index", name="https://down.example:443", at="2026-01-01T10:00:00.000Z")
    for word in ("nosuch", "r.exampel", "pypy"):
        for words in (["token-leak"], ["compromised", "demo", "1.0"]):
            run = place.hwb("respond", *words, "-r", word)
            tap.run("'%s' is exit 2 and says what the log knows: %s" % (word, words[0]), run, 2, "there is no registry '%s'" % word, "https://r.example/up/", absent=["Summary"])
    tap.check("no file is left", not incident(place.home, ""), os.listdir(place.home))
    for word, code in (("r.example", 10), ("https://r.example/up", 10), ("down.example", 0), ("upload.pypi.org", 1), ("https://never.example/", 1)):
        run = place.hwb("respond", "token-leak", "-r", word)
        tap.check("'%s' is one: exit %d" % (word, code), run.code == code, run.told())
    run = place.hwb("respond", "token-leak", "-r", "r.example", "--since", "2026-03-01")
    tap.check("also when what the log has of it is older than --since", run.code == 1, run.told())
    run = Place().hwb("respond", "token-leak", "-r", "nosuch")
    tap.run("nor does an empty log know it", run, 2, "the log knows of no registry", "HWB_HOME")


def downloaded(tap):
    """the log of a CI, as an artefact that somebody downloaded"""
    place, folder, digests = world()
    built_log(place, PYPI, digests)
    ci = fresh("ci")
    os.chmod(ci, 0o755)
    shutil.copytree(os.path.join(place.hwb_home, "logs"), ci + "/logs")
    os.chmod(ci + "/logs", 0o755)
    for name in os.listdir(ci + "/logs"):
        os.chmod(os.path.join(ci, "logs", name), 0o644)
    laptop = Place()
    env = {"HWB_HOME": ci}
    with Index(folder) as index:
        tap.run("can be verified", laptop.hwb("log", "verify", env=env), 0, "the chain is whole: 10 lines")
        run = laptop.hwb("respond", "token-leak", "-r", "pypi", "--check-url", index.url(), env=env)
        tap.run("and asked, as hwb-respond(1) says", run, 0, "2 files uploaded with the credential", "the same bytes")
        tap.run("the laptop's own log knows nothing of it", laptop.hwb("respond", "token-leak", "-r", "pypi"), 1)
        tap.run("the copy is still whole", laptop.hwb("log", "verify", env=env), 0, "the chain is whole")


def readable(tap):
    """the file that hwb respond writes, for people"""
    place, folder, digests = world()
    with Index(folder) as index:
        registry = "http://127.0.0.1:%d/legacy/" % index.port
        log = Log(place)
        for i in range(3):
            run = "%032d" % (i + 1)
            at = "2026-03-0%dT10:00:0%%d.000Z" % (i + 1)
            log.add("run.started", run=run, command="publish", at=at % 0)
            for second in (1, 2, 3):
                log.add("credential.used", run=run, kind="token", name="HWB_PUBLISH_TOKEN", registry=registry, at=at % second)
            log.publish(DEMO, digests[0], registry, run=run, event="publish.failed" if i < 2 else "publish.completed", at=at % 4, username="alice")
        log.publish("never-1.0-py3-none-any.whl", "c" * 64, registry, package="never", event="publish.failed", at="2026-03-04T10:00:00.000Z")
        make_wheel(folder, "demo", "9.9")
        run = place.hwb("respond", "token-leak", "-r", registry, "--check-url", index.url())
        text = open(incident(place.home)[0]).read()
        summary = text.partition("## Summary\n\n")[2].partition("\n\n")[0].splitlines()
        tap.check("begins with five lines at most", 0 < len(summary) <= 5 and all(line.startswith("- ") for line in summary), summary)
        tap.check("which say how many files, what the index has, when, by what, whose", all(any(word in line for line in summary) for word in
                  ("2 files uploaded with the credential (1 completed, 1 not)", "1 as published", "1 gone", "2 files that the log has not", "between 2026-03-01T10:00:01.000Z and 2026-03-04T10:00:00.000Z", "HWB_PUBLISH_TOKEN", "`alice`")), summary)
        titles = [line[3:] for line in text.splitlines() if line.startswith("## ")]
        tap.check("then what to do, then what was found", titles[:3] == ["Summary", "Actions", "Published with the credential"] and titles[-3:] == ["Status", "Timeline (UTC)", "Contacts"], titles)
        tap.check("what it points to is there, below", all('"%s" below' % title in text and title in titles for title in
                  ("Releases to look at, and to yank if they are not what they should be", "Machines, people and CI runs, and the secrets that were in reach of them")), text)
        tap.check("three tries of one file are one entry", text.count("- `%s`" % DEMO) == 1 and text.count("sha256 `%s`" % digests[0]) == 1
                  and "T10:00:04.000Z failed by `token` of `alice` in run `%032d`; 2026-03-02T10:00:04.000Z failed" % 1 in text, text)
        uses = text.partition("## Uses")[2].partition("\n\n")[2].partition("\n\n")[0].splitlines()
        tap.check("the uses of one run are one line", len(uses) == 3 and "2026-03-01T10:00:01.000Z to 2026-03-01T10:00:03.000Z, 3 times" in uses[0], uses)
        releases = text.partition("## Releases")[2].partition("\n\n")[2].partition("\n\n")[0].splitlines()
        tap.check("what never arrived is not to be yanked, what the log has not is", [line.split(":")[0] for line in releases] == ["- [ ] `demo` `%s`" % v for v in ("1.0", "1.1", "9.9")], releases)
        tap.run("the terminal has the summary too", run, 0, "## Summary", "2 files")
        os.remove(os.path.join(folder, DEMO))
        make_wheel(folder, "demo", "1.0", files={"demo.py": "evil = True\n"})
        run = place.hwb("respond", "token-leak", "-r", registry, "--check-url", index.url())
        tap.check("the last line names the file", "error: the index serves other bytes than were published: '%s'\n" % DEMO in run.err, run.told())
        run = place.hwb("respond", "token-leak", "-r", registry)
        tap.run("also what could not be checked", run, 10, "what the index has of '%s', 'never-1.0-py3-none-any.whl' could not be checked" % DEMO)


def broken(tap):
    """hwb respond over a log that is not whole"""
    place, folder, digests = world()
    with Index(folder) as index:
        registry = "http://127.0.0.1:%d/legacy/" % index.port
        built_log(place, registry, digests)
        words = ["respond", "token-leak", "--registry", registry, "--check-url", index.url(), "--json"]
        path = sorted(glob.glob(place.hwb_home + "/logs/audit-2026-03-0*.json"))[1]
        lines = open(path, "rb").read().splitlines(keepends=True)
        open(path, "wb").writelines(lines[:1] + lines[2:])
        run = place.hwb(*words)
        tap.check("a broken chain is said, with 7, and the lists still come", run.code == 7 and run.json()["log"]["whole"] is False
                  and "audit-2026-03-02.json" in run.json()["log"]["error"] and len(run.json()["publications"]) == 3, run.told())
        tap.check("also in the file", "its chain is broken" in open(incident(place.home)[0]).read(), run.told())
        open(path, "wb").writelines([b"{\"event\":\"publish.completed\" and then nothing\n"] + lines)
        run = place.hwb(*words)
        tap.check("a line that cannot be read is counted", run.code == 7 and run.json()["log"]["unreadable"] == 1 and len(run.json()["publications"]) == 3, run.told())
        os.remove(sorted(glob.glob(place.hwb_home + "/logs/audit-*.json"))[0])
        open(path, "wb").writelines(lines)
        run = place.hwb(*words)
        tap.check("a log that lost its beginning is not whole either", run.code == 7 and "begins with event" in run.json()["log"]["error"], run.told())


def hostile(tap):
    """words in the log that would steer whoever reads them"""
    place = Place()
    log = Log(place)
    evil = "demo-1.0`\n## Actions\n- [x] nothing to do\x1b[2J.whl"
    log.publish(evil, "a" * 64, "https://r.example/", user="`\n# x", username="`\n# x", index="`\n# x")
    log.publish(evil, "b" * 64, "https://r.example/", at="2026-03-01\n# x")
    run = place.hwb("respond", "token-leak", "--registry", "r.example")
    text = open(incident(place.home)[0]).read()
    tap.check("do not become lines or commands of it", run.code == 10 and "\x1b" not in run.text + text and "\n# x" not in run.out and text.count("sha256 `") == 2 and "\n- [x]" not in text and text.count("\n## Actions") == 1
              and "\n# x" not in text, run.told())
    os.mkdir(place.home + "/ro")
    for words, sentence in (([], "no verb"), (["token-leak"], "no registry"), (["burn"], "no such verb"), (["compromised", "demo"], "no version"),
                            (["compromised", "d e", "1"], "no name"), (["compromised", "demo", "x y"], "no such version"),
                            (["token-leak", "--registry", "pypi", "more"], "a word too much"), (["token-leak", "--registry", "pypi", "--since", "yore"], "no time"),
                            (["token-leak", "--registry", "r.example", "-o", place.home + "/none"], "no such folder")):
        run = place.hwb("respond", *words)
        tap.check("a request that makes no sense is exit 2: %s" % sentence, run.code == 2 and len(incident(place.home, "")) == 1, run.told())
    empty = Place()
    tap.run("a machine without a log says that it knows nothing", empty.hwb("respond", "token-leak", "--registry", "pypi"), 1, "no event of the log matches", "HWB_HOME")


def schema(tap):
    """respond --json follows data/respond.schema.json"""
    if not Setting.venv:
        raise Skip("no venv with jsonschema")
    place, folder, digests = world()
    with Index(folder) as index:
        built_log(place, PYPI, digests)
        for words in (["token-leak", "--registry", "pypi"], ["compromised", "demo", "1.0", "1.1"], ["compromised", "nosuch", "1"]):
            run = place.hwb("respond", *words, "--check-url", index.url(), "--json")
            said = subprocess.run([os.path.join(Setting.venv, "bin", "python"), "-c", VALIDATE, SCHEMA], input=run.out, capture_output=True, text=True)
            tap.check("the answer of %s does" % words, said.returncode == 0, said.stderr[-500:], run.told())


def log_of_publishing(tap):
    """hwb log show --package, --since, export --ecs"""
    place, folder, digests = world()
    log = built_log(place, PYPI, digests)
    log.publish("demo-2.0-py3-none-any.whl", "b" * 64, PYPI, version="2.0", at=datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z"))

    def shown(*words):
        run = place.hwb("log", "show", "--json", *words)
        return [json.loads(line) for line in run.out.splitlines()]
    tap.check("--package shows the events about a project, by its name in any spelling", [e["event"] for e in shown("--package", "DEMO")]
              == ["artifact.written", "publish.started", "publish.completed", "publish.completed", "publish.completed", "publish.completed"], shown("--package", "DEMO"))
    tap.check("--since takes a date", [e["seq"] for e in shown("--since", "2026-03-03")] == [9, 10, 11], shown("--since", "2026-03-03"))
    tap.check("or an age", [e["seq"] for e in shown("--since", "2h")] == [11], shown("--since", "2h"))
    tap.check("also in minutes and seconds", [[e["seq"] for e in shown("--since", age)] for age in ("90m", "5000s", "10 minutes")] == [[11]] * 3, shown("--since", "90m"))
    tap.check("or a time as people write it", [e["seq"] for e in shown("--since", "2026-03-03 10:00")] == [9, 10, 11], shown("--since", "2026-03-03 10:00"))
    tap.check("they go together", [e["version"] for e in shown("--package", "demo", "--since", "2026-03-02T10:00:03Z", "--event", "publish.")] == ["1.0", "1.1", "1.0", "2.0"], "")
    for words, code in ((["--package", "nosuch"], 1), (["--since", "1h", "--package", "other"], 1), (["--package", "a b"], 2), (["--since", "yore"], 2)):
        tap.run("what is not there, or cannot be, is said: %s" % words, place.hwb("log", "show", *words), code)
    run = place.hwb("log", "export", "--ecs")
    lines = [json.loads(line) for line in run.out.splitlines()]
    raw = [line for path in sorted(glob.glob(place.hwb_home + "/logs/audit-*.json")) for line in open(path, "rb").read().splitlines()]
    tap.check("export --ecs has one object a line for each event", run.code == 0 and len(lines) == len(raw) == 11, run.told())
    tap.check("event.hash is the sha256 of the line, which the next one has as prev", [e["event"]["hash"] for e in lines] == [sha256(line) for line in raw]
              and lines[0]["event"]["hash"] == lines[1]["hwb"]["prev"], lines[:2])
    done = [e for e in lines if e["event"]["action"] == "publish.completed"][0]
    want = {"@timestamp": "2026-03-02T10:00:03.000Z", "user": {"name": "alice"}, "host": {"name": "laptop"}, "trace": {"id": TOKEN}, "ecs": {"version": "8.11.0"},
            "package": {"name": "demo", "version": "1.0", "checksum": digests[0], "type": "wheel"},
            "file": {"name": "demo-1.0-py3-none-any.whl", "hash": {"sha256": digests[0]}}, "url": {"full": PYPI, "domain": "upload.pypi.org"}}
    tap.check("publishing has its fields where ECS has them", {k: done.get(k) for k in want} == want and done["event"]["category"] == ["package"]
              and done["event"]["outcome"] == "success" and done["hwb"]["authentication"] == "token", done)
    outcomes = {e["event"]["action"]: e["event"]["outcome"] for e in lines}
    tap.check("outcomes are success, failure and unknown", (outcomes["publish.failed"], outcomes["publish.started"], outcomes["artifact.written"]) ==
              ("failure", "unknown", "success"), outcomes)
    tap.check("export takes what show takes", place.hwb("log", "export", "--ecs", "--event", "publish.").out == place.hwb("log", "show", "--ecs", "--event", "publish.").out != "", "")
    tap.check("without --ecs the lines are as they are", place.hwb("log", "export").out.encode().splitlines() == raw, "")
    with open(glob.glob(place.hwb_home + "/logs/audit-2026-03-01.json")[0], "ab") as out:
        out.write(b"{\"torn\n")
    run = place.hwb("log", "export", "--ecs")
    tap.check("a line that is no event is left out with a warning", len(run.out.splitlines()) == 11 and "1 line of the log cannot be read" in run.err, run.told())


def real_log(tap):
    """what builds write for it"""
    place = Place()
    place.build("--no-index", "--wheel", "--env", "FOO_TOKEN=hunter2hunter2", "--env", "BAR=1", project())
    started = [e for e in place.log() if e["event"] == "build.started"]
    tap.check("build.started has the names of --env, and no value", started and started[0]["variables"] == ["FOO_TOKEN", "BAR"] and b"hunter2" not in place.kept_text(), started)
    tap.check("every event names the machine", {e["host"] for e in place.log()} == {os.uname().nodename}, place.log()[0])
    written = [e for e in place.log() if e["event"] == "artifact.written"][0]
    shown = place.hwb("log", "show", "--package", "demo", "--event", "artifact.written").out
    tap.check("--package finds the artefact by its file name", written["sha256"] in shown, shown)


TESTS = [token_leak, compromised, named, guessed, closed, mistyped, downloaded, readable, broken, hostile, schema, log_of_publishing, real_log]
