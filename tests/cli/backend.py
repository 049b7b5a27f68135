"""An in-tree build backend for the tests of the command line. A test appends its own lines, which replace what stands here."""
import base64
import gzip
import hashlib
import io
import os
import tarfile
import zipfile

NAME, VERSION = "demo", "1.0"


def files():
    """{path in the wheel: text}"""
    return {NAME + ".py": "x = 1\n"}


def metadata():
    return "Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (NAME, VERSION)


def wheel(folder):
    info = "%s-%s.dist-info/" % (NAME, VERSION)
    members = dict(files())
    members[info + "METADATA"] = metadata()
    members[info + "WHEEL"] = "Wheel-Version: 1.0\nGenerator: demo\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = ""
    name = "%s-%s-py3-none-any.whl" % (NAME, VERSION)
    with zipfile.ZipFile(os.path.join(folder, name), "w") as out:
        for member, text in members.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += "%s,sha256=%s,%d\n" % (member, digest, len(text.encode()))
            out.writestr(member, text)
        out.writestr(info + "RECORD", record + info + "RECORD,,\n")
    return name


def sdist(folder):
    """The same bytes at any time, as PEP 517 backends of today make them."""
    top, then = "%s-%s" % (NAME, VERSION), int(os.environ["SOURCE_DATE_EPOCH"])

    def settled(info):
        info.mtime, info.uid, info.gid, info.uname, info.gname = then, 0, 0, "", ""
        return info
    with gzip.GzipFile(os.path.join(folder, top + ".tar.gz"), "wb", mtime=then) as packed, tarfile.open(fileobj=packed, mode="w") as out:
        for name in sorted(os.listdir(".")):
            if name != "PKG-INFO":
                out.add(name, top + "/" + name, filter=settled)
        info = tarfile.TarInfo(top + "/PKG-INFO")
        info.size = len(metadata().encode())
        out.addfile(settled(info), io.BytesIO(metadata().encode()))
    return top + ".tar.gz"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return wheel(wheel_directory)


def build_sdist(sdist_directory, config_settings=None):
    return sdist(sdist_directory)
