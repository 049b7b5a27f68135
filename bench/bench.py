"""hwb beside its peers: bench.py HWB VENV [--runs N] [--write] [NAME...]. Prints medians of interleaved runs and ratios.

Names: build, sandbox, memory, proxy, check, scan, redact, publish, deps (default: all). Every tool builds the same tree with a warm cache and without network; the
order changes every round. Nothing here is a test.
"""
import argparse
import datetime
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import deps
import judging
import publishing
import redact_log

parser = argparse.ArgumentParser()
parser.add_argument("hwb")
parser.add_argument("venv")
parser.add_argument("--runs", type=int, default=11)
parser.add_argument("--write", action="store_true", help="append to bench/RESULTS.md")
parser.add_argument("names", nargs="*")
ARGS = parser.parse_intermixed_args()
HWB = os.path.abspath(ARGS.hwb)
UV = os.path.join(ARGS.venv, "bin", "uv")
PYTHON = os.path.join(ARGS.venv, "bin", "python")
BASE = os.path.realpath(PYTHON)
TOP = tempfile.mkdtemp(prefix="hwb-bench-")
LINES = []

PROJECTS = {
    "flit_core": (["flit_core"], "flit_core.buildapi"),
    "hatchling": (["hatchling"], "hatchling.build"),
    "setuptools": (["setuptools"], "setuptools.build_meta"),
    "C extension": (["setuptools"], "setuptools.build_meta"),
}


def say(line=""):
    print(line, flush=True)
    LINES.append(line)


