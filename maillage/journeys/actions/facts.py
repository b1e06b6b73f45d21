"""What is kept of someone whose file goes: classes, in rows that nothing ties together."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import Fact, FreinFact, ReferralFact
from maillage.journeys.queries.profiles import Profile, Span, answers, brakes, profiles

# at least so many people are alike in the classes that are kept; what makes one rare is dropped, in this order
ALIKE = 5
DROPPED = (
    "qpv_code", "commune_code", "situation", "age_class", "phase", "gender", "banner_number", "in_qpv", "epci_code",
)  # fmt: skip
UNKNOWN = {"banner_number": None, "in_qpv": None}
EVER = datetime(1900, 1, 1, tzinfo=UTC)


@transaction.atomic
def keep_fact(person_id: int, at: datetime) -> None:
    """Keep what the figures count of a person, just before their file is deleted: by its caller, in this transaction.

    Classes only: what fewer than ALIKE people of the same quarter share is left unknown. Nobody by that number:
    nothing kept.
    """
    span = Span(EVER, at, at, person_id)
    with for_purpose(Purpose.RETENTION):
        for found in profiles(span):
            fact = Fact(**_common(found))
            place = {"epci_code": fact.epci_code, "banner_number": fact.banner_number}
            Fact.objects.bulk_create([fact])
            ReferralFact.objects.bulk_create(
                ReferralFact(
                    quarter=answer.quarter,
                    to_organisation_number=answer.to_organisation_number,
                    answered=answer.answered,
                    days=answer.days,
                    **place,
                )
                for answer in answers(span)
                if answer.answered
                for _ in range(answer.times)
            )
            FreinFact.objects.bulk_create(
                FreinFact(quarter=met.quarter, brake=met.brake, lifted=met.lifted, **place)
                for met in brakes(span)
                for _ in range(met.times)
            )


def _common(profile: Profile) -> dict[str, Any]:
    """The profile, with what is rare in it left unknown."""
    kept = profile._asdict()
    # alike[n]: how many people share what is left once the first n are dropped
    for name, alike in zip(DROPPED, _alike(profile), strict=True):
        if alike >= ALIKE:
            break
        kept[name] = UNKNOWN.get(name, "")
    return kept


def _alike(profile: Profile) -> list[int]:
    """How many people, this one included, have the same classes as `profile`: all of them, then without the first, the
    first two … of DROPPED. Those whose file is gone count as what is kept of them."""
    ways = ", ".join(
        "count(*) FILTER (WHERE " + " AND ".join(_same(name) for name in DROPPED[n:]) + ")"
        for n in range(len(DROPPED))
    )
    sql = f"""
        SELECT {ways} FROM (
            SELECT COALESCE(c.epci_id, '') AS epci_code, p.commune_id AS commune_code, p.qpv_code, p.situation, p.phase, p.gender, p.banner_id AS banner_number,
                CASE WHEN p.commune_id IS NOT NULL OR p.qpv_code <> '' THEN p.qpv_code <> '' END AS in_qpv,
                CASE WHEN p.birth_year IS NULL THEN '' WHEN age < 18 THEN 'moins-18' WHEN age < 26 THEN '18-25'
                    WHEN age < 30 THEN '26-29' WHEN age < 55 THEN '30-54' ELSE '55-plus' END AS age_class
            FROM journeys_person p LEFT JOIN territories_commune c ON c.code = p.commune_id
            CROSS JOIN LATERAL (SELECT extract(year FROM p.created_at AT TIME ZONE %(zone)s) - birth_year AS age) AS aged
            WHERE p.created_at AT TIME ZONE %(zone)s >= %(quarter)s::date
                AND p.created_at AT TIME ZONE %(zone)s < %(quarter)s::date + interval '3 months'
            UNION ALL
            SELECT epci_code, commune_code, qpv_code, situation, phase, gender, banner_number, in_qpv, age_class
            FROM journeys_fact WHERE quarter = %(quarter)s
        ) AS others
    """  # noqa: S608 names of columns, ours
    with connection.cursor() as cursor:
        cursor.execute(sql, profile._asdict() | {"zone": settings.TIME_ZONE})
        return list(cursor.fetchone())


def _same(name: str) -> str:
    return (
        f"{name} IS NOT DISTINCT FROM %({name})s" if name in UNKNOWN else f"COALESCE({name}, '') = %({name})s"
    )
