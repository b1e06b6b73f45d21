"""One row of data·inclusion, checked against the national schema and cleaned: what goes to the staging table, or why not."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from unicodedata import is_normalized

from data_inclusion.schema import v1
from data_inclusion.schema.v1.score_qualite import score
from django.db.models import Model
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError
from stdnum.fr import siret as siret_numbers

from maillage.core.imports.values import one_line, text
from maillage.core.validation import in_french
from maillage.offers.imports.followed import slug_of
from maillage.offers.imports.reading import InclusionRow
from maillage.offers.models import Service
from maillage.organisations.models import Organisation
from maillage.territories.models import Commune, Departement, Epci

# the columns of the staging tables, in the order in which rows give them
STRUCTURE_PLAIN = (
    "nom", "siret", "site_web", "description", "code_postal", "adresse", "complement_adresse", "telephone", "courriel",
    "horaires_accueil", "accessibilite_lieu", "reseaux_porteurs", "lien_source", "date_maj",
)  # fmt: skip
STRUCTURE = (
    "line", "key", "source", *STRUCTURE_PLAIN, "nom_commune", "code_insee", "lon", "lat", "wrong_siret", "mended",
    "digest", "base_slug",
)  # fmt: skip
PLAIN = (
    "nom", "description", "lien_source", "date_maj", "type", "thematiques", "frais", "frais_precisions", "publics",
    "publics_precisions", "conditions_acces", "code_postal", "adresse", "complement_adresse", "telephone", "courriel",
    "contact_nom_prenom", "modes_accueil", "zone_eligibilite", "lien_mobilisation", "modes_mobilisation",
    "mobilisable_par", "mobilisation_precisions", "volume_horaire_hebdomadaire", "nombre_semaines", "horaires_accueil",
)  # fmt: skip
SERVICE = (
    "line", "key", "source", "structure_key", *PLAIN, "nom_commune", "code_insee", "lon", "lat", "score_qualite",
    "mended", "digest", "base_slug",
)  # fmt: skip
SEVERAL_LINES = frozenset(
    ["description", "conditions_acces", "frais_precisions", "publics_precisions", "mobilisation_precisions"]
)
LENGTHS = {"source": 120, "id": 300, "structure_id": 300, "commune": 200}
OWN_NAMES = {"nom": "name", "site_web": "website"}  # of an organisation's columns


def lengths(model: type[Model], names: Iterable[str]) -> dict[str, int]:
    """How long each text may be."""
    columns = {name: model._meta.get_field(name) for name in names}
    return {name: most for name, column in columns.items() if (most := getattr(column, "max_length", None))}


LONGEST: dict[type[Any], dict[str, int]] = {
    v1.Service: LENGTHS | lengths(Service, PLAIN),
    v1.Structure: LENGTHS
    | {
        name: most
        for name in STRUCTURE_PLAIN
        for most in lengths(Organisation, [OWN_NAMES.get(name, name)]).values()
    },
}
MOST_WEEKS = 2**31 - 1
WHOLE_COUNTRY = "99100"  # France among the codes of countries


class Problem(NamedTuple):
    """What is wrong with one field of a row, in French, said to whom can change it."""

    field: str
    reason: str


class RowRefused(Exception):
    """A row cannot be taken: every problem that it has."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = problems


@dataclass
class Staged:
    """The values of one row, in the order of its staging table; `notes` say what was repaired."""

    values: tuple[Any, ...]
    notes: list[Problem] = field(default_factory=list)


