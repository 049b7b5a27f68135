"""`hwb audit`, against a loopback OSV service that answers rightly and in every wrong way, and offline."""
import datetime
import glob
import json
import os
import random
import re
import subprocess
import sys
import zipfile

import support
from support import HERE, Place, Setting, fresh, make_wheel, project, write

sys.path.insert(0, os.path.join(HERE, "..", "server"))

from fake_osv import FakeOsv

NOW = datetime.datetime.now(datetime.timezone.utc)
ESC = "\x1b]0;title\x07"


def days(n):
    return (NOW + datetime.timedelta(days=n)).strftime("%Y-%m-%dT%H:%M:%SZ")


def advisory(name, of="demo", events=({"introduced": "0"}, {"fixed": "2.0"}), versions=None, **more):
    affected = {"package": {"ecosystem": "PyPI", "name": of}, "ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}
    if versions is not None:
        affected.update(ranges=[], versions=list(versions))
    return {"id": name, "modified": days(-0.1), "summary": "a hole", "affected": [affected], **more}


MALWARE = advisory("MAL-2024-1", "evil", [{"introduced": "0"}])
HOLE = advisory("PYSEC-2024-1", aliases=["CVE-2024-1"])


def pins(*lines):
    return write(fresh("pins"), {"requirements.txt": "".join(line + "\n" for line in lines)}) + "/requirements.txt"


def export(records, name="all.zip"):
    path = os.path.join(fresh("export"), name)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for record in records:
            out.writestr(record["id"] + ".json", json.dumps(record))
    return path


def packages(run):
    return {p["name"]: p for s in run.json()["subjects"] for p in s["packages"]}


def outcomes(tap):
    """clean, affected, malware, not pinned, not readable"""
    place = Place()
    with FakeOsv([HOLE, MALWARE]) as osv:
        def audit(*words):
            return place.hwb("audit", "--service-url", osv.url(), *words)
        tap.run("what no advisory names is clean", audit(pins("other==1.0")), 0, "1 clean, 0 affected")
        tap.run("what is fixed is clean", audit(pins("demo==2.0")), 0, "1 clean, 0 affected")
        tap.run("what has a hole is refused", audit(pins("demo==1.9")), 3, "demo@1.9: error[V01]: PYSEC-2024-1 (CVE-2024-1): a hole; fixed in 2.0")
        tap.run("malware is refused", audit(pins("evil==7")), 3, "evil@7: error[V02]: MAL-2024-1")
        tap.run("also where no version is known", audit(pins("evil")), 3, "evil: error[V02]")
        tap.run("a requirement that admits several is an info", audit("-v", pins("demo>=1", "other>=1")), 0, "info[V05]", "1 clean, 0 affected, 1 not checked")
        tap.run("which can be denied", audit("--deny", "V05", pins("demo>=1")), 3, "error[V05]")
        tap.run("what cannot be read is not checked", audit(pins("other==1", "-r more.txt")), 10, "line 2: warning[V03]", "could not be checked")
        tap.run("nor can a URL be", audit(pins("other @ https://a.example/other-1-py3-none-any.whl")), 10, "V03")
        tap.run("which is not allowed away", audit("--allow", "V03=fine", pins("other==1", "./x")), 10, absent=["allowed["])
        tap.run("affected says more than not checked", audit(pins("demo==1", "./x")), 3, "V01", "V03")
        folder = fresh("dist")
        make_wheel(folder, "demo", "1.0")
        make_wheel(folder, "fine", "1.0", requires=["demo==1.5; extra == 'x'", "other>=1"])
        run = audit(folder)
        tap.run("a folder is its wheels: each itself and what it requires", run, 3, "demo-1.0-py3-none-any.whl: demo@1.0: error[V01]",
                "fine-1.0-py3-none-any.whl: demo@1.5: error[V01]", "2 of 2 files are refused")
        tap.run("an empty folder is no pass", audit(fresh("empty")), 2, "no wheel in the folder")
        tap.run("nor is nothing", place.hwb("audit"), 2, "hwb audit dist")
        tap.run("nor a file that is not there", audit("absent.whl"), 2, "no file 'absent.whl'")
        lock = 'lock-version = "1.0"\ncreated-by = "t"\n[[packages]]\nname = "demo"\nversion = "%s"\n'
        file = '[[packages.wheels]]\nname = "demo-%s-py3-none-any.whl"\nurl = "https://a.example/demo-%s-py3-none-any.whl"\nhashes = { sha256 = "' + "0" * 64 + '" }\n'
        bad, good = ((lock % v + file % (v, v)) for v in ("1.0", "2.0"))
        tap.run("a lock is its packages", audit(write(fresh("x"), {"pylock.toml": bad}) + "/pylock.toml"), 3, "demo@1.0: error[V01]")
        tap.run("of any name", audit(write(fresh("x"), {"pylock.a.toml": good}) + "/pylock.a.toml"), 0, "1 clean")
        tree = lock % "2.0" + '[packages.directory]\npath = "."\n'
        tap.run("and what is no file is not checked", audit(write(fresh("x"), {"pylock.toml": tree}) + "/pylock.toml"), 10, "V03", "no advisory could name")
        tap.run("a lock that is none is no pass", audit(write(fresh("x"), {"pylock.toml": "x = 1"}) + "/pylock.toml"), 2, "pylock.toml")
        tap.run("nor is other TOML", audit(write(fresh("x"), {"pyproject.toml": ""}) + "/pyproject.toml"), 2, "not called as a lock is")
        tap.run("nor another JSON", audit(write(fresh("x"), {"x.json": "{}"}) + "/x.json"), 2, "no report of hwb build")
        tap.run("nor a wheel that is none", audit(write(fresh("x"), {"x-1-py3-none-any.whl": "PK"}) + "/x-1-py3-none-any.whl"), 2)
        sent = json.dumps(osv.posts())
        tap.check("names and versions are all that was said", folder not in sent and "a.example" not in sent and "more.txt" not in sent, sent)
    events = [e for e in place.log() if e["event"] == "advisories.checked"]
    tap.check("each is in the log", events and events[2]["affected"] == 1 and "right/" in events[2]["source_of_advisories"], events[:3])


WRONG = [
    ("400", "answers 400"), ("403", "answers 403"), ("404", "answers 404"), ("429", "answers 429"), ("500", "answers 500"), ("503", "answers 503"),
    ("html", "answer of the service"), ("garbage", "answer of the service"), ("empty", "answer of the service"), ("cut", "answer of the service"),
    ("twice", "answer of the service"), ("list", "answer of the service"), ("few", "0 results for 1 quer"), ("evil-id", "an id that is none"),
    ("deep", "answer of the service"), ("large", "larger than"), ("endless", "larger than"), ("drip", "imed out"), ("silent", "imed out"),
    ("cut-off", "127.0.0.1"), ("to-http", "refused a redirect"), ("to-other", "refused a redirect"), ("to-self", "refused a redirect (308) of what was sent"),
    ("token-loop", "more pages"),
]
QUICK = ("--limit", "http=1s", "--limit", "http-retries=0")


def wrong_services(tap):
    """a service that errs is never clean: exit 10, and the reason"""
    with FakeOsv([HOLE]) as other, FakeOsv([HOLE]) as osv:
        osv.other = other.port
        for mode, words in WRONG:
            run = Place().hwb("audit", "--service-url", osv.url(mode), *QUICK, pins("demo==1.0"))
            tap.run("%s to the question" % mode, run, 10, words, "error: 1 of 1 file could not be checked", "V03", absent=["1 clean"])
        tap.check("nobody else was told", not other.requests, other.requests)
        for mode in [m for m, _ in WRONG if m not in ("few", "token-loop", "to-self", "evil-id")]:
            run = Place().hwb("audit", "--service-url", osv.url("get:" + mode), *QUICK, pins("demo==1.0"))
            tap.run("%s to an advisory" % mode, run, 10, "V03", "PYSEC-2024-1", absent=["1 clean"])
        run = Place().hwb("audit", "--service-url", osv.url("get:to-self"), pins("demo==1.0"))
        tap.run("an advisory may be elsewhere on the service", run, 3, "PYSEC-2024-1")
        osv.records["PYSEC-2024-1"] = dict(HOLE, id="PYSEC-9")
        tap.run("another advisory than the one asked for", Place().hwb("audit", "--service-url", osv.url(), pins("demo==1.0")), 10, "it is another advisory")
        osv.records = {"PYSEC-2024-1": advisory("PYSEC-2024-1", "another")}
        osv.everything = True
        tap.run("an advisory about something else", Place().hwb("audit", "--service-url", osv.url(), pins("demo==1.0")), 10, "which is not about it")
    tap.run("a service that is gone", Place().hwb("audit", "--service-url", osv.url(), *QUICK, pins("demo==1.0")), 10, "V03")
    for url in ("http://vuln.example/", "ftp://vuln.example/", "https://user:pass@vuln.example/", "https://vuln.example/?x", "nothing"):
        run = Place().hwb("audit", "--service-url", url, *QUICK, pins("demo==1.0"))
        tap.run("'%s' is not asked" % url, run, 2, absent=["1 clean"] if "pass" not in url else ["1 clean", "user:pass"])


def slow_service(tap):
    """a service that is slow each time is not waited for for ever"""
    with FakeOsv([advisory("PYSEC-%d" % i) for i in range(200)]) as osv:
        run = Place().hwb("audit", "--service-url", osv.url("get:drip"), "--limit", "http=100ms", "--limit", "http-retries=0", "--json", pins("demo==1"))
        tap.run("what was not answered is not checked", run, 10, "V03")
        tap.check("and not everything was asked for", 0 < len(osv.gets()) < 200, len(osv.gets()))


def over_tls(tap):
    """certificates are verified, and https leads to no http"""
    folder = fresh("tls")
    key, cert = folder + "/key.pem", folder + "/cert.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost"]
    try:
        subprocess.run(make, check=True, capture_output=True)
    except OSError:
        raise support.Skip("there is no openssl program")
    with FakeOsv([HOLE]) as plain, FakeOsv([HOLE], tls=(cert, key)) as osv:
        osv.other = plain.port
        tap.run("an unknown one is not believed", Place().hwb("audit", "--service-url", osv.url(), *QUICK, pins("demo==1")), 10, "V03")
        tap.check("and nothing is said to it", not osv.requests, osv.requests)
        tap.run("one that the operator trusts is", Place().hwb("audit", "--service-url", osv.url(), "--cert", cert, pins("demo==1")), 3, "V01")
        run = Place().hwb("audit", "--service-url", osv.url("get:to-other"), "--cert", cert, *QUICK, pins("demo==1"))
        tap.run("an advisory is not read from http", run, 10, "not https")
        tap.check("nor asked for there", not plain.requests, plain.requests)


