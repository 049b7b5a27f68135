"""hwb redact as a black box: a corpus of credentials that are put together here, at run time, from a seed. None of them is real,
none stands in this file, and nothing of hwb's own makes or encodes one. TAP on stdout.

usage: redaction.py HWB [VENV] [--only WORD]
"""
import base64
import hashlib
import html
import json
import os
import random
import re
import shlex
import signal
import string
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid
import xml.sax.saxutils
import zlib

sys.dont_write_bytecode = True  # before the others: the source tree stays as it is

import support
from support import Place, Tap, project

ALNUM = string.ascii_letters + string.digits
WORD = ALNUM + "_"
B64URL = ALNUM + "-_"
HEX = "0123456789abcdef"
UPPER32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
HOOK = "def build_wheel(folder, settings=None, metadata=None):\n"
seeded = random.Random(4711)


def chars(n, alphabet=ALNUM):
    """n characters that begin and end with a letter, with all kinds in between where there is room."""
    text = "".join(seeded.choice(alphabet) for _ in range(n))
    letters = [c for c in alphabet if c.isalpha()]
    return seeded.choice(letters) + text[1:-1] + seeded.choice(letters) if n > 1 else text


def checked(prefix):
    """GitHub's and npm's form: 30 characters and their CRC-32 in base 62."""
    text, digits = chars(30), string.digits + string.ascii_uppercase + string.ascii_lowercase
    crc, tail = zlib.crc32(text.encode()), ""
    for _ in range(6):
        crc, digit = divmod(crc, 62)
        tail = digits[digit] + tail
    return prefix + text + tail


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def macaroon(location):
    def field(kind, data):
        return bytes([kind, len(data)]) + data
    body = b"\2" + field(1, location) + field(2, bytes(seeded.randrange(256) for _ in range(24))) + b"\0"
    body += field(2, json.dumps({"version": 1, "permissions": "user"}).encode()) + b"\0\0" + field(6, bytes(seeded.randrange(256) for _ in range(32)))
    return "pypi" + "-" + b64url(body)


def jwt():
    return ".".join([b64url(json.dumps({"alg": "RS256", "kid": chars(8)}).encode()), b64url(json.dumps({"sub": chars(12), "aud": "index"}).encode()), chars(86, B64URL)])


