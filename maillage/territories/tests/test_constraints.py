"""What the database itself refuses, in plain SQL under the role of the site."""

import pytest
from django.db import IntegrityError, connection

from maillage.territories.models import Qpv

pytestmark = pytest.mark.django_db
SQUARE = "MULTIPOLYGON(((0 0,0 1,1 1,1 0,0 0)))"
BOW_TIE = "MULTIPOLYGON(((0 0,1 1,1 0,0 1,0 0)))"


def insert(code, generation, contour=SQUARE, schematic=False):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO territories_qpv (code, generation, nom, contour, is_schematic) VALUES (%s, %s, 'Nom', ST_GeomFromText(%s, 4326), %s)",
            [code, generation, contour, schematic],
        )


def test_two_generations_stand_side_by_side():
    insert("QP066007", 2015)
    insert("QP02B001", 2015)
    insert("QN06601M", 2024)
    insert("EX0001", 2024, schematic=True)

    assert Qpv.objects.count() == 4


def test_a_code_is_unique_in_its_generation():
    insert("EX0001", 2015, schematic=True)
    insert("EX0001", 2024, schematic=True)

    with pytest.raises(IntegrityError, match="qpv_once_a_generation"):
        insert("EX0001", 2024, schematic=True)


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (("QN06601M", 2015), "qpv_code_is_of_its_generation"),
        (("QP066007", 2024), "qpv_code_is_of_its_generation"),
        (("QP066007", 2030), "qpv_code_is_of_its_generation"),
        (("QP66007", 2015), "qpv_code_is_of_its_generation"),
        (("QP066007", 2015, BOW_TIE), "qpv_contour_is_drawn"),
        (("QP066007", 2015, "MULTIPOLYGON EMPTY"), "qpv_contour_is_drawn"),
        (("EX0001", 2024, SQUARE, False), "qpv_code_is_of_its_generation"),
        (("QN06601M", 2024, SQUARE, True), "qpv_schematic_has_its_own_codes"),
    ],
)
def test_a_qpv_that_could_mislead_is_refused(row, rule):
    with pytest.raises(IntegrityError, match=rule):
        insert(*row)
