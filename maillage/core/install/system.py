"""System packages: only those whose function is missing, with apt, as root or through sudo."""

import ctypes.util
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from maillage.core.cluster import OLDEST_VERSION, ClusterError, binary
from maillage.core.install.progress import SetupError, run, step

APT = ("apt-get", "-y", "-q", "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=600")
CLUSTER_CONFIGURATION = "/etc/postgresql-common/createcluster.d/maillage-setup.conf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Need:
    """A thing the software uses, how to see that it is there, and the Debian packages that bring it."""

    is_there: Callable[[], bool]
    packages: Callable[[], list[str]]
    tests_only: bool = False


def has_postgresql() -> bool:
    """Whether a server recent enough is installed, running or not."""
    try:
        binary("initdb")
    except ClusterError:
        return False
    return True


def has_postgis() -> bool:
    """Whether the server that we would start has PostGIS."""
    try:
        folder = Path(binary("initdb")).resolve().parent.parent
    except ClusterError:
        return False
    return any(
        (share / "extension" / "postgis.control").exists()
        for share in (Path("/usr/share/postgresql") / folder.name, *folder.glob("share/postgresql*"))
    )


def library(name: str) -> Callable[[], bool]:
    return lambda: ctypes.util.find_library(name) is not None


def program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def packages(*names: str) -> Callable[[], list[str]]:
    return lambda: list(names)


def has_venv() -> bool:
    """Debian takes `ensurepip` out of Python and puts it in python3-venv."""
    return Path(sysconfig.get_paths()["stdlib"], "ensurepip", "__init__.py").exists()


def candidate(package: str) -> str:
    """The version that apt would install, or '' when it knows no such package or is not there."""
    if not shutil.which("apt-cache"):
        return ""
    told = subprocess.run(
        ["apt-cache", "policy", package],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"LC_ALL": "C"},
    ).stdout
    found = re.search(r"Candidate: (?!\(none\))(\S+)", told)
    return found[1] if found else ""


def postgis_packages() -> list[str]:
    """PostGIS for the server that is, or will be, there; the system's own metapackage while apt knows no version yet."""
    if has_postgresql():
        return [f"postgresql-{Path(binary('initdb')).resolve().parent.parent.name}-postgis-3"]
    version = re.match(r"\d+", candidate("postgresql"))
    return [f"postgresql-{version[0]}-postgis-3" if version else "postgresql-postgis"]


def venv_packages() -> list[str]:
    """python3-venv is the default Python's; another one (3.11 beside Ubuntu 22.04's 3.10) has a package of its own."""
    own = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    return [own if candidate(own) else "python3-venv"]


def gdal_packages() -> list[str]:
    """GeoDjango's library. PostGIS brings it, without the tools and their own Python."""
    return ["gdal-bin"] if has_postgis() else []


def browser_packages() -> list[str]:
    """Debian's Chromium. Ubuntu has it as a snap only: there, Playwright brings its own (`environment.install_browser`)."""
    return [] if is_ubuntu() else ["chromium"]


def is_ubuntu() -> bool:
    try:
        return platform.freedesktop_os_release().get("ID") == "ubuntu"
    except OSError:
        return False


NEEDS = (
    Need(has_postgresql, packages("postgresql")),
    Need(has_postgis, postgis_packages),
    Need(library("gdal"), gdal_packages),
    Need(library("pango-1.0"), packages("libpango-1.0-0")),
    Need(library("pangoft2-1.0"), packages("libpangoft2-1.0-0")),
    Need(library("harfbuzz-subset"), packages("libharfbuzz-subset0")),
    Need(program("msgfmt"), packages("gettext")),
    Need(has_venv, venv_packages),
    Need(library("atomic"), packages("libatomic1"), tests_only=True),  # of the Node that Playwright brings
    Need(program("ogrinfo"), packages("gdal-bin"), tests_only=True),
    Need(program(*BROWSERS), browser_packages, tests_only=True),
)


