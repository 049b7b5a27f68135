"""Probes 60 and 63: what of the host can be written or linked. What a build leaves in /out is in the backend's modes."""
import os

from probe import DECOY, attempt, equals, only, probe


@probe("60", "no hard link out of /usr", only("EXDEV", "EROFS", "EPERM"), equals("ok"))
def hard_link():
    path = DECOY["scratch"] + "/linked" if "linked" in DECOY else DECOY["scratch"] + "/env"
    got = attempt(os.link, DECOY.get("linked", "/usr/bin/env"), path)
    attempt(os.unlink, path)
    return got


@probe("63", "nothing of the host can be written, by the mounts alone", equals(["EROFS"] * 4 + ["ENOENT"]), equals(["ok"] * 5))
def host_files():
    return [attempt(lambda: open(path + "/x", "w").close()) for path in DECOY["closed"]]
