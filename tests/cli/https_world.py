"""An internet of our own for tests of https and git+https: a network and a mount namespace that hold nothing but lo, names by a
bind mount over /etc/hosts, two CAs, and one server that speaks TLS under every name. Nothing can leave it: lo is all there is.

Standard library, and the programs unshare, mount, openssl and git.
"""
import contextlib
import fcntl
import http.server
import os
import re
import socket
import ssl
import struct
import subprocess
import sys
import threading

import support
from support import IS_ROOT, Tap, fresh, write

# 192.31.196.0/24 (AS112, RFC 7535) is globally reachable by the registry, so that the proxy takes it for public, and out there it
# is a sink; in here it is lo. name: (address, who signed its certificate, days it is valid, the name in it)
NAMES = {
    "git.hwb.test": ("192.31.196.1", "known", 2, "git.hwb.test"),
    "files.hwb.test": ("192.31.196.2", "known", 2, "files.hwb.test"),
    "elsewhere.hwb.test": ("192.31.196.3", "known", 2, "elsewhere.hwb.test"),
    "expired.hwb.test": ("192.31.196.4", "known", -1, "expired.hwb.test"),
    "unknown.hwb.test": ("192.31.196.5", "stranger", 2, "unknown.hwb.test"),
    "renamed.hwb.test": ("192.31.196.6", "known", 2, "git.hwb.test"),
    "private.hwb.test": ("10.0.0.1", "known", 2, "private.hwb.test"),
    "inner.hwb.test": ("127.0.0.1", "known", 2, "inner.hwb.test"),
}
HTTPS, OTHER, HTTP = 443, 8443, 80
SYSTEM_CA = "/etc/ssl/certs/ca-certificates.crt"
MARK = "HWB_TEST_OUTSIDE"   # the network namespace that was left, in the environment of the inner run
SIOCSIFFLAGS, SIOCSIFADDR, IFF_UP_RUNNING_LOOPBACK = 0x8914, 0x8916, 0x49


def enter():
    """Runs this program anew in namespaces of its own and returns in there only; False when that takes root."""
    here = os.readlink("/proc/self/ns/net")
    if not IS_ROOT:
        return False
    if MARK not in os.environ:
        os.environ[MARK] = here
        os.execvp("unshare", ["unshare", "--net", "--mount", "--propagation", "private", sys.executable, *sys.argv])
    # Before the first byte is sent: this is another network, and there is no way out of it.
    if os.environ.pop(MARK) == here or socket.if_nameindex() != [(1, "lo")]:
        sys.exit("this is no network namespace of our own")
    return True


