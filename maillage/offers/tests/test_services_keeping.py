"""Who keeps services: rights as a table, the form, two people at once, permanences, publication, confirmation."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from maillage.offers import access
from maillage.offers.forms.permanences import permanences_of, snapshot
from maillage.offers.models import Service
from maillage.offers.tests.factories import make_permanence, make_service, make_structure
from maillage.offers.tests.people import enter, someone
from maillage.organisations.models import Membership

pytestmark = pytest.mark.django_db

# who: edit a public one, edit a draft, create for its structure, see the moderators' list
TABLE = {
    "anonymous": (0, 0, 0, 0),
    "resident": (0, 0, 0, 0),
    "contributor": (0, 0, 0, 0),
    "member of its structure": (1, 1, 1, 0),
    "member of another structure": (0, 0, 0, 0),
    "member, account closed": (0, 0, 0, 0),
    "moderator of its commune": (1, 1, 1, 1),
    "moderator of its département": (1, 1, 1, 1),
    "moderator of its région": (1, 1, 1, 1),
    "moderator elsewhere": (0, 0, 0, 1),
    "animator of its EPCI": (1, 1, 1, 1),
    "network": (1, 1, 1, 1),
}


def allowed(right, *args):
    try:
        return int(bool(right(*args)))
    except (PermissionDenied, Http404):
        return 0


@pytest.mark.parametrize("who", TABLE)
def test_role_by_action(who):
    row = make_service()
    draft = make_service(structure=row.structure, status="draft")
    roles = {
        "contributor": [("contributor",)],
        "moderator of its commune": [("moderator", "commune", "95268")],
        "moderator of its département": [("moderator", "departement", "95")],
        "moderator of its région": [("moderator", "region", "11")],
        "moderator elsewhere": [("moderator", "commune", "59350"), ("moderator", "region", "32")],
        "animator of its EPCI": [("animator", "epci", row.commune.epci_id)],
        "network": [("network",)],
    }
    user = AnonymousUser() if who == "anonymous" else someone(*roles.get(who, []))
    if who.startswith("member"):
        place = make_structure() if "another" in who else row.structure
        Membership.objects.create(organisation=place, user=user)
        user.is_active = "closed" not in who

    assert TABLE[who] == (
        allowed(access.service_to_edit, user, row.slug),
        allowed(access.service_to_edit, user, draft.slug),
        allowed(access.structure_to_offer_for, user, row.structure.slug),
        allowed(access.moderation_scope, user),
    )


def test_a_draft_does_not_leak_its_existence(client):
    draft = make_service(status="draft")
    enter(client, someone())

    assert client.get(f"/services/{draft.slug}/modifier/").status_code == 404
    assert client.get(f"/services/{make_service().slug}/modifier/").status_code == 403


@pytest.fixture
def keeper(client):
    """A signed-in member of a structure, and that structure."""
    structure = make_structure(telephone="+33199001122")
    user = someone()
    Membership.objects.create(organisation=structure, user=user)
    enter(client, user)
    return structure


def sent(row=None, **changes):
    """What the form sends for a service, or for a new one."""
    values = {
        "version": row.version if row else 0,
        "nom": row.nom if row else "Atelier budget",
        "description": row.description if row else "On vous aide à chiffrer votre projet.",
        "telephone": "01 99 00 11 22",
        "commune": "Garges-lès-Gonesse (95268)",
        "permanence-TOTAL_FORMS": "1",
        "permanence-INITIAL_FORMS": "0",
    }
    return values | changes


def test_a_member_writes_a_service_in_plain_french(client, keeper):
    address = f"/structures/{keeper.slug}/services/nouveau/"
    assert client.get(address).status_code == 200

    response = client.post(address, sent(
        publish="1", kind="diagnostic", phases=["idee"], publics=["femmes"], zones="Val-d'Oise, Sarcelles",
        horaires_accueil="lundi au vendredi 9h-12h", place="48.9705, 2.4019", languages=["fr", "ar"], delay_days="7",
        **{"permanence-0-place": "Maison des habitants", "permanence-0-commune": "95585", "permanence-0-hours": "mardi 14h-17h",
           "permanence-0-exceptions": "24/12/2026 fermé\n31/12/2026 14h-16h inventaire"},
    ))  # fmt: skip

    row = Service.objects.get()
    assert response.url == f"/services/{row.slug}/"
    assert (row.status, row.structure_id, row.kind, row.publics) == (
        "published",
        keeper.pk,
        "diagnostic",
        ["femmes"],
    )
    assert (row.telephone, row.horaires_accueil, row.zone_eligibilite) == (
        "+33199001122", "Mo-Fr 09:00-12:00", ["95", "95585"],
    )  # fmt: skip
    assert (row.point.coords, row.commune_id, row.delay_days) == ((2.4019, 48.9705), "95268", 7)
    assert (row.confirmed_on, row.local_fields, 0 < row.score_qualite <= 1) == (
        timezone.localdate(),
        [],
        True,
    )
    place = row.permanences.get()
    assert (place.place, place.commune_id, place.hours) == ("Maison des habitants", "95585", "Tu 14:00-17:00")
    assert list(place.exceptions.order_by("day").values_list("day", "hours", "note")) == [
        (date(2026, 12, 24), "", ""),
        (date(2026, 12, 31), "14:00-16:00", "inventaire"),
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"nom": ""}, "obligatoire"),
        ({"description": "non"}, "Décrivez"),
        ({"telephone": "123"}, "numéro"),
        ({"zones": "Atlantide"}, "Atlantide"),
        ({"commune": "Atlantide"}, "reconnue"),
        ({"horaires_accueil": "quand on veut"}, "horaires"),
        ({"place": "loin"}, "latitude"),
        ({"place": "50.6292, 3.0573"}, "loin de la commune"),
        ({"code_postal": "9514"}, "cinq chiffres"),
        ({"capacity": "2", "places_left": "5"}, "plus de places"),
        ({"publics": ["lutins"]}, "lutins"),
        ({"permanence-0-place": "Ici"}, "obligatoire"),
        ({"permanence-0-place": "Ici", "permanence-0-commune": "95268", "permanence-0-hours": "mardi 14h-17h",
          "permanence-0-exceptions": "demain"}, "ne se lit pas"),
        ({"telephone": "", "publish": "1"}, "moyen de joindre"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_explained_and_nothing_is_written(client, keeper, changes, words):
    response = client.post(f"/structures/{keeper.slug}/services/nouveau/", sent(**changes))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Service.objects.exists()


def test_saving_confirms_and_keeps_what_is_changed_here_at_the_next_import(client, keeper):
    row = make_service(
        structure=keeper, origin="x", source_key="x--1", nom="De la source", telephone="+33199001122"
    )

    client.post(f"/services/{row.slug}/modifier/", sent(row, nom="De chez nous"))

    row.refresh_from_db()
    assert (row.nom, row.version, row.confirmed_on) == ("De chez nous", 3, timezone.localdate())
    assert "nom" in row.local_fields
    assert "telephone" not in row.local_fields
    assert "description" not in row.local_fields


def test_two_people_who_save_at_once_lose_nothing(client, keeper):
    row = make_service(structure=keeper, nom="Avant", description="Ancien texte.", telephone="+33199001122")
    Service.objects.filter(pk=row.pk).update(nom="Le leur", description="Leur texte.")

    response = client.post(f"/services/{row.slug}/modifier/", sent(row, nom="Le mien"))

    page = response.content.decode()
    assert response.status_code == 409
    assert Service.objects.get().nom == "Le leur"
    # mine stands in the form and theirs beside it; their other change is in the form too
    assert 'value="Le mien"' in page
    assert "Le leur" in page
    assert "Leur texte." in page
    assert 'name="version" value="2"' in page


def test_a_conflict_that_contradicts_nothing_asks_only_to_save_again(client, keeper):
    row = make_service(structure=keeper, telephone="+33199001122")
    Service.objects.filter(pk=row.pk).update(adresse="1 rue des Lilas")

    page = client.post(f"/services/{row.slug}/modifier/", sent(row, nom="Le mien")).content.decode()

    assert "ne se contredisent pas" in page
    assert 'value="1 rue des Lilas"' in page


EACH = {"commune": "Garges-lès-Gonesse (95268)", "hours": "Tu 14:00-17:00"}


def with_permanences(row, *forms, read=None):
    """What the form sends for a service with these permanences, as they were when it was opened (`read`)."""
    data = {f"permanence-{n}-{name}": value for n, form in enumerate(forms) for name, value in form.items()}
    count = str(len(forms))
    return sent(row) | data | {
        "permanence-TOTAL_FORMS": count, "permanence-INITIAL_FORMS": count,
        "permanences_read": snapshot(permanences_of(row)) if read is None else read,
    }  # fmt: skip


def shown(page):
    """The permanences in the form of a page: (id, place, hours, whether it is ticked to be removed)."""
    found = re.findall(r'<fieldset class="card-ma permanence-form">(.*?)</fieldset>', page, re.DOTALL)

    def value(part, name):
        return next(iter(re.findall(rf'name="permanence-\d+-{name}" value="([^"]*)"', part)), "")

    return [
        (
            value(part, "id"),
            value(part, "place"),
            value(part, "hours"),
            "checked" in part.rpartition("DELETE")[0][-80:],
        )
        for part in found
    ]


def test_two_people_who_change_permanences_at_once_lose_nothing(client, keeper):
    row = make_service(structure=keeper, telephone="+33199001122")
    same, mine, theirs, both = (make_permanence(row, place=place) for place in ("A", "B", "C", "D"))
    opened = with_permanences(
        row,
        {"id": same.pk, "place": "A", **EACH},
        {"id": mine.pk, "place": "B à moi", **EACH},
        {"id": theirs.pk, "place": "C", **EACH},
        {"id": both.pk, "place": "D", **EACH, "hours": "mercredi 9h-12h"},
        {"place": "Ma nouvelle", **EACH},
    )
    # meanwhile a colleague changes C and D, and adds one
    theirs.place = "C à elle"
    theirs.save()
    both.hours = "Th 09:00-12:00"
    both.save()
    added = make_permanence(row, place="Sa nouvelle")
    Service.objects.filter(pk=row.pk).update(adresse="1 rue des Lilas")

    answer = client.post(f"/services/{row.slug}/modifier/", opened)

    page = answer.text
    assert answer.status_code == 409
    assert [(place, hours) for _id, place, hours, _gone in shown(page)] == [
        ("A", "Tu 14:00-17:00"), ("B à moi", "Tu 14:00-17:00"), ("C à elle", "Tu 14:00-17:00"),
        ("D", "We 09:00-12:00"), ("Sa nouvelle", "Tu 14:00-17:00"), ("Ma nouvelle", "Tu 14:00-17:00"), ("", ""),
    ]  # fmt: skip
    assert "Permanence « D » · Horaires" in page
    assert "Vous : mercredi 9\u00a0h à 12\u00a0h" in page
    assert "L’autre personne : jeudi 9\u00a0h à 12\u00a0h" in page
    assert page.count("Permanence « ") == 1
    assert sorted(row.permanences.values_list("place", flat=True)) == [
        "A",
        "B",
        "C à elle",
        "D",
        "Sa nouvelle",
    ]

    # saved again as the page shows it, both people's work is there
    row.refresh_from_db()
    forms = [
        {"id": pk, "place": place, **EACH, "hours": hours}
        for pk, place, hours, _gone in shown(page) if place
    ]  # fmt: skip
    assert client.post(f"/services/{row.slug}/modifier/", with_permanences(row, *forms)).status_code == 302
    assert sorted(row.permanences.values_list("place", "hours")) == [
        ("A", "Tu 14:00-17:00"), ("B à moi", "Tu 14:00-17:00"), ("C à elle", "Tu 14:00-17:00"),
        ("D", "We 09:00-12:00"), ("Ma nouvelle", "Tu 14:00-17:00"), ("Sa nouvelle", "Tu 14:00-17:00"),
    ]  # fmt: skip
    assert row.permanences.filter(pk=added.pk).exists()


def test_what_one_removes_and_the_other_changes_is_shown_to_the_one_who_saves_last(client, keeper):
    row = make_service(structure=keeper, telephone="+33199001122")
    i_remove, they_remove = make_permanence(row, place="A"), make_permanence(row, place="B")
    left = make_permanence(row, place="C")
    opened = with_permanences(
        row,
        {"id": i_remove.pk, "place": "A", "DELETE": "on", **EACH},
        {"id": they_remove.pk, "place": "B changée", **EACH},
        {"id": left.pk, "place": "C", **EACH},
    )
    i_remove.hours = "Fr 09:00-12:00"
    i_remove.save()
    they_remove.delete()
    left.delete()
    Service.objects.filter(pk=row.pk).update(adresse="1 rue des Lilas")

    page = client.post(f"/services/{row.slug}/modifier/", opened).text

    # C, that I had left as it was, is gone; B is proposed again as a new one; A is ticked, and its change shown
    assert [(pk, place, gone) for pk, place, _hours, gone in shown(page)] == [
        (str(i_remove.pk), "A", True), ("", "B changée", False), ("", "", False),
    ]  # fmt: skip
    assert "Vous : à retirer" in page
    assert "L’autre personne : vendredi 9\u00a0h à 12\u00a0h" in page
    assert "L’autre personne : retirée" in page


@pytest.mark.parametrize("read", ["", "{", "[1]", '[{"id": 1}]', "null", "x" * 500_000])
def test_without_what_was_read_nothing_is_lost_either(client, keeper, read):
    row = make_service(structure=keeper, telephone="+33199001122")
    one = make_permanence(row, place="A")
    opened = with_permanences(row, {"id": one.pk, "place": "A à moi", **EACH}, read=read)
    Service.objects.filter(pk=row.pk).update(adresse="1 rue des Lilas")
    make_permanence(row, place="Sa nouvelle")

    answer = client.post(f"/services/{row.slug}/modifier/", opened)

    assert answer.status_code == 409
    assert [place for _id, place, _hours, _gone in shown(answer.text)] == ["A à moi", "Sa nouvelle", ""]
    assert "L’autre personne : A" in answer.text


def test_permanences_are_changed_and_removed_with_their_service(client, keeper):
    row = make_service(structure=keeper, telephone="+33199001122")
    kept, gone = make_permanence(row, place="A"), make_permanence(row, place="B")
    stranger = make_permanence(make_service(), place="Ailleurs")
    each = {"commune": "95268", "hours": "Tu 14:00-17:00"}
    forms = [{"id": kept.pk, "place": "A neuf", **each}, {"id": gone.pk, "place": "B", "DELETE": "on", **each},
             {"id": stranger.pk, "place": "Volée", **each}]  # fmt: skip
    data = {f"permanence-{n}-{name}": value for n, form in enumerate(forms) for name, value in form.items()}

    client.post(
        f"/services/{row.slug}/modifier/",
        sent(row, **data, **{"permanence-TOTAL_FORMS": "3", "permanence-INITIAL_FORMS": "2"}),
    )

    assert sorted(row.permanences.values_list("place", flat=True)) == ["A neuf", "Volée"]
    stranger.refresh_from_db()
    assert stranger.place == "Ailleurs"


def test_withdrawing_hides_and_publishing_shows(client, keeper):
    row = make_service(structure=keeper, telephone="0199001122")
    client.post(f"/services/{row.slug}/retirer/")
    assert client.get("/services/").content.decode().count(row.nom) == 0
    assert "personne d’autre que vous" in client.get(f"/services/{row.slug}/").content.decode()

    client.post(f"/services/{row.slug}/publier/")
    assert row.nom in client.get("/services/").content.decode()


def test_a_service_without_contact_is_not_published(client, keeper):
    row = make_service(structure=keeper, status="draft")

    assert client.post(f"/services/{row.slug}/publier/").status_code == 422


def test_the_workspace_shows_my_services_to_confirm_first(client, keeper, django_assert_num_queries):
    make_service(structure=keeper, nom="Frais", confirmed_on=timezone.localdate())
    old = make_service(
        structure=keeper, nom="Ancien", confirmed_on=timezone.localdate() - timedelta(days=300)
    )
    make_service(nom="Pas à moi")

    page = client.get("/espace/services/").content.decode()

    assert page.index("Ancien") < page.index("Frais")
    assert "Pas à moi" not in page
    assert client.post(f"/services/{old.slug}/confirmer/", {"back": "workspace"}).url == "/espace/services/"
    old.refresh_from_db()
    assert old.confirmed_on == timezone.localdate()


def test_the_workspace_asks_for_a_sign_in(client):
    assert "/compte/connexion/" in client.get("/espace/services/").url
