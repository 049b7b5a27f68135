#!/usr/bin/env python3
"""Writes src/scan/py_ident_table.h: characters that NFKC makes ASCII letters, digits or '_' (PEP 3131). Run by hand when Unicode moves."""
import sys
import unicodedata


def rows():
    for code in range(0x80, 0x110000):
        text = unicodedata.normalize("NFKC", chr(code))
        if text != chr(code) and all(c.isascii() and (c.isalnum() or c == "_") for c in text):
            yield code, text


def main():
    # A run: characters in a row whose single letters are in a row too.
    runs = []
    for code, text in rows():
        last = runs[-1] if runs else None
        if last and len(text) == 1 and len(last[2]) == 1 and code == last[0] + last[1] and ord(text) == ord(last[2]) + last[1]:
            last[1] += 1
        else:
            runs.append([code, 1, text])
    print("/* Made by tools/python_identifiers.py from Unicode %s: first, count, what NFKC makes of the first. */" % unicodedata.unidata_version)
    print("/* clang-format off */")
    for i in range(0, len(runs), 5):
        print(" ".join('{ 0x%x, %d, "%s" },' % tuple(run) for run in runs[i:i + 5]))
    print("/* clang-format on */")


main()
