"""hwb init: what it writes, what it says, what it does not touch."""
import json
import os
import re
import shutil
import subprocess

try:
    import yaml
except ImportError:
    yaml = None

import support
from support import Place, fresh, pyproject, write

ORIGIN = '[core]\n\tbare = false\n[remote "origin"]\n\turl = %s\n'
SHA = "0123456789abcdef0123456789abcdef01234567"
ACTION = os.path.join(support.HERE, "..", "..", "packaging", "action.yml")


def repository(url="https://github.com/me/demo.git", files=None, **table):
    every = {"pyproject.toml": pyproject(**table), ".git/config": ORIGIN % url}
    every.update(files or {})
    return write(fresh("repository"), {k: v for k, v in every.items() if v is not None})


def workflow(folder):
    return open(os.path.join(folder, ".github", "workflows", "release.yml")).read()


def parsed(tap, sentence, text, want):
    """Another reader of YAML sees what want(document) says."""
    if not yaml:
        return tap.skip(sentence, "no PyYAML")
    document = yaml.safe_load(text)
    return tap.check(sentence, want(document), document)


def steps(document, job):
    """(what is used without its commit, or the command) of each step."""
    return [s["uses"].partition("@")[0] if "uses" in s else s["run"] for s in document["jobs"][job]["steps"]]


LOG = "hwb-log-"


def keeps_log(step, job):
    """A step that keeps the audit log, whatever happened before."""
    return step["if"] == "always()" and step["with"] == {"name": LOG + job, "path": "~/.hwb/logs", "include-hidden-files": True}


def publishes_only(document, hwb, command, environment):
    """The job that publishes gets hwb and the artefacts, has one command, keeps the log, has an environment and no right but the identity."""
    job = document["jobs"]["publish"]
    return (list(document["jobs"]) == ["build", "publish"] and document["permissions"] == {} and job["permissions"] == {"id-token": "write"} and job["needs"] == "build"
            and job["environment"] == environment and set(job) == {"needs", "runs-on", "environment", "permissions", "steps"}
            and steps(document, "publish") == [*hwb, "actions/download-artifact", command, "actions/upload-artifact"]
            and all(set(s) <= {"uses", "with", "name", "run"} for s in job["steps"][:-1]) and keeps_log(job["steps"][-1], "publish"))


def checked_by_others(tap, folder, what):
    """What doctor --publish and, where it is there, actionlint have against it: nothing."""
    got = json.loads(Place().hwb("doctor", "--publish", "--json", cwd=folder).out)["publish"]
    tap.check("%s: doctor --publish has nothing against it" % what, {r["outcome"] for r in got[:7]} == {"pass"}, got)
    program = shutil.which("actionlint", path="%s:%s" % (os.path.join(support.Setting.venv or "", "bin"), os.environ["PATH"]))
    if not program:
        return tap.skip("%s: nor has actionlint" % what, "actionlint is not installed")
    said = subprocess.run([program, "-shellcheck=", "-pyflakes=", os.path.join(folder, ".github", "workflows", "release.yml")], capture_output=True, text=True)
    return tap.check("%s: nor has actionlint" % what, said.returncode == 0, said.stdout, said.stderr)


