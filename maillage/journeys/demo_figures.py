"""The demo's figures: enough invented people, all of them over, for a funder to read something. Each is an example.

They are of structures that no account of the demo belongs to: nobody's inbox fills up.
"""

import random
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from maillage.accounts.models import DEMO_DOMAIN
from maillage.accounts.queries import demo_accounts
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.actions.figures import publish
from maillage.journeys.models import (
    Aim,
    Consent,
    ConsentText,
    Frein,
    Gender,
    NextAction,
    Person,
    Publication,
    Referral,
    Situation,
    State,
    Step,
)
from maillage.offers.models import Brake, Phase
from maillage.organisations.models import Banner, Membership, Organisation
from maillage.territories.models import Qpv

PEOPLE, RECEIVERS = 240, 4
NANTES, BANNER = "44109", "osez-entreprendre"
MAIL = f"chiffres-%s@{DEMO_DOMAIN}"
DAYS_TO_ANSWER = (1, 2, 3, 4, 6, 9)


@transaction.atomic
def load_figures(*, at: datetime) -> int:
    """Write the people that the demo's figures count, once, and publish the figures; gives how many people were made.

    Under Purpose.ADMINISTRATION, after the demo's structures and banner.
    """
    with for_purpose(Purpose.CONSENT):
        if Person.objects.filter(email=MAIL % 0).exists():
            return 0
    taken = Membership.objects.values("organisation")
    structures = list(
        Organisation.objects.filter(is_example=True).exclude(pk__in=taken).order_by("pk")[: RECEIVERS + 1]
    )
    charge = next((account.user for account in demo_accounts() if account.kind == "coordinator"), None)
    if len(structures) <= RECEIVERS or charge is None:
        return 0
    relay, *receivers = structures
    choice = random.Random(3)  # noqa: S311 the same demo each time
    with for_purpose(Purpose.CONSENT):
        people = Person.objects.bulk_create(_people(choice, relay, at))
        _agree(people, relay, receivers)
    with for_purpose(Purpose.RETENTION):
        _refer(people, relay, receivers, charge.pk)
        _grow(choice, people, relay)
    publish(at)
    return len(people)


def forget_figures() -> None:
    """Take back the figures that count examples; the people go with those of the demo (journeys.demo)."""
    Publication.objects.filter(figures__has_examples=True).delete()


def _people(choice: random.Random, relay: Organisation, at: datetime) -> list[Person]:
    quartiers = list(Qpv.objects.filter(commune=NANTES).order_by("-generation", "code")[:4])
    banner = Banner.objects.filter(slug=BANNER).first()
    made = []
    for number in range(PEOPLE):
        met_at = at - timedelta(days=choice.randint(40, 300))
        home = choice.choice([*quartiers, None]) if quartiers else None
        made.append(
            Person(
                first_name=f"Exemple {number + 1}", email=MAIL % number, commune_id=NANTES, banner=banner, is_example=True,
                qpv_code=home.code if home else "", qpv_generation=home.generation if home else None,
                gender=choice.choice([Gender.WOMAN, Gender.WOMAN, Gender.MAN, ""]),
                birth_year=met_at.year - choice.choice([19, 23, 27, 34, 41, 48, 57]),
                situation=choice.choice([Situation.DEMANDEUR, Situation.DEMANDEUR, Situation.RSA, Situation.SALARIE, ""]),
                phase=choice.choice([Phase.IDEE, Phase.IDEE, Phase.AMORCAGE, Phase.CREATION]),
                created_by_organisation=relay, created_at=met_at, last_activity_at=met_at,
            )
        )  # fmt: skip
    return made


def _receiver(number: int, receivers: list[Organisation]) -> Organisation | None:
    return receivers[number % RECEIVERS] if number % 5 else None


def _agree(people: list[Person], relay: Organisation, receivers: list[Organisation]) -> None:
    texts = {aim: _text(aim) for aim in (Aim.SUIVI, Aim.ORIENTATION)}
    given = []
    for number, one in enumerate(people):
        wanted = [(Aim.SUIVI, relay), (Aim.ORIENTATION, _receiver(number, receivers))]
        given += [
            Consent(
                person=one,
                aim=aim,
                organisation=whom,
                text=texts[aim],
                how=Consent.How.SCREEN,
                given_at=one.created_at,
            )
            for aim, whom in wanted
            if whom
        ]
    Consent.objects.bulk_create(given)


def _text(aim: Aim) -> ConsentText:
    found = ConsentText.objects.filter(aim=aim, language="fr").order_by("-number").first()
    return found or ConsentText.objects.create(aim=aim, language="fr", number=1, body="J’accepte (exemple).")


def _refer(people: list[Person], relay: Organisation, receivers: list[Organisation], charge: int) -> None:
    """Each referral goes through its moves, a group of people at a time, to its end."""
    rows = Referral.objects.bulk_create(
        Referral(
            person=one, from_organisation=relay, to_organisation=whom, in_charge_id=charge, initials="E.", is_example=True,
            phase=one.phase, next_action=NextAction.COMPLETER, next_action_at=one.created_at, created_at=one.created_at,
            moved_at=one.created_at,
        )
        for number, one in enumerate(people)
        if (whom := _receiver(number, receivers))
    )  # fmt: skip
    numbers = [row.pk for row in rows]
    every = Referral.objects.filter(pk__in=numbers)
    every.update(
        state=State.ENVOYEE,
        sent_at=F("created_at"),
        moved_at=F("created_at"),
        next_action=NextAction.REPONDRE,
    )
    silent = numbers[::9]
    answered = [number for number in numbers if number not in set(silent)]
    for turn, days in enumerate(DAYS_TO_ANSWER):
        when = F("sent_at") + timedelta(days=days)
        some = Referral.objects.filter(pk__in=answered[turn :: len(DAYS_TO_ANSWER)])
        some.update(state=State.ACCEPTEE, answered_at=when, moved_at=when, next_action=NextAction.FIXER_RDV)
    received = [number for turn, number in enumerate(answered) if turn % 4]
    when = F("sent_at") + timedelta(days=18)
    Referral.objects.filter(pk__in=received).update(
        state=State.RDV_FAIT, moved_at=when, next_action=NextAction.NOTER_ISSUE
    )
    helped = received[::2] + received[1::4]
    rest = [number for number in received if number not in set(helped)]
    for state, own in (
        (State.AIDE, helped),
        (State.PAS_D_AIDE, rest),
        (State.INJOIGNABLE, [number for number in numbers if number not in set(received)]),
    ):
        when = F("sent_at") + timedelta(days=25)
        Referral.objects.filter(pk__in=own).update(
            state=state, moved_at=when, closed_at=when, next_action="", next_action_at=None, in_charge=None
        )


def _grow(choice: random.Random, people: list[Person], relay: Organisation) -> None:
    steps, brakes = [], []
    for number, one in enumerate(people):
        when = one.created_at + timedelta(days=30)
        of = {"person": one, "organisation": relay, "created_at": when}
        if number % 6 == 0:
            steps.append(Step(kind=Step.Kind.IMMATRICULATION, on=when.date(), **of))
            steps.append(Step(kind=Step.Kind.EMPLOIS, on=when.date(), jobs=choice.choice([1, 1, 2]), **of))
        if number % 2:
            lifted = when.date() if number % 4 == 1 else None
            brake = choice.choice([Brake.MOBILITE, Brake.GARDE_ENFANT, Brake.FINANCIER, Brake.LANGUE])
            brakes.append(Frein(brake=brake, raised_on=one.created_at.date(), lifted_on=lifted, **of))
    Step.objects.bulk_create(steps)
    Frein.objects.bulk_create(brakes)
