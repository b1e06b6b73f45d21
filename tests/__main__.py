"""`bin/test`: every check of the code, then every test. With arguments, pytest alone runs, with them."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests import bytecode

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
TOOLS = Path(PYTHON).parent

CHECKS = {
    "mise en forme (ruff format)": [f"{TOOLS}/ruff", "format", "--check", "--quiet", "."],
    "règles (ruff)": [f"{TOOLS}/ruff", "check", "--quiet", "."],
    "dépendances entre applications (import-linter)": [f"{TOOLS}/lint-imports"],
    "types (mypy)": [f"{TOOLS}/mypy"],
    "réglages (check)": [PYTHON, "-m", "maillage", "check", "--fail-level", "WARNING"],
    "migrations": [PYTHON, "-m", "maillage", "makemigrations", "--check", "--dry-run"],
    "catalogue des textes": [PYTHON, "-m", "maillage", "messages", "--check"],
}
# the modules of tests/ are the slowest: they come first, so that no worker ends long after the other
PARTS = (
    ["-m", "not browser", "-n", "2", "--dist", "loadscope", "--no-loadscope-reorder", "tests", "maillage"],
    ["-m", "browser", "-n", "2", "tests/browser"],
)


def check(name: str, command: list[str]) -> bool:
    """Run one check; its output is shown when it fails."""
    start = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    passed = done.returncode == 0
    print(f"{'✓' if passed else '✗'} {name} : {time.monotonic() - start:.0f} s", flush=True)
    if not passed:
        print(done.stdout, flush=True)
    return passed


def pytest(*arguments: str) -> bool:
    return subprocess.run([PYTHON, "-m", "pytest", "-q", *arguments], cwd=ROOT, check=False).returncode == 0


def main() -> int:
    """0 when everything passed, 1 otherwise; the last lines are pytest's."""
    bytecode.keep()
    arguments = sys.argv[1:]
    if arguments:
        return subprocess.run([PYTHON, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode
    start = time.monotonic()
    with ThreadPoolExecutor(2) as two_cores:
        results = list(two_cores.map(check, CHECKS, CHECKS.values()))
    for part in PARTS:
        print(f"\npytest {' '.join(part)}", flush=True)
        results.append(pytest(*part))
    if not all(results):
        print(f"\nÉchec ({time.monotonic() - start:.0f} s) : voir plus haut.", flush=True)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
