from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network

import pytest
from django.db import connection
from django.test import RequestFactory

from maillage.core import ratelimit
from maillage.core.acting import acting_as


def counters():
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, count FROM core_ratelimit ORDER BY count")
        return cursor.fetchall()


@pytest.mark.django_db
def test_past_the_limit_the_message_says_when_to_come_back():
    for _ in range(3):
        ratelimit.limit("code", "ada@example.org", times=3, per_seconds=600)

    with pytest.raises(ratelimit.TooMany, match="Réessayez dans 10 minutes") as refused:
        ratelimit.limit("code", "ada@example.org", times=3, per_seconds=600)
    assert 595 <= refused.value.retry_after <= 600
    ratelimit.limit("code", "bob@example.org", times=3, per_seconds=600)


@pytest.mark.django_db
def test_a_window_that_has_ended_starts_again():
    ratelimit.limit("x", times=1, per_seconds=600)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_ratelimit SET window_ends_at = clock_timestamp()")

    ratelimit.limit("x", times=1, per_seconds=600)

    assert [count for _, count in counters()] == [1]


@pytest.mark.django_db
def test_no_key_is_kept_in_clear():
    ratelimit.limit("code", "ada@example.org", "192.0.2.7", times=3, per_seconds=600)

    [(key, _)] = counters()
    assert len(key) == 64
    assert set(key) <= set("0123456789abcdef")


def test_concurrent_acts_are_all_counted(bare_database):
    def act(_):
        try:
            ratelimit.limit("x", times=10, per_seconds=600)
        except ratelimit.TooMany:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(act, range(40))) == 10


def test_counts_outlive_an_undone_or_read_only_transaction(bare_database):
    def act_then_fail():
        with ratelimit.counting(read_only=False), acting_as(None):
            ratelimit.limit("undone", times=5, per_seconds=600)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act_then_fail()
    assert [count for _, count in counters()] == [1]

    with ratelimit.counting(read_only=True), acting_as(None, read_only=True):
        ratelimit.limit("undone", times=5, per_seconds=600)
    assert [count for _, count in counters()] == [2]


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("192.0.2.7", "203.0.113.9", "192.0.2.7"),  # not a proxy of ours: its header says nothing
        ("10.0.0.2", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "6.6.6.6, 203.0.113.9, 10.0.0.3", "203.0.113.9"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "", "192.0.2.7"),
        ("", "", ""),
    ],
)
def test_the_address_comes_from_a_trusted_proxy_only(settings, remote, forwarded, expected):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers={"X-Forwarded-For": forwarded})

    assert ratelimit.client_address(request) == expected


@pytest.mark.django_db
def test_ended_windows_are_forgotten():
    ratelimit.limit("x", times=1, per_seconds=600)
    ratelimit.limit("y", times=1, per_seconds=600)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_ratelimit SET window_ends_at = clock_timestamp() - interval '1 s' WHERE key = (SELECT min(key) FROM core_ratelimit)"
        )

    assert ratelimit.forget_ended_windows() == 1
    assert len(counters()) == 1
