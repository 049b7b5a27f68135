"""Z: the archive itself (reference/wheel-checks.md 3.1)."""
import io
import struct
import tarfile
import zipfile
import zlib

from archive import END, STORED, Member, deflate, local_record, write
from case import case, changed, first, made
from demo import SOURCE, Demo

EMPTY_END = END + bytes(18)


def around(before=b"", after=b"", **more):
    demo = Demo()
    demo.archive = more
    return demo.file_name(), before + demo.build_archive() + after


def ending(**fields):
    return around(end=fields)


SENTINELS = dict(here=0xffff, total=0xffff, size=0xffffffff, offset=0xffffffff)


def ending64(**fields):
    return around(zip64=fields, end=SENTINELS)


def count(demo=None):
    return len((demo or Demo()).members())


def on_first(**more):
    """Fields of demo/__init__.py: both, local, central, or attributes of Member."""
    def edit(members):
        for key, value in more.items():
            setattr(first(members), key, value)
    return changed(edit)


def named(name, **more):
    return made(Demo().add(name, b"x = 1\n", **more))


@case
def z01_prefix():
    return around(before=b"#!/bin/sh\nexit 0\n")


@case
def z01_prefix_counted():
    return around(before=b"#!/bin/sh\nexit 0\n", base=17)


@case
def z02_archive_extra_data():
    return around(between=b"PK\6\x08" + struct.pack("<I", 4) + b"data")


@case
def z02_central_header_among_members():
    def edit(members):
        members[1].before = b"PK\1\2" + bytes(42)
    return changed(edit)


@case
def z03_zeros_behind():
    return around(after=bytes(8))


@case
def z03_junk_behind():
    return around(after=b"junk")


@case
def z04_comment():
    return around(comment=b"hello")


@case
def z04_comment_hides_an_end():
    return around(comment=EMPTY_END)


@case
def z05_two_ends():
    return around(after=EMPTY_END)


@case
def z05_disk():
    return ending(disk=1)


@case
def z05_counts_differ():
    return ending(here=count() - 1)


@case
def z05_zip64_offset():
    return ending64(offset=7)


@case
def z05_zip64_count():
    return ending64(here=count() + 1, total=count() + 1)


@case
def z05_zip64_size():
    return ending64(record_size=45)


@case
def z05_zip64_disk():
    return ending64(disk=1)


@case
def z05_zip64_locator():
    return ending64(at=3)


@case
def z06_count():
    return ending(here=count() + 1, total=count() + 1)


@case
def z06_count_too_small():
    return ending(here=count() - 1, total=count() - 1)


@case
def z06_size():
    return ending(size=17)


@case
def z06_offset():
    return ending(offset=17)


@case
def z07_name():
    return on_first(local={"name": b"demo/__evil__.py"[:16]})


@case
def z07_flags():
    return on_first(local={"flags": 2})


@case
def z07_method():
    return on_first(local={"method": STORED})


@case
def z07_time():
    return on_first(local={"time": 0x22 << 16})


@case
def z07_crc():
    return on_first(local={"crc": 0x12345678})


@case
def z07_packed_size():
    return on_first(local={"packed_size": 3})


@case
def z07_size():
    return on_first(local={"size": 3})


@case
def z07_version():
    return on_first(local={"version": 10})


@case
def z08_duplicate():
    def edit(members):
        return members[:1] + members
    return changed(edit)


@case
def z08_case():
    return made(Demo().add("demo/A.py", b"a = 1\n").add("demo/a.py", b"a = 1\n"))


@case
def z08_normalisation():
    return made(Demo().add("demo/\u00e9.py", b"a = 1\n").add("demo/e\u0301.py", b"a = 1\n"))


@case
def z09_overlap():
    def edit(members):
        members[1].central = {"offset": 0}
    return changed(edit)


@case
def z09_inside_another():
    """The second member's header and data lie inside the stored data of the first."""
    inner = Member("demo/data.json", b"{}\n", method=STORED, inside=30 + len("demo/__init__.py") + len("# "))
    demo = Demo()
    demo.files = [Member("demo/__init__.py", b"# " + local_record(inner) + b"\n", method=STORED), inner]
    return made(demo)


@case
def z09_gap():
    def edit(members):
        members[1].before = bytes(16)
    return changed(edit)


