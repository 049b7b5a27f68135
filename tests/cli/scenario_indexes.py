"""Several indexes: each name has exactly one, and what belongs to one is neither asked of another nor taken from it."""
import base64
import os
import re
import time
import tomllib

import support
from scenario_index import build, nowhere
from support import Files, Index, Place, fresh, make_wheel, write

WRONG = "wrong-horse-4711"


def public():
    """The default index: it has a newer file of a private name, as an attacker would put it there."""
    folder = fresh("public")
    make_wheel(folder, "helper", "1.0")
    make_wheel(folder, "acme_tool", "99.0")
    make_wheel(folder, "acme", "1.0")
    return folder


def private():
    folder = fresh("private")
    make_wheel(folder, "acme_tool", "1.0", requires=["acme-base", "helper"])
    make_wheel(folder, "acme_base", "1.0")
    make_wheel(folder, "helper", "66.0")
    return folder


def asked(index):
    """The projects whose pages, metadata or files were asked for."""
    return {path.split("/")[-2] if path.endswith("/") else path.split("/")[-1].split("-")[0].replace("_", "-") for path in index.ask("count")}


def toml(main, other, names='packages = ["acme-*"]\n', more=""):
    return '[[index]]\nname = "main"\ndefault = true\nurl = "%s"\n%s[[index]]\nname = "internal"\nurl = "%s"\n%s' % (main.url(), more, other.url(), names)


def configured(text):
    """A place whose user has this hwb.toml."""
    place = Place()
    write(place.home, {".config/hwb/hwb.toml": text})
    return place


FILES_COUNT = {"HWB_NO_CONFIG": None}


def mapped(tap):
    """a private name and its index"""
    with Index(public()) as main, Index(private()) as other:
        flags = ["--index-url", main.url(), "--index", "internal=" + other.url(), "--index-package", "acme-*=internal"]
        tables = toml(main, other, "[index.packages]\n\"acme-*\" = \"internal\"\n")
        env = {"HWB_INDEX_URL": main.url(), "HWB_INDEX": "internal=" + other.url(), "HWB_INDEX_PACKAGES": "acme-*=internal"}
        for what, words, text, more in (("flags", flags, "", {}), ("[[index]] with packages", [], toml(main, other), FILES_COUNT),
                                        ("[index.packages]", [], tables, FILES_COUNT), ("variables", [], "", env)):
            main.ask("reset"), other.ask("reset")
            run, place = build(["acme-tool"], *words, "--json", place=configured(text), env=more)
            tap.check("by %s each name comes from its index, whatever version the other has" % what, run.got == "acme_base-1.0 acme_tool-1.0 helper-1.0", run.told())
            tap.check("by %s the default never hears of the private names" % what, asked(main) == {"helper"}, main.ask("count"))
            tap.check("by %s the private index hears of its own only" % what, asked(other) == {"acme-tool", "acme-base"}, other.ask("count"))
            packages = {p["name"]: p for p in run.json()["lock"]["packages"]} if run.code == 0 else {}
            tap.check("by %s the report says which index each pin is from" % what, {n: p["index"] for n, p in packages.items()} ==
                      {"acme-tool": other.url(), "acme-base": other.url(), "helper": main.url()}, packages)
            pins = [e for e in place.log() if e["event"] == "lock.created"]
            tap.check("and so does the audit log", pins and {p["name"]: p["index"] for p in pins[0]["pins"]} == {n: p["index"] for n, p in packages.items()}, pins)
        run, place = build(["acme"], *flags)
        tap.check("a name that only begins like the pattern is the default's", run.got == "acme-1.0", run.told())
        main.ask("reset")
        run, place = build(["Acme.Tool"], *flags)
        tap.check("another spelling of the name is the same name", run.got.startswith("acme_base-1.0 acme_tool-1.0") and "acme-tool" not in asked(main), run.told(), main.ask("count"))
        run, place = build(["acme-tool"], *flags, "--index-package", "acme-tool=DEFAULT")
        tap.check("a longer pattern takes one name out of the others", run.got == "acme_tool-99.0", run.told())
        run, place = build(["acme-tool"], "--index-url", main.url(), "--index", "internal=" + other.url())
        tap.run("an index without names of its own is said to be asked for nothing", run, 0, "internal", "index.packages")
        place = configured('[publish]\nregistries = { Internal = "https://up.example/legacy/" }\n[[index]]\nname = "internal"\nurl = "%s"\n' % other.url())
        run, _ = build(["acme-tool"], "--index-url", main.url(), place=place, env=FILES_COUNT)
        tap.run("but for that of a registry, which hwb publish asks", run, 0, absent=["asked for nothing"])
        run, place = build(["acme-tool==1.0"], "--index-url", main.url(), env={"PIP_EXTRA_INDEX_URL": other.url()})
        tap.run("pip's extra-index-url is ignored, and the way to map it is said", run, 3, "extra-index-url", "--index NAME=URL", "[[index]]")


