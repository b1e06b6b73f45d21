"""Find what does not hold together in the offers. Every step can run twice: what is mended is taken off the list."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from maillage.core.hours import WrongHours, checked_hours
from maillage.offers.freshness import DOUBT, months_before
from maillage.offers.models import FindingKind
from maillage.offers.sql import statement

# kinds that this module finds; the import and the visits of links find the others
FOUND_HERE = [
    FindingKind.STALE, FindingKind.DUPLICATE, FindingKind.HOURS, FindingKind.UNREACHABLE, FindingKind.GONE,
    FindingKind.NO_SIRET, FindingKind.UNKNOWN, FindingKind.CLOSED,
]  # fmt: skip
GONE_TOLD = timedelta(days=90)  # a service that left its source long ago is no news

_HEAL = """
DELETE FROM offers_finding f WHERE f.kind = ANY (%(kinds)s)
  AND (%(origin)s::text IS NULL OR f.service_id IN (SELECT id FROM offers_service WHERE origin = %(origin)s)
       OR f.organisation_id IN (SELECT structure_id FROM offers_service WHERE origin = %(origin)s))
  AND NOT EXISTS (SELECT FROM faults t WHERE t.kind = f.kind
                  AND (COALESCE(t.service, 0), COALESCE(t.organisation, 0))
                      = (COALESCE(f.service_id, 0), COALESCE(f.organisation_id, 0)))
"""
# what somebody has mended since: a number given, a point given, a link changed
_HEAL_OTHERS = """
DELETE FROM offers_finding f USING organisations_organisation o
WHERE f.organisation_id = o.id AND f.kind = 'siret-wrong' AND o.siret <> '';
DELETE FROM offers_finding f USING offers_service s
WHERE f.service_id = s.id AND (
    f.kind IN ('point-outside', 'point-elsewhere') AND 'point' = ANY (s.local_fields)
    OR f.kind = 'point-outside' AND s.point IS NOT NULL
    OR f.kind = 'dead-link' AND f.detail NOT IN (left(s.lien_mobilisation, 300), left(s.lien_source, 300))
    OR s.status <> 'published')
"""
_NOTE = """
INSERT INTO offers_finding (service_id, kind, detail, found_on)
SELECT service, kind, left(detail, 300), %(today)s FROM faults WHERE service IS NOT NULL
ON CONFLICT (service_id, kind) WHERE service_id IS NOT NULL DO UPDATE SET detail = excluded.detail
WHERE offers_finding.detail <> excluded.detail;
"""
_NOTE_STRUCTURES = """
INSERT INTO offers_finding (organisation_id, kind, detail, found_on)
SELECT organisation, kind, left(detail, 300), %(today)s FROM faults WHERE organisation IS NOT NULL
ON CONFLICT (organisation_id, kind) WHERE organisation_id IS NOT NULL DO UPDATE SET detail = excluded.detail
WHERE offers_finding.detail <> excluded.detail
"""


@transaction.atomic
def find_faults(*, at: datetime, origin: str | None = None) -> int:
    """Make the findings again for the services of one origin, or all; how many faults there are.

    Left alone: what only an import sees (positions, wrong SIRET) and dead links.
    """
    today = at.date()
    asked = {
        "origin": origin,
        "today": today,
        "kinds": [kind.value for kind in FOUND_HERE],
        "stale_before": months_before(today, DOUBT),
        "gone_after": today - GONE_TOLD,
        "unreadable": _unreadable(origin),
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.faults")
        cursor.execute(statement("faults"), asked)
        cursor.execute("ANALYZE faults")
        cursor.execute(_HEAL, asked)
        cursor.execute(_HEAL_OTHERS)
        cursor.execute(_NOTE, asked)
        cursor.execute(_NOTE_STRUCTURES, asked)
        cursor.execute("SELECT count(*) FROM faults")
        return int(cursor.fetchone()[0])


def _unreadable(origin: str | None) -> list[str]:
    """The hours that no reader understands, among those of public services."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT horaires_accueil FROM offers_service WHERE status = 'published' AND gone_on IS NULL "
            "AND horaires_accueil <> '' AND (%(origin)s::text IS NULL OR origin = %(origin)s)",
            {"origin": origin},
        )
        return [hours for (hours,) in cursor.fetchall() if not _is_readable(hours)]


def _is_readable(hours: str) -> bool:
    try:
        checked_hours(hours)
    except WrongHours:
        return False
    return True
