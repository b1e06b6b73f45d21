"""What a person has agreed to, as far as one referral needs it."""

from dataclasses import dataclass

from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import Aim, Consent


@dataclass(frozen=True)
class Agreements:
    """Whether the person agreed that the sender follows them, and that the receiver gets their file."""

    follow: bool
    referral: bool
    missing: tuple[tuple[str, int], ...]  # (aim, structure's number)

    @property
    def all_given(self) -> bool:
        return not self.missing


def agreements(person_id: int, sender_id: int | None, receiver_id: int) -> Agreements:
    """What stands between a person, the sender (None: the person asks by themselves) and the receiver.

    For who may read the person's referral: whether the person agreed elsewhere is not said.
    """
    with for_purpose(Purpose.CONSENT):
        live = set(
            Consent.objects.filter(
                person=person_id, withdrawn_at=None, organisation__in=[sender_id or receiver_id, receiver_id]
            ).values_list("aim", "organisation_id")
        )
    needed: list[tuple[str, int]] = [(Aim.ORIENTATION.value, receiver_id)]
    if sender_id is not None:
        needed.insert(0, (Aim.SUIVI.value, sender_id))
    missing = tuple(pair for pair in needed if pair not in live)
    return Agreements(
        not any(aim == Aim.SUIVI for aim, _number in missing),
        not any(aim == Aim.ORIENTATION for aim, _number in missing),
        missing,
    )