def no_fall_through(tap):
    """a private index that fails"""
    rows = [("404-empty", 3, ["acme-tool", "internal"]), ("status:403", 3, ["403"]), ("500", 3, ["500"]), ("badjson", 3, ["acme-tool"]), ("status:200", 3, ["lists no file", "status:200/simple/"]),
            ("huge-page", (3, 9), ["larger than"]), ("gzip-bomb@pages", (3, 9), ["larger than"]), ("redirect-http-host", 3, ["fake.invalid"]), ("redirect-file", 3, ["redirect"]),
            ("redirect-loop", 3, ["redirect"]), ("quarantined", 3, ["quarantine"]), ("nohash", 3, ["sha256"]), ("reset", 3, ["127.0.0.1"]), ("truncated", 3, ["127.0.0.1"])]
    with Index(public()) as main, Index(private()) as other:
        def attempt(url, *more):
            main.ask("reset")
            return build(["acme-tool"], "--index-url", main.url(), "--index", "internal=" + url, "--index-package", "acme-*=internal", *more)[0]
        for mode, code, words in rows:
            run = attempt(other.url(mode))
            tap.run("a private index that is '%s' is an error" % mode, run, code, "internal" if code == 3 and mode not in ("quarantined", "nohash", "status:200") else "acme-tool", *words)
            tap.check("and with '%s' the default is not asked instead" % mode, "acme-tool" not in asked(main), main.ask("count"))
        for mode in ("hang", "slow:400"):
            run = attempt(other.url(mode), "--limit", "http=500ms", "--limit", "http-retries=1", "--limit", "wall=20s")
            tap.run("a private index that is '%s' meets a limit" % mode, run, (3, 9), "internal" if mode == "hang" else "")
            tap.check("and with '%s' the default is not asked instead" % mode, "acme-tool" not in asked(main), main.ask("count"))
        run = attempt("http://127.0.0.1:1/simple/")
        tap.run("a private index that is not there is an error", run, 3, "internal", "127.0.0.1:1")
        tap.check("and the default is not asked instead", "acme-tool" not in asked(main), main.ask("count"))
        run = attempt(other.url(), "--offline")
        tap.run("offline, a private name that is not in the cache is an error", run, 3, "acme-tool")
        # A page of links is another index in all but name: for a mapped name it has no say.
        liar = fresh("liar")
        path = make_wheel(liar, "acme_tool", "66.0")
        digest = support.sha256(open(path, "rb").read())
        write(liar, {"page.html": '<!DOCTYPE html><html><body><a href="acme_tool-66.0-py3-none-any.whl#sha256=%s">acme_tool-66.0-py3-none-any.whl</a></body></html>' % digest})
        with Files(liar) as files:
            run, _ = build(["acme-tool"], "--index-url", main.url(), "--index", "internal=" + other.url(), "--index-package", "acme-*=internal", "-f", files.url + "page.html")
            tap.check("a page of links does not answer for a mapped name", "acme_tool-1.0" in run.got, run.told())
        run, _ = build(["acme-tool"], "--index-url", main.url(), "--index", "internal=" + other.url(), "--index-package", "acme-*=internal", "-f", liar)
        tap.check("a folder of this machine does", run.got == "acme_tool-66.0", run.told())


