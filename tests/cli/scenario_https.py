"""Sources over https and git+https, the whole way: name, connection, certificate, redirect, digest, record. TAP on stdout.

usage: scenario_https.py HWB [VENV] [--only WORD]: as root it runs itself again in namespaces of its own (https_world.py).
"""
import os
import sys

sys.dont_write_bytecode = True  # before the others: the source tree stays as it is

import https_world
import support
from https_world import HTTPS, OTHER, attempts, fetched, is_commit
from scenario_sources import SDIST, WHEEL, content, git, repository
from support import Place, make_sdist, sha256, write

GIT, FILES, ELSEWHERE = ("https://%s.hwb.test/" % name for name in ("git", "files", "elsewhere"))
EPOCH = 1400000000  # of every commit that the tests make
UNLISTED, INSIDE = "this host and port are not on the list", "the name leads to an address that is not public"


class Tests:
    def __init__(self, world):
        self.world = world
        tree, self.first = repository()
        self.side = git(tree, "rev-parse", "side")
        git(tree, "checkout", "-q", "--detach")
        write(tree, {"which": "loose", ".gitmodules": '[submodule "sub"]\n\tpath = sub\n\turl = %sgit/demo\n' % ELSEWHERE})
        git(tree, "update-index", "--add", "--cacheinfo", "160000,%s,sub" % self.first)
        git(tree, "add", "which", ".gitmodules")
        git(tree, "commit", "-qm", "on no branch, with a submodule")
        self.loose = git(tree, "rev-parse", "HEAD")
        git(tree, "checkout", "-q", "main")
        os.rename(tree, os.path.join(world.repositories, "demo"))
        self.digest = sha256(open(make_sdist(world.files), "rb").read())

    def all(self):
        return [self.references, self.records, self.ports, self.redirects, self.inner_names, self.submodules, self.closed,
                self.certificates, self.authorities, self.archives, self.ordinary]

    def build(self, *words, trusted=True, place=None, env=None):
        self.world.seen.clear()
        place = place or Place()
        words = ["--no-index", "--wheel", "--report", place.top + "/report.json", *words]
        if not trusted:
            return place.build(*words, env=env), place
        with self.world.trusted():
            return place.build(*words, env=env), place

    def refused(self, tap, sentence, word, *said, unasked=(), trusted=True, words=()):
        """Exit 3 with these words, nothing made or recorded as fetched, and these hosts never got a request."""
        run, place = self.build(*words, word, trusted=trusted)
        tap.run(sentence, run, 3, *said)
        reached = self.world.hosts_asked() & set(unasked)
        tap.check("%s, and nothing came of it" % sentence, not place.made() and not fetched(place) and not reached, place.made(),
                  fetched(place), self.world.seen)
        return place

    def archive(self, host="files", path="files/", digest=None):
        return "https://%s.hwb.test/%s%s#sha256=%s" % (host, path, SDIST, digest or self.digest)

    def references(self, tap):
        """git+https with a ref of every kind"""
        rows = [("no ref", "", "first", self.first), ("a tag", "@v1", "first", self.first),
                ("a branch", "@side", "second", self.side), ("a commit", "@" + self.first, "first", self.first),
                ("a commit of a branch", "@" + self.side, "second", self.side),
                ("a commit that no branch holds", "@" + self.loose, "loose", self.loose)]
        for what, ref, want, commit in rows:
            run, place = self.build("git+%sgit/demo%s" % (GIT, ref))
            tap.check("git+https with %s builds that commit, with its time" % what,
                      run.code == 0 and content(place) == "%s %d" % (want, EPOCH), content(place), run.told())
            tap.check("and the audit log names the commit of %s" % what, [e.get("commit") for e in fetched(place)] == [commit]
                      and is_commit(commit), fetched(place))
        run, place = self.build("git+%sgit/demo@side#subdirectory=nested/dir" % GIT)
        tap.check("git+https with a branch and a subdirectory builds that", run.code == 0
                  and place.made() == ["inner-1.0-py3-none-any.whl"], run.told())
        self.refused(tap, "git+https with a ref that is not there is refused", "git+%sgit/demo@nowhere" % GIT, "nowhere")
        self.refused(tap, "git+https with a repository that is not there is refused", "git+%sgit/none" % GIT, "git/none")

    def records(self, tap):
        """what is written down of git+https"""
        run, place = self.build("git+%sgit/demo@v1" % GIT)
        source, network = place.report()["source"], place.report()["network"]
        tap.check("the report names the commit and its time",
                  run.code == 0 and (source["commit"], source["source_date_epoch"]) == (self.first, EPOCH), source, run.told())
        tap.check("and the one host with the bytes that went both ways",
                  [(n["host"], n["port"], n["verdict"]) for n in network] == [("git.hwb.test", HTTPS, "allowed")]
                  and network[0]["bytes_up"] > 0 and network[0]["bytes_down"] > 0, network)
        events = [e for e in place.log() if e["event"] == "network.attempt"]
        tap.check("the audit log has a network.attempt of it", attempts(place) == [("git.hwb.test", HTTPS, "allowed", "")]
                  and all(e["bytes_up"] > 0 and e["bytes_down"] > 0 and e["ms"] >= 0 for e in events), events)
        names = [e["event"] for e in place.log()]
        tap.check("before source.fetched and before anything of the project ran",
                  names.index("network.attempt") < names.index("source.fetched") < names.index("build.started"), names)
        tap.check("git was asked as a client of the smart protocol",
                  self.world.seen[0] == ("git.hwb.test", "/git/demo/info/refs?service=git-upload-pack"), self.world.seen)

    def ports(self, tap):
        """the port is part of the host"""
        run, place = self.build("git+%sgit/demo" % GIT.replace(".test", ".test:%d" % OTHER))
        tap.check("git+https on a port of its own builds", run.code == 0
                  and attempts(place) == [("git.hwb.test", OTHER, "allowed", "")], attempts(place), run.told())
        run, place = self.build(self.archive().replace(".test", ".test:%d" % OTHER))
        tap.run("so does an archive", run, 0, WHEEL)
        place = self.refused(tap, "git led to another port of its host is refused",
                             "git+%sto/https/git.hwb.test:%d/git/demo" % (GIT, OTHER), "port %d" % OTHER)
        tap.check("and the other port is in the log as denied", ("git.hwb.test", OTHER, "denied", UNLISTED) in attempts(place),
                  attempts(place))

    def redirects(self, tap):
        """a host that leads elsewhere"""
        place = self.refused(tap, "git led to another host is refused, by its name",
                             "git+%sto/https/elsewhere.hwb.test/git/demo" % GIT, "elsewhere.hwb.test", "not on the list",
                             unasked=["elsewhere.hwb.test"])
        tap.check("the log has the attempt as denied", ("elsewhere.hwb.test", HTTPS, "denied", UNLISTED) in attempts(place),
                  attempts(place))
        denied = [n["host"] for n in place.report()["network"] if n["verdict"] == "denied"]
        tap.check("and so has the report of the failure", denied == ["elsewhere.hwb.test"], place.report()["network"])
        self.refused(tap, "git led to plain http is refused", "git+%sto/http/git.hwb.test/git/demo" % GIT, "http")
        tap.check("and plain http was not spoken", len(self.world.seen) == 1, self.world.seen)
        run, place = self.build(self.archive(path="to/https/elsewhere.hwb.test/files/"))
        tap.check("an archive may be led to another https host, for its digest is known",
                  run.code == 0 and self.world.hosts_asked() == {"files.hwb.test", "elsewhere.hwb.test"}, run.told())
        self.refused(tap, "an archive led to plain http is refused", self.archive(path="to/http/elsewhere.hwb.test/files/"),
                     "not https", unasked=["elsewhere.hwb.test"])
        self.refused(tap, "an archive led round in a ring is refused", self.archive(path="to/https/files.hwb.test/" * 9 + "files/"),
                     "redirect")

    def inner_names(self, tap):
        """a name that leads inside"""
        for host, what in (("private.hwb.test", "a private address"), ("inner.hwb.test", "the loopback")):
            place = self.refused(tap, "git with a name that leads to %s is refused" % what, "git+https://%s/git/demo" % host, host,
                                 "not public", unasked=[host])
            tap.check("and the log says why for %s" % what,
                      attempts(place) == [(host, HTTPS, "denied", INSIDE)], attempts(place))
        run, _ = self.build("git+https://192.31.196.1/git/demo")
        tap.run("git with an address for a name is a usage error", run, 2, "192.31.196.1")
        tap.check("and nobody was asked", not self.world.seen, self.world.seen)

    def submodules(self, tap):
        """submodules are not fetched"""
        run, place = self.build("git+%sgit/demo@%s" % (GIT, self.loose))
        tap.check("a submodule's host is not asked", run.code == 0 and content(place).startswith("loose")
                  and self.world.hosts_asked() == {"git.hwb.test"} == {a[0] for a in attempts(place)},
                  self.world.seen, run.told())

    def closed(self, tap):
        """a repository that wants a password"""
        place = self.refused(tap, "a repository that wants a password is refused, not asked about", "git+%sclosed/demo" % GIT,
                             "git.hwb.test")
        tap.check("and asked once", len(self.world.seen) == 1 and len(attempts(place)) == 1, self.world.seen)

    def certificates(self, tap):
        """a certificate that does not hold"""
        for name, what in (("expired", "an expired certificate"), ("unknown", "a certificate of an unknown authority"),
                           ("renamed", "another host's certificate")):
            host = name + ".hwb.test"
            self.refused(tap, "an archive behind %s is refused" % what, self.archive(name), host, "ertificate", unasked=[host])
            place = self.refused(tap, "git behind %s is refused" % what, "git+https://%s/git/demo" % host, host, "certificate",
                                 unasked=[host])
            tap.check("and the attempt is in the log for %s" % what, [a[:3] for a in attempts(place)] == [(host, HTTPS, "allowed")],
                      attempts(place))

    def authorities(self, tap):
        """the operator's certificates"""
        sources = (("an archive", self.archive()), ("git", "git+%sgit/demo" % GIT))
        ways = (("--cert", ["--cert", self.world.ca], None), ("SSL_CERT_FILE", [], {"SSL_CERT_FILE": self.world.ca}),
                ("HWB_CA_FILE", [], {"HWB_CA_FILE": self.world.ca}), ("PIP_CERT", [], {"PIP_CERT": self.world.ca}))
        for what, word in sources:
            self.refused(tap, "%s is refused where nobody made the authority known" % what, word, "ertificate", trusted=False)
            for name, words, env in ways:
                run, place = self.build(*words, word, trusted=False, env=env)
                tap.run("%s builds with the authority of %s" % (what, name), run, 0, WHEEL)
            self.refused(tap, "%s is refused when --cert names another than the system's" % what, word, "ertificate",
                         words=["--cert", self.world.stranger])
            run, place = self.build("--cert", "/nonexistent/ca.pem", word)
            tap.run("%s with --cert that is not there fails and names it" % what, run, (2, 3), "/nonexistent/ca.pem")

    def archives(self, tap):
        """https archives"""
        run, place = self.build(self.archive())
        tap.check("an https archive builds, and report and log have its sha256",
                  run.code == 0 and place.report()["source"]["archive_sha256"] == self.digest
                  and [e["archive_sha256"] for e in fetched(place)] == [self.digest], run.told())
        self.refused(tap, "another sha256 than promised is refused with both", self.archive(digest="1" * 64), "1" * 64, self.digest)
        place = self.refused(tap, "an archive that is cut is refused", self.archive(path="cut/"), SDIST,
                             words=["--limit", "http-retries=1"])
        tap.check("after two tries", len(self.world.seen) == 2, self.world.seen)
        run, _ = self.build(self.archive(), place=place)
        tap.run("and the cache has nothing of it", run, 0, WHEEL)
        self.refused(tap, "an archive that is not there is refused", self.archive(path="files/no-"), "no-" + SDIST)
        self.refused(tap, "an http archive is refused although its digest is known", self.archive().replace("https:", "http:"),
                     "http:// is not allowed", unasked=["files.hwb.test"])
        self.refused(tap, "an archive of a host without an address is refused", self.archive("nowhere"), "nowhere.hwb.test",
                     words=["--limit", "http-retries=1"])

    def ordinary(self, tap):
        """an ordinary user"""
        user = support.ordinary_user()
        for what, word in (("git+https", "git+%sgit/demo@v1" % GIT), ("an https archive", self.archive())):
            run, place = self.build(word, place=Place(user=user))
            tap.run("%s builds as an ordinary user too" % what, run, 0, WHEEL)


if __name__ == "__main__":
    https_world.run(Tests)
