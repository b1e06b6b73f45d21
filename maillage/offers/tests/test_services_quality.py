"""Errors reported without an account, freshness by mail, dead links, what moderators see."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.core.models import OutgoingMail
from maillage.offers.actions import freshness
from maillage.offers.actions.links import note_visit
from maillage.offers.actions.quality import find_faults
from maillage.offers.actions.reports import forget, report_error
from maillage.offers.models import ErrorReport, Finding, FindingKind, LinkCheck, Service
from maillage.offers.tests.factories import LILLE, make_service, make_structure
from maillage.offers.tests.people import enter, someone
from maillage.offers.tests.test_constraints import refused
from maillage.organisations.models import Membership

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def real_outbox(settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"


def mails():
    with for_purpose(Purpose.MAIL):
        return list(OutgoingMail.objects.order_by("pk").values_list("to", "subject", "text"))


def reports():
    with for_purpose(Purpose.ADMINISTRATION):
        return list(ErrorReport.objects.order_by("pk"))


def opened(client, row):
    """The value of the hidden field of the report's form, as of a while ago."""
    from django.core import signing

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing.time, "time", lambda: timezone.now().timestamp() - 60)
        return signing.TimestampSigner(salt="core.opened").sign("")


def report(client, row, **changes):
    return client.post(
        f"/services/{row.slug}/signaler/", {"kind": "contact", "opened": opened(client, row), **changes}
    )


# --- reports -----------------------------------------------------------------------------------------------------------


def test_an_error_is_reported_in_two_clicks_and_its_author_hears_back(client):
    row = make_service(courriel="bonjour@example.org")
    assert "ne marche pas" in client.get(f"/services/{row.slug}/signaler/").content.decode()

    thanks = report(client, row)
    assert "Merci" in client.get(thanks.url).content.decode()
    client.post(thanks.url, {"message": "Le 01 sonne faux", "email": "amina@example.org"})
    # who keeps the service is told, and of nobody's name
    assert [to for to, _subject, _text in mails()] == ["bonjour@example.org"]
    assert "amina" not in mails()[0][2]

    moderator = someone(("moderator", "commune", "95268"))
    enter(client, moderator)
    page = client.get("/espace/moderation/services/").content.decode()
    assert "Le 01 sonne faux" in page
    assert "amina@" not in page
    [waiting] = reports()
    client.post(f"/services/signalement/{waiting.pk}/repondre/",
                {"status": "fixed", "answer": "C’est corrigé, merci.", "back": "quality"})  # fmt: skip

    [done] = reports()
    assert (done.status, done.moderator_id) == ("fixed", moderator.pk)
    to, subject, text = mails()[-1]
    assert (to, "C’est corrigé" in text, "amina" in subject) == ("amina@example.org", True, False)


def test_a_report_without_an_address_is_answered_to_nobody(client):
    row = make_service()
    report(client, row)
    enter(client, someone(("network",)))

    client.post(f"/services/signalement/{reports()[0].pk}/repondre/", {"status": "refused"})

    assert (reports()[0].status, mails()) == ("refused", [])


@pytest.mark.parametrize("trap", [{"website": "http://spam"}, {"opened": ""}, {"kind": "magie"}])
def test_robots_leave_nothing(client, trap):
    report(client, make_service(), **trap)

    assert reports() == []


def test_too_many_reports_are_refused(client):
    row = make_service()
    for _n in range(10):
        assert report(client, row).status_code == 302

    assert report(client, row).status_code == 429
    assert len(reports()) == 10


def test_a_report_can_be_completed_for_a_while_only(client):
    row = make_service()
    thanks = report(client, row).url
    with for_purpose(Purpose.ADMINISTRATION):
        ErrorReport.objects.update(created_at=timezone.now() - timedelta(hours=3))

    assert client.get(thanks).status_code == 422
    assert client.get("/services/signalement/00000000-0000-4000-8000-000000000000/").status_code == 422


# who: read a report in plain SQL, answer it
ANSWERING = {
    "anonymous": (0, 404),
    "resident": (0, 404),
    "member of its structure": (1, 302),
    "member of another structure": (0, 404),
    "moderator of its commune": (1, 302),
    "moderator elsewhere": (1, 404),  # row security knows roles; their territory is the application's
}


