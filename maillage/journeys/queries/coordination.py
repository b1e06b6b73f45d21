"""What waits for a coordinator: structures to telephone, people to whom something else is to be proposed."""

from dataclasses import dataclass, field

from django.db.models import Q

from maillage.core.phones import dialled_phone, readable_phone
from maillage.journeys.models import NextAction, Referral, State
from maillage.organisations.models import Organisation

MOST = 200


@dataclass(frozen=True)
class ToCall:
    """One structure, with what it has not answered, the oldest first."""

    organisation: Organisation
    phone: str  # in groups; "" when it is not known
    dialled: str
    rows: list[Referral] = field(default_factory=list)

    @property
    def is_past_calling(self) -> bool:
        """Whether all that is left is to propose something else."""
        return all(row.next_action == NextAction.PROPOSER_SUITE for row in self.rows)


def structures_to_call(user_id: int) -> list[ToCall]:
    """By structure, that of the oldest silence first. Row security shows a coordinator those of their banners."""
    found: dict[int, ToCall] = {}
    for row in _waiting(user_id)[:MOST]:
        there = row.to_organisation
        one = found.setdefault(
            there.pk, ToCall(there, readable_phone(there.telephone), dialled_phone(there.telephone))
        )
        one.rows.append(row)
    return list(found.values())


def count_to_call(user_id: int) -> int:
    """How many referrals wait for a call, or for another proposal."""
    return _waiting(user_id).count()


def referral_to_coordinate(user_id: int, referral_id: int) -> Referral | None:
    """The referral, if it waits for this coordinator."""
    return _waiting(user_id).filter(pk=referral_id).first()


def _waiting(user_id: int):  # type: ignore[no-untyped-def] # a queryset of Referral
    refused = Q(state=State.REFUSEE, next_action=NextAction.PROPOSER_SUITE)
    return (
        Referral.objects.select_related("to_organisation", "from_organisation", "banner", "service")
        .filter(Q(state=State.SANS_REPONSE) | refused)
        .filter(Q(coordinated=True) | Q(in_charge=user_id))
        .order_by("sent_at", "pk")
    )
