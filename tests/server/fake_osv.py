"""A loopback OSV service: POST v1/querybatch, GET v1/vulns/ID, over a list of advisories. The first part of the path is how it errs.

What it says is about a package, by name; which versions are meant is for who asks to decide (decide=...: or for this function, as the real
service does). Standard library only.
"""
import http.server
import json
import re
import ssl
import threading
import time

CODES = ("400", "403", "404", "429", "500", "503")
BODIES = {
    "html": (b"<!DOCTYPE html><title>Sign in</title>", "text/html"),
    "garbage": (b"\xff\xfe{\x00" * 100, "application/json"),
    "empty": (b"", "application/json"),
    "cut": (b'{"results":[{"vulns":[{"id":"PYSEC-2', "application/json"),
    "twice": (b'{"results":[],"results":[{}]}', "application/json"),
    "list": (b"[]", "application/json"),
    "few": (b'{"results":[]}', "application/json"),
    "evil-id": (b'{"results":[{"vulns":[{"id":"../../etc/passwd"}]}]}', "application/json"),
    "deep": (b'{"results":' + b"[" * 100000, "application/json"),
}


def matches(record, name):
    """Whether the record is about that package."""
    if name.startswith("pkg:"):
        return any(a["package"].get("purl") == name for a in record["affected"])
    return any(a["package"]["ecosystem"] == "PyPI" and re.sub(r"[-_.]+", "-", a["package"]["name"]).lower() == name for a in record.get("affected", []))


class FakeOsv:
    """As a context. records: OSV's, by id. requests: what it was asked: (method, path, body)."""

    def __init__(self, records, page=0, decide=None, tls=None):
        self.everything = False  # every advisory is about everything
        self.decide = decide or (lambda record, name, version: True)
        self.records, self.page, self.requests, self.other = {r["id"]: r for r in records}, page, [], None
        self.released = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def say(self, code, body, kind="application/json", **headers):
                self.send_response(code)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                for key, value in headers.items():
                    self.send_header(key.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                self.answer(b"")

            def do_POST(self):
                self.answer(self.rfile.read(int(self.headers["Content-Length"])))

            def answer(self, body):
                outer.requests.append((self.command, self.path, body))
                mode, _, rest = self.path[1:].partition("/")
                only, _, what = mode.partition(":")  # "get:404": of records alone
                if only == "get":
                    mode = what if self.command == "GET" else "right"
                if only == "purl":
                    mode = what if b'"purl"' in body else "right"
                if mode in CODES:
                    return self.say(int(mode), b'{"code":5,"message":"no"}')
                if mode in BODIES:
                    return self.say(200, *BODIES[mode])
                if hasattr(self, "do_" + mode.replace("-", "_")):
                    return getattr(self, "do_" + mode.replace("-", "_"))(rest)
                if self.command == "POST":
                    return self.say(200, json.dumps({"results": [outer.ask(q) for q in json.loads(body)["queries"]]}).encode())
                record = outer.records.get(rest.rsplit("/", 1)[-1])
                return self.say(200, json.dumps(record).encode()) if record else self.say(404, b"{}")

            def do_large(self, _):
                """Ten gigabytes, by its own word."""
                self.send_response(200)
                self.send_header("Content-Length", str(10 << 30))
                self.end_headers()
                self.wfile.write(b" " * 65536)
                self.close_connection = True

            def do_endless(self, _):
                """Without a length, as much as is taken."""
                self.send_response(200)
                self.send_header("Connection", "close")
                self.end_headers()
                with_end = time.monotonic() + 100
                try:
                    while time.monotonic() < with_end:
                        self.wfile.write(b" " * (1 << 20))
                except OSError:
                    pass
                self.close_connection = True

            def do_drip(self, _):
                """Faster than what counts as no progress, and never at its end."""
                self.send_response(200)
                self.send_header("Content-Length", str(1 << 20))
                self.end_headers()
                try:
                    while not outer.released.wait(0.01):
                        self.wfile.write(b" " * 64)
                except OSError:
                    pass
                self.close_connection = True

            def do_silent(self, _):
                outer.released.wait(100)
                self.close_connection = True

            def do_cut_off(self, _):
                """Half of what it said that it would send."""
                self.send_response(200)
                self.send_header("Content-Length", "100")
                self.end_headers()
                self.wfile.write(b'{"results":[')
                self.close_connection = True

            def do_to_http(self, rest):
                self.say(302, b"", Location="http://vuln.example/" + rest)

            def do_to_other(self, rest):
                self.say(307, b"", Location="http://127.0.0.1:%d/right/%s" % (outer.other, rest))

            def do_to_self(self, rest):
                self.say(308, b"", Location="/right/" + rest)

            def do_token_loop(self, _):
                self.say(200, b'{"results":[{"vulns":[],"next_page_token":"again"}]}')

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.scheme = "https" if tls else "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.handle_error = lambda *_: None  # a client that has read enough
        self.port = self.server.server_port

    def ask(self, query):
        package = query["package"]
        name = package.get("purl") or package["name"]
        found = sorted(i for i, r in self.records.items() if (self.everything or matches(r, name)) and self.decide(r, name, query.get("version")))
        found = [{"id": i, "modified": self.records[i]["modified"]} for i in found]
        if not self.page:
            return {"vulns": found} if found else {}
        at = int(query.get("page_token", "0"))
        answer = {"vulns": found[at:at + self.page]}
        if at + self.page < len(found):
            answer["next_page_token"] = str(at + self.page)
        return answer

    def url(self, mode="right"):
        return "%s://%s:%d/%s/" % (self.scheme, "localhost" if self.scheme == "https" else "127.0.0.1", self.port, mode)

    def posts(self):
        return [json.loads(body) for method, _, body in self.requests if method == "POST"]

    def gets(self):
        return [path.rsplit("/", 1)[-1] for method, path, _ in self.requests if method == "GET"]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
