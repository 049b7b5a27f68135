"""hwb doctor where builds work, and in surroundings that are made so that they do not."""
import json
import os
import shutil
import subprocess
import sys

from container import Fake, close_podman
from podman import IMAGE, podman
from support import Place, Setting, Skip, ordinary_user, project
import support

TOP = os.path.join(support.HERE, "..", "..")
SCHEMA = os.path.join(TOP, "data", "doctor.schema.json")
PROFILE = os.path.join(TOP, "packaging", "apparmor", "hwb")
FILTER = os.path.join(support.HERE, "without_clone3.py")
VALIDATE = "import json, sys, jsonschema; jsonschema.validate(json.load(sys.stdin), json.load(open(sys.argv[1])))"


def behind(steps, last="exec %(hwb)s \"$@\""):
    """A place whose hwb is a script: it makes the surroundings, then becomes the real one."""
    if not support.IS_ROOT:
        raise Skip("only root can make such surroundings")
    place = Place()
    path = os.path.join(place.top, "hwb-there")
    text = "#!/bin/sh\nset -e\nPATH=$PATH:/usr/sbin:/sbin\n%s\n%s\n" % (steps, last % {"hwb": Setting.hwb})
    support.write(place.top, {"hwb-there": text})
    os.chmod(path, 0o755)
    place.program = path
    return place


def unshared(options, steps, last="exec %(hwb)s \"$@\""):
    """The same with the steps in namespaces of their own."""
    return behind("[ \"$UNSHARED\" ] || UNSHARED=1 exec unshare %s -- \"$0\" \"$@\"\n%s" % (options, steps), last)


def mode(run, name):
    """The row of a mode, of a run with --json."""
    return next(row for row in run.json()["modes"] if row["name"] == name)


def check(run, name):
    return next((row for row in run.json()["checks"] if row["name"] == name), {"outcome": None, "text": "", "help": ""})


def follows_schema(text):
    return subprocess.run([os.path.join(Setting.venv, "bin", "python"), "-c", VALIDATE, SCHEMA], input=text, capture_output=True, text=True)


def here(tap):
    """hwb doctor where builds work"""
    place = Place()
    run = place.hwb("doctor", "-p", Setting.python)
    tap.run("doctor says that hwb can build here", run, 0, "hwb can build here (isolation: sandbox)", "a trial run ended well")
    run = place.hwb("doctor", "-p", Setting.python, "--json")
    got = run.json() if run.code == 0 else {}
    tap.check("doctor --json has ok, controls and checks", got.get("ok") is True and "seccomp" in got.get("controls", []) and got.get("checks"), run.told())
    tap.check("every mode has a row", [row["name"] for row in got["modes"]] == ["sandbox", "container", "landlock"], run.told())
    tap.check("auto is the sandbox, whose controls are told", got["mode"] == "sandbox" and mode(run, "sandbox")["controls"] == got["controls"], run.told())
    run = place.hwb("doctor", "-p", "/nonexistent/python")
    tap.check("doctor without an interpreter says so and ends with 2", run.code == 2 and "/nonexistent/python" in run.out, run.told())
    os.mkdir(place.top + "/open")
    os.chmod(place.top + "/open", 0o777)
    run = place.hwb("doctor", env={"HWB_CACHE_DIR": place.top + "/open"})
    tap.check("doctor finds a cache that others can write", run.code == 5 and "chmod" in run.out, run.told())
    tap.run("and a build refuses it", place.build("--no-index", project(), env={"HWB_CACHE_DIR": place.top + "/open"}), 2, place.top + "/open")
    for words in (["--isolation", "container"],):
        run = place.hwb("doctor", *words, "--json", env={"PATH": "/nonexistent"})
        tap.check("a mode that does not work here is exit 5 when it is named: %s" % words[1], run.code == 5 and run.json()["ok"] is False
                  and run.json()["mode"] == words[1] and run.json()["controls"] == [], run.told())
        tap.check("and the other one still has its trial", mode(run, "sandbox")["outcome"] == "ok", run.told())
    run = place.hwb("doctor", "-p", Setting.python, env={"HWB_ISOLATION": "landlock"})
    works = mode(place.hwb("doctor", "--json"), "landlock")["outcome"] == "ok"      # Linux 6.12 or newer
    tap.run("the configuration names a mode as well", run, 0 if works else 5, "hwb %s build here (isolation: landlock)" % ("can" if works else "cannot"))


