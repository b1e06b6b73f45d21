"""Valid, plain rows for tests. Each is written as its action would: under the purpose that its policy asks for."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from maillage.accounts.models import User
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import Aim, Consent, ConsentText, NextAction, Person, Referral, State
from maillage.organisations.models import Membership, Organisation

NOW = timezone.make_aware(datetime(2026, 11, 25, 10, 0))
_numbers = itertools.count(1)


def act_as(user: User | None, subject: str = "") -> None:
    """Make the rest of the test's transaction that of `user`, or of what a code or a link gives (« person:12 »)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('maillage.user_id', %s, true), set_config('maillage.purpose', '', true),"
            " set_config('maillage.subject', %s, true)",
            [str(user.pk) if user else "", subject],
        )


def member(user: User, organisation: Organisation, kind: str = Membership.Kind.MEMBER) -> User:
    """`user`, now a member of `organisation`."""
    Membership.objects.create(user=user, organisation=organisation, kind=kind)
    return user


def make_person(*followed_by: Organisation, **fields: Any) -> Person:
    """Someone with a phone; each of `followed_by` has their agreement to follow them."""
    n = next(_numbers)
    fields.setdefault("first_name", f"Prénom{n}")
    fields.setdefault("phone", f"+336390{n:05}")
    fields.setdefault("created_at", NOW)
    fields.setdefault("last_activity_at", fields["created_at"])
    with for_purpose(Purpose.CONSENT):
        found = Person.objects.create(**fields)
    for organisation in followed_by:
        agree(found, Aim.SUIVI, organisation)
    return found


def agree(person: Person, aim: str, organisation: Organisation | None = None, **fields: Any) -> Consent:
    """An agreement of `person`, given on screen."""
    text, _made = ConsentText.objects.get_or_create(
        aim=aim, language="fr", number=1, defaults={"body": "J’accepte (exemple)."}
    )
    fields.setdefault("given_at", person.created_at)
    with for_purpose(Purpose.CONSENT):
        return Consent.objects.create(
            person=person, aim=aim, organisation=organisation, text=text, how=Consent.How.SCREEN, **fields
        )


def make_referral(
    person: Person, sender: Organisation | None, receiver: Organisation, in_charge: User, **fields: Any
) -> Referral:
    """A draft, or a referral sent (`state`) with the agreements that it needs, its answer due in two days."""
    state = fields.pop("state", State.BROUILLON)
    at = fields.pop("at", NOW)
    with for_purpose(Purpose.FOLLOW_UP):
        found = Referral.objects.create(
            person=person,
            from_organisation=sender,
            to_organisation=receiver,
            in_charge=in_charge,
            next_action=NextAction.COMPLETER,
            next_action_at=at,
            created_at=at,
            moved_at=at,
            **fields,
        )
    if state != State.BROUILLON:
        agree(person, Aim.ORIENTATION, receiver)
        with for_purpose(Purpose.FOLLOW_UP):
            found.state, found.sent_at, found.moved_at = State.ENVOYEE, at, at
            found.next_action, found.next_action_at = NextAction.REPONDRE, at + timedelta(days=2)
            found.save()
            if state != State.ENVOYEE:
                found.state = state
                found.save()
            found.refresh_from_db()
    return found
