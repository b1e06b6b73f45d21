import pytest
from django.db import ProgrammingError, connection, transaction

from maillage.core import history
from maillage.core.acting import acting_as
from maillage.core.history import Segment
from maillage.initiatives.models import Initiative, InitiativeEvent
from maillage.territories.models import Region


def make(**values):
    return Initiative.objects.create(
        **{"slug": "s", "title": "Tournée du bus", "summary": "Un bus", "scope": "national", **values}
    )


def give_back(pk, *, keep=()):
    """Restore the first version of a row."""
    first = InitiativeEvent.objects.filter(pgh_obj_id=pk).order_by("pgh_id").first()
    return history.restore(model=Initiative, event_id=first.pgh_id, keep=keep)


def test_every_change_is_a_version_with_its_author(bare_database):
    with acting_as(None):
        row = make()
    with acting_as(7):
        Initiative.objects.filter(pk=row.pk).update(title="Tournée du minibus")
    with acting_as(8):
        Initiative.objects.filter(pk=row.pk).update(summary="Un petit bus")

    found = history.versions_of(row)

    assert [(v.number, v.by, v.is_present) for v in found] == [(1, None, False), (2, 7, False), (3, 8, True)]
    assert [(v.values["title"], v.values["summary"]) for v in found] == [
        ("Tournée du bus", "Un bus"),
        ("Tournée du minibus", "Un bus"),
        ("Tournée du minibus", "Un petit bus"),
    ]
    assert found[0].at < found[1].at < found[2].at


def test_a_deleted_row_keeps_its_versions_and_comes_back(bare_database):
    with acting_as(7):
        row = make(region=Region.objects.create(code="X1", nom="Région d’essai"))
        made_at = row.created_at
        pk = row.pk
    with acting_as(8):
        Initiative.objects.filter(pk=pk).update(title="Autre titre")
    with acting_as(9):
        Initiative.objects.get(pk=pk).delete()

    before = history.versions(Initiative, pk)
    with acting_as(10):
        back = give_back(pk)
    after = history.versions(Initiative, pk)

    assert [(v.number, v.by, v.is_deletion) for v in before] == [
        (1, None, False),
        (2, 8, False),
        (3, 9, True),
    ]
    assert (back.pk, back.title, back.created_at, back.region_id) == (pk, "Tournée du bus", made_at, "X1")
    assert [(v.number, v.is_deletion, v.is_present) for v in after] == [
        (1, False, False),
        (2, False, False),
        (3, True, False),
        (4, False, True),
    ]


@pytest.mark.django_db
def test_restoring_is_one_more_change():
    row = make()
    Initiative.objects.filter(pk=row.pk).update(title="Raté")

    back = give_back(row.pk)

    assert back.title == "Tournée du bus"
    assert back.version == 3
    assert [v.values["title"] for v in history.versions_of(row)] == [
        "Tournée du bus",
        "Raté",
        "Tournée du bus",
    ]


def test_a_link_to_something_gone_is_emptied(bare_database):
    with acting_as(None):
        region = Region.objects.create(code="X1", nom="Région d’essai")
        row = make(region=region)
        Initiative.objects.filter(pk=row.pk).update(region=None)
        region.delete()
    with acting_as(None):
        back = give_back(row.pk)
    assert back.region_id is None


@pytest.mark.django_db
def test_a_place_taken_since_makes_the_return_impossible():
    row = make(slug="bus")
    pk = row.pk
    row.delete()
    make(slug="bus")

    with pytest.raises(history.RestoreImpossible, match="une autre fiche occupe sa place"):
        give_back(pk)
    assert Initiative.objects.count() == 1


@pytest.mark.django_db
def test_what_is_kept_stays_as_the_present_row_has_it():
    row = make()
    Initiative.objects.filter(pk=row.pk).update(title="Raté", slug="nouvelle-adresse")

    back = give_back(row.pk, keep={"slug"})

    assert (back.title, back.slug) == ("Tournée du bus", "nouvelle-adresse")


@pytest.mark.django_db
def test_there_is_nothing_to_restore():
    with pytest.raises(history.NoSuchVersion, match="n’existe pas"):
        history.restore(model=Initiative, event_id=9)


def test_differences_are_read_word_by_word():
    found = history.difference(
        {"title": "Le bus passe à Béziers", "themes": ["jeunes"], "summary": "x", "version": 1},
        {"title": "Le minibus passe à Béziers", "themes": ["jeunes", "lieux"], "summary": "x", "version": 2},
        Initiative,
    )

    assert [(f.field, f.label) for f in found] == [("title", "Titre"), ("themes", "Thèmes")]
    assert found[0].segments == (
        Segment("same", "Le "),
        Segment("removed", "bus"),
        Segment("added", "minibus"),
        Segment("same", " passe à Béziers"),
    )
    assert found[1].segments == (Segment("same", "jeunes"), Segment("added", ", lieux"))


def test_choices_and_scripts_are_plain_words():
    found = history.difference(
        {"status": "draft", "title": "a"},
        {"status": "published", "title": "<script>alert(1)</script>"},
        Initiative,
    )
    assert found[0].segments == (Segment("removed", "Brouillon"), Segment("added", "Publiée"))
    # a structure, not HTML: the template escapes it
    assert "".join(s.text for s in found[1].segments if s.kind == "added") == "<script>alert(1)</script>"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE initiatives_initiativeevent SET title = 'autre'",
        "DELETE FROM initiatives_initiativeevent",
        "TRUNCATE initiatives_initiativeevent",
        "ALTER TABLE initiatives_initiative DISABLE TRIGGER ALL",
        "DROP TABLE initiatives_initiativeevent",
        "SET session_replication_role = replica",
    ],
)
def test_the_web_role_cannot_alter_the_history_in_plain_sql(statement):
    row = make()
    Initiative.objects.filter(pk=row.pk).update(title="Autre")

    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert list(InitiativeEvent.objects.values_list("title", flat=True)) == ["Tournée du bus"]
