"""Saves carry the row's version: nothing is lost when people edit together."""

import random
import re
import threading
from collections import Counter

import pytest
from django.db import connections

from maillage.core.acting import acting_as
from maillage.initiatives.actions import fiches
from maillage.initiatives.models import Initiative, InitiativeEvent
from maillage.initiatives.queries.values import FIELDS, three_way, values_of, version_values
from maillage.initiatives.tests.factories import make_initiative
from maillage.initiatives.tests.people import person, signed_in

GARGES = "Garges-lès-Gonesse (95268)"


def sent(fiche, **changes):
    return {
        "version": fiche.version,
        "title": fiche.title,
        "summary": fiche.summary,
        "reach": "local",
        "where": GARGES,
        "themes": ["lieux"],
        "licence": fiche.licence,
        **changes,
    }


def hidden_inputs(page):
    """Every input of the page's form as a browser would send it (radios: the checked ones)."""
    form = page[page.index('<form method="post" action="/initiatives/') :]
    data: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") == "radio" and "checked" not in tag:
            continue
        data.setdefault(attributes["name"], []).append(attributes.get("value", ""))
    return data


@pytest.fixture
def fiche(db):
    return make_initiative(title="Le Carburateur", summary="Un lieu.", themes=["lieux"], body="Ancien.")


@pytest.fixture
def moderator(db):
    return signed_in(person("m@exemple.fr", ("moderator", "departement", "95")))


def test_saving_changes_the_fiche_and_its_version(fiche, moderator):
    url = f"/initiatives/{fiche.slug}/modifier/"
    assert "Le Carburateur" in moderator.get(url).text

    done = moderator.post(url, sent(fiche, summary="Un lieu et une antenne.", body="Ancien."))

    assert done.status_code == 302, done.text[:2000]
    fiche.refresh_from_db()
    assert (fiche.summary, fiche.version) == ("Un lieu et une antenne.", 2)


def test_a_conflict_shows_both_and_loses_nothing(fiche, moderator):
    url = f"/initiatives/{fiche.slug}/modifier/"
    fiches.save_initiative(
        initiative_id=fiche.pk, version=1, values={"summary": "Leur résumé.", "contact_name": "Nadia"}
    )

    page = moderator.post(url, sent(fiche, summary="Mon résumé.", body="Mon récit."))

    assert page.status_code == 409
    assert "Leur résumé." in page.text
    assert "Mon résumé." in page.text
    assert "Nadia" in page.text
    data = hidden_inputs(page.text)
    assert data["version"] == ["2"]
    done = moderator.post(url, data)
    assert done.status_code == 302, done.text[:3000]
    fiche.refresh_from_db()
    assert (fiche.summary, fiche.body, fiche.contact_name, fiche.version) == (
        "Mon résumé.",
        "Mon récit.",
        "Nadia",
        3,
    )


def test_choosing_theirs_keeps_theirs_and_my_other_fields(fiche, moderator):
    url = f"/initiatives/{fiche.slug}/modifier/"
    fiches.save_initiative(initiative_id=fiche.pk, version=1, values={"summary": "Leur résumé."})
    data = hidden_inputs(moderator.post(url, sent(fiche, summary="Mon résumé.", body="Mon récit.")).text)

    moderator.post(url, {**data, "choice-summary": ["theirs"]})

    fiche.refresh_from_db()
    assert (fiche.summary, fiche.body) == ("Leur résumé.", "Mon récit.")


def test_a_second_conflict_during_the_choice_is_shown_again(fiche, moderator):
    url = f"/initiatives/{fiche.slug}/modifier/"
    fiches.save_initiative(initiative_id=fiche.pk, version=1, values={"summary": "Deux."})
    data = hidden_inputs(moderator.post(url, sent(fiche, summary="Moi.")).text)
    fiches.save_initiative(initiative_id=fiche.pk, version=2, values={"summary": "Trois."})

    again = moderator.post(url, data)

    assert again.status_code == 409
    assert "Trois." in again.text
    assert "Moi." in again.text


def test_three_way_keeps_each_side_and_asks_only_where_both_changed():
    base = dict.fromkeys(FIELDS, "") | {"title": "A", "summary": "S", "body": "B"}
    way = three_way(base, base | {"title": "Moi", "summary": "Moi"}, base | {"title": "Eux", "body": "Eux"})

    assert [(one.name, one.base, one.yours, one.theirs) for one in way.choices] == [
        ("title", "A", "Moi", "Eux")
    ]
    assert (way.merged["summary"], way.merged["body"]) == ("Moi", "Eux")
    assert [one.name for one in way.kept_theirs] == ["body"]


def test_moving_a_point_is_small_and_finds_its_commune(fiche, moderator):
    url = f"/initiatives/{fiche.slug}/position/"
    body = {"lon": 2.3806, "lat": 48.9974, "version": 1}

    done = moderator.post(url, body, content_type="application/json")

    assert done.status_code == 200
    assert len(done.content) < 300
    assert done.json() == {"version": 2, "lon": 2.3806, "lat": 48.9974, "commune": "95585"}
    fiche.refresh_from_db()
    assert (fiche.commune_id, fiche.scope, fiche.departement_id, fiche.region_id) == (
        "95585",
        "address",
        "95",
        "11",
    )
    stale = moderator.post(url, body, content_type="application/json")
    assert (stale.status_code, stale.json()["version"]) == (409, 2)
    for wrong in ({"lon": 0, "lat": 0, "version": 2}, {"lon": "x"}, {"lon": 999, "lat": 1, "version": 2}, []):
        assert moderator.post(url, wrong, content_type="application/json").status_code == 422
    fiche.refresh_from_db()
    assert fiche.version == 2


def test_saving_what_is_there_already_writes_nothing(fiche):
    row = fiches.save_initiative(initiative_id=fiche.pk, version=1, values=values_of(fiche))
    assert row.version == 1


def test_every_version_can_be_read_again(fiche):
    first = values_of(fiche)
    fiches.save_initiative(
        initiative_id=fiche.pk, version=1, values={"title": "Deux", "place": first["place"]}
    )
    assert version_values(fiche.pk, 1) == first
    assert version_values(fiche.pk, 2)["title"] == "Deux"
    assert version_values(fiche.pk, 9) is None


def test_twenty_people_making_a_thousand_edits_lose_none(bare_database):
    """Each edit adds its mark to the partners of one of ten fiches, trying again on a conflict."""
    with acting_as(None):
        numbers = [make_initiative(title=f"Fiche {n}").pk for n in range(10)]
    people, edits_each = 20, 50
    conflicts: Counter[int] = Counter()
    failures: list[BaseException] = []

    def work(who):
        chance = random.Random(who)
        try:
            for n in range(edits_each):
                number, mark = chance.choice(numbers), f"{who}-{n}"
                while True:
                    with acting_as(None, read_only=True):
                        row = Initiative.objects.only("version", "partners").get(pk=number)
                    try:
                        with acting_as(None):
                            fiches.save_initiative(
                                initiative_id=number,
                                version=row.version,
                                values={"partners": [*row.partners, mark]},
                            )
                        break
                    except fiches.EditConflict:
                        conflicts[who] += 1
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(who,)) for who in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with acting_as(None):
        rows = list(Initiative.objects.order_by("pk"))
        marks = [mark for row in rows for mark in row.partners]
        assert sorted(marks) == sorted(f"{who}-{n}" for who in range(people) for n in range(edits_each))
        assert sum(row.version - 1 for row in rows) == 1000
        assert InitiativeEvent.objects.count() == 1000
    assert sum(conflicts.values()) > 0, "without a conflict, the test would show nothing"
