"""Trusted Publishing from outside: `hwb publish` in a CI that is not there, at a registry on the loopback. TAP on stdout.

usage: oidc.py HWB [VENV] [--only WORD]
"""
import base64
import contextlib
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse

sys.dont_write_bytecode = True  # before the others: the source tree stays as it is
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "server"), os.path.join(HERE, "..", "cli"), os.path.join(HERE, "..")]

import fake_identity
import fake_pypi
import family
import forged
import support
from fake import Registry
from support import Place, Setting, Skip, fresh, make_wheel, wait_for, write

AUDIENCE = "fake-pypi"
LOUD = "token-of-nobody-else-" + "0123456789abcdef" * 3     # what `token:` mints, so that it can be looked for before it is there


def github(registry, **more):
    return {"GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": registry.base + "/github/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": fake_pypi.GITHUB_REQUEST_TOKEN, "HWB_PUBLISH_AUDIENCE": AUDIENCE, **more}


def wheel(name="spam", version="1"):
    return make_wheel(fresh("dist"), name, version, metadata="Summary: a test\n")


class World:
    """A user, a registry with modes, and `hwb publish` between them."""

    def __init__(self, registry, modes="", env=None):
        self.registry, self.place, self.variables = registry, Place(), github(registry) if env is None else env
        self.files = [wheel()]
        registry.ask("/_empty")
        registry.ask("/_set/" + urllib.parse.quote(modes, safe=""))

    def words(self, *words, trusted="--trusted-publisher"):
        return ["publish", "--repository-url", self.registry.base + "/legacy/", "--check-url", self.registry.base + "/simple/", *filter(None, [trusted]), *words, *self.files]

    def publish(self, *words, env=None, trusted="--trusted-publisher"):
        return self.place.hwb(*self.words(*words, trusted=trusted), env={**self.variables, **(env or {})})

    def asked(self):
        """How often each kind of question came."""
        found = {}
        for s in self.registry.seen():
            found[s["kind"]] = found.get(s["kind"], 0) + 1
        return {k: v for k, v in found.items() if k != "index"}

    def tokens(self):
        """Everything secret that went over the wire, by what it is."""
        found = {"request token": fake_pypi.GITHUB_REQUEST_TOKEN}
        for i, s in enumerate(self.registry.seen()):
            if s.get("jwt"):
                found["identity %d" % i] = s["jwt"].split(".")[2]
                found["payload of identity %d" % i] = s["jwt"].split(".")[1]
            said = s["headers"].get("authorization", "")
            if s["kind"] == "upload":
                found["upload %d" % i] = base64.b64decode(said.split()[1]).decode().partition(":")[2]
                found["header %d" % i] = said.split()[1]
        return found

    def nowhere(self, tap, what, run):
        """No token in the output, in the logs, in any file of this user, or left in memory files' names."""
        places = {"output": run.raw_out + run.raw_err}
        for path in glob.glob(self.place.top + "/**", recursive=True, include_hidden=True):
            if os.path.isfile(path):
                places[path] = open(path, "rb").read()
        bad = [(name, where) for name, token in self.tokens().items() for where, data in places.items() if token.encode() in data]
        tap.check("%s: no token is in output, logs, cache or home" % what, not bad and b"add-mask" not in places["output"], bad, run.told())


def good(tap, what, world, run, mints=1):
    minted = [s["minted"] for s in world.registry.seen("mint") if s.get("status") == 200]
    used = {hashlib.sha256(base64.b64decode(s["headers"]["authorization"].split()[1]).partition(b":")[2]).hexdigest() for s in world.registry.seen("upload")}
    tap.check("%s is published" % what, run.code == 0 and world.registry.ask("/simple/spam/")[0] == 200, run.told())
    tap.check("%s: with what was minted, once for all files" % what, len(minted) == mints and used <= set(minted), minted, used)
    world.nowhere(tap, what, run)


