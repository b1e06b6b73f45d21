"""The session of « Mon parcours »: one person, proved by a code; it ends after half an hour without a page, or by « Quitter ».

Row security reads its subject (core.middleware): nothing else in this software gives someone their own file.
"""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect

from maillage.core.acting import Subject
from maillage.core.middleware import SUBJECT_KEY
from maillage.journeys.models import Person
from maillage.journeys.queries.mine import myself

View = TypeVar("View", bound=Callable[..., HttpResponse])
IDLE_S = 30 * 60
KIND = "person"


def open_session(request: HttpRequest, subject: Subject) -> None:
    """Start a new session for `subject`: nothing of the one before is left, neither its key nor who was signed in."""
    request.session.flush()
    request.session[SUBJECT_KEY] = str(subject)
    request.session.set_expiry(IDLE_S)
    rotate_token(request)


def close_session(request: HttpRequest) -> None:
    """Forget the session, here and in the browser."""
    request.session.flush()
    rotate_token(request)


def person_here(request: HttpRequest) -> Person | None:
    """Whose space this session opens; None when no code was given, or the file is gone. The half hour starts again."""
    subject = Subject.read(request.session.get(SUBJECT_KEY, ""))
    if subject is None or subject.kind != KIND or request.user.is_authenticated:
        return None
    found = myself(subject.number)
    if found is not None:
        request.session.modified = True
    return found


def mine(view: View) -> View:
    """The view, with the person whose space it is as its second argument; who has given no code is asked for one."""

    @wraps(view)
    def opened(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        person = person_here(request)
        if person is None:
            return redirect("journeys:mine")
        return view(request, person, *args, **kwargs)

    return cast(View, opened)