def dead_parser(tap):
    """a parser that dies is not a pass"""
    place, programs = Place(), fresh("programs")
    for name in ("hwb-net", "hwb-unpack", "hwb-sandbox"):
        os.symlink(os.path.join(os.path.dirname(Setting.hwb), name), os.path.join(programs, name))
    write(programs, {"hwb": open(Setting.hwb, "rb").read(), "hwb-parse": "#!/bin/sh\nkill -9 $$\n"})
    for name in ("hwb", "hwb-parse"):
        os.chmod(os.path.join(programs, name), 0o755)
    path, wheel = export([HOLE]), make_wheel(fresh("dist"), "good", "1.0")
    place.program = os.path.join(programs, "hwb")
    tap.run("of a list", place.hwb("audit", "--offline", pins("demo==1.0")), 10)
    tap.run("of a wheel", place.hwb("audit", "--offline", wheel), 10)
    tap.run("of an export", place.hwb("audit", "--import", path), 10, path)


NONSENSE = [("nothing", "return b''"), ("half of it", "return frame[:len(frame) // 2]"), ("one byte less", "return frame[:-1]"),
            ("one byte more", "return frame + b'x'"), ("zeros", "return frame[:8] + bytes(len(frame) - 8)"),
            ("large counts", "return frame[:8] + bytes([255]) * (len(frame) - 8)"), ("its death", "os.kill(os.getpid(), signal.SIGSYS)")]


