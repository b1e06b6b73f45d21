"""What a person is told of their own referral: plain words, no jargon, nothing personal in the subject."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core import sms
from maillage.journeys.models import Person, Referral, RefusalReason
from maillage.journeys.queries.next_offer import Offer

# the reasons as they are said to the person: nothing in them is a fault of theirs
PLAIN_REASONS = {
    RefusalReason.COMPLET: gettext_lazy("Il n’y a plus de place en ce moment."),
    RefusalReason.HORS_ZONE: gettext_lazy(
        "Cette structure n’aide que les personnes qui habitent un autre secteur."
    ),
    RefusalReason.HORS_PUBLIC: gettext_lazy(
        "Cette structure n’aide que certaines personnes, pour d’autres situations."
    ),
    RefusalReason.TROP_TOT: gettext_lazy(
        "Cette structure aide un peu plus tard, quand le projet a déjà commencé."
    ),
    RefusalReason.TROP_TARD: gettext_lazy(
        "Cette structure aide au tout début, et votre projet est déjà plus loin."
    ),
    RefusalReason.AUTRE_BESOIN: gettext_lazy("Ce que vous cherchez n’est pas leur métier."),
    RefusalReason.DEJA_SUIVI: gettext_lazy("Quelqu’un d’autre vous aide déjà pour cela."),
    RefusalReason.AUTRE: "",
}


def send_news(row: Referral, person: Person, what: str, offer: Offer | None) -> None:
    """Write to the person that the structure refused (`what` « refused ») or did not answer (« unanswered »)."""
    text = render_to_string("journeys/mails/news.txt", _context(row, person, what, offer))
    send_mail(_("Des nouvelles de votre demande"), text.strip() + "\n", None, [person.email])


def send_text_news(row: Referral, person: Person, what: str, offer: Offer | None, *, at: datetime) -> None:
    """The same in one text message, without a name, for who gave no mail address."""
    text = render_to_string("journeys/mails/news_text.txt", _context(row, person, what, offer))
    sms.send_text(person.phone, text, at=at)


def _context(row: Referral, person: Person, what: str, offer: Offer | None) -> dict[str, Any]:
    return {
        "referral": row,
        "person": person,
        "what": what,
        "why": PLAIN_REASONS.get(RefusalReason(row.refusal_reason), "") if row.refusal_reason else "",
        "offer": offer,
        "link": f"{settings.BASE_URL.rstrip('/')}/mon-parcours/",
    }
