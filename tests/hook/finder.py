"""src/hook/hwb_freeze.py and hwb_finder.py under every CPython that is here: what is served must be what plain imports give.
TAP on stdout. Each case is a piece of code in a fresh interpreter, with the finder and without it.

usage: finder.py [--only WORD]
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

HOOKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "hook")
TOP = tempfile.mkdtemp(prefix="hwb-finder-")
ENV = os.path.join(TOP, "env")  # stands for /env
SITE = os.path.join(ENV, "site")
OWN = os.path.join(TOP, "own")  # a project, with modules of names that are frozen too

FILES = {
    "site/pkg/__init__.py": '"""A package."""\nimport re\nWORD = re.compile(r"(?P<word>[a-z]+)-(\\d+)", re.IGNORECASE)\n',
    "site/pkg/part.py": "def answer():\n    return 42  # said the machine\n",
    "site/pkg/data.txt": "some data\n",
    "site/pkg/inner/__init__.py": "from . import leaf\n",
    "site/pkg/inner/leaf.py": "HERE = __file__\n",
    "site/late.py": "x = 'site'\n",
    "site/twice.py": "x = 'site'\n",
    "vendor/twice.py": "x = 'vendor'\n",
    "vendor/vendored.py": "x = 'vendor'\n",
    "site/broken.py": "def f(:\n",
    "site/fails.py": "import pkg.part\n\n\ndef deep():\n    raise KeyError('deep')\n\n\ndeep()\n",
}
OWN_FILES = {"own.py": "", "below.py": "", "late.py": "x = 'own'\n", "json/__init__.py": "x = 'own'\n", "pkg_more/part.py": "def answer():\n    return 'own'\n",
             "fnmatch/no_package": ""}
MODULES = ["pkg", "pkg.part", "pkg.inner", "pkg.inner.leaf", "late", "fails", "broken", "json", "json.decoder", "fnmatch", "difflib", "textwrap", "re"]
LEARNED = [[name, os.path.join(SITE, *name.split(".")) + end] for name in MODULES for end in (".py", "/__init__.py")]
LEARNED += [["twice", SITE + "/twice.py"], ["vendored", ENV + "/vendor/vendored.py"],
            ["late", OWN + "/late.py"], ["own", OWN + "/own.py"], ["textwrap", SITE + "/late.py"], ["below", SITE + "/../../own/below.py"]]
PATTERNS = [[r"(?P<word>[a-z]+)-(\d+)", False, 2], ["a[bc]+", True, 0], ["[[a]", False, 0], ["(", False, 0], ["x", True, 4]]

# Facts about modules, to be the same with the finder and without.
FACTS = """
import importlib, inspect, pkgutil, sys
def fact(name):
    m = importlib.import_module(name)
    s = m.__spec__
    return [name, m.__file__, m.__cached__, m.__package__, list(getattr(m, "__path__", [])), s.name, s.origin, s.parent, s.cached, s.has_location,
            s.submodule_search_locations, s.loader_state, m.__doc__, sorted(vars(m)), m.__loader__ is s.loader,
            s.loader.get_filename(name), s.loader.is_package(name), s.loader.get_code(name).co_filename]
