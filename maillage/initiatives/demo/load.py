import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from maillage.core.imports import Report
from maillage.initiatives.models import Initiative
from maillage.organisations.models import Organisation
from maillage.territories.models import Commune

ORIGIN = "demo/eco-des-quartiers-n2"
DATA = Path(__file__).with_name("eco_des_quartiers_n2.json")
SOURCE = "L’ÉCO des quartiers n° 2, RNCRPV, novembre 2019 (faits de 2019)"
SOURCE_URL = "https://www.reseau-crpv.fr/"
AUTHOR = "Démonstration de Maillage"


def rows() -> list[dict[str, Any]]:
    """The initiatives as the data file gives them, in its order: title, summary, body, themes, scope, commune …"""
    found: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


@transaction.atomic
def load_initiatives(*, at: datetime) -> Report:
    """Publish the demo's initiatives that are missing; those that are there keep whatever was changed since.

    They are confirmed on the day of `at`: on the publication's own date, the rule of 24 months would hide them all.
    The source keeps saying that the facts are of 2019. Expects the communes of `territories load`.
    """
    report = Report()
    present = set(Initiative.objects.filter(origin=ORIGIN).values_list("origin_key", flat=True))
    wanted = rows()
    halls = dict(
        Commune.objects.filter(code__in={row["commune"] for row in wanted if "commune" in row}).values_list(
            "code", "town_hall"
        )
    )
    for line, row in enumerate(wanted, 1):
        report.read += 1
        key = slugify(row["title"])
        if key in present:
            report.unchanged += 1
        elif "commune" in row and row["commune"] not in halls:
            report.reject(line, "commune", f"commune {row['commune']} absente : lancez « territories load »")
        else:
            initiative = Initiative(
                slug=key[:100],
                origin=ORIGIN,
                origin_key=key,
                title=row["title"],
                summary=row["summary"],
                body=row["body"],
                themes=row["themes"],
                publics=row["publics"],
                phases=row["phases"],
                partners=row.get("partners", []),
                carrier=organisation(row["carrier"]) if "carrier" in row else None,
                scope=row["scope"],
                commune_id=row.get("commune"),
                point=halls.get(row.get("commune", "")),
                source_name=f"{SOURCE} ; {row['sheet']}"[:200] if "sheet" in row else SOURCE,
                source_url=SOURCE_URL,
                author_name=AUTHOR,
                status=Initiative.Status.PUBLISHED,
                published_at=at,
                confirmed_on=at.date(),
            )
            initiative.save(force_insert=True)
            report.created += 1
    return report


@transaction.atomic
def forget_initiatives() -> int:
    """Delete the demo's initiatives, whatever was changed in them; what else the site holds stays."""
    count, _by_model = Initiative.objects.filter(origin=ORIGIN).delete()
    return count


def organisation(name: str) -> Organisation:
    """The organisation called `name`, made when it is missing."""
    return Organisation.objects.get_or_create(slug=slugify(name)[:220], defaults={"name": name})[0]
