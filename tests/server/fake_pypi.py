#!/usr/bin/env python3
"""A package registry on the loopback, with PyPI's rules and words for uploads and Trusted Publishers. Standard library only.

    fake_pypi.py [--tls CERT KEY] [--bind 127.0.0.1] [--port N] [--audience fake-pypi] [--token TOKEN]... [--scoped TOKEN PROJECT]...

The first line on stdout is its port. It keeps everything in memory. Paths:

    POST /legacy/                   an upload; also where its host says "upload"
    /simple/  /simple/NAME/         PEP 691 JSON or PEP 503 HTML by Accept, with sha256, of what was uploaded
    /files/FILE                     what was uploaded
    /pypi/NAME/json                 what twine asks: {"releases": {VERSION: [{"filename", "digests"}]}}
    /_/oidc/audience                {"audience": ...}
    POST /_/oidc/mint-token         {"token": JWT} for a token of 900 s
    /github/token?audience=A        GitHub's identity endpoint: Authorization: bearer github-request-token
    /computeMetadata/v1/...         Google's metadata server (Metadata-Flavor: Google), and generateIdToken under /v1/projects/
    /_jwt?kind=K&audience=A         a JWT of CI K (see fake_identity.CLAIMS), for GitLab's variable and for helper programs
    /_seen  /_count                 JSON: [{path, method, status, headers in lower case, fields, files, ...}]; how often each path was asked
    /_set/MODES                     modes of every later request (the paths of OIDC take none of their own)
    /_reset                         forgets what was seen and the modes; /_empty also what was uploaded

Of each upload /_seen has `beside`: how many were under way when it came, itself included.

A segment of modes may stand in front: /500:2+429/legacy/. A mode is NAME[:N][@KIND]; KIND restricts it to `upload`, `index`,
`files`, `audience`, `mint`, `identity` (both GitHub's and Google's). "the first N times" counts per KIND since /_set or /_reset, or per path. Modes:

    400:WHAT            the error text WHAT of TEXTS (400:exists, 400:size, ...)
    403[:WHAT]          the error text WHAT of FORBIDDEN (token)
    status:N            answers with that status
    409, 405, 410       that status, with the words of PyPI or of pypiserver
    500[:N], 502[:N], 503[:N]   that status always, or the first N times
    429[:N]             429 with Retry-After: 1, always or the first N times
    retry-after:S       429 with Retry-After: S, once
    cut:S               200 with Retry-After: S, and a body that ends in the middle, once
    private             is 401 for who has no token
    reset[:N]           reads half of the request, then resets the connection
    reset-lost[:N]      reads all of it, stores nothing, then resets the connection
    reset-stored[:N]    reads all of it, stores it, then resets the connection
    slow:N              waits N milliseconds before the answer
    together:N          once something is stored: waits until N uploads are under way, the first time, and is 500 when they do not come
    hang                reads the request and never answers
    drip[:N]            an answer of one byte every N milliseconds (50), a MiB of it
    huge                an answer of 10 GB
    garbage             200 and JSON cut in the middle; `binary`: 200 and bytes that are no text; `deep`: 200 and JSON nested 100,000 deep
    redirect            307 to the same path without modes
    redirect-host       307 to the same path under the other loopback name (localhost for 127.0.0.1 and back)
    redirect-http-host  307 to http://fake.invalid/
    empty               200 and nothing
    limit:N             the size limit of a file is N bytes
    lag:N               the index does not have a file for the first N times that its page is asked
    nohash, html        the page has no hashes; is HTML whatever Accept says
    no-attestations     the upload refuses the field `attestations` of any token
    disabled            Trusted Publishing is not enabled
    audience:A          says this audience
    no-publisher, pending   422 invalid-publisher, invalid-pending-publisher
    unknown-issuer, not-enabled     422 as a registry answers that has no publishers of this CI, or has them switched off
    echo                what was sent is repeated in the words: with a refusal to mint the JWT, with an upload (400) its token and header
    pad:N               N bytes of text stand before what is repeated
    expires:S           the minted token expires in S seconds (may be negative)
    token:T             the minted token is T, whatever it contains; token-size:N: is N bytes long
    kid:KIND            GitHub's endpoint gives a token of that CI
    claim:K=V           and with this claim instead (V empty: without it); json:K=V: V is JSON
    aud:A               ... for this audience instead of the one that was asked for
    stale               ... that expired ten minutes ago
    again               ... that is always the same
    alg:A               ... signed with HS256 or none
    hs256               mint takes HS256, too
"""
import argparse
import base64
import contextlib
import email.parser
import email.policy
import hashlib
import html
import io
import json
import os
import re
import secrets
import socket
import struct
import sys
import threading
import time
import urllib.parse
import zipfile
from http.server import BaseHTTPRequestHandler

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import fake_identity
import serving
from fake_index import JSON_TYPE, normalize, split_name

