"""Taking a file of initiatives in: all of it, or nothing unless asked otherwise."""

from collections.abc import Callable, Mapping
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import DataError, connection, transaction
from django.utils.translation import gettext as _
from psycopg import Connection

from maillage.accounts.access import Scopes
from maillage.core.errors import DomainError
from maillage.core.imports import BadFile, BadMapping, Report, Source, guess, open_source, overridden
from maillage.initiatives.imports.checks import Checker
from maillage.initiatives.imports.chunks import Chunk, chunks, one_ahead, worded
from maillage.initiatives.imports.columns import BY_NAME, FIELDS, PLACES
from maillage.initiatives.imports.contours import Contours
from maillage.initiatives.imports.places import outside
from maillage.initiatives.models import Initiative
from maillage.initiatives.sql import statement

Progress = Callable[[float, str], None]
MANY_BYTES = 2**20  # of a file worth preparing all contours (a second) and opening another connection
TABLES = (
    "matched (line bigint PRIMARY KEY, initiative bigint NOT NULL)",
    'seen (key text COLLATE "C" PRIMARY KEY, line bigint NOT NULL)',
    "made (organisation bigint NOT NULL, plain text NOT NULL)",
)
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
        "is_example",
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
    example: bool = False  # the fiches are invented, and marked so, whatever the lines say
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
        if self.example:
            names.add("is_example")
        return [name for name in COMPARED if name in names]


def proposed_mapping(source: Source) -> dict[str, str]:
    """Column by field, as the headers say; perhaps nothing gives a title or a place."""
    guessed = guess(source.columns, FIELDS)
    if {"slug", "url"} <= set(source.columns):
        # our own GeoJSON: the whole address says of which site the fiche is
        guessed["slug"] = "url"
        guessed.pop("links" if guessed.get("links") == "url" else "", None)
    if source.format == "umap" and {"identifiant", "description"} <= set(source.columns):
        # our own uMap file: the description is the summary, then a link to the fiche
        guessed |= {"slug": "description", "summary": "description"}
        guessed.pop("body", None)
    return guessed


