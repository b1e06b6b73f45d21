import json
import re
from datetime import UTC, datetime

import pytest
from django.contrib.gis.geos import Point

from maillage.core.acting import Purpose, for_purpose
from maillage.initiatives import demo
from maillage.initiatives.models import PHASES, PUBLICS, Initiative, Proposal, Theme
from maillage.territories.models import Commune
from tests.shared import shared_file

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def loaded():
    for code in {row["commune"] for row in demo.rows() if "commune" in row}:
        Commune.objects.get_or_create(code=code, defaults={"nom": code, "town_hall": Point(2, 48, srid=4326)})
    return demo.load_initiatives(at=AT)


def test_every_initiative_named_by_the_publication_is_published_with_its_source(loaded):
    published = Initiative.objects.filter(status="published", origin=demo.ORIGIN)

    assert (loaded.read, loaded.created, loaded.rejected) == (37, 37, 0)
    assert published.count() == 37
    assert not published.exclude(
        source_name__startswith="L’ÉCO des quartiers n° 2, RNCRPV, novembre 2019"
    ).exists()
    assert published.filter(source_name__contains=" ; ").count() == 12
    assert not published.filter(is_example=True).exists()


def test_a_fiche_with_a_commune_is_placed_at_its_town_hall_and_says_so(loaded):
    maurepas = Initiative.objects.get(title="Au Bon Maurepas")

    assert maurepas.point.equals(maurepas.commune.town_hall)
    assert (maurepas.commune_id, maurepas.get_scope_display()) == ("35238", "Position à la commune")
    assert maurepas.carrier.name == "RésO solidaire"
    assert Initiative.objects.filter(scope="national", point=None).count() == 9


def test_no_person_and_no_contact_is_made_up(loaded):
    assert not Initiative.objects.exclude(contact_name="", contact_email="", contact_phone="").exists()


def test_words_of_the_data_are_words_of_the_model():
    themes = set(Theme.objects.values_list("code", flat=True))
    for row in demo.rows():
        assert set(row["themes"]) <= themes, row["title"]
        assert set(row["publics"]) <= set(PUBLICS), row["title"]
        assert set(row["phases"]) <= set(PHASES), row["title"]
    assert {theme for row in demo.rows() for theme in row["themes"]} == themes


def test_loading_twice_creates_nothing_and_keeps_local_edits(loaded):
    Initiative.objects.filter(title="CitésLab").update(summary="Corrigé ici.")

    again = demo.load_initiatives(at=AT)

    assert (again.created, again.unchanged) == (0, 37)
    assert Initiative.objects.get(title="CitésLab").summary == "Corrigé ici."


def test_forgetting_removes_the_demo_only(loaded):
    own = Initiative.objects.create(slug="a-nous", title="À nous", summary="…", scope="national")

    demo.forget_initiatives()

    assert list(Initiative.objects.all()) == [own]


def test_the_queue_has_examples_marked_as_such_once(loaded):
    with for_purpose(Purpose.ADMINISTRATION):
        first, again = demo.load_proposals(at=AT), demo.load_proposals(at=AT)
        waiting = list(Proposal.objects.filter(status="waiting"))

    assert (first, again) == (3, 0)
    assert all("xemple" in proposal.values.get("summary", "") + proposal.title for proposal in waiting)
    assert not any(proposal.email or proposal.user_id for proposal in waiting)


def test_no_sentence_is_copied_from_the_publication():
    publication = shared_file("../reference/eco_des_quartiers_n2.txt")
    words = re.findall(r"\w+", publication.read_text(encoding="utf-8").lower())
    runs = {tuple(words[i : i + 9]) for i in range(len(words) - 8)}
    for row in demo.rows():
        ours = re.findall(r"\w+", json.dumps([row["summary"], row["body"]], ensure_ascii=False).lower())
        copied = [ours[i : i + 9] for i in range(len(ours) - 8) if tuple(ours[i : i + 9]) in runs]
        assert not copied, (row["title"], copied)
