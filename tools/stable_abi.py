"""Writes data/stable-abi.txt anew from the installed abi3info: stable_abi.py >data/stable-abi.txt.
Read the difference before you commit it.

The list is a fact of CPython (Misc/stable_abi.toml, PSF-2.0) as abi3info (MIT) has it: names, versions and kinds only.
"""
import importlib.metadata

import abi3info

HEAD = """# The stable ABI of CPython (PEP 384, PEP 652): what an abi3 extension may import, and the version that brought it.
# Made by tools/stable_abi.py from abi3info %s (%s), which has it from CPython's Misc/stable_abi.toml (PSF-2.0).
# A line: symbol, version, kind, and the condition of CPython's own build under which it is there ("-": always)."""

meta = importlib.metadata.metadata("abi3info")
print(HEAD % (meta["Version"], meta["License-Expression"] or meta["License"]))
rows = []
for kind, items in [("function", abi3info.FUNCTIONS), ("data", abi3info.DATAS)]:
    for item in items.values():
        rows.append((item.symbol.name, str(item.added), kind, item.ifdef.name if item.ifdef else "-"))
for row in sorted(rows):
    print(*row)