REFUSED = [  # hwb.toml, words of the message
    ('[[index]]\nname = "a"\nurl = "https://a.example/"\npackages = ["x-*"]\n[[index]]\nname = "b"\nurl = "https://b.example/"\npackages = ["X_*"]\n', ["x-*", "'a'", "'b'"]),
    ('[[index]]\nname = "a"\nurl = "https://a.example/"\n[[index]]\nname = "A"\nurl = "https://b.example/"\n', ["twice", "https://a.example/", "https://b.example/"]),
    ('[[index]]\nname = "a"\ndefault = true\nurl = "https://a.example/"\n[[index]]\nname = "b"\ndefault = true\nurl = "https://b.example/"\n', ["two indexes are the default", "lines 1 and 5"]),
    ('[[index]]\nname = "a"\ndefault = true\n[[index]]\nname = "a"\nurl = "https://b.example/"\n', ["two indexes are called 'a'"]),
    ('[[index]]\nname = "a"\n', ["needs a name and a url"]), ('[[index]]\nurl = "https://a.example/"\n', ["name"]),
    ('[[index]]\nname = "a b"\nurl = "https://a.example/"\n', ["takes a name"]), ('[[index]]\nname = "a"\nurl = "a.example"\n', ["takes a URL"]),
    ('[[index]]\nname = "a"\nurl = "https://a.example/"\nuser = "x"\n', ["index.user"]), ('[[index]]\nname = "a"\nurl = "https://a.example/"\npackages = ["*"]\n', ["acme-*"]),
    ('[[index]]\nname = "a"\nurl = "https://a.example/"\npackages = ["a*b"]\n', ["a*b"]), ('[[index]]\nname = "a"\nurl = "https://a.example/"\noffline = true\n', ["default = true"]),
    ('[index]\n[index.packages]\n"acme-*" = "nowhere"\n', ["acme-*", "nowhere", "--index nowhere=URL"]), ('[index]\n[index.packages]\n"acme-*" = 3\n', ["acme-*", "line 3"]),
    ('[[index]]\ndefault = true\npackages = ["x"]\n', ["name"]), ('[[index]]\nname = "a"\ndefault = 1\nurl = "https://a.example/"\n', ["default"]),
    ('[index]\nname = "DEFAULT"\nnamed = ["x"]\n', ["NAME=URL"]), ('[index]\npackages = ["x"]\n', ["PATTERN=NAME"]),
]


def configuration(tap):
    """what a configuration of indexes may not say"""
    for text, words in REFUSED:
        run = configured(text).build("--wheel", support.project(), env=FILES_COUNT)
        tap.run("%r is refused" % text, run, 2, *words)
    place = configured('[[index]]\nname = "a"\nurl = "https://a.example/"\npackages = ["x-*"]\n')
    run = place.build("--wheel", "--no-index", "--index-package", "x-*=DEFAULT", support.project(), env=FILES_COUNT)
    tap.run("a flag replaces what the file says of a pattern", run, 0, "'a' is asked for nothing")


