"""A wrong setting stops the start and names itself; it never shows a password."""

import re
import signal
import sys
from pathlib import Path

import pytest

from maillage.__main__ import main
from maillage.config import env
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
    }


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


def test_so_it_is_for_the_shell(tmp_path):
    elsewhere = "postgresql://a@127.0.0.1:1/b"
    assert maillage(tmp_path / "data", "serve", "--port", "abc", DATABASE_URL=elsewhere).returncode == 2
