"""Mails to those who keep services, and to those who report errors: plain text, no personal datum in a subject or an address."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, for_purpose
from maillage.offers.models import ErrorReport, Service


def address(name: str, *args: Any) -> str:
    """The complete address of one page of the services, for a mail."""
    return settings.BASE_URL.rstrip("/") + reverse(f"services:{name}", args=args)


def send(to: str, subject: str, template: str, context: dict[str, Any]) -> None:
    """Write one mail in the outbox, within the present transaction; nothing when `to` is empty."""
    if not to:
        return
    text = render_to_string(f"offers/mails/{template}.txt", context)
    with for_purpose(Purpose.MAIL):
        EmailMessage(subject, text.strip() + "\n", to=[to]).send()


def send_freshness(service: Service, to: str, template: str, links: dict[str, str]) -> None:
    """Ask whether a service is up to date (`freshness`), or tell that it is withdrawn (`withdrawn`), with one-click links."""
    subject = (
        _("Votre service n’est plus visible")
        if template == "withdrawn"
        else _("Votre service est-il à jour ?")
    )
    send(
        to,
        subject,
        f"service_{template}",
        {"service": service, "links": links, "page": address("page", service.slug), "edit": address("edit", service.slug)},
    )  # fmt: skip


def send_answer(report: ErrorReport, to: str) -> None:
    """Tell who reported an error what became of it."""
    send(
        to,
        _("Votre signalement : la réponse"),
        "report_answer",
        {"report": report, "service": report.service, "page": address("page", report.service.slug)},
    )


def send_reported(report: ErrorReport, to: str) -> None:
    """Tell who keeps a service that an error is reported in it; nothing is said of who reports."""
    send(
        to,
        _("Une erreur est signalée dans votre service"),
        "reported",
        {"report": report, "service": report.service, "edit": address("edit", report.service.slug)},
    )


def send_dead_links(service: Service, to: str, urls: list[str]) -> None:
    """Tell who keeps a service which of its links no longer answer."""
    send(
        to,
        _("Un lien de votre service ne répond plus"),
        "service_dead_links",
        {"service": service, "urls": urls, "edit": address("edit", service.slug)},
    )
