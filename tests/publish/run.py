"""hwb publish against registries: a fake one with PyPI's rules and every trouble, and real ones. TAP on stdout.

usage: run.py HWB [VENV] [--only WORD]; with a VENV that has twine and VENV/servers with pypiserver and devpi, they are used as well.
"""
import contextlib
import glob
import hashlib
import http.server
import json
import os
import random
import re
import resource
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
import urllib.parse
import urllib.request
import zipfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "server"), os.path.join(HERE, "..", "cli")]

import fake_pypi
from fake import Registry
from forged import LIAR, Liars
from https_world import Authority
from support import Place, Setting, Skip, Tap, begin, fresh, make_sdist, make_wheel, sha256, wait_for, write

TOKEN = fake_pypi.USER_TOKEN
METADATA = """Summary: A demo with \u00fcmlauts
Keywords: one, two
Home-page: https://a.example
Author: A. Nonymous
Author-email: a@a.example
License-Expression: MIT
Classifier: Programming Language :: Python :: 3
Classifier: Programming Language :: C
Platform: any
Requires-Dist: spam>1
Requires-Dist: eggs ; extra == 'x'
Provides-Extra: x
Project-URL: Source, https://b.example
Project-URL:  Docs ,https://c.example
Requires-Python: >=3.8
Description-Content-Type: text/markdown
Dynamic: Summary

# Demo

With "quotes", \u20ac and a last line.
"""


class User(Place):
    """A place with distributions, who publishes them."""

    def __init__(self, *projects, sdist=False):
        super().__init__()
        self.dist = os.path.join(self.home, "dist")
        os.mkdir(self.dist)
        for name, version in projects or [("spam", "1.0")]:
            make_wheel(self.dist, name, version)
            if sdist:
                make_sdist(self.dist, name, version)

    def files(self):
        return {os.path.basename(p): sha256(open(p, "rb").read()) for p in glob.glob(self.dist + "/*") if not p.endswith(".attestation")}

    def words(self, registry, *words, path="/legacy/", index="/simple/"):
        return ["publish", "--no-progress", "--color=never", "--repository-url", registry.base + path, "--check-url", registry.base + index, *words]

    def publish(self, registry, *words, token=TOKEN, env=None, **more):
        return self.hwb(*self.words(registry, *words, **more), env=dict({"HWB_PUBLISH_TOKEN": token}, **(env or {})))

    def events(self, name):
        return [e for e in self.log() if e["event"] == name]


def stored(registry):
    """{file: sha256} of what its index lists."""
    found = {}
    for project in registry.json("/simple/", headers={"Accept": fake_pypi.JSON_TYPE})["projects"]:
        for f in registry.json("/simple/%s/" % project["name"], headers={"Accept": fake_pypi.JSON_TYPE})["files"]:
            found[f["filename"]] = f["hashes"]["sha256"]
    return found


def traces(user):
    """Every byte that a run leaves in HWB_HOME and the cache."""
    text = b""
    for top in (user.hwb_home, user.cache):
        for folder, _, names in os.walk(top):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    text += f.read()
    return text


def simple(tap):
    """a wheel and an sdist, and the same again"""
    user = User(sdist=True)
    with Registry() as r:
        dry = user.publish(r, "--dry-run")
        tap.run("a dry run checks everything", dry, 0, "would publish 'dist/spam-1.0-py3-none-any.whl'")
        tap.check("and sends nothing", not r.seen("upload") and not stored(r) and not user.events("publish.started"), r.seen("upload"))
        run = user.publish(r)
        tap.run("the files of dist are published", run, 0, "published 'dist/spam-1.0-py3-none-any.whl'", "'spam' is new there", "all 2 files are at", absent=[TOKEN])
        tap.check("with their bytes", stored(r) == user.files(), stored(r), user.files())
        uploads = r.seen("upload")
        tap.check("wheels first", [u["file"] for u in uploads] == ["spam-1.0-py3-none-any.whl", "spam-1.0.tar.gz"], uploads)
        tap.check("with every field of a form", uploads[0]["fields"] == {
            ":action": ["file_upload"], "protocol_version": ["1"], "metadata_version": ["2.1"], "name": ["spam"], "version": ["1.0"],
            "filetype": ["bdist_wheel"], "pyversion": ["py3"], "sha256_digest": [user.files()["spam-1.0-py3-none-any.whl"]]}, uploads[0])
        tap.check("and of an sdist", uploads[1]["fields"]["filetype"] == ["sdist"] and uploads[1]["fields"]["pyversion"] == ["source"], uploads[1])
        headers = uploads[0]["headers"]
        tap.check("the file is octets, and nobody waits for 100 Continue", uploads[0]["type"] == "application/octet-stream" and "expect" not in headers
                  and headers["accept"] == "application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7", uploads[0])
        tap.check("standard output has the paths", run.paths() == ["dist/spam-1.0-py3-none-any.whl", "dist/spam-1.0.tar.gz"], run.out)
        again = user.publish(r, "--json")
        tap.run("a second run finds them there", again, 0, "already, with the same sha256")
        tap.check("and sends nothing", len(r.seen("upload")) == 2, r.json("/_count"))
        tap.check("its JSON says so", [f["outcome"] for f in again.json()["files"]] == ["was there"] * 2 and again.json()["authentication"] == "token"
                  and again.json()["files"][0]["hashes"]["sha256"] in stored(r).values(), again.out)
        started, completed = user.events("publish.started"), user.events("publish.completed")
        tap.check("the audit log has who, what and where", len(started) == len(completed) == 2 and completed[0]["package"] == "spam"
                  and completed[0]["version"] == "1.0" and completed[0]["sha256"] == user.files()["spam-1.0-py3-none-any.whl"]
                  and completed[0]["registry"] == r.base + "/legacy/" and completed[0]["authentication"] == "token", completed)
        used = user.events("credential.used")
        tap.check("and which credential, once a run", len(used) == 1 and used[0]["name"] == "HWB_PUBLISH_TOKEN" and used[0]["kind"] == "token", used)
        tap.check("before it was used", used[0]["seq"] < completed[0]["seq"] and started[0]["seq"] < completed[0]["seq"], used, completed)
        log = b"".join(open(p, "rb").read() for p in glob.glob(user.hwb_home + "/logs/publish-*.log")).decode()
        tap.check("publish-DATE.log has a line a file", len(re.findall(r" publish.completed .*spam-1.0.*[0-9a-f]{64}", log)) == 2, log)
        entries = [json.load(open(p)) for p in glob.glob(user.hwb_home + "/publish/*.json")]
        tap.check("there is a receipt for each", [e["state"] for e in entries] == ["receipt"] * 2 and {e["file"]: e["sha256"] for e in entries} == user.files(), entries)
        tap.check("the token is in no file", TOKEN.encode() not in traces(user), "")
        tap.run("the log is whole", user.hwb("log", "verify"), 0)


