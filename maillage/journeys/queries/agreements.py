"""What a person has agreed to, as far as one referral needs it."""

from dataclasses import dataclass

from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import Aim, Consent


@dataclass(frozen=True)
class Agreements:
    """What one referral needs of the person's agreement, and lacks still: (aim, structure's number) pairs."""

    missing: tuple[tuple[str, int], ...]

    @property
    def follow(self) -> bool:
        """Whether the person agrees that the sender follows them."""
        return not self._lacks(Aim.SUIVI)

    @property
    def referral(self) -> bool:
        """Whether the person agrees that the receiver gets their file."""
        return not self._lacks(Aim.ORIENTATION)

    @property
    def all_given(self) -> bool:
        return not self.missing

    def _lacks(self, aim: Aim) -> bool:
        return any(one == aim for one, _number in self.missing)


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
    return Agreements(tuple(pair for pair in needed if pair not in live))
