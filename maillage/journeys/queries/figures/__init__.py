"""The figures of one civil year, ready to be published: every count here went through core.disclosure.

A year's figures are of three lists: the people met in it, the referrals sent, the brakes raised. Each list is protected
whole, for all the territories and structures at once, so that no territory's page tells of another's.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from maillage.core.disclosure import BASE, THRESHOLD
from maillage.journeys.models import Fact, FreinFact, Person, ReferralFact
from maillage.journeys.queries.figures import naming
from maillage.journeys.queries.figures.naming import Territories
from maillage.journeys.queries.figures.people import people_document, protect_jobs, protect_people
from maillage.journeys.queries.figures.referrals import (
    answers_document,
    brakes_document,
    days_by,
    protect_answers,
    protect_brakes,
)
from maillage.journeys.queries.profiles import Answer, Brakes, Profile, Span, answers, brakes, profiles
from maillage.organisations.models import Organisation

EVERYWHERE = ""


@dataclass(frozen=True)
class Year:
    """One civil year, as it was known before the day `closed_on`."""

    number: int
    closed_on: date

    @property
    def span(self) -> Span:
        return Span(_first(self.number), _first(self.number + 1), _midnight(self.closed_on))


def figures_of(year: Year) -> dict[str, Any]:
    """All that is published of a year: `territories` ("" everywhere, « epci:244400404 », « banner:3 »), `structures` and `networks` by number.

    Under Purpose.STATISTICS. Plain JSON; a count is None where it is hidden.
    """
    people = [*profiles(year.span), *_kept_people(year)]
    sent = [*answers(year.span), *_kept_answers(year)]
    met = [*brakes(year.span), *_kept_brakes(year)]
    territories, networks = Territories.of(people), _networks()
    by_person, jobs = protect_people(people, territories), protect_jobs(people, territories)
    by_answer, days = protect_answers(sent, territories, networks), days_by(sent, territories, networks)
    by_brake = protect_brakes(met, territories)

    def territory(code: str) -> dict[str, Any]:
        here = frozenset({("territory", code)} if code else ())
        return people_document(by_person, jobs, code) | {
            "answers": answers_document(by_answer, here, days[code]),
            "brakes": brakes_document(by_brake, code),
        }

    def answering(kind: str) -> dict[str, Any]:
        codes = sorted(
            value for key in by_answer for name, value in key if name == "structure" and len(key) == 1
        )
        return {
            code.partition(":")[2]: answers_document(by_answer, frozenset({("structure", code)}), days[code])
            for code in codes
            if code.startswith(f"{kind}:")
        }

    return {
        "threshold": THRESHOLD,
        "base": BASE,
        "named_from": {"territory": naming.TERRITORY_FROM, "place": naming.PLACE_FROM, "structure": naming.STRUCTURE_FROM},
        "has_examples": Person.objects.filter(is_example=True).exists(),
        "territories": {code: territory(code) for code in [EVERYWHERE, *sorted(territories.codes)]},
        "structures": answering("structure"),
        "networks": answering("network"),
    }  # fmt: skip


def years_counted() -> list[int]:
    """The civil years in which someone was met, sent, or met a brake, the last first. Under Purpose.STATISTICS."""
    years = {row.year for row in Person.objects.datetimes("created_at", "year")}
    years |= {row.year for row in Fact.objects.dates("quarter", "year")}
    years |= {row.year for row in ReferralFact.objects.dates("quarter", "year")}
    return sorted(years, reverse=True)


def _kept_people(year: Year) -> list[Profile]:
    return [
        Profile(*row) for row in Fact.objects.filter(quarter__year=year.number).values_list(*Profile._fields)
    ]


def _kept_answers(year: Year) -> list[Answer]:
    rows = ReferralFact.objects.filter(quarter__year=year.number)
    return [Answer._make((*row, 1)) for row in rows.values_list(*Answer._fields[:-1])]


def _kept_brakes(year: Year) -> list[Brakes]:
    rows = FreinFact.objects.filter(quarter__year=year.number)
    return [Brakes._make((*row, 1)) for row in rows.values_list(*Brakes._fields[:-1])]


def _networks() -> dict[int, list[int]]:
    """The structures of each network, by number."""
    found = defaultdict(list)
    pairs = Organisation.networks.through.objects.values_list("to_organisation_id", "from_organisation_id")
    for network, member in pairs:
        found[network].append(member)
    return found


def _first(year: int) -> datetime:
    return _midnight(date(year, 1, 1))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
