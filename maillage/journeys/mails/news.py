"""What a person is told of their own referral: plain words, no jargon, nothing personal in the subject."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
    context = {
        "referral": row,
        "person": person,
        "what": what,
        "why": PLAIN_REASONS.get(RefusalReason(row.refusal_reason), "") if row.refusal_reason else "",
        "offer": offer,
        "link": f"{settings.BASE_URL.rstrip('/')}/mon-parcours/",
    }
    text = render_to_string("journeys/mails/news.txt", context)
    send_mail(_("Des nouvelles de votre demande"), text.strip() + "\n", None, [person.email])
