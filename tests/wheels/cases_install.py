"""R and S: what RECORD says, and what happens when the wheel is installed (reference/wheel-checks.md 3.4, 3.5)."""
import _imp
import importlib.util
import struct
import zlib

from archive import Member, digest
from case import case, made
from demo import SOURCE, Demo

INIT = "demo/__init__.py,"


def rows(edit):
    demo = Demo()
    demo.edit_rows = edit
    return made(demo)


def row(edit):
    """The row of demo/__init__.py as (path, digest, size)."""
    def change(line):
        return ",".join(edit(*line.split(","))) if line.startswith(INIT) else line
    return rows(lambda lines: [change(line) for line in lines])


def with_file(name, data=b"", **more):
    return made(Demo().add(name, data, **more))


def entry_points(text):
    demo = Demo()
    demo.entry_points = text
    return made(demo)


@case
def r01_missing():
    demo = Demo()
    demo.record_text = b""
    return made(demo)


@case
def r01_two_columns():
    return row(lambda path, digest, size: (path, digest))


@case
def r01_not_utf8():
    demo = Demo()
    text = next(m for m in demo.members() if m.name.endswith("/RECORD")).data
    demo.record_text = b"demo/\xff.py,,\n" + text
    return made(demo)


@case
def r01_open_quote():
    return rows(lambda lines: ['"' + lines[0]] + lines[1:])


@case
def r01_row_twice():
    return rows(lambda lines: lines[:1] + lines)


@case
def r01_dot():
    return row(lambda path, digest, size: ("./" + path, digest, size))


@case
def r01_parent():
    return rows(lambda lines: lines + ["../../etc/x,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0"])


@case
def r01_absolute():
    return rows(lambda lines: lines + ["/etc/x,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0"])


@case
def r02_not_listed():
    demo = Demo()
    demo.last = [Member("demo/late.py", b"late = 1\n")]
    return made(demo)


@case
def r02_not_there():
    return rows(lambda lines: ["demo/ghost.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0"] + lines)


@case
def r02_itself_with_digest():
    return rows(lambda lines: lines[:-1] + ["demo-1.0.dist-info/RECORD,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0"])


@case
def r02_signature_listed():
    return with_file("demo-1.0.dist-info/RECORD.jws", b"{}")


@case
def r03_other_content():
    return row(lambda path, digest, size: (path, "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", size))


@case
def r03_md5():
    return row(lambda path, digest, size: (path, "md5=1B2M2Y8AsgTpgAmY7PhCfg", size))


@case
def r03_padded():
    return row(lambda path, digest, size: (path, digest + "=", size))


@case
def r03_standard_alphabet():
    content = next(b"b = %d\n" % n for n in range(1000) if set("-_") & set(digest(b"b = %d\n" % n)))
    demo = Demo().add("demo/b.py", content)
    demo.edit_rows = lambda lines: [line.replace("-", "+").replace("_", "/") if line.startswith("demo/b.py") else line for line in lines]
    return made(demo)


@case
def r03_empty():
    return row(lambda path, digest, size: (path, "", size))


@case
def r03_unused_bits():
    following = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return row(lambda path, digest, size: (path, digest[:-1] + following[following.index(digest[-1]) ^ 1], size))


@case
def r04_size():
    return row(lambda path, digest, size: (path, digest, "999"))


@case
def r04_no_size():
    return row(lambda path, digest, size: (path, digest, ""))


@case
def s01_traversal():
    return entry_points("[console_scripts]\n../../evil = demo:main\n")


@case
def s01_absolute():
    return entry_points("[console_scripts]\n/abs/evil = demo:main\n")


@case
def s01_dots():
    return entry_points("[console_scripts]\n.. = demo:main\n")


@case
def s01_twice():
    return entry_points("[console_scripts]\na = demo:main\na = demo:main\n")


@case
def s01_colon():
    return entry_points("[console_scripts]\na: demo.main\n")


@case
def s01_not_utf8():
    return entry_points(b"[console_scripts]\n\xff = demo:main\n")


@case
def s01_name_of_two_lines():
    return entry_points("[console_scripts]\na\nb = demo:main\n")


@case
def s01_no_section():
    return entry_points("a = demo:main\n")


@case
def s02_code():
    return entry_points('[console_scripts]\na = demo:main;__import__("os")\n')


@case
def s02_not_a_name():
    return entry_points("[console_scripts]\na = demo:1main\n")


@case
def s02_module_not_there():
    return entry_points("[console_scripts]\na = demo.nowhere:main\n")


