"""Merge, delete, restore: every version stays."""

from datetime import date

import pghistory
import pytest
from django.utils import timezone

from maillage.accounts.models import User
from maillage.core.acting import Purpose, for_purpose
from maillage.core.imports import open_source
from maillage.core.models import OutgoingMail
from maillage.initiatives.actions import deleting, fiches, merging
from maillage.initiatives.actions.importing import Plan, guessed_mapping, import_initiatives
from maillage.initiatives.models import Initiative, InitiativeEvent, Merge, Photo, Proposal
from maillage.initiatives.queries import moderation
from maillage.initiatives.queries.merging import outcomes
from maillage.initiatives.tests.factories import make_initiative
from maillage.initiatives.tests.people import everyone, person, signed_in

pytestmark = pytest.mark.django_db


def photo_of(fiche):
    return Photo.objects.create(
        initiative=fiche,
        file="photos/a.webp",
        thumbnail="photos/b.webp",
        width=4,
        height=3,
        alternative="Le bus",
        status="published",
    )


def merge(keep, gone, user):
    keep.refresh_from_db()
    gone.refresh_from_db()
    return merging.merge_initiatives(
        keep_id=keep.pk,
        keep_version=keep.version,
        gone_id=gone.pk,
        gone_version=gone.version,
        user_id=user.pk,
        at=timezone.now(),
    )


def test_a_merge_keeps_what_both_say_and_redirects_through_chains(client):
    user = person("m@exemple.fr", ("network",))
    link = {"url": "https://exemple.org/bus", "label": "Le bus"}
    keep = make_initiative(title="Bus de la création", slug="bus", themes=["aller-vers"])
    gone = make_initiative(
        title="Le bus de la creation", slug="le-bus", themes=["amorcage"], links=[link], body="Récit."
    )
    older = make_initiative(title="Bus", slug="tres-ancien")
    photo = photo_of(gone)
    merge(gone, older, user)

    kept = merge(keep, gone, user)

    photo = Photo.objects.get(pk=photo.pk)
    assert (kept.themes, kept.links, kept.body, kept.title) == (
        ["aller-vers", "amorcage"],
        [link],
        "Récit.",
        "Bus de la création",
    )
    assert photo.initiative_id == keep.pk
    for slug in ("le-bus", "tres-ancien"):
        response = client.get(f"/initiatives/{slug}/")
        assert (response.status_code, response["Location"]) == (301, "/initiatives/bus/")
    assert InitiativeEvent.objects.filter(pgh_obj_id=gone.pk, pgh_label="before_delete").exists()


def test_importing_the_source_again_does_not_bring_back_what_was_merged(tmp_path):
    user = person("m@exemple.fr", ("network",))
    path = tmp_path / "fiches.csv"
    path.write_text("id;nom;lat;lon\n1;Atelier vélo;50.6365;3.0635\n2;L’atelier vélo;50.6365;3.0635\n")
    plan = Plan(mapping=guessed_mapping(open_source(path)), origin="essai")
    import_initiatives(path=path, plan=plan, at=timezone.now())
    keep, gone = Initiative.objects.order_by("pk")
    merge(keep, gone, user)

    again = import_initiatives(path=path, plan=plan, at=timezone.now())

    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert [note.line for note in again.notes] == [3]
    assert "fusionnée ici avec « Atelier vélo »" in again.notes[0].reason
    deleting.restore_version(event_id=InitiativeEvent.objects.get(pgh_label="before_delete").pgh_id)
    assert import_initiatives(path=path, plan=plan, at=timezone.now()).unchanged == 2
    assert Initiative.objects.count() == 2


def test_a_merge_over_somebodys_save_is_refused():
    user = person("m@exemple.fr", ("network",))
    keep, gone = make_initiative(), make_initiative()
    fiches.save_initiative(initiative_id=gone.pk, version=1, values={"summary": "Autre."})
    with pytest.raises(fiches.EditConflict):
        merging.merge_initiatives(
            keep_id=keep.pk,
            keep_version=1,
            gone_id=gone.pk,
            gone_version=1,
            user_id=user.pk,
            at=timezone.now(),
        )
    assert Initiative.objects.count() == 2


def test_the_merge_page_shows_both_then_merges():
    client = signed_in(person("m@exemple.fr", ("moderator", "commune", "95268")))
    keep, gone = make_initiative(title="Gardée"), make_initiative(title="Partie")
    url = f"/initiatives/{gone.slug}/fusionner/"
    assert client.get(url).status_code == 200
    page = client.get(url, {"into": f"http://localhost/initiatives/{keep.slug}/"})
    assert "Gardée" in page.text

    done = client.post(url, {"into": keep.slug, "keep_version": 1, "gone_version": 1, "sure": "1"})

    assert done.status_code == 302, done.text[:2000]
    assert Merge.objects.get().into_id == keep.pk
    assert client.get(url).status_code == 404


