"""What the report says of what a build did: programs, refused calls, attempts at the network, what was left running."""
import json
import os

from support import Place, ordinary_user, project
import support

HOOK = "def build_wheel(folder, settings=None, metadata=None):\n"
BUSY = HOOK + """    import ctypes, os, socket, subprocess
    secret = os.environ.get("GIVEN", "")
    subprocess.call(["sh", "-c", "true; uname -s; exec uname -r"])
    subprocess.call(["sh", "-c", "true", "tok-" + secret])
    try:
        subprocess.call(["curl-that-is-not-there"])
    except OSError:
        pass
    for name in ("wanted.example", "wanted.example", "other.example"):
        try:
            socket.getaddrinfo(name, 443)
        except OSError as error:
            print("name:", error)
    for address in (("203.0.113.9", 8443), ("127.0.0.1", 9)):
        with socket.socket() as s:
            try:
                s.connect(address)
            except OSError as error:
                print("connect:", error)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.sendto(b"x", ("203.0.113.10", 53))
        except OSError as error:
            print("send:", error)
    with socket.socket(socket.AF_UNIX) as s:
        try:
            s.connect("/var/run/docker.sock")
        except OSError as error:
            print("local:", error)
    libc = ctypes.CDLL(None, use_errno=True)
    for _ in range(5):
        print("ptrace", libc.syscall(ctypes.c_long(101), 16, 1, 0, 0), ctypes.get_errno())
    print("io_uring", libc.syscall(ctypes.c_long(425), 1, 0), ctypes.get_errno())
    os.symlink("/proc/self", "/tmp/me")
    os.symlink("/bin/true", "/tmp/hidden")
    held = os.open("/bin/true", os.O_RDONLY)
    for number, path in enumerate(("/proc/self/fd/%d" % held, "/tmp/me/fd/%d" % held, "/tmp/hidden")):
        pid = os.fork()
        if pid == 0:
            os.execv(path, ["hidden", str(number)])
        os.waitpid(pid, 0)
    subprocess.Popen(["sleep", "600"])
    return wheel(folder)
"""


def programs_of(report):
    return {tuple(p["arguments"]): p["times"] for p in report["activity"]["programs"]}


def what_a_build_did(tap):
    """the activity of a build"""
    for user in (None, "ordinary"):
        if user and not support.IS_ROOT:
            continue
        place, source = Place(ordinary_user() if user else None), project(BUSY)
        os.chmod(source, 0o755)
        run = place.build("--no-index", "--wheel", "--json", "--env", "GIVEN=sesame-4711-sesame", source, env={"MY_TOKEN": "sesame-4711-sesame"})
        who = "as %s: " % (user or "this user")
        if not tap.check(who + "the busy build succeeds", run.code == 0, run.told()):
            continue
        report = run.json()
        seen = report["activity"]
        started = programs_of(report)
        tap.check(who + "programs are there with their arguments, as often as they ran", seen["recorded"] and started.get(("uname", "-s")) == 1 and
                  started.get(("uname", "-r")) == 1, started)
        tap.check(who + "a program that is not there is not listed", not any("curl" in w for words in started for w in words), started)
        tap.check(who + "nothing hides behind /proc/self or a link", {("hidden", str(n)) for n in range(3)} <= set(started), started)
        tap.check(who + "secrets in arguments are redacted", "sesame-4711" not in run.text and any(words[-1] == "tok-[REDACTED:known]" for words in started), started)
        calls = {c["name"]: c["times"] for c in seen["refused_calls"]}
        tap.check(who + "refused calls are counted by name", calls.get("ptrace") == 5 and calls.get("io_uring_setup") == 1, calls)
        lines = open(support.glob.glob(place.hwb_home + "/logs/build-*.log")[0]).read()
        tap.check(who + "and get the same answers as ever: EPERM, ENOSYS", lines.count("ptrace -1 1\n") == 5 and "io_uring -1 38" in lines, lines)
        tries = {(n["way"], n["host"], n["port"]): n["times"] for n in report["network"]}
        tap.check(who + "names that were asked for", tries.get(("dns", "wanted.example", 0)) == 2 and tries.get(("dns", "other.example", 0)) == 1, tries)
        tap.check(who + "addresses, by TCP and UDP, and a socket of the host", tries.get(("connect", "203.0.113.9", 8443)) == 1 and
                  tries.get(("connect", "203.0.113.10", 53)) == 1 and tries.get(("connect", "unix:/var/run/docker.sock", 0)) == 1, tries)
        tap.check(who + "the loopback of the inside is nobody's business", not any(n[1].startswith("127.") for n in tries), tries)
        tap.check(who + "all were denied", all(n["verdict"] == "denied" for n in report["network"]), report["network"])
        tap.check(who + "what was left running is named", seen["processes_left"] == 1 and seen["processes_left_names"] == ["sleep"], seen)
        tap.check(who + "memory and disk were measured", seen["peak_memory"] > 1 << 20 and seen["disk_bytes"] >= 4096 and seen["log_bytes"] > 100, seen)
        events = [e for e in place.log() if e["event"] == "network.attempt"]
        tap.check(who + "each attempt is an event of the log", {(e["way"], e["host"]) for e in events} == {(w, h) for w, h, _ in tries}, events)
        done = [e for e in place.log() if e["event"] == "sandbox.finished"][-1]
        tap.check(who + "and the sums are in sandbox.finished", done["recorded"] and done["processes_left"] == 1 and "/usr/bin/uname" in done["programs"], done)
        tap.check(who + "a person reads it on the terminal", all(w in run.err for w in ("tried to reach wanted.example", "203.0.113.9:8443", "uname 2", "ptrace 5")), run.err)