@case
def s03_python():
    return entry_points("[console_scripts]\npython = demo:main\n")


@case
def s03_python_case():
    return entry_points("[console_scripts]\nPython3.12.exe = demo:main\n")


@case
def s03_script():
    return with_file("demo-1.0.data/scripts/python", b"#!python\n", mode=0o100755)


@case
def s03_pip():
    return entry_points("[console_scripts]\npip = demo:main\n")


@case
def s04_flat():
    return with_file("demo-1.0.data/file", b"x")


@case
def s04_key():
    return with_file("demo-1.0.data/stuff/file", b"x")


@case
def s04_into_bin():
    return with_file("demo-1.0.data/data/bin/tool", b"#!/bin/sh\n", mode=0o100755)


@case
def s04_into_site_packages():
    return with_file("demo-1.0.data/data/lib/python3.11/site-packages/other.py", b"x = 1\n")


@case
def s05_build_path():
    return with_file("demo-1.0.data/scripts/tool", b"#!/build/env/bin/python\nprint(1)\n", mode=0o100755)


@case
def s06_import():
    return with_file("demo.pth", b"import os; os.system('true')\n")


@case
def s06_path():
    return with_file("demo.pth", b"demo\n")


@case
def s07_sitecustomize():
    return with_file("sitecustomize.py", b"x = 1\n")


@case
def s07_usercustomize():
    return with_file("usercustomize.py", b"x = 1\n")


@case
def s07_standard_library():
    return with_file("os.py", b"x = 1\n")


@case
def s07_another_project():
    return with_file("pip/__init__.py", b"x = 1\n")


@case
def s07_pycache_at_the_root():
    return with_file("__pycache__/x.txt", b"x")


@case
def s08_common_name():
    return with_file("tests/__init__.py", b"")


@case
def s08_no_module_at_the_root():
    return with_file("notes.txt", b"hello\n")


@case
def s08_root_init():
    return with_file("__init__.py", b"")


def compiled(source, flags, **more):
    """A .pyc of CPython's own magic number for demo/__init__.py."""
    magic = importlib.util.MAGIC_NUMBER
    if flags:
        head = _imp.source_hash(int.from_bytes(magic, "little"), source)
    else:
        head = struct.pack("<II", 0, len(source) + more.get("off", 0))
    return magic + struct.pack("<I", flags) + head + b"\xe3" + bytes(20)


CACHED = "demo/__pycache__/__init__.%s.pyc" % __import__("sys").implementation.cache_tag


@case
def s09_other_source():
    return with_file(CACHED, compiled(b"evil = 1\n", 1))


@case
def s09_other_source_checked():
    return with_file(CACHED, compiled(b"evil = 1\n", 3))


@case
def s09_other_size():
    return with_file(CACHED, compiled(SOURCE, 0, off=1))


@case
def s09_other_python():
    return with_file("demo/__pycache__/__init__.cpython-37.pyc", compiled(SOURCE, 1))


@case
def s09_cut():
    return with_file(CACHED, compiled(SOURCE, 1)[:10])


@case
def s19_code_not_compared():
    return with_file(CACHED, compiled(SOURCE, 1))


@case
def s19_no_source():
    return with_file("demo/hidden.pyc", compiled(SOURCE, 1))


@case
def s11_env():
    return with_file("demo/.env", b"DEBUG=1\n")


@case
def s11_pypirc():
    return with_file("demo/.pypirc", b"[pypi]\nusername = __token__\n")


@case
def s11_private_key():
    return with_file("demo/id_rsa", b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + b"A" * 70 + b"\n-----END OPENSSH PRIVATE KEY-----\n")


