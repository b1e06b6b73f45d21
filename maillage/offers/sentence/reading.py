"""What was understood of a sentence, always shown back."""

from dataclasses import dataclass

from maillage.offers.situation import Situation
from maillage.territories.queries import PlaceFound


@dataclass(frozen=True, slots=True)
class Part:
    """One thing understood: the parameter of the finder's address that it fills (`field`), the code that it gives, its
    name for people, and the words of the text that led to it (`text[start:end]`).

    The field of a place is « lieu », its code that of the commune or QPV.
    """

    field: str
    code: str
    label: str
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence as read: what was understood, the situation that it makes, and the rest.

    `denied` was understood and set aside, since the person says the contrary (« je ne touche pas le RSA »).
    `other_places` bear the same name as `place`. `is_cut`: the end was too far to be read.
    """

    text: str
    parts: tuple[Part, ...]
    situation: Situation
    place: PlaceFound | None = None
    other_places: tuple[PlaceFound, ...] = ()
    denied: tuple[Part, ...] = ()
    unread: tuple[str, ...] = ()
    is_cut: bool = False
