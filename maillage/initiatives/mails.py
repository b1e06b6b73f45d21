"""Every mail of the collaborative map: plain text, no personal datum in a subject or an address."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.core.acting import Purpose, for_purpose
from maillage.initiatives.models import Initiative, Proposal, Subscription
from maillage.initiatives.stop_tokens import token_of


def address(name: str, *args: Any) -> str:
    """The complete address of one of our pages, for a mail."""
    return settings.BASE_URL.rstrip("/") + reverse(f"initiatives:{name}", args=args)


def send(
    to: str, subject: str, template: str, context: dict[str, Any], *, headers: dict[str, str] | None = None
) -> None:
    """Write one mail in the outbox, within the present transaction; nothing when `to` is empty."""
    if not to:
        return
    text = render_to_string(f"initiatives/mails/{template}.txt", context)
    with for_purpose(Purpose.MAIL):
        EmailMessage(subject, text.strip() + "\n", to=[to], headers=headers).send()


def send_proof(proposal: Proposal) -> None:
    """Ask the author of a proposal to confirm the address."""
    send(
        proposal.email,
        _("Confirmez votre proposition"),
        "proof",
        {"proposal": proposal, "link": address("prove", proposal.key)},
    )


def send_accepted(proposal: Proposal, initiative: Initiative, *, amended: bool) -> None:
    """Tell the author that the proposal is published, with the fiche's address."""
    send(
        proposal.email,
        _("Votre proposition est publiée"),
        "accepted",
        {
            "proposal": proposal,
            "initiative": initiative,
            "amended": amended,
            "is_correction": proposal.base_version is not None,
            "link": address("fiche", initiative.slug),
        },
    )


def send_refused(proposal: Proposal) -> None:
    """Tell the author why the proposal is not published."""
    send(
        proposal.email,
        _("Votre proposition n’a pas été retenue"),
        "refused",
        {"proposal": proposal, "link": address("propose")},
    )


def send_freshness(initiative: Initiative, to: str, template: str, links: dict[str, str]) -> None:
    """Ask whether a fiche is up to date (`freshness`), or tell that it is withdrawn (`withdrawn`), with one-click links."""
    subject = (
        _("Votre fiche n’est plus visible") if template == "withdrawn" else _("Votre fiche est-elle à jour ?")
    )
    send(
        to,
        subject,
        template,
        {"initiative": initiative, "links": links, "page": address("fiche", initiative.slug)},
    )


def send_subscription_proof(subscription: Subscription, words: str) -> None:
    """Ask a follower to confirm the address, whose key was just renewed."""
    send(
        subscription.email,
        _("Confirmez votre abonnement"),
        "follow",
        {
            "words": words,
            "link": address("follow-prove", subscription.key),
            "stop": address("follow-stop", token_of(subscription.pk)),
        },
    )


def send_digest(subscription: Subscription, news: list[Initiative], words: str) -> None:
    """Tell a follower what is new; mail programs show an unsubscribe button (RFC 8058)."""
    stop = address("follow-stop", token_of(subscription.pk))
    send(
        subscription.email,
        ngettext("%(n)s nouvelle initiative", "%(n)s nouvelles initiatives", len(news)) % {"n": len(news)},
        "digest",
        {
            "news": [(one, address("fiche", one.slug)) for one in news],
            "words": words,
            "stop": stop,
            "everything": f"{address('list')}?{subscription.criteria}",
        },
        headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def send_dead_links(initiative: Initiative, to: str, urls: list[str], correct: str) -> None:
    """Tell the owner which links of the fiche no longer answer."""
    send(
        to,
        _("Un lien de votre fiche ne répond plus"),
        "dead_links",
        {
            "initiative": initiative,
            "urls": urls,
            "correct": correct,
            "page": address("fiche", initiative.slug),
        },
    )
