"""Prints one JSON object about the interpreter that runs it: hwb starts this with -I -S, in the sandbox.
Tags and their order are those of packaging.tags.sys_tags (26.3) on Linux; elsewhere only the plain platform tag."""
import json
import os
import re
import struct
import sys
import sysconfig

var, major, minor, name = sysconfig.get_config_var, sys.version_info[0], sys.version_info[1], sys.implementation.name
with open(sys.executable, "rb") as f:
    head = f.read(4096).ljust(64, b"\0")    # a linker puts the loader's name right behind the program headers
machine, flags = struct.unpack_from("<H", head, 18)[0], struct.unpack_from("<I", head, 36)[0]


def libc():     # (major, minor) of glibc or None, the same of musl
    loader = re.search(rb"/[^\0]*ld-musl-[^\0]*", head)
    if loader:
        import subprocess
        told = subprocess.run([os.fsdecode(loader.group())], stderr=subprocess.PIPE, universal_newlines=True).stderr
        return None, tuple(int(n) for n in re.search(r"Version (\d+)\.(\d+)", told).groups())
    try:
        return tuple(int(n) for n in re.match(r"\w+ (\d+)\.(\d+)", os.confstr("CS_GNU_LIBC_VERSION")).groups()), None
    except (AttributeError, OSError, TypeError, ValueError):
        return None, None


def platforms(glibc, musl):
    plain = re.sub(r"[-. ]", "_", sysconfig.get_platform())
    if not plain.startswith("linux_"):
        return [plain]
    arch = plain[6:]
    if struct.calcsize("P") == 4:
        arch = {"x86_64": "i686", "aarch64": "armv8l"}.get(arch, arch)
    many = arch in ("x86_64", "aarch64", "ppc64", "ppc64le", "s390x", "loongarch64", "riscv64")
    if arch in ("armv8l", "armv7l"):    # 32 bit, little-endian, EABI 5 with hard float
        many = head[:6] == b"\x7fELF\1\1" and machine == 40 and flags & 0xFF000400 == 0x05000400
    elif arch == "i686":
        many = head[:6] == b"\x7fELF\1\1" and machine == 3
    archs, out = ["armv8l", "armv7l"] if arch == "armv8l" else [arch], []
    for a in archs if many and glibc and glibc[0] == 2 else ():
        for n in range(glibc[1], (5 if arch in ("x86_64", "i686") else 17) - 1, -1):
            out.append("manylinux_2_%d_%s" % (n, a))
            out += [old + a for at, old in ((17, "manylinux2014_"), (12, "manylinux2010_"), (5, "manylinux1_")) if at == n]
    out += ["musllinux_%d_%d_%s" % (musl[0], n, a) for a in archs if musl for n in range(musl[1], -1, -1)]
    return ["linux_" + a for a in archs] + out


def tags(where):
    nodot = str(var("py_version_nodot") or "%d%d" % (major, minor))
    older = ["py%d%d" % (major, minor), "py%d" % major] + ["py%d%d" % (major, m) for m in range(minor - 1, -1, -1)]
    if name == "cpython":
        me, free = "cp%d%d" % (major, minor), "t" if minor >= 13 and var("Py_GIL_DISABLED") else ""
        debug = hasattr(sys, "gettotalrefcount") if var("Py_DEBUG") is None else var("Py_DEBUG")
        stable = "abi3" + free
        pairs = [(me, me + free + "d")] * bool(debug) + [(me, me + free), (me, stable), (me, "none")]
        own, pairs = ["cp" + nodot], pairs + [("cp%d%d" % (major, m), stable) for m in range(minor - 1, 1, -1)]
    else:
        me, abi = {"pypy": "pp"}.get(name, name) + nodot, var("EXT_SUFFIX").split(".")[1].split("-")
        abi = abi[:{"pypy": 2, "graalpy": 3}.get(name, len(abi))]
        pairs, own = [(me, "_".join(abi)), (me, "none")], ["pp3"] * (name == "pypy")
    pairs += [(py, "none") for py in older]
    return ["-".join(pair + (p,)) for pair in pairs for p in where] + [py + "-none-any" for py in own + older]


(glibc, musl), uname, info = libc(), os.uname(), sys.implementation.version
root = dict.fromkeys(("base", "platbase", "installed_base", "installed_platbase"), "/")
print(json.dumps({
    "format": 1, "executable": sys.executable, "real_executable": os.path.realpath(sys.executable),
    "prefix": os.path.realpath(sys.prefix), "base_prefix": sys.base_prefix, "version": "%d.%d.%d" % sys.version_info[:3],
    "implementation": name, "free_threaded": bool(var("Py_GIL_DISABLED")), "tags": tags(platforms(glibc, musl)),
    "markers": {"implementation_name": name, "os_name": os.name, "platform_machine": uname.machine, "sys_platform": sys.platform,
                "implementation_version": "%d.%d.%d" % info[:3] + ("" if info[3] == "final" else info[3][0] + str(info[4])),
                "platform_release": uname.release, "platform_system": uname.sysname, "platform_version": uname.version,
                "python_full_version": sys.version.split()[0], "python_version": "%d.%d" % (major, minor),
                "platform_python_implementation": {"cpython": "CPython", "pypy": "PyPy"}.get(name, name)},
    "paths": {"stdlib": sysconfig.get_path("stdlib"), "include": sysconfig.get_path("include"),
              "purelib": sysconfig.get_path("purelib", "posix_prefix", root).lstrip("/"),
              "platlib": sysconfig.get_path("platlib", "posix_prefix", root).lstrip("/")}, "ext_suffix": var("EXT_SUFFIX"),
    "glibc": "%d.%d" % glibc if glibc else None, "musl": "%d.%d" % musl if musl else None}))