def credentials(tap):
    """each index has its own credential, and hears no other's"""
    basic = base64.b64encode(("user:" + WRONG).encode()).decode()
    with Index(public()) as main, Index(private()) as other:
        for where in ("variables", "netrc"):
            main.ask("reset"), other.ask("reset")
            place, words = Place(), []
            url = other.url("auth", host="localhost")
            env = {"HWB_INDEX_IN_HOUSE_USERNAME": "user", "HWB_INDEX_IN_HOUSE_PASSWORD": "secret", "HWB_INDEX_DEFAULT_USERNAME": "user", "HWB_INDEX_DEFAULT_PASSWORD": WRONG}
            if where == "netrc":
                env, words = {}, ["--netrc"]
                write(place.home, {".netrc": "machine localhost login user password secret\nmachine 127.0.0.1 login user password %s\n" % WRONG})
                os.chmod(place.home + "/.netrc", 0o600)
            run, place = build(["acme-tool"], "--index-url", main.url(), "--index", "in-house=" + url, "--index-package", "acme-*=in-house", *words, place=place, env=env)
            tap.check("credentials by %s open each index" % where, run.got == "acme_base-1.0 acme_tool-1.0 helper-1.0", run.told())
            heard = {h.get("authorization") for h in other.ask("seen")}
            tap.check("by %s the private index hears its own" % where, heard == {"Basic dXNlcjpzZWNyZXQ="}, heard)
            heard = {h.get("authorization") for h in main.ask("seen")}
            tap.check("by %s the default hears its own" % where, heard == {"Basic " + basic}, heard)
            nowhere(tap, "by " + where, run, place, WRONG, basic, "user:secret")
        env = {"HWB_INDEX_A_USERNAME": "user", "HWB_INDEX_A_PASSWORD": WRONG, "HWB_INDEX_DEFAULT_USERNAME": "user", "HWB_INDEX_DEFAULT_PASSWORD": "secret"}
        run, place = build(["acme-tool"], "--index-url", main.url(), "--index", "a=" + main.url("html"), "--index-package", "acme-*=a", env=env)
        tap.run("two credentials for one host are an error with both names", run, 2, "'DEFAULT' and 'a'", "one host", absent=(WRONG,))
        run, place = build(["acme-tool"], "--index-url", main.url(), "--index", "a=" + main.url("html"), "--index-package", "acme-*=a", env={**env, "HWB_INDEX_A_PASSWORD": "secret"})
        tap.run("the same one twice is none", run, 0)
        run, place = build(["acme-tool"], "--index-url", main.url(), "--index", "a=" + other.url("auth+redirect-host"), "--index-package", "acme-*=a",
                           env={"HWB_INDEX_A_USERNAME": "user", "HWB_INDEX_A_PASSWORD": "secret"})
        strangers = [s for s in other.ask("seen") if s["host"].startswith("localhost") and "auth" not in s["path"]]
        tap.check("a redirect to another host takes no credential along", strangers and not any("authorization" in s for s in strangers), strangers, run.told())


def aged(folder, name, version, seconds):
    path = make_wheel(folder, name, version)
    then = time.time() - seconds
    os.utime(path, (then, then))


def cool_down(tap):
    """files that have not been there for long"""
    day, folder = 86400, fresh("ages")
    aged(folder, "old", "1.0", 30 * day), aged(folder, "old", "2.0", 3 * day + 3600), aged(folder, "fresh_one", "1.0", 7200)
    for version, age in (("1.0", 30 * day), ("2.0", 3600)):
        path = support.make_sdist(folder, "sourced", version)
        os.utime(path, (time.time() - age,) * 2)
    with Index(folder) as index:
        words = ["--index-url", index.url()]
        for requires, more, code, want in (
                (["old"], [], 0, "old-2.0"), (["old"], ["--min-age", "7d"], 0, "old-1.0"), (["old"], ["--min-age", "3d"], 0, "old-2.0"), (["old"], ["--min-age", "0"], 0, "old-2.0"),
                (["old==2.0"], ["--min-age", "7d"], 3, ["old 2.0 was uploaded 3 days ago, within the cool-down of 7 days"]),
                (["fresh-one"], ["--min-age", "12h"], 3, ["uploaded 2 hours ago, within the cool-down of 12 hours"]), (["old"], ["--min-age", "soon"], 2, ["--min-age", "7d"])):
            run, _ = build(requires, *words, *more)
            if code:
                tap.run("%s %s ends with %d" % (requires, more, code), run, code, *want)
            else:
                tap.check("%s %s takes %s" % (requires, more, want), run.got == want, run.got, run.told())
        run, place = build(["fresh-one"], *words, "--min-age", "7d", env={"HWB_MIN_AGE_EXEMPT": "other Fresh_One"})
        tap.check("an exempt project is taken", run.got == "fresh_one-1.0", run.told())
        run, _ = build(["fresh-one"], *words, "--min-age", "7d", place=place)
        tap.run("and what was kept of that does not count without the exemption", run, 3, "within the cool-down")
        run, _ = build(["old"], *words, "--min-age", "7d", "--offline", place=place)
        tap.run("offline, what is not in the cache is not there", run, 3)
        run, _ = build(["old"], "--index-url", index.url("noupload"), "--min-age", "7d")
        tap.run("a file of which nobody says when it was uploaded is not taken", run, 3, "does not say when", "cool-down")
        run, _ = build(["fresh-one"], "--no-index", "-f", folder, "--min-age", "7d")
        tap.check("a file of a folder is", run.got == "fresh_one-1.0", run.told())
        place = Place()
        tree = support.project(requires=["old"], more='[tool.hwb]\nindex.min-age = "7d"\n')
        run = place.build("--wheel", *words, "--json", tree)
        tap.check("a project may ask for one", run.code == 0 and [p["version"] for p in run.json()["lock"]["packages"]] == ["1.0"], run.told())
        tree = support.project(requires=["old"], more='[tool.hwb]\nindex.min-age = "1h"\n')
        run = place.build("--wheel", *words, "--min-age", "7d", "--json", tree)
        tap.check("but not for a shorter one than the operator's", run.code == 0 and [p["version"] for p in run.json()["lock"]["packages"]] == ["1.0"], run.told())
        run = Place().build("--wheel", *words, "--min-age", "7d", "sourced")
        tap.run("it holds for a source of the index too", run, 0, "sourced 1.0")
        run = Place().build("--wheel", *words, "--min-age", "90d", "sourced")
        tap.run("of which all can be too new", run, 3, "all 2 sdists", "min-age")


