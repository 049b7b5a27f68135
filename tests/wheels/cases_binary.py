"""B: programs and libraries (reference/wheel-checks.md 3.6). cc makes them, when the wheels are made; what it cannot make here is
left out of the corpus and said by make.py."""
import os
import shutil
import struct
import subprocess
import tempfile

from case import case, made
from demo import Demo

INIT = "void *PyInit_m(void) { return 0; }\n"
LINUX = "cp311-cp311-linux_x86_64"
MANY = "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"
MUSL = "cp311-cp311-musllinux_1_2_x86_64"
MODULE = "demo/m.cpython-311-x86_64-linux-gnu.so"


class Unavailable(Exception):
    """What this machine lacks."""


def library(source=INIT, *flags, compiler="cc", shared=True):
    """A library of that source, with nothing in it that a check could mind."""
    if not shutil.which(compiler):
        raise Unavailable(compiler + " is not installed")
    with tempfile.TemporaryDirectory() as folder:
        code, out = os.path.join(folder, "m.c"), os.path.join(folder, "m.so")
        with open(code, "w") as file:
            file.write(source)
        command = [compiler] + (["-shared", "-fPIC"] if shared else []) + ["-O1", "-w", "-fno-builtin", "-Wl,-z,relro", "-Wl,-z,noexecstack", code, "-o", out]
        run = subprocess.run(command + list(flags), stderr=subprocess.PIPE, text=True)
        if run.returncode:
            raise Unavailable(run.stderr.strip().splitlines()[-1][:120])
        subprocess.run(["strip", "--strip-all", out] if compiler == "cc" and shared else ["true"], check=True)
        with open(out, "rb") as file:
            return file.read()


def wheel(tag, name, content, *more, **fields):
    demo = Demo(tag=tag).add(name, content, mode=0o100755, **fields)
    for other, data in more:
        demo.add(other, data, mode=0o100755)
    return made(demo)


@case
def b01_any():
    return wheel("py3-none-any", MODULE, library())


@case
def b01_purelib():
    return wheel(MANY, "demo-1.0.data/purelib/m.so", library("int x;\n"))


@case
def b01_dll_for_any():
    head = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 0, 0, 0, 0, 0, 0x2000)
    return wheel("py3-none-any", "demo/m.pyd", head + bytes(240))


@case
def b02_machine():
    content = bytearray(library())
    content[18:20] = struct.pack("<H", 183)  # e_machine
    return wheel(MANY, MODULE, bytes(content))


@case
def b02_machine_of_cc():
    return wheel(MANY, MODULE, library(INIT, "-nostdlib", compiler="aarch64-linux-gnu-gcc"))


@case
def b02_on_macos():
    return wheel("cp311-cp311-macosx_11_0_arm64", "demo/m.cpython-311-darwin.so", library())


@case
def b02_second_tag():
    return wheel("cp311-cp311-manylinux_2_17_x86_64.manylinux_2_17_aarch64", MODULE, library())


@case
def b03_symbol():
    return wheel(MANY, MODULE, library("#include <pthread.h>\nvoid *PyInit_m(void) { pthread_create(0, 0, 0, 0); return 0; }\n"))


@case
def b03_older_of_two_tags():
    code = "#include <pthread.h>\nvoid *PyInit_m(void) { pthread_create(0, 0, 0, 0); return 0; }\n"
    return wheel("cp311-cp311-manylinux_2_17_x86_64.manylinux_2_34_x86_64", MODULE, library(code))


@case
def b03_library():
    return wheel(MANY, MODULE, library("void *curl_easy_init(void);\nvoid *PyInit_m(void) { return curl_easy_init(); }\n", "-l:libcurl.so.4"))


@case
def b03_inside_of_zlib():
    code = "void inflate_fast(void *, unsigned);\nvoid *PyInit_m(void) { inflate_fast(0, 0); return 0; }\n"
    return wheel(MANY, MODULE, library(code, "-Wl,--no-as-needed", "-l:libz.so.1"))


@case
def b03_musl():
    return wheel(MANY, MODULE, library("int puts(const char *);\nvoid *PyInit_m(void) { puts(\"\"); return 0; }\n", compiler="musl-gcc"))


@case
def b04_glibc():
    return wheel(MUSL, MODULE, library("int puts(const char *);\nvoid *PyInit_m(void) { puts(\"\"); return 0; }\n"))