say([fact(n) for n in ("pkg", "pkg.part", "pkg.inner", "pkg.inner.leaf", "late", "json", "json.decoder", "difflib", "fnmatch")])
"""
SAME = [
    ("file, cache, spec and loader of modules", FACTS),
    ("inspect.getsource", "import inspect, pkg.part, json; say([inspect.getsource(pkg.part.answer), inspect.getsource(json.JSONEncoder)[:99]])"),
    ("pkgutil.get_data", "import pkgutil; say(pkgutil.get_data('pkg', 'data.txt').decode())"),
    ("importlib.resources", "import importlib.resources as r; say((r.files('pkg').joinpath('data.txt').read_text() if hasattr(r, 'files') else r.read_text('pkg', 'data.txt')))"),
    ("pkgutil.iter_modules and walk_packages", "import pkgutil, pkg; say([[m.name, m.ispkg] for m in pkgutil.walk_packages(pkg.__path__, 'pkg.')])"),
    ("importlib.util.find_spec", "import importlib.util as u; say([u.find_spec('pkg.part').origin, u.find_spec('nothing'), u.find_spec('pkg.nothing')])"),
    ("importlib.reload", "import importlib, late; late.x = 1; say(importlib.reload(late).x)"),
    ("runpy", "import runpy; say(runpy.run_module('pkg.part')['answer']())"),
    ("an error of syntax", "import traceback\ntry:\n    import broken\nexcept SyntaxError:\n    say(traceback.format_exc())"),
    ("the traceback of a module that fails", "import traceback\ntry:\n    import fails\nexcept KeyError:\n    say(traceback.format_exc())"),
    ("what patterns are and find", "import pkg; p = pkg.WORD; m = p.match('Ab-12'); say([p.pattern, p.flags, p.groups, dict(p.groupindex), m.groups(), m.lastgroup, repr(p), p.sub(r'\\2', 'x-1 y')])"),
    ("a pattern that warns, or is wrong", "import re, warnings\nwarnings.simplefilter('error')\nfor p in ('[[a]', '('):\n    try:\n        say(str(re.compile(p)))\n"
     "    except Exception as e:\n        say(repr(e))"),
    ("a module in a folder that comes first", "sys.path.insert(0, OWN)\nimport late, json; say([late.x, json.x])"),
    ("a module in the working directory that comes first", "import os; os.chdir(OWN); sys.path.insert(0, '')\nimport late; say(late.x)"),
    ("a folder that comes first and is no package", "sys.path.insert(0, OWN)\nimport fnmatch; say(fnmatch.__file__)"),
    ("a module in a folder that comes last", "sys.path.append(OWN)\nimport late, json; say([late.x, hasattr(json, 'x')])"),
    ("a module that a known folder has too", "sys.path.append(ENV + '/vendor')\nimport twice; say(twice.x)"),
    ("a module that a known folder has first", "sys.path.insert(0, ENV + '/vendor')\nimport twice; say(twice.x)"),
    ("a module of a folder that is not on the path", "try:\n    import vendored; say(1)\nexcept ImportError:\n    say(0)\nsys.path.append(ENV + '/vendor')\nimport vendored; say(vendored.x)"),
    ("a folder put before those of a package", "import pkg; pkg.__path__.insert(0, OWN + '/pkg_more')\nimport pkg.part; say(pkg.part.answer())"),
    ("a finder in front of all", "class F:\n    @staticmethod\n    def find_spec(name, path=None, target=None):\n        if name == 'late':\n"
     "            from importlib.util import spec_from_file_location as at\n            return at(name, OWN + '/late.py')\nsys.meta_path.insert(0, F)\nimport late; say(late.x)"),
    ("a finder behind all", "class F:\n    @staticmethod\n    def find_spec(name, path=None, target=None):\n        if name in ('late', 'extra'):\n"
     "            from importlib.util import spec_from_file_location as at\n            return at(name, OWN + '/late.py')\nsys.meta_path.append(F)\nimport late, extra; say([late.x, extra.x])"),
    ("an entry of the path that is no string", "import pathlib; sys.path.insert(0, pathlib.Path(OWN))\nimport difflib; say(difflib.__file__)"),
    ("no descriptor that stays open", "import os, json, pkg; say(sorted(os.listdir('/proc/self/fd')))"),
]
# sentence, what is done to the file of frozen modules or to others (Python), the code, what it must say
SERVED = "import pkg.part, fnmatch; say([type(m.__loader__).__name__ for m in (pkg.part, fnmatch)])"
PLAIN, LOADED = "SourceFileLoader", "_Loader"
SPECIAL = [
    ("modules are served at all", "", SERVED, [LOADED, LOADED]),
    ("patterns are served at all", "", "import re; say(sorted(str(k[1]) for k in re._cache))", [r"(?P<word>[a-z]+)-(\d+)", "b'a[bc]+'", "b'x'"]),
    ("a path outside, a wrong file and a way up are not believed", "", "say([n for n in FINDER._modules if 'own' in FINDER._modules[n][1]])", []),
    ("a module is what its own search finds", "", "say(FINDER._modules['textwrap'][1] == SITE + '/late.py')", False),
    ("the finder stands right before the search along the path", "", "say([getattr(f, '__name__', '') for f in sys.meta_path[sys.meta_path.index(FINDER) + 1:]])", ["PathFinder"]),
    ("the finder stands behind the others", "", "say(sys.meta_path.index(FINDER) >= 2)", True),
    ("without the file imports are plain", "os.unlink(frozen)", SERVED, [PLAIN, PLAIN]),
    ("a file that is cut off is not used", "os.truncate(frozen, os.path.getsize(frozen) - 1)", SERVED, [PLAIN, PLAIN]),
    ("an empty file is not used", "os.truncate(frozen, 0)", SERVED, [PLAIN, PLAIN]),
    ("another format is not used", "poke(0, b'HWB')", SERVED, [PLAIN, PLAIN]),
    ("another interpreter's file is not used", "poke(12, b'\\0\\0')", SERVED, [PLAIN, PLAIN]),
    ("an index that is no index is not used", "poke(32, b'\\0' * 64)", SERVED, [PLAIN, PLAIN]),
    ("code that is no code is read from its source", "poke(-70000, b'\\0' * 70000)", SERVED, [LOADED, LOADED]),
    ("with -O imports are plain", "flags.append('-O')", SERVED, [PLAIN, PLAIN]),
    ("a module of the interpreter that changed is plain", "change('fnmatch.py', '\\nchanged = 1\\n')", "import fnmatch; say([fnmatch.changed, type(fnmatch.__loader__).__name__])", [1, PLAIN]),
    ("a module of the interpreter of another time is plain", "os.utime(lib + '/fnmatch.py', (1, 1))", SERVED, [LOADED, PLAIN]),
    ("a folder of the interpreter that changed hides nothing", "change('late.py', 'x = \"lib\"\\n')", "import late; say(late.x)", "lib"),
    ("a pattern compiler that changed compiles", "change(sre, '\\nchanged = 1\\n')", "import re; say(len(re._cache))", 0),
]
PRELUDE = """
import json as _j, sys
SITE, OWN, ENV, hooks, frozen = %r, %r, %r, %r, %r
def say(value): sys.stdout.write(_j.dumps(value) + "\\n")
for _m in [m for m in sys.modules if m.partition(".")[0] in ("json", "re", "fnmatch", "difflib", "sre_compile", "sre_parse", "sre_constants", "enum")]: del sys.modules[_m]
sys.path.append(SITE)
FINDER = None
if %r:
    sys.path.insert(0, hooks)
    import hwb_finder
    sys.path.remove(hooks)
    FINDER = hwb_finder.install(frozen)
