"""Writes data/pypa-images.txt anew from a wheel of cibuildwheel, which pins PyPA's images by digest:
pypa_images.py CIBUILDWHEEL-*.whl >data/pypa-images.txt. Read the difference before you commit it.

The list is a fact of theirs (BSD-2-Clause); only platform, digest and date are taken. Images for PyPy are the same ones.
"""
import configparser
import re
import sys
import zipfile

HEAD = """# PyPA's build images by platform tag, pinned by digest: what --platform takes when no --image is named.
# Made by tools/pypa_images.py from the list in cibuildwheel %(version)s (BSD-2-Clause), whose images are dated %(dates)s.
# A line: platform tag, image. manylinux2014 is also called manylinux_2_17 (PEP 600).
"""


def rows(text):
    parser = configparser.ConfigParser(inline_comment_prefixes=None)
    parser.read_string(text)
    for machine in parser.sections():
        for policy, value in parser[machine].items():
            image, _, date = value.partition("#")
            if machine.startswith("pypy_"):
                continue
            if not re.fullmatch(r"quay\.io/pypa/%s_%s@sha256:[0-9a-f]{64}" % (policy, machine), image.strip()):
                sys.exit("%s of %s is not a pinned image of PyPA: %s" % (policy, machine, image))
            for name in [policy] + ["manylinux_2_17"] * (policy == "manylinux2014"):
                yield "%s_%s" % (name, machine), image.strip(), date.strip()


wheel = zipfile.ZipFile(sys.argv[1])
found = list(rows(wheel.read("cibuildwheel/resources/pinned_docker_images.cfg").decode()))
version = re.search(r"cibuildwheel-([^-]+)-", sys.argv[1]).group(1)
print(HEAD % {"version": version, "dates": ", ".join(sorted({date for _, _, date in found}))}, end="")
for platform, image, _ in sorted(found):
    print(platform, image)