def parity(tap):
    """twine sends the same form"""
    if not Setting.venv or not os.path.exists(Setting.venv + "/bin/twine"):
        raise Skip("there is no twine")
    user = User()
    os.unlink(user.dist + "/spam-1.0-py3-none-any.whl")
    wheel = make_wheel(user.dist, "My_Demo", "1.0", metadata=METADATA)
    rewrite(wheel, lambda text: text.replace("Metadata-Version: 2.1", "Metadata-Version: 2.4"))
    with Registry() as r:
        run = user.publish(r)
        tap.run("a wheel with much metadata is published", run, 0)
        r.ask("/_set/")
        ours = r.seen("upload")[-1]["fields"]
        r.ask("/_empty")
        twine = subprocess.run([Setting.venv + "/bin/twine", "upload", "--non-interactive", "--disable-progress-bar", "--repository-url",
                                r.base + "/legacy/", wheel], env=user.env({"TWINE_USERNAME": "__token__", "TWINE_PASSWORD": TOKEN}),
                               capture_output=True, text=True)
        tap.check("twine publishes it, too", twine.returncode == 0, twine.stdout + twine.stderr)
        theirs = r.seen("upload")[-1]["fields"]
        theirs.pop("blake2_256_digest", None)
        tap.check("and both say the same of it", ours == theirs, {k: (ours.get(k), theirs.get(k)) for k in set(ours) | set(theirs) if ours.get(k) != theirs.get(k)})


def rewrite(wheel, change):
    """Changes METADATA of a wheel, and RECORD with it."""
    import base64
    import zipfile
    with zipfile.ZipFile(wheel) as z:
        members = {n: z.read(n) for n in z.namelist()}
    name = next(n for n in members if n.endswith("/METADATA"))
    record = next(n for n in members if n.endswith("/RECORD"))
    members[name] = change(members[name].decode()).encode()
    lines = []
    for n, data in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append("%s,,\n" % n if n == record else "%s,sha256=%s,%d\n" % (n, digest, len(data)))
    members[record] = "".join(lines).encode()
    with zipfile.ZipFile(wheel, "w") as z:
        for n, data in members.items():
            z.writestr(n, data)


def refusals(tap):
    """what a registry refuses is said in its words, and is not tried again"""
    user = User()
    with Registry() as r:
        for what, text in sorted(fake_pypi.TEXTS.items()):
            if "{" in text[:20]:
                continue
            r.ask("/_empty")
            run = user.publish(r, path="/400:%s/legacy/" % what)
            tap.run("400 %s" % what, run, 7, "(400): " + text.split("{")[0].split("'")[0].rstrip(), absent=[TOKEN])
            tap.check("and once", len(r.seen("upload")) == 1 and not stored(r), r.seen("upload"))
        for mode, words in [("403", ["Invalid or non-existent authentication information", "the credential was HWB_PUBLISH_TOKEN, as user '__token__'"]),
                            ("403:readonly", ["Read-only mode"]), ("405", ["not the URL that takes uploads"]), ("410", ["not the URL that takes uploads"]), ("status:404", ["not the URL that takes uploads"]),
                            ("status:413", ["the file has"]), ("409", ["does not list it"]), ("retry-after:3600", ["(429)"])]:
            r.ask("/_empty")
            tap.run(mode, user.publish(r, path="/%s/legacy/" % mode), 7, *words, absent=[TOKEN])
            tap.check("and once", len(r.seen("upload")) == 1, r.json("/_count"))
        r.ask("/_empty")
        tap.run("a wrong token is refused by who knows it", user.publish(r, token="pypi-not-this-one"), 7, "(403)", absent=["pypi-not-this-one"])
        failed = user.events("publish.failed")
        tap.check("the audit log has each failure", failed and failed[-1]["file"] == "spam-1.0-py3-none-any.whl" and failed[-1]["tries"] == 1, failed[-1:])
        tap.check("neither token is in a file", TOKEN.encode() not in traces(user) and b"pypi-not-this-one" not in traces(user), "")


def answers(tap):
    """an answer that makes no sense does no harm"""
    user = User()
    with Registry() as r:
        for mode, code in [("garbage", 0), ("binary", 0), ("huge", 0), ("empty", 0), ("drip:1", 0), ("status:599", 7), ("status:100", 7)]:
            r.ask("/_empty")
            run = user.publish(r, path="/%s/legacy/" % mode)
            tap.check("%s ends the run" % mode, run.code in (code, 7), run.told())