# id, what makes a whole one, whether one character less is none of this form.
FORMATS = [
    ("pypi", lambda: macaroon(b"pypi.org"), False),
    ("test-pypi", lambda: macaroon(b"test.pypi.org"), False),
    ("pypi-other", lambda: "pypi" + "-" + "aB3" + chars(60, B64URL), False),
    ("github", lambda: checked("ghp" + "_"), True),
    ("github", lambda: checked("gho" + "_"), True),
    ("github", lambda: checked("ghr" + "_"), True),
    ("github-app", lambda: "ghs" + "_123456_" + jwt(), False),
    ("github-fine-grained", lambda: "github" + "_pat_" + chars(22) + "_" + chars(59), True),
    ("gitlab", lambda: "glpat" + "-" + chars(20, B64URL), True),
    ("gitlab", lambda: "glpat" + "-" + chars(27, B64URL) + ".01.0" + chars(6, string.ascii_lowercase), False),
    ("gitlab", lambda: "gldt" + "-" + chars(20, B64URL), True),
    ("gitlab", lambda: "glsoat" + "-" + chars(20, B64URL), True),
    ("aws-access-key", lambda: "AK" + "IA" + chars(16, UPPER32), True),
    ("aws-access-key", lambda: "AS" + "IA" + chars(16, UPPER32), True),
    ("npm", lambda: checked("np" + "m_"), True),
    ("openai", lambda: "sk" + "-proj-" + chars(40, B64URL) + "T3Blbk" + "FJ" + chars(20), False),
    ("anthropic", lambda: "sk" + "-ant-api03-" + chars(93, B64URL) + "AA", True),
    ("huggingface", lambda: "hf" + "_" + chars(34, string.ascii_letters), True),
    ("slack", lambda: "xox" + "b-" + "1234567890-1234567890-" + chars(24), False),
    ("stripe", lambda: "sk" + "_live_" + chars(24), False),
    ("gcp-api-key", lambda: "AI" + "za" + chars(35, B64URL), True),
    ("azure-client", lambda: chars(3) + "8" + "Q~" + chars(34), False),
    ("digitalocean", lambda: "dop" + "_v1_" + chars(64, HEX), True),
    ("vault", lambda: "hv" + "s." + chars(90, B64URL), False),
    ("terraform", lambda: chars(14) + ".atlas" + "v1." + chars(67, B64URL), False),
    ("rubygems", lambda: "ruby" + "gems_" + chars(48, HEX), True),
    ("crates", lambda: "ci" + "o" + chars(32), True),
    ("docker", lambda: "dckr" + "_pat_" + chars(27, B64URL), True),
    ("artifactory", lambda: "AK" + "Cp" + chars(69), True),
    ("artifactory-reference", lambda: "cmVm" + "dGtu" + chars(56), True),
    ("jwt", jwt, False),
    ("groq", lambda: "gs" + "k_" + chars(52), True),
    ("databricks", lambda: "da" + "pi" + chars(32, HEX), True),
    ("linear", lambda: "lin" + "_api_" + chars(40), True),
    ("shopify", lambda: "shp" + "at_" + chars(32, HEX), True),
    ("sendgrid", lambda: "S" + "G." + chars(22, B64URL) + "." + chars(43, B64URL), True),
    ("postman", lambda: "PM" + "AK-" + chars(24, HEX) + "-" + chars(34, HEX), True),
    ("newrelic", lambda: "NR" + "AK-" + chars(27, string.ascii_uppercase + string.digits), True),
    ("supabase", lambda: "sb" + "p_" + chars(40, HEX), True),
    ("age", lambda: "AGE-SEC" + "RET-KEY-1" + chars(58, string.ascii_uppercase + string.digits), True),
]
PLACES = [("alone", "%s"), ("in a sentence", "the value %s was printed"), ("in JSON", '{"a": "%s", "b": 1}'), ("in quotes", "x = '%s';"),
          ("in a URL", "https://host.example/p?a=1&b=%s&c=2"), ("behind an escape", "a\\n%s\\n"), ("in colour", "\x1b[1;31m%s\x1b[0m"),
          ("in percent", "q=%%22%s%%22"), ("in a list", "[%s]"), ("in a tag", "<b>%s</b>")]