def missing_packages(*, tests: bool) -> list[str]:
    """The Debian packages to install, without repeats; empty when nothing is missing."""
    found: dict[str, None] = {}
    for need in NEEDS:
        if (tests or not need.tests_only) and not need.is_there():
            found |= dict.fromkeys(need.packages())
    return list(found)


def install(*, tests: bool, log: Path) -> None:
    """Install what is missing. Raises SetupError, with the command for an administrator, when we may not."""
    if not missing_packages(tests=tests):
        return
    if not shutil.which("apt-get"):
        raise SetupError(
            f"Ce système n'a pas apt. Installez vous-même : PostgreSQL {OLDEST_VERSION} ou plus récent, PostGIS, GDAL, "
            "Pango, HarfBuzz et gettext" + (", Chromium et ogrinfo" if tests else "") + ", puis relancez."
        )
    as_root = elevate(tests=tests)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    if not candidate("postgresql"):
        with step("Liste des paquets du système"):
            run(*as_root, *APT, "update", log=log, env=env)
    wanted = missing_packages(tests=tests)
    unknown = [package for package in wanted if not candidate(package)]
    if unknown:
        with step("Liste des paquets du système"):
            run(*as_root, *APT, "update", log=log, env=env)
        wanted = missing_packages(tests=tests)
    too_old = re.match(r"\d+", candidate("postgresql"))
    if "postgresql" in wanted and too_old and int(too_old[0]) < OLDEST_VERSION:
        raise SetupError(
            f"Ce système propose PostgreSQL {too_old[0]} : il faut {OLDEST_VERSION} ou plus récent. "
            "Ajoutez le dépôt https://apt.postgresql.org (paquet postgresql-common, puis "
            "/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh), puis relancez."
        )
    with step("Paquets du système", ", ".join(wanted)), without_main_cluster(as_root, wanted, log=log):
        command = (*as_root, *ENVIRONMENT, *APT, "install", "--no-install-recommends", *wanted)
        try:
            run(*command, log=log, env=env)
        except SetupError:  # most often a list of packages that has aged
            run(*as_root, *APT, "update", log=log, env=env)
            run(*command, log=log, env=env)
    still = missing_packages(tests=tests)
    if still:
        raise SetupError(f"Après l'installation, il manque encore : {' '.join(still)} (journal : {log}).")


# sudo forgets the environment
ENVIRONMENT = ("env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C")


class without_main_cluster:
    """Keep Debian from making and starting a server of its own, which nobody would use, when we bring PostgreSQL."""

    def __init__(self, as_root: tuple[str, ...], wanted: list[str], *, log: Path) -> None:
        self.as_root, self.log = as_root, log
        self.concerned = "postgresql" in wanted and not Path("/etc/postgresql-common").exists()

    def __enter__(self) -> None:
        if self.concerned:
            write = f"mkdir -p {shlex.quote(os.path.dirname(CLUSTER_CONFIGURATION))} && echo 'create_main_cluster = false' > {CLUSTER_CONFIGURATION}"
            run(*self.as_root, "sh", "-c", write, log=self.log)

    def __exit__(self, *_: object) -> None:
        if self.concerned:
            run(*self.as_root, "rm", "-f", CLUSTER_CONFIGURATION, log=self.log)


def elevate(*, tests: bool, ask: bool = True) -> tuple[str, ...]:
    """What to put before a command so that it runs as root. Raises SetupError when this user has no such right.

    With `ask`, sudo may ask for a password on the terminal.
    """
    if os.getuid() == 0:
        return ()
    if shutil.which("sudo"):
        if subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0:
            return ("sudo", "-n")
        if ask and sys.stdin.isatty() and subprocess.run(["sudo", "-v"], check=False).returncode == 0:
            return ("sudo", "-n")
    command = shlex.join(
        ["apt-get", "install", "-y", "--no-install-recommends", *missing_packages(tests=tests)]
    )
    raise SetupError(
        "Il manque des paquets du système, et votre compte n'a pas le droit de les installer.\n"
        f"Demandez à un administrateur de lancer :\n\n    sudo sh -c 'apt-get update && {command}'\n\n"
        "puis relancez la même commande."
    )
