"""Mails of organisations."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from maillage.accounts.models import User
from maillage.core.acting import Purpose, for_purpose
from maillage.organisations.models import Banner, Claim, Organisation


def send_invitation(organisation: Organisation, to: str, token: str) -> None:
    """Invite an address to join; whether it has an account is not said."""
    link = settings.BASE_URL.rstrip("/") + reverse("organisations:join", args=[token])
    text = render_to_string(
        "organisations/mails/invitation.txt", {"organisation": organisation, "link": link}
    )
    with for_purpose(Purpose.MAIL):
        send_mail(_("Invitation à rejoindre une structure"), text.strip() + "\n", None, [to])


def send_call(banner: Banner, user_id: int) -> None:
    """Tell who is on duty that someone waits for a call: neither a name nor a number."""
    _send_to_user(user_id, _("Une personne attend votre appel"), "call", banner)


def send_late_calls(banner: Banner, user_id: int) -> None:
    """Tell who is on duty that a call is late."""
    _send_to_user(user_id, _("Un appel attend depuis plus de deux jours"), "late_call", banner)


def _send_to_user(user_id: int, subject: str, template: str, banner: Banner) -> None:
    with for_purpose(Purpose.MAIL):
        to = User.objects.filter(pk=user_id, is_active=True).values_list("email", flat=True).first()
        if to:
            link = settings.BASE_URL.rstrip("/") + reverse("organisations:calls")
            text = render_to_string(f"organisations/mails/{template}.txt", {"banner": banner, "link": link})
            send_mail(subject, text.strip() + "\n", None, [to])


def send_claim_proof(claim: Claim, to: str) -> None:
    """Ask who says that a structure is theirs to open a link, at an address of the structure."""
    link = settings.BASE_URL.rstrip("/") + reverse("organisations:claim-prove", args=[claim.key])
    text = render_to_string(
        "organisations/mails/claim_proof.txt", {"organisation": claim.organisation, "link": link}
    )
    with for_purpose(Purpose.MAIL):
        send_mail(_("Confirmez que cette structure est la vôtre"), text.strip() + "\n", None, [to])


def send_claim_answer(claim: Claim) -> None:
    """Tell the person what became of their request."""
    link = settings.BASE_URL.rstrip("/") + reverse("organisations:detail", args=[claim.organisation.slug])
    text = render_to_string("organisations/mails/claim_answer.txt", {"claim": claim, "link": link})
    with for_purpose(Purpose.MAIL):
        to = User.objects.filter(pk=claim.user_id, is_active=True).values_list("email", flat=True).first()
        if to:
            send_mail(_("Votre demande pour une structure"), text.strip() + "\n", None, [to])
