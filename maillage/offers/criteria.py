"""The finder's question as parameters of an address, the same for the page, the API and the command line.

lon, lat, commune, phase, besoin (repeated), public (repeated), langue (repeated), rayon (km), distance (a-distance or
en-presence), age, statut, secteur. An empty parameter asks nothing.
"""

import math
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.offers.models import Brake, Kind, Language, PersonStatus, Phase, Sector
from maillage.offers.models.vocabulary import CATEGORIES, PUBLICS, THEMATIQUES
from maillage.offers.situation import Situation
from maillage.territories.queries import position

NEEDS: tuple[str, ...] = tuple(dict.fromkeys([*Kind.values, *Brake.values, *CATEGORIES, *THEMATIQUES]))
# field → its codes
KNOWN: dict[str, tuple[str, ...]] = {
    "phase": tuple(Phase.values),
    "besoin": NEEDS,
    "public": tuple(PUBLICS),
    "langue": tuple(Language.values),
    "statut": tuple(PersonStatus.values),
    "secteur": tuple(Sector.values),
}
DISTANCES = {"a-distance": True, "en-presence": False}
MOST_VALUES = 20
FARTHEST_KM = 1000
MOST_ITEMS = 100
DEFAULT_ITEMS = 20
MOST_ROWS = 10_000  # no page begins after it
# an age that contradicts what is said of the public
YOUNG_UNTIL, SENIOR_FROM = 30, 45


