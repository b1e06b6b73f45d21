"""A wrong setting stops the start and names itself; it never shows a password."""

import re
import signal
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from maillage.__main__ import main
from maillage.config import env
from maillage.core.backup import libpq
from tests.environment import ROOT
from tests.install.processes import maillage


@pytest.mark.parametrize(
    ("read", "raw", "expected"),
    [
        (lambda: env.flag("X_TEST"), "peut-être", "oui ou non"),
        (lambda: env.number("X_TEST", 1, least=1, most=9), "10", "entre 1 et 9"),
        (lambda: env.number("X_TEST", 1), "deux", "un nombre entier"),
        (lambda: env.choice("X_TEST", "a", ("a", "b")), "c", "a, b"),
        (lambda: env.url("X_TEST"), "exemple.fr", "https://"),
        (lambda: env.url("X_TEST", schemes=("smtp",)), "https://exemple.fr", "smtp://"),
        (lambda: env.folder("X_TEST", Path("/")), __file__, "un dossier"),
        (lambda: env.database("X_TEST"), "mysql://a:motdepasse@b/c", "postgresql://"),
        (lambda: env.database("X_TEST"), "postgresql://a:motdepasse@b", "postgresql://"),
        (lambda: env.database("X_TEST"), "postgresql://a:motdepasse@b:port/c", "postgresql://"),
        (lambda: env.database("X_TEST"), "postgresql://a:motdepasse@b/c?ssl=1", "sslmode"),
        (lambda: env.url("X_TEST", schemes=("smtp",)), "smtp://a:motdepasse@b:port", "smtp://"),
        (lambda: env.url("X_TEST", schemes=("smtp",)), "smtp://:25", "un serveur"),
        (lambda: env.site_url("X_TEST", ""), "https://exemple.fr/chemin", "sans chemin"),
        (lambda: env.site_url("X_TEST", ""), "https:exemple.fr", "sans chemin"),
        (lambda: env.tile_url("X_TEST"), "https://exemple.fr/{z}/{x}.png", "{y}"),
        (lambda: env.hosts("X_TEST", ()), "exemple.fr,https://exemple.fr", "sans « https:// »"),
        (lambda: env.hosts("X_TEST", ()), "exemple.fr:443", "ni port"),
        (lambda: env.mail_address("X_TEST"), "Maillage <contact@exemple.fr>", "contact@exemple.fr"),
        (lambda: env.sender("X_TEST", ""), "Maillage", "Maillage <contact@exemple.fr>"),
        (lambda: env.time_zone("X_TEST", ""), "Europe/Nantes", "Europe/Paris"),
        (lambda: env.time_zone("X_TEST", ""), "/etc/passwd", "Europe/Paris"),
        (lambda: env.secret("X_TEST"), "a:motdepasse", "32 caractères"),
    ],
)
def test_a_wrong_value_names_its_variable_and_what_it_should_be(monkeypatch, read, raw, expected):
    monkeypatch.setenv("X_TEST", raw)

    with pytest.raises(env.SettingError) as refusal:
        read()

    assert "X_TEST" in str(refusal.value)
    assert expected in str(refusal.value)
    assert "a:motdepasse" not in str(refusal.value)


def test_a_database_url_keeps_capitals_and_special_characters(monkeypatch):
    monkeypatch.setenv("X_TEST", "postgresql://site:p%40ss%2F%C3%A9@%2Ftmp%2FPrise:5433/Ville")

    assert env.database("X_TEST") == {
        "NAME": "Ville",
        "USER": "site",
        "PASSWORD": "p@ss/é",
        "HOST": "/tmp/Prise",
        "PORT": "5433",
        "OPTIONS": {},
    }