def by_github(tap):
    """a job of GitHub Actions"""
    with Registry() as registry:
        world = World(registry)
        world.files.append(wheel(version="2"))
        run = world.publish("--dry-run")
        tap.check("--dry-run has a token minted and uploads nothing", run.code == 0 and world.asked() == {"audience": 1, "identity": 1, "mint": 1}, run.told(), world.asked())
        world.nowhere(tap, "--dry-run", run)
        registry.ask("/_reset")
        run = world.publish()
        good(tap, "by GitHub Actions it", world, run)
        tap.check("two files took one identity", world.asked() == {"audience": 1, "identity": 1, "mint": 1, "upload": 2}, world.asked())
        asked = registry.seen("identity")[0]
        tap.check("the identity was asked for as GitHub wants it", asked["query"] == "api-version=2.0&audience=" + AUDIENCE
                  and asked["headers"]["authorization"].lower() == "bearer " + fake_pypi.GITHUB_REQUEST_TOKEN, asked)
        tap.check("nobody else heard GitHub's token", not any(fake_pypi.GITHUB_REQUEST_TOKEN in str(s) for s in registry.seen() if s["kind"] != "identity"), "")
        events = {e["event"]: e for e in world.place.log()}
        done = events["publish.completed"]
        tap.check("the log has how, by whose word, and what it says", done["authentication"] == "trusted_publisher" and done["oidc_issuer"].startswith("https://token.actions")
                  and "owner/repo" in str(done["claims"]), done)
        tap.check("and that a credential was used", events["credential.used"]["kind"] == "trusted_publisher", events["credential.used"])
        world = World(registry)
        run = world.publish(trusted=None)
        good(tap, "in a CI and without a credential it", world, run)
        world = World(registry)
        run = world.publish(trusted=None, env={"HWB_PUBLISH_TOKEN": fake_pypi.USER_TOKEN})
        tap.check("a credential goes first", run.code == 0 and world.asked() == {"upload": 1}, world.asked(), run.told())
        world = World(registry)
        run = world.publish(trusted="--trusted-publisher=never")
        tap.run("with never nobody is asked", run, 7, "no credential")
        tap.check("indeed", world.asked() == {}, world.asked())


def among_many(tap):
    """more secrets than can be hidden"""
    with Registry() as registry:
        many = {"T%d_TOKEN" % i: "value-%d-abcdefgh" % i for i in range(1100)}
        world = World(registry, "token:%s+echo" % LOUD)
        run = world.publish(env=many)
        tap.run("a token is hidden when the environment has more secrets than can be", run, 7, "REDACTED", "look like secrets", absent=[LOUD])
        world = World(registry, "token:word")
        run = world.publish()
        tap.run("a token that cannot be hidden is not used", run, 7, "the token of the registry is too short", "so it is not used")
        tap.check("indeed", "upload" not in world.asked(), world.asked())


