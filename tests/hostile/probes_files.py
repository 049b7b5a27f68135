"""Probes 1 to 13: files and secrets."""
import os
import pwd

from probe import DECOY, any_of, as_root, attempt, equals, listed, name, only, probe, read, victim

OURS = {"CI", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "NO_COLOR", "PATH", "PYTHONHASHSEED", "PYTHONIOENCODING", "PYTHONNOUSERSITE",
        "SHELL", "SOURCE_DATE_EPOCH", "SSL_CERT_FILE", "TERM", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV"}


@probe("1", "~/.ssh is not there", only("ENOENT"), equals("ok"))
def ssh_key():
    return attempt(read, DECOY["home"] + "/.ssh/id_ed25519")


@probe("2", "tokens in the home are not there", only("ENOENT"), equals(["ok"] * 5))
def tokens():
    return [attempt(read, DECOY["home"] + path)
            for path in ("/.pypirc", "/.netrc", "/.config/gh/hosts.yml", "/.aws/credentials", "/.docker/config.json")]


@probe("3", "/etc/shadow is not there", only("ENOENT"), as_root(equals("ok")))
def shadow():
    return attempt(read, "/etc/shadow")


@probe("4", "only the build's own users exist", equals(["build", "nobody"]), any_of("root"))
def users():
    return sorted(entry.pw_name for entry in pwd.getpwall())


@probe("5", "no machine id, another boot id", lambda got: got[0] == "ENOENT" and got[1] is False, equals(["ok", True]))
def ids():
    return [attempt(read, "/etc/machine-id"), read("/proc/sys/kernel/random/boot_id").decode().strip() == DECOY["boot_id"]]


@probe("6", "the environment is an exact list", lambda got: set(got) <= OURS, any_of("PYPI_TOKEN"))
def environment():
    return sorted(os.environ)


@probe("7", "the environment of pid 1 cannot be read", only("EACCES", "EPERM"), equals("ok"))
def environment_of_parent():
    return attempt(read, "/proc/%d/environ" % victim())


@probe("8", "nothing else of pid 1 can be read", only("EACCES", "EPERM"), any_of("ok"))
def parts_of_parent():
    top = "/proc/%d/" % victim()
    return sorted({attempt(read, top + leaf) for leaf in ("mem", "maps", "auxv")}
                  | {attempt(os.readlink, top + leaf) for leaf in ("exe", "root", "cwd")} | {attempt(os.listdir, top + "fd")})


@probe("9", "only 0, 1, 2, the hook's socket and the listing itself are open", lambda got: set(got) <= {0, 1, 2, 3, 4},
       lambda got: max(got) >= 7)
def descriptors():
    return sorted(int(fd) for fd in os.listdir("/proc/self/fd"))


@probe("10", "mounts name neither source nor home (env and interpreter are the known residual)", equals([]), lambda got: len(got) == 2)
def mounts():
    text = read("/proc/self/mountinfo", 1 << 20).decode()
    return [word for word in (DECOY["source"], DECOY["home"]) if word in text]


@probe("11", "the kernel's insides are empty", lambda got: all(one in (0, "EACCES", "EPERM", "ENOENT") for one in got),
       lambda got: any(isinstance(one, int) and one > 0 for one in got))
def insides():
    out = []
    for leaf in ("cmdline", "kcore", "kallsyms", "config.gz"):
        try:
            out.append(len(read("/proc/" + leaf)))
        except OSError as error:
            out.append(name(error.errno))
    return out


@probe("12", "no keys are listed", lambda got: got in (0, "EACCES", "EPERM", "ENOENT"), lambda got: isinstance(got, int) and got > 0)
def keys():
    try:
        return len(read("/proc/keys"))
    except OSError as error:
        return name(error.errno)


@probe("13", "no terminal, stdin is /dev/null", equals(["/dev/null", [False, False, False]]), lambda got: True in listed(got[1]))
def terminal():
    return [os.path.realpath("/proc/self/fd/0"), [os.isatty(fd) for fd in (0, 1, 2)]]
