"""What the database holds to, whoever writes: consents, moves of referrals, who reads. Tried in plain SQL, as the web role."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from maillage.accounts.tests.people import person as user
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import Aim, Consent, Follow, State
from maillage.journeys.tests.factories import NOW, act_as, agree, make_person, make_referral, member
from maillage.organisations.tests.factories import make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    """A relay and a network, each with a member; a person whom the relay follows; a stranger with an account."""

    class Home:
        relay, network, other = make_organisation(), make_organisation(), make_organisation()
        awa = member(user("awa@exemple.invalid"), relay)
        bo = member(user("bo@exemple.invalid"), network)
        eve = member(user("eve@exemple.invalid"), other)
        person = make_person(relay)

    return Home


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def seen(table, who, subject=""):
    act_as(who, subject)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM journeys_{table}")
        return cursor.fetchone()[0]


def refused(rule, sql, *values):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        run(sql, *values)


def test_a_person_is_read_by_who_follows_them_and_by_themselves(home):
    other = make_person()

    assert seen("person", None) == 0
    assert seen("person", home.awa) == 1
    assert seen("person", home.bo) == seen("person", home.eve) == 0
    assert seen("person", None, f"person:{other.pk}") == 1
    assert seen("person", None, f"referral:{other.pk}") == 0


def test_no_referral_leaves_its_draft_without_an_agreement(home):
    draft = make_referral(home.person, home.relay, home.network, home.awa)
    send = "UPDATE journeys_referral SET state = 'envoyee', sent_at = now(), next_action = 'repondre' WHERE id = %s"

    act_as(home.awa)
    refused("agreement", send, draft.pk)
    agree(home.person, Aim.ORIENTATION, home.network)
    act_as(home.awa)
    assert run(send, draft.pk) == 1
    assert seen("person", home.bo) == seen("referral", home.bo) == 1
    assert seen("referral", home.eve) == 0


def test_an_organisation_refers_only_people_that_it_follows(home):
    with pytest.raises(IntegrityError, match="follows"), transaction.atomic():
        make_referral(make_person(), home.relay, home.network, home.awa)


@pytest.mark.parametrize(
    "change",
    [
        "next_action = ''",
        "next_action_at = NULL",
        "in_charge_id = NULL",
        "closed_at = now()",
        "mails = 4",
        "reminders = 3",
    ],
)
def test_an_open_referral_has_a_next_action_and_someone_in_charge(home, change):
    sent = make_referral(home.person, home.relay, home.network, home.awa, state=State.ENVOYEE)
    act_as(home.bo)
    refused("referral_", f"UPDATE journeys_referral SET {change} WHERE id = %s", sent.pk)


@pytest.mark.parametrize("state", ["brouillon", "aide", "rdv_fait"])
def test_a_referral_moves_as_the_table_says(home, state):
    sent = make_referral(home.person, home.relay, home.network, home.awa, state=State.ENVOYEE)
    act_as(home.bo)
    refused("cannot go", "UPDATE journeys_referral SET state = %s WHERE id = %s", state, sent.pk)


def test_a_withdrawal_shuts_the_file_at_once_and_cancels_what_waits(home):
    sent = make_referral(home.person, home.relay, home.network, home.awa, state=State.ENVOYEE)
    assert seen("referral", home.bo) == 1

    act_as(None, f"person:{home.person.pk}")
    run(
        "UPDATE journeys_consent SET withdrawn_at = %s WHERE aim = 'orientation' AND organisation_id = %s",
        NOW + timedelta(hours=1),
        home.network.pk,
    )

    assert seen("person", home.bo) == seen("referral", home.bo) == 0
    assert seen("person", home.awa) == seen("referral", home.awa) == 1
    with for_purpose(Purpose.FOLLOW_UP):
        sent.refresh_from_db()
    assert (sent.state, sent.next_action, sent.in_charge_id) == (State.ANNULEE, "", None)


def test_a_refused_structure_reads_on_for_thirty_days_and_no_more(home):
    sent = make_referral(home.person, home.relay, home.network, home.awa, state=State.ENVOYEE)
    act_as(home.bo)
    closed = "next_action = '', next_action_at = NULL, in_charge_id = NULL, closed_at = now()"
    run(
        f"UPDATE journeys_referral SET state = 'reorientee', moved_at = now(), {closed} WHERE id = %s",
        sent.pk,
    )
    assert seen("person", home.bo) == 1

    with for_purpose(Purpose.RETENTION):
        assert Follow.objects.get(organisation=home.network).until is not None
        Follow.objects.filter(organisation=home.network).update(until=NOW - timedelta(days=3000))
    assert seen("person", home.bo) == seen("referral", home.bo) == 0


def test_a_consent_stands_as_it_was_given(home):
    given = agree(home.person, Aim.PARTAGE)
    act_as(None, f"person:{home.person.pk}")
    refused(
        "stands",
        "UPDATE journeys_consent SET aim = 'suivi', organisation_id = %s WHERE id = %s",
        home.other.pk,
        given.pk,
    )
    assert run("UPDATE journeys_consent SET withdrawn_at = now() WHERE id = %s", given.pk) == 1
    refused("stands", "UPDATE journeys_consent SET withdrawn_at = NULL WHERE id = %s", given.pk)


def test_structures_see_one_another_only_when_the_person_agreed(home):
    make_referral(home.person, home.relay, home.network, home.awa, state=State.ENVOYEE)
    assert seen("follow", home.awa) == seen("follow", home.bo) == 1

    given = agree(home.person, Aim.PARTAGE)
    assert seen("follow", home.awa) == seen("follow", home.bo) == 2
    assert seen("follow", home.eve) == 0

    act_as(None, f"person:{home.person.pk}")
    Consent.objects.filter(pk=given.pk).update(withdrawn_at=NOW)
    assert seen("follow", home.awa) == 1


def test_every_move_is_logged_and_the_log_stays(home):
    sent = make_referral(home.person, home.relay, home.network, home.awa, state=State.RECUE)
    act_as(home.bo)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT from_state, to_state FROM journeys_referralevent WHERE referral_number = %s ORDER BY id",
            [sent.pk],
        )
        assert cursor.fetchall() == [("", "brouillon"), ("brouillon", "envoyee"), ("envoyee", "recue")]
    for sql in ("UPDATE journeys_referralevent SET via = 'job'", "DELETE FROM journeys_openingevent"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            run(sql)
    assert seen("referralevent", home.eve) == 0


def test_a_link_shows_its_referral_and_its_code_the_person(home):
    sent = make_referral(home.person, home.relay, home.network, home.awa, state=State.ENVOYEE)

    assert seen("referral", None, f"referral:{sent.pk}") == 1
    assert seen("person", None, f"referral:{sent.pk}") == 0
    assert seen("person", None, f"answer:{sent.pk}") == 1
