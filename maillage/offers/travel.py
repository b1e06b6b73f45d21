"""The time that each way takes, beside its distance, where an instance sets a routing server."""

from dataclasses import replace

from maillage.offers.answer import Answer, Item
from maillage.territories.travel import travel_seconds


def with_travel(answer: Answer) -> Answer:
    """`answer` with `travel_s` on each item that has a place; the same when the person gave none, or no server answers.

    One question to the server for the whole page: it is asked for places, once each.
    """
    asked = answer.situation
    if asked.lon is None or asked.lat is None:
        return answer
    ends = list(dict.fromkeys(end for item in _items(answer) if (end := _end(item))))
    seconds = travel_seconds((asked.lon, asked.lat), ends)
    if seconds is None:
        return answer
    known = dict(zip(ends, seconds, strict=False))

    def timed(item: Item) -> Item:
        end = _end(item)
        return replace(item, travel_s=known.get(end)) if end else item

    return replace(
        answer,
        first_contact=timed(answer.first_contact) if answer.first_contact else None,
        steps=tuple(replace(step, items=tuple(map(timed, step.items))) for step in answer.steps),
        freins=tuple(replace(help, items=tuple(map(timed, help.items))) for help in answer.freins),
        items=tuple(map(timed, answer.items)),
    )


def _items(answer: Answer) -> list[Item]:
    first = [answer.first_contact] if answer.first_contact else []
    on_path = [item for step in answer.steps for item in step.items]
    helping = [item for help in answer.freins for item in help.items]
    return [*first, *on_path, *helping, *answer.items]


def _end(item: Item) -> tuple[float, float] | None:
    if item.distance_m is None or item.lon is None or item.lat is None:
        return None
    return item.lon, item.lat
