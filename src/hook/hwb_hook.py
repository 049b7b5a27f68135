"""Calls a PEP 517 backend inside the sandbox, for hwb.

Descriptor 3 is a SOCK_SEQPACKET socket. A request is a count and that many length-prefixed strings (little-endian u32);
an answer is a kind, a count and strings. The backend is imported once; every hook but the last runs in a fork, so that no
hook sees what another left behind. Whatever is answered here, hwb treats as a stranger's word.

Runs on CPython 3.8 and newer, with nothing imported that a backend does not import anyway (but hwb_finder.py, beside it).
"""
import gc

gc.disable()  # nothing dies while we import; the objects are frozen afterwards

import os  # noqa: E402
import sys  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
FROZEN = os.path.join(HERE, "frozen", "modules")  # is there once an environment has been used before
CHANNEL = 3
PACKET = 1 << 18
KIND_NAME, KIND_LIST, KIND_ABSENT, KIND_ERROR = 1, 2, 3, 4


def _send(kind, *strings):
    data = [kind.to_bytes(4, "little"), len(strings).to_bytes(4, "little")]
    for text in strings:
        raw = text.encode("utf-8", "surrogateescape")
        data.append(len(raw).to_bytes(4, "little"))
        data.append(raw)
    packet = b"".join(data)
    if len(packet) > PACKET - 4096:
        return _send(KIND_ERROR, "type", "the answer is longer than hwb takes")
    for stream in (sys.stdout, sys.stderr):  # before the answer: after the last one hwb ends everything
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass
    os.write(CHANNEL, packet)


def _receive():
    packet = os.read(CHANNEL, PACKET)
    if not packet:
        return None
    strings, at = [], 4
    for _ in range(int.from_bytes(packet[:4], "little")):
        size = int.from_bytes(packet[at:at + 4], "little")
        strings.append(packet[at + 4:at + 4 + size].decode("utf-8", "surrogateescape"))
        at += 4 + size
    return strings


def _traceback():
    import traceback
    traceback.print_exc()
    sys.stderr.flush()


class _Failed(Exception):
    """kind, text: the words hwb shows; the traceback, if any, is in the log."""


def _inside(path, directories):
    real = os.path.realpath(path)
    return any(real == d or real.startswith(d + os.sep) for d in directories)


def _import_backend(name, paths):
    sys.path[:0] = paths
    module, _, attributes = name.partition(":")
    try:
        __import__(module)
    except BaseException as error:
        _traceback()
        raise _Failed("import", "cannot be imported: %s: %s" % (type(error).__name__, error))
    backend = sys.modules[module]
    if paths:
        found = getattr(backend, "__file__", None) or ""
        if not _inside(found, [os.path.realpath(p) for p in paths]):
            raise _Failed("import", "was not loaded from backend-path but from '%s'" % found)
    try:
        for part in attributes.split("."):
            if part:
                backend = getattr(backend, part)
    except AttributeError as error:
        raise _Failed("import", "does not exist: %s" % error)
    return backend


def _settings(strings):
    """Pairs to a dict; a repeated key becomes a list, as in pip, uv and build."""
    settings = {}
    for key, value in zip(strings[::2], strings[1::2]):
        if key not in settings:
            settings[key] = value
        elif isinstance(settings[key], list):
            settings[key].append(value)
        else:
            settings[key] = [settings[key], value]
    return settings


def _answer_requires(value):
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise _Failed("type", "the hook returned %s, not a list of strings" % _describe(value))
    _send(KIND_LIST, *value)


def _answer_name(value):
    if not isinstance(value, str):
        raise _Failed("type", "the hook returned %s, not a file name" % _describe(value))
    _send(KIND_NAME, value)


def _describe(value):
    return "None" if value is None else "a value of type '%s'" % type(value).__name__


