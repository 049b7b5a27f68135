"""Probes 66, 67 and 73: what runs out. They stop by themselves well above the limits that the suite sets (LIMITS in suite.py).
What needs a limit of the whole build (21, 22, 68 to 70) is in the backend's modes."""
import os
import resource

from probe import DECOY, equals, name, probe

BLOCK, BLOCKS, FILES, DESCRIPTORS = 1 << 20, 96, 6000, 3000


@probe("66", "the disk limit holds", equals("ENOSPC"), equals("ok"))
def disk():
    path = DECOY["scratch"] + "/big"
    try:
        with open(path, "wb", buffering=0) as file:
            for _ in range(BLOCKS):
                file.write(b"x" * BLOCK)
        return "ok"
    except OSError as error:
        return name(error.errno)
    finally:
        os.unlink(path)


@probe("67", "the limit of files holds", equals("ENOSPC"), equals("ok"))
def inodes():
    folder, made = DECOY["scratch"] + "/many", 0
    os.mkdir(folder)
    try:
        for made in range(FILES):
            open("%s/%d" % (folder, made), "w").close()
        return "ok"
    except OSError as error:
        return name(error.errno)
    finally:
        for entry in os.scandir(folder):
            os.unlink(entry.path)
        os.rmdir(folder)


@probe("73", "the limit of open files holds", equals("EMFILE"), equals("ok"))
def descriptors():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    held = []
    try:
        for _ in range(DESCRIPTORS):
            held.append(os.open("/dev/null", os.O_RDONLY))
        return "ok"
    except OSError as error:
        return name(error.errno)
    finally:
        for fd in held:
            os.close(fd)
