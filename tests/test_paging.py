import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from maillage.core import paging
from maillage.core.acting import acting_as
from maillage.initiatives.models import Initiative


@pytest.fixture
def seven(db):
    return [
        Initiative.objects.create(slug=f"i{n}", title=f"Initiative {n}", summary="s", scope="national")
        for n in range(7)
    ]


def walk(size):
    found, cursor = [], ""
    while True:
        page = paging.slice_after(Initiative.objects.all(), cursor, size=size)
        found += [row.pk for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            return found


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_cursors_give_each_row_once(seven, size):
    assert walk(size) == [row.pk for row in seven]


def test_a_row_changed_meanwhile_comes_again_at_the_end(seven):
    first = paging.slice_after(Initiative.objects.all(), size=3)
    Initiative.objects.filter(pk=seven[0].pk).update(title="Changée")

    rest = paging.slice_after(Initiative.objects.all(), first.next_cursor, size=10)

    assert [row.pk for row in rest.rows] == [row.pk for row in seven[3:]] + [seven[0].pk]


@pytest.mark.parametrize("cursor", ["x", "a:b", "é", "WzEsMl0:abc", "'; DROP TABLE x;--"])
def test_an_invented_cursor_is_refused(seven, cursor):
    with pytest.raises(paging.UnknownCursor, match="Curseur inconnu"):
        paging.slice_after(Initiative.objects.all(), cursor)


def test_a_cursor_cannot_be_bent(seven):
    cursor = paging.slice_after(Initiative.objects.all(), size=1).next_cursor
    with pytest.raises(paging.UnknownCursor):
        paging.slice_after(Initiative.objects.all(), cursor[:-2] + "zz")


def test_the_same_version_is_not_sent_twice():
    built = []

    def build():
        built.append(1)
        return HttpResponse("corps")

    first = paging.conditional(RequestFactory().get("/"), ("list", 3), build)
    again = paging.conditional(
        RequestFactory().get("/", headers={"If-None-Match": first["ETag"]}), ("list", 3), build
    )
    changed = paging.conditional(
        RequestFactory().get("/", headers={"If-None-Match": first["ETag"]}), ("list", 4), build
    )

    assert [first.status_code, again.status_code, changed.status_code] == [200, 304, 200]
    assert len(built) == 2
    assert again["ETag"] == first["ETag"] != changed["ETag"]


def test_the_walk_works_in_a_read_only_transaction(bare_database):
    with acting_as(None, read_only=True):
        assert paging.slice_after(Initiative.objects.all()).rows == []


def test_what_is_still_being_written_is_not_settled(db):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            # a number of its own is what a transaction that writes has
            cursor.execute("SELECT now(), pg_current_xact_id()")
            [started, _] = cursor.fetchone()

            assert paging.settled_until() == started
    finally:
        other.close()


def test_when_nobody_writes_all_is_settled(db):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN READ ONLY")
            cursor.execute("SELECT now()")
            [started] = cursor.fetchone()

            assert started < paging.settled_until()
    finally:
        other.close()
