"""`bin/setup [--runtime|--tests]`: everything that is missing, once; in a second when nothing is."""

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from maillage.core.install import environment, system
from maillage.core.install.progress import SetupError, say

LOG = environment.ROOT / "var" / "setup.log"


def main() -> int:
    """0 when the machine is ready, 1 with an explanation when it cannot be, 2 for a wrong option."""
    parser = argparse.ArgumentParser(prog="bin/setup", description="Installe ce qui manque.")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--runtime", action="store_true", help="ce qu'il faut pour servir le site")
    group.add_argument(
        "--tests", action="store_true", help="tout, avec les outils de développement (par défaut)"
    )
    options = parser.parse_args()
    start = time.monotonic()
    try:
        did = install(tests=not options.runtime, log=LOG)
    except (SetupError, OSError) as error:
        say(f"\n{error}")
        return 1
    if did:
        say(f"Installation terminée en {time.monotonic() - start:.0f} s.")
    return 0


def install(*, tests: bool, log: Path) -> bool:
    """Install what is missing, system packages beside the rest; whether there was anything to do."""
    start = time.monotonic()
    if not system.has_venv() or (system.missing_packages(tests=tests) and needs_password()):
        system.install(tests=tests, log=log)  # first and alone: the rest needs it, or it will ask a question
    with ThreadPoolExecutor(2) as pool:
        work = [
            pool.submit(system.install, tests=tests, log=log.with_name("setup-apt.log")),
            pool.submit(install_libraries, tests=tests, log=log),
        ]
    for done in work:
        done.result()
    environment.compile_texts(log=log)
    if tests:
        environment.install_browser(log=log)
    return time.monotonic() - start > 3


def install_libraries(*, tests: bool, log: Path) -> None:
    environment.install_python(tests=tests, log=log)
    environment.install_packages(tests=tests, log=log)


def needs_password() -> bool:
    """Whether installing packages will ask, or be refused: better before the downloads than after."""
    try:
        system.elevate(tests=False, ask=False)
    except SetupError:
        return True
    return False


if __name__ == "__main__":
    sys.exit(main())