class Echo(http.server.BaseHTTPRequestHandler):
    """Refuses every upload with what it was told, and with what would steer a terminal or a CI system."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        basic = self.headers["Authorization"]
        import base64
        token = base64.b64decode(basic.split()[1]).decode()
        text = "<b>no</b>\x1b[31m &#27;[2J \n::set-output name=x::y\n##vso[task]\u202e %s %s %s %s" % (basic, token, token[::-1], "ghp_" + "x" * 36)
        body = (json.dumps({"message": text}) if "json" in self.path else text).encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/json" if "json" in self.path else "text/plain" if "plain" in self.path else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def cut_short(tap):
    """a secret at the place where the words of a registry are cut"""
    with Registry() as r:
        for password in ("correct horse battery staple", "Tr0ub4dor!Zq$9@kLm#w2", "abcdefghijklmnopqrstuvwxyz012345"):
            for left in (1, 3, len(password) - 6):
                user = User()
                r.ask("/_set/" + urllib.parse.quote("echo+pad:%d" % (1000 - len(password) + left), safe=""))
                run = user.publish(r, token="", env={"HWB_PUBLISH_USERNAME": "me", "HWB_PUBLISH_PASSWORD": password})
                shown = max((n for n in range(len(password) + 1) if " " + password[:n] in run.text), default=0)
                tap.check("nothing of '%s' is shown when %d bytes of it are missing" % (password, left),
                          run.code == 7 and "y y y" in run.text and shown == 0 and not any(password in str(e) or password[:6] in str(e) for e in user.log()), run.told(), shown)


def hostile(tap):
    """a registry that says back what it was told"""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    user = User()
    for kind in ("html", "json", "plain"):
        url = "http://127.0.0.1:%d/%s/" % (server.server_port, kind)
        run = user.hwb("publish", "--repository-url", url, env={"HWB_PUBLISH_TOKEN": TOKEN, "GITHUB_ACTIONS": "true"})
        import base64
        hidden = [TOKEN, base64.b64encode(("__token__:" + TOKEN).encode()).decode(), "x" * 36, "\x1b", "\u202e"]
        tap.run("%s: nothing of it is shown" % kind, run, 7, "(400)", absent=hidden)
        tap.check("%s: no line is a command" % kind, not re.search(r"^\s*(::set-output|##vso)", run.text, re.M), run.told())
        tap.check("%s: nor is it kept" % kind, not any(h.encode() in traces(user) for h in hidden[:3]), "")
    server.shutdown()


def forged(tap):
    """lies of hwb-parse about a form and an answer"""
    put = "(lambda s: struct.pack('<I', len(s)) + s)"
    lies = [("upload-form", "nothing", "return b''", 10), ("upload-form", "half of it", "return frame[:len(frame) // 2]", 10),
            ("upload-form", "no answer behind that of the check", "return Raw()", 10),
            ("upload-form", "a third one", "return Raw(sized(frame) * 2)", 10), ("upload-form", "its death", "os.kill(os.getpid(), signal.SIGSYS)", 10),
            ("upload-form", "another project", "return frame.replace(b'spam', b'eggs')", 10),
            ("upload-form", "another version", "return frame.replace(b'1.0', b'9.9')", 10),
            *(("upload-form", "what is sent is %s" % what, "return frame[:27] + frame[27:].replace(%s, %s)" % pair, 10) for what, pair in {
                "of another project": ("b'spam'", "b'eggs'"), "of another version": ("b'1.0'", "b'6.6'"),
                "of another kind": ("%s(b'bdist_wheel')" % put, "%s(b'sdist')" % put), "for another Python": ("%s(b'py3')" % put, "%s(b'cp27')" % put)}.items()),
            ("upload-form", "a failure of hwb's own", "return frame[:4] + struct.pack('<I', 16) + bytes(32)", 10),
            ("upload-form", "another", "return frame[:4] + struct.pack('<I', 14) + bytes(32)", 10),
            ("upload-form", "a field of hwb's own", "return frame.replace(b'pyversion', b':actionxx')", 10),
            ("upload-answer", "nothing", "return b''", 7), ("upload-answer", "its death", "os.kill(os.getpid(), signal.SIGSYS)", 7),
            ("upload-answer", "words that steer", "return frame[:8] + %s(b'\\x1b]0;x\\x07\\n::error::x') + bytes(8)" % put, 7)]
    with Registry() as r:
        for verb, name, lie, code in lies:
            user = User()
            user.program = os.path.join(Liars("hwb-parse", LIAR, lie, verb).folder, "hwb")
            r.ask("/_empty")
            run = user.publish(r, path="/legacy/" if verb == "upload-form" else "/400:old/legacy/")
            tap.run("%s: %s" % (verb, name), run, code, absent=["\x1b", TOKEN])
            tap.check("and nothing else is sent", len(r.seen("upload")) == (verb == "upload-answer") and not stored(r), r.json("/_count"))


def troubles(tap):
    """what may pass is tried again, after a look at the index"""
    with Registry() as r:
        for mode, tries, index in [("500:2", 3, 3), ("502:1", 2, 2), ("503:1", 2, 2), ("429:1", 2, 2), ("reset:1", 2, 2), ("reset-lost:1", 2, 2),
                                   ("reset-stored:1", 1, 2), ("cut:2000000000", 2, 2)]:
            user = User()
            r.ask("/_empty")
            tap.run("%s passes" % mode, user.publish(r, path="/%s/legacy/" % mode), 0, "trying again")
            tap.check("after %d tries, with a look before each" % tries, len(r.seen("upload")) == tries and len(r.seen("index")) == index
                      and stored(r) == user.files(), r.json("/_count"))
        for mode in ("500", "reset-lost"):
            user = User(("spam", "1.0"), ("spam", "2.0"))
            r.ask("/_empty")
            tap.run("%s for ever fails" % mode, user.publish(r, path="/%s/legacy/" % mode, env={"HWB_CONCURRENT_UPLOADS": "1"}), 7,
                    "not tried: 'dist/spam-2.0-py3-none-any.whl'")
            tap.check("after four tries", len(r.seen("upload")) == 4, r.json("/_count"))
        user = User()
        r.ask("/_empty")
        r.ask("/_set/lag:1@upload")
        tap.run("an upload that the index has not got yet is not lost", user.publish(r, path="/reset-stored:1/legacy/"), 0)
        tap.check("and is there once", stored(r) == user.files(), stored(r))


def existing(tap):
    """what is there already"""
    user, other = User(), User()
    make_wheel(other.dist, "spam", "1.0", files={"spam.py": "other = True\n"})
    with Registry() as r:
        tap.run("the first one is there", other.publish(r), 0)
        run = user.publish(r, "--skip-existing")
        ours, theirs = user.files()["spam-1.0-py3-none-any.whl"], other.files()["spam-1.0-py3-none-any.whl"]
        tap.run("another file of that name is an error that names both", run, 7, ours, theirs)
        tap.check("and is not sent", len(r.seen("upload")) == 1 and stored(r) == other.files(), r.json("/_count"))
        tap.run("an index without hashes leaves it open", user.publish(r, index="/nohash/simple/"), 10, "does not say of which sha256")
        tap.run("and so does one that does not answer", user.publish(r, "--limit", "http-retries=0", index="/500/simple/"), 10)
        tap.run("an HTML page will do", other.publish(r, index="/html/simple/"), 0, "with the same sha256")
        tap.check("nothing was sent in all of it", len(r.seen("upload")) == 1, r.json("/_count"))
        words = ["publish", "--repository-url", r.base + "/legacy/"]
        tap.run("--skip-existing needs an index", user.hwb(*words, "--skip-existing", env={"HWB_PUBLISH_TOKEN": TOKEN}), 2, "--check-url")
        tap.run("without an index the answer tells", user.hwb(*words, env={"HWB_PUBLISH_TOKEN": TOKEN}), 7, "File already exists", "--check-url")


def redirects(tap):
    """a redirect is named and not followed"""
    user = User()
    with Registry() as r:
        for mode, to in [("redirect", "'%s/legacy/'" % r.base), ("redirect-host", "'http://localhost:"), ("redirect-http-host", "'http://fake.invalid/")]:
            r.ask("/_empty")
            tap.run("%s" % mode, user.publish(r, path="/%s/legacy/" % mode), 7, "redirect", to, absent=[TOKEN])
            tap.check("only the first place was told anything", [s["path"] for s in r.seen("upload")] == ["/%s/legacy/" % mode], r.seen("upload"))


def tls(tap):
    """certificates"""
    user = User()
    authority, stranger = Authority("mine"), Authority("other")
    authority.sign("localhost", "localhost", 2)
    with Registry("--tls", authority.folder + "/localhost.pem", authority.folder + "/localhost.key") as r:
        base = "https://localhost:%d" % r.port
        words = ["publish", "--repository-url", base + "/legacy/", "--check-url", base + "/simple/", "--limit", "http-retries=0"]
        env = {"HWB_PUBLISH_TOKEN": TOKEN}
        tap.run("a certificate that nobody trusts is no registry", user.hwb(*words, env=env), 10, absent=[TOKEN])
        tap.run("nor one of another authority", user.hwb(*words, "--cert", stranger.path, env=env), 10, absent=[TOKEN])
        plain = ["publish", "--repository-url", base + "/legacy/"]
        tap.run("without an index, too", user.hwb(*plain, env=env), 7, "cannot be reached", "certificate", absent=[TOKEN])
        tap.run("with it, it is", user.hwb(*words, "--cert", authority.path, env=env), 0, "published")
        name = ["publish", "--repository-url", base.replace("localhost", "127.0.0.1") + "/legacy/", "--cert", authority.path]
        tap.run("but not by another name", user.hwb(*name, env=env), 7, absent=[TOKEN])


def foreign(tap):
    """variables of uv and twine: their secret goes where they say"""
    user = User()
    quiet = {"HWB_TRUSTED_PUBLISHER": "never"}
    with Registry() as r, Registry() as other:
        url, elsewhere, index = r.base + "/legacy/", other.base + "/legacy/", ["--check-url", r.base + "/simple/"]
        rows = [("UV_PUBLISH_URL", {"UV_PUBLISH_URL": url, "UV_PUBLISH_TOKEN": TOKEN}), ("UV_PUBLISH_PASSWORD", {"UV_PUBLISH_URL": url, "UV_PUBLISH_USERNAME": "__token__", "UV_PUBLISH_PASSWORD": TOKEN}),
                ("TWINE_REPOSITORY_URL", {"TWINE_REPOSITORY_URL": url, "TWINE_USERNAME": "__token__", "TWINE_PASSWORD": TOKEN}),
                ("TWINE_REPOSITORY", {"TWINE_REPOSITORY": "corp", "TWINE_PASSWORD": TOKEN, "HWB_PUBLISH_REGISTRIES": "corp=" + url})]
        for name, env in rows:
            r.ask("/_empty")
            run = user.hwb("publish", *index, env=dict(quiet, **env))
            tap.check("%s says where" % name, run.code == 0 and stored(r) == user.files(), run.told())
        write(user.home, {".pypirc": "[corp]\nrepository = %s\n" % url})
        r.ask("/_empty")
        run = user.hwb("publish", *index, env=dict(quiet, TWINE_REPOSITORY="corp", TWINE_PASSWORD=TOKEN))
        tap.check("TWINE_REPOSITORY is a section of .pypirc, too", run.code == 0 and stored(r) == user.files(), run.told())
        r.ask("/_empty")
        for name, env, words in [("another URL", {"UV_PUBLISH_URL": elsewhere, "UV_PUBLISH_TOKEN": TOKEN}, "UV_PUBLISH_TOKEN is for '%s'" % elsewhere),
                                 ("another name", {"TWINE_REPOSITORY": "pypi", "TWINE_PASSWORD": TOKEN}, "TWINE_PASSWORD is for 'https://upload.pypi.org/legacy/'"),
                                 ("a name that nobody knows", {"TWINE_REPOSITORY": "nobody", "TWINE_PASSWORD": TOKEN}, "as TWINE_REPOSITORY says")]:
            tap.run("a secret for %s does not go here" % name, user.hwb("publish", "--repository-url", url, *index, env=dict(quiet, **env)), 2, words)
        tap.run("two places are one too many", user.hwb("publish", env=dict(quiet, UV_PUBLISH_URL=url, TWINE_REPOSITORY_URL=elsewhere, UV_PUBLISH_TOKEN=TOKEN)), 2, "say two places")
        tap.check("and nothing was sent", not r.seen("upload") and not other.seen("upload"), r.seen(), other.seen())
        run = user.publish(r, env={"UV_PUBLISH_URL": elsewhere, "UV_PUBLISH_TOKEN": "t" * 30})
        tap.check("our own credential is for the place that we say", run.code == 0 and stored(r) == user.files(), run.told())


def places_of_passwords(tap):
    """a password on the command line, in a URL, in .pypirc"""
    user = User()
    secret = "hunter2-" + "is-no-password"
    with Registry() as r:
        for words in (["--password", secret], ["-p" + secret], ["--token=" + secret], ["--repository-url", r.base.replace("://", "://u:%s@" % secret) + "/legacy/"],
                      ["--check-url", r.base.replace("://", "://u:%s@" % secret) + "/"], ["--repository-url", r.base + "/legacy/?token=" + secret],
                      ["--check-url", r.base + "/simple/?token=" + secret]):
            tap.run("%s is refused" % words[0][:18], user.publish(r, *words), 2, absent=[secret])
        tap.check("nothing was asked, and no file has it", r.json("/_count") == {} and secret.encode() not in traces(user), r.json("/_count"))
        write(user.home, {".pypirc": "[distutils]\nindex-servers =\n    corp\n    bare\n\n[corp]\nrepository = %s/legacy/\nusername = __token__\npassword = %s\n\n"
                                     "[bare]\nrepository: %s/legacy/\nusername: somebody\n" % (r.base, secret, r.base)})
        words = ["--check-url", r.base + "/simple/"]
        run = user.hwb("publish", "-r", "corp", *words, env={"HWB_PUBLISH_TOKEN": TOKEN})
        tap.run("a password in .pypirc is refused with what to do", run, 2, "'.pypirc'" if False else ".pypirc", "revoke it", absent=[secret])
        run = user.hwb("publish", "-r", "bare", *words, env={"HWB_PUBLISH_TOKEN": TOKEN})
        tap.run("its URL and user are read", run, 7, "as user 'somebody'")
        run = user.hwb("publish", "-r", "bare", *words, "-u", "__token__", env={"HWB_PUBLISH_TOKEN": TOKEN})
        tap.run("the command line's user counts more", run, 0)
        tap.run("a name that nobody knows is an error", user.hwb("publish", "-r", "nobody", env={"HWB_PUBLISH_TOKEN": TOKEN}), 2, "--repository-url")
        tap.run("two places are one too many", user.publish(r, "-r", "bare"), 2, "name one")
        for url in ("http://registry.example/legacy/", "http://10.0.0.1/"):
            run = user.hwb("publish", "--repository-url", url, env={"HWB_PUBLISH_TOKEN": TOKEN})
            tap.run("http to a host that is not this one is refused", run, 2, "--allow-http")


def credentials(tap):
    """who hwb is"""
    user = User()
    sent = lambda r: r.seen("upload")[-1]["headers"].get("authorization")
    import base64
    basic = lambda u, p: "Basic " + base64.b64encode(("%s:%s" % (u, p)).encode()).decode()
    with Registry() as r:
        words = user.words(r)
        run = user.hwb(*words)
        tap.run("without one nothing is sent, and it says what was looked for", run, 7, "HWB_PUBLISH_TOKEN", "TWINE_PASSWORD", "keyring", "Trusted Publishing", "nothing was sent")
        tap.check("indeed", not r.seen("upload"), r.json("/_count"))
        rows = [
            ("HWB_PUBLISH_TOKEN", {"HWB_PUBLISH_TOKEN": "token-1"}, [], basic("__token__", "token-1")),
            ("a password with its user", {"HWB_PUBLISH_USERNAME": "u", "HWB_PUBLISH_PASSWORD": "word-2"}, [], basic("u", "word-2")),
            ("UV_PUBLISH_TOKEN", {"UV_PUBLISH_TOKEN": "token-3"}, [], basic("__token__", "token-3")),
            ("twine's variables", {"TWINE_USERNAME": "t", "TWINE_PASSWORD": "word-4"}, [], basic("t", "word-4")),
            ("the first of several", {"HWB_PUBLISH_TOKEN": "token-5", "UV_PUBLISH_TOKEN": "token-6"}, [], basic("__token__", "token-5")),
            ("--username for a token", {"HWB_PUBLISH_TOKEN": "token-7"}, ["-u", "me"], basic("me", "token-7")),
        ]
        for sentence, env, more, want in rows:
            run = user.hwb(*words, *more, env=env)
            tap.check(sentence, run.code == 7 and sent(r) == want and not any(v in run.text for v in env.values() if len(v) > 5), run.told(), sent(r))
        tap.run("a password without a user is an error", user.hwb(*words, env={"HWB_PUBLISH_PASSWORD": "word-8"}), 2, "--username", absent=["word-8"])
        run = subprocess.run([Setting.hwb, *words, "--password-stdin"], env=user.env({"HWB_PUBLISH_TOKEN": "token-9"}), cwd=user.home, input=b"token-10\n",
                             capture_output=True)
        tap.check("standard input counts most", run.returncode == 7 and sent(r) == basic("__token__", "token-10"), run, sent(r))
        write(user.home, {"bin/keyring": "#!/bin/sh\nenv >&2\n[ \"$1 $3\" = 'get __token__' ] && echo keyring-token-of-$2\n"})
        os.chmod(user.home + "/bin/keyring", 0o755)
        path = {"PATH": user.home + "/bin:/usr/bin:/bin"}
        tap.run("a keyring is asked when it may be", user.hwb(*words, "--keyring-provider", "subprocess", env=path), 7)
        tap.check("by the URL", sent(r) == basic("__token__", "keyring-token-of-%s/legacy/" % r.base), sent(r))
        store = {"HWB_CREDENTIAL_PASSPHRASE": "a passphrase for tests", "HWB_PUBLISH_REGISTRIES": "corp=%s/legacy/" % r.base}
        add = subprocess.run([Setting.hwb, "credential", "add", "corp", "-u", "__token__"], env=user.env(store), input=TOKEN.encode() + b"\n", capture_output=True)
        tap.check("a registry's credential goes into the store", add.returncode == 0, add)
        run = user.hwb("publish", "-r", "corp", "--check-url", r.base + "/simple/", env=store)
        tap.run("and out of it", run, 0, "published", absent=[TOKEN])
        run = user.hwb("respond", "token-leak", "-r", "corp", "--index", "corp=%s/simple/" % r.base, "--json", env=store)
        got = [(p["registry"], p["upload"], p["served"]) for p in json.loads(run.out)["publications"]]
        tap.check("hwb respond finds it by that name, and on the index of that name", run.code == 0 and (r.base + "/legacy/", "completed", "same") in got
                  and {where for where, _, _ in got} == {r.base + "/legacy/"}, run.told())
        run = user.hwb("respond", "token-leak", "-r", "corp", "--json", env=store)
        got = {(p["upload"], p["served"], p["index"], p["index_by"], p["username"]) for p in json.loads(run.out)["publications"] if p["authentication"] == "store"}
        tap.check("else on the one that the log says was asked, with the user", got == {("completed", "same", r.base + "/simple/", "log", "__token__")}, run.told())
        used = user.events("credential.used")
        tap.check("the log says which kinds were used", [e["kind"] for e in used[-2:]] == ["keyring", "store"], used[-2:])


def changed(tap):
    """a file that somebody writes to after the check"""
    user = User()
    with Registry() as r:
        process = user.start(*user.words(r, index="/slow:2000/simple/"), env={"HWB_PUBLISH_TOKEN": TOKEN})
        wait_for(lambda: r.seen("index"))
        make_wheel(user.dist, "spam", "1.0", files={"spam.py": "evil = True\n"})
        tap.run("is not sent", user.finish(process), 6, "has changed since it was checked")
        tap.check("nothing of it", not r.seen("upload"), r.json("/_count"))
        broken = User()
        open(broken.dist + "/spam-1.0-py3-none-any.whl", "ab").write(b"x" * 100)
        tap.run("a wheel that the check refuses is not sent", broken.publish(r), 6)
        tap.run("nor what is no distribution", broken.publish(r, "/etc/passwd"), 2)
        empty = User()
        os.unlink(empty.dist + "/spam-1.0-py3-none-any.whl")
        tap.run("nor nothing", empty.publish(r), 2, "no wheel and no sdist")
        tap.check("nothing was asked for them", not r.seen("upload"), r.json("/_count"))


def killed(tap):
    """kill -9 at any moment, and again"""
    projects = [("spam", "1.%d" % n) for n in range(20)]
    source = random.Random(os.environ.get("HWB_SEED", "20"))
    with Registry() as r:
        for n in range(int(os.environ.get("HWB_KILLS", "8"))):
            user = User(*projects)
            r.ask("/_empty")
            mode = source.choice(["", "/slow:5", "/slow:20"])
            process = user.start(*user.words(r, path=mode + "/legacy/"), env={"HWB_PUBLISH_TOKEN": TOKEN})
            after = source.randrange(0, 20)
            wait_for(lambda: len(r.seen("upload")) >= after or process.poll() is not None)
            time.sleep(source.random() / 50)    # any moment is as good as another: what follows must hold for all
            process.send_signal(signal.SIGKILL)
            process.communicate()
            before = len(stored(r))
            run = user.publish(r, path=mode + "/legacy/")
            good = run.code == 0 and stored(r) == user.files() and len(run.paths()) == 20
            refused = [s for s in r.seen("upload") if s.get("file") is None]
            sent = [s["file"] for s in r.seen("upload")]
            twice = [f for f in set(sent) if sent.count(f) > 1]
            tap.check("killed with %d of 20 there: the next run brings the others, and no other twice" % before,
                      good and not refused and len(twice) <= 4, run.told(), twice)
            tap.run("the log is whole or says where it was torn", user.hwb("log", "verify"), 0)


def most(registry):
    return max(u["beside"] for u in registry.seen("upload"))


def at_once(tap):
    """several under way at a time"""
    with Registry() as r:
        user = User()
        os.unlink(user.dist + "/spam-1.0-py3-none-any.whl")
        for build in range(1, 10):
            make_wheel(user.dist, "spam", "1.0", build=build)
        run = user.publish(r, path="/together:4/legacy/")
        tap.run("four of a release go together", run, 0, absent=["trying again"])
        uploads = r.seen("upload")
        tap.check("but for the first, which makes it", [u["beside"] for u in uploads[:2]] in ([1, 1], [1, 2]) and most(r) == 4 and len(uploads) == 9
                  and stored(r) == user.files(), [u["beside"] for u in uploads])
        entries = [json.load(open(p)) for p in glob.glob(user.hwb_home + "/publish/*.json")]
        tap.check("each has its receipt and its events", [e["state"] for e in entries] == ["receipt"] * 9 and len(user.events("publish.completed")) == 9
                  and len(user.events("publish.started")) == 9 and len(user.events("credential.used")) == 1, entries)
        tap.check("and their order for people is that of their names", run.paths() == sorted(run.paths()) and len(run.paths()) == 9, run.out)
        r.ask("/_empty")
        run = User(*[("spam", "1.%d" % n) for n in range(4)]).publish(r, env={"HWB_CONCURRENT_UPLOADS": "1"})
        tap.check("or one at a time, when somebody wants that", run.code == 0 and most(r) == 1, run.told(), r.seen("upload"))
        r.ask("/_empty")
        User(("other", "1")).publish(r)
        run = User(*[("spam", "1.%d" % n) for n in range(4)]).publish(r, path="/together:4/legacy/")
        tap.check("firsts of several releases go together", run.code == 0 and most(r) == 4, run.told(), r.json("/_count"))
        tap.run("nine are too many", user.publish(r, env={"HWB_CONCURRENT_UPLOADS": "9"}), 2, "takes a number from 1 to 8")


class Slow:
    """A registry that answers small files when it is told to, and reads a large one slowly until then."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.base = "http://127.0.0.1:%d" % self.socket.getsockname()[1]
        self.small, self.read, self.may_answer, self.hurry = 0, 0, threading.Event(), threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            threading.Thread(target=self.talk, args=(self.socket.accept()[0],), daemon=True).start()

    def talk(self, connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        with connection, connection.makefile("rb") as stream:
            while line := stream.readline():
                size = 0
                while (header := stream.readline()) not in (b"\r\n", b""):
                    if header.lower().startswith(b"content-length:"):
                        size = int(header.partition(b":")[2])
                is_large = size > 1 << 20
                while size:
                    piece = stream.read(min(size, 16384))
                    size -= len(piece)
                    if is_large:
                        self.read += len(piece)
                        self.hurry.wait(0.04)
                if line.startswith(b"POST") and not is_large:
                    self.small += 1
                    self.may_answer.wait()
                connection.sendall(b"HTTP/1.1 %s X\r\nContent-Length: 0\r\n\r\n" % (b"200" if line.startswith(b"POST") else b"404"))


def busy(tap):
    """hwb has other things to do while files are sent"""
    registry = Slow()
    user = User(*[("spam%d" % n, "1") for n in range(7)])
    make_wheel(user.dist, "aaa", "1", files={"aaa.bin": os.urandom(16 << 20)})
    process = user.start(*user.words(registry), env={"HWB_PUBLISH_TOKEN": TOKEN, "HWB_CONCURRENT_UPLOADS": "8"})
    under_way = wait_for(lambda: registry.small == 7 and registry.read)
    process.send_signal(signal.SIGSTOP)
    time.sleep(5)  # eight reports in 100 ms fill the channel
    registry.may_answer.set()
    time.sleep(1)
    registry.hurry.set()
    tap.check("eight are under way", under_way, registry.small)
    tap.check("what is under way goes on when nobody hears that others have ended", wait_for(lambda: registry.read > 16 << 20, 5), registry.read)
    process.send_signal(signal.SIGCONT)
    run = user.finish(process)
    tap.check("and hwb hears it later", run.code == 0 and len(user.events("publish.completed")) == 8, run.told())


def stumbles(tap):
    """one of several fails"""
    with Registry() as r:
        user = User(*[("spam", "1.%d" % n) for n in range(8)])
        run = user.publish(r, path="/503:1/legacy/")
        tap.run("what may pass is tried again", run, 0, "trying again")
        uploads = r.seen("upload")
        tap.check("and from then on one goes at a time", len(uploads) == 9 and stored(r) == user.files() and all(u["beside"] == 1 for u in uploads[4:]), uploads)
        r.ask("/_empty")
        taken = User(("spam", "1.2"))
        make_wheel(taken.dist, "spam", "1.2", metadata="Summary: other\n")
        tap.run("another has one of the names", taken.publish(r), 0)
        user = User(*[("spam", "1.%d" % n) for n in range(8)])
        words = user.words(r)
        del words[words.index("--check-url"):words.index("--check-url") + 2]
        run = user.hwb(*words, env={"HWB_PUBLISH_TOKEN": TOKEN})
        events = {name: [e["file"] for e in user.events("publish." + name)] for name in ("started", "completed", "failed")}
        tap.run("a refusal ends the run", run, 7, "does not take 'spam-1.2-py3-none-any.whl' (400)")
        tap.check("those beside it have an end each", sorted(events["started"]) == sorted(events["completed"] + events["failed"])
                  and events["failed"] == ["spam-1.2-py3-none-any.whl"], events)
        tap.check("the receipts are of what is there", sorted(e["file"] for e in map(json.load, map(open, glob.glob(user.hwb_home + "/publish/*.json")))
                  if e["state"] == "receipt") == sorted(events["completed"]) == sorted(set(stored(r)) - {"spam-1.2-py3-none-any.whl"}), events, stored(r))
        tap.check("and what was not tried was not tried", run.err.count("not tried: ") == 8 - len(events["started"])
                  and "failed: 'dist/spam-1.2-py3-none-any.whl'" in run.err, events, run.told())
        for name, end, code in ("SIGINT", lambda p: p.send_signal(signal.SIGINT), 130), ("the death of hwb-net", kill_uploader, 7):
            r.ask("/_empty")
            user = User(*[("spam", "1.%d" % n) for n in range(6)])
            process = user.start(*user.words(r, path="/hang/legacy/"), env={"HWB_PUBLISH_TOKEN": TOKEN})
            wait_for(lambda: len(r.seen("upload")) == 4 or process.poll() is not None)
            end(process)
            process.communicate()
            failed = {e["file"] for e in user.events("publish.failed")}
            tap.check("%s ends all that are under way" % name, process.returncode == code and len(failed) == 4 and not user.events("publish.completed"),
                      process.returncode, failed)
            run = user.publish(r)
            tap.check("the next run brings them", run.code == 0 and stored(r) == user.files(), run.told(), stored(r))


def receipts(tap):
    """a receipt that cannot be written"""
    user = User()
    with Registry() as r:
        process = user.start(*user.words(r, path="/slow:1500/legacy/"), env={"HWB_PUBLISH_TOKEN": TOKEN})
        wait_for(lambda: r.seen("upload") or process.poll() is not None)
        intent, = glob.glob(user.hwb_home + "/publish/*.json")
        os.unlink(intent)
        os.mkdir(intent)
        run = user.finish(process)
        tap.run("is a failure, and the log says that the file arrived", run, 7, "the journal of uploads")
        tap.check("with its last event", len(user.events("publish.completed")) == 1 and not user.events("publish.failed") and stored(r) == user.files(), user.log())
        os.rmdir(intent)
        run = user.publish(r)
        tap.run("the next run finds it there", run, 0, "already, with the same sha256")


def releases(tap):
    """one release, however its version is spelled"""
    user = User(("spam", "1"), ("spam", "1.0"), ("spam", "1.0.0"))
    with Registry() as r:
        run = user.publish(r, path="/slow:100/legacy/")
        uploads = r.seen("upload")
        tap.check("its first goes alone", run.code == 0 and len(uploads) == 3 and uploads[1]["time"] - uploads[0]["time"] >= 0.1, run.told(), uploads)


def kill_uploader(process):
    for child, name in processes_of(process.pid):
        with open("/proc/%d/cmdline" % child, "rb") as f:
            if name == "hwb-net" and b"\0upload" in f.read():
                os.kill(child, signal.SIGKILL)


def heavy(tap):
    """large ones do not go together"""
    user = User()
    source = random.Random(1)
    for name in ("heavy", "weighty"):
        make_wheel(user.dist, name, "1", files={name + "/data.bin": source.randbytes(20 << 20)})
    with Registry() as r:
        run = user.publish(r)
        large = [u for u in r.seen("upload") if u["size"] > 20 << 20]
        tap.check("40 MiB wait for one another", run.code == 0 and len(large) == 2 and large[0]["time"] < large[1]["time"] and most(r) <= 2
                  and stored(r) == user.files(), run.told(), r.json("/_count"))


def unseen(tap):
    """nobody sees the token but hwb and its hwb-net"""
    user = User()
    with Registry() as r:
        process = user.start(*user.words(r, path="/hang/legacy/"), env={"HWB_PUBLISH_TOKEN": TOKEN})
        wait_for(lambda: r.seen("upload"))
        seen, names = [], {}
        for folder in glob.glob("/proc/[0-9]*"):
            pid = int(folder[6:])
            for name in ("cmdline", "environ"):
                try:
                    if TOKEN.encode() in open("%s/%s" % (folder, name), "rb").read() and pid != os.getpid():
                        seen.append("%s/%s" % (folder, name))
                except OSError:
                    pass
            try:
                names[pid] = open(folder + "/comm").read().strip()
            except OSError:
                pass
        tap.check("not in an argument or an environment of any process", not seen, seen)
        if os.getuid() == 0:
            holders = {names[p] for p in names if names[p].startswith("hwb") and TOKEN.encode() in memory_of(p)}
            tap.check("in memory of hwb and hwb-net alone", holders <= {"hwb", "hwb-net"} and "hwb-net" in holders, holders)
        process.send_signal(signal.SIGTERM)
        run = user.finish(process)
        tap.run("it can be interrupted", run, 130)
        tap.check("and leaves no process", not any(n == "hwb-net" for n in children_of(process.pid)), children_of(process.pid))
    if not os.path.exists("/usr/bin/strace"):
        raise Skip("there is no strace")
    if b"__asan_init" in open(Setting.hwb, "rb").read():
        raise Skip("a leak sanitizer does not work under strace")
    user = User()
    with Registry() as r:
        trace = user.top + "/trace"
        command = ["strace", "-f", "-v", "-s", "65536", "-e", "trace=execve,openat,unlink,rename", "-o", trace, Setting.hwb, *user.words(r)]
        done = subprocess.run(command, env=user.env({"HWB_PUBLISH_TOKEN": TOKEN}), cwd=user.home, capture_output=True)
        lines = [line for line in open(trace, errors="replace") if "execve(" in line][1:]
        tap.check("no program is started with it", done.returncode == 0 and len(lines) >= 3 and not any(TOKEN in line for line in lines), done, lines[:3])
        tap.check("nor with any variable", all(re.search(r"execve\(.*, (0x0|NULL|\[\]|0x[0-9a-f]+ /\* 0 vars \*/)\)", line) for line in lines), lines[:5])


def unswapped(tap):
    """where the token is in memory, none of it goes to the swap"""
    if os.getuid() != 0:
        raise Skip("only root can look into processes that are not dumpable")
    if b"__asan_init" in open(Setting.hwb, "rb").read():
        raise Skip("a sanitizer has a heap of its own")
    if 0 <= resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] < 8 << 20:
        raise Skip("less than 8 MiB may be locked")
    for name in (None, "nobody"):
        user = User()
        user.user = name
        subprocess.run(["chown", "-R", name or "root", user.top], check=True)
        with Registry() as r:
            process = user.start(*user.words(r, path="/hang/legacy/"), env={"HWB_PUBLISH_TOKEN": TOKEN})
            wait_for(lambda: r.seen("upload"))
            found = {p: mappings_of(p, TOKEN.encode()) for p in [process.pid, *(p for p, _ in processes_of(process.pid))]}
            tap.check("of %s: all copies lie in locked memory" % (name or "root"), found[process.pid] and sum(map(bool, found.values())) == 2
                      and all(is_locked for places in found.values() for _, is_locked in places), found)
            process.send_signal(signal.SIGTERM)
            user.finish(process)


