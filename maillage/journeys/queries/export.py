"""The people of one structure, as a table that a spreadsheet opens."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from maillage.core.phones import readable_phone
from maillage.journeys.models import Follow

# what a spreadsheet would take for a formula, an order to fetch something
ORDERS = ("=", "+", "-", "@", "\t", "\r", "\n")


def people_of(organisation_id: int, *, at: datetime) -> list[Follow]:
    """Whom the structure follows at `at`, each with its `person`, by name. What row security hides is not there."""
    return list(
        Follow.objects.filter(Q(until=None) | Q(until__gt=at), organisation=organisation_id)
        .select_related("person__commune")
        .defer("person__commune__contour")
        .order_by("person__last_name", "person__first_name", "person_id")
    )


def as_csv(follows: Iterable[Follow]) -> str:
    """What it takes to call and to meet these people, one a line: « ; » between cells, no cell that acts."""
    text = io.StringIO()
    text.write("\ufeff")  # so that spreadsheets read UTF-8
    lines = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL)
    lines.writerow(
        [
            _("Numéro"), _("Prénom"), _("Nom"), _("Téléphone"), _("Adresse e-mail"), _("Commune"), _("QPV"),
            _("Où en est le projet"), _("Suivi depuis le"), _("Exemple"),
        ]
    )  # fmt: skip
    lines.writerows([harmless(cell) for cell in _cells(follow)] for follow in follows)
    return text.getvalue()


def harmless(cell: str) -> str:
    """The cell, which no spreadsheet takes for a formula any more."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(ORDERS) or cell.startswith(ORDERS) else cell


def _cells(follow: Follow) -> Iterator[str]:
    person = follow.person
    yield str(person.pk)
    yield person.first_name
    yield person.last_name
    yield readable_phone(person.phone) if person.phone else ""
    yield person.email
    yield str(person.commune or "")
    yield person.qpv_code
    yield str(person.get_phase_display())
    yield localdate(follow.since).isoformat()
    yield _("oui") if person.is_example else ""
