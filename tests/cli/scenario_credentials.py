"""Passwords of indexes: the sealed store of `hwb credential`, and the program keyring."""
import ctypes
import os
import pty
import re
import select
import stat
import subprocess
import time

import support
from scenario_index import build, nowhere, stock
from support import Index, Place, Skip, fresh, write

PHRASE, SECRET = "correct-horse-battery-4711", "secret"     # the fake index knows user:secret only
SAID = {"HWB_CREDENTIAL_PASSPHRASE": PHRASE}


def credential(place, *words, env=None, stdin=""):
    done = subprocess.run([place.program, "credential", *words], env=place.env(env), input=stdin.encode(), capture_output=True, timeout=support.HANG, cwd=place.home,
                          start_new_session=True)
    return support.Run(["credential", *words], done.returncode, done.stdout, done.stderr)


def store(place):
    return os.path.join(place.hwb_home, "credentials")


def sealed(tap):
    """the store, from its first credential to its last"""
    with Index(stock()) as index:
        place, url = Place(), index.url("auth")
        place_words = ["--index", "corp=" + url]
        run = credential(place, "add", "corp", "-u", "user", *place_words, env=SAID, stdin=SECRET + "\n")
        tap.run("a password from standard input is stored", run, 0, "http://127.0.0.1:%d" % index.port)
        tap.check("in a file of the user's alone", stat.S_IMODE(os.stat(store(place)).st_mode) == 0o600, oct(os.stat(store(place)).st_mode))
        text = open(store(place), "rb").read()
        tap.check("that does not show it", SECRET.encode() not in text and PHRASE.encode() not in text and b"corp" in text, text)
        run = credential(place, "list")
        tap.check("list names index, host and user, and needs no passphrase", run.code == 0 and run.out == "corp http://127.0.0.1:%d user\n" % index.port, run.told())
        words = ["--index-url", index.url(), *place_words, "--index-package", "alpha=corp", "--index-package", "beta=corp"]
        run, _ = build(["alpha"], *words, place=place, env=SAID)
        tap.check("a build opens the index with it", run.got == "alpha-1.0 beta-2.0", run.told())
        nowhere(tap, "from the store", run, place, "user:" + SECRET, "dXNlcjpzZWNyZXQ=", PHRASE)
        heard = {(s["path"].split("/")[1], s.get("authorization")) for s in index.ask("seen")}
        tap.check("and it went to that host", ("auth", "Basic dXNlcjpzZWNyZXQ=") in heard, heard)
        events = [e["event"] for e in place.log()]
        tap.check("the log has that it was stored and used", "credential.stored" in events and "credential.used" in events, events)
        index.ask("reset")
        run, _ = build(["alpha"], *words, place=Place(), env={"HWB_HOME": place.hwb_home})
        tap.run("without the passphrase the build ends, and says how to give it", run, 2, "corp", "HWB_CREDENTIAL_PASSPHRASE", "keyctl")
        run, _ = build(["alpha"], *words, place=Place(), env={"HWB_HOME": place.hwb_home, "HWB_CREDENTIAL_PASSPHRASE": "wrong-" + PHRASE})
        tap.run("with a wrong one too", run, 2, "not that passphrase", absent=(PHRASE,))
        tap.check("and nobody was asked", not any("auth" in p for p in index.ask("count")), index.ask("count"))
        run, _ = build(["beta"], "--index-url", "http://localhost:%d/simple/" % index.port, place=Place(), env={"HWB_HOME": place.hwb_home})
        tap.check("an index of another host asks for no passphrase", run.got == "beta-2.0", run.told())
        run, _ = build(["beta"], *words, "--offline", place=place)
        tap.check("nor does what is in the cache", run.got == "beta-2.0", run.told())
        for change in (lambda b: b[:-1] + bytes([b[-1] ^ 1]), lambda b: b.replace(b"user", b"uzer"), lambda b: b[:40]):
            other = Place()
            write(other.hwb_home, {"credentials": change(text)})
            os.chmod(other.hwb_home, 0o700), os.chmod(store(other), 0o600)
            run, _ = build(["alpha"], *words, place=other, env=SAID)
            tap.run("a store that was changed opens nothing", run, (2, 3, 10), "credential", absent=(SECRET + "\n",))
        os.chmod(store(place), 0o640)
        run, _ = build(["alpha"], *words, place=Place(), env={**SAID, "HWB_HOME": place.hwb_home})
        tap.run("a store that others can read is refused", run, 2, "yours alone", "chmod 600")
        os.chmod(store(place), 0o600)
        run = credential(place, "add", "second", "-u", "u2", "--index", "second=https://second.example/simple/", env={"HWB_CREDENTIAL_PASSPHRASE": "another"}, stdin="pw-second\n")
        tap.run("another passphrase adds nothing", run, 2, "not that passphrase", absent=("pw-second",))
        run = credential(place, "add", "second", "-u", "u2", "--index", "second=https://second.example/simple/", env=SAID, stdin="pw-second")
        tap.run("the right one adds a second", run, 0, absent=("pw-second",))
        run = credential(place, "add", "third", "-u", "u3", "--index", "third=https://second.example/other/", env=SAID, stdin="pw-third")
        tap.run("two credentials for one host are refused with the name of the first", run, 2, "'second'", "https://second.example:443")
        tap.run("one of two is removed with the passphrase", credential(place, "remove", "second", env={"HWB_CREDENTIAL_PASSPHRASE": "another"}), 2, "not that passphrase")
        tap.run("and no other", credential(place, "remove", "second", env=SAID), 0)
        tap.check("the first is still there", credential(place, "list").out.startswith("corp "), credential(place, "list").out)
        run, _ = build(["alpha"], *words, place=Place(), env={**SAID, "HWB_HOME": place.hwb_home})
        tap.check("and still opens the index", run.got == "alpha-1.0 beta-2.0", run.told())
        tap.run("the last one goes without", credential(place, "remove", "corp"), 0)
        tap.check("and takes the file along", not os.path.exists(store(place)))
        tap.run("what is not there cannot be removed", credential(place, "remove", "corp"), 2, "corp")