def mappings_of(pid, what):
    """(name, whether it is locked) of each mapping that can be written to and has these bytes."""
    found, place = [], None
    with open("/proc/%d/smaps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", 0) as mem:
        for line in maps:
            head = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)", line)
            if head:
                place = (int(head[1], 16), int(head[2], 16), head[4]) if "w" in head[3] else None
            elif place and line.startswith("VmFlags:"):
                mem.seek(place[0])
                if what in mem.read(place[1] - place[0]):
                    found.append((place[2], "lo" in line.split()))
    return found


def children_of(pid):
    return [name for _, name in processes_of(pid)]


def processes_of(pid):
    """(pid, name) of each child."""
    found = []
    for folder in glob.glob("/proc/[0-9]*"):
        try:
            stat = open(folder + "/stat").read()
        except OSError:
            continue
        if int(stat.rpartition(")")[2].split()[1]) == pid:
            found.append((int(os.path.basename(folder)), stat.partition("(")[2].rpartition(")")[0]))
    return found


def memory_of(pid):
    text = b""
    try:
        with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", 0) as mem:
            for line in maps:
                span, mode = line.split()[:2]
                first, last = (int(x, 16) for x in span.split("-"))
                if "w" in mode and last - first < 1 << 28:
                    mem.seek(first)
                    text += mem.read(last - first)
    except OSError:
        pass
    return text