def requirements(tap):
    """names that nobody vouches for, that are nearly others', that are not maintained"""
    folder = fresh("names")
    for name, requires in (("requestss", []), ("unheard_of", []), ("requests", []), ("wants_unheard", ["unheard-of"]), ("wants_requests", ["requests"]), ("cython", [])):
        make_wheel(folder, name, "1.0", requires=requires)
    pin = write(fresh("pins"), {"c.txt": "unheard-of==1.0 --hash=sha256:%s\n" % support.sha256(open(folder + "/unheard_of-1.0-py3-none-any.whl", "rb").read())}) + "/c.txt"
    with Index(folder) as index:
        url = index.url()
        rows = [  # requires, more words, exit code, {finding: severity} of the build requirements
            (["cython"], [], 0, {}), (["unheard-of"], [], 0, {"D02 unheard-of": "warning"}), (["requests"], [], 0, {"D02 requests": "info"}),
            (["wants-requests"], ["--unknown-requires=allow"], 0, {"D02 wants-requests": "info"}),
            (["wants-unheard"], ["--allow", "D02@wants-*=ours"], 0, {"D02 unheard-of": "warning", "D02 wants-unheard": "allowed"}),
            (["requestss"], ["--unknown-requires", "allow"], 0, {"D01 requestss": "warning", "D02 requestss": "info"}),
            (["requestss"], ["--deny", "D01"], 3, {"D01 requestss": "error", "D02 requestss": "warning"}),
            (["unheard-of"], ["--unknown-requires", "deny"], 3, {"D02 unheard-of": "error"}), (["requests"], ["--unknown-requires", "deny"], 3, {"D02 requests": "error"}),
            (["unheard-of"], ["--unknown-requires", "deny", "--allow", "D02@unheard-of=looked at"], 0, {"D02 unheard-of": "allowed"}),
            (["unheard-of"], ["--profile", "strict"], 3, {"D02 unheard-of": "error"}), (["unheard-of"], ["--fail-on", "warning"], 3, {"D02 unheard-of": "warning"}),
            (["unheard-of"], ["--unknown-requires", "deny", "-b", pin], 0, {}), (["unheard-of"], ["--unknown-requires", "deny", "-f", folder, "--no-index"], 0, {}),
            (["unheard-of"], ["--unknown-requires", "deny", "--index", "mine=" + url, "--index-package", "unheard-*=mine"], 0, {}),
        ]
        for requires, words, code, want in rows:
            run, place = build(requires, "--index-url", url, "--json", *words)
            got = {}
            for f in run.json()["findings"]:
                if f["id"][0] == "D" and f["id"][1:].isdigit():
                    got[f["id"] + " " + f["path"]] = "allowed" if f.get("allowed") else f["severity"]
            tap.check("%s %s: %s, exit %d" % (requires, " ".join(w for w in words if "/" not in w), want, code), run.code == code and got == want, got, run.told())
            events = {e["event"] for e in place.log()}
            if code:
                tap.check("and nothing of it was installed", not events & {"dependency.installed", "build.started"}, events)
        run, place = build(["unheard-of", "requestss"], "--index-url", url)
        tap.run("a person reads who it is and why", run, 0, "build requirements: unheard-of: warning[D02]: 'unheard-of' 1.0, which the build asks for, is no usual build dependency",
                "warning[D01]: 'requestss' 1.0 is called nearly as 'requests'")
        tap.check("and each of them once", run.err.count("warning[D02]: 'unheard-of'") == 1 and run.err.count("warning[D01]") == 1, run.err)
        checked = [e for e in place.log() if e["event"] == "lock.checked"]
        tap.check("the log says by which lists it was judged", checked and all(re.fullmatch(r"20\d\d-\d\d-\d\d", checked[0][k]) for k in ("popular_names", "known_names")), checked)
        run, place = build(["unheard-of"], "--index-url", url, "--unknown-requires", "deny")
        tap.run("a refusal names the way out", run, 3, "D02", "--allow D02@unheard-of=WHY", "nothing of it was installed")
        run, _ = build(["unheard-of"], "--index-url", url, "--unknown-requires", "maybe")
        tap.run("another word is refused", run, 2, "allow, warn or deny")
        for mode in ("archived", "deprecated", "html+archived"):
            run, place = build(["cython"], "--index-url", index.url(mode), "--json")
            again, _ = build(["cython"], "--index-url", index.url(mode), "--json", place=place)
            for what, one in (("", run), (" from the cache", again)):
                said = [f["message"] for f in one.json()["findings"] if f["id"] == "D04"]
                tap.check("a project that is '%s' is said to be%s, with the reason" % (mode, what), one.code == 0 and said == ["the index says that 'cython' is %s: use something else" % mode.split("+")[-1]], said)
        run, place = build(["cython"], "--index-url", index.url("archived"), "--deny", "D04")
        tap.run("and can be refused", run, 3, "D04", "archived")
        run = Place().build("--wheel", "--index-url", index.url("quarantined"), "cython")
        tap.run("a project under quarantine is no source", run, 3, "quarantine", "use something else")


