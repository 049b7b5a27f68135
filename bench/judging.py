"""What judges, beside its peers: `hwb check` and `hwb scan`. Part of bench.py, which has the helpers."""
import os
import subprocess

WHEEL = "numpy==2.2.6"


def fetch(bench, requirement, *options):
    folder = os.path.join(bench.TOP, "fetched-" + requirement.split("=")[0])
    bench.run([bench.PYTHON, "-m", "pip", "download", "-q", "--no-deps", requirement, "-d", folder, *options])
    return os.path.join(folder, os.listdir(folder)[0])


def once(bench, command, env, codes=(0,)):
    import time
    begin = time.perf_counter()
    done = subprocess.run(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    spent = (time.perf_counter() - begin) * 1000
    if done.returncode not in codes:
        raise SystemExit("%s\n%s" % (" ".join(command), done.stderr.decode(errors="replace")[-3000:]))
    return spent


def check(bench):
    wheel = fetch(bench, WHEEL, "--only-binary", ":all:", "--python-version", "3.12", "--platform", "manylinux2014_x86_64")
    env = bench.environment("check")
    floor = os.path.join(os.path.dirname(bench.HWB), "bench", "bench-floor")
    peer = os.path.join(bench.ARGS.venv, "bin", "check-wheel-contents")
    got = bench.interleave({
        "floor": lambda: once(bench, [floor, wheel], env),
        "hwb": lambda: once(bench, [bench.HWB, "check", "-q", wheel], env),
        "check-wheel-contents": lambda: once(bench, [peer, wheel], env, (0, 1)),
    }, bench.ARGS.runs)
    bench.say("| `hwb check` of %s (%.1f MB) | ms | hwb/it |" % (os.path.basename(wheel), os.path.getsize(wheel) / 1e6))
    bench.say("|---|---|---|")
    for name, label in ("hwb", "hwb"), ("floor", "inflate and sha256 of each member alone"), ("check-wheel-contents", "check-wheel-contents"):
        bench.say("| %s | %.0f | %.2f |" % (label, got[name], got["hwb"] / got[name]))


def tree_of(bench, lines):
    """So many lines of the standard library, its tests aside, which is neither friendly nor hostile to a scanner."""
    folder, count = os.path.join(bench.TOP, "tree", "src"), 0
    os.makedirs(folder)
    with open(os.path.join(bench.TOP, "tree", "pyproject.toml"), "w") as out:
        out.write('[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "tree"\nversion = "1"\n')
    library = os.path.dirname(os.__file__)
    for place, folders, files in os.walk(library):
        folders[:] = sorted(f for f in folders if f not in ("test", "tests", "site-packages", "dist-packages", "__pycache__", "idlelib"))
        for name in sorted(files):
            if not name.endswith(".py"):
                continue
            text = open(os.path.join(place, name), "rb").read()
            with open(os.path.join(folder, "%d_%s" % (count, name)), "wb") as out:
                out.write(text)
            count += text.count(b"\n")
            if count >= lines:
                return os.path.dirname(folder), count
    return os.path.dirname(folder), count


def scan(bench):
    tree, lines = tree_of(bench, 100000)
    env = bench.environment("scan")
    bandit = os.path.join(bench.ARGS.venv, "bin", "bandit")
    got = bench.interleave({
        "hwb": lambda: once(bench, [bench.HWB, "scan", "-q", tree], env, (0, 4)),
        "bandit": lambda: once(bench, [bandit, "-q", "-r", tree], env, (0, 1)),
    }, max(3, bench.ARGS.runs // 3))
    bench.say("| a scan of %d lines of Python | ms | it/hwb |" % lines)
    bench.say("|---|---|---|")
    for name, label in ("hwb", "hwb scan"), ("bandit", "bandit"):
        bench.say("| %s | %.0f | %.1f |" % (label, got[name], got[name] / got["hwb"]))
