"""Bills of materials from outside: `hwb build` with its report, --sbom and --embed-sbom, and `hwb sbom`, held against the libraries of CycloneDX and
SPDX and against the installers: run.py HWB VENV [--only WORD]. TAP."""
import base64
import csv
import glob
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))

import support
from support import Index, Place, Setting, Skip, fresh, make_wheel, project, setuptools_links, sha256, write

EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "example")
MORE = """
description = "An example"
license = {text = "MIT"}
authors = [{name = "Ann Author", email = "ann@author.example"}, {name = "Bob (of somewhere)"}]
dependencies = ["numpy>=1.20", "importlib-metadata; python_version < '3.8'", "c-c @ https://host.example/c-c-1.0.tar.gz"]
[project.optional-dependencies]
test = ["pytest>7", "hwb-example[more]"]
more = []
[project.urls]
Homepage = "https://author.example/x"
"Bug Tracker" = "https://author.example/x/issues?q=%20open#top"
"""


def venv(*words, code=None):
    """A program of the virtual environment, or Python code there."""
    python = os.path.join(Setting.venv, "bin", "python")
    command = [python, "-c", code, *words] if code else [os.path.join(Setting.venv, "bin", words[0]), *words[1:]]
    return subprocess.run(command, capture_output=True, text=True)


STRICT = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
for path in sys.argv[1:]:
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(path).read())
    if error:
        sys.exit("%s: %s" % (path, error))
"""


def valid_cyclonedx(tap, what, path):
    run = venv(path, code=STRICT)
    tap.check("%s: cyclonedx-python-lib, strict, has no objection" % what, run.returncode == 0, run.stderr[-1500:])
    data = json.load(open(path))
    refs = [data["metadata"]["component"]["bom-ref"]] + [c["bom-ref"] for c in data["components"]]
    told = [d["ref"] for d in data["dependencies"]] + [r for d in data["dependencies"] for r in d.get("dependsOn", ())]
    told += [r["ref"] for f in data.get("formulation", ()) for w in f["workflows"] for r in w["resourceReferences"]]
    tap.check("%s: each ref is there once, and all that are pointed at are there" % what,
              len(set(refs)) == len(refs) and set(told) == set(refs), sorted(set(told) ^ set(refs)))
    return data


def valid_spdx(tap, what, path, conforms=True):
    run = venv("pyspdxtools", "-i", path)
    tap.check("%s: spdx-tools has no objection" % what, run.returncode == 0, (run.stdout + run.stderr)[-1500:])
    run = venv("ntia-checker", "-c", "ntia", "-s", "spdx2", path)
    tap.check("%s: %s the NTIA's minimum elements" % (what, "conforms to" if conforms else "lacks a supplier for"),
              "Conformant: %s" % conforms in run.stdout, (run.stdout + run.stderr)[-1500:])
    return json.load(open(path))


def properties(component):
    found = {}
    for p in component.get("properties", ()):
        found.setdefault(p["name"], []).append(p["value"])
    return found


def by_role(data, role):
    return {c["name"]: c for c in data["components"] if properties(c).get("hwb:role") == [role]}


def example(more=MORE):
    folder = fresh("example")
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    with open(folder + "/pyproject.toml", "a") as out:
        out.write(more)
    return folder


def build(place, *words, env=None):
    """The example over the loopback index; the run and the wheel's path."""
    with Index(setuptools_links()) as index:
        run = place.build("--wheel", "--index-url", index.url(), "--report", place.top + "/report.json", *words, env=env)
    wheels = glob.glob(place.out + "/*.whl")
    return run, wheels[0] if wheels else None, index


