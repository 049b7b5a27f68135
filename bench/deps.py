"""What is known of dependencies, beside uv: a lock, a resolution that is known, a bill of materials. Part of bench.py, which has the helpers."""
import json
import os
import shutil
import subprocess
import sys
import time

SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "lock", "recorded.py")
DATE = "2026-11-01T00:00:00Z"


def cold_locks(bench, url, top):
    env = bench.environment("deps")
    project = os.path.join(top, "project")
    os.makedirs(project)
    for name, text in ("pyproject.toml", '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'), ("in.txt", "hatchling\n"):
        with open(os.path.join(project, name), "w") as out:
            out.write(text)

    def timed(command, cache):
        shutil.rmtree(cache, ignore_errors=True)
        begin = time.perf_counter()
        bench.run(command, env=dict(env, HWB_CACHE_DIR=cache, UV_CACHE_DIR=cache), cwd=project)
        return (time.perf_counter() - begin) * 1000
    hwb = [bench.HWB, "lock", "-q", "-p", bench.BASE, "--static", "--index-url", url, "--exclude-newer", DATE, project]
    uv = [os.path.abspath(bench.UV), "pip", "compile", "-q", "--no-config", "--python", bench.BASE, "--exclude-newer", DATE, "--index-url", url, "in.txt"]
    got = bench.interleave({"hwb lock": lambda: timed(hwb, top + "/h"), "uv pip compile": lambda: timed(uv, top + "/u")}, bench.ARGS.runs)
    bench.say("| lock of hatchling, empty cache, 30 ms an answer | ms | hwb/it |")
    bench.say("|---|---|---|")
    for name in got:
        bench.say("| %s | %.0f | %.2f |" % (name, got[name], got["hwb lock"] / got[name]))


def stages(bench):
    """Of warm builds, by their reports: how long the stages lock and describe took."""
    env, top = bench.environment("deps-stages"), os.path.join(bench.TOP, "stages")
    bench.say()
    bench.say("| stage of a warm build, ms, the worst of %d | lock | describe (SBOM) |" % bench.ARGS.runs)
    bench.say("|---|---|---|")
    for name in bench.PROJECTS:
        project = bench.project(name)[0]
        worst = {"lock": 0, "describe": 0}
        for turn in range(bench.ARGS.runs + 1):
            report = json.loads(subprocess.run([bench.HWB, "build", "--wheel", "--json", "-q", "-p", bench.BASE, "-o", top + "/out", project], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)
            for stage in report["stages"] if turn else ():
                if stage["name"] in worst:
                    worst[stage["name"]] = max(worst[stage["name"]], stage["ms"])
        bench.say("| %s | %d | %d |" % (name, worst["lock"], worst["describe"]))


def deps(bench):
    server = subprocess.Popen([sys.executable, SERVER, "0.03"], stdout=subprocess.PIPE, text=True)
    try:
        cold_locks(bench, server.stdout.readline().strip(), os.path.join(bench.TOP, "deps"))
    finally:
        server.kill()
    stages(bench)
