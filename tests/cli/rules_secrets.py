"""DESIGN section 3, last part: credentials, the text of strangers, checks that could not be made."""
import base64
import glob
import re

from rules_support import Elsewhere, Spies, every, stocked
from support import Index, Place, fresh, make_sdist, project

HOOK = "def build_wheel(folder, settings=None, metadata=None):\n"


# ---- credentials ----

def from_environment():
    known = {"HWB_INDEX_DEFAULT_USERNAME": "user", "HWB_INDEX_DEFAULT_PASSWORD": "secret"}
    with Index(stocked(("helper", "1.0"))) as index:
        place = Place()
        tree = project(requires=["helper"])
        without = place.build("--wheel", "--index-url", index.url("auth"), tree)
        run = place.build("--wheel", "--index-url", index.url("auth"), tree, env=known)
        used = [event for event in place.log() if event["event"] == "credential.used"]
        return every(("that it is needed", without.code == 3, without.told()),
                     ("that it opens the index", run.code == 0, run.told()),
                     ("that its use is in the log", len(used) == 1 and "secret" not in str(used), used))


def not_on_the_command_line():
    url = "https://user:hunter2-4711@host.example/"
    rows = [["--index-url", url], ["--find-links", url + "links"], [url + "demo-1.0.tar.gz#sha256=" + "0" * 64],
            ["git+" + url + "demo"]]
    checks = []
    for words in rows:
        place = Place()
        run = place.build(*words, *([project(requires=["helper"])] if words[0].startswith("--") else []))
        repeated = "hunter2" in run.text or b"hunter2" in place.kept_text()
        checks.append(("that it is refused and not repeated", run.code == 2 and not repeated, run.told()))
    return every(*checks)


TOKEN = "pypi-AgEIcHlwaS5vcmcCJDQ3MTE0NzExNDcxMTQ3MTE"
SAYS = HOOK + "    t = open('said').read()\n    %s\n    raise ValueError('sorry ' + t)\n"


def no_token_printed():
    """A build that knows the token by chance and says it; under GitHub a mask command would print it once more."""
    checks = []
    for env in ({}, {"GITHUB_ACTIONS": "true", "CI": "true"}, {"GITLAB_CI": "true", "CI": "true"}):
        place = Place()
        run = place.build("--no-index", "--wheel", "-v", "--report", place.top + "/report.json",
                          project(SAYS % "print(t)", files={"said": TOKEN}), env={"PYPI_TOKEN": TOKEN, **env})
        everything = run.text + place.kept_text().decode("utf-8", "replace") + str(place.report())
        good = run.code == 1 and "sorry" in run.err and TOKEN not in everything and "add-mask" not in everything
        checks.append(("that it is not printed with %s" % sorted(env), good, run.told()))
    return every(*checks)


# ---- text of strangers ----

# A secret that holds in plain letters what an escape looks like when it is spelled out.
SPELLED = r"tok-4711\x1b0815-abcdefgh\x07z"


def redact_escape_redact():
    """Plain and in pieces for the first look; made by the escaping for the second, in what people and the build log get."""
    rows = [("plain", TOKEN, "print(t)"), ("in two writes", TOKEN, "print(t[:9], end='', flush=True); print(t[9:])"),
            ("in base64", TOKEN, "import base64; print(base64.b64encode(t.encode()).decode())"),
            ("made by the escaping", SPELLED, r"t = t.replace('\\x1b', chr(27)).replace('\\x07', chr(7)); print(t)")]
    checks = []
    for what, token, line in rows:
        place = Place()
        run = place.build("--no-index", "--wheel", "-v", project(SAYS % line, files={"said": token}), env={"PYPI_TOKEN": token})
        everything = run.text + place.kept_text().decode("utf-8", "replace")
        shown = token in everything or base64.b64encode(token.encode()).decode() in everything
        checks.append(("that a token is hidden %s" % what, run.code == 1 and "sorry" in run.err and not shown, run.told()))
    tricks = "print('\\x1b]0;title\\x07 \\x1b[2J \\x9b \\rover'); print('##vso[task.x]y'); print('##[error]z')"
    place = Place()
    run = place.build("--no-index", "--wheel", "-v", project(SAYS % tricks, files={"said": "x"}))
    log = b"".join(open(path, "rb").read() for path in glob.glob(place.hwb_home + "/logs/build-*")).decode()
    steering = re.compile("[\x1b\r\x07\x9b]|##[a-z]*\\[")
    return every(*checks, ("that they were tried", run.code == 1 and "task.x" in run.err and "task.x" in log, run.told()),
                 ("that people get nothing that steers", not steering.search(run.text), run.told()),
                 ("that the log gets nothing that steers", not steering.search(log), log))


def stopped_commands():
    """GitHub obeys a line that begins with '::', but for what stands between a stop and its token."""
    tree, words = project(SAYS % "print('::set-env name=A::b'); print('\\n::error::pwned')", files={"said": "x"}), []
    checks = []
    for _ in range(2):
        run = Place().build("--no-index", "--wheel", "-v", tree, env={"GITHUB_ACTIONS": "true", "CI": "true"})
        stop = re.search(r"(?m)^::stop-commands::(\S{16,})$", run.text)
        words.append(stop and stop.group(1))
        inside = run.text[stop.end():run.text.rfind("::%s::" % words[-1])] if stop else ""
        loose = [line for line in run.text.replace(inside, "").splitlines() if re.match(r"\s*::(set-env|error::pwned)", line)]
        tried = "pwned" in inside and "set-env" in inside
        checks.append(("that what the build says is between the marks", tried and not loose, run.told()))
    return every(*checks, ("that the word is another each time", words[0] and words[0] != words[1], words))


# ---- checks ----

def could_not_check():
    """A parser that dies, at each of its tasks: nothing passes, nothing is written."""
    checks = []
    with Index(stocked(("helper", "1.0"))) as index:
        for verb in ("interpreter", "project", "page", "metadata", "wheel-unpack", "pack", "check", "zip-source", "tar-source"):
            place = Spies(dies_at=verb).place()
            source = make_sdist(fresh("sdist"), requires=["helper"], suffix=".zip" if verb == "zip-source" else ".tar.gz")
            run = place.build("--index-url", index.url(), "--wheel", source)
            written = place.made() + place.left_over()
            checks.append(("that %s could not be done is said" % verb, run.code == 10 and not written, written, run.told()))
    return every(*checks)


STORE, BUILTIN = "tests/cli/scenario_credentials.py", "tests/publish/builtin.py"
RULES = [
    ("Credentials: from environment", from_environment),
    ("stdin, keyring program or the sealed store", Elsewhere((STORE, "a password from standard input is stored"), (STORE, "its password opens the index"))),
    ("a password on the command line is exit 2", not_on_the_command_line),
    ("passwords in .pypirc are refused", Elsewhere(("tests/publish/run.py", "a password in .pypirc is refused with what to do"))),
    ("nothing prints a token, not even to mask it", no_token_printed),
    ("OIDC audiences `pypi`, `testpypi`, `sigstore` are asked for only for their built-in hosts; any other host's audience is "
     "pinned in the operator's config", Elsewhere((BUILTIN, "with %s it gets nothing"), (BUILTIN, "a built-in registry that names another's audience gets none"))),
    ("Untrusted text on its way to people or logs: redact, escape (no ESC, no CI commands), redact again", redact_escape_redact),
    ("under GITHUB_ACTIONS inside `::stop-commands::RANDOM`", stopped_commands),
    ("Every check has three outcomes; \"could not check\" is never \"passed\"", could_not_check),
]
