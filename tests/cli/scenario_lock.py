"""`hwb lock`, and builds by its lock: nothing but what is in there, from nowhere but the operator's index."""
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import support
from scenario_index import USES, WHEEL, build, stock
from support import Files, Index, Place, Skip, fresh, make_wheel, project, write

LOCK = "pylock.build.toml"
ASKS = USES + "def get_requires_for_build_wheel(config_settings=None):\n    return ['holder']\n"


def lock(folder, *words, place=None, env=None):
    place = place or Place()
    return place.hwb("lock", *words, folder, env=env), place


def read(folder, name=LOCK):
    with open(os.path.join(folder, name)) as f:
        return f.read()


def pins(folder, name=LOCK):
    return {p["name"]: p["version"] for p in tomllib.loads(read(folder, name))["packages"]}


def built(place, run):
    return zipfile.ZipFile(os.path.join(place.out, WHEEL)).read("demo.py").decode() if run.code == 0 else ""


def life(tap):
    """a lock from its making to its upgrade"""
    folder, here = stock(), project(ASKS, requires=["alpha"])
    with Index(folder) as index:
        url = ("--index-url", index.url(), "--allow-requires")
        run, place = lock(here, *url)
        tap.run("a lock is made", run, 0, "added alpha 1.0", "locked 3 distributions")
        tap.check("its path is what is printed", run.out.strip() == os.path.join(here, LOCK), run.out)
        table = tomllib.loads(read(here))
        tap.check("both phases are in it", pins(here) == {"alpha": "1.0", "beta": "1.0", "holder": "1.0"} and table["tool"]["hwb"]["dynamic-requires"] == ["holder"], read(here))
        tap.check("no artefact was made", not place.made("*") and not os.path.exists(os.path.join(here, "dist")))
        before = read(here)
        run, _ = lock(here, *url, place=place)
        tap.check("the same again is the same bytes", run.code == 0 and read(here) == before and "nothing changed" in run.text, run.told())
        fresh_place = Place()
        run, _ = lock(here, *url, place=fresh_place)
        tap.check("and so it is with another cache", read(here) == before, run.told())
        run = place.build("--wheel", "--locked", *url, here)
        tap.check("a build takes what is locked", built(place, run) == "alpha-1.0 beta-1.0 holder-1.0", run.told())
        made = place.build("--wheel", "--locked", "--json", *url, here).json()
        tap.check("and the report says whose word the hashes are", {p["hash_source"] for l in made["locks"] for p in l["packages"]} == {"lock"}, made["locks"])
        make_wheel(folder, "alpha", "1.5", requires=["beta>=1"])
        late = Place()
        run, _ = lock(here, "--check", *url, place=late)
        tap.run("a newer release makes no lock out of date", run, 0, "up to date")
        run = late.build("--wheel", "--locked", *url, here)
        tap.check("nor is it taken", built(late, run) == "alpha-1.0 beta-1.0 holder-1.0", run.told())
        run, _ = lock(here, "-P", "beta", *url, place=late)
        tap.check("another one's upgrade does not take it", run.code == 0 and pins(here)["alpha"] == "1.0", run.told())
        run, _ = lock(here, "-P", "Alpha", *url, place=late)
        tap.run("its own upgrade does", run, 0, "updated alpha 1.0 -> 1.5")
        write(here, {LOCK: before})
        run, _ = lock(here, "-U", *url, place=late)
        tap.check("and so does --upgrade", pins(here)["alpha"] == "1.5", run.told())
        run, _ = lock(here, "--exclude-newer", "2021-01-01", "-U", *url)
        tap.check("the time of --exclude-newer is in the lock", tomllib.loads(read(here))["tool"]["hwb"]["exclude-newer"] == "2021-01-01T00:00:00Z" and pins(here)["alpha"] == "1.0", read(here))


