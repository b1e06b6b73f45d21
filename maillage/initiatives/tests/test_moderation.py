"""What moderators have before them: the queue by place and theme, a correction of an older fiche, the answers that leave."""

import itertools
import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maillage.core.acting import Purpose, for_purpose
from maillage.core.models import OutgoingMail
from maillage.initiatives.actions import fiches
from maillage.initiatives.models import Initiative, Proposal
from maillage.initiatives.tests.factories import commune, days, make_initiative, make_organisation
from maillage.initiatives.tests.people import everyone, person, signed_in

pytestmark = pytest.mark.django_db
QUEUE = "/espace/moderation/"
KEYS = itertools.count()


def waiting(title="", *, initiative=None, place="95268", themes=("lieux",), **values):
    if title:
        values["title"] = title
    with for_purpose(Purpose.PROOF):
        return Proposal.objects.create(
            initiative=initiative,
            base_version=initiative.version if initiative else None,
            values=values,
            themes=list(themes),
            commune=commune(place) if place else None,
            email="lea@exemple.fr",
            status="waiting",
        )


def draft(origin, **fields):
    return make_initiative(status="draft", origin=origin, origin_key=str(next(KEYS)), **fields)


def chips(page):
    """{words of a choice: how many wait}."""
    found = re.findall(r'<a class="chip[^>]*>([^\n]*?)<span class="count">(\d+)</span>', page)
    return {unescape(re.sub(r"<.*?>", "", words)).strip(): int(count) for words, count in found}


def test_the_queue_is_by_place_and_theme_and_each_choice_counts_within_the_other():
    client = signed_in(person("m@exemple.fr", ("moderator",)))
    waiting("À Garges", themes=["lieux", "amorcage"])
    waiting("À Cergy", place="95127", themes=["amorcage"])
    waiting("À Lille", place="59350", themes=["lieux"])
    waiting("En France", place=None, themes=["lieux"])

    everywhere = client.get(QUEUE).text
    places = chips(everywhere[everywhere.index("Par département") : everywhere.index("Par thème")])
    assert places == {"Nord": 1, "Val-d'Oise": 2}

    here = client.get(QUEUE, {"departement": "95"}).text
    assert ("À Garges" in here, "À Cergy" in here, "À Lille" in here) == (True, True, False)
    assert sorted(chips(here[here.index("Par thème") :]).values()) == [1, 2]

    both = client.get(QUEUE, {"departement": "95", "theme": "lieux"}).text
    assert ("À Garges" in both, "À Cergy" in both) == (True, False)
    assert "Rien n’attend avec ce choix" in client.get(QUEUE, {"departement": "35"}).text


@pytest.mark.parametrize("query", [{"departement": "\x00"}, {"departement": "zz"}, {"theme": "'; --"}])
def test_a_choice_that_means_nothing_is_no_fault(query):
    assert signed_in(person("m@exemple.fr", ("moderator",))).get(QUEUE, query).status_code == 200


def test_a_correction_of_an_older_fiche_says_which_words_changed_since():
    client = signed_in(person("m@exemple.fr", ("moderator",)))
    fiche = make_initiative(title="Le bus", summary="Un.", body="Récit.")
    correction = waiting(initiative=fiche, summary="Deux.", body="Autre récit.")
    assert "changé entre-temps" not in client.get(f"{QUEUE}{correction.pk}/").text

    fiches.save_initiative(initiative_id=fiche.pk, version=1, values={"summary": "Trois."})

    page = client.get(f"{QUEUE}{correction.pk}/").text
    assert page.count("changé entre-temps") == 1
    assert re.search(r'scope="row">Résumé<span class="overtaken', page)


def test_an_answer_names_what_it_is_about(settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    client = signed_in(person("m@exemple.fr", ("moderator",)))
    fiche = make_initiative(title="Le bus", summary="Un.")
    kept, refused = waiting(initiative=fiche, summary="Deux."), waiting("Une publicité", summary="Achetez.")

    client.post(f"{QUEUE}{kept.pk}/", {"answer": "accept", "version": fiche.version})
    client.post(f"{QUEUE}{refused.pk}/", {"answer": "refuse", "reason": "advertising"})

    accepted, no = (mail.text for mail in everyone(OutgoingMail))
    assert "votre correction de « Le bus » est publiée" in accepted
    assert f"/initiatives/{fiche.slug}/" in accepted
    assert "« Une publicité »" in no
    assert "C’est une publicité, pas une initiative" in no


def test_drafts_of_an_import_are_read_and_published_within_ones_territory(client):
    ours = [draft("fichier/a", title=f"Chez nous {n}") for n in range(3)]
    other = draft("fichier/b", title="Autre source")
    far = draft("fichier/a", title="À Lille", commune="59350")
    moderator = signed_in(person("m@exemple.fr", ("moderator", "departement", "95")))
    url = f"{QUEUE}brouillons/"

    page = moderator.get(url).text
    assert ("Chez nous 0" in page, "Autre source" in page, "À Lille" in page) == (True, True, False)
    assert chips(page) == {"fichier/a": 3, "fichier/b": 1}
    assert "Autre source" not in moderator.get(url, {"source": "fichier/a"}).text

    moderator.post(url, {"pick": [ours[0].pk, far.pk, "²"]})
    assert [*statuses(ours), *statuses([other, far])] == ["published", "draft", "draft", "draft", "draft"]
    moderator.post(f"{url}?source=fichier/a", {"all": "1"})
    assert [*statuses(ours), *statuses([other, far])] == [
        "published",
        "published",
        "published",
        "draft",
        "draft",
    ]
    assert client.get(f"/initiatives/{ours[0].slug}/").status_code == 200

    moderator.post(f"/initiatives/{other.slug}/confirmer/")
    assert statuses([other]) == ["published"]
    assert "Rien à relire" in moderator.get(url).text
    assert signed_in(person("r@exemple.fr", ("contributor",))).get(url).status_code == 403


def statuses(rows):
    return [Initiative.objects.get(pk=row.pk).status for row in rows]


def test_the_drafts_cost_the_same_whatever_their_number():
    client = signed_in(person("m@exemple.fr", ("moderator",)))
    found = []
    for count in (1, 2):
        for _n in range(count):
            draft("fichier/a", carrier=make_organisation())
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{QUEUE}brouillons/")
        found.append(len(queries))
    assert found[0] == found[1]


@pytest.mark.parametrize(("contact", "confirmed"), [("Lea@exemple.fr", True), ("bus@exemple.fr", False)])
def test_a_correction_by_who_keeps_the_fiche_confirms_it(contact, confirmed):
    client = signed_in(person("m@exemple.fr", ("moderator",)))
    fiche = make_initiative(
        status="to-confirm",
        confirmed_on=date(2025, 1, 1),
        published_at=days("2025-01-01"),
        contact_email=contact,
    )
    correction = waiting(initiative=fiche, summary="Deux.")

    client.post(f"{QUEUE}{correction.pk}/", {"answer": "accept", "version": fiche.version})

    fiche.refresh_from_db()
    assert (fiche.summary, fiche.status == "published") == ("Deux.", confirmed)
    assert (fiche.confirmed_on > date(2025, 1, 1)) == confirmed
