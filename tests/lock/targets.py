"""The tags of targets that are not here, beside those of packaging: usage: targets.py TARGET-TAGS (a program of tests/unit/lock)."""
import subprocess
import sys

from packaging import tags

MANY = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}


def glibc(arch, minor):
    out = ["linux_" + arch]
    for n in range(minor, (5 if arch in ("x86_64", "i686") else 17) - 1, -1):
        out.append("manylinux_2_%d_%s" % (n, arch))
        out += ["%s_%s" % (MANY[n], arch)] if n in MANY else []
    return out


PLATFORMS = [  # as hwb names it, platform tags, some markers
    ("linux", glibc("x86_64", 28), {"sys_platform": "linux", "platform_machine": "x86_64", "os_name": "posix"}),
    ("aarch64-manylinux_2_31", glibc("aarch64", 31), {"sys_platform": "linux", "platform_machine": "aarch64"}),
    ("x86_64-manylinux2014", glibc("x86_64", 17), {}),
    ("x86_64-unknown-linux-musl", ["linux_x86_64"] + ["musllinux_1_%d_x86_64" % n for n in (2, 1, 0)], {"sys_platform": "linux"}),
    ("macos", list(tags.mac_platforms((14, 0), "arm64")), {"sys_platform": "darwin", "platform_machine": "arm64", "platform_system": "Darwin"}),
    ("x86_64-apple-darwin", list(tags.mac_platforms((14, 0), "x86_64")), {"platform_machine": "x86_64"}),
    ("windows", ["win_amd64"], {"sys_platform": "win32", "platform_machine": "AMD64", "os_name": "nt", "platform_system": "Windows"}),
    ("i686-pc-windows-msvc", ["win32"], {"platform_machine": "x86"}),
]

count = failed = 0
for platform, names, markers in PLATFORMS:
    for version in ((3, 9), (3, 12), (3, 14)):
        got = subprocess.run([sys.argv[1], "%d.%d" % version, platform], capture_output=True, text=True, check=True).stdout
        fields, listed = got.split("\n\n")
        fields = dict(line.split("=", 1) for line in fields.split("\n"))
        nodot = "cp%d%d" % version
        want = [str(t) for t in tags.cpython_tags(version, [nodot], names)] + [str(t) for t in tags.compatible_tags(version, nodot, names)]
        listed = listed.split()
        # The one order that matters: which of two tags comes first.
        good = listed == want and all(fields[k] == v for k, v in markers.items()) and fields["python_version"] == "%d.%d" % version
        count += 1
        failed += not good
        if not good:
            print("# first difference: %s" % next(((a, b) for a, b in zip(listed + [""], want + [""]) if a != b), (len(listed), len(want), fields)).__repr__())
        print("%sok %d - %s, Python %d.%d" % ("" if good else "not ", count, platform, *version))
print("1..%d" % count)
sys.exit(failed > 0)
