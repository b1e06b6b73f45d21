"""Where a structure is written to about its referrals."""

from maillage.accounts.models import User
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import Referral, Terms
from maillage.organisations.models import Membership, Organisation


def address_of(organisation_id: int) -> str:
    """The address that the structure gave for referrals, else its public one; "" when it has none."""
    own = Terms.objects.filter(organisation=organisation_id).values_list("courriel", flat=True).first()
    public = Organisation.objects.filter(pk=organisation_id).values_list("courriel", flat=True)
    return own or public.first() or ""


def colleague_in_charge(row: Referral) -> str:
    """The address of who has the referral in charge, if they are of the structure that received it; "" otherwise."""
    ours = Membership.objects.filter(organisation=row.to_organisation_id, user=row.in_charge_id)
    return mail_of(row.in_charge_id) if row.in_charge_id and ours.exists() else ""


def mail_of(user_id: int | None) -> str:
    """The address of a person with an account; "" when there is none, or it is no longer active."""
    with for_purpose(Purpose.MAIL):
        found = User.objects.filter(pk=user_id or 0, is_active=True).values_list("email", flat=True).first()
    return found or ""
