#!/usr/bin/env python3
"""A package index on the loopback that can answer wrongly on purpose. Standard library only.

    fake_index.py DIR [--tls CERT KEY] [--bind 127.0.0.1]

serves the wheels and sdists (and any other file) of DIR; the first line on stdout is its port. Paths:

    /simple/  /simple/NAME/         PEP 503/691 pages, HTML or JSON (1.4) by Accept
    /files/FILE                     the files; Range and HEAD work
    /files/WHEEL.metadata           PEP 658
    /_count                         JSON: how often each path was asked
    /_seen                          JSON: [{path, headers in lower case}, ...], all requests
    /_reset                         forgets both

Each may have a segment of modes in front, joined by '+': /html+nometa/simple/NAME/. Links on a page are relative, so that
files inherit the page's modes. A mode is NAME[:N][@KIND]; N is its number, KIND restricts it to `pages`, `files` or `meta`
(a .metadata file). Modes:

    html            pages are HTML whatever Accept says
    json            pages are JSON whatever Accept says
    api:1.N         JSON of that version: 1.1 has size, upload-time, versions; 1.3 provenance; 1.4 project-status
    api2            JSON with api-version 2.0
    nometa          no core-metadata on the page, .metadata answers 404
    badmeta         the page's hash of .metadata is wrong
    badhash         the page's sha256 of each file is wrong
    nohash          no hashes on the page
    nosize          no size on the page
    wrongsize       size on the page is one too many
    noupload        no upload-time on the page
    yanked          every file is yanked, with a reason
    quarantined     project-status quarantined, the files still listed
    archived, deprecated  the same with another status, and a reason
    badjson         a page cut in the middle, with a matching Content-Length
    huge-page[:N]   a page padded with blanks to N MiB (70)
    truncated[:N]   half of the body under the whole one's Content-Length: always, or the first N times of that path
    status:N        answers with that status
    500[:N]         answers 500 always, or the first N times of that path
    429[:N]         answers 429 with Retry-After: 0, the same way
    retry-after:N   answers 429 with Retry-After: N
    reset[:N]       closes the connection without an answer, the same way
    slow[:N]        one byte every N milliseconds (50)
    hang            takes the request and never answers
    redirect        302 to the same path without modes
    redirect-host   302 to the same path under the other loopback name (localhost for 127.0.0.1 and back)
    redirect-loop   302 to itself
    redirect-chain:N  N redirects, then fine
    redirect-http-host  302 to http://fake.invalid/
    redirect-creds  302 to the same path with user:secret@ in the URL
    redirect-file   302 to file:///etc/passwd
    404-empty       404 without a body
    gzip            bodies are gzip encoded
    gzip-bomb[:N]   a gzip encoded body of N MiB of blanks (100)
    headers[:N]     N KiB of header lines (200)
    range200        ignores Range, does not offer it
    auth            401 unless Basic user:secret
    etag            sends ETag, answers If-None-Match with 304
"""
import argparse
import base64
import contextlib
import gzip
import hashlib
import html
import json
import os
import re
import sys
import threading
import time
import urllib.parse
import zipfile
from http.server import BaseHTTPRequestHandler

sys.dont_write_bytecode = True  # before the other: the source tree stays as it is
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))    # python3 -I leaves it out

import serving

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
BASIC = "Basic " + base64.b64encode(b"user:secret").decode()
MIB = 1 << 20


