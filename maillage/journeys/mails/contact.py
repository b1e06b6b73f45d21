"""The code that proves a number or an address, before a request leaves."""

from datetime import datetime

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from maillage.core import sms
from maillage.core.codes import LASTS


def send_contact_code(reach: str, code: str, *, at: datetime) -> None:
    """Send the code to a number (one text message) or to an address."""
    context = {"code": code, "minutes": int(LASTS.total_seconds() // 60)}
    text = render_to_string("journeys/mails/contact_code.txt", context)
    if "@" in reach:
        send_mail(_("Votre code"), text.strip() + "\n", None, [reach])
    else:
        sms.send_text(reach, text, at=at, lasts=LASTS)
