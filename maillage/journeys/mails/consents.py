"""What a person is sent about their own file: a link to agree, a code to come in. Nothing personal in a subject."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from maillage.core import sms
from maillage.core.codes import LASTS
from maillage.journeys.consent_tokens import token_of
from maillage.journeys.models import ConsentRequest, Person, Referral
from maillage.journeys.queries.consents import LINK_LASTS
from maillage.journeys.queries.contacts import mail_of


class Departure(NamedTuple):
    """What became of a draft when the person answered: it left, or `why` it could not."""

    referral: Referral
    why: str = ""


def send_consent_link(request: ConsentRequest, person: Person, *, at: datetime) -> str:
    """Send the link of a request to the person's own number, else to their address; « sms », « mail », or "" for neither."""
    link = settings.BASE_URL.rstrip("/") + reverse("journeys:agree", args=[token_of(request.key)])
    structure = request.organisation.name
    if person.phone and sms.is_offered():
        text = _("%(structure)s vous demande votre accord. Lisez, puis décidez : %(link)s")
        sms.send_text(
            person.phone, text % {"structure": structure[:80], "link": link}, at=at, lasts=LINK_LASTS
        )
        return "sms"
    if person.email:
        body = render_to_string("journeys/mails/consent_link.txt", {"structure": structure, "link": link})
        send_mail(_("Votre accord est demandé"), body.strip() + "\n", None, [person.email])
        return "mail"
    return ""


def tell_asker(request: ConsentRequest, drafts: Sequence[Departure]) -> None:
    """Tell who asked that the person answered, yes or no, what became of the drafts that waited for it, and nothing of the person."""
    if to := mail_of(request.asked_by_id):
        link = settings.BASE_URL.rstrip("/") + "/espace/"
        yes = request.answer == ConsentRequest.Answer.GIVEN
        context = {"yes": yes, "link": link, "drafts": drafts}
        body = render_to_string("journeys/mails/consent_answered.txt", context)
        send_mail(_("Une réponse à votre demande d’accord"), body.strip() + "\n", None, [to])


def send_entry_code(address: str, code: str, *, at: datetime) -> None:
    """Send the code of « Mon parcours » to a number or an address."""
    minutes = int(LASTS.total_seconds() // 60)
    if "@" in address:
        body = render_to_string("journeys/mails/entry_code.txt", {"code": code, "minutes": minutes})
        send_mail(_("Votre code"), body.strip() + "\n", None, [address])
        return
    text = _("%(code)s : votre code pour « Mon parcours », pendant %(n)s minutes. Ne le donnez à personne.")
    sms.send_text(address, text % {"code": code, "n": minutes}, at=at, lasts=LASTS)
