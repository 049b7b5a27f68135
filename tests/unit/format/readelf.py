"""Our reader of ELF files against readelf of binutils: readelf.py ELF_OF [FILE...]. TAP.

Without files: libraries and programs of this machine, and what cc and ld make with unusual options, for every compiler that is here.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ELF_OF = os.path.abspath(sys.argv[1])
MOST = 150
TYPES = {"REL": 1, "EXEC": 2, "DYN": 3, "CORE": 4}
BINDS = {"LOCAL": 0, "GLOBAL": 1, "WEAK": 2, "UNIQUE": 10}
VISIBILITIES = {"DEFAULT": 0, "INTERNAL": 1, "HIDDEN": 2, "PROTECTED": 3}
SOURCE = """
#include <stdio.h>
#include <math.h>
extern void optional(void) __attribute__((weak));
__attribute__((visibility("hidden"))) int hidden = 1;
__attribute__((constructor)) static void begin(void) { }
double wave(double x) { if (optional) optional(); puts("x"); return sin(x) + hidden; }
int main(void) { return wave(1) > 2; }
"""
WAYS = [["-shared", "-fPIC"], ["-shared", "-fPIC", "-Wl,--hash-style=sysv"], ["-shared", "-fPIC", "-Wl,--hash-style=both,-soname,libwave.so.1,-rpath,$ORIGIN/../x"],
        ["-shared", "-fPIC", "-Wl,--disable-new-dtags,-rpath,/opt/lib", "-Wl,-z,execstack"], ["-shared", "-fPIC", "-Wl,-z,norelro,-z,lazy"],
        ["-shared", "-fPIC", "-fvisibility=hidden", "-Wl,--hash-style=gnu"], ["-fPIE", "-pie", "-Wl,-z,now"], ["-no-pie", "-fno-pie"],
        ["-static"], ["-static-pie", "-fPIE"], ["-c"], ["-shared", "-fPIC", "-nostdlib", "-Wl,-z,pack-relative-relocs"]]


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", env=dict(os.environ, LC_ALL="C"))


def tags(text, name):
    return re.findall(r"\(%s\)\s+.*?\[(.*)\]" % name, text)


def by_readelf(path):
    """The same object and symbols as elf-of has, out of readelf's text."""
    head = run("readelf", "-hlW", path).stdout
    dynamic = run("readelf", "-dW", path).stdout
    flags = " ".join(re.findall(r"\((?:FLAGS|FLAGS_1)\)\s+(.*)", dynamic))
    versions = []
    for part in run("readelf", "-VW", path).stdout.split("Version needs section")[1:]:
        for line in part.splitlines():
            found = re.search(r"File: (\S+)", line)
            name = re.search(r"Name: (\S+)\s+Flags", line)
            if found:
                library = found.group(1)
            if name:
                versions.append([library, name.group(1)])
    interpreter = re.search(r"Requesting program interpreter: (.*)\]", head)
    file = {"class": int(re.search(r"Class:\s+ELF(\d+)", head).group(1)), "big": "big endian" in head, "type": TYPES[re.search(r"Type:\s+(\w+)", head).group(1)],
            "interpreter": interpreter.group(1) if interpreter else "", "soname": "".join(tags(dynamic, "SONAME")[-1:]),
            "rpath": "".join(tags(dynamic, "RPATH")[-1:]), "runpath": "".join(tags(dynamic, "RUNPATH")[-1:]), "needed": tags(dynamic, "NEEDED"),
            "textrel": "(TEXTREL)" in dynamic or "TEXTREL" in flags, "now": "(BIND_NOW)" in dynamic or bool(re.search(r"\bNOW\b|BIND_NOW", flags)),
            "pie": bool(re.search(r"\bPIE\b", flags)), "relro": "GNU_RELRO" in head, "stack": bool(re.search(r"GNU_STACK.* RWE ", head)), "versions": versions}
    return file, symbols_by_readelf(path)


def symbols_by_readelf(path):
    symbols = []
    for line in run("readelf", "--dyn-syms", "-W", path).stdout.splitlines():
        words = line.split()
        if len(words) < 7 or not re.fullmatch(r"\d+:", words[0]) or words[0] == "0:":
            continue
        words = [word for word in words if not word.startswith("[") or word == "[...]"]  # "[VARIANT_PCS]" and the like
        name = words[7] if len(words) > 7 and words[3] != "SECTION" else ""  # readelf gives a section's own name
        # "(2)" behind the name: the version is one of another library
        version = name.partition("@")[2] if len(words) > 8 and re.fullmatch(r"\(\d+\)", words[8]) else ""
        symbols.append((re.sub(r"@.*", "", name), BINDS.get(words[4], -1), VISIBILITIES[words[5]], words[6] == "UND", version))
    return symbols


def differences(path):
    ours = run(ELF_OF, path)
    if ours.returncode:
        return ["not read: " + ours.stderr.strip()]
    lines = [json.loads(line) for line in ours.stdout.splitlines()]
    symbols = [(s["name"], s["bind"], s["visibility"], s["undefined"], s["version"]) for s in lines[1:]]
    file, wanted = by_readelf(path)
    found = ["%s: %r, readelf %r" % (key, lines[0][key], file[key]) for key in file if lines[0][key] != file[key]]
    # Symbols that no hash table and no relocation names are never looked at: they may be left out at the end.
    if len(symbols) > len(wanted):
        found.append("%d symbols, readelf %d" % (len(symbols), len(wanted)))
    for one, other in zip(symbols, wanted):
        if one != other and other[1] != -1:
            found.append("symbol %r, readelf %r" % (one, other))
    left = [symbol for symbol in wanted[len(symbols):] if symbol[3] or symbol[1] != 0]
    if left:
        found.append("%d symbols are left out, such as %r" % (len(left), left[0]))
    return found[:5]


def make(folder):
    code = os.path.join(folder, "wave.c")
    with open(code, "w") as file:
        file.write(SOURCE)
    for compiler in ["cc", "clang", "aarch64-linux-gnu-gcc", "musl-gcc"]:
        for number, way in enumerate(WAYS):
            out = os.path.join(folder, "%s-%d" % (compiler, number))
            if shutil.which(compiler) and run(compiler, "-O1", "-w", code, "-o", out, *way, *([] if "-c" in way or "-nostdlib" in way else ["-lm"])).returncode == 0:
                yield out, "%s %s" % (compiler, " ".join(way))


def main():
    if not shutil.which("readelf"):
        print("1..0 # SKIP readelf is not installed")
        return 0
    folder = tempfile.mkdtemp(prefix="hwb-elf-")
    files = [(path, path) for path in sys.argv[2:]]
    if not files:
        files = list(make(folder))
        libraries = sorted(os.path.realpath(p) for p in glob.glob("/usr/lib/*-linux-gnu/*.so.*") + glob.glob("/usr/bin/*"))
        libraries = [p for p in dict.fromkeys(libraries) if os.path.isfile(p) and open(p, "rb").read(4) == b"\x7fELF" and os.path.getsize(p) < 20 << 20]
        files += [(path, path) for path in libraries[::max(1, len(libraries) // MOST)]]
    failed = 0
    print("1..%d" % len(files))
    for number, (path, name) in enumerate(files, 1):
        found = differences(path)
        failed += bool(found)
        print("%sok %d - %s" % ("not " if found else "", number, name.replace("#", "")), flush=True)
        for line in found:
            print("#", line)
    shutil.rmtree(folder)
    return 1 if failed else 0


sys.exit(main())
