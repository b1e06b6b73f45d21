"""Referrals as people move them: drafted, sent, taken, answered, passed on, ended; each with a next action and someone in charge."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from maillage.accounts.tests.people import person as user
from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.core.models import OutgoingMail
from maillage.journeys.actions import referrals as actions
from maillage.journeys.actions.moves import NotAllowedNow, ReferralTaken
from maillage.journeys.models import CLOSED, OPEN, Aim, Follow, NextAction, Referral, State, Terms
from maillage.journeys.queries.in_charge import person_in_charge
from maillage.journeys.queries.transitions import may_follow, transitions
from maillage.journeys.tests.factories import NOW, act_as, agree, make_person, make_referral, member
from maillage.organisations.models import Duty, Membership
from maillage.organisations.tests.factories import NANTES, make_banner, make_organisation

SAID = {"reason": "Un camion de cuisine", "phase": "idee", "freins": ["garde-enfant"], "urgency": "normale"}


@pytest.fixture
def home(settings):
    """A relay and two networks with their people, the network's administration, and a person whom the relay follows."""
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    return make_home()


def make_home():
    class Home:
        relay, network, other = make_organisation(), make_organisation(name="Réseau B"), make_organisation()
        awa = member(user("awa@exemple.invalid"), relay)
        bo = member(user("bo@exemple.invalid"), network)
        cy = member(user("cy@exemple.invalid"), network, Membership.Kind.MANAGER)
        dan = member(user("dan@exemple.invalid"), other)
        admin = user("reseau@exemple.invalid", ("network",))
        person = make_person(relay, first_name="Mariam", last_name="Koné", commune_id=NANTES)

    return Home


def draft(home, **changes):
    act_as(home.awa)
    return actions.create_referral(
        person_id=home.person.pk,
        to_organisation_id=home.network.pk,
        from_organisation_id=home.relay.pk,
        values={**SAID, **changes},
        by=home.awa.pk,
        at=NOW,
    )


def sent(home):
    row = draft(home)
    agree(home.person, Aim.ORIENTATION, home.network)
    act_as(home.awa)
    return actions.send_referral(referral_id=row.pk, by=home.awa.pk, at=NOW)


def do(action, row, who, **values):
    act_as(who)
    return getattr(actions, action)(referral_id=row.pk, by=who.pk, at=NOW + timedelta(hours=1), **values)


@pytest.mark.django_db
def test_a_referral_goes_from_its_draft_to_its_outcome_and_each_state_says_what_comes_next(home):
    row = draft(home)
    assert (row.state, row.initials, row.in_charge_id) == (State.BROUILLON, "M. K.", home.awa.pk)
    assert draft(home, reason="Un food truck").pk == row.pk  # the draft is kept, filled anew

    agree(home.person, Aim.ORIENTATION, home.network)
    seen = [
        do(action, row, who, **values)
        for action, who, values in (
            ("send_referral", home.awa, {}),
            ("receive_referral", home.bo, {}),
            ("accept_referral", home.bo, {}),
            ("record_outcome", home.bo, {"state": State.ABSENT}),
            ("record_outcome", home.bo, {"state": State.RDV_FAIT}),
            ("record_outcome", home.bo, {"state": State.AIDE, "note": "Immatriculée"}),
        )
    ]

    assert [(one.state, one.next_action, one.in_charge_id) for one in seen] == [
        (State.ENVOYEE, NextAction.REPONDRE, home.cy.pk),  # the manager, until someone takes it
        (State.RECUE, NextAction.REPONDRE, home.bo.pk),
        (State.ACCEPTEE, NextAction.FIXER_RDV, home.bo.pk),
        (State.ABSENT, NextAction.FIXER_RDV, home.bo.pk),
        (State.RDV_FAIT, NextAction.NOTER_ISSUE, home.bo.pk),
        (State.AIDE, "", None),
    ]
    assert all(one.next_action_at > NOW for one in seen[:-1])
    with for_purpose(Purpose.FOLLOW_UP):
        assert Follow.objects.get(person=home.person, organisation=home.network).referent_id == home.bo.pk
    told = [mail for mail in everyone_mail() if mail.to == home.awa.email]
    assert len(told) == 4
    assert not any("Mariam" in mail.text or "Koné" in mail.text for mail in told)


