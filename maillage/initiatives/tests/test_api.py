from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maillage.initiatives.models import Initiative, Merge
from maillage.initiatives.schemas import Record
from maillage.initiatives.tests.factories import CERGY, GARGES, LILLE, make_initiative, make_organisation
from maillage.initiatives.tests.people import person, signed_in

pytestmark = pytest.mark.django_db
URL = "/api/v1/initiatives"


def test_records_have_the_documented_shape(client):
    make_initiative(themes=["jeunes"], carrier=make_organisation(), links=[{"url": "https://example.org"}])
    make_initiative(scope="national")

    items = client.get(URL).json()["items"]

    assert len(items) == 2
    for item in items:
        assert set(Record.model_validate(item).model_dump()) == set(item)


def test_the_cursor_reads_everything_once_and_follows_changes(client):
    rows = [make_initiative() for _ in range(5)]
    make_initiative(status="draft")
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(URL, {"limit": 2, "cursor": cursor}).json()
        assert page["total"] == 5
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [row.pk for row in rows]

    since = Initiative.objects.get(pk=rows[-1].pk).updated_at + timedelta(microseconds=1)
    rows[1].title = "Changée"
    rows[1].save()
    changed = client.get(URL, {"updated_since": since.isoformat()}).json()
    assert [item["titre"] for item in changed["items"]] == ["Changée"]


def test_a_change_that_was_being_written_comes_to_who_asks_since_what_was_settled(client):
    row = make_initiative()
    first = client.get(URL).json()
    # this test is one transaction that writes: what it changes now is what nobody else saw yet
    row.title = "Changée"
    row.save()

    changed = client.get(URL, {"updated_since": first["settled_until"]}).json()

    assert [item["titre"] for item in changed["items"]] == ["Changée"]
    assert datetime.fromisoformat(first["settled_until"]) < datetime.fromisoformat(
        first["items"][0]["modifiee_le"]
    )


def test_filters_are_those_of_the_list(client):
    make_initiative(title="Garges", commune=GARGES, themes=["jeunes"])
    make_initiative(title="Cergy", commune=CERGY, themes=["lieux"])

    assert [i["titre"] for i in client.get(URL, {"commune": GARGES}).json()["items"]] == ["Garges"]
    both = client.get(f"{URL}?theme=jeunes&theme=lieux&q=cergy").json()
    assert [i["titre"] for i in both["items"]] == ["Cergy"]


@pytest.mark.parametrize(
    ("query", "status", "named"),
    [
        ("theme=rien", 422, "theme"),
        ("lon=2", 422, "lat"),
        ("lon=abc&lat=2", 422, "lon"),
        ("limit=0", 422, "limit"),
        ("cursor=faux", 400, "Curseur"),
        ("updated_since=hier", 422, "updated_since"),
    ],
)
def test_a_wrong_parameter_is_a_problem_in_french(client, query, status, named):
    answer = client.get(f"{URL}?{query}")

    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/problem+json")
    assert named in answer.json()["detail"]


def test_one_initiative_is_not_sent_twice_and_a_withdrawn_one_says_so(client):
    row = make_initiative()
    answer = client.get(f"{URL}/{row.pk}")
    assert answer.json()["slug"] == row.slug
    assert client.get(f"{URL}/{row.pk}", headers={"If-None-Match": answer["ETag"]}).status_code == 304

    row.summary = "Autre"
    row.save()
    assert client.get(f"{URL}/{row.pk}", headers={"If-None-Match": answer["ETag"]}).status_code == 200
    Initiative.objects.filter(pk=row.pk).update(status="archived")
    assert client.get(f"{URL}/{row.pk}").status_code == 410
    assert client.get(f"{URL}/{make_initiative(status='draft').pk}").status_code == 404
    assert client.get(f"{URL}/999999999").status_code == 404


def test_a_mirror_learns_what_to_forget(client):
    start = datetime.now(UTC) - timedelta(minutes=1)
    kept, archived, deleted, merged = (make_initiative() for _ in range(4))
    draft = make_initiative(status="draft")
    Initiative.objects.filter(pk=archived.pk).update(status="archived")
    deleted_id, merged_id = deleted.pk, merged.pk
    deleted.delete()
    Merge.objects.create(old_slug=merged.slug, into=kept, merged_id=merged_id)
    merged.delete()
    draft.delete()

    items = client.get(f"{URL}/withdrawn", {"since": start.isoformat()}).json()["items"]

    assert {i["id"]: i["merged_into"] for i in items} == {
        archived.pk: None,
        deleted_id: None,
        merged_id: kept.pk,
    }
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    nothing = client.get(f"{URL}/withdrawn", {"since": later}).json()
    assert (nothing["items"], nothing["more"]) == ([], False)
    assert client.get(f"{URL}/{deleted_id}").status_code == 410


