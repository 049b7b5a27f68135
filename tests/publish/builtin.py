"""Trusted Publishing at the registries that are built in, by their own names: in a network of our own, where those names are ours.
TAP on stdout. usage: builtin.py HWB [VENV] [--only WORD]; takes root, for a network and a mount namespace (../cli/https_world.py).
"""
import atexit
import contextlib
import fcntl
import os
import re
import socket
import ssl
import struct
import sys
import urllib.request

sys.dont_write_bytecode = True  # before the others: the source tree stays as it is
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "server"), os.path.join(HERE, "..", "cli"), os.path.join(HERE, "..")]

import fake_pypi
import https_world
import support
from fake import Registry
from oidc import wheel
from support import Place, Skip, Tap

# {"pypi": (upload URL, index URL), "testpypi": ...}: as hwb has them.
SOURCE = open(os.path.join(HERE, "..", "..", "src", "publish", "registry.c")).read()
BUILT_IN = {name: urls for name, *urls in re.findall(r'"(pypi|testpypi)", "(https://[^"]+)", "(https://[^"]+)"', SOURCE)}
PRODUCT = "/sys/class/dmi/id/product_name"
EVIL, CI, METADATA = "registry.hwb.test", "ci.hwb.test", "169.254.169.254"


def host_of(url):
    return url.split("/")[2]


class Known(Registry):
    """A registry under its name, with a certificate."""

    def __init__(self, world, address, names, *words, port=443):
        self.address, self.name, self.trusted = address, names[0], ssl.create_default_context(cafile=world.ca.path)
        world.ca.sign(names[0], ",DNS:".join(names), 2)
        tls = ["--tls"] + [os.path.join(world.ca.folder, names[0] + end) for end in (".pem", ".key")] if port == 443 else []
        super().__init__("--bind", address, "--port", str(port), *tls, *words)

    def __enter__(self):
        super().__enter__()
        self.base = "https://" + self.name if self.port == 443 else "http://" + self.address
        return self

    def ask(self, path, data=None, headers=None):
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=self.trusted), urllib.request.ProxyHandler({}))
        with opener.open(urllib.request.Request(self.base + path, data=data, headers=headers or {}), timeout=support.HANG) as answer:
            return answer.status, answer.reason, answer.read().decode()


