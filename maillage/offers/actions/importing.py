"""Taking a file of data·inclusion in: every good row, unless all or nothing is asked for."""

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.core.imports import Report
from maillage.offers.actions.quality import find_faults
from maillage.offers.imports.checks import SERVICE, STRUCTURE, Check, Checker, RowRefused
from maillage.offers.imports.followed import FOLLOWED, FOLLOWED_STRUCTURE
from maillage.offers.imports.reading import InclusionFile, Kind, open_inclusion
from maillage.offers.models import FindingKind
from maillage.offers.sql import statement

Progress = Callable[[float, str], None]
DEFAULT_ORIGIN = "data-inclusion"
TABLES = ("incoming_structures", "incoming_services", "refused_structures", "refused_services", "places_structures",
          "places_services", "resolved_structures", "resolved_services")  # fmt: skip
MOST_GONE, GONE_SHARE = 1_000, 0.5


class TooManyGone(DomainError):
    """The file holds so few of the services known that it is most likely cut short, or of another source."""


class _NotKept(Exception):
    """Undoes a dry run, or a file with rejected rows when all or nothing was asked for."""


@dataclass(frozen=True)
class Plan:
    """How a file is to be taken. `origin` names its source from one import to the next; with `keep_missing` the file is
    a part of it only: nothing is marked as disappeared. `strict`: all rows or none."""

    origin: str = DEFAULT_ORIGIN
    strict: bool = False
    keep_missing: bool = False
    allow_gone: bool = False


def import_offers(
    *,
    path: Path,
    plan: Plan,
    at: datetime,
    dry_run: bool = False,
    progress: Progress = lambda share, step: None,
) -> Report:
    """Create and update structures and services from the file at `path`, in the transaction of the caller or its own.

    Matched by (origin, id): twice the same file changes nothing the second time. What was changed here is kept
    (`local_fields`, and our own fields); what the file no longer has is marked `gone_on`, and comes back with it.
    Rejected rows are reported and the others load, unless `plan.strict`. A dry run does everything, then undoes it.
    Raises BadFile, TooManyGone.
    """
    source = open_inclusion(path)
    report = Report()
    try:
        with transaction.atomic():
            _Run(plan, report, progress, at).take(source)
            if dry_run or (report.rejected and plan.strict):
                raise _NotKept
    except _NotKept:
        if not dry_run:
            report.created = report.updated = report.unchanged = report.repaired = 0
    report.rejections.sort(key=lambda rejection: (rejection.line, rejection.field))
    progress(1.0, "")
    return report


