"""hwb init: what it writes, what it says, what it does not touch."""
import json
import os
import re

from support import Place, fresh, pyproject, write

ORIGIN = '[core]\n\tbare = false\n[remote "origin"]\n\turl = %s\n'
SHA = "0123456789abcdef0123456789abcdef01234567"


def repository(url="https://github.com/me/demo.git", files=None, **table):
    every = {"pyproject.toml": pyproject(**table), ".git/config": ORIGIN % url}
    every.update(files or {})
    return write(fresh("repository"), {k: v for k, v in every.items() if v is not None})


def workflow(folder):
    return open(os.path.join(folder, ".github", "workflows", "release.yml")).read()


def github(tap):
    """hwb init in a repository of GitHub"""
    place = Place()
    folder = repository(url="https://x:hunter2hunter2@github.com/me/demo.git", name="De.mo")
    run = place.hwb("init", cwd=folder)
    text = workflow(folder)
    tap.run("the form's fields are told, and no credential of the remote", run, 0, ".github/workflows/release.yml", "/manage/project/de-mo/settings/publishing/",
            re.compile(r"Owner +me\n"), re.compile(r"Repository name +demo\n"), re.compile(r"Workflow name +release.yml\n"), re.compile(r"Environment name +pypi\n"), absent=["hunter2"])
    uses = re.findall(r"uses: (.*)", text)
    tap.check("every action is pinned by a commit, with its tag beside it", len(uses) == 4 and all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", u) for u in uses), uses)
    build, publish = text.split("  publish:\n")
    tap.check("the job that builds has no identity, the one that publishes runs no command", "id-token" not in build and "run:" not in publish
              and text.count("id-token: write") == 1 and "permissions: {}" in build, text)
    got = json.loads(place.hwb("doctor", "--publish", "--json", cwd=folder).out)["publish"]
    tap.check("doctor --publish has nothing against it", {r["outcome"] for r in got[:7]} == {"pass"}, got)
    try:
        import yaml
        jobs = yaml.safe_load(text)["jobs"]
        tap.check("another reader of YAML sees the same", list(jobs) == ["build", "publish"] and jobs["publish"]["permissions"] == {"id-token": "write"}
                  and jobs["publish"]["environment"] == {"name": "pypi", "url": "https://pypi.org/p/de-mo"}, jobs)
    except ImportError:
        tap.skip("another reader of YAML sees the same", "no PyYAML")
    open(os.path.join(folder, ".github", "workflows", "release.yml"), "w").write("mine\n")
    tap.run("a file that is there is not replaced", place.hwb("init", cwd=folder), 2, "--force")
    tap.check("it is as it was, and nothing lies beside it", workflow(folder) == "mine\n" and os.listdir(folder + "/.github/workflows") == ["release.yml"], workflow(folder))
    tap.run("--force replaces it", place.hwb("init", "--force", cwd=folder), 0)
    tap.check("with the same as before", workflow(folder) == text, workflow(folder))
    folder = repository(files={"pylock.build.toml": "", "_backend/bk.py": ""}, build_system='requires = []\nbuild-backend = "bk"\nbackend-path = ["_backend"]')
    run = place.hwb("init", "--json", "--environment", "release-env", "--action", "some-org/hwb@" + SHA, folder)
    tap.check("--json has the same fields", run.code == 0 and run.json()["publisher"] == {"project": "demo", "owner": "me", "repository": "demo", "workflow": "release.yml",
              "environment": "release-env"} and run.json()["ci"] == "github", run.told())
    text = workflow(folder)
    tap.check("with a lock nothing else is installed; --action and --environment are in it", "hwb build --locked -o dist ." in text and "name: release-env" in text
              and "uses: some-org/hwb/packaging@" + SHA in text, text)


def gitlab(tap):
    """hwb init in a repository of GitLab"""
    place = Place()
    folder = repository(url="git@gitlab.com:group/sub/demo.git")
    run = place.hwb("init", cwd=folder)
    text = open(folder + "/.gitlab-ci.yml").read()
    tap.run("GitLab is known by the remote", run, 0, re.compile(r"Namespace +group/sub\n"), re.compile(r"Project name +demo\n"), ".gitlab-ci.yml")
    build, publish = text.split("\npublish:\n")
    tap.check("only the job that publishes has an identity, and no source", "id_tokens" not in build and "PYPI_ID_TOKEN" in publish and "GIT_STRATEGY: none" in publish, text)
    tap.check("nothing else is written", not os.path.exists(folder + "/.github"), os.listdir(folder))
    folder = repository()
    tap.run("--gitlab says so elsewhere", place.hwb("init", "--gitlab", folder), 0, ".gitlab-ci.yml")
    tap.check("and the flag counts", os.path.exists(folder + "/.gitlab-ci.yml"), os.listdir(folder))


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
        ("two directories", repository(), [fresh("other")], 2, ["one directory"]),
    ]
    for sentence, folder, words, code, said in rows:
        run = place.hwb("init", *words, folder)
        tap.run("%s is exit %d" % (sentence, code), run, code, *said)
        tap.check("and nothing is written", not os.path.exists(folder + "/.github") and not os.path.exists(folder + "/.gitlab-ci.yml"), run.told())
    run = place.hwb("init", repository(files={".git/config": None}))
    tap.run("without a remote the fields are for the person to fill in", run, 0, "(not known here)", "where the repository lives is not known")
    run = place.hwb("init", repository(files={"pyproject.toml": "[project\n"}))
    tap.run("a pyproject.toml that cannot be read is said, and the pipeline has no name in it", run, 0, "could not be read", "(not known here)")


TESTS = [github, gitlab, slips]
