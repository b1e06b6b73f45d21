"""The finder: a situation in, an answer out."""

from datetime import datetime

from django.utils.timezone import get_default_timezone, localtime

from maillage.offers.answer import Answer, BrakeHelp, Item, NearMiss, Step
from maillage.offers.queries.financing import financing_items
from maillage.offers.queries.finder.asked import asked_by
from maillage.offers.queries.finder.candidates import candidates
from maillage.offers.queries.finder.equals import Place, door_of, in_order, in_play
from maillage.offers.queries.finder.facets import facets
from maillage.offers.queries.finder.items import facts, item, records
from maillage.offers.queries.finder.places import Door, day_number
from maillage.offers.queries.finder.ranking import ranked
from maillage.offers.queries.finder.reasons import Question, lacking, let_go
from maillage.offers.queries.finder.sections import (
    BRAKE,
    FIRST,
    LIST,
    NEAR,
    STEP,
    Found,
    Section,
    receives_and_orients,
    sections,
)
from maillage.offers.queries.finder.whereabouts import whereabouts
from maillage.offers.queries.finder.widening import coordinator, widenings
from maillage.offers.queries.finder.wording import first_contact, one_language, turns
from maillage.offers.situation import Situation


def find(situation: Situation, *, at: datetime, page: int = 1, size: int = 20) -> Answer:
    """The answer to `situation` at this moment, with `size` services of the list from `page` on (the first is 1).

    Raises NoPlace, or InvalidPosition, for a point or a commune where nobody is served. Five queries, six when one of
    the services in play holds permanences, seven when some are kept for other neighbourhoods.
    """
    with one_language():
        return _find(situation, localtime(at, get_default_timezone()), page, size)


def _find(situation: Situation, at: datetime, page: int, size: int) -> Answer:
    here = whereabouts(situation)
    question = Question(situation, here, asked_by(situation, here), at)
    today = at.date()
    rows = candidates(question.asked, today)
    found = Found.of(question, rows, ranked(rows, question.asked))
    parts = list(sections(found, (page - 1) * size, size))
    day = day_number(today)
    doors = door_of(rows, in_play(parts, rows, day), at)
    levels = {pk: door.opening.level(at) for pk, door in doors.items()}
    shown = [in_order(part, rows, levels, day) for part in parts]
    lines = _Lines(found, {place.row for places in shown for place in places}, doors)
    told = [
        (part, [lines.told(place, part) for place in places])
        for part, places in zip(parts, shown, strict=True)
    ]
    return Answer(
        situation=situation,
        whereabouts=here,
        at=at,
        first_contact=next((items[0] for part, items in told if part.kind == FIRST and items), None),
        steps=tuple(Step(part.about, tuple(items)) for part, items in told if part.kind == STEP and items),
        freins=tuple(BrakeHelp(part.about, tuple(items)) for part, items in told if part.kind == BRAKE),
        financing=financing_items(situation, here, today),
        items=tuple(line for part, items in told if part.kind == LIST for line in items),
        page=page,
        size=size,
        total=int(found.fitting.sum()),
        facets=facets(found),
        near_misses=tuple(
            lines.near_miss(place.row)
            for part, places in zip(parts, shown, strict=True)
            if part.kind == NEAR
            for place in places
        ),
        widened=widenings(found),
        # nobody is left without a number to call
        coordinator=coordinator(here) if found.level else None,
    )


class _Lines:
    """What is shown of some candidates: read once, said in the words of each section."""

    def __init__(self, found: Found, rows: set[int], doors: dict[int, Door]) -> None:
        self.found, self.question = found, found.question
        self.ids = {row: int(found.candidates.rows["id"][row]) for row in rows}
        unseen = [row for row, pk in self.ids.items() if pk not in doors]
        self.doors = doors | door_of(found.candidates, unseen, found.question.at)
        self.records = records(self.ids.values()) if rows else {}
        self.facts = {
            row: facts(found.candidates, found.rank, row, self.records[pk], self.doors[pk])
            for row, pk in self.ids.items()
        }
        self.lines = {
            row: item(self.records[pk], self.facts[row], self.doors[pk], self.question)
            for row, pk in self.ids.items()
        }

    def told(self, place: Place, part: Section) -> Item:
        """The line of a section: what it is first, then its reasons, what was let go, and whether it takes turns."""
        line, facts_ = self.lines[place.row], self.facts[place.row]
        first = part.kind == FIRST and receives_and_orients(self.found, place.row)
        before = (first_contact(),) if first else ()
        after = let_go(self.records[line.id], facts_, self.question, part.told)
        if place.equals:
            after = (*after, turns(place.equals))
        return line.because((*before, *line.reasons, *after)) if before or after else line

    def near_miss(self, row: int) -> NearMiss:
        """A service left out, and why."""
        line = self.lines[row]
        return NearMiss(line, lacking(self.records[line.id], self.facts[row], self.question))