GITHUB_REQUEST_TOKEN = "github-request-token"
GOOGLE_ACCESS_TOKEN = "google-access-token"
USER_TOKEN = "pypi-" + "user-token-of-the-fake"
MIB = 1 << 20
HELP = "See https://fake.invalid/help/#%s for more information."

# The words of PyPI for a 400 (reference: publishing.md section 1), by a short name of ours.
TEXTS = {
    "exists": "File already exists ('{f}', with blake2_256 hash '{blake}'). " + HELP % "file-name-reuse",
    "burnt": "This filename was previously used by a file that has since been deleted. Use a different version. " + HELP % "file-name-reuse",
    "size": "File too large. Limit for project '{p}' is {limit}. " + HELP % "file-size-limit",
    "project-size": "Project size too large. Limit for project '{p}' total size is 10 GB. " + HELP % "project-size-limit",
    "digest": "The digest supplied does not match a digest calculated from the uploaded file.",
    "archive": "Invalid distribution file. Wheel does not contain the required WHEEL file.",
    "platform": "Binary wheel '{f}' has an unsupported platform tag 'linux_x86_64'.",
    "name": "Filename '{f}' should contain the normalized project name '{p}', not 'other'.",
    "filename": "Invalid filename: {f!r}.",
    "local": "The use of local versions in '{v}' is not allowed. " + HELP % "local-versions",
    "description": "The description failed to render for 'text/x-rst'. " + HELP % "description-content-type",
    "license": "License-File LICENSE.txt does not exist in distribution file {f} at {p}-{v}.dist-info/licenses/LICENSE.txt",
    "record": "Wheel '{f}' does not contain the required RECORD file: {p}-{v}.dist-info/RECORD",
    "metadata": "Wheel '{f}' does not contain the required METADATA file: {p}-{v}.dist-info/METADATA",
    "attestations": "Invalid attestations supplied during upload: {why}",
    "new-project": "Non-user identities cannot create new projects. This was probably caused by successfully using a pending publisher but specifying "
                   "the project name incorrectly (either in the publisher or in your project's metadata). Please ensure that both match. "
                   "See: https://fake.invalid/trusted-publishers/troubleshooting/",
    "old": "Uploading new files to releases older than 14 days is not allowed.",
    "no-file": "Upload payload does not have a file.",
    "protocol": "Unknown protocol version.",
    "field": "{value!r} is an invalid value for {field}. Error: {why} See https://fake.invalid/core-metadata for more information.",
}
FORBIDDEN = {
    "token": "Invalid or non-existent authentication information. " + HELP % "invalid-auth",
    "project": "The given token isn't allowed to upload to project '{p}'. " + HELP % "project-name",
    "readonly": "Read-only mode: Uploads are temporarily disabled.",
}
STATUS = {
    "409": "Conflict: package already exists",
    "405": "Method Not Allowed",
    "410": "Project pre-registration is no longer required or supported, upload your files instead.",
    "500": "Internal Server Error", "502": "Bad Gateway", "503": "Service Unavailable",
}
METADATA_VERSIONS = "1.0 1.1 1.2 2.1 2.2 2.3 2.4 2.5".split()
REPEATED = set("license_file classifiers platform supported_platform requires_dist provides_dist obsoletes_dist requires_external project_urls "
               "provides_extra dynamic import_name import_namespace requires provides obsoletes".split())
SINGLE = set("metadata_version name version summary description description_content_type keywords home_page download_url author author_email "
             "maintainer maintainer_email license license_expression requires_python comment filetype pyversion sha256_digest blake2_256_digest "
             "md5_digest attestations protocol_version".split()) | {":action"}

# Who may mint: the claims that must be equal, and the projects of that publisher.
PUBLISHERS = [
    (fake_identity.GITHUB, {"repository": "owner/repo", "repository_owner": "owner", "repository_owner_id": "17",
                            "workflow": "release.yml", "environment": "pypi"}, {"spam", "hwb-example"}),
    (fake_identity.GITLAB, {"project_path": "owner/repo", "workflow": ".gitlab-ci.yml", "environment": "pypi"}, {"spam", "hwb-example"}),
    (fake_identity.GOOGLE, {"email": "robot@project.iam.gserviceaccount.com"}, {"spam", "hwb-example"}),
    (fake_identity.BUILDKITE, {"sub": "organization:acme:pipeline:wheels", "organization_slug": "acme", "pipeline_slug": "wheels", "build_tag": "v1",
                               "step_key": "release"}, {"spam", "hwb-example"}),
    (fake_identity.CIRCLECI, {"oidc.circleci.com/org-id": fake_identity.CIRCLE_ORGANIZATION, "oidc.circleci.com/project-id": fake_identity.CIRCLE_PROJECT,
                              "oidc.circleci.com/pipeline-definition-id": fake_identity.CIRCLE_PIPELINE, "oidc.circleci.com/ssh-rerun": False,
                              "oidc.circleci.com/context-ids": fake_identity.CIRCLE_CONTEXT, "oidc.circleci.com/vcs-ref": "refs/tags/v1"}, {"spam", "hwb-example"}),
]