def whole_build(tap):
    """a real build: what is in its documents"""
    place, source = Place(), example()
    run, wheel, index = build(place, "--sbom", "both", source)
    tap.run("it builds", run, 0)
    tap.check("the documents are beside the wheel, and are no results", place.made() == sorted(
        os.path.basename(wheel) + end for end in ("", ".cdx.json", ".spdx.json")) and run.paths() == [wheel], place.made(), run.out)
    data = valid_cyclonedx(tap, "CycloneDX", wheel + ".cdx.json")
    subject = data["metadata"]["component"]
    digest = sha256(open(wheel, "rb").read())
    tap.check("the wheel: name, purl, digest", (subject["name"], subject["version"], subject["purl"], subject["hashes"]) == (
        "hwb-example", "1.0", "pkg:pypi/hwb-example@1.0", [{"alg": "SHA-256", "content": digest}]), subject)
    tap.check("its authors", subject["authors"] == [{"name": "Ann Author", "email": "ann@author.example"}, {"name": "Bob (of somewhere)"}], subject["authors"])
    tap.check("its licence, by name", subject["licenses"] == [{"license": {"name": "MIT", "acknowledgement": "declared"}}], subject.get("licenses"))
    links = {(r["type"], r["url"]) for r in subject["externalReferences"]}
    tap.check("its links", ("issue-tracker", "https://author.example/x/issues?q=%20open#top") in links, links)
    requirements = by_role(data, "requirement")
    tap.check("what it requires, without versions", set(requirements) == {"numpy", "importlib-metadata", "c-c", "pytest"} and
              not any("version" in c for c in requirements.values()), list(requirements))
    tap.check("as written", properties(requirements["numpy"])["hwb:requirement"] in (["numpy>=1.20"], ["numpy (>=1.20)"]), requirements["numpy"])
    tap.check("extras are optional", [requirements[n]["scope"] for n in ("pytest", "numpy")] == ["optional", "required"], requirements)
    pins = {p["name"]: p for p in place.report()["lock"]["packages"]}
    built_with = by_role(data, "build-dependency")
    tap.check("build dependencies are those of the lock, with digests", set(built_with) == set(pins) and set(pins) >= {"setuptools"} and all(
        built_with[n]["hashes"][0]["content"] == p["sha256"] and built_with[n]["version"] == p["version"] for n, p in pins.items()), built_with)
    tap.check("they are no part of the wheel", all(c["scope"] == "excluded" for c in built_with.values()), built_with)
    url = built_with["setuptools"]["externalReferences"][0]["url"]
    tap.check("and say where they are from", url.startswith("http://127.0.0.1:") and "repository_url=http%3A%2F%2F127.0.0.1" in built_with["setuptools"]["purl"], built_with)
    interpreter = by_role(data, "interpreter")
    tap.check("the interpreter", interpreter["cpython"]["version"] == support.version_of(Setting.python), interpreter)
    tools = by_role(data, "tool")
    if place.report()["activity"]["recorded"]:
        tap.check("the compiler and the linker", any(n.endswith("gcc") or n in ("cc", "clang") for n in tools) and any(n.startswith("ld") or n == "collect2" for n in tools), list(tools))
        tap.check("no program that is none", not any(n.startswith("python") or n == "sh" for n in tools), list(tools))
    else:
        tap.skip("the compiler and the linker", "this kernel does not let hwb watch")
    tap.check("the source's digest is that of the report", properties(subject)["hwb:source-tree-sha256"] == [place.report()["source"]["tree_sha256"]], subject)
    tap.check("no path of the source", source not in open(wheel + ".cdx.json").read() + open(wheel + ".spdx.json").read())
    tap.check("the time is the source's", data["metadata"]["timestamp"][:4] >= "2024" and data["metadata"]["lifecycles"] == [{"phase": "build"}], data["metadata"])
    spdx = valid_spdx(tap, "SPDX", wheel + ".spdx.json")
    tap.check("SPDX has the same components", len(spdx["packages"]) == 1 + len(data["components"]), len(spdx["packages"]))
    tap.check("and the author for a supplier", spdx["packages"][0]["supplier"] == "Person: Ann Author (ann@author.example)", spdx["packages"][0])
    artefacts = place.report()["artifacts"]
    tap.check("the report has the same document", artefacts[0]["sbom"] == data)
    event = [e for e in place.log() if e["event"] == "sbom.created"]
    tap.check("the log has its digest", [e["sha256"] for e in event] == [sha256(open(wheel + ".cdx.json", "rb").read())], event)
    tap.run("the chain holds", place.hwb("log", "verify"), 0)


