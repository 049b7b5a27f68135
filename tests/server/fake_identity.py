"""JSON Web Tokens of made-up issuers, for the tests: makes them and checks them as warehouse does. Standard library only.

The RSA key is made anew by each process, so that no private key lies in the tree. 1,024 bits: it protects nothing.
"""
import base64
import hashlib
import hmac
import json
import random
import time
import uuid

GITHUB = "https://token.actions.githubusercontent.com"
GITLAB = "https://gitlab.com"
GOOGLE = "https://accounts.google.com"
BUILDKITE = "https://agent.buildkite.com"
CIRCLECI = "https://oidc.circleci.com"
CIRCLE_ORGANIZATION, CIRCLE_PROJECT, CIRCLE_PIPELINE, CIRCLE_CONTEXT = ("%s-0000-4000-8000-00000000000%s" % (8 * n, n) for n in "1234")

# What a job's token says, by kind of CI. Each has a publisher at the fake PyPI.
CLAIMS = {
    "github": {
        "iss": GITHUB, "sub": "repo:owner/repo:environment:pypi", "repository": "owner/repo", "repository_owner": "owner",
        "repository_owner_id": "17", "repository_id": "42", "ref": "refs/tags/v1", "sha": "a" * 40, "event_name": "push",
        "workflow_ref": "owner/repo/.github/workflows/release.yml@refs/tags/v1",
        "job_workflow_ref": "owner/repo/.github/workflows/release.yml@refs/tags/v1",
        "environment": "pypi", "run_id": "1001", "actor": "someone", "runner_environment": "github-hosted",
    },
    "gitlab": {
        "iss": GITLAB, "sub": "project_path:owner/repo:ref_type:tag:ref:v1", "project_path": "owner/repo", "namespace_path": "owner",
        "namespace_id": "17", "ref": "v1", "ref_type": "tag", "environment": "pypi", "pipeline_source": "push",
        "ci_config_ref_uri": "gitlab.com/owner/repo//.gitlab-ci.yml@refs/tags/v1",
    },
    "google": {"iss": GOOGLE, "sub": "1234567890", "email": "robot@project.iam.gserviceaccount.com", "email_verified": True},
    "buildkite": {
        "iss": BUILDKITE, "sub": "organization:acme:pipeline:wheels:ref:refs/tags/v1:commit:%s:step:release" % ("a" * 40), "organization_slug": "acme",
        "pipeline_slug": "wheels", "organization_id": "0184990a-477b-4fa8-9968-496074483cee", "pipeline_id": "0184990a-4782-42b5-afc1-16715b10b8ff", "build_number": 7,
        "build_branch": "main", "build_tag": "v1", "build_commit": "a" * 40, "step_key": "release", "job_id": "0184990a-5b0d-46ba-b1a1-9a4a5d6a4d8c",
        "agent_id": "0184990a-4782-42b5-afc1-16715b10b8aa", "build_source": "webhook", "runner_environment": "self-hosted",
    },
    "circleci": {
        "iss": CIRCLECI, "sub": "org/%s/project/%s/user/u" % (CIRCLE_ORGANIZATION, CIRCLE_PROJECT), "oidc.circleci.com/org-id": CIRCLE_ORGANIZATION,
        "oidc.circleci.com/project-id": CIRCLE_PROJECT, "oidc.circleci.com/pipeline-definition-id": CIRCLE_PIPELINE, "oidc.circleci.com/ssh-rerun": False,
        "oidc.circleci.com/context-ids": [CIRCLE_CONTEXT, "55555555-0000-4000-8000-000000000005"], "oidc.circleci.com/vcs-ref": "refs/tags/v1",
        "oidc.circleci.com/vcs-origin": "github.com/owner/repo", "oidc.circleci.com/job-id": "66666666-0000-4000-8000-000000000006",
    },
}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def prime(bits):
    while True:
        n = random.getrandbits(bits) | 1 | 3 << (bits - 2)
        if all(n % p for p in (3, 5, 7, 11, 13, 17, 19, 23)) and all(pow(a, n - 1, n) == 1 for a in (2, 3, 5, 7)) and (n - 1) % 65537:
            return n


class Key:
    """RS256 (PKCS 1 v1.5) with an RSA key of its own; HS256 with a shared word, for a test that has no RSA."""
    SHARED = b"hs256-for-tests"
    PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")    # DigestInfo of SHA-256

    def __init__(self):
        p, q = prime(512), prime(512)
        self.n, self.d = p * q, pow(65537, -1, (p - 1) * (q - 1))

    def padded(self, signed):
        tail = self.PREFIX + hashlib.sha256(signed).digest()
        return int.from_bytes(b"\0\1" + b"\xff" * (128 - 3 - len(tail)) + b"\0" + tail, "big")

    def sign(self, claims, algorithm="RS256"):
        signed = (b64(json.dumps({"alg": algorithm, "typ": "JWT", "kid": "k1"}).encode()) + "." + b64(json.dumps(claims).encode())).encode()
        if algorithm == "HS256":
            signature = hmac.digest(self.SHARED, signed, "sha256")
        elif algorithm == "none":
            signature = b""
        else:
            signature = pow(self.padded(signed), self.d, self.n).to_bytes(128, "big")
        return signed.decode() + "." + b64(signature)

    def verify(self, token, hs256=False):
        """The claims, or None when this key did not sign them."""
        try:
            head, body, signature = token.split(".")
            algorithm, signature = json.loads(unb64(head))["alg"], unb64(signature)
            signed = (head + "." + body).encode()
            if algorithm == "RS256":
                good = pow(int.from_bytes(signature, "big"), 65537, self.n) == self.padded(signed)
            else:
                good = hs256 and algorithm == "HS256" and hmac.compare_digest(signature, hmac.digest(self.SHARED, signed, "sha256"))
            return json.loads(unb64(body)) if good else None
        except (ValueError, KeyError, TypeError):
            return None


def claims(kind, audience, **more):
    """The claims of a fresh token: its own jti, valid for five minutes from now."""
    now = int(time.time())
    made = dict(CLAIMS[kind], aud=audience, iat=now, nbf=now - 5, exp=now + 300, jti=str(uuid.uuid4()))
    made.update(more)
    return {k: v for k, v in made.items() if v is not None}
