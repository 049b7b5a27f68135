"""`hwb publish` beside its peers: so many wheels of one release to a registry on the loopback that takes everything, at once or after the time
that a far one has. Part of bench.py, which has the helpers."""
import base64
import hashlib
import os
import random
import socket
import socketserver
import subprocess
import sys
import threading
import time
import zipfile

COUNT, SIZE, FAR_MS = 200, 1000000, 50
REGISTRY = os.path.abspath(__file__)


class Registry(socketserver.ThreadingTCPServer):
    """Takes a form and forgets it; its index is empty. Every connection is kept."""
    allow_reuse_address = daemon_threads = True
    request_queue_size = 64


class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        trash = memoryview(bytearray(1 << 20))
        while True:
            line, headers = self.rfile.readline(), {}
            if not line:
                return
            for header in iter(self.rfile.readline, b"\r\n"):
                name, _, value = header.partition(b":")
                headers[name.lower()] = value.strip()
            if headers.get(b"expect"):
                self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            left = int(headers.get(b"content-length", 0))
            while left:
                got = self.rfile.readinto1(trash[:min(left, len(trash))])
                if not got:
                    return
                left -= got
            if line.startswith(b"POST"):
                time.sleep(self.server.wait_ms / 1000)
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            else:
                self.wfile.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


def serve():
    server = Registry(("127.0.0.1", 0), Answer)
    server.wait_ms = int(sys.argv[1])
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


def library_bytes(size):
    """Machine code, which packs as that of wheels does."""
    folder, data = "/usr/lib/x86_64-linux-gnu", b""
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if ".so" in name and os.path.isfile(path) and not os.path.islink(path):
            data += open(path, "rb").read()
        if len(data) > size:
            break
    return data


def make_wheels(folder, count, size):
    os.makedirs(folder)
    data, chance = library_bytes(40000000), random.Random(1)
    for i in range(count):
        name, build = "bench", i + 1    # as many as a release for every platform and Python
        info = "%s-1.0.dist-info/" % name
        begin = chance.randrange(len(data) - 3 * size)
        members = [(name + "/__init__.py", b"VERSION = '1.0'\n"), (name + "/table.bin", data[begin:begin + int(size * 2.4)]),
                   (info + "METADATA", b"Metadata-Version: 2.1\nName: bench\nVersion: 1.0\nSummary: a bench\n"),
                   (info + "WHEEL", b"Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\nBuild: %d\n" % build)]
        record = "".join("%s,sha256=%s,%d\n" % (path, base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode(), len(text))
                         for path, text in members) + info + "RECORD,,\n"
        with zipfile.ZipFile(os.path.join(folder, "%s-1.0-%d-py3-none-any.whl" % (name, build)), "w", zipfile.ZIP_DEFLATED) as out:
            for path, text in members + [(info + "RECORD", record.encode())]:
                out.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)


def contest(bench, wheels, wait_ms, runs):
    with subprocess.Popen([sys.executable, REGISTRY, str(wait_ms)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as registry:
        url = "http://127.0.0.1:%s/" % registry.stdout.readline().strip()
        env = {**bench.environment("publish"), "HWB_PUBLISH_TOKEN": "t" * 40, "TWINE_PASSWORD": "t" * 40, "TWINE_USERNAME": "__token__",
               "UV_PUBLISH_TOKEN": "t" * 40}
        venv = os.path.join(bench.ARGS.venv, "bin")
        words = {
            "hwb publish": [bench.HWB, "publish", "-q", "--username", "__token__", "--repository-url", url + "legacy/", "--check-url", url + "simple/", *wheels],
            "twine upload": [os.path.join(venv, "twine"), "upload", "--disable-progress-bar", "--repository-url", url + "legacy/", *wheels],
            "uv publish": [bench.UV, "publish", "-q", "--publish-url", url + "legacy/", *wheels],
        }
        if not wait_ms:
            words["hwb check --profile pypi"] = [bench.HWB, "check", "-q", "--profile", "pypi", *wheels]
        got = bench.interleave({name: (lambda command=command: bench.timed(command, env)) for name, command in words.items()}, runs)
        registry.stdin.close()
    return got


def publish(bench):
    folder = os.path.join(bench.TOP, "wheels")
    make_wheels(folder, COUNT, SIZE)
    wheels = sorted(os.path.join(folder, name) for name in os.listdir(folder))
    runs = max(3, bench.ARGS.runs // 3)
    near, far = contest(bench, wheels, 0, runs), contest(bench, wheels, FAR_MS, runs)
    bench.say("| %d wheels, %.0f MB, to a registry on the loopback | ms | it/hwb | that answers after %d ms | it/hwb |"
              % (len(wheels), sum(map(os.path.getsize, wheels)) / 1e6, FAR_MS))
    bench.say("|---|---|---|---|---|")
    for name, ms in near.items():
        there = "%.0f | %.2f" % (far[name], far[name] / far["hwb publish"]) if name in far else " | "
        bench.say("| %s | %.0f | %.2f | %s |" % (name, ms, ms / near["hwb publish"], there))
    bench.say("hwb checks each wheel before the first is sent; the others look at its name and its METADATA.")


if __name__ == "__main__":
    serve()
