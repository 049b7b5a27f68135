"""Writes the file of frozen modules that hwb_finder.py serves. Nothing of the environment runs here.

argv: what hwb_learn.py wrote, the file to write. The first is a stranger's word, so it is believed in nothing but names: each
module must be the one that the interpreter itself finds there, each pattern is compiled here.
"""
import json
import marshal
import os
import re
import sys
import warnings
from importlib.machinery import PathFinder, SourceFileLoader
from importlib.util import MAGIC_NUMBER

MAGIC = b"hwb-frozen-1"
ENV = "/env/"
PATTERNS_MAX = 256  # half of what re keeps: a build's own patterns find room


def _seen(path):
    """By what hwb_finder.py sees that it is the same. None below /env, which hwb itself vouches for."""
    if path.startswith(ENV):
        return None
    try:
        found = os.stat(path)
    except OSError:
        return False
    return found.st_size, found.st_mtime_ns


class Modules:
    def __init__(self, path):
        """path: what the search went along, as told."""
        self.stdlib = os.path.dirname(os.__file__) + os.sep
        self.roots = [folder for folder in path if folder in sys.path or self._is_fixed(folder)]
        self.rows, self.pieces, self.size = {}, [], 0

    def _is_fixed(self, path):
        """Whether it lies where a build can change nothing."""
        return path.startswith((ENV, self.stdlib)) and os.path.normpath(path) == path

    def add(self, name, file):
        if name in self.rows or not self._is_fixed(file):
            return
        folder, base = os.path.split(file)
        is_package = base == "__init__.py"
        root = os.path.dirname(folder) if is_package else folder
        spec = PathFinder.find_spec(name, [root])
        if spec is None or type(spec.loader) is not SourceFileLoader or spec.origin != file:
            return
        try:
            code = marshal.dumps(spec.loader.get_code(name))
        except (ImportError, OSError, SyntaxError, ValueError):
            return
        self.rows[name] = [root, file, is_package, _seen(file), (), (self.size, len(code))]
        self.pieces.append(code)
        self.size += len(code)

    def finish(self):
        """The folders of the search, and for each module those beside its own that have one of this name too."""
        for name, row in self.rows.items():
            if "." not in name and row[0] not in self.roots:
                self.roots.append(row[0])
        for name, row in self.rows.items():
            row[4] = tuple(root for root in self.roots if root != row[0] and PathFinder.find_spec(name, [root]))
        return {name: tuple(row) for name, row in self.rows.items()}


class Compiler:
    """The compiler of `re`, overheard: the arguments of the last pattern it made."""

    def __init__(self):
        try:
            import re._compiler as compiler
        except ImportError:
            import sre_compile as compiler
        self.inner, self.last = compiler._sre, None
        compiler._sre = self

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def compile(self, text, flags, code, groups, names, indices):
        self.last = (text, int(flags), [int(word) for word in code], groups, dict(names), tuple(indices))
        return self.inner.compile(text, flags, code, groups, names, indices)


def _patterns(wanted):
    compiler, rows = Compiler(), {}
    re.purge()
    for text, is_bytes, flags in wanted:
        text = text.encode("latin-1") if is_bytes else text
        key = (type(text), text, flags)
        if key in rows or len(rows) == PATTERNS_MAX:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # a pattern that warns is left to warn
                re.compile(text, flags)
        except (re.error, ValueError, OverflowError, RecursionError, Warning):
            continue
        rows[key] = (text, flags) + compiler.last[1:]
    return tuple(rows.values())


def _preload(runs, rows):
    """From the first run of each backend: what comes with the question, what comes with the build."""
    names = {}
    for run in runs:
        came = {step: tuple(name for name, _ in modules if name in rows) for step, modules in run["steps"]}
        names.setdefault(run["backend"], (came.get("get_requires_for_build_wheel", ()), came.get("build_wheel", ())))
    return names


def main(learned, answer):
    with open(learned) as file:
        told = json.load(file)
    modules, wanted = Modules(told["path"]), []
    for run in told["runs"]:
        wanted += run["patterns"]
        for _, came in run["steps"]:
            for name, file in came:
                modules.add(name, file)
    rows = modules.finish()
    index = marshal.dumps({
        "roots": tuple((root, _seen(root)) for root in modules.roots),
        "modules": rows,
        "patterns": _patterns(wanted),
        "preload": _preload(told["runs"], rows),
    })
    size = len(MAGIC) + len(MAGIC_NUMBER) + 16 + len(index) + modules.size
    with open(answer, "wb") as out:
        for part in (MAGIC, MAGIC_NUMBER, size.to_bytes(8, "little"), len(index).to_bytes(8, "little"), index, *modules.pieces):
            out.write(part)


if __name__ == "__main__":
    main(*sys.argv[1:])
