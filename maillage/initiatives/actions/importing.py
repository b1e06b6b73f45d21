"""Taking a file of initiatives in: all of it, or nothing unless asked otherwise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from maillage.accounts.access import Scopes
from maillage.core.errors import DomainError
from maillage.core.imports import BadMapping, Report, Source, guess, open_source, overridden
from maillage.initiatives.imports.checks import STAGED, Checker, RowRefused
from maillage.initiatives.imports.columns import BY_NAME, FIELDS, PLACES
from maillage.initiatives.imports.places import outside
from maillage.initiatives.models import Initiative
from maillage.initiatives.sql import statement

Progress = Callable[[float, str], None]
STATUSES = (Initiative.Status.PUBLISHED.value, Initiative.Status.DRAFT.value)
# fields of a row that are compared with what the source said, and how each is written in JSON: of the line, of the row
COMPARED = {
    "carrier": ("to_jsonb(r.carrier)", "to_jsonb(i.carrier_id)"),
    "place": (
        "jsonb_build_array(r.scope, round(ST_X(r.point)::numeric, 7), round(ST_Y(r.point)::numeric, 7), "
        "r.commune, r.departement, r.region)",
        "jsonb_build_array(i.scope, round(ST_X(i.point)::numeric, 7), round(ST_Y(i.point)::numeric, 7), "
        "i.commune_id, i.departement_id, i.region_id)",
    ),
    "links": ("r.links", "i.links"),
    "body": ("to_jsonb(r.body)", "to_jsonb(btrim(replace(i.body, E'\\r', ''), E' \\n\\t'))"),
} | {
    name: (f"to_jsonb(r.{name})", f"to_jsonb(i.{name})")
    for name in (
        "title", "summary", "themes", "publics", "phases", "partners", "address", "starts_on", "ends_on",
        "contact_name", "contact_email", "contact_phone", "source_name", "source_url", "author_name", "licence",
    )
}  # fmt: skip


class UnknownStatus(DomainError):
    """New fiches are published or drafts."""


@dataclass(frozen=True)
class Plan:
    """How one file is to be read. `mapping`: column by field; `origin`: what names the source from one import to the next."""

    mapping: Mapping[str, str]
    origin: str
    status: str = Initiative.Status.PUBLISHED.value
    partial: bool = False
    centroid: bool = False
    themes: tuple[str, ...] = ()
    owner_id: int | None = None
    within: Scopes = Scopes(everywhere=True)  # noqa: RUF009 frozen too

    @property
    def compared(self) -> list[str]:
        """The fields that the file fills."""
        names = set(self.mapping) & set(COMPARED) | {"place"}
        if "body" in self.mapping and "summary" not in self.mapping:
            names.add("summary")
        if self.themes:
            names.add("themes")
        return [name for name in COMPARED if name in names]


def guessed_mapping(source: Source, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Column by field: as the headers say, then as somebody chose. Raises BadMapping when nothing gives a title."""
    guessed = guess(source.columns, FIELDS)
    if {"slug", "url"} <= set(source.columns):
        # our own GeoJSON: the whole address says of which site the fiche is
        guessed["slug"] = "url"
        guessed.pop("links" if guessed.get("links") == "url" else "", None)
    if source.format == "umap" and {"identifiant", "description"} <= set(source.columns):
        # our own uMap file: the description is the summary, then a link to the fiche
        guessed |= {"slug": "description", "summary": "description"}
        guessed.pop("body", None)
    mapping = overridden(guessed, chosen or {}, source.columns, FIELDS)
    if "title" not in mapping:
        raise BadMapping(
            _(
                "Aucune colonne ne donne le nom des initiatives. Appelez-en une « titre », ou désignez-la "
                "(--map title=Colonne). Colonnes du fichier : %(columns)s."
            )
            % {"columns": ", ".join(source.columns[:30])}
        )
    if source.format in ("csv", "xlsx") and not set(mapping) & set(PLACES):
        raise BadMapping(
            _(
                "Aucune colonne ne dit où sont les initiatives. Ajoutez « lat » et « lon », ou « code_insee ». "
                "Colonnes du fichier : %(columns)s."
            )
            % {"columns": ", ".join(source.columns[:30])}
        )
    return mapping


def default_origin(source: Source) -> str:
    """What names the source when nobody does: what the file says of itself, else its name without its ending."""
    return (source.origin or f"fichier/{source.path.stem}")[:120]


class _NotKept(Exception):
    """Undoes a dry run, or a file with rejected lines."""


def import_initiatives(
    *,
    path: Path,
    plan: Plan,
    at: datetime,
    format: str = "auto",
    dry_run: bool = False,
    progress: Progress = lambda share, step: None,
) -> Report:
    """Create and update initiatives from the file at `path`, in the transaction of the caller or one of its own.

    Matched by (origin, key): importing twice creates nothing twice, and fields changed here since are kept (see the
    report's notes). With a rejected line nothing is written and the counts of what was done are zero, unless
    `plan.partial`. A dry run does everything, then undoes it: its counts are of what the accepted lines would do.
    Raises BadFile, BadMapping.
    """
    if plan.status not in STATUSES:
        raise UnknownStatus(_("Les fiches importées sont publiées ou brouillons."))
    source = open_source(path, format)
    report = Report()
    try:
        with transaction.atomic():
            run = _Run(plan, report, progress)
            run.stage(source)
            run.load(at)
            if dry_run or (report.rejected and not plan.partial):
                raise _NotKept
    except _NotKept:
        if not dry_run:
            report.created = report.updated = report.unchanged = report.repaired = 0
    report.rejections.sort(key=lambda rejection: (rejection.line, rejection.field))
    progress(1.0, "")
    return report