def kept_in_memory(pid):
    """Bytes of its own: what nothing on a disk stands for, in its memory and in the memory files that it has open."""
    anonymous = int(re.search(r"RssAnon:\s+(\d+)", open("/proc/%d/status" % pid).read()).group(1)) << 10
    files = [os.stat(fd).st_size for fd in glob.glob("/proc/%d/fd/*" % pid) if os.readlink(fd).startswith("/memfd:")]
    return anonymous + sum(files)


def large(tap):
    """large files stream, from the check to the last byte, and many fill nothing"""
    if os.getuid() != 0:
        raise Skip("memory of a process that hides it is root's to read")
    try:
        os.close(os.open("/var/tmp", os.O_TMPFILE | os.O_RDWR))
    except OSError as error:
        raise Skip("a large file is kept in memory where /var/tmp has no files without a name: %s" % error)
    size, most = 96 << 20, {}
    content = random.Random(1).randbytes(size // 2) + bytes(size // 2)
    user = User()
    make_wheel(user.dist, "spam", "1.0", files={"spam.bin": content}, compression=zipfile.ZIP_DEFLATED)
    make_sdist(user.dist, "spam", "1.0", extra=[(tarfile.TarInfo("spam-1.0/spam.bin"), content)])
    for n in range(40):
        make_wheel(user.dist, "many", "1", build=n, files={"many.bin": content[n << 20:(n + 1) << 20]})
    with Registry() as r:
        process = user.start(*user.words(r), env={"HWB_PUBLISH_TOKEN": TOKEN})
        while process.poll() is None:
            for pid, name in [(process.pid, "hwb"), *processes_of(process.pid)]:
                with contextlib.suppress(OSError, AttributeError):
                    most[name] = max(most.get(name, 0), kept_in_memory(pid))
            time.sleep(0.002)
        run = user.finish(process)
        tap.check("they are published", run.code == 0 and stored(r) == user.files(), run.told())
        tap.check("no process has more than 24 MB of its own", len(most) >= 4 and max(most.values()) < 24 << 20, most)


def trusted(tap):
    """a CI's identity for a token"""
    user = User(("spam", "1.0"), ("spam", "2.0"))
    with Registry() as r:
        ci = {"GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": r.base + "/github/token?api-version=2.0",
              "ACTIONS_ID_TOKEN_REQUEST_TOKEN": fake_pypi.GITHUB_REQUEST_TOKEN}
        tap.run("no audience is asked for unless it is pinned", user.hwb(*user.words(r), env=ci), 7, "audience")
        tap.check("of nobody", not r.seen("identity") and not r.seen("mint"), r.json("/_count"))
        ci["HWB_PUBLISH_AUDIENCE"] = "fake-pypi"
        run = user.hwb(*user.words(r, "--dry-run", "--trusted-publisher"), env=ci)
        tap.run("a dry run proves the set-up", run, 0)
        tap.check("and mints", len(r.seen("mint")) == 1 and not r.seen("upload"), r.json("/_count"))
        run = user.hwb(*user.words(r, "--json"), env=ci)
        tap.run("without a credential it is used", run, 0)
        tap.check("one token for both files", len(r.seen("mint")) == 2 and stored(r) == user.files(), r.json("/_count"))
        done = user.events("publish.completed")
        tap.check("the log has issuer and claims", done[-1]["authentication"] == "trusted_publisher" and done[-1]["oidc_issuer"].startswith("https://")
                  and "repository" in done[-1]["claims"] and run.json()["authentication"] == "trusted_publisher", done[-1:])
        r.ask("/_empty")
        run = user.hwb(*user.words(r), env=dict(ci, HWB_PUBLISH_TOKEN=TOKEN))
        tap.check("a credential counts more", run.code == 0 and not r.seen("mint"), run.told(), r.json("/_count"))
        r.ask("/_empty")
        run = user.hwb(*user.words(r, "--trusted-publisher=always"), env=dict(ci, HWB_PUBLISH_TOKEN=TOKEN))
        tap.check("unless it is asked for", run.code == 0 and len(r.seen("mint")) == 1, run.told(), r.json("/_count"))
        r.ask("/_empty")
        tap.run("or not wanted", user.hwb(*user.words(r, "--trusted-publisher=never"), env=ci), 7, "was not wanted")
        r.ask("/_empty")
        r.ask("/_set/expires:6@mint+slow:4200@upload")    # good for one file, not for two
        run = user.hwb(*user.words(r), env=dict(ci, HWB_CONCURRENT_UPLOADS="1"))
        tap.check("a token that is about to expire is exchanged for another", run.code == 0 and len(r.seen("mint")) == 2 and len(r.seen("identity")) == 2, run.told(), r.json("/_count"))
        r.ask("/_empty")
        r.ask("/_set/no-publisher@mint")
        tap.run("a refusal is exit 7", user.hwb(*user.words(r, "--trusted-publisher"), env=ci), 7, "Trusted Publishing")
        tap.check("the request's token is in no file", fake_pypi.GITHUB_REQUEST_TOKEN.encode() not in traces(user), "")


def attestations(tap):
    """ready-made attestations"""
    user = User()
    wheel = user.dist + "/spam-1.0-py3-none-any.whl"
    write(user.dist, {"spam-1.0-py3-none-any.whl.publish.attestation": json.dumps({"version": 1, "a": "b"}),
                      "ham-1.0-py3-none-any.whl.publish.attestation": "{}", "broken.whl.publish.attestation": "{"})
    own = wheel + ".publish.attestation"
    with Registry() as r:
        tap.run("are sent when they are named", user.publish(r, "--attestations", own), 7, "Invalid attestations supplied during upload")
        tap.check("as a list", json.loads(r.seen("upload")[-1]["fields"]["attestations"][0]) == [{"version": 1, "a": "b"}], r.seen("upload")[-1])
        tap.run("among the files, too", user.publish(r, wheel, own), 7, "Invalid attestations")
        r.ask("/_empty")
        tap.run("and by themselves only where they are understood", user.publish(r), 0)
        tap.check("so not here", "attestations" not in r.seen("upload")[-1]["fields"], r.seen("upload")[-1])
        tap.run("one of another file is an error", user.publish(r, "--attestations", user.dist + "/ham-1.0-py3-none-any.whl.publish.attestation"), 2, "of no file")
        broken = own.replace(".publish.", ".broken.")
        write(user.dist, {os.path.basename(broken): "{"})
        tap.run("and so is one that is no JSON", user.publish(r, "--attestations", broken), 2, "the attestation")
        os.unlink(own)
        os.mkfifo(own)
        tap.run("a pipe is not waited for", user.publish(r, "--attestations", own), 2, "not a regular file")
        os.unlink(own)
        r.ask("/_empty")
        user = User()
        os.makedirs(user.hwb_home + "/publish", mode=0o700)
        os.chmod(user.hwb_home, 0o700)
        os.mkfifo(user.hwb_home + "/publish/%s.json" % hashlib.sha256((r.base + "/legacy/").encode() + b"\0" + b"spam-1.0-py3-none-any.whl").hexdigest())
        tap.run("nor is one in the journal", user.publish(r), 10, "not a regular file")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A real registry in a process of its own."""

    def __init__(self, *command, port, ready):
        self.base = "http://127.0.0.1:%d" % port
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.ready = ready

    def is_up(self):
        try:
            urllib.request.urlopen(self.base + self.ready, timeout=5).read()
            return True
        except OSError:
            return self.process.poll() is not None

    def __enter__(self):
        wait_for(self.is_up)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def servers(name):
    path = os.path.join(Setting.venv or "/nowhere", "servers/bin", name)
    if not os.path.exists(path):
        raise Skip("there is no %s in VENV/servers" % name)
    return path


def pypiserver(tap):
    """pypiserver takes it"""
    program, port, folder = servers("pypi-server"), free_port(), fresh("packages")
    user, other = User(sdist=True), User()
    make_wheel(other.dist, "spam", "1.0", files={"spam.py": "other = True\n"})
    with Server(program, "run", "-i", "127.0.0.1", "-p", str(port), "-a", ".", "-P", ".", "--disable-fallback", folder, port=port, ready="/simple/") as s:
        env = {"HWB_PUBLISH_USERNAME": "u", "HWB_PUBLISH_PASSWORD": "any-password"}
        words = ["publish", "--repository-url", s.base + "/", "--check-url", s.base + "/simple/"]
        tap.run("a wheel and an sdist", user.hwb(*words, env=env), 0)
        tap.check("are there as they were", {n: sha256(open(folder + "/" + n, "rb").read()) for n in os.listdir(folder)} == user.files(), os.listdir(folder))
        tap.run("again: nothing to do", user.hwb(*words, env=env), 0, "with the same sha256")
        tap.run("another of the name is refused", other.hwb(*words, env=env), 7, "another file")
        tap.run("without its index by the registry", other.hwb(*words[:3], env=env), 7, "(409)")


def private(tap):
    """an index that is not for everybody"""
    program, port, folder = servers("pypi-server"), free_port(), fresh("packages")
    user, password = User(), "word-of-the-tests"
    write(user.home, {"htpasswd": "u:{SHA}%s\n" % __import__("base64").b64encode(hashlib.sha1(password.encode()).digest()).decode()})
    with Server(program, "run", "-i", "127.0.0.1", "-p", str(port), "-a", "update,list,download", "-P", user.home + "/htpasswd", "--disable-fallback", folder, port=port,
                ready="/health") as s:
        env = {"HWB_PUBLISH_USERNAME": "u", "HWB_PUBLISH_PASSWORD": password}
        words = ["publish", "--repository-url", s.base + "/", "--check-url", s.base + "/simple/"]
        tap.run("is asked as whom is published", user.hwb(*words, env=env), 0, "published", absent=[password])
        tap.run("and says what is there", user.hwb(*words, env=env), 0, "with the same sha256")
        wrong = user.hwb(*words, env=dict(env, HWB_PUBLISH_PASSWORD="wrong-password"))
        tap.run("a wrong password leaves it unknown", wrong, 10, absent=["wrong-password"])
        other = user.hwb(*words[:4], s.base.replace("127.0.0.1", "localhost") + "/simple/", env=env)
        tap.run("an index of another host is not told it", other, 10, absent=[password])


def devpi(tap):
    """devpi takes it"""
    program, port, folder = servers("devpi-server"), free_port(), fresh("devpi")
    subprocess.run([servers("devpi-init"), "--serverdir", folder, "--root-passwd", "root-of-the-tests", "--no-root-pypi"], check=True, capture_output=True)
    user = User(sdist=True)
    with Server(program, "--serverdir", folder, "--port", str(port), "--host", "127.0.0.1", port=port, ready="/+api") as s:
        def ask(method, path, body, login=None):
            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            if login:
                import base64
                headers["X-Devpi-Auth"] = base64.b64encode(("root:" + login).encode()).decode()
            return json.load(urllib.request.urlopen(urllib.request.Request(s.base + path, json.dumps(body).encode(), headers, method=method)))
        login = ask("POST", "/+login", {"user": "root", "password": "root-of-the-tests"})["result"]["password"]
        ask("PUT", "/root/dev", {"volatile": False}, login)
        env = {"HWB_PUBLISH_USERNAME": "root", "HWB_PUBLISH_PASSWORD": "root-of-the-tests"}
        words = ["publish", "--repository-url", s.base + "/root/dev/", "--check-url", s.base + "/root/dev/+simple/"]
        run = user.hwb(*words, env=env)
        tap.run("a wheel and an sdist", run, 0, absent=["root-of-the-tests"])
        tap.run("again: nothing to do", user.hwb(*words, env=env), 0, "with the same sha256")
        wrong = dict(env, HWB_PUBLISH_PASSWORD="wrong-password")
        make_wheel(user.dist, "spam", "2.0")
        tap.run("a wrong password is refused", user.hwb(*words, env=wrong), 7, "the credential was HWB_PUBLISH_PASSWORD, as user 'root'", absent=["wrong-password"])


if __name__ == "__main__":
    word = begin(sys.argv)
    Tap().all([simple, parity, refusals, answers, cut_short, hostile, forged, troubles, existing, redirects, tls, foreign, places_of_passwords, credentials, changed, killed, at_once, busy, stumbles, heavy, receipts, releases, unseen, unswapped, large, trusted,
               attestations, pypiserver, private, devpi], word)
