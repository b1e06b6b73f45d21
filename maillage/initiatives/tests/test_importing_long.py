"""Importing files longer than what is worked on at once: as one file."""

import random

import pytest
from django.db import connection

from maillage.core.imports import BadFile
from maillage.initiatives.actions import importing
from maillage.initiatives.imports import chunks
from maillage.initiatives.imports.contours import Contours
from maillage.initiatives.models import Initiative
from maillage.initiatives.tests.import_lines import BREST, LILLE, counts, csv_of, reasons
from maillage.organisations.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_two(monkeypatch):
    """Lines are worked on two at a time."""
    monkeypatch.setattr(chunks, "LINES", 2)


def test_a_long_file_is_one_import(do, by_two):
    lines = [LILLE, BREST, LILLE.replace("1;", "3;", 1), "4;Nulle part;x;;0;0;", BREST.replace("2;", "5;", 1)]

    report = do(csv_of(*lines), partial=True)
    again = do(csv_of(*lines), partial=True)

    assert counts(report) == (5, 4, 0, 0, 1)
    assert counts(again) == (5, 0, 0, 4, 1)
    assert reasons(report) == [
        (5, "lat", "la position (0, 0) n’est pas un lieu : donnez les coordonnées, ou la commune")
    ]
    slugs = list(Initiative.objects.order_by("pk").values_list("slug", flat=True))
    assert slugs[:2] == ["atelier-velo", "epicerie-solidaire"]
    assert slugs[2].startswith("atelier-velo-")
    assert Organisation.objects.filter(name="Les Roues").count() == 1


def test_a_bad_line_far_below_keeps_the_whole_file_out(do, by_two):
    report = do(
        csv_of(LILLE, BREST, "3;Troisième;x;;48,85;2,35;", "4;Quatrième;x;;48,85;2,35;", "5;;x;;48,85;2,35;")
    )

    assert counts(report) == (5, 0, 0, 0, 1)
    assert Initiative.objects.count() == 0


def test_a_line_repeated_far_below_is_found(do, by_two):
    do(csv_of(LILLE))

    report = do(csv_of(LILLE, BREST, "3;Autre;x;;48,85;2,35;", LILLE))

    assert reasons(report) == [
        (5, "id", "l’identifiant « 1 » est déjà à la ligne 2 : donnez un identifiant à chaque fiche")
    ]


def test_an_organisation_whose_number_comes_far_below_is_one(do, by_two):
    head = "id;nom;lieu;structure;siret\n"
    siret = "73282932000074"

    do(
        head
        + f"1;A;nationale;Les Roues;\n2;B;nationale;;\n3;C;nationale;LES ROUES;{siret}\n4;D;nationale;Les roues;\n"
    )

    roues = Organisation.objects.get(siret=siret)
    assert roues.name == "Les Roues"
    assert set(Initiative.objects.values_list("title", "carrier")) == {
        ("A", roues.pk), ("B", None), ("C", roues.pk), ("D", roues.pk)
    }  # fmt: skip


def test_a_file_that_breaks_off_far_below_writes_nothing(do, by_two):
    with pytest.raises(BadFile):
        do(csv_of(LILLE, BREST, BREST.replace("2;", "3;", 1), '4;"jamais fermé;' + "x" * 2**20))

    assert Initiative.objects.count() == 0


def test_contours_say_of_points_what_postgis_says(do):
    chance = random.Random(8)
    points = [(chance.uniform(-1, 7), chance.uniform(43, 50)) for _ in range(300)] + [(-30.0, 40.0)]
    with connection.cursor() as cursor:
        # vertices of borders: two or three communes cover each
        cursor.execute(
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointN(ST_ExteriorRing(ST_GeometryN(contour, 1)), 2) p"
            " FROM territories_commune WHERE departement_id = '95' AND contour IS NOT NULL) t"
        )
        points += cursor.fetchall()
        cursor.execute(
            "SELECT (SELECT min(code) FROM territories_commune WHERE kind = 'COM' AND ST_Covers(contour, point)),"
            " (SELECT (array_agg(id ORDER BY generation DESC, code))[1] FROM territories_qpv WHERE ST_Covers(contour, point))"
            " FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY p(x, y, n),"
            " ST_SetSRID(ST_MakePoint(x, y), 4326) point ORDER BY n",
            [[x for x, _y in points], [y for _x, y in points]],
        )
        expected = cursor.fetchall()

    communes, qpv = Contours().find([x for x, _y in points], [y for _x, y in points])

    assert list(zip(communes, qpv, strict=True)) == expected
    assert len({commune for commune in communes if commune}) > 200


def test_a_large_file_gives_the_rows_of_a_small_one(do, monkeypatch):
    fields = ("title", "summary", "commune", "qpv", "carrier", "facets", "search", "origin_values")
    rows = Initiative.objects.order_by("origin_key").values_list(*fields)
    lines = csv_of(LILLE, BREST, '3;"À l’été : \\n C:\\ ""cité"" 🚲";"l’une\tet\nl’autre";;48,85;2,35;')
    do(lines)
    small = list(rows)
    Initiative.objects.all().delete()
    monkeypatch.setattr(importing, "MANY_BYTES", 0)

    do(lines)

    assert list(rows.all()) == small
    assert len(small) == 3
    assert all(row[fields.index("search")] for row in small)