@case
def b05_absolute():
    return wheel(MANY, MODULE, library(INIT, "-Wl,--disable-new-dtags,-rpath,/opt/lib"))


@case
def b05_out_of_the_wheel():
    return wheel(MANY, MODULE, library(INIT, "-Wl,-rpath,$ORIGIN/../../lib"))


@case
def b05_empty_entry():
    return wheel(MANY, MODULE, library(INIT, "-Wl,-rpath,$ORIGIN:"))


@case
def b06_executable_stack():
    return wheel(MANY, MODULE, library(INIT, "-Wl,-z,execstack"))


@case
def b06_no_relro():
    return wheel(MANY, MODULE, library(INIT, "-Wl,-z,norelro"))


@case
def b06_writable_code():
    content = bytearray(library())
    at, count = struct.unpack_from("<Q", content, 32)[0], struct.unpack_from("<H", content, 56)[0]
    for header in range(at, at + 56 * count, 56):
        kind, flags = struct.unpack_from("<II", content, header)
        if kind == 1 and flags & 1:  # PT_LOAD, PF_X
            struct.pack_into("<I", content, header + 4, flags | 2)
    return wheel(MANY, MODULE, bytes(content))


@case
def b07_newer_than_the_tag():
    code = "void *PyObject_CallNoArgs(void *);\nvoid *PyInit_m(void) { return PyObject_CallNoArgs(0); }\n"
    return wheel("cp38-abi3-manylinux_2_17_x86_64", "demo/m.abi3.so", library(code))


@case
def b07_not_stable():
    code = "void *_PyObject_GetDictPtr(void *);\nvoid *PyInit_m(void) { return _PyObject_GetDictPtr(0); }\n"
    return wheel("cp38-abi3-manylinux_2_17_x86_64", "demo/m.abi3.so", library(code))


@case
def b07_other_python():
    return wheel(MANY, MODULE.replace("311", "312"), library())


@case
def b08_no_init():
    return wheel(MANY, MODULE, library("int nothing;\n"))


@case
def b08_init_of_another():
    return wheel(MANY, MODULE, library(INIT.replace("PyInit_m", "PyInit_n")))


@case
def b09_program():
    return wheel(MANY, "demo/tool", library("int main(void) { return 0; }\nvoid _start(void) { }\n", "-nostdlib", "-static", "-no-pie", shared=False))


@case
def b09_packed():
    """UPX leaves its mark behind the program headers; the note that stands there is not needed."""
    content = bytearray(library())
    end = struct.unpack_from("<Q", content, 32)[0] + 56 * struct.unpack_from("<H", content, 56)[0]
    content[end + 20:end + 24] = b"UPX!"
    return wheel(MANY, MODULE, bytes(content))


@case
def b10_links_the_interpreter():
    return wheel(LINUX, MODULE, library(INIT, "-Wl,--no-as-needed", "-l:libpython3.11.so.1.0"))


@case
def b11_cut():
    return wheel(MANY, MODULE, library()[:2000])


@case
def b13_root_called_pure():
    demo = Demo(tag=MANY).add(MODULE, library(), mode=0o100755)
    demo.wheel = demo.wheel.replace("Root-Is-Purelib: false", "Root-Is-Purelib: true")
    return made(demo)


@case
def good_extension():
    return wheel(MANY, MODULE, library(INIT, "-nostdlib"))


@case
def good_stable_extension():
    code = "void *PyList_New(long);\nvoid *PyInit_m(void) { return PyList_New(0); }\n"
    return wheel("cp38-abi3-manylinux_2_17_x86_64", "demo/m.abi3.so", library(code))


@case
def good_library_in_the_wheel():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "libinner-12ab.so.1")
        inner = library("int inner(void) { return 0; }\n", "-Wl,-soname,libinner-12ab.so.1")
        with open(path, "wb") as file:
            file.write(inner)
        outer = library("int inner(void);\nvoid *PyInit_m(void) { return inner() ? 0 : (void *)1; }\n", path, "-Wl,-rpath,$ORIGIN/../demo.libs")
    return wheel(MANY, MODULE, outer, ("demo.libs/libinner-12ab.so.1", inner))


@case
def good_musl_extension():
    return wheel(MUSL, "demo/m.cpython-311-x86_64-linux-musl.so",
                 library("int puts(const char *);\nvoid *PyInit_m(void) { puts(\"\"); return 0; }\n", compiler="musl-gcc"))