def schema(tap):
    """doctor --json follows data/doctor.schema.json"""
    if not Setting.venv:
        raise Skip("no venv with jsonschema")
    place = Place()
    good = place.hwb("doctor", "-p", Setting.python, "--json")
    bad = place.hwb("doctor", "--isolation", "container", "--json", env={"PATH": "/nonexistent"})
    for sentence, run in (("of a system that can build", good), ("of one that cannot", bad)):
        said = follows_schema(run.out)
        tap.check("the answer %s follows the schema" % sentence, said.returncode == 0, said.stderr[-500:], run.told())
    for name in good.json():
        cut = good.json()
        del cut[name]
        tap.check("the schema wants '%s'" % name, follows_schema(json.dumps(cut)).returncode == 1)
    other = good.json()
    other["modes"][0]["outcome"] = "perhaps"
    tap.check("the schema knows the outcomes", follows_schema(json.dumps(other)).returncode == 1)


def engines(tap):
    """hwb doctor and the engines of containers"""
    place = Place()

    def ask(fake, *words, env=None):
        return place.hwb("doctor", "--isolation", "container", "--json", *words, env={"PATH": fake.folder if fake else "/nonexistent", **(env or {})})

    def told(sentence, run, text, help_text):
        row = mode(run, "container")
        tap.check(sentence, run.code == 5 and row["outcome"] == "missing" and text in row["text"] and help_text in row["help"], run.told())
    told("no engine", ask(None), "podman: not on PATH; docker: not on PATH", "install podman")
    told("an engine, no image named", ask(Fake()), "docker' works", "--image")
    told("an image that is not here", ask(Fake(has_image=False), "--image", "demo:1"), "no image 'demo:1' here", "--pull")
    told("an engine that cannot run it", ask(Fake(), "--image", "demo:1"), "boom: no container today", "engine's own")
    told("an image that is named in the configuration", ask(Fake(), env={"HWB_IMAGE": "demo:2"}), "boom: no container today", "engine's own")
    fake = Fake()
    ask(fake, "--image", "demo:1")
    tap.check("its trial is a run like that of a build", [w for w in fake.notes("run")[0]["words"] if w in ("--rm", "--network=none", "--read-only")]
              == ["--rm", "--network=none", "--read-only"], fake.notes("run"))
    tap.check("nothing is left of it", os.listdir(place.cache + "/run") == [], os.listdir(place.cache + "/run"))
    hanging = Fake(run="    import time; time.sleep(600)")
    told("an engine that hangs is given up", ask(hanging, "--image", "demo:1", env={"HWB_LIMIT_WALL": "1s"}), "", "")
    for word, help_text in (("exec: \"newuidmap\": executable file not found in $PATH", "uidmap"),
                            ("no subuid ranges found for user \"me\" in /etc/subuid", "--add-subuids"),
                            ("potentially insufficient UIDs or GIDs available in user namespace", "podman system migrate")):
        told("what podman says: " + help_text, ask(Fake(name="podman", run="    sys.exit(%r)" % word), "--image", "demo:1"), word, help_text)
    down = Fake()
    support.write(down.folder, {"docker": "#!/bin/sh\necho 'Cannot connect to the Docker daemon. Is the docker daemon running?'\nexit 1\n"})
    told("a daemon that is not there", ask(down), "Is the docker daemon running", "systemctl start docker")
    run = place.hwb("doctor", "-p", Setting.python, "--json", env={"PATH": down.folder})
    tap.check("nobody who builds in the sandbox needs one", run.code == 0 and mode(run, "container")["outcome"] == "missing", run.told())


def in_podman(tap):
    """hwb doctor with an engine that works"""
    with open(os.path.join(os.path.dirname(Setting.hwb), "hwb-sandbox"), "rb") as program:
        if b"libasan" in program.read():
            raise Skip("hwb-sandbox of a sanitized build needs libraries that the image has not")
    world = podman()
    run = Place().hwb("doctor", "--isolation", "container", "--image", IMAGE, "-p", "/usr/bin/python3", "--json", env=world.env)
    row = mode(run, "container")
    tap.check("the trial in an image ends well", run.code == 0 and row["outcome"] == "ok" and IMAGE in row["text"], run.told())
    tap.check("its controls are those of the container", run.json()["controls"] == row["controls"] and "seccomp" in row["controls"], run.told())
    tap.check("the interpreter is the image's", check(run, "python")["outcome"] == "ok", run.told())
    close_podman(tap)


