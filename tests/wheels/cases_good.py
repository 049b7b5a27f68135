"""Odd wheels that are right all the same: no error, whatever else."""
import struct

from archive import STORED, Member, deflate
from case import case, changed, made
from demo import Demo


@case
def good():
    return made(Demo())


@case
def good_stored():
    def edit(members):
        for m in members:
            m.method = STORED
    return changed(edit)


@case
def good_folders():
    def edit(members):
        return [Member("demo/", mode=0o40755, method=STORED), Member("demo-1.0.dist-info/", mode=0o40755, method=STORED)] + members
    return changed(edit)


@case
def good_build_tag():
    return made(Demo(build="1local"))


@case
def good_two_tags():
    return made(Demo(tag="py2.py3-none-any"))


@case
def good_dots_in_a_name():
    return made(Demo().add("demo/a..b.txt", b"a\n").add("demo/...txt", b"a\n"))


@case
def good_beyond_ascii():
    return made(Demo().add("demo/\u00e9t\u00e9.txt", b"a\n"))


@case
def good_script():
    return made(Demo().add("demo-1.0.data/scripts/tool", b"#!python\nprint(1)\n", mode=0o100755))


@case
def good_sha512():
    demo = Demo()
    demo.algorithm = "sha512"
    return made(demo)


@case
def good_signature():
    demo = Demo()
    demo.last = [Member("demo-1.0.dist-info/RECORD.jws", b"{}")]
    return made(demo)


@case
def good_no_mode():
    def edit(members):
        for m in members:
            m.mode = 0
    return changed(edit)


@case
def good_extra_field():
    def edit(members):
        for m in members:
            m.extra = struct.pack("<HHBI", 0x5455, 5, 1, 315532800)
    return changed(edit)


@case
def good_zip64_field_without_need():
    """As bazel writes them, protobuf among others: in local headers, with the sizes that the header has too."""
    def edit(members):
        for m in members:
            m.local = {"extra": struct.pack("<HHQQ", 1, 16, len(m.data), len(deflate(m.data)))}
    return changed(edit)


@case
def good_zip64_end():
    demo = Demo()
    demo.archive = dict(zip64={}, end=dict(here=0xffff, total=0xffff, size=0xffffffff, offset=0xffffffff))
    return made(demo)


@case
def good_old_metadata():
    demo = Demo()
    demo.set("Metadata-Version", "2.1").set("License-Expression", None).set("License-File", None)
    return made(demo)


@case
def good_record_with_returns():
    demo = Demo()
    demo.edit_rows = lambda rows: [row + "\r" for row in rows]
    return made(demo)


@case
def good_quoted_name():
    return made(Demo().add("demo/a,b.txt", b"a\n"))


@case
def good_no_entry_points():
    demo = Demo()
    demo.entry_points = None
    return made(demo)


@case
def good_extras_and_markers():
    return made(Demo().set("Provides-Extra", "fast").set("Requires-Dist", 'x>=1; extra == "fast" and python_version < "3.12"'))
