"""Writes the corpus: make.py FOLDER [NAME...]. One folder a case, in it the wheel under the file name that belongs to it.

Each bad wheel is one mutation of the good one (demo.py). Nothing of hwb makes them, and a good wheel counts only when Python's
zipfile and `installer`'s rules of RECORD can read it: make.py holds the good ones against zipfile itself.
"""
import io
import os
import sys
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases_binary  # noqa: E402
import cases_good  # noqa: E402, F401
import cases_install  # noqa: E402, F401
import cases_meta  # noqa: E402, F401
import cases_zip  # noqa: E402, F401
from case import CASES  # noqa: E402
from expected import EXPECTED  # noqa: E402


def make_all(folder, names=None):
    """[(name, path or None, why not)] of every case, in the order of the table."""
    different = set(CASES) ^ set(EXPECTED)
    if different:
        raise SystemExit("cases without an expectation, or the other way round: %s" % ", ".join(sorted(different)))
    made = []
    for name in names or EXPECTED:
        try:
            file_name, content = CASES[name]()
        except cases_binary.Unavailable as error:
            made.append((name, None, str(error)))
            continue
        if name.startswith("good"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if archive.testzip() is not None:
                    raise SystemExit("%s: zipfile does not like it" % name)
        path = os.path.join(folder, name, file_name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        made.append((name, path, None))
    return made


if __name__ == "__main__":
    for case_name, case_path, why in make_all(sys.argv[1], sys.argv[2:]):
        print("%-36s %s" % (case_name, case_path or "not made: " + why))
