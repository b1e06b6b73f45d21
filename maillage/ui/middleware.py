"""What the domain refuses becomes a page."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from maillage.core.errors import DomainError
from maillage.ui.errors import error_page, refused

Next = Callable[[HttpRequest], HttpResponse]
MACHINES = ("/api/", "/tuiles/", "/static/")


class ErrorPageMiddleware:
    """A DomainError that no view caught, and an empty 405, as designed pages; nothing half-written stays."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not request.path.startswith(MACHINES):
            page = error_page(request, 405)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError) or request.path.startswith(MACHINES):
            return None
        if transaction.get_connection().in_atomic_block:
            transaction.set_rollback(True)
        return refused(request, exception)
