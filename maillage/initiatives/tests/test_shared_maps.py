"""Map files that uMap's users made: every object is taken or refused with its reason, none is a crash."""

import json
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from maillage.core.imports import open_source
from maillage.initiatives.actions.importing import Plan, default_origin, guessed_mapping, import_initiatives
from maillage.initiatives.models import Initiative
from tests.shared import shared_file

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def taken(name, **options):
    path = shared_file(f"umap/{name}")
    source = open_source(path)
    plan = Plan(mapping=guessed_mapping(source), origin=default_origin(source), **options)
    return import_initiatives(path=path, plan=plan, at=AT)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "test_upload_data.json",
            ["hors de France", "hors de France", "une ligne", "une surface", "une surface"],
        ),
        ("test_upload_data.kml", ["hors de France", "une ligne", "une surface"]),
        ("test_upload_data.csv", ["hors de France", "hors de France"]),
        ("test_upload_empty_coordinates.json", ["coordonnées sont vides"] * 3),
    ],
)
def test_each_object_that_cannot_be_placed_is_refused_by_its_line(name, words):
    report = taken(name)

    assert [rejection.line for rejection in report.rejections if rejection.field != "title"] == [
        rejection.line for rejection in report.rejections
    ]
    assert len(report.rejections) == report.rejected == report.read == len(words)
    for rejection, word in zip(report.rejections, words, strict=True):
        assert word in rejection.reason
    assert Initiative.objects.count() == 0


def test_a_missing_name_is_said_beside_the_place():
    report = taken("test_upload_missing_name.json")

    assert ("title", "le nom manque : donnez un titre à la fiche") in {
        (rejection.field, rejection.reason) for rejection in report.rejections if rejection.line == 2
    }


def test_the_point_of_a_map_that_has_one_in_france_is_taken_and_only_once():
    first, second = taken("test_upload_data.umap", partial=True), taken("test_upload_data.umap", partial=True)

    lille = Initiative.objects.get()
    assert (first.read, first.created, first.rejected) == (3, 1, 2)
    assert (second.created, second.unchanged) == (0, 1)
    assert (lille.title, lille.summary, lille.commune_id) == ("Lille", "une ville", "59350")


def test_a_map_without_names_says_which_column_is_needed(capsys):
    path = shared_file("umap/display_on_load.umap")

    with pytest.raises(CommandError):
        call_command("initiatives", "import", str(path), "--json")

    assert "Aucune colonne ne donne le nom" in json.loads(capsys.readouterr().out)["rejections"][0]["reason"]
