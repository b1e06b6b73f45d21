"""What a page that only reads still has to write down: who opened what."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Work = Callable[[], object]
_waiting: ContextVar[list[Work] | None] = ContextVar("afterwards", default=None)


def afterwards(work: Work) -> None:
    """Do `work` once the request's transaction has ended well, in another, in the same name; outside a request, at once.

    The page leaves after it: what could not be written down is not shown.
    """
    waiting = _waiting.get()
    if waiting is None:
        work()
    else:
        waiting.append(work)


@contextmanager
def collecting() -> Iterator[list[Work]]:
    """What one request asks to be done afterwards."""
    waiting: list[Work] = []
    token = _waiting.set(waiting)
    try:
        yield waiting
    finally:
        _waiting.reset(token)
