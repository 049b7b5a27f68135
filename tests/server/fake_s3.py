"""A store that speaks enough of S3 for hwb publish: it verifies Signature Version 4 by itself, keeps ETags, and takes If-Match and If-None-Match.

usage: fake_s3.py [PORT]: prints its port. Standard library only. GET /_seen, /_objects; POST /_trouble [[METHOD, SUFFIX, WHAT, TIMES], ...]; POST /_rival
{SUFFIX: JSON file of a rival} changes an index between a GET and the PUT that follows; GET /static/BUCKET/... shows objects as a web server does.
"""
import calendar
import hashlib
import hmac
import http.server
import json
import re
import sys
import threading
import time
import urllib.parse

KEY, SECRET, REGION, SESSION = "AKIDOFTHETESTS", "secret/of+the/tests/0123456789abcdefghij", "eu-test-1", "session-token-of-the-tests=="
BUCKET = "wheels.example"
TYPES = {"json": "application/vnd.pypi.simple.v1+json", "html": "text/html"}


def sign(method, path, headers, names, payload, secret, day, region):
    """The signature, from the documentation of S3, not from hwb."""
    canonical = "\n".join([method, path, ""] + ["%s:%s" % (n, headers[n].strip()) for n in names] + ["", ";".join(names), payload])
    scope = "%s/%s/s3/aws4_request" % (day, region)
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class Store:
    def __init__(self):
        self.lock = threading.Lock()
        self.objects, self.seen, self.trouble, self.rivals, self.session = {}, [], [], {}, None

    def put(self, key, data, kind):
        self.objects[key] = (data, '"%s"' % hashlib.md5(data).hexdigest(), kind)

    def rival(self, key):
        """Somebody else's file gets into the index after it was read: again and again, as often as was asked for."""
        for suffix, (times, name) in list(self.rivals.items()):
            if not key.endswith(suffix) or times == 0:
                continue
            self.rivals[suffix] = (times - 1, name)
            old = self.objects.get(key)
            index = json.loads(old[0]) if old else {"meta": {"api-version": "1.1"}, "name": key.split("/")[-2], "versions": [], "files": []}
            index["files"].append({"filename": name % times, "url": name % times, "hashes": {"sha256": "%064x" % times}, "size": 1})
            self.put(key, json.dumps(index).encode(), TYPES["json"])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, code, data=b"", headers=()):
        self.send_response(code)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, code, word, sentence):
        self.answer(code, ('<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>' % (word, sentence)).encode(),
                    {"Content-Type": "application/xml"})

    def check(self, body):
        """None, or why the request is not from who it says."""
        headers = {k.lower(): v for k, v in self.headers.items()}
        m = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request,SignedHeaders=([^,]+),Signature=([0-9a-f]{64})",
                         headers.get("authorization", ""))
        if not m:
            return "AccessDenied", "no signature"
        key, day, region, names, signature = m.groups()
        names, stamp = names.split(";"), headers.get("x-amz-date", "")
        if key != KEY or region != REGION:
            return "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."
        must = {"host"} | {n for n in headers if n.startswith("x-amz-") or n in ("if-match", "if-none-match", "content-type")}
        if names != sorted(names) or not must <= set(names):
            return "AccessDenied", "There were headers present in the request which were not signed"
        if not stamp.startswith(day) or abs(calendar.timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ")) - time.time()) > 900:
            return "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."
        if self.server.store.session and headers.get("x-amz-security-token") != self.server.store.session:
            return "InvalidToken", "The provided token is malformed or otherwise invalid."
        if headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
            return "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed."
        path = urllib.parse.quote(urllib.parse.unquote(self.path), safe="-._~/")
        if sign(self.command, path, headers, names, headers["x-amz-content-sha256"], SECRET, day, region) != signature:
            return "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."
        return None

    def static(self):
        key = urllib.parse.unquote(self.path[len("/static/"):].split("?")[0])
        found = self.server.store.objects.get(key + "index.html" if key.endswith("/") else key)
        self.answer(*((200, found[0], {"Content-Type": found[2]}) if found else (404, b"nothing")))

    def steer(self, body):
        store = self.server.store
        if self.path == "/_seen":
            return self.answer(200, json.dumps(store.seen).encode())
        if self.path == "/_objects":
            return self.answer(200, json.dumps({k: hashlib.sha256(v[0]).hexdigest() for k, v in store.objects.items()}).encode())
        value = json.loads(body)
        if self.path == "/_trouble":
            store.trouble = value
        elif self.path == "/_rival":
            store.rivals = {k: tuple(v) for k, v in value.items()}
        elif self.path == "/_session":
            store.session = value
        elif self.path == "/_put":
            store.put(value[0], value[1].encode(), TYPES["json"])
        self.answer(200)

    def do_GET(self):
        self.serve()

    do_POST = do_PUT = do_GET

    def serve(self):
        store = self.server.store
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/static/"):
            return self.static()
        if self.path.startswith("/_"):
            return self.steer(body)
        with store.lock:
            self.exchange(store, body)

    def exchange(self, store, body):
        key = urllib.parse.unquote(self.path).lstrip("/")
        store.seen.append([self.command, key, {k.lower(): v for k, v in self.headers.items()}])
        for row in store.trouble:
            if row[0] == self.command and key.endswith(row[1]) and row[3] > 0:
                row[3] -= 1
                if row[2] == "hang":
                    store.lock.release()
                    self.rfile.read(1)  # until the other side is gone
                    store.lock.acquire()
                    self.close_connection = True
                    return None
                if row[2] == "lost":  # it arrives, and the answer does not
                    store.put(key, body, "application/octet-stream")
                    self.close_connection = True
                    return self.connection.close()
                return self.refuse(row[2], "Trouble", "Please reduce your request rate.")
        wrong = self.check(body)
        if wrong:
            return self.refuse(403, *wrong)
        if not key.startswith(BUCKET + "/"):
            return self.refuse(404, "NoSuchBucket", "The specified bucket does not exist")
        old = store.objects.get(key)
        if self.command == "GET":
            if not old:
                self.refuse(404, "NoSuchKey", "The specified key does not exist.")
            else:
                self.answer(200, old[0], {"ETag": old[1], "Content-Type": old[2]})
            return store.rival(key)
        if self.headers.get("If-None-Match") == "*" and old or self.headers.get("If-Match") and (not old or old[1] != self.headers["If-Match"]):
            return self.refuse(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
        store.put(key, body, self.headers.get("Content-Type", "application/octet-stream"))
        self.answer(200, b"", {"ETag": store.objects[key][1]})


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Handler)
    server.store = Store()
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
