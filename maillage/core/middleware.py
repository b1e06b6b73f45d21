"""One request, one transaction, one identity; one log line."""

import time
from collections.abc import Callable

import structlog
from django.contrib.auth import SESSION_KEY
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from maillage.core.acting import Purpose, acting_as

log = structlog.get_logger()
Next = Callable[[HttpRequest], HttpResponse]

# served from files or memory: no identity to set, no transaction to open
WITHOUT_DATABASE = ("/static/", "/tuiles/", "/healthz", "/metrics")
SIGN_IN = "/compte/"


class ActingMiddleware:
    """Wrap the view in the acting user's transaction; GET and HEAD may not write, a 5xx leaves nothing behind."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(WITHOUT_DATABASE):
            return self.get_response(request)
        signing_in = request.path.startswith(SIGN_IN)
        user_id = request.session.get(SESSION_KEY) if request.session.session_key else None
        with acting_as(
            int(user_id) if user_id else None,
            purpose=Purpose.SIGN_IN if signing_in else Purpose.NONE,
            # a provider's answer signs a person in by GET
            read_only=request.method in {"GET", "HEAD"} and not signing_in,
        ):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response


class RequestLogMiddleware:
    """One structured line a request: the route's name, never the path, the query or an address."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.view_name if request.resolver_match else None
        log.info(
            "request",
            route=route,
            method=request.method,
            status=response.status_code,
            ms=round((time.perf_counter() - start) * 1000, 1),
        )
        return response
