"""Runs with --isolation landlock: what is said about it, and that it builds what the sandbox builds. What it keeps in is in
tests/hostile."""
import glob
import os
import shutil
import subprocess

import support
from support import Place, Setting, Skip, fresh, make_wheel, project, pyproject, write

IS_ROOT = os.getuid() == 0
MODE = ["--isolation", "landlock"]
C_FILES = {
    "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "tiny"\nversion = "1.0"\n',
    "setup.py": "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('tiny._c', ['src/tiny.c'], extra_compile_args=['-g'])], packages=['tiny'], package_dir={'tiny': 'src'})\n",
    "src/__init__.py": "",
    "src/tiny.c": '#include <Python.h>\nstatic PyObject *file(PyObject *s, PyObject *a) { (void)s; (void)a; return PyUnicode_FromString(__FILE__); }\n'
                  'static PyMethodDef methods[] = {{"file", file, METH_NOARGS, 0}, {0}};\nstatic struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "_c", 0, -1, methods};\n'
                  'PyMODINIT_FUNC PyInit__c(void) { return PyModule_Create(&def); }\n',
}


def works(place):
    """Skips where the kernel has too old a Landlock: doctor knows."""
    run = place.hwb("doctor", *MODE, "--json")
    rows = [row for row in run.json()["modes"] if row["name"] == "landlock"]
    if rows[0]["outcome"] != "ok":
        raise Skip("isolation 'landlock' cannot run here: " + rows[0]["text"])


def said(tap):
    """isolation 'landlock' is asked for, warned of, and told"""
    place = Place()
    works(place)
    run = place.build("--no-index", "--wheel", *MODE, "--report", place.top + "/report.json", project())
    tap.run("a build in this mode is warned of", run, 0, "isolation 'landlock' has no namespaces")
    tap.check("in one line", run.err.count("warning") == 1, run.told())
    told = place.report()["isolation"]
    tap.check("the report tells the mode and what held", told["mode"] == "landlock" and {"landlock", "landlock-scope", "seccomp", "copy-in-out"} <= set(told["controls"])
              and not {one for one in told["controls"] if one.endswith("-ns")}, told)
    events = [line for line in place.log() if "isolation" in str(line)]
    tap.check("and so does the audit log", any("landlock" in str(line) for line in events), events)
    tap.run("nobody gets it without asking", place.build("--no-index", "--wheel", project()), 0, absent=["landlock"])
    tap.run("a way out is refused", place.build("--no-index", *MODE, "--allow-host", "a.example", project()), 2, "no way out to the network")
    tap.run("git over https as well, with what helps", place.build("--no-index", *MODE, "git+https://localhost.example/x.git"), 5, "no network of any kind", "--isolation sandbox")


def programs(tap):
    """without namespaces the environment's programs are found, and files under the names of this build"""
    place = Place()
    works(place)
    links = fresh("links")
    make_wheel(links, "tool", "1.0", {"tool.py": "import sys\ndef main():\n    print('TOOL', sys.prefix == sys.argv[1], sys.argv[0])\n"}, scripts={"a-tool": "tool:main"})
    os.chmod(links, 0o755)
    code = ("import subprocess, sys, os, tempfile\n"
            "print(subprocess.run(['a-tool', sys.prefix], capture_output=True, text=True))\n"
            "print('TEMPORARY', tempfile.gettempdir() == os.environ['TMPDIR'], os.path.exists(os.environ['HOME']))\n")
    run = place.build("--no-index", "--wheel", "-v", "-f", links, *MODE, project(code, requires=["tool"]))
    tap.run("a console script of a build dependency runs in its environment", run, 0, "TOOL True", "TEMPORARY True True")


def places():
    found = [("root" if IS_ROOT else "this user", Place())]
    return found + ([("an ordinary user", Place(user=support.ordinary_user()))] if IS_ROOT else [])


def same(tap, what, tree, links):
    """The wheel of the sandbox, and those of both users without namespaces."""
    sandbox = Place()
    run = sandbox.build("--no-index", "-f", links, "--wheel", tree)
    tap.check("%s builds in the sandbox" % what, run.code == 0, run.told())
    for who, place in places():
        run = place.build("--no-index", "-f", links, "--wheel", *MODE, tree)
        tap.check("%s builds in landlock as %s, and is the same wheel" % (what, who), run.code == 0 and place.sha() == sandbox.sha(), run.told(), sandbox.sha(), place.sha())
    return sandbox


def extension(tap):
    """a C extension is the same bytes without namespaces"""
    works(Place())
    include = subprocess.run([Setting.python, "-c", "import sysconfig; print(sysconfig.get_path('include'))"], capture_output=True, text=True).stdout.strip()
    if not shutil.which("cc") or not os.path.exists(include + "/Python.h"):
        raise Skip("there is no C compiler, or no Python.h (python3-dev)")
    tree, links = write(fresh("tiny"), C_FILES), support.setuptools_links()
    for folder in (tree, links):
        os.chmod(folder, 0o755)
    place = same(tap, "a C extension", tree, links)
    data = b"".join(open(p, "rb").read() for p in glob.glob(place.out + "/*.whl"))
    tap.check("there is something to compare", len(data) > 1000)


def hatchling_links():
    """A folder with hatchling and what it needs, for --find-links: from the index, as everybody gets it."""
    folder = fresh("links")
    pip = [Setting.venv + "/bin/python", "-m", "pip", "download", "-q", "--only-binary=:all:", "--disable-pip-version-check", "-d", folder, "hatchling"] if Setting.venv else ["false"]
    if subprocess.run(pip, capture_output=True).returncode:
        raise Skip("hatchling cannot be had from the index")
    os.chmod(folder, 0o755)
    for name in os.listdir(folder):
        os.chmod(os.path.join(folder, name), 0o644)
    return folder


def hatchling(tap):
    """a project of hatchling's is the same bytes without namespaces"""
    works(Place())
    links = hatchling_links()
    tree = write(fresh("hatch"), {"pyproject.toml": pyproject(build_system='requires = ["hatchling"]\nbuild-backend = "hatchling.build"'),
                                  "demo/__init__.py": "x = 1\n", "README.md": "demo\n"})
    os.chmod(tree, 0o755)
    same(tap, "a project of hatchling's", tree, links)


TESTS = [said, programs, extension, hatchling]