def everyone_mail():
    with for_purpose(Purpose.MAIL):
        return list(OutgoingMail.objects.order_by("pk"))


@pytest.mark.django_db
def test_nothing_leaves_without_the_agreement_of_the_person(home):
    row = draft(home)
    with pytest.raises(actions.ConsentMissing):
        do("send_referral", row, home.awa)
    given = agree(home.person, Aim.ORIENTATION, home.network)
    act_as(None, f"person:{home.person.pk}")
    given.withdrawn_at = NOW
    given.save()
    with pytest.raises((actions.ConsentMissing, NotAllowedNow)):
        do("send_referral", row, home.awa)


@pytest.mark.django_db
def test_only_a_followed_person_is_referred_to_another_open_structure_once(home):
    def create(person=home.person, to=home.network, sender=home.relay):
        act_as(home.awa)
        return actions.create_referral(
            person_id=person.pk,
            to_organisation_id=to.pk,
            from_organisation_id=sender.pk,
            values=SAID,
            by=home.awa.pk,
            at=NOW,
        )

    with pytest.raises(NotAllowedNow):
        create(person=make_person(home.other))
    agree(home.person, Aim.SUIVI, home.other)
    with pytest.raises(NotAllowedNow):
        create(sender=home.other)  # not a structure of theirs
    with pytest.raises(actions.NothingReceived):
        create(to=home.relay)
    Terms.objects.create(organisation=home.other, is_open=False)
    with pytest.raises(actions.NothingReceived):
        create(to=home.other)
    unknown = make_referral(home.person, home.other, home.network, home.dan)  # another's draft says nothing
    row = sent(home)
    assert row.state == State.ENVOYEE
    with pytest.raises(actions.AlreadyReferred):
        do("send_referral", unknown, home.dan)
    again = create()
    with pytest.raises(actions.AlreadyReferred):
        do("send_referral", again, home.awa)


@pytest.mark.django_db
def test_who_comes_second_is_told_who_has_it(home):
    row = sent(home)
    shown = row.version
    do("receive_referral", row, home.bo, version=shown)
    with pytest.raises(ReferralTaken, match=str(home.bo)):
        do("receive_referral", row, home.cy, version=shown)

    # seen as a colleague's, it may be taken over
    with for_purpose(Purpose.FOLLOW_UP):
        row.refresh_from_db()
    assert do("receive_referral", row, home.cy, version=row.version).in_charge_id == home.cy.pk

    do("accept_referral", row, home.bo)
    assert do("accept_referral", row, home.bo).in_charge_id == home.bo.pk
    with pytest.raises(ReferralTaken, match=str(home.bo)):
        do("accept_referral", row, home.cy)
    with pytest.raises(ReferralTaken):
        do("refuse_referral", row, home.cy, reason="complet", version=shown)


@pytest.mark.django_db
def test_a_refusal_has_a_reason_and_goes_back_to_the_sender(home):
    row = sent(home)
    for reason, note in (("", ""), ("inconnue", ""), ("autre", "  ")):
        with pytest.raises(NotAllowedNow):
            do("refuse_referral", row, home.bo, reason=reason, note=note)

    row = do("refuse_referral", row, home.bo, reason="hors-zone")
    assert (row.next_action, row.in_charge_id) == (NextAction.PREVENIR_PERSONNE, home.awa.pk)

    # who refused is named, not who has it now
    with pytest.raises(ReferralTaken, match=str(home.bo)):
        do("refuse_referral", row, home.cy, reason="complet", version=row.version - 1)
    row = do("note_person_told", row, home.awa)
    assert (row.next_action, row.person_told_at) == (NextAction.PROPOSER_SUITE, NOW + timedelta(hours=1))

    # they may change their mind
    assert do("accept_referral", row, home.bo).refusal_reason == ""