def guessed_mapping(source: Source, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Column by field: as the headers say, then as somebody chose. Raises BadMapping without a title or a place."""
    mapping = overridden(proposed_mapping(source), chosen or {}, source.columns, FIELDS)
    if "title" not in mapping:
        raise BadMapping(
            _(
                "Aucune colonne ne donne le nom des initiatives. Appelez-en une « titre », ou dites laquelle le donne. "
                "Colonnes du fichier : %(columns)s."
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


def no_line(source: Source) -> BadFile:
    """What to say of a file that has columns and nothing else."""
    said = _("Ce fichier n’a que sa ligne d’en-tête. Ajoutez-y des lignes, puis réessayez.")
    if source.format != "xlsx":
        return BadFile(said)
    formulas = _("Si ses cases sont des formules, ouvrez-le dans un tableur et enregistrez-le d’abord.")
    return BadFile(f"{said} {formulas}")


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
    Raises BadFile, also for a file without a line, BadMapping and UnknownTheme.
    """
    if plan.status not in STATUSES:
        raise UnknownStatus(_("Les fiches importées sont publiées ou brouillons."))
    source = open_source(path, format)
    report = Report()
    if source.left_out:
        report.note(0, "", source.left_out)
    try:
        with transaction.atomic():
            _Run(plan, report, progress).take(source, at)
            if not report.read:
                raise no_line(source)
            if dry_run or (report.rejected and not plan.partial):
                raise _NotKept
    except _NotKept:
        if not dry_run:
            report.created = report.updated = report.unchanged = report.repaired = 0
    report.rejections.sort(key=lambda rejection: (rejection.line, rejection.field))
    progress(1.0, "")
    return report


class _Run:
    """The steps of one import, some thousands of lines at a time, over temporary tables that end with the transaction."""

    def __init__(self, plan: Plan, report: Report, progress: Progress) -> None:
        self.plan, self.report, self.progress = plan, report, progress
        self.origin = {"origin": plan.origin}

    def take(self, source: Source, at: datetime) -> None:
        """Bring the whole file in; what cannot be is in the report."""
        self._make_room()
        plan = self.plan
        checker = Checker(plan.mapping, plan.centroid, plan.themes, plan.example)
        are_many = source.size >= MANY_BYTES
        contours = Contours() if are_many else None
        # a source never seen has nothing to recognise: its keys are not looked for
        [(self.known,)] = self._execute(
            "SELECT EXISTS (SELECT FROM initiatives_initiative WHERE origin = %(origin)s)", self.origin
        )
        self.known = self.known or "slug" in plan.mapping
        made = chunks(source, checker, contours)
        with (
            closing(another_connection()) if are_many else nullcontext() as beside,
            one_ahead(worded(made, beside) if beside else made) as ready,
        ):
            for chunk in ready:
                self._tell(chunk)
                self._stage(chunk, are_placed=are_many)
                self._refuse_repeated()
                self._load(at)
        self._execute("SET CONSTRAINTS ALL DEFERRED")

    def _make_room(self) -> None:
        # once a session has read a temporary table, PostgreSQL no longer changes it
        with suppress(DataError), transaction.atomic():
            self._execute("SET LOCAL temp_buffers = '64MB'")
        self._execute("SET LOCAL work_mem = '128MB'")
        self._execute("SET LOCAL gin_pending_list_limit = '64MB'")
        # as lines come: a million checks kept for the end would fill the server's memory, and a dry run would skip them
        self._execute("SET CONSTRAINTS ALL IMMEDIATE")
        self._execute("DROP VIEW IF EXISTS pg_temp.resolved")
        for table in ("incoming", "named", "matched", "seen", "made", "changes"):
            self._execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        for table in ("import_incoming", "import_named"):
            self._execute(statement(table))
        for table in TABLES:
            self._execute(f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP")
        self._execute(statement("import_resolved_view"))

    def _tell(self, chunk: Chunk) -> None:
        report = self.report
        report.read += chunk.read
        report.rejected += chunk.rejected
        report.repaired += chunk.repaired
        for problem in chunk.problems:
            report.explain(*problem)
        self.progress(chunk.share * 0.98, _("Lecture et écriture"))

    def _stage(self, chunk: Chunk, *, are_placed: bool) -> None:
        """The lines of the chunk into the staging tables, with the communes and neighbourhoods that cover them.

        `are_placed`: the chunk says which.
        """
        self._execute("TRUNCATE incoming, named, matched")
        with connection.cursor() as cursor:
            with cursor.copy(f"COPY incoming ({', '.join(chunk.columns)}) FROM STDIN {chunk.format}") as copy:
                copy.write(chunk.rows)
            with cursor.copy("COPY named (number, carrier, siret, line, is_example) FROM STDIN") as copy:
                for organisation in chunk.organisations():
                    copy.write_row(organisation)
        if not are_placed:
            self._execute(statement("import_lying"))

    def _load(self, at: datetime) -> None:
        """From the staging tables to the initiatives, a statement at a time for all lines."""
        self._execute(statement("import_offshore"))
        for line, lon, lat, commune, km in self._execute(statement("import_elsewhere")):
            self.report.reject(line, "lat", too_far(commune, km) if commune else outside(lon, lat))
        for name in ("import_numbered", "import_carriers", "import_carried"):
            self._execute(statement(name))
        if self.known:
            self._execute(statement("import_matched"), self.origin)
        self._leave_merged()
        self._refuse_elsewhere()
        if self.known:
            self._follow()
        self._create(at)

    def _refuse_repeated(self) -> None:
        """Take out the lines whose key an earlier line has, of this chunk or of one before."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM incoming")
            [lines] = cursor.fetchone()
            cursor.execute(statement("import_seen"))
            if cursor.rowcount == lines:
                return
        for line, first, key, given in self._execute(statement("import_repeated")):
            self.report.reject(line, "id" if given else "title", repeated(first, key, given))

    def _leave_merged(self) -> None:
        """Lines whose fiche was merged into another change nothing."""
        for line, title in self._execute(statement("import_merged"), self.origin):
            self.report.unchanged += 1
            self.report.note(
                line, "", _("fusionnée ici avec « %(title)s » : rien n’est changé") % {"title": title}
            )

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

    def _follow(self) -> None:
        """Known fiches take what their lines say, except what was changed here."""
        given = self._json(0)
        if "scope" not in self.plan.mapping:
            # nothing is said of how precise the place is: of an unmoved point, what is known stays true
            same = "r.scope = 'address' AND ST_DWithin(r.point, i.point, 1e-7)"
            given = given.replace("(r.scope,", f"(CASE WHEN {same} THEN i.scope ELSE r.scope END,")
        self._execute("DROP TABLE IF EXISTS pg_temp.changes")
        self._execute(statement("import_changes").format(given=given, present=self._json(1)), self.origin)
        [(matched,)] = self._execute("SELECT count(*) FROM resolved WHERE initiative IS NOT NULL")
        for line, kept in self._execute(
            "SELECT line, kept FROM changes WHERE kept IS NOT NULL ORDER BY line LIMIT 10000"
        ):
            for name in kept:
                self.report.note(
                    line, name, _("modifié ici depuis le dernier import : la valeur locale est gardée")
                )
        with connection.cursor() as cursor:
            cursor.execute(statement("import_update"), self.origin)
            self.report.updated += cursor.rowcount
            self.report.unchanged += matched - cursor.rowcount

    def _create(self, at: datetime) -> None:
        with connection.cursor() as cursor:
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
            self.report.created += cursor.rowcount

    def _json(self, side: int) -> str:
        """The compared fields as one jsonb expression, of the line (0) or of the row (1)."""
        pairs = ", ".join(f"'{name}', {COMPARED[name][side]}" for name in self.plan.compared)
        return f"jsonb_build_object({pairs})"

    def _execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []


def another_connection() -> Connection[Any]:
    """To the same database, with nobody's identity. It sees nothing of the transaction at hand."""
    made: Connection[Any] = connection.get_new_connection(connection.get_connection_params())
    made.autocommit = True
    return made


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
