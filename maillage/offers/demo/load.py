import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.text import slugify

from maillage.core.imports import Report
from maillage.offers.models import Financing, FinancingStatus, Permanence, PermanenceException, Service
from maillage.organisations.models import Organisation
from maillage.territories.models import Commune

ORIGIN = "demo/offers"
DATA = Path(__file__).with_name("data")
FINANCINGS = "financing.json"
MARK = "exemple"
DESCRIPTION = "Structure d’exemple : son nom peut exister, ses services sont inventés pour la démonstration."
AT_COMMUNE = "Position à la commune"


def files() -> dict[str, list[dict[str, Any]]]:
    """The structures with their services, by the name of the data file that gives them: one file a city."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))["structures"]
        for path in sorted(DATA.glob("*.json"))
        if path.name != FINANCINGS
    }


def financings() -> list[dict[str, Any]]:
    """The ways to pay for a project as the data file gives them, in its order."""
    found: list[dict[str, Any]] = json.loads((DATA / FINANCINGS).read_text(encoding="utf-8"))["financings"]
    return found


@transaction.atomic
def load_offers(*, at: datetime) -> Report:
    """Publish the demo's services and financings that are missing; those that are there keep whatever was changed.

    Days of the data count from the day of `at`. Expects the communes of `territories load`.
    """
    report = Report()
    wanted = [(key, row) for rows in files().values() for key, row in _keyed(rows)]
    present = set(Service.objects.filter(origin=ORIGIN).values_list("source_key", flat=True))
    communes = Commune.objects.in_bulk(_codes())
    missing = []
    for line, (key, row) in enumerate(wanted, 1):
        report.read += 1
        unknown = [code for code in _communes_of(row) if code not in communes]
        if key in present:
            report.unchanged += 1
        elif unknown:
            report.reject(line, "commune", f"commune {unknown[0]} absente : lancez « territories load »")
        else:
            missing.append((key, row))
    _add(missing, communes, at.date())
    report.created += len(missing)
    _load_financings(report, at.date())
    return report


@transaction.atomic
def forget_offers() -> int:
    """Delete the demo's services and financings, whatever was changed in them, and their structures that nothing
    else uses. Says how many services and financings."""
    services = Service.objects.filter(origin=ORIGIN)
    count = services.count()
    services.delete()
    count += Financing.objects.filter(source_key__startswith=f"{ORIGIN}/").delete()[0]
    for structure in Organisation.objects.filter(slug__in=_structure_slugs(), is_example=True):
        try:
            with transaction.atomic():
                structure.delete()
        except ProtectedError:  # someone gave it other work since
            continue
    return count


def _keyed(structures: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each service with its key; its structure comes along as `structure`, its commune as `commune`."""
    for structure in structures:
        for service in structure["services"]:
            key = slugify(f"{structure['nom']} {service['nom']}")[:120]
            yield key, {"structure": structure, "commune": structure["commune"], **service}


def _communes_of(row: dict[str, Any]) -> list[str]:
    codes = [row["commune"], *(permanence["commune"] for permanence in row.get("permanences", []))]
    return [code for code in codes if code]


def _codes() -> set[str]:
    return {code for rows in files().values() for _key, row in _keyed(rows) for code in _communes_of(row)}


def _add(missing: list[tuple[str, dict[str, Any]]], communes: dict[str, Commune], today: date) -> None:
    """Write these services, one statement for all of them, then their permanences."""
    made = Service.objects.bulk_create(
        [_service(key, row, communes.get(row["commune"]), today) for key, row in missing]
    )
    for service, (_key, row) in zip(made, missing, strict=True):
        for permanence in row.get("permanences", []):
            _add_permanence(service, permanence, communes, today)


def _service(key: str, row: dict[str, Any], commune: Commune | None, today: date) -> Service:
    own = {"structure", "commune", "permanences", "confirmed_days_ago"}
    confirmed = today - timedelta(days=row["confirmed_days_ago"])
    service = Service(
        **{name: value for name, value in row.items() if name not in own},
        slug=key,
        structure=_structure(row["structure"], commune),
        origin=ORIGIN,
        source=MARK,
        source_key=key,
        courriel=_email(row["structure"]["nom"]),
        status=Service.Status.PUBLISHED,
        is_example=True,
        date_maj=confirmed,
        confirmed_on=confirmed,
    )
    if commune is not None:
        service.commune, service.nom_commune, service.point = commune, commune.nom, commune.town_hall
        service.code_postal = min(commune.postal_codes, default="")
        service.complement_adresse = AT_COMMUNE
    return service


def _structure(row: dict[str, Any], commune: Commune | None) -> Organisation:
    """The example structure of this row, made when it is missing: never the real one's row."""
    first = row["services"][0]
    defaults = {
        "name": row["nom"],
        "kinds": row["kinds"],
        "zones": row["zones"],
        "description": DESCRIPTION,
        "telephone": first.get("telephone", ""),
        "courriel": _email(row["nom"]),
        "horaires_accueil": first.get("horaires_accueil", ""),
        "commune": commune,
        "nom_commune": commune.nom if commune else "",
        "point": commune.town_hall if commune else None,
        "is_example": True,
    }
    return Organisation.objects.get_or_create(slug=_structure_slug(row["nom"]), defaults=defaults)[0]


def _email(name: str) -> str:
    return f"{slugify(name)[:60].strip('-')}@example.org"


def _structure_slug(name: str) -> str:
    return f"{MARK}-{slugify(name)}"


def _structure_slugs() -> set[str]:
    return {_structure_slug(structure["nom"]) for rows in files().values() for structure in rows}


def _add_permanence(service: Service, row: dict[str, Any], communes: dict[str, Commune], today: date) -> None:
    commune = communes[row["commune"]]
    permanence = Permanence.objects.create(
        service=service,
        place=row["place"],
        adresse=AT_COMMUNE,
        commune=commune,
        point=commune.town_hall,
        hours=row["hours"],
        by_appointment=row.get("by_appointment", False),
    )
    PermanenceException.objects.bulk_create(
        PermanenceException(permanence=permanence, day=coming(day, today), hours=hours, note="Fêtes")
        for day, hours in row.get("exceptions", {}).items()
    )


def coming(day: str, today: date) -> date:
    """The next « 12-24 » that is not past."""
    month, number = (int(part) for part in day.split("-"))
    this_year = date(today.year, month, number)
    return this_year if this_year >= today else date(today.year + 1, month, number)


def _load_financings(report: Report, today: date) -> None:
    """Those that are missing; their structures are those that the files of services name."""
    slugs = {
        row["structure"]: _structure_slug(row["structure"]) for row in financings() if "structure" in row
    }
    structures = Organisation.objects.in_bulk(slugs.values(), field_name="slug")
    for row in financings():
        report.read += 1
        slug = f"{MARK}-{slugify(row['nom'])}"[:120]
        _financing, created = Financing.objects.get_or_create(
            source_key=f"{ORIGIN}/{slug}"[:120],
            defaults={
                **{name: value for name, value in row.items() if not name.endswith(("_ago", "_in_days"))},
                "slug": slug,
                "structure": structures.get(slugs.get(row.get("structure", ""), "")),
                "starts_on": _days(today, -row["opened_days_ago"]) if "opened_days_ago" in row else None,
                "ends_on": _days(today, row["closes_in_days"]) if "closes_in_days" in row else None,
                "confirmed_on": today,
                "is_example": True,
                "status": FinancingStatus.PUBLISHED,
            },
        )
        report.created += created
        report.unchanged += not created


def _days(today: date, number: int) -> date:
    return today + timedelta(days=number)