def run(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode:
        sys.exit("%s\n%s" % (" ".join(command), done.stdout.decode(errors="replace")[-3000:]))
    return done.stdout


def environment(name):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_", "PYTHON"))}
    home = os.path.join(TOP, "home-" + name)
    os.makedirs(home, exist_ok=True)
    env.update(HOME=home, UV_CACHE_DIR=os.path.join(TOP, "uv-cache"), HWB_CACHE_DIR=os.path.join(TOP, "hwb-cache"),
               HWB_HOME=os.path.join(TOP, "hwb-home"))
    return env


def project(kind):
    requires, backend = PROJECTS[kind]
    if kind == "C extension":
        folder = os.path.join(TOP, "sdist")
        run([PYTHON, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "--no-build-isolation", "markupsafe==3.0.2", "-d", folder])
        sdist = os.path.join(folder, os.listdir(folder)[0])
        shutil.unpack_archive(sdist, TOP)
        return os.path.join(TOP, "markupsafe-3.0.2"), requires, backend
    name = "bench_" + kind.replace("_core", "")
    folder = os.path.join(TOP, name)
    os.makedirs(os.path.join(folder, name), exist_ok=True)
    with open(os.path.join(folder, "pyproject.toml"), "w") as out:
        out.write('[build-system]\nrequires = ["%s"]\nbuild-backend = "%s"\n' % (requires[0], backend))
        out.write('[project]\nname = "%s"\nversion = "1.0"\ndescription = "x"\n' % name)
    for index in range(10):
        with open(os.path.join(folder, name, "__init__.py" if not index else "m%d.py" % index), "w") as out:
            out.write('"""module %d"""\n' % index + "def f(x):\n    return x + 1\n" * 50)
    return folder, requires, backend


def timed(command, env, cwd=None):
    begin = time.perf_counter()
    done = subprocess.run(command, env=env, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    spent = time.perf_counter() - begin
    if done.returncode:
        sys.exit("%s\n%s" % (" ".join(command), done.stderr.decode(errors="replace")[-3000:]))
    return spent * 1000


def interleave(contestants, runs):
    """name -> function that runs once; the order turns by one each round. Medians in ms."""
    names, times = list(contestants), {name: [] for name in contestants}
    for name in names:
        contestants[name]()
    for round_ in range(runs):
        turn = round_ % len(names)
        for name in names[turn:] + names[:turn]:
            times[name].append(contestants[name]())
    return {name: statistics.median(values) for name, values in times.items()}


def bench_build():
    say("| warm `--wheel` | bare hook ms | hwb ms | uv ms | build ms | hwb/uv | hwb/bare | hwb/build |")
    say("|---|---|---|---|---|---|---|---|")
    for kind in PROJECTS:
        folder, requires, backend = project(kind)
        env = environment(kind.replace(" ", "-"))
        bare = os.path.join(TOP, "venv-" + kind.replace(" ", "-"))
        run([BASE, "-m", "venv", bare])
        run([os.path.join(bare, "bin", "pip"), "install", "-q", "-U", "--disable-pip-version-check", *requires])
        hook = "import sys, importlib; out = sys.argv.pop(); b = importlib.import_module(%r); b.build_wheel(out, {})" % backend
        out = os.path.join(TOP, "out")

        def bare_once():
            work = tempfile.mkdtemp(dir=TOP)
            copy = os.path.join(work, "src")
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("dist", "build", "*.egg-info"))
            os.mkdir(os.path.join(work, "out"))
            spent = timed([os.path.join(bare, "bin", "python"), "-c", hook, os.path.join(work, "out")], env, cwd=copy)
            shutil.rmtree(work)
            return spent

        run([UV, "build", "--wheel", "-p", BASE, "-o", out, folder], env=env)
        run([HWB, "build", "--wheel", "-q", "-p", BASE, "-o", out, folder], env=env)
        tools = {
            "bare": bare_once,
            "hwb": lambda: timed([HWB, "build", "--wheel", "-q", "--offline", "-p", BASE, "-o", out, folder], env),
            "uv": lambda: timed([UV, "build", "--wheel", "--offline", "-q", "-p", BASE, "-o", out, folder], env),
        }
        got = interleave(tools, ARGS.runs)
        build = interleave({"build": lambda: timed([PYTHON, "-m", "build", "--wheel", "--installer", "uv", "-o", out, folder],
                                                   dict(env, PATH=os.path.join(ARGS.venv, "bin") + ":" + env["PATH"], UV_OFFLINE="1"))},
                           max(3, ARGS.runs // 4))["build"]
        say("| %s | %.0f | %.0f | %.0f | %.0f | %.2f | %.2f | %.2f |" % (
            kind, got["bare"], got["hwb"], got["uv"], build, got["hwb"] / got["uv"], got["hwb"] / got["bare"], got["hwb"] / build))


def bench_sandbox():
    env = environment("sandbox")
    tools = {"fork+exec": lambda: timed(["/bin/true"], env), "hwb sandbox": lambda: timed([HWB, "debug", "sandbox", "--", "/bin/true"], env),
             "hwb version": lambda: timed([HWB, "version"], env)}
    if shutil.which("bwrap"):
        tools["bwrap"] = lambda: timed(["bwrap", "--unshare-all", "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64",
                                        "/lib64", "--symlink", "usr/bin", "/bin", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "/bin/true"], env)
    got = interleave(tools, 40)
    say("| sandbox around `true` | ms | / fork+exec | / bwrap |")
    say("|---|---|---|---|")
    for name, value in got.items():
        say("| %s | %.2f | %.2f | %.2f |" % (name, value, value / got["fork+exec"], value / got.get("bwrap", value)))
    say("`hwb sandbox` is `hwb debug sandbox`: the start of hwb itself (`hwb version`) is in it.")


def peak(command, env):
    """Largest RssAnon of hwb and its helpers while they run, by name; the payload is not counted."""
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = {}
    while process.poll() is None:
        for pid in os.listdir("/proc"):
            try:
                exe = os.readlink("/proc/%s/exe" % pid)
                status = open("/proc/%s/status" % pid).read()
                name = os.path.basename(exe)
                if os.readlink("/proc/%s/exe" % pid) != exe:
                    continue  # it became another program in between
                anonymous = re.search(r"RssAnon:\s+(\d+)", status)
                if name.startswith("hwb") and anonymous:
                    most[name] = max(most.get(name, 0), int(anonymous.group(1)))
            except (OSError, AttributeError):
                pass
    return most


def bench_memory():
    env = environment("memory")
    most = {}
    for _ in range(5):
        shutil.rmtree(env["HWB_CACHE_DIR"], ignore_errors=True)
        for name, value in peak([HWB, "build", "--wheel", "-q", "-o", os.path.join(TOP, "out"), "markupsafe==3.0.2"], env).items():
            most[name] = max(most.get(name, 0), value)
    say("| process, cold build of markupsafe | peak RssAnon MB |")
    say("|---|---|")
    for name, value in sorted(most.items()):
        say("| %s | %.1f |" % (name, value / 1024))


def bench_proxy():
    folder = os.path.dirname(HWB)
    lines = run([os.path.join(folder, "bench", "bench-proxy"), folder, str(max(ARGS.runs, 15))]).decode().splitlines()
    got = {name: (int(direct), int(proxied)) for name, direct, proxied in map(str.split, lines)}
    say("| loopback | direct | through the proxy | goal |")
    say("|---|---|---|---|")
    say("| a connection, ms | %.2f | %.2f | <= +2 |" % tuple(us / 1000 for us in got["connect"]))
    say("| a download of 512 MiB, MB/s | %d | %d | >= 500 |" % got["download"])


def bench_redact():
    """Processor time of everything, the reader of the pipe aside: the machine may be busy with others."""
    log, values = os.path.join(TOP, "log"), os.path.join(TOP, "values")
    size = redact_log.write(log, 200 << 20)
    redact_log.write_values(values, 20)
    os.chmod(values, 0o600)

    def spent(command):
        with open(log, "rb") as source:
            process = subprocess.Popen(command, stdin=source, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(" ".join(command))
        return (usage.ru_utime + usage.ru_stime) * 1000
    commands = {"wc -l": ["wc", "-l"], "cat": ["cat"], "hwb redact": [HWB, "redact"], "hwb redact, 20 known values": [HWB, "redact", "--mask-file", values]}
    medians = interleave({name: (lambda c=command: spent(c)) for name, command in commands.items()}, max(3, ARGS.runs // 2))
    say("| a log of %d MiB | MB/s per core | x of wc -l | goal |" % (size >> 20))
    say("|---|---|---|---|")
    for name, ms in medians.items():
        say("| %s | %.0f | %.1f | %s |" % (name, size / 1e3 / max(ms, 1), ms / max(medians["wc -l"], 1), ">= 250" if "known" in name else ""))


BENCHES = {"build": bench_build, "sandbox": bench_sandbox, "memory": bench_memory, "proxy": bench_proxy,
           "check": lambda: judging.check(sys.modules[__name__]), "scan": lambda: judging.scan(sys.modules[__name__]),
           "redact": bench_redact, "publish": lambda: publishing.publish(sys.modules[__name__]),
           "deps": lambda: deps.deps(sys.modules[__name__])}


def main():
    say("## %s, %s cores, Linux %s, Python %s" % (datetime.date.today(), os.cpu_count(), platform.release(), platform.python_version()))
    say()
    say("`./dev bench`, medians of %d interleaved runs; stages on: source, lock, env, build, pack, check, audit log with fdatasync." % ARGS.runs)
    say()
    try:
        for name in ARGS.names or BENCHES:
            BENCHES[name]()
            say()
    finally:
        subprocess.run(["chmod", "-R", "u+w", TOP], check=False)
        shutil.rmtree(TOP, ignore_errors=True)
    if ARGS.write:
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "RESULTS.md"), "a") as out:
            out.write("\n".join(LINES) + "\n")


main()
