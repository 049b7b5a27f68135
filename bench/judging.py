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
