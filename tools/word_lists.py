"""Writes the word lists of data/ anew from the packages they come from; needs those (see packaging/peers.txt), a build does not.

word_lists.py spdx|classifiers|stdlib [PYTHON...] >data/NAME.txt
"""
import re
import subprocess
import sys


def spdx():
    import packaging
    from packaging.licenses import _spdx
    print("# SPDX licence list %s, identifiers only, deprecated ones too: 'license ID' or 'exception ID'." % _spdx.VERSION)
    print("# From packaging %s (packaging/licenses/_spdx.py; Apache-2.0 OR BSD-2-Clause)." % packaging.__version__)
    for kind, rows in ("license", _spdx.LICENSES), ("exception", _spdx.EXCEPTIONS):
        for row in sorted(rows.values(), key=lambda row: row["id"].lower()):
            print("%s %s" % (kind, row["id"]))


def classifiers():
    from importlib.metadata import version

    import trove_classifiers
    print("# Classifiers that PyPI knows, one a line; 'old' and a tab in front of those it refuses by now.")
    print("# From trove-classifiers %s (Apache-2.0)." % version("trove-classifiers"))
    for name in sorted(trove_classifiers.classifiers):
        print(name)
    for name in sorted(trove_classifiers.deprecated_classifiers):
        print("old\t" + name)


def stdlib(*pythons):
    names, versions = set(), []
    for python in pythons or [sys.executable]:
        text = subprocess.run([python, "-IS", "-c", "import sys; print(sys.version.split()[0], *sys.stdlib_module_names)"],
                              capture_output=True, text=True, check=True).stdout.split()
        versions.append(text[0])
        names |= set(text[1:])
    print("# Top-level modules of the standard library, without those that begin with an underscore.")
    print("# From sys.stdlib_module_names of CPython %s." % ", ".join(versions))
    for name in sorted(name for name in names if re.fullmatch("[a-z][A-Za-z0-9_]*", name)):
        print(name)


{"spdx": spdx, "classifiers": classifiers, "stdlib": stdlib}[sys.argv[1]](*sys.argv[2:])
