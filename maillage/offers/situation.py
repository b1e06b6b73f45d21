"""What a person says to the finder: every part may be left out, and nothing names her."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Situation:
    """One question asked of the finder.

    `lon`, `lat` in degrees (WGS 84), or `commune` (Insee code), or neither. `needs` are codes of Kind or Brake, or
    categories or themes of data·inclusion; `publics` are data·inclusion's. Empty parts ask nothing.
    """

    lon: float | None = None
    lat: float | None = None
    commune: str = ""
    phase: str = ""  # of Phase
    needs: tuple[str, ...] = ()
    publics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()  # of Language
    within_km: float | None = None  # how far the person goes; None: as far as it takes
    remote: bool | None = None  # True: from home only; False: in person only
    age: int | None = None
    status: str = ""  # of PersonStatus
    sector: str = ""  # of Sector


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a situation is: the codes of every territory around it. Empty when the person did not say.

    `zones` are commune, EPCI, département and "france", as services name the zones that they serve (a région's code
    would be taken for a département's); `qpv` the codes, in the newest generation, of the neighbourhoods that hold the
    point, None when nobody can tell: only the commune is known. `lon`, `lat` in degrees: the point, else the town hall.
    """

    commune: str = ""
    nom: str = ""  # of the commune, for people
    zones: tuple[str, ...] = ()
    qpv: tuple[str, ...] | None = None
    lon: float | None = None
    lat: float | None = None
