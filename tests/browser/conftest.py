"""One server with the demo content, one Chromium, for every test of this folder."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import databases
from tests.static_files import give_static_files

CHROMIUM = os.environ.get("MAILLAGE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-default-apps", "--disable-sync", "--no-first-run", "--metrics-recording-only", "--disable-dev-shm-usage",
]  # fmt: skip
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site_database(template_database: str) -> Iterator[str]:
    """A database of the server's own."""
    with databases.copy_of(template_database, f"test_{os.getpid()}_site") as name:
        yield name


@pytest.fixture(scope="session")
def site(site_database: str) -> Iterator[str]:
    """The base URL of a real server, in a process of its own, with the demo content."""
    folder = Path(settings.DATA_DIR) / f"site-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    give_static_files(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    where = quote(str(databases.CLUSTER.socket_dir), safe="")
    environment = {
        **os.environ,
        "MAILLAGE_DATA_DIR": str(folder),
        "MAILLAGE_DEMO": "1",
        "MAILLAGE_BASE_URL": base,
        "MAILLAGE_SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": f"postgresql://maillage_web@{where}/{site_database}",
        "DATABASE_OWNER_URL": f"postgresql://maillage_owner@{where}/{site_database}",
    }
    log = folder / "server.log"
    with log.open("w") as out:
        command = [
            sys.executable,
            "-m",
            "maillage",
            "serve",
            "--prepare",
            "--port",
            str(port),
            "--workers",
            "1",
            "--no-worker",
        ]
        server = subprocess.Popen(
            command, env=environment, cwd=settings.BASE_DIR, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_it_answers(server, port, log)
            yield base
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the server did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def demo(site: str, site_database: str) -> Iterator[psycopg.Connection]:
    """A connection that sees everything of the server's database."""
    with databases.as_superuser(site_database) as connection:
        yield connection


@pytest.fixture(scope="session")
def chromium(template_database: str) -> Iterator[Browser]:
    """One browser for the whole run. The databases are made first: they are Django's, and Playwright holds a loop."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium, or set MAILLAGE_CHROMIUM")
    # Playwright's loop runs in this thread until the end; the tests that follow are no less synchronous
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def _context(chromium: Browser, site: str, **options: object) -> BrowserContext:
    context = chromium.new_context(base_url=site, locale="fr-FR", reduced_motion="reduce", **options)  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    return context


@pytest.fixture(scope="session")
def desk(chromium: Browser, site: str) -> Iterator[BrowserContext]:
    """A wide screen."""
    context = _context(chromium, site, viewport=DESK)
    yield context
    context.close()


@pytest.fixture(scope="session")
def phone(chromium: Browser, site: str) -> Iterator[BrowserContext]:
    """A phone of 360 pixels, touched."""
    context = _context(chromium, site, viewport=PHONE, has_touch=True, is_mobile=True)
    yield context
    context.close()


@pytest.fixture(scope="session")
def without_javascript(chromium: Browser, site: str) -> Iterator[BrowserContext]:
    """A phone where no script runs."""
    context = _context(chromium, site, viewport=PHONE, java_script_enabled=False)
    yield context
    context.close()


@pytest.fixture
def page(desk: BrowserContext) -> Iterator[Page]:
    """A new tab on a wide screen."""
    tab = desk.new_page()
    yield tab
    tab.close()


@pytest.fixture
def fresh_page(chromium: Browser, site: str) -> Iterator[Page]:
    """A tab of a browser that never came: no cookie, no cache."""
    context = _context(chromium, site, viewport=DESK)
    yield context.new_page()
    context.close()
