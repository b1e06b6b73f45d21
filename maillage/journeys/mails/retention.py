"""The warning that a file will soon be forgotten."""

from datetime import datetime

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from maillage.core import sms
from maillage.journeys.models import Person
from maillage.journeys.queries.retention import NOTICE, kept_for


def send_warning(person: Person, link: str, *, at: datetime) -> None:
    """Tell someone, by mail or else by text message, when their file goes and how to keep it."""
    gone_on = max(person.last_activity_at + kept_for(), at + NOTICE)
    context = {"person": person, "link": link, "gone_on": gone_on}
    if person.email:
        text = render_to_string("journeys/mails/retention.txt", context)
        send_mail(_("Gardons-nous votre dossier ?"), text.strip() + "\n", None, [person.email])
    else:
        sms.send_text(person.phone, render_to_string("journeys/mails/retention_text.txt", context), at=at)
