"""What someone reads of their own file in « Mon parcours »: all of it, in words that need no explanation.

Read as the subject « person:N »: row security shows the rows of that person, and nothing of anybody else's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.accounts.models import User
from maillage.core.acting import Purpose, for_purpose
from maillage.core.phones import dialled_phone, readable_phone
from maillage.journeys.mails.news import PLAIN_REASONS
from maillage.journeys.models import (
    Appointment,
    Consent,
    ConsentRequest,
    Document,
    Follow,
    Frein,
    GroupMember,
    MergedPerson,
    Note,
    OpeningEvent,
    Person,
    Referral,
    RefusalReason,
    State,
    Step,
)
from maillage.journeys.queries.consents import LINK_LASTS, question
from maillage.journeys.queries.link_uses import seen_by_link
from maillage.organisations.models import Organisation

# where a request is, and what happens next: said to the person
NEWS: dict[str, str | Promise] = {
    State.ENVOYEE: gettext_lazy("Votre demande est arrivée. La structure doit vous répondre."),
    State.RECUE: gettext_lazy("La structure lit votre demande. Elle va vous répondre."),
    State.ACCEPTEE: gettext_lazy("C’est oui : la structure va vous contacter pour un rendez-vous."),
    State.REFUSEE: gettext_lazy(
        "Cette structure ne peut pas vous aider. On cherche avec vous une autre solution."
    ),
    State.SANS_REPONSE: gettext_lazy(
        "La structure tarde à répondre. Une personne du réseau l’appelle pour vous."
    ),
    State.RDV_FAIT: gettext_lazy("Votre premier rendez-vous a eu lieu. La suite se décide avec vous."),
    State.ABSENT: gettext_lazy(
        "Le rendez-vous n’a pas eu lieu. Appelez la structure pour en fixer un autre."
    ),
    State.EXCUSE: gettext_lazy("Le rendez-vous est remis. La structure va vous en proposer un autre."),
    State.REORIENTEE: gettext_lazy("Une autre structure a pris la suite."),
    State.ANNULEE: gettext_lazy("Cette demande est arrêtée."),
    State.AIDE: gettext_lazy("La structure vous a aidé."),
    State.PAS_D_AIDE: gettext_lazy("La structure n’a pas pu vous aider."),
    State.INJOIGNABLE: gettext_lazy(
        "La structure n’a pas réussi à vous joindre. Appelez-la, ou votre contact."
    ),
    State.PAS_POUR_NOUS: gettext_lazy("Cette structure n’était pas la bonne pour vous."),
}
SHOWN_OPENINGS = 200


@dataclass(frozen=True)
class Contact:
    """One structure that follows the person: who there, how to call."""

    structure: Organisation
    referent: str
    phone: str  # in groups
    dialled: str
    email: str
    until: datetime | None


@dataclass(frozen=True)
class News:
    """One request to a structure: what happens next, and why not, if it was no."""

    row: Referral
    what: str
    why: str
    is_open: bool


@dataclass(frozen=True)
class Opening:
    """One opening of the file: when, by whom, of which structure, why."""

    at: datetime
    who: str
    structure: str
    why: str


@dataclass(frozen=True)
class Given:
    """One agreement: the words that were read, for whom."""

    row: Consent
    words: str


@dataclass(frozen=True)
class Asked:
    """One request that waits for the person's yes or no."""

    row: ConsentRequest
    words: list[str]


def myself(person_id: int) -> Person | None:
    """The person's own row, with their commune."""
    return Person.objects.select_related("commune").defer("commune__contour").filter(pk=person_id).first()


def contacts(person_id: int, *, at: datetime) -> list[Contact]:
    """Who follows the person at `at`, the longest first."""
    rows = list(
        Follow.objects.select_related("organisation")
        .filter(Q(until=None) | Q(until__gt=at), person=person_id)
        .order_by("since", "pk")
    )
    names = names_of(row.referent_id for row in rows)
    return [
        Contact(
            row.organisation,
            names.get(row.referent_id or 0, ""),
            readable_phone(row.organisation.telephone) if row.organisation.telephone else "",
            dialled_phone(row.organisation.telephone),
            row.organisation.courriel,
            row.until,
        )
        for row in rows
    ]


