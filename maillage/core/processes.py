"""Child processes that never outlive the one that started them, and whether another one lives. Standard library only."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SUPERVISOR = "MAILLAGE_SUPERVISOR"  # the number of the process to die with, set for our children
PR_SET_PDEATHSIG = 1
SECONDS_TO_STOP = 20.0
SECONDS_BETWEEN_LOOKS = 2.0
LONGEST_PAUSE_S = 30.0


def die_with_supervisor() -> None:
    """In a child of `serve`: be sent SIGTERM by the kernel when that process dies, kill -9 included; elsewhere nothing.

    Said first of all, so that no child goes on starting for nobody. One that SIGTERM does not end (it came where an exception
    is lost, or something waits) ends by itself SECONDS_TO_STOP later.
    """
    supervisor = int(os.environ.get(SUPERVISOR, "0"))
    if not supervisor:
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor:  # it died before the line above
        os._exit(1)
    threading.Thread(target=_outlive_briefly, args=(supervisor,), daemon=True).start()


def _outlive_briefly(supervisor: int) -> None:
    """End this process when it is still there SECONDS_TO_STOP after its supervisor."""
    while os.getppid() == supervisor:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    time.sleep(SECONDS_TO_STOP)
    os._exit(1)


@contextmanager
def kept_running(*arguments: str) -> Iterator[None]:
    """Run `python -m maillage ARGUMENTS` beside the block; start it again when it dies, stop it at the end."""
    stopping = threading.Event()
    starting = threading.Lock()
    child: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        with starting:
            if not stopping.is_set():
                child[:] = [
                    subprocess.Popen(
                        [sys.executable, "-m", "maillage", *arguments],
                        env=os.environ | {SUPERVISOR: str(os.getpid())},
                    )
                ]

    def watch() -> None:
        pause_s = 1.0
        while not stopping.is_set():
            started = time.monotonic()
            status = child[0].wait()
            if stopping.is_set():
                return
            pause_s = 1.0 if time.monotonic() - started > 60 else min(pause_s * 2, LONGEST_PAUSE_S)
            print(
                f"« {' '.join(arguments)} » s'est arrêté (code {status}) ; nouvel essai dans {pause_s:.0f} s.",
                file=sys.stderr,
                flush=True,
            )
            if not stopping.wait(pause_s):
                start()

    start()
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        with starting:
            stopping.set()
        child[0].terminate()
        try:
            child[0].wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            child[0].kill()
            child[0].wait()
        watcher.join()


def number_in(pid_file: Path) -> int | None:
    """The process's number that a pid file begins with; None without one."""
    try:
        return int(pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def command_of(pid: int) -> list[bytes]:
    """The command line of a living process, argument by argument; nothing for a dead one, buried or not."""
    try:
        text = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return []
    return text.split(b"\0") if text else []
