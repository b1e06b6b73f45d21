"""Long work and timed work: rows of a PostgreSQL queue, written in the transaction that causes them."""

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.tasks import configure_task

from maillage.core.acting import Purpose, acting_as
from maillage.core.errors import DomainError

Work = Callable[..., Any]
WAITS_S = (10, 60, 300, 1800, 7200)
STALLED_AFTER_S = 60


class Patience(BaseRetryStrategy):
    """Try again a few times, later and later; never what a rule refused: it would say no again."""

    def __init__(self, retries: int) -> None:
        self.retries = retries

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, DomainError) or job.attempts >= self.retries:
            return None
        return RetryDecision(retry_in={"seconds": WAITS_S[min(job.attempts, len(WAITS_S) - 1)]})


def enqueue(name: str, *, after: timedelta | None = None, **arguments: Any) -> None:
    """Ask for one run of the job `name`, once the present transaction commits, and not before `after` has passed.

    Arguments are numbers, keys, codes: never personal data. A job may be run twice (a worker killed half-way): it
    has to look at what is done already.
    """
    # on Django's connection even inside a worker, whose own connector commits by itself
    configure_task(
        name=name,
        job_manager=JobManager(DjangoConnector()),
        schedule_at=timezone.now() + after if after else None,
    ).defer(**arguments)


def job(
    name: str,
    *,
    purpose: Purpose = Purpose.NONE,
    cron: str = "",
    one_transaction: bool = True,
    retries: int = 3,
) -> Callable[[Work], Work]:
    """Register a function of an app's `jobs.py` as the job `name`, run by the worker for `purpose`.

    `cron` (five fields, the worker's time zone is UTC) runs it by itself; a run missed while the worker was down is
    caught up within a day. A failure is tried again `retries` times, later and later. With `one_transaction=False`
    the function opens its own `acting_as` blocks: for work that must keep what it has done when it stops half-way.
    """

    def register(work: Work) -> Work:
        @functools.wraps(work)
        def run(timestamp: int = 0, **arguments: Any) -> None:
            with structlog.contextvars.bound_contextvars(job=name):
                if not one_transaction:
                    work(**arguments)
                    return
                with acting_as(None, purpose=purpose):
                    work(**arguments)

        task = app.task(name=name, queueing_lock=name if cron else None, retry=Patience(retries))(run)
        if cron:
            app.periodic(cron=cron)(task)
        return work

    return register


@app.task(name="core.retry_stalled_jobs", queueing_lock="core.retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: Any, timestamp: int = 0) -> None:
    """Give back to the queue the jobs whose worker was killed: no heartbeat for a minute."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        await manager.retry_job(stalled)


@app.task(name="core.forget_done_jobs", queueing_lock="core.forget_done_jobs", pass_context=True)
async def forget_done_jobs(context: Any, timestamp: int = 0) -> None:
    """Delete what was done a week ago, and what failed three months ago."""
    manager = context.app.job_manager
    await manager.delete_old_jobs(nb_hours=7 * 24)
    await manager.delete_old_jobs(nb_hours=90 * 24, include_failed=True, include_cancelled=True)


app.periodic(cron="* * * * *")(retry_stalled_jobs)
app.periodic(cron="17 2 * * *")(forget_done_jobs)


@job("core.deliver_mails", cron="*/5 * * * *", one_transaction=False, retries=0)
def deliver_mails() -> None:
    """Send what waits in the outbox; also runs by itself, for what has to be tried again."""
    from maillage.core.mail import deliver_due  # django.core.mail: not before the apps are ready

    deliver_due()


@job("core.deliver_texts", cron="*/5 * * * *", one_transaction=False, retries=0)
def deliver_texts() -> None:
    """Send the text messages that wait; also runs by itself, for what has to be tried again."""
    from maillage.core.sms import deliver_due

    deliver_due()


@job("core.forget", cron="41 2 * * *", purpose=Purpose.MAIL)
def forget() -> None:
    """Delete what has served: mails of a month ago, texts, codes, ended windows, old progress, ended sessions."""
    from django.contrib.sessions.models import Session

    from maillage.core.codes import forget_old_codes
    from maillage.core.mail import forget_old_mails
    from maillage.core.models import Progress
    from maillage.core.ratelimit import forget_ended_windows
    from maillage.core.sms import forget_old_texts

    forget_old_mails()
    forget_ended_windows()
    now = timezone.now()
    forget_old_texts(now)
    forget_old_codes(now)
    Progress.objects.filter(changed_at__lt=now - timedelta(days=30)).delete()
    Session.objects.filter(expire_date__lt=now).delete()
