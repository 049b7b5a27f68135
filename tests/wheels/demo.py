"""The good wheel that every bad one is a mutation of."""
from archive import Member, record_row, write

METADATA = """Metadata-Version: 2.4
Name: demo
Version: 1.0
Summary: A wheel for tests
License-Expression: MIT
License-File: LICENSE
Requires-Python: >=3.8
Description-Content-Type: text/markdown

# Demo

A wheel for tests.
"""
ENTRY_POINTS = "[console_scripts]\ndemo = demo:main\n"
SOURCE = b"def main():\n    return 0\n"


class Demo:
    """A wheel as parts that a case changes before it is written. Members in the order of the file."""

    def __init__(self, name="demo", version="1.0", tag="py3-none-any", build=None):
        self.name, self.version, self.tag, self.build = name, version, tag, build
        self.info, self.data = "demo-1.0.dist-info", "demo-1.0.data"
        self.metadata = METADATA
        tags = ["%s-%s-%s" % (p, a, s) for p in tag.split("-")[0].split(".") for a in tag.split("-")[1].split(".") for s in tag.split("-")[2].split(".")]
        self.wheel = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: %s\n" % ("true" if tag.endswith("-any") else "false")
        self.wheel += ("Build: %s\n" % build if build else "") + "".join("Tag: %s\n" % t for t in tags)
        self.entry_points = ENTRY_POINTS
        self.files = [Member("demo/__init__.py", SOURCE), Member("demo/data.json", b'{"a": 1}\n')]
        self.algorithm = "sha256"
        self.edit_rows = lambda rows: rows
        self.record_text = None  # bytes: instead of all rows; b"" leaves RECORD out
        self.last = []  # behind RECORD, and not in it
        self.archive = {}
        self.edit_members = lambda members: members

    def add(self, name, data=b"", **more):
        self.files.append(Member(name, data, **more))
        return self

    def file_name(self):
        return "-".join([self.name, self.version] + ([self.build] if self.build else []) + [self.tag]) + ".whl"

    def set(self, key, value):
        """One header of METADATA, put at the end of the headers or in its place; None takes it out."""
        head, _, body = self.metadata.partition("\n\n")
        lines = [line for line in head.split("\n") if not line.startswith(key + ":")]
        self.metadata = "\n".join(lines + (["%s: %s" % (key, value)] if value is not None else [])) + "\n\n" + body
        return self

    def members(self):
        def encoded(text):
            return text if isinstance(text, bytes) else text.encode()
        info = [Member(self.info + "/licenses/LICENSE", b"MIT License\n")]
        for name, text in [("METADATA", self.metadata), ("WHEEL", self.wheel), ("entry_points.txt", self.entry_points)]:
            if text is not None:
                info.append(Member(self.info + "/" + name, encoded(text)))
        members = self.files + info
        if self.record_text is None:
            rows = [record_row(m.name, m.data, self.algorithm) for m in members if m.in_record and not m.name.endswith("/")]
            rows = list(dict.fromkeys(rows)) + [self.info + "/RECORD,,"]
            text = "".join(row + "\n" for row in self.edit_rows(rows)).encode()
        else:
            text = self.record_text
        if text:
            members = members + [Member(self.info + "/RECORD", text)]
        return self.edit_members(members + self.last)

    def build_archive(self):
        return write(self.members(), **self.archive)
