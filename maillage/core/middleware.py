"""One request, one transaction, one identity; one log line."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.contrib.auth import SESSION_KEY
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers

from maillage.core import metrics, problems, ratelimit
from maillage.core.acting import Purpose, Subject, acting_as
from maillage.core.afterwards import collecting
from maillage.core.errors import DomainError

log = structlog.get_logger()
Next = Callable[[HttpRequest], HttpResponse]

# no identity to set, no transaction to open: files, memory, and what must answer without a database
WITHOUT_DATABASE = ("/static/", "/tuiles/", "/healthz", "/readyz", "/metrics")
SIGN_IN = "/compte/"
SUBJECT_KEY = "subject"  # of the session: what someone without an account has proved to be theirs
UNLOGGED = {"/healthz", "/readyz", "/metrics"}
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class ActingMiddleware:
    """Wrap the view in the acting user's transaction; GET and HEAD may not write, a failure leaves nothing behind.

    Then write, in another one, what the view asked to be noted (core.afterwards). Such a page, and those of who proved that a
    file is theirs, stay in no cache.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(WITHOUT_DATABASE):
            return self.get_response(request)
        signing_in = request.path_info.startswith(SIGN_IN)
        session = request.session if request.session.session_key else {}
        user_id = session.get(SESSION_KEY)
        identity = int(user_id) if user_id else None
        # who is signed in acts in their own name alone, even in a browser where someone opened their own file
        subject = None if identity else Subject.read(session.get(SUBJECT_KEY, ""))
        # a provider's answer signs a person in by GET
        read_only = request.method in {"GET", "HEAD"} and not signing_in
        try:
            _count_call(request)
        except ratelimit.TooMany as error:
            response: HttpResponse = problems.Refusal(error)
            return self._explained(request, response, identity)
        with (
            collecting() as notes,
            ratelimit.counting(read_only=read_only) as counted,
            acting_as(
                identity,
                purpose=Purpose.SIGN_IN if signing_in else Purpose.NONE,
                subject=subject,
                read_only=read_only,
            ),
        ):
            response = self.get_response(request)
            failed = response.status_code >= 500 or isinstance(response, problems.Refusal)
            if failed or getattr(request, "view_failed", False):
                counted.undone = True
                transaction.set_rollback(True)
        kept = [note for note in notes if note.in_any_case or not counted.undone]
        if kept:
            with acting_as(identity, subject=subject):
                for note in kept:
                    note.write()
        response = self._explained(request, response, identity)
        if kept or subject:
            add_never_cache_headers(response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Whatever a view raises, nothing that it wrote stays; a rule that said no becomes a page or a problem."""
        request.view_failed = True  # type: ignore[attr-defined]
        return problems.Refusal(exception) if isinstance(exception, DomainError) else None

    @staticmethod
    def _explained(request: HttpRequest, response: HttpResponse, identity: int | None) -> HttpResponse:
        """Write a refusal's page in a transaction of its own: the view's may be unusable."""
        if isinstance(response, problems.Refusal) and not response.content:
            with acting_as(identity, read_only=True):
                problems.fill(response, request)
        return response


def _count_call(request: HttpRequest) -> None:
    try:
        match = resolve(request.path_info, getattr(request, "urlconf", None))
    except Resolver404:
        return
    ratelimit.check_view(match.func, match.route, request)


class RequestLogMiddleware:
    """One structured line a request: the route's name, never the path, the query or an address; and a number to
    find it again, which the answer carries."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        number = request.headers.get("X-Request-ID", "")
        if not REQUEST_ID.fullmatch(number):
            number = uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=number)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = number
            seconds = time.perf_counter() - start
            match = request.resolver_match
            route = (match.view_name or match.route) if match else "none"
            if request.path not in UNLOGGED:
                log.info(
                    "request",
                    route=route,
                    method=request.method,
                    status=response.status_code,
                    ms=round(seconds * 1000, 1),
                )
            metrics.count_request(route, request.method or "", response.status_code, seconds)
            return response
        finally:
            structlog.contextvars.clear_contextvars()
