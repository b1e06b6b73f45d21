"""A draft that waits for the person leaves by itself when they agree: once, as it is then, and never across a change of mind."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from maillage.accounts.tests.people import person as user
from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.core.models import OutgoingMail
from maillage.journeys.actions import referrals
from maillage.journeys.actions.agreed import leave_when_agreed
from maillage.journeys.actions.consents import answer_in_space, answer_request, ask_by_link, withdraw_all
from maillage.journeys.actions.moves import NotAllowedNow, ReferralTaken
from maillage.journeys.models import Aim, ConsentRequest, Referral, ReferralEvent, State, Terms
from maillage.journeys.queries.consents import RequestOver
from maillage.journeys.tests.factories import NOW, act_as, make_person, member
from maillage.organisations.models import Membership
from maillage.organisations.tests.factories import make_organisation

LATER = NOW + timedelta(hours=3)


class Waiting:
    """A relay has asked someone, by a link, whether their draft may go to a structure."""

    def __init__(self):
        self.relay, self.network = make_organisation(), make_organisation(name="Réseau B")
        self.awa = member(user("awa@exemple.invalid"), self.relay)
        self.bo = member(user("bo@exemple.invalid"), self.network, Membership.Kind.MANAGER)
        self.person = make_person(self.relay, first_name="Mariam", email="mariam@exemple.invalid")
        act_as(self.awa)
        self.draft = self.fill("Un camion")
        self.ask()

    def fill(self, reason):
        values = {"reason": reason, "phase": "", "freins": [], "urgency": "normale"}
        return referrals.create_referral(
            person_id=self.person.pk, to_organisation_id=self.network.pk, from_organisation_id=self.relay.pk, values=values,
            by=self.awa.pk, at=NOW,
        )  # fmt: skip

    def ask(self, *aims):
        wanted = [(Aim.ORIENTATION.value, self.network.pk), *aims]
        ask_by_link(
            self.person, organisation_id=self.relay.pk, label="M.", by=self.awa.pk, at=NOW, aims=wanted
        )
        leave_when_agreed(referral_id=self.draft.pk)
        act_as(None)
        self.token = re.findall(r"/accord/([^/\s]+)/", mails()[-1].text)[-1]

    @property
    def question(self):
        return f"orientation-{self.network.pk}"

    def answer(self, *agreed):
        return answer_request(token=self.token, agreed=agreed, language="fr", at=LATER)


@pytest.fixture
def waiting(db, settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    return Waiting()


@pytest.fixture
def committed(bare_database, settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    with transaction.atomic():
        return Waiting()


def mails():
    with for_purpose(Purpose.MAIL):
        return list(OutgoingMail.objects.order_by("pk"))


def now_of(waiting):
    with for_purpose(Purpose.FOLLOW_UP):
        return Referral.objects.get(pk=waiting.draft.pk)


def test_it_leaves_when_the_person_agrees_and_the_relay_is_told(waiting):
    waiting.answer(waiting.question)

    row = now_of(waiting)
    assert (row.state, row.sent_at, row.in_charge_id) == (State.ENVOYEE, LATER, waiting.bo.pk)
    with for_purpose(Purpose.FOLLOW_UP):
        moves = list(ReferralEvent.objects.order_by("pk").values_list("to_state", "via", "user_number"))
    assert moves == [("brouillon", "web", waiting.awa.pk), ("envoyee", "person", None)]
    told = mails()[-1]
    assert told.to == waiting.awa.email
    assert (
        "vers Réseau B, qui attendait cet accord, vient de partir : réponse sous 5 jours ouvrés" in told.text
    )
    assert "Mariam" not in told.text
    with pytest.raises(RequestOver):
        waiting.answer(waiting.question)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'journeys.announce'")
        assert cursor.fetchone() == (1,)


def test_it_leaves_as_well_when_the_person_agrees_in_their_own_space(waiting):
    with for_purpose(Purpose.CONSENT):
        request = ConsentRequest.objects.get()
    act_as(None, f"person:{waiting.person.pk}")
    assert answer_in_space(request_id=request.pk, person_id=waiting.person.pk, yes=True, at=LATER)
    assert not answer_in_space(request_id=request.pk, person_id=waiting.person.pk, yes=True, at=LATER)
    assert now_of(waiting).state == State.ENVOYEE


def test_a_no_keeps_the_draft_which_waits_no_more(waiting):
    waiting.answer()
    row = now_of(waiting)
    assert (row.state, row.leaves_when_agreed) == (State.BROUILLON, False)
    assert "a dit non" in mails()[-1].text


def test_a_yes_to_something_else_leaves_it_waiting(waiting):
    act_as(waiting.awa)
    other = [(Aim.PARTAGE.value, None)]
    ask_by_link(
        waiting.person, organisation_id=waiting.relay.pk, label="", by=waiting.awa.pk, at=NOW, aims=other
    )
    first, waiting.token = waiting.token, re.findall(r"/accord/([^/\s]+)/", mails()[-1].text)[-1]
    act_as(None)
    waiting.answer("partage-0")
    assert (now_of(waiting).state, now_of(waiting).leaves_when_agreed) == (State.BROUILLON, True)
    waiting.token = first
    waiting.answer(waiting.question)
    assert now_of(waiting).state == State.ENVOYEE


def test_a_draft_filled_anew_waits_only_if_asked_again_and_leaves_as_it_is_then(waiting):
    act_as(waiting.awa)
    assert waiting.fill("Deux camions").pk == waiting.draft.pk
    assert not now_of(waiting).leaves_when_agreed
    leave_when_agreed(referral_id=waiting.draft.pk)
    act_as(None)
    waiting.answer(waiting.question)
    assert (now_of(waiting).state, now_of(waiting).reason) == (State.ENVOYEE, "Deux camions")


def test_a_draft_that_nobody_asked_to_send_stays(waiting):
    act_as(waiting.awa)
    waiting.fill("Trois camions")
    act_as(None)
    waiting.answer(waiting.question)
    assert now_of(waiting).state == State.BROUILLON
    assert "peut partir" in mails()[-1].text


def test_a_structure_that_has_closed_its_door_meanwhile_gets_nothing_and_the_relay_is_told_why(waiting):
    Terms.objects.create(organisation=waiting.network, is_open=False)
    [given] = waiting.answer(waiting.question)
    row = now_of(waiting)
    assert (given.aim, row.state, row.leaves_when_agreed) == (Aim.ORIENTATION, State.BROUILLON, False)
    assert "n’a pas pu partir : Cette structure ne reçoit pas" in mails()[-1].text


def test_a_cancelled_draft_or_one_whose_person_took_everything_back_stays_where_it_is(waiting):
    act_as(None, f"person:{waiting.person.pk}")
    withdraw_all(person_id=waiting.person.pk, at=NOW)
    act_as(None)
    assert now_of(waiting).state == State.ANNULEE
    waiting.answer(waiting.question)
    assert now_of(waiting).state == State.ANNULEE
    act_as(waiting.awa)
    with pytest.raises(NotAllowedNow):
        leave_when_agreed(referral_id=waiting.draft.pk)


def at_once(first, second):
    """Do `first`, and before its transaction ends begin `second`, which must wait; what each raised, by name."""
    done, raised = threading.Event(), {}

    def run(number, who, do, before_the_end=None):
        try:
            with acting_as(who):
                do()
                if before_the_end:
                    before_the_end()
        except Exception as error:
            raised[number] = type(error)
        finally:
            connections.close_all()

    def wait_for_the_other():
        done.set()
        later.join(0.4)
        assert later.is_alive(), "the second one waits for the end of the first"

    later = threading.Thread(target=lambda: (done.wait(10), run(2, *second)))
    sooner = threading.Thread(target=run, args=(1, *first, wait_for_the_other))
    sooner.start()
    later.start()
    sooner.join()
    later.join()
    return raised


def outcome(waiting):
    with acting_as(None, purpose=Purpose.FOLLOW_UP):
        left = ReferralEvent.objects.filter(to_state="envoyee").count()
        return Referral.objects.get(pk=waiting.draft.pk).state, left


def test_agreeing_while_the_relay_cancels_sends_nothing(committed):
    def cancel():
        referrals.cancel_referral(referral_id=committed.draft.pk, by=committed.awa.pk, at=LATER)

    def agree():
        committed.answer(committed.question)

    assert at_once((committed.awa.pk, cancel), (None, agree)) == {}
    assert outcome(committed) == (State.ANNULEE, 0)


def test_cancelling_while_the_person_agrees_is_told_that_it_has_left(committed):
    def cancel():
        shown = committed.draft.version + 1  # as the page of before showed it, waiting
        referrals.cancel_referral(
            referral_id=committed.draft.pk, by=committed.awa.pk, at=LATER, version=shown
        )

    def agree():
        committed.answer(committed.question)

    assert at_once((None, agree), (committed.awa.pk, cancel)) == {2: ReferralTaken}
    assert outcome(committed) == (State.ENVOYEE, 1)


def test_agreeing_twice_at_once_sends_it_once(committed):
    def agree():
        committed.answer(committed.question)

    assert at_once((None, agree), (None, agree)) == {2: RequestOver}
    assert outcome(committed) == (State.ENVOYEE, 1)
