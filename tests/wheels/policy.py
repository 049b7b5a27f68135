"""What hwb says of policies, held against auditwheel: policy.py CHECKER VENV [WHEEL...]. TAP.

CHECKER: build/tests/unit/check/binaries-of, which runs the B checks of one wheel under any file name. Libraries are made with cc
against different symbols; the wheels are those that tests/wheels/good.py has fetched, if any. auditwheel names the oldest policy a
wheel holds to; hwb must find fault (B03, B04) with every older tag and with no newer one.
"""
import base64
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

CHECKER, VENV = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
POLICIES = {"manylinux": ["2_5", "2_12", "2_17", "2_24", "2_26", "2_27", "2_28", "2_31", "2_34", "2_35", "2_36", "2_37", "2_38", "2_39", "2_40", "2_41"],
            "musllinux": ["1_2"]}
# Run by the interpreter that has auditwheel; one JSON object a wheel.
ORACLE = r"""
import json, sys
from pathlib import Path
from auditwheel.wheel_abi import analyze_wheel_abi
for path in sys.argv[1:]:
    try:
        info = analyze_wheel_abi(None, None, Path(path), frozenset(), disable_isa_ext_check=False, allow_graft=False, args_ldpaths="")
        answer = {"policy": info.overall_policy.name, "libc": info.policies.libc.name, "arch": info.policies.architecture.baseline.value}
    except Exception as error:
        answer = {"error": repr(error)[:300]}
    print(json.dumps(dict(answer, path=path)), flush=True)
"""
# name, compiler, source, flags: the last expression decides what is needed.
INIT = "void *PyInit_m(void) { %s return 0; }\n"
LIBRARIES = [
    ("nothing", "cc", INIT % "", ["-nostdlib"]),
    ("old", "cc", "#include <stdio.h>\n" + INIT % "puts(\"\");", []),
    ("memcpy", "cc", "#include <string.h>\nchar a[9000], b[9000]; unsigned long n;\n" + INIT % "memcpy(a, b, n);", []),
    ("threads", "cc", "#include <pthread.h>\n" + INIT % "pthread_create(0, 0, 0, 0);", []),
    ("dlopen", "cc", "#include <dlfcn.h>\n" + INIT % "dlopen(0, 0);", []),
    ("getrandom", "cc", "#include <sys/random.h>\n" + INIT % "return getrandom(0, 0, 0) ? 0 : (void *)1;", []),
    ("fcntl64", "cc", "#define _FILE_OFFSET_BITS 64\n#include <fcntl.h>\n" + INIT % "fcntl(0, 0);", []),
    ("math", "cc", "#include <math.h>\ndouble x;\n" + INIT % "x = exp(x);", ["-lm"]),
    ("fmod", "cc", "#include <math.h>\ndouble x;\n" + INIT % "x = pow(x, 3.5);", ["-lm"]),
    ("arc4random", "cc", "#include <stdlib.h>\n" + INIT % "return arc4random() ? 0 : (void *)1;", []),
    ("weak", "cc", "__attribute__((weak)) void arc4random_buf(void *, unsigned long);\n" + INIT % "arc4random_buf(0, 0);", []),
    ("zlib", "cc", "int inflateEnd(void *);\n" + INIT % "inflateEnd(0);", ["-lz"]),
    ("zlib-inside", "cc", "void inflate_fast(void *, unsigned);\nint inflateEnd(void *);\n" + INIT % "inflateEnd(0); inflate_fast(0, 0);", ["-lz"]),
    ("curl", "cc", "void *curl_easy_init(void);\n" + INIT % "curl_easy_init();", ["-l:libcurl.so.4"]),
    ("c++", "c++", "#include <string>\n#include <iostream>\nextern \"C\" void *PyInit_m() { std::string s; std::cin >> s; std::cout << s; return 0; }\n", []),
    ("libpython", "cc", INIT % "", ["-Wl,--no-as-needed", "-l:libpython3.11.so.1.0"]),
    ("aarch64", "aarch64-linux-gnu-gcc", "#include <stdio.h>\n" + INIT % "puts(\"\");", []),
    ("aarch64-threads", "aarch64-linux-gnu-gcc", "#include <pthread.h>\n" + INIT % "pthread_create(0, 0, 0, 0);", []),
    ("musl", "musl-gcc", "#include <stdio.h>\n" + INIT % "puts(\"\");", []),
    ("x86-64-v3", "cc", "#include <stdio.h>\n" + INIT % "puts(\"\");", ["-Wl,-z,x86-64-v3"]),
]