def by_others(tap):
    """GitLab, Google, Buildkite, CircleCI"""
    with Registry() as registry:
        world = World(registry, env={"GITLAB_CI": "true", "HWB_PUBLISH_AUDIENCE": AUDIENCE, "FAKE_PYPI_ID_TOKEN": registry.jwt("gitlab")})
        good(tap, "by GitLab it", world, world.publish())
        world.files.append(wheel(version="2"))
        run = world.publish()
        tap.run("the same identity again is refused, and said to count once", run, 7, "invalid-reuse-token", "counts once", "run the job again")
        tap.check("and tried once", len(registry.seen("mint")) == 2, registry.json("/_count"))
        world.nowhere(tap, "a second run in GitLab", run)
        world = World(registry, "503@mint", env=dict(world.variables, FAKE_PYPI_ID_TOKEN=registry.jwt("gitlab")))
        run = world.publish()
        tap.check("a JWT that may have been used is not sent twice", run.code == 7 and world.asked() == {"audience": 1, "mint": 1}, run.told(), world.asked())
        run = World(registry, env={"GITLAB_CI": "true", "HWB_PUBLISH_AUDIENCE": AUDIENCE}).publish()
        tap.run("without its variable GitLab gives none", run, 7, "FAKE_PYPI_ID_TOKEN", "id_tokens:", "aud: " + AUDIENCE)
        near = {"GCE_METADATA_HOST": "127.0.0.1:%d" % registry.port, "HWB_PUBLISH_AUDIENCE": AUDIENCE}
        world = World(registry, env=near)
        good(tap, "by Google it", world, world.publish())
        tap.check("with its header", registry.seen("identity")[0]["headers"].get("metadata-flavor") == "Google", registry.seen("identity"))
        world = World(registry, env=near)
        run = world.place.hwb("debug", "oidc", registry.base + "/legacy/", AUDIENCE, registry.base, env=dict(near, GOOGLE_SERVICE_ACCOUNT_NAME="robot@project.iam"))
        seen = registry.seen("identity")
        tap.check("for a service account of Google's too", run.code == 0 and [s["path"].split("/")[-1] for s in seen] == ["token", "robot@project.iam:generateIdToken"], run.told(), seen)
        tap.check("the access token goes to one of them", [s["headers"].get("authorization") for s in seen] == [None, "Bearer " + fake_pypi.GOOGLE_ACCESS_TOKEN], seen)
        tap.check("and is not shown", fake_pypi.GOOGLE_ACCESS_TOKEN not in run.text, run.told())
        for ci, name, words in (("buildkite", "buildkite-agent", "oidc request-token --audience " + AUDIENCE),
                                ("circleci", "circleci", 'run oidc get --claims {"aud":"%s"} --root-issuer' % AUDIENCE)):
            program(tap, registry, ci, name, words)


ORGANIZATION, PROJECT, PIPELINE, CONTEXT = (getattr(fake_identity, "CIRCLE_" + n) for n in ("ORGANIZATION", "PROJECT", "PIPELINE", "CONTEXT"))
CIRCLE = "oidc.circleci.com/"
LOGGED = {
    "buildkite": {"organization_slug": "acme", "pipeline_slug": "wheels", "build_branch": "main", "build_tag": "v1", "step_key": "release"},
    "circleci": {CIRCLE + "org-id": ORGANIZATION, CIRCLE + "project-id": PROJECT, CIRCLE + "pipeline-definition-id": PIPELINE, CIRCLE + "ssh-rerun": "false",
                 CIRCLE + "context-ids": CONTEXT + ", 55555555-0000-4000-8000-000000000005", CIRCLE + "vcs-ref": "refs/tags/v1", CIRCLE + "vcs-origin": "github.com/owner/repo"},
}


def program(tap, registry, ci, name, words):
    folder = fresh("bin")
    path = os.path.join(folder, name)
    jwt = registry.jwt(ci)
    write(folder, {name: "#!/bin/sh\nenv >%s/env\necho \"$@\" >%s/argv\nls /proc/self/fd >%s/fds\necho %s\n" % (folder, folder, folder, jwt)})
    os.chmod(path, 0o755)
    env = {ci.upper(): "true", "HWB_PUBLISH_AUDIENCE": AUDIENCE, "PATH": folder + ":/usr/bin:/bin", "AWS_SECRET_ACCESS_KEY": "somebody-elses", "BUILDKITE_JOB_ID": "7",
           "HWB_PUBLISH_USERNAME": "x"}
    world = World(registry, env=env)
    good(tap, "by %s it" % name, world, world.publish())
    done = {e["event"]: e for e in world.place.log()}["publish.completed"]
    said = json.loads(done["claims"])
    tap.check("%s: the log has what the registry compared" % name, said["iss"] == done["oidc_issuer"] and said.items() >= LOGGED[ci].items(), done)
    world = World(registry, "unknown-issuer", env=env)
    run = world.publish()
    tap.run("%s: an issuer that the registry does not know is explained" % name, run, 7, "invalid-payload", "knows no publishers", "https://")
    tap.check("%s: its identity was the one of the program" % name, [s["jwt"] for s in registry.seen("mint")] == [jwt], "")
    tap.check("%s: it was asked as its makers say" % name, open(folder + "/argv").read().strip() == words, open(folder + "/argv").read())
    tap.check("%s: and has no descriptor of hwb's" % name, open(folder + "/fds").read().split() == ["0", "1", "2", "3"], open(folder + "/fds").read())
    got = open(folder + "/env").read()
    tap.check("%s: it has what it needs, by name, and no secret of others" % name, "PATH=" in got and "AWS" not in got and "HWB" not in got
              and ("BUILDKITE_JOB_ID=7" in got) == (ci == "buildkite"), got)
    world.nowhere(tap, name, run)
    for script, said in (("exit 3", "status 3"), ("echo no token", "no identity token"), ("kill -9 $$", "signal 9"), ("head -c 100000 /dev/zero | tr '\\0' a", "longer than a token")):
        write(folder, {name: "#!/bin/sh\n%s\n" % script})
        run = World(registry, env=env).publish()
        tap.run("%s: '%s' is a failure" % (name, script), run, 7, name, said)
    os.remove(path)
    tap.run("%s: without it there is no identity" % name, World(registry, env=env).publish(), 7, name, "on PATH")


