"""The public API: one router an app, problems as JSON (RFC 9457), its own documentation page."""

from typing import Any

import structlog
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from maillage.core.errors import DomainError
from maillage.core.problems import problem, refusal
from maillage.core.validation import in_french

log = structlog.get_logger()

# address under /api/v1/, router
ROUTERS: dict[str, str] = {
    "initiatives": "maillage.initiatives.api.router",
    "offers": "maillage.offers.api.search.router",
    "services": "maillage.offers.api.inclusion.services",
    "structures": "maillage.offers.api.inclusion.structures",
    "territories": "maillage.territories.api.router",
}

PROBLEM = "application/problem+json"


class Api(NinjaAPI):
    """The API, whose description says of refusals what they are: problems, and possible wherever there is a parameter."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The OpenAPI description."""
        schema = super().get_openapi_schema(**options)
        for methods in schema["paths"].values():
            for operation in methods.values():
                responses = operation["responses"]
                if operation["parameters"] and 422 not in responses:
                    shape = {"schema": {"$ref": "#/components/schemas/Problem"}}
                    responses[422] = {
                        "description": "Unprocessable Entity",
                        "content": {"application/json": shape},
                    }
                for status, response in responses.items():
                    if int(status) >= 400 and "application/json" in response.get("content", {}):
                        response["content"] = {PROBLEM: response["content"]["application/json"]}
        return schema


api = Api(
    title="Maillage",
    version="1.0.0",
    description=(
        "Lecture libre et sans clé. Ce qui change quelque chose demande la session d’une personne connectée (cookie sessionid) et "
        "l’en-tête X-CSRFToken : il n’y a pas encore de clé d’API. Les réponses en erreur suivent la RFC 9457 (application/problem+json). "
        "Les listes se parcourent avec le curseur de la réponse précédente."
    ),
    docs_url=None,
    urls_namespace="api",
)
for prefix, router in ROUTERS.items():
    api.add_router(prefix, router)


@api.exception_handler(DomainError)
def _refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    return refusal(error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {
            "field": ".".join(str(part) for part in found["loc"][1:] if part != "params"),
            "reason": in_french(found),
        }
        for found in error.errors
    ]
    named = " ; ".join(f"{found['field']} : {found['reason']}" for found in errors)
    return problem(422, _("Demande à corriger. %(errors)s") % {"errors": named}, errors=errors)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, _("Rien à cette adresse."))


@api.exception_handler(PermissionDenied)
def _denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return problem(403, _("Vous n’avez pas ce droit."))


@api.exception_handler(RequestDataTooBig)
def _too_heavy(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem(413, _("Envoyez moins à la fois : 2 Mo au plus par demande."))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    known = {
        400: _("La demande n’est pas du JSON valide."),
        401: _("Connectez-vous : cette demande change quelque chose."),
        403: _("L’en-tête X-CSRFToken manque, ou n’est pas celui du cookie csrftoken."),
    }
    return problem(error.status_code, known.get(error.status_code, str(error)))


@api.exception_handler(Exception)
def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("api.failed", exc_info=error)
    return problem(500, _("Erreur de notre côté. Elle est notée ; réessayez plus tard."))


@login_not_required
def documentation(request: HttpRequest) -> HttpResponse:
    """Every route, its parameters and answers, from the OpenAPI description: no script, no other site."""
    schema = api.get_openapi_schema()
    operations = [
        {"path": route, "method": method.upper(), **operation}
        for route, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "core/api_docs.html", {"info": schema["info"], "operations": operations})


def open_to_all(urls: tuple[list[Any], str, str]) -> tuple[list[Any], str, str]:
    """An API's addresses without the login page: each route says itself when it needs more."""
    for pattern in urls[0]:
        if isinstance(pattern, URLPattern):
            pattern.callback = login_not_required(pattern.callback)
    return urls


def urls() -> list[URLPattern | URLResolver]:
    """The API's addresses."""
    return [
        path("api/v1/docs", documentation, name="api_docs"),
        path("api/v1/", open_to_all(api.urls)),
    ]
