"""What a person has agreed to, as far as one referral needs it."""

from dataclasses import dataclass

from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import Aim, Consent


@dataclass(frozen=True)
class Agreements:
    """Whether the person agreed that the sender follows them, and that the receiver gets their file."""

    follow: bool
    referral: bool

    @property
    def all_given(self) -> bool:
        return self.follow and self.referral


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
    return Agreements(
        sender_id is None or (Aim.SUIVI, sender_id) in live,
        (Aim.ORIENTATION, receiver_id) in live,
    )