def hostile_url(tap):
    """an identity for one registry is nothing for another"""
    with Registry("--audience", "pypi") as registry:
        for what, env, words, code in [
            ("a registry that calls itself PyPI gets no identity", {"HWB_PUBLISH_AUDIENCE": None}, ["no audience is pinned", "publish.audience"], 2),
            ("nor when it is pinned", {"HWB_PUBLISH_AUDIENCE": "pypi"}, ["not the audience of the registry"], 2),
            ("nor that of TestPyPI", {"HWB_PUBLISH_AUDIENCE": "TestPyPI"}, ["not the audience of the registry"], 2),
            ("nor that of signing", {"HWB_PUBLISH_AUDIENCE": "sigstore"}, ["not the audience of the registry"], 2),
            ("nor when another is pinned", {}, ["'pypi'", "none was asked for"], 7),
        ]:
            world = World(registry)
            run = world.publish(env=env)
            tap.run(what, run, code, *words)
            tap.check(what + ": nobody was asked for one", not set(world.asked()) & {"identity", "mint", "upload"}, world.asked())
        world = World(registry)
        run = world.publish(trusted=None, env={"HWB_PUBLISH_AUDIENCE": None})
        tap.run("without --trusted-publisher it is the lack of a credential", run, 7, "no credential", "no audience is pinned")
        tap.check("and nobody heard anything", world.asked() == {}, world.asked())
        project = write(fresh("project"), {"pyproject.toml": '[tool.hwb.publish]\naudience = "fake-pypi"\n'})
        world = World(registry)
        run = world.place.hwb(*world.words(), env={**world.variables, "HWB_PUBLISH_AUDIENCE": None}, cwd=project)
        tap.check("a project has no say in it", run.code == 2 and not set(world.asked()) & {"identity", "mint"}, run.told(), world.asked())


