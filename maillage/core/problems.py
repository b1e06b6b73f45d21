"""What a refusal looks like: a page that says in French what to change, or a problem JSON (RFC 9457) under /api/."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError

API = "/api/"
PROBLEM_JSON = "application/problem+json; charset=utf-8"


class Refusal(HttpResponse):
    """The answer to a DomainError. The transaction that raised it is undone; a page is rendered after that."""

    def __init__(self, error: DomainError) -> None:
        super().__init__(status=error.status)
        self.error = error
        if retry_after := getattr(error, "retry_after", None):
            self["Retry-After"] = str(retry_after)


def title(status: int) -> str:
    """What a status means, in a few words."""
    return {
        400: _("Demande mal formée"),
        401: _("Connexion nécessaire"),
        403: _("Accès refusé"),
        404: _("Introuvable"),
        405: _("Méthode non prévue"),
        409: _("Modifié entre-temps"),
        410: _("Ce lien ne sert plus"),
        413: _("Envoi trop lourd"),
        415: _("Format non pris en charge"),
        422: _("Demande à corriger"),
        429: _("Trop de demandes"),
        503: _("Service momentanément indisponible"),
    }.get(status, _("Erreur inattendue"))


def problem(status: int, detail: str, **more: Any) -> HttpResponse:
    """A problem JSON answer; `more` are extension members, such as `errors`."""
    body = {"type": "about:blank", "title": title(status), "status": status, "detail": detail, **more}
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=PROBLEM_JSON)


def refusal(error: DomainError) -> Refusal:
    """The answer of the API to a DomainError: a problem, and the transaction is undone."""
    response = Refusal(error)
    response.content = problem(error.status, str(error)).content
    response["Content-Type"] = PROBLEM_JSON
    return response


def fill(response: Refusal, request: HttpRequest) -> None:
    """Write the body of a refusal: problem JSON for the API, a page else."""
    error = response.error
    if request.path.startswith(API):
        response.content = problem(error.status, str(error)).content
        response["Content-Type"] = PROBLEM_JSON
        return
    context = {"title": title(error.status), "detail": str(error), "status": error.status}
    response.content = render_to_string("core/refused.html", context, request).encode()


class ApiProblemMiddleware:
    """Under /api/, what Django or another middleware refuses is a problem too: unknown address, method, size."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            request.path.startswith(API)
            and response.status_code >= 400
            and "json" not in response.get("Content-Type", "")
        ):
            known = {
                404: _("Rien à cette adresse. Voir /api/v1/docs."),
                405: _("Cette adresse n’accepte pas cette méthode."),
            }
            detail = known.get(response.status_code, title(response.status_code))
            kept = {name: response[name] for name in ("Allow", "Retry-After") if name in response}
            response = problem(response.status_code, detail)
            for name, value in kept.items():
                response[name] = value
        return response
