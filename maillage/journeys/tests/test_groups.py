"""Groups of a structure: who keeps them, who is in them, who came; nobody else's people are ever seen in them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.timezone import localdate

from maillage.accounts.tests.people import signed_in
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import Aim, Attendance, Group, GroupMeeting, GroupMember
from maillage.journeys.tests.factories import act_as, agree, make_person
from maillage.journeys.tests.test_referrals import make_home

pytestmark = pytest.mark.django_db
LIST = "/espace/groupes/"
TODAY = localdate().isoformat()


@pytest.fixture
def home():
    found = make_home()
    agree(found.person, Aim.SUIVI, found.network)
    found.group = Group.objects.create(
        organisation=found.network, kind="promotion", name="Promotion d’hiver", starts_on=localdate()
    )
    found.meeting = GroupMeeting.objects.create(
        group=found.group, starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=2)
    )
    found.path = f"{LIST}{found.group.pk}/"
    return found


def attendances():
    with for_purpose(Purpose.RETENTION):
        return list(Attendance.objects.order_by("pk").values_list("person_id", "status"))


def members():
    with for_purpose(Purpose.RETENTION):
        return list(GroupMember.objects.order_by("pk").values_list("person_id", "left_on"))


def test_a_group_is_its_structure_s(home):
    clients = {
        "adviser": signed_in(home.bo), "relay": signed_in(home.awa), "network": signed_in(home.admin),
        "unproved": signed_in(home.bo, second_factor=False), "visitor": Client(),
    }  # fmt: skip
    gets = ["", "modifier/", f"seances/{home.meeting.pk}/"]
    posts = [
        "modifier/",
        "membres/",
        "seances/",
        f"seances/{home.meeting.pk}/",
        f"seances/{home.meeting.pk}/retirer/",
    ]
    answers = {"adviser": 200, "relay": 404, "network": 403, "unproved": 302, "visitor": 302}
    for who, client in clients.items():
        assert [client.get(home.path + part).status_code for part in gets] == [answers[who]] * len(gets), who
        if who != "adviser":
            refused = {"unproved": 403}.get(who, answers[who])
            got = [client.post(home.path + part, {"ajouter": home.person.pk}).status_code for part in posts]
            assert got == [refused] * len(posts), who
    assert "Promotion d’hiver" not in clients["relay"].get(LIST).text
    assert clients["relay"].get(f"{LIST}nouveau/").status_code == 200
    assert clients["network"].get(f"{LIST}nouveau/").status_code == 403
    assert (members(), attendances(), GroupMeeting.objects.count()) == ([], [], 1)


def test_a_group_is_made_changed_and_ended(home):
    client = signed_in(home.bo)
    said = {"structure": home.network.pk, "kind": "atelier", "name": "<b>Prix</b>", "starts_on": TODAY}
    assert client.post(f"{LIST}nouveau/", {**said, "name": " "}).status_code == 422
    assert client.post(f"{LIST}nouveau/", {**said, "ends_on": "2020-01-01"}).status_code == 422
    assert client.post(f"{LIST}nouveau/", {**said, "structure": home.relay.pk}).status_code == 422
    made = client.post(f"{LIST}nouveau/", said).url
    assert "&lt;b&gt;Prix" in client.get(made).text
    assert client.post(f"{made}modifier/", {**said, "name": "Prix", "version": 1}).status_code == 302
    late = client.post(f"{made}modifier/", {**said, "name": "Autre", "version": 1})
    assert late.status_code == 409
    assert "« Prix »" in late.text
    assert 'value="Autre"' in late.text
    yesterday = (localdate() - timedelta(days=1)).isoformat()
    over = {**said, "name": "Prix", "starts_on": yesterday, "ends_on": yesterday, "version": 2}
    assert client.post(f"{made}modifier/", over).status_code == 302
    assert "Prix" not in client.get(LIST).text
    assert "Prix" in client.get(f"{LIST}?termines=1").text


def test_people_join_come_and_leave_in_one_click_each(home):
    client = signed_in(home.bo)
    stranger = make_person(home.relay, first_name="Inconnue")
    found = client.post(home.path, {"qui": "mariam"})
    assert "Mariam Koné" in found.text
    assert "Inconnue" not in client.post(home.path, {"qui": "inconnue"}).text.replace('value="inconnue"', "")
    sheet = f"{home.path}seances/{home.meeting.pk}/"
    assert client.post(sheet, {"personne": home.person.pk, "statut": "present"}).status_code == 422
    assert client.post(f"{home.path}membres/", {"ajouter": stranger.pk}).status_code == 404
    for _ in range(2):
        assert client.post(f"{home.path}membres/", {"ajouter": home.person.pk}).status_code == 302
    assert members() == [(home.person.pk, None)]
    assert (
        "Mariam"
        not in client.post(home.path, {"qui": "mariam"}).text.split("card-ma mt-3")[1].split("</form>")[0]
    )
    for status in ("absent", "present", "autre", "present"):
        assert client.post(sheet, {"personne": home.person.pk, "statut": status}).status_code == 302
    assert attendances() == [(home.person.pk, "present")]
    assert "1 présence sur 1" in client.get(sheet).text
    assert "1 présence" in client.get(home.path).text
    client.post(sheet, {"personne": home.person.pk, "statut": ""})
    assert attendances() == []
    client.post(sheet, {"personne": home.person.pk, "statut": "present"})
    client.post(f"{home.path}membres/", {"retirer": home.person.pk})
    assert members() == [(home.person.pk, localdate())]  # what they came to stays
    client.post(f"{home.path}membres/", {"ajouter": home.person.pk})
    assert members() == [(home.person.pk, None)]

    assert client.post(f"{home.path}seances/", {"day": TODAY}).status_code == 422
    meeting = {"day": TODAY, "hour": "9:00", "minutes": "120", "title": "Prix"}
    made = {client.post(f"{home.path}seances/", meeting).url for _ in range(2)}
    assert len(made) == 1
    other = made.pop()
    client.post(f"{home.path}membres/", {"ajouter": home.person.pk})
    assert client.post(f"{other}retirer/").status_code == 302
    assert GroupMeeting.objects.count() == 1


def test_who_takes_back_their_agreement_is_in_no_group_and_others_see_nobody(home):
    client = signed_in(home.bo)
    client.post(f"{home.path}membres/", {"ajouter": home.person.pk})
    client.post(f"{home.path}seances/{home.meeting.pk}/", {"personne": home.person.pk, "statut": "present"})

    def plain(table, who, subject=""):
        act_as(who, subject)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            return cursor.fetchone()[0]

    for table in ("journeys_groupmember", "journeys_attendance"):
        seen = [plain(table, who) for who in (home.bo, home.awa, home.dan, None)]
        assert (seen, plain(table, None, f"person:{home.person.pk}")) == ([1, 0, 0, 0], 1), table
    act_as(None)
    with for_purpose(Purpose.CONSENT):
        home.person.consents.filter(organisation=home.network).update(withdrawn_at=timezone.now())
    assert "Mariam" not in client.get(home.path).text
    assert "Mariam" not in client.get(f"{home.path}seances/{home.meeting.pk}/").text
    assert plain("journeys_groupmember", home.bo) == 0


def test_the_queries_of_a_sheet_are_fixed(home):
    client = signed_in(home.bo)
    sheet = f"{home.path}seances/{home.meeting.pk}/"
    counts = []
    for number in (1, 3):
        for _ in range(number):
            client.post(f"{home.path}membres/", {"ajouter": make_person(home.network).pk})
        for path in (sheet, home.path, LIST):
            with CaptureQueriesContext(connection) as found:
                client.get(path)
            counts.append(len(found))
    assert counts[:3] == counts[3:]