def liars(tap):
    """a parser that was taken over and answers nonsense is not a pass"""
    import forged
    wheel = make_wheel(fresh("dist"), "demo", "1.0")
    with FakeOsv([HOLE]) as osv:
        for verb in ("osv-batch", "osv-record", "pins", "vendored", "wheel-metadata"):
            bad = []
            for what, lie in NONSENSE:
                place = forged.Liars("hwb-parse", forged.LIAR, lie, verb).place()
                run = place.hwb("audit", "--service-url", osv.url(), pins("demo==1.0") if verb == "pins" else wheel)
                if what == "zeros" and verb in ("pins", "vendored"):  # that is an empty list, one byte short or long
                    continue
                if run.code != 10 or " 1 clean" in run.text:
                    bad.append((what, run.told()))
            tap.check("%s: whoever answers nonsense could not check" % verb, not bad, len(bad), bad[:2])
    path, bad = export([HOLE, MALWARE]), []
    lies = NONSENSE + [("an empty store", "os.ftruncate(4, 0)\nreturn frame"), ("half a store", "os.ftruncate(4, os.fstat(4).st_size // 2)\nreturn frame"),
                       ("rows out of order", "n = os.fstat(4).st_size\nrows = os.pread(4, 48, n - 48)\nos.pwrite(4, rows[24:] + rows[:24], n - 48)\nreturn frame")]
    for what, lie in lies:
        place = forged.Liars("hwb-parse", forged.LIAR, lie, "osv-import").place()
        run = place.hwb("audit", "--import", path)
        number = what in ("zeros", "large counts")  # of records that were left out: it decides nothing
        if not number and (run.code != 10 or os.path.exists(os.path.join(place.cache, "vuln", "db"))):
            bad.append((what, run.told()))
    tap.check("osv-import: nor is anything left of it", not bad, len(bad), bad[:2])