SLIPS = [  # words, standard input, words of the message
    (["add"], "x\n", ["the name of one index"]), ([], "", ["add NAME, list, remove NAME"]), (["list", "x"], "", ["no name"]), (["drop", "x"], "", ["one of"]),
    (["add", "corp"], "x\n", ["--username"]), (["add", "corp", "-u", "me"], "x\n", ["no index or registry 'corp'", "--index corp=URL"]), (["add", "a b", "-u", "me"], "x\n", ["takes a name"]),
    (["add", "corp", "-u", "me", "--index", "corp=https://a.example/"], "", ["empty"]), (["add", "corp", "-u", "me", "--index", "corp=https://a.example/"], "a\tb\n", ["control"]),
    (["add", "corp", "-u", "me", "--index", "corp=https://a.example/"], "x" * 9000, ["8192"]), (["add", "corp", "-u", "", "--index", "corp=https://a.example/"], "x\n", ["user"]),
    (["add", "corp", "-u", "me", "--index", "corp=https://me:pw-4711@a.example/"], "x\n", ["password"]), (["add", "corp", "--password", "pw-4711"], "", ["--password"]),
]


def slips(tap):
    """what the command refuses"""
    for words, stdin, want in SLIPS:
        place = Place()
        run = credential(place, *words, env=SAID, stdin=stdin)
        tap.run("%s is refused" % " ".join(words), run, 2, *want, absent=("pw-4711",))
        tap.check("and nothing is stored", not os.path.exists(store(place)))
    run = credential(Place(), "add", "corp", "-u", "me", "--index", "corp=https://a.example/", stdin="pw-4711\n")
    tap.run("without a terminal and without a passphrase nothing is stored", run, 2, "HWB_CREDENTIAL_PASSPHRASE", absent=("pw-4711",))


def terminal(tap):
    """a person who types"""
    place = Place()
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(place.home)
        os.execve(place.program, [place.program, "credential", "add", "corp", "-u", "me", "--index", "corp=https://a.example/"], place.env())
    seen, answers = b"", [(b"password: ", b"typed-password\n"), (b"once more: ", b"typed-password\n"), (b"passphrase of the credential store: ", b"typed-phrase\n"), (b"once more: ", b"typed-phrase\n")]
    deadline = time.monotonic() + support.HANG
    while time.monotonic() < deadline:
        try:
            part = os.read(fd, 4096) if select.select([fd], [], [], 1)[0] else None
        except OSError:
            break
        if part == b"":
            break
        seen += part or b""
        if answers and seen.endswith(answers[0][0]):
            os.write(fd, answers.pop(0)[1])
            seen += b"|"
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(fd)
    tap.check("a password and a passphrase are asked for twice each, and are not shown", code == 0 and not answers and b"typed" not in seen, code, seen)
    tap.run("the passphrase that was typed opens the store", credential(place, "add", "x", "-u", "me", "--index", "x=https://x.example/", env={"HWB_CREDENTIAL_PASSPHRASE": "typed-phrase"}, stdin="y\n"), 0)