@pytest.mark.parametrize("who", ANSWERING)
def test_reports_are_for_those_who_can_answer(client, who):
    row = make_service()
    report_error(service=row, kind="closed")
    user = None if who == "anonymous" else someone(*{
        "moderator of its commune": [("moderator", "commune", "95268")],
        "moderator elsewhere": [("moderator", "commune", LILLE)],
    }.get(who, []))  # fmt: skip
    if who.startswith("member"):
        Membership.objects.create(
            organisation=make_structure() if "another" in who else row.structure, user=user
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('maillage.user_id', %s, true)", [str(user.pk) if user else ""])
        cursor.execute("SELECT count(*) FROM offers_errorreport")
        seen = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('maillage.user_id', '', true)")
    if user:
        enter(client, user)
    status = client.post(
        f"/services/signalement/{reports()[0].pk}/repondre/", {"status": "fixed"}
    ).status_code

    assert (seen, 404 if who == "anonymous" and status == 302 else status) == ANSWERING[who]


def test_reports_are_forgotten_in_time():
    row = make_service()
    with for_purpose(Purpose.ADMINISTRATION):
        ErrorReport.objects.create(
            service=row, kind="other", email="a@example.org", message="x", status="fixed", answered_at=NOW
        )
        ErrorReport.objects.create(service=row, kind="other", email="b@example.org")
        ErrorReport.objects.update(created_at=NOW)

        assert forget(at=NOW + timedelta(days=91)) == {"emails": 1, "reports": 0}
        assert forget(at=NOW + timedelta(days=91)) == {"emails": 0, "reports": 0}
        assert forget(at=NOW + timedelta(days=366)) == {"emails": 0, "reports": 1}
        assert list(ErrorReport.objects.values_list("email", "message")) == [("", "")]


def test_the_database_keeps_reports_and_findings_whole():
    row = make_service()
    Finding.objects.create(service=row, kind="gone", found_on=date(2026, 1, 1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('maillage.purpose', 'administration', true)")
    report_error(service=row, kind="closed")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('maillage.purpose', 'administration', true)")

    assert refused("UPDATE offers_errorreport SET status = 'fixed'") == "errorreport_answered_whole"
    assert refused("UPDATE offers_errorreport SET kind = 'autre'") == "errorreport_kind_known"
    assert refused("UPDATE offers_finding SET kind = 'rien'") == "finding_kind_known"
    assert (
        refused("UPDATE offers_finding SET organisation_id = %s", row.structure_id) == "finding_of_one_thing"
    )
    add = "INSERT INTO offers_finding (service_id, kind, detail, found_on) VALUES (%s, 'gone', '', now())"
    assert refused(add, row.pk) == "finding_service_once"


# --- freshness ---------------------------------------------------------------------------------------------------------


def old(months, **fields):
    day = date(2026, 11, 25) - timedelta(days=int(months * 30.5) + 3)
    return make_service(confirmed_on=day, **{"courriel": "bonjour@example.org", **fields})


def keep(day):
    with for_purpose(Purpose.FRESHNESS):
        return freshness.keep_fresh(today=day)


def test_keepers_are_asked_at_six_months_then_at_eight_and_withdrawn_at_twelve():
    row = old(6)
    today = date(2026, 11, 25)

    assert keep(today) == {"withdrawn": 0, "asked": 1, "asked_again": 0}
    assert keep(today) == {"withdrawn": 0, "asked": 0, "asked_again": 0}
    assert keep(today + timedelta(days=63)) == {"withdrawn": 0, "asked": 0, "asked_again": 1}
    assert keep(today + timedelta(days=64)) == {"withdrawn": 0, "asked": 0, "asked_again": 0}
    assert keep(today + timedelta(days=190)) == {"withdrawn": 1, "asked": 0, "asked_again": 0}
    row.refresh_from_db()
    assert row.status == "withdrawn"
    assert [subject for _to, subject, _text in mails()] == [
        "Votre service est-il à jour ?", "Votre service est-il à jour ?", "Votre service n’est plus visible",
    ]  # fmt: skip


def test_one_click_confirms_for_six_months(client):
    row = old(6)
    keep(date(2026, 11, 25))
    text = mails()[0][2]
    link = next(word for word in text.split() if "/a-jour/confirmer/" in word).split("8000", 1)[-1]
    assert "bonjour" not in link

    assert "est-il à jour" in client.get(link).content.decode()
    row.refresh_from_db()
    assert row.confirmed_on < timezone.localdate()
    client.post(link)

    row.refresh_from_db()
    assert (row.confirmed_on, row.reminded_on) == (timezone.localdate(), None)
    client.post(link.replace("confirmer", "retirer"))
    row.refresh_from_db()
    assert row.status == "withdrawn"
    client.post(link)
    row.refresh_from_db()
    assert row.status == "published"
    assert client.get("/services/a-jour/confirmer/faux/").status_code == 422
    assert client.get(link.replace("confirmer", "effacer")).status_code == 404


def test_what_comes_from_a_file_is_neither_asked_nor_withdrawn_unless_somebody_here_keeps_it():
    alone = old(13, origin="x", source_key="1")
    kept = old(13, origin="x", source_key="2")
    user = someone()
    Membership.objects.create(organisation=kept.structure, user=user, kind="manager")

    assert keep(date(2026, 11, 25)) == {"withdrawn": 0, "asked": 1, "asked_again": 0}
    assert [to for to, *_rest in mails()] == [user.email]
    assert Service.objects.filter(pk__in=[alone.pk, kept.pk], status="published").count() == 2


# --- findings ----------------------------------------------------------------------------------------------------------


def kinds(row):
    return set(Finding.objects.filter(service=row).values_list("kind", flat=True))


def test_faults_are_found_and_healed():
    structure = make_structure(siret="")
    row = make_service(
        structure=structure, nom="Atelier", horaires_accueil="quand on veut", confirmed_on=date(2025, 1, 1)
    )
    twin = make_service(
        structure=structure, nom="atelier", telephone="0199001122", confirmed_on=date(2026, 11, 1)
    )

    find_faults(at=NOW)
    assert kinds(row) == {"hours", "stale", "unreachable"}
    assert kinds(twin) == {"duplicate"}
    assert Finding.objects.get(organisation=structure).kind == "siret-missing"

    Service.objects.filter(pk=row.pk).update(
        horaires_accueil="24/7", confirmed_on=NOW.date(), telephone="0199001122", nom="Autre"
    )
    structure.siret = "13003013300016"
    structure.save()
    find_faults(at=NOW)
    assert not Finding.objects.exists()


def test_a_dead_link_is_found_told_once_and_healed_when_it_answers():
    row = make_service(lien_mobilisation="https://example.org/a", courriel="bonjour@example.org")
    url = row.lien_mobilisation

    note_visit(url=url, status=500, at=NOW)
    assert kinds(row) == set()
    note_visit(url=url, status=500, at=NOW + timedelta(hours=7))
    note_visit(url=url, status=404, at=NOW + timedelta(hours=14))
    assert (kinds(row), len(mails())) == ({"dead-link"}, 1)

    note_visit(url=url, status=200, at=NOW + timedelta(hours=20))
    assert (kinds(row), LinkCheck.objects.get().failing_since) == (set(), None)


def test_moderators_see_what_lies_in_their_territory(client, django_assert_num_queries):
    here, there = (
        make_service(nom="Ici"),
        make_service(nom="Là-bas", commune_id=LILLE, structure=make_structure(commune_id=LILLE)),
    )
    for row in (here, there):
        Finding.objects.create(
            service=row, kind=FindingKind.HOURS, detail="le soir", found_on=date(2026, 11, 1)
        )
        Finding.objects.create(
            organisation=row.structure, kind=FindingKind.NO_SIRET, found_on=date(2026, 11, 1)
        )
    enter(client, someone(("moderator", "commune", "95268")))

    page = client.get("/espace/moderation/services/").content.decode()
    assert ("Ici" in page, here.structure.name in page, "Là-bas" in page, there.structure.name in page) == (
        True, True, False, False,
    )  # fmt: skip
    assert "Horaires illisibles" in client.get("/espace/moderation/services/?kind=hours").content.decode()
    with acting_as(None) if not connection.in_atomic_block else for_purpose(Purpose.NONE):
        assert client.get("/espace/moderation/services/?kind=zzz").status_code == 200


def test_others_do_not_see_the_moderators_list(client):
    enter(client, someone())

    assert client.get("/espace/moderation/services/").status_code == 403
