"""Where else a person could go: the finder's answer, without the structures already tried."""

from dataclasses import dataclass
from datetime import datetime

from maillage.core.acting import Purpose, for_purpose
from maillage.core.phones import readable_phone
from maillage.journeys.models import Person, Referral, State, Terms
from maillage.offers.answer import Item
from maillage.offers.models import Service
from maillage.offers.queries.finder import find
from maillage.offers.situation import Situation
from maillage.organisations.models import Organisation


@dataclass(frozen=True)
class Offer:
    """One service of a structure that the person has not been sent to, as the finder shows it."""

    organisation_id: int
    service_id: int
    service: str
    structure: str
    phone: str  # in groups, as people say it
    reasons: tuple[str, ...]


def next_offers(row: Referral, *, at: datetime, most: int = 3) -> list[Offer]:
    """The best contacts that remain for the person of `row`, one a structure, the best first; maybe none.

    For who may read the referral: the person's own place is asked for under the purpose of the follow-up.
    """
    return _untried(_situation(row), _tried(row), at, most)


def offers_around(*, commune: str, at: datetime, most: int = 3) -> list[Offer]:
    """The best contacts of a place (a commune's code, "" for anywhere) for someone of whom nothing else is known."""
    return _untried(Situation(commune=commune), set(), at, most)


def _untried(situation: Situation, tried: set[int], at: datetime, most: int) -> list[Offer]:
    answer = find(situation, at=at, size=50)
    first = (answer.first_contact,) if answer.first_contact else ()
    best: dict[str, Item] = {}
    for item in (*first, *answer.items):
        best.setdefault(item.structure_slug, item)
    closed = Terms.objects.filter(is_open=False).values("organisation")
    numbers = dict(
        Organisation.objects.filter(slug__in=best, gone_on=None, closed_on=None)
        .exclude(pk__in=closed)
        .exclude(pk__in=tried)
        .values_list("slug", "pk")
    )
    return [_offer(item, numbers[slug]) for slug, item in best.items() if slug in numbers][:most]


def _offer(item: Item, organisation_id: int) -> Offer:
    reasons = tuple(reason.text for reason in item.reasons[:3])
    return Offer(organisation_id, item.id, item.nom, item.structure, readable_phone(item.phone), reasons)


def _tried(row: Referral) -> set[int]:
    """The structures that the person was sent to, and the one that sends."""
    with for_purpose(Purpose.FOLLOW_UP):
        sent = Referral.objects.filter(person=row.person_id).exclude(state=State.BROUILLON)
        tried = set(sent.values_list("to_organisation_id", flat=True))
    return (
        tried | {row.to_organisation_id} | ({row.from_organisation_id} if row.from_organisation_id else set())
    )


def _situation(row: Referral) -> Situation:
    with for_purpose(Purpose.FOLLOW_UP):
        commune = Person.objects.filter(pk=row.person_id).values_list("commune_id", flat=True).first()
    kind = Service.objects.filter(pk=row.service_id or 0).values_list("kind", flat=True).first()
    return Situation(commune=commune or "", phase=row.phase, needs=(kind,) if kind else ())
