"""What both are told of an appointment: the person by mail, else by text message; a professional reads initials alone.

No personal datum in a subject.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from maillage.core import sms
from maillage.journeys.invitation import invitation
from maillage.journeys.models import Appointment, Person
from maillage.journeys.queries.contacts import mail_of
from maillage.organisations.models import Organisation


def tell_both(row: Appointment, person: Person, *, initials: str, at: datetime) -> None:
    """Write to the person and to who receives them, each with an invitation (a text message has none)."""
    organisation = Organisation.objects.only("name").get(pk=row.organisation_id).name
    context = {"appointment": row, "organisation": organisation}
    if person.email:
        summary = _("Rendez-vous : %(name)s") % {"name": organisation}
        _send(person.email, {**context, "summary": summary, "link": "/mon-parcours/"}, at)
    elif sms.is_offered() and row.starts_at > at:
        text = render_to_string("journeys/mails/appointment_text.txt", context)
        sms.send_text(person.phone, text, at=at, lasts=min(sms.LASTS, row.starts_at - at))
    if to := mail_of(row.received_by_id):
        summary = _("Rendez-vous avec %(initials)s") % {"initials": initials}
        _send(to, {**context, "summary": summary, "link": f"/espace/personnes/{person.pk}/"}, at)


def _send(to: str, context: dict[str, Any], at: datetime) -> None:
    row = context["appointment"]
    if row.status == Appointment.Status.ANNULE:
        subject = _("Un rendez-vous est annulé")
    else:
        subject = _("Un rendez-vous change") if row.sequence else _("Un rendez-vous")
    link = settings.BASE_URL.rstrip("/") + context["link"]
    text = render_to_string("journeys/mails/appointment.txt", {**context, "link": link})
    message = EmailMessage(subject, text.strip() + "\n", None, [to])
    said = invitation(row, summary=context["summary"], organiser=context["organisation"], to=to, at=at)
    message.attach("rendez-vous.ics", said.text, said.media_type)
    message.send()