def _unsupported(error, backend):
    for owner in (backend, sys.modules.get(getattr(backend, "__name__", None) or "")):
        kind = getattr(owner, "UnsupportedOperation", None)
        if isinstance(kind, type) and isinstance(error, kind):
            return True
    return type(error).__name__ == "UnsupportedOperation"


def _run_hook(backend, hook, directory, settings):
    function = getattr(backend, hook, None)
    if function is None:
        _send(KIND_ABSENT)
        return
    try:
        if hook.startswith("get_requires_"):
            value = function(settings)
        elif hook == "build_sdist":
            value = function(directory, settings)
        else:
            value = function(directory, settings, None)
    except SystemExit as error:
        raise _Failed("exit", "the backend exited without a result (SystemExit: %s)" % error)
    except BaseException as error:
        if hook == "build_sdist" and _unsupported(error, backend):
            raise _Failed("unsupported", str(error))
        _traceback()
        raise _Failed("exception", "%s: %s" % (type(error).__name__, error))
    (_answer_requires if hook.startswith("get_requires_") else _answer_name)(value)


def _guarded(backend, strings):
    hook, directory = strings[2], strings[3]
    gc.enable()
    try:
        _run_hook(backend, hook, directory, _settings(strings[4:]))
    except _Failed as failed:
        _send(KIND_ERROR, *failed.args)
    sys.stdout.flush()
    sys.stderr.flush()


def _in_fork(backend, strings, later):
    """later: what the last hook imports. While the child thinks, so do we."""
    sys.stdout.flush()
    sys.stderr.flush()
    answered, answer = os.pipe()  # what is written there says that the hook came back: its exit status does not
    child = os.fork()
    if child == 0:
        _guarded(backend, strings)
        os.write(answer, b"1")
        os._exit(0)
    os.close(answer)
    _preload(later)
    _, status = os.waitpid(child, 0)
    os.set_blocking(answered, False)  # a grandchild may hold the other end
    try:
        came_back = os.read(answered, 1) == b"1"
    except BlockingIOError:
        came_back = False
    os.close(answered)
    if not came_back:
        ended = "killed by signal %d" % (status & 127) if status & 127 else "status %d" % (status >> 8)
        _send(KIND_ERROR, "exit", "the backend exited without a result (%s)" % ended)


def _preload(names):
    """What hooks import lazily: paid once instead of once a hook."""
    for name in names:
        try:
            __import__(name)
        except Exception:
            pass
    gc.freeze()


def _names_in(folders):
    names = set()
    for folder in folders:
        try:
            names.update(entry.partition(".")[0] for entry in os.listdir(folder))
        except OSError:
            pass
    return names


def _start(strings, finder):
    """Returns the backend, and what is to be imported before build_wheel."""
    name, n_paths = strings[1], int(strings[2])
    paths, first, last = strings[3:3 + n_paths], strings[3 + n_paths:], ()
    backend = _import_backend(name, paths)
    if finder:
        learned, last = finder.preload(name.partition(":")[0])
        first = learned or first
    own = _names_in([".", *paths])  # a module that the project has too is left to the hooks: they may look there first
    first, last = ([module for module in names if module.partition(".")[0] not in own] for names in (first, last))
    _preload(first)
    _send(KIND_ABSENT)
    return backend, last


def _install_finder():
    sys.path.insert(0, HERE)
    import hwb_finder
    sys.path[:] = [p for p in sys.path if p != HERE]
    return hwb_finder.install(FROZEN)


def main():
    finder = _install_finder()
    os.set_inheritable(CHANNEL, False)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    backend, later = None, ()
    while True:
        strings = _receive()
        if strings is None:
            return
        try:
            if strings[0] == "start":
                backend, later = _start(strings, finder)
            elif strings[1] == "fork":
                _in_fork(backend, strings, later if strings[2].endswith("_wheel") else ())
            else:
                _guarded(backend, strings)
        except _Failed as failed:
            _send(KIND_ERROR, *failed.args)


main()