def refusals(tap):
    """what a CI or a registry says no to"""
    with Registry() as registry:
        run = World(registry, env={"GITHUB_ACTIONS": "true", "HWB_PUBLISH_AUDIENCE": AUDIENCE}).publish()
        tap.run("without its variables GitHub's job lacks a permission", run, 7, "ACTIONS_ID_TOKEN_REQUEST_URL", "'id-token: write' is missing", "permissions:")
        tap.check("and nobody was asked", registry.json("/_count") == {}, registry.json("/_count"))
        run = World(registry, env={"HWB_PUBLISH_AUDIENCE": AUDIENCE}).publish()
        tap.run("outside of a CI it is said what was looked for", run, 7, "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "CIRCLECI")
        claims = ["sub 'repo:owner/repo:environment:pypi'", "repository 'owner/repo'", "job_workflow_ref 'owner/repo/.github/workflows/release.yml@refs/tags/v1'", "environment 'pypi'"]
        for modes, words in [
            ("no-publisher", ["invalid-publisher", *claims, "owner 'owner', repository 'repo', workflow 'release.yml', environment 'pypi' or none"]),
            ("claim:environment=", ["invalid-publisher", "environment none"]),
            ("claim:repository=evil\x1b[31mrepo/x", ["invalid-publisher", "evil?[31mrepo"]),
            ("pending", ["invalid-pending-publisher", "30 days"]),
            ("stale", ["invalid-token", "clock"]),
            ("alg:none", ["GitHub Actions", "is no token"]),
            ("claim:iss=https://ci.invalid", ["invalid-payload", "knows no publishers of 'https://ci.invalid'"]),
            ("not-enabled", ["not-enabled", "switched off"]),
            ("kid:gitlab+no-publisher", ["project_path 'owner/repo'", "project 'owner/repo', top-level pipeline file as in 'gitlab.com/owner/repo//.gitlab-ci.yml@refs/tags/v1'", "environment 'pypi' or none"]),
            ("kid:google+no-publisher", ["email 'robot@project", "e-mail 'robot@project.iam.gserviceaccount.com', subject '1234567890' or none"]),
            ("kid:buildkite+no-publisher", ["sub 'organization:acme:pipeline:wheels:", *("%s '%s'" % pair for pair in LOGGED["buildkite"].items()),
             "must say: organization 'acme', pipeline 'wheels', branch 'main' or none, tag 'v1' or none, step key 'release' or none"]),
            ("kid:buildkite+json:build_tag=null", ["invalid-publisher", "tag none (the job has none), step key 'release' or none"]),
            ("kid:circleci+no-publisher", [*("%s '%s'" % pair for pair in LOGGED["circleci"].items()), "must say: organization ID '%s', project ID '%s', pipeline definition ID '%s', context ID one of '%s, "
             % (ORGANIZATION, PROJECT, PIPELINE, CONTEXT), "' or none, VCS ref 'refs/tags/v1' or none, VCS origin 'github.com/owner/repo' or none"]),
            ("kid:circleci+claim:%spipeline-definition-id=" % CIRCLE, ["invalid-publisher", "pipeline definition ID (the job has none, so that nothing matches)"]),
            ("kid:circleci+json:%scontext-ids=[7,[],{},null]" % CIRCLE, ["invalid-publisher", "context ID none (the job has none)"]),
            ("kid:circleci+json:%svcs-ref=\"x\\u001b[31m\"" % CIRCLE, ["invalid-publisher", "VCS ref 'x?[31m' or none"]),
            ("status:401@identity", ["GitHub Actions answers 401"]),
            ("disabled", ["no Trusted Publishing"]),
            ("status:404@audience", ["no Trusted Publishing"]),
            ("expires:-5", ["has expired", "clock"]),
            ("no-publisher+echo", ["got ", "[REDACTED:"]),
        ]:
            world = World(registry, modes)
            run = world.publish()
            tap.run("%s is explained" % modes.encode("unicode_escape").decode(), run, 7, *words)
            tap.check("... and nothing uploaded", "upload" not in world.asked(), world.asked())
            world.nowhere(tap, "...", run)
        world = World(registry, "echo@upload+token:" + LOUD)
        run = world.publish()
        tap.run("a registry that repeats the token, which has no form by which one knows it, is quoted without", run, 7, "you said", "[REDACTED:known]")
        world.nowhere(tap, "...", run)
        for modes, words in [("aud:other", ["'other'", "it was not sent"]), ("claim:event_name=pull_request_target", ["pull_request_target"]),
                             ("claim:job_workflow_ref=other/lib/.github/workflows/up.yml@main", ["reusable workflow of another repository", "other/lib", "'owner/repo' itself"]),
                             ("kid:gitlab+aud:" + AUDIENCE + "x", ["it was not sent"]),
                             ("kid:circleci+json:%sssh-rerun=true" % CIRCLE, [CIRCLE + "ssh-rerun' is 'true'", "start the job again without SSH"]),
                             *(("kid:circleci+json:%sssh-rerun=%s" % (CIRCLE, value), ["is 'neither true nor false'", "without SSH"]) for value in ('"false"', "0", "1.5", "[]", "{}"))]:
            world = World(registry, modes)
            tap.run("%s is seen before the registry is" % modes, world.publish(), 7, *words)
            tap.check("... which gets no identity", "mint" not in world.asked(), world.asked())
        run = World(registry, "claim:job_workflow_ref=owner/repo/.github/workflows/called.yml@refs/tags/v1").publish()
        tap.run("a reusable workflow of the same repository: the publisher must name it", run, 7, "invalid-publisher", "workflow 'called.yml'")
        world = World(registry, "again")
        runs = [world.publish("--dry-run"), world.publish()]
        tap.run("a CI that gives the same identity again is seen through", runs[1], 7, "invalid-reuse-token", "counts once")
        world = World(registry, "claim:workflow_ref=owner/repo/.github/workflows/caller.yml@refs/tags/v1")
        run = world.publish()
        tap.run("a called workflow that is the publisher's is warned about", run, 0, "warning", "release.yml", "caller.yml", "attestations")
        world = World(registry, "audience:other")
        tap.run("another audience than the pinned one ends it", world.publish(), 7, "'other'", "'fake-pypi'", "none was asked for")
        tap.check("before there is an identity", world.asked() == {"audience": 1}, world.asked())


def troubles(tap):
    """answers that are late, broken, or not there"""
    with Registry() as registry:
        world = World(registry, "slow:6000@mint")
        good(tap, "what is minted in six seconds", world, world.publish())
        world = World(registry, "503:2@mint")
        good(tap, "what is minted at the third try", world, world.publish())
        tries = [s["jwt"] for s in registry.seen("mint")]
        tap.check("... each with an identity of its own", len(tries) == 3 == len(set(tries)), len(tries))
        for modes in ("429:1@mint", "500:1@identity", "503:1@audience", "reset:1@mint"):
            world = World(registry, modes)
            good(tap, modes, world, world.publish())
        for modes, mints in (("expires:200", 1), ("expires:6+slow:4000@upload", 2)):
            world = World(registry, modes)
            world.files.append(wheel(version="2"))
            good(tap, "what has a token of few seconds (%s)" % modes, world, world.publish(env={"HWB_CONCURRENT_UPLOADS": "1"}), mints)
        world = World(registry, "expires:6@mint+slow:4000@upload+503:1@upload+private@index")
        run = world.publish()
        tap.check("a private index is asked with the token of that moment", run.code == 0 and world.asked()["mint"] == 2, run.told(), world.asked())
        said = [s["headers"].get("authorization") for s in registry.seen("index")]
        tap.check("... each time with another", len(set(filter(None, said))) == 2, said)
        world = World(registry, "retry-after:90@mint")
        run = world.publish()
        tap.check("who is to come back in minutes does not wait", run.code == 7 and world.asked()["mint"] == 1, run.told(), world.asked())
        world = World(registry, "retry-after:3@mint")
        good(tap, "who is to come back in seconds waits and", world, world.publish())
        times = [s["time"] for s in registry.seen("mint")]
        tap.check("... so long", len(times) == 2 and times[1] - times[0] >= 3, times)
        for kind in ("audience", "identity", "mint"):
            for mode, words in [("garbage", []), ("binary", []), ("deep", []), ("empty", []), ("huge", ["larger than"]), ("redirect-host", ["redirect"]), ("redirect-http-host", ["redirect"]),
                                ("503", ["503"])]:
                world = World(registry, "%s@%s" % (mode, kind))
                run = world.publish("--limit", "http-retries=0")
                tap.run("%s of %s is a failure" % (mode, kind), run, 7, *words)
                tap.check("... after which nobody is asked for more", max(world.asked(), key=["audience", "identity", "mint", "upload"].index) == kind, world.asked())
                tap.check("... and no token is shown", not any(t in run.text for t in world.tokens().values()), run.told())
            for mode in ("hang", "drip:20"):
                run = World(registry, "%s@%s" % (mode, kind)).publish("--limit", "http=2s", "--limit", "http-retries=0")
                tap.run("%s of %s ends" % (mode, kind), run, 7)
        for modes in ("token-size:16385", "token:a\tb"):
            tap.run("a token with %s is none" % modes, World(registry, modes).publish(), 7, "token")


def encrypted(tap):
    """over https"""
    if not shutil.which("openssl"):
        raise Skip("the program openssl is not installed")
    folder = fresh("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-keyout", "key.pem", "-out", "cert.pem"], cwd=folder, check=True, capture_output=True)
    process = subprocess.Popen([sys.executable, fake_pypi.__file__, "--tls", folder + "/cert.pem", folder + "/key.pem"], stdout=subprocess.PIPE)
    try:
        base = "https://localhost:%d" % int(process.stdout.readline())
        env = {"GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": base + "/github/token?x=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": fake_pypi.GITHUB_REQUEST_TOKEN,
               "HWB_PUBLISH_AUDIENCE": AUDIENCE}
        words = ["publish", "--trusted-publisher", "--repository-url", base + "/legacy/", "--check-url", base + "/simple/", wheel()]
        tap.run("with the certificate it is published", Place().hwb(*words, "--cert", folder + "/cert.pem", env=env), 0)
        tap.run("without it nothing is sent", Place().hwb(*words, "--limit", "http-retries=0", env=env), 7, "ertificate")
        run = Place().hwb(*words, "--cert", folder + "/cert.pem", "--limit", "http-retries=0", env=dict(env, ACTIONS_ID_TOKEN_REQUEST_URL=base.replace("localhost", "127.0.0.1") + "/github/token?x=1"))
        tap.run("a CI with the certificate of another gets no token", run, 7, "ertificate", "GitHub Actions")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    plain = {**env, "ACTIONS_ID_TOKEN_REQUEST_URL": "http://ci.invalid/token?x=1"}
    with Registry() as registry:
        world = World(registry, env=plain)
        tap.run("a CI is not asked over plain http", world.publish(), (2, 7), "http://")