CUT = HOOK + """    import os, shutil, subprocess
    secret = os.environ["GIVEN"]
    folder = "/tmp/" + "b/" * 480
    os.makedirs(folder)
    for left in (1, 9, len(secret) - 1): # so many of its bytes are kept
        subprocess.call(["sh", "-c", ":", "a" * (4096 - len("sh-c:") - left) + secret])
        path = folder + "c" * (1024 - len(folder) - left) + secret
        shutil.copy("/bin/true", path)
        subprocess.call(["true"], executable=path)
    for left in (1, 9, 15):
        program = "/tmp/" + "d" * (15 - left) + secret
        shutil.copy("/bin/sleep", program)
        subprocess.Popen([program, "600"])
    raise ValueError("y" * %d + secret)
"""


def cut_texts(tap):
    """a secret that is cut where a text has its end"""
    secret = "topsecret-4711-abcdef-0123456789"
    for size in (1960, 1990, 2040):
        place = Place()
        run = place.build("--no-index", "--wheel", "--json", "--env", "MY_TOKEN=" + secret, "--env", "GIVEN=" + secret, project(CUT % size))
        seen = run.json()["activity"]
        tap.check("%d: the texts were cut" % size, run.code == 1 and "yyy[REDACTED:known]" in run.err and any(p["arguments_cut"] for p in seen["programs"]) and
                  len(seen["processes_left_names"]) == 3 and any(len(p["path"]) > 980 for p in seen["programs"]), run.told())
        everything = run.text + place.kept_text().decode("utf-8", "replace")
        shown = [everything[max(0, at - 20):at + 40] for at in range(len(everything)) if everything.startswith(secret[:9], at)]
        tap.check("%d: nothing of it is left anywhere" % size, not shown and secret[:9] not in run.text, shown[:5])
        ends = [p["arguments"][-1] for p in seen["programs"] if p["arguments_cut"]] + [p["path"] for p in seen["programs"] if len(p["path"]) > 980]
        ends = [text.replace("[REDACTED:known]", "***")[-4:] for text in ends + seen["processes_left_names"]]
        tap.check("%d: not even one byte" % size, sorted(ends) == ["***"] + ["a***"] * 3 + ["c***"] * 3 + ["d***"] * 2, ends)


def a_quiet_build(tap):
    """a build that does nothing of note"""
    run = Place().build("--no-index", "--wheel", "--json", project())
    seen = run.json()["activity"]
    tap.check("has an empty record, which is not the same as none", run.code == 0 and seen["recorded"] and seen["programs"] == [] and
              seen["refused_calls"] == [] and seen["processes_left"] == 0 and run.json()["network"] == [], seen)
    tap.check("and no word about it", "started" not in run.err and "tried" not in run.err, run.err)


def a_build_that_wants_the_network(tap):
    """a build that fails for want of a network"""
    place = Place()
    code = HOOK + "    import urllib.request\n    urllib.request.urlopen('https://files.wanted.example/x')\n"
    run = place.build("--no-index", "--wheel", project(code))
    tap.run("names the host it asked for and the flag that allows it", run, 1, "files.wanted.example", "--allow-host")
    flood = HOOK + "    import socket\n    for i in range(1500):\n        try:\n            socket.getaddrinfo('n%d.example' % i, 1)\n        except OSError:\n            pass\n    return wheel(folder)\n"
    run = place.build("--no-index", "--wheel", "--json", project(flood))
    report = run.json()
    tap.check("a flood of attempts is listed up to a bound and counted beyond", run.code == 0 and len(report["network"]) == 1000 and
              report["network_not_listed"] == 500, len(report["network"]), report.get("network_not_listed"))


