"""Say what is being done and how long it took, in plain French, on stderr."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_one_line = threading.Lock()


class SetupError(Exception):
    """The installation cannot go on; the message says what to do."""


def say(text: str) -> None:
    """One line on stderr."""
    with _one_line:
        print(text, file=sys.stderr, flush=True)


@contextmanager
def step(what: str, detail: str = "") -> Iterator[None]:
    """Announce `what`, remind every 20 seconds that it goes on, then tell how long it took."""
    say(f"→ {what} …" if not detail else f"→ {what} : {detail} …")
    start = time.monotonic()
    done = threading.Event()

    def remind() -> None:
        while not done.wait(20):
            say(f"  {what} : toujours en cours ({time.monotonic() - start:.0f} s)")

    threading.Thread(target=remind, daemon=True).start()
    try:
        yield
    finally:
        done.set()
    say(f"✓ {what} : {time.monotonic() - start:.0f} s")


def run(*command: str, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
    """Run `command`, its output added to `log`. Raises SetupError with the end of its output when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        out.write(f"\n$ {' '.join(command)}\n".encode())
        out.flush()
        start = out.tell()
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, cwd=cwd, check=False
        )
    if done.returncode:
        with log.open("rb") as said:
            said.seek(start)
            tail = said.read().decode(errors="replace").strip()[-2000:]
        raise SetupError(f"« {' '.join(command[:4])} … » a échoué (journal : {log}) :\n{tail}")