def unisolated(tap):
    """where no build can be isolated, as in a job that only publishes"""
    from scenario_doctor import unshared
    with Registry() as registry:
        world = World(registry)
        world.place = unshared("--user --map-root-user", "echo 0 >/proc/sys/user/max_user_namespaces")
        tap.run("no build can be isolated", world.place.hwb("doctor"), 5, "user.max_user_namespaces")
        good(tap, "without namespaces it", world, world.publish())


WORDS = "(lambda s: struct.pack('<I', len(s)) + s)"
LIES = [    # (verb, lie, what comes of it): `frame` is magic, status, payload
    (None, "return frame[:-1]", 10), (None, "return frame + b'x'", 10), (None, "return b'x' + frame[1:]", 10), (None, "return b''", 10),
    (None, "os.kill(os.getpid(), signal.SIGSYS)", 10),
    (None, "return frame[:4] + struct.pack('<I', 16) + %s(b'interrupted') + %s(b'') + bytes(16)" % (WORDS, WORDS), 10),
    (None, "return frame[:4] + struct.pack('<I', 5) + %s(b'absent\\x1b[31m ::set-env name=X::y') + %s(b'') + bytes(16)" % (WORDS, WORDS), 10),
    ("oidc-audience", "return frame[:8] + %s(b'pypi')" % WORDS, 7), ("oidc-audience", "return frame[:8] + %s(b'fake-pypi\\n')" % WORDS, 10),
    ("oidc-token", "return frame[:8] + %s(b'a.b')" % WORDS, 10), ("oidc-token", "return frame[:8] + %s(b'a.b.c\\r\\nX: 1')" % WORDS, 10),
    ("oidc-token", "return frame[:8] + %s(b'a' * 20000 + b'.b.c')" % WORDS, 10),
    ("jwt-claims", "return frame.replace(b'owner/repo', b'owner\\x1brepo')", 10),
    ("oidc-mint", "return frame[:8] + %s(b't\\r\\nX: 1') + struct.pack('<QII', 4000000000, 0, 0)" % WORDS, 10),
    ("oidc-mint", "return frame[:8] + %s(b'token') + struct.pack('<QII', 1 << 63, 0, 0)" % WORDS, 10),
    ("oidc-mint", "return frame[:8] + %s(b'token') + struct.pack('<QII', 4000000000, 0, 1 << 31)" % WORDS, 10),
    ("oidc-mint", "return frame[:8] + %s(b'') + struct.pack('<QII', 4000000000, 0, 0)" % WORDS, 10),
]


