"""Writes trees as format/snapshot.h has them, for tests: from an sdist, or from a dictionary of texts."""
import struct
import tarfile


def write(path, files, executable=()):
    """files: {path: bytes}; folders are made of the paths. executable: those with the bit."""
    entries = {}
    for name, content in files.items():
        parts = name.split("/")
        for i in range(1, len(parts)):
            entries["/".join(parts[:i]).encode()] = None
        entries[name.encode("utf-8", "surrogateescape")] = content
    with open(path, "wb") as out:
        out.write(b"HWBTREE1")
        for name in sorted(entries):
            content = entries[name]
            out.write((b"d" if content is None else b"x" if name.decode("utf-8", "surrogateescape") in executable else b"f") + struct.pack("<I", len(name)) + name + struct.pack("<Q", len(content or b"")) + (content or b""))
        out.write(b"e")


def executables(archive):
    with tarfile.open(archive) as tar:
        return {member.name.split("/", 1)[1] for member in tar if member.isfile() and "/" in member.name and member.mode & 0o100}


def of_sdist(archive):
    files = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            name = member.name.split("/", 1)
            if member.isfile() and len(name) == 2:
                files[name[1]] = tar.extractfile(member).read()
    return files
