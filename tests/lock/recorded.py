"""An index of what record.py recorded: pages and metadata, no files. usage: recorded.py [DELAY]: prints its URL and serves until it is killed;
each answer takes DELAY seconds, as over a network."""
import hashlib
import http.server
import json
import lzma
import os
import sys
import threading
import time

RECORDED = json.load(lzma.open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "recorded.json.xz")))
TEXTS = {f["filename"]: v["metadata"].encode() for versions in RECORDED.values() for v in versions for f in v["files"]}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        parts = self.path.strip("/").split("/")
        if parts[0] == "simple" and len(parts) == 2 and parts[1] in RECORDED:
            files = [dict(f, url="/files/" + f["filename"], **{"core-metadata": {"sha256": hashlib.sha256(v["metadata"].encode()).hexdigest()}}) for v in RECORDED[parts[1]] for f in v["files"]]
            page = {"meta": {"api-version": "1.1"}, "name": parts[1], "files": files, "versions": [v["version"] for v in RECORDED[parts[1]]]}
            return self.answer(200, json.dumps(page).encode(), "application/vnd.pypi.simple.v1+json")
        text = TEXTS.get(parts[-1][:-len(".metadata")]) if parts[-1].endswith(".metadata") else None
        return self.answer(200 if text else 404, text or b"", "application/octet-stream")

    def answer(self, code, body, kind):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self._headers_buffer.append(b"\r\n" + body)  # one packet: two of them wait for each other (Nagle)
        self.flush_headers()


def serve(delay=0):
    """Starts it in a thread; its URL."""
    class Slow(Handler):
        def do_GET(self):
            time.sleep(delay)
            Handler.do_GET(self)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return "http://127.0.0.1:%d/simple/" % server.server_port


if __name__ == "__main__":
    print(serve(float(sys.argv[1]) if len(sys.argv) > 1 else 0), flush=True)
    threading.Event().wait()