def direct(tap):
    """requirements that are URLs"""
    folder = fresh("urls")
    path = make_wheel(folder, "helper", "1.0", requires=["cython"])
    digest = "#sha256=" + support.sha256(open(path, "rb").read())
    make_wheel(folder, "cython", "1.0"), make_wheel(folder, "helper", "2.0"), make_wheel(folder, "wants_url", "1.0", requires=["helper @ http://127.0.0.1:1/helper-1.0-py3-none-any.whl"])
    with Files(folder) as files, Index(folder) as index:
        url, words = files.url + "helper-1.0-py3-none-any.whl", ["--index-url", index.url(), "--scan=report"]
        rows = [  # requirement, more words, exit code, installed or words
            ("helper @ " + url + digest, ["--allow-url", files.url], 0, "cython-1.0 helper-1.0"),
            ("helper @ " + url + digest, [], 3, ["index.allow-urls", "--allow-url"]), ("helper @ " + url + digest, ["--allow-url", "other.example"], 3, ["index.allow-urls"]),
            ("helper @ " + url, ["--allow-url", files.url], 3, ["sha256"]), ("helper @ " + url + "#sha256=" + "0" * 64, ["--allow-url", files.url], 3, ["promised sha256", "0" * 64]),
            ("helper @ git+https://git.example/helper@" + "0" * 40, ["--allow-url", "git.example"], 3, ["repository"]), ("wants-url", ["--allow-url", "http://127.0.0.1:1/"], 3, ["only the project itself"]),
            ("helper @ " + files.url + "gone-1.0-py3-none-any.whl" + digest, ["--allow-url", files.url], 3, ["wheel of 'gone'"]),
            ("helper @ " + files.url + "helper-3.0-py3-none-any.whl" + digest, ["--allow-url", files.url], 3, ["404", "helper-3.0"]),
        ]
        for requirement, more, code, want in rows:
            index.ask("reset")
            run, place = build([requirement], *words, *more)
            if code:
                tap.run("%s with %s is refused" % (requirement[:40], more), run, code, *want)
            else:
                tap.check("%s is installed" % requirement[:40], run.got == want, run.got, run.told())
            if requirement != "wants-url":
                tap.check("and its name was not asked of the index", "helper" not in asked(index), index.ask("count"))
        run, place = build(["helper @ " + url + digest], *words, "--allow-url", files.url, "--json")
        pins = {p["name"]: p for p in run.json()["lock"]["packages"]} if run.code == 0 else {}
        tap.check("the report says that the hash is the requirement's own, and where it came from",
                  pins and pins["helper"]["hash_source"] == "url" and pins["helper"]["index"] == files.url and pins["helper"]["url"] == url, run.told())
        tap.check("and the finding is an info", [f["severity"] for f in run.json()["findings"] if f["id"] == "D03"] == ["info"], run.told())
        run, place = build(["helper @ " + url + digest], *words, "--allow-url", files.url, place=place)
        tap.check("it is the same from the cache", run.got == "cython-1.0 helper-1.0", run.told())
        run, _ = build(["helper @ " + url + digest], *words, place=place)
        tap.run("and what is kept needs the operator's word as well", run, 3, "index.allow-urls")
        code = "def get_requires_for_build_wheel(settings=None):\n    return ['helper @ %s%s']\n" % (url, digest)
        run = Place().build("--wheel", *words, "--allow-url", files.url, "--allow-requires", support.project(code))
        tap.run("a backend cannot name one", run, 3, "only [build-system] requires may")


