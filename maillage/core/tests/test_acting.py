"""Forced row security, proved on a table made for it by the owner, tried in plain SQL under the web role."""

import threading

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.utils import InternalError
from psycopg_pool import ConnectionPool

from maillage.core.acting import Purpose, Subject, acting_as, for_purpose, for_subject
from tests.databases import CLUSTER, OWNER

TABLE = """
CREATE TABLE secret_note (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id bigint NOT NULL, words text NOT NULL);
ALTER TABLE secret_note ENABLE ROW LEVEL SECURITY;
ALTER TABLE secret_note FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON secret_note USING (user_id = maillage_user_id() OR maillage_purpose() = 'digest');
GRANT SELECT, INSERT, UPDATE, DELETE ON secret_note TO maillage_web;
"""


@pytest.fixture
def notes(bare_database):
    """A table of two people's notes, as a later app would make it; the database's name."""
    with psycopg.connect(host=str(CLUSTER.socket_dir), user=OWNER, dbname=bare_database) as owner:
        owner.execute(TABLE)
        for user in (1, 2):
            owner.execute("SELECT set_config('maillage.user_id', %s, true)", [str(user)])
            owner.execute("INSERT INTO secret_note (user_id, words) VALUES (%s, %s)", [user, f"de {user}"])
    return bare_database


def seen():
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM secret_note ORDER BY id")
        return [words for (words,) in cursor.fetchall()]


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def test_with_no_identity_the_table_is_empty(notes):
    assert seen() == []
    with acting_as(None):
        assert seen() == []


def test_each_sees_their_own_and_a_purpose_sees_what_it_names(notes):
    with acting_as(1):
        assert seen() == ["de 1"]
    with acting_as(2):
        assert seen() == ["de 2"]
    with acting_as(None, purpose=Purpose.DIGEST):
        assert seen() == ["de 1", "de 2"]
    with acting_as(None, purpose=Purpose.MAIL):
        assert seen() == []
    assert seen() == []


def test_the_owner_of_the_table_is_held_too(notes):
    with psycopg.connect(host=str(CLUSTER.socket_dir), user=OWNER, dbname=notes) as owner:
        assert owner.execute("SELECT count(*) FROM secret_note").fetchone() == (0,)


def test_nobody_writes_changes_or_deletes_in_anothers_name(notes):
    with pytest.raises(DatabaseError, match="row-level security"), acting_as(1):
        run("INSERT INTO secret_note (user_id, words) VALUES (2, 'faux')")
    with acting_as(1):
        assert run("UPDATE secret_note SET words = 'lu'") == 1
        assert run("DELETE FROM secret_note WHERE user_id = 2") == 0
    with pytest.raises(DatabaseError, match="row-level security"), acting_as(1):
        run("UPDATE secret_note SET user_id = 2")
    with acting_as(None, purpose=Purpose.DIGEST):
        assert seen() == ["lu", "de 2"]


@pytest.mark.parametrize(
    "statement",
    [
        "SET row_security = off; SELECT words FROM secret_note",
        "ALTER TABLE secret_note DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own ON secret_note",
        "SET ROLE maillage_owner",
        "SET SESSION AUTHORIZATION postgres",
        "CREATE TABLE copy_of_notes AS SELECT * FROM secret_note",
        "COPY secret_note TO '/tmp/notes'",
        "CREATE FUNCTION leak() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_the_web_role_has_no_way_around(notes, statement):
    with pytest.raises(DatabaseError), acting_as(1):
        run(statement)
    assert seen() == []


def test_an_identity_does_not_outlive_its_block_after_commit_rollback_or_error(notes):
    def fail():
        with acting_as(1):
            assert seen() == ["de 1"]
            raise ZeroDivisionError

    with acting_as(1):
        pass
    assert seen() == []
    with pytest.raises(ZeroDivisionError):
        fail()
    assert seen() == []
    with pytest.raises(DatabaseError), acting_as(1):
        run("SELECT 1/0")
    assert seen() == []
    with acting_as(1):
        try:
            with transaction.atomic():
                run("SELECT 1/0")
        except DatabaseError:
            pass
        assert seen() == ["de 1"]  # a savepoint undone keeps the identity of its transaction
        transaction.set_rollback(True)
    assert seen() == []


def test_an_ended_setting_reads_empty_and_that_is_nobody(notes):
    with acting_as(1):
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('maillage.user_id', true), maillage_user_id()")
        assert cursor.fetchone() == ("", None)


def test_identities_do_not_nest(notes):
    def nest():
        with acting_as(1), acting_as(2):
            pass

    with pytest.raises(RuntimeError, match="durable"):
        nest()


def test_a_purpose_for_one_step_is_taken_back(notes):
    with acting_as(1):
        with for_purpose(Purpose.DIGEST):
            assert seen() == ["de 1", "de 2"]
        assert seen() == ["de 1"]


def test_a_pooled_connection_carries_no_identity_to_the_next_who_takes_it(notes):
    address = f"host={CLUSTER.socket_dir} user=maillage_web dbname={notes}"
    with ConnectionPool(address, min_size=1, max_size=1, open=True) as pool:
        processes = []
        for user in ("1", "", "2", ""):
            with pool.connection() as one, one.transaction():
                processes.append(one.info.backend_pid)
                one.execute("SELECT set_config('maillage.user_id', %s, true)", [user])
                rows = one.execute("SELECT words FROM secret_note").fetchall()
                assert rows == ([(f"de {user}",)] if user else [])
        with pool.connection() as one:
            assert one.execute("SELECT words FROM secret_note").fetchall() == []
    assert len(set(processes)) == 1  # it was one connection all along


def test_concurrent_transactions_keep_their_identities_apart(notes):
    meeting, found = threading.Barrier(4), {}

    def look(user):
        try:
            with acting_as(user):
                meeting.wait(20)
                found[user] = [seen() for _ in range(20)]
                meeting.wait(20)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=look, args=(user,)) for user in (1, 2, 3, None)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert found == {1: [["de 1"]] * 20, 2: [["de 2"]] * 20, 3: [[]] * 20, None: [[]] * 20}


def test_a_read_only_block_may_not_write_and_cannot_be_opened_up(notes):
    with pytest.raises(InternalError, match="read-only"), acting_as(1, read_only=True):
        run("UPDATE secret_note SET words = 'x'")

    def open_up():
        with acting_as(1, read_only=True):
            seen()
            run("SET TRANSACTION READ WRITE")

    with pytest.raises(DatabaseError):
        open_up()
    with acting_as(1):
        assert seen() == ["de 1"]


@pytest.mark.django_db
def test_a_subject_is_read_by_its_kind_and_ends_with_its_block():
    def subject(kind):
        with connection.cursor() as cursor:
            cursor.execute("SELECT maillage_subject(%s)", [kind])
            return cursor.fetchone()[0]

    with acting_as(None, subject=Subject("person", 12)):
        assert (subject("person"), subject("referral"), subject("pers")) == (12, None, None)
        with for_subject(Subject.read("referral:45")):
            assert (subject("person"), subject("referral")) == (None, 45)
        assert subject("person") == 12
    assert subject("person") is None
    assert Subject.read("") is None
