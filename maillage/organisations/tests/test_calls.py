"""Call-backs: who sees them, who takes them, when they are late, when they are forgotten."""

import threading
from datetime import date, datetime, timedelta

import psycopg.errors
import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.utils import timezone

from maillage.accounts.tests.people import everyone, person
from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.core.models import OutgoingMail
from maillage.organisations.actions.banners import DutyTaken, NobodyThere, put_on_duty
from maillage.organisations.actions.calls import (
    CallTaken,
    ask_to_be_called,
    end_call,
    forget_calls,
    give_back_call,
    take_call,
    tell_late_calls,
)
from maillage.organisations.models import CallBack, Duty
from maillage.organisations.queries.calls import calls_to_answer
from maillage.organisations.tests.factories import NANTES, make_banner

NOW = timezone.make_aware(datetime(2026, 11, 25, 10, 0))
MONDAY = date(2026, 11, 23)
SAID = {
    "first_name": "Awa",
    "phone": "+33612345678",
    "moments": ["matin"],
    "about": "food truck",
    "commune_id": NANTES,
}


@pytest.fixture(autouse=True)
def real_outbox(settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"


def duty(banner, user, *, starts_on=MONDAY, weeks=1, rank=1):
    return Duty.objects.create(
        banner=banner, user=user, period=(starts_on, starts_on + timedelta(weeks=weeks)), rank=rank
    )


def ask(banner, **changes):
    return ask_to_be_called(banner=banner, values={**SAID, **changes}, at=NOW)


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def seen_by(user):
    """The numbers of the call-backs that a person sees, in plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('maillage.user_id', %s, true), set_config('maillage.purpose', '', true)",
            [str(user.pk) if user else ""],
        )
        cursor.execute("SELECT id FROM organisations_callback ORDER BY id")
        found = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT set_config('maillage.user_id', '', true)")
    return found


@pytest.mark.django_db
def test_each_call_is_seen_by_its_rota_and_the_administration_alone():
    nantes, garges = make_banner(), make_banner(zones=["95268"])
    people = {
        name: person(f"{name}@exemple.fr")
        for name in ("first", "second", "other", "past", "coming", "stranger")
    }
    people["animator"] = person("animatrice@exemple.fr", ("animator", "epci", "244400404"))
    people["moderator"] = person("moderation@exemple.fr", ("moderator",))
    people["network"] = person("reseau@exemple.fr", ("network",))
    today = timezone.localdate()
    duty(nantes, people["first"], starts_on=today)
    duty(nantes, people["second"], starts_on=today, rank=2)
    duty(nantes, people["past"], starts_on=today - timedelta(weeks=5))
    duty(nantes, people["coming"], starts_on=today + timedelta(weeks=3))
    duty(garges, people["other"], starts_on=today)
    here, there, nowhere = ask(nantes).pk, ask(garges).pk, ask(None).pk

    seen = {name: seen_by(user) for name, user in people.items()} | {"nobody": seen_by(None)}

    assert seen == {
        "first": [here], "second": [here], "coming": [here], "other": [there], "network": [here, there, nowhere],
        "past": [], "stranger": [], "animator": [], "moderator": [], "nobody": [],
    }  # fmt: skip


@pytest.mark.django_db
def test_a_stranger_neither_writes_nor_deletes_a_call_in_plain_sql():
    row = ask(make_banner())

    with connection.cursor() as cursor:
        cursor.execute("UPDATE organisations_callback SET about = 'x'")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM organisations_callback")
        assert cursor.rowcount == 0
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organisations_callback (first_name, phone, moments, about, status, due_at, created_at) VALUES ('x', '+33612345678', '{}', '', 'waiting', now(), now())"
        )
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
    assert [one.pk for one in everyone(CallBack)] == [row.pk]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "phone = '06 12 34 56 78'",
        "first_name = ''",
        "moments = '{jamais}'",
        "status = 'taken'",
        "status = 'called'",
        "status = 'autre'",
        "taken_at = now()",
        "ended_at = now()",
    ],
)
def test_a_call_that_contradicts_itself_is_refused(change):
    ask(make_banner())

    with for_purpose(Purpose.ADMINISTRATION), pytest.raises(IntegrityError), transaction.atomic():
        run(f"UPDATE organisations_callback SET {change}")


@pytest.mark.django_db
def test_the_coordinator_on_duty_is_told_without_a_personal_datum():
    banner = make_banner(name="Osez")
    first, second = person("premiere@exemple.fr"), person("seconde@exemple.fr")
    duty(banner, second, rank=2)
    duty(banner, first)
    duty(banner, person("semaine-prochaine@exemple.fr"), starts_on=MONDAY + timedelta(weeks=1))

    row = ask(banner)

    (mail,) = everyone(OutgoingMail)
    assert (mail.to, row.told_id) == ("premiere@exemple.fr", first.pk)
    assert mail.subject == "Une personne attend votre appel"
    for datum in ("Awa", "612345678", "food truck"):
        assert datum not in mail.subject + mail.text
    assert "/espace/rappels/" in mail.text
    assert row.due_at == timezone.make_aware(datetime(2026, 11, 27, 10, 0))


@pytest.mark.django_db
def test_nobody_on_duty_leaves_the_call_to_the_administration():
    row = ask(make_banner())

    assert row.told_id is None
    assert everyone(OutgoingMail) == []


@pytest.mark.django_db
def test_a_call_is_taken_given_back_and_ended_by_one_person_at_a_time():
    banner, (first, second) = make_banner(), [person(f"{n}@exemple.fr") for n in "ab"]
    for rank, user in enumerate((first, second), 1):
        duty(banner, user, starts_on=timezone.localdate(), rank=rank)
    row = ask(banner)

    with acting_as_inside(first):
        take_call(call_id=row.pk, user_id=first.pk, at=NOW)
        take_call(call_id=row.pk, user_id=first.pk, at=NOW)
    with acting_as_inside(second):
        for refused in (
            lambda: take_call(call_id=row.pk, user_id=second.pk, at=NOW),
            lambda: give_back_call(call_id=row.pk, user_id=second.pk),
            lambda: end_call(call_id=row.pk, user_id=second.pk, reached=True, at=NOW),
        ):
            with pytest.raises(CallTaken):
                refused()
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE organisations_callback SET taken_by_id = %s", [second.pk])
    with acting_as_inside(first):
        give_back_call(call_id=row.pk, user_id=first.pk)
    with acting_as_inside(second):
        take_call(call_id=row.pk, user_id=second.pk, at=NOW)
        ended = end_call(call_id=row.pk, user_id=second.pk, reached=False, at=NOW)
        assert ended.status == "unreached"
        with pytest.raises(CallTaken):
            end_call(call_id=row.pk, user_id=second.pk, reached=True, at=NOW)
    with acting_as_inside(person("ailleurs@exemple.fr")), pytest.raises(CallTaken):
        take_call(call_id=row.pk, user_id=1, at=NOW)


def test_two_people_who_take_the_same_call_at_once_do_not_both_have_it(own_database):
    with acting_as(None, purpose=Purpose.ADMINISTRATION):
        banner, people = make_banner(), [person(f"{n}@exemple.fr") for n in "abcd"]
        for rank, user in enumerate(people, 1):
            duty(banner, user, starts_on=timezone.localdate(), rank=rank)
        row = ask(banner)
    start, taken, refused = threading.Barrier(len(people)), [], []

    def take(user_id):
        try:
            start.wait()
            with acting_as(user_id):
                take_call(call_id=row.pk, user_id=user_id, at=NOW)
            taken.append(user_id)
        except CallTaken:
            refused.append(user_id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=[user.pk]) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(taken), len(refused)) == (1, 3)
    with acting_as(taken[0], read_only=True):
        assert CallBack.objects.get().taken_by_id == taken[0]


@pytest.mark.django_db
def test_the_list_puts_ones_own_first_then_the_most_urgent(django_assert_num_queries):
    banner, me = make_banner(), person("moi@exemple.fr")
    duty(banner, me, starts_on=timezone.localdate())
    late, mine, fresh = ask(banner), ask(banner), ask(banner)
    with for_purpose(Purpose.ADMINISTRATION):
        CallBack.objects.filter(pk=late.pk).update(due_at=NOW - timedelta(days=1))

    with acting_as_inside(me):
        take_call(call_id=mine.pk, user_id=me.pk, at=NOW)
        with django_assert_num_queries(1):
            found = calls_to_answer(me.pk, at=NOW)

    assert [(one.row.pk, one.is_late, one.is_mine) for one in found] == [
        (mine.pk, False, True), (late.pk, True, False), (fresh.pk, False, False),
    ]  # fmt: skip
    assert (found[0].phone, found[0].moments) == ("06 12 34 56 78", "le matin")


@pytest.mark.django_db
def test_late_calls_are_told_once_to_everyone_on_duty():
    banner = make_banner()
    today = timezone.localdate(NOW)
    for rank, name in enumerate(("a", "b"), 1):
        duty(banner, person(f"{name}@exemple.fr"), starts_on=today, rank=rank)
    ask(banner)
    with for_purpose(Purpose.ADMINISTRATION):
        OutgoingMail.objects.all().delete()
        assert tell_late_calls(at=NOW) == 0
        late = NOW + timedelta(days=5)
        Duty.objects.update(period=(today, today + timedelta(days=20)))
        assert tell_late_calls(at=late) == 1
        assert tell_late_calls(at=late) == 0

    assert sorted(mail.to for mail in everyone(OutgoingMail)) == ["a@exemple.fr", "b@exemple.fr"]


@pytest.mark.django_db
def test_calls_are_forgotten_a_month_after_they_ended_and_in_three_months_anyway():
    rows = {name: ask(None) for name in ("waiting", "old", "ended", "just-ended")}
    with for_purpose(Purpose.ADMINISTRATION):
        CallBack.objects.filter(pk=rows["old"].pk).update(created_at=NOW - timedelta(days=91))
        for name, days in (("ended", 31), ("just-ended", 29)):
            CallBack.objects.filter(pk=rows[name].pk).update(
                status="called", taken_at=NOW - timedelta(days=60), ended_at=NOW - timedelta(days=days)
            )
        assert forget_calls(at=NOW) == 2

    assert {one.pk for one in everyone(CallBack)} == {rows["waiting"].pk, rows["just-ended"].pk}


@pytest.mark.django_db
def test_no_two_people_are_on_duty_for_one_banner_at_one_time():
    banner, other = make_banner(), make_banner(zones=["95268"])
    a, b = person("a@exemple.fr"), person("b@exemple.fr")
    put_on_duty(banner=banner, email="a@exemple.fr", starts_on=MONDAY, weeks=2)

    with pytest.raises(DutyTaken):
        put_on_duty(banner=banner, email="b@exemple.fr", starts_on=MONDAY + timedelta(weeks=1))
    with pytest.raises(DutyTaken):
        put_on_duty(banner=banner, email="A@exemple.fr ", starts_on=MONDAY, rank=2)
    with pytest.raises(NobodyThere):
        put_on_duty(banner=banner, email="personne@exemple.fr", starts_on=MONDAY)
    for wrong in ({"rank": 0}, {"period": (MONDAY, MONDAY)}, {"period": (MONDAY, None)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Duty.objects.create(
                **{"banner": other, "user": b, "period": (MONDAY, MONDAY + timedelta(7)), **wrong}
            )
    put_on_duty(banner=banner, email="b@exemple.fr", starts_on=MONDAY + timedelta(weeks=2))
    put_on_duty(banner=banner, email="b@exemple.fr", starts_on=MONDAY, rank=2)
    put_on_duty(banner=other, email="a@exemple.fr", starts_on=MONDAY)
    assert Duty.objects.filter(user=a).count() == 2


class acting_as_inside:
    """The identity of a person inside a test's own transaction."""

    def __init__(self, user):
        self.user = user

    def __enter__(self):
        self._set(str(self.user.pk))

    def __exit__(self, *failure):
        if not connection.needs_rollback:
            self._set("")

    def _set(self, value):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('maillage.user_id', %s, true)", [value])
