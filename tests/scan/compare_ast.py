"""What the engine reads against what Python's own parser reads: compare_ast.py SCAN_FACTS FOLDER...|--stdlib

Every .py below the folders that the Python running this parses: calls (dotted callee, line, column) and imports must be the same sets. TAP.
"""
import ast
import json
import os
import subprocess
import sys
import unicodedata
import warnings

warnings.simplefilter("ignore")


def dotted(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or len(parts) > 15:
        return ""
    return ".".join([node.id] + parts[::-1])


def of_ast(tree):
    calls, imports = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            calls.add((dotted(node.func)[:400], node.lineno, node.col_offset + 1))
        elif isinstance(node, ast.Import):
            imports.update((alias.name, "", alias.asname or "", 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imports.update(("." * node.level + (node.module or ""), alias.name, alias.asname or "", 0) for alias in node.names)
    return calls, imports


def same(text):
    return unicodedata.normalize("NFKC", text)


def of_engine(lines):
    calls, imports, unparsed = set(), set(), []
    for line in lines:
        row = json.loads(line)
        if row["kind"] == "call":
            calls.add((same(row["name"]), row["line"], row["column"]))
        elif row["kind"] == "import":
            imports.add((same(row["module"]), same(row["name"]), same(row["as"]), 0))
        elif row["kind"] == "fact" and row["class"] == "unparsed":
            unparsed.append("%s:%s %s" % (row["line"], row["id"], row["evidence"][:80]))
    return calls, imports, unparsed


def answers(program, paths):
    found, path = {}, None
    out = subprocess.run([program], input="\n".join(paths) + "\n", stdout=subprocess.PIPE, text=True, encoding="utf-8", errors="replace", check=True).stdout
    for line in out.split("\n"):
        if line.startswith("FILE "):
            path = line[5:]
            found[path] = []
        elif line:
            found[path].append(line)
    return found


def main():
    program, folders = sys.argv[1], sys.argv[2:]
    if folders == ["--stdlib"]:
        folders = [os.path.dirname(os.__file__)]
    paths = sorted(os.path.join(top, name) for folder in folders for top, _, names in os.walk(folder) for name in names if name.endswith(".py"))
    paths = [path for path in paths if "\n" not in path]
    compared, bad, skipped = 0, [], 0
    for path, lines in answers(program, paths).items():
        data = open(path, "rb").read()
        try:
            tree = ast.parse(data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            skipped += 1
            continue
        calls, imports = of_ast(tree)
        calls = {(same(name), line, column) for name, line, column in calls}
        got_calls, got_imports, unparsed = of_engine(lines)
        if sys.version_info < (3, 12):  # no places inside f-strings before PEP 701
            inside = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
            covered = {line for node in inside for line in range(node.lineno, node.end_lineno + 1)}
            calls = {call for call in calls if call[1] not in covered and call[1] > 1}
            got_calls = {call for call in got_calls if call[1] not in covered and call[1] > 1}
        compared += 1
        if calls != got_calls or {tuple(map(str, i)) for i in imports} != {tuple(map(str, i)) for i in got_imports} or unparsed:
            bad.append((path, sorted(calls - got_calls)[:3], sorted(got_calls - calls)[:3], sorted(imports ^ got_imports)[:3], unparsed[:3]))
    for row in bad[:40]:
        print("# %s\n#   missing %s\n#   more %s\n#   imports %s\n#   unparsed %s" % row)
    print("%s 1 - %d files are read as Python reads them (%d that Python refuses are left out, %d differ)" % ("not ok" if bad or not compared else "ok", compared, skipped, len(bad)))
    print("1..1")
    return bool(bad) or not compared


if __name__ == "__main__":
    sys.exit(main())