def forged_answers(tap):
    """what hwb-parse says of an answer is not believed"""
    with Registry() as registry:
        for verb in ("oidc-audience", "oidc-token", "jwt-claims", "oidc-mint"):
            for only, lie, code in LIES:
                if only not in (None, verb):
                    continue
                world = World(registry)
                world.place.program = os.path.join(forged.Liars("hwb-parse", forged.LIAR, lie, verb).folder, "hwb")
                run = world.publish()
                tap.check("%s: %s" % (verb, lie[:70]), run.code == code and "upload" not in world.asked() and "\x1b" not in run.text and not re.search("^::set", run.text, re.M), run.told())


def holders(needle):
    """{pid: (words of the command, where)} of the processes below us that have it, by /proc."""
    found = {}
    for p in family.below():
        for where in ("cmdline", "environ", "mem"):
            with contextlib.suppress(OSError, ValueError):
                if needle in (memory(p.pid) if where == "mem" else open("/proc/%d/%s" % (p.pid, where), "rb").read()):
                    found.setdefault(p.pid, (p.words.replace("\0", " "), set()))[1].add(where)
    return found


def memory(pid):
    """What is readable and writable in it: where data lives."""
    parts = []
    with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", 0) as mem:
        for line in maps:
            begin, end, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
            if rights.startswith("rw") and int(end, 16) - int(begin, 16) < 64 << 20:
                with contextlib.suppress(OSError, ValueError):
                    mem.seek(int(begin, 16))
                    parts.append(mem.read(int(end, 16) - int(begin, 16)))
    return b"".join(parts)


