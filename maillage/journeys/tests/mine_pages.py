"""What the tests of « Mon parcours » share: someone's space with something everywhere, and how a browser enters it."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from maillage.accounts.tests.people import person as user
from maillage.core.acting import Purpose, for_purpose
from maillage.core.models import OneTimeCode, OutgoingMail, OutgoingText
from maillage.journeys import jobs
from maillage.journeys.models import Appointment, Frein, Note, OpeningEvent, State, Step
from maillage.journeys.tests.factories import act_as, make_person, make_referral, member
from maillage.organisations.tests.factories import NANTES, make_organisation

HOME = "/mon-parcours/"
PAGES = (
    "",
    "lectures/",
    "accords/",
    "mes-donnees/",
    "me-joindre/",
    "effacer/",
    "mon-parcours.json",
    "mon-parcours.pdf",
)


def mine_home(settings):
    """Two structures and two people, of whom Mariam has something in every part of her space; codes leave by both ways."""
    settings.EMAIL_BACKEND, settings.DEMO = "maillage.core.mail.OutboxBackend", True
    now = timezone.now()

    class Home:
        relay, network = (
            make_organisation(name="Le Relais", telephone="0240419000"),
            make_organisation(name="Réseau B"),
        )
        awa = member(user("awa@exemple.invalid"), relay)
        bo = member(user("bo@exemple.invalid"), network)
        mariam = make_person(
            relay, first_name="Mariam", last_name="Koné", phone="+33612345678", email="m@exemple.invalid",
            commune_id=NANTES, created_at=now - timedelta(days=9),
        )  # fmt: skip
        zorah = make_person(relay, first_name="Zorah", phone="+33612345679")
        sent = make_referral(
            mariam,
            relay,
            network,
            bo,
            state=State.ACCEPTEE,
            reason="Un camion de cuisine",
            at=now - timedelta(days=8),
        )

    whose = {"person": Home.mariam, "organisation": Home.relay}
    with for_purpose(Purpose.RETENTION):
        Step.objects.create(**whose, kind="diagnostic", on=now.date())
        Frein.objects.create(**whose, brake="mobilite", raised_on=now.date())
        Note.objects.create(**whose, author=Home.awa, body="A trouvé un local")
        Note.objects.create(**whose, author=Home.awa, body="Secret de conseillère", is_private=True)
        Note.objects.create(person=Home.zorah, organisation=Home.relay, body="Note sur Zorah")
        Appointment.objects.create(
            **whose,
            starts_at=now + timedelta(days=2),
            ends_at=now + timedelta(days=2, hours=1),
            place="3 rue du Tiers-Pot",
        )
    act_as(Home.awa)
    OpeningEvent.objects.bulk_create(
        OpeningEvent(
            person_number=one.pk,
            user_number=Home.awa.pk,
            organisation_number=Home.relay.pk,
            why=f"Appel {one.pk}",
        )
        for one in (Home.mariam, Home.zorah)
    )
    act_as(None)
    return Home


def outbox():
    """(to, text) of what waits to leave, texts then mails; and forget it."""
    with for_purpose(Purpose.MAIL):
        found = [
            *OutgoingText.objects.order_by("pk").values_list("to", "text"),
            *OutgoingMail.objects.order_by("pk").values_list("to", "text"),
        ]
        OutgoingText.objects.all().delete()
        OutgoingMail.objects.all().delete()
    return found


def run_jobs():
    """What the worker does once the page is committed."""
    with for_purpose(Purpose.PROOF):
        keys = list(OneTimeCode.objects.exclude(address="").values_list("key", flat=True))
    for key in keys:
        jobs.send_entry(str(key))


def digits(text):
    return next(word for word in text.replace("\n", " ").split() if word.isdecimal() and len(word) == 6)


def enter(reach="06 12 34 56 78", client=None):
    """A browser in which this person opened their space by a code."""
    client = client or Client()
    assert client.post(f"{HOME}code/", {"reach": reach}).status_code == 302
    run_jobs()
    [(_to, text)] = outbox()
    assert client.post(f"{HOME}code/", {"code": digits(text)}).url == HOME
    return client