def appointments(person_id: int, *, at: datetime | None = None) -> list[Appointment]:
    """The person's appointments, the next first; with `at`, those to come that still stand."""
    rows = Appointment.objects.select_related("organisation").filter(person=person_id)
    if at:
        rows = rows.filter(ends_at__gt=at, status=Appointment.Status.PREVU)
    return list(rows.order_by("starts_at", "pk"))


def news(person_id: int) -> list[News]:
    """The person's requests, those under way first, the latest first; drafts, which nobody has sent, are left out."""
    rows = (
        Referral.objects.select_related("to_organisation", "from_organisation", "service")
        .filter(person=person_id)
        .exclude(state=State.BROUILLON)
        .order_by("-created_at", "-pk")
    )
    found = [News(row, str(NEWS.get(row.state, "")), _why(row), row.closed_at is None) for row in rows]
    return sorted(found, key=lambda one: not one.is_open)


def steps(person_id: int) -> list[Step]:
    """What has been done, in order."""
    return list(Step.objects.select_related("organisation").filter(person=person_id))


def freins(person_id: int) -> list[Frein]:
    """What stands, or stood, in the way."""
    return list(Frein.objects.select_related("organisation", "lifted_by").filter(person=person_id))


def notes(person_id: int) -> list[Note]:
    """What structures wrote down, but for the notes that their author keeps to themselves."""
    return list(Note.objects.select_related("organisation").filter(person=person_id))


def documents(person_id: int) -> list[Document]:
    """The files of the person's project, the latest first."""
    return list(Document.objects.select_related("organisation").filter(person=person_id))


def groups(person_id: int) -> list[GroupMember]:
    """The groups that the person is or was in."""
    rows = GroupMember.objects.select_related("group__organisation").filter(person=person_id)
    return list(rows.order_by("joined_on", "pk"))


def given(person_id: int, *, live: bool = True) -> list[Given]:
    """What the person agreed to, in the words that they read; with `live` False, what they took back too."""
    rows = Consent.objects.select_related("organisation", "text").filter(person=person_id)
    if live:
        rows = rows.filter(withdrawn_at=None)
    return [
        Given(row, row.text.body.replace("{structure}", row.organisation.name if row.organisation else ""))
        for row in rows.order_by("given_at", "pk")
    ]


def asked(person_id: int, *, at: datetime) -> list[Asked]:
    """What waits for the person's yes or no."""
    rows = list(
        ConsentRequest.objects.select_related("organisation")
        .filter(person=person_id, answer="", asked_at__gt=at - LINK_LASTS)
        .order_by("asked_at", "pk")
    )
    about = Organisation.objects.in_bulk([number for row in rows for _aim, number in row.aims if number])
    return [
        Asked(row, [question(aim, about.get(number or 0)).words for aim, number in row.aims]) for row in rows
    ]


def openings(person_id: int) -> list[Opening]:
    """Who opened the person's file, or one that was made part of it, or saw something of them by a link; the latest first."""
    numbers = MergedPerson.objects.filter(person=person_id).values_list("old_number", flat=True)
    rows = list(
        OpeningEvent.objects.filter(person_number__in=[person_id, *numbers]).order_by("-at", "-pk")[
            :SHOWN_OPENINGS
        ]
    )
    names = names_of(row.user_number for row in rows)
    structures = Organisation.objects.in_bulk([row.organisation_number or 0 for row in rows])
    found = [
        Opening(
            row.at,
            names.get(row.user_number, _("une personne qui a quitté le réseau")),
            str(structures.get(row.organisation_number or 0, "")),
            row.why,
        )
        for row in rows
    ]
    by_link = [Opening(one.at, one.structure, "", one.what) for one in seen_by_link(person_id)]
    return sorted([*found, *by_link], key=lambda one: one.at, reverse=True)[:SHOWN_OPENINGS]


