"""An in-tree build backend for the hostile builds: the config setting "mode" says what it does, a function of one of the
modules below. Each gets the path where the wheel is expected and returns the name it answers with, or None for that one."""
import base64
import hashlib
import os
import zipfile

NAME = "hostile-1.0-py3-none-any.whl"


def wheel(path, name="hostile", size=0):
    info = name + "-1.0.dist-info/"
    members = [(name + ".py", "x = 1\n" + "#" * size), (info + "METADATA", "Metadata-Version: 2.1\nName: %s\nVersion: 1.0\n" % name),
               (info + "WHEEL", "Wheel-Version: 1.0\nGenerator: hostile\nRoot-Is-Purelib: true\nTag: py3-none-any\n")]
    record = ""
    with zipfile.ZipFile(path, "w") as out:
        for member, text in members:
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += "%s,sha256=%s,%d\n" % (member, digest, len(text))
            out.writestr(member, text)
        out.writestr(info + "RECORD", record + info + "RECORD,,\n")


def probes(out):
    import probe
    probe.load()
    probe.try_all()
    print("BOOT", probe.read("/proc/sys/kernel/random/boot_id").decode())
    wheel(out)


def sweep(out):
    import sweep
    sweep.main()
    wheel(out)


def find(mode):
    import backend_bare
    import backend_network
    import backend_output
    import backend_resources
    for module in (backend_bare, backend_network, backend_output, backend_resources):
        if hasattr(module, mode):
            return getattr(module, mode)
    return globals()[mode]


def build_wheel(directory, config_settings=None, metadata_directory=None):
    out = os.path.join(directory, NAME)
    return find((config_settings or {}).get("mode", "wheel"))(out) or NAME
