"""Who answers for a fiche, and how old is a year."""

import calendar
from datetime import date

from maillage.accounts.models import User
from maillage.core.acting import Purpose, for_purpose
from maillage.initiatives.models import Initiative
from maillage.organisations.models import Membership


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, or the month's last day when there is none (29 February → 28)."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def owner_addresses(row: Initiative) -> list[str]:
    """The mail addresses of those who answer for a fiche: its owner, else its contact, else its carrier's managers.

    To be called for Purpose.FRESHNESS: accounts are hidden otherwise.
    """
    if row.owner_id and (
        email := User.objects.filter(pk=row.owner_id, is_active=True).values_list("email", flat=True).first()
    ):
        return [email]
    if row.contact_email:
        return [row.contact_email]
    if not row.carrier_id:
        return []
    managers = Membership.objects.filter(organisation=row.carrier_id, kind=Membership.Kind.MANAGER)
    return list(
        User.objects.filter(pk__in=managers.values("user_id"), is_active=True)
        .order_by("pk")
        .values_list("email", flat=True)
    )


def contact_address(row: Initiative) -> str:
    """The address to which the freshness mail went, to answer there; "" when nobody answers for the fiche."""
    with for_purpose(Purpose.FRESHNESS):
        found = owner_addresses(row)
    return found[0] if found else ""


def answers_for(row: Initiative, email: str) -> bool:
    """Whether a freshness mail about the fiche would go to this address."""
    with for_purpose(Purpose.FRESHNESS):
        return bool(email) and email.lower() in {address.lower() for address in owner_addresses(row)}
