"""A log as builds print them, from a seed: digests, RECORD lines, compilers, tests, colour; no secret in it."""
import random

HEX, B64 = "0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
NAMES = ["numpy", "scipy", "hatchling", "setuptools", "wheel", "packaging", "pyproject_hooks", "cython", "pybind11", "meson-python"]


def line(r):
    def text(alphabet, n):
        return "".join(r.choice(alphabet) for _ in range(n))
    name, n, m = r.choice(NAMES), r.randrange(999), r.randrange(99)
    return [
        "  Downloading https://files.example.org/packages/%s/%s/%s/%s-%d.%d-py3-none-any.whl (%d kB)" % (text(HEX, 2), text(HEX, 2), text(HEX, 60), name, n, m, n),
        "gcc -Wno-unused-result -DNDEBUG -g -fwrapv -O3 -Wall -fPIC -I/usr/include/python3.11 -c src/%s/core_%d.c -o build/temp.linux-x86_64-cpython-311/src/%s/core_%d.o" % (name, m, name, m),
        "copying src/%s/module_%d.py -> build/lib.linux-x86_64-cpython-311/%s" % (name, n, name),
        "%s/%s.py,sha256=%s,%d" % (name, text(HEX, 6), text(B64, 43), n),
        "    --hash=sha256:%s \\" % text(HEX, 64),
        "tests/test_%s.py::test_token_parse[%d-value] PASSED [ %d%%]" % (name, n, m),
        "[%d/%d] Compiling C++ object %s.p/%s.cpp.o" % (n, 999, name, text(HEX, 8)),
        "warning: src/%s/parser.pyx:%d:%d: Unused variable 'key' in function 'get_item'; the path is ignored" % (name, n, m),
        "\x1b[32mINFO\x1b[0m  %s: resolved \x1b[1m%d\x1b[0m packages in %dms" % (name, m, n),
        "adding '%s-%d.%d.dist-info/METADATA'" % (name, n, m),
        "Requirement already satisfied: %s>=%d.%d in /tmp/pip-build-env-%s/overlay/lib/python3.11/site-packages (from %s)" % (name, m, n, text(HEX, 8), name),
        "  %s %s | optimized: loop vectorized using 16 byte vectors" % (text(HEX, 8), name),
    ][r.randrange(12)]


def write(path, size):
    r = random.Random(7)
    block, n = [], 0
    while n < 16 << 20:
        block.append(line(r) + "\n")
        n += len(block[-1])
    data = "".join(block).encode()
    with open(path, "wb") as out:
        for _ in range(size // len(data) + 1):
            out.write(data)
    return (size // len(data) + 1) * len(data)


def write_values(path, n):
    r = random.Random(8)
    with open(path, "w") as out:
        for _ in range(n):
            out.write("".join(r.choice(B64) for _ in range(r.randrange(12, 64))) + "\n")
