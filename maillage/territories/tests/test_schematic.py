"""The demo's QPV: near their real place, and plainly not official."""

import pytest

from maillage.core.imports import Report
from maillage.territories.actions import forget_schematic_qpv, load_schematic_qpv
from maillage.territories.models import Qpv
from maillage.territories.tests.factories import make_qpv

pytestmark = pytest.mark.django_db


def test_each_lies_in_its_commune_and_says_that_it_is_schematic():
    load_schematic_qpv()

    for qpv in Qpv.objects.select_related("commune"):
        assert qpv.is_schematic
        assert qpv.code.startswith("EX")
        assert qpv.commune.contour.contains(qpv.contour), qpv.nom


def test_loading_twice_adds_nothing():
    assert load_schematic_qpv() == Report(read=4, created=4)
    assert load_schematic_qpv() == Report(read=4, unchanged=4)


def test_forgetting_them_leaves_the_official_ones():
    load_schematic_qpv()
    official = make_qpv()

    assert forget_schematic_qpv() == 4
    assert list(Qpv.objects.all()) == [official]