def stale(tap):
    """a lock that no longer fits"""
    with Index(stock()) as index:
        url = ("--index-url", index.url())
        here = project(USES, requires=["alpha", "beta<2"])
        run, place = lock(here, *url)
        write(here, {"pyproject.toml": support.pyproject(["alpha", "pusher"])})
        for name, words, env in (("--locked", ["--locked"], None), ("CI", [], {"CI": "true"}), ("build.locked", [], {"HWB_LOCKED": "true"}), ("--lock", ["--lock", os.path.join(here, LOCK)], None)):
            run = place.build("--wheel", *words, *url, here, env=env)
            tap.run("with %s it is refused" % name, run, 3, "out of date", "pusher", "beta<2", "hwb lock")
            tap.check("and nothing was built with %s" % name, not place.made("*.whl"))
        run = place.build("--wheel", *url, here)
        tap.run("else that is said", run, 0, "out of date", "pusher")
        tap.check("and what fits of it is taken", built(place, run) == "alpha-1.0 beta-2.0 pusher-1.0", run.told())
        run, _ = lock(here, "--check", *url, place=place)
        tap.run("--check says so", run, 3, "not up to date", "updated beta 1.0 -> 2.0")
        tap.check("and leaves the file alone", pins(here)["beta"] == "1.0")
        run, _ = lock(project(USES), "--check", *url)
        tap.run("--check without a lock", run, 3, "there is no lock")
        run = place.build("--wheel", "--locked", "--isolation", "container", "--image", "demo:latest", *url, here)
        tap.run("an image that is no digest is none for --locked", run, 5, "demo:latest", "sha256")
        run, place = build(["alpha"], "--locked", *url)
        tap.run("--locked without a lock", run, 3, "there is no lock", "hwb lock")


def edit(text, old, new):
    assert old in text, old
    return text.replace(old, new, 1)


def without(text, name):
    return re.sub(r'\[\[packages\]\]\nname = "%s".*?\n\n' % name, "", text, flags=re.S)


EDITS = [  # what, how, exit code, words
    ("a package is gone", lambda t: without(t, "beta"), 3, ["has no 'beta'"]),
    ("a digest is another", lambda t: re.sub(r'(beta.*?sha256 = ")[0-9a-f]{8}', r"\g<1>00000000", t, flags=re.S), 3, ["the lock", "sha256 00000000", "127.0.0.1", "says"]),
    ("a digest is none", lambda t: re.sub(r'hashes = \{ sha256 = "[0-9a-f]+', 'hashes = { sha256 = "xyz', t, count=1), 2, ["no sha256", LOCK]),
    ("there is no sha256", lambda t: re.sub(r'hashes = \{ sha256 = "[0-9a-f]+"', 'hashes = { md5 = "00"', t, count=1), 2, ["no sha256", LOCK]),
    ("a package is there twice", lambda t: edit(t, "[tool.hwb]", t[t.index("[[packages]]"):t.index("[[packages]]", t.index("[[packages]]") + 3)] + "\n[tool.hwb]"), 3, ["both give"]),
    ("a file is another project's", lambda t: edit(t, 'name = "beta-1.0-py3', 'name = "gamma-1.0-py3'), 2, ["gamma", "beta"]),
    ("a file is of another version", lambda t: edit(t, 'name = "beta-1.0-py3', 'name = "beta-1.1-py3'), 2, ["beta-1.1", "1.0"]),
    ("the version of the format is unknown", lambda t: edit(t, 'lock-version = "1.0"', 'lock-version = "2.0"'), 2, ["lock-version", "2.0"]),
    ("it is no TOML", lambda t: "this is = = no TOML", 2, [LOCK]),
    ("it is empty", lambda t: "", 2, ["lock-version"]),
    ("it is for another Python", lambda t: re.sub(r'requires-python = "==3[^"]*"', 'requires-python = "==2.7.*"', t, count=1), 3, ["not for Python", "2.7"]),
    ("it is for another machine", lambda t: edit(t, "platform_machine == ", "platform_machine == 'vax' and platform_machine == "), 3, ["not for Python", "vax"]),
    ("a package is a repository", lambda t: re.sub(r'(name = "beta"\nversion[^\n]*\n)', r'\1vcs = { type = "git", url = "https://example.invalid/x", commit-id = "00" }\n', t), 3, ["beta", "vcs"]),
    ("a marker has no meaning", lambda t: edit(t, 'name = "beta"\n', 'name = "beta"\nmarker = "nonsense == 1"\n'), 2, ["beta"]),
    ("its digest of requirements is none", lambda t: re.sub(r'input-digest = "[^"]*"', 'input-digest = "sha256:1"', t), 2, ["input-digest"]),
]