class Checker:
    """Checks the rows of one file. It reads the codes of the territories first: a COPY leaves the connection to nobody."""

    def __init__(self) -> None:
        self.zones = {"france"}
        for model in (Commune, Departement, Epci):
            self.zones.update(model._default_manager.values_list("pk", flat=True))

    def structure(self, row: InclusionRow) -> Staged:
        """The values of STRUCTURE. Raises RowRefused."""
        given, model = checked(row, v1.Structure)
        notes: list[Problem] = []
        siret = model.siret or ""
        wrong = bool(siret) and not siret_numbers.is_valid(siret)
        if wrong:
            notes.append(
                Problem(
                    "siret",
                    _("« %(siret)s » n’est pas un SIRET (clé fausse) : la structure est prise sans lui")
                    % {"siret": siret},
                )
            )
        lon, lat = self._point(model, notes)
        values: dict[str, Any] = {name: given.get(name, "") for name in STRUCTURE_PLAIN} | {
            "siret": "" if wrong else siret,
            "courriel": model.courriel or "",
            "date_maj": model.date_maj,
            "reseaux_porteurs": array(sorted(model.reseaux_porteurs or ())),
        }
        body = (
            model.id, model.source, *(values[name] for name in STRUCTURE_PLAIN), given.get("commune", ""),
            model.code_insee or "", lon, lat, siret if wrong else "",
        )  # fmt: skip
        return Staged((row.line, *body, bool(notes), digest(body), slug_of(model.nom, "structure")), notes)

    def service(self, row: InclusionRow) -> Staged:
        """The values of SERVICE. Raises RowRefused."""
        given, model = checked(row, v1.Service)
        notes: list[Problem] = []
        problems = [
            *([Problem("volume_horaire_hebdomadaire", _("une semaine a 168 heures"))]
              if (model.volume_horaire_hebdomadaire or 0) > 168 else []),
            *([Problem("nombre_semaines", _("trop grand"))] if (model.nombre_semaines or 0) > MOST_WEEKS else []),
        ]  # fmt: skip
        zones = self._zones(model, notes, problems)
        lon, lat = self._point(model, notes)
        if problems:
            raise RowRefused(problems)
        values: dict[str, Any] = {name: given.get(name, "") for name in PLAIN} | {
            "date_maj": model.date_maj,
            "courriel": model.courriel or "",
            "zone_eligibilite": array(zones),
            "volume_horaire_hebdomadaire": model.volume_horaire_hebdomadaire,
            "nombre_semaines": model.nombre_semaines,
        }
        for name in ("thematiques", "publics", "modes_accueil", "modes_mobilisation", "mobilisable_par"):
            values[name] = array(sorted(getattr(model, name) or ()))
        body = (
            model.id, model.source, model.structure_id, *(values[name] for name in PLAIN),
            given.get("commune", ""), model.code_insee or "", lon, lat,
        )  # fmt: skip
        return Staged(
            (row.line, *body, self._score(row, model), bool(notes), digest(body),
             slug_of(model.nom, "service")),
            notes,
        )  # fmt: skip

    def _zones(self, model: v1.Service, notes: list[Problem], problems: list[Problem]) -> list[str]:
        """The codes that exist. A limit that nobody knows must not become « partout »: the row is then refused."""
        asked = dict.fromkeys(
            "france" if code == WHOLE_COUNTRY else code for code in model.zone_eligibilite or ()
        )
        known = [code for code in asked if code in self.zones]
        unknown = [code for code in asked if code not in self.zones]
        if unknown and not known:
            problems.append(
                Problem(
                    "zone_eligibilite",
                    _(
                        "aucun de ces codes n’est connu : %(codes)s (commune, EPCI, département, ou « france »)"
                    )
                    % {"codes": ", ".join(unknown[:5])},
                )
            )
        elif unknown:
            notes.append(
                Problem(
                    "zone_eligibilite", _("codes inconnus, retirés : %(codes)s") % {"codes": ", ".join(unknown[:5])}
                )
            )  # fmt: skip
        return known

    def _point(self, model: Any, notes: list[Problem]) -> tuple[float | None, float | None]:
        lon, lat = model.longitude, model.latitude
        if lon is None and lat is None:
            return None, None
        if lon is None or lat is None:
            notes.append(
                Problem(
                    "latitude" if lat is None else "longitude",
                    _("une des deux coordonnées manque : position laissée"),
                )
            )
            return None, None
        # a great number is still outside, and says so later
        return round(max(min(lon, 9e5), -9e5), 7), round(max(min(lat, 9e5), -9e5), 7)

    @staticmethod
    def _score(row: InclusionRow, model: v1.Service) -> float:
        try:
            given = float(row.values["score_qualite"])
        except (KeyError, TypeError, ValueError):
            given = -1
        return round(given, 4) if 0 <= given <= 1 else score(model)[0]


def checked(row: InclusionRow, schema: type[Any]) -> tuple[dict[str, Any], Any]:
    """The row's cleaned values, and the model that they make. Raises RowRefused with every problem."""
    if row.problem:
        raise RowRefused([Problem("", row.problem)])
    given = {name: _clean(name, row.values[name]) for name in schema.model_fields if name in row.values}
    given = {name: value for name, value in given.items() if value is not None and value != ""}
    problems: list[Problem] = []
    model: BaseModel | None = None
    try:
        model = schema.model_validate(given)
    except ValidationError as refused:
        problems = [Problem(_where(error), _reason(error)) for error in refused.errors(include_url=False)]
        problems = list(dict.fromkeys(problems))[:20]
    for name, value in given.items():
        most = LONGEST[schema].get(name)
        if most and isinstance(value, str) and len(value) > most and name not in {p.field for p in problems}:
            problems.append(
                Problem(name, _("il faut au plus %(max_length)s caractères") % {"max_length": most})
            )
    if problems:
        raise RowRefused(problems)
    return given, model


def _clean(name: str, value: Any) -> Any:
    if isinstance(value, str):
        if _is_plain(value):
            return value.strip() if name in SEVERAL_LINES else " ".join(value.split())
        return text(value) if name in SEVERAL_LINES else one_line(value)
    if isinstance(value, list):
        return [part if not isinstance(part, str) or _is_plain(part) else one_line(part) for part in value]
    return value


def _is_plain(value: str) -> bool:
    """Whether there is nothing to clean but spaces: most texts, told quickly."""
    return (
        value.isprintable() and (value.isascii() or is_normalized("NFC", value)) and not value.startswith("'")
    )


def _where(error: Any) -> str:
    return str(error["loc"][0]) if error["loc"] else ""


def _reason(error: Any) -> str:
    """In French: the schema's own validators speak it already; a value is shown, cut short."""
    if error["type"] == "value_error" and (inner := (error.get("ctx") or {}).get("error")):
        # of an e-mail, the library speaks English
        return _("il faut une adresse e-mail valable") if _where(error) == "courriel" else str(inner).strip()
    if error["type"] == "value_error" and _where(error) == "courriel":
        return _("il faut une adresse e-mail valable")
    if error["type"] == "enum":
        return _("« %(value)s » n’est pas dans la liste du schéma") % {"value": str(error["input"])[:60]}
    return in_french(error)


def array(values: Iterable[str]) -> str:
    """A text array of codes as PostgreSQL writes it (codes hold neither quote nor comma)."""
    return "{" + ",".join(values) + "}"


def digest(values: tuple[Any, ...]) -> str:
    """What tells whether a row of the source has changed: 32 hexadecimal digits."""
    return hashlib.blake2b(repr(values).encode(), digest_size=16).hexdigest()


Check = Callable[[InclusionRow], Staged]
