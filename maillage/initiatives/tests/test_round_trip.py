"""What the site gives, it takes back: an export imported again changes nothing."""

from datetime import UTC, datetime

import pytest

from maillage.core.imports import open_source
from maillage.initiatives import demo
from maillage.initiatives.actions.importing import Plan, default_origin, guessed_mapping, import_initiatives
from maillage.initiatives.exports.geo import geojson, umap
from maillage.initiatives.exports.tables import csv_file, xlsx_file
from maillage.initiatives.models import Initiative
from maillage.initiatives.queries.criteria import Criteria
from maillage.initiatives.queries.search import find

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def take_back(path, origin=""):
    source = open_source(path)
    plan = Plan(mapping=guessed_mapping(source), origin=origin or default_origin(source))
    return import_initiatives(path=path, plan=plan, at=AT)


@pytest.mark.parametrize(
    ("write", "ending", "without_place"),
    [(csv_file, "csv", True), (xlsx_file, "xlsx", True), (geojson, "geojson", True), (umap, "umap", False)],
)
def test_an_export_taken_back_changes_nothing(tmp_path, write, ending, without_place):
    demo.load_initiatives(at=AT)
    Initiative.objects.filter(title="CitésLab").update(
        links=[{"url": "https://exemple.fr/a", "label": "Le site"}],
        starts_on="2009-01-01",
        contact_phone="+33 1 23",
    )
    before = list(Initiative.objects.order_by("pk").values())
    path = tmp_path / f"initiatives.{ending}"
    path.write_bytes(b"".join(write(find(Criteria()))))

    report = take_back(path)

    expected = 37 if without_place else 28
    assert [vars(r) for r in report.rejections] == []
    assert (report.read, report.unchanged, report.created, report.updated) == (expected, expected, 0, 0)
    assert [vars(note) for note in report.notes] == []
    assert list(Initiative.objects.order_by("pk").values()) == before


def test_an_edited_export_brings_its_edit_back(tmp_path):
    demo.load_initiatives(at=AT)
    path = tmp_path / "initiatives.geojson"
    path.write_bytes(b"".join(geojson(find(Criteria()))).replace("naissance du réseau".encode(), b"le nom"))

    report = take_back(path)

    assert (report.updated, report.unchanged) == (1, 36)
    assert "le nom" in Initiative.objects.get(title="CitésLab").body


def test_an_export_of_another_site_is_new_here(tmp_path, settings):
    demo.load_initiatives(at=AT)
    path = tmp_path / "initiatives.csv"
    path.write_bytes(b"".join(csv_file(find(Criteria()))))
    settings.BASE_URL = "https://ailleurs.example"

    first, second = take_back(path, "voisins"), take_back(path, "voisins")

    assert (first.created, second.unchanged) == (37, 37)