def nothing_is_left_beside(tap):
    """a build writes no document that nobody asked for"""
    place = Place()
    run, wheel, _ = build(place, example(more=""))
    tap.check("the wheel alone", run.code == 0 and place.made() == [os.path.basename(wheel)], run.told(), place.made())
    tap.check("the report has it all the same", place.report()["artifacts"][0]["sbom"]["bomFormat"] == "CycloneDX")
    sdist = Place()
    with Index(setuptools_links()) as index:
        run = sdist.build("--sdist", "--index-url", index.url(), "--sbom", "both", "--report", sdist.top + "/report.json", example(more=""))
    tap.check("an sdist has none", run.code == 0 and "sbom" not in sdist.report()["artifacts"][0] and len(sdist.made()) == 1, run.told(), sdist.made())
    valid_spdx_of = place.hwb("sbom", "--format", "spdx", "-o", place.top + "/x.spdx.json", wheel)
    tap.run("of a wheel without an author", valid_spdx_of, 0)
    valid_spdx(tap, "nobody's wheel", place.top + "/x.spdx.json", conforms=False)


def known_holes(tap):
    """what --audit found is in the documents"""
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "server"))
    import scenario_audit
    from fake_osv import FakeOsv
    links = fresh("links")
    make_wheel(links, "tool", "1.0")
    make_wheel(links, "other", "1.0")
    holes = [scenario_audit.advisory("PYSEC-1", "tool", aliases=["CVE-1", "GHSA-x"]), scenario_audit.advisory("PYSEC-2", "other")]
    tree = project(requires=["tool", "other"])
    with FakeOsv(holes) as osv:
        place = Place()
        run = place.build("--wheel", "--no-index", "-f", links, "--audit=report", "--ignore", "PYSEC-2=only at run time", "--service-url", osv.url(), "--sbom", "both", "--embed-sbom",
                          "--report", place.top + "/report.json", tree)
    tap.run("it builds", run, 0)
    wheel = glob.glob(place.out + "/*.whl")[0]
    data = valid_cyclonedx(tap, "a document with holes", wheel + ".cdx.json")
    refs = {c["bom-ref"]: c["name"] for c in data["components"]}
    got = [(v["id"], sorted(r["id"] for r in v.get("references", ())), [refs[a["ref"]] for a in v["affects"]], v["analysis"].get("detail"), v.get("recommendation")) for v in data["vulnerabilities"]]
    tap.check("each with its aliases, what it is about, and why it is ignored", sorted(got) == [
        ("PYSEC-1", ["CVE-1", "GHSA-x"], ["tool"], None, "update to 2.0"), ("PYSEC-2", [], ["other"], "ignored by the operator: only at run time", "update to 2.0")], got)
    spdx = valid_spdx(tap, "SPDX with holes", wheel + ".spdx.json", conforms=False)
    got = {p["name"]: [r["referenceLocator"] for r in p.get("externalRefs", ()) if r["referenceCategory"] == "SECURITY"] for p in spdx["packages"]}
    tap.check("SPDX refers to them", got["tool"] == ["https://osv.dev/vulnerability/PYSEC-1"] and got["other"] == ["https://osv.dev/vulnerability/PYSEC-2"], got)
    report = place.top + "/report.json"
    tap.check("a report has them", place.hwb("sbom", report).raw_out == open(wheel + ".cdx.json", "rb").read())
    tap.check("also as SPDX", place.hwb("sbom", "--format", "spdx", report).raw_out == open(wheel + ".spdx.json", "rb").read())
    inside = json.loads(zipfile.ZipFile(wheel).read(next(n for n in zipfile.ZipFile(wheel).namelist() if n.endswith("hwb.cdx.json"))))
    tap.check("the wheel itself has not: it does not change with what is known", "vulnerabilities" not in inside)