def github_token(body):
    """With the check sum that makes it one."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    crc, text = zlib.crc32(body.encode()), ""
    for _ in range(6):
        crc, text = crc // 62, alphabet[crc % 62] + text
    return "ghp" + "_" + body + text


@case
def s11_behind_many_doubtful():
    """What could be something else does not crowd out what is a token."""
    doubtful = ["ghp" + "_%02dZq7rT9xLm2Kp4Vw8AbCdEfGhIjKlMnabcd" % n for n in range(40)]
    return with_file("demo/words.txt", "\n".join(doubtful + [github_token("Zq7rT9xLm2Kp4Vw8AbCdEfGhIjKlMn")]).encode())


@case
def s11_secret_in_metadata():
    demo = Demo()
    demo.metadata += "\nexport AWS_ACCESS_KEY_ID=AKIA" + "Z7Q2M4X6" + "K5W3R2T7\n"
    return made(demo)


@case
def s18_home_in_a_library():
    return with_file("demo/data.bin", b"!<arch>\n" + b"\0/home/me/src/demo.c\0")


@case
def s18_root_below_another():
    return with_file("demo/data.bin", b"!<arch>\n" + b"\0/opt/rh/root/usr/lib\0/home/\0")


@case
def s18_home_in_a_text():
    return with_file("demo/words.py", b"# as in /home/me/src\n")


@case
def s18_build_path():
    return with_file("demo/config.py", b"ROOT = '/build/src/demo'\n")


def hidden(line_break):
    """A comment for who reads lines as files have them; two more sections for str.splitlines()."""
    return entry_points("[console_scripts]\ndemo = demo:main\n#%s[console_scripts]%spip = demo:main\n" % (line_break, line_break))


@case
def s01_hidden_by_line_separator():
    return hidden("\u2028")


@case
def s01_hidden_by_next_line():
    return hidden("\x85")


@case
def s01_hidden_by_form_feed():
    return hidden("\f")


@case
def s01_hidden_by_record_separator():
    return hidden("\x1e")


@case
def s01_two_brackets():
    return entry_points("[[console_scripts]]\npip = demo:main\n")


@case
def s01_default_section():
    return entry_points("[DEFAULT]\npip = demo:main\n[console_scripts]\ndemo = demo:main\n")


@case
def s01_continued_section():
    return entry_points("[demo.plugins]\na = demo:main\n  [console_scripts]\npip = demo:main\n")


@case
def s01_semicolon():
    return entry_points("[console_scripts]\n; pip = demo:main\n")


@case
def s01_all_indented():
    """As setuptools took over what stood in setup.py: every reader agrees."""
    return entry_points("\n    [console_scripts]\n    demo = demo:main\n    # words\n    [demo.plugins]\n    a = demo\n")


@case
def s13_pip_of_a_python():
    return with_file("demo-1.0.data/scripts/pip3.11", b"#!python\n", mode=0o100755)


@case
def s13_activate_of_a_shell():
    return with_file("demo-1.0.data/scripts/activate.fish", b"#!python\n", mode=0o100755)


@case
def s03_by_data():
    return with_file("demo-1.0.data/data/bin/python3.11", b"#!python\n", mode=0o100755)


@case
def s15_after_carriage_return():
    return with_file("demo.pth", b"# words\rimport os; os.system('true')\r\n")


@case
def s15_after_form_feed():
    return with_file("demo.pth", b"demo\fimport os; os.system('true')\n")


@case
def s15_after_line_separator():
    return with_file("demo.pth", "demo\u2028import os; os.system('true')\n".encode())


@case
def s15_after_byte_order_mark():
    return with_file("demo.pth", b"\xef\xbb\xbfimport os; os.system('true')\n")


@case
def s15_line_of_another_project():
    return with_file("demo.pth", b"import pywin32_bootstrap\n")


@case
def s21_purelib_over_root():
    return with_file("demo-1.0.data/purelib/demo/__init__.py", b"x = 1\n")


@case
def s21_purelib_over_platlib():
    return made(Demo().add("demo-1.0.data/purelib/a.py", b"x = 1\n").add("demo-1.0.data/platlib/A.py", b"x = 2\n"))


@case
def s21_file_over_folder():
    return with_file("demo-1.0.data/purelib/demo", b"x = 1\n")


@case
def s22_lib64():
    return with_file("demo-1.0.data/data/lib64/python3.11/site-packages/x.pth", b"x\n")


@case
def s22_environment():
    return with_file("demo-1.0.data/data/pyvenv.cfg", b"home = /tmp\n")


@case
def s22_sitecustomize():
    return with_file("demo-1.0.data/data/lib/python3.11/sitecustomize.py", b"x = 1\n")


@case
def i02_by_purelib():
    return with_file("demo-1.0.data/purelib/requests-99.0.dist-info/METADATA", b"Metadata-Version: 2.1\nName: requests\nVersion: 99.0\n")


@case
def i02_own_by_purelib():
    return with_file("demo-1.0.data/purelib/demo-1.0.dist-info/entry_points.txt", b"[pytest11]\nx = demo\n")


@case
def i02_egg_info():
    return with_file("requests-99.0.egg-info/PKG-INFO", b"Metadata-Version: 2.1\nName: requests\nVersion: 99.0\n")


@case
def i02_data_of_another_spelling():
    return with_file("Demo-1.0.0.data/purelib/other/__init__.py", b"x = 1\n")


@case
def r01_line_separator():
    return with_file("demo/a\u2028victim.py", b"x = 1\n")
