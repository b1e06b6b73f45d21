"""A real server over the bench's database, and a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = os.environ.get("MAILLAGE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
SECONDS_TO_START = 120


@contextmanager
def serving(*, workers: int = 2) -> Iterator[str]:
    """The base URL of `serve` on the bench's data folder, stopped at the end. Raises RuntimeError when it does not answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    log = Path(settings.DATA_DIR) / "bench-server.log"
    command = [
        sys.executable,
        "-m",
        "maillage",
        "serve",
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--no-worker",
    ]
    with log.open("w") as out:
        server = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=os.environ | {"MAILLAGE_BASE_URL": base},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(server, base, log)
        yield base
    finally:
        server.terminate()
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:  # the figures are taken: a server slow to leave does not cost them
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen[bytes], base: str, log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(f"{base}/readyz", timeout=10).close()
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"the server did not answer:\n{log.read_text()[-3000:]}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, else Playwright's own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