def of_reports(tap):
    """hwb sbom REPORT"""
    place = Place()
    run, wheel, _ = build(place, "--sbom", "both", example())
    tap.run("it builds", run, 0)
    report = place.top + "/report.json"
    tap.check("gives the very document", place.hwb("sbom", report).raw_out == open(wheel + ".cdx.json", "rb").read())
    tap.check("and SPDX of it", place.hwb("sbom", "--format", "spdx", report).raw_out == open(wheel + ".spdx.json", "rb").read())
    data = json.load(open(report))
    data["artifacts"] *= 2
    two = write(fresh("reports"), {"two.json": json.dumps(data), "none.json": '{"artifacts": []}', "torn.json": '{"artifacts": [', "other.json": "[]"})
    tap.run("several do not go to standard output", place.hwb("sbom", two + "/two.json"), 2, "-o DIR")
    tap.run("but into a folder", place.hwb("sbom", "-o", two + "/out", two + "/two.json"), 0)
    tap.check("which is made", os.listdir(two + "/out") == [os.path.basename(wheel) + ".cdx.json"], os.listdir(two))
    for name, words in (("none", "no wheel"), ("torn", "torn.json"), ("other", "artifacts"), ("absent", "no file")):
        tap.run("a report that is none: %s" % name, place.hwb("sbom", "%s/%s.json" % (two, name)), 2, words)
    for name in ("../../evil-1.0-py3-none-any.whl", "evil.txt", "/etc/evil-1.0-py3-none-any.whl"):
        for p in data["artifacts"][0]["sbom"]["metadata"]["component"]["properties"]:
            if p["name"] == "hwb:file-name":
                p["value"] = name
        write(two, {"evil.json": json.dumps(data)})
        tap.run("a report cannot choose a place: %s" % name, place.hwb("sbom", "-o", two + "/out", two + "/evil.json"), 2, "names a wheel that is none")
    tap.run("a report takes nothing in", place.hwb("sbom", "--embed", report), 2, "--embed takes wheels")