def names_of(numbers: Iterable[int | None]) -> dict[int, str]:
    """The displayed names of professionals, for the person whom they follow."""
    wanted = {number for number in numbers if number}
    if not wanted:
        return {}
    with for_purpose(Purpose.ADMINISTRATION):
        return {user.pk: str(user) for user in User.objects.filter(pk__in=wanted)}


def everything(person_id: int, *, at: datetime) -> dict[str, Any]:
    """All that is kept of the person, for the file that they take away; texts as they are, dates in ISO 8601."""
    person = myself(person_id)
    if person is None:
        return {}
    return {
        "fait_le": at.isoformat(),
        "moi": {
            "prenom": person.first_name,
            "nom": person.last_name,
            "telephone": person.phone,
            "e_mail": person.email,
            "commune": person.commune.nom if person.commune else "",
            "quartier_prioritaire": person.qpv_code,
            "annee_de_naissance": person.birth_year,
            "genre": person.gender,
            "situation": person.situation,
            "langues": person.languages,
            "phase_du_projet": person.phase,
            "dossier_ouvert_le": person.created_at.isoformat(),
            "derniere_activite": person.last_activity_at.isoformat(),
        },
        "contacts": [
            {
                "structure": one.structure.name,
                "referent": one.referent,
                "telephone": one.phone,
                "e_mail": one.email,
            }
            for one in contacts(person_id, at=at)
        ],
        "accords": [
            {
                "pour": one.row.aim,
                "texte": one.words,
                "langue": one.row.text.language,
                "version": one.row.text.number,
                "donne_le": one.row.given_at.isoformat(),
                "comment": one.row.how,
                "temoin": one.row.witness,
                "retire_le": one.row.withdrawn_at.isoformat() if one.row.withdrawn_at else None,
            }
            for one in given(person_id, live=False)
        ],
        "orientations": [
            {
                "vers": one.row.to_organisation.name,
                "de_la_part_de": one.row.from_organisation.name if one.row.from_organisation else "",
                "demande": one.row.reason,
                "freins": one.row.freins,
                "etat": one.row.state,
                "mot_de_la_structure": one.row.answer_note,
                "envoyee_le": one.row.sent_at.isoformat() if one.row.sent_at else None,
            }
            for one in news(person_id)
        ],
        "rendez_vous": [
            {
                "structure": one.organisation.name,
                "debut": one.starts_at.isoformat(),
                "fin": one.ends_at.isoformat(),
                "lieu": one.place,
                "etat": one.status,
            }
            for one in appointments(person_id)
        ],
        "etapes": [
            {
                "etape": one.kind,
                "le": one.on.isoformat(),
                "structure": one.organisation.name,
                "montant": one.amount,
                "emplois": one.jobs,
                "siret": one.siret,
                "precision": one.note,
            }
            for one in steps(person_id)
        ],
        "freins": [
            {
                "frein": one.brake,
                "depuis": one.raised_on.isoformat(),
                "leve_le": one.lifted_on.isoformat() if one.lifted_on else None,
            }
            for one in freins(person_id)
        ],
        "notes": [
            {"structure": one.organisation.name, "le": one.created_at.isoformat(), "texte": one.body}
            for one in notes(person_id)
        ],
        "documents": [
            {"nom": one.name, "octets": one.size, "le": one.created_at.isoformat()}
            for one in documents(person_id)
        ],
        "groupes": [
            {
                "groupe": one.group.name,
                "structure": one.group.organisation.name,
                "depuis": one.joined_on.isoformat(),
            }
            for one in groups(person_id)
        ],
        "qui_a_lu_mon_dossier": [
            {"le": one.at.isoformat(), "qui": one.who, "structure": one.structure, "pourquoi": one.why}
            for one in openings(person_id)
        ],
    }


def _why(row: Referral) -> str:
    if row.state not in {State.REFUSEE, State.PAS_D_AIDE, State.PAS_POUR_NOUS, State.REORIENTEE}:
        return ""
    reason = str(PLAIN_REASONS.get(RefusalReason(row.refusal_reason), "")) if row.refusal_reason else ""
    return " ".join(part for part in (reason, row.answer_note) if part)