def bundled(tap):
    """what a wheel brings along, by its SBOMs"""
    deb = {"id": "DSA-1", "modified": days(-1), "affected": [{"package": {"ecosystem": "Debian:12", "name": "x", "purl": "pkg:deb/debian/libx"}, "versions": ["1.0-1+b1"]}]}
    npm = {"id": "GHSA-5", "modified": days(-1), "affected": [{"package": {"ecosystem": "npm", "name": "y", "purl": "pkg:npm/y"},
                                                              "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]}]}]}
    def wheel(*purls, text=None):
        sbom = json.dumps({"bomFormat": "CycloneDX", "components": [{"purl": p, "components": [{"purl": p}]} for p in purls]}) if text is None else text
        return make_wheel(fresh("dist"), "good", "1.0", files={"good.py": "", "good-1.0.dist-info/sboms/a.json": sbom})
    with FakeOsv([HOLE, deb, npm]) as osv:
        place = Place()

        def audit(*words):
            return place.hwb("audit", "--service-url", osv.url(), *words)
        tap.run("a package of PyPI", audit(wheel("pkg:pypi/De_mo@1.0", "pkg:pypi/demo@1.0?x=y")), 3, "demo@1.0: error[V01]")
        run = audit("--json", wheel("pkg:deb/debian/libx@1.0-1%2Bb1?arch=amd64"))
        tap.run("a library that is listed", run, 3, "DSA-1")
        tap.check("is known by its role", packages(run)["pkg:deb/debian/libx"]["role"] == "vendored", run.out)
        tap.check("and was asked for as such", {"package": {"purl": "pkg:deb/debian/libx"}, "version": "1.0-1+b1"} in osv.posts()[-1]["queries"], osv.posts()[-1])
        tap.run("one that is not", audit(wheel("pkg:deb/debian/libx@2.0-1")), 0, "2 clean")
        tap.run("one whose versions are counted in another way", audit(wheel("pkg:npm/y@1.0.0")), 0, "pkg:npm/y@1.0.0: warning[V06]", "1 not checked")
        tap.run("one of no ecosystem", audit(wheel("pkg:generic/z@1")), 0, "warning[V06]", "1 not checked")
        tap.run("which can be denied", audit("--deny", "V06", wheel("pkg:generic/z@1")), 3)
        tap.run("one without a version", audit(wheel("pkg:pypi/demo")), 10, "V03", "in which version")
        tap.run("an SBOM that is none", audit(wheel(text="<x/>")), 10, "V03", "sboms/a.json")
        tap.run("of another kind", audit(wheel(text="{}")), 10, "V03", "not CycloneDX")
        osv.records, refused = {}, osv.url("purl:400")
        tap.run("a service that knows none", place.hwb("audit", "--service-url", refused, wheel("pkg:deb/debian/libx@1")), 0, "warning[V06]", "1 clean")
        place.hwb("audit", "--import", export([HOLE]))
        tap.run("offline it is of PyPI alone", place.hwb("audit", "--offline", wheel("pkg:deb/debian/libx@1", "pkg:pypi/demo@1")), 3, "warning[V06]", "error[V01]")


def interrupted(tap):
    """a signal ends the wait, and is neither clean nor affected"""
    with FakeOsv([]) as osv:
        place = Place()
        process = place.start("audit", "--service-url", osv.url("silent"), pins("demo==1.0"))
        support.wait_for(lambda: osv.requests)
        support.interrupt(process)
        tap.run("exit code 130", place.finish(process), 130, absent=["clean", "V03"])


def same_hole(tap):
    """withdrawn advisories, and several that are one"""
    records = [advisory("GHSA-1", aliases=["CVE-1"], summary="of GHSA"), advisory("PYSEC-1", aliases=["CVE-1"], summary="of PYSEC"),
               advisory("CVE-1", summary="of CVE"), advisory("GHSA-2", withdrawn=days(-1)), advisory("GHSA-3", withdrawn=days(+1)),
               advisory("OTHER-1", aliases=["X-1"]), advisory("X-2", aliases=["X-1", "X-3"]), advisory("X-4", aliases=["X-3"])]
    with FakeOsv(records) as osv:
        run = Place().hwb("audit", "--json", "--service-url", osv.url(), pins("demo==1"))
        found = {m["id"]: m["aliases"] for m in packages(run)["demo"]["advisories"]}
        tap.check("what has an id in common is one", found == {"PYSEC-1": ["GHSA-1", "CVE-1"], "GHSA-3": [], "OTHER-1": ["X-1", "X-2", "X-3", "X-4"]}, found)
        tap.check("and one finding", len(run.json()["findings"]) == 3, run.json()["findings"])
        tap.check("said by the one that it is known by", packages(run)["demo"]["advisories"][0]["summary"] == "of PYSEC", packages(run))
        tap.run("one that is malware as well is malware", Place().hwb("audit", "--service-url", osv.url(), pins("demo==3")), 0)
        osv.records["MAL-1"] = advisory("MAL-1", aliases=["CVE-1"])
        tap.run("and named so", Place().hwb("audit", "--service-url", osv.url(), pins("demo==1")), 3, "V02]: MAL-1 (PYSEC-1, GHSA-1, CVE-1)")


def many(tap):
    """pages, several calls, what is kept"""
    records = [advisory("PYSEC-%d" % i, versions=["1.0"]) for i in range(25)]
    with FakeOsv(records, page=4) as osv:
        place = Place()
        run = place.hwb("audit", "--json", "--service-url", osv.url(), pins("demo==1.0", *["p%d==1.0" % i for i in range(2500)]))
        tap.check("every page is read", len(packages(run)["demo"]["advisories"]) == 25, run.told())
        sizes = [len(p["queries"]) for p in osv.posts()]
        tap.check("in calls of at most 1,000", sum(sizes[:-6]) == 2501 and max(sizes) <= 1000 and sizes[-6:] == [1] * 6, sizes)
        asked = osv.posts()[0]["queries"][0]
        tap.check("as the service has it", asked == {"package": {"name": "demo", "ecosystem": "PyPI"}, "version": "1.0"}, asked)
        tap.check("each advisory is fetched once", sorted(osv.gets()) == sorted(osv.records), osv.gets())
        place.hwb("audit", "--service-url", osv.url(), pins("demo==1.0"))
        tap.check("and not again for a while", len(osv.gets()) == 25, len(osv.gets()))
        osv.records["PYSEC-3"] = dict(records[3], modified=days(0))
        place.hwb("audit", "--service-url", osv.url(), pins("demo==1.0"))
        tap.check("unless there is a newer one", osv.gets()[25:] == ["PYSEC-3"], osv.gets()[25:])
        kept = os.path.join(place.cache, "vuln", "records", "PYSEC-4")
        os.utime(kept, (NOW.timestamp() - 700,) * 2)
        os.utime(kept.replace("-4", "-5"), (NOW.timestamp() + 86400,) * 2)
        write(os.path.dirname(kept), {"PYSEC-6": "garbage"})
        place.hwb("audit", "--service-url", osv.url(), pins("demo==1.0"))
        tap.check("or the one kept is old, of tomorrow, or damaged", sorted(osv.gets()[26:]) == ["PYSEC-4", "PYSEC-5", "PYSEC-6"], osv.gets()[26:])


def offline(tap):
    """an imported export: used, old, of the future, damaged, absent"""
    place, wanted = Place(), pins("demo==1.0", "evil==2", "other==1")
    tap.run("without one nothing is clean", place.hwb("audit", "--offline", wanted), 10, "no advisories were imported", "hwb audit --import", "0 clean")
    other = {"id": "GO-1", "modified": days(-1), "affected": [{"package": {"ecosystem": "Go", "name": "x"}}]}
    path = export([HOLE, MALWARE, other])
    tap.run("one is imported", place.hwb("audit", "--import", path), 0, "imported 2 advisories about 2 packages", "other ecosystems were left out")
    tap.run("and used", place.hwb("audit", "--offline", wanted), 3, "V01", "V02", "1 clean, 2 affected, 0 not checked")
    tap.run("without the network", place.hwb("audit", "--offline", "--service-url", "http://127.0.0.1:9/", pins("other==1")), 0, "1 clean")
    store = os.path.join(place.cache, "vuln", "db")
    good = open(store, "rb").read()
    tap.check("it is ours alone", os.stat(store).st_mode & 0o777 == 0o600)
    for what, data in (("cut", good[:-1]), ("of another kind", b"x" * 100), ("empty", b""), ("bent", good[:40] + b"\xff" * 4 + good[44:]),
                       ("with rows that lead outside", good[:-24] + b"\xff" * 24)):
        write(os.path.dirname(store), {"db": data})
        tap.run("one that is %s is not clean" % what, place.hwb("audit", "--offline", pins("demo==1")), 10, "damaged", "0 clean")
    for age, words in ((8, "8 days old, which is more than 7"), (-3, "the clock was set back")):
        record = dict(HOLE, modified=days(-age))
        run = place.hwb("audit", "--import", export([record]), "--offline", wanted)
        tap.run("one of %d days ago is not used" % age, run, 10, words, "0 clean")
    old = export([dict(HOLE, modified=days(-8))])
    tap.run("unless the operator says so", place.hwb("audit", "--import", old, "--offline", pins("other==1"), env={"HWB_AUDIT_MAX_AGE": "9"}), 0, "1 clean")
    foreign = Place()
    os.mkdir(foreign.cache, 0o700)
    write(foreign.cache, {"id": "elsewhere", "vuln/db": good})
    os.chmod(os.path.join(foreign.cache, "vuln"), 0o700)
    tap.run("one of another machine is not used", foreign.hwb("audit", "--offline", pins("other==1")), 10, "not made here")
    tap.run("its cache is emptied", foreign.hwb("cache", "clean"), 0)
    tap.run("nothing is left", foreign.hwb("audit", "--offline", pins("other==1")), 10, "no advisories were imported")
    tap.run("and what is imported then is ours", foreign.hwb("audit", "--import", path, "--offline", pins("other==1")), 0, "1 clean")


def bad_exports(tap):
    """an export that is broken changes nothing"""
    place = Place()
    good = export([HOLE, MALWARE])
    data = open(good, "rb").read()
    tap.run("first a good one", place.hwb("audit", "--import", good), 0)
    store = open(os.path.join(place.cache, "vuln", "db"), "rb").read()
    folder = fresh("exports")

    def zipped(name, members):
        with zipfile.ZipFile(os.path.join(folder, name), "w", zipfile.ZIP_DEFLATED) as out:
            for member, text in members:
                out.writestr(member, text)
    zipped("twice.zip", [("A.json", '{"id":"A","id":"B","modified":"2026-01-01T00:00:00Z"}')])
    zipped("no-json.zip", [("PYSEC-1.json", "<html>")])
    zipped("no-id.zip", [("PYSEC-1.json", '{"modified":"2026-01-01T00:00:00Z"}')])
    zipped("bad-id.zip", [("PYSEC-1.json", json.dumps(dict(HOLE, id="../x")))])
    zipped("no-time.zip", [("PYSEC-1.json", json.dumps(dict(HOLE, modified="yesterday")))])
    zipped("two-events.zip", [("PYSEC-1.json", json.dumps(advisory("PYSEC-1", events=[{"introduced": "0", "fixed": "1"}])))])
    zipped("one-bad.zip", [("PYSEC-1.json", json.dumps(HOLE)), ("PYSEC-2.json", "{")])
    zipped("none.zip", [("README", "nothing")])
    zipped("bomb.zip", [("PYSEC-1.json", " " * (64 << 20))])
    zipped("large.zip", [("PYSEC-%d.json" % i, " " * (16 << 20)) for i in range(10)])
    write(folder, {"empty.zip": b"", "text.zip": b"hello", "end.zip": data[:-1], "middle.zip": data[:len(data) // 2], "start.zip": data[4:],
                   "flipped.zip": data[:60] + bytes([data[60] ^ 1]) + data[61:]})
    os.mkfifo(os.path.join(folder, "queue.zip"))
    for name, code in [(n, 9 if n in ("bomb.zip", "large.zip") else 2) for n in sorted(os.listdir(folder))] + [("absent.zip", 2)]:
        run = place.hwb("audit", "--import", os.path.join(folder, name))
        tap.run("%s is refused by name" % name, run, code, name)
    tap.check("what was imported before is still there", open(os.path.join(place.cache, "vuln", "db"), "rb").read() == store)
    tap.check("and nothing beside it", os.listdir(os.path.join(place.cache, "vuln")) == ["db"], os.listdir(os.path.join(place.cache, "vuln")))
    tap.run("and used", place.hwb("audit", "--offline", pins("demo==1.0")), 3, "V01")


def ignored(tap):
    """--ignore with a reason and a day, and malware, which has neither"""
    fixless = advisory("GHSA-9", "stuck", [{"introduced": "0"}, {"last_affected": "3"}])
    with FakeOsv([HOLE, MALWARE, fixless]) as osv:
        place = Place()

        def audit(*words, env=None):
            return place.hwb("audit", "--service-url", osv.url(), *words, env=env)
        hole, evil, stuck = pins("demo==1"), pins("evil==1"), pins("stuck==1")
        tap.run("by its id", audit("-v", "--ignore", "PYSEC-2024-1=not reachable", hole), 0, "info[V01]", "because: not reachable", "1 clean")
        tap.run("by an alias, until a day", audit("--ignore", "CVE-2024-1=soon@2099-01-01", hole), 0)
        last = [e for e in place.log() if e["event"] == "advisories.checked"][-1]
        tap.check("the log has the reason", last["ignored"] == [{"id": "PYSEC-2024-1", "why": "soon"}], last)
        tap.run("a day that is over", audit("--ignore", "CVE-2024-1=soon@2020-01-01", hole), 3, "error[V01]", "CVE-2024-1: warning[V04]", "a day that is over")
        tap.run("the day itself still counts", audit("--ignore", "CVE-2024-1=soon@" + days(0)[:10], hole), 0)
        tap.run("an entry that is about nothing", audit("--ignore", "CVE-77=x", hole), 3, "CVE-77: warning[V04]")
        for word, words in (("PYSEC-2024-1", "say why"), ("PYSEC-2024-1=", "say why"), ("=x", "takes the id"), ("PYSEC-1=x@2026-13-01", "no date"),
                            ("a b=x", "takes the id"), ("MAL-2024-1=x", "--allow V02@")):
            tap.run("'%s' is no entry" % word, audit("--ignore", word, hole), 2, words)
        tap.run("until there is a fix: there is one", audit("--ignore-until-fixed", "PYSEC-2024-1=waiting", hole), 3, "V01")
        tap.run("and where there is none", audit("--ignore-until-fixed", "GHSA-9=waiting", stuck), 0)
        osv.records["MAL-2024-1"] = dict(MALWARE, aliases=["CVE-2024-9"])
        tap.run("malware is not ignored by an alias", audit("--ignore", "CVE-2024-9=x", evil), 3, "error[V02]")
        tap.run("nor allowed for all packages", audit("--allow", "V02=x", evil), 3, "error[V02]", absent=["allowed["])
        tap.run("only for the one that is named", audit("--allow", "V02@evil@1=a false alarm", evil), 0, "allowed[V02]", "a false alarm")
        tap.run("which is not another", audit("--allow", "V02@evil@2=x", evil), 3, "error[V02]")
        tap.run("a hole can be allowed as any finding", audit("--allow", "V01@demo@*=x", hole), 0, "allowed[V01]")
        file = write(fresh("conf"), {"hwb/hwb.toml": '[audit]\nignore = ["PYSEC-2024-1=known", "CVE-5=other project"]\nosv-url = "%s"\n' % osv.url()})
        run = place.hwb("audit", hole, env={"HWB_NO_CONFIG": None, "XDG_CONFIG_HOME": file})
        tap.run("from hwb.toml, where entries are for many projects", run, 0, absent=["V04"])


def formats(tap):
    """JSON, SARIF, GitHub, and texts that would steer a terminal"""
    record = advisory("PYSEC-1", summary="a" + ESC + "\n::error::x##[error]")
    with FakeOsv([record]) as osv:
        path = pins("demo==1.0")
        runs = {word: Place().hwb("audit", *word.split(), "--service-url", osv.url(), path) for word in ("-v", "--json", "--sarif", "--github")}
        for word, run in runs.items():
            tap.run("%s: refused" % word, run, 3)
            tap.check("%s: nothing reaches the terminal" % word, "\x1b" not in run.text and "##[error]" not in run.text and "\n::error::x" not in run.text, run.text)
        data = runs["--json"].json()
        tap.check("JSON", data["command"] == "audit" and data["exit"]["code"] == 3 and data["findings"][0]["id"] == "V01", data)
        sarif = runs["--sarif"].json()["runs"][0]
        tap.check("SARIF", sarif["results"][0]["ruleId"] == "V01", sarif["results"])


def builds(tap):
    """build --audit"""
    links = fresh("links")
    make_wheel(links, "tool", "1.0")
    make_wheel(links, "evil", "1.0")
    tree, bad = project(requires=["tool"]), project(requires=["tool", "evil"])
    records = [advisory("PYSEC-1", "tool"), MALWARE]
    with FakeOsv(records) as osv:
        def build(*words, env=None):
            place = Place()
            return place, place.build("--wheel", "--no-index", "-f", links, "--service-url", osv.url(), *words, env=env)
        place, run = build(tree)
        tap.run("nothing is asked without it", run, 0)
        tap.check("of nobody", not osv.requests, osv.requests)
        place, run = build("--audit", tree)
        tap.run("stops at a hole", run, 3, "the build requirement 'tool@1.0' is refused: V01: PYSEC-1", "--ignore ID=WHY")
        tap.check("before anything of it is installed or run", not [e for e in place.log() if e["event"] in ("dependency.installed", "build.started")], place.log())
        place, run = build("--audit=report", "--report", os.path.join(fresh("r"), "report.json"), tree)
        tap.run("or reports it", run, 0, "error[V01]", "1 affected")
        report = run.words[run.words.index("--report") + 1]
        found = [f["id"] for f in json.load(open(report))["findings"] if f["id"].startswith("V")]
        tap.check("in the report", found == ["V01"], found)
        tap.run("which can be audited itself", Place().hwb("audit", "--service-url", osv.url(), report), 3, "tool@1.0: error[V01]")
        tap.run("from a variable", build(tree, env={"HWB_AUDIT": "stop"})[1], 3, "V01")
        tap.run("a hole that does not matter", build("--audit", "--ignore", "PYSEC-1=only at run time", tree)[1], 0, "1 clean")
        tap.run("malware stops a report, too", build("--audit=report", bad)[1], 3, "'evil@1.0' is refused: V02")
        tap.run("off is off", build("--audit=off", bad)[1], 0)
        tap.run("another word is not", build("--audit=on", tree)[1], 2, "stop, report or off")
        asking = project("def get_requires_for_build_wheel(config_settings=None):\n    return ['tool', 'late']\n", requires=["tool"])
        make_wheel(links, "late", "1.0")
        osv.records = {"PYSEC-2": advisory("PYSEC-2", "late")}
        osv.requests.clear()
        tap.run("what the backend asks for is looked up, too", build("--audit", "--allow-requires", asking)[1], 3, "'late@1.0' is refused")
        asked = [[q["package"]["name"] for q in p["queries"]] for p in osv.posts()]
        tap.check("and nothing twice", asked == [["tool"], ["late"]], asked)
        osv.records = {}
        place = Place()
        run = place.build("--wheel", "--no-index", "-f", links, "--audit", "--service-url", osv.url("503"), *QUICK, tree)
        tap.run("could not check is not passed", run, 10, "could not be checked for vulnerabilities", "answers 503")
        tap.check("and nothing ran", not [e for e in place.log() if e["event"] == "build.started"], place.log())
        tap.run("nor offline without an import", build("--audit", "--offline", tree)[1], 10, "no advisories were imported")
        run = place.build("--wheel", "--no-index", "-f", links, "--audit=report", "--service-url", osv.url("503"), *QUICK, tree)
        tap.run("a report says so", run, 0, "warning[V03]", "1 not checked")


def reference():
    """packaging's Version, from the venv of the tests."""
    for folder in glob.glob(os.path.join(Setting.venv or "/absent", "lib", "python3*", "site-packages")):
        sys.path.append(folder)
    try:
        from packaging.version import Version
    except ImportError:
        raise support.Skip("there is no packaging")
    return Version


def in_range(Version, version, events):
    """OSV's rules said in another way than hwb's: some introduction still holds."""
    at = {kind: [e[kind] for e in events if kind in e] for kind in ("introduced", "fixed", "last_affected", "limit")}
    limits = [x for x in at["limit"] if x == "*" or Version(x) > version]
    if at["limit"] and not limits:
        return False
    for start in at["introduced"]:
        first = start == "0"
        if not first and Version(start) > version:
            continue
        fixed = any((first or Version(f) > Version(start)) and Version(f) <= version for f in at["fixed"])
        last = any((first or Version(e) >= Version(start)) and Version(e) < version for e in at["last_affected"])
        if not fixed and not last:
            return True
    return False


def is_affected(Version, record, name, text):
    version = Version(text)
    for affected in record["affected"]:
        for v in (version, Version(version.public)):
            if affected["package"]["name"] == name and (any(Version(x) == v for x in affected["versions"])
                                                        or any(in_range(Version, v, r["events"]) for r in affected["ranges"] if r["type"] == "ECOSYSTEM")):
                return True
    return False


class Maker:
    """Random advisories, small enough for versions to meet."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def version(self):
        pick = self.random.choice
        text = pick(["", "", "", "", "1!"]) + ".".join(pick("01123") for _ in range(pick([1, 2, 2, 3])))
        text += pick(["", "", "", "a1", "rc1", "rc2"]) + pick(["", "", "", ".post1"]) + pick(["", "", "", ".dev2"])
        return text + pick(["", "", "", "", "+cpu"])

    def plain(self):
        return self.version().partition("+")[0]

    def events(self):
        kinds = ["introduced", "fixed", "introduced", "fixed", "last_affected", "limit"]
        events = [{self.random.choice(kinds): self.plain()} for _ in range(self.random.randrange(1, 5))]
        events += self.random.choice([[], [{"introduced": "0"}], [{"limit": "*"}]])
        self.random.shuffle(events)
        return events

    def record(self, name, of):
        ranges = [{"type": self.random.choice(["ECOSYSTEM", "ECOSYSTEM", "SEMVER", "GIT"]), "events": self.events()} for _ in range(self.random.choice([0, 1, 1, 2]))]
        versions = [self.plain() for _ in range(self.random.choice([0, 0, 1, 3]))]
        affected = {"package": {"ecosystem": "PyPI", "name": of}, "ranges": ranges, "versions": versions}
        return {"id": name, "modified": days(-0.1), "affected": [affected]}


def ranges(tap):
    """which versions are affected: as a reference of few lines over packaging says, for 4,000 random advisories"""
    Version, make, wrong = reference(), Maker(20261126), []
    count = {"clean": 0, "affected": 0, "not-checked": 0}
    records = [make.record("X-%d" % i, "p%d" % i) for i in range(4000)]
    asked = {"p%d" % i: make.version() for i in range(4000)}
    place = Place()
    place.hwb("audit", "--import", export(records))
    found = packages(place.hwb("audit", "--json", "--offline", pins(*["%s==%s" % pin for pin in asked.items()])))
    for record in records:
        name = record["affected"][0]["package"]["name"]
        says_nothing = not record["affected"][0]["versions"] and not [r for r in record["affected"][0]["ranges"] if r["type"] == "ECOSYSTEM"]
        want = "not-checked" if says_nothing else "affected" if is_affected(Version, record, name, asked[name]) else "clean"
        count[want] += 1
        if found[name]["outcome"] != want:
            wrong.append((asked[name], record["affected"], found[name]["outcome"], want))
    tap.check("they agree (%r)" % count, not wrong and min(count.values()) > 100, len(wrong), wrong[:3])


LOCK = 'version = 1\nrevision = 3\nrequires-python = ">=3.9"\n\n[[package]]\nname = "top"\nversion = "0.1.0"\nsource = { virtual = "." }\ndependencies = [\n%s]\n\n%s'
LOCKED = '[[package]]\nname = "%s"\nversion = "%s"\nsource = { registry = "https://index.example/simple" }\nsdist = { url = "https://index.example/%s.tar.gz", hash = "sha256:%s" }\n\n'


def peer(tap):
    """uv audit of the same packages, against the same service"""
    Version, uv = reference(), os.path.join(Setting.venv, "bin", "uv")
    if not os.access(uv, os.X_OK) or subprocess.run([uv, "audit", "--help"], capture_output=True).returncode:
        raise support.Skip("there is no uv that audits")
    make = Maker(7)
    records = [make.record("GHSA-%d" % i, "p%d" % (i % 20)) for i in range(60)]
    for record in records:
        record["affected"][0]["ranges"] = [r for r in record["affected"][0]["ranges"] if r["type"] == "ECOSYSTEM"] or [{"type": "ECOSYSTEM", "events": make.events()}]
    asked = {"p%d" % i: make.plain() for i in range(20)}
    lock = LOCK % ("".join('    { name = "%s" },\n' % n for n in asked), "".join(LOCKED % (n, v, n, "0" * 64) for n, v in asked.items()))
    top = write(fresh("uv"), {"uv.lock": lock, "pyproject.toml": '[project]\nname = "top"\nversion = "0.1.0"\nrequires-python = ">=3.9"\ndependencies = %s\n' % json.dumps(list(asked))})
    with FakeOsv(records, page=2, decide=lambda r, name, version: is_affected(Version, r, name, version)) as osv:
        env = {"PATH": "/usr/bin:/bin", "HOME": top, "UV_CACHE_DIR": top + "/cache", "UV_OFFLINE": "0", "UV_PREVIEW": "1"}
        run = subprocess.run([uv, "audit", "--frozen", "--no-config", "--output-format", "json", "--service-url", osv.url()], cwd=top, env=env, capture_output=True, text=True)
        theirs = sorted(set(re.findall(r"GHSA-\d+", run.stdout)))
        ours = packages(Place().hwb("audit", "--json", "--service-url", osv.url(), pins(*["%s==%s" % pin for pin in asked.items()])))
    ours = sorted(m["id"] for p in ours.values() for m in p["advisories"])
    tap.check("finds the same (%d)" % len(ours), ours and ours == theirs, ours, theirs, run.stderr[-1500:], run.stdout[:500])


TESTS = [outcomes, wrong_services, slow_service, over_tls, dead_parser, liars, bundled, interrupted, same_hole, many, offline, bad_exports, ignored, formats, builds, ranges, peer]