def who_has_it(tap):
    """while it is published, two processes know the token"""
    if not support.IS_ROOT:
        raise Skip("only root can look into processes that are not dumpable")
    with Registry() as registry:
        world = World(registry, "token:%s+hang@upload" % LOUD)
        process = world.place.start(*world.words(), env=world.variables)
        try:
            tap.check("the upload is under way", wait_for(lambda: registry.seen("upload")), "")
            found = {pid: v for pid, v in holders(LOUD.encode()).items() if "fake_pypi" not in v[0]}
            names = sorted(os.path.basename(v[0].split()[0]) + (" " + v[0].split()[1] if "hwb-net" in v[0] else "") for v in found.values())
            tap.check("hwb and the one that uploads have it, in memory, and nobody else", names == ["hwb", "hwb-net upload"] and all(v[1] == {"mem"} for v in found.values()), found)
            limits = {pid: open("/proc/%d/limits" % pid).read() for pid, v in found.items()}
            tap.check("neither would leave a core", all(re.search(r"Max core file size +0 ", text) for text in limits.values()), limits)
            jwt = registry.seen("mint")[0]["jwt"].split(".")[2]
            names = {v[0] for pid, v in holders(jwt.encode()).items() if "fake_pypi" not in v[0]}
            tap.check("the identity is known to hwb at most, which hides it", all(os.path.basename(n.split()[0]) == "hwb" for n in names), names)
        finally:
            process.terminate()
            run = world.place.finish(process)
        tap.check("it was interrupted", run.code == 130, run.told())
        world.nowhere(tap, "an interrupted run", run)
        tap.check("nobody is left who has it", wait_for(lambda: not {p: v for p, v in holders(LOUD.encode()).items() if "fake_pypi" not in v[0]}, 10), "")


TESTS = [by_github, by_others, among_many, hostile_url, refusals, troubles, encrypted, unisolated, forged_answers, who_has_it]

if __name__ == "__main__":
    word = support.begin(sys.argv)
    support.Tap().all(TESTS, word)