def test_a_fiche_saved_meanwhile_is_neither_merged_nor_deleted_and_the_page_shows_it_as_it_is():
    client = signed_in(person("m@exemple.fr", ("network",)))
    keep, gone = make_initiative(summary="Reste."), make_initiative(summary="Part.")
    fiches.save_initiative(initiative_id=gone.pk, version=1, values={"summary": "Plus juste."})
    url = f"/initiatives/{gone.slug}/"

    merged = client.post(
        f"{url}fusionner/", {"into": keep.slug, "keep_version": 1, "gone_version": 1, "sure": "1"}
    )
    deleted = client.post(f"{url}supprimer/", {"version": 1})
    nothing = client.post(f"{url}supprimer/", {"version": "²"})

    assert (merged.status_code, "Plus juste." in merged.text) == (409, True)
    assert 'name="gone_version" value="2"' in merged.text
    assert (deleted.status_code, 'name="version" value="2"' in deleted.text) == (409, True)
    assert nothing.status_code == 409
    assert Initiative.objects.count() == 2


def test_the_merge_page_says_what_is_taken_and_what_is_left():
    client = signed_in(person("m@exemple.fr", ("network",)))
    keep = make_initiative(summary="Reste.", themes=["lieux"], body="")
    gone = make_initiative(summary="Part.", themes=["amorcage"], body="Récit.")

    page = client.get(f"/initiatives/{gone.slug}/fusionner/?into={keep.slug}").text

    found = {one.kept.name: (one.kept.before, one.kept.after, one.is_left) for one in outcomes(keep, gone)}
    assert (found["summary"], found["body"]) == (("Reste.", "Reste.", True), ("", "Récit.", False))
    assert (found["themes"][0] in found["themes"][1], found["themes"][2]) == (True, False)
    assert "<ins>Récit.</ins>" in page
    assert "<del>" not in page, "nothing of the fiche that stays is struck out"
    keep.refresh_from_db()
    assert (keep.body, keep.version) == ("", 1)


def test_a_fiche_is_archived_and_shown_again_by_who_moderates_it(client):
    moderator = signed_in(person("m@exemple.fr", ("moderator", "departement", "95")))
    fiche = make_initiative()
    url = f"/initiatives/{fiche.slug}/"

    moderator.post(f"{url}supprimer/", {"version": 1, "archive": "1"})
    assert client.get(url).status_code == 410
    assert "La montrer sur la carte" in moderator.get(f"{url}versions/").text

    moderator.post(f"{url}confirmer/")
    assert client.get(url).status_code == 200


def test_a_deleted_fiche_comes_back_in_one_click_with_its_photos():
    client = signed_in(person("m@exemple.fr", ("moderator", "departement", "95")))
    fiche = make_initiative(title="Le Carburateur", body="Récit.", themes=["lieux"])
    photo = photo_of(fiche)
    client.post(f"/initiatives/{fiche.slug}/supprimer/", {"version": fiche.version})
    assert not Initiative.objects.exists()
    page = client.get("/espace/moderation/supprimees/")
    assert "Le Carburateur" in page.text
    event = InitiativeEvent.objects.get(pgh_label="before_delete")

    client.post(f"/espace/moderation/version/{event.pgh_id}/restaurer/")

    back = Initiative.objects.get()
    photo = Photo.objects.get(pk=photo.pk)
    assert (back.pk, back.slug, back.body, back.themes, back.status) == (
        fiche.pk,
        fiche.slug,
        "Récit.",
        ["lieux"],
        "published",
    )
    assert photo.initiative_id == back.pk
    assert "Le Carburateur" not in client.get("/espace/moderation/supprimees/").text


def correction_of(fiche, status="waiting", **fields):
    with for_purpose(Purpose.PROOF):
        return Proposal.objects.create(
            initiative=fiche, base_version=fiche.version, values={"summary": "Autre."}, email="lea@exemple.fr",
            status=status, commune_id=fiche.commune_id, **fields,
        )  # fmt: skip


