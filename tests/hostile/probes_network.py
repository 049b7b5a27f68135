"""Probes 46 to 55: network and IPC. Parallel builds (56) and egress (57) are the suite's own cases.

Nothing here aims outside of the machine: the addresses are those that world.py has put into a network namespace of its own.
"""
import os
import socket
import struct

from probe import DECOY, any_of, as_root, attempt, call, equals, name, only, probe

AF_NETLINK, NETLINK_ROUTE, RTM_GETLINK, RTM_NEWLINK, DUMP = 16, 0, 18, 16, 0x301
IFLA_IFNAME, NLMSG_DONE = 3, 3


def connect(family, address, kind=socket.SOCK_STREAM):
    with socket.socket(family, kind) as s:
        s.settimeout(3)
        s.connect(address)
        if kind == socket.SOCK_DGRAM:
            s.send(b"x")


@probe("46", "servers of the host are not reached", only("ECONNREFUSED"), equals(["ok", "ok"]))
def host_servers():
    return [attempt(connect, socket.AF_INET, ("127.0.0.1", DECOY["port"])), attempt(connect, socket.AF_INET6, ("::1", DECOY["port6"]))]


@probe("47", "there is no way out", only("ENETUNREACH"), equals(["ok", "ok"]))
def way_out():
    return [attempt(connect, socket.AF_INET, (DECOY["out_there"], 443)), attempt(connect, socket.AF_INET, (DECOY["out_there"], 53), socket.SOCK_DGRAM)]


@probe("48", "there is no metadata service", only("ENETUNREACH"), equals("ok"))
def metadata_service():
    return attempt(connect, socket.AF_INET, (DECOY["metadata"], 80))


def ask(server):
    """A question for the address of decoy.example, and any answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(3)
        s.connect((server, 53))
        s.send(struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + b"\5decoy\7example\0" + struct.pack(">2H", 1, 1))
        s.recv(512)


@probe("49", "names do not resolve, and no name server is reached", equals(["gaierror", "ENETUNREACH"]), equals(["resolved", "ok"]))
def names():
    try:
        socket.getaddrinfo("decoy.example", 443)
        found = "resolved"
    except socket.gaierror:
        found = "gaierror"
    return [found, attempt(ask, DECOY["out_there"])]


@probe("50", "odd socket families are closed", lambda got: "ok" not in got, as_root(any_of("ok")))
def families():
    return [call(41, family, kind, 0) for family, kind in ((17, 3), (2, 3), (38, 5), (40, 1), (31, 3), (44, 3), (15, 3), (30, 1))]


@probe("50.ulp", "no other protocol is put on top of TCP", equals(["EPERM"] * 4 + ["ok"]), lambda got: "EPERM" not in got)
def over_tcp():
    # TCP_ULP (31) at the level of TCP (6), also with high bits that the kernel does not look at; TCP_NODELAY (1) is for everyone.
    high = 1 << 32
    with socket.socket() as s:
        return [call(54, s.fileno(), level, option, b"tls", 3) for level, option in ((6, 31), (6 | high, 31), (6, 31 | high), (6 | high, 31 | high))] + \
            [attempt(s.setsockopt, 6, 1, 1)]


def links():
    with socket.socket(AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE) as s:
        s.send(struct.pack("=IHHIIBxHiII", 32, RTM_GETLINK, DUMP, 1, 0, 0, 0, 0, 0, 0))
        found = []
        while True:
            data = s.recv(1 << 16)
            while len(data) >= 16:
                size, kind = struct.unpack_from("=IH", data)
                if kind == NLMSG_DONE:
                    return found
                at = 32
                while kind == RTM_NEWLINK and at + 4 <= size:
                    length, what = struct.unpack_from("=HH", data, at)
                    if what == IFLA_IFNAME:
                        found.append(data[at + 4:at + length].rstrip(b"\0").decode())
                    at += (length + 3) & ~3 or 4
                data = data[(size + 3) & ~3:]


@probe("51", "netlink shows lo alone", equals([["lo"], "ENOSYS", "ENOSYS"]), lambda got: len(got[0]) > 1 and got[1] == "ok")
def netlink():
    return [links(), call(41, AF_NETLINK, 3, 9), call(41, AF_NETLINK, 3, 15)]


@probe("52", "abstract sockets of the host are not there", only("ECONNREFUSED", "EPERM"), equals("ok"))
def abstract():
    return attempt(connect, socket.AF_UNIX, "\0" + DECOY["abstract"])


@probe("53", "no docker, dbus, agent or X11 socket", only("ENOENT"), equals(["ok"] * 6))
def sockets():
    return [attempt(connect, socket.AF_UNIX, path) for path in DECOY["sockets"]]


def hand_over(address):
    """An open file of the output folder, so that somebody outside could go on writing it."""
    path = DECOY["scratch"] + "/handed"
    with socket.socket(socket.AF_UNIX) as s, open(path, "wb") as file:
        s.connect(address)
        s.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", file.fileno()))])


@probe("53.pair", "nor one that takes datagrams, from a pair that needed no address", only("ENOENT", "EPERM", "ENOSYS"), equals("ok"))
def datagram():
    try:
        pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    except OSError as error:
        return name(error.errno)
    return attempt(pair[0].sendto, b"x", DECOY["datagrams"])


@probe("54", "no descriptor of the output goes out", only("ENOENT", "ECONNREFUSED", "EPERM"), equals(["ok", "ok"]))
def descriptor_out():
    return [attempt(hand_over, DECOY["sockets"][-1]), attempt(hand_over, "\0" + DECOY["abstract"])]


def queue():
    """mq_open without O_CREAT."""
    return call(240, DECOY["queue"].encode(), os.O_RDWR, 0, 0)


@probe("55", "no shared memory, semaphores or queues of the host", only("ENOSYS", "ENOENT"), equals(["ok"] * 3))
def system_v():
    return [call(29, DECOY["key"], 0, 0), call(64, DECOY["key"], 0, 0), queue()]
