"""What shells offer behind TAB: the files in completions/ are what hwb prints, its tables are in them, and the shells take them."""
import os
import re
import shutil
import subprocess

import support
from support import Place, Setting, Skip, fresh, write

FOLDER = os.path.join(support.HERE, "..", "..", "completions")
FILES = {"bash": "hwb.bash", "zsh": "_hwb", "fish": "hwb.fish"}
BASH = 'source "$1"; shift; compopt() { :; }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hwb; printf "%s\\n" "${COMPREPLY[@]}"'
# Its own functions work only behind a real TAB: these print what they are asked for.
ZSH = '_describe() { print -l -- ${(P)4} }; _arguments() { print -l -- "$@" }; file=$1; shift; words=("$@"); CURRENT=$#; source $file'


def path(shell):
    return os.path.join(FOLDER, FILES[shell])


def need(shell):
    if not shutil.which(shell):
        raise Skip("%s is not installed" % shell)


def ask(*command, cwd=None):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=cwd, env={"PATH": os.environ["PATH"], "HOME": Setting.top})
    return [line for line in (done.stdout + done.stderr).splitlines() if line]


def bash(*words, cwd=None):
    return sorted(word.strip() for word in ask("bash", "--norc", "-c", BASH, "bash", path("bash"), *words, cwd=cwd))


def commands():
    return re.findall(r"(?m)^  ([a-z]+) ", Place().hwb("--help").out)


def spellings(command):
    """Every way to write every option, as --help has them."""
    found = set()
    for letter, name, also in re.findall(r"(?m)^ +(?:(-\w), )?(--[\w-]+)(?:.*(?:\n +[A-Z].*)?\(also (.*)\))?", Place().hwb(command, "--help").out):
        found.update([letter, name, *also.split(", ")])
    return found - {""}


def current(tap):
    """the files in completions/"""
    for shell, name in FILES.items():
        run = Place().hwb("debug", "completion", shell)
        tap.check("completions/%s is what hwb prints (./dev completions writes it)" % name, run.code == 0 and run.out == open(path(shell)).read(), run.err)
    tap.run("another shell is refused", Place().hwb("debug", "completion", "csh"), 2, "bash, zsh, fish")
    tap.run("and none", Place().hwb("debug", "completion"), 2, "bash, zsh, fish")


def bash_words(tap):
    """bash"""
    need("bash")
    tap.check("bash takes the file", ask("bash", "-n", path("bash")) == [])
    tap.check("bash offers every command", set(commands()) <= set(bash("hwb", "")) and "build" in commands(), bash("hwb", ""))
    for command in commands():
        tap.check("bash offers every option of hwb %s, and no other" % command, set(bash("hwb", command, "-")) == spellings(command), set(bash("hwb", command, "-")) ^ spellings(command))
    place = write(fresh("folder"), {"a folder/file": "x", "a.whl": "x"})
    rows = [
        (["build", "--out"], ["--out-dir", "--outdir", "--output"]), (["build", "--out-dir", ""], ["a folder"]), (["build", "-o", "a"], ["a folder"]), (["build", "--out-dir", "="], ["a folder"]),
        (["build", "--cert", "=", "a."], ["a.whl"]), (["build", "--netrc", ""], ["a folder", "a.whl"]), (["build", "--netrc", "=", ""], ["a folder", "a.whl"]),
        (["build", "--color", "a"], ["always", "auto"]), (["build", "--color", "=", "n"], ["never"]), (["build", "-C", ""], []), (["build", ""], ["a folder", "a.whl"]),
        (["log", ""], ["export", "path", "show", "verify"]), (["respond", ""], ["compromised", "token-leak"]), (["cache", "g"], ["gc"]), (["credential", ""], ["add", "list", "remove"]), (["help", "pub"], ["publish"]), (["hel"], ["help"]),
        (["publish", "-r", ""], ["pypi", "testpypi"]), (["publish", "--registry", "=", "t"], ["testpypi"]), (["respond", "token-leak", "-r", "p"], ["pypi"]), (["init", "-r", ""], ["pypi", "testpypi"]),
        (["doctor", ""], []), (["debug", "sandbox", "--", "-"], []), (["debug", "sandbox", "--", "a."], ["a.whl"]),
    ]
    for words, want in rows:
        got = bash("hwb", *words, cwd=place)
        tap.check("bash: 'hwb %s' offers %s" % (" ".join(words), ", ".join(want) or "nothing"), got == want, got)


def zsh_words(tap):
    """zsh"""
    need("zsh")

    def zsh(*words):
        return ask("zsh", "-f", "-c", ZSH, "zsh", path("zsh"), *words)
    tap.check("zsh takes the file", ask("zsh", "-n", path("zsh")) == [])
    tap.check("zsh offers every command", [line.partition(":")[0] for line in zsh("hwb", "")] == commands() + ["help"], zsh("hwb", ""))
    for command in commands():
        got = {found.group(1) for found in (re.match(r"\*(--?[\w-]*\w)", line) for line in zsh("hwb", command, "")) if found}
        tap.check("zsh offers every option of hwb %s, and no other" % command, got == spellings(command), got ^ spellings(command))
    asked = zsh("hwb", "build", "")
    for line in ("*--out-dir=[Where artefacts go.]:DIR:_files -/", "*-o+[Where artefacts go.]:DIR:_files -/", "*--offline[Use the cache and local folders only.]", "*:SRC:_files"):
        tap.check("zsh is told of %s" % line, line in asked, asked)
    tap.check("zsh offers the words of a command, of help, of a registry", "*:word:(add list remove)" in zsh("hwb", "credential", "") and zsh("hwb", "help", "") == ["*:word:(%s)" % " ".join(commands())]
              and any(line.startswith("*-r+[") and line.endswith("]:word:(pypi testpypi)") for line in zsh("hwb", "publish", "")), zsh("hwb", "help", ""))
    tap.check("zsh takes an optional value only behind '='", any(line.startswith("*--netrc=-[") and line.endswith("]::FILE:_files") for line in asked), asked)


def fish_words(tap):
    """fish"""
    need("fish")

    def fish(line):
        return sorted(word.partition("\t")[0] for word in ask("fish", "--no-config", "-c", 'source $argv[1]; complete -C "$argv[2]"', path("fish"), line, cwd=place))
    place = write(fresh("folder"), {"a folder/file": "x", "a.whl": "x"})
    tap.check("fish takes the file", ask("fish", "-n", path("fish")) == [])
    tap.check("fish offers every command", fish("hwb ") == sorted(commands() + ["help"]), fish("hwb "))
    for command in commands():
        got = {word for word in fish("hwb %s -" % command) + fish("hwb %s --" % command) if word != "-"}
        tap.check("fish offers every option of hwb %s, and no other" % command, {g.rstrip("=") for g in got} == spellings(command), got ^ spellings(command))
    rows = [("hwb build -o ", ["a folder/"]), ("hwb build --color ", ["always", "auto", "never"]), ("hwb build -C ", []), ("hwb log ", ["export", "path", "show", "verify"]), ("hwb build a.", ["a.whl"]), ("hwb credential ", ["add", "list", "remove"]), ("hwb help pub", ["publish"]), ("hwb publish -r ", ["pypi", "testpypi"])]
    for line, want in rows:
        tap.check("fish: '%s' offers %s" % (line, ", ".join(want) or "nothing"), fish(line) == want, fish(line))


TESTS = [current, bash_words, zsh_words, fish_words]