class Refused(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status, self.text = status, text


class Registry:
    """Files, tokens and publishers; every rule about them, nothing about HTTP."""

    def __init__(self, audience, tokens, scoped):
        self.audience, self.key = audience, fake_identity.Key()
        self.files, self.burnt, self.used, self.lags = {}, set(), {}, {}
        # token -> (expires or None, projects or None for every one, is it a publisher's)
        self.tokens = {t: (None, None, False) for t in tokens}
        self.tokens.update({t: (None, {normalize(p)}, False) for t, p in scoped})

    def mint(self, body, modes):
        """(status, answer) of a request to mint; the order of the checks is warehouse's."""
        def refuse(code, why):
            return 422, {"message": "Token request failed", "errors": [{"code": code, "description": why}]}
        if "disabled" in modes:
            return 403, {"message": "Trusted publishing functionality not enabled"}
        try:
            jwt = json.loads(body)["token"]
            unverified = json.loads(fake_identity.unb64(jwt.split(".")[1]))
            issuer = unverified["iss"]
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            return refuse("invalid-payload", "malformed JWT")
        if "unknown-issuer" in modes or not any(issuer == p[0] for p in PUBLISHERS):
            return refuse("invalid-payload", "unknown trusted publishing issuer")
        if "not-enabled" in modes:
            return refuse("not-enabled", "trusted publishing functionality not enabled for this issuer")
        claims = self.key.verify(jwt, "hs256" in modes)
        now = time.time()
        if not claims or claims.get("aud") != self.audience or claims.get("exp", 0) + 30 < now or claims.get("nbf", 0) - 30 > now:
            return refuse("invalid-token", "malformed or invalid token")
        if "pending" in modes:
            return refuse("invalid-pending-publisher", "valid token, but project already exists")
        found = None if "no-publisher" in modes else self.publisher(claims)
        if not found:
            return refuse("invalid-publisher", "valid token, but no corresponding publisher (Publisher with matching claims was not found)")
        self.used = {j: t for j, t in self.used.items() if t > now}
        if claims.get("jti") in self.used:
            return refuse("invalid-reuse-token", "invalid token: already used")
        if "jti" in claims:
            self.used[claims["jti"]] = claims["exp"] + 35
        token = modes.get("token") or "pypi-" + secrets.token_urlsafe(96)
        token = token if "token-size" not in modes else "x" * int(modes["token-size"])
        expires = int(now) + int(modes.get("expires") or 900)
        self.tokens[token] = (expires, found, True)
        return 200, {"success": True, "token": token, "expires": expires}

    @staticmethod
    def publisher(claims):
        for issuer, want, projects in PUBLISHERS:
            if issuer == claims.get("iss") and all(Registry.claim_is(claims, k, v) for k, v in want.items()):
                return projects
        return None

    @staticmethod
    def claim_is(claims, name, want):
        if name == "workflow" and claims["iss"] == fake_identity.GITHUB:
            start = "%s/.github/workflows/%s@" % (claims.get("repository"), want)
            ends = (claims.get("ref"), claims.get("sha"))
            return claims.get("event_name") != "pull_request_target" and claims.get("job_workflow_ref") in [start + str(e) for e in ends]
        if name == "workflow":
            return str(claims.get("ci_config_ref_uri")).startswith("gitlab.com/%s//%s@" % (claims.get("project_path"), want))
        if claims["iss"] == fake_identity.BUILDKITE and name == "sub":
            return str(claims.get(name)).startswith(want + ":")
        if claims["iss"] in (fake_identity.BUILDKITE, fake_identity.CIRCLECI):
            is_list = isinstance(claims.get(name), list)
            return want in claims[name] if is_list else name in claims and claims[name] == want
        return str(claims.get(name, "")).lower() == want.lower()

    def identity(self, authorization):
        kind, _, value = (authorization or "").partition(" ")
        user, _, token = "", "", ""
        if kind.lower() == "basic":
            with contextlib.suppress(ValueError):
                user, _, token = base64.b64decode(value, validate=True).decode("latin-1").partition(":")
        expires, projects, publisher = self.tokens.get(token, (0, None, False))
        if user != "__token__" or token not in self.tokens or (expires is not None and expires < time.time()):
            raise Refused(403, FORBIDDEN["token"])
        return projects, publisher

    def upload(self, authorization, fields, content, modes):
        """Stores a file, or raises what PyPI says. fields: {name: [values]}; content: (file name, type, bytes) or None."""
        projects, publisher = self.identity(authorization)
        one = {k: v[0].strip() for k, v in fields.items()}
        if one.get(":action", "file_upload") != "file_upload":
            raise Refused(410, STATUS["410"])
        if one.get("protocol_version", "1") != "1":
            raise Refused(400, TEXTS["protocol"])
        self.check_fields(one, fields)
        if content is None:
            raise Refused(400, TEXTS["no-file"])
        f, kind, data = content
        project = normalize(one["name"])
        said = {"f": f, "p": project, "v": one["version"], "limit": "100 MB", "blake": hashlib.blake2b(data, digest_size=32).hexdigest()}
        if kind is None or kind.startswith("image/"):
            raise Refused(400, "Invalid distribution file.")
        known = any(normalize(e["project"]) == project for e in self.files.values())
        if projects is not None and project not in projects:
            raise Refused(400, TEXTS["new-project"]) if publisher and not known else Refused(403, FORBIDDEN["project"].format(**said))
        self.check_file(one, f, data, said, modes)
        digest = hashlib.sha256(data).hexdigest()
        there = self.files.get(f)
        if there and there["sha256"] == digest:
            return    # idempotent: 200, and new attestations are ignored
        if there or any(e["sha256"] == digest for e in self.files.values()):
            raise Refused(400, TEXTS["exists"].format(**said))
        if f in self.burnt:
            raise Refused(400, TEXTS["burnt"])
        self.check_attestations(one.get("attestations"), publisher and "no-attestations" not in modes, f, digest)
        self.files[f] = {"project": one["name"], "version": one["version"], "sha256": digest, "data": data, "time": time.time(),
                         "python": one.get("requires_python"), "asked": 0, "lag": modes.number("lag", 0)}

    @staticmethod
    def check_fields(one, fields):
        def wrong(field, why):
            raise Refused(400, TEXTS["field"].format(value=one.get(field.lower().replace("-", "_"), ""), field=field, why=why))
        if one.get("metadata_version") not in METADATA_VERSIONS:
            wrong("Metadata-Version", "Use a known metadata version." if one.get("metadata_version") else "This field is required.")
        if not re.fullmatch(r"(?i)[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9]", one.get("name", "")):
            wrong("Name", "Start and end with a letter or numeral containing only ASCII numeric and '.', '_' and '-'.")
        if not re.fullmatch(r"[0-9][0-9A-Za-z.+!]*", one.get("version", "")):
            wrong("Version", "Must start and end with a letter or numeral and contain only ASCII numeric and '.', '_' and '-'.")
        if "+" in one["version"]:
            raise Refused(400, TEXTS["local"].format(v=one["version"]))
        if len(one.get("summary", "")) > 512 or "\n" in one.get("summary", ""):
            wrong("Summary", "Use something shorter than 512 characters, on one line.")
        if one.get("filetype") not in ("bdist_wheel", "sdist"):
            wrong("Filetype", "Use a known file type.")
        if one["filetype"] == "sdist" and one.get("pyversion") not in ("", "source"):
            wrong("Python version", "Use 'source' as Python version for an sdist.")
        if one["filetype"] == "bdist_wheel" and not one.get("pyversion"):
            wrong("Python version", "Python version is required for binary distribution uploads.")
        if not any(one.get(d) for d in ("sha256_digest", "blake2_256_digest", "md5_digest")):
            raise Refused(400, "Error: Include at least one message digest.")
        for name, values in fields.items():
            if name in SINGLE and len(values) > 1:
                wrong(name.replace("_", "-").title(), "Use one value.")

    @staticmethod
    def check_file(one, f, data, said, modes):
        parts = split_name(f)
        if not parts or "/" in f or not re.search(r"\.(whl|tar\.gz)$", f) or f.endswith(".whl") != (one["filetype"] == "bdist_wheel"):
            raise Refused(400, TEXTS["filename"].format(**said))
        if normalize(parts[0]) != said["p"]:
            raise Refused(400, TEXTS["name"].format(**said))
        if re.search(r"-linux_[a-z0-9_]+\.whl$", f):
            raise Refused(400, TEXTS["platform"].format(**said))
        limit = modes.number("limit", 100 * MIB)
        if len(data) > limit:
            raise Refused(400, TEXTS["size"].format(**dict(said, limit="%d MB" % (limit // MIB) if limit >= MIB else "%d bytes" % limit)))
        made = {"sha256_digest": hashlib.sha256(data).hexdigest(), "md5_digest": hashlib.md5(data).hexdigest(), "blake2_256_digest": said["blake"]}
        if any(one.get(k) and one[k].lower() != v for k, v in made.items()):
            raise Refused(400, TEXTS["digest"])
        if f.endswith(".whl"):
            try:
                names = zipfile.ZipFile(io.BytesIO(data)).namelist()
            except (zipfile.BadZipFile, ValueError):
                raise Refused(400, "Invalid distribution file. File is not a zipfile") from None
            for name, key in (("WHEEL", "archive"), ("RECORD", "record"), ("METADATA", "metadata")):
                if not any(re.fullmatch(r"[^/]+\.dist-info/" + name, n) for n in names):
                    raise Refused(400, TEXTS[key].format(**said))

    @staticmethod
    def check_attestations(text, may, f, digest):
        if not text:
            return
        def wrong(why):
            raise Refused(400, TEXTS["attestations"].format(why=why))
        if not may:
            wrong("Attestations are only supported when using Trusted Publishing")
        try:
            given = json.loads(text)
            if not isinstance(given, list) or not 1 <= len(given) <= 2:
                wrong("A maximum of 2 attestations per file are supported, and at least one")
            for a in given:
                statement = json.loads(base64.b64decode(a["envelope"]["statement"]))
                subject = statement["subject"]
                if a["version"] != 1 or len(subject) != 1 or subject[0]["digest"]["sha256"] != digest or subject[0]["name"] != f:
                    wrong("Verification failed: subject does not match distribution")
        except (ValueError, KeyError, TypeError):
            wrong("Malformed attestation")

    def listed(self, project):
        """{file: entry} of a project whose lag is over."""
        found = {f: e for f, e in sorted(self.files.items()) if normalize(e["project"]) == project}
        for e in found.values():
            e["asked"] += 1
        return {f: e for f, e in found.items() if e["asked"] > e["lag"]}


WHERE = ("upload", "index", "files", "audience", "mint", "identity")


class Modes(dict):
    """{name: text behind ':'} of the modes for one kind of request."""

    def __init__(self, segments, kind):
        super().__init__()
        for part in filter(None, "+".join(segments).split("+")):
            before, _, only = part.rpartition("@")
            if only in WHERE:    # else it belongs to a value
                part = before if only == kind else ""
            name, _, text = part.partition(":")
            self.update({name: text} if name else {})

    def number(self, name, default):
        return int(self[name]) if self.get(name) else default


def page(project, files, as_json, modes):
    hashes = "nohash" not in modes
    if as_json:
        return json.dumps({"meta": {"api-version": "1.1"}, "name": project, "versions": sorted({e["version"] for e in files.values()}), "files": [
            {"filename": f, "url": "../../files/" + f, "hashes": {"sha256": e["sha256"]} if hashes else {}, "size": len(e["data"]),
             "requires-python": e["python"], "yanked": False,
             "upload-time": time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(e["time"]))} for f, e in files.items()]}).encode()
    return ("<!DOCTYPE html><html><head><title>%s</title></head><body>%s</body></html>" % (html.escape(project), "".join(
        '<a href="../../files/%s%s">%s</a>\n' % (f, "#sha256=" + e["sha256"] if hashes else "", f) for f, e in files.items()))).encode()


def parse_form(content_type, body):
    """({name: [values]}, (file name, type, bytes) or None) of a multipart form."""
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    fields, content = {}, None
    if not message.is_multipart():
        raise Refused(400, "Invalid form data.")
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True) or b""
        if name == "content":
            content = (part.get_filename() or "", part.get_content_type() if part["Content-Type"] else None, data)
        else:
            fields.setdefault(str(name), []).append(data.decode("utf-8", "replace"))
    return fields, content


KINDS = [    # (kind, pattern of the path)
    ("upload", r"legacy/?"), ("index", r"simple/.*|pypi/.*"), ("files", r"files/.*"), ("audience", r"_/oidc/audience"),
    ("mint", r"_/oidc/mint-token"), ("identity", r"github/token|computeMetadata/.*|v1/projects/.*"),
]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.serve(b"")

    do_HEAD = do_GET

    def do_POST(self):
        if self.find() == "upload" and self.early():
            return
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size) if "chunked" not in self.headers.get("Transfer-Encoding", "") else b"".join(self.chunks())
        self.serve(body)

    def chunks(self):
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            data = self.rfile.read(size)
            self.rfile.readline()
            if not size:
                return
            yield data

    def find(self):
        """Sets kind, rest, modes of the path."""
        path = urllib.parse.unquote(self.path.partition("?")[0])
        for kind, pattern in KINDS:
            match = re.fullmatch(r"/(?:([^/]+)/)?(%s)" % pattern, path)
            if match:
                self.kind, self.rest = kind, match.group(2)
                self.modes = Modes([self.server.modes, match.group(1) or ""], kind)
                self.counted = (kind, match.group(1) or "")
                return kind
        self.kind, self.rest, self.modes, self.counted = "", path, Modes([], ""), ("", "")
        return ""

    def early(self):
        """A reset in the middle of the upload, before anything is known of it."""
        if "reset" not in self.modes:
            return False
        with self.server.lock:
            key = ("early",) + self.counted
            self.server.times[key] = self.server.times.get(key, 0) + 1
            if self.modes["reset"] and self.server.times[key] > int(self.modes["reset"]):
                return False
            self.note(b"", {"reset": True})
        self.rfile.read(int(self.headers.get("Content-Length") or 0) // 2)
        return self.hang_up()

    def hang_up(self):
        """Not a FIN but a RST, once the handler has let go of the connection."""
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = self.server.rude.add(id(self.request)) is None
        return True

    def note(self, body, more):
        path = urllib.parse.unquote(self.path.partition("?")[0])
        self.server.count[path] = self.server.count.get(path, 0) + 1
        self.entry = dict({"path": path, "query": self.path.partition("?")[2], "method": self.command, "kind": self.kind, "time": time.time(),
                           "size": len(body), "headers": {k.lower(): v for k, v in self.headers.items()}}, **more)
        if self.kind == "mint":
            with contextlib.suppress(ValueError, AttributeError):
                self.entry["jwt"] = json.loads(body).get("token")
        self.server.seen.append(self.entry)

    def serve(self, body):
        if self.path.startswith("/_") and not self.path.startswith("/_/"):
            return self.tell()
        self.find()
        if self.kind != "upload":
            return self.serve_counted(body)
        with self.server.crowd:
            self.server.under_way += 1
        try:
            return self.serve_counted(body)
        finally:
            with self.server.crowd:
                self.server.under_way -= 1

    def serve_counted(self, body):
        with self.server.lock:
            self.note(body, {"beside": self.server.under_way} if self.kind == "upload" else {})
            self.times = self.server.times[self.counted] = self.server.times.get(self.counted, 0) + 1
        with contextlib.suppress(OSError):
            for name, misbehave in MISBEHAVIOUR.items():
                if name in self.modes and misbehave(self, self.modes[name]):
                    return None
            try:
                return getattr(self, "give_" + (self.kind or "nothing"))(body)
            except Refused as why:
                return self.refuse(why.status, why.text)
        return None

    def tell(self):
        server = self.server
        what, _, rest = urllib.parse.unquote(self.path).partition("?")
        with server.lock:
            answer = json.dumps({"/_seen": server.seen, "/_count": server.count}.get(what, {}), default=repr).encode()
            if what in ("/_reset", "/_empty") or what.startswith("/_set/"):
                server.times, server.crowds = {}, 0
            if what in ("/_reset", "/_empty"):
                server.seen, server.count, server.modes = [], {}, ""
            if what == "/_empty":
                server.registry.files, server.registry.used, server.last = {}, {}, ""
            if what.startswith("/_set/"):
                server.modes = what[len("/_set/"):]
        if what == "/_jwt":
            query = dict(urllib.parse.parse_qsl(rest))
            answer = server.registry.key.sign(fake_identity.claims(query["kind"], query["audience"])).encode()
        self.answer(200, answer, "application/json")

    def give_nothing(self, _body):
        self.answer(405 if self.command == "POST" else 404, b"no such path\n", "text/plain")

    def give_upload(self, body):
        if self.command != "POST":
            raise Refused(405, STATUS["405"])
        fields, content = parse_form(self.headers.get("Content-Type", ""), body)
        data = content[2] if content else b""
        self.entry.update(fields=fields, file=content[0] if content else None, type=content[1] if content else None,
                          sha256=hashlib.sha256(data).hexdigest(), unknown=sorted(set(fields) - SINGLE - REPEATED))
        if "echo" in self.modes:
            said = self.headers.get("Authorization", "").partition(" ")[2]
            pad = self.modes.number("pad", 0)
            if pad:
                raise Refused(400, ("." + "y " * pad)[:pad] + base64.b64decode(said).decode("latin-1").partition(":")[2])
            raise Refused(400, "you said %s in %s" % (base64.b64decode(said).decode("latin-1"), said))
        if self.wanted("reset-lost"):
            return self.hang_up()
        with self.server.lock:
            self.server.registry.upload(self.headers.get("Authorization"), fields, content, self.modes)
        if self.wanted("reset-stored"):
            return self.hang_up()
        return self.answer(200, b"", "text/html; charset=utf-8")

    def wanted(self, mode):
        return mode in self.modes and self.times <= self.modes.number(mode, sys.maxsize)

    def give_index(self, _body):
        as_json = JSON_TYPE in self.headers.get("Accept", "") and "html" not in self.modes
        parts = self.rest.strip("/").split("/")
        registry = self.server.registry
        if parts[0] == "pypi":
            files = registry.listed(normalize(parts[1]))
            releases = {}
            for f, e in files.items():
                releases.setdefault(e["version"], []).append({"filename": f, "digests": {"sha256": e["sha256"]}})
            return self.answer(200 if files else 404, json.dumps({"releases": releases}).encode(), "application/json")
        if len(parts) == 1:
            names = sorted({normalize(e["project"]) for e in registry.files.values()})
            body = json.dumps({"meta": {"api-version": "1.1"}, "projects": [{"name": n} for n in names]}) if as_json else "".join(
                '<a href="%s/">%s</a>' % (n, n) for n in names)
            return self.answer(200, body.encode(), JSON_TYPE if as_json else "text/html")
        with self.server.lock:
            files = registry.listed(parts[1])
        if not files:
            return self.answer(404, b"404 Not Found\n", "text/plain")
        return self.answer(200, page(parts[1], files, as_json, self.modes), JSON_TYPE if as_json else "text/html; charset=utf-8")

    def give_files(self, _body):
        entry = self.server.registry.files.get(self.rest.partition("/")[2])
        return self.answer(200, entry["data"], "application/octet-stream") if entry else self.give_nothing(b"")

    def give_audience(self, _body):
        if "disabled" in self.modes:
            return self.answer_json(403, {"message": "Trusted publishing functionality not enabled"})
        return self.answer_json(200, {"audience": self.modes.get("audience") or self.server.registry.audience})

    def give_mint(self, body):
        with self.server.lock:
            status, answer = self.server.registry.mint(body, self.modes)
        if "echo" in self.modes and "errors" in answer:
            answer["errors"][0]["description"] += ("." + "y " * 600)[:self.modes.number("pad", 0)] + ": got " + json.loads(body)["token"]
        self.entry["minted"] = hashlib.sha256(answer.get("token", "").encode()).hexdigest()
        self.entry["code"] = (answer.get("errors") or [{"code": None}])[0]["code"]
        return self.answer_json(status, answer)

    def give_identity(self, body):
        query = dict(urllib.parse.parse_qsl(self.path.partition("?")[2]))
        said = self.headers.get("Authorization", "")
        if self.rest == "github/token":
            if said.lower() != "bearer " + GITHUB_REQUEST_TOKEN:
                return self.answer_json(401, {"message": "bad credentials"})
            return self.answer_json(200, {"count": 1, "value": self.jwt("github", query.get("audience", "default"))})
        if self.rest.startswith("v1/projects/"):
            if said != "Bearer " + GOOGLE_ACCESS_TOKEN:
                return self.answer_json(401, {"error": {"code": 401}})
            return self.answer_json(200, {"token": self.jwt("google", json.loads(body)["audience"])})
        if self.headers.get("Metadata-Flavor") != "Google":
            return self.answer(403, b"missing header\n", "text/plain")
        if self.rest.endswith("/token"):
            return self.answer_json(200, {"access_token": GOOGLE_ACCESS_TOKEN, "expires_in": 3599, "token_type": "Bearer"})
        return self.answer(200, self.jwt("google", query["audience"]).encode(), "text/html")

    def jwt(self, kind, audience):
        modes, server = self.modes, self.server
        with server.lock:
            if "again" in modes and server.last:
                return server.last
            more = {"exp": int(time.time()) - 600} if "stale" in modes else {}
            if "claim" in modes:
                key, _, value = modes["claim"].partition("=")
                more[key] = value or None
            if "json" in modes:
                key, _, value = modes["json"].partition("=")
                more[key] = json.loads(value)
            made = fake_identity.claims(modes.get("kid") or kind, modes.get("aud") or audience, **more)
            server.last = server.registry.key.sign(made, modes.get("alg") or "RS256")
            return server.last

    def refuse(self, status, text):
        """As Pyramid says it: in the reason phrase and in a body whose form depends on Accept."""
        accept = self.headers.get("Accept", "")
        if "application/json" in accept:
            body, kind = json.dumps({"message": text, "code": "%d %s" % (status, text), "title": "Refused"}), "application/json"
        elif "text/plain" in accept:
            body, kind = "%d %s\n\n%s\n" % (status, text, text), "text/plain; charset=UTF-8"
        else:
            body = ("<html>\n <head>\n  <title>%d %s</title>\n </head>\n <body>\n  <h1>%d %s</h1>\n  The server could not comply with the request since "
                    "it is either malformed or otherwise incorrect.<br/><br/>\n%s\n\n\n </body>\n</html>" % ((status, html.escape(text)) * 2 + (html.escape(text),)))
            kind = "text/html; charset=UTF-8"
        return self.answer(status, body.encode(), kind, reason=text)

    def answer_json(self, status, value):
        return self.answer(status, json.dumps(value).encode(), "application/json")

    def answer(self, status, body, kind, more=None, reason=None):
        if hasattr(self, "entry"):
            self.entry["status"] = status
        self.send_response(status, reason)
        self.send_header("Content-Type", kind)
        for key, value in (more or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        return True

    # What a mode does before the ordinary answer; each returns whether it has answered. text is what stands behind ':'.

    def say(self, status, text, more=None):
        self.answer(status, (text + "\n").encode(), "text/plain; charset=UTF-8", more, text)
        return True

    def fail_times(self, status, text, more=None):
        return (not text or self.times <= int(text)) and self.say(status, STATUS.get(str(status), "on purpose"), more)

    def text_400(self, key):
        self.refuse(400, TEXTS[key].format(f="spam-1-py3-none-any.whl", p="spam", v="1", limit="100 MB", blake="0" * 64, why="broken on purpose",
                                           value="x", field="Name"))
        return True

    def slow(self, text):
        time.sleep(int(text) / 1000)
        return False

    def together(self, text):
        server = self.server
        with server.crowd:
            if not server.registry.files or server.crowds:
                return False
            if server.under_way >= int(text):
                server.crowds += 1
                server.crowd.notify_all()
                return False
            came = server.crowd.wait_for(lambda: server.crowds, 10)
        return not came and self.say(500, "nobody came")

    def cut(self, text):
        if self.times > 1:
            return False
        self.send_response(200)
        self.send_header("Retry-After", text)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"x")
        self.close_connection = True
        return True

    def hang(self, _text):
        while self.connection.recv(4096):
            pass
        return self.hang_up()

    def endless(self, size, piece, wait):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.close_connection = True
        with contextlib.suppress(OSError):
            for _ in range(size // len(piece)):
                self.wfile.write(piece)
                if wait:
                    time.sleep(wait)
        return True

    def redirect(self, to):
        return self.say(307, "elsewhere", {"Location": to})

    def redirect_host(self):
        host, _, port = self.headers.get("Host", "").rpartition(":")
        return self.redirect("%s://%s:%s/%s" % (self.server.scheme, "127.0.0.1" if host == "localhost" else "localhost", port, self.rest))


MISBEHAVIOUR = {
    "slow": Handler.slow,
    "together": Handler.together,
    "cut": Handler.cut,
    "private": lambda h, t: not h.headers.get("Authorization") and h.say(401, "Unauthorized", {"WWW-Authenticate": 'Basic realm="x"'}),
    "hang": Handler.hang,
    "reset": lambda h, t: h.kind != "upload" and (not t or h.times <= int(t)) and h.hang_up(),
    "drip": lambda h, t: h.endless(MIB, b" ", int(t or 50) / 1000),
    "huge": lambda h, t: h.endless(10 * 1000 * MIB, b" " * MIB, 0),
    "garbage": lambda h, t: h.answer(200, b'{"success": true, "token": "pypi-', "application/json"),
    "binary": lambda h, t: h.answer(200, bytes(range(256)), "application/json"),
    "deep": lambda h, t: h.answer(200, b"[" * 100000 + b"]" * 100000, "application/json"),
    "empty": lambda h, t: h.answer(200, b"", "application/json"),
    "status": lambda h, t: h.say(int(t), "on purpose"),
    "400": Handler.text_400,
    "403": lambda h, t: h.refuse(403, FORBIDDEN[t or "token"].format(p="spam")),
    "405": lambda h, t: h.say(405, STATUS["405"]),
    "409": lambda h, t: h.say(409, STATUS["409"]),
    "410": lambda h, t: h.say(410, STATUS["410"]),
    "500": lambda h, t: h.fail_times(500, t),
    "502": lambda h, t: h.fail_times(502, t),
    "503": lambda h, t: h.fail_times(503, t),
    "429": lambda h, t: h.fail_times(429, t, {"Retry-After": "1"}),
    "retry-after": lambda h, t: h.times == 1 and h.say(429, "Too Many Requests", {"Retry-After": t}),
    "redirect": lambda h, t: h.redirect("/" + h.rest),
    "redirect-host": lambda h, t: h.redirect_host(),
    "redirect-http-host": lambda h, t: h.redirect("http://fake.invalid/" + h.rest),
}


class Server(serving.Server):
    def __init__(self, address, registry, scheme):
        super().__init__(address, Handler)
        self.registry, self.scheme = registry, scheme
        self.count, self.seen, self.times, self.modes, self.last, self.lock = {}, [], {}, "", "", threading.Lock()
        self.crowd, self.under_way, self.crowds = threading.Condition(), 0, 0
        self.rude = set()    # connections that end with a reset

    def shutdown_request(self, request):
        if id(request) not in self.rude:
            return super().shutdown_request(request)
        self.rude.discard(id(request))
        return request.close()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    p.add_argument("--bind", default="127.0.0.1")
    p.add_argument("--port", type=int, default=0)
    p.add_argument("--audience", default="fake-pypi")
    p.add_argument("--token", action="append", default=[])
    p.add_argument("--scoped", action="append", nargs=2, default=[], metavar=("TOKEN", "PROJECT"))
    args = p.parse_args()
    registry = Registry(args.audience, args.token or [USER_TOKEN], args.scoped)
    server = Server((args.bind, args.port), registry, "https" if args.tls else "http")
    serving.serve(server, args.tls)


if __name__ == "__main__":
    main()
