"""Who opens a file is written down before the page leaves, and the person reads it; a file of people has its reason."""

import csv
import io

import pytest
from django.db import DatabaseError
from django.http import Http404
from django.test import RequestFactory

from maillage.accounts.tests.people import person as user
from maillage.accounts.tests.people import signed_in
from maillage.core.afterwards import afterwards
from maillage.core.errors import DomainError
from maillage.journeys import openings
from maillage.journeys.models import OpeningEvent, State
from maillage.journeys.queries.export import harmless
from maillage.journeys.tests.factories import act_as, make_person, make_referral, member
from maillage.organisations.models import Membership
from maillage.organisations.tests.factories import make_organisation

EXPORT = "/espace/personnes/exporter/"


@pytest.fixture
def home(db):
    class Home:
        relay, network, other = make_organisation(), make_organisation(), make_organisation()
        awa = member(user("awa@exemple.invalid"), relay)
        cy = member(user("cy@exemple.invalid"), network, Membership.Kind.MANAGER)
        eve = member(user("eve@exemple.invalid"), other)
        person = make_person(relay, first_name="Mariam", last_name="Koné")

    return Home


def opened(subject=None, who=None):
    act_as(who, f"person:{subject.pk}" if subject else "")
    rows = OpeningEvent.objects.order_by("pk")
    return list(rows.values_list("person_number", "user_number", "organisation_number", "why"))


def test_the_page_of_a_referral_is_written_down_and_the_person_reads_who_opened_it(home):
    sent = make_referral(home.person, home.relay, home.network, home.cy, state=State.ENVOYEE)
    page = f"/espace/orientations/{sent.pk}/"

    response = signed_in(home.cy).get(page)

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert signed_in(home.eve).get(page).status_code == 404
    assert opened(home.person) == [(home.person.pk, home.cy.pk, home.network.pk, f"Orientation n° {sent.pk}")]
    assert opened(who=home.eve) == []
    assert opened() == []


def test_no_log_no_page(home, monkeypatch):
    sent = make_referral(home.person, home.relay, home.network, home.cy, state=State.ENVOYEE)
    client = signed_in(home.cy)
    client.raise_request_exception = False

    def fail(*_args, **_values):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(openings.OpeningEvent.objects, "bulk_create", fail)
    answer = client.get(f"/espace/orientations/{sent.pk}/")

    assert answer.status_code == 500
    assert "Mariam" not in answer.text


def test_a_list_opens_nobodys_file(home):
    make_referral(home.person, home.relay, home.network, home.cy, state=State.ENVOYEE)
    assert signed_in(home.cy).get("/espace/orientations/").status_code == 200
    assert opened(home.person) == []


def test_people_leave_in_a_file_only_for_a_reason_that_they_can_read(home):
    make_person(home.relay, first_name='=HYPERLINK("https://evil.example";"x")', last_name="@SUM(A1)")
    make_person(home.network, first_name="Absente")
    client = signed_in(home.awa)
    assert home.relay.name in client.get(EXPORT).text
    short = client.post(EXPORT, {"structure": home.relay.pk, "why": "parce que"})
    assert (short.status_code, opened(home.person)) == (422, [])
    other = client.post(EXPORT, {"structure": home.network.pk, "why": "pour voir leurs noms"})
    assert (other.status_code, opened(home.person)) == (422, [])

    answer = client.post(EXPORT, {"structure": home.relay.pk, "why": "Préparer le carrefour des projets"})

    assert answer["Content-Type"].startswith("text/csv")
    head, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert len(head) == 10
    assert [line[1:3] for line in lines] == [
        ['\'=HYPERLINK("https://evil.example";"x")', "'@SUM(A1)"],
        ["Mariam", "Koné"],
    ]
    assert opened(home.person) == [
        (home.person.pk, home.awa.pk, home.relay.pk, "Export : Préparer le carrefour des projets")
    ]
    assert signed_in(user("seul@exemple.invalid", ("network",))).get(EXPORT).status_code == 403


@pytest.mark.parametrize("cell", ["=1+1", "+33 6", "-2", "@x", "\t=1", " =1", "\u00a0=1", "\r=1"])
def test_no_cell_acts(cell):
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"a{cell}") == f"a{cell}"


def test_the_log_is_written_once_and_by_oneself(home):
    request = RequestFactory().get("/")
    request.user = home.awa
    act_as(home.eve)
    with pytest.raises(DatabaseError, match="row-level security"):
        openings.note_opening(request, home.person.pk, organisation_id=home.relay.pk, why="x" * 500)


@pytest.mark.parametrize("error", [RuntimeError("after the file was read"), DomainError("Non."), Http404()])
def test_what_was_opened_is_written_whatever_becomes_of_the_page(home, monkeypatch, error):
    sent = make_referral(home.person, home.relay, home.network, home.cy, state=State.ENVOYEE)
    client, lost = signed_in(home.cy), []
    client.raise_request_exception = False

    def fail(*_args, **_values):
        afterwards(lambda: lost.append("written"))
        raise error

    monkeypatch.setattr("maillage.journeys.views.referral.render", fail)
    answer = client.get(f"/espace/orientations/{sent.pk}/")

    assert answer.status_code >= 400
    assert [why for *_, why in opened(home.person)] == [f"Orientation n° {sent.pk}"]
    assert lost == []
