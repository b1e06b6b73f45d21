"""Two files of one person made one: nothing of either is lost, and nobody reads more than before but of the one person."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from maillage.accounts.tests.people import person as user
from maillage.accounts.tests.people import signed_in
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.actions.merging import NotTwoFiles, merge_people
from maillage.journeys.models import (
    Aim,
    Appointment,
    Attendance,
    Consent,
    Follow,
    Frein,
    Group,
    GroupMeeting,
    GroupMember,
    Note,
    OpeningEvent,
    Person,
    Referral,
    ReferralEvent,
    State,
    Step,
)
from maillage.journeys.queries.mine import openings
from maillage.journeys.tests.factories import act_as, agree, make_person, make_referral, member
from maillage.organisations.tests.factories import NANTES, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    now = timezone.now()

    class Home:
        at = now
        relay, network, third = make_organisation(), make_organisation(), make_organisation()
        awa = member(user("awa@exemple.invalid"), relay)
        bo = member(user("bo@exemple.invalid"), network)
        cy = member(user("cy@exemple.invalid"), third)
        kept = make_person(
            relay, third, first_name="Mariam", phone="+33612345678", created_at=now - timedelta(days=20)
        )
        other = make_person(
            relay, first_name="Mariam", last_name="Koné", phone="+33612345679", email="m@exemple.invalid", commune_id=NANTES,
            birth_year=1994, languages=["ar"], created_at=now - timedelta(days=40),
        )  # fmt: skip

    return Home


def counts(people):
    """How many rows of each table are of `people`."""
    found = {}
    with for_purpose(Purpose.RETENTION):
        for model in (Consent, Referral, Step, Note, Appointment, Frein):
            found[model.__name__] = model.objects.filter(person__in=people).count()
    return found


def fill(home):
    for person, day in ((home.kept, 5), (home.other, 9)):
        with for_purpose(Purpose.RETENTION):
            whose = {"person": person, "organisation": home.relay}
            Step.objects.create(**whose, kind="diagnostic", on=home.at.date() - timedelta(days=day))
            Note.objects.create(**whose, body=f"Note {day}")
            Appointment.objects.create(**whose, starts_at=home.at, ends_at=home.at + timedelta(hours=1))
            Frein.objects.create(**whose, brake="mobilite", raised_on=home.at.date() - timedelta(days=day))
            group = Group.objects.get_or_create(
                organisation=home.relay, kind="atelier", name="Atelier", starts_on=home.at.date()
            )[0]
            meeting = GroupMeeting.objects.get_or_create(
                group=group,
                title="Une",
                defaults={"starts_at": home.at, "ends_at": home.at + timedelta(hours=1)},
            )[0]
            GroupMember.objects.create(
                group=group, person=person, joined_on=home.at.date() - timedelta(days=day)
            )
            Attendance.objects.create(
                meeting=meeting, person=person, status="absent" if day == 5 else "present"
            )
    act_as(home.awa)
    OpeningEvent.objects.bulk_create(
        OpeningEvent(person_number=one.pk, user_number=home.awa.pk, why="Appel")
        for one in (home.kept, home.other)
    )
    act_as(None)


def test_nothing_is_lost_when_two_files_become_one(home):
    fill(home)
    agree(home.other, Aim.PARTAGE)
    before = counts([home.kept, home.other])

    act_as(home.awa)
    one = merge_people(
        kept_id=home.kept.pk,
        other_id=home.other.pk,
        organisation_id=home.relay.pk,
        by=home.awa.pk,
        at=home.at,
    )
    act_as(None)

    after = counts([one])
    assert after == before | {
        "Note": before["Note"] + 1,
        "Frein": 1,
    }  # a note says the other number; one brake, not two
    with for_purpose(Purpose.RETENTION):
        assert not Person.objects.filter(pk=home.other.pk).exists()
        person = Person.objects.get(pk=one.pk)
        assert (person.phone, person.email, person.last_name, person.commune_id, person.birth_year, person.languages) == (
            "+33612345679", "m@exemple.invalid", "Koné", NANTES, 1994, ["ar"],
        )  # fmt: skip
        assert person.created_at == home.other.created_at
        assert "06 12 34 56 78" in Note.objects.filter(person=one, author=home.awa).get().body
        assert Frein.objects.get(person=one).raised_on == home.at.date() - timedelta(days=9)
        assert GroupMember.objects.get(person=one).joined_on == home.at.date() - timedelta(days=9)
        assert Attendance.objects.get(person=one).status == "present"
        live = Consent.objects.filter(person=one, withdrawn_at=None)
        assert sorted(live.values_list("aim", "organisation_id"), key=str) == sorted(
            [(Aim.SUIVI, home.relay.pk), (Aim.SUIVI, home.third.pk), (Aim.PARTAGE, None)], key=str
        )
        follows = Follow.objects.filter(person=one)
        assert {(one.organisation_id, one.until, one.shared) for one in follows} == {
            (home.relay.pk, None, True), (home.third.pk, None, True),
        }  # fmt: skip
    act_as(None, f"person:{one.pk}")
    assert len(openings(one.pk)) == 2  # who read the file that is gone is still told


def test_referrals_of_both_go_on_and_of_two_to_one_structure_the_furthest(home):
    far = make_referral(home.other, home.relay, home.network, home.bo, state=State.ACCEPTEE)
    near = make_referral(home.kept, home.relay, home.network, home.bo, state=State.ENVOYEE)
    drafts = [make_referral(one, home.relay, home.third, home.awa) for one in (home.kept, home.other)]
    with for_purpose(Purpose.CONSENT):
        twice = Consent.objects.filter(aim=Aim.ORIENTATION).count()
    assert twice == 2

    act_as(home.awa)
    one = merge_people(
        kept_id=home.kept.pk,
        other_id=home.other.pk,
        organisation_id=home.relay.pk,
        by=home.awa.pk,
        at=home.at,
    )
    act_as(None)

    with for_purpose(Purpose.FOLLOW_UP):
        states = dict(Referral.objects.filter(person=one).values_list("pk", "state"))
        assert states[far.pk] == State.ACCEPTEE
        assert states[near.pk] == State.ANNULEE
        assert sorted(states[row.pk] for row in drafts) == [State.ANNULEE, State.BROUILLON]
        assert Referral.objects.get(pk=far.pk).in_charge_id == home.bo.pk
        assert ReferralEvent.objects.filter(referral_number=far.pk).count() >= 2
    act_as(home.bo)
    assert Person.objects.filter(pk=one.pk).exists()
    assert Referral.objects.get(pk=far.pk).receiver_until is None
    # taken back, what is left of the agreement ends for good
    act_as(None, f"person:{one.pk}")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE journeys_consent SET withdrawn_at = now() WHERE organisation_id = %s AND withdrawn_at IS NULL",
            [home.network.pk],
        )
        assert cursor.rowcount == 1
    act_as(home.bo)
    assert not Person.objects.filter(pk=one.pk).exists()


def test_a_file_made_yesterday_brings_no_door_of_its_own(home):
    """Who would read everything of someone writes down a second file with their own number, then joins the two."""
    late = make_person(
        home.relay, first_name="Mariam", phone="+33698765432", email="moi@exemple.invalid", created_at=home.at
    )
    act_as(home.awa)
    one = merge_people(
        kept_id=late.pk, other_id=home.kept.pk, organisation_id=home.relay.pk, by=home.awa.pk, at=home.at
    )
    assert (one.phone, one.email) == ("+33612345678", "")


def test_only_who_follows_both_makes_them_one(home):
    act_as(home.cy)  # follows one of the two
    with pytest.raises(NotTwoFiles):
        merge_people(
            kept_id=home.kept.pk,
            other_id=home.other.pk,
            organisation_id=home.third.pk,
            by=home.cy.pk,
            at=home.at,
        )
    act_as(home.awa)
    with pytest.raises(NotTwoFiles):
        merge_people(
            kept_id=home.kept.pk,
            other_id=home.kept.pk,
            organisation_id=home.relay.pk,
            by=home.awa.pk,
            at=home.at,
        )
    act_as(None)
    path = f"/espace/personnes/{home.kept.pk}/reunir/"
    stranger = signed_in(home.cy)
    assert stranger.post(path, {"avec": home.other.pk, "yes": "1"}).status_code == 404
    assert signed_in(home.bo).get(path).status_code == 404
    client = signed_in(home.awa)
    assert "Comparer" in client.post(path, {"qui": "Mariam"}).text
    both = client.post(path, {"avec": home.other.pk}).text
    assert "+33612345678" in both
    assert "+33612345679" in both
    assert client.post(path, {"avec": home.other.pk, "yes": "1"}).url == f"/espace/personnes/{home.kept.pk}/"
    with for_purpose(Purpose.RETENTION):
        assert Person.objects.count() == 1
