"""Does hwb know which descriptions PyPI renders? readme.py HWB VENV CACHE [SEED [CASES]]. TAP.

The oracle is readme_renderer, which is what PyPI uses. Where it renders, hwb may not say that it fails; where it refuses, hwb may not say
that it renders. That hwb is not sure is no error, but is counted, and has a bound. The descriptions: snippets, snippets changed at random
(the same ones for the same seed), and those of real packages (readme.txt), which pip fetches into CACHE once; without a network those of
the packages that are not there are left out.
"""
import email
import hashlib
import io
import json
import os
import random
import subprocess
import sys
import warnings
import zipfile

from docutils.parsers.rst import roles
from readme_renderer import rst

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from readme_snippets import SNIPPETS  # noqa: E402

HWB, VENV, CACHE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3])
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else 7
CASES = int(sys.argv[5]) if len(sys.argv) > 5 else 3000
UNSURE_MUTATED, UNSURE_REAL = 0.05, 0.05
MARKS = ["*", "**", "`", "``", "_", "__", "|", "`_", "[1]_", ":", "::", "..", ".. ", ">", "<", "\\", "-", "=", "\"", "'", "(", ")", "[", "]", "\t", "   ", "\n", "\n\n", "\n  ", "a",
         "\u4e2d", "\u00a0", "\u201c", "e\u0301", ":a:", "#.", "1.", "+", "{", "/", "http://a/"]


def refuses(text):
    """Why PyPI would refuse it; None: it renders."""
    roles._roles.clear()  # docutils keeps the roles that a text made for all that follow
    said = io.StringIO()
    try:
        return None if rst.render(text, stream=said) is not None else said.getvalue().strip()[:200]
    except Exception as error:  # PyPI would answer with an error of its own
        return "an exception: %r" % error


def verdicts(texts):
    given = "".join(json.dumps(text) + "\n" for text in texts).encode()
    run = subprocess.run([HWB, "debug", "rst-verdicts"], input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    if run.returncode or len(answers) != len(texts):
        return [{"verdict": "exit %d" % run.returncode, "line": 0, "why": run.stderr.decode(errors="replace")[-200:]}] * len(texts)
    return answers


def mutated(number):
    """Some snippets behind each other, with some changes."""
    rnd = random.Random("%d %d" % (SEED, number))
    text = "\n\n".join(rnd.choice(SNIPPETS) for _ in range(rnd.choice((1, 1, 2, 3))))
    for _ in range(rnd.choice((1, 1, 2, 4))):
        at, kind = rnd.randrange(len(text) + 1), rnd.randrange(5)
        if kind == 0:
            text = text[:at] + text[at + 1:]
        elif kind < 3:
            text = text[:at] + rnd.choice(MARKS) + text[at:]
        else:
            lines = text.split("\n")
            line = rnd.randrange(len(lines))
            lines[line:line + 1] = ([], ["  " + lines[line]], [lines[line][2:]], [lines[line], lines[line]], ["", lines[line]])[rnd.randrange(5)]
            text = "\n".join(lines)
    return text


def fetch(package):
    """The wheel of "name==version" in CACHE, or None."""
    name, version = package.split("==")

    def there():
        start = "%s-%s-" % (name.replace("-", "_"), version)
        return next((os.path.join(CACHE, f) for f in os.listdir(CACHE) if f.lower().startswith(start.lower()) and f.endswith(".whl")), None)
    if not there():
        subprocess.run([os.path.join(VENV, "bin", "python"), "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "--python-version", "3.8", "-d", CACHE,
                        package], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    return there()


def description(path):
    with zipfile.ZipFile(path) as wheel:
        name = next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(wheel.read(name)).get_payload(decode=False)


def compare(what, texts, bound):
    """What is wrong, one sentence each."""
    wrong, unsure, refused = [], 0, 0
    for text, answer in zip(texts, verdicts(texts)):
        why = refuses(text)
        refused += why is not None
        unsure += answer["verdict"] == "unknown"
        if answer["verdict"] not in ("unknown", "renders" if why is None else "fails"):
            wrong.append("%s: %s (line %d: %s), docutils: %s" % (text if len(text) < 300 else hashlib.sha256(text.encode()).hexdigest(), answer["verdict"], answer["line"],
                                                                answer["why"], why or "renders"))
    print("# %s: %d, %d refused, %d of which hwb is not sure" % (what, len(texts), refused, unsure))
    if unsure > bound * len(texts):
        wrong.append("hwb is not sure of %d of %d" % (unsure, len(texts)))
    return wrong


def main():
    warnings.simplefilter("ignore")
    os.makedirs(CACHE, exist_ok=True)
    wanted = [line.strip() for line in open(os.path.join(HERE, "readme.txt")) if line.strip() and not line.startswith("#")]
    real = [description(path) for path in map(fetch, wanted) if path]
    failed = 0
    print("1..3", flush=True)
    for number, (what, texts, bound) in enumerate((("snippets", SNIPPETS, 0.02), ("snippets changed at random, seed %d" % SEED, [mutated(i) for i in range(CASES)], UNSURE_MUTATED),
                                                  ("descriptions of real packages", real, UNSURE_REAL)), 1):
        wrong = compare(what, texts, bound)
        for sentence in wrong[:20]:
            print("# " + ascii(sentence)[1:-1])
        failed += bool(wrong)
        print("%s %d - %s are judged as PyPI judges them%s" % ("not ok" if wrong else "ok", number, what, "" if texts else " # SKIP none is here, and pip fetched none"), flush=True)
    return 1 if failed else 0


sys.exit(main())