def record_holds(wheel):
    """What packaging's RECORD says, member by member, by the hand of zipfile and csv."""
    with zipfile.ZipFile(wheel) as z:
        record = next(n for n in z.namelist() if n.endswith(".dist-info/RECORD"))
        rows = {r[0]: r[1:] for r in csv.reader(io.StringIO(z.read(record).decode()))}
        for name in z.namelist():
            data = z.read(name)
            want = ["", ""] if name == record else ["sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode(), str(len(data))]
            if rows.pop(name) != want:
                return False
        return not rows


def installs(tap, what, wheel, module):
    target = fresh("target")
    run = venv("pip", "install", "-q", "--no-deps", "--no-index", "--disable-pip-version-check", "--target", target, wheel)
    tap.check("%s: pip installs it" % what, run.returncode == 0 and glob.glob(target + "/*.dist-info/sboms/hwb.cdx.json") and glob.glob(
        "%s/%s*" % (target, module)), run.stderr[-800:])
    unpacked = fresh("unpacked")
    run = venv("wheel", "unpack", "-d", unpacked, wheel)
    tap.check("%s: wheel unpacks it, which holds it to its RECORD" % what, run.returncode == 0, run.stderr[-800:])
    tap.check("%s: RECORD has every member" % what, record_holds(wheel))


def embedded(wheel):
    with zipfile.ZipFile(wheel) as z:
        name = next(n for n in z.namelist() if n.endswith("sboms/hwb.cdx.json"))
        return z.read(name)


def into_the_wheel(tap):
    """hwb build --embed-sbom"""
    place, source = Place(), example()
    run, wheel, _ = build(place, "--embed-sbom", "--sbom", "cyclonedx", source)
    tap.run("it builds", run, 0)
    tap.run("hwb check passes", place.hwb("check", wheel), 0, ": 0 errors")
    installs(tap, "the wheel", wheel, "hwb_example")
    path = write(fresh("embedded"), {"e.cdx.json": embedded(wheel)}) + "/e.cdx.json"
    data, beside = valid_cyclonedx(tap, "what is in it", path), json.load(open(wheel + ".cdx.json"))
    tap.check("without the wheel's own digest", "hashes" not in data["metadata"]["component"] and "hashes" in beside["metadata"]["component"])
    tap.check("without paths of this machine", not any("hwb:location" in properties(c) for r in ("interpreter", "tool") for c in by_role(data, r).values())
              and os.path.dirname(Setting.python) + "/" not in open(path).read(), data)
    tap.check("with what built it", set(by_role(data, "build-dependency")) >= {"setuptools"} and by_role(data, "interpreter"))
    tap.check("another number for another document", data["serialNumber"] != beside["serialNumber"])
    with Index(setuptools_links()) as index:
        run = Place().build("--wheel", "--index-url", index.url(), "--embed-sbom", "--keep-archive", source)
        tap.run("not into the backend's own archive", run, 2, "--keep-archive")
    tap.run("nor by the project's word", Place().build("--wheel", "--no-index", project(more="\n[tool.hwb.build]\nembed-sbom = true\n")), 2, "build.embed-sbom")


def the_same_twice(tap):
    """two builds, the same bytes"""
    source = example()
    for words in (["--sbom", "both"], ["--sbom", "both", "--embed-sbom"]):
        seen = []
        links = setuptools_links()
        for _ in range(2):
            place = Place()
            run = place.build("--wheel", "--no-index", "--find-links", links, *words, source)
            tap.run("a build", run, 0)
            seen.append({n: sha256(open(os.path.join(place.out, n), "rb").read()) for n in place.made()})
        tap.check("%s: wheel and documents" % " ".join(words), len(seen[0]) == 3 and seen[0] == seen[1], seen)


AUDITWHEEL = """
import json, sys
from auditwheel import sboms
class Provider:
    purl, package_name, package_version = "pkg:rpm/almalinux/zlib@1.2.11-40.el9", "zlib", "1.2.11-40.el9"
sboms.whichprovides = lambda paths: {p: Provider for p in paths}
print(json.dumps(sboms.create_sbom_for_wheel(sys.argv[1], ["/lib64/libz.so.1"])))
"""


def repaired(folder, more=()):
    """A wheel as auditwheel leaves it: a library in NAME.libs, and the document that auditwheel's own code writes of it."""
    name = "repaired-1.0-py3-none-any.whl"
    run = venv(name, code=AUDITWHEEL)
    if run.returncode:
        raise Skip("auditwheel writes no document: %s" % run.stderr[-200:])
    files = {"repaired.py": "x = 1\n", "repaired.libs/libz-12345678.so.1.2.11": b"not really ELF",
             "repaired-1.0.dist-info/sboms/auditwheel.cdx.json": run.stdout}
    files.update(more)
    return make_wheel(folder, "repaired", "1.0", files=files, requires=["six"],
                      metadata="Maintainer-email: Pal <pal@maintainer.example>\nLicense-Expression: MIT OR LicenseRef-Proprietary\n")


def from_the_wheel_alone(tap):
    """hwb sbom WHEEL, with what auditwheel left"""
    place, folder = Place(), fresh("repaired")
    wheel = repaired(folder)
    out = place.top + "/x.cdx.json"
    tap.run("to a file", place.hwb("sbom", "-o", out, wheel), 0)
    tap.check("or to standard output, the same", place.hwb("sbom", wheel).raw_out == open(out, "rb").read())
    data = valid_cyclonedx(tap, "CycloneDX", out)
    vendored = by_role(data, "vendored")
    tap.check("the library, with its digest and place", vendored["libz-12345678.so.1.2.11"]["hashes"][0]["content"] == sha256(b"not really ELF") and
              vendored["libz-12345678.so.1.2.11"]["evidence"]["occurrences"] == [{"location": "repaired.libs/libz-12345678.so.1.2.11"}], vendored)
    tap.check("the package that auditwheel names, as its word", vendored["zlib"]["purl"] == "pkg:rpm/almalinux/zlib@1.2.11-40.el9" and
              properties(vendored["zlib"])["hwb:stated-by"] == ["auditwheel.cdx.json"], vendored)
    tap.check("the wheel is not its own component", len(vendored) == 2, list(vendored))
    tap.check("it says that it is not complete", data["compositions"][0]["aggregate"] == "incomplete", data["compositions"])
    tap.check("the expression of the licence", data["metadata"]["component"]["licenses"] == [{"expression": "MIT OR LicenseRef-Proprietary", "acknowledgement": "declared"}])
    tap.run("SPDX", place.hwb("sbom", "--format=spdx", "-o", place.top + "/x.spdx.json", wheel), 0)
    spdx = valid_spdx(tap, "SPDX", place.top + "/x.spdx.json")
    tap.check("has the licence that nobody else knows", spdx["hasExtractedLicensingInfos"][0]["licenseId"] == "LicenseRef-Proprietary", spdx)
    early = place.hwb("sbom", wheel, env={"SOURCE_DATE_EPOCH": "1000000000"}).json()
    tap.check("SOURCE_DATE_EPOCH is the time", early["metadata"]["timestamp"] == "2001-09-09T01:46:40Z", early["metadata"])
    tap.run("no time that a wheel could not have", place.hwb("sbom", wheel, env={"SOURCE_DATE_EPOCH": "12"}), 2, "SOURCE_DATE_EPOCH")


def into_wheels_of_others(tap):
    """hwb sbom --embed"""
    place, folder = Place(), fresh("repaired")
    wheel = repaired(folder)
    before = open(wheel, "rb").read()
    found = [f["id"] for f in place.hwb("check", "--json", wheel).json()["findings"]]
    run = place.hwb("sbom", "--embed", wheel)
    tap.run("it says what it wrote", run, 0, wheel)
    once = open(wheel, "rb").read()
    tap.check("the wheel is another one", once != before)
    installs(tap, "the wheel", wheel, "repaired")
    now = [f["id"] for f in place.hwb("check", "--json", wheel).json()["findings"]]
    tap.check("hwb check finds nothing that was not there", set(now) <= set(found), found, now)
    path = write(fresh("embedded"), {"e.cdx.json": embedded(wheel)}) + "/e.cdx.json"
    data = valid_cyclonedx(tap, "what is in it", path)
    tap.check("auditwheel's document is merged and still there", "zlib" in by_role(data, "vendored") and any(
        n.endswith("auditwheel.cdx.json") for n in zipfile.ZipFile(wheel).namelist()))
    place.hwb("sbom", "--embed", wheel)
    tap.check("once more changes nothing", open(wheel, "rb").read() == once)
    event = [e for e in place.log() if e["event"] == "sbom.created"]
    tap.check("the log has the digest of what is in it", event[0]["sha256"] == sha256(embedded(wheel)), event)
    bad = repaired(fresh("bad"))
    with zipfile.ZipFile(bad, "a") as z:
        z.writestr("repaired-1.0.dist-info/RECORD.jws", "x")
    kept = open(bad, "rb").read()
    tap.run("nothing goes into a signed wheel", place.hwb("sbom", "--embed", bad), 6, "signed")
    lying = make_wheel(fresh("lying"), "lying", "1.0")
    with zipfile.ZipFile(lying) as z:
        members = {n: z.read(n) for n in z.namelist()}
    with zipfile.ZipFile(lying, "w") as z:
        for n, text in members.items():
            z.writestr(n, text + b"# more\n" if n == "lying.py" else text)
    tap.run("nor into one that is not as its RECORD says", place.hwb("sbom", "--embed", lying), 6, "R0")
    tap.check("and both stay as they are", open(bad, "rb").read() == kept and zipfile.ZipFile(lying).read("lying.py").endswith(b"# more\n"))
    tap.run("it goes with no file", place.hwb("sbom", "--embed", "-o", "x", wheel), 2, "--embed")


def folders(tap):
    """hwb sbom DIR"""
    place, folder = Place(), fresh("wheels")
    one = make_wheel(folder, "one", "1.0")
    tap.check("one wheel goes to standard output", place.hwb("sbom", folder).json()["metadata"]["component"]["name"] == "one")
    make_wheel(folder, "two", "2.0")
    run = place.hwb("sbom", folder)
    tap.check("several go beside their wheels", run.code == 0 and run.paths() == [one + ".cdx.json", one.replace("one-1.0", "two-2.0") + ".cdx.json"] and all(
        os.path.isfile(p) for p in run.paths()), run.told())
    tap.run("or into a folder", place.hwb("sbom", "--format", "spdx", "-o", folder + "/out", folder), 0, "two-2.0-py3-none-any.whl.spdx.json")
    tap.run("a folder without wheels", place.hwb("sbom", fresh("empty")), 2, "no wheel in the folder")
    write(folder, {"bad-1.0-py3-none-any.whl": b"PK"})
    tap.run("a wheel that is none", place.hwb("sbom", folder), 6, "bad-1.0-py3-none-any.whl")
    tap.run("nothing", place.hwb("sbom"), 2, "takes wheels")
    tap.run("what is not there", place.hwb("sbom", "absent-1.0-py3-none-any.whl"), 2, "no file")
    tap.run("a folder that is not there", place.hwb("sbom", "-o", folder + "/no/x.json", one), (2, 10), "write")


def hostile(tap):
    """texts of strangers, documents that make no sense, a reader that dies"""
    place, folder = Place(), fresh("hostile")
    metadata = "Author: %s\nAuthor-email: \"::error::x\" <a@b.example>\nLicense: ##[error]x \u202e ghp_abcdefghijklmnopqrstuvwxyz0123456789\n" % "\x1b]0;t\x07"
    wheel = make_wheel(folder, "odd", "1.0", metadata=metadata, requires=["c @ https://user:passw0rd@host.example/c.whl"])
    run = place.hwb("sbom", "-o", folder + "/odd.json", wheel)
    text = open(folder + "/odd.json").read()
    tap.run("it is described", run, 0)
    tap.check("nothing of it steers a terminal or a CI system", not re.search("[\x1b\x07\u202e]|##\\[", text) and not re.search(r"(?m)^\s*::", text), text)
    tap.check("no credential is in it", "passw0rd" not in text and "ghp_" not in text, text)
    valid_cyclonedx(tap, "what is left", folder + "/odd.json")
    torn = make_wheel(folder, "torn", "1.0", files={"torn.py": "x", "torn-1.0.dist-info/sboms/x.cdx.json": "{", "torn-1.0.dist-info/sboms/y.spdx": "SPDXVersion: SPDX-2.3"})
    run = place.hwb("sbom", torn)
    tap.run("documents that make no sense are warned about", run, 0, "'x.cdx.json' makes no sense", "'y.spdx' makes no sense")
    tap.check("and named", properties(json.loads(run.out)["metadata"]["component"])["hwb:unread-sbom"] == ["x.cdx.json", "y.spdx"], run.out)
    forged = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"type": "library", "name": "innocent", "version": "1", "properties": [{"name": "hwb:role", "value": "build-dependency"}]}],
        "metadata": {"component": {"type": "library", "name": "demo", "properties": [{"name": "hwb:source-commit", "value": "f" * 40}]}}})
    forger = make_wheel(folder, "demo", "1.0", files={"demo.py": "x", "demo-1.0.dist-info/sboms/hwb.cdx.json": forged})
    backend = "import shutil\n\ndef build_wheel(out, *_, **__):\n    shutil.copy('made.bin', out + '/demo-1.0-py3-none-any.whl')\n    return 'demo-1.0-py3-none-any.whl'\n"
    source = project(backend, files={"made.bin": open(forger, "rb").read()})
    run = place.build("--wheel", "--no-index", "--sbom", "cyclonedx", source, env={"HWB_SCAN": "off"})
    tap.run("a backend that brings hwb's own document", run, 0)
    data = json.load(open(place.out + "/demo-1.0-py3-none-any.whl.cdx.json"))
    tap.check("has no say in what built it", "innocent" not in json.dumps(data) and "f" * 40 not in json.dumps(data), data)
    programs = fresh("programs")
    for name in ("hwb-net", "hwb-unpack", "hwb-sandbox"):
        os.symlink(os.path.join(os.path.dirname(Setting.hwb), name), os.path.join(programs, name))
    shutil.copy(Setting.hwb, programs)
    write(programs, {"hwb-parse": "#!/bin/sh\nkill -9 $$\n"})
    os.chmod(programs + "/hwb-parse", 0o755)
    dying = Place(program=programs + "/hwb")
    tap.run("a reader that dies is no document", dying.hwb("sbom", "-o", folder + "/none.json", wheel), 10)
    tap.check("and writes none", not os.path.exists(folder + "/none.json"))


