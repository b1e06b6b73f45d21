"""Reads of organisations: who exists already, who belongs where."""

import re
from typing import Any

from django.db.models import CharField, Count, F, Func, Q, QuerySet, Value

from maillage.organisations.models import Membership, Organisation

# legal forms and articles do not tell two structures apart
_IDLE_WORDS = r"\y(association|asso|les|le|la|l|du|des|de|d|sas|sarl|scop|scic|sa|eurl)\y"


def _bare(expression: Func | Value) -> Func:
    """A name without accents, case, punctuation or idle words, in PostgreSQL."""
    plain = Func(expression, function="maillage_plain", output_field=CharField())
    words = Func(plain, Value(r"[^a-z0-9]+"), Value(" "), Value("g"), function="regexp_replace")
    kept = Func(words, Value(_IDLE_WORDS), Value(""), Value("g"), function="regexp_replace")
    return Func(
        kept, Value(r"\s+"), Value(""), Value("g"), function="regexp_replace", output_field=CharField()
    )


def same_organisation(*, name: str, siret: str = "", commune: str | None = None) -> Organisation | None:
    """The organisation that these words mean: the same SIRET, else the same bare name in the same commune.

    A name alone (no commune on either side, or on one) is enough when one organisation only has it and no SIRET says otherwise.
    """
    siret = re.sub(r"\s", "", siret)
    if siret and (found := Organisation.objects.filter(siret=siret).order_by("origin", "pk").first()):
        return found
    if not name.strip():
        return None
    rows = Organisation.objects.annotate(bare=_bare(F("name"))).filter(bare=_bare(Value(name)))  # type: ignore[arg-type]
    if siret:
        rows = rows.filter(siret="")  # another SIRET is another establishment
    if commune:
        if found := rows.filter(commune=commune).order_by("pk").first():
            return found
        rows = rows.filter(commune__isnull=True)
    alone = list(rows.order_by("pk")[:2])
    return alone[0] if len(alone) == 1 else None


def organisations_named(text: str, *, limit: int = 8) -> QuerySet[Organisation]:
    """The organisations whose name holds `text`, whatever its accents: those that begin with it first."""
    plain = Func(Value(text.strip()), function="maillage_plain", output_field=CharField())
    rows = Organisation.objects.select_related("commune").annotate(
        plain=Func("name", function="maillage_plain", output_field=CharField())
    )
    return rows.filter(plain__contains=plain).order_by("name", "pk")[:limit]


def listed(text: str = "") -> QuerySet[Organisation]:
    """Every organisation, by name; with `text`, those whose name or commune holds it."""
    rows = Organisation.objects.select_related("commune").order_by("name", "pk")
    if text.strip():
        plain = Func(Value(text.strip()), function="maillage_plain", output_field=CharField())
        rows = rows.annotate(
            plain=Func("name", function="maillage_plain", output_field=CharField()),
            town=Func("commune__nom", function="maillage_plain", output_field=CharField()),
        ).filter(Q(plain__contains=plain) | Q(town__contains=plain))
    return rows


def organisations_of(user_id: int) -> QuerySet[Organisation]:
    """The organisations that a person belongs to, with `members`, how many they are."""
    return (
        Organisation.objects.filter(memberships__user_id=user_id)
        .annotate(members=Count("memberships"))
        .order_by("name")
    )


def membership(user_id: int | None, organisation: Organisation) -> Membership | None:
    """This person's place in this organisation, if any."""
    return Membership.objects.filter(organisation=organisation, user_id=user_id).first() if user_id else None


def siret_of(carrier: dict[str, Any] | None) -> str:
    """The SIRET of a carrier, known by its number ({"id"}) or as typed ({"name", "siret"}); "" when there is none."""
    if not carrier:
        return ""
    if carrier.get("id"):
        found = Organisation.objects.filter(pk=carrier["id"]).values_list("siret", flat=True).first()
        return found or ""
    return str(carrier.get("siret") or "")
