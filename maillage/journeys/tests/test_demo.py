"""The demo's people: every state, each marked as an example, written once, taken away whole."""

import time

import pytest
from django.utils import timezone

from maillage.accounts.actions import create_demo_accounts
from maillage.accounts.queries import demo_accounts
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys import demo
from maillage.journeys.models import CLOSED, Attendance, Person, Referral, State, Step
from maillage.journeys.tests.factories import act_as
from maillage.organisations.models import Membership
from maillage.organisations.tests.factories import make_banner, make_organisation


def seen(model):
    with for_purpose(Purpose.STATISTICS):
        return list(model.objects.order_by("pk"))


@pytest.mark.django_db
def test_the_demo_tells_every_state_once_and_is_forgotten_whole():
    for _commune, *names in demo.CITIES.values():
        for name in names:
            make_organisation(name=name, is_example=True)
    make_organisation(name=demo.FUNDER, is_example=True)
    banner = make_banner(slug=demo.BANNER)
    create_demo_accounts()

    with for_purpose(Purpose.ADMINISTRATION):
        began = time.process_time()
        assert demo.load_journeys(at=timezone.now()) == len(demo.LIVES)
        assert time.process_time() - began < 2
        assert demo.load_journeys(at=timezone.now()) == 0

    people, referrals = seen(Person), seen(Referral)
    assert all(one.is_example for one in [*people, *referrals])
    assert all(one.phone.startswith("+33639980") for one in people), "numbers of works of fiction"
    assert {row.state for row in referrals} == set(State.values)
    assert {bool(row.next_action) for row in referrals if row.state in CLOSED} == {False}
    assert {row.banner_id for row in referrals if row.coordinated} == {banner.pk}
    assert seen(Step)
    assert seen(Attendance)
    who = {account.kind: account.user for account in demo_accounts()}
    act_as(who["relay"])
    assert Person.objects.count() == len(demo.LIVES)
    act_as(who["coordinator"])
    assert Person.objects.count() == sum(life.state == State.SANS_REPONSE for life in demo.LIVES)
    act_as(who["funder"])
    assert Person.objects.count() == 0

    act_as(None)
    assert demo.forget_journeys() == len(demo.LIVES)
    assert seen(Person) == seen(Referral) == seen(Step) == []
    assert not Membership.objects.filter(user=who["relay"]).exists()
