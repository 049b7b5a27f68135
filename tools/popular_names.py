"""Writes data/popular-names.txt anew from a downloaded guarddog: popular_names.py guarddog-*.whl >data/popular-names.txt.
Get it with `pip download guarddog --no-deps`; it need not be installed. Read the difference before you commit it.

The names are facts; nothing else of guarddog is taken.
"""
import datetime
import email
import json
import re
import sys
import zipfile

COUNT = 6000
HEAD = """# The %d distributions that are downloaded most, most first: what a name with a slip in it may want to be taken for.
# Made by tools/popular_names.py. Normalised names, which are facts; nothing else of the source is taken.
# Source: guarddog %s, its top_pypi_packages.json
# Licence: %s
# Date: %s"""

with zipfile.ZipFile(sys.argv[1]) as wheel:
    member = {name.rsplit("/", 1)[-1]: name for name in wheel.namelist()}
    top = json.loads(wheel.read(member["top_pypi_packages.json"]))
    meta = email.message_from_bytes(wheel.read(next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))))
names = []
for name in top["packages"]:
    name = re.sub(r"[-_.]+", "-", name).lower()
    if re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name):
        names.append(name)
names = list(dict.fromkeys(names))[:COUNT]
day = datetime.datetime.fromtimestamp(top["downloaded_timestamp"], datetime.timezone.utc).date()
print(HEAD % (len(names), meta["Version"], meta["License"] or meta["License-Expression"], day))
print("\n".join(names))
