"""`bin/setup`: only what is missing, and the exact command for an administrator when we may not."""

import os
import subprocess
import sys

import pytest

from maillage.core.install import environment, system
from maillage.core.install.progress import SetupError
from tests.environment import ROOT

pytestmark = pytest.mark.install
NOBODY = 65534
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
# one thing is missing, whose package does not exist anywhere: nothing can get installed by this test
SCRIPT = """
import sys
from pathlib import Path
from maillage.core.install import system
from maillage.core.install.progress import SetupError
system.NEEDS = (system.Need(lambda: False, system.packages("paquet-absent", "gettext")), system.Need(lambda: False, system.packages("gettext")))
try:
    system.install(tests=True, log=Path("/dev/null"))
except SetupError as error:
    sys.exit(str(error))
"""


def test_nothing_is_missing_where_the_tests_run():
    assert system.missing_packages(tests=True) == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become somebody without rights")
def test_a_user_without_rights_gets_the_command_for_an_administrator(tmp_path):
    if not os.stat(ROOT).st_mode & 0o005 or any(not p.stat().st_mode & 0o001 for p in ROOT.parents):
        pytest.skip("this checkout is closed to other users")
    done = subprocess.run(
        ["/usr/bin/python3", "-c", SCRIPT],
        cwd=ROOT,
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )

    assert done.returncode == 1
    assert (
        "apt-get update && apt-get install -y --no-install-recommends paquet-absent gettext'" in done.stderr
    )
    assert "administrateur" in done.stderr


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        ({}, ["postgresql-postgis", "python3-venv"]),  # bare, before apt's first update
        ({"postgresql": "16+257build1.1"}, ["postgresql-16-postgis-3", "python3-venv"]),
        # Ubuntu 22.04 with PostgreSQL's own packages: its metapackage would bring the system's PostGIS, for 14
        (
            {"postgresql": "17+277.pgdg22.04+1", "postgresql-postgis": "3.2.0", PYTHON: "3.11"},
            ["postgresql-17-postgis-3", PYTHON],
        ),
    ],
)
def test_packages_have_the_names_of_the_system(monkeypatch, offered, expected):
    monkeypatch.setattr(system, "has_postgresql", lambda: False)
    monkeypatch.setattr(system, "candidate", lambda name: offered.get(name, ""))

    assert [*system.postgis_packages(), *system.venv_packages()] == expected


def test_a_system_without_apt_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(system, "NEEDS", (system.Need(lambda: False, system.postgis_packages),))
    monkeypatch.setattr(system, "has_postgresql", lambda: False)

    with pytest.raises(SetupError, match="Installez vous-même : PostgreSQL 15"):
        system.install(tests=False, log=tmp_path / "log")


def test_a_folder_filled_for_the_tests_also_serves_and_a_changed_lock_file_empties_it(tmp_path):
    environment.Stamp(tmp_path, "one", tests=True).write()

    assert environment.Stamp(tmp_path, "one", tests=False).matches()
    assert environment.Stamp(tmp_path, "one", tests=True).matches()
    assert not environment.Stamp(tmp_path, "two", tests=False).matches()


def test_a_folder_filled_to_serve_does_not_do_for_the_tests(tmp_path):
    environment.Stamp(tmp_path, "one", tests=False).write()

    assert environment.Stamp(tmp_path, "one", tests=False).matches()
    assert not environment.Stamp(tmp_path, "one", tests=True).matches()


def test_a_wrong_option_is_status_2():
    done = subprocess.run(
        [str(ROOT / "bin/setup"), "--nulle-part"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "bin/setup" in done.stderr
