"""Modes of the hostile backend that only a limit or a signal ends. Never run without a sandbox."""
import os
import signal
import subprocess
import sys
import threading
import time

from backend import wheel


def stop(out):
    os.kill(os.getpid(), signal.SIGSTOP)


def stop_all(out):
    """Children that stop as well, and one that stops its parent again and again."""
    parent = os.getpid()
    for n in range(3):
        if os.fork() == 0:
            while n == 0:
                os.kill(parent, signal.SIGSTOP)
            os.kill(os.getpid(), signal.SIGSTOP)
    stop(out)


def sleep(out):
    print("asleep", flush=True)
    time.sleep(3600)


def daemon_and_sleep(out):
    import probe
    probe.load()
    print(probe.PROBES["18"].run(), flush=True)
    sleep(out)


def busy(out):
    while True:
        pass


def memory(out):
    held = []
    while True:
        held.append(bytearray(os.urandom(1 << 20)) * 8)


def forks(out):
    """Forks until it cannot, each child too; says where that was and goes on as if nothing had been."""
    made, end = [], ""
    try:
        while len(made) < 20000:
            pid = os.fork()
            if pid == 0:
                time.sleep(3600)
                os._exit(0)
            made.append(pid)
    except OSError as error:
        end = error.strerror
    print("FORKED", len(made), end, flush=True)
    for pid in made:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    wheel(out)


def threads(out):
    threading.stack_size(64 << 10)
    gate, made, end = threading.Event(), [], ""
    try:
        while len(made) < 20000:
            thread = threading.Thread(target=gate.wait, daemon=True)
            thread.start()
            made.append(thread)
    except RuntimeError as error:
        end = str(error)
    print("FORKED", len(made), end, flush=True)
    gate.set()
    for thread in made:
        if thread.ident:
            thread.join()
    wheel(out)


def flood(out):
    block = b"x" * 79 + b"\n"
    while True:
        os.write(1, block * 4096)


def quiet_exit(out):
    os.close(1)
    os.close(2)
    os._exit(0)


def kill_self(out):
    os.kill(os.getpid(), signal.SIGKILL)


def exit_137(out):
    os._exit(137)


def stress(out):
    """stress-ng, with the words of the variable; its status becomes ours."""
    run = subprocess.run(["stress-ng", "--temp-path", "/tmp", *os.environ["STRESS"].split()], stdin=subprocess.DEVNULL)
    print("STRESS ended with", run.returncode, flush=True)
    sys.stdout.flush()
    wheel(out)
