"""Real processes of the command line, each on a data folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from tests.environment import ROOT


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """The environment of an instance that lives in `data_dir`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAILLAGE_", "DATABASE_", "DJANGO_"))
    }
    return kept | {"MAILLAGE_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT)} | more


def maillage(data_dir: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "maillage", *arguments],
        cwd=ROOT,
        env=environment(data_dir, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status(port: int, path: str = "/readyz") -> int | None:
    """The HTTP status of an address; None when nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def wait_for(condition, seconds: float = 120.0) -> bool:
    """Whether `condition` came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.3)
    return False


@contextmanager
def serving(data_dir: Path, *options: str, **more: str) -> Iterator[tuple[subprocess.Popen, int]]:
    """A site that answers, in a session of its own, and its port; killed with its whole tree at the end."""
    port = free_port()
    log = data_dir.parent / f"{data_dir.name}-serve.log"
    with log.open("a") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "maillage", "serve", "--port", str(port), "--workers", "1", *options],
            cwd=ROOT,
            env=environment(data_dir, **more),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        assert wait_for(lambda: process.poll() is not None or status(port) == 200, 240), log.read_text()
        assert process.poll() is None, log.read_text()
        yield process, port
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def birth(pid: int) -> int | None:
    """When a process was born, in the kernel's ticks; None when it is dead, or nobody buried it."""
    try:
        state, *told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it may die between the opening and the reading
        return None
    return None if state in "ZX" else int(told[18])


class Living(NamedTuple):
    """A process met alive: its number alone would name another one later."""

    pid: int
    born: int | None

    @property
    def is_alive(self) -> bool:
        return self.born is not None and birth(self.pid) == self.born

    @property
    def command(self) -> bytes:
        """Its command line; nothing when it is dead."""
        try:
            return Path(f"/proc/{self.pid}/cmdline").read_bytes()
        except OSError:
            return b""

    def kill(self) -> None:
        """Kill -9, unless it is dead already: the kernel ends children with their parent."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def tree(pid: int) -> list[Living]:
    """A process and all that descend from it."""
    return [Living(pid, birth(pid)), *(one for child in children(pid) for one in tree(child))]


def children(pid: int) -> list[int]:
    """The numbers of a process's living children."""
    told = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in told.stdout.split()]
