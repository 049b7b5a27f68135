"""The way out of a build (--allow-host): a real build in a network of our own, and everything its proxy must and must not do.
Rules: reference/sandbox.md section 8 and probe 57. TAP on stdout.

usage: egress.py HWB [VENV] [--only WORD]: as root it runs itself again in namespaces of its own (https_world.py).
"""
import io
import json
import os
import shutil
import sys
import zipfile

sys.dont_write_bytecode = True  # before the others: the source tree stays as it is

import https_world
import support
from https_world import OTHER
from scenario_sources import repository
from support import Place, make_wheel, project, write

GO, NPM = "/usr/local/go/bin/go", "/usr/bin/npm"
HOST, SECOND = "files.hwb.test", "elsewhere.hwb.test"
# What a build tries; each line of its answer is "TRY name: outcome".
LOOK = """def build_wheel(folder, settings=None, metadata=None):
    import json, os, socket, ssl, subprocess, urllib.request
    def told(name, outcome):
        print("TRY " + json.dumps([name, outcome]), flush=True)
    def ask(head, more=b"", port=3128):
        with socket.create_connection(("127.0.0.1", port), 20) as s:
            s.sendall(head)
            answer = s.recv(4096).decode("latin-1").split("\\r\\n")[0]
            if more:
                s.sendall(more)
                s.settimeout(20)
                try:
                    answer += " then %%d" %% len(s.recv(1))
                except OSError as error:
                    answer += " then " + type(error).__name__
            return answer
    def connect(target, more=b""):
        return ask(b"CONNECT " + target + b" HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n", more)
    def get(url):
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return "%%d %%d" %% (answer.status, len(answer.read()))
        except Exception as error:
            return "%%s: %%s" %% (type(error).__name__, error)
    def hello(target, name, protocols=None):
        with socket.create_connection(("127.0.0.1", 3128), 20) as s:
            s.sendall(b"CONNECT " + target + b" HTTP/1.1\\r\\n\\r\\n")
            s.recv(4096)
            context = ssl.create_default_context()
            context.check_hostname = False
            try:
                with context.wrap_socket(s, server_hostname=name) as t:
                    t.sendall(b"GET /files/x HTTP/1.0\\r\\nHost: files.hwb.test\\r\\n\\r\\n")
                    return "tls " + t.recv(12).decode()
            except OSError as error:
                return type(error).__name__
    def run(*words, **env):
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=dict(os.environ, **env), timeout=100)
        return [done.returncode, done.stdout.decode("utf-8", "replace")[-300:]]
%s
    return wheel(folder)
"""
# Each connection: a hello, and ten thousand bytes in the same piece.
FLOOD = """
context, refused = ssl.create_default_context(), 0
for _ in range(40):
    hello, incoming = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, hello, server_hostname="files.hwb.test")
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    with socket.create_connection(("127.0.0.1", 3128), 20) as s:
        s.sendall(b"CONNECT files.hwb.test:443 HTTP/1.1\\r\\n\\r\\n")
        refused += b"403" in s.recv(4096)
        try:
            s.sendall(hello.read() + b"\\x17\\x03\\x03\\x27\\x10" + b"x" * 10000)
            s.settimeout(20)
            s.recv(100)
        except OSError:
            pass
told("refused", refused)
"""


def looking(code, **table):
    return project(LOOK % "\n".join("    " + line for line in code.strip("\n").split("\n")), **table)