# Another root directory with the same system in it.
TREE = """root=$HOME/root
mkdir -p $root
mount -t tmpfs none $root
%s
for part in /*; do
    if [ -L $part ]; then cp -P $part $tree/; elif [ -d $part ]; then mkdir $tree$part; mount --rbind $part $tree$part; fi
done"""
CHROOT = "exec chroot $tree %(hwb)s \"$@\""
SURROUNDINGS = (
    ("user namespaces that are limited to 0", lambda: unshared("--user --map-root-user", "echo 0 >/proc/sys/user/max_user_namespaces"),
     "user.max_user_namespaces=0", "user.max_user_namespaces is 0", "sysctl -w user.max_user_namespaces="),
    ("a chroot", lambda: unshared("--mount", TREE % "tree=$root/new; mkdir $tree", CHROOT), "a chroot", "this is a chroot", "pivot_root"),
    ("a chroot into a mount, beside its pid 1", lambda: unshared("--mount --pid --fork --mount-proc", TREE % "tree=$root", CHROOT.replace("exec ", "")),
     "a chroot", "this is a chroot", "pivot_root"),
    ("a masked /proc", lambda: unshared("--mount", "mount --bind /dev/null /proc/interrupts"),
     "a masked /proc", "parts of /proc are masked", "systempaths=unconfined"),
    ("a seccomp filter that hides clone3", lambda: behind("", "exec %s %s ENOSYS %%(hwb)s \"$@\"" % (sys.executable, FILTER)),
     "a seccomp filter", "a seccomp filter around hwb hides clone3", "seccomp=unconfined"),
    ("a seccomp filter that refuses clone3", lambda: behind("", "exec %s %s EPERM %%(hwb)s \"$@\"" % (sys.executable, FILTER)),
     "a seccomp filter", "a seccomp filter around hwb may refuse it", "seccomp=unconfined"),
    ("podman's default container", lambda: unshared("--mount", "mount -t tmpfs none /run\n: >/run/.containerenv\nmount --bind /dev/null /proc/interrupts",
                                                    "exec %s %s ENOSYS %%(hwb)s \"$@\"" % (sys.executable, FILTER)),
     "a podman container", "a seccomp filter around hwb hides clone3", "podman run --security-opt seccomp=unconfined --security-opt unmask=ALL"),
)


def surroundings(tap):
    """hwb doctor where nothing can be isolated"""
    for sentence, make, around, why, remedy in SURROUNDINGS:
        place = make()
        run = place.hwb("doctor", "--json")
        row = mode(run, "sandbox") if run.out.startswith("{") else {"text": "", "help": ""}
        tap.check("%s: exit 5 with the reason and the remedy" % sentence, run.code == 5 and why in row["text"] and remedy in row["help"], run.told())
        tap.check("%s: it is recognised" % sentence, run.out.startswith("{") and around in check(run, "surroundings")["text"], run.told())
        tap.run("%s: a build says the same" % sentence, place.build("--no-index", "--wheel", project()), 5, why, remedy)
    run = Place().hwb("doctor", "--json")
    found = check(run, "surroundings")["text"]
    tap.check("nothing of that is seen where it is not", not any(around in found for _, _, around, _, _ in SURROUNDINGS[:-1]), run.told())


def ranges(tap):
    """hwb doctor and the ids of rootless podman"""
    user = ordinary_user()
    folder = support.write(support.fresh("engines"), {"podman": "#!/bin/sh\n", "docker": "#!/bin/sh\n"})  # each lists no container
    for path in (folder, folder + "/podman", folder + "/docker"):
        os.chmod(path, 0o755)

    def ask(place, name):
        return place.hwb("doctor", "-p", "/usr/bin/python3", "--json", env={"PATH": folder + ":/usr/bin:/bin", "HWB_CONTAINER_ENGINE": name})
    for owner, outcome in (("somebody-else", "weaker"), (user, "ok")):
        place = unshared("--mount", "mount --bind $HOME/ranges /etc/subuid\nmount --bind $HOME/ranges /etc/subgid",
                         "exec setpriv --reuid %s --regid nogroup --clear-groups %%(hwb)s \"$@\"" % user)
        support.write(place.home, {"ranges": "%s:100000:65536\n" % owner})
        subprocess.run(["chown", "-R", user, place.top], check=True)
        run = ask(place, "podman")
        rows = [check(run, name) for name in ("subuid", "subgid")]
        tap.check("a range of %s is %s" % (owner, outcome), run.code == 0 and all(r["outcome"] == outcome for r in rows)
                  and all(("--add-subuids" in r["help"]) == (outcome == "weaker") for r in rows), run.told())
    tap.check("docker needs none", check(ask(place, "docker"), "subuid")["outcome"] is None)
    tap.check("root needs none", check(ask(Place(), "podman"), "subuid")["outcome"] is None)