def test_what_a_database_url_asks_of_libpq_reaches_its_programs_too(monkeypatch):
    monkeypatch.setenv(
        "X_TEST", "postgresql://site@serveur/ville?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    )

    found = env.database("X_TEST")

    assert found["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}
    ours = {"options": "-c jit=off", "application_name": "maillage"}
    assert libpq(found | {"OPTIONS": found["OPTIONS"] | ours}) == {
        "PGDATABASE": "ville",
        "PGUSER": "site",
        "PGHOST": "serveur",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/etc/ca.pem",
    }


@pytest.mark.parametrize(
    ("read", "raw", "value"),
    [
        (lambda: env.hosts("X_TEST", ()), "*", ["*"]),
        (lambda: env.hosts("X_TEST", ()), ".exemple.fr, [::1],", [".exemple.fr", "[::1]"]),
        (lambda: env.site_url("X_TEST", ""), "https://exemple.fr:8443/", "https://exemple.fr:8443"),
        (lambda: env.tile_url("X_TEST"), "https://{s}.a.fr/{z}/{x}/{y}", "https://{s}.a.fr/{z}/{x}/{y}"),
        (lambda: env.url("X_TEST", schemes=("smtp",)), "smtp://b?starttls", "smtp://b?starttls"),
        (lambda: env.sender("X_TEST", ""), "Écoute <a@exemple.fr>", "Écoute <a@exemple.fr>"),
    ],
)
def test_a_right_value_is_taken(monkeypatch, read, raw, value):
    monkeypatch.setenv("X_TEST", raw)

    assert read() == value


def test_the_operations_page_lists_every_variable_and_no_other():
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "maillage/config/settings.py").read_text()))
    listed = set(re.findall(r"`(MAILLAGE_\w+|DATABASE_\w*URL)`", (ROOT / "docs/operations.md").read_text()))

    assert listed == read


def test_an_ipv6_server_is_understood(monkeypatch):
    monkeypatch.setenv("X_TEST", "postgresql://site@[::1]/ville")

    assert env.database("X_TEST")["HOST"] == "::1"


def test_the_start_stops_in_one_line(tmp_path):
    done = maillage(tmp_path / "data", "check", MAILLAGE_BASE_URL="exemple.fr")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("MAILLAGE_BASE_URL vaut « exemple.fr »")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"MAILLAGE_DATA_DIR": "/proc/nulle-part"},
            "MAILLAGE_DATA_DIR vaut « /proc/nulle-part » : ce compte ne peut",
        ),
        ({"DATABASE_OWNER_URL": "postgresql://a@b/c"}, "DATABASE_OWNER_URL est donnée sans DATABASE_URL"),
        ({"MAILLAGE_OIDC_URL": "https://qui.exemple.fr"}, "MAILLAGE_OIDC_ID est vide"),
    ],
)
def test_so_do_settings_that_do_not_go_together(tmp_path, variables, said):
    done = maillage(tmp_path / "data", "check", **variables)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


@pytest.fixture
def command_line(cluster, monkeypatch):
    """Run one command as `python -m maillage` does, in this process, and give its status."""
    before = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> object:
        monkeypatch.setattr(sys, "argv", ["maillage", *arguments])
        with pytest.raises(SystemExit) as stop:
            main()
        return stop.value.code

    yield run
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("arguments", [["nulle-part"], ["backup"], ["migrate", "--nulle-part"]])
def test_a_wrong_use_of_the_command_line_is_status_2(command_line, arguments):
    assert command_line(*arguments) == 2


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            ModuleNotFoundError("No module named 'segno'", name="segno"),
            "« segno » manque : lancez ./bin/setup",
        ),
        (ImproperlyConfigured("Could not find the GDAL library (tried…)"), "GDAL manque"),
    ],
)
def test_an_installation_that_is_behind_says_what_to_run(command_line, monkeypatch, error, said):
    def behind():
        raise error

    monkeypatch.setattr("maillage.__main__.run", behind)

    assert said in command_line("doctor")


def test_so_it_is_for_the_shell(tmp_path):
    elsewhere = "postgresql://a@127.0.0.1:1/b"
    assert maillage(tmp_path / "data", "serve", "--port", "abc", DATABASE_URL=elsewhere).returncode == 2