def test_the_api_costs_the_same_with_one_row_and_three(client):
    make_initiative(carrier=make_organisation())
    client.get(URL)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        counts.append(len(captured))
        make_initiative(carrier=make_organisation())
        make_initiative(scope="national")
    assert counts[0] == counts[1] <= 8


def patched(client, row, **change):
    return client.patch(f"{URL}/{row.pk}", change, content_type="application/json")


def test_whoever_may_edit_changes_a_part_and_reads_the_new_version():
    client = signed_in(person("m@exemple.fr", ("moderator", "commune", GARGES)))
    row = make_initiative(
        title="Avant",
        themes=["jeunes"],
        partners=["A"],
        links=[{"url": "https://example.org", "label": "Le site"}],
    )

    answer = patched(
        client,
        row,
        version=1,
        titre="Après",
        lieu={"lon": 2.4, "lat": 48.972},
        contact={"nom": "Lou", "courriel": "", "telephone": ""},
    )

    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert set(Record.model_validate(found).model_dump()) == set(found)
    assert (found["titre"], found["version"], found["lieu"]["precision"], found["contact"]["nom"]) == (
        "Après",
        2,
        "address",
        "Lou",
    )
    assert (found["themes"], found["partenaires"], found["liens"]) == (
        ["jeunes"],
        ["A"],
        [{"url": "https://example.org", "libelle": "Le site"}],
    )


def test_a_change_over_somebodys_save_is_a_conflict_that_can_be_read():
    client = signed_in(person("m@exemple.fr", ("moderator", "commune", GARGES)))
    row = make_initiative(title="Avant", summary="Un bus.", themes=["jeunes"])
    patched(client, row, version=1, titre="La leur", resume="Un grand bus.")

    answer = patched(client, row, version=1, titre="La mienne")

    assert answer.status_code == 409
    assert answer.json()["version"] == 2
    assert answer.json()["differences"] == [
        {"field": "title", "label": "Titre", "base": "Avant", "yours": "La mienne", "theirs": "La leur"},
        {
            "field": "summary",
            "label": "Résumé",
            "base": "Un bus.",
            "yours": "Un bus.",
            "theirs": "Un grand bus.",
        },
    ]
    assert patched(client, row, version=2, titre="La mienne").json()["version"] == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"titre": "🎉"}, "titre"),
        ({"themes": ["inconnu"]}, "themes"),
        ({"lieu": {"lon": -5, "lat": 47}}, "lieu.lat"),
        ({"lieu": {"commune": "99999"}}, "lieu.commune"),
        ({"debut": "2026-05-02", "fin": "2026-05-01"}, "fin"),
        ({"liens": [{"url": "javascript:alert(1)"}]}, "liens"),
        ({"titre": ["a"]}, "change.titre"),
        ({"version": "deux"}, "change.version"),
    ],
)
def test_a_wrong_change_names_its_field_and_writes_nothing(change, field):
    client = signed_in(person("m@exemple.fr", ("moderator", "commune", GARGES)))
    row = make_initiative(title="Avant", themes=["jeunes"])
    answer = patched(client, row, **{"version": 1, **change})
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    row.refresh_from_db()
    assert (row.title, row.version) == ("Avant", 1)


def test_nobody_else_changes_anything(client):
    row, draft = make_initiative(), make_initiative(status="draft")
    elsewhere = signed_in(person("l@exemple.fr", ("moderator", "commune", LILLE)))
    assert patched(client, row, version=1, titre="Non").status_code == 401
    assert patched(elsewhere, row, version=1, titre="Non").status_code == 403
    assert patched(elsewhere, draft, version=1, titre="Non").status_code == 404
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = elsewhere.cookies
    assert "X-CSRFToken" in patched(strict, row, version=1, titre="Non").json()["detail"]
    assert not Initiative.objects.filter(title="Non").exists()
