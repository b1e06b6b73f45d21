"""The pages of what went wrong: each says in French what happened and what to do next."""

from dataclasses import dataclass

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Fault:
    """The words of one status: a title, and what to do."""

    title: str | Promise
    advice: str | Promise


FAULTS: dict[int, Fault] = {
    400: Fault(
        _("Cette demande n’est pas lisible"),
        _("L’adresse ou le formulaire envoyé est incomplet. Revenez en arrière et essayez encore."),
    ),
    403: Fault(
        _("Cette page ne vous est pas ouverte"),
        _(
            "Votre compte n’a pas le droit de la voir. Changez de compte, ou demandez l’accès à l’équipe du site."
        ),
    ),
    404: Fault(
        _("Cette page n’existe pas, ou plus"),
        _(
            "L’adresse est peut-être mal écrite, ou la fiche a été retirée. Cherchez-la sur la carte ou dans la liste."
        ),
    ),
    405: Fault(
        _("Cette adresse ne s’ouvre pas ainsi"),
        _("Elle attend l’envoi d’un formulaire. Revenez à la page précédente et utilisez son bouton."),
    ),
    413: Fault(
        _("Cet envoi est trop lourd"),
        _("Réduisez le fichier ou le texte, ou envoyez-le en plusieurs fois."),
    ),
    429: Fault(
        _("Trop d’essais à la suite"),
        _("Par sécurité, attendez quelques minutes, puis recommencez. Rien n’a été envoyé."),
    ),
}


def error_page(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """The designed page of an HTTP status; `message`, when given, takes the place of the usual advice."""
    fault = FAULTS.get(status, FAULTS[400])
    content = render_to_string(
        "ui/error.html",
        {"status": status, "fault_title": fault.title, "advice": message or fault.advice},
        request,
    )
    return HttpResponse(content, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404)


def too_many(request: HttpRequest) -> HttpResponse:
    """The pages of signing in count for themselves; elsewhere core.ratelimit also says how long to wait."""
    return error_page(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    """A page that needs nothing: neither the database, nor a file, nor the person's session."""
    return HttpResponse(render_to_string("ui/server_error.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form had waited too long, or cookies are blocked."""
    content = render_to_string(
        "ui/error.html",
        {
            "status": 403,
            "fault_title": _("Ce formulaire a expiré"),
            "advice": _(
                "Par sécurité, rien n’a été envoyé. Revenez en arrière, rechargez la page et recommencez. "
                "Si cela se répète, autorisez les cookies de ce site : ils ne servent qu’à le protéger."
            ),
        },
        request,
    )
    return HttpResponse(content, status=403)