@case
def z10_bzip2():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for m in Demo().members():
            info = zipfile.ZipInfo(m.name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_BZIP2 if m.name == "demo/data.json" else zipfile.ZIP_DEFLATED
            archive.writestr(info, m.data)
    return Demo().file_name(), out.getvalue()


@case
def z10_unknown_method():
    return on_first(method=99)


@case
def z11_data_descriptor():
    return on_first(flags=8)


@case
def z12_encrypted():
    return on_first(flags=1)


@case
def z12_strong():
    return on_first(flags=1 << 6)


@case
def z12_patched():
    return on_first(flags=1 << 5)


@case
def z12_masked():
    return on_first(flags=1 << 13)


@case
def z13_size_too_small():
    return on_first(both={"size": len(SOURCE) - 1})


@case
def z13_size_too_big():
    return on_first(both={"size": len(SOURCE) + 1})


@case
def z13_cut_stream():
    return on_first(packed=deflate(SOURCE)[:-3])


@case
def z13_bytes_behind_the_stream():
    return on_first(packed=deflate(SOURCE) + b"more")


@case
def z13_crc():
    return on_first(both={"crc": 0x12345678})


def extra(kind, data):
    return struct.pack("<HH", kind, len(data)) + data


@case
def z14_cut_extra():
    return on_first(extra=b"\x55\x54\x09\x00\x03")


@case
def z14_unicode_path_twice():
    field = extra(0x7075, b"\1" + struct.pack("<I", zlib.crc32(b"demo/__init__.py")) + b"demo/__init__.py")
    return on_first(extra=field + field)


@case
def z14_unicode_path_of_another():
    return on_first(extra=extra(0x7075, b"\1" + struct.pack("<I", zlib.crc32(b"demo/__init__.py")) + b"demo/__evil__.py"))


@case
def z14_zip64_without_need():
    return on_first(extra=extra(1, struct.pack("<QQ", len(SOURCE), len(deflate(SOURCE)))))


@case
def z14_zip64_of_odd_size():
    return on_first(extra=extra(1, bytes(5)))


@case
def z14_zip64_in_one_header():
    return on_first(central={"size": 0xffffffff, "extra": extra(1, struct.pack("<Q", len(SOURCE)))})


@case
def z15_nul():
    return named("demo/a\0b.py")


@case
def z15_control():
    return named("demo/a\x1fb.py")


@case
def z15_c1():
    return named("demo/a\x85b.py")


@case
def z15_bidi():
    return named("demo/a\u202eyp.exe")


@case
def z15_not_utf8():
    def edit(members):
        members[1].raw_name = b"demo/\xff.json"
        members[1].flags = 1 << 11
    return changed(edit)


@case
def z15_utf8_without_flag():
    return named("demo/\u00e9.py", flags=0)


@case
def z15_backslash():
    return named("demo\\a.py")


@case
def z15_long_part():
    return named("demo/" + "a" * 253 + ".py")


@case
def z15_reserved():
    return named("demo/aux.py")


@case
def z15_colon():
    return named("demo/a:b.py")


@case
def z15_trailing_dot():
    return named("demo/a.")


@case
def z16_absolute():
    return named("/abs.py")


@case
def z16_parent():
    return named("../evil.py")


@case
def z16_parent_inside():
    return named("demo/../../evil.py")


@case
def z16_dot():
    return named("demo/./a.py")


@case
def z16_empty_part():
    return named("demo//a.py")


@case
def z16_drive():
    return named("C:x.py")


@case
def z17_file_and_folder():
    return made(Demo().add("demo/a", b"a").add("demo/a/b.py", b"b = 1\n"))


@case
def z17_folder_with_data():
    return made(Demo().add("demo/d/", b"data", mode=0o40755))


@case
def z18_symlink():
    return made(Demo().add("demo/link", b"/etc/passwd", mode=0o120777))


@case
def z18_fifo():
    return made(Demo().add("demo/pipe", b"", mode=0o010644))


@case
def z18_device():
    return made(Demo().add("demo/null", b"", mode=0o020644))


@case
def z19_setuid():
    return made(Demo().add("demo-1.0.data/scripts/tool", b"#!python\nprint(1)\n", mode=0o104755))


@case
def z19_sticky():
    return made(Demo().add("demo/a.py", b"a = 1\n", mode=0o101644))


@case
def z19_writable_by_all():
    return made(Demo().add("demo/a.py", b"a = 1\n", mode=0o100666))


@case
def z20_executable_data():
    return made(Demo().add("demo/b.json", b"{}\n", mode=0o100755))


@case
def z21_bomb():
    return made(Demo().add("demo/zeros.bin", bytes(80 << 20)))


@case
def z21_too_many_members():
    demo = Demo()
    for number in range(100_000):
        demo.add("demo/%d.txt" % number, b"", method=STORED)
    demo.archive = dict(zip64={}, end=dict(here=0xffff, total=0xffff))
    return made(demo)


@case
def z21_long_name():
    return named("demo/" + "/".join(["a" * 250] * 17) + ".py")


def tar():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("evil.py")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"a = 1"))
    return out.getvalue()


@case
def z22_tar_behind():
    return around(after=tar())


@case
def z22_tar_in_front():
    return around(before=tar(), base=len(tar()))


@case
def z22_archive_in_comment():
    return around(comment=write([Member("evil.py", b"evil = 1\n")]))
