"""Serves modules out of the file that hwb_freeze.py wrote: what plain imports would find, without looking for it.

Each answer is the one that the search along sys.path would give, or none: then the search goes on as if this were not here.
The code objects come from one file, the compiled patterns of `re` too; everything else about a module is as usual.
Runs on CPython 3.8 and newer, on what every interpreter has loaded at its start.
"""
import marshal
import os
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER, PathFinder, SourceFileLoader

MAGIC = b"hwb-frozen-1"  # then: MAGIC_NUMBER, the sizes of the file and of its index (8 bytes each), the index, the code
HEAD = len(MAGIC) + len(MAGIC_NUMBER) + 16


class _Loader(SourceFileLoader):
    def __init__(self, fullname, path, store, place):
        super().__init__(fullname, path)
        self._store, self._place = store, place

    def get_code(self, fullname):
        code = self._store.code(self._place) if fullname == self.name else None
        return super().get_code(fullname) if code is None else code


class _PatternLoader(_Loader):
    """The loader of `re`. The others take exec_module as it is, so that no frame of ours is in a traceback."""

    def exec_module(self, module):
        super().exec_module(module)
        self._store.fill_patterns(module)


class _Store:
    """The file. It is opened for each piece: a hook finds no descriptor but its own."""

    def __init__(self, path):
        self._path = path
        head = self._read(0, HEAD)
        at = len(MAGIC) + len(MAGIC_NUMBER)
        size, index = (int.from_bytes(head[k:k + 8], "little") for k in (at, at + 8))
        if head[:at] != MAGIC + MAGIC_NUMBER or os.stat(path).st_size != size:
            raise ValueError("not a file of frozen modules for this interpreter")
        self._base = HEAD + index
        self.index = marshal.loads(self._read(HEAD, index))

    def _read(self, at, size):
        file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            data = os.pread(file, size, at)
        finally:
            os.close(file)
        if len(data) != size:
            raise ValueError("the file of frozen modules is cut off")
        return data

    def code(self, place):
        try:
            return marshal.loads(self._read(self._base + place[0], place[1]))
        except (OSError, EOFError, ValueError, TypeError):
            return None

    def fill_patterns(self, module):
        """What re.compile() would work out again, put where it looks first."""
        rows = self.index["modules"]
        try:
            if all(_is_same(*rows[name][1:4:2]) for name in rows if name.startswith(("re.", "sre_"))):
                for text, flags, *compiled in self.index["patterns"]:
                    module._cache[type(text), text, flags] = sys.modules["_sre"].compile(text, *compiled)
        except Exception:
            pass  # then it works them out


def _is_same(path, seen):
    """Whether a file or folder of the host is what it was. seen: size and time, False: absent; None: it cannot change."""
    if seen is None:
        return True
    try:
        found = os.stat(path)
    except OSError:
        return seen is False
    return (found.st_size, found.st_mtime_ns) == seen


class Finder:
    def __init__(self, store):
        self._store, self._modules = store, store.index["modules"]
        # Folders whose content is known: what a module's row does not say to be in there is not.
        self._known = frozenset(root for root, seen in store.index["roots"] if _is_same(root, seen))

    def find_spec(self, fullname, path=None, target=None):
        row = self._modules.get(fullname)
        if row is None:
            return None
        root, file, is_package, seen, others, place = row
        for folder in sys.path if path is None else path:
            if folder == root:
                break
            if folder in self._known and folder not in others:
                continue
            if PathFinder.find_spec(fullname, [folder]) is not None:
                return None
        else:
            return None
        if not _is_same(file, seen):
            return None
        loader = (_PatternLoader if fullname == "re" else _Loader)(fullname, file, self._store, place)
        spec = ModuleSpec(fullname, loader, origin=file, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations.append(os.path.dirname(file))
        return spec

    def preload(self, backend):
        """Two lists of names: what building a wheel imports in its first hook, and then in its last."""
        return self._store.index["preload"].get(backend, ((), ()))


def install(path):
    """Puts a finder right before the search along sys.path and returns it; None when the file is of no use."""
    if sys.flags.optimize or PathFinder not in sys.meta_path:
        return None
    try:
        store = _Store(path)
        finder = Finder(store)
        if "re" in sys.modules:
            store.fill_patterns(sys.modules["re"])
    except (OSError, EOFError, ValueError, TypeError, KeyError, AttributeError):
        return None
    sys.meta_path.insert(sys.meta_path.index(PathFinder), finder)
    return finder
