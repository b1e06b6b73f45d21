"""What a structure, a coordinator and the person are told by the follow-up. To a structure: initials and need alone."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from maillage.journeys.models import Referral


def send_notice(row: Referral, to: str, token: str, *, reminder: int) -> None:
    """Announce a referral to the structure's address (`reminder` 0), or recall it (1, 2), with a link to answer."""
    link = _absolute(reverse("journeys:answer", args=[token]))
    _send(
        _subject(reminder),
        to,
        "notice",
        {"referral": row, "link": link, "reminder": reminder, "by_link": True},
    )


def send_notice_to_colleague(row: Referral, to: str, *, reminder: int) -> None:
    """The same, to a colleague who has an account, where the structure has no address of its own."""
    link = _absolute(reverse("journeys:referral", args=[row.pk]))
    _send(_subject(reminder), to, "notice", {"referral": row, "link": link, "reminder": reminder})


def send_code(to: str, code: str, minutes: int) -> None:
    """The code that opens the name and the number of one person, to the address that had the link."""
    _send(_("Votre code"), to, "answer_code", {"code": code, "minutes": minutes})


def send_to_call(to: str, count: int, *, on_duty: bool) -> None:
    """Tell who took over (a coordinator, else the sender) that `count` more referrals have had no answer."""
    path = reverse("journeys:coordination") if on_duty else reverse("journeys:inbox")
    _send(_("Des orientations sans réponse"), to, "to_call", {"count": count, "link": _absolute(path)})


def _subject(reminder: int) -> str:
    return (
        _("Rappel : une personne attend votre réponse") if reminder else _("Une personne vous est adressée")
    )


def _send(subject: str, to: str, template: str, context: dict[str, Any]) -> None:
    text = render_to_string(f"journeys/mails/{template}.txt", context)
    send_mail(subject, text.strip() + "\n", None, [to])


def _absolute(path: str) -> str:
    return settings.BASE_URL.rstrip("/") + path
