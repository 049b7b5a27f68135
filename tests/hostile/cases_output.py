"""Probes 58 to 65: what a build leaves for hwb to pick up, and what it prints (71, 72)."""
import base64
import os

import world
from backend_output import LOG
from cases import case
from suite import SECRET

NAME = "hostile-1.0-py3-none-any.whl"

# mode, number, what happens, a word of the explanation, what the mode leaves without a sandbox
REFUSED = [
    ("symlink", "58", "a symbolic link for a wheel is refused", "symbolic link", os.path.islink),
    ("fifo", "59", "a socket for a wheel is refused without blocking", "socket", lambda path: not os.path.isfile(path) and os.path.exists(path)),
    ("directory", "59", "a directory for a wheel is refused", "directory", os.path.isdir),
    ("two", "62", "two wheels are refused", "2 files", os.path.isfile),
    ("foreign", "62", "another project's wheel is refused", "hostile", lambda path: not os.path.exists(path)),
    ("sparse", "62", "a wheel beyond the limit is refused", "limit", lambda path: os.path.getsize(path) == 3 << 30),
]


def outside(suite, mode):
    """Where the mode leaves its wheel when nobody is in its way, and what it said."""
    folder = os.path.join(suite.broken, "out-" + mode)
    got = suite.outside("import backend, os\nos.mkdir(%r)\nbackend.build_wheel(%r, {'mode': %r})" % (folder, folder, mode))
    return os.path.join(folder, NAME), got


def refused(mode, word, made):
    def run(suite):
        if world.there() and not made(outside(suite, mode)[0]):
            return False, "mode '%s' does nothing without a sandbox either" % mode
        got = suite.build(mode)
        return got.status == 6 and word in got.text and not got.wheels, got.told()
    return run


for row in REFUSED:
    case(row[1], row[2])(refused(row[0], row[3], row[4]))


@case("61", "odd names and deep trees end, escaped")
def names(suite):
    got = suite.build("names")
    return got.status in (0, 6) and "\x1b" not in got.text, got.told()


@case("", "files may be moved and linked between the folders of a build")
def moves(suite):
    got = suite.build("moves")
    return got.status == 0 and len(got.wheels) == 1, got.told()


@case("37", "what is published has an ordinary mode")
def mode_of_wheel(suite):
    got = suite.build("open_mode")
    modes = [os.stat(os.path.join(suite.top, name)).st_mode & 0o7777 for name in got.wheels]
    return modes == [0o644], (got.told(), modes)


@case("64", "a background writer cannot touch what is published")
def rewriter(suite):
    got = suite.build("rewriter")
    # Read as it is or as it was broken, but the same bytes for ever: the writer died first.
    return got.status in (0, 6) and not suite.left(), got.told()


@case("65", "nothing rewrites it afterwards")
def afterwards(suite):
    got = suite.build("wheel")
    before = [open(os.path.join(suite.top, name), "rb").read() for name in got.wheels]
    left = suite.left()
    after = [open(os.path.join(suite.top, name), "rb").read() for name in got.wheels]
    return got.status == 0 and before == after and len(before) == 1 and not left, got.told()


@case("71", "the log cannot drive a terminal or a CI system")
def log_escapes(suite):
    alone = outside(suite, "log_escapes")[1] if world.there() else None
    if alone and not all(line in alone.output for line in LOG):
        return False, "the mode prints nothing of it without a sandbox either: " + alone.told()
    got = suite.build("log_escapes", env=suite.env(GITHUB_ACTIONS="true", CI="true"))
    seen = [line for line in LOG if line in got.output]
    # "##vso" and "::set-env" are text to a terminal; a CI system must not find them at the start of a line.
    driving = [line for line in got.output.splitlines() if line.startswith((b"::set-env", b"##vso"))]
    stopped = b"::stop-commands::" in got.output
    raw = [byte for byte in (b"\x1b", b"\x9b", b"\xff") if byte in got.output]
    return got.status == 0 and not raw and (stopped or not driving), (seen, driving, raw, got.told())


@case("72", "a credential of the run is redacted in each form")
def log_token(suite):
    got = suite.build("log_token", "--env", "LEAKED=" + SECRET)
    forms = [SECRET, base64.b64encode(SECRET.encode()).decode(), SECRET.encode().hex()]
    return got.status == 0 and "form" in got.text and not any(form in got.text for form in forms), got.told()