class _Run:
    """The steps of one import, over temporary tables that end with the transaction."""

    def __init__(self, plan: Plan, report: Report, progress: Progress, at: datetime) -> None:
        self.report, self.progress = report, progress
        self.plan = plan
        self.asked: dict[str, Any] = {"origin": plan.origin[:120], "now": at, "today": at.date()}

    def take(self, source: InclusionFile) -> None:
        """Stage every row of the file, then load structures, then services."""
        self._execute("SET LOCAL work_mem = '128MB'")
        self._execute("SET LOCAL gin_pending_list_limit = '64MB'")
        for table in TABLES:
            self._execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        self._execute(statement("import_staging"))
        checker = Checker()
        checks: dict[Kind, tuple[Check, tuple[str, ...]]] = {
            "structures": (checker.structure, STRUCTURE),
            "services": (checker.service, SERVICE),
        }
        self.both = len(source.kinds) > 1
        read = {kind: self._stage(source, kind, *checks[kind]) for kind in source.kinds}
        if read.get("structures"):
            self.progress(0.45, _("Structures"))
            self._load_structures()
        self.given_structures = bool(read.get("structures"))
        if read.get("services"):
            self.progress(0.55, _("Services"))
            self._load_services()
            self.progress(0.95, _("Qualité"))
            find_faults(at=self.asked["now"], origin=self.asked["origin"])

    # --- reading ---------------------------------------------------------------------------------------------------

    def _stage(self, source: InclusionFile, kind: Kind, check: Check, columns: tuple[str, ...]) -> int:
        """Copy the good rows of one kind in their staging table; how many rows there are."""
        report, count = self.report, 0
        with tempfile.TemporaryFile("w+", encoding="utf-8") as refused:
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY incoming_{kind} ({', '.join(columns)}) FROM STDIN") as copy,
            ):
                for row in source.rows(kind):
                    count += 1
                    if count % 5_000 == 0:
                        self.progress(source.read_share() * 0.4, _("Lecture"))
                    try:
                        staged = check(row)
                    except RowRefused as error:
                        report.rejected += 1
                        for problem in error.problems:
                            report.explain(row.line, problem.field, self._said(kind, problem.reason))
                        if isinstance(key := row.values.get("id"), str):
                            refused.write(json.dumps(key.replace("\x00", "")) + "\n")
                        continue
                    if staged.notes:
                        report.repaired += 1
                        for problem in staged.notes:
                            report.note(row.line, problem.field, self._said(kind, problem.reason))
                    copy.write_row(staged.values)
            refused.seek(0)
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY refused_{kind} (key) FROM STDIN") as copy,
            ):
                for line in refused:
                    copy.write_row((json.loads(line).encode("utf-8", "ignore").decode(),))
        report.read += count
        for line, first, key in self._execute(statement("import_repeated").format(kind=kind)):
            self._reject(kind, line, "id", _("l’identifiant « %(key)s » est déjà à la ligne %(first)s") % {
                "key": key[:60], "first": first})  # fmt: skip
        self._execute(f"CREATE UNIQUE INDEX ON incoming_{kind} (line)")
        self._execute(f"CREATE INDEX ON incoming_{kind} (key)")
        # of the columns that are joined: the others are long
        self._execute(f"ANALYZE incoming_{kind} (line, key, code_insee, code_postal)")
        return count

    # --- structures ------------------------------------------------------------------------------------------------

    def _load_structures(self) -> None:
        self._place("structures")
        self._execute(statement("import_structures_resolved"), self.asked)
        self._execute("ANALYZE resolved_structures (line, key, organisation)")
        self._tell("structures", "organisations_organisation", "organisation")
        [(matched,)] = self._execute(
            "SELECT count(*) FROM resolved_structures WHERE organisation IS NOT NULL"
        )
        # of an adopted organisation, every word that it has counts as changed here
        held = ", ".join(
            f"CASE WHEN to_jsonb(s.{column}) NOT IN ('\"\"', '[]', 'null') THEN '{name}' END"
            for name, (column, _given) in FOLLOWED_STRUCTURE.items()
        )
        self._execute(
            f"UPDATE organisations_organisation s SET origin = %(origin)s, source_key = r.key, local_fields = "  # noqa: S608 our columns
            f"array_remove(ARRAY[{held}], NULL) FROM resolved_structures r WHERE s.id = r.organisation AND r.adopts",
            self.asked,
        )
        updated = self._change(
            f"UPDATE organisations_organisation s SET {following(FOLLOWED_STRUCTURE)}, source = r.source, "  # noqa: S608
            "source_digest = r.digest, gone_on = NULL FROM resolved_structures r WHERE s.id = r.organisation "
            "AND (r.known_digest IS DISTINCT FROM r.digest OR r.was_gone)"
        )
        columns, given = pairs(FOLLOWED_STRUCTURE)
        created = self._change(
            f"INSERT INTO organisations_organisation ({columns}, slug, origin, source, source_key, source_digest, is_example, "  # noqa: S608
            f"created_at) SELECT {given}, {free_slug('organisations_organisation')}, %(origin)s, r.source, r.key, r.digest, "
            "false, %(now)s FROM resolved_structures r WHERE r.organisation IS NULL ORDER BY r.line",
            self.asked,
        )
        self._count(created, updated, matched - updated)
        self._execute(
            statement("import_structures_findings"), {**self.asked, "wrong": FindingKind.WRONG_SIRET.value}
        )
        if not self.plan.keep_missing:
            self._execute(
                statement("import_gone").format(table="organisations_organisation", kind="structures"),
                self.asked,
            )

    def _make_provisional(self, orphans: list[tuple[int, str, str]]) -> None:
        """A bare organisation for each structure that services name and no file has given yet."""
        for line, key, _source in orphans:
            self.report.note(
                line,
                "structure_id",
                _("la structure « %(key)s » n’est pas connue : importez aussi le fichier des structures")
                % {"key": key[:60]},
            )
        named = {key: source for _line, key, source in orphans}
        self._execute(
            "INSERT INTO organisations_organisation (name, slug, siret, website, origin, source, source_key, is_example, "
            "created_at) SELECT name, 'structure-' || left(md5(%(origin)s || '/' || key), 12), '', '', %(origin)s, source, key, "
            "false, %(now)s FROM unnest(%(names)s::text[], %(keys)s::text[], %(sources)s::text[]) AS given(name, key, source)",
            {
                **self.asked,
                "names": [provisional_name(key) for key in named],
                "keys": list(named),
                "sources": list(named.values()),
            },
        )

    # --- services --------------------------------------------------------------------------------------------------

    def _load_services(self) -> None:
        orphans = self._execute(statement("import_services_orphans"), self.asked)
        if orphans and self.given_structures:
            # the file gives the structures: one that it lacks, or whose row is refused, cannot be made up
            for line, key, _source in orphans:
                self._reject(
                    "services",
                    line,
                    "structure_id",
                    _("la structure « %(key)s » n’est pas dans le fichier, ou sa ligne est refusée")
                    % {"key": key[:60]},
                )
            self._execute(
                "WITH out AS (DELETE FROM incoming_services WHERE line = ANY(%(lines)s) RETURNING key) "
                "INSERT INTO refused_services SELECT key FROM out",
                {"lines": [line for line, *_rest in orphans]},
            )
        elif orphans:
            self._make_provisional(orphans)
        self._place("services")
        self._execute(statement("import_services_resolved"), self.asked)
        self._execute("ANALYZE resolved_services (line, key, service)")
        self._tell("services", "offers_service", "service")
        self.progress(0.65, _("Écriture"))
        self._write_services()
        self._execute(
            statement("import_services_findings"),
            {
                **self.asked,
                "outside": FindingKind.OUTSIDE.value,
                "elsewhere": FindingKind.ELSEWHERE.value,
            },
        )
        if not self.plan.keep_missing:
            self._mark_gone()

    def _write_services(self) -> None:
        [(matched,)] = self._execute("SELECT count(*) FROM resolved_services WHERE service IS NOT NULL")
        updated = self._change(
            f"UPDATE offers_service s SET {following(FOLLOWED)}, structure_id = r.structure, source = r.source, "  # noqa: S608
            "source_digest = r.digest, score_qualite = r.score_qualite, gone_on = NULL FROM resolved_services r "
            "WHERE s.id = r.service AND (r.known_digest <> r.digest OR r.was_gone OR r.known_structure <> r.structure)"
        )
        columns, given = pairs(FOLLOWED)
        created = self._change(
            f"INSERT INTO offers_service ({columns}, slug, structure_id, score_qualite, origin, source, source_key, "  # noqa: S608
            "source_digest, local_fields, kind, phases, languages, accessibility, qpv_only, qpv_codes, status, is_example, "
            f"created_at, updated_at, version) SELECT {given}, {free_slug('offers_service')}, r.structure, r.score_qualite, "
            "%(origin)s, r.source, r.key, r.digest, '{}', '', '{}', '{}', '{}', false, '{}', 'published', false, %(now)s, "
            "%(now)s, 1 FROM resolved_services r WHERE r.service IS NULL ORDER BY r.line",
            self.asked,
        )
        self._count(created, updated, matched - updated)

    def _mark_gone(self) -> None:
        [(known,)] = self._execute(
            "SELECT count(*) FROM offers_service WHERE origin = %(origin)s AND gone_on IS NULL", self.asked
        )
        gone = self._change(
            statement("import_gone").format(table="offers_service", kind="services"), self.asked
        )
        if gone > MOST_GONE and gone > known * GONE_SHARE and not self.plan.allow_gone:
            raise TooManyGone(
                _(
                    "%(gone)s services sur %(known)s ne sont plus dans ce fichier : il est sans doute incomplet, ou d’une autre "
                    "source. Ajoutez --keep-missing si c’est une partie de la source, --allow-gone s’ils ont vraiment disparu."
                )
                % {"gone": gone, "known": known}
            )

    # --- shared ----------------------------------------------------------------------------------------------------

    def _place(self, kind: Kind) -> None:
        self._execute(statement("import_places").format(kind=kind))
        self._execute(f"ANALYZE places_{kind}")

    def _tell(self, kind: Kind, table: str, column: str) -> None:
        """Say of which rows the position is left out, and which local values stay."""
        rows = self._execute(
            f"SELECT line, round(lon::numeric, 5), round(lat::numeric, 5), mended FROM resolved_{kind} WHERE outside ORDER BY line"  # noqa: S608
        )
        for line, lon, lat, mended in rows:
            self.report.repaired += not mended
            reason = _("hors de France (longitude %(lon)s, latitude %(lat)s) : prise sans cette position") % {
                "lon": lon,
                "lat": lat,
            }
            self.report.note(line, "latitude", self._said(kind, reason))
        kept = self._execute(
            f"SELECT r.line, unnest(s.local_fields) FROM resolved_{kind} r JOIN {table} s ON s.id = r.{column} "  # noqa: S608
            "WHERE s.local_fields <> '{}' AND s.source_digest <> r.digest ORDER BY 1, 2 LIMIT 10000"
        )
        for line, name in kept:
            self.report.note(line, name, self._said(kind, _("modifié ici : la valeur locale est gardée")))

    def _said(self, kind: Kind, reason: str) -> str:
        """In a file that holds both, which list the line is of."""
        return (
            _("structure : %(reason)s") % {"reason": reason} if self.both and kind == "structures" else reason
        )

    def _reject(self, kind: Kind, line: int, name: str, reason: str) -> None:
        self.report.reject(line, name, self._said(kind, reason))

    def _count(self, created: int, updated: int, unchanged: int) -> None:
        self.report.created += created
        self.report.updated += updated
        self.report.unchanged += unchanged

    def _execute(self, sql: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def _change(self, sql: str, parameters: dict[str, Any] | None = None) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.rowcount


def provisional_name(key: str) -> str:
    """What a structure is called until a file gives its name."""
    return _("Structure à préciser (%(key)s)") % {"key": key[:150]}


def following(fields: Mapping[str, tuple[str, str]]) -> str:
    """The SET clause by which a row (s) takes what its source says (r), but for its local fields."""
    return ", ".join(
        f"{column} = CASE WHEN '{name}' = ANY (s.local_fields) THEN s.{column} ELSE {given} END"
        for name, (column, given) in fields.items()
    )


def pairs(fields: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """The columns, and what a new row holds in each."""
    return tuple(", ".join(pair[side] for pair in fields.values()) for side in (0, 1))  # type: ignore[return-value]


def free_slug(table: str) -> str:
    """The address of a new row: its name when nothing has it, else with a digest of its key, the same at each import."""
    return (
        "CASE WHEN row_number() OVER (PARTITION BY r.base_slug ORDER BY r.line) = 1 "
        f"AND NOT EXISTS (SELECT FROM {table} t WHERE t.slug = r.base_slug) THEN r.base_slug "
        "ELSE r.base_slug || '-' || left(md5(%(origin)s || '/' || r.key), 12) END"
    )
