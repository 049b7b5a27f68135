"""The fake registry keeps PyPI's rules: what the tests of publishing stand on. TAP on stdout; standard library only.

usage: fake.py [VENV]: with a VENV that has twine, twine is held to it as well.
"""
import base64
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "server"), os.path.join(HERE, "..", "cli")]

import fake_pypi
import support
from support import Skip, make_wheel

JSON = {"Accept": "application/json"}


class Registry:
    """A running fake_pypi.py, as a context."""

    def __init__(self, *words):
        self.words = words

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, fake_pypi.__file__, *self.words], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.port = int(self.process.stdout.readline())
        self.base = "http://127.0.0.1:%d" % self.port
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, path, data=None, headers=None):
        """(status, reason, body); a connection that ended is (0, name of the exception, "")."""
        try:
            answer = urllib.request.urlopen(urllib.request.Request(self.base + path, data=data, headers=headers or {}), timeout=support.HANG)
            return answer.status, answer.reason, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as e:
            return e.code, e.reason, e.read().decode("utf-8", "replace")
        except (OSError, urllib.error.URLError) as e:
            return 0, type(getattr(e, "reason", e)).__name__, ""

    def json(self, path, data=None, headers=None):
        return json.loads(self.ask(path, data, headers)[2])

    def seen(self, kind=None):
        return [s for s in self.json("/_seen") if not kind or s["kind"] == kind]

    def jwt(self, kind="github", audience="fake-pypi"):
        return self.ask("/_jwt?kind=%s&audience=%s" % (kind, audience))[2]

    def mint(self, jwt):
        status, _, body = self.ask("/_/oidc/mint-token", json.dumps({"token": jwt}).encode())
        answer = json.loads(body)
        return status, answer.get("token") or answer["errors"][0]["code"]

    def upload(self, data, filename="spam-1-py3-none-any.whl", token=fake_pypi.USER_TOKEN, path="/legacy/", headers=None, **fields):
        every = {":action": "file_upload", "protocol_version": "1", "metadata_version": "2.1", "name": filename.split("-")[0], "version": "1",
                 "filetype": "bdist_wheel", "pyversion": "py3", "sha256_digest": hashlib.sha256(data).hexdigest(), **fields}
        body = b"".join(b'--X\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (k.encode(), v.encode()) for k, v in every.items())
        body += b'--X\r\nContent-Disposition: form-data; name="content"; filename="%s"\r\nContent-Type: application/octet-stream\r\n\r\n' % filename.encode()
        basic = "Basic " + base64.b64encode(("__token__:" + token).encode()).decode()
        return self.ask(path, body + data + b"\r\n--X--\r\n", {"Content-Type": "multipart/form-data; boundary=X", "Authorization": basic, **(headers or {})})


def wheel(more=""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name in ("METADATA", "WHEEL", "RECORD"):
            z.writestr(zipfile.ZipInfo("spam-1.dist-info/" + name), more)
    return out.getvalue()


def uploads(tap):
    """an upload, and everything that PyPI refuses"""
    data, other = wheel(), wheel("other")
    with Registry("--scoped", "pypi-of-eggs", "eggs") as r:
        for sentence, got, want, words in [
            ("a token that nobody gave out is refused", r.upload(data, token="pypi-x"), 403, "Invalid or non-existent authentication information"),
            ("a token of another project too", r.upload(data, token="pypi-of-eggs"), 403, "The given token isn't allowed to upload to project 'spam'"),
            ("a wrong digest is refused", r.upload(data, sha256_digest="0" * 64), 400, "The digest supplied does not match"),
            ("and a wrong one beside a right one", r.upload(data, blake2_256_digest="0" * 64), 400, "The digest supplied does not match"),
            ("an upload without a digest is refused", r.upload(data, sha256_digest=""), 400, "at least one message digest"),
            ("a local version is refused", r.upload(data, version="1+x"), 400, "local versions"),
            ("a name that is not the file's is refused", r.upload(data, "eggs-1-py3-none-any.whl", name="spam"), 400, "should contain the normalized project name 'spam'"),
            ("a plain linux wheel is refused", r.upload(data, "spam-1-cp312-cp312-linux_x86_64.whl"), 400, "unsupported platform tag"),
            ("an unknown metadata version is refused", r.upload(data, metadata_version="9.0"), 400, "Use a known metadata version"),
            ("what is no zip is refused", r.upload(b"x", "ham-1-py3-none-any.whl"), 400, "Invalid distribution file"),
            ("a file over the limit is refused", r.upload(other, path="/limit:9/legacy/"), 400, "File too large. Limit for project 'spam' is 9 bytes"),
            ("attestations with a user's token are refused", r.upload(other, attestations="[{}]"), 400, "Invalid attestations supplied during upload"),
            ("a good file is taken", r.upload(other, nonsense="1"), 200, ""),
            ("its very bytes again are taken", r.upload(other), 200, ""),
            ("other bytes are not", r.upload(wheel("third")), 400, "File already exists ('spam-1-py3-none-any.whl', with blake2_256 hash '"),
            ("nor the bytes under another name", r.upload(other, "spam-1-py2-none-any.whl"), 400, "File already exists"),
            ("GET is no upload", r.ask("/legacy/"), 405, ""),
        ]:
            tap.check(sentence, got[0] == want and words in got[1], got)
        tap.check("a field that is unknown is ignored and recorded", any("nonsense" in s["unknown"] for s in r.seen("upload") if "unknown" in s), r.seen("upload"))
        status, reason, body = r.upload(wheel("4"), headers=JSON)
        tap.check("the words are in the body as well, as JSON for who asks", status == 400 and json.loads(body)["message"] == reason, body)
        page = r.json("/simple/spam/", headers={"Accept": fake_pypi.JSON_TYPE})
        digest = hashlib.sha256(other).hexdigest()
        tap.check("the index has the file with its hash", [f["hashes"] for f in page["files"]] == [{"sha256": digest}], page)
        tap.check("as HTML, too", "#sha256=" + digest in r.ask("/simple/spam/")[2], r.ask("/simple/spam/"))
        tap.check("and gives its bytes", r.ask("/files/spam-1-py3-none-any.whl")[0] == 200, "")


def troubles(tap):
    """what goes wrong on the way"""
    with Registry() as r:
        for mode, want, there in [("reset", 0, False), ("reset-lost:1", 0, False), ("reset-stored:1", 0, True), ("500:1", 500, False), ("429:1", 429, False),
                                  ("retry-after:7", 429, False), ("409", 409, False), ("405", 405, False), ("410", 410, False), ("400:burnt", 400, False),
                                  ("403:readonly", 403, False), ("redirect-host", 307, False), ("garbage", 200, False)]:
            r.ask("/_empty")
            got = r.upload(wheel(), path="/%s/legacy/" % mode)[0]
            page = r.ask("/simple/spam/")[0]
            tap.check("%s: says so, and %s" % (mode, "the file is there" if there else "nothing is stored"), got in (want, 404 if mode == "redirect-host" else want)
                      and (page == 200) == there, got, page)
        r.ask("/_empty")
        tap.check("the second try of 500:1 succeeds", [r.upload(wheel(), path="/500:1/legacy/")[0] for _ in "12"] == [500, 200], r.json("/_count"))
        tap.check("lag:1: the index has it the second time", [r.ask(p)[0] for p in ("/_empty", "/simple/spam/")][1] == 404
                  and r.upload(wheel(), path="/lag:1/legacy/")[0] == 200 and [r.ask("/simple/spam/")[0] for _ in "12"] == [404, 200], "")


def minting(tap):
    """tokens for identities"""
    with Registry() as r:
        tap.check("it says its audience", r.json("/_/oidc/audience") == {"audience": "fake-pypi"}, "")
        for kind in ("github", "gitlab", "google", "buildkite", "circleci"):
            tap.check("an identity of %s is taken" % kind, r.mint(r.jwt(kind))[0] == 200, "")
        jwt = r.jwt()
        token = r.mint(jwt)[1]
        tap.check("an identity counts once", r.mint(jwt) == (422, "invalid-reuse-token"), "")
        tap.check("a token uploads to its projects", r.upload(wheel(), token=token)[0] == 200, "")
        tap.check("and makes no new one elsewhere", "Non-user identities cannot create new projects" in r.upload(wheel("x"), "eggs-1-py3-none-any.whl", token=token)[1], "")
        tap.check("another audience is refused", r.mint(r.jwt(audience="sigstore")) == (422, "invalid-token"), "")
        tap.check("what is no JWT is refused", r.mint("x.y.z") == (422, "invalid-payload"), "")
        head, body, signature = r.jwt().split(".")
        tap.check("a forged signature is refused", r.mint(".".join((head, body, signature[:-4] + "AAAA"))) == (422, "invalid-token"), "")
        asked = {"Authorization": "bearer " + fake_pypi.GITHUB_REQUEST_TOKEN}
        for modes, want in [("stale", "invalid-token"), ("aud:x", "invalid-token"), ("alg:none", "invalid-token"), ("alg:HS256", "invalid-token"), ("no-publisher", "invalid-publisher"),
                            ("pending", "invalid-pending-publisher"), ("claim:environment=", "invalid-publisher"), ("claim:event_name=pull_request_target", "invalid-publisher"),
                            ("claim:job_workflow_ref=o/r/.github/workflows/x.yml@main", "invalid-publisher"), ("claim:iss=https://ci.invalid", "invalid-payload"),
                            ("unknown-issuer", "invalid-payload"), ("not-enabled", "not-enabled"), ("kid:buildkite+claim:sub=organization:acme:pipeline:wheelsandmore:ref:x", "invalid-publisher"),
                            ("kid:buildkite+claim:pipeline_slug=Wheels", "invalid-publisher"), ("kid:buildkite+claim:build_tag=v2", "invalid-publisher"),
                            ("kid:circleci+json:oidc.circleci.com/ssh-rerun=true", "invalid-publisher"), ("kid:circleci+claim:oidc.circleci.com/ssh-rerun=false", "invalid-publisher"),
                            ("kid:circleci+json:oidc.circleci.com/context-ids=[]", "invalid-publisher"), ("kid:circleci+claim:oidc.circleci.com/pipeline-definition-id=", "invalid-publisher")]:
            r.ask("/_set/" + modes.replace("/", "%2F"))
            got = r.mint(r.json("/github/token?audience=fake-pypi", headers=asked)["value"])
            tap.check("%s: %s" % (modes, want), got == (422, want), got)
        r.ask("/_set/alg:HS256+hs256")
        tap.check("HS256 is taken where a test wants it", r.mint(r.json("/github/token?audience=fake-pypi", headers=asked)["value"])[0] == 200, "")
        r.ask("/_set/expires:-1")
        tap.check("a token that has expired is refused", r.upload(wheel("y"), token=r.mint(r.jwt())[1])[0] == 403, "")
        r.ask("/_set/disabled")
        tap.check("Trusted Publishing can be off", r.ask("/_/oidc/audience")[0] == 403, "")
        r.ask("/_reset")
        tap.check("GitHub's endpoint wants its token", r.ask("/github/token?audience=x")[0] == 401, "")
        tap.check("Google's its header", r.ask("/computeMetadata/v1/instance/service-accounts/default/identity?audience=x")[0] == 403, "")


def twine(tap):
    """twine uploads to it"""
    program = Setting.venv and os.path.join(Setting.venv, "bin", "twine")
    if not program or not os.path.exists(program):
        raise Skip("there is no twine here")
    with Registry() as r, tempfile.TemporaryDirectory() as folder:
        path = make_wheel(folder, "spam", "1")
        env = {"PATH": "/usr/bin:/bin", "HOME": folder, "TWINE_USERNAME": "__token__", "TWINE_PASSWORD": fake_pypi.USER_TOKEN, "TWINE_REPOSITORY_URL": r.base + "/legacy/"}
        done = subprocess.run([program, "upload", "--non-interactive", path], env=env, capture_output=True, text=True, timeout=support.HANG)
        tap.check("and is content", done.returncode == 0, done.stdout, done.stderr)
        tap.check("and the file is there", r.ask("/simple/spam/")[0] == 200, "")


class Setting:
    venv = None


if __name__ == "__main__":
    Setting.venv = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 and os.path.exists(sys.argv[1]) else None
    support.Tap().all([uploads, troubles, minting, twine])
