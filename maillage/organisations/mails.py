"""Mails of organisations."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, for_purpose
from maillage.organisations.models import Organisation


def send_invitation(organisation: Organisation, to: str, token: str) -> None:
    """Invite an address to join; whether it has an account is not said."""
    link = settings.BASE_URL.rstrip("/") + reverse("organisations:join", args=[token])
    text = render_to_string(
        "organisations/mails/invitation.txt", {"organisation": organisation, "link": link}
    )
    with for_purpose(Purpose.MAIL):
        send_mail(_("Invitation à rejoindre une structure"), text.strip() + "\n", None, [to])
