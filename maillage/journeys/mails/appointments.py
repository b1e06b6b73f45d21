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
    cancelled = row.status in {Appointment.Status.ANNULE, Appointment.Status.EXCUSE}
    context = _context(row, cancelled)
    if person.email:
        summary = _("Rendez-vous : %(name)s") % {"name": context["organisation"]}
        _send(person.email, {**context, "summary": summary, "link": "/mon-parcours/"}, at)
    elif sms.is_offered() and row.starts_at > at:
        text = render_to_string("journeys/mails/appointment_text.txt", context)
        sms.send_text(person.phone, text, at=at, lasts=min(sms.LASTS, row.starts_at - at))
    tell_colleague(row, row.received_by_id, initials=initials, cancelled=cancelled, at=at)


def tell_colleague(
    row: Appointment, user_id: int | None, *, initials: str, cancelled: bool, at: datetime
) -> None:
    """Write to who receives the person, or no longer does (`cancelled`)."""
    if to := mail_of(user_id):
        summary = _("Rendez-vous avec %(initials)s") % {"initials": initials}
        link = f"/espace/personnes/{row.person_id}/"
        _send(to, {**_context(row, cancelled), "summary": summary, "link": link}, at)


def _context(row: Appointment, cancelled: bool) -> dict[str, Any]:
    organisation = Organisation.objects.only("name").get(pk=row.organisation_id).name
    return {"appointment": row, "organisation": organisation, "cancelled": cancelled}


def _send(to: str, context: dict[str, Any], at: datetime) -> None:
    row, cancelled = context["appointment"], context["cancelled"]
    if cancelled:
        subject = _("Un rendez-vous est annulé")
    else:
        subject = _("Un rendez-vous change") if row.sequence else _("Un rendez-vous")
    link = settings.BASE_URL.rstrip("/") + context["link"]
    text = render_to_string("journeys/mails/appointment.txt", {**context, "link": link})
    message = EmailMessage(subject, text.strip() + "\n", None, [to])
    said = invitation(
        row,
        summary=context["summary"],
        organiser=context["organisation"],
        to=to,
        cancelled=cancelled,
        at=at,
    )
    message.attach("rendez-vous.ics", said.text, said.media_type)
    message.send()
