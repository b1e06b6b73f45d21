"""From what people type to a place."""

import pytest
from django.contrib.gis.geos import MultiPolygon, Point

from maillage.initiatives.forms.initiative import InitiativeForm, as_initial
from maillage.initiatives.queries import placing
from maillage.initiatives.queries.values import values_of
from maillage.initiatives.tests.factories import make_initiative
from maillage.territories.models import Qpv

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Garges-lès-Gonesse", ["95268"]),
        ("garges les gonesse", ["95268"]),
        ("Garges-lès-Gonesse (95268)", ["95268"]),
        ("95268", ["95268"]),
        ("St-Nazaire (44184)", ["44184"]),
        ("Bohain en Vermandois", ["02095"]),
        ("Zzyzx", []),
    ],
)
def test_what_a_commune_is_called(text, codes):
    assert [found.code for found in placing.communes_named(text)] == codes


def test_a_typing_mistake_still_finds():
    assert "95268" in [found.code for found in placing.communes_named("Garges-les-Gonese")]


def test_a_postal_code_may_be_several_communes_and_the_largest_comes_first():
    assert placing.communes_named("35000")[0].code == "35238"


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("departement", "Val-d’Oise", "95"),
        ("departement", "2A", "2A"),
        ("region", "bretagne", "53"),
        ("region", "Île-de-France (11)", "11"),
    ],
)
def test_what_a_wider_territory_is_called(kind, text, code):
    assert [found.code for found in placing.wider_named(kind, text)] == [code]


def test_a_neighbourhood_chosen_from_the_list_is_a_place():
    square = Point(2.4, 48.97, srid=4326).buffer(0.001)
    Qpv.objects.create(
        code="QN09501I",
        generation=2024,
        nom="Dame Blanche",
        commune_id="95268",
        contour=MultiPolygon(square, srid=4326),
    )
    place = placing.place_of_qpv("QN09501I", "Dame Blanche")
    assert (place["scope"], place["commune"], place["departement"]) == ("qpv", "95268", "95")
    assert placing.place_of_qpv("QN09501I", "Cergy") is None, "the field says something else since"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"lon": 2.4, "lat": 48.97, "address": "1 rue de la Paix"},
        {"scope": "national"},
        {"scope": "departement", "departement_id": "95", "region_id": "11"},
        {"scope": "region", "region_id": "53"},
    ],
)
def test_a_form_sent_back_unchanged_changes_nothing(fields):
    fiche = make_initiative(
        themes=["lieux"], publics=["jeunes"], phases=["idee"], partners=["A", "B"], links=[{"url": "https://exemple.org/", "label": "Un site"}],
        starts_on="2024-01-02", body="Récit\n\nen deux temps", **fields,
    )  # fmt: skip
    base = values_of(fiche)
    sent = {
        name: value
        for name, value in as_initial(base).items()
        if name in InitiativeForm.base_fields and value is not None
    }
    form = InitiativeForm(sent, base=base)
    assert form.is_valid(), form.errors
    assert form.values == base
