"""What was done by the answer links of referrals, as their log says: for the referral's page, and for the person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from maillage.journeys.models import AnswerLink, LinkOpeningEvent, Referral

MOST = 30
# what a structure's people and the sender's are told of each use
USES = {
    "opened": _("Lien ouvert : initiales et besoin"),
    "code": _("Code demandé, parti à l’adresse de la structure"),
    "code-wrong": _("Code faux"),
    "code-given": _("Code donné : le nom et le numéro sont visibles"),
    "named": _("Lien ouvert, code donné : nom et numéro"),
    "answered": _("Réponse donnée par le lien"),
    "revoked": _("Lien rendu inutilisable"),
}
# what the person is told: the uses that showed something of them
SEEN = {
    "opened": _("par le lien de son message : vos initiales et ce que vous cherchez"),
    "code-given": _("par le lien de son message, avec un code : votre nom et comment vous joindre"),
    "named": _("par le lien de son message, avec un code : votre nom et comment vous joindre"),
}


@dataclass(frozen=True)
class Use:
    """One use of a link: when, what, in words, and by which structure."""

    at: datetime
    what: str
    structure: str


def uses_of(referral: Referral) -> list[Use]:
    """What was done by the links of a referral, the latest first."""
    return _uses([referral], USES)


def seen_by_link(person_id: int) -> list[Use]:
    """When something of the person was shown by a link, the latest first."""
    sent = Referral.objects.filter(person=person_id, sent_at__isnull=False).select_related("to_organisation")
    return _uses(sent, SEEN)


def _uses(referrals: Iterable[Referral], words: Mapping[str, object]) -> list[Use]:
    structures = {row.pk: row.to_organisation.name for row in referrals}
    links = dict(AnswerLink.objects.filter(referral__in=structures).values_list("pk", "referral"))
    rows = LinkOpeningEvent.objects.filter(link_number__in=links, what__in=words).order_by("-at", "-pk")
    return [Use(row.at, str(words[row.what]), structures[links[row.link_number]]) for row in rows[:MOST]]
