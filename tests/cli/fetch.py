"""hwb fetch: what it fills the caches with is all that a build --offline needs. Requirements come from the fake index, crates from
a registry of our own that stands where cargo's own one is, in a network that holds nothing else. TAP on stdout.

usage: fetch.py HWB [VENV] [--only WORD]: as root it runs itself again in namespaces of its own (https_world.py).
"""
import glob
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile

sys.dont_write_bytecode = True  # before the others: the source tree stays as it is

import https_world
import support
from rules_support import stocked
from support import Index, Place, Skip, Tap, fresh, project, sha256, write

FILES = "files.hwb.test"
ASKING = """def get_requires_for_build_wheel(settings=None):
    return ["second"]

def build_wheel(folder, settings=None, metadata=None):
    import helper, second
    return wheel(folder)
"""
BUILDING = """def build_wheel(folder, settings=None, metadata=None):
    import subprocess
    subprocess.run(["cargo", "build", "--quiet", "--locked", "--target-dir", "/tmp/target"], check=True)
    return wheel(folder)
"""
MANIFEST = """[package]
name = "%s"
version = "1.0.0"
edition = "2018"

[dependencies]
%s
"""


def toolchain():
    """The folder of a Rust toolchain, and the host of the index that its cargo has built in."""
    rustc = shutil.which("rustc")
    if not rustc:
        raise Skip("there is no rustc")
    top = subprocess.run([rustc, "--print", "sysroot"], check=True, capture_output=True, text=True).stdout.strip()
    found = re.search(rb"sparse\+https://([A-Za-z0-9.-]+)/", open(top + "/bin/cargo", "rb").read())
    if not found:
        raise Skip("this cargo names no registry")
    return top, found.group(1).decode()