def known_secrets(tap):
    """a value that was handed to the build is in no document"""
    place = Place()
    secret = "s3cr3t-value-of-a-token-0123"
    backend = ("import os, zipfile, hashlib, base64\n\ndef build_wheel(out, *_, **__):\n    info = 'demo-1.0.dist-info/'\n    files = {'demo.py': 'x = 1\\n', "
               "info + 'METADATA': 'Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\nAuthor: ' + os.environ['MY_TOKEN'] + '\\n', "
               "info + 'WHEEL': 'Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n'}\n    record = ''\n"
               "    with zipfile.ZipFile(out + '/demo-1.0-py3-none-any.whl', 'w') as z:\n        for n, t in files.items():\n            z.writestr(n, t)\n"
               "            record += '%s,sha256=%s,%d\\n' % (n, base64.urlsafe_b64encode(hashlib.sha256(t.encode()).digest()).rstrip(b'=').decode(), len(t))\n"
               "        z.writestr(info + 'RECORD', record + info + 'RECORD,,\\n')\n    return 'demo-1.0-py3-none-any.whl'\n")
    run = place.build("--wheel", "--no-index", "--sbom", "both", "--env", "MY_TOKEN", "--report", place.top + "/report.json", project(backend),
                      env={"MY_TOKEN": secret, "HWB_SCAN": "off"})
    tap.run("it builds", run, 0)
    texts = [open(p).read() for p in glob.glob(place.out + "/*.json")] + [json.dumps(a["sbom"]) for a in place.report()["artifacts"]]
    tap.check("it is in none of them", len(texts) == 3 and not any(secret in t for t in texts), texts)


TESTS = [whole_build, nothing_is_left_beside, of_reports, known_holes, into_the_wheel, the_same_twice, from_the_wheel_alone, into_wheels_of_others, folders, hostile, known_secrets]


def main():
    only = support.begin(sys.argv)
    if not Setting.venv or venv(code="import cyclonedx.validation.json, spdx_tools, ntia_conformance_checker").returncode:
        print("ok 1 - bills of materials # SKIP the oracles of packaging/peers.txt are not installed")
        print("1..1")
        return
    support.Tap().all(TESTS, only)


main()
