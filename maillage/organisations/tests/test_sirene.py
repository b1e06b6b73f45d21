"""Closures read from Insee's stock of establishments, in each of its formats."""

import csv
import zipfile
from datetime import date

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from maillage.organisations import actions
from maillage.organisations.models import Organisation
from maillage.organisations.sirene import NotSirene
from tests.shared import shared_file

pytestmark = pytest.mark.django_db

OPEN, SHUT, BACK, UNKNOWN = "35600000000048", "73282932000074", "55210055400013", "44306184100047"
HEADERS = ["siren", "nic", "siret", "dateDebut", "etatAdministratifEtablissement", "enseigne1Etablissement"]
ROWS = [
    [OPEN[:9], OPEN[9:], OPEN, "2019-01-01", "A", "été"],
    [SHUT[:9], SHUT[9:], SHUT, "2025-03-31", "F", ""],
    [BACK[:9], BACK[9:], BACK, "2026-02-01", "A", ""],
    ["123456789", "00011", "12345678900011", "", "F", "personne ici"],
]


@pytest.fixture
def structures() -> None:
    for siret, closed_on in ((OPEN, None), (SHUT, None), (BACK, date(2020, 1, 1)), (UNKNOWN, None)):
        Organisation.objects.create(name=f"S {siret}", slug=siret, siret=siret, closed_on=closed_on)


def as_csv(folder):
    path = folder / "stock.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADERS, *ROWS])
    return path


def as_zip(folder):
    path = folder / "stock.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(as_csv(folder), "StockEtablissement_utf8.csv")
    return path


def as_parquet(folder):
    path = folder / "stock.parquet"
    pq.write_table(pa_csv.read_csv(as_csv(folder)), path)  # siret as a number, dateDebut as a day
    return path


@pytest.mark.parametrize("made", [as_csv, as_zip])
def test_closures_and_returns_are_noted_once(structures, tmp_path, made):
    path = made(tmp_path)

    done = actions.note_closures(path=path, on=date(2026, 11, 25))

    assert done == actions.Closures(asked=4, closed=1, reopened=1, missing=1)
    days = dict(Organisation.objects.filter(siret__in=[OPEN, SHUT, BACK]).values_list("siret", "closed_on"))
    assert days == {OPEN: None, SHUT: date(2025, 3, 31), BACK: None}
    again = actions.note_closures(path=path, on=date(2026, 11, 25))
    assert (again.closed, again.reopened) == (0, 0)


def test_parquet_is_read_whatever_the_types_of_its_columns(structures, tmp_path):
    done = actions.note_closures(path=as_parquet(tmp_path), on=date(2026, 11, 25))

    assert (done.closed, done.reopened) == (1, 1)


@pytest.mark.parametrize("content", [b"", b"a;b\n1;2\n", b"PK\x03\x04broken", b"PAR1broken", b"\xff\xfe\x00"])
def test_another_file_is_refused_and_changes_nothing(structures, tmp_path, content):
    path = tmp_path / "other"
    path.write_bytes(content)

    with pytest.raises(NotSirene, match="StockEtablissement"):
        actions.note_closures(path=path, on=date(2026, 11, 25))

    assert Organisation.objects.filter(siret=BACK, closed_on=date(2020, 1, 1)).exists()


def test_insee_headers_are_those_that_we_read(structures):
    path = shared_file("sirene/StockEtablissement_extrait.csv")

    done = actions.note_closures(path=path, on=date(2026, 11, 25))

    assert (done.closed, done.missing) == (0, 4)
