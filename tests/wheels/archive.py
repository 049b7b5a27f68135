"""Wheels written byte by byte (APPNOTE 6.3.10), so that each field can lie: struct and zlib only, nothing of hwb."""
import base64
import dataclasses
import hashlib
import struct
import zlib

LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
END64, LOCATOR = b"PK\6\6", b"PK\6\7"
STORED, DEFLATED = 0, 8
UTF8, DESCRIPTOR = 1 << 11, 1 << 3
WHEN = 0x21 << 16  # 1980-01-01, 00:00


@dataclasses.dataclass
class Member:
    """One file. local and central change single fields of one header; both changes the field in both."""
    name: str
    data: bytes = b""
    mode: int = 0o100644
    method: int = DEFLATED
    flags: int = None
    extra: bytes = b""
    raw_name: bytes = None
    packed: bytes = None
    both: dict = dataclasses.field(default_factory=dict)
    local: dict = dataclasses.field(default_factory=dict)
    central: dict = dataclasses.field(default_factory=dict)
    before: bytes = b""  # stray bytes in front of the local header
    after: bytes = b""  # and behind the data
    in_record: bool = True
    inside: int = None  # not written: its header is already there, in the data of another

    def fields(self):
        name = self.raw_name if self.raw_name is not None else self.name.encode()
        packed = self.packed
        if packed is None:
            packed = deflate(self.data) if self.method == DEFLATED else self.data
        flags = self.flags if self.flags is not None else (0 if name.isascii() else UTF8)
        values = dict(made_by=(3 << 8) | 20, version=20, flags=flags, method=self.method, time=WHEN, crc=zlib.crc32(self.data), packed_size=len(packed),
                      size=len(self.data), name=name, extra=self.extra, comment=b"", disk=0, internal=0, external=self.mode << 16, offset=None)
        values.update(self.both)
        return values, packed


def deflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def local_header(v):
    return LOCAL + struct.pack("<HHHIIIIHH", v["version"], v["flags"], v["method"], v["time"], v["crc"], v["packed_size"], v["size"], len(v["name"]),
                               len(v["extra"])) + v["name"] + v["extra"]


def local_record(member):
    """Local header, data, and the descriptor where the flags say so."""
    values, packed = member.fields()
    out = local_header(dict(values, **member.local)) + packed
    if values["flags"] & DESCRIPTOR:
        out += b"PK\7\x08" + struct.pack("<III", values["crc"], values["packed_size"], values["size"])
    return out


def central_header(v):
    return CENTRAL + struct.pack("<HHHHIIIIHHHHHII", v["made_by"], v["version"], v["flags"], v["method"], v["time"], v["crc"], v["packed_size"], v["size"],
                                 len(v["name"]), len(v["extra"]), len(v["comment"]), v["disk"], v["internal"], v["external"],
                                 v["offset"]) + v["name"] + v["extra"] + v["comment"]


def write(members, comment=b"", between=b"", end=None, zip64=None, base=0):
    """The archive. between: bytes in front of the central directory; end: changes to the end record; zip64: changes to the zip64
    end record and its locator, which are written when it is not None; base: what offsets count from."""
    out, directory = bytearray(), bytearray()
    for member in members:
        values, packed = member.fields()
        if member.inside is not None:
            directory += central_header(dict(values, offset=member.inside))
            continue
        out += member.before
        offset = len(out) + base
        out += local_record(member)
        out += member.after
        directory += central_header(dict(values, **dict({"offset": offset}, **member.central)))
    out += between
    start = len(out) + base
    out += directory
    if zip64 is not None:
        z = dict(record_size=44, made_by=45, version=45, disk=0, start_disk=0, here=len(members), total=len(members), size=len(directory), offset=start,
                 at_disk=0, at=len(out) + base, disks=1)
        z.update(zip64)
        out += END64 + struct.pack("<QHHIIQQQQ", z["record_size"], z["made_by"], z["version"], z["disk"], z["start_disk"], z["here"], z["total"], z["size"],
                                   z["offset"])
        out += LOCATOR + struct.pack("<IQI", z["at_disk"], z["at"], z["disks"])
    e = dict(disk=0, start_disk=0, here=len(members), total=len(members), size=len(directory), offset=start)
    e.update(end or {})
    out += END + struct.pack("<HHHHIIH", e["disk"], e["start_disk"], e["here"], e["total"], e["size"], e["offset"], len(comment)) + comment
    return bytes(out)


def digest(data, algorithm="sha256"):
    return algorithm + "=" + base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()


def record_row(name, data, algorithm="sha256"):
    name = '"%s"' % name.replace('"', '""') if any(c in name for c in ',"\n\r') else name
    return "%s,%s,%d" % (name, digest(data, algorithm), len(data))
