"""Compiles the .py files of one wheel inside the sandbox, for hwb: nothing of the wheel runs.

argv: the source tree, the place it will have, the file to write. The file holds, for each source in sorted order, a
length-prefixed path of its .pyc and the length-prefixed bytes (little-endian u32). The .pyc are unchecked-hash based
(PEP 552): they do not look at times, so they are the same everywhere and safe in a tree that never changes.
"""
import importlib.util
import marshal
import os
import sys


def _pyc(source, name):
    code = compile(source, name, "exec", dont_inherit=True, optimize=0)
    return (importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(source)
            + marshal.dumps(code))


def main(tree, place, out):
    with open(out, "wb") as file:
        for folder, folders, names in os.walk(tree):
            folders.sort()
            for name in sorted(names):
                if not name.endswith(".py"):
                    continue
                path = os.path.join(folder, name)
                inside = os.path.relpath(path, tree)
                with open(path, "rb") as source:
                    text = source.read()
                try:
                    data = _pyc(text, os.path.join(place, inside))
                except (SyntaxError, ValueError, RecursionError, MemoryError):
                    continue  # templates and Python 2 leftovers: an import of them fails by itself
                target = importlib.util.cache_from_source(inside).encode()
                for part in (target, data):
                    file.write(len(part).to_bytes(4, "little"))
                    file.write(part)


if __name__ == "__main__":
    main(*sys.argv[1:])