@pytest.mark.django_db
def test_passed_on_it_leaves_at_once_if_the_person_agreed_else_waits_with_the_sender(home):
    row = sent(home)
    third = make_organisation()
    new = do(
        "pass_on_referral", row, home.bo, to_organisation_id=home.other.pk, service_id=None, note="Plus près"
    )
    assert (new.state, new.from_organisation_id, new.in_charge_id, new.previous_id) == (
        State.BROUILLON, home.relay.pk, home.awa.pk, row.pk,
    )  # fmt: skip

    agree(home.person, Aim.ORIENTATION, home.other)
    agree(home.person, Aim.ORIENTATION, third)
    new = do("send_referral", new, home.awa)
    again = do("pass_on_referral", new, home.dan, to_organisation_id=third.pk, service_id=None)
    assert (again.state, again.in_charge_id) == (State.ENVOYEE, home.awa.pk)  # the third has nobody here
    with for_purpose(Purpose.FOLLOW_UP):
        assert [one.state for one in Referral.objects.order_by("pk")] == [
            "reorientee",
            "reorientee",
            "envoyee",
        ]


@pytest.mark.django_db
def test_someone_is_in_charge_whoever_has_left(home):
    banner = make_banner()
    duty = user("astreinte@exemple.invalid")
    Duty.objects.create(banner=banner, user=duty, period=(NOW.date(), NOW.date() + timedelta(days=7)))
    row = sent(home)
    assert row.banner_id == banner.pk

    def charge():
        act_as(home.awa)
        with for_purpose(Purpose.FOLLOW_UP):
            row.refresh_from_db()
        return person_in_charge(row, State.ENVOYEE, NOW.date())

    found = [charge()]
    for leaving in (home.cy, home.bo, home.awa):
        Membership.objects.filter(user=leaving).delete()
        found.append(charge())
    Duty.objects.all().delete()
    found.append(charge())
    assert found == [home.cy.pk, home.bo.pk, home.awa.pk, duty.pk, home.admin.pk]


@pytest.mark.django_db
def test_what_waits_for_an_answer_is_not_postponed(home):
    row = sent(home)
    with pytest.raises(NotAllowedNow):
        do("postpone_referral", row, home.bo, days=3)
    do("accept_referral", row, home.bo)
    with pytest.raises(NotAllowedNow):
        do("postpone_referral", row, home.bo, days=200)
    row = do("postpone_referral", row, home.bo, days=3)
    assert (row.next_action_at - NOW).days >= 3


@pytest.mark.django_db
def test_strangers_move_nothing(home):
    row = sent(home)
    for action, values in (
        ("receive_referral", {}),
        ("accept_referral", {}),
        ("refuse_referral", {"reason": "complet"}),
        ("pass_on_referral", {"to_organisation_id": home.other.pk, "service_id": None}),
        ("cancel_referral", {}),
        ("record_outcome", {"state": "injoignable"}),
        ("postpone_referral", {"days": 1}),
    ):
        with pytest.raises(NotAllowedNow):
            do(action, row, home.dan, **values)


@pytest.mark.django_db
def test_every_open_state_can_end_and_no_closed_state_opens_again():
    known = transitions()
    assert set(known) | {s for after in known.values() for s in after} == {"", *State.values}
    for state in OPEN:
        assert known[state] & set(CLOSED), state
    assert not any(may_follow(closed, state) for closed in CLOSED for state in OPEN)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["'; DROP TABLE journeys_referral; --", "م" * 1000, "😀" * 500, "<script>x</script>"]
)
def test_hostile_words_are_words(home, text):
    assert draft(home, reason=text[:1000]).reason == text[:1000]


def test_two_advisers_accept_at_once_one_wins_and_the_other_is_told(own_database):
    with transaction.atomic():
        home = make_home()
        row = make_referral(home.person, home.relay, home.network, home.cy, state=State.ENVOYEE)
    outcomes, ready = {}, threading.Barrier(2)

    def accept(who):
        try:
            with acting_as(who.pk):
                ready.wait()
                actions.accept_referral(referral_id=row.pk, by=who.pk, at=NOW)
                outcomes[who.pk] = "accepted"
        except ReferralTaken as error:
            outcomes[who.pk] = str(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=accept, args=[who]) for who in (home.bo, home.cy)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with acting_as(None, purpose=Purpose.FOLLOW_UP):
        found = Referral.objects.get(pk=row.pk)
    winner, loser = (home.bo, home.cy) if found.in_charge_id == home.bo.pk else (home.cy, home.bo)
    assert outcomes == {winner.pk: "accepted", loser.pk: f"{winner} a déjà accepté cette orientation."}
    connection.close()