def test_deleting_answers_who_proposed_a_correction_and_keeps_the_photos_that_came_with_one(settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    moderator = person("m@exemple.fr", ("moderator", "departement", "95"))
    fiche = make_initiative()
    published, pending = photo_of(fiche), photo_of(fiche)
    Photo.objects.filter(pk=published.pk).update(proposal=correction_of(fiche, "accepted"))
    Photo.objects.filter(pk=pending.pk).update(
        initiative=None, proposal=correction_of(fiche), status="pending"
    )
    client = signed_in(moderator)

    client.post(f"/initiatives/{fiche.slug}/supprimer/", {"version": fiche.version})
    (mail,) = everyone(OutgoingMail)
    assert (mail.to, "vient d’être supprimée" in mail.text) == ("lea@exemple.fr", True)
    deleted = InitiativeEvent.objects.get(pgh_label="before_delete")
    client.post(f"/espace/moderation/version/{deleted.pgh_id}/restaurer/")

    assert list(Photo.objects.values_list("pk", "initiative")) == [(published.pk, fiche.pk)]


def test_an_address_merged_into_a_deleted_fiche_leads_there_again_once_it_is_back(client):
    user = person("m@exemple.fr", ("network",))
    keep, gone = make_initiative(slug="garde"), make_initiative(slug="parti")
    merge(keep, gone, user)
    keep.refresh_from_db()
    deleting.delete_initiative(
        initiative_id=keep.pk, version=keep.version, user_id=user.pk, at=timezone.now()
    )
    assert client.get("/initiatives/parti/").status_code == 410

    deleting.restore_version(event_id=InitiativeEvent.objects.filter(pgh_label="before_delete").last().pgh_id)

    assert client.get("/initiatives/parti/")["Location"] == "/initiatives/garde/"


def test_a_deleted_fiche_whose_address_was_taken_comes_back_beside_it():
    user = person("m@exemple.fr", ("network",))
    fiche = make_initiative(title="Le bus", slug="le-bus")
    deleting.delete_initiative(initiative_id=fiche.pk, version=1, user_id=user.pk, at=timezone.now())
    make_initiative(title="Le bus", slug="le-bus")

    back = deleting.restore_version(event_id=InitiativeEvent.objects.get().pgh_id)

    assert (back.pk, back.slug) == (fiche.pk, "le-bus-2")


def test_an_old_text_given_back_does_not_make_the_fiche_old():
    fiche = make_initiative(title="Un", confirmed_on=date(2024, 1, 1))
    fiche.title, fiche.confirmed_on = "Deux", date(2026, 6, 1)
    fiche.save()

    back = deleting.restore_version(event_id=InitiativeEvent.objects.get().pgh_id)

    assert (back.title, back.confirmed_on) == ("Un", date(2026, 6, 1))


def test_a_correction_of_the_fiche_that_went_is_read_beside_the_one_that_stays():
    client = signed_in(person("m@exemple.fr", ("network",)))
    keep, gone = make_initiative(summary="Reste."), make_initiative(summary="Part.")
    correction = correction_of(gone)

    client.post(f"/initiatives/{gone.slug}/fusionner/", {"into": keep.slug, "sure": "1"})

    page = client.get(f"/espace/moderation/{correction.pk}/").text
    assert "La fiche a changé depuis l’envoi" in page
    assert "<del>Reste.</del>" in page


def test_any_version_is_compared_and_restored_and_nothing_is_lost():
    client = signed_in(person("m@exemple.fr", ("moderator", "departement", "95")))
    fiche = make_initiative(title="Un")
    for number, title in enumerate(["Deux", "Trois"], 1):
        fiches.save_initiative(initiative_id=fiche.pk, version=number, values={"title": title})
    page = client.get(f"/initiatives/{fiche.slug}/versions/?de=1&a=3")
    assert "<del>Un</del>" in page.text
    assert "<ins>Trois</ins>" in page.text
    first = InitiativeEvent.objects.get(pgh_obj_id=fiche.pk, version=1)

    client.post(f"/espace/moderation/version/{first.pgh_id}/restaurer/")

    assert [(v.number, v.values["title"]) for v in moderation.versions(fiche.pk)] == [
        (4, "Un"),
        (3, "Trois"),
        (2, "Deux"),
        (1, "Un"),
    ]


def test_many_versions_are_shown_page_by_page():
    client = signed_in(person("m@exemple.fr", ("moderator",)))
    fiche = make_initiative()
    for number in range(1, 32):
        fiches.save_initiative(initiative_id=fiche.pk, version=number, values={"title": f"Titre {number}"})
    url = f"/initiatives/{fiche.slug}/versions/"

    first, second = client.get(url).text, client.get(url, {"page": "2"}).text

    assert (first.count("Restaurer"), second.count("Restaurer")) == (29, 2)
    assert first.count("<option") == 64


def test_a_version_names_its_author_to_whom_may_know_it():
    moderator = person("m@exemple.fr", ("moderator", "departement", "95"))
    with for_purpose(Purpose.ADMINISTRATION):
        User.objects.filter(pk=moderator.pk).update(name="Awa Diop")
    fiche = make_initiative(title="Un")
    with pghistory.context(user=moderator.pk):
        fiches.save_initiative(initiative_id=fiche.pk, version=1, values={"title": "Deux"})
    pages = {
        who: signed_in(reader).get(f"/initiatives/{fiche.slug}/versions/").text
        for who, reader in (
            ("herself", moderator),
            ("colleague", person("c@exemple.fr", ("moderator", "departement", "95"))),
            ("network", person("n@exemple.fr", ("network",))),
        )
    }

    assert "· vous" in pages["herself"]
    assert "· un contributeur" in pages["colleague"]
    assert "Awa Diop" not in pages["colleague"]
    assert "· Awa Diop" in pages["network"]


def test_a_stranger_restores_nothing():
    fiche = make_initiative(title="Un")
    fiches.save_initiative(initiative_id=fiche.pk, version=1, values={"title": "Deux"})
    event = InitiativeEvent.objects.get()
    for role in ([], [("moderator", "commune", "59350")]):
        client = signed_in(person(f"r{len(role)}@exemple.fr", *role))
        assert client.post(f"/espace/moderation/version/{event.pgh_id}/restaurer/").status_code == 404
        assert client.get(f"/initiatives/{fiche.slug}/versions/").status_code == 403
    fiche.refresh_from_db()
    assert fiche.title == "Deux"
