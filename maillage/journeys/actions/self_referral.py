"""A person asks by themselves, or by telephone to a coordinator: the same path as any referral, without a sender.

Nothing is kept before the code sent to their number, or address, has proved that it is theirs: until then the request is in
their browser alone.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from maillage.core.acting import Purpose, Subject, for_purpose, for_subject
from maillage.core.codes import ask_code, check_code, send_code
from maillage.core.errors import DomainError
from maillage.core.ratelimit import hashed
from maillage.journeys.actions.consents import give_consent
from maillage.journeys.actions.people import once
from maillage.journeys.actions.referrals import create_referral, send_referral
from maillage.journeys.mails.contact import send_contact_code
from maillage.journeys.models import Aim, Consent, Person, Referral, Via
from maillage.journeys.queries.consents import person_reached_by
from maillage.organisations.actions.calls import end_call
from maillage.organisations.models import CallBack
from maillage.organisations.queries.banners import banner_of_commune
from maillage.territories.queries import commune

log = structlog.get_logger()
KIND = "contact"  # of the code, and of the subject that it proves: a number or an address, not yet anybody
JOB = "journeys.send-contact-code"


class CodeWrong(DomainError):
    """The code is not the one sent, or too old."""


def ask_proof(*, reach: str, client: str, at: datetime) -> UUID:
    """Send a code to a number or an address; gives the key that the browser keeps. Raises TooMany."""
    return ask_code(KIND, reach, client=client, job=JOB, at=at)


def send_proof(*, key: UUID, at: datetime) -> bool:
    """Send the code of a request, whoever it is for; whether one left. Called by the job."""
    return send_code(
        key,
        find=lambda reach: Subject(KIND, _fingerprint(reach)),
        deliver=lambda reach, code: send_contact_code(reach, code, at=at),
        at=at,
    )


def check_proof(*, key: UUID, reach: str, code: str, client: str, at: datetime) -> bool:
    """Whether the code is that of this key, and was sent to `reach`; it then serves no more. Raises TooMany."""
    return check_code(key, KIND, code, client=client, at=at) == Subject(KIND, _fingerprint(reach))


@transaction.atomic
def ask_for_contact(
    *, organisation_id: int, service_id: int | None, values: dict[str, Any], at: datetime
) -> Referral:
    """Send the request of someone who has proved their number, or address, and agreed on screen to be passed on.

    `values`: first_name, phone or email, reason, appointment_wish, commune (a code), phase. Who is known already keeps
    their file as it was. Raises AlreadyReferred, NothingReceived, NotAllowedNow.
    """
    person = person_of(values, at)
    give_consent(
        person_id=person.pk,
        organisation_id=organisation_id,
        aim=Aim.ORIENTATION,
        how=Consent.How.SCREEN,
        at=at,
    )
    said = {name: values[name] for name in ("reason", "appointment_wish", "phase")}
    return _send(person, organisation_id, {**said, "service_id": service_id}, by=None, via=Via.PERSON, at=at)


@transaction.atomic
def refer_call(
    *, call_id: int, organisation_id: int, service_id: int | None, witness: str, by: int, at: datetime
) -> Referral:
    """Make a referral of a call-back that `by` took: the person agreed on the telephone, `witness` heard it. The call ends.

    Raises CallTaken, AlreadyReferred, NothingReceived, NotAllowedNow.
    """
    call = end_call(call_id=call_id, user_id=by, reached=True, at=at)
    person = person_of(_said_on_the_telephone(call), at)
    give_consent(
        person_id=person.pk,
        organisation_id=organisation_id,
        aim=Aim.ORIENTATION,
        how=Consent.How.ORAL,
        witness=witness,
        by=by,
        at=at,
    )
    values = {"reason": call.about, "service_id": service_id}
    return _send(person, organisation_id, values, by=by, via=Via.WEB, at=at)


def person_of(values: dict[str, Any], at: datetime) -> Person:
    """Whoever has this number or address, which was proved; else someone new. Their file is otherwise left as it is."""
    known = person_reached_by(phone=values["phone"], email=values["email"])
    if known is not None:
        return known
    place = commune(values["commune"]) if values["commune"] else None
    over = banner_of_commune(place) if place else None
    person = Person(
        first_name=values["first_name"],
        phone=values["phone"],
        email=values["email"],
        phase=values["phase"],
        commune=place,
        banner_id=over.pk if over else values.get("banner_id"),
        created_at=at,
        last_activity_at=at,
    )
    with once(), for_purpose(Purpose.CONSENT):
        person.save()
    log.info("person.came-by-themselves", person=person.pk)
    return person


def _send(
    person: Person, organisation_id: int, values: dict[str, Any], *, by: int | None, via: str, at: datetime
) -> Referral:
    with for_subject(Subject("person", person.pk)):
        row = create_referral(
            person_id=person.pk,
            to_organisation_id=organisation_id,
            from_organisation_id=None,
            values=values,
            by=by,
            at=at,
            via=via,
        )
        return send_referral(referral_id=row.pk, by=by, at=at, via=via)


def _said_on_the_telephone(call: CallBack) -> dict[str, Any]:
    return {
        "first_name": call.first_name,
        "phone": call.phone,
        "email": "",
        "phase": "",
        "commune": call.commune_id or "",
        "banner_id": call.banner_id,
    }


def _fingerprint(reach: str) -> int:
    """A number that stands for an address, and gives nothing of it away."""
    return int(hashed(("contact", reach))[:15], 16)