def github(tap):
    """hwb init in a repository of GitHub"""
    place = Place()
    folder = repository(url="https://x:hunter2hunter2@github.com/me/demo.git", name="De.mo")
    run = place.hwb("init", cwd=folder)
    text = workflow(folder)
    tap.run("the form's fields are told, and no credential of the remote", run, 0, ".github/workflows/release.yml", "/manage/project/de-mo/settings/publishing/",
            re.compile(r"Owner +me\n"), re.compile(r"Repository name +demo\n"), re.compile(r"Workflow name +release.yml\n"), re.compile(r"Environment name +pypi\n"), absent=["hunter2"])
    uses = re.findall(r"uses: (.*)", text)
    tap.check("every action is pinned by a commit, with its tag beside it", len(uses) == 5 and all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", u) for u in uses), uses)
    build, publish = text.split("  publish:\n")
    tap.check("the job that builds has no identity, the one that publishes has one command, which is hwb's", "id-token" not in build
              and re.findall(r"run: (.*)", publish) == ["hwb publish --trusted-publisher=always dist/*"] and text.count("id-token: write") == 1 and "permissions: {}" in build, text)
    tap.check("where hwb comes from is said in both jobs", text.count("# hwb has to be on the runner") == 2, text)
    parsed(tap, "another reader of YAML sees the same", text, lambda d: publishes_only(d, [], "hwb publish --trusted-publisher=always dist/*", {"name": "pypi", "url": "https://pypi.org/p/de-mo"})
           and d["jobs"]["build"]["permissions"] == {"contents": "read"})
    parsed(tap, "the job that builds keeps its log as well, whatever happened", text, lambda d: keeps_log(d["jobs"]["build"]["steps"][-1], "build"))
    parsed(tap, "one run of a release at a time, and none is cancelled for another's sake", text, lambda d: d["concurrency"] == {"group": "release-${{ github.ref }}", "cancel-in-progress": False})
    tap.run("it is told that hwb has to be on the runner", run, 0, "warning: hwb has to be on the runner", "--action OWNER/REPOSITORY@COMMIT")
    checked_by_others(tap, folder, "with hwb on the runner")
    open(os.path.join(folder, ".github", "workflows", "release.yml"), "w").write("mine\n")
    tap.run("a file that is there is not replaced", place.hwb("init", cwd=folder), 2, "--force")
    tap.check("it is as it was, and nothing lies beside it", workflow(folder) == "mine\n" and os.listdir(folder + "/.github/workflows") == ["release.yml"], workflow(folder))
    tap.run("--force replaces it", place.hwb("init", "--force", cwd=folder), 0)
    tap.check("with the same as before", workflow(folder) == text, workflow(folder))
    folder = repository(files={"pylock.build.toml": "", "_backend/bk.py": ""}, build_system='requires = []\nbuild-backend = "bk"\nbackend-path = ["_backend"]')
    run = place.hwb("init", "--json", "--environment", "release-env", "--action", "some-org/hwb@" + SHA, folder)
    tap.check("--json has the same fields", run.code == 0 and run.json()["registry"] == "pypi" and run.json()["publisher"] == {"project": "demo", "owner": "me", "repository": "demo", "workflow": "release.yml",
              "environment": "release-env"} and run.json()["ci"] == "github", run.told())
    tap.check("with --action it is not told of the runner, but of a lock that cannot be read", "has to be on the runner" not in run.err and "warning: the lock" in run.err, run.told())
    text = workflow(folder)
    tap.check("with a lock nothing else is installed; --action and --environment are in it", "hwb build --locked -o dist ." in text and "name: release-env" in text
              and "uses: some-org/hwb/packaging@" + SHA in text, text)
    parsed(tap, "--action is how both jobs get hwb", text, lambda d: publishes_only(d, ["some-org/hwb/packaging"], "hwb publish --trusted-publisher=always dist/*",
           {"name": "release-env", "url": "https://pypi.org/p/demo"}) and "some-org/hwb/packaging" in steps(d, "build") and "has to be on the runner" not in text)
    checked_by_others(tap, folder, "with --action")


def registries(tap):
    """hwb init for another registry"""
    folder = repository()
    run = Place().hwb("init", "-r", "testpypi", folder)
    tap.run("TestPyPI has a form of its own", run, 0, "https://test.pypi.org/manage/project/demo/settings/publishing/", "https://test.pypi.org/manage/account/publishing/",
            re.compile(r"Environment name +testpypi"), absent=["https://pypi.org"])
    parsed(tap, "and the job publishes there", workflow(folder), lambda d: publishes_only(d, [], "hwb publish --trusted-publisher=always -r testpypi dist/*",
           {"name": "testpypi", "url": "https://test.pypi.org/p/demo"}))
    checked_by_others(tap, folder, "for TestPyPI")
    folder = repository(url="git@gitlab.com:group/demo.git")
    run = Place().hwb("init", "--registry", "testpypi", "--environment", "trial", "--json", folder)
    tap.check("--json has the registry", run.code == 0 and run.json()["registry"] == "testpypi" and run.json()["publisher"]["environment"] == "trial", run.told())
    parsed(tap, "a job of GitLab has the identity for it", open(folder + "/.gitlab-ci.yml").read(), lambda d: d["publish"]["id_tokens"] == {"TESTPYPI_ID_TOKEN": {"aud": "testpypi"}}
           and d["publish"]["script"] == ["hwb publish --trusted-publisher=always -r testpypi dist-$CI_PIPELINE_ID/*"] and d["publish"]["environment"] == "trial")


def action(tap):
    """packaging/action.yml"""
    text = open(ACTION).read()
    scripts = re.findall(r"run: \|\n((?: {8}.*\n|\n)+)", text)
    parsed(tap, "it is an action of steps that each say their shell", text, lambda d: d["runs"]["using"] == "composite" and all(s["shell"] == "sh" and s["run"] for s in d["runs"]["steps"])
           and len(d["runs"]["steps"]) == len(scripts) and "inputs" not in d)
    commands = [[line.strip() for line in script.splitlines() if not line.strip().startswith("#")] for script in scripts]
    for script, lines in zip(scripts, commands):
        said = subprocess.run(["sh", "-n"], input=script, capture_output=True, text=True)
        tap.check("a script of it is one of sh", said.returncode == 0, said.stderr, script)
        tap.check("nothing that it starts is told how to ask for the job's identity", lines[:2] == ["set -eu", "unset ACTIONS_ID_TOKEN_REQUEST_URL ACTIONS_ID_TOKEN_REQUEST_TOKEN"], lines)
    tap.check("a job that publishes can use it: it asks for no isolation", commands and "doctor" not in str(commands) and commands[-1][-1] == "hwb version", commands)


def gitlab(tap):
    """hwb init in a repository of GitLab"""
    place = Place()
    folder = repository(url="git@gitlab.com:group/sub/demo.git")
    run = place.hwb("init", cwd=folder)
    text = open(folder + "/.gitlab-ci.yml").read()
    tap.run("GitLab is known by the remote", run, 0, re.compile(r"Namespace +group/sub\n"), re.compile(r"Project name +demo\n"), ".gitlab-ci.yml")
    parsed(tap, "another reader of YAML sees the same", text, lambda d: d["stages"] == ["build", "publish"] and d["publish"]["id_tokens"] == {"PYPI_ID_TOKEN": {"aud": "pypi"}}
           and d["publish"]["script"] == ["hwb publish --trusted-publisher=always dist-$CI_PIPELINE_ID/*"] and d["publish"]["environment"] == "pypi" and "id_tokens" not in d["build"])
    parsed(tap, "what earlier pipelines left is not published", text, lambda d: "hwb build -o dist-$CI_PIPELINE_ID ." in d["build"]["script"] and "dist-$CI_PIPELINE_ID/" in d["build"]["artifacts"]["paths"]
           and "dist/" not in text)
    parsed(tap, "both jobs keep their log, whatever happened, for a time", text, lambda d: all(d[job]["after_script"] == ['cp -R "$(hwb log path)" %s%s-$CI_JOB_ID' % (LOG, job)]
           and "%s%s-$CI_JOB_ID/" % (LOG, job) in d[job]["artifacts"]["paths"] and d[job]["artifacts"]["when"] == "always" and d[job]["artifacts"]["expire_in"] for job in ("build", "publish")))
    parsed(tap, "one publishes at a time", text, lambda d: d["publish"]["resource_group"] == "release")
    tap.check("that tags are to be protected is said", "Protected tags" in text, text)
    tap.run("and that hwb has to be on the runner", run, 0, "hwb has to be on the runner", absent=["--action"])
    build, publish = text.split("\npublish:\n")
    tap.check("only the job that publishes has an identity, and no source", "id_tokens" not in build and "PYPI_ID_TOKEN" in publish and "GIT_STRATEGY: none" in publish, text)
    tap.check("nothing else is written", not os.path.exists(folder + "/.github"), os.listdir(folder))
    folder = repository()
    tap.run("--gitlab says so elsewhere", place.hwb("init", "--gitlab", folder), 0, ".gitlab-ci.yml")
    tap.check("and the flag counts", os.path.exists(folder + "/.gitlab-ci.yml"), os.listdir(folder))


def locked(tap):
    """hwb init with a lock"""
    place, folder = Place(), repository()
    for words, python in ((["--static", "--no-index", "--python-version", "3.12"], "-p 3.12 "), (["--static", "--no-index", "--python-version", "3.10", "--python-version", "3.12"], "")):
        made = place.hwb("lock", *words, folder)
        for ci, path in (("--github", ".github/workflows/release.yml"), ("--gitlab", ".gitlab-ci.yml")):
            run = place.hwb("init", "--force", ci, folder)
            text = open(os.path.join(folder, path)).read()
            tap.check("the build takes the Python that a lock is for, if it is for one: %s %s" % (words[2:], ci), made.code == 0 and run.code == 0 and "hwb build --locked %s-o" % python in text
                      and ("The lock is for Python 3.12" in text) == bool(python), made.told(), run.told(), text)


def parts(tap):
    """hwb init in a part of a repository"""
    place, top = Place(), repository()
    write(top, {"sub/pyproject.toml": pyproject(), "sub/deep/er/pyproject.toml": pyproject()})
    for sub in ("sub", "sub/deep/er"):
        for words, cwd in (([sub], top), ([], os.path.join(top, sub)), (["--gitlab", os.path.join(top, sub)], None)):
            run = place.hwb("init", *words, cwd=cwd)
            tap.run("%s: no CI would look there: %s" % (sub, words), run, 2, "is a part of the repository in '%s'" % top, top + "/.github/workflows", "git init")
    tap.check("and nothing is written", not any(".github" in d or ".gitlab-ci.yml" in f for _, d, f in os.walk(top)), list(os.walk(top)))
    write(top, {"sub/.git": "gitdir: ../.git/modules/sub\n"})
    tap.run("one with a .git of its own is no part", place.hwb("init", "--github", "sub", cwd=top), 0, ".github/workflows/release.yml")


def slips(tap):
    """requests to hwb init that make no sense"""
    place = Place()
    rows = [
        ("a host of an unknown kind", repository(url="https://code.example.org/me/demo"), [], 2, ["--github", "code.example.org"]),
        ("no pyproject.toml", write(fresh("bare"), {"setup.py": ""}), [], 2, ["there is no pyproject.toml"]),
        ("no such directory", "/nonexistent/x", [], 2, ["/nonexistent/x"]),
        ("both systems", repository(), ["--github", "--gitlab"], 2, ["cannot go together"]),
        ("an action by its tag", repository(), ["--action", "a/b@v1"], 2, ["40 digits"]),
        ("an action with YAML in it", repository(), ["--action", "a/b: c@" + SHA], 2, ["40 digits"]),
        ("an environment with YAML in it", repository(), ["--environment", "x\n    y"], 2, ["takes a word"]),
        ("a registry whose form is not known", repository(), ["--registry", "corp"], 2, ["pypi or testpypi", "no form", "'corp'", "hwb-publish(1)"]),
        ("a registry by its host", repository(), ["-r", "upload.pypi.org"], 2, ["pypi or testpypi"]),
        ("two directories", repository(), [fresh("other")], 2, ["one directory"]),
    ]
    for sentence, folder, words, code, said in rows:
        run = place.hwb("init", *words, folder)
        tap.run("%s is exit %d" % (sentence, code), run, code, *said)
        tap.check("and nothing is written", not os.path.exists(folder + "/.github") and not os.path.exists(folder + "/.gitlab-ci.yml"), run.told())
    run = place.hwb("init", "--github", repository(url="https://code.example.org/me/demo"))
    tap.run("a host that the form does not take is warned about", run, 0, "'code.example.org'", "github.com alone")
    run = place.hwb("init", repository(files={".git/config": None}))
    tap.run("without a remote the fields are for the person to fill in", run, 0, "(not known here)", "where the repository lives is not known")
    run = place.hwb("init", repository(files={"pyproject.toml": "[project\n"}))
    tap.run("a pyproject.toml that cannot be read is said, and the pipeline has no name in it", run, 0, "could not be read", "(not known here)")


def hostile(tap):
    """a project that would hold hwb, or lead it elsewhere"""
    place = Place()
    for name, words in (("pyproject.toml", "could not be read"), (".git/config", "is not known")):
        folder = repository(files={name: None})
        os.makedirs(os.path.join(folder, ".git"), exist_ok=True)
        os.mkfifo(os.path.join(folder, name))
        tap.run("a pipe in place of %s is not waited for" % name, place.hwb("init", folder), 0, words, "not a regular file")
    for name in (".github", ".github/workflows"):
        folder, outside = repository(), fresh("outside")
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        os.symlink(outside, os.path.join(folder, name))
        for words in ([], ["--force"]):
            tap.run("no link is followed in place of %s%s" % (name, "".join(words)), place.hwb("init", folder, *words), 2, "symbolic link")
        tap.check("and nothing is written outside", os.listdir(outside) == [], os.listdir(outside))


TESTS = [github, gitlab, registries, action, locked, parts, slips, hostile]