def profile(tap):
    """the AppArmor profile"""
    parser = shutil.which("apparmor_parser", path="/usr/sbin:/sbin:/usr/bin")
    if not parser:
        raise Skip("apparmor_parser is not installed (apparmor)")
    version = subprocess.run([parser, "--version"], capture_output=True, text=True).stdout.split("version ")[1].split()[0]
    text = open(PROFILE).read()
    sentence = "AppArmor %s takes the profile" % version
    if int(version.split(".")[0]) < 4:  # knows neither this ABI nor this rule
        sentence += ", but for the two lines that are newer than it"
        text = "".join(line for line in text.splitlines(True) if line.strip() not in ("abi <abi/4.0>,", "userns,"))
        tap.check("the two lines are in the profile", text.count("\n") == open(PROFILE).read().count("\n") - 2)
    said = subprocess.run([parser, "-Q", "-K"], input=text, capture_output=True, text=True)
    tap.check(sentence, said.returncode == 0, said.stderr)
    broken = subprocess.run([parser, "-Q", "-K"], input=text.replace("flags=", "flag="), capture_output=True, text=True)
    tap.check("and not a broken one", broken.returncode != 0)


SHA = "0123456789abcdef0123456789abcdef01234567"
GOOD = """on:
  release:
    types: [published]
permissions: {}
jobs:
  build:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@%(sha)s # v4
      - run: python -m build
  publish:
    needs: build
    environment: pypi
    permissions:
      id-token: write
    steps:
      - uses: actions/download-artifact@%(sha)s
      - uses: pypa/gh-action-pypi-publish@%(sha)s
""" % {"sha": SHA}
CHECKS = ["trusted-publisher", "environment", "id-token", "pull-requests", "permissions", "action-pins", "token-variables", "pypirc", "lock", "two-factor"]


def outcomes(run):
    return {row["name"]: row["outcome"] for row in run.json()["publish"]}