"""
FREEZE = "import sys; sys.path.append(%r); sys.path.insert(0, %r); import hwb_freeze; sys.path.remove(%r); hwb_freeze.ENV = %r; hwb_freeze.main(*sys.argv[1:])"


def interpreters():
    """One of each version from 3.8 on: (version, program)."""
    found = {}
    for program in [sys.executable, "/usr/bin/python3", *sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python3")))]:
        code = "import sys; print(sys.version_info[0] * 100 + sys.version_info[1])"
        try:
            version = int(subprocess.run([program, "-c", code], stdout=subprocess.PIPE).stdout)
        except (OSError, ValueError):
            continue
        if version >= 308:
            found.setdefault(version, program)
    return sorted(found.items())


def write(top, files):
    for name, text in files.items():
        path = os.path.join(top, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.write(text)


class World:
    """One interpreter with a home of its own, whose library is links to the true one but for the files that tests change."""

    def __init__(self, version, program):
        self.program = program
        told = subprocess.run([program, "-S", "-c", "import sys, os; print(os.path.dirname(os.__file__)); print(sys.base_exec_prefix)"], stdout=subprocess.PIPE)
        real, exec_prefix = told.stdout.decode().split("\n")[:2]
        self.home = os.path.join(TOP, "home-%d" % version)
        self.lib = os.path.join(self.home, "lib", os.path.basename(real))
        self.sre = "re/_compiler.py" if version >= 311 else "sre_compile.py"
        os.makedirs(self.lib)
        for name in os.listdir(real):
            if name not in ("fnmatch.py", "re", "sre_compile.py", "__pycache__", "site-packages"):
                os.symlink(os.path.join(real, name), os.path.join(self.lib, name))
        shutil.copy2(os.path.join(real, "fnmatch.py"), self.lib)
        if version >= 311:
            shutil.copytree(os.path.join(real, "re"), os.path.join(self.lib, "re"), ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(os.path.join(real, "sre_compile.py"), self.lib)
        self.frozen = os.path.join(TOP, "frozen-%d" % version)
        self.freeze()

    def python(self, code, *words, flags=()):
        done = subprocess.run([self.program, "-S", "-s", "-B", *flags, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=TOP,
                              env={"PYTHONHOME": self.home, "PATH": "/usr/bin:/bin"})
        return done.stdout.decode() + ("" if done.returncode == 0 else done.stderr.decode())

    def freeze(self):
        names = LEARNED + [[name, os.path.join(self.lib, *name.split(".")) + end] for name in MODULES + ["re._compiler", "sre_compile"]
                           for end in (".py", "/__init__.py")]
        path = [os.path.join(self.home, "lib", "python.zip"), self.lib, SITE]
        learned = os.path.join(TOP, "learned")
        with open(learned, "w") as out:
            json.dump({"path": path, "runs": [{"backend": "x", "steps": [["import", names]], "patterns": PATTERNS}]}, out)
        said = self.python(FREEZE % (SITE, HOOKS, HOOKS, ENV + "/"), learned, self.frozen)
        if said:
            sys.exit("freezing failed with %s: %s" % (self.program, said))

    def run(self, code, finder=True, flags=()):
        told = self.python(PRELUDE % (SITE, OWN, ENV, HOOKS, self.frozen, finder) + code, flags=flags)
        try:
            return [json.loads(line) for line in told.splitlines()]
        except ValueError:
            return None, told  # it failed itself

    def after(self, action, code):
        """What the code says when the action was taken; everything is put back."""
        saved = {path: (open(path, "rb").read(), os.stat(path)) for path in (self.frozen, self.lib + "/fnmatch.py", os.path.join(self.lib, self.sre))}
        folder, flags = os.stat(self.lib), []

        def poke(at, data):
            with open(self.frozen, "r+b") as file:
                file.seek(at, os.SEEK_END if at < 0 else os.SEEK_SET)
                file.write(data)

        def change(name, text):
            with open(os.path.join(self.lib, name), "a") as file:
                file.write(text)
        exec(action, {"os": os, "frozen": self.frozen, "lib": self.lib, "sre": self.sre, "poke": poke, "change": change, "flags": flags})
        said = self.run(code, flags=flags)
        if os.path.exists(self.lib + "/late.py"):
            os.unlink(self.lib + "/late.py")
        for path, (data, st) in saved.items():
            with open(path, "wb") as file:
                file.write(data)
            os.utime(path, ns=(st.st_atime_ns, st.st_mtime_ns))
        os.utime(self.lib, ns=(folder.st_atime_ns, folder.st_mtime_ns))
        return said


class Tap:
    count = failed = 0

    def check(self, sentence, good, *detail):
        self.count += 1
        self.failed += not good
        for text in () if good else detail:
            print("# " + str(text)[:2000].replace("\n", "\n# "))
        print("%sok %d - %s" % ("" if good else "not ", self.count, sentence), flush=True)


def main():
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    tap, found = Tap(), interpreters()
    write(ENV, FILES)
    write(OWN, OWN_FILES)
    for version, program in found:
        world, label = World(version, program), "3.%d: " % (version - 300)
        for sentence, code in SAME:
            if only in sentence:
                with_it, without = world.run(code), world.run(code, finder=False)
                tap.check(label + sentence + ", with the finder and without", with_it == without and None not in without[:1], with_it, without)
        for sentence, action, code, want in SPECIAL:
            if only in sentence:
                said = world.after(action, code)
                tap.check(label + sentence, said == [want], "want %r" % (want,), "said %r" % (said,))
    have = {version for version, _ in found}
    for version in range(308, 314):
        if version not in have:
            tap.count += 1
            print("ok %d - 3.%d # SKIP it is not installed here" % (tap.count, version - 300))
    print("1..%d" % tap.count)
    shutil.rmtree(TOP, ignore_errors=True)
    sys.exit(1 if tap.failed else 0)


main()