def many_programs(tap):
    """a flood of programs"""
    code = HOOK + "    import os\n    for i in range(1200):\n        pid = os.fork()\n        if pid == 0:\n            os.execv('/bin/true', ['true', str(i)])\n        os.waitpid(pid, 0)\n    return wheel(folder)\n"
    report = Place().build("--no-index", "--wheel", "--json", project(code)).json()
    seen = report["activity"]
    tap.check("is listed up to a bound and counted beyond", seen["programs_started"] == 1200 and len(seen["programs"]) == 1000 and seen["programs_not_listed"] == 200, seen["programs_started"], len(seen["programs"]))
    long = HOOK + "    import subprocess\n    subprocess.call(['/bin/true'] + ['a' * 3000] * 3)\n    subprocess.call(['/bin/true'] + ['b'] * 100)\n    return wheel(folder)\n"
    seen = Place().build("--no-index", "--wheel", "--json", project(long)).json()["activity"]["programs"]
    tap.check("long arguments are cut, and that is said", len(seen) == 2 and all(p["arguments_cut"] for p in seen) and
              sum(map(len, seen[0]["arguments"])) <= 4096 and len(seen[1]["arguments"]) == 64, json.dumps(seen)[:500])


HIDING = HOOK + """    import os, shutil, socket
    def run(path, word):
        pid = os.fork()
        if pid == 0:
            os.execv(path, [word])
        os.waitpid(pid, 0)
    os.makedirs("/tmp/a/b/c")
    shutil.copy("/bin/true", "/tmp/a/evil")
    os.chdir("/tmp/a/b")
    run("../evil", "climbing")
    run("c/../../evil", "climbing again")
    os.chdir("/tmp/a")
    run("/bin/../../proc/self/cwd/evil", "behind bin")
    held = os.open("/tmp/a", os.O_RDONLY)
    os.set_inheritable(held, True)
    run("/sbin/../../dev/fd/%d/evil" % held, "behind sbin")
    deep = "/tmp/a"
    while len(deep) < 1100:
        deep += "/" + "d" * 200
        os.mkdir(deep)
    shutil.copy("/bin/true", deep + "/evil")
    run(deep + "/evil", "far down")
    for _ in range(1100):
        run("/bin/true", "again")
    run("/bin/true", "the one behind them")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for address in [("203.0.113.1", 53)] * 1100 + [("203.0.113.99", 53)]:
            try:
                s.sendto(b"x", address)
            except OSError:
                pass
        for count, questions in ((1, b"\\4evil\\7example\\0\\0\\x1c\\0\\1"), (2, b"\\1a\\0\\0\\1\\0\\1\\10and more\\0\\0\\1\\0\\1")):
            s.sendto(bytes([0, 1, 1, 0, 0, count, 0, 0, 0, 0, 0, 0]) + questions, ("127.0.0.1", 53))
            s.recv(512)
    return wheel(folder)
"""


def nothing_hides(tap):
    """what a build does to hide what it does"""
    run = Place().build("--no-index", "--wheel", "--json", project(HIDING))
    report = run.json()
    started = programs_of(report)
    tap.check("the build succeeds", run.code == 0, run.told())
    words = ("climbing", "climbing again", "behind bin", "behind sbin", "far down", "the one behind them")
    tap.check("paths that climb, lead through /proc or are too long are listed", all(started.get((word,)) == 1 for word in words), started)
    tap.check("a flood of one program is counted, and hides no other", started.get(("again",)) == 1100 and report["activity"]["programs_not_listed"] == 0, started)
    tries = {(n["way"], n["host"], n["port"]): n["times"] for n in report["network"]}
    tap.check("so with addresses", tries.get(("connect", "203.0.113.1", 53)) == 1100 and tries.get(("connect", "203.0.113.99", 53)) == 1, tries)
    tap.check("a name is told whatever kind of address is wanted", tries.get(("dns", "evil.example", 0)) == 1, tries)
    tap.check("every name of a question is told, and none is a sentence", ("dns", "a", 0) in tries and ("dns", "and\\032more", 0) in tries, tries)


TESTS = [nothing_hides, what_a_build_did, cut_texts, a_quiet_build, a_build_that_wants_the_network, many_programs]