def locked(tap):
    """locks, of which no one widens what the operator allows"""
    with Index(public()) as main, Index(private()) as other:
        words = ["--index-url", main.url(), "--index", "internal=" + other.url(), "--index-package", "acme-*=internal"]
        tree, place = support.project(requires=["acme-tool"]), Place()
        run = place.hwb("lock", *words, tree)
        tap.run("a lock is made over both indexes", run, 0, "locked 3 distributions")
        text = open(tree + "/pylock.build.toml").read()
        got = {p["name"]: p["index"] for p in tomllib.loads(text)["packages"]}
        tap.check("it has the index of each", got == {"acme-tool": other.url(), "acme-base": other.url(), "helper": main.url()}, got)
        main.ask("reset")
        run = Place().build("--wheel", "--locked", *words, "--json", tree)
        tap.check("and a build by it asks each index for its own", run.code == 0 and asked(main) == {"helper"}, main.ask("count"), run.told())
        write(tree, {"pylock.build.toml": text.replace(other.url(), main.url())})
        main.ask("reset")
        run = Place().build("--wheel", "--locked", *words, tree)
        tap.check("whatever index the lock names", run.code == 0 and asked(main) == {"helper"}, main.ask("count"), run.told())
        write(tree, {"pylock.build.toml": text})
        run = Place().build("--wheel", "--locked", *words, "--min-age", "7d", tree)
        tap.run("a lock makes no file older", run, 3, "cool-down")
        run = Place().build("--wheel", "--locked", *words, "--unknown-requires", "deny", tree)
        tap.run("nor better known", run, 3, "D02", "helper")
        run = Place().hwb("lock", *words, "--min-age", "7d", tree)
        tap.run("and none is made of what is too young", run, 3, "cool-down")
        run = Place().hwb("lock", *words, "--deny", "D02", support.project(requires=["helper"]))
        tap.run("nor of what is refused", run, 3, "D02")


def examples(tap):
    """the examples of hwb.toml(5)"""
    text = open(os.path.join(support.HERE, "..", "..", "doc", "man", "hwb.toml.5.scd")).read()
    blocks = re.findall(r"(?s)\n```\n(.*?)\n```\n", text)
    for block in blocks:
        run = configured(block).hwb("cache", "dir", env=FILES_COUNT)
        tap.check("are taken without a word: %r" % block[:20], run.code == 0 and not run.err, run.told())
    tap.check("there are some, one of a registry with its index", any("registries" in block and "[[index]]" in block for block in blocks), blocks)


TESTS = [examples, mapped, no_fall_through, configuration, credentials, cool_down, requirements, direct, locked]
