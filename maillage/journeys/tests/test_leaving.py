"""Who leaves a structure leaves, at that moment, what they had in charge there; tried in plain SQL under the web role."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from maillage.accounts.actions import delete_account
from maillage.accounts.tests.people import person as user
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import Follow, Referral, State
from maillage.journeys.queries.in_charge import person_in_charge
from maillage.journeys.tests.factories import act_as, make_person, make_referral, member
from maillage.organisations.models import Duty, Membership
from maillage.organisations.tests.factories import make_banner, make_organisation

pytestmark = pytest.mark.django_db
CASES = ("a colleague", "the referent", "nobody here", "nobody here, closed account", "nobody at all")
STATES = (State.BROUILLON, State.ENVOYEE, State.ACCEPTEE, State.SANS_REPONSE, State.REFUSEE)


@pytest.fixture
def places():
    class Places:
        relay, network = make_organisation(), make_organisation()
        awa = member(user("awa@exemple.invalid"), relay)
        lea = member(user("lea@exemple.invalid"), network)
        cy = member(user("cy@exemple.invalid"), network, Membership.Kind.MANAGER)
        bo = member(user("bo@exemple.invalid"), network)
        coordinator = user("coordo@exemple.invalid")
        admin = user("reseau@exemple.invalid", ("network",))
        banner = make_banner()
        person = make_person(relay, network)

    day = timezone.localdate()
    Duty.objects.create(
        banner=Places.banner, user=Places.coordinator, period=(day, day + timedelta(days=2)), rank=1
    )
    return Places


def in_charge(places, who, state, **fields):
    if state == State.REFUSEE:
        fields["refusal_reason"] = "complet"
    return make_referral(
        places.person, places.relay, places.network, who, state=state, from_user=places.awa, banner=places.banner, **fields,
    )  # fmt: skip


def leave(who, organisation):
    """The place of `who` ends, in plain SQL, whoever asks for it."""
    act_as(None)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM organisations_membership WHERE user_id = %s AND organisation_id = %s",
            [who.pk, organisation.pk],
        )
        cursor.execute("SELECT current_user, maillage_purpose()")
        assert cursor.fetchone() == ("maillage_web", ""), "the rule gives back the purpose that it took"


def now_of(row):
    with for_purpose(Purpose.FOLLOW_UP):
        return Referral.objects.get(pk=row.pk)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("case", CASES)
def test_what_was_theirs_is_at_once_someone_elses_the_one_whom_a_move_would_choose(places, case, state):
    leaver, organisation = (
        (places.awa, places.relay) if state == State.BROUILLON else (places.lea, places.network)
    )
    row = in_charge(places, leaver, state)
    if case == "the referent":
        with for_purpose(Purpose.RETENTION):
            Follow.objects.filter(person=places.person, organisation=places.network).update(
                referent=places.bo
            )
    if case.startswith("nobody"):
        Membership.objects.filter(organisation=places.network).exclude(user=places.lea).delete()
        Membership.objects.exclude(user=leaver).filter(organisation=places.relay).delete()
    if "closed" in case:
        with for_purpose(Purpose.ADMINISTRATION):
            places.coordinator.is_active = False
            places.coordinator.save()
    if case == "nobody at all":
        Duty.objects.all().delete()

    leave(leaver, organisation)

    after = now_of(row)
    assert after.in_charge_id != leaver.pk
    assert after.in_charge_id == person_in_charge(after, state, timezone.localdate())
    assert (after.state, after.next_action, after.version) == (row.state, row.next_action, row.version + 1)


def test_what_is_not_theirs_by_that_structure_stays(places):
    member(places.lea, places.relay)
    both = in_charge(places, places.lea, State.ENVOYEE)
    ended = in_charge_elsewhere(places)
    leave(places.lea, places.network)
    assert now_of(both).in_charge_id == places.lea.pk  # of the sender still
    assert now_of(ended).in_charge_id == places.awa.pk
    leave(places.lea, places.relay)
    assert now_of(both).in_charge_id == places.cy.pk


def in_charge_elsewhere(places):
    return make_referral(make_person(places.relay), places.relay, places.network, places.awa)


def test_a_coordinator_who_leaves_a_structure_keeps_what_the_rota_gave_them(places):
    member(places.coordinator, places.network)
    row = in_charge(places, places.coordinator, State.SANS_REPONSE, coordinated=True)
    leave(places.coordinator, places.network)
    assert now_of(row).in_charge_id == places.coordinator.pk


def test_an_ended_referral_is_nobodys_and_a_structure_without_anybody_left_keeps_the_last_name(places):
    with for_purpose(Purpose.ADMINISTRATION):
        Membership.objects.exclude(user=places.lea).delete()
        Duty.objects.all().delete()
        places.admin.is_active = False
        places.admin.save()
    row = in_charge(places, places.lea, State.ACCEPTEE)
    leave(places.lea, places.network)
    assert now_of(row).in_charge_id == places.lea.pk  # the database asks for a name: there is no other


@pytest.mark.parametrize("who", ["lea", "coordinator", "admin"])
def test_who_deletes_their_account_leaves_what_they_had_in_charge(places, who):
    leaver = getattr(places, who)
    state = State.ENVOYEE if who == "lea" else State.SANS_REPONSE
    row = in_charge(places, leaver, state, coordinated=who == "coordinator")
    other = user("autre@exemple.invalid", ("network",))
    act_as(leaver)

    delete_account(user=leaver)

    after = now_of(row)
    assert after.in_charge_id not in {None, leaver.pk}
    assert after.in_charge_id == {"lea": places.cy.pk, "admin": places.coordinator.pk}.get(who, places.awa.pk)
    assert other.pk != after.in_charge_id
    check_as_the_commit_does()


def check_as_the_commit_does():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_deleted_account_unsigns_what_row_security_hides_from_it(places):
    row = in_charge(places, places.lea, State.ENVOYEE)
    with for_purpose(Purpose.RETENTION):
        Follow.objects.filter(person=places.person, organisation=places.relay).update(referent=places.awa)
    leave(places.awa, places.relay)
    act_as(places.awa)
    assert not Referral.objects.filter(pk=row.pk).exists()

    delete_account(user=places.awa)

    check_as_the_commit_does()
    assert (now_of(row).from_user_id, now_of(row).in_charge_id) == (None, places.lea.pk)


def test_the_rule_of_deleted_accounts_forgets_no_column():
    columns = """
        SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confrelid = 'accounts_user'::regclass AND c.conrelid::regclass::text LIKE 'journeys\\_%'
    """
    with connection.cursor() as cursor:
        cursor.execute(columns)
        found = cursor.fetchall()
        cursor.execute("SELECT pg_get_functiondef('journeys_account_deleted'::regproc)")
        (rule,) = cursor.fetchone()
    assert len(found) >= 11
    assert [(table, name) for table, name in found if f"UPDATE {table} SET {name} =" not in rule] == []
