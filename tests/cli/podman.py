"""podman for the tests: a store of its own, and an image made of this machine's own files."""
import glob
import io
import os
import pwd
import re
import shutil
import subprocess
import tarfile

import support
from support import Skip

IMAGE = "localhost/hwb-test:1"
# The image has the real one when the test mounts it at /aw; it needs patchelf beside it.
AUDITWHEEL = """#!/bin/sh
PATH=/aw/bin:$PATH PYTHONPATH=/aw exec python3 -c 'import sys; sys.argv[0] = "auditwheel"; from auditwheel.main import main; sys.exit(main())' "$@"
"""
GCC = "/usr/lib/gcc/x86_64-linux-gnu/12/"


def libraries(path):
    return re.findall(r"(/\S+) \(0x", subprocess.run(["ldd", path], capture_output=True, text=True).stdout)


class Rootfs:
    """A tar of this machine's Python and C compiler with the libraries they load, under their own names."""

    def __init__(self, path):
        self.tar, self.seen, self.names = tarfile.open(path, "w"), set(), set()
        for link in ("/bin", "/lib", "/lib64", "/sbin"):
            if os.path.islink(link):
                self.tar.add(link, link[1:])
        for name, mode in (("tmp", 0o1777), ("proc", 0o755), ("sys", 0o755), ("dev", 0o755), ("run", 0o755), ("etc", 0o755)):
            info = tarfile.TarInfo(name)
            info.type, info.mode = tarfile.DIRTYPE, mode
            self.tar.addfile(info)

    def add(self, path):
        """The file, where its links lead, and what it loads."""
        while os.path.lexists(path):
            real = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
            if real in self.seen:
                return
            self.seen.add(real)
            self.tar.add(real, real[1:], recursive=not os.path.islink(real), filter=self.once)
            for library in libraries(real) if os.path.isfile(real) and not os.path.islink(real) else ():
                self.add(library)
            if not os.path.islink(real):
                return
            path = os.path.join(os.path.dirname(real), os.readlink(real))

    def add_text(self, name, text):
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(text), 0o755
        self.tar.addfile(info, io.BytesIO(text.encode()))

    def once(self, info):
        """A path may come as a file of its own and as a part of a tree."""
        if info.name in self.names:
            return None
        self.names.add(info.name)
        return info

    def add_tree(self, path):
        def wanted(info):
            skip = "__pycache__" in info.name or "/test/" in info.name or info.name.startswith("usr/include/c++")
            return None if skip else self.once(info)
        self.tar.add(path, path[1:], filter=wanted)


def make_rootfs(path):
    root = Rootfs(path)
    lib = "/usr/lib/x86_64-linux-gnu/"
    python = os.path.realpath("/usr/bin/python3")
    for tree in ("/usr/lib/" + os.path.basename(python), "/usr/include", "/etc/alternatives", "/etc/ld.so.cache"):
        root.add_tree(tree)
    for program in ("/bin/sh", "/usr/bin/python3", "/usr/bin/env", "/usr/bin/true", "/usr/bin/sleep", "/usr/bin/cat", "/usr/bin/mkdir", "/usr/bin/gcc", "/usr/bin/x86_64-linux-gnu-gcc",
                    "/usr/bin/as", "/usr/bin/ld", "/usr/bin/ar"):
        root.add(program)
    for name in ("cc1", "collect2", "lto-wrapper", "liblto_plugin.so", "crtbeginS.o", "crtendS.o", "crtbegin.o", "crtend.o", "libgcc.a", "libgcc_s.so", "include"):
        root.add(GCC + name)
    root.add_text("usr/local/bin/auditwheel", AUDITWHEEL)
    for part in (lib + "*crt*.o", lib + "libc.so*", lib + "libc_nonshared.a", lib + "lib[cm].so*", lib + "libgcc_s.so.1",
                 "/usr/lib/%s/lib-dynload/*.so" % os.path.basename(python)):
        for found in glob.glob(part):
            root.add(found)
    root.tar.close()


def give_subordinate_ids(user):
    """What podman without root maps its containers' users to (subuid(5)); a user that useradd made has them already."""
    if not shutil.which("newuidmap"):
        raise Skip("there is no newuidmap here (Debian: uidmap)")
    for path, option in (("/etc/subuid", "--add-subuids"), ("/etc/subgid", "--add-subgids")):
        if not any(line.startswith(user + ":") for line in open(path)):
            subprocess.run(["usermod", option, "300000-365535", user], check=True)


class Podman:
    """A store for all tests of a user; its options are this machine's, not hwb's."""
    ready = {}

    def __init__(self, user=None):
        if not support.IS_ROOT:
            raise Skip("podman is tried by root only, as root and as an ordinary user")
        self.top, self.identity = support.fresh("podman"), {}
        if user:
            give_subordinate_ids(user)
            account = pwd.getpwnam(user)
            self.identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            os.chmod(self.top, 0o700)
            os.chown(self.top, account.pw_uid, account.pw_gid)
        runtime = shutil.which("runc") or shutil.which("crun")
        if not shutil.which("podman") or not runtime:
            raise Skip("there is no podman here")
        support.write(self.top, {"containers.conf": '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nruntime = "%s"\n'
                                 % os.path.basename(runtime),
                                 "storage.conf": '[storage]\ndriver = "overlay"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' % (self.top, self.top)})
        self.env = {"CONTAINERS_CONF": self.top + "/containers.conf", "CONTAINERS_STORAGE_CONF": self.top + "/storage.conf"}
        if user:
            self.env.update(HOME=self.top, XDG_RUNTIME_DIR=self.top + "/runtime", TMPDIR=self.top)
            os.mkdir(self.top + "/runtime", 0o700)
            subprocess.run(["chown", "-R", "%d:%d" % (account.pw_uid, account.pw_gid), self.top], check=True)
        make_rootfs(self.top + "/root.tar")
        made = self.ask("import", "-q", self.top + "/root.tar", IMAGE)
        os.unlink(self.top + "/root.tar")
        trial = self.ask("run", "--rm", "--pull=never", "--network=none", "--ulimit=nofile=4096:4096", "--ulimit=nproc=1026:1026", IMAGE, "/usr/bin/true")
        if trial.returncode:
            raise Skip("podman cannot run here: " + " ".join((made.stderr + trial.stderr).split())[-300:])

    def ask(self, *words):
        env = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": self.top, **self.env}
        return subprocess.run(["podman", *words], env=env, cwd=self.top, capture_output=True, text=True, **self.identity)

    def containers(self):
        return self.ask("ps", "-a", "-q").stdout.split()

    def close(self):
        """The store is unmounted; without root podman leaves a process that holds its namespace."""
        self.ask("rmi", "-f", IMAGE)
        if self.identity:
            self.ask("unshare", "rm", "-rf", self.top + "/graph")
            self.ask("system", "migrate")
        for mount in (self.top + "/graph/overlay", self.top + "/graph"):
            subprocess.run(["umount", mount], capture_output=True)

    def words(self, *words):
        return ["--no-index", "--wheel", "--isolation", "container", "--image", IMAGE, *words]


def podman(user=None):
    if user not in Podman.ready:
        try:
            Podman.ready[user] = Podman(user)
        except Skip as reason:
            Podman.ready[user] = reason
    if isinstance(Podman.ready[user], Skip):
        raise Podman.ready[user]
    return Podman.ready[user]
