"""The plan as one A4 page (PDF)."""

from datetime import date

from django.template.loader import render_to_string

from maillage.offers.plan.balance import Plan
from maillage.ui.paper import one_page_of, qr_code

SIZES = (10, 8, 6)  # points, tried in turn until the sheet holds on one page


def sheet_of(plan: Plan, address: str, on: date) -> bytes:
    """The PDF, dated `on`; its QR code leads back to `address`, the empty sheet."""
    context = {
        "plan": plan,
        "notes": plan.notes(),
        "on": on,
        "qr": qr_code(address),
        "address": address.split("//", 1)[1],
    }
    return one_page_of(render_to_string("offers/plan/sheet.html", context | {"size": size}) for size in SIZES)