def by_hand(tap):
    """a lock that somebody edited"""
    with Index(stock()) as index:
        url = ("--index-url", index.url())
        here = project(USES, requires=["alpha", "beta<2"])
        run, place = lock(here, *url)
        good = read(here)
        for what, how, code, words in EDITS:
            text = how(good)
            write(here, {LOCK: text})
            place = Place()
            run = place.build("--wheel", "--locked", *url, here)
            tap.run("%s: exit %d" % (what, code), run, code, *words)
            tap.check("and nothing was installed or built (%s)" % what, not {e["event"] for e in place.log()} & {"dependency.installed", "build.started"} and text != good)
        write(here, {LOCK: good})
        place = Place()
        tap.run("the good one builds", place.build("--wheel", "--locked", *url, here), 0)
        beta, other = (bytes.fromhex(support.sha256(open("%s/beta-%s-py3-none-any.whl" % (index.folder, v), "rb").read())) for v in ("1.0", "2.0"))
        for name in os.listdir(place.cache + "/resolve"):
            path = os.path.join(place.cache, "resolve", name)
            data = open(path, "rb").read()
            os.chmod(path, 0o600)
            open(path, "wb").write(data.replace(beta, other))
        run = place.build("--wheel", "--locked", *url, here)
        tap.run("an answer that somebody put into the cache is held to the lock", run, 3, "not in the lock", "cache")
        for cut in range(0, len(good), max(1, len(good) // 40)):
            write(here, {LOCK: good[:cut]})
            run = place.build("--wheel", "--locked", *url, here)
            if run.code not in (2, 3) and not good[cut:].startswith("\n[tool.hwb]") and "[tool.hwb]" not in good[:cut]:
                tap.check("cut at %d it is refused" % cut, False, run.told())
        tap.check("a lock that is cut short is never taken for a whole one", True)
        os.remove(os.path.join(here, LOCK))
        os.symlink("/etc/passwd", os.path.join(here, LOCK))
        tap.run("a link is no lock", place.build("--wheel", *url, here), 2, "symbolic link", absent=("root:",))
        os.remove(os.path.join(here, LOCK))
        os.mkfifo(os.path.join(here, LOCK))
        tap.run("a pipe is no lock, and nobody waits for it", place.build("--wheel", *url, here), 2, "regular file")
        os.remove(os.path.join(here, LOCK))
        write(here, {LOCK: "#" * (2 << 20)})
        tap.run("two MiB are no lock", place.build("--wheel", *url, here), (2, 9), LOCK)


def places(tap):
    """where files come from is the operator's word, which lock counts too"""
    folder = stock()
    here = project(USES, requires=["alpha", "beta<2"])
    asked = []
    with Index(folder) as index, Index(stock()) as other:
        url = ("--index-url", index.url())
        run, place = lock(here, *url)
        write(here, {LOCK: read(here).replace(":%d/" % index.port, ":%d/" % other.port)})
        run = place.build("--wheel", "--locked", *url, here)
        tap.check("a lock's URLs are not where files are fetched", built(place, run) == "alpha-1.0 beta-1.0" and not other.ask("count"), run.told(), other.ask("count"))
        fresh_place = Place()
        run = fresh_place.build("--wheel", "--locked", *url, here)
        tap.check("nor with an empty cache", built(fresh_place, run) == "alpha-1.0 beta-1.0" and not other.ask("count"), run.told(), other.ask("count"))
        make_wheel(folder, "beta", "1.0", files={"beta.py": "evil = 1\n"})
        third = Place()
        run = third.build("--wheel", "--locked", *url, here)
        tap.run("a file that changed at the index is refused with both digests", run, 3, "beta-1.0", "the lock", *re.findall(r'beta-1.0.*sha256 = "([0-9a-f]+)', read(here)), support.sha256(open(folder + "/beta-1.0-py3-none-any.whl", "rb").read()))
        os.remove(folder + "/beta-1.0-py3-none-any.whl")
        run = Place().build("--wheel", "--locked", *url, here)
        tap.run("a file that is gone from the index is named", run, 3, "beta-1.0-py3-none-any.whl", "not in the index")
        run = place.build("--wheel", "--locked", *url, here)
        tap.run("but for those who have it in their cache", run, 0)
    run = place.build("--wheel", "--locked", "--offline", *url, here)
    tap.check("and without any index", built(place, run) == "alpha-1.0 beta-1.0", run.told())
    shutil.rmtree(os.path.join(place.cache, "resolve"))
    run = place.build("--wheel", "--locked", "--offline", *url, here)
    tap.check("also when what was resolved is forgotten", built(place, run) == "alpha-1.0 beta-1.0", run.told())
    with Index(stock()) as index:
        url = ("--index-url", index.url())
        archive = support.make_sdist(fresh("sdist"), "demo", "1.0", code=USES, requires=["alpha"],
                                     extra=[(support.tarfile.TarInfo("demo-1.0/" + LOCK), read(here).encode())])
        place = Place()
        run = place.build("--wheel", *url, archive)
        tap.check("a lock inside of an archive does not count", built(place, run) == "alpha-1.0 beta-2.0", run.told())
        run = place.build("--wheel", "--locked", *url, archive)
        tap.run("nor does it do for --locked", run, 3, "--lock FILE")
        run = place.build("--wheel", "--lock", os.path.join(here, LOCK), *url, archive)
        tap.check("unless it is named", run.code == 3 and "out of date" in run.text, run.told())
        run = Place().build("--wheel", "--lock", "nothing/pylock.toml", *url, archive)
        tap.run("a lock that is named must be there", run, 2, "nothing/pylock.toml")
        run = place.build("--wheel", "--no-lock", *url, here)
        tap.check("--no-lock passes over it", "beta-1.0" in built(place, run) and run.code == 0, run.told())


def hashes(tap):
    """constraints with hashes"""
    folder = stock()
    digest = lambda n, v: support.sha256(open("%s/%s-%s-py3-none-any.whl" % (folder, n, v), "rb").read())
    here = write(fresh("files"), {
        "one.txt": "alpha==1.0 --hash=sha256:%s\n" % digest("alpha", "1.0"),
        "all.txt": "alpha==1.0 --hash=sha256:%s\nbeta==1.0 \\\n    --hash=sha256:%s\n" % (digest("alpha", "1.0"), digest("beta", "1.0")),
        "plain.txt": "beta<2\n"})
    with Index(folder) as index:
        url = ("--index-url", index.url())
        run, _ = build(["alpha"], "-b", here + "/one.txt", *url)
        tap.run("one hash, and all need one", run, 3, "no hash", "beta", digest("beta", "2.0"))
        run, _ = build(["alpha"], "-b", here + "/one.txt", "--no-require-hashes", *url)
        tap.check("--no-require-hashes", run.got == "alpha-1.0 beta-2.0", run.told())
        run, _ = build(["alpha"], "-b", here + "/all.txt", *url)
        tap.check("a hash for each", run.got == "alpha-1.0 beta-1.0", run.told())
        run, _ = build(["alpha"], "--lock", here + "/all.txt", *url)
        tap.check("as a lock", run.got == "alpha-1.0 beta-1.0", run.told())
        run, _ = build(["alpha"], "--lock", here + "/plain.txt", *url)
        tap.run("without hashes it is no lock", run, 3, "no hash")
        run, _ = build(["alpha"], "-b", here + "/plain.txt", *url)
        tap.check("constraints alone need none", run.got == "alpha-1.0 beta-1.0", run.told())
        run, _ = build(["alpha"], "-b", here + "/plain.txt", "--require-hashes", *url)
        tap.run("unless they are required", run, 3, "no hash")


def targets(tap):
    """several targets in one lock"""
    folder = stock()
    make_wheel(folder, "native", "1.0", tag="cp39-cp39-manylinux_2_17_x86_64")
    make_wheel(folder, "native", "2.0", tag="cp312-cp312-manylinux_2_17_x86_64")
    make_wheel(folder, "native", "2.0", tag="cp312-cp312-macosx_11_0_arm64")
    make_wheel(folder, "native", "2.0", tag="cp312-cp312-win_amd64")
    make_wheel(folder, "onwindows", "1.0")
    here = project(USES, requires=["native; python_version != '3.11'", "beta", "onwindows; sys_platform == 'win32'"])
    with Index(folder) as index:
        url = ("--index-url", index.url())
        run, place = lock(here, "--python-version", "3.9", "--python-version", "3.12", "--python-platform", "linux", *url)
        table = tomllib.loads(read(here))
        got = sorted((p["name"], p["version"], p.get("marker")) for p in table["packages"])
        tap.check("two versions of Python", got == [("beta", "2.0", None), ("native", "1.0", "python_version == '3.9'"), ("native", "2.0", "python_version == '3.12'")], got)
        tap.check("are two environments", len(table["environments"]) == 2 and table["requires-python"] == ">=3.9", table["environments"])
        run, place = lock(here, "--python-version", "3.12", *[w for p in ("linux", "macos", "windows") for w in ("--python-platform", p)], *url)
        got = sorted((p["name"], p.get("marker"), len(p["wheels"])) for p in tomllib.loads(read(here))["packages"])
        tap.check("three platforms", run.code == 0 and got == [("beta", None, 1), ("native", None, 3), ("onwindows", "sys_platform == 'win32'", 1)], got, run.told())
        run, place = lock(here, "--python-version", "3.12", "--universal", *url)
        tap.run("a platform without a wheel is named", run, 3, "native", "3.12")
        run, place = lock(here, "--python-platform", "vax-vms", *url)
        tap.run("a platform that nobody knows", run, 2, "vax-vms", "aarch64-manylinux_2_28")
        run, place = lock(here, "--python-version", "twelve", *url)
        tap.run("a version that is none", run, 2, "twelve")
        run, place = lock(here, "-o", os.path.join(here, "lock.toml"), *url)
        tap.run("a name that others would not read", run, 2, "lock.toml", "pylock.NAME.toml")


def others(tap):
    """other tools' locks here, and ours there"""
    if not support.Setting.venv or not os.path.exists(support.Setting.venv + "/bin/uv"):
        raise Skip("there is no uv")
    uv, python = support.Setting.venv + "/bin/uv", support.Setting.venv + "/bin/python"  # the second has packaging
    here = project(USES, requires=["alpha", "beta<2"])
    with Index(stock()) as index:
        run, place = lock(here, "--index-url", index.url())
        target = fresh("target")
        done = subprocess.run([uv, "pip", "install", "--python", python, "--no-cache", "--target", target, "-r", os.path.join(here, LOCK)], capture_output=True, text=True)
        tap.check("uv installs from our lock", done.returncode == 0 and os.path.isdir(target + "/beta-1.0.dist-info"), done.stderr)
        code = "import tomllib,sys; from packaging.pylock import Pylock\np = Pylock.from_dict(tomllib.load(open(sys.argv[1], 'rb')))\nprint(sorted(f.name for _, f in p.select()))"
        done = subprocess.run([python, "-c", code, os.path.join(here, LOCK)], capture_output=True, text=True)
        tap.check("packaging reads it and chooses the same", "alpha-1.0-py3-none-any.whl" in done.stdout and "beta-1.0-py3-none-any.whl" in done.stdout, done.stdout, done.stderr)
        write(here, {"in.txt": "alpha\nbeta<2\n"})
        done = subprocess.run([uv, "pip", "compile", "--python", support.Setting.python, "--no-cache", "-q", "--format", "pylock.toml", "--index-url", index.url(), "-o", here + "/pylock.uv.toml", here + "/in.txt"], capture_output=True, text=True)
        tap.check("uv makes one", done.returncode == 0, done.stderr)
        place = Place()
        run = place.build("--wheel", "--lock", here + "/pylock.uv.toml", "--index-url", index.url(), here)
        tap.check("a build takes it", built(place, run) == "alpha-1.0 beta-1.0", run.told())


def sdists(tap):
    """build requirements that have only an sdist"""
    folder = fresh("index")
    says = "def files():\n    import importlib.metadata\n    return {'%s.py': 'by = %%r' %% sorted(d.name + d.version for d in importlib.metadata.distributions())}\n"
    sdist = support.make_sdist(folder, "srconly", "1.0", requires=["helper<2"], code=says % "srconly")
    for version in ("1.0", "2.0"):
        make_wheel(folder, "helper", version)
    support.make_sdist(folder, "helper", "3.0")
    support.make_sdist(folder, "ringa", "1.0", requires=["ringb"])
    support.make_sdist(folder, "ringb", "1.0", requires=["ringa"])
    support.make_sdist(folder, "broken", "1.0", code="raise SystemExit('no')\n")
    support.make_sdist(folder, "greedy", "1.0", code="import os\n", extra=[])
    any_ = ("--build-deps", "any")
    with Index(folder) as index:
        url = ("--index-url", index.url())
        run, _ = build(["srconly"], *url)
        tap.run("they are refused", run, 3, "srconly", "--build-deps any")
        run, place = build(["srconly"], *any_, *url)
        tap.check("unless they are asked for", run.got == "srconly-1.0", run.told())
        made = [e for e in place.log() if e["event"] == "dependency.built"]
        tap.check("what was built of what is in the log", [e["sdist_sha256"] for e in made] == [support.sha256(open(sdist, "rb").read())], made)
        again = place.build("--wheel", *any_, "--json", *url, project(USES, requires=["srconly"]))
        tap.check("once built is enough", again.code == 0 and "building the build requirement" not in again.err, again.told())
        report = again.json()
        row = report["lock"]["packages"][0]
        tap.check("the report tells of the sdist", row["sdist"]["file"] == "srconly-1.0.tar.gz" and row["sdist"]["sha256"] == made[0]["sdist_sha256"] and row["sha256"] == made[0]["sha256"], row)
        parts = [c for c in report["artifacts"][0]["sbom"]["components"] if c["name"] == "srconly"] or report["artifacts"][0]["sbom"].get("formulation", [{}])[0].get("components", [])
        tap.check("and so does the bill of materials", any("file_name=srconly-1.0.tar.gz" in c.get("purl", "") for c in parts), parts)
        run = place.build("--wheel", *any_, *url, project(USES, requires=["srconly"]), env={"CI": "true"})
        tap.run("in CI the cache is not believed", run, 0, "building the build requirement srconly")
        shutil.rmtree(os.path.join(place.cache, "blob"))
        run = place.build("--wheel", *any_, *url, project(USES, requires=["srconly"]))
        tap.check("a wheel that is gone from the cache is built again", run.code == 0, run.told())
        run, _ = build(["helper"], *any_, *url)
        tap.check("a newer sdist comes before an older wheel", run.got == "helper-3.0", run.told())
        run, _ = build(["helper<3"], *any_, *url)
        tap.check("a wheel before the sdist of its version", run.got == "helper-2.0", run.told())
        run, place = build(["ringa"], *any_, *url)
        tap.run("a cycle is found", run, 3, "ringa", "ringb", "cycle")
        tap.check("and nothing of it ran", not [e for e in place.log() if e["event"] == "build.started"], place.log())
        run, place = build(["broken"], *any_, *url)
        tap.run("one that cannot be built is named", run, 1, "broken-1.0.tar.gz", "SystemExit")
        tap.check("and nothing is left of it", os.listdir(os.path.join(place.cache, "built")) == [], os.listdir(os.path.join(place.cache, "built")))
        here = project(USES, requires=["srconly"])
        run, place = lock(here, *any_, *url)
        table = tomllib.loads(read(here))
        tap.check("a lock has the sdist, and what it took to build it", run.code == 0 and pins(here) == {"srconly": "1.0", "helper": "1.0"} and "sdist" in table["packages"][1] and "wheels" not in table["packages"][1], read(here))
        for place in (place, Place()):
            run = place.build("--wheel", "--locked", *any_, *url, here)
            tap.check("builds take it", built(place, run) == "srconly-1.0", run.told())
        run = Place().build("--wheel", "--locked", *url, here)
        tap.run("where sdists are taken", run, 3, "--build-deps any")
        write(here, {LOCK: without(read(here), "helper")})
        run = Place().build("--wheel", "--locked", *any_, *url, here)
        tap.run("a lock without what it takes is incomplete", run, 3, "helper", LOCK)


TESTS = [life, stale, by_hand, places, hashes, targets, others, sdists]