class Tests:
    def __init__(self, world, rust):
        self.world, self.rust = world, rust

    def all(self):
        return [self.requirements, self.crates, self.other_locks, self.changed_crates, self.other_hosts, self.pins]

    def requirements(self, tap):
        """requirements of both phases"""
        place = Place()
        source = project(ASKING, requires=["helper"])
        with Index(stocked(("helper", "1.0"), ("second", "2.0"))) as index:
            words = ["--index-url", index.url(), "--wheel"]
            tap.run("without hwb fetch an offline build fails", place.build("--offline", *words, source), 3)
            fetch = ["fetch", "-p", support.Setting.python, *words]
            run = place.hwb(*fetch, source)
            tap.run("a name that the backend asks for is not fetched unasked", run, 3, "second", "--allow-requires")
            run = place.hwb(*fetch, "--allow-requires", source)
            tap.check("hwb fetch says nothing on stdout and writes no artefact",
                      run.code == 0 and not run.out and not place.made() and not os.path.exists(source + "/dist"), run.told())
        run = place.build("--offline", "--allow-requires", *words, source)
        tap.check("then the build needs no network", run.code == 0 and place.made("*.whl"), run.told())

    # ---- crates ----

    def registry(self):
        """Serves the crate "tiny-crate" and returns the host of the index."""
        host = self.rust[1]
        crate = io.BytesIO()
        with tarfile.open(fileobj=crate, mode="w:gz") as out:
            for name, text in (("Cargo.toml", MANIFEST % ("tiny-crate", "")), ("src/lib.rs", "pub fn one() -> u8 { 1 }\n")):
                member = tarfile.TarInfo("tiny-crate-1.0.0/" + name)
                member.size = len(text)
                out.addfile(member, io.BytesIO(text.encode()))
        line = {"name": "tiny-crate", "vers": "1.0.0", "deps": [], "features": {}, "yanked": False, "cksum": sha256(crate.getvalue())}
        config = {"dl": "https://%s/crates/{crate}-{version}" % FILES, "api": None}
        self.world.pages.update({(host, "/config.json"): json.dumps(config).encode(),
                                 (host, "/ti/ny/tiny-crate"): json.dumps(line).encode(),
                                 (FILES, "/crates/tiny-crate-1.0.0"): crate.getvalue()})
        return host

    def crate_source(self, more=None):
        """A project that depends on it, with the Cargo.lock that cargo itself writes."""
        self.registry()
        files = {"Cargo.toml": MANIFEST % ("demo-rs", 'tiny-crate = "1"'), "src/lib.rs": "pub use tiny_crate::one;\n"}
        source = project(BUILDING, files=files)
        env = {"PATH": self.rust[0] + "/bin:/usr/bin:/bin", "CARGO_HOME": fresh("cargo"), "CARGO_HTTP_CAINFO": self.world.ca}
        subprocess.run(["cargo", "generate-lockfile", "--quiet"], cwd=source, env=env, check=True)
        return write(source, more or {})

    def command(self, place, command, *words):
        """hwb in that place, with the toolchain; the world's authority is the system's. cargo waits for no network."""
        self.world.seen.clear()
        words = ["--no-index", "--wheel", "--allow-read", self.rust[0], "--env", "CARGO_NET_RETRY=0", "--report",
                 place.top + "/report.json", *words]
        with self.world.trusted():
            if command == "build":
                return place.build(*words)
            return place.hwb(command, "-p", support.Setting.python, *words)

    def crates(self, tap):
        """crates of a Cargo.lock"""
        # A configuration that would take the crates from elsewhere, and name a program to run.
        config = '[source.crates-io]\nreplace-with = "evil"\n[source.evil]\ndirectory = "vendor"\n'
        config += '[build]\nrustc-wrapper = "/build/src/evil"\n'
        evil = {".cargo/config.toml": config, "evil": "#!/bin/sh\nexit 9\n"}
        source, place = self.crate_source(evil), Place()
        run = self.command(place, "fetch", source)
        kept = glob.glob(place.cache + "/cargo/*/cache/*/tiny-crate-1.0.0.crate")
        tap.check("hwb fetch keeps them, whatever the source configures", run.code == 0 and len(kept) == 1, kept, run.told())
        both = {self.rust[1], FILES}
        tap.check("it reached the two hosts of cargo's registry and no other", self.world.hosts_asked() == both, self.world.seen)
        seen = {(n["stage"], n["host"], n["verdict"]) for n in place.report()["network"]}
        tap.check("and the report says so", seen == {("fetch", self.rust[1], "allowed"), ("fetch", FILES, "allowed")}, seen)
        run = self.command(place, "fetch", source)
        tap.check("a second time it reaches nobody", run.code == 0 and not self.world.seen, run.told())
        shutil.rmtree(source + "/.cargo")
        run = self.command(place, "build", "--offline", source)
        rust = place.report().get("rust", {})
        tap.check("an offline build has them", run.code == 0 and not self.world.seen and rust.get("locks") == 1 and
                  rust["crates"] in kept[0], rust, run.told())
        run = self.command(place, "build", "--allow-host", self.rust[1], "--allow-host", FILES, source)
        tap.check("one with a way out does not use it", run.code == 0 and not self.world.seen, run.told())
        place = Place()
        run = self.command(place, "build", source)
        tap.run("without both it fails, with both remedies", run, 1, "--allow-host", "hwb fetch", self.rust[1])
        run = self.command(place, "build", "--allow-host", self.rust[1], "--allow-host", FILES, source)
        tap.check("with --allow-host alone cargo gets them itself", run.code == 0 and self.world.hosts_asked() == both, run.told())

    def other_locks(self, tap):
        """another Cargo.lock"""
        source, place = self.crate_source(), Place()
        self.command(place, "fetch", source)
        with open(source + "/Cargo.lock", "a") as out:
            out.write("# another\n")
        run = self.command(place, "build", source)
        tap.check("has none of the crates of the first", run.code == 1 and place.report()["rust"]["crates"] is None, run.told())
        os.unlink(source + "/Cargo.lock")
        tap.run("a Cargo.toml without one is told of", self.command(place, "fetch", source), 0, "no Cargo.lock")

    def changed_crates(self, tap):
        """crates that were changed in the cache"""
        source, place = self.crate_source(), Place()
        self.command(place, "fetch", source)
        crate = glob.glob(place.cache + "/cargo/*/cache/*/*.crate")[0]
        os.chmod(crate, 0o644)
        with open(crate, "ab") as out:
            out.write(b"x")
        run = self.command(place, "build", source)
        tap.check("are not used", run.code == 1 and place.report()["rust"]["crates"] is None, run.told())
        self.command(place, "fetch", source)
        tap.run("and fetched again", self.command(place, "build", "--offline", source), 0)

    def other_hosts(self, tap):
        """hosts that the operator names"""
        source, place = self.crate_source(), Place()
        run = self.command(place, "fetch", "--allow-host", self.rust[1], source)
        asked = self.world.hosts_asked()
        tap.check("are all that is reached", run.code == 3 and asked == {self.rust[1]} and FILES in run.err, run.told())
        tap.check("and nothing half-done is kept", all(name.endswith(".lock") for name in os.listdir(place.cache + "/cargo")),
                  run.told())
        run = self.command(place, "fetch", "--allow-host", self.rust[1], "--allow-host", FILES, source)
        tap.check("with both of them it is done", run.code == 0, run.told())
        place = Place()
        run = place.hwb("fetch", "-p", support.Setting.python, "--no-index", "--wheel", "--env", "PATH=/nowhere", source)
        tap.run("without a toolchain it says how to show one", run, 2, "there is no cargo", "--allow-read")

    def pins(self, tap):
        """a pinned toolchain"""
        source, place = self.crate_source({"rust-toolchain.toml": '[toolchain]\nchannel = "1.2.3"\n'}), Place()
        run = self.command(place, "fetch", source)
        tap.run("is told of, and has no effect", run, 0, "rust-toolchain.toml", "downloads none")
        run = self.command(place, "build", "--offline", source)
        pin = place.report()["rust"]["toolchain_pin"]
        tap.check("and is in the report", run.code == 0 and pin == "rust-toolchain.toml", run.told())


def main():
    inside = https_world.enter()
    word = support.begin(sys.argv)
    tap = Tap()
    try:
        if not inside:
            raise Skip("a network namespace with names of our own takes root")
        rust = toolchain()
        https_world.NAMES[rust[1]] = ("192.31.196.7", "known", 2, rust[1])
        tests = Tests(https_world.World(), rust).all()
    except Skip as reason:
        for test in Tests.all(Tests):
            tap.skip(test.__doc__, reason)
        print("1..%d" % tap.count)
        sys.exit(0)
    tap.all(tests, word)


main()
