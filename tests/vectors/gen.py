#!/usr/bin/env python3
"""Writes tests/vectors/*.jsonl: what pypa/packaging answers to questions that hwb must answer the same way.

usage: gen.py [packaging-26.3/tests]      (needs packaging==26.3; the folder is in its sdist)

Every string in packaging's own tests is put to every function that might take it; grids are added where a relation
has two sides. Samples are picked by hash, so the same packaging gives the same files. Without the folder only the grids
are written. `strict()` lists where hwb refuses on purpose what packaging accepts: such questions are left out here
and are tested by name in tests/unit/python.
"""
import ast
import hashlib
import json
import pathlib
import re
import sys

import packaging
from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.metadata import Metadata, parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import (InvalidName, InvalidWheelFilename, canonicalize_name, parse_wheel_filename)
from packaging.version import InvalidVersion, Version

HERE = pathlib.Path(__file__).resolve().parent
LINUX = {
    "implementation_name": "cpython", "implementation_version": "3.11.7", "os_name": "posix",
    "platform_machine": "x86_64", "platform_release": "6.1.0-17-amd64", "platform_system": "Linux",
    "platform_version": "#1 SMP Debian 6.1.69-1", "python_full_version": "3.11.7",
    "platform_python_implementation": "CPython", "python_version": "3.11", "sys_platform": "linux",
}
ENVIRONMENTS = [
    LINUX,
    dict(LINUX, python_version="3.9", python_full_version="3.9.18", implementation_version="3.9.18", extra="Test.Extra"),
    dict(LINUX, python_version="3.14", python_full_version="3.14.0rc1", implementation_version="3.14.0rc1",
         platform_release="5.6", platform_version="1.0", extra="test"),
    dict(LINUX, python_full_version="3.12.1+", python_version="3.12", implementation_name="pypy", platform_release="",
         platform_python_implementation="PyPy", implementation_version="7.3.13", sys_platform="win32",
         os_name="nt", platform_system="Windows", platform_machine="AMD64", platform_version="10.0.19045"),
]