class Tests:
    def __init__(self, world):
        self.world = world
        write(world.files, {"x": "some bytes\n", "big": "x" * 3000000})
        tree, _ = repository()
        os.rename(tree, os.path.join(world.repositories, "demo"))

    def all(self):
        return [self.requests, self.hosts, self.hellos, self.clients, self.records, self.limits, self.any_host, self.private, self.project_asks,
                self.failing, self.authorities]

    def build(self, code, *words, place=None, env=None, trusted=True, **table):
        """What the build tells of its tries, the run and its place."""
        place = place or Place()
        source = code if os.path.isdir(code) else looking(code, **table)
        command = ["--no-index", "--wheel", "-v", "--report", place.top + "/report.json", *words, source]
        self.world.seen.clear()
        if trusted:
            with self.world.trusted():
                run = place.build(*command, env=env)
        else:
            run = place.build(*command, env=env)
        tries = [json.loads(line.partition("TRY ")[2]) for line in run.err.splitlines() if "TRY [" in line]
        return dict(tries), run, place

    def rows(self, tap, code, rows, *words, **more):
        got, run, place = self.build(code, *words, **more)
        tap.check("the build itself succeeds", run.code == 0, run.told())
        for name, want, sentence in rows:
            answer = got.get(name, "not tried")
            tap.check(sentence, want(answer) if callable(want) else str(answer).startswith(want), name, answer)
        return run, place

    def requests(self, tap):
        """requests of every shape"""
        code = """
told("allowed", connect(b"files.hwb.test:443"))
told("upper", connect(b"FILES.hwb.TEST:443"))
told("dot", connect(b"files.hwb.test.:443"))
told("port", connect(b"files.hwb.test:22"))
told("none", connect(b"files.hwb.test"))
told("unlisted", connect(b"git.hwb.test:443"))
told("literal", connect(b"192.31.196.2:443"))
told("literal6", connect(b"[::1]:443"))
told("decimal", connect(b"3223307266:443"))
told("at", connect(b"files.hwb.test:443@git.hwb.test:443"))
told("userinfo", connect(b"git.hwb.test:443@files.hwb.test:443"))
told("nul", connect(b"files.hwb.test\\0.git.hwb.test:443"))
told("crlf", connect(b"files.hwb.test:443\\r\\nX: y\\r\\n\\r\\nCONNECT git.hwb.test:443"))
told("space", connect(b"files.hwb.test:443 git.hwb.test:443"))
told("get", ask(b"GET http://files.hwb.test/files/x HTTP/1.1\\r\\nHost: files.hwb.test\\r\\n\\r\\n"))
told("post", ask(b"POST https://files.hwb.test/files/x HTTP/1.1\\r\\nHost: files.hwb.test\\r\\n\\r\\n"))
told("long", ask(b"CONNECT files.hwb.test:443 HTTP/1.1\\r\\nX: " + b"y" * 9000 + b"\\r\\n\\r\\n"))
told("junk", ask(b"\\x16\\x03\\x01\\x02\\x00\\x01\\r\\n\\r\\n"))
"""
        forbidden, bad = "HTTP/1.1 403", lambda a: a[:12] in ("HTTP/1.1 400", "HTTP/1.1 403")
        self.rows(tap, code, [
            ("allowed", "HTTP/1.1 200", "a listed host is reached"), ("upper", lambda a: a[:12] in ("HTTP/1.1 200", "HTTP/1.1 400", "HTTP/1.1 403"), "upper case is the same name or none"),
            ("dot", bad, "a trailing dot makes another name"), ("port", forbidden, "another port is refused"), ("none", bad, "so is none"),
            ("unlisted", forbidden, "a host that is not listed is refused"), ("literal", bad, "an address is no name"),
            ("literal6", bad, "of neither family"), ("decimal", bad, "in no spelling"), ("at", bad, "a host behind an @ is refused"),
            ("userinfo", bad, "and one before it"), ("nul", bad, "a NUL in the name is refused"),
            ("crlf", "HTTP/1.1 ", "lines behind the first do not make a second request"), ("space", bad, "two targets are refused"),
            ("get", "HTTP/1.1 405", "an absolute GET is refused"), ("post", "HTTP/1.1 405", "and a POST"),
            ("long", "HTTP/1.1 431", "a head over 8 KiB is refused"), ("junk", "HTTP/1.1 40", "and what is no HTTP")], "--allow-host", HOST)
        tap.check("nobody but the listed host was asked", self.world.hosts_asked() <= {HOST}, self.world.seen)

    def hosts(self, tap):
        """hosts and ports are exact"""
        code = """
told("listed", get("https://files.hwb.test/files/x"))
told("port", get("https://elsewhere.hwb.test:8443/files/x"))
told("other port", get("https://elsewhere.hwb.test/files/x"))
told("suffix", get("https://git.hwb.test/files/x"))
told("private", get("https://private.hwb.test/files/x"))
told("inner", get("https://inner.hwb.test/files/x"))
"""
        self.rows(tap, code, [
            ("listed", "200 11", "a listed host is fetched from"), ("port", "200 11", "on a port of its own"),
            ("other port", "URLError", "and no other"), ("suffix", "URLError", "a sibling of a listed name is not listed"),
            ("private", "URLError", "a listed name that leads to a private address is refused"),
            ("inner", "URLError", "and one that leads to the loopback")],
            "--allow-host", HOST, "--allow-host", "%s:%d" % (SECOND, OTHER), "--allow-host", "private.hwb.test", "--allow-host", "inner.hwb.test")
        tap.check("those were never asked", self.world.hosts_asked() == {HOST, SECOND}, self.world.seen)

    def hellos(self, tap):
        """the TLS hello names the host"""
        code = """
told("same", hello(b"files.hwb.test:443", "files.hwb.test"))
told("other", hello(b"files.hwb.test:443", "elsewhere.hwb.test"))
told("none", hello(b"files.hwb.test:443", None))
told("plain", connect(b"files.hwb.test:443", b"GET /files/x HTTP/1.0\\r\\n\\r\\n"))
"""
        self.rows(tap, code, [("same", "tls HTTP/1.1 200"[:12], "the same name passes"), ("other", lambda a: "Error" in a, "another name does not"),
                              ("none", lambda a: "Error" in a, "nor none"), ("plain", lambda a: " then 0" in a or "Error" in a, "nor what is no TLS")], "--allow-host", HOST)
        tap.check("fronting reached nobody", self.world.hosts_asked() == {HOST} and len(self.world.seen) == 1, self.world.seen)

    def go_and_npm(self):
        """A module proxy and a registry that say just enough, and the lines that ask them."""
        module = io.BytesIO()
        with zipfile.ZipFile(module, "w") as out:
            out.writestr("hwb.test/tiny@v1.0.0/go.mod", "module hwb.test/tiny\n")
        for suffix, body in (("info", b'{"Version":"v1.0.0"}'), ("mod", b"module hwb.test/tiny\n"), ("zip", module.getvalue())):
            self.world.pages[HOST, "/go/hwb.test/tiny/@v/v1.0.0." + suffix] = body
        self.world.pages[HOST, "/npm/tiny"] = json.dumps({"name": "tiny", "dist-tags": {"latest": "1.0.0"}, "versions": {
            "1.0.0": {"name": "tiny", "version": "1.0.0", "dist": {"tarball": "https://files.hwb.test/files/tiny.tgz"}}}}).encode()
        return """
told("go", run(%r, "mod", "download", "hwb.test/tiny@v1.0.0", GOPROXY="https://files.hwb.test/go", GONOSUMDB="*", GOFLAGS="-mod=mod"))
told("npm", run(%r, "view", "tiny", "version", "--registry", "https://files.hwb.test/npm/"))
""" % (GO, NPM)

    def clients(self, tap):
        """the programs that people use"""
        links = support.fresh("links")
        shutil.copy(make_wheel(links, "helper", "1.0"), self.world.files)
        code = """
told("urllib", get("https://files.hwb.test/files/x"))
told("curl", run("curl", "-sS", "https://files.hwb.test/files/x"))
told("git", run("git", "clone", "-q", "https://git.hwb.test/git/demo", "/tmp/demo"))
told("git ssh", run("git", "clone", "-q", "ssh://git.hwb.test/git/demo", "/tmp/demo2", GIT_SSH_COMMAND="false"))
told("pip", run(%r, "-m", "pip", "download", "-q", "--no-deps", "-d", "/tmp/pip", "https://files.hwb.test/files/helper-1.0-py3-none-any.whl"))
told("unlisted", run("curl", "-sS", "https://elsewhere.hwb.test/files/x"))
""" % support.Setting.python
        code += self.go_and_npm()
        rows = [("urllib", "200 11", "urllib fetches"), ("git", "[0,", "git clones"), ("unlisted", lambda a: a[0] != 0, "curl meets the list")]
        if shutil.which("curl", path="/usr/bin"):
            rows.append(("curl", lambda a: a == [0, "some bytes\n"], "curl fetches"))
        if os.path.exists(GO):
            rows.append(("go", lambda a: a[0] == 0, "go fetches a module"))
        if os.path.exists(NPM):
            rows.append(("npm", lambda a: a == [0, "1.0.0\n"], "npm looks a package up"))
        rows.append(("git ssh", lambda a: a[0] != 0, "git over ssh has no way"))
        self.rows(tap, code, rows, "--allow-host", HOST, "--allow-host", "git.hwb.test")

    def records(self, tap):
        """what is written down"""
        code = """
get("https://files.hwb.test/files/big")
connect(b"git.hwb.test:443")
try:
    socket.create_connection(("203.0.113.5", 443), 5)
except OSError:
    pass
try:
    socket.getaddrinfo("quiet.hwb.test", 443)
except OSError:
    pass
"""
        _, run, place = self.build(code, "--allow-host", HOST)
        network = {(n["way"], n["host"], n["port"]): n for n in place.report()["network"]}
        good = network.get(("proxy", HOST, 443), {})
        tap.check("an allowed connection, with the bytes of both ways", run.code == 0 and good.get("verdict") == "allowed" and
                  good["bytes_down"] > 3000000 and 100 < good["bytes_up"] < 100000, network, run.told())
        tap.check("one that the proxy refused, with its reason", network.get(("proxy", "git.hwb.test", 443), {}).get("reason") == "this host and port are not on the list", network)
        tap.check("a direct connection and a name, refused too", network.get(("connect", "203.0.113.5", 443), {}).get("verdict") == "denied" and
                  ("dns", "quiet.hwb.test", 0) in network, network)
        events = {(e["way"], e["host"], e["verdict"]) for e in place.log() if e["event"] == "network.attempt"}
        tap.check("all of them are in the audit log", events == {(w, h, n["verdict"]) for (w, h, _), n in network.items()}, events)
        tap.check("and on the terminal", "the build reached files.hwb.test:443" in run.err and "tried to reach" in run.err and "203.0.113.5:443" in run.err, run.err)

    def limits(self, tap):
        """bytes have limits"""
        code = """
told("down", get("https://files.hwb.test/files/big"))
told("after", get("https://files.hwb.test/files/x"))
"""
        got, run, place = self.build(code, "--allow-host", HOST, "--limit", "network-down=1M")
        tap.check("a download over the limit is broken off", "200" not in got["down"][:3], got, run.told())
        tap.check("and nothing is fetched behind it", "200" not in got["after"][:3], got)
        tap.run("the build ends with it, and the limit is named", run, 9, "received more than its limit", "--limit network-down=")
        reasons = [n["reason"] for n in place.report()["network"]]
        tap.check("and the report says why", reasons == ["the limit network-down is reached"] * 2, reasons)
        got, run, place = self.build(code + "raise OSError('no file')\n", "--allow-host", HOST, "--limit", "network-down=1M")
        tap.run("a build that fails for that says so first", run, 9, "received more than its limit", "no file", "--limit network-down=")
        got, run, place = self.build(FLOOD, "--allow-host", HOST, "--limit", "network-up=100K")
        tap.run("what stands behind a hello counts too, over all connections", run, 9, "sent more than its limit", "--limit network-up=")
        attempts = place.report()["network"]
        tap.check("once it is reached nobody is connected", got["refused"] >= 30 and sum(n["verdict"] == "allowed" for n in attempts) <= 10, got, attempts)

    def any_host(self, tap):
        """network-isolation = false"""
        code = """
told("listed", get("https://files.hwb.test/files/x"))
told("another", get("https://elsewhere.hwb.test/files/x"))
told("port", get("https://elsewhere.hwb.test:8443/files/x"))
told("inner", get("https://inner.hwb.test/files/x"))
told("http", ask(b"GET http://files.hwb.test/files/x HTTP/1.1\\r\\n\\r\\n"))
told("interfaces", [name for _, name in socket.if_nameindex()])
"""
        self.rows(tap, code, [("listed", "200 11", "any public host is reached"), ("another", "200 11", "each of them"),
                              ("port", "URLError", "on port 443 alone"), ("inner", "URLError", "but nothing inside"),
                              ("http", "HTTP/1.1 405", "over TLS alone"), ("interfaces", "['lo']", "and never in the host's network")],
                  env={"HWB_NETWORK_ISOLATION": "false"})

    def private(self, tap):
        """private ranges are the operator's to name"""
        code = """
told("private", get("https://private.hwb.test/files/x"))
told("inner", get("https://inner.hwb.test/files/x"))
"""
        rows = [("private", "200 11", "a pair of host and range opens that range for that host"), ("inner", "URLError", "and no other range")]
        self.rows(tap, code, rows, "--allow-host", "private.hwb.test", "--allow-host", "inner.hwb.test",
                  env={"HWB_PRIVATE_HOSTS": "private.hwb.test=10.0.0.0/8 inner.hwb.test=10.0.0.0/8"})

    def project_asks(self, tap):
        """a project that asks"""
        more = "\n[tool.hwb.security]\nnetwork-allowed-hosts = ['files.hwb.test']\n"
        code = "told('get', get('https://files.hwb.test/files/x'))"
        got, run, _ = self.build(code, more=more)
        tap.run("is refused by name, with the flag", run, 2, "network-allowed-hosts", "--trust-project")
        got, run, _ = self.build(code, "--trust-project", more=more)
        tap.check("and gets it when it is trusted", run.code == 0 and got.get("get") == "200 11", got, run.told())

    def failing(self, tap):
        """a build that fails for want of a host"""
        code = "urllib.request.urlopen('https://git.hwb.test/files/x')"
        _, run, _ = self.build(code, "--allow-host", HOST)
        tap.run("lists the host it asked for and the flag that allows it", run, 1, "git.hwb.test", "--allow-host")

    def authorities(self, tap):
        """the operator's certificates"""
        code = "told('get', get('https://files.hwb.test/files/x'))"
        got, run, _ = self.build(code, "--allow-host", HOST, trusted=False)
        tap.check("a stranger's certificate is refused inside", run.code == 0 and "CERTIFICATE_VERIFY_FAILED" in got["get"], got, run.told())
        got, run, _ = self.build(code, "--allow-host", HOST, "--cert", self.world.ca, trusted=False)
        tap.check("--cert counts inside too", run.code == 0 and got.get("get") == "200 11", got, run.told())


https_world.run(Tests)
