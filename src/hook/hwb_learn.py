"""Builds a toy project with every known backend of an environment and writes down what that imported, for hwb_freeze.py.

argv: the JSON file to write. It holds a list of runs: {"backend", "steps": [[step, [[module, file] ...]] ...], "patterns":
[[text, is bytes, flags] ...]}. A step lists what came with it, in order. A toy that fails has still imported something.
What is written here is the word of the wheels at hand: it is read as such.
"""
import os
import sys

PYPROJECT = """\
[build-system]
requires = []
build-backend = "%s"
[project]
name = "hwb-toy"
version = "1.0"
description = "A toy."
"""
MORE = """\
readme = "README.md"
requires-python = ">=3.8"
authors = [{name = "A. Person", email = "person@example.org"}]
keywords = ["toy"]
classifiers = ["Programming Language :: Python :: 3"]
dependencies = ["another-toy >=1.0; python_version > '3'"]
[project.optional-dependencies]
more = ["third-toy[extra] ~=2.0"]
[project.scripts]
hwb-toy = "hwb_toy:main"
[project.urls]
Home = "https://example.org/"
"""
PLAIN = {"hwb_toy/__init__.py": '"""A toy."""\n\n\ndef main():\n    return 0\n', "hwb_toy/more.py": "x = 1\n"}
RICH = dict(PLAIN, **{"README.md": "# A toy\n", "LICENSE": "None.\n"})
EXTENSION = {"setup.py": "import setuptools\nsetuptools.setup(ext_modules=[setuptools.Extension('hwb_toy._c', ['c.c'])])\n",
             "c.c": "void *PyInit__c(void) { return 0; }\n"}
# What most builds do, told apart step by step, and then what some do.
USUAL = ("get_requires_for_build_wheel", "build_wheel")
SELDOM = ("get_requires_for_build_sdist", "build_sdist", "build_wheel")
# The backend, and what its toy has besides.
BACKENDS = {
    "flit_core.buildapi": {},
    "hatchling.build": {},
    "maturin": {},
    "mesonpy": {},
    "pdm.backend": {},
    "poetry.core.masonry.api": {},
    "scikit_build_core.build": {},
    "setuptools.build_meta": EXTENSION,
}


def _is_there(backend):
    name = backend.replace(".", os.sep)
    return any(os.path.exists(os.path.join(folder, name + end)) for folder in sys.path for end in (".py", "/__init__.py"))


def _write(top, files):
    for name, text in files.items():
        path = os.path.join(top, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.write(text)


class Steps:
    def __init__(self):
        self.seen, self.all = set(), []

    def take(self, step, action, *arguments):
        """Runs it, whatever comes of it, and notes the modules that came."""
        result = None
        try:
            result = action(*arguments)
        except BaseException as error:
            print("%s: %s: %s" % (step, type(error).__name__, error), flush=True)
        came = []
        for name, module in list(sys.modules.items()):
            spec = getattr(module, "__spec__", None)
            if name not in self.seen and getattr(spec, "name", None) == name and isinstance(spec.origin, str):
                came.append([name, spec.origin])
            self.seen.add(name)
        self.all.append([step, came])
        return result


def _patterns():
    keys = getattr(sys.modules.get("re"), "_cache", {})
    return [[text.decode("latin-1") if kind is bytes else text, kind is bytes, int(flags)] for kind, text, flags in keys]


def _run(backend, hooks, files, top):
    import importlib
    _write(top, files)
    os.mkdir(os.path.join(top, "dist"))
    os.chdir(top)
    steps = Steps()
    module = steps.take("import", importlib.import_module, backend)
    for hook in hooks:
        function = getattr(module, hook, None)
        if function:
            steps.take(hook, function, *([{}] if hook.startswith("get_") else ["dist", {}]))
    return {"backend": backend, "steps": steps.all, "patterns": _patterns()}


def _in_fork(number, *arguments):
    """Every run in a process of its own. Returns the file with its result, and the process."""
    path = "/tmp/run-%d" % number
    child = os.fork()
    if child:
        return path, child
    try:
        run = _run(*arguments, top="/build/toy-%d" % number)
        import json
        with open(path, "w") as out:
            json.dump(run, out)
    finally:
        os._exit(0)


def main(answer):
    sys.path[:] = [folder for folder in sys.path if folder]
    begun = []
    for backend, more in BACKENDS.items():
        if not _is_there(backend):
            continue
        head = PYPROJECT % backend
        begun.append(_in_fork(len(begun), backend, USUAL, dict(PLAIN, **{"pyproject.toml": head})))
        begun.append(_in_fork(len(begun), backend, SELDOM, dict(RICH, **{"pyproject.toml": head + MORE}, **more)))
    import json
    runs = []
    for path, child in begun:
        os.waitpid(child, 0)
        if os.path.exists(path):
            with open(path) as file:
                runs.append(json.load(file))
    with open(answer, "w") as out:
        json.dump({"path": sys.path, "runs": runs}, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