class Redact:
    def __init__(self, hwb):
        self.hwb = hwb
        self.home = tempfile.TemporaryDirectory()
        self.calls = 0

    def start(self, *words, env=None, **more):
        whole = {"HOME": self.home.name, "PATH": os.environ["PATH"]}
        whole.update(env or {})
        return subprocess.Popen([self.hwb, "redact", *words], env=whole, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)

    def run(self, data, *words, env=None):
        """(bytes out, words said, exit code)"""
        with self.start(*words, env=env) as p:
            out, err = p.communicate(data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape"))
            return out, err.decode(), p.returncode

    def lines(self, lines, *words, env=None):
        out, err, code = self.run("".join(line + "\n" for line in lines), *words, env=env)
        assert code == 0, err
        return out.decode("utf-8", "surrogateescape").split("\n")[:-1]

    def file(self, name, text, mode=0o600):
        path = os.path.join(self.home.name, name)
        with open(path, "w", newline="") as f:
            f.write(text)
        os.chmod(path, mode)
        return path


class Tests:
    def __init__(self, redact):
        self.redact = redact

    def compare(self, tap, sentence, rows):
        """rows: (what, line, wanted line)"""
        got = self.redact.lines([line for _, line, _ in rows])
        bad = [(what, line, g, want) for (what, line, want), g in zip(rows, got) if g != want]
        tap.check("%s (%d cases)" % (sentence, len(rows)), len(got) == len(rows) and not bad, *bad[:5])

    def test_formats(self, tap):
        """every form of credential is hidden wherever it stands"""
        rows = []
        for rule, make, _ in FORMATS:
            for place, text in PLACES:
                rows.append((rule + " " + place, text % make(), text % ("[REDACTED:%s]" % rule)))
        self.compare(tap, "valid credentials, embedded", rows)

    def test_checksums(self, tap):
        """a wrong checksum is no excuse"""
        rows = []
        for rule, make, _ in FORMATS:
            if rule not in ("github", "npm", "pypi", "test-pypi"):
                continue
            token = make()
            last = "x" if token[-1] != "x" else "y"
            rows.append((rule, "a %s b" % (token[:-1] + last), "a [REDACTED:%s] b" % rule))
        self.compare(tap, "bad checksums", rows)

    def test_short(self, tap):
        """one character short is none"""
        rows = []
        for rule, make, is_exact in FORMATS:
            if is_exact:
                token = make()
                token = token[:-3] + token[-2:] if rule == "anthropic" else token[:-1]
                rows.append((rule, "a %s b" % token, "a %s b" % token))
        self.compare(tap, "one character short", rows)

    def test_headers(self, tap):
        """headers, URLs and files of credentials lose the credential alone"""
        secret, word = chars(24), "hun" + "ter2"
        basic = base64.b64encode(b"me:" + word.encode()).decode()
        rows = [(line, line % value, line % ("[REDACTED:%s]" % rule)) for line, value, rule in [
            ("GET https://me:%s@host.example/p", word, "url-password"), ("https://%s@host.example/", secret, "url-token"),
            ("postgresql+psycopg://app:%s@db.example:5432/x", "p%40ss-w0rd", "url-password"),
            ("Authorization: Basic %s", basic, "header"), ("authorization: bearer %s", secret, "header"),
            ('{"Authorization": "Token %s"}', secret, "header"), ("Proxy-Authorization: Basic %s", basic, "header"),
            ("> Authorization: Macaroon %s", secret, "header"), ("PRIVATE-TOKEN: %s", secret, "header"), ("X-Vault-Token: %s", secret + "7", "header"),
            ("X-Amz-Date=1&X-Amz-Signature=%s&x=1", chars(64, HEX), "url-query"), ("https://h.example/?access_token=%s", secret + "19", "url-query"),
            ("https://a.blob.example/c?sv=2020&sig=%s", "a7B%2F" + secret + "9%3D", "url-query"),
            ("Set-Cookie: session=%s; Path=/", chars(32), "cookie"), ("machine h.example login me password %s", word + "22", "netrc"),
            ("//registry.example/:_authToken=%s", secret, "npmrc"), ('"auth": "%s"', basic, "docker-auth"),
            ("export DB_PASSWORD=%s", chars(20) + "42", "assignment"), ("api_key: '%s'", chars(20) + "42", "assignment"),
            ("aws_secret_access_key = %s", chars(39, ALNUM + "/+") + "7", "aws-secret")]]
        rows[13] = ("cookie", rows[13][1], "Set-Cookie: [REDACTED:cookie]")
        rows[10] = (rows[10][0], "https://h.example/?" + rows[10][1], "https://h.example/?" + rows[10][2])
        self.compare(tap, "headers and the like", rows)

    def test_keys(self, tap):
        """private keys go, over many lines, with a prefix on each, and on one"""
        body = [chars(64, ALNUM + "+/") for _ in range(20)] + [chars(22) + "=="]
        for kind in ("RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "PGP PRIVATE KEY BLOCK", "ENCRYPTED PRIVATE KEY"):
            key = ["-----BEGIN " + kind + "-----", *body, "-----END " + kind + "-----"]
            for prefix in ("", "2026-11-26T01:02:03.4Z worker-7 | ", "\x1b[32m#12 0.34\x1b[0m "):
                out = self.redact.run("".join(prefix + line + "\n" for line in ["before", *key, "after"]))[0].decode()
                tap.check("%s, prefix %r" % (kind, prefix), out == prefix + "before\n" + prefix + "[REDACTED:private-key]\n" + prefix + "after\n", out)
            line = json.dumps({"key": "\n".join(key)})
            out = self.redact.lines([line])[0]
            tap.check("%s in JSON" % kind, out == '{"key": "[REDACTED:private-key]"}', out)

    def values(self):
        plain = [chars(n) for n in (8, 9, 10, 11, 12, 16, 20, 24, 32, 40, 64)]
        return plain + [chars(5) + "/+" + chars(6), chars(4) + " '" + chars(7), chars(4) + "\"\\" + chars(7), chars(3) + "<&>" + chars(6), chars(5) + "ü€" + chars(5),
                        chars(4) + "$`!" + chars(6), chars(6) + "%=?" + chars(6), chars(3) + "\t;|" + chars(5), "~" + chars(11) + "*"]

    def encodings(self, value):
        """How others print it. Each takes what stands around the value: only base64 mixes it with its neighbours."""
        raw = value.encode()
        yield "raw", lambda a, z: a + value + z
        for name, function in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            yield name, lambda a, z, f=function: f(a.encode() + raw + z.encode()).decode()
        yield "hex", lambda a, z: (a.encode() + raw + z.encode()).hex()
        yield "HEX", lambda a, z: (a.encode() + raw + z.encode()).hex().upper()
        yield "percent", lambda a, z: a + urllib.parse.quote(value, safe="") + z
        yield "path", lambda a, z: a + urllib.parse.quote(value) + z
        yield "form", lambda a, z: a + urllib.parse.quote_plus(value) + z
        yield "lower percent", lambda a, z: a + re.sub("%..", lambda m: m[0].lower(), urllib.parse.quote(value, safe="")) + z
        yield "every byte in percent", lambda a, z: a + "".join("%%%02X" % b for b in raw) + z
        yield "JSON", lambda a, z: json.dumps(a + value + z)
        yield "JSON in UTF-8", lambda a, z: json.dumps(a + value + z, ensure_ascii=False)
        yield "JSON with slashes", lambda a, z: json.dumps(a + value + z, ensure_ascii=False).replace("/", "\\/")
        yield "XML", lambda a, z: xml.sax.saxutils.escape(a + value + z)
        yield "attribute", lambda a, z: xml.sax.saxutils.escape(a + value + z, {'"': "&quot;"})
        yield "HTML", lambda a, z: html.escape(a + value + z)
        yield "shell", lambda a, z: shlex.quote(a + value + z)
        yield "repr", lambda a, z: repr(a + value + z)
        yield "repr of bytes", lambda a, z: repr((a + value + z).encode())
        yield "\\x", lambda a, z: a + "".join("\\x%02x" % b for b in raw) + z
        if value.isascii():
            yield "UTF-16LE base64", lambda a, z: base64.b64encode((a + value + z).encode("utf-16-le")).decode()
            yield "\\u", lambda a, z: a + "".join("\\u%04x" % b for b in raw) + z

    def test_known(self, tap):
        """values that are known are hidden in all encodings and phases"""
        values = self.values()
        path = self.redact.file("values", "".join(value + "\n" for value in values))
        rows = []
        for value in values:
            for name, encode in self.encodings(value):
                for before in ("", "u", "u:", "u:v"):
                    for behind in ("", "@", "@h"):
                        rows.append((name, value, encode(before, behind)))
        got = self.redact.lines([line for _, _, line in rows], "--mask-file", path)
        # What is left of an encoding are at most the neighbours' own characters.
        bad = []
        for (name, value, line), out in zip(rows, got):
            left = out.replace("[REDACTED:known]", "")
            if "[REDACTED:known]" not in out or value in out or len(left) > 26:
                bad.append((name, value, line, out))
        tap.check("%d values x %d encodings x 12 places: %d lines" % (len(values), len(rows) // len(values) // 12, len(rows)), not bad and len(got) == len(rows), len(bad), *bad[:6])

    def test_wrapped(self, tap):
        """a known value that is wrapped, coloured or interrupted is hidden"""
        value = chars(120, B64URL)
        path = self.redact.file("wrapped", value + "\n")
        texts = {"wrapped at %d" % width: "\n".join(("x" * at + value + "y")[i:i + width] for i in range(0, at + 121, width)) + "\n" for width in (40, 80, 100) for at in range(0, 79, 13)}
        texts["CR LF"] = "x " + value[:50] + "\r\n" + value[50:] + "\n"
        texts["colour"] = "x " + value[:20] + "\x1b[1m" + value[20:70] + "\x1b[0m" + value[70:] + "\n"
        texts["CR"] = value[:20] + "\r" + value[20:] + "\n"
        texts["NUL"] = "\0".join(value) + "\n"
        for name, text in texts.items():
            out = self.redact.run(text, "--mask-file", path)[0].decode()
            tap.check("%s" % name, "[REDACTED:known]" in out and not any(value[i:i + 12] in out for i in range(108)), text, out)

    def test_lines_and_signatures(self, tap):
        """each line of a secret, and the signature of a JWT"""
        token = jwt()
        key = "\n".join([chars(40), chars(41), chars(42)])
        env = {"MY_KEY": key, "MY_TOKEN": token, "SSH_AUTH_SOCK": self.redact.home.name, "MY_PASS": "abc", "OTHER": chars(20)}
        out, err, code = self.redact.run("1 %s\n2 %s\n3 %s\n4 %s\n5 abc\n" % (key.split("\n")[1], token.split(".")[2], env["SSH_AUTH_SOCK"], env["OTHER"]), "--add-mask-from-env", env=env)
        tap.check("lines and signatures", out.decode() == "1 [REDACTED:known]\n2 [REDACTED:known]\n3 %s\n4 %s\n5 abc\n" % (env["SSH_AUTH_SOCK"], env["OTHER"]), out, err)
        tap.check("a path is named", "'SSH_AUTH_SOCK' is a path" in err, err)
        tap.check("a value that is too short is named, not said", code == 0 and "MY_PASS" in err and "abc" not in err, err)
        out, err, code = self.redact.run("a %s b\n" % env["OTHER"], "--add-mask-from-env=OTHER,NONE", env=env)
        tap.check("a list of names", out == b"a [REDACTED:known] b\n" and "NONE" in err, out, err)

    def test_names(self, tap):
        """which variables sound secret, and that a secret may begin like a path"""
        secret = ["API_KEY", "APIKEY", "apiKey", "MyAPIKey", "PGPASSWORD", "DB_PASSWD", "DB_PWD", "KEY2", "NPM_TOKENS", "AUTHTOKEN", "SSHPASS", "AWS_SECRET_ACCESS_KEY", "CREDENTIALS"]
        plain = ["MONKEY", "COMPASS", "AUTHOR", "KEYBOARD", "PASSENGER", "TOKENIZERS_PARALLELISM"]
        for begin in ("x", "/", "~", "~/"):
            env = {name: begin + chars(20) for name in secret + plain}
            out, err, code = self.redact.run("".join("%s is %s\n" % pair for pair in env.items()), "--add-mask-from-env", env=env)
            want = "".join("%s is %s\n" % (name, "[REDACTED:known]" if name in secret else value) for name, value in env.items())
            tap.check("values that begin with '%s'" % begin, code == 0 and out.decode() == want, out, err)

    def test_many(self, tap):
        """a value more than can be hidden is an error, not a leak"""
        many = [chars(20) for _ in range(1025)]
        path = self.redact.file("many values", "".join(value + "\n" for value in many[:1024]))
        out, err, code = self.redact.run(many[1023] + "\n", "--mask-file", path)
        tap.check("1024", code == 0 and out == b"[REDACTED:known]\n", out, err)
        path = self.redact.file("more values", "".join(value + "\n" for value in many))
        out, err, code = self.redact.run(many[1024] + "\n", "--mask-file", path)
        tap.check("1025 in a file", code == 2 and out == b"" and "1024" in err, code, out, err)
        out, err, code = self.redact.run(many[1024] + "\n", "--add-mask-from-env", env={"TOKEN_%d" % i: value for i, value in enumerate(many)})
        tap.check("1025 variables", code == 2 and out == b"" and "1024" in err, code, out, err)

    def test_mask_file(self, tap):
        """--mask-file: modes, short lines, files that are not there"""
        value = chars(20)
        path = self.redact.file("open", value + "\nxyz\n", 0o644)
        out, err, code = self.redact.run("a %s b xyz\n" % value, "--mask-file", path)
        tap.check("a file that others can read is warned about", code == 0 and "others can read" in err and out == b"a [REDACTED:known] b xyz\n", out, err)
        tap.check("a short line is named by its number", path + ":2" in err and "xyz" not in err, err)
        out, err, code = self.redact.run("a\n", "--mask-file", path + ".none")
        tap.check("a file that is not there", code == 2 and out == b"", out, err)
        out, err, code = self.redact.run("a %s b\n" % checked("ghp" + "_"), "-v")
        tap.check("-v counts on stderr", code == 0 and "1 secret" in err and "1 github" in err, err)

    def negatives(self):
        digest = lambda text, kind="sha256": hashlib.new(kind, text.encode()).hexdigest()
        names = ["numpy", "hatchling", "setuptools_scm", "token_bucket", "secretstorage", "keyring", "passlib", "jwt", "pypi-attestations"]
        for i in range(400):
            name, version = seeded.choice(names), "%d.%d.%d" % (i % 9, i % 13, i % 7)
            text = name + version
            sri = base64.b64encode(hashlib.sha512(text.encode()).digest()).decode()
            record = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
            blake = digest(text, "blake2b")[:64]
            url = "https://files.example.org/packages/%s/%s/%s/%s-%s-py3-none-any.whl" % (blake[:2], blake[2:4], blake[4:], name, version)
            yield "sha256:" + digest(text)
            yield "Created wheel for %s: filename=%s-%s-py3-none-any.whl size=%d sha256=%s" % (name, name, version, i, digest(text))
            yield "  Stored in directory: /root/.cache/pip/wheels/%s/%s/%s/%s" % (blake[:2], blake[2:4], blake[4:6], blake[6:])
            yield "%s/%s.py,sha256=%s,%d" % (name, name, record, i)
            yield "%s==%s --hash=sha256:%s \\" % (name, version, digest(text))
            yield '    { url = "%s", hash = "sha256:%s", size = %d, upload-time = "2026-01-%02dT00:00:00.000Z" },' % (url, digest(text), i, i % 28 + 1)
            yield "  Found link %s#sha256=%s (from https://index.example/simple/%s/) (requires-python:>=3.%d), version: %s" % (url, digest(text), name, i % 12, version)
            yield "integrity=\"sha512-%s\"" % sri
            yield "  resolved \"https://registry.example/%s/-/%s-%s.tgz#%s\"" % (name, name, version, digest(text, "sha1"))
            yield "commit %s (HEAD -> main, tag: v%s)" % (digest(text, "sha1"), version)
            yield "md5 %s sha384 %s" % (digest(text, "md5"), digest(text, "sha384"))
            yield "run id: %s" % uuid.UUID(bytes=hashlib.md5(text.encode()).digest())
            yield "tests/test_%s.py::test_token_is_refreshed[password-%d-secret] PASSED [%3d%%]" % (name, i, i % 100)
            yield "token = tokens[%d]; secret_key = settings.SECRET_KEY_%d; password=getpass.getpass('p%d: ')" % (i, i, i)
            yield "warning: unused variable 'api_key_%d' [-Wunused-variable]; token: %s" % (i, digest(text))
            yield "cache-key: %s; etag: \"%s\"; X-Request-Id: %s" % (digest(text), digest(text, "md5"), uuid.UUID(bytes=hashlib.md5(text.encode()).digest()))
            yield "//# sourceMappingURL=data:application/json;base64," + base64.b64encode(json.dumps({"version": 3, "sources": [name]}).encode()).decode()
            yield "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + hashlib.sha512(text.encode()).digest() * 6).decode()
            yield "gcc -shared -o build/lib.linux-x86_64-cpython-311/%s/_key.cpython-311-x86_64-linux-gnu.so -I/usr/include -Wl,--build-id=sha1" % name
            yield "\x1b[32m   Compiling\x1b[0m %s v%s (/build/src)\r" % (name, version)
            yield "Getting page https://index.example/simple/%s/ 200 OK; Looking up \"https://index.example/simple/%s/\" in the cache" % (name, name)
            yield "git clone --filter=blob:none ssh://git@host.example/%s.git /tmp/pip-req-build-%s" % (name, digest(text)[:8])
            yield "-----BEGIN CERTIFICATE----- %s" % sri[:64]
            yield "usage: %s [--password PASSWORD] [--password-stdin] [--user USER:PASSWORD]; --password is required for %s, PASSWORD=$PW_%d" % (name, name, i)
            yield "  connect(user=user, password=password, passwd=self.passwd%d, token=TOKEN) PASSWORD=os.environ['PW%d']" % (i, i)
            yield "docker run -u 1000:1000 -p %d:80 %s:%s; curl -sSfL %s -o %s" % (i + 1024, name, version, url, name)

    def test_ordinary_logs(self, tap):
        """ordinary logs full of digests lose nothing"""
        lines = list(self.negatives())
        out, err, code = self.redact.run("".join(line + "\n" for line in lines), "-v")
        got = out.decode().split("\n")[:-1]
        tap.check("0 redactions in %d lines" % len(lines), got == lines and "0 secrets" in err, err, *[(a, b) for a, b in zip(lines, got) if a != b][:5])
        everything = "".join(line + "\n" for line in lines)
        values = self.redact.file("many", "".join(value + "\n" for value in self.values()))
        out, err, code = self.redact.run(everything, "--mask-file", values)
        tap.check("nor with 20 known values", out.decode() == everything, err)

    def test_pieces(self, tap):
        """what comes in pieces comes out the same"""
        value = chars(40)
        path = self.redact.file("pieces", value + "\n")
        text = "".join(text % make() + " %s\n" % value for (_, make, _), (_, text) in zip(FORMATS, PLACES * 4)).encode()
        want = self.redact.run(text, "--mask-file", path)[0]
        bad = []
        for at in range(1, len(text), 53):
            with self.redact.start("--mask-file", path) as p:
                p.stdin.write(text[:at])
                p.stdin.flush()
                time.sleep(0.005)
                out = p.communicate(text[at:])[0]
            if out != want:
                bad.append(at)
        tap.check("%d splits of %d bytes" % (len(range(1, len(text), 53)), len(text)), not bad, bad)
        again = self.redact.run(want, "--mask-file", path)[0]
        tap.check("twice is as once", again == want)

    def test_lines_come_at_once(self, tap):
        """a line comes out when it ended, not at the end"""
        with self.redact.start() as p:
            p.stdin.write(b"first\n")
            p.stdin.flush()
            tap.check("the first line", p.stdout.readline() == b"first\n")
            p.stdin.close()
            p.wait()

    def test_hostile_bytes(self, tap):
        """long lines, NUL, invalid UTF-8 and escapes that never end cost neither memory nor time"""
        size = 256 << 20
        blocks = {"one line of one letter": b"a" * (1 << 20), "NUL": bytes(1 << 20), "invalid UTF-8": bytes(range(128, 256)) * (1 << 13), "escapes": b"\x1b]0;\x1b[1m" * (1 << 17),
                  "keywords": b"token=token:" * (87 << 10), "beginnings": b"eyJ" * (341 << 10), "keys": b"-----BEGIN PRIVATE KEY----- " * (37 << 10),
                  "masks": b"[REDACTED:x" * (95 << 10), "colons": b"://" * (341 << 10), "headers": b"authorization: basic " * (50 << 10)}
        for name, block in blocks.items():
            total = size if name == "one line of one letter" else 16 << 20
            begin = time.monotonic()
            with self.redact.start() as p:
                reader = subprocess.Popen(["wc", "-c"], stdin=p.stdout, stdout=subprocess.PIPE)
                p.stdout.close()
                p.stdout = None
                for _ in range(total // len(block)):
                    p.stdin.write(block)
                p.stdin.close()
                p.stdin = None
                _, status, usage = os.wait4(p.pid, 0)
                p.returncode = os.waitstatus_to_exitcode(status)
                reader.communicate()
            took = time.monotonic() - begin
            tap.check("%s: %.1f s for %d MiB, %d MiB of memory" % (name, took, total >> 20, usage.ru_maxrss >> 10), p.returncode == 0 and usage.ru_maxrss < 64 << 10 and took < 60)

    def test_fail_closed(self, tap):
        """when hwb-parse dies nothing comes out that was not looked at, and the exit code is 10"""
        token = checked("ghp" + "_")
        with self.redact.start() as p:
            p.stdin.write(b"first\n")
            p.stdin.flush()
            p.stdout.readline()
            children = [int(c) for c in open("/proc/%d/task/%d/children" % (p.pid, p.pid)).read().split()]
            os.kill(children[0], signal.SIGKILL)
            try:
                out, err = p.communicate(b"x %s\n" % token.encode())
            except BrokenPipeError:
                out, err = p.stdout.read(), p.stderr.read()
            tap.check("killed", p.wait() == 10 and token.encode() not in out and b"hwb-parse" in err, p.returncode, out, err)

    def test_reader_that_ends(self, tap):
        """a reader that has enough is no failure"""
        done = subprocess.run(["sh", "-c", "yes | \"$0\" redact | head -1", self.redact.hwb], capture_output=True, env={"HOME": self.redact.home.name, "PATH": os.environ["PATH"]})
        tap.check("head -1", done.stdout == b"y\n" and done.stderr == b"", done.stdout, done.stderr)

    def test_usage(self, tap):
        """arguments are refused"""
        out, err, code = self.redact.run("a\n", "file.log")
        tap.check("an argument", code == 2 and out == b"", err)


    # ---- in a build ----

    def test_build_output(self, tap):
        """a backend that prints a token: nobody sees it, and the log says that it did"""
        token, key = checked("ghp" + "_"), chars(64)
        code = HOOK + """    a, b = open('said').read().split()
    print('here it is: ' + a)
    print('-----BEGIN ' + 'PRIVATE KEY-----\\n' + b + '\\n-----END ' + 'PRIVATE KEY-----')
    print('no newline ' + a, end='', flush=True)
    %s
"""
        for what, end, wanted in (("that builds", "return wheel(folder)", 0), ("that fails", "raise ValueError('sorry ' + a)", 1)):
            for verbose in ((), ("-v",)):
                place = Place()
                run = place.build("--scan=report", "--no-index", "--wheel", *verbose, "--report", place.top + "/report.json", project(code % end, files={"said": token + " " + key}))
                kept = place.kept_text()
                tap.check("a build %s %s says nothing secret" % (what, verbose), run.code == wanted and token not in run.text and key not in run.text and token.encode() not in kept and
                          key.encode() not in kept, run.told())
                logs = b"".join(open(os.path.join(place.hwb_home, "logs", n), "rb").read() for n in os.listdir(place.hwb_home + "/logs") if n.startswith("build-"))
                tap.check("the build log has the masks", logs.count(b"[REDACTED:github]") >= 2 and b"here it is: [REDACTED:github]\n" in logs and b"[REDACTED:private-key]" in logs, logs)
                leaks = {event["rule"]: event["count"] for event in place.log() if event["event"] == "secret.leak"}
                tap.check("an event for each rule", set(leaks) == {"github", "private-key"} and leaks["private-key"] == 1, leaks)
                tap.check("and a warning", "hidden as [REDACTED:github]" in run.err, run.err)
                started = [event for event in place.log() if event["event"] == "run.started"]
                tap.check("the log names the version of the rules", re.fullmatch(r"[0-9.]+", started[0].get("redaction_rules", "")) is not None, started)

    def test_known_in_build(self, tap):
        """a value of the caller's that a build prints by chance"""
        value = chars(24)
        place = Place()
        run = place.build("--scan=report", "--no-index", "--wheel", "-v", project(HOOK + "    print('x', open('said').read().strip())\n    return wheel(folder)\n", files={"said": value}), env={"MY_TOKEN": value})
        leaks = {event["rule"]: event["count"] for event in place.log() if event["event"] == "secret.leak"}
        tap.check("is hidden and told of", run.code == 0 and value not in run.text and "x [REDACTED:known]" in run.err and leaks == {"known": 1}, leaks, run.told())

    def test_quiet_build(self, tap):
        """an ordinary build is not accused"""
        place = Place()
        lines = list(self.negatives())[:2000]
        run = place.build("--scan=report", "--no-index", "--wheel", project(HOOK + "    print(open('said').read())\n    return wheel(folder)\n", files={"said": "\n".join(lines)}))
        tap.check("no event, no warning", run.code == 0 and "secret" not in run.err and not [e for e in place.log() if e["event"] == "secret.leak"], run.told())

    def test_killed_in_build(self, tap):
        """when the redactor dies the build ends with 10, and what it had not looked at is nowhere"""
        token = checked("ghp" + "_")
        place = Place()
        code = HOOK + "    import time\n    print('ready', flush=True)\n    time.sleep(3)\n    print(open('said').read(), flush=True)\n    time.sleep(20)\n    return wheel(folder)\n"
        process = place.start("build", "-v", "--scan=report", "--no-index", "--wheel", "-o", place.out, project(code, files={"said": token + " after"}))
        begin, killed = time.monotonic(), False
        while not killed and time.monotonic() - begin < 20:
            time.sleep(0.1)
            for name in os.listdir("/proc"):
                try:
                    words = open("/proc/%s/cmdline" % name, "rb").read().split(b"\0") if name.isdigit() else []
                    parent = int(open("/proc/%s/stat" % name).read().rsplit(")", 1)[1].split()[1]) if words else 0
                except OSError:
                    continue
                if b"redact-log" in words and parent == process.pid and time.monotonic() - begin > 1:
                    os.kill(int(name), signal.SIGKILL)
                    killed = True
        run = place.finish(process)
        tap.check("killed", killed and run.code == 10 and token not in run.text and "after" not in run.text and token.encode() not in place.kept_text() and time.monotonic() - begin < 18, killed, run.told())
        tap.check("no wheel was written", not place.made(), place.made())


def main():
    only = support.begin(sys.argv)
    tests = Tests(Redact(support.Setting.hwb))
    Tap().all([getattr(tests, name) for name in dir(tests) if name.startswith("test_")], only)


main()
