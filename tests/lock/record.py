"""Records pages and metadata of the index into recorded.json.xz, as far as sets.py needs them. Wants a network; run by hand: record.py
Of each project: the newest versions that each Python of sets.py can use, and the newest that each specifier asks for."""
import concurrent.futures
import io
import json
import lzma
import os
import sys
import urllib.request
import zipfile

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

import sets

NEWEST = 3
INDEX = sys.argv[1] if len(sys.argv) > 1 else os.popen("pip config get global.index-url").read().strip()
HERE = os.path.dirname(os.path.abspath(__file__))


def get(url, **headers):
    for _ in range(4):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
                return answer.read()
        except OSError as error:
            last = error
    raise last


class Remote(io.RawIOBase):
    """A file behind a URL, read by ranges."""
    def __init__(self, url, size):
        self.url, self.size, self.at = url, size, 0

    def seekable(self):
        return True

    def readable(self):
        return True

    def tell(self):
        return self.at

    def seek(self, offset, whence=0):
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def readinto(self, into):
        end = min(self.size, self.at + max(len(into), 1)) - 1
        data = get(self.url, Range="bytes=%d-%d" % (self.at, end)) if self.at <= end else b""
        into[:len(data)] = data
        self.at += len(data)
        return len(data)


def metadata_of(file):
    with zipfile.ZipFile(io.BufferedReader(Remote(file["url"], file["size"]), 1 << 16)) as wheel:
        name = next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA") and n.count("/") == 1)
        text = wheel.read(name).decode()
    return "".join(l + "\n" for l in text.split("\n\n", 1)[0].split("\n") if l.split(":")[0] in ("Metadata-Version", "Name", "Version", "Requires-Dist", "Requires-Python", "Provides-Extra"))


def page_of(name):
    page = json.loads(get("%s/%s/" % (INDEX.rstrip("/"), name), Accept="application/vnd.pypi.simple.v1+json"))
    by_version = {}
    for file in page["files"]:
        if not file["filename"].endswith(".whl") or file["upload-time"] > sets.DATE or file.get("yanked"):
            continue
        try:
            _, version, _, tags = parse_wheel_filename(file["filename"])
        except Exception:
            continue
        # Linux on x86_64 and what runs anywhere: that is what is resolved for.
        if any(t.platform == "any" or t.platform == "win32" or ("manylinux" in t.platform and t.platform.endswith("x86_64")) for t in tags):
            by_version.setdefault(version, []).append(file)
    return by_version


def allows(file, python):
    try:
        return Version(python) in SpecifierSet(file.get("requires-python") or "")
    except InvalidSpecifier:
        return False


def wanted(by_version, specifiers):
    out = set()
    for python in sets.PYTHONS:
        fitting = sorted((v for v, files in by_version.items() if any(allows(f, python) for f in files)), reverse=True)
        for specifier in specifiers:
            out.update([v for v in fitting if specifier.contains(v, prereleases=False)][:NEWEST])
        out.update([v for v in fitting if v.is_prerelease][:1])
    return out


def main():
    pool = concurrent.futures.ThreadPoolExecutor(8)
    specifiers, pages, texts = {}, {}, {}

    def ask(requirement):
        name = canonicalize_name(requirement.name)
        some = specifiers.setdefault(name, [SpecifierSet("")])
        if requirement.specifier not in some:
            some.append(requirement.specifier)
    for text in sorted({r for s in sets.SETS for r in s}):
        ask(Requirement(text))
    while True:
        for name in [n for n in specifiers if n not in pages]:
            pages[name] = page_of(name)
        missing = [(n, v) for n in specifiers for v in wanted(pages[n], specifiers[n]) if (n, v) not in texts]
        if not missing:
            break
        files = [min(pages[n][v], key=lambda f: f["size"]) for n, v in missing]
        for key, text in zip(missing, pool.map(metadata_of, files)):
            texts[key] = text
            for line in text.split("\n"):
                if line.startswith("Requires-Dist:"):
                    requirement = Requirement(line.split(":", 1)[1].strip())
                    env = dict(default_environment(), platform_system="Linux")
                    if requirement.marker and all(not requirement.marker.evaluate(dict(env, python_version=p, python_full_version=p + ".0", extra=e)) for p in sets.PYTHONS for e in ("", "toml", "pyproject")):
                        continue
                    ask(requirement)
        print(len(specifiers), "projects,", len(texts), "versions", file=sys.stderr)
    out = {name: [{"version": str(v), "metadata": texts[name, v],
                   "files": [{k: f[k] for k in ("filename", "hashes", "size", "upload-time", "requires-python") if f.get(k) is not None} for f in pages[name][v]]}
                  for v in sorted(v for n, v in texts if n == name)] for name in sorted(specifiers)}
    with lzma.open(os.path.join(HERE, "recorded.json.xz"), "wt", preset=9) as f:
        json.dump(out, f, sort_keys=True, separators=(",", ":"))


main()