def normalize(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def split_name(filename):
    """(name, version) of a wheel or sdist, or None."""
    if filename.endswith(".whl") and filename.count("-") >= 4:
        return tuple(filename.split("-")[:2])
    for end in (".tar.gz", ".zip"):
        if filename.endswith(end) and "-" in filename:
            return tuple(filename[: -len(end)].rsplit("-", 1))
    return None


class Store:
    """The files of the directory, and what the pages say about them."""

    def __init__(self, folder):
        self.folder, self.known = folder, {}

    def read(self, name):
        path = os.path.join(self.folder, name)
        if "/" in name or name.startswith(".") or not os.path.isfile(path):
            return None
        return open(path, "rb").read()

    def metadata(self, name):
        data = os.path.join(self.folder, name)
        if not name.endswith(".whl") or self.read(name) is None:
            return None
        try:
            with zipfile.ZipFile(data) as z:
                found = [n for n in z.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", n)]
                return z.read(found[0]) if found else None
        except zipfile.BadZipFile:
            return None

    def facts(self, name):
        path = os.path.join(self.folder, name)
        st = os.stat(path)
        key = (name, st.st_mtime_ns, st.st_size)
        if key not in self.known:
            meta = self.metadata(name)
            python = re.search(rb"(?mi)^Requires-Python: *(.+?) *$", (meta or b"").split(b"\n\n")[0])
            self.known[key] = {
                "sha256": hashlib.sha256(self.read(name)).hexdigest(), "size": st.st_size,
                "meta": hashlib.sha256(meta).hexdigest() if meta is not None else None,
                "python": python.group(1).decode().strip() if python else None,
                "upload": time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(st.st_mtime)),
            }
        return self.known[key]

    def projects(self):
        found = {}
        for f in sorted(os.listdir(self.folder)):
            if split_name(f):
                found.setdefault(normalize(split_name(f)[0]), []).append(f)
        return found


class Modes(dict):
    """{name: number or ""} of the modes that apply to a request."""

    def __init__(self, segment, kind):
        super().__init__()
        for part in filter(None, segment.split("+")):
            part, _, only = part.partition("@")
            name, _, number = part.partition(":")
            if not only or only == kind:
                self[name] = number

    def number(self, name, default):
        return int(self[name]) if self[name] else default


def page_json(project, files, modes, store):
    version = "2.0" if "api2" in modes else modes.get("api") or "1.4"
    minor = int(version.split(".")[1])
    entries = []
    for f in files:
        facts = store.facts(f)
        entry = {"filename": f, "url": "../../files/" + urllib.parse.quote(f), "requires-python": facts["python"],
                 "hashes": {} if "nohash" in modes else {"sha256": "0" * 64 if "badhash" in modes else facts["sha256"]},
                 "yanked": "broken on purpose" if "yanked" in modes else False}
        if facts["meta"] and "nometa" not in modes:
            entry["core-metadata"] = entry["dist-info-metadata"] = {"sha256": "0" * 64 if "badmeta" in modes else facts["meta"]}
        if minor >= 1 and "nosize" not in modes:
            entry["size"] = facts["size"] + ("wrongsize" in modes)
        if minor >= 1 and "noupload" not in modes:
            entry["upload-time"] = facts["upload"]
        if minor >= 3:
            entry["provenance"] = None
        entries.append(entry)
    page = {"meta": {"api-version": version, "_last-serial": 1}, "name": project, "files": entries}
    if minor >= 1:
        page["versions"] = sorted({split_name(f)[1] for f in files})
    if minor >= 4:
        page["project-status"] = {"status": next((s for s in ("quarantined", "archived", "deprecated") if s in modes), "active"), "reason": "use something else"}
    return json.dumps(page).encode()


def page_html(project, files, modes, store):
    status = "".join('<meta name="pypi:project-status" content="%s"><meta name="pypi:project-status-reason" content="use something else">' % s
                     for s in ("quarantined", "archived", "deprecated") if s in modes)
    lines = ["<!DOCTYPE html><html><head><title>Links for %s</title>%s</head><body>" % (html.escape(project), status)]
    for f in files:
        facts = store.facts(f)
        href = "../../files/" + urllib.parse.quote(f)
        if "nohash" not in modes:
            href += "#sha256=" + ("0" * 64 if "badhash" in modes else facts["sha256"])
        more = ' data-requires-python="%s"' % html.escape(facts["python"]) if facts["python"] else ""
        if facts["meta"] and "nometa" not in modes:
            more += ' data-core-metadata="sha256=%s"' % ("0" * 64 if "badmeta" in modes else facts["meta"])
        if "yanked" in modes:
            more += ' data-yanked="broken on purpose"'
        lines.append('<a href="%s"%s>%s</a><br/>' % (href, more, html.escape(f)))
    return "\n".join(lines + ["</body></html>"]).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_POST(self):
        """/echo: the type and the body back. /echo-redirect, -500: what its name says. /echo-drip: for ever, a little at a time."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        code = {"/echo-redirect": 307, "/echo-500": 500}.get(self.path, 200)
        answer = self.headers["Content-Type"].encode() + b"\n" + body
        self.send_response(code)
        self.send_header("Location", "/echo")
        self.send_header("Content-Length", str(len(answer) + 100000 * (self.path == "/echo-drip")))
        self.end_headers()
        self.wfile.write(answer)
        with contextlib.suppress(OSError):
            while self.path == "/echo-drip":
                self.wfile.write(b"." * 256)
                time.sleep(0.01)

    def do_GET(self):
        path = urllib.parse.unquote(self.path.partition("?")[0])
        if path in ("/_count", "/_seen", "/_reset"):
            return self.tell(path)
        with self.server.lock:
            self.server.count[path] = self.times = self.server.count.get(path, 0) + 1
            self.server.seen.append(dict({k.lower(): v for k, v in self.headers.items()}, path=path))
        match = re.fullmatch(r"/(?:([^/]+)/)?(simple|files)/(.*)", path)
        if not match:
            return self.answer(404, b"no such path\n", "text/plain")
        segment, where, self.rest = match.group(1) or "", match.group(2), match.group(3)
        kind = "pages" if where == "simple" else "meta" if self.rest.endswith(".metadata") else "files"
        self.modes = Modes(segment, kind)
        for name, misbehave in MISBEHAVIOUR.items():
            if name in self.modes and misbehave(self, self.modes[name], "/%s/%s" % (where, self.rest)):
                return None
        return self.give_page() if where == "simple" else self.give_file()

    def tell(self, path):
        with self.server.lock:
            what = self.server.seen if path == "/_seen" else self.server.count
            body = json.dumps(what).encode()
            if path == "/_reset":
                self.server.count, self.server.seen = {}, []
        self.modes = Modes("", "")
        self.answer(200, body, "application/json")

    def give_page(self):
        store, modes = self.server.store, self.modes
        projects = store.projects()
        name = self.rest.strip("/")
        if name and name not in projects:
            return self.answer(404, b"no such project\n", "text/plain")
        as_json = "json" in modes or ("html" not in modes and JSON_TYPE in self.headers.get("Accept", ""))
        if not name and as_json:
            body = json.dumps({"meta": {"api-version": "1.4"}, "projects": [{"name": n} for n in projects]}).encode()
        elif not name:
            body = ("<!DOCTYPE html><html><body>%s</body></html>" % "".join(
                '<a href="%s/">%s</a>\n' % (n, n) for n in projects)).encode()
        else:
            body = (page_json if as_json else page_html)(name, projects[name], modes, store)
        if "badjson" in modes:
            body = body[: len(body) // 2]
        if "huge-page" in modes:
            body += b" " * (modes.number("huge-page", 70) * MIB - len(body))
        self.answer(200, body, JSON_TYPE if as_json else "text/html; charset=utf-8")

    def give_file(self):
        store = self.server.store
        if self.rest.endswith(".metadata"):
            body = None if "nometa" in self.modes else store.metadata(self.rest[: -len(".metadata")])
        else:
            body = store.read(self.rest)
        if body is None:
            return self.answer(404, b"no such file\n", "text/plain")
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if not wanted or not any(wanted.groups()) or "range200" in self.modes:
            more = {} if "range200" in self.modes else {"Accept-Ranges": "bytes"}
            return self.answer(200, body, "application/octet-stream", more)
        size, (first, last) = len(body), wanted.groups()
        begin = int(first) if first else max(0, size - int(last))
        end = min(int(last), size - 1) if first and last else size - 1
        if begin > end:
            return self.answer(416, b"", "text/plain", {"Content-Range": "bytes */%d" % size})
        return self.answer(206, body[begin: end + 1], "application/octet-stream",
                           {"Content-Range": "bytes %d-%d/%d" % (begin, end, size)})

    def answer(self, code, body, kind, more=None):
        modes, headers = getattr(self, "modes", {}), dict(more or {})
        if "etag" in modes and code == 200:
            headers["ETag"] = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
            if self.headers.get("If-None-Match") == headers["ETag"]:
                code, body = 304, b""
        if "gzip-bomb" in modes and code == 200:
            body = self.server.bomb(modes.number("gzip-bomb", 100))
        elif "gzip" in modes and code == 200:
            body = gzip.compress(body)
        if code == 200 and ("gzip" in modes or "gzip-bomb" in modes):
            headers["Content-Encoding"] = "gzip"
        short = "truncated" in modes and code == 200 and self.times <= modes.number("truncated", sys.maxsize)
        self.send_response(code)
        self.send_header("Content-Type", kind)
        for key, value in headers.items():
            self.send_header(key, value)
        if "headers" in modes:
            for i in range(modes.number("headers", 200)):
                self.send_header("X-Padding-%d" % i, "x" * 1000)
        if code != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.send_body(body[: len(body) // 2] if short else body, modes)
        if short:
            self.close_connection = True

    def send_body(self, body, modes):
        if "slow" not in modes:
            self.wfile.write(body)
            return
        for i in range(len(body)):
            self.wfile.write(body[i: i + 1])
            self.wfile.flush()
            time.sleep(modes.number("slow", 50) / 1000)

    # What a mode does before the ordinary answer; each returns whether it has answered. number is the mode's text behind ':'.

    def fail_times(self, code, number, headers=None):
        if number and self.times > int(number):
            return False
        self.answer(code, b"on purpose\n", "text/plain", headers)
        return True

    def reset(self, number, _plain):
        self.close_connection = not number or self.times <= int(number)
        return self.close_connection

    def hang(self, _number, _plain):
        while self.connection.recv(4096):
            pass
        self.close_connection = True
        return True

    def redirect(self, to):
        self.answer(302, b"elsewhere\n", "text/plain", {"Location": to})
        return True

    def redirect_host(self, plain, userinfo=""):
        host, _, port = self.headers.get("Host", "").rpartition(":")
        if not userinfo:
            host = "127.0.0.1" if host == "localhost" else "localhost"
        return self.redirect("%s://%s%s:%s%s" % (self.server.scheme, userinfo, host, port, plain))

    def redirect_chain(self, number, plain):
        left = int(number)
        return left > 0 and self.redirect("/redirect-chain:%d%s" % (left - 1, plain))

    def auth(self, _number, _plain):
        if self.headers.get("Authorization") == BASIC:
            return False
        self.answer(401, b"who are you\n", "text/plain", {"WWW-Authenticate": 'Basic realm="fake"'})
        return True


MISBEHAVIOUR = {
    "hang": Handler.hang,
    "reset": Handler.reset,
    "auth": Handler.auth,
    "status": lambda h, n, p: h.fail_times(int(n), ""),
    "500": lambda h, n, p: h.fail_times(500, n),
    "429": lambda h, n, p: h.fail_times(429, n, {"Retry-After": "0"}),
    "retry-after": lambda h, n, p: h.fail_times(429, "", {"Retry-After": n}),
    "404-empty": lambda h, n, p: h.answer(404, b"", "text/plain") or True,
    "redirect": lambda h, n, p: h.redirect(p),
    "redirect-host": lambda h, n, p: h.redirect_host(p),
    "redirect-loop": lambda h, n, p: h.redirect(h.path),
    "redirect-chain": Handler.redirect_chain,
    "redirect-http-host": lambda h, n, p: h.redirect("http://fake.invalid" + p),
    "redirect-creds": lambda h, n, p: h.redirect_host(p, "user:secret@"),
    "redirect-file": lambda h, n, p: h.redirect("file:///etc/passwd"),
}


class Server(serving.Server):
    def __init__(self, address, store, scheme):
        super().__init__(address, Handler)
        self.store, self.scheme = store, scheme
        self.count, self.seen, self.bombs, self.lock = {}, [], {}, threading.Lock()

    def bomb(self, mib):
        if mib not in self.bombs:
            self.bombs[mib] = gzip.compress(b" " * (mib * MIB))
        return self.bombs[mib]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("dir")
    p.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    p.add_argument("--bind", default="127.0.0.1")
    args = p.parse_args()
    server = Server((args.bind, 0), Store(args.dir), "https" if args.tls else "http")
    serving.serve(server, args.tls)


if __name__ == "__main__":
    main()