class WrongCriteria(DomainError):
    """Parameters that mean nothing together; `field` is the one to change."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


Parameters = QueryDict | Mapping[str, Sequence[str]]


def read(parameters: Parameters) -> Situation:
    """The situation that these parameters describe. Raises WrongCriteria (or InvalidPosition for the point)."""
    lon, lat = _point(_one(parameters, "lon"), _one(parameters, "lat"))
    asked = _one(parameters, "distance")
    return checked(
        Situation(
            lon=lon,
            lat=lat,
            commune=_one(parameters, "commune").upper(),
            phase=_one(parameters, "phase"),
            needs=_many(parameters, "besoin"),
            publics=_many(parameters, "public"),
            languages=_many(parameters, "langue"),
            within_km=_number(parameters, "rayon"),
            remote=DISTANCES[_known("distance", asked, tuple(DISTANCES))] if asked else None,
            age=_whole(parameters, "age"),
            status=_one(parameters, "statut"),
            sector=_one(parameters, "secteur"),
        )
    )


def checked(situation: Situation) -> Situation:
    """`situation`, once every code is known and no answer contradicts another. Raises WrongCriteria."""
    for field, values in (
        ("phase", (situation.phase,)),
        ("besoin", situation.needs),
        ("public", situation.publics),
        ("langue", situation.languages),
        ("statut", (situation.status,)),
        ("secteur", (situation.sector,)),
    ):
        for value in values:
            if value:
                _known(field, value, KNOWN[field])
    if situation.commune and not re.fullmatch(r"\d[\dAB]\d{3}", situation.commune):
        raise WrongCriteria(
            "commune",
            _("commune : il faut un code Insee de cinq caractères, par exemple 95268 ; pas un code postal."),
        )
    _together(situation)
    return situation


def pages(parameters: Parameters) -> tuple[int, int]:
    """The page (from 1) and how many services it holds, at most MOST_ITEMS. Raises WrongCriteria."""
    page, size = _whole(parameters, "page") or 1, _whole(parameters, "taille") or DEFAULT_ITEMS
    if not 1 <= size <= MOST_ITEMS:
        raise WrongCriteria("taille", _("taille : de 1 à %(most)s par page.") % {"most": MOST_ITEMS})
    if not 1 <= page <= MOST_ROWS // size:
        raise WrongCriteria(
            "page", _("page : de 1 à %(most)s. Précisez plutôt la recherche.") % {"most": MOST_ROWS // size}
        )
    return page, size


def as_parameters(situation: Situation) -> list[tuple[str, str]]:
    """The parameters that `read` turns into this situation, in one fixed order, nothing empty."""
    distance = {True: "a-distance", False: "en-presence", None: ""}[situation.remote]
    single = [
        ("lon", _digits(situation.lon)),
        ("lat", _digits(situation.lat)),
        ("commune", situation.commune),
        ("phase", situation.phase),
        *(("besoin", code) for code in situation.needs),
        *(("public", code) for code in situation.publics),
        *(("langue", code) for code in situation.languages),
        ("rayon", _digits(situation.within_km)),
        ("distance", distance),
        ("age", str(situation.age) if situation.age is not None else ""),
        ("statut", situation.status),
        ("secteur", situation.sector),
    ]
    return [(name, value) for name, value in single if value]


def query_string(situation: Situation) -> str:
    """`situation` as the end of an address, without the question mark."""
    return urlencode(as_parameters(situation))


def _together(situation: Situation) -> None:
    """What each answer allows, but not with another."""
    if (situation.lon is None) != (situation.lat is None):
        raise WrongCriteria("lon", _("Il faut la longitude (lon) et la latitude (lat), ou aucune des deux."))
    for need in situation.needs:
        category, _dashes, theme = need.partition("--")
        if theme and category in situation.needs:
            raise WrongCriteria(
                "besoin",
                _(
                    "besoin : « %(theme)s » fait déjà partie de « %(category)s ». Gardez l’un ou l’autre."
                ) % {"theme": need, "category": category},
            )  # fmt: skip
    if situation.remote and situation.within_km is not None:
        raise WrongCriteria(
            "rayon", _("rayon : il ne veut rien dire à distance. Retirez « rayon » ou « distance ».")
        )
    if situation.within_km is not None and not 0 < situation.within_km <= FARTHEST_KM:
        raise WrongCriteria(
            "rayon", _("rayon : en kilomètres, plus de 0 et au plus %(most)s.") % {"most": FARTHEST_KM}
        )
    _age(situation)


def _age(situation: Situation) -> None:
    if situation.age is None:
        return
    if not 10 <= situation.age <= 120:
        raise WrongCriteria("age", _("age : en années, de 10 à 120."))
    if "jeunes" in situation.publics and situation.age > YOUNG_UNTIL:
        raise WrongCriteria(
            "age", _("age : le public « jeunes » ne va pas avec %(age)s ans.") % {"age": situation.age}
        )
    if "seniors" in situation.publics and situation.age < SENIOR_FROM:
        raise WrongCriteria(
            "age", _("age : le public « seniors » ne va pas avec %(age)s ans.") % {"age": situation.age}
        )


def _known(field: str, value: str, known: tuple[str, ...]) -> str:
    if value in known:
        return value
    choices: Sequence[str] = known
    if len(known) > MOST_VALUES:
        near = get_close_matches(value[:100], known, n=3, cutoff=0.5)
        choices = near or [*Kind.values, *Brake.values]
    raise WrongCriteria(
        field,
        _("%(field)s : le code « %(value)s » n’existe pas. Essayez : %(choices)s.")
        % {"field": field, "value": value[:40], "choices": ", ".join(choices)},
    )


def _point(lon: str, lat: str) -> tuple[float | None, float | None]:
    if not lon and not lat:
        return None, None
    if not lon or not lat:
        raise WrongCriteria("lon", _("Il faut la longitude (lon) et la latitude (lat), ou aucune des deux."))
    return position(lon, lat)


def _one(parameters: Parameters, name: str) -> str:
    values = [value for value in _values(parameters, name) if value]
    if len(set(values)) > 1:
        raise WrongCriteria(name, _("%(field)s : une seule valeur à la fois.") % {"field": name})
    return values[0] if values else ""


def _many(parameters: Parameters, name: str) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value for value in _values(parameters, name) if value))
    if len(values) > MOST_VALUES:
        raise WrongCriteria(
            name,
            _("%(field)s : au plus %(most)s valeurs à la fois.") % {"field": name, "most": MOST_VALUES},
        )
    return values


def _values(parameters: Parameters, name: str) -> list[str]:
    found = parameters.getlist(name) if isinstance(parameters, QueryDict) else parameters.get(name, ())
    return [value.strip() for value in found]


def _number(parameters: Parameters, name: str) -> float | None:
    if not (text := _one(parameters, name)):
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise WrongCriteria(
            name, _("%(field)s : il faut un nombre, par exemple 10.") % {"field": name}
        ) from None
    return value


def _whole(parameters: Parameters, name: str) -> int | None:
    if not (text := _one(parameters, name)):
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise WrongCriteria(name, _("%(field)s : il faut un nombre entier positif.") % {"field": name})
    return int(text)


def _digits(value: float | None) -> str:
    return "" if value is None else f"{round(value, 6):.10g}"
