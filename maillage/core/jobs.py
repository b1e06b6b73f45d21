"""Long work and timed work: rows of a PostgreSQL queue, written in the transaction that causes them."""

import functools
from collections.abc import Callable
from typing import Any

from procrastinate.contrib.django import app

from maillage.core.acting import Purpose, acting_as

Work = Callable[..., Any]


def enqueue(name: str, **arguments: Any) -> None:
    """Ask for one run of the job `name`, once the present transaction commits. Arguments are numbers, keys, codes: never personal data."""
    app.configure_task(name).defer(**arguments)


def job(
    name: str, *, purpose: Purpose = Purpose.NONE, cron: str = "", one_transaction: bool = True
) -> Callable[[Work], Work]:
    """Register a function of an app's `jobs.py` as the job `name`, run by the worker for `purpose`.

    `cron` (five fields, the worker's time zone is UTC) runs it by itself. With `one_transaction=False` the function
    opens its own `acting_as` blocks: for work that must keep what it has done when it stops half-way.
    """

    def register(work: Work) -> Work:
        @functools.wraps(work)
        def run(timestamp: int = 0, **arguments: Any) -> None:
            if not one_transaction:
                work(**arguments)
                return
            with acting_as(None, purpose=purpose):
                work(**arguments)

        task = app.task(name=name, queueing_lock=name if cron else None)(run)
        if cron:
            app.periodic(cron=cron)(task)
        return work

    return register