def make_wheel(folder, name, content, machine):
    """A wheel around one library, tagged for Linux alone, which promises nothing."""
    path = os.path.join(folder, name, "m-1.0-cp311-cp311-linux_%s.whl" % machine)
    os.makedirs(os.path.dirname(path))
    members = {"m.cpython-311-%s-linux-gnu.so" % machine: content,
               "m-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: m\nVersion: 1.0\n",
               "m-1.0.dist-info/WHEEL": ("Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-cp311-linux_%s\n" % machine).encode()}
    rows = ["%s,sha256=%s,%d" % (member, base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode(), len(data))
            for member, data in members.items()]
    members["m-1.0.dist-info/RECORD"] = "\n".join(rows + ["m-1.0.dist-info/RECORD,,", ""]).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return path


def make_libraries(folder):
    for name, compiler, source, flags in LIBRARIES:
        if not shutil.which(compiler):
            yield name, None, compiler + " is not installed"
            continue
        code = os.path.join(folder, name + (".cc" if compiler == "c++" else ".c"))
        with open(code, "w") as out:
            out.write(source)
        built = subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-w", "-fno-builtin", code, "-o", code + ".so"] + flags, stderr=subprocess.PIPE, text=True)
        if built.returncode:
            yield name, None, "cannot be built here: " + built.stderr.strip().splitlines()[0][:100]
            continue
        with open(code + ".so", "rb") as file:
            content = file.read()
        yield name, make_wheel(folder, name, content, "aarch64" if compiler.startswith("aarch64") else "x86_64"), None


def faults(path, tag):
    """Does hwb find B03 or B04 with the wheel under that tag? And what it says."""
    name = re.sub(r"-[^-]+\.whl$", "-%s.whl" % tag, os.path.basename(path))
    run = subprocess.run([CHECKER, path, name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode:
        return None, run.stderr.strip()
    found = [json.loads(line) for line in run.stdout.splitlines()]
    return [f["path"] + " " + f["message"] for f in found if f["id"] in ("B03", "B04")], None


def compare(path, answer):
    """The tags of which both do not think alike."""
    family = "musllinux" if answer["libc"] == "MUSL" else "manylinux"
    holds = re.match(family + r"_(\d+_\d+)_", answer["policy"])
    different = []
    for version in POLICIES[family]:
        tag = "%s_%s_%s" % (family, version, answer["arch"])
        number = [int(part) for part in version.split("_")]
        wanted = bool(holds) and number >= [int(part) for part in holds.group(1).split("_")]
        found, error = faults(path, tag)
        if error or (not found) != wanted:
            different.append("%s: auditwheel %s, hwb %s" % (tag, "content" if wanted else "not", error or found or "content"))
    return different


def main():
    python = os.path.join(VENV, "bin", "python")
    if subprocess.run([python, "-c", "import auditwheel"], stderr=subprocess.DEVNULL).returncode:
        print("1..0 # SKIP auditwheel is not installed")
        return 0
    folder = tempfile.mkdtemp(prefix="hwb-policy-")
    cases, skipped = {}, []
    for name, path, why in make_libraries(folder):
        if path:
            cases[path] = "library '%s'" % name
        else:
            skipped.append((name, why))
    for path in sys.argv[3:] or sorted(glob.glob(os.path.join(os.path.dirname(CHECKER), "../../wheels/good/*linux*.whl"))):
        cases[os.path.abspath(path)] = os.path.basename(path)
    oracle = subprocess.run([python, "-c", ORACLE] + list(cases), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    answers = [json.loads(line) for line in oracle.stdout.splitlines()]
    failed = 0
    print("1..%d" % (len(cases) + len(skipped)))
    for number, (path, name) in enumerate(cases.items(), 1):
        answer = next((a for a in answers if a["path"] == path), {"error": "no answer"})
        if "error" in answer:
            print("ok %d - %s # SKIP auditwheel: %s" % (number, name, answer["error"]))
            continue
        different = compare(path, answer)
        failed += bool(different)
        print("%sok %d - %s holds to %s for both" % ("not " if different else "", number, name, answer["policy"]))
        for line in different:
            print("#", line[:400])
    for number, (name, why) in enumerate(skipped, len(cases) + 1):
        print("ok %d - library '%s' # SKIP %s" % (number, name, why))
    shutil.rmtree(folder)
    return 1 if failed else 0


sys.exit(main())
