"""The queue, run by a real worker."""

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from maillage.core import jobs, progress
from maillage.core.acting import Purpose, acting_as
from maillage.core.errors import DomainError
from maillage.core.models import Progress, RateLimit

FAR = "2100-01-01T00:00Z"
failures: list[str] = []


@jobs.job("test.count", purpose=Purpose.DIGEST)
def count(*, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT maillage_purpose()")
        assert cursor.fetchone() == ("digest",)
    RateLimit.objects.create(key=key, window_ends_at=FAR, count=1)


@jobs.job("test.fail_once")
def fail_once() -> None:
    RateLimit.objects.create(key=f"try{len(failures)}", window_ends_at=FAR, count=1)
    if not failures:
        failures.append("once")
        raise ZeroDivisionError


@jobs.job("test.refuse")
def refuse() -> None:
    raise DomainError("Non.")


@jobs.job("test.chain")
def chain() -> None:
    jobs.enqueue("test.count", key="chained")
    raise DomainError("La suite ne part pas non plus.")


def work():
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, concurrency=1)


def written():
    return sorted(RateLimit.objects.values_list("key", flat=True))


def states(name):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status::text, attempts FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [name]
        )
        return cursor.fetchall()


def test_a_job_runs_for_its_purpose_after_the_commit(bare_database):
    with acting_as(None):
        jobs.enqueue("test.count", key="a")
    work()
    assert written() == ["a"]


def test_a_job_asked_for_by_an_undone_transaction_never_runs(bare_database):
    def fail():
        with acting_as(None):
            jobs.enqueue("test.count", key="a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with acting_as(None):
        jobs.enqueue("test.chain")
    work()
    assert written() == []
    assert states("test.count") == []


def test_a_failure_is_undone_and_tried_again_a_refusal_is_not(bare_database):
    failures.clear()
    with acting_as(None):
        jobs.enqueue("test.fail_once")
        jobs.enqueue("test.refuse")
    work()
    assert states("test.fail_once") == [("todo", 1)]
    assert states("test.refuse") == [("failed", 1)]
    assert written() == []

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
    work()
    assert states("test.fail_once") == [("succeeded", 2)]
    assert written() == ["try1"]


def test_the_job_of_a_killed_worker_is_done_again(bare_database):
    with acting_as(None):
        jobs.enqueue("test.count", key="a")
    with connection.cursor() as cursor:  # what kill -9 leaves
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 min') RETURNING id"
        )
        [worker] = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [worker])
    with acting_as(None):
        jobs.enqueue("core.retry_stalled_jobs")
    work()
    work()
    assert states("test.count") == [("succeeded", 2)]
    assert written() == ["a"]


def start(**values):
    with acting_as(None):
        return progress.start("test.work", label="Import de fiches", **values)


def test_progress_shows_while_the_transaction_is_open_and_ends_with_a_result(bare_database, client):
    key = start().key
    with acting_as(None), progress.reporting(key) as report:
        for _n in report.over(range(4), total=4):
            report._written_at = 0
        seen = Progress.objects.get(pk=key)
        assert (seen.state, seen.done, seen.total, seen.percent) == ("running", 4, 4, 100)
        report.result = {"url": "/initiatives/", "created": 4}

    page = client.get(f"/travaux/{key}/").text
    assert "Terminé" in page
    assert 'href="/initiatives/"' in page
    assert "http-equiv" not in page


def test_a_page_without_script_refreshes_itself_until_the_end(bare_database, client):
    key = start().key
    page = client.get(f"/travaux/{key}/").text
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    assert 'hx-trigger="every 2s"' in page
    part = client.get(f"/travaux/{key}/", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert part.strip() in page


def test_a_cancelled_work_stops_and_leaves_nothing(bare_database, client):
    key = start().key

    def do():
        with progress.reporting(key) as report, acting_as(None):
            RateLimit.objects.create(key="half", window_ends_at=FAR, count=1)
            # someone clicks meanwhile
            report._connection.cursor().execute("UPDATE core_progress SET cancel_asked = true")
            report._written_at = 0
            report.advance()

    do()
    assert Progress.objects.get(pk=key).state == "cancelled"
    assert written() == []


def test_work_that_has_not_started_is_cancelled_at_once(bare_database, client):
    key = start().key
    assert client.post(f"/travaux/{key}/annuler/").status_code == 302
    assert "Ce travail a été annulé." in client.get(f"/travaux/{key}/").text


def test_a_failure_says_so_without_its_details(bare_database):
    key = start().key

    def fail():
        with progress.reporting(key):
            raise ValueError("ada@example.org")

    with pytest.raises(ValueError, match="ada"):
        fail()
    found = Progress.objects.get(pk=key)
    assert (found.state, "example.org" in found.message) == ("failed", False)


def test_someone_elses_work_does_not_exist(bare_database, client):
    key = start(owner_id=7).key
    assert client.get(f"/travaux/{key}/").status_code == 404
    assert client.post(f"/travaux/{key}/annuler/").status_code == 404
