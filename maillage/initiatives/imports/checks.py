"""One line of a file, checked and cleaned: what goes into the staging table, or why it cannot."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from stdnum.fr import siret as siret_numbers

from maillage.core.errors import DomainError
from maillage.core.imports import BadValue, Row
from maillage.core.imports.maps import LAYER
from maillage.core.imports.values import day, degrees, number, one_line, plain, text, words
from maillage.initiatives.imports.columns import BY_NAME
from maillage.initiatives.imports.links import email, read_links, read_url
from maillage.initiatives.imports.places import (
    SCOPES,
    PointRead,
    Refused,
    Scope,
    Territories,
    checked,
    point_of,
)
from maillage.initiatives.imports.prose import MARKUP, SUMMARY_LENGTH, markup, prose, summary_of, without_link
from maillage.initiatives.imports.words import Listed, array, choices, unknown_word
from maillage.initiatives.models import PHASES, PUBLICS, Phase, Public, Theme
from maillage.initiatives.models.initiative import Licence
from maillage.initiatives.queries.search import facet_bits

# the columns of the staging table that a line fills, in order
STAGED = (
    "line", "key", "key_given", "slug", "row_version", "title", "base_slug", "summary", "body", "themes", "publics",
    "phases", "facets", "carried", "partners", "lon", "lat", "scope", "address", "commune", "departement", "region",
    "starts_on", "ends_on", "contact_name", "contact_email", "contact_phone", "links", "source_name", "source_url",
    "author_name", "licence", "is_example", "confirmed_on",
)  # fmt: skip
LENGTHS = {
    "title": 160, "summary": SUMMARY_LENGTH, "body": 20_000, "address": 300, "contact_name": 120, "contact_phone": 30,
    "source_name": 200, "author_name": 120, "carrier": 200, "id": 200,
}  # fmt: skip
# words of the addresses of the site under /initiatives/: no fiche may take one
YES, NO = (
    frozenset({"oui", "o", "yes", "true", "vrai", "1", "x", "exemple"}),
    frozenset({"non", "n", "no", "false", "faux", "0"}),
)
RESERVED = frozenset({"proposer", "suivre", "moderation", "moderer", "importer", "export", "atom", "carte"})


# gives its number to an organisation: name, SIRET, the line that names it, whether that line is an example
Carried = Callable[[str, str, int, bool], int]


class UnknownTheme(DomainError):
    """A theme was asked for, for lines that name none, and does not exist."""


@dataclass
class Checker:
    """Checks lines by one mapping (field name: column). `themes`: those given to a line that names none; `example`:
    whether every line is one."""

    mapping: Mapping[str, str]
    centroid: bool = False
    themes: tuple[str, ...] = ()
    example: bool = False

    def __post_init__(self) -> None:
        self.territories = Territories()
        self.territories.prepare(self.mapping)
        self.known_themes: dict[str, str] = {}
        self.theme_names: list[str] = []
        for theme in Theme.objects.all():
            self.theme_names.append(theme.name)
            for word in (theme.code, theme.name, str(theme.position)):
                self.known_themes[plain(word)] = theme.code
        self.known_publics = choices(Public.choices, PUBLICS)
        self.known_phases = choices(Phase.choices, PHASES)
        self.known_licences = choices(Licence.choices, Licence.values)
        # a layer's name is a theme when it is one, and says nothing otherwise
        self.lenient_themes = self.mapping.get("themes") == LAYER
        self.own_address = re.compile(rf"{re.escape(settings.BASE_URL)}/initiatives/([\w-]+)/")
        self.slugs_are_bare = plain(self.mapping.get("slug", "")) == "slug"
        self.bits = facet_bits()
        self.lists: dict[tuple[str, str], Listed] = {}
        self.without = Listed("{}", 0)
        self.given_themes = Listed.of([self.theme(word) for word in self.themes], self.bits["themes"])
        # what a field that the file does not have is worth
        self.readers: dict[str, Callable[[Any], Any]] = {
            "siret": self.siret, "starts_on": day, "ends_on": day, "contact_email": email, "version": number,
            "licence": self.licence, "is_example": self.is_example, "confirmed_on": day,
        }  # fmt: skip
        self.absent = {name: reader("") for name, reader in self.readers.items()}

    def staged(self, row: Row, carried: Carried) -> tuple[tuple[Any, ...], bool]:  # noqa: PLR0915 one line a field
        """The values of STAGED for one line, and whether it had to be repaired. Raises RowRefused with every problem.

        `carried` numbers the organisation that the line names.
        """
        if row.problem:
            raise RowRefused([Refused("", row.problem)])
        problems: list[Refused] = []
        values = row.values

        mapping = self.mapping

        def cell(name: str) -> Any:
            column = mapping.get(name)
            return values.get(column) if column is not None else None

        def read(name: str) -> Any:
            given = values.get(mapping[name]) if name in mapping else None
            if given is not None and given != "":
                try:
                    return self.readers[name](given)
                except BadValue as error:
                    problems.append(Refused(name, str(error)))
                except Refused as error:
                    problems.append(error)
            return self.absent[name]

        def short(name: str, reader: Callable[[Any], str] = one_line) -> str:
            if name not in mapping:
                return ""
            found = reader(values.get(mapping[name]))
            if len(found) > LENGTHS[name]:
                problems.append(Refused(name, too_long(name, len(found))))
            return found

        title = short("title")
        if not title:
            problems.append(Refused("title", _("le nom manque : donnez un titre à la fiche")))
        summary, body = short("summary", without_link), short("body", text)
        repaired = False
        if body and "summary" not in self.mapping:
            # of our own files, the summary is always a column
            repaired = (plainly := prose(body)) != body
            summary, body = summary_of(plainly)
        for name, written in (("title", title), ("summary", summary)):
            if found := MARKUP.search(written):
                problems.append(Refused(name, markup(found[0])))

        carrier, siret = short("carrier"), read("siret")
        if siret and not carrier:
            problems.append(Refused("carrier", _("le nom de la structure manque à côté de son SIRET")))
        starts_on, ends_on = read("starts_on"), read("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            problems.append(
                Refused("ends_on", _("la fin est avant le début : échangez ou corrigez les deux dates"))
            )
        scope, point, commune, departement, region = "", None, None, None, None
        try:
            scope, point, commune, departement, region = self.place(row, cell)
            repaired = repaired or (point is not None and point.computed)
        except BadValue as error:
            problems.append(Refused("lat", str(error)))
        except Refused as error:
            problems.append(error)
        themes = self.several("themes", cell("themes"), self.known_themes, problems)
        if not themes.bits:
            themes = self.given_themes
        publics = self.several("publics", cell("publics"), self.known_publics, problems)
        phases = self.several("phases", cell("phases"), self.known_phases, problems)
        links, mended = read_links(cell("links"), problems)
        source_url, source_mended = read_url(one_line(cell("source_url")), "source_url", problems)
        given_id, slug = short("id"), self.slug(cell("slug")) if "slug" in mapping else ""
        lon, lat = (point.lon, point.lat) if point else (None, None)
        row_version = read("version")
        plain_title = plain(title)
        base_slug = plain_title.replace(" ", "-")[:100].strip("-") or "initiative"
        is_example = self.example or read("is_example")
        staged = (
            row.line,
            given_id or slug or digest(plain_title, lon, lat, commune, departement, region),
            bool(given_id),
            slug or None,
            int(row_version) if row_version is not None and 0 < row_version < 2**31 else None,
            title,
            base_slug if base_slug not in RESERVED else f"{base_slug}-1",
            summary,
            body,
            themes.array,
            publics.array,
            phases.array,
            themes.bits | publics.bits | phases.bits,
            carried(carrier, siret, row.line, is_example) if carrier else None,
            array([partner[:200] for partner in words(cell("partners"), ";\n")])
            if "partners" in mapping
            else "{}",
            lon,
            lat,
            scope,
            short("address"),
            commune,
            departement,
            region,
            starts_on,
            ends_on,
            short("contact_name"),
            read("contact_email"),
            short("contact_phone"),
            json.dumps(links, ensure_ascii=False) if links else "[]",
            short("source_name"),
            source_url,
            short("author_name"),
            read("licence"),
            is_example,
            read("confirmed_on"),
        )
        if problems:
            raise RowRefused(problems)
        return staged, repaired or mended or source_mended

    # --- place ---------------------------------------------------------------------------------------------------

    def place(
        self, row: Row, cell: Callable[[str], Any]
    ) -> tuple[str, PointRead | None, str | None, str | None, str | None]:
        """Scope, point, and the codes of the commune, département and région that the line names. Raises Refused.

        A point without a commune gets its commune from PostGIS later; a commune without a point, its town hall's.
        """
        asked = one_line(cell("scope")) if "scope" in self.mapping else ""
        scope = SCOPES.get(plain(asked), "") if asked else ""
        if asked and not scope:
            raise Refused(
                "scope",
                _(
                    "« %(value)s » n’est pas un lieu connu : adresse, quartier, commune, département, région ou nationale"
                )
                % {"value": asked[:40]},
            )
        if scope == Scope.NATIONAL:
            return scope, None, None, None, None
        departement = self.code_of("departement", cell, self.territories.departements)
        region = self.code_of("region", cell, self.territories.regions)
        if scope == Scope.REGION:
            return scope, None, None, None, region
        if scope == Scope.DEPARTEMENT:
            return scope, None, None, departement, None
        point = self.point(row, cell)
        code = one_line(cell("code_insee")) if "code_insee" in self.mapping else ""
        if point:
            # the name of a commune may be ambiguous, a point is not
            commune = self.territories.commune(code, "", "")
            return scope or Scope.ADDRESS, point, commune or None, None, None
        commune = self.territories.commune(code, one_line(cell("commune")), one_line(cell("postal_code")))
        if commune:
            return Scope.COMMUNE, None, commune, None, None
        if departement or region:
            return (
                Scope.DEPARTEMENT if departement else Scope.REGION,
                None,
                None,
                departement,
                region if not departement else None,
            )
        raise Refused(
            "lat",
            _(
                "ni position ni commune : donnez lat et lon, ou code_insee, ou écrivez « nationale » dans une colonne lieu"
            ),
        )

    def point(self, row: Row, cell: Callable[[str], Any]) -> PointRead | None:
        """The point of the line: its own coordinates, else its geometry."""
        lon, lat = degrees(cell("lon")), degrees(cell("lat"))
        if lon is None and lat is None and (written := one_line(cell("position"))):
            parts = [part for part in re.split(r"\s*;\s*|,\s+|\s+", written) if part]
            if len(parts) == 1:
                parts = written.split(",")
            if len(parts) != 2:
                raise Refused(
                    "position", _("« %(value)s » n’est pas « latitude, longitude »") % {"value": written[:40]}
                )
            lat, lon = degrees(parts[0]), degrees(parts[1])
        if lon is not None and lat is not None:
            return checked(lon, lat)
        if lon is not None or lat is not None:
            raise Refused("lat", _("une des deux coordonnées manque : donnez la latitude et la longitude"))
        return point_of(row.geometry, centroid=self.centroid) if row.geometry else None

    def code_of(self, name: str, cell: Callable[[str], Any], known: Mapping[str, str]) -> str | None:
        written = one_line(cell(name)) if name in self.mapping else ""
        if not written:
            return None
        if found := known.get(plain(written)) or known.get(plain(written.zfill(2))):
            return found
        raise Refused(
            name, _("« %(value)s » est inconnu : donnez son code ou son nom") % {"value": written[:60]}
        )

    # --- words ---------------------------------------------------------------------------------------------------

    def several(self, name: str, given: Any, known: Mapping[str, str], problems: list[Refused]) -> Listed:
        """The codes of the values in one cell, each once."""
        if given is None or given == "":
            return self.without
        kept = self.lists.get((name, given)) if isinstance(given, str) else None
        if kept is not None:
            return kept
        codes: list[str] = []
        for word in words(given):
            code = known.get(plain(word))
            if code:
                codes.append(code)
            elif name != "themes" or not self.lenient_themes:
                problems.append(Refused(name, unknown_word(name, word, known, self.theme_names)))
                return self.without
        listed = Listed.of(dict.fromkeys(codes), self.bits[name])
        if isinstance(given, str) and len(self.lists) < 10_000:
            self.lists[name, given] = listed
        return listed

    def theme(self, word: str) -> str:
        """The code of a theme asked for. Raises UnknownTheme."""
        if code := self.known_themes.get(plain(word)):
            return code
        raise UnknownTheme(unknown_word("themes", word, self.known_themes, self.theme_names))

    def licence(self, given: Any) -> str:
        written = one_line(given)
        if not written:
            return Licence.LO2
        if found := self.known_licences.get(plain(written)):
            return found
        raise Refused(
            "licence",
            _("la licence « %(value)s » n’est pas acceptée : %(known)s")
            % {"value": written[:40], "known": ", ".join(Licence.values)},
        )

    def slug(self, given: Any) -> str:
        """The fiche of this site that the line names: by its address, or by its last word in a column that is for it."""
        written = text(given)
        if found := self.own_address.search(written):
            return found[1]
        return written if self.slugs_are_bare and re.fullmatch(r"[\w-]{1,120}", written) else ""

    @staticmethod
    def is_example(given: Any) -> bool:
        said = one_line(given)
        written = plain(said)
        if written and written not in YES | NO:
            raise Refused(
                "is_example",
                _("« %(value)s » ne se comprend pas : écrivez oui ou non") % {"value": said[:40]},
            )
        return written in YES

    @staticmethod
    def siret(given: Any) -> str:
        written = re.sub(r"[\s.]", "", one_line(given))
        if written and not siret_numbers.is_valid(written):
            raise Refused(
                "siret",
                _("« %(value)s » n’est pas un SIRET : 14 chiffres, avec sa clé juste")
                % {"value": written[:20]},
            )
        return written


class RowRefused(Exception):
    """A line cannot be taken: every problem that it has."""

    def __init__(self, problems: list[Refused]) -> None:
        super().__init__()
        self.problems = problems


def too_long(name: str, length: int) -> str:
    return _(
        "%(label)s : %(length)s caractères, %(most)s au plus ; raccourcissez, ou mettez la suite dans la description"
    ) % {
        "label": BY_NAME[name].label,
        "length": length,
        "most": LENGTHS[name],
    }


def digest(plain_title: str, lon: float | None, lat: float | None, *codes: str | None) -> str:
    """What stands for an identifier when the source has none: the same name at the same place (about 10 m)."""
    place = (
        f"{lon:.4f},{lat:.4f}"
        if lon is not None and lat is not None
        else ",".join(code or "" for code in codes)
    )
    return hashlib.blake2b(f"{plain_title}@{place}".encode(), digest_size=12).hexdigest()
