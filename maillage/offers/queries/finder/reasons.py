"""Why a service is in the answer: short sentences that anyone can check."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maillage.offers.answer import Reason
from maillage.offers.models.vocabulary import BRAKES as BRAKE_CODES
from maillage.offers.queries.finder import wording
from maillage.offers.queries.finder.asked import OPEN_TO_ALL, Asked, codes
from maillage.offers.queries.finder.opening import Opening
from maillage.offers.queries.finder.ranking import FRESH_DAYS, Miss
from maillage.offers.situation import Situation, Whereabouts

BRAKES = set(BRAKE_CODES)
EPCI_DIGITS, COMMUNE_DIGITS, COUNTRIES = 9, 5, "99"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the ranking knows of one service; masks as in the search table."""

    phases: int
    kinds: int
    brakes: int
    publics: int
    languages: int
    distance_m: int | None
    approximate: bool
    misses: int
    on_site: bool
    remote: bool
    by_person: bool
    has_phone: bool
    qpv_only: bool
    opening: Opening


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, in words and in masks, and when."""

    situation: Situation
    whereabouts: Whereabouts
    asked: Asked
    at: datetime


def reasons(record: dict[str, Any], facts: Facts, question: Question) -> tuple[Reason, ...]:
    """Every reason, in the order of the ranking's criteria; never none."""
    return tuple(_reasons(record, facts, question))


def let_go(record: dict[str, Any], facts: Facts, question: Question, bits: int) -> tuple[Reason, ...]:
    """What a service lacks and is shown all the same, among these bits of Miss."""
    return tuple(
        Reason(f"elargi-{reason.code}", reason.text)
        for reason in _missing(record, facts, question, facts.misses & bits)
    )


def lacking(record: dict[str, Any], facts: Facts, question: Question) -> tuple[Reason, ...]:
    """Why a service is left out of the answer."""
    return tuple(_missing(record, facts, question, facts.misses))


def _reasons(record: dict[str, Any], facts: Facts, question: Question) -> Iterator[Reason]:
    here = question.whereabouts
    if not facts.by_person:
        yield wording.by_a_professional()
    if facts.qpv_only:
        yield wording.neighbourhood(bool(here.qpv))
    yield wording.zone(_zone(record["zones"], here), here.nom)
    yield from _purpose(record, facts, question)
    yield from _people(record, facts, question)
    yield from _where(facts, question)
    yield from _when(facts.opening, question.at)
    yield from _room(record["places_left"], record["delay_days"])
    confirmed = record["confirmed_on"]
    yield wording.confirmed(confirmed, (question.at.date() - confirmed).days <= FRESH_DAYS)


def _zone(zones: list[str], here: Whereabouts) -> str:
    if not zones:
        return ""
    if here.commune in zones:
        return "commune"
    for code in here.zones:
        if code in zones and code[0].isdigit() and not code.startswith(COUNTRIES):
            sizes = {EPCI_DIGITS: "epci", COMMUNE_DIGITS: "commune"}
            return sizes.get(len(code), "departement")
    return "france"


def _purpose(record: dict[str, Any], facts: Facts, question: Question) -> Iterator[Reason]:
    asked = question.asked
    if asked.phase & facts.phases:
        yield wording.phase(question.situation.phase)
    if not asked.needs:
        return
    themes = record["thematiques"]
    # a need that is both a category and a brake is the brake
    answered = {*themes, *(theme.partition("--")[0] for theme in themes)} - BRAKES
    answered |= {*codes("kind", asked.kinds & facts.kinds), *codes("brake", asked.brakes & facts.brakes)}
    if named := tuple(need for need in question.situation.needs if need in answered):
        yield wording.needs(named)


def _people(record: dict[str, Any], facts: Facts, question: Question) -> Iterator[Reason]:
    asked, aimed = question.asked, record["publics"]
    if hers := facts.publics & (asked.publics | asked.publics_too):
        yield wording.publics(codes("public", hers), True)
    elif not aimed or OPEN_TO_ALL in aimed:
        if asked.publics:
            yield wording.open_to_all()
    elif not facts.misses & (Miss.PUBLIC | Miss.AGE):
        yield wording.publics(tuple(aimed), False)
    if spoken := asked.languages & facts.languages:
        yield wording.languages(codes("language", spoken))


def _where(facts: Facts, question: Question) -> Iterator[Reason]:
    if facts.distance_m is not None:
        from_town_hall = question.situation.lon is None
        how = "mairie" if from_town_hall else "environ" if facts.approximate else ""
        yield wording.away(facts.distance_m, how)
    if facts.remote:
        yield wording.from_afar(facts.on_site)


def _when(state: Opening, at: datetime) -> Iterator[Reason]:
    if state.open_now:
        yield wording.is_open(state.closes_at)
    elif state.next_opening is not None:
        yield wording.opens(state.next_opening, at.date())


def _room(places: int | None, delay: int | None) -> Iterator[Reason]:
    if places == 0:
        yield wording.full()
    elif delay is not None:
        yield wording.delay(delay)
    elif places:
        yield wording.places(places)


def _missing(record: dict[str, Any], facts: Facts, question: Question, bits: int) -> Iterator[Reason]:
    if not bits:
        return
    if bits & Miss.RADIUS:
        yield wording.too_far(question.situation.within_km or 0)
    if bits & (Miss.PUBLIC | Miss.AGE):
        yield wording.kept_for(tuple(record["publics"]))
    if bits & Miss.NEED:
        yield wording.another_need()
    if bits & Miss.PHASE:
        yield wording.other_phases(codes("phase", facts.phases))
    if bits & Miss.REMOTE:
        yield wording.other_way(bool(question.situation.remote))
    if bits & Miss.QPV:
        yield wording.other_neighbourhoods(bool(question.whereabouts.qpv))
