"""Ways to pay for a project: which exist, and which a person may have."""

from datetime import date
from functools import lru_cache

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from maillage.offers.answer import FinancingItem
from maillage.offers.eligibility import Finding, Verdict, findings, may_be_given, verdict
from maillage.offers.models import Financing, FinancingStatus
from maillage.offers.situation import Situation, Whereabouts
from maillage.offers.sql import statement
from maillage.territories.queries import PlaceFound, names_by_code, search_places


def published() -> QuerySet[Financing]:
    """The financings that people may read, by name, each with its structure."""
    return (
        Financing.objects.filter(status=FinancingStatus.PUBLISHED)
        .select_related("structure")
        .order_by("nom", "pk")
    )


def published_called(slug: str) -> Financing | None:
    """The published financing of this slug, with its structure."""
    return published().filter(slug=slug).first()


def zone_names(aid: Financing) -> list[str]:
    """The names of the territories where `aid` is given, in its order; a code stands for a name that is not known."""
    names = names_by_code(aid.zones)
    return [_("toute la France") if code == "france" else names.get(code, code) for code in aid.zones]


def place_named(text: str) -> PlaceFound | None:
    """The commune or the neighbourhood that `text` most likely names; None when there is none."""
    return next((place for place in search_places(text) if place.kind in ("commune", "qpv")), None)


def eligible(situation: Situation, whereabouts: Whereabouts, on: date) -> list[Verdict]:
    """A verdict on every published financing, on this day: the likely ones, those that lack something, the others.

    The order is total (Verdict.order). One query, or two after a change.
    """
    return sorted(_verdicts(situation, whereabouts, on), key=Verdict.order)


def financing_items(
    situation: Situation, whereabouts: Whereabouts, on: date, *, most: int = 6
) -> tuple[FinancingItem, ...]:
    """The lines of the finder's answer: what a person has or may have, the likeliest first, at most `most`."""
    known, found = _known(situation, whereabouts, on)
    kept = dict(_standing(*known))
    for aid, of_aid in zip(_published_at(known[0]), found, strict=True):
        if aid.zones and may_be_given(aid, whereabouts):
            row = verdict(aid, of_aid, situation, whereabouts, on)
            if row.verdict != "no":
                kept[row.order()] = _item(row)
    return tuple(kept[order] for order in sorted(kept)[:most])


def _verdicts(situation: Situation, whereabouts: Whereabouts, on: date) -> list[Verdict]:
    known, found = _known(situation, whereabouts, on)
    return [
        verdict(aid, of_aid, situation, whereabouts, on)
        for aid, of_aid in zip(_published_at(known[0]), found, strict=True)
    ]


Known = tuple[tuple[object, ...], str | None, Situation, bool | None, date]


def _known(
    situation: Situation, whereabouts: Whereabouts, on: date
) -> tuple[Known, tuple[tuple[Finding, ...], ...]]:
    """What decides but for the territory, which many people share, and what it says of each published financing."""
    # all that the rules but that of the territory look at
    who = Situation(
        phase=situation.phase,
        publics=situation.publics,
        age=situation.age,
        status=situation.status,
        sector=situation.sector,
    )
    lives_in_qpv = None if whereabouts.qpv is None else bool(whereabouts.qpv)
    known = (_state(), get_language(), who, lives_in_qpv, on)
    return known, _findings(*known)


def _state() -> tuple[object, ...]:
    """What changes when a published financing, or a structure that has one, is written."""
    with connection.cursor() as cursor:
        cursor.execute(statement("financing_state"))
        return (connection.settings_dict["NAME"], *cursor.fetchone())


@lru_cache(maxsize=1)
def _published_at(_state: tuple[object, ...]) -> tuple[Financing, ...]:
    return tuple(published())


@lru_cache(maxsize=1024)
def _findings(
    state: tuple[object, ...], _language: str | None, who: Situation, in_qpv: bool | None, on: date
) -> tuple[tuple[Finding, ...], ...]:
    """Of each published financing, what everything but the territory says: many people are in the same situation."""
    here = Whereabouts(qpv=None if in_qpv is None else ("",) if in_qpv else ())
    return tuple(findings(aid, who, here, on) for aid in _published_at(state))


@lru_cache(maxsize=1024)
def _standing(
    state: tuple[object, ...], language: str | None, who: Situation, in_qpv: bool | None, on: date
) -> tuple[tuple[tuple[object, ...], FinancingItem], ...]:
    """The lines of the financings that are given everywhere and are not refused, each with its place in the order."""
    rows = [
        Verdict(aid, of_aid)
        for aid, of_aid in zip(_published_at(state), _findings(state, language, who, in_qpv, on), strict=True)
        if not aid.zones
    ]
    return tuple((row.order(), _item(row)) for row in rows if row.verdict != "no")


def _item(row: Verdict) -> FinancingItem:
    aid = row.financing
    return FinancingItem(
        id=aid.pk,
        slug=aid.slug,
        nom=aid.nom,
        kind=aid.kind,
        reasons=row.reasons,
        missing=row.missing,
        structure=aid.structure.name if aid.structure else "",
        amount_min=aid.amount_min,
        amount_max=aid.amount_max,
        link=aid.link,
        is_example=aid.is_example,
    )