def raise_loopback():
    """An address with its class's prefix: lo then answers for the whole block."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP_RUNNING_LOOPBACK))
        for alias, address in ((b"lo:1", "192.31.196.1"), (b"lo:2", "10.0.0.1")):
            fcntl.ioctl(s, SIOCSIFADDR, struct.pack("16sHH4s8x", alias, socket.AF_INET, 0, socket.inet_aton(address)))


def bind_over(path, text):
    new = os.path.join(write(fresh("bound"), {"file": text}), "file")
    os.chmod(os.path.dirname(new), 0o755)
    subprocess.run(["mount", "--bind", new, path], check=True)


class Authority:
    """A CA and what it has signed, in one folder."""

    def __init__(self, name):
        self.folder = fresh("ca-" + name)
        os.chmod(self.folder, 0o755)
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=hwb tests " + name, "-keyout",
                     "ca.key", "-out", "ca.pem")
        self.path = os.path.join(self.folder, "ca.pem")

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def sign(self, host, subject, days):
        """A context for a server that shows this certificate."""
        write(self.folder, {"san": "subjectAltName=DNS:%s\nbasicConstraints=critical,CA:FALSE\n" % subject})
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=" + subject, "-keyout", host + ".key", "-out",
                     host + ".csr")
        self.openssl("x509", "-req", "-in", host + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                     str(days), "-extfile", "san", "-out", host + ".pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(self.folder, host + ".pem"), os.path.join(self.folder, host + ".key"))
        return context


class Handler(http.server.BaseHTTPRequestHandler):
    """/files/NAME, /cut/NAME (half of it), /to/SCHEME/REST (a redirect there), /git/NAME (git's smart protocol), /closed/ (401)."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        host = self.headers.get("Host", "").partition(":")[0]
        self.server.world.seen.append((host, self.path))
        path, _, query = self.path.partition("?")
        if (host, path) in self.server.world.pages:
            return self.answer(200, self.server.world.pages[host, path])
        where, _, rest = path[1:].partition("/")
        answer = {"files": self.give_file, "cut": self.give_file, "to": self.redirect, "git": self.give_git,
                  "closed": self.close_door}.get(where)
        return answer(where, rest, query) if answer else self.answer(404, b"no such path\n")

    do_POST = do_GET

    def answer(self, code, body, headers=(), whole=True):
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if whole else body[: len(body) // 2])
        self.close_connection = not whole

    def give_file(self, where, rest, _query):
        path = os.path.join(self.server.world.files, os.path.basename(rest))
        if not os.path.isfile(path):
            return self.answer(404, b"no such file\n")
        return self.answer(200, open(path, "rb").read(), whole=where == "files")

    def redirect(self, _where, rest, query):
        scheme, _, rest = rest.partition("/")
        return self.answer(302, b"elsewhere\n", [("Location", "%s://%s%s" % (scheme, rest, "?" + query if query else ""))])

    def close_door(self, *_):
        return self.answer(401, b"who are you\n", [("WWW-Authenticate", 'Basic realm="world"')])

    def give_git(self, _where, rest, query):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        get = self.headers.get
        env = {"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": self.server.world.repositories, "GIT_HTTP_EXPORT_ALL": "1",
               "PATH_INFO": "/" + rest, "QUERY_STRING": query, "REQUEST_METHOD": self.command, "CONTENT_LENGTH": str(len(body)),
               "CONTENT_TYPE": get("Content-Type", ""), "HTTP_CONTENT_ENCODING": get("Content-Encoding", ""),
               "GIT_PROTOCOL": get("Git-Protocol", "")}
        done = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [tuple(line.split(": ", 1)) for line in head.decode().splitlines()]
        status = [value for name, value in headers if name == "Status"]
        return self.answer(int(status[0].split()[0]) if status else 200, content, [h for h in headers if h[0] != "Status"])


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass    # clients that refuse a certificate are what is being tested


class World:
    """Started once; the tests look at `seen`, the (host, path) of every request that arrived. pages: {(host, path): bytes} of theirs."""

    def __init__(self):
        self.files, self.repositories, self.seen, self.pages = fresh("files"), fresh("repositories"), [], {}
        authorities = {name: Authority(name) for name in ("known", "stranger")}
        self.ca, self.stranger = authorities["known"].path, authorities["stranger"].path
        contexts = {host: authorities[by].sign(host, subject, days) for host, (_, by, days, subject) in NAMES.items()}
        raise_loopback()
        bind_over("/etc/hosts", "127.0.0.1 localhost\n" + "".join("%s %s\n" % (row[0], host) for host, row in NAMES.items()))
        for port in (HTTPS, OTHER, HTTP):
            server = Server(("0.0.0.0", port), Handler)
            server.world = self
            if port != HTTP:
                server.socket = self.choose_by_name(contexts).wrap_socket(server.socket, server_side=True,
                                                                          do_handshake_on_connect=False)
            threading.Thread(target=server.serve_forever, daemon=True).start()

    @staticmethod
    def choose_by_name(contexts):
        def chosen(connection, name, _context):
            if name not in contexts:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            connection.context = contexts[name]
            return None
        first = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        first.sni_callback = chosen
        return first

    def hosts_asked(self):
        return {host for host, _ in self.seen}

    @contextlib.contextmanager
    def trusted(self):
        """The machine's own certificates are ours for the while; a build sees them too."""
        bind_over(SYSTEM_CA, open(self.ca).read())
        try:
            yield
        finally:
            subprocess.run(["umount", SYSTEM_CA], check=True)


def attempts(place):
    """What the audit log has of the proxy: (host, port, verdict, reason) of each attempt."""
    return [(e["host"], e["port"], e["verdict"], e["reason"]) for e in place.log() if e["event"] == "network.attempt"]


def fetched(place):
    return [e for e in place.log() if e["event"] == "source.fetched"]


def is_commit(text):
    return bool(re.fullmatch("[0-9a-f]{40}", text or ""))


def run(tests):
    """The program of a file of such tests; tests: their class, made of a World."""
    inside = enter()
    word = support.begin(sys.argv)
    if not inside:
        tap = Tap()
        for test in tests.all(tests):
            tap.skip(test.__doc__, "a network namespace with names of our own takes root")
        print("1..%d" % tap.count)
        sys.exit(0)
    Tap().all(tests(World()).all(), word)