def kernel_keyring(tap):
    """a passphrase that the kernel keeps"""
    libc = ctypes.CDLL(None, use_errno=True)
    add_key, keyctl = 248, 250     # x86-64
    if os.uname().machine != "x86_64":
        raise Skip("the numbers of the calls are those of x86-64")
    key = libc.syscall(add_key, b"user", b"hwb:credentials", PHRASE.encode(), len(PHRASE), -4)
    if key < 0:
        raise Skip("no keyring here: %s" % os.strerror(ctypes.get_errno()))
    try:
        with Index(stock()) as index:
            place = Place()
            words = ["--index-url", index.url("auth")]
            run = credential(place, "add", "DEFAULT", "-u", "user", *words, stdin=SECRET + "\n")
            tap.run("the store is made with the kernel's passphrase", run, 0)
            run, _ = build(["alpha"], *words, place=place)
            tap.check("and opened with it", run.got == "alpha-1.0 beta-2.0", run.told())
            nowhere(tap, "from the kernel", run, place, PHRASE, "user:" + SECRET)
    finally:
        libc.syscall(keyctl, 9, key, -4)     # KEYCTL_UNLINK


KEYRING = """#!/bin/sh
printf '%%s\\n' "$*" >>%(log)s/calls
env >>%(log)s/env
%(do)s
"""


def keyring(tap):
    """the program keyring"""
    with Index(stock()) as index:
        url = index.url("auth")
        def attempt(do, env=None, words=(), user="user"):
            place, log = Place(), fresh("keyring")
            folder = write(log, {"bin/keyring": KEYRING % {"log": log, "do": do}}) + "/bin"
            os.chmod(folder + "/keyring", 0o755)
            more = {"PATH": folder + ":/usr/bin:/bin", "HWB_INDEX_DEFAULT_USERNAME": user, "HWB_KEYRING_PROVIDER": "subprocess", "MY_TOKEN": "hidden-4711", "HWB_HOME": place.hwb_home}
            run, _ = build(["alpha"], "--index-url", url, *words, place=place, env={**more, **(env or {})})
            run.calls = open(log + "/calls").read().splitlines() if os.path.exists(log + "/calls") else []
            run.env = open(log + "/env").read() if os.path.exists(log + "/env") else ""
            return run, place
        run, place = attempt("echo secret")
        tap.check("its password opens the index", run.got == "alpha-1.0 beta-2.0", run.told())
        tap.check("it was asked once, by URL and user", run.calls == ["get %s user" % url], run.calls)
        tap.check("its environment has none of hwb's variables and no token", not re.search("HWB_|TOKEN", run.env) and "HOME=" in run.env, run.env)
        nowhere(tap, "from keyring", run, place, "user:secret", "dXNlcjpzZWNyZXQ=")
        run, _ = attempt("case $2 in http*) exit 1;; esac; echo secret")
        tap.check("it is asked by host when it knows no URL", run.got == "alpha-1.0 beta-2.0" and run.calls == ["get %s user" % url, "get 127.0.0.1 user"], run.calls, run.told())
        run, _ = attempt("exit 1")
        tap.run("a keyring that has none ends the build", run, 2, "HWB_INDEX_DEFAULT_PASSWORD", "keyring set")
        run, _ = attempt("printf 'a\\nb\\n'")
        tap.run("what is no password is refused", run, 2, "more than one line")
        run, _ = attempt("yes x | tr -d '\\n'")
        tap.run("so is one without an end", run, 2, "longer than")
        run, _ = attempt("echo", )
        tap.run("and an empty one", run, 2, "keyring set")
        run, _ = attempt("echo secret", env={"PATH": "/usr/bin:/bin"})
        tap.run("without the program it is said", run, 2, "no program 'keyring'")
        run, _ = attempt("echo secret", env={"HWB_KEYRING_PROVIDER": "disabled"})
        tap.check("disabled, it is not run", run.code == 2 and not run.calls, run.told(), run.calls)
        run, _ = attempt("echo wrong", env={"HWB_INDEX_DEFAULT_PASSWORD": "secret"})
        tap.check("nor where the password is known", run.got == "alpha-1.0 beta-2.0" and not run.calls, run.told(), run.calls)
        run, _ = attempt("echo secret", words=["--offline"])
        tap.check("nor offline", run.code == 3 and not run.calls, run.told(), run.calls)
        folder = stock()
        run, _ = attempt("echo secret", words=["--no-index", "-f", folder])
        tap.check("nor when no request leaves", run.got == "alpha-1.0 beta-2.0" and not run.calls, run.told(), run.calls)
        run, _ = attempt("echo secret", words=["--keyring-provider", "import"])
        tap.run("another provider is refused", run, 2, "disabled or subprocess")


TESTS = [sealed, slips, terminal, kernel_keyring, keyring]