def harvest(folder, *names):
    """All strings and all tuples of two strings in those test files, in order, once each."""
    strings, pairs = {}, {}
    for name in names:
        path = pathlib.Path(folder or "/nonexistent", name)
        if not path.exists():
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 300:
                strings[node.value] = None
            if isinstance(node, ast.Tuple) and len(node.elts) == 2:
                values = [e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
                if len(values) == 2:
                    pairs[tuple(values)] = None
    return list(strings), list(pairs)


def sample(items, n, salt):
    """n of the items, the same ones every time."""
    items = sorted(set(items), key=lambda i: hashlib.sha256((salt + repr(i)).encode()).digest())
    return items[:n]


def strict(fn, question):
    """Accepted by packaging, refused by hwb: names outside ASCII or ending in '_', escapes in marker strings,
    white space and tags outside ASCII, control characters."""
    text = "".join(v for v in question.values() if isinstance(v, str))
    if fn != "metadata.parse" and any(not 32 <= ord(c) < 127 for c in text):
        return True
    if fn in ("marker.eval", "req.parse") and "\\" in text:
        return True
    if fn == "req.parse" and re.match(r"\s*[A-Za-z0-9._-]*[_.-](?![A-Za-z0-9._-])", text):
        return True
    if fn == "wheelname.parse" and re.search(r"^[._]|[._]-|[^\w.-]", text):
        return True
    return len(text) > 4000


def version_parse(q):
    return str(Version(q["v"]))


def version_cmp(q):
    a, b = Version(q["a"]), Version(q["b"])
    return (a > b) - (a < b)


def spec_parse(q):
    return str(SpecifierSet(q["s"]))


def spec_contains(q):
    return SpecifierSet(q["s"]).contains(q["v"], prereleases=q.get("prereleases"))


def marker_eval(q):
    return Marker(q["m"]).evaluate(q["env"])


def req_parse(q):
    r = Requirement(q["r"])
    return {"name": r.name, "extras": sorted({canonicalize_name(e) for e in r.extras}), "specifier": str(r.specifier),
            "url": r.url, "marker": str(r.marker) if r.marker else None}


def name_norm(q):
    return canonicalize_name(q["n"], validate=True)


def wheelname_parse(q):
    name, version, build, tags = parse_wheel_filename(q["f"])
    return {"name": name, "version": str(version), "build": [str(build[0]), build[1]] if build else None,
            "tags": sorted(map(str, tags))}


def metadata_parse(q):
    raw, _ = parse_email(q["text"])
    wanted = {k: raw[k] for k in ("metadata_version", "name", "version", "requires_dist", "requires_python",
                                  "provides_extra", "dynamic") if k in raw}
    m = Metadata.from_raw(wanted)
    return {"metadata_version": m.metadata_version, "name": m.name, "version": str(m.version),
            "requires_dist": [str(r.specifier) + ("; " + str(r.marker) if r.marker else "") for r in m.requires_dist or []],
            "requires_python": str(m.requires_python) if m.requires_python is not None else None,
            "provides_extra": list(m.provides_extra or []), "dynamic": list(m.dynamic or [])}


REFUSALS = (InvalidVersion, InvalidSpecifier, InvalidMarker, InvalidRequirement, InvalidName, InvalidWheelFilename,
            UndefinedComparison, UndefinedEnvironmentName, ExceptionGroup if sys.version_info >= (3, 11) else ValueError)


class Writer:
    def __init__(self):
        self.lines, self.seen = {}, set()

    def ask(self, fn, answer, question):
        key = json.dumps([fn, question], sort_keys=True)
        if key in self.seen or strict(fn, question):
            return
        self.seen.add(key)
        try:
            line = {"fn": fn, "in": question, "out": answer(question)}
        except REFUSALS:
            line = {"fn": fn, "in": question, "error": True}
        self.lines.setdefault(fn, []).append(line)

    def write(self):
        total = 0
        for fn, lines in self.lines.items():
            text = "".join(json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n" for line in lines)
            (HERE / (fn.replace(".", "_") + ".jsonl")).write_text(text)
            errors = sum("error" in line for line in lines)
            print(f"{fn:16} {len(lines):5} ({errors} errors) {len(text):7} bytes")
            total += len(lines)
        print(f"{'sum':16} {total:5}")


def like_version(s):
    return len(s) < 80 and "\n" not in s and re.match(r"\s*v?\d", s, re.I)


GRID_VERSIONS = """0 0.0 0.dev0 0.1 1 1.0 1.0.0 1.0.0.0 1.0.1 1.1 1.10 1.2 2 10 2023.1 1!0 1!1.0 2!0.dev0 1.0a1 1.0a1.dev3
1.0a2.post1 1.0b1 1.0rc1 1.0rc1.post0.dev2 1.0.dev1 1.0.post1 1.0.post1.dev2 1.0.post2 1.0+local 1.0+local.1 1.0+1
1.0+1.local 1.0.post1+x 1.0a1+x 1.1.dev1 1.1a1 1.1.post1 1.0.1.dev1 00.01 1.00 v1.0 1.0-1 1.0-r1 1.0PRE2 1.0-ALPHA_3
18446744073709551615 18446744073709551616 99999999999999999999999999.1 1.0a99999999999999999999 1.0.a.1 1.0alpha
1.0c 1.0.dev 1.0post 1.0.post 1.0-dev 1.0_dev_2 1.0+A.b-C_d 1.0+001 1.0+0a 2.0.0a10""".split()
BAD_VERSIONS = """1.0+ 1. .1 1..0 1.0+_x 1.0+x_ 1.0+a+b 1!  !1 1!!0 a 1.0aa1 1.0a1b1 1.0.post1.post2 1.0dev1a1 1.0dev1post1 1.0-
1.0-a- 1.0.. 1,0 1.0* 1.0.* v vv1 1.0+a..b 1.0.x 1e5 0x1 1_0 --1 1.0--1 1.0-.1 1.0a.-1 1!1!1 1.0post-""".split()
GRID_SPECS = """==1.0 ==1.0.* ==1.* ==1.0.0 ==1.0+local ==1.0a1 ==1!1.* ==1.0.post1 !=1.0 !=1.0.* !=1.0a1 !=1.0+local ~=1.0
~=1.0.0 ~=1.0a1 ~=1.1.post1 ~=1!1.0 >=1.0 >=1.0a1 >=1.0.dev1 >=1.0.post1 <=1.0 <=1.0a1 <=1.0.post1 <1.0 <1.0a1 <1.0.dev1
<1.0.post1 <1.0.post1.dev2 >1.0 >1.0a1 >1.0.dev1 >1.0.post1 >1.0.post1.dev2 ===1.0 ===1.0+local ===V1.0 ===foo <0.dev0 <0
>0.dev0 >=1,<2 >=1.0,!=1.0.post1,<1.1 >=1.0a1,!=1.0rc1 ~=1.0,==1.* ===1.0,>=0.5 , >=1, ~=18446744073709551615.1
>18446744073709551615""".split() + ["", " >= 1.0 , < 2 ", "== v1.0", "<2,<2.0,<=2"]
BAD_SPECS = """1.0 =1.0 <>1.0 >>1.0 ==1.0a1.* ==1.0.dev1.* ==1.0+x.* >=1.0.* ~=1 ~=1.* ~=1.0+x >=1.0+x <1.0+x ==1.0.*.* ==*
!=  == >=a ===1;0 ==1.0.*,>=x ~= <1!  >=1.0||<2 ==1.0.post1.*""".split() + ["=== 1 0", ">=1 <2", ">=1.0 .*", "==1.0 .*"]


def versions(w, folder):
    strings, _ = harvest(folder, "test_version.py", "test_specifiers.py")
    found = [s for s in strings if like_version(s)]
    for v in GRID_VERSIONS + BAD_VERSIONS + ["", " 1.0 ", "\t1.0\n", "1 .0", "1.0 a1"]:
        w.ask("version.parse", version_parse, {"v": v})
    for v in sample(found, 420, "v"):
        w.ask("version.parse", version_parse, {"v": v})
    good = [v for v in dict.fromkeys(found + GRID_VERSIONS) if _is(Version, v)]
    ordered = sorted(good, key=Version)
    for a, b in zip(ordered, ordered[1:]):
        w.ask("version.cmp", version_cmp, {"a": a, "b": b})
    for a, b in sample([(a, b) for a in GRID_VERSIONS for b in good], 500, "cmp"):
        w.ask("version.cmp", version_cmp, {"a": a, "b": b})


def _is(kind, text):
    try:
        kind(text)
    except REFUSALS:
        return False
    return True


def specifiers(w, folder):
    strings, pairs = harvest(folder, "test_specifiers.py", "test_ranges.py")
    for s in GRID_SPECS + BAD_SPECS:
        w.ask("spec.parse", spec_parse, {"s": s})
    for s in sample([s for s in strings if re.match(r"\s*[=<>!~]", s)], 450, "s"):
        w.ask("spec.parse", spec_parse, {"s": s})
    for a, b in pairs:
        for v, s in ((a, b), (b, a)):
            if re.match(r"\s*[=<>!~]", s) and not re.match(r"\s*[=<>!~]", v):
                w.ask("spec.contains", spec_contains, {"s": s, "v": v, "prereleases": None})
    grid = [(s, v, p) for s in GRID_SPECS for v in GRID_VERSIONS + ["foo", "V1.0"] for p in (None, True, False)]
    for s, v, p in sample(grid, 1000, "grid"):
        w.ask("spec.contains", spec_contains, {"s": s, "v": v, "prereleases": p})


def markers(w, folder):
    strings, _ = harvest(folder, "test_markers.py")
    found = [s for s in strings if re.search(r"[=<>~]|\bin\b", s) and re.search(r"['\"]", s)]
    for m in found:
        for env in sample_environments(m, 2):
            w.ask("marker.eval", marker_eval, {"m": m, "env": env})
    variables = [*LINUX, "extra", "os.name", "sys.platform", "python_implementation", "extras", "dependency_groups", "nonsense"]
    operators = ["===", "==", ">=", "<=", "!=", "~=", ">", "<", "in", "not in"]
    values = ["3.11", "3.9", "3.11.7", "5.6", "5.6.*", "linux", "cpython", "Test_Extra", "3.9, 3.11", "", "2.7 3.11", "1.0a1"]
    grid = [(v, o, x, r) for v in variables for o in operators for x in values for r in (False, True)]
    for v, o, x, reverse in sample(grid, 420, "m"):
        m = f'"{x}" {o} {v}' if reverse else f'{v} {o} "{x}"'
        for env in sample_environments(m, 1):
            w.ask("marker.eval", marker_eval, {"m": m, "env": env})
    for m in ["os_name == sys_platform", "'a' == 'b'", "(os_name == 'posix'", "os_name == 'posix')", "os_name = 'posix'",
              "os_name == 'posix' and", "os_name == 'posix' or or os_name == 'nt'", "os_name == posix", "", "()", "((os_name=='posix'))",
              "os_name=='nt'and os_name=='nt'or os_name=='posix'", "os_name=='posix'or(os_name=='nt')and os_name=='nt'",
              "os_name notin 'posix'", "os_name not  in 'posix'", "os_name in 'posix nt'", "python_version in '3.11 3.12'",
              "extra == 'TEST' and python_version >= '3'", "'test' == extra", "extra != 'test'", "extra in 'test foo'",
              "python_version > '3.8' and (os_name == 'nt' or (sys_platform == 'linux' and extra == ''))", "'foo' in extras"]:
        for env in ENVIRONMENTS:
            w.ask("marker.eval", marker_eval, {"m": m, "env": env})


def sample_environments(m, n):
    return [ENVIRONMENTS[i] for i in sample(range(len(ENVIRONMENTS)), n, m)]


def requirements(w, folder):
    strings, _ = harvest(folder, "test_requirements.py")
    for r in sample([s for s in strings if "\n" not in s and re.match(r"\s*[A-Za-z0-9]", s)], 300, "r"):
        w.ask("req.parse", req_parse, {"r": r})
    names = ["name", "A.b_c-D", "name[x]", "name[ B_b ,a.a, a-a]", "name [x,y]", "name[]", "name[x,]", "name[x", "name[,x]", "0", "a-b.",
             "-a"]
    parts = ["", ">=1", " >=1.0 , <2", "(>=1,<2)", " (==1.*)", "()", ">=1,", "===1.0,<2", "=== 1.0, <2", "~=1", ">=1.*", " 1.0", "(>=1",
             " @ https://e.org/x.whl", "@file:///x#sha256=00", " @ ", " @ https://e.org/a;b", "==1.0+local", ">=1<2", "<2,<2.0"]
    tails = ["", "; os_name=='posix'", " ; extra == 'A_b'", ";", "; bad == '1'", " ; (os_name=='a' or os_name=='b') and extra=='c'",
             "  ", " # x"]
    grid = [n + p + t for n in names for p in parts for t in tails]
    for r in sample(grid, 350, "req") + sample([r for r in grid if _is(Requirement, r)], 250, "good"):
        w.ask("req.parse", req_parse, {"r": r})


def names(w, folder):
    strings, _ = harvest(folder, "test_utils.py", "test_requirements.py")
    for n in sample([s for s in strings if len(s) < 40], 90, "n"):
        w.ask("name.norm", name_norm, {"n": n})
    for n in ["a", "A", "0", "a.b", "a_-.b", "-a", "a-", ".a", "a b", "", "a" * 255, "zope.interface", "X--Y__Z"]:
        w.ask("name.norm", name_norm, {"n": n})
    for f in [s for s in strings if ".whl" in s or "-" in s and "none" in s]:
        w.ask("wheelname.parse", wheelname_parse, {"f": f})
    stems = ["foo", "Foo_Bar", "foo.bar", "foo__bar", "", "a"]
    vers = ["1.0", "1!2.0", "1.0+local.1", "1.0_1", "1.x", "", "1.0.post1.dev2", "01.00"]
    builds = ["", "1", "007abc", "x1", "2_3"]
    tags = ["py3-none-any", "py2.py3-none-any", "cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64",
            "cp313-cp313t-musllinux_1_2_aarch64", "py3-none", "py3-none-any-x",
            "3py-none-any", "py3..py2-none-any", "PY3-None-ANY", "py3--any"]
    grid = ["-".join([s, v] + ([b] if b else []) + [t]) + ".whl" for s in stems for v in vers for b in builds for t in tags]
    for f in sample(grid, 120, "wheel") + sample([f for f in grid if _is(parse_wheel_filename, f)], 120, "good"):
        w.ask("wheelname.parse", wheelname_parse, {"f": f})


def metadata(w):
    base = "Metadata-Version: {mv}\nName: {name}\nVersion: {v}\n{more}"
    more = ["", "Requires-Dist: a>=1\nRequires-Dist: b ; extra == 'X.y'\nProvides-Extra: x-y\n", "Requires-Python: >=3.8,!=3.9.*\n",
            "Requires-Python: three\n", "Requires-Dist: a >=\n", "Requires-Dist: a (>1.0)\nSummary: x\n\nRequires-Dist: not a header\n",
            "Dynamic: requires-dist\nDynamic: Requires-Python\n", "Provides-Extra: a\nProvides-Extra: b\n",
            "requires-dist: c==1.*\nREQUIRES-PYTHON: >=3\n", "Summary: two\n        lines\nRequires-Dist: d\n"]
    for mv in ("1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4"):
        for i, m in enumerate(more):
            if "Dynamic" in m and mv < "2.2" or "Provides-Extra" in m and mv < "2.1" or "equires-" in m and mv < "1.2":
                continue    # packaging minds fields that are newer than the version; we read them all the same
            w.ask("metadata.parse", metadata_parse, {"text": base.format(mv=mv, name="Foo.Bar", v=f"1.{i}a1", more=m)})
    for name, v in (("-foo", "1.0"), ("foo", "x"), ("foo bar", "1"), ("foo", "1.0+local"), ("FOO", " 1.0-1 ")):
        w.ask("metadata.parse", metadata_parse, {"text": base.format(mv="2.1", name=name, v=v, more="")})
    for text in ("", "Name: a\nVersion: 1\n", "Metadata-Version: 2.1\nVersion: 1\n", "Metadata-Version: 2.1\nName: a\n"):
        w.ask("metadata.parse", metadata_parse, {"text": text})


def main():
    if packaging.__version__ != "26.3":
        sys.exit(f"packaging 26.3 is wanted, not {packaging.__version__}: its answers change between versions")
    folder = sys.argv[1] if len(sys.argv) > 1 else None
    w = Writer()
    versions(w, folder)
    specifiers(w, folder)
    markers(w, folder)
    requirements(w, folder)
    names(w, folder)
    metadata(w)
    w.write()


if __name__ == "__main__":
    main()
