"""An empty refusal becomes a page; what the domain refuses is written by core.problems."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from maillage.ui.errors import error_page

Next = Callable[[HttpRequest], HttpResponse]
MACHINES = ("/api/", "/tuiles/", "/static/")


class ErrorPageMiddleware:
    """A wrong method as a designed page, with the methods that are allowed."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not request.path_info.startswith(MACHINES):
            page = error_page(request, 405)
            page["Allow"] = response["Allow"]
            return page
        return response
