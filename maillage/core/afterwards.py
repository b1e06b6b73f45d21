"""What a page that only reads still has to write down: who opened what."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """One thing to write down; `in_any_case`: also when the view failed, or refused."""

    write: Callable[[], object]
    in_any_case: bool


_waiting: ContextVar[list[Note] | None] = ContextVar("afterwards", default=None)


def afterwards(write: Callable[[], object], *, in_any_case: bool = False) -> None:
    """Do `write` once the request's transaction has ended well, in another, in the same name; outside a request, at once.

    With `in_any_case`, also when it was undone: what the view has read, it has read. The page leaves after it, and stays in no
    cache: what could not be written down is not shown.
    """
    waiting = _waiting.get()
    if waiting is None:
        write()
    else:
        waiting.append(Note(write, in_any_case))


@contextmanager
def collecting() -> Iterator[list[Note]]:
    """What one request asks to be done afterwards."""
    waiting: list[Note] = []
    token = _waiting.set(waiting)
    try:
        yield waiting
    finally:
        _waiting.reset(token)