def publishing(tap):
    """hwb doctor --publish"""
    place = Place()
    folder = support.write(support.fresh("publishing"), {".github/workflows/release.yml": GOOD, "pylock.build.toml": ""})
    release = os.path.join(folder, ".github", "workflows", "release.yml")
    run = place.hwb("doctor", "--publish", "--json", cwd=folder)
    tap.check("a project that does it all passes, but for what no file tells", run.code == 0 and list(outcomes(run)) == CHECKS
              and [n for n, o in outcomes(run).items() if o != "pass"] == ["two-factor"] and outcomes(run)["two-factor"] == "unknown", run.told())
    rows = [  # what is changed, the check that fails, a word of it
        (("pypi-publish@" + SHA, "pypi-publish@release/v1"), "action-pins", "release.yml:20"), (("checkout@" + SHA, "checkout@0123456"), "action-pins", "checkout@0123456"),
        (("permissions: {}", "permissions: write-all"), "permissions", "write-all"), (("permissions: {}\n", ""), "", ""),
        (("permissions: {}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    permissions:\n      contents: read\n", "jobs:\n  build:\n"), "permissions", "'build'"),
        (("  release:\n    types: [published]", "  pull_request_target:"), "pull-requests", "'publish'"),
        (("contents: read", "id-token: write"), "id-token", "'build'"), (("      - uses: actions/download", "      - run: python -m build\n      - uses: actions/download"), "id-token", "other code"),
        (("    environment: pypi\n", ""), "environment", "'publish'"), (("      id-token: write", "      contents: read"), "trusted-publisher", "identity"),
        (("pypi-publish@" + SHA, "pypi-publish@" + SHA + "\n        with:\n          password: ${{ secrets.T }}"), "trusted-publisher", "a token"),
    ]
    for (old, new), name, word in rows:
        open(release, "w").write(GOOD.replace(old, new))
        run = place.hwb("doctor", "--publish", "--json", cwd=folder)
        got = outcomes(run)
        failed = [n for n, o in got.items() if o == "fail"]
        tap.check("%s fails with exit 1: %r" % (name or "nothing", new[:40]), old in GOOD and (name in failed if name else not failed) and run.code == (1 if name else 0) and word in run.out, run.told())
    own = GOOD.replace("uses: pypa/gh-action-pypi-publish@" + SHA, "run: hwb publish --trusted-publisher=always dist/*")
    for what, text, want in (("hwb publish", own, []), ("... with a token", own + "        env:\n          HWB_PUBLISH_TOKEN: ${{ secrets.T }}\n", ["trusted-publisher"]),
                             ("... without the right to an identity", own.replace("id-token: write", "contents: read"), ["trusted-publisher"]),
                             ("... beside a build", own.replace("run: hwb", "run: hwb build . && hwb"), ["id-token"])):
        open(release, "w").write(text)
        run = place.hwb("doctor", "--publish", "--json", cwd=folder)
        tap.check("a step of %s is known to publish: %s" % (what, want or "all pass"), text != GOOD and [n for n, o in outcomes(run).items() if o == "fail"] == want
                  and "no workflow is known" not in run.out, run.told())
    open(release, "w").write(GOOD)
    support.write(folder, {".gitlab-ci.yml": "build:\n  script: [make]\n"})
    run = place.hwb("doctor", "--publish", "--json", cwd=folder)
    tap.check("a pipeline of GitLab is not read, so that nothing of it passes, beside good workflows too", {outcomes(run)[n] for n in CHECKS[:6]} == {"unknown"} and ".gitlab-ci.yml" in run.out, run.told())
    os.remove(folder + "/.gitlab-ci.yml")
    for what, text in (("a form that is not read", GOOD.replace("on:", "on: &x")), ("no text", "\xff\xfe"), ("steps in brackets", GOOD + "  more:\n    steps: [{uses: a/b@v1}]\n")):
        open(release, "w", encoding="latin-1").write(text)
        got = outcomes(place.hwb("doctor", "--publish", "--json", cwd=folder))
        tap.check("%s is unknown, in all that depends on it" % what, {got[n] for n in CHECKS[:6]} <= {"unknown", "fail"} and "pass" not in [got[n] for n in CHECKS[:6]], got)
    os.remove(release)
    os.mkfifo(release)
    got = outcomes(place.hwb("doctor", "--publish", "--json", cwd=folder))
    tap.check("a pipe is not waited for", got["action-pins"] == "unknown", got)
    empty = support.fresh("empty")
    run = place.hwb("doctor", "--publish=" + empty, "--json")
    tap.check("without workflows nothing of them is known, and the lock is missed", run.code == 1 and {outcomes(run)[n] for n in CHECKS[:6]} == {"unknown"}
              and outcomes(run)["lock"] == "fail", run.told())
    said = [row["help"] for row in run.json()["publish"] if row["name"] == "lock"][0]
    tap.check("with a lock for the Python that builds, which may be another than that here", "--python-version" in said and "3.12" in said, said)
    run = place.hwb("doctor", "--publish=/nonexistent", "--json")
    tap.check("a project that is not there is unknown", outcomes(run)["project"] == outcomes(run)["lock"] == "unknown", run.told())
    env = {"TWINE_PASSWORD": "hunter2-hunter2", "GITHUB_TOKEN": "gh-abcdefghi", "PYPI_ID_TOKEN": "abc.def.ghi", "TOKEN_FILE": "/some/path/x", "MY_TOKEN_LIFETIME": "86400000"}
    run = place.hwb("doctor", "--publish=" + empty, env=env)
    tap.run("variables that look like a token are named, their values are not", run, 1, "fail     token-variables    TWINE_PASSWORD:", absent=["hunter2", "GITHUB_TOKEN", "PYPI_ID_TOKEN", "TOKEN_FILE", "LIFETIME"])
    for text, want in (("[pypi]\nusername = __token__\npassword = hunter2hunter2\n", "fail"), ("[pypi]\nusername = me\n", "pass"), ("no section\n", "unknown")):
        support.write(place.home, {".pypirc": text})
        run = place.hwb("doctor", "--publish=" + empty, "--json")
        tap.check("a .pypirc %r: %s, and no password is shown" % (text[:10], want), outcomes(run)["pypirc"] == want and "hunter2" not in run.text, run.told())
    said = follows_schema(run.out) if Setting.venv else None
    if said:
        tap.check("doctor --publish --json follows the schema", said.returncode == 0, said.stderr[-500:])


def liars(tap):
    """a reader of workflows that was taken over and answers nonsense is no pass"""
    import forged
    from scenario_audit import NONSENSE
    folder = support.write(support.fresh("publishing"), {".github/workflows/release.yml": GOOD})
    for what, lie in NONSENSE:
        place = forged.Liars("hwb-parse", forged.LIAR, lie, "workflow-facts").place()
        run = place.hwb("doctor", "--publish=" + folder, "--json")
        got = outcomes(run)
        tap.check("%s is unknown" % what, {got[n] for n in CHECKS[:6]} == {"unknown"}, run.told())


TESTS = [here, publishing, liars, schema, engines, in_podman, surroundings, ranges, profile]
