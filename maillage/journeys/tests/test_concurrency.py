"""Two at once: whoever is second sees what the first one did."""

import threading
from datetime import timedelta

import psycopg
from django.db import connection, connections, transaction
from django.db.models import Q
from django.db.models.functions import Now

from maillage.accounts.tests.people import person as user
from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.journeys.actions.appointments import set_appointment
from maillage.journeys.models import Aim, Appointment, Follow, Referral, State
from maillage.journeys.tests.factories import NOW, agree, make_person, make_referral, member
from maillage.organisations.tests.factories import make_organisation


def test_sending_and_withdrawing_at_once_never_leave_a_referral_without_an_agreement(bare_database):
    with transaction.atomic():
        relay, network = make_organisation(), make_organisation()
        awa = member(user("awa@exemple.invalid"), relay)
        person = make_person(relay)
        draft = make_referral(person, relay, network, awa)
        given = agree(person, Aim.ORIENTATION, network)
    settings = connection.settings_dict
    outcome = {}

    def send():
        with psycopg.connect(host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"]) as other:
            other.execute("SELECT set_config('maillage.user_id', %s, true)", [str(awa.pk)])
            try:
                other.execute(
                    "UPDATE journeys_referral SET state = 'envoyee', sent_at = now(), next_action = 'repondre' WHERE id = %s",
                    [draft.pk],
                )
                outcome["send"] = "sent"
            except psycopg.errors.CheckViolation:
                outcome["send"] = "refused"

    with psycopg.connect(host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"]) as person_s:
        person_s.execute("SELECT set_config('maillage.subject', %s, true)", [f"person:{person.pk}"])
        person_s.execute("UPDATE journeys_consent SET withdrawn_at = now() WHERE id = %s", [given.pk])
        sending = threading.Thread(target=send)
        sending.start()
        sending.join(0.5)
        assert sending.is_alive()  # it waits for the withdrawal
        person_s.commit()
        sending.join()
    assert outcome == {"send": "refused"}

    with transaction.atomic(), for_purpose(Purpose.FOLLOW_UP):
        assert Referral.objects.get(pk=draft.pk).state == State.ANNULEE

    # the other way round: it left first, the withdrawal waits for it, then ends it
    with transaction.atomic():
        draft = make_referral(person, relay, network, awa)
        given = agree(person, Aim.ORIENTATION, network)

    def withdraw():
        with psycopg.connect(host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"]) as other:
            other.execute("SELECT set_config('maillage.subject', %s, true)", [f"person:{person.pk}"])
            other.execute("UPDATE journeys_consent SET withdrawn_at = now() WHERE id = %s", [given.pk])

    with psycopg.connect(host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"]) as sender:
        sender.execute("SELECT set_config('maillage.user_id', %s, true)", [str(awa.pk)])
        sender.execute(
            "UPDATE journeys_referral SET state = 'envoyee', sent_at = now(), moved_at = now(), next_action = 'repondre' WHERE id = %s",
            [draft.pk],
        )
        withdrawing = threading.Thread(target=withdraw)
        withdrawing.start()
        withdrawing.join(0.5)
        assert withdrawing.is_alive()  # it waits for the sending
        sender.commit()
        withdrawing.join()
    with transaction.atomic(), for_purpose(Purpose.FOLLOW_UP):
        assert Referral.objects.get(pk=draft.pk).state == State.ANNULEE
        assert not Follow.objects.filter(Q(until=None) | Q(until__gt=Now()), organisation=network).exists()


def test_one_appointment_sent_twice_at_once_is_one(bare_database, settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    with transaction.atomic():
        network = make_organisation()
        bo = member(user("bo@exemple.invalid"), network)
        person = make_person(network)
    values = {
        "starts_at": NOW, "ends_at": NOW + timedelta(hours=1), "place": "", "remote": False, "received_by_id": bo.pk,
    }  # fmt: skip
    written, found = threading.Event(), []

    def once(first):
        try:
            with acting_as(bo.pk):
                found.append(
                    set_appointment(
                        person_id=person.pk, organisation_id=network.pk, values=values, by=bo.pk, at=NOW
                    ).pk
                )
                if first:
                    written.set()
                    second.join(0.5)
                    assert second.is_alive()  # it waits for the first one's end
        finally:
            connections.close_all()

    first = threading.Thread(target=once, args=[True])
    second = threading.Thread(target=lambda: (written.wait(10), once(False)))
    first.start()
    second.start()
    first.join()
    second.join()

    assert len(found) == 2
    assert len(set(found)) == 1
    with acting_as(bo.pk):
        assert Appointment.objects.count() == 1