class World:
    def __init__(self):
        self.ca = https_world.Authority("known")
        https_world.raise_loopback()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            fcntl.ioctl(s, https_world.SIOCSIFADDR, struct.pack("16sHH4s8x", b"lo:3", socket.AF_INET, 0, socket.inet_aton(METADATA)))
        self.hosts = {}
        for number, name in enumerate(sorted({host_of(u) for urls in BUILT_IN.values() for u in urls} | {EVIL, CI})):
            self.hosts[name] = "127.0.0.%d" % (2 + number)
        first = self.hosts[host_of(BUILT_IN["pypi"][0])]
        self.hosts[host_of(BUILT_IN["pypi"][1])] = first    # one service under two names
        https_world.bind_over("/etc/hosts", "127.0.0.1 localhost\n" + "".join("%s %s\n" % (a, n) for n, a in self.hosts.items()))
        with contextlib.ExitStack() as stack:
            self.pypi = stack.enter_context(Known(self, first, [host_of(u) for u in BUILT_IN["pypi"]], "--audience", "pypi"))
            name = host_of(BUILT_IN["testpypi"][0])
            self.testpypi = stack.enter_context(Known(self, self.hosts[name], [name], "--audience", "testpypi"))
            self.evil = stack.enter_context(Known(self, self.hosts[EVIL], [EVIL], "--audience", "pypi"))
            self.ci = stack.enter_context(Known(self, self.hosts[CI], [CI]))
            self.metadata = stack.enter_context(Known(self, METADATA, [METADATA], port=80))
            atexit.register(stack.pop_all().close)

    def all(self):
        return [self.built_in, self.hostile, self.machine]

    def publish(self, *words, env=None):
        for r in (self.pypi, self.testpypi, self.evil, self.ci, self.metadata):
            r.ask("/_empty")
        given = {"GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": self.ci.base + "/github/token?x=1",
                 "ACTIONS_ID_TOKEN_REQUEST_TOKEN": fake_pypi.GITHUB_REQUEST_TOKEN} if env is None else env
        return Place().hwb("publish", "--trusted-publisher", "--cert", self.ca.path, *words, wheel(), env=given)

    def audiences(self, where=None):
        return [re.search(r"audience=([^&]*)", s["query"]).group(1) for s in (where or self.ci).seen("identity")]

    def built_in(self, tap):
        """each registry gets an identity of its own"""
        for name, registry in (("pypi", self.pypi), ("testpypi", self.testpypi)):
            run = self.publish("-r", name, "--dry-run")
            # The CI's key is its own, so that the registry, which cannot know it, refuses: whom the identity is for is what matters.
            tap.run("%s refuses a signature that it does not know" % name, run, 7, "invalid-token")
            tap.check("%s: the identity is for %s" % (name, name), self.audiences() == [name], self.audiences())
            tap.check("%s: it got it, and no other" % name, [len(r.seen("mint")) for r in (self.pypi, self.testpypi, self.evil)] == [int(r is registry) for r in
                      (self.pypi, self.testpypi, self.evil)], "")
            run = self.publish("-r", name, env={"GITLAB_CI": "true", name.upper() + "_ID_TOKEN": registry.jwt("gitlab", name)})
            tap.check("%s: a job of GitLab publishes without any setting" % name, run.code == 0 and len(registry.seen("upload")) == 1, run.told())
            run = self.publish("-r", name, env={"GITLAB_CI": "true", name.upper() + "_ID_TOKEN": registry.jwt("gitlab", "sigstore")})
            tap.run("%s: an identity for signing is not sent" % name, run, 7, "'sigstore'", "it was not sent")
            tap.check("%s: indeed" % name, not registry.seen("mint"), registry.seen("mint"))

    def hostile(self, tap):
        """a registry of somebody else's, which says that it is PyPI"""
        url = "https://%s/legacy/" % EVIL
        for env in ({}, {"HWB_PUBLISH_AUDIENCE": "pypi"}, {"HWB_PUBLISH_AUDIENCE": "testpypi"}, {"HWB_PUBLISH_AUDIENCE": "sigstore"}):
            given = {"GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": self.ci.base + "/github/token?x=1",
                     "ACTIONS_ID_TOKEN_REQUEST_TOKEN": fake_pypi.GITHUB_REQUEST_TOKEN, **env}
            run = self.publish("--repository-url", url, env=given)
            tap.run("with %s it gets nothing" % (env or "no audience"), run, 2, EVIL)
            tap.check("... and nobody was asked", not self.audiences() and not self.evil.json("/_count"), self.evil.json("/_count"))
        self.testpypi.ask("/_set/audience:pypi")
        given["HWB_PUBLISH_AUDIENCE"] = "x"
        for r in (self.ci, self.pypi):
            r.ask("/_empty")
        run = Place().hwb("publish", "--trusted-publisher", "--cert", self.ca.path, "-r", "testpypi", "--dry-run", wheel(), env=given)
        tap.run("a built-in registry that names another's audience gets none", run, 7, "'pypi'", "'testpypi'", "none was asked for")
        tap.check("... indeed", not self.audiences(), self.audiences())

    def machine(self, tap):
        """a machine of Google's is known by its firmware, and asked by address"""
        if not os.path.exists(PRODUCT):
            raise Skip("this machine has no " + PRODUCT)
        https_world.bind_over(PRODUCT, "Google Compute Engine\n")
        run = self.publish("-r", "testpypi", "--dry-run", env={"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"})
        tap.run("the registry does not know the key of this metadata server", run, 7, "Google Cloud", "invalid-token", "robot@project")
        tap.check("which was asked at its address, past the proxy, for this audience", self.audiences(self.metadata) == ["testpypi"], self.metadata.seen())


if __name__ == "__main__":
    inside = https_world.enter()
    word = support.begin(sys.argv)
    tap = Tap()
    if not inside:
        tap.skip("registries that are built in", "a network namespace with names of our own takes root")
        print("1..1")
        sys.exit(0)
    tap.all(World().all(), word)