class _Run:
    """The steps of one import, over temporary tables that end with the transaction."""

    def __init__(self, plan: Plan, report: Report, progress: Progress) -> None:
        self.plan, self.report, self.progress = plan, report, progress
        self.origin = {"origin": plan.origin}

    def stage(self, source: Source) -> None:
        """Read every line into the staging table; those that are not well-formed are rejected."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '128MB'")
            cursor.execute("SET LOCAL gin_pending_list_limit = '64MB'")
            for table in ("incoming", "located", "resolved", "changes"):
                cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
            cursor.execute(statement("import_incoming"))
        checker = Checker(self.plan.mapping, self.plan.centroid, self.plan.themes)
        report = self.report
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY incoming ({', '.join(STAGED)}) FROM STDIN") as copy,
        ):
            for row in source.rows():
                report.read += 1
                if report.read % 5000 == 0:
                    self.progress(source.read_share() * 0.4, _("Lecture"))
                try:
                    staged, repaired = checker.staged(row)
                except RowRefused as refused:
                    report.rejected += 1
                    for problem in refused.problems:
                        report.explain(row.line, problem.field, problem.reason)
                    continue
                report.repaired += repaired
                copy.write_row(staged)

    def load(self, at: datetime) -> None:
        """From the staging table to the initiatives, a statement at a time for all lines."""
        self._execute("ANALYZE incoming")
        for line, first, key, given in self._execute(statement("import_repeated")):
            self.report.reject(line, "id" if given else "title", repeated(first, key, given))
        self.progress(0.45, _("Communes"))
        self._execute("CREATE INDEX ON incoming USING gist (point)")
        self._execute("CREATE INDEX ON incoming (line)")
        self._execute(statement("import_located"))
        # without statistics, the next joins would compare every line with every other
        self._execute("ANALYZE located")
        self._execute(statement("import_offshore"))
        for line, lon, lat, commune, km in self._execute(statement("import_elsewhere")):
            self.report.reject(line, "lat", too_far(commune, km) if commune else outside(lon, lat))
        self.progress(0.55, _("Structures"))
        self._execute(statement("import_carriers"))
        self._execute(statement("import_resolved"), self.origin)
        self._execute("ANALYZE resolved")
        self._refuse_elsewhere()
        self.progress(0.6, _("Comparaison"))
        self._compare()
        self.progress(0.65, _("Écriture"))
        self._write(at)

    def _refuse_elsewhere(self) -> None:
        """Take out the lines that lie, or whose fiche lies, where the person has no say."""
        scope = self.plan.within
        if scope.everywhere:
            return
        codes = {kind: scope.codes(kind) for kind in ("commune", "epci", "departement", "region")}
        for (line,) in self._execute(statement("import_not_ours"), codes):
            self.report.reject(
                line, "place", _("hors de votre territoire : demandez à qui l’anime, ou retirez la ligne")
            )

    def _compare(self) -> None:
        given = self._json(0)
        if "scope" not in self.plan.mapping:
            # nothing is said of how precise the place is: of an unmoved point, what is known stays true
            same = "r.scope = 'address' AND ST_DWithin(r.point, i.point, 1e-7)"
            given = given.replace("(r.scope,", f"(CASE WHEN {same} THEN i.scope ELSE r.scope END,")
        self._execute(statement("import_changes").format(given=given, present=self._json(1)), self.origin)
        [(matched,)] = self._execute("SELECT count(*) FROM resolved WHERE initiative IS NOT NULL")
        self.report.unchanged = matched
        for line, kept in self._execute(
            "SELECT line, kept FROM changes WHERE kept IS NOT NULL ORDER BY line LIMIT 10000"
        ):
            for name in kept:
                self.report.note(
                    line, name, _("modifié ici depuis le dernier import : la valeur locale est gardée")
                )

    def _write(self, at: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement("import_update"), self.origin)
            self.report.updated = cursor.rowcount
            self.report.unchanged -= cursor.rowcount
            cursor.execute(
                statement("import_insert").format(given=self._json(0)),
                {
                    **self.origin,
                    "status": self.plan.status,
                    "at": at,
                    "today": at.date(),
                    "owner": self.plan.owner_id,
                },
            )
            self.report.created = cursor.rowcount

    def _json(self, side: int) -> str:
        """The compared fields as one jsonb expression, of the line (0) or of the row (1)."""
        pairs = ", ".join(f"'{name}', {COMPARED[name][side]}" for name in self.plan.compared)
        return f"jsonb_build_object({pairs})"

    def _execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []


def repeated(first: int, key: str, given: bool) -> str:
    if given:
        return _(
            "l’identifiant « %(key)s » est déjà à la ligne %(first)s : donnez un identifiant à chaque fiche"
        ) % {
            "key": key[:60],
            "first": first,
        }
    return _("ligne répétée : même nom et même lieu qu’à la ligne %(first)s ; retirez l’une des deux") % {
        "first": first
    }


def too_far(commune: str, km: float) -> str:
    return _("le point est à %(km)s km de %(commune)s : corrigez la position ou la commune") % {
        "km": round(km),
        "commune": commune,
    }


def labels() -> dict[str, str]:
    """The fields' names in French, for the reports that people read."""
    return {name: str(field.label) for name, field in BY_NAME.items()} | {
        "geometry": _("Position"),
        "place": _("Lieu"),
    }
