"""Ways to pay for a project: which exist, and which a person may have."""

from datetime import date
from functools import lru_cache

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from maillage.offers.answer import FinancingItem
from maillage.offers.eligibility import Verdict, judge
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
    return sorted((judge(aid, situation, whereabouts, on) for aid in _published_now()), key=Verdict.order)


def financing_items(
    situation: Situation, whereabouts: Whereabouts, on: date, *, most: int = 6
) -> tuple[FinancingItem, ...]:
    """The lines of the finder's answer: what a person has or may have, the likeliest first, at most `most`."""
    possible = [row for row in eligible(situation, whereabouts, on) if row.verdict != "no"]
    return tuple(_item(row) for row in possible[:most])


def _published_now() -> tuple[Financing, ...]:
    """`published()`, read again only when a financing or a structure that has one was written meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(statement("financing_state"))
        return _published_at(connection.settings_dict["NAME"], *cursor.fetchone())


@lru_cache(maxsize=1)
def _published_at(*_state: object) -> tuple[Financing, ...]:
    return tuple(published())


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
